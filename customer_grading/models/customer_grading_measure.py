from odoo import api, fields, models

from ..tools.policy_format import make_key
from ..tools.subject import SUBJECTS

# Unit -> type of the value that is stored for a subject; an age is stored as its date.
RAW_TYPES = {
    "amount": "numeric",
    "count": "numeric",
    "quantity": "numeric",
    "number": "numeric",
    "points": "numeric",
    "ratio": "numeric",
    "days": "date",
    "months": "date",
    "yes_no": "boolean",
    "choice": "integer",
    "text": "text",
}
NUMERIC_UNITS = {unit for unit, raw in RAW_TYPES.items() if raw in ("numeric", "date")}


class CustomerGradingMeasure(models.Model):
    """Something that has a value for each customer: revenue, days since the last order..."""

    _name = "customer.grading.measure"
    _description = "Grading Measure"
    _order = "category, sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short name by which policy files refer to this measure.",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
    category = fields.Selection(
        [
            ("1_sales", "Sales"),
            ("2_invoices", "Invoices"),
            ("3_payments", "Payments"),
            ("4_opportunities", "Opportunities"),
            ("5_contact", "Contact with the customer"),
            ("6_about", "About the customer"),
            ("7_people", "Asked of people"),
            ("8_opportunity", "The opportunity itself"),
        ],
        default="6_about",
        required=True,
    )
    kind = fields.Selection(
        [
            ("documents", "From documents"),
            ("field", "A field of the record"),
            ("filled", "Fields filled in"),
            ("filter", "Matches a filter"),
            ("ratio", "Ratio of two measures"),
            ("growth", "Growth against the year before"),
            ("question", "Asked of people"),
            ("grade", "Grade in another dimension"),
            ("code", "Built in"),
        ],
        default="documents",
        required=True,
    )
    subject = fields.Selection(
        [("partner", "Customers"), ("lead", "Opportunities")],
        string="Value of",
        default="partner",
        required=True,
        help="A measure of customers also serves to grade their opportunities.",
    )
    unit = fields.Selection(
        [
            ("amount", "Amount"),
            ("count", "Count"),
            ("quantity", "Quantity"),
            ("number", "Number"),
            ("points", "Points"),
            ("ratio", "Per cent"),
            ("days", "Days"),
            ("months", "Months"),
            ("yes_no", "Yes or no"),
            ("choice", "Choice"),
            ("text", "Text"),
        ],
        default="amount",
        required=True,
    )
    description = fields.Text(translate=True)
    model_name = fields.Char("Documents", help="Technical name of the documents' model.")
    domain = fields.Char("Only", default="[]")
    subject_path = fields.Char(
        "Path to the customer",
        help="Fields from the document to the customer, such as partner_id.commercial_partner_id.",
    )
    company_field = fields.Char("Company")
    date_field = fields.Char("Date")
    value_field = fields.Char("Value")
    tax_value_field = fields.Char("Value with tax")
    rate_field = fields.Char(
        "Currency rate", help="The value is divided by it to be in company currency."
    )
    uom_field = fields.Char("Unit of measure")
    aggregate = fields.Selection(
        [
            ("sum", "Sum"),
            ("count", "Count"),
            ("avg", "Average"),
            ("min", "Smallest or first"),
            ("max", "Largest or last"),
            ("count_distinct", "Count of different ones"),
            ("latest", "That of the latest document"),
            ("mode", "The most frequent one"),
        ],
        default="sum",
    )
    empty_is = fields.Selection(
        [("zero", "Zero"), ("unknown", "Unknown")],
        string="No documents means",
        default="zero",
        required=True,
    )
    age = fields.Selection(
        [("since", "Since the date"), ("until", "Until the date")],
        string="Days or months",
        default="since",
        required=True,
    )
    field_name = fields.Char(
        "Field of the record", help="Or several, with commas between them, to be filled in."
    )
    numerator_id = fields.Many2one("customer.grading.measure", "Share", ondelete="restrict")
    denominator_id = fields.Many2one("customer.grading.measure", "Of", ondelete="restrict")
    base_measure_id = fields.Many2one("customer.grading.measure", "Growth of", ondelete="restrict")
    code_key = fields.Selection(selection="_get_code_keys", string="Built-in measure")
    known_for_past = fields.Boolean(
        default=True,
        help="Whether the value can be told for a day in the past from today's data.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Figures visible to",
        help="Only these people see the figures; others see whether a condition is met.",
    )
    has_period = fields.Boolean(compute="_compute_has_period", recursive=True)
    is_broken = fields.Boolean(
        compute="_compute_is_broken",
        help="The documents it reads, or a field of theirs, are no longer installed.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Two measures cannot share a code. Choose another one."
    )

    # ------------------------------------------------------------------ properties

    @api.model
    def _get_code_keys(self):
        """Return the built-in measures as ``(key, label)``: an addon extends this list and
        gives ``_get_<key>_values_sql`` for each key it adds.
        """
        return []

    @api.depends("kind", "date_field", "numerator_id.has_period", "base_measure_id", "code_key")
    def _compute_has_period(self):
        for measure in self:
            if measure.kind == "ratio":
                measure.has_period = measure.numerator_id.has_period
            elif measure.kind == "growth":
                measure.has_period = True
            elif measure.kind == "code":
                measure.has_period = measure.code_key in self._get_code_keys_with_period()
            else:
                measure.has_period = measure.kind == "documents" and bool(measure.date_field)

    @api.model
    def _get_code_keys_with_period(self):
        """Return the keys of the built-in measures that look at a period."""
        return set()

    @api.depends("model_name", "kind", "domain", "value_field", "field_name")
    def _compute_is_broken(self):
        for measure in self:
            measure.is_broken = bool(measure._get_problem())

    def _get_subject_field(self):
        """Return the field object at the end of a measured field's path, or ``None``."""
        self.ensure_one()
        return self._get_path_field(SUBJECTS[self.subject].model, self.field_name or "")

    def _get_choice_model(self):
        """Return the name of the model whose records are the values of a choice."""
        self.ensure_one()
        if self.unit != "choice":
            return False
        field = None
        if self.kind == "field":
            field = self._get_subject_field()
        elif self.kind == "documents":
            field = self._get_path_field(self.model_name, self.value_field or "")
        return field.comodel_name if field else False

    def _get_raw_type(self):
        """Return the PostgreSQL type of the stored value."""
        self.ensure_one()
        if self.kind == "field" and self.unit == "choice":
            field = self._get_subject_field()
            if field and field.type == "many2many":
                return "jsonb"
        return RAW_TYPES[self.unit]

    def action_duplicate(self):
        """Open a copy, for a revision of a policy in use."""
        self.ensure_one()
        return self.copy()._get_records_action()

    def copy_data(self, default=None):
        """Give each copy a code that is free."""
        vals_list = super().copy_data(default)
        for measure, vals in zip(self, vals_list, strict=True):
            if "code" not in vals:
                vals["code"] = measure._find_free_code()
        return vals_list

    def _find_free_code(self):
        like = [("code", "=like", f"{self.code}_copy%")]
        taken = self.sudo().with_context(active_test=False).search(like).mapped("code")
        return make_key(f"{self.code}_copy", taken, "measure")
