"""What the core says of customers, said of groups."""

from odoo.addons.customer_grading.tools.wording import Wording
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

OF_GROUPS = Wording(
    {
        "Customers": _lt("Groups"),
        "1 customer": _lt("1 group"),
        "%s customers": _lt("%s groups"),
        "all customers": _lt("all groups"),
        "Customers that meet %s today": _lt("Groups that meet %s today"),
        "Customers that miss one condition of %s": _lt("Groups that miss one condition of %s"),
        "Customers that would move": _lt("Groups that would move"),
        "No policy grades this customer any more": _lt("No policy grades this group any more"),
        "Grades customers by “%(dimension)s”, all companies as one, in %(currency)s.": _lt(
            "Grades groups by “%(dimension)s”, all companies as one, in %(currency)s."
        ),
        "Grades customers by “%s”, each company by its own documents.": _lt(
            "Grades groups by “%s”, each company by its own documents."
        ),
        "Grades customers of %(company)s by “%(dimension)s”; amounts are in %(currency)s.": _lt(
            "Grades groups of %(company)s by “%(dimension)s”; amounts are in %(currency)s."
        ),
        "Grading stops and asks when more than %s %% of the customers would move.": _lt(
            "Grading stops and asks when more than %s %% of the groups would move."
        ),
        "Many customers would change their grade. Look, then apply or discard.": _lt(
            "Many groups would change their grade. Look, then apply or discard."
        ),
        "Stopped to ask: %(moving)s of %(count)s customers would move (limit %(limit)s %%).": _lt(
            "Stopped to ask: %(moving)s of %(count)s groups would move (limit %(limit)s %%)."
        ),
        "The %(shown)s with the most revenue of %(count)s.": _lt("%(shown)s of %(count)s."),
        "Share of revenue, 12 months": _lt("Share of revenue, 12 months"),
        "Nobody to grade yet: a customer has a confirmed order, a posted invoice or an "
        "opportunity, and fits “Applies to”. Make the first one, or let the policy "
        "grade all contacts that it applies to.": _lt(
            "No group to grade yet: nothing belongs to one. Look at what the dimension groups, and "
            "at “Applies to”."
        ),
        "1 customer gets a grade for the first time; nobody is notified.": _lt(
            "1 group gets a grade for the first time; nobody is notified."
        ),
        "%s customers get a grade for the first time; nobody is notified.": _lt(
            "%s groups get a grade for the first time; nobody is notified."
        ),
        "1 customer misses %s by it": _lt("1 group misses %s by it"),
        "%(count)s customers miss %(grade)s by it": _lt("%(count)s groups miss %(grade)s by it"),
        "Grade %(grade)s: every customer meets “%(condition)s” today, so it asks for nothing.": _lt(
            "Grade %(grade)s: every group meets “%(condition)s” today, so it asks for nothing."
        ),
        "Grade %(grade)s: no customer meets “%(condition)s” today.": _lt(
            "Grade %(grade)s: no group meets “%(condition)s” today."
        ),
        "%(count)s customers in the try-on of %(date)s": _lt(
            "%(count)s groups in the try-on of %(date)s"
        ),
    }
)
