from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.subject import PARTNER, SUBJECTS

OVERLAP = timedelta(hours=1)  # transactions that were open when it was looked last


class CustomerGradingRun(models.Model):
    """Grades between two nights what changed meanwhile."""

    _inherit = "customer.grading.run"

    @api.model
    def _cron_changed(self):
        """Grade the records whose documents changed since the last time.

        What passes without a trace in the records, as time does, is for the night.
        """
        self._note_interrupted()
        cron = self.env.ref("customer_grading.ir_cron_changed").sudo()
        since = (cron.lastcall or fields.Datetime.now() - timedelta(days=1)) - OVERLAP
        self._grade_changed(since, commit=True)

    @api.model
    def _note_interrupted(self):
        """Say of runs that were killed that they will not end: Odoo runs no cron twice at once.

        The next one looks from the same moment on, so nothing is left out.
        """
        dead = self.search([("mode", "=", "incremental"), ("state", "=", "running")])
        dead._note(
            {
                "state": "failed",
                "date_end": fields.Datetime.now(),
                "error": self.env._("It was interrupted. The next run grades what it left."),
            }
        )

    @api.model
    def _grade_changed(self, since, commit=False):
        """Grade what changed from the moment ``since`` on, dimensions that others need first.

        :return: the runs made, none where nothing changed
        """
        runs = self.browse()
        policies = (
            self.env["customer.grading.policy"]
            .sudo()
            .search([("state", "=", "running"), ("regrades_changed", "=", True)])
        )
        for policy in policies._in_order_of_need():
            for company in policy._get_companies() or [self.env["res.company"]]:
                if ids := self.env["customer.grading.engine"]._get_changed_ids(
                    policy, company, since
                ):
                    run = policy._create_run("incremental", company)
                    run._execute(commit=commit, subject_ids=ids)
                    runs += run
        return runs

    @api.autovacuum
    def _gc_incremental(self):
        """Delete old runs of what changed that changed no grade.

        The others stay: by their limits the changes that they made are explained.
        """
        old = fields.Datetime.now() - timedelta(days=30)
        told = self.env["customer.grading.change"].sudo()._search([("run_id", "!=", False)])
        self.search(
            [
                ("mode", "=", "incremental"),
                ("create_date", "<", old),
                ("state", "in", ("done", "failed")),
                ("id", "not in", told.subselect("run_id")),
            ],
            limit=1000,
        ).unlink()


class CustomerGradingEngine(models.AbstractModel):
    """Finds what changed."""

    _inherit = "customer.grading.engine"

    @api.model
    def _get_changed_ids(self, policy, company, since):
        """Return the subjects whose records or documents were written from ``since`` on.

        One query a source; what was deleted leaves no trace there.

        :param since: moment in UTC
        """
        self.env.flush_all()
        scope = self._get_scope(policy, company, self._get_today(company))
        measures = policy._get_measured_criteria().measure_id._get_base_measures()
        subject = policy.dimension_id._get_subject_kind()
        queries = [self._get_written_sql(subject, since)]
        queries += measures._get_changed_sql(scope, since, subject.name)
        if subject.name == "lead":
            customers = measures._get_changed_sql(scope, since, "partner")
            queries += [self._get_leads_sql(query) for query in customers]
        queries += [
            self._get_moved_sql(criterion, since)
            for criterion in policy.criterion_ids.filtered("dimension_id")
        ]
        rows = self.env.execute_query(SQL(" UNION ").join(queries))
        return [row[0] for row in rows if row[0]]

    @staticmethod
    def _get_written_sql(subject, since):
        column = "id" if subject.name == "lead" else "commercial_partner_id"
        return SQL(
            "SELECT %s AS id FROM %s WHERE write_date >= %s",
            SQL.identifier(column),
            SQL.identifier(subject.table),
            since,
        )

    def _get_moved_sql(self, criterion, since):
        """Return the query of the subjects for which a grade that is looked at moved."""
        of, subject = criterion.dimension_id.subject, criterion.policy_subject
        key = SQL.identifier("moved", criterion.dimension_id._get_subject_kind().field)
        joins = SQL()
        if (of, subject) == ("lead", "partner"):
            key = SQL("contact.commercial_partner_id")
            joins = SQL(
                "JOIN crm_lead lead ON lead.id = moved.lead_id"
                " JOIN res_partner contact ON contact.id = lead.partner_id"
            )
        moved = SQL(
            "SELECT %s AS id FROM customer_grading_change moved %s"
            " WHERE moved.dimension_id = %s AND moved.state = 'applied'"
            " AND moved.write_date >= %s",
            key,
            joins,
            criterion.dimension_id.id,
            since,
        )
        return self._get_leads_sql(moved) if (of, subject) == ("partner", "lead") else moved

    @staticmethod
    def _get_leads_sql(customers):
        """Return the query of the opportunities of the customers in a query."""
        return SQL(
            "SELECT lead.id FROM crm_lead lead"
            " JOIN res_partner contact ON contact.id = lead.partner_id"
            " WHERE contact.commercial_partner_id IN (%s)",
            customers,
        )


