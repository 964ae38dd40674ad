import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_date

from ...tools.columns import LIMITS

_logger = logging.getLogger(__name__)

# Errors that no measure brings about, by the first two letters of PostgreSQL's code: it was
# out of reach, full, stopped or out of time, or its machine failed.
NOBODYS_FAULT = ("08", "53", "57", "58")


class CustomerGradingEvaluation(models.AbstractModel):
    """One evaluation of a policy as of a date: what a run and a trial have in common."""

    _name = "customer.grading.evaluation"
    _description = "Evaluation of a Policy"
    _order = "id desc"

    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True, readonly=True
    )
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    subject = fields.Selection(related="dimension_id.subject")
    company_id = fields.Many2one("res.company", ondelete="cascade", index=True, readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    date = fields.Date("As of", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Started by", readonly=True, index="btree_not_null")
    date_start = fields.Datetime("Started", readonly=True)
    date_end = fields.Datetime("Ended", readonly=True)
    progress = fields.Integer("Progress (%)", readonly=True, aggregator=None)
    cutoffs = fields.Json(readonly=True)
    limits = fields.Json("Limits used", compute="_compute_limits")
    graded_count = fields.Integer("Graded", readonly=True)
    error = fields.Text(readonly=True)
    error_measure_id = fields.Many2one(
        "customer.grading.measure", "Measure that failed", readonly=True, ondelete="set null"
    )

    @api.depends("policy_id", "company_id")
    def _compute_currency_id(self):
        for one in self:
            policy = one.policy_id.with_company(one.company_id or self.env.company)
            one.currency_id = policy.currency_id

    @api.depends("policy_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "%(policy)s, %(date)s",
                policy=one.policy_id.display_name,
                date=format_date(self.env, one.date),
            )

    @api.model_create_multi
    def create(self, vals_list):
        engine = self.env["customer.grading.engine"]
        for vals in vals_list:
            if not vals.get("date"):
                company = self.env["res.company"].browse(vals.get("company_id"))
                vals["date"] = engine._get_today(company)
        return super().create(vals_list)

    # ------------------------------------------------------------------ going through it

    def _execute(self, commit=False, subject_ids=None):
        """Evaluate, and do what follows. What fails is said on the record, and changes nothing.

        :param commit: whether each step, slice and batch is a transaction of its own, as
            in a cron; a button keeps everything in its own one
        :param subject_ids: customers to grade; ``None``: all
        """
        self.ensure_one()
        self._note(
            {"state": "running", "date_start": fields.Datetime.now(), "error": False}, commit
        )
        try:
            if commit:
                self._grade(commit, subject_ids)
            else:
                with self.env.cr.savepoint():
                    self._grade(commit, subject_ids)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            if not commit:
                raise  # Odoo tries the whole request again
            self._fail(error, commit, subject_ids)
        except Exception as error:  # noqa: BLE001 - the other policies go on
            self._fail(error, commit, subject_ids)

    def _grade(self, commit, subject_ids):
        """Do the steps of the evaluation, and say on the record how it ended."""
        raise NotImplementedError

    def _get_table(self):
        """Return the name of the temporary table of the evaluation."""
        return f"{self._table}_{self.id}"

    def _note(self, vals, commit=False):
        self.sudo().write(vals)
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _finish_step(self, commit, progress):
        """Say how far it is, where others can see it meanwhile."""
        if commit:
            self._note({"progress": progress}, commit)

    def _drop(self, table):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))

    def _get_scope(self):
        """Return the :class:`Scope` in which the policy was evaluated."""
        self.ensure_one()
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        return engine._get_scope(policy, self.company_id, self.date, cutoffs=self.cutoffs or {})

    # ------------------------------------------------------------------ what fails

    def _fail(self, error, commit, subject_ids):
        """Keep every grade as it is, and say what went wrong and what to do."""
        if commit:
            self.env.cr.rollback()
        self._drop(self._get_table())
        measure = getattr(error, "measure", self.env["customer.grading.measure"])
        if isinstance(error, UserError):
            message = str(error)
        else:
            _logger.exception("%s failed", self)
            measure, message = self._get_failure(error, subject_ids)
        self._note(
            {
                "state": "failed",
                "date_end": fields.Datetime.now(),
                "error": message,
                "error_measure_id": measure.id,
            }
        )
        self._after_failure(message)
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _after_failure(self, message):
        """Hook: tell whom it concerns; nobody where somebody waits for it."""

    def _get_failure(self, error, subject_ids):
        """Return the measure that an error of the database is about, and what to do."""
        reason = str(error).partition("\n")[0]
        criterion = self.env["customer.grading.criterion"]
        if isinstance(error, psycopg2.Error) and (error.pgcode or "08")[:2] not in NOBODYS_FAULT:
            engine = self.env["customer.grading.engine"]
            policy = self.policy_id.sudo()
            scope = engine._get_scope(policy, self.company_id, self.date, subject_ids)
            criterion = engine._find_failing(policy, scope)
        if not criterion:
            return criterion.measure_id, self._get_unexpected_text(reason)
        return criterion.measure_id, self.env._(
            "“%(criterion)s” cannot be computed: %(error)s. Look at its measure, its filter and "
            "the fields they read.",
            criterion=criterion.name,
            error=reason,
        )

    def _get_unexpected_text(self, reason):
        return self.env._(
            "The evaluation failed: %s. Grades are as they were; the next run tries again.", reason
        )

    # ------------------------------------------------------------------ limits used

    @api.depends("cutoffs")
    @api.depends_context("lang")
    def _compute_limits(self):
        titles = [
            self.env._("Limits used"),
            self.env._("Level"),
            self.env._("Among"),
            self.env._("From"),
        ]
        for one in self:
            rows = one.cutoffs and [
                {"cells": [{"text": text} for text in texts]}
                for texts in (*one._get_ranking_texts(), *one._get_room_texts())
            ]
            block = {"title": titles[0], "columns": titles, "rows": rows}
            one.limits = rows and [{"blocks": [block]}]

    def _get_ranking_texts(self):
        """Return the cut-offs of rankings in words, best level first."""
        policy = self.policy_id.sudo()
        for criterion in policy.criterion_ids.filtered(lambda c: c._is_ranked()):
            by_band = self.cutoffs.get(str(criterion.id), {})
            path = criterion._get_rank_path()
            for band in criterion.band_ids._sort_for_matching():
                for group, value in by_band.get(str(band.id), {}).items():
                    if value is None:
                        continue  # nobody of the group is among the first
                    yield (
                        criterion._to_text(),
                        band._to_text(),
                        self._get_group_text(policy.subject_model, path, group),
                        criterion._format_value(float(value), "down"),
                    )

    def _get_room_texts(self):
        """Return the least value with which a limited grade was taken, where many met it."""
        policy = self.policy_id.sudo()
        for rule in policy.rule_ids.filtered("limit_count"):
            criterion, path = rule.limit_criterion_id, rule._get_limit_path()
            for group, last in self.cutoffs.get(LIMITS, {}).get(str(rule.id), {}).items():
                if not last:
                    continue  # there is room for all
                yield (
                    criterion._to_text(),
                    self.env._(
                        "%(grade)s: %(count)s at most",
                        grade=rule.grade_id.code,
                        count=rule.limit_count,
                    ),
                    self._get_group_text(policy.subject_model, path, group),
                    "" if last[0] is None else criterion._format_value(float(last[0]), "down"),
                )

    def _get_group_text(self, model_name, path, group):
        """Return the name of those among whom a limit counts."""
        if not group:
            return self.dimension_id._choose_text(
                self.env._("all customers"), self.env._("all opportunities")
            )
        field = self.env["customer.grading.measure"]._get_path_field(model_name, path)
        if not field.relational:
            return group
        record = self.env[field.comodel_name].sudo().browse(int(group)).exists()
        return record.display_name or self.env._("none")

    def _get_subjects_title(self):
        """Return what is graded, as it heads a column."""
        return self.dimension_id._choose_text(self.env._("Customers"), self.env._("Opportunities"))

    @api.model
    def _format_count(self, count):
        return self.env["customer.grading.criterion"]._format_number(count)
