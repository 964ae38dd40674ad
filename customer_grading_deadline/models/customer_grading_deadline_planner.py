from odoo import api, models
from odoo.fields import Domain

BATCH = 1_000  # activities made in one transaction
TYPES = {
    "first_response": "mail.mail_activity_data_call",
    "answer": "mail.mail_activity_data_email",
}


class CustomerGradingDeadlinePlanner(models.AbstractModel):
    """Reminds who is responsible of what became overdue, once, where the deadline says so.

    The activity goes once the customer was answered. Nobody is sent an e-mail.
    """

    _name = "customer.grading.deadline.planner"
    _description = "Reminders of Deadlines"

    @api.model
    def _remind(self, commit=False):
        """Make the activities that are missing, and let those there are follow who is responsible."""
        self._put_right()
        Case = self.env["customer.grading.deadline.case"].sudo()
        overdue = Case.search(
            [
                ("state", "in", ["overdue"]),
                ("is_reminded", "=", False),
                ("kind", "in", list(TYPES)),
                ("deadline_id", "any", [("remind", "=", True)]),
                ("user_id.active", "=", True),
                ("dimension_id.active", "=", True),
            ]
        )
        for start in range(0, len(overdue), BATCH):
            self._create_activities(overdue[start : start + BATCH])
            if commit:
                self.env["ir.cron"]._commit_progress()

    def _put_right(self):
        """Give open activities to who is responsible now, and take those of nobody away."""
        Case = self.env["customer.grading.deadline.case"].sudo()
        # Those that are done are archived.
        waiting = Case.search([("activity_id", "!=", False)]).filtered("activity_id.active")
        idle = waiting.filtered(lambda case: not case.user_id)
        for user, own in (waiting - idle).grouped("user_id").items():
            moved = own.activity_id.filtered(lambda one, user=user: one.user_id != user)
            moved.with_context(mail_activity_quick_update=True).user_id = user
        idle.activity_id.unlink()

    def _create_activities(self, cases):
        """Make an activity of each, but for whom somebody is responsible who may not open it."""
        types, planner = self._get_types(), self.env["customer.grading.follow.up.planner"]
        cases = cases.filtered(lambda case: types[case.kind])
        seen = planner._filter_seen(cases, "user_id")
        vals = {case: self._prepare_activity(case, types[case.kind]) for case in seen}
        for case, activity in planner._create_quietly(vals).items():
            case.activity_id = activity
        cases.is_reminded = True

    def _get_types(self):
        """Return ``{kind: type of activity}``, another one where that was deleted or archived."""
        Type = self.env["mail.activity.type"]
        free = Domain("res_model", "=", False) & Domain("category", "!=", "upload_file")
        types = {}
        for kind, xml_id in TYPES.items():
            own = self.env.ref(xml_id, raise_if_not_found=False) or Type
            types[kind] = own.filtered("active") or Type.search(free, limit=1)
        return types

    def _prepare_activity(self, case, kind):
        """Return the values of the activity by which somebody is reminded, in his or her language."""
        engine, record = self.env["customer.grading.engine"], case._get_subject()
        return {
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "activity_type_id": kind.id,
            "summary": case.with_context(lang=case.user_id.lang).asked,
            "date_deadline": engine._get_day(case.company_id, case.date_due),
            "user_id": case.user_id.id,
        }
