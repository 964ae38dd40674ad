"""What is graded: kinds of records, and how what is kept about them names them."""

from typing import NamedTuple

REVENUE_MONTHS = 12  # of the revenue that stands beside a customer
# What is invoiced to customers: less what is credited, it is the revenue with them.
INVOICE_TYPES = ("out_invoice", "out_refund", "out_receipt")


class Subject(NamedTuple):
    """A kind of record that is graded. An addon adds its own to :data:`SUBJECTS`.

    :param name: what dimensions call it
    :param model: the records' model
    :param field: the Many2one to them on what is kept about one: results, changes...
    :param customer: the way from a record to the customer that it belongs to
    """

    name: str
    model: str
    field: str
    customer: str = ""

    @property
    def table(self):
        """Return the records' table.

        >>> SUBJECTS["lead"].table
        'crm_lead'
        """
        return self.model.replace(".", "_")


PARTNER = Subject("partner", "res.partner", "partner_id")
LEAD = Subject("lead", "crm.lead", "lead_id", "partner_id.commercial_partner_id")
SUBJECTS = {subject.name: subject for subject in (PARTNER, LEAD)}
