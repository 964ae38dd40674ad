"""What the core says of customers, said of people."""

from odoo.addons.customer_grading.tools.wording import Wording
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

OF_PEOPLE = Wording(
    {
        "Customers": _lt("People"),
        "1 customer": _lt("1 person"),
        "%s customers": _lt("%s people"),
        "all customers": _lt("all people"),
        "Customers that meet %s today": _lt("People that meet %s today"),
        "Customers that miss one condition of %s": _lt("People that miss one condition of %s"),
        "Customers that would move": _lt("People that would move"),
        "No policy grades this customer any more": _lt("No policy grades this person any more"),
        "Grades customers by “%(dimension)s”, all companies as one, in %(currency)s.": _lt(
            "Grades people by “%(dimension)s”, all companies as one, in %(currency)s."
        ),
        "Grades customers by “%s”, each company by its own documents.": _lt(
            "Grades people by “%s”, each company by its own documents."
        ),
        "Grades customers of %(company)s by “%(dimension)s”; amounts are in %(currency)s.": _lt(
            "Grades people of %(company)s by “%(dimension)s”; amounts are in %(currency)s."
        ),
        "Grading stops and asks when more than %s %% of the customers would move.": _lt(
            "Grading stops and asks when more than %s %% of the people would move."
        ),
        "Many customers would change their grade. Look, then apply or discard.": _lt(
            "Many people would change their grade. Look, then apply or discard."
        ),
        "Stopped to ask: %(moving)s of %(count)s customers would move (limit %(limit)s %%).": _lt(
            "Stopped to ask: %(moving)s of %(count)s people would move (limit %(limit)s %%)."
        ),
        "Nobody to grade yet: a customer has a confirmed order, a posted invoice or an "
        "opportunity, and fits “Applies to”. Make the first one, or let the policy "
        "grade all contacts that it applies to.": _lt(
            "Nobody to grade yet: a person belongs to a customer, or is one, and fits “Applies "
            "to”. Enter the first one, or let the policy grade all people that it applies to."
        ),
        "1 customer gets a grade for the first time; nobody is notified.": _lt(
            "1 person gets a grade for the first time; nobody is notified."
        ),
        "%s customers get a grade for the first time; nobody is notified.": _lt(
            "%s people get a grade for the first time; nobody is notified."
        ),
        "1 customer misses %s by it": _lt("1 person misses %s by it"),
        "%(count)s customers miss %(grade)s by it": _lt("%(count)s people miss %(grade)s by it"),
        "Grade %(grade)s: every customer meets “%(condition)s” today, so it asks for nothing.": _lt(
            "Grade %(grade)s: every person meets “%(condition)s” today, so it asks for nothing."
        ),
        "Grade %(grade)s: no customer meets “%(condition)s” today.": _lt(
            "Grade %(grade)s: no person meets “%(condition)s” today."
        ),
        "%(count)s customers in the try-on of %(date)s": _lt(
            "%(count)s people in the try-on of %(date)s"
        ),
    }
)
