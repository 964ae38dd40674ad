from odoo import api, fields, models

from .customer_grading_criterion import PLACES


class CustomerGradingBand(models.Model):
    """A level, and its points, that a criterion gives from a value or for a choice."""

    _name = "customer.grading.band"
    _description = "Level of a Grading Criterion"
    _order = "criterion_id, sequence, id"
    _rec_name = "level"

    criterion_id = fields.Many2one(
        "customer.grading.criterion", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10, aggregator=None, help="Best level first.")
    level = fields.Char(translate=True)
    lower = fields.Float(
        "From",
        digits=(16, 4),
        help="The value from which the level holds; for ranks, the first so many per cent.",
    )
    strict = fields.Boolean("More than", help="The value itself does not belong to the level.")
    upper = fields.Char("To", compute="_compute_upper")
    points = fields.Float(digits=(16, 4))
    subject_domain = fields.Char(
        "Only for",
        default="[]",
        help="Whom the level is for; who matches the first of several such filters has only "
        "the levels with that one. Levels without it are for everybody else.",
    )
    subject_model = fields.Char(related="criterion_id.policy_id.subject_model")
    choice_model = fields.Char(compute="_compute_choice_model")
    choice_id = fields.Many2oneReference(model_field="choice_model")
    unit = fields.Selection(related="criterion_id.unit")

    @api.depends("criterion_id.measure_id", "criterion_id.question_id")
    def _compute_choice_model(self):
        for band in self:
            band.choice_model = band.criterion_id._get_choice_model()

    @api.depends(
        "criterion_id.band_ids.lower",
        "criterion_id.band_ids.strict",
        "criterion_id.band_ids.subject_domain",
    )
    def _compute_upper(self):
        for criterion, bands in self.grouped("criterion_id").items():
            by_value = criterion.band_by == "value" and criterion.unit != "choice"
            sets = criterion._get_band_sets()
            for band in bands:
                ordered = sets[band._get_set_domain()]._sort_for_matching()
                position = list(ordered).index(band) if by_value and band in ordered else 0
                above = ordered[position - 1] if position else None
                band.upper = criterion._format_number(above.lower) if above else ""

    def _get_set_domain(self):
        """Return the filter that tells the band's set from others, as text; or ``"[]"``."""
        return self.subject_domain or "[]"

    def _sort_for_matching(self):
        """Return the bands in the order in which they are tried: narrowest first."""
        criterion = self[:1].criterion_id
        if criterion.unit in ("choice", "text"):
            return self.sorted(lambda band: (band.sequence, band.id or 0))
        if criterion.band_by in PLACES:
            return self.sorted(lambda band: band.lower)
        return self.sorted(lambda band: (band.lower, band.strict), reverse=True)

    @api.constrains("subject_domain")
    def _check_author_may_read(self):
        for band in self:
            self.env["customer.grading.measure"]._check_may_read(
                band.subject_model, domain=band.subject_domain
            )

    @api.model_create_multi
    def create(self, vals_list):
        bands = super().create(vals_list)
        bands.criterion_id.policy_id._check_unlocked()
        return bands

    def write(self, vals):
        self.criterion_id.policy_id._check_unlocked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.criterion_id.policy_id._check_unlocked()
        for band in self:
            lines = band.criterion_id.rule_line_ids
            lines.filtered_domain([("level_id", "=", band.id)])._refuse_removal(band.level)
