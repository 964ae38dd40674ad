from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGradingChange(models.Model):
    """Tells which change of a result was in effect on a day, and which was imported."""

    _inherit = "customer.grading.change"

    origin = fields.Selection(
        selection_add=[("imported", "Imported")], ondelete={"imported": "cascade"}
    )
    former_import_id = fields.Many2one(
        "customer.grading.former.import",
        "Imported with",
        index="btree_not_null",
        ondelete="restrict",
    )

    _held_idx = models.Index("(grade_id, date_applied) WHERE state = 'applied'")

    @api.model
    def _get_held_sql(self, alias, day):
        """Return whether a change of the table ``alias`` is what its result held on ``day``.

        The day of a change is the first one of the new grade. Of merged customers the one
        that stayed counts, and another's only where it held nothing itself.
        """
        covers, rival = (
            SQL(
                "%(change)s.state = 'applied' AND %(change)s.date_applied <= %(day)s"
                " AND COALESCE(%(change)s.date_end >= %(day)s, TRUE)",
                change=SQL.identifier(name),
                day=day,
            )
            for name in (alias, "rival")
        )
        return SQL(
            """
            (%(covers)s AND (
                %(change)s.is_aside IS NOT TRUE OR NOT EXISTS (
                    SELECT FROM customer_grading_change rival
                     WHERE rival.result_id = %(change)s.result_id AND %(rival)s
                       AND (rival.is_aside IS NOT TRUE OR rival.id > %(change)s.id))))
            """,
            covers=covers,
            change=SQL.identifier(alias),
            rival=rival,
        )
