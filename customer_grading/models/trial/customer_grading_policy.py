import json
from hashlib import sha256

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.blocks import open_window, tell
from ..policy.customer_grading_dimension import AMOUNT_FIELDS
from ..policy.customer_grading_policy import PLANNED_STATES


class CustomerGradingPolicy(models.Model):
    """Tries policies on, and says what the last try-on told."""

    _inherit = "customer.grading.policy"

    def _create_trial(self, kind, company=None, **vals):
        """Return a new trial of the policy, of today in the company's time zone.

        :param company: as in :meth:`_create_run`
        """
        self.ensure_one()
        self.dimension_id._check_seen_whole()
        company = self._get_try_on_company() if company is None else company
        vals.update(policy_id=self.id, company_id=company.id, kind=kind, user_id=self.env.uid)
        return self.env["customer.grading.trial"].sudo().create(vals)

    def _get_fingerprint(self):
        """Return a short text that is another one once anything changes that decides a grade."""
        self.ensure_one()
        policy = self.sudo().with_context(lang=None)
        criteria = policy.criterion_ids
        rules = policy.env["customer.grading.rule"].search([("policy_id", "=", policy.id)])
        measures = criteria.measure_id._get_base_measures()
        unlocked = self._get_unlocked_fields()
        deciding = (policy, criteria, criteria.band_ids, rules, criteria.measure_id | measures)
        content = [
            records.sorted("id").read(
                [
                    name
                    for name, field in records._fields.items()
                    if field.store
                    and field.type != "one2many"
                    and name not in models.MAGIC_COLUMNS
                    and not (records == policy and name in unlocked)
                ],
                load=None,
            )
            for records in deciding
        ]
        content += policy.dimension_id.read(AMOUNT_FIELDS, load=None)
        return sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()

    def _try_on(self):
        """Evaluate the policy without changing a grade, and return the try-on."""
        self._check_complete()
        trial = self._create_trial("try_on")
        trial._execute()
        return trial

    def action_activate(self):
        """Open the try-on, from which the policy is put in force."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        return self.action_try_on()

    def action_try_on(self):
        """Evaluate the policy without changing a grade, and open what it would do."""
        self.ensure_one()
        self.check_access("write")
        return self._try_on().with_env(self.env).with_context(of_policy=True).action_open()

    def _get_companies_without_zone(self):
        """Return the companies that it grades of which nobody knows where days begin, sudoed."""
        companies = self._get_companies() or self.env["res.company"].sudo().search(
            [], order="id", limit=1
        )
        return companies.sudo().filtered(
            lambda c: not any(c.parent_ids.mapped("customer_grading_tz")) and not c.partner_id.tz
        )

    def _get_time_zone_action(self, trial):
        """Return the dialog that asks for the time zone of companies without one, if there are.

        :param trial: the try-on from which the policy is put in force
        """
        unknown = self._get_companies_without_zone()
        if not unknown:
            return None
        context = {"default_trial_id": trial.id, "default_company_ids": unknown.ids}
        return open_window(
            self.env._("Where do days begin?"),
            "customer.grading.time.zone",
            target="new",
            context=context,
        )

    @api.model
    def action_open_grading(self):
        """Open the customers by grade, or where a manager begins while nobody was graded."""
        if self.has_access("create") and not self._has_graded():
            return self._get_first_action()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading.customer_grading_my_customers_action"
        )

    @api.model
    def _get_first_action(self):
        """Hook: return what a manager sees while nobody was graded: the list, and what to do."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading.customer_grading_policy_action"
        )

    def _get_last_try_on(self):
        """Return the last try-on that was done, sudoed."""
        self.ensure_one()
        done = [("policy_id", "=", self.id), ("kind", "=", "try_on"), ("state", "=", "done")]
        return self.env["customer.grading.trial"].sudo().search(done, limit=1)

    def _get_known_statistics(self):
        """Return the statistics of the last try-on, where they are of today's criteria."""
        self.ensure_one()
        trial = self._get_last_try_on()
        statistics = trial.statistics or {}
        return statistics if statistics.get("total") and not trial._is_stale() else {}

    def _get_figure_problems(self):
        """Warn of conditions that ask for nothing, or for what nobody has, by the last try-on."""
        statistics = self._get_known_statistics()
        return [
            line.root_id._prepare_rule_problem(text, level="warning")
            for line in self.rule_ids.line_ids
            if (figures := statistics.get("criteria", {}).get(str(line.criterion_id.id)))
            and (text := line._get_met_text(statistics["total"], *figures[:4]))
        ]

    @api.depends("state", "dimension_id")
    @api.depends_context("lang", "company")
    def _compute_subject_text(self):
        """Say how many the policy grades, from what is counted already.

        To count everybody takes seconds where there are many: a draft shows the number of
        its last try-on, see :meth:`action_count_subjects` for today's.
        """
        for policy in self:
            policy.subject_text = policy._origin._get_subject_text() if policy._origin else False

    def _get_subject_text(self):
        if self.state not in PLANNED_STATES:
            return self.dimension_id._get_number_text(self.result_count)
        trial = self._get_last_try_on()
        if not trial:
            return False
        names = {
            "count": self.criterion_ids._format_number(trial.graded_count),
            "date": format_date(self.env, trial.date),
        }
        return self.dimension_id._choose_text(
            self.env._("%(count)s customers in the try-on of %(date)s", **names),
            self.env._("%(count)s opportunities in the try-on of %(date)s", **names),
        )

    def action_count_subjects(self):
        """Say how many the policy would grade today in the current company."""
        self.ensure_one()
        self.check_access("write")
        self.dimension_id._check_seen_whole()
        if problems := self._get_scope_problems():
            raise UserError(problems[0]["message"])
        engine = self.env["customer.grading.engine"]
        company = self._get_try_on_company()
        scope = engine._get_scope(self, company, engine._get_today(company))
        query = engine._get_subject_query(self.sudo(), scope)
        [[count]] = self.env.execute_query(query.select("COUNT(*)"))
        number = self.dimension_id._get_number_text(count)
        return tell(self.env._("Applies today to %s.", number))
