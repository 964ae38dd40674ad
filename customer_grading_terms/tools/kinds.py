"""What a grade may give, and in which field of whom it is given."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of benefit. An addon adds its own to :data:`KINDS`.

    :param value: the field of the benefit that holds what is given; none: it is told in words
    :param partner: the field of a contact in which it is given
    :param lead: the field of an opportunity in which it is given
    :param per_company: whether a contact has one in each company
    :param inherited: whether better grades have it as well, as a rule
    """

    value: str = ""
    partner: str = ""
    lead: str = ""
    per_company: bool = False
    inherited: bool = True

    def get_field(self, subject):
        """Return the name of the field in which it is given, or nothing.

        >>> KINDS["team"].get_field("lead")
        'team_id'
        >>> KINDS["pricelist"].get_field("lead")
        ''
        """
        return getattr(self, subject, "")


# Who looks after a customer, and what it is marked with, says what it is: that is of this grade
# alone. All others are promises, which a better grade does not take away.
KINDS = {
    "promise": Kind(),
    "payment_term": Kind("payment_term_id", "property_payment_term_id", per_company=True),
    "pricelist": Kind("pricelist_id", "specific_property_product_pricelist", per_company=True),
    "credit_limit": Kind("amount", "credit_limit", per_company=True),
    "fiscal_position": Kind("fiscal_position_id", "property_account_position_id", per_company=True),
    "priority": Kind(),
    "protection": Kind(),
    "salesperson": Kind("user_id", "user_id", "user_id", inherited=False),
    "team": Kind("team_id", "customer_team_id", "team_id", inherited=False),
    "tag": Kind("tag_id", "category_id", inherited=False),
    "lead_tag": Kind("lead_tag_id", "", "tag_ids", inherited=False),
}
MANY = ("tag", "lead_tag")  # of which one may have any number