class CustomerGradingMeasure(models.Model):
    _inherit = "customer.grading.measure"

    def _get_base_measures(self):
        """Return these measures and those that they are computed from."""
        measures = self.sudo()
        base = measures.numerator_id | measures.denominator_id | measures.base_measure_id
        return measures | base

    def _get_changed_sql(self, scope, since, subject):
        """Return queries of the ``subject`` records whose documents changed, as ``id``.

        An addon with built-in measures gives ``_get_<key>_changed_sql(scope, since)``, which
        returns such a query, for those that shall not wait for the night.
        """
        queries = {}
        if any(measure.kind == "question" for measure in self):
            queries["answers"] = self._get_answers_changed_sql(SUBJECTS[subject], since)
        for measure in self.filtered(lambda m: m.subject == subject and not m.is_broken):
            if measure.kind == "documents" and self.env[measure.model_name]._log_access:
                key = measure._get_source_key()
                queries[key] = measure._get_changed_documents_sql(scope, since)
            elif measure.kind == "code":
                name = measure.code_key
                if method := getattr(measure, f"_get_{name}_changed_sql", None):
                    queries[name] = method(scope, since)
        if subject == "partner":
            queries["written"] = self.env["customer.grading.engine"]._get_written_sql(
                PARTNER, since
            )
        return list(queries.values())

    def _get_changed_documents_sql(self, scope, since):
        source = self._open_source(scope)
        source.query.add_where(
            SQL("%s >= %s", SQL.identifier(source.query.table, "write_date"), since)
        )
        return source.query.select(SQL("%s AS id", source.subject))

    @staticmethod
    def _get_answers_changed_sql(subject, since):
        """The customers, or the opportunities, about which answers were written."""
        return SQL(
            "SELECT %(subject)s AS id FROM customer_grading_answer"
            " WHERE %(subject)s IS NOT NULL AND write_date >= %(since)s",
            subject=SQL.identifier(subject.field),
            since=since,
        )

    def _get_payments_changed_sql(self, scope, since):
        """The customers whose receivables were written or reconciled."""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS id
              FROM account_move_line item
              JOIN res_partner partner ON partner.id = item.partner_id
              JOIN account_account account ON account.id = item.account_id
             WHERE account.account_type = 'asset_receivable' AND item.write_date >= %s
            """,
            since,
        )

    _get_overdue_amount_changed_sql = _get_payments_changed_sql
    _get_receivable_age_changed_sql = _get_payments_changed_sql
    _get_late_count_changed_sql = _get_payments_changed_sql
    _get_ontime_ratio_changed_sql = _get_payments_changed_sql
    _get_collection_ratio_changed_sql = _get_payments_changed_sql

    def _get_lead_messages_changed_sql(self, scope, since):
        return SQL(
            "SELECT res_id AS id FROM mail_message WHERE model = 'crm.lead' AND write_date >= %s",
            since,
        )

    _get_lead_activities_done_changed_sql = _get_lead_messages_changed_sql
    _get_lead_last_contact_changed_sql = _get_lead_messages_changed_sql

    def _get_lead_next_activity_changed_sql(self, scope, since):
        """Planned ones are written, done ones leave a message."""
        return SQL(
            "SELECT res_id AS id FROM mail_activity"
            " WHERE res_model = 'crm.lead' AND write_date >= %s UNION %s",
            since,
            self._get_lead_messages_changed_sql(scope, since),
        )
