from odoo import models
from odoo.tools import SQL


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

    def _reaches_cutoff_sql(self, value, group, cutoffs):
        """Return whether ``value`` is among the first of its group, where that is known."""
        reached = {key: cutoff for key, cutoff in cutoffs.items() if cutoff is not None}
        sign = SQL("<=") if self.criterion_id._ranks_lowest_first() else SQL(">=")
        if list(reached) == [""]:
            return SQL("%s %s %s::numeric", value, sign, reached[""])
        whens = [SQL("WHEN %s THEN %s::numeric", key, cutoff) for key, cutoff in reached.items()]
        if not whens:
            return SQL("FALSE")
        cutoff = SQL("CASE %s %s END", group, SQL(" ").join(whens))
        return SQL("COALESCE(%s %s %s, FALSE)", value, sign, cutoff)
