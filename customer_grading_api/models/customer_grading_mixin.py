from odoo import api, models
from odoo.exceptions import UserError


class CustomerGradingMixin(models.AbstractModel):
    """What other programs ask of graded records, and do to them; docs/api.md shows it all.

    The records are contacts or opportunities; a contact's grade is that of its company, as on
    its badge. Each method raises ``MissingError`` for records that are not there or not for the
    user, ``AccessError`` for who sees no grades, and ``UserError`` for what cannot be understood.
    """

    _inherit = "customer.grading.mixin"

    @api.readonly
    def get_grades(self, dimension=None, date=None):
        """Return the grades of these records.

        :param dimension: code of the only one asked for
        :param date: a past day, ISO; today by default
        :return: list of dicts, one a record, in the order of ``ids``
        """
        Grades = self.env["customer.grading.api.grades"]
        records = Grades._check_records(self)
        return Grades._get_grades(records, dimension, Grades._read_day("date", date))

    @api.readonly
    def explain_grades(self, dimension=None):
        """Return why these records have their grades, and what it takes to rise.

        :param dimension: code of the only one asked for
        :return: list of dicts, one a record, in the order of ``ids``
        """
        Why = self.env["customer.grading.api.why"]
        return Why._explain(Why._check_records(self), dimension)

    def propose_grade(self, grade, reason, until=None, dimension=None):
        """Propose a grade for these records to the officers; nothing changes until they decide.

        :param grade: its code
        :param until: the last day of the grade, ISO; else as long as the policy lets it stand
        :param dimension: its code; else the one that the records show
        :return: list of dicts, one a change, each with its id
        """
        return self._decide_grade("_propose", grade, reason, until, dimension)

    def set_grade(self, grade, reason, until=None, dimension=None):
        """Give these records a grade by hand, or ask for the approval that it takes.

        Parameters and answer are those of :meth:`propose_grade`.

        :raise AccessError: for who is no officer
        """
        return self._decide_grade("_set_by_hand", grade, reason, until, dimension)

    def _decide_grade(self, method, grade, reason, until, dimension):
        Api, Result = self.env["customer.grading.api"], self.env["customer.grading.result"]
        records = Api._check_records(self)
        dimension = Api._get_dimension(records, dimension)
        grade = Api._get_grade(dimension, grade)
        reason, until = Api._read_text("reason", reason), Api._read_day("until", until)
        graded = records._get_graded(dimension._get_subject_kind().name)
        if not graded:
            raise UserError(self.env._("None of these is graded in “%s”.", dimension.code))
        results = Result._get_or_create(graded, dimension)
        results.sudo(False).check_access("read")
        kept = results._get_kept()
        changes = getattr(results.sudo(self.env.su), method)(grade, reason, until or False)
        if len(changes) > 1:
            name = self.env._("%(grade)s by another program", grade=grade.code)
            self.env["customer.grading.bulk.change"]._note(name, changes, kept)
        return [change._make_api_row() for change in changes]

    def answer_question(self, question, answer, date=None, proof=None, remark=None):
        """Answer a question about these records.

        :param question: its code
        :param answer: true or false, a number, or a text: yes, no, the name of a level, an
            ISO date, as the question asks
        :param date: the day of the answer, ISO; today by default
        :param proof: where the proof is
        :return: list of dicts, one an answer, each with its id
        """
        Api = self.env["customer.grading.api"]
        records = Api._check_records(self)
        asked = self.env["customer.grading.question"]._find_asked(question)
        is_asked = asked.subject in records._get_graded_kinds()
        graded = records._get_graded(asked.subject) if is_asked else records.browse()
        if not graded:
            raise UserError(
                self.env._("“%s” is not asked about such records. Look at its kind.", asked.code)
            )
        day = Api._read_day("date", date)
        vals = {
            "question_id": asked.id,
            "answer": asked._make_answer_text(answer),
            "proof": Api._read_text("proof", proof),
            "remark": Api._read_text("remark", remark),
            **({"date": day} if day else {}),
        }
        answers = self.env["customer.grading.answer"].create(
            [{**vals, self._grading_result_field: one.id} for one in graded]
        )
        return [
            {
                "id": one.id,
                "of": Api._make_record(one._get_subject()),
                "question": asked.code,
                "answer": one.answer,
                "date": Api._make_day(one.date),
                "valid_until": Api._make_day(one.valid_until),
            }
            for one in answers
        ]
