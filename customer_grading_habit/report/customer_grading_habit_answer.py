from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_action
from odoo.addons.customer_grading.tools.statement import join_path
from odoo.addons.customer_grading.tools.subject import PARTNER, SUBJECTS
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL

# What the id of a row is made of: that of the result, so many times, and that of the question.
ID_STEP = 1_000_000
# Answers are kept with the customer; only those of who became a contact of another are looked up.
MOVED = SQL(
    "LEFT JOIN (SELECT id, commercial_partner_id AS customer_id FROM res_partner"
    " WHERE parent_id IS NOT NULL AND commercial_partner_id <> id) moved"
    " ON moved.id = answer.partner_id"
)


class CustomerGradingHabitAnswer(models.Model):
    """A question that a policy in force asks of a customer or an opportunity, and its answer.

    The newest answer counts, as it does in grading: as long as it is valid, and was not outdated by
    a later yes. Who is excluded from grading, archived or out of scope is asked nothing. What several
    policies ask of one is asked once.
    """

    _name = "customer.grading.habit.answer"
    _inherit = ["customer.grading.habit"]
    _description = "Question and Answer"
    _auto = False
    _order = "date, id"
    _rates = {"coverage": ("answered", "asked")}

    dimension_id = fields.Many2one("customer.grading.dimension", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True, falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="grade_id.color")
    question_id = fields.Many2one("customer.grading.question", readonly=True)
    asked_of = fields.Selection(
        lambda self: (
            self.env["customer.grading.question"]
            ._fields["asked_of"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    state = fields.Selection(
        [
            ("valid", "Answered"),
            ("expired", "Expired"),
            ("outdated", "Outdated by a later answer"),
            ("none", "Not answered"),
        ],
        "Status",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Answered by", readonly=True)
    date = fields.Date("Answered on", readonly=True)
    valid_until = fields.Date(readonly=True)
    age = fields.Integer(
        "Age (days)", readonly=True, aggregator="avg", help="Of the answer, as of today."
    )
    asked = fields.Integer("Questions", readonly=True)
    answered = fields.Integer("Answered and valid", readonly=True)
    expired = fields.Integer(
        readonly=True, help="Answered, but the answer does not count any more."
    )
    missing = fields.Integer("Never answered", readonly=True)
    coverage = fields.Float(
        readonly=True, aggregator="avg", help="Share of the questions with a valid answer."
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @property
    def _table_query(self):
        """Return the rows of the companies that the user works in."""
        self.env.flush_all()
        parts = [
            SQL("(%s)", self._get_rows_sql(company, kind, pairs))
            for company, by_kind in self._get_asked().items()
            for kind, pairs in by_kind.items()
        ]
        return SQL(
            "SELECT told.*, 1 AS asked, (state = 'valid')::integer AS answered,"
            " (state IN ('expired', 'outdated'))::integer AS expired,"
            " (state = 'none')::integer AS missing,"
            " (state = 'valid')::integer::float AS coverage FROM (%s) told",
            SQL(" UNION ALL ").join(parts) if parts else self._get_nothing_sql(),
        )

    @staticmethod
    def _get_nothing_sql():
        return SQL(
            "SELECT NULL::bigint AS id, NULL::integer AS dimension_id, NULL::integer AS company_id,"
            " NULL::integer AS grade_id, NULL::integer AS question_id, NULL::integer AS partner_id,"
            " NULL::integer AS lead_id, NULL::integer AS salesperson_id, NULL::integer AS team_id,"
            " NULL::varchar AS asked_of, NULL::integer AS user_id, NULL::date AS date,"
            " NULL::date AS valid_until, NULL::integer AS age, NULL::varchar AS state WHERE FALSE"
        )

    # ------------------------------------------------------------------ what is asked of whom

    @api.model
    def _get_asked(self):
        """Return what policies in force ask, of dimensions that the user sees.

        :return: ``{company: {kind of who is asked about: [(policy, question)]}}``, sudoed; of a
            group, no company
        """
        groups, shown = self.env.user.all_group_ids, self._get_shown_companies()
        Policy, asked = self.env["customer.grading.policy"].sudo(), {}
        for policy in Policy.search([("state", "=", "running")]):
            secret = policy.dimension_id.group_ids
            if secret and not secret & groups:
                continue
            for question in policy.criterion_ids._get_question():
                for company in policy._get_run_companies():
                    if not company or company in shown:
                        by_kind = asked.setdefault(company, defaultdict(list))
                        by_kind[question.subject].append((policy, question))
        return asked

    @api.model
    def _get_asked_sql(self, company, kind, pairs):
        """Return the query of ``result_id, dimension_id, question_id, grade_id, about_id``.

        :param kind: of who is asked about
        :param pairs: ``(policy, question)`` of each that is asked
        """
        dimensions = defaultdict(set)
        for policy, question in pairs:
            dimensions[question].add(policy.dimension_id)
        parts, is_once = [], all(len(some) == 1 for some in dimensions.values())
        by_subject = defaultdict(list)
        for policy, question in pairs:
            by_subject[policy.dimension_id.subject].append((policy.id, question.id))
        for subject, ids in by_subject.items():
            parts.append(self._get_asking_sql(company, kind, SUBJECTS[subject], ids))
            is_once = is_once and subject == kind
        every = SQL(" UNION ALL ").join(parts)
        if is_once:
            return every
        # Asked once of a customer, however many opportunities, people or dimensions ask it.
        return SQL(
            "SELECT DISTINCT ON (question_id, about_id) * FROM (%s) every"
            " ORDER BY question_id, about_id, grade_id IS NULL, result_id",
            every,
        )

    @api.model
    def _get_asking_sql(self, company, kind, subject, ids):
        """Return the query of what policies ask that grade records of ``subject``.

        :param ids: ``(policy id, question id)`` of each that is asked
        """
        Model = self.env[subject.model].sudo()
        query = Model._search([], bypass_access=True)
        about, grade = SQL.identifier(query.table, "id"), SQL("result.grade_id")
        if subject.name != kind:
            about = join_path(Model, query.table, query, subject.customer)
            grade = SQL("NULL::integer")
        result = SQL(
            "result.%s = %s AND result.company_id IS NOT DISTINCT FROM %s"
            " AND result.reason <> 'left' AND result.manual_kind IS DISTINCT FROM 'exclude'",
            SQL.identifier(subject.field),
            SQL.identifier(query.table, "id"),
            company.id or None,
        )
        query.add_join("JOIN", "result", SQL.identifier("customer_grading_result"), result)
        rows = SQL(
            "(SELECT * FROM (VALUES %s) asked (policy_id, question_id))", self._get_values(ids)
        )
        query.add_join("JOIN", "pair", rows, SQL("pair.policy_id = result.policy_id"))
        query.add_where(SQL("%s IS NOT NULL", about))
        return query.select(
            SQL("result.id AS result_id"),
            SQL("result.dimension_id"),
            SQL("pair.question_id"),
            SQL("%s AS grade_id", grade),
            SQL("%s AS about_id", about),
        )

    @staticmethod
    def _get_values(rows):
        return SQL(", ").join(SQL("(%s, %s)", *row) for row in rows)

    # ------------------------------------------------------------------ what was answered

    @api.model
    def _get_rows_sql(self, company, kind, pairs):
        """Return the query of the rows of one company about records of one kind."""
        engine = self.env["customer.grading.engine"].sudo()
        scope = engine._get_scope(pairs[0][0], company, engine._get_today(company))
        questions = self.env["customer.grading.question"].sudo().union(*(q for _p, q in pairs))
        Model, query = self._open_query(company, kind, pairs)
        outdated = self._join_affirmed(Model, query, SUBJECTS[kind], questions)
        about = SQL.identifier(query.table, "id")
        partner, lead = about, SQL("NULL::integer")
        if SUBJECTS[kind].model != PARTNER.model:
            partner, lead = lead, about
        return SQL(
            "WITH latest AS MATERIALIZED (%s), affirmed AS MATERIALIZED (%s) %s",
            self._get_latest_sql(questions | questions.contrary_ids, scope),
            self._get_affirmed_sql(questions),
            query.select(
                SQL("asked.result_id::bigint * %s + asked.question_id AS id", ID_STEP),
                SQL("asked.dimension_id, %s::integer AS company_id", company.id or None),
                SQL("asked.grade_id, asked.question_id"),
                SQL("%s AS partner_id, %s AS lead_id", partner, lead),
                SQL("%s AS salesperson_id", Model._field_to_sql(query.table, "user_id", query)),
                SQL("%s AS team_id", self._join_team(Model, query, SUBJECTS[kind])),
                SQL("question.asked_of, latest.user_id, latest.date, latest.valid_until"),
                SQL("%s::date - latest.date AS age", scope.date),
                SQL("%s AS state", self._get_state_sql(scope, outdated)),
            ),
        )

    @api.model
    def _open_query(self, company, kind, pairs):
        """Return the model of who is asked about, and its query with questions and answers."""
        Model = self.env[SUBJECTS[kind].model].sudo()
        query = Model._search([], bypass_access=True)
        about = SQL.identifier(query.table, "id")
        asked = SQL("(%s)", self._get_asked_sql(company, kind, pairs))
        query.add_join("JOIN", "asked", asked, SQL("asked.about_id = %s", about))
        question = SQL("question.id = asked.question_id")
        query.add_join("JOIN", "question", SQL.identifier("customer_grading_question"), question)
        same = SQL("latest.question_id = asked.question_id AND latest.about_id = %s", about)
        query.add_join("LEFT JOIN", "latest", SQL.identifier("latest"), same)
        return Model, query

    @staticmethod
    def _join_team(Model, query, subject):
        """Return the sales team of a record: that of its salesperson where it has none itself."""
        user = Model._field_to_sql(query.table, "user_id", query)
        same = SQL("salesperson.id = %s", user)
        query.add_join("LEFT JOIN", "salesperson", SQL.identifier("res_users"), same)
        if subject.model == PARTNER.model:
            return SQL("salesperson.sale_team_id")
        own = Model._field_to_sql(query.table, "team_id", query)
        return SQL("COALESCE(%s, salesperson.sale_team_id)", own)

    @staticmethod
    def _get_state_sql(scope, outdated):
        return SQL(
            "CASE WHEN latest.question_id IS NULL THEN 'none'"
            " WHEN latest.valid_until < %s THEN 'expired' WHEN %s THEN 'outdated'"
            " ELSE 'valid' END",
            scope.date,
            outdated,
        )

    @api.model
    def _get_latest_sql(self, questions, scope):
        """Return the query of the newest answer to each question about each record."""
        kinds = []
        for kind, some in questions.grouped("subject").items():
            record, join = SQL.identifier("answer", SUBJECTS[kind].field), SQL()
            about = record
            if kind == PARTNER.name:
                about, join = SQL("COALESCE(moved.customer_id, %s)", record), MOVED
            kinds.append(
                SQL(
                    "SELECT %s AS about_id, answer.* FROM customer_grading_answer answer %s"
                    " WHERE answer.question_id IN %s AND %s IS NOT NULL"
                    " AND answer.company_id IN %s AND answer.date <= %s",
                    *(about, join, some._ids, record, scope.company_ids, scope.date),
                )
            )
        return SQL(
            "SELECT DISTINCT ON (about_id, question_id) about_id, question_id, user_id, date,"
            " valid_until, yes_no, id FROM (%s) every"
            " ORDER BY about_id, question_id, date DESC, id DESC",
            SQL(" UNION ALL ").join(kinds),
        )

    @staticmethod
    def _get_affirmed_sql(questions):
        """Return the query of the newest yes by which the answer to a question counts no more."""
        return SQL(
            """
            SELECT rel.question_id, other.subject, latest.about_id,
                   MAX(ARRAY[latest.date - DATE '1970-01-01', latest.id]) AS stamp
              FROM customer_grading_question_contrary_rel rel
              JOIN customer_grading_question other ON other.id = rel.contrary_id
              JOIN latest ON latest.question_id = rel.contrary_id AND latest.yes_no = 'yes'
             WHERE rel.question_id IN %s
             GROUP BY rel.question_id, other.subject, latest.about_id
            """,
            questions._ids,
        )

    @staticmethod
    def _join_affirmed(Model, query, subject, questions):
        """Return whether a later yes was given about the record, or about its customer."""
        keys = {subject.name: SQL.identifier(query.table, "id")} if questions.contrary_ids else {}
        if keys and subject != PARTNER:
            keys[PARTNER.name] = join_path(Model, query.table, query, subject.customer)
        later = [SQL("FALSE")]
        for kind, key in keys.items():
            alias = query.make_alias("affirmed", kind)
            same = SQL(
                "%(alias)s.question_id = asked.question_id AND %(alias)s.subject = %(kind)s"
                " AND %(alias)s.about_id = %(key)s",
                alias=SQL.identifier(alias),
                kind=kind,
                key=key,
            )
            query.add_join("LEFT JOIN", alias, SQL.identifier("affirmed"), same)
            stamp = SQL("ARRAY[latest.date - DATE '1970-01-01', latest.id]")
            later.append(SQL("COALESCE(%s > %s, FALSE)", SQL.identifier(alias, "stamp"), stamp))
        return SQL("(%s)", SQL(" OR ").join(later))

    # ------------------------------------------------------------------ what people open

    def action_view_answers(self):
        """Open all answers to the question about the same customer or opportunity."""
        self.ensure_one()
        self.check_access("read")
        subject = self._get_subject()
        return open_action(
            self.env,
            "customer_grading.customer_grading_answer_action",
            self.question_id.name,
            domain=[
                ("question_id", "=", self.question_id.id),
                (subject._grading_result_field, "child_of", subject.ids),
            ],
            context={"create": False},
        )
