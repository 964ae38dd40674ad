from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html

FEW = 1_000  # results stored since it was looked ahead, of whom alone it is done anew


class CustomerGradingOutlookRun(models.Model):
    """Where the looking ahead of a policy stands for a company: after which run it was done."""

    _name = "customer.grading.outlook.run"
    _inherit = ["customer.grading.evaluation", "customer.grading.slices"]
    _description = "Looking Ahead by a Policy"

    state = fields.Selection(
        [("running", "In progress"), ("done", "Done"), ("failed", "Failed")],
        default="running",
        required=True,
        readonly=True,
    )
    run_id = fields.Many2one(
        "customer.grading.run",
        "After run",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        help="The last run of everybody when the outlook was made.",
    )
    date_seen = fields.Datetime(
        "Stored until",
        readonly=True,
        help="The outlook of results that were stored later is renewed.",
    )
    moving_count = fields.Integer("About to move", readonly=True)

    _policy_uniq = models.UniqueIndex("(policy_id, COALESCE(company_id, 0))")

    # ------------------------------------------------------------------ in the background

    @api.model
    def _cron_look_ahead(self):
        """Look ahead by each policy that graded everybody, or somebody, since it was done last.

        It comes after the runs: the last of them starts it again. What was killed was not noted,
        and is done again.
        """
        Run = self.env["customer.grading.run"]
        if Run.search_count(Run._get_unfinished_domain(), limit=1):
            return
        self._forget_closed()
        due = self._find_due()
        failed = self.browse()
        for position, (one, subject_ids) in enumerate(due.items(), 1):
            one._execute(commit=True, subject_ids=subject_ids)
            failed |= one.filtered(lambda one: one.state == "failed")
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - position):
                break
        if failed:
            # The failure counts for the cron, after every other policy had its turn.
            raise UserError(failed[0].error)

    @api.model
    def _go_on(self):
        """Let the cron look ahead soon."""
        self.env.ref("customer_grading_outlook.ir_cron_look_ahead").sudo()._trigger()

    @api.model
    def _forget_closed(self):
        """Delete what is of policies that are not in force any more."""
        closed = [("policy_id.state", "!=", "running")]
        self.search(closed).unlink()
        self.env["customer.grading.outlook"].search(closed).unlink()

    @api.model
    def _find_due(self):
        """Return what is to be done, in order: ``{one: ids of the records; None: all}``."""
        engine = self.env["customer.grading.engine"]
        Policy = self.env["customer.grading.policy"].sudo()
        done = {(one.policy_id, one.company_id): one for one in self.search([])}
        due = {}
        for policy in Policy.search([("state", "=", "running")])._in_order_of_need():
            if not self._is_told(policy.dimension_id):
                continue
            for company in policy._get_run_companies():
                last = engine._get_last_full_run(policy, company)
                one = done.get((policy, company), self.browse())
                if last.state == "done" and one.run_id != last:
                    due[one or self._begin(policy, company)] = None
                elif one.state == "done" and (ids := one._find_stored_since()):
                    due[one] = ids if len(ids) <= FEW else None
        return due

    def _find_stored_since(self):
        """Return of whom results were stored since it was looked ahead, a few more than few."""
        finder = self.env["customer.grading.outlook.finder"]
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM customer_grading_result result WHERE %s AND result.date_stored > %s"
                " LIMIT %s",
                SQL.identifier("result", self.dimension_id._get_subject_kind().field),
                finder._get_results_sql(self.policy_id, self.company_id),
                self.date_seen,
                FEW + 1,
            )
        )
        return [id_ for (id_,) in rows]

    @api.model
    def _is_told(self, dimension):
        """Return whether outlooks have a field to the records of a dimension."""
        field = dimension._get_subject_kind().field
        return field in self.env["customer.grading.outlook"]._fields

    @api.model
    def _begin(self, policy, company):
        """Return what is noted from now on of a policy and company."""
        self.env["customer.grading.dimension"]._forget_use()
        return self.create({"policy_id": policy.id, "company_id": company.id})

    @api.model
    def _is_any(self):
        """Return whether it was ever looked ahead: Odoo's own work stops at that for us."""
        Dimension, Ahead = self.env["customer.grading.dimension"], self.sudo()
        return Dimension._is_ever("looked ahead", lambda: Ahead.search_count([], limit=1))

    # ------------------------------------------------------------------ doing it

    def _grade(self, commit, subject_ids):
        """Renew the outlooks of these records, or of all, in a transaction of its own."""
        engine = self.env["customer.grading.engine"]
        last = engine._get_last_full_run(self.policy_id, self.company_id)
        [[moment]] = self.env.execute_query(SQL("SELECT NOW() AT TIME ZONE 'UTC'"))
        self._note({"date": engine._get_today(self.company_id)})
        self._try(self._renew, commit, subject_ids)
        own = [("policy_id", "=", self.policy_id.id), ("company_id", "=", self.company_id.id)]
        self._note(
            {
                "state": "done",
                "date_end": fields.Datetime.now(),
                "date_seen": moment + timedelta(seconds=1),  # Odoo keeps no parts of one
                "moving_count": self.env["customer.grading.outlook"].sudo().search_count(own),
                "run_id": last.id,
            }
        )

    def _renew(self, subject_ids=None):
        """Bring the outlooks of these records, or of all, up to date."""
        policy = self.policy_id.sudo().with_company(self.company_id or self.env.company)
        engine = self.env["customer.grading.outlook.engine"]
        engine._renew(policy, self.company_id, subject_ids)

    def _after_failure(self, message):
        """Tell the responsible once, and go on with the next run of everybody."""
        engine = self.env["customer.grading.engine"]
        last = engine._get_last_full_run(self.policy_id, self.company_id)
        self._note({"run_id": last.id})
        policy, summary = self.policy_id.sudo(), self.env._("The outlook failed")
        if policy.user_id and summary not in policy.activity_ids.mapped("summary"):
            policy.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=policy.user_id.id,
                summary=summary,
                note=plaintext2html(message),
            )
