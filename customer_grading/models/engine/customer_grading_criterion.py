from ast import literal_eval

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.figures import AGE_DAYS
from ..policy.customer_grading_measure import AGE_UNITS


class CustomerGradingCriterion(models.Model):
    """The SQL half of a criterion: its value, level and points."""

    _inherit = "customer.grading.criterion"

    def _get_value_sql(self, raw, scope):
        """Return what is compared, from what is stored: an age from its date.

        Months and years are those of the calendar: so many are over on the day of the same
        date, or on the last of a month that is shorter. What is beyond them is a part of one,
        so that “at most 3” and “more than 3” part on that very day. What has passed is counted
        as what is ahead, and negative.
        """
        if self.unit not in AGE_UNITS:
            return raw
        dates = (raw, SQL("%s::date", scope.date))
        start, end = dates if self._get_age() == "since" else dates[::-1]
        if self.unit == "days":
            return SQL("(%s - %s)", end, start)
        first, last = (SQL("%s(%s, %s)", SQL(name), start, end) for name in ("LEAST", "GREATEST"))
        return SQL(
            """
            (CASE WHEN %(end)s >= %(start)s THEN 1 WHEN %(end)s < %(start)s THEN -1 END * (
             SELECT ROUND(whole + (%(last)s - (%(first)s + whole * %(one)s)::date) / %(days)s::numeric, 6)
               FROM (SELECT found - ((%(first)s + found * %(one)s)::date > %(last)s)::integer AS whole
                       FROM (SELECT %(count)s AS found) counted) passed))
            """,
            start=start,
            end=end,
            first=first,
            last=last,
            one=SQL("INTERVAL '1 month'" if self.unit == "months" else "INTERVAL '1 year'"),
            days=AGE_DAYS[self.unit],
            count=self._count_begun_sql(first, last),
        )

    def _count_begun_sql(self, start, end):
        """Return how many months, or years, of the calendar were begun between two dates."""
        years = SQL("EXTRACT(YEAR FROM %s)::integer - EXTRACT(YEAR FROM %s)::integer", end, start)
        if self.unit == "years":
            return years
        return SQL(
            "(%s) * 12 + EXTRACT(MONTH FROM %s)::integer - EXTRACT(MONTH FROM %s)::integer",
            years,
            end,
            start,
        )

    def _get_level_sql(self, value, subject, scope):
        """Return the rank of the level that ``value`` reaches: 0 none, more is better.

        :param subject: the subject's :class:`SubjectColumns`
        """
        return self._get_band_sql(value, subject, scope, self._get_level_ranks())

    def _get_points_sql(self, value, subject, scope):
        """Return the points that ``value`` earns; unknown stays unknown.

        Without bands a number, or the points of an answer, is its own points, and yes is 1.
        """
        if self.band_ids:
            points = {band: band._get_points_sql(value) for band in self.band_ids}
            result = self._get_band_sql(value, subject, scope, points)
        elif self.unit == "yes_no":
            result = SQL("%s::integer", value)
        elif self.unit in ("choice", "text"):
            result = SQL("NULL::numeric")
        else:
            result = value
        return self._cap_sql(SQL("%s::numeric", result))

    def _cap_sql(self, points):
        if not self.cap:
            return points
        # Not LEAST, which would make the cap of what is unknown.
        return SQL("CASE WHEN %s > %s THEN %s ELSE %s END", points, self.cap, self.cap, points)

    def _get_band_sql(self, value, subject, scope, results):
        """Return ``results[band]`` of the band that a known ``value`` falls into, or 0."""
        if not self.band_ids:
            return SQL("NULL::integer")
        *special, general = [
            self._get_band_of_set_sql(bands, value, subject, scope, results)
            for bands in self._get_band_sets().values()
        ]
        whens = [
            SQL("WHEN %s = %s THEN %s", subject.band_set, number, found)
            for number, found in enumerate(special, 1)
        ]
        if whens:
            general = SQL("CASE %s ELSE %s END", SQL(" ").join(whens), general)
        unknown = SQL("%s IS NULL", value)
        if waits := self._get_waits_sql(value, subject, scope):
            unknown = SQL("%s OR %s", unknown, waits)
        return SQL("CASE WHEN %s THEN NULL ELSE %s END", unknown, general)

    def _get_competes_sql(self, value):
        """Return whether who has ``value`` is ranked."""
        return SQL("%s IS NOT NULL" if self._ranks_all_known() else "%s > 0", value)

    def _get_line_sql(self, lower):
        """Return how much of the ranked, as it weighs, is before the end of a band.

        :param lower: what the band says, as ``SQL``
        """
        return lower if self.band_by == "position" else SQL("total * %s / 100", lower)

    def _get_waits_sql(self, value, subject, scope):
        """Return whether ``value`` belongs to a ranking that only the next full run finds.

        The cut-offs of a full run name every group that it saw, also one where nobody is
        among the first. Of any other group they say nothing.

        :return: ``SQL``, or nothing where the ranking is everybody's and known
        """
        if not self._is_ranked() or not self.band_ids:
            return None
        by_band = (scope.cutoffs or {}).get(str(self.id), {})
        groups = set.intersection(*(set(by_band.get(str(b.id), ())) for b in self.band_ids))
        if not groups:
            return SQL("(%s IS NOT NULL)", value)
        if not self._get_rank_path():
            return None
        return SQL("(%s IS NOT NULL AND %s NOT IN %s)", value, subject.group, tuple(sorted(groups)))

    def _get_band_of_set_sql(self, bands, value, subject, scope, results):
        whens = [
            SQL("WHEN %s THEN %s", band._get_holds_sql(value, subject, scope), results[band])
            for band in bands._sort_for_matching()
        ]
        return SQL("CASE %s ELSE 0 END", SQL(" ").join(whens)) if whens else SQL("0")

    def _get_band_set_sql(self, get_domain_sql):
        """Return the number of the set of bands that is for a subject, of several.

        :param get_domain_sql: gives whether a subject matches a domain
        """
        *domains, _general = self._get_band_sets()
        whens = [
            SQL("WHEN %s THEN %s", get_domain_sql(Domain(literal_eval(domain))), number)
            for number, domain in enumerate(domains, 1)
        ]
        return SQL("CASE %s ELSE 0 END", SQL(" ").join(whens))

    def _combine_values_sql(self, values):
        """Return what a combination of values comes to, from those of its parts in order."""
        if self.kind == "first":
            return SQL("COALESCE(%s)", SQL(", ").join(values)) if values else SQL("NULL::numeric")
        if len(values) < 2:
            return SQL("NULL::numeric")
        return SQL("(%s::numeric / NULLIF(%s, 0))", *values[:2])

    def _combine_sql(self, parts):
        """Return the points of a combination from those of its parts.

        An unknown part gives no points; the worst of several is unknown while one is.

        :param parts: ``{child criterion: points}``
        """
        weighted = {
            child: SQL("(%s * %s)", points, child.weight) if child.weight != 1 else points
            for child, points in parts.items()
        }
        terms = list(weighted.values())
        if not terms:
            return SQL("NULL::numeric")
        if self.kind == "count":
            met = [SQL("COALESCE((%s > 0)::integer, 0)", points) for points in terms]
            result = SQL("(%s)", SQL(" + ").join(met))
        elif self.kind == "best":
            result = SQL("GREATEST(%s)", SQL(", ").join(terms))
        elif self.kind == "worst":
            known = SQL(" AND ").join(SQL("%s IS NOT NULL", points) for points in terms)
            result = SQL("CASE WHEN %s THEN LEAST(%s) END", known, SQL(", ").join(terms))
        else:
            total = SQL(" + ").join(SQL("COALESCE(%s, 0)", points) for points in terms)
            result = self._normalize_sql(SQL("(%s)", total), parts)
        return self._cap_sql(SQL("(%s)::numeric", result))

    def _normalize_sql(self, total, parts):
        """Return the total scaled, with the four decimals that people see of it."""
        if not self.normalize_to:
            return total
        shares = [
            SQL("CASE WHEN %s IS NULL THEN 0 ELSE %s END", points, most)
            if self.unknown_lowers_maximum
            else SQL("%s", most)
            for child, points in parts.items()
            if (most := round(child._get_attainable_points() * child.weight, 8))
        ]
        if not shares:
            return SQL("NULL::numeric")
        return SQL(
            "ROUND(%s * %s / NULLIF((%s)::numeric, 0), 4)",
            total,
            self.normalize_to,
            SQL(" + ").join(shares),
        )
