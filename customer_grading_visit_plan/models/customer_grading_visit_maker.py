from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.spreading import Occurrence, spread
from ..tools.weeks import get_monday, get_month

PARAMETER = "customer_grading_visit_plan.visits_a_day"
MOST = 8  # visits that a person makes on one day, unless the company says otherwise
KINDS = ("visit", "call", "any")  # a message is written at any time


class CustomerGradingVisitMaker(models.AbstractModel):
    """Makes a plan of what the cadences of grades ask for within a month.

    What is planned already is left alone: each contact asked for that nothing planned stands for is
    added, the most important grade and the longest overdue first.
    """

    _name = "customer.grading.visit.maker"
    _description = "Maker of Visit Plans"

    @api.model
    def _get_most(self):
        """Return how many visits a person is planned for one day."""
        Parameter = self.env["ir.config_parameter"].sudo()
        return int(Parameter.get_param(PARAMETER) or 0) or MOST

    @api.model
    def _make(self, plan):
        """Add to a plan what is missing in it.

        :return: how many were added, and how many found no room
        :raise UserError: where the month is over
        """
        # Of two who make one plan at once the second begins anew, and finds nothing missing.
        self.env.cr.execute(
            SQL(
                "UPDATE customer_grading_visit_plan SET write_date = write_date WHERE id = %s",
                plan.id,
            )
        )
        today = self.env["customer.grading.engine"]._get_today(plan.company_id)
        first, last = get_month(plan.date_month)
        first = max(first, today)
        if last < today:
            raise UserError(
                self.env._(
                    "%s is over: make the plan of this month, or of a later one.", plan.month
                )
            )
        asked = self._get_occurrences(plan, first, last, today)
        missing = self._drop_planned(plan, asked, get_monday(today))
        days = self._get_workdays(plan, first, last)
        placed = spread(missing, days, self._get_busy(plan), self._get_most())
        made = [(asked[one], day) for one, day in placed if day]
        self._create_visits(plan, made)
        return len(made), len(placed) - len(made)

    def _get_workdays(self, plan, first, last):
        engine = self.env["customer.grading.engine"]
        return engine._get_workdays(plan.company_id, first, last + timedelta(days=1))

    def _get_followed(self, plan, last):
        """Return the follow-ups that the plan's person does, and may see."""
        FollowUp = self.env["customer.grading.follow.up"].with_user(plan.user_id)
        if plan.company_id not in plan.user_id.sudo().company_ids or not FollowUp.has_access(
            "read"
        ):
            return FollowUp.sudo().browse()
        mine = Domain("responsible_id", "=", plan.user_id.id)
        mine &= Domain("date_due", "<=", last) & Domain("cadence_id.optional", "=", False)
        mine &= Domain("cadence_id.contact", "in", KINDS)
        mine &= Domain("company_id", "=", False) | Domain(
            "company_id", "parent_of", plan.company_id.ids
        )
        context = {"allowed_company_ids": plan.company_id.ids}
        return FollowUp.with_context(**context).search(mine).sudo()

    def _get_occurrences(self, plan, first, last, today):
        """Return ``{occurrence: (follow-up, due)}`` of all that is asked for."""
        workdays = self._get_workdays(plan, today, last)
        found, grades = {}, {}
        for cadence, followed in self._get_followed(plan, last).grouped("cadence_id").items():
            told = cadence._get_occurrences(followed, first, last, today, workdays)
            for one, due, day in told:
                if one.grade_id not in grades:
                    grades[one.grade_id] = (one.grade_id.sequence, one.grade_id.id)
                found[Occurrence(grades[one.grade_id], due, one.id, day)] = (one, due)
        return found

    def _drop_planned(self, plan, asked, monday):
        """Return the occurrences for which nothing is planned that is still to come.

        What was removed or cancelled stands for one, too, and what somebody planned by hand for
        one of its kind.
        """
        planned, by_hand = self._count_planned(plan, monday)
        missing = []
        for occurrence, (one, _due) in sorted(asked.items(), key=lambda item: item[0].day):
            about = one.partner_id.id, one.lead_id.id
            if planned[about, one.cadence_id]:
                planned[about, one.cadence_id] -= 1
                continue
            fitting = [kind for kind in by_hand[about] if one.contact in ("any", kind)]
            if fitting:
                by_hand[about].remove(fitting[0])
                continue
            missing.append(occurrence)
        return missing

    def _count_planned(self, plan, monday):
        """Return what is planned from this week on: counted by cadence, and kinds by hand."""
        planned, by_hand = Counter(), defaultdict(list)
        Visit = self.env["customer.grading.visit"].sudo().with_context(active_test=False)
        first, last = get_month(plan.date_month)
        if first <= monday + timedelta(days=6):
            first = monday  # its week may begin in the plan of the month before
        same = Domain("user_id", "=", plan.user_id.id) & Domain(
            "company_id", "=", plan.company_id.id
        )
        to_come = Domain("date_planned", ">=", max(first, monday)) & Domain("date_done", "=", False)
        for visit in Visit.search(same & to_come & Domain("date_planned", "<=", last)):
            about = visit.partner_id.id, visit.lead_id.id
            if visit.cadence_id:
                planned[about, visit.cadence_id] += 1
            elif not visit.is_cancelled:
                by_hand[about].append(visit.kind)
        return planned, by_hand

    def _get_busy(self, plan):
        """Return how many visits the person has on each day, in all companies."""
        rows = (
            self.env["customer.grading.visit"]
            .sudo()
            ._read_group(
                [("user_id", "=", plan.user_id.id), ("is_cancelled", "=", False)],
                ["date_planned:day"],
                ["__count"],
            )
        )
        return Counter(dict(rows))

    def _create_visits(self, plan, made):
        # Who makes the plan of somebody else need not see all that this person sees.
        self.env["customer.grading.visit"].sudo().create(
            [
                {
                    "plan_id": plan.id,
                    "partner_id": one.partner_id.id,
                    "lead_id": one.lead_id.id,
                    "grade_id": one.grade_id.id,
                    "kind": one.contact,
                    "cadence_id": one.cadence_id.id,
                    "date_due": due,
                    "date_planned": day,
                }
                for (one, due), day in made
            ]
        )
