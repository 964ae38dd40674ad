from odoo import api, fields, models
from odoo.tools import SQL


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
    choice_model = fields.Char(compute="_compute_choice_model")
    choice_id = fields.Many2oneReference(model_field="choice_model")
    unit = fields.Selection(related="criterion_id.unit")

    @api.depends("criterion_id.measure_id", "criterion_id.question_id")
    def _compute_choice_model(self):
        for band in self:
            band.choice_model = band.criterion_id._get_choice_model()

    @api.depends("criterion_id.band_ids.lower", "criterion_id.band_ids.strict")
    def _compute_upper(self):
        for criterion, bands in self.grouped("criterion_id").items():
            ordered = criterion.band_ids._sort_for_matching()
            by_value = criterion.band_by == "value" and criterion.unit != "choice"
            for band in bands:
                position = list(ordered).index(band) if by_value and band in ordered else 0
                above = ordered[position - 1] if position else None
                band.upper = criterion._format_number(above.lower) if above else ""

    def _sort_for_matching(self):
        """Return the bands in the order in which they are tried: narrowest first."""
        criterion = self[:1].criterion_id
        if criterion.unit in ("choice", "text"):
            return self.sorted(lambda band: (band.sequence, band.id or 0))
        if criterion.band_by != "value":
            return self.sorted(lambda band: band.lower)
        return self.sorted(lambda band: (band.lower, band.strict), reverse=True)

    def _get_holds_sql(self, value, group, scope):
        """Return whether a known ``value`` falls into the band, the better ones left aside.

        :param group: the population a ranking takes place in, as text
        """
        self.ensure_one()
        criterion = self.criterion_id
        if criterion.unit == "choice":
            if criterion._get_raw_type() == "jsonb":
                return SQL("%s @> to_jsonb(%s::integer)", value, self.choice_id)
            return SQL("%s = %s", value, self.choice_id)
        if criterion._is_ranked():
            cutoffs = (scope.cutoffs or {}).get(str(criterion.id), {}).get(str(self.id), {})
            return self._reaches_cutoff_sql(value, group, cutoffs)
        if criterion.unit == "yes_no":
            value = SQL("%s::integer", value)
        operator = SQL(">") if self.strict else SQL(">=")
        return SQL("%s %s %s", value, operator, self.lower)

    def _reaches_cutoff_sql(self, value, group, cutoffs):
        if list(cutoffs) == [""]:
            return SQL("%s >= %s::numeric", value, cutoffs[""])
        whens = [SQL("WHEN %s THEN %s::numeric", key, cutoff) for key, cutoff in cutoffs.items()]
        if not whens:
            return SQL("FALSE")
        return SQL("COALESCE(%s >= CASE %s %s END, FALSE)", value, group, SQL(" ").join(whens))

    def _to_text(self):
        """Return the band in short: “≥ 95 %: 30” or “Gold: 30”."""
        self.ensure_one()
        criterion = self.criterion_id
        gives = " ".join(
            part for part in (self.level, f"{self.points:g}" if self.points else "") if part
        )
        if criterion.unit == "choice":
            name = self.choice_id and self.env[self.choice_model].browse(self.choice_id)
            return f"{name.display_name if name else ''}: {self.points:g}"
        if criterion._is_ranked():
            start = self.env._("first %s %%", f"{self.lower:g}")
        else:
            sign = ">" if self.strict else "≥"
            start = f"{sign} {criterion._format_value(self.lower)}"
        return f"{start}: {gives}" if gives else start

    @api.model_create_multi
    def create(self, vals_list):
        bands = super().create(vals_list)
        bands.criterion_id.policy_id._check_unlocked()
        return bands

    def write(self, vals):
        self.criterion_id.policy_id._check_unlocked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.criterion_id.policy_id._check_unlocked()
