from functools import cache

from odoo import api, models
from odoo.tools import SQL

from ...tools.columns import VALUES
from ...tools.groups import OFFICER_GROUP
from ...tools.scope import Scope
from ..policy.customer_grading_policy import PLANNED_STATES
from .explanation import Explanation, Reading

QUESTION = "customer.grading.question"
ACCOUNTING_GROUPS = ("account.group_account_readonly", "account.group_account_invoice")


class CustomerGradingExplanation(models.AbstractModel):
    """Explains grades by the very statement that decided them, over the values kept.

    Says who may see the figures in it.
    """

    _name = "customer.grading.explanation"
    _description = "Explanation of Grades"

    @api.model
    def _explain(self, records):
        """Explain results, changes or lines of a try-on, by one query a policy.

        Who was graded by hand, left the scope, or was tried on before the policy was
        changed, has no explanation.

        :return: ``{record: Explanation}``
        """
        get_full_run = cache(self.env["customer.grading.engine"]._get_last_full_run)
        cases = {}
        for record in records.sudo().filtered(lambda r: isinstance(r.values, list)):
            policy, company, run, date = self._get_case(record, get_full_run)
            if policy.rule_ids and self._is_readable(policy, record):
                ranked = self.env["customer.grading.engine"]._needs_everybody(policy)
                key = policy, company, run if ranked else run.browse()
                cases.setdefault(key, {})[record] = date
        explanations = {}
        for (policy, company, run), dates in cases.items():
            explanations.update(self._explain_case(policy, company, run, dates))
        return explanations

    @staticmethod
    def _get_case(record, get_full_run):
        """Return policy, company, the run whose cut-offs count, and the reference date."""
        if record._name == "customer.grading.trial.line":
            trial = record.trial_id
            return trial.policy_id, trial.company_id, trial, trial.date
        policy, company = record.policy_id, record.company_id
        if record._name == "customer.grading.change":
            run = record.run_id or get_full_run(policy, company)
            return policy, company, run, record.date_evaluated or record.date
        run = get_full_run(policy, company)
        date = max(filter(None, (record.date_evaluated, run.date)))
        return policy, company, run, date

    @staticmethod
    def _is_readable(policy, record):
        """Whether the values of ``record`` are still those of the policy's criteria.

        A draft can change after it was tried on.
        """
        criteria = policy._get_measured_criteria()
        if len(record.values) != len(criteria):
            return False
        if record._name != "customer.grading.trial.line" or policy.state not in PLANNED_STATES:
            return True
        tried = record.trial_id.create_date
        return all(criterion.write_date <= tried for criterion in criteria)

    def _explain_case(self, policy, company, run, dates):
        """Hook: explain the records of one policy and company, ``dates`` being ``{record: date}``."""
        policy = policy.with_company(company or self.env.company)
        records = next(iter(dates)).union(*dates)
        records.flush_recordset(["values", policy.dimension_id._get_subject_kind().field])
        criteria, rules = policy.criterion_ids, policy.rule_ids | policy.rule_ids.line_ids
        children = {}
        for root in policy.rule_ids:
            children.update(root._get_children())
        statement = self._get_statement(policy, run, records, dates, children)
        explanations = {}
        for record_id, *columns in self.env.execute_query(statement):
            size = len(Reading._fields)
            readings = {
                criterion: Reading(*columns[position * size : (position + 1) * size])
                for position, criterion in enumerate(criteria)
            }
            holds = dict(zip(rules, columns[len(criteria) * size :], strict=True))
            record = records.browse(record_id)
            explanations[record] = Explanation(
                policy, company, dates[record], run, children, readings, holds
            )
        return explanations

    def _get_statement(self, policy, run, records, dates, children):
        """Return the query of each record's readings and of what holds for it."""
        engine = self.env["customer.grading.engine"].sudo()
        # Each record has its own date, so the scope's date is a column.
        day, companies = SQL.identifier(VALUES, "as_of"), tuple(policy.env.company.ids)
        scope = Scope(date=day, company_ids=companies, cutoffs=run.cutoffs or {})
        terms, joins = engine._get_terms(policy, scope)
        columns = [SQL.identifier(VALUES, "subject_id")]
        for criterion in policy.criterion_ids:
            columns += self._get_reading_sql(criterion, terms[criterion])
        columns += [rule._get_holds_sql(terms, scope) for rule in policy.rule_ids]
        columns += [line._combine_sql(children, terms) for line in policy.rule_ids.line_ids]
        return SQL(
            "SELECT %(columns)s FROM ("
            "SELECT kept.*, asked.as_of FROM (%(kept)s) kept"
            " JOIN (SELECT UNNEST(%(ids)s) AS id, UNNEST(%(dates)s::date[]) AS as_of) asked"
            " ON asked.id = kept.subject_id"
            ") %(values)s %(joins)s",
            columns=SQL(", ").join(columns),
            kept=engine._get_kept_values_sql(policy, records),
            ids=[record.id for record in dates],
            dates=list(dates.values()),
            values=SQL.identifier(VALUES),
            joins=joins,
        )

    @staticmethod
    def _get_reading_sql(criterion, terms):
        measured = criterion.kind == "measure"
        raw = SQL.identifier(VALUES, f"v{criterion.id}") if measured else SQL("NULL")
        group = SQL("NULL")
        if criterion._is_ranked():
            group = SQL.identifier(VALUES, f"g{criterion.id}")
        band_set = SQL("NULL")
        if len(criterion._get_band_sets()) > 1:
            band_set = SQL.identifier(VALUES, f"b{criterion.id}")
        return [terms.value, terms.level, terms.points, raw, group, band_set]

    # ------------------------------------------------------------------ who sees numbers

    def _get_figures_users(self):
        """Return the salespeople whose records' figures the user may see; ``None``: everybody's."""
        user = self.env.user
        if user.has_group(OFFICER_GROUP) or any(map(user.has_group, ACCOUNTING_GROUPS)):
            return None
        who = self.env["ir.config_parameter"].sudo().get_param("customer_grading.figures", "own")
        if who != "own":
            return None if who == "all" else user.browse()
        # His own, and of the members of the sales teams he leads or belongs to.
        teams = ["|", ("user_id", "=", user.id), ("member_ids", "in", user.ids)]
        return user | self.env["crm.team"].sudo().search(teams).member_ids

    @api.model
    def _get_figures_records(self, records):
        """Return the customers or opportunities of ``records`` whose figures the user may see."""
        users = self._get_figures_users()
        if users is None:
            return records
        return records.filtered(lambda r: r.sudo()._get_graded().user_id in users)

    @api.model
    def _get_shown_subjects(self, records):
        """Return the customers and opportunities of ``records`` whose figures the user sees."""
        names = records._get_subject_fields()
        return {one for name in names for one in self._get_figures_records(records[name])}

    @api.model
    def _hides(self, criterion):
        """Whether the figures of ``criterion`` are kept from the user, whoever's they are."""
        if criterion.kind != "measure":
            return any(map(self._hides, criterion.child_ids))
        measure = criterion.measure_id.sudo()
        parts = measure.numerator_id | measure.denominator_id | measure.base_measure_id
        asked = criterion.question_id.sudo().filtered(lambda q: q.asked_of == "group")
        return self._keeps_to_groups(measure, parts, criterion.dimension_id.sudo(), asked)

    @api.model
    def _hides_revenue(self):
        """Whether what was invoiced, which stands beside customers, is kept from the user."""
        revenue = self.env.ref("customer_grading.measure_invoiced_revenue", False)
        return bool(revenue) and self._keeps_to_groups(revenue.sudo())

    @api.model
    def _keeps_to_groups(self, *restricted):
        """Whether one of these recordsets names groups, and none of the user's is among them.

        Officers see what they may answer, whoever is asked.
        """
        user = self.env.user
        return any(
            record.group_ids
            and not record.group_ids & user.all_group_ids
            and not (record._name == QUESTION and user.has_group(OFFICER_GROUP))
            for records in restricted
            for record in records
        )
