from odoo import models
from odoo.tools import SQL

from ..policy.customer_grading_criterion import AVERAGES
from ..policy.customer_grading_measure import NUMERIC_UNITS


class CustomerGradingBand(models.Model):
    _inherit = "customer.grading.band"

    def _get_holds_sql(self, value, subject, scope):
        """Return whether a known ``value`` falls into the band, the better ones left aside.

        :param subject: the subject's :class:`SubjectColumns`
        """
        criterion = self.criterion_id
        if criterion.unit == "choice":
            if criterion._get_raw_type() == "jsonb":
                return SQL("%s @> to_jsonb(%s::integer)", value, self.choice_id)
            return SQL("%s = %s", value, self.choice_id)
        if criterion._is_ranked():
            cutoffs = (scope.cutoffs or {}).get(str(criterion.id), {}).get(str(self.id), {})
            reaches = self._reaches_cutoff_sql(value, subject.group, cutoffs)
            # From the lowest up, who is not ranked at all is below everybody.
            return SQL("(%s AND %s)", criterion._get_competes_sql(value), reaches)
        if criterion.unit == "yes_no":
            value = SQL("%s::integer", value)
        operator = SQL(">") if self.strict else SQL(">=")
        return SQL("%s %s %s", value, operator, self.lower)

    def _get_points_sql(self, value):
        """Return the points of who falls into the band: on the line to the next, if it is one."""
        above = self._get_next_band() if self.criterion_id.linear else None
        if not above:
            return SQL("%s::numeric", self.points)
        return SQL(
            "ROUND(%(points)s + %(rise)s::numeric * (%(value)s - %(lower)s) / %(length)s, 4)",
            points=self.points,
            rise=above.points - self.points,
            value=value,
            lower=self.lower,
            length=above.lower - self.lower,
        )

    def _get_next_band(self):
        """Return the band that begins above this one for the same subjects, none of a rank."""
        criterion = self.criterion_id
        if criterion._is_ranked() or criterion.unit not in NUMERIC_UNITS:
            return self.browse()
        bands = criterion._get_band_sets()[self._get_set_domain()]
        above = bands.filtered(lambda band: band.lower > self.lower)
        return above.sorted(lambda band: (band.lower, band.strict))[:1]

    def _reaches_cutoff_sql(self, value, group, cutoffs):
        """Return whether ``value`` is among the first of its group, where that is known."""
        reached = {key: cutoff for key, cutoff in cutoffs.items() if cutoff is not None}
        sign = SQL("<=") if self.criterion_id._ranks_lowest_first() else SQL(">=")
        if self.strict and self.criterion_id.band_by in AVERAGES:
            sign = SQL(">")
        if list(reached) == [""]:
            return SQL("%s %s %s::numeric", value, sign, reached[""])
        whens = [SQL("WHEN %s THEN %s::numeric", key, cutoff) for key, cutoff in reached.items()]
        if not whens:
            return SQL("FALSE")
        cutoff = SQL("CASE %s %s END", group, SQL(" ").join(whens))
        return SQL("COALESCE(%s %s %s, FALSE)", value, sign, cutoff)
