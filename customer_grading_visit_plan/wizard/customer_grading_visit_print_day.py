from datetime import timedelta

from odoo import fields, models
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError

from ..tools.weeks import get_week

NEXT = timedelta(days=31)  # within which there is a next working day


class CustomerGradingVisitPrintDay(models.TransientModel):
    """Whose day is printed, and what stands on the paper."""

    _name = "customer.grading.visit.print.day"
    _description = "Print a Daily Report"

    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    day = fields.Date(
        required=True,
        default=lambda self: self.env["customer.grading.engine"]._get_today(self.env.company),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def action_print(self):
        """Print the daily report."""
        report = "customer_grading_visit_plan.customer_grading_visit_report_day"
        return self.env.ref(report).report_action(self)

    def _get_sheet(self):
        """Return what stands on the paper: visits, contacts nobody planned, tomorrow, counts.

        :raise AccessError: for who is neither the person, nor leads the team, nor is an officer
        """
        self.ensure_one()
        self._check_person()
        contacts = self.env["customer.grading.visit.contacts"]
        contacts._recognise(self._get_visits([("week", "=", get_week(self.day))]))
        visits = self._get_visits(
            ["|", ("date_planned", "=", self.day), ("date_done", "=", self.day)]
        )
        met = visits.filtered(lambda visit: visit.date_done == self.day)
        successful = met.filtered(lambda visit: visit.success == "yes")
        unplanned = contacts._get_unplanned(self.company_id, self.user_id, self.day, self.day)
        tomorrow = self._get_next_day()
        return {
            "visits": visits,
            "planned": len(visits.filtered(lambda visit: visit.date_planned == self.day)),
            "done": len(met),
            "successful": len(successful),
            "rate": round(100 * len(successful) / len(met)) if met else None,
            "unplanned": self._name_unplanned(unplanned),
            "tomorrow": tomorrow,
            "next": self._get_visits([("date_planned", "=", tomorrow)]),
        }

    def _get_visits(self, domain):
        own = [
            ("user_id", "=", self.user_id.id),
            ("company_id", "=", self.company_id.id),
            ("is_cancelled", "=", False),
        ]
        return self.env["customer.grading.visit"].search([*own, *domain])

    def _name_unplanned(self, unplanned):
        """Return the contacts nobody planned as ``[(name, grade code, kind)]``."""
        kinds = self.env["customer.grading.visit"]._fields["kind"]
        labels = dict(kinds._description_selection(self.env))
        named = []
        for record, _day, kind in unplanned:
            grade = record.sudo()[record._grading_grade_field]
            named.append((record.sudo().display_name, grade.code, labels[kind]))
        return named

    def _get_next_day(self):
        """Return the next day on which the company works."""
        first = self.day + timedelta(days=1)
        engine = self.env["customer.grading.engine"]
        days = engine._get_workdays(self.company_id, first, first + NEXT)
        return days[0] if days else first

    def _check_person(self):
        user, leader = self.env.user, self.user_id.sudo().sale_team_id.user_id
        if user not in (self.user_id, leader) and not user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("You print your own daily report, and those of the team that you lead.")
            )
