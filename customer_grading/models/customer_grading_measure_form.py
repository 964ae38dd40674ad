from odoo import api, fields, models

from ..tools.subject import LEAD, PARTNER
from .customer_grading_measure_check import REFUSED_MODELS


class CustomerGradingMeasure(models.Model):
    """What the form of a measure offers to people who know no technical names."""

    _inherit = "customer.grading.measure"

    document_model = fields.Selection(
        selection="_get_document_models",
        string="Read from",
        compute="_compute_document_model",
        inverse="_inverse_document_model",
    )

    @api.model
    def _get_document_models(self):
        """Return the documents that can be measured, as ``(model, name)``: those that name
        a contact or an opportunity, and that the user may read.
        """
        models = self.env["ir.model"].sudo().search([("transient", "=", False)], order="name")
        return [(model.model, model.name) for model in models if self._is_document(model.model)]

    @api.model
    def _is_document(self, model_name):
        Model = self.env.get(model_name)
        if Model is None or Model._abstract or model_name.startswith(REFUSED_MODELS):
            return False
        named = any(
            field.store and field.comodel_name in (PARTNER.model, LEAD.model)
            for field in Model._fields.values()
            if field.type == "many2one"
        )
        return named and Model.sudo(False).has_access("read")

    @api.depends("model_name")
    def _compute_document_model(self):
        offered = dict(self._get_document_models())
        for measure in self:
            measure.document_model = measure.model_name if measure.model_name in offered else False

    def _inverse_document_model(self):
        for measure in self.filtered("document_model"):
            measure.model_name = measure.document_model

    @api.onchange("document_model")
    def _onchange_document_model(self):
        """Propose how the customer, the company and the date are found on other documents."""
        if not self.document_model or self.document_model == self.model_name:
            return
        self.model_name = self.document_model
        self.domain = "[]"
        self.subject_path = self._propose_subject_path()
        document_fields = self.env[self.model_name]._fields
        self.company_field = "company_id" if "company_id" in document_fields else False
        self.date_field = next(
            (name for name in ("date_order", "invoice_date", "date") if name in document_fields),
            "create_date",
        )
        self.value_field = self.tax_value_field = self.rate_field = self.uom_field = False

    def _propose_subject_path(self):
        """Return how the measured record is likely to be found on a document."""
        if self.subject == "lead":
            return self._find_link(LEAD.model)
        if contact := self._find_link(PARTNER.model):
            return f"{contact}.commercial_partner_id"
        return f"{self._find_link(LEAD.model)}.partner_id.commercial_partner_id"

    def _find_link(self, comodel_name):
        """Return the field of the documents that names a record of a model, or ``False``."""
        links = [
            name
            for name, field in self.env[self.model_name]._fields.items()
            if field.store and field.type == "many2one" and field.comodel_name == comodel_name
        ]
        usual = ("partner_id", "order_partner_id", "opportunity_id", "lead_id")
        return next((name for name in usual if name in links), next(iter(links), False))

    def action_try(self):
        """Open the dialog that shows the measure's value for chosen customers."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try %s", self.name),
            "res_model": "customer.grading.measure.try",
            "view_mode": "form",
            "target": "new",
            "context": {"default_measure_id": self.id},
        }
