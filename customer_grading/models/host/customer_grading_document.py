from odoo import api, fields, models

from ...tools.groups import USER_GROUP


class CustomerGradingDocument(models.AbstractModel):
    """A document that measures read: the list behind a figure shows what each one adds to it.

    The list names the figure in the context, as ``grading_counted``: criterion, company (0
    for all as one) and date. The total of the list is the figure, to the cent.
    """

    _name = "customer.grading.document"
    _inherit = ["customer.grading.host"]
    _description = "Document Behind a Figure"

    grading_value = fields.Float(
        "Counted",
        compute="_compute_grading_value",
        groups=USER_GROUP,
        help="What the document adds to the figure, in its currency and unit.",
    )

    @api.depends_context("grading_counted", "uid")
    def _compute_grading_value(self):
        criterion_id, company_id, date = self.env.context.get("grading_counted") or (0, 0, False)
        criterion = self.env["customer.grading.criterion"].sudo().browse(criterion_id).exists()
        company = self.env["res.company"].browse(company_id or ())
        values = criterion._get_counted(self, company, fields.Date.to_date(date))
        for document in self:
            document.grading_value = values.get(document._origin.id)
