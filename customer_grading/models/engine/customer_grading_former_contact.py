from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGradingFormerContact(models.Model):
    """A contact that belongs to another company by now: invoices of before stay where they were.

    It is noted as it moves; who moved before grading was installed is noted then, and by night
    who moved without a trace. So few customers are graded without a search for what moved.
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
    def _note(self, moving):
        """Note the companies that contacts which are about to move, and those below, belong to."""
        if not moving:
            return
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        below = Partner.search_fetch([("id", "child_of", moving.ids)], ["commercial_partner_id"])
        contacts = below.filtered(lambda contact: contact.commercial_partner_id != contact)
        self._insert(
            SQL(
                "SELECT * FROM UNNEST(%s::integer[], %s::integer[]) AS pair (partner_id, customer_id)",
                contacts.ids,
                [contact.commercial_partner_id.id for contact in contacts],
            )
        )

    @api.model
    def _note_all(self):
        """Note whoever moved, in whatever way, as the invoices of everybody tell."""
        self.env["account.move"].flush_model(["partner_id", "commercial_partner_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self._insert(
            SQL(
                """
                SELECT DISTINCT move.partner_id, move.commercial_partner_id AS customer_id
                  FROM account_move move
                  JOIN res_partner contact ON contact.id = move.partner_id
                  JOIN res_partner kept ON kept.id = move.commercial_partner_id
                 WHERE move.partner_id <> move.commercial_partner_id
                   AND contact.commercial_partner_id <> kept.commercial_partner_id
                """
            )
        )

    def _insert(self, query):
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (partner_id, customer_id) SELECT pair.* FROM (%(query)s) pair"
                " WHERE NOT EXISTS (SELECT FROM %(table)s noted"
                " WHERE noted.partner_id = pair.partner_id"
                " AND noted.customer_id = pair.customer_id)",
                table=SQL.identifier(self._table),
                query=query,
            )
        )
