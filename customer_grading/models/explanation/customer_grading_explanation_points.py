from odoo import models

from ...tools.blocks import at_end, make_block, make_row


class CustomerGradingExplanationPoints(models.AbstractModel):
    """Tells each part of a total of points, the next limit, and the nearest step to it."""

    _name = "customer.grading.explanation.points"
    _inherit = ["customer.grading.explanation.cells"]
    _description = "Points of a Customer"

    def _get_block(self, case, score, next_rule):
        """Return value, points and the most of them for each criterion of the total."""
        shown = self._sees(case, score)
        columns = [
            self.env._("Criterion"),
            self.env._("Is"),
            self.env._("Points"),
            self.env._("Of at most"),
            self.env._("Based on"),
            "",
        ]
        rows = [
            *self._get_part_rows(case, score, shown),
            self._get_total_row(case, score, shown),
        ]
        text = self._get_points_text(case, score, next_rule) if shown else None
        return make_block(self.env._("Points"), columns, rows, text)

    def _get_part_rows(self, case, total, shown, indent=0):
        """Return a row for each part of a total, with its own parts below."""
        rows = []
        for part in total._get_parts():
            rows.append(self._get_part_row(case, part, shown, indent))
            if part._adds_points():
                rows += self._get_part_rows(case, part, shown, indent + 1)
        return rows

    def _get_part_row(self, case, criterion, shown, indent):
        reading = case.explanation.readings[criterion]
        measured = not criterion._adds_points()
        unknown = measured and reading.value is None
        value = ""
        if measured and not shown:
            value = self.env._("hidden")
        elif unknown:
            value = self._get_unknown_text(criterion)
        elif measured:
            value = criterion._format_value(reading.value, "down")
        points = self.env._("hidden")
        if shown:
            points = criterion._format_number((reading.points or 0) * criterion.weight)
        most = criterion._get_attainable_points() * criterion.weight
        return make_row(
            "missing" if unknown else None,
            criterion._get_label(),
            at_end(value),
            at_end(points),
            at_end(criterion._format_number(most) if most else ""),
            self._get_source_text(case, criterion) if measured else "",
            self._get_link_cell(case, criterion) if measured else "",
            indent=indent,
            muted=not measured,
        )

    def _get_total_row(self, case, score, shown):
        total, most = case.explanation.readings[score].points, score._get_attainable_points()
        points = "" if total is None else score._format_number(total)
        points = at_end(points if shown else self.env._("hidden"))
        most = at_end(score._format_number(most) if most else "")
        return make_row(None, self.env._("Total"), "", points, most, "", "")

    # ------------------------------------------------------------------ next steps

    def _get_points_text(self, case, score, next_rule):
        """Return the next limit, and what would bring the customer nearest to it."""
        explanation = case.explanation
        gaps = explanation.get_gaps(next_rule) if next_rule else ()
        conditions = [gap.condition for gap in gaps if gap.condition.criterion_id == score]
        distance = conditions and explanation.get_distance(conditions[0])
        if not distance or distance < 0:
            return None
        limit, _most = explanation.get_limits(conditions[0])
        missing = score._format_points(distance, "up")
        text = self.env._(
            "%(grade)s from %(limit)s: %(missing)s missing.",
            grade=next_rule.grade_id.code,
            limit=score._format_points(limit),
            missing=missing,
        )
        nearest = self._get_nearest_text(case, score, distance, missing)
        return "\n".join(filter(None, [text, nearest]))

    def _get_nearest_text(self, case, score, distance, missing):
        """Return the step to a better level that brings the most of what is missing."""
        steps = self._get_band_steps(case, score, 1.0)
        gain, _effort, criterion, band = min(
            steps, key=lambda step: (-min(step[0], distance), step[1]), default=(0, 0, None, None)
        )
        if gain <= 0:
            return None
        names = {"gain": score._format_number(min(gain, distance)), "missing": missing}
        if not band:
            return self.env._(
                "Nearest: an answer to “%(criterion)s”: up to +%(gain)s of the %(missing)s missing.",
                criterion=criterion.name,
                **names,
            )
        value = case.explanation.readings[criterion].value
        return self.env._(
            "Nearest: %(criterion)s at %(level)s (now %(value)s): +%(gain)s of the %(missing)s "
            "missing.",
            criterion=criterion._get_label(),
            level=criterion._format_value(band.lower),
            value=criterion._format_value(value, "down"),
            **names,
        )

    def _get_band_steps(self, case, criterion, factor):
        """Return ``(gain, effort, criterion, band)`` of each next better level within a sum.

        A question that nobody answered has no band: it can bring all its points.
        """
        reading = case.explanation.readings[criterion]
        if criterion.kind == "sum":
            room = (criterion.cap - (reading.points or 0)) * factor if criterion.cap else None
            factor *= self._get_scale(case, criterion)
            return [
                (gain if room is None else min(gain, room), *step)
                for child in criterion.child_ids
                for gain, *step in self._get_band_steps(case, child, factor * child.weight)
            ]
        if criterion.measure_id.kind == "question" and reading.value is None:
            return [(criterion._get_attainable_points() * factor, 0, criterion, None)]
        raised = criterion.kind == "measure" and criterion.unit in ("amount", "count", "ratio")
        if not raised or criterion._is_ranked() or reading.value is None:
            return []
        better = case.explanation.get_bands(criterion).filtered(
            lambda band: band.lower > reading.value and band.points > (reading.points or 0)
        )
        band = better.sorted("lower")[:1]
        if not band:
            return []
        gain = (min(band.points, criterion.cap or band.points) - (reading.points or 0)) * factor
        effort = (band.lower - float(reading.value)) / max(abs(band.lower), 1)
        return [(gain, effort, criterion, band)]

    @staticmethod
    def _get_scale(case, criterion):
        """Return what the points of a sum are multiplied by to be normalized."""
        if not criterion.normalize_to:
            return 1.0
        parts = criterion.child_ids
        if criterion.unknown_lowers_maximum:
            readings = case.explanation.readings
            parts = parts.filtered(lambda c: readings[c].points is not None)
        most = sum(c._get_attainable_points() * c.weight for c in parts)
        return criterion.normalize_to / most if most else 0.0
