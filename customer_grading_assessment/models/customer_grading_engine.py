from datetime import timedelta

from odoo import api, models
from odoo.addons.customer_grading.models.engine.customer_grading_measure import GIVEN
from odoo.addons.customer_grading.tools.statement import Statement
from odoo.addons.customer_grading.tools.subject import PARTNER
from odoo.fields import Domain
from odoo.tools import SQL

MANY = 20_000  # customers of one person, from which on all are looked at

ENDING_DAYS = 30  # how long before its end an answer is asked for again


class CustomerGradingEngine(models.AbstractModel):
    """Finds the answers that are missing, and what they could change.

    It reads the values that results, or the lines of a try-on, kept; so no document is
    read, and every grade is decided by the statement that decides it in a run.
    """

    _inherit = "customer.grading.engine"

    @api.model
    def _find_open_questions(self, policy, scope, kept, condition, questions, limit):
        """Return the open questions of a policy's subjects, the most telling first.

        A question is open about a subject without a valid answer, or with one that ends
        within 30 days. Most telling are those about the user's own subjects, and of them
        those with whose best answers the subject would take the best grade.

        :param kept: results, or lines of a try-on: an empty recordset of the model
        :param condition: which of them, as ``SQL`` on the table ``kept``
        :param questions: only these
        :param limit: how many at most
        :return: rows ``(id of the kept record, question id, mine, open)``
        """
        self.env.flush_all()
        context = policy, kept, condition, questions, limit
        if not self._get_own_questions(questions):
            # One's own are found fast, and are enough for most.
            subject = policy.dimension_id._get_subject_kind()
            mine = Domain("user_id", "=", self.env.uid)
            ids = self._get_visible_query(subject, mine, MANY).get_result_ids()
            if len(ids) < MANY:
                own = scope._replace(subject_ids=ids or (0,))
                rows = self.env.execute_query(self._get_open_questions_sql(own, *context))
                if len(rows) == limit:
                    return rows
        return self.env.execute_query(self._get_open_questions_sql(scope, *context))

    def _get_visible_query(self, subject, domain, limit=None):
        """Return the query of the records of ``subject`` that the user sees."""
        Model = self.env[subject.model].sudo(False).with_context(active_test=False)
        return Model._search(domain, limit=limit)

    def _get_open_questions_sql(self, scope, policy, kept, condition, questions, limit):
        """Return the query of :meth:`_find_open_questions` among the subjects of ``scope``."""
        subject = policy.dimension_id._get_subject_kind()
        if "manual_kind" in kept._fields:
            # Who is excluded from grading is asked nothing.
            excluded = SQL("kept.manual_kind IS NOT DISTINCT FROM 'exclude'")
            condition = SQL("%s AND NOT %s", condition, excluded)
        if scope.subject_ids is not None:
            field = SQL.identifier("kept", subject.field)
            condition = SQL("%s AND %s IN %s", condition, field, scope.subject_ids)
        pool = self._get_pool_sql(policy, scope, kept, condition, questions)
        best = {
            criterion: policy._get_candidates(criterion._get_question())[0]
            for criterion in policy._get_measured_criteria()
            if criterion._get_question() in questions
        }
        graded = self._get_graded_sql(policy, scope, self._get_supposed_sql(policy, best))
        own = self._get_own_questions(questions)
        asked = [
            SQL(
                "(%s, %s, %s, %s, %s::date, %s)",
                position,
                question.id,
                SQL.identifier("pool", question.subject),
                SQL.identifier("pool", f"a{question.id}"),
                SQL.identifier("pool", f"e{question.id}"),
                question in own,
            )
            for position, question in enumerate(questions)
        ]
        order = SQL("mine DESC, better DESC, sequence, open DESC, ends, kept_id, position")
        rows = SQL(
            """
            SELECT pool.subject_id AS kept_id, asked.question_id, asked.about_id, asked.position,
                   COALESCE(pool.user_id = %(uid)s, FALSE) OR asked.own AS mine,
                   asked.answer IS NULL AS open, asked.ends,
                   asked.answer IS NULL AND could.id IS NOT NULL AND (
                       given.id IS NULL
                       OR (could.sequence, could.id) < (given.sequence, given.id)) AS better,
                   could.sequence
              FROM pool
              JOIN graded ON graded.subject_id = pool.subject_id
              LEFT JOIN customer_grade could ON could.id = graded.grade_id
              LEFT JOIN customer_grade given ON given.id = pool.given_id
              CROSS JOIN LATERAL (VALUES %(asked)s)
                   AS asked (position, question_id, about_id, answer, ends, own)
             WHERE asked.about_id IS NOT NULL
               AND (asked.answer IS NULL OR asked.ends < %(until)s)
            """,
            uid=self.env.uid,
            asked=SQL(", ").join(asked),
            until=scope.date + timedelta(days=ENDING_DAYS),
        )
        if subject != PARTNER and PARTNER.name in questions.mapped("subject"):
            # Asked once of a customer, however many opportunities or people it has.
            rows = SQL(
                "SELECT DISTINCT ON (question_id, about_id) * FROM (%s) every"
                " ORDER BY question_id, about_id, %s",
                rows,
                order,
            )
        return SQL(
            "WITH pool AS MATERIALIZED (%s), graded AS (%s)"
            " SELECT kept_id, question_id, mine, open FROM (%s) asked ORDER BY %s LIMIT %s",
            *(pool, graded, rows, order, limit),
        )

    def _get_own_questions(self, questions):
        """Return the questions that are asked of the user, whoever's customer it is."""
        groups = self.env.user.all_group_ids
        return questions._filter_may_answer().filtered(
            lambda question: (
                question.asked_of == "officer"
                or (question.asked_of == "group" and question.sudo().group_ids & groups)
            )
        )

    def _get_pool_sql(self, policy, scope, kept, condition, questions):
        """Return the query of kept values with what is answered today.

        Columns: those of :meth:`_get_kept_values_sql`; ``given_id``, the grade computed;
        ``user_id``, the salesperson; the record of each kind that may be asked about, by
        its name; the valid answer
        ``a<id>`` to each question, and its end ``e<id>``. Only subjects that the user sees.
        """
        subject = policy.dimension_id._get_subject_kind()
        grade = "computed_grade_id" if "computed_grade_id" in kept._fields else "grade_id"
        return SQL(
            "SELECT valued.*, answered.*, held.%(grade)s AS given_id"
            " FROM (%(values)s) valued"
            " JOIN %(kept)s held ON held.id = valued.subject_id"
            " JOIN (%(answers)s) answered ON answered.about = held.%(subject)s",
            grade=SQL.identifier(grade),
            values=self._get_kept_values_sql(policy, kept, condition),
            kept=SQL.identifier(kept._table),
            answers=self._get_answered_sql(policy, scope, questions),
            subject=SQL.identifier(subject.field),
        )

    def _get_answered_sql(self, policy, scope, questions):
        """Return the query of the subjects that the user sees, with the valid answers."""
        subject = policy.dimension_id._get_subject_kind()
        Model = self._get_subject_model(subject, scope)
        found = self._get_ids_by_subject(policy, scope)
        asked = Domain.TRUE if not found else Domain("id", "in", scope.subject_ids)
        query = self._get_visible_query(subject, asked)
        statement = Statement(subject, Model, query, scope, found)
        measure = self.env["customer.grading.measure"]
        columns = {"user_id": statement.get_field_sql("user_id")}
        for kind in {PARTNER.name, subject.name}:
            columns[kind] = statement.get_field_sql("id", kind)
        for question in questions:
            columns[f"a{question.id}"] = measure._get_answer_sql(question, scope, statement)
            given = measure._get_given_sql(question, scope, statement)
            columns[f"e{question.id}"] = SQL("(%s ->> %s)", given, GIVEN.index("valid_until"))
        return SQL(
            "SELECT subject_id AS about, %s FROM (%s) answered",
            SQL(", ").join(map(SQL.identifier, columns)),
            statement.to_sql(columns),
        )

    def _get_supposed_sql(self, policy, best):
        """Return the pool's values, each open question supposed to be answered.

        :param best: ``{criterion: answer as text}``
        """
        columns = self._replace_answers(
            policy,
            "pool",
            {
                criterion: SQL(
                    "CASE WHEN pool.%s IS NULL THEN %s::%s ELSE %s END",
                    SQL.identifier(f"a{criterion._get_question().id}"),
                    answer,
                    SQL(criterion._get_raw_type()),
                    SQL.identifier("pool", f"v{criterion.id}"),
                )
                for criterion, answer in best.items()
            },
        )
        return SQL("SELECT pool.subject_id, %s FROM pool", columns)

    def _replace_answers(self, policy, alias, answers):
        """Return the columns of a relation of values, other values standing for some.

        :param alias: the relation with the kept values
        :param answers: ``{criterion: value}``
        """
        columns = {
            f"v{criterion.id}": answers.get(criterion)
            for criterion in policy._get_measured_criteria()
        }
        columns |= dict.fromkeys(self._get_set_columns(policy, lambda _: SQL(), lambda _: SQL()))
        kept = [
            SQL("%s AS %s", value or SQL.identifier(alias, name), SQL.identifier(name))
            for name, value in columns.items()
        ]
        return SQL(", ").join([*kept, SQL("TRUE AS documented")])

    @api.model
    def _find_would_be_grades(self, policy, scope, kept, asked):
        """Return the best grade that an answer alone would give, by one query.

        :param kept: results, or lines of a try-on: an empty recordset of the model
        :param asked: ``(id of the kept record, question)`` of each
        :return: grades in the order of ``asked``, none where the answer gives no other
        """
        cases = [
            (row, kept_id, question.id, candidate)
            for row, (kept_id, question) in enumerate(asked)
            for candidate in policy._get_candidates(question)
        ]
        if not cases:
            return []
        rows, kept_ids, question_ids, candidates = map(list, zip(*cases, strict=True))
        condition = SQL("kept.id = ANY(%s)", sorted(set(kept_ids)))
        columns = self._replace_answers(
            policy,
            "valued",
            {
                criterion: SQL(
                    "CASE WHEN asked.question_id = %s THEN asked.answer::%s ELSE %s END",
                    criterion._get_question().id,
                    SQL(criterion._get_raw_type()),
                    SQL.identifier("valued", f"v{criterion.id}"),
                )
                for criterion in policy._get_measured_criteria()
                if criterion._get_question()
            },
        )
        values = SQL(
            "SELECT asked.position AS subject_id, %(columns)s FROM (%(kept)s) valued"
            " JOIN UNNEST(%(rows)s, %(kept_ids)s, %(question_ids)s, %(candidates)s)"
            " AS asked (position, kept_id, question_id, answer)"
            " ON asked.kept_id = valued.subject_id",
            columns=columns,
            kept=self._get_kept_values_sql(policy, kept, condition),
            rows=rows,
            kept_ids=kept_ids,
            question_ids=question_ids,
            candidates=candidates,
        )
        statement = SQL(
            "SELECT subject_id, grade_id FROM (%s) graded WHERE grade_id IS NOT NULL",
            self._get_graded_sql(policy, scope, values),
        )
        Grade = self.env["customer.grade"].sudo()
        given = {}
        for row, grade_id in self.env.execute_query(statement):
            given.setdefault(row, Grade)
            given[row] |= Grade.browse(grade_id)
        return [
            min(given.get(row, Grade), key=lambda g: (g.sequence, g.id), default=Grade)
            for row in range(len(asked))
        ]
