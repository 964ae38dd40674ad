from odoo import models


class CustomerGradingSheet(models.AbstractModel):
    """The block of points: each part of the total, the next limit, the nearest step to it."""

    _inherit = "customer.grading.sheet"

    def _get_points_block(self, view, score, next_rule):
        """Return value, points and the most of them for each criterion of the total."""
        numbers = [self.env._("Is"), self.env._("Points")] if self._sees(view, score) else []
        columns = [
            self.env._("Criterion"),
            *numbers,
            self.env._("Of at most"),
            self.env._("Based on"),
            "",
        ]
        rows = [
            row
            for child in score.child_ids.sorted(lambda c: (c.sequence, c.id))
            for row in self._get_points_rows(view, child, bool(numbers))
        ]
        rows.append(self._get_total_row(view, score, bool(numbers)))
        text = self._get_points_text(view, score, next_rule) if numbers else None
        return self._prepare_block(self.env._("Points"), columns, rows, text)

    def _get_points_rows(self, view, criterion, numbers, indent=0):
        reading = view.explanation.readings[criterion]
        measured = criterion.kind == "measure"
        most = criterion._get_attainable_points() * criterion.weight
        value = ""
        if measured and reading.value is None:
            value = self._get_unknown_value_text(criterion)
        elif measured:
            value = criterion._format_value(reading.value, "down")
        points = criterion._format_number((reading.points or 0) * criterion.weight)
        cells = [{"text": value, "align": "end"}, {"text": points, "align": "end"}]
        row = self._prepare_row(
            "missing" if measured and reading.value is None else None,
            criterion._get_label(),
            *(cells if numbers else ()),
            {"text": criterion._format_number(most) if most else "", "align": "end"},
            self._get_source_text(view, criterion) if measured else "",
            self._get_link_cell(view, criterion) if measured else "",
            indent=indent,
            muted=not measured,
        )
        children = criterion.child_ids.sorted(lambda c: (c.sequence, c.id))
        return [
            row,
            *(
                r
                for child in children
                for r in self._get_points_rows(view, child, numbers, indent + 1)
            ),
        ]

    def _get_total_row(self, view, score, numbers):
        total = view.explanation.readings[score].points
        points = "" if total is None else score._format_number(total)
        most = score._get_attainable_points()
        cells = ["", {"text": points, "align": "end"}]
        return self._prepare_row(
            None,
            self.env._("Total"),
            *(cells if numbers else ()),
            {"text": score._format_number(most) if most else "", "align": "end"},
            "",
            "",
        )

    def _get_points_text(self, view, score, next_rule):
        """Return the next limit, and what would bring the customer nearest to it."""
        gap = next(
            (
                gap
                for gap in (view.explanation.get_gaps(next_rule) if next_rule else ())
                if gap.condition.criterion_id == score
            ),
            None,
        )
        distance = gap and view.explanation.get_distance(gap.condition)
        if not distance or distance < 0:
            return None
        limit, _most = view.explanation.get_limits(gap.condition)
        text = self.env._(
            "%(grade)s from %(limit)s: %(missing)s missing.",
            grade=next_rule.grade_id.code,
            limit=score._format_points(limit),
            missing=score._format_points(distance, "up"),
        )
        nearest = self._get_nearest_text(view, score, distance)
        return "\n".join(filter(None, [text, nearest]))

    def _get_nearest_text(self, view, score, missing):
        """Return the step to a better level that brings the most of what is missing."""
        steps = self._get_band_steps(view, score, 1.0)
        if not steps:
            return None
        gain, _effort, criterion, band = min(
            steps, key=lambda step: (-min(step[0], missing), step[1])
        )
        if gain <= 0:
            return None
        if not band:
            return self.env._(
                "Nearest: an answer to “%(criterion)s”: up to +%(gain)s of the %(missing)s missing.",
                criterion=criterion.name,
                gain=score._format_number(min(gain, missing)),
                missing=score._format_points(missing, "up"),
            )
        reading = view.explanation.readings[criterion]
        return self.env._(
            "Nearest: %(criterion)s at %(level)s (now %(value)s): +%(gain)s of the %(missing)s "
            "missing.",
            criterion=criterion._get_label(),
            level=criterion._format_value(band.lower),
            value=criterion._format_value(reading.value, "down"),
            gain=score._format_number(min(gain, missing)),
            missing=score._format_points(missing, "up"),
        )

    def _get_band_steps(self, view, criterion, factor):
        """Return ``(gain, effort, criterion, band)`` of each next better level within a sum.

        A question that nobody answered has no band: it can bring all its points.
        """
        reading = view.explanation.readings[criterion]
        if criterion.kind == "sum":
            room = (criterion.cap - (reading.points or 0)) * factor if criterion.cap else None
            factor *= self._get_scale(view, criterion)
            return [
                (gain if room is None else min(gain, room), *step)
                for child in criterion.child_ids
                for gain, *step in self._get_band_steps(view, child, factor * child.weight)
            ]
        if criterion.measure_id.kind == "question" and reading.value is None:
            return [(criterion._get_attainable_points() * factor, 0, criterion, None)]
        raised = criterion.kind == "measure" and criterion.unit in ("amount", "count", "ratio")
        if not raised or criterion._is_ranked() or reading.value is None:
            return []
        better = view.explanation.get_bands(criterion).filtered(
            lambda band: band.lower > reading.value and band.points > (reading.points or 0)
        )
        band = better.sorted("lower")[:1]
        if not band:
            return []
        gain = (min(band.points, criterion.cap or band.points) - (reading.points or 0)) * factor
        effort = (band.lower - float(reading.value)) / max(abs(band.lower), 1)
        return [(gain, effort, criterion, band)]

    @staticmethod
    def _get_scale(view, criterion):
        """Return what the points of a sum are multiplied by to be normalized."""
        if not criterion.normalize_to:
            return 1.0
        parts = criterion.child_ids
        if criterion.unknown_lowers_maximum:
            readings = view.explanation.readings
            parts = parts.filtered(lambda c: readings[c].points is not None)
        most = sum(c._get_attainable_points() * c.weight for c in parts)
        return criterion.normalize_to / most if most else 0.0
