from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGradingFormerContact(models.Model):
    """A contact that belongs to another company by now: invoices of before stay where they were.

    It is noted as it moves, and of those who moved before grading was installed then. So few
    customers are graded without a search for what moved.
    """

    _name = "customer.grading.former.contact"
    _description = "Contact that Belongs to Another Company by Now"
    _rec_name = "partner_id"

    # Not unique as a pair: Odoo's merge of contacts moves rows by SQL, and would end at an index.
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, index=True, ondelete="cascade"
    )
    customer_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")

    @api.model
    def _note(self, pairs):
        """Note ``pairs`` of ids: contacts, and the companies that they belonged to."""
        if pairs:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %(table)s (partner_id, customer_id)"
                    " SELECT * FROM UNNEST(%(contacts)s, %(customers)s) AS pair (contact, customer)"
                    " WHERE NOT EXISTS (SELECT FROM %(table)s"
                    " WHERE partner_id = contact AND customer_id = customer)",
                    table=SQL.identifier(self._table),
                    contacts=[contact for contact, _customer in pairs],
                    customers=[customer for _contact, customer in pairs],
                )
            )
