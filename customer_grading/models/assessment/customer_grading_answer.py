from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.groups import OFFICER_GROUP
from ...tools.texts import join_list

# Kind of question -> field that holds its answer.
ANSWER_FIELDS = {
    "yes_no": "yes_no",
    "levels": "choice_id",
    "points": "points",
    "number": "number",
    "text": "text_value",
    "date": "date_value",
}

# Whose answer to what it is.
ABOUT_FIELDS = ("question_id", "partner_id", "lead_id", "company_id", "user_id")


class CustomerGradingAnswer(models.Model):
    """What somebody answered about a customer or an opportunity on a day.

    The newest valid one counts. Answers are kept: who knows better on another day gives a
    new one.
    """

    _name = "customer.grading.answer"
    _inherit = ["customer.grading.subject"]
    _description = "Grading Answer"
    _order = "date desc, id desc"
    _check_company_auto = True

    question_id = fields.Many2one(
        "customer.grading.question", required=True, ondelete="restrict", index=True
    )
    kind = fields.Selection(related="question_id.kind")
    subject = fields.Selection(related="question_id.subject")
    unit_text = fields.Char(related="question_id.unit_text")
    description = fields.Text(related="question_id.description")
    partner_id = fields.Many2one(index=True)
    lead_id = fields.Many2one(index="btree_not_null")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", "Answered by", required=True, readonly=True, default=lambda self: self.env.user
    )
    date = fields.Date(required=True, default=lambda self: self._get_today())
    yes_no = fields.Selection([("yes", "Yes"), ("no", "No")], string="Yes or no")
    choice_id = fields.Many2one(
        "customer.grading.question.choice",
        "Level",
        ondelete="restrict",
        domain="[('question_id', '=', question_id)]",
    )
    points = fields.Float(default=0.0)
    number = fields.Float(digits=(16, 4))
    text_value = fields.Char("Text")
    date_value = fields.Date("Day")
    valid_until = fields.Date(
        compute="_compute_valid_until", store=True, readonly=False, precompute=True
    )
    proof = fields.Char(help="Where the proof is: a contract number, a letter, a link...")
    proof_file = fields.Binary("Proof as a file", attachment=True)
    proof_required = fields.Boolean(related="question_id.proof_required")
    remark = fields.Text()
    answer = fields.Char(
        compute="_compute_answer",
        readonly=False,
        help="To import: yes, no, the name of a level, a number, a text or a date, as the question asks.",
    )
    basis_text = fields.Text("Decided on", compute="_compute_basis_text")

    _latest_idx = models.Index("(question_id, partner_id, date DESC, id DESC)")
    _latest_of_lead_idx = models.Index(
        "(question_id, lead_id, date DESC, id DESC) WHERE lead_id IS NOT NULL"
    )

    @api.depends("date", "question_id")
    def _compute_valid_until(self):
        for answer in self:
            months = answer.question_id.validity_months
            answer.valid_until = (
                answer.date + relativedelta(months=months, days=-1)
                if answer.date and months
                else False
            )

    @api.depends("kind", *ANSWER_FIELDS.values(), "unit_text")
    @api.depends_context("lang")
    def _compute_answer(self):
        yes_no = dict(self._fields["yes_no"]._description_selection(self.env))
        Criterion = self.env["customer.grading.criterion"]
        for answer in self:
            number = Criterion._format_number(answer.number, digits=4)
            answer.answer = {
                "yes_no": yes_no.get(answer.yes_no),
                "levels": answer.choice_id.name,
                "text": answer.text_value,
                "date": format_date(self.env, answer.date_value),
                "number": f"{number} {answer.unit_text or ''}".strip(),
            }.get(answer.kind, f"{answer.points:g}")

    @api.depends("question_id", "partner_id", "lead_id", "company_id")
    @api.depends_context("lang")
    def _compute_basis_text(self):
        for answer, text in self._get_beside_texts(self):
            answer.basis_text = text

    @api.depends("question_id", "partner_id", "lead_id")
    def _compute_display_name(self):
        for answer in self:
            answer.display_name = f"{answer.question_id.name or ''} {answer.answer or ''}".strip()

    # ------------------------------------------------------------------ validation

    @api.constrains("question_id", *ANSWER_FIELDS.values(), "proof", "proof_file")
    def _check_answer(self):
        for answer in self:
            if problem := answer._get_problem():
                raise ValidationError(answer._get_named_text(problem))

    def _get_problem(self):
        """Return what is wrong with an answer, in words, or nothing."""
        question = self.question_id
        if question.kind == "yes_no" and not self.yes_no:
            return self.env._("choose yes or no.")
        if question.kind == "levels" and self.choice_id not in question.choice_ids:
            return self.env._("choose one of its levels.")
        if question.kind == "points" and not 0 <= self.points <= question.points_max:
            return self.env._("give between 0 and %s points.", f"{question.points_max:g}")
        if question.kind == "number" and not abs(self.number) < 1e12:
            return self.env._("write a number below a million million.")
        if question.kind == "text" and not (self.text_value or "").strip():
            return self.env._("write an answer.")
        if question.kind == "date" and not self.date_value:
            return self.env._("write a date.")
        if question.proof_required and not (self.proof or self.proof_file):
            return self.env._("say where the proof is, or attach it.")
        return None

    def _get_named_text(self, problem):
        """Return a problem with the customer and the question that it is about."""
        return self.env._(
            "%(subject)s, “%(question)s”: %(problem)s",
            subject=self.sudo()._get_subject().display_name or "",
            question=self.question_id.name,
            problem=problem,
        )

    @api.constrains("question_id", "partner_id", "lead_id")
    def _check_subject_asked(self):
        for answer in self:
            question = answer.question_id
            if question.subject not in answer._get_subject()._get_graded_kinds():
                raise ValidationError(
                    self.env._(
                        "“%(question)s” is asked about %(kind)s: say which one.",
                        question=question.name,
                        kind=self.env["customer.grading.dimension"]
                        ._get_kind_label(question.subject)
                        .lower(),
                    )
                )

    @api.constrains("date", "valid_until")
    def _check_dates(self):
        for answer in self:
            if answer.date > answer._get_today():
                raise ValidationError(
                    self.env._("An answer cannot be dated in the future: %s.", answer.date)
                )
            if answer.valid_until and answer.valid_until < answer.date:
                raise ValidationError(
                    self.env._("An answer cannot end before its date. Correct “Valid until”.")
                )

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Answers are kept with what is graded: about customers, with the commercial entity."""
        Question = self.env["customer.grading.question"].sudo()
        vals_list = [self._prepare_answer(vals) for vals in vals_list]
        for vals in vals_list:
            if vals.get("partner_id"):
                kind = Question.browse(vals.get("question_id")).subject
                partner = self.env["res.partner"].browse(vals["partner_id"])
                vals["partner_id"] = (partner._get_graded(kind) or partner).id
        answers = super().create(vals_list)
        answers._check_may_answer()
        answers._after_answering()
        return answers

    def _prepare_answer(self, vals, question=None):
        """Return the values of an answer whose text, where it has one, is understood.

        :raise ValidationError: where the text is no answer, or a number was not given
        """
        vals = dict(vals)
        text = vals.pop("answer", None)
        if not question:
            question = self.env["customer.grading.question"].browse(vals.get("question_id"))
        if text:
            return vals | question._parse_answer(text)
        number = vals.get("number", False)
        if not self and question.kind == "number" and (number is False or number is None):
            raise ValidationError(self.env._("“%s”: write a number.", question.name))
        return vals

    def write(self, vals):
        """Correct answers: one's own of today, or any by an officer."""
        self._check_may_correct(vals)
        self._check_about_stays(vals)
        if "answer" not in vals:
            result = super().write(vals)
        else:
            result = True
            for question, answers in self.grouped("question_id").items():
                super(CustomerGradingAnswer, answers).write(answers._prepare_answer(vals, question))
        self._check_may_answer()
        self._after_answering()
        return result

    def _after_answering(self):
        """Hook: do what follows from these answers, as they stand now."""

    def _check_may_answer(self):
        if self.env.su or self.env.user.has_group(OFFICER_GROUP):
            return
        for question in self.question_id - self.question_id._filter_may_answer():
            raise AccessError(
                self.env._(
                    "“%(question)s” is asked of %(whom)s. Ask one of them to answer it.",
                    question=question.name,
                    whom=question._get_asked_of_text(),
                )
            )
        if self.user_id - self.env.user:
            raise AccessError(self.env._("Answers are given in one's own name."))

    def _get_today(self):
        """Return today's date where the company of these answers, or the current one, is."""
        return self._get_day(fields.Datetime.now())

    def _get_day(self, moment):
        company = self.company_id[:1] or self.env.company
        return self.env["customer.grading.engine"]._get_day(company, moment)

    def _check_may_correct(self, vals):
        """Raise where what was answered earlier, or by others, would be changed."""
        if self.env.su or self.env.user.has_group(OFFICER_GROUP):
            return
        today = self._get_today()
        for answer in self:
            given = answer._get_day(answer.create_date)
            if answer.user_id != self.env.user or given != today:
                problem = self.env._(
                    "this answer of %(user)s is kept as it was given. Give a new one.",
                    user=answer.sudo().user_id.name,
                )
                raise AccessError(answer._get_named_text(problem))

    def _check_about_stays(self, vals):
        """Raise where an answer would be carried over to another customer, company or person."""
        moved = [
            name
            for name in ABOUT_FIELDS
            if name in vals and self[name] != self[name].browse(vals[name] or ())
        ]
        if moved and not self.env.su:
            raise AccessError(
                self.env._(
                    "What an answer is about stays as it is (%s). Give a new one instead.",
                    self._fields[moved[0]]._description_string(self.env),
                )
            )

    @api.autovacuum
    def _gc_proofs(self):
        """Delete the proofs of answers that went with their opportunity: Odoo's merging and
        deleting of these takes no query more for us.
        """
        gone = SQL(
            "SELECT id FROM ir_attachment WHERE res_model = %s AND NOT EXISTS ("
            " SELECT FROM customer_grading_answer answer WHERE answer.id = ir_attachment.res_id)"
            " LIMIT 1000",
            self._name,
        )
        ids = [id_ for (id_,) in self.env.execute_query(gone)]
        self.env["ir.attachment"].sudo().browse(ids).unlink()

    # ------------------------------------------------------------------ what counts

    @api.model
    def _get_latest_of(self, asked):
        """Return the latest answers to questions, by one query.

        :param asked: ``(customer or opportunity, questions, company)`` of each; companies
            count with their branches
        :return: ``{(customer or opportunity, company): {question: answer}}``, answers of
            the opportunity's customer included; sudoed
        """
        asked = [one for one in asked if one[1]]
        if not self.env.su:
            asked = self._filter_may_read_of(asked)
        if not asked:
            return {}
        subjects, questions, _companies = zip(*asked, strict=True)
        partners = {id_ for subject in subjects for id_ in subject._get_customer().ids}
        partners |= {id_ for s in subjects if s._name == "res.partner" for id_ in s.ids}
        leads = {id_ for s in subjects if s._name == "crm.lead" for id_ in s.ids}
        question_ids = {id_ for some in questions for id_ in some.ids}
        answers = self.sudo().search(
            Domain("question_id", "in", question_ids)
            & (Domain("partner_id", "in", partners) | Domain("lead_id", "in", leads))
            & Domain("date", "<=", self._get_today())
        )
        by_subject = answers.grouped(lambda answer: answer._get_subject())
        return {
            (subject, company): self._pick_latest(
                by_subject.get(subject, answers.browse())
                | by_subject.get(subject._get_customer(), answers.browse()),
                company,
            )
            for subject, _questions, company in asked
        }

    def _filter_may_read_of(self, asked):
        """Return those of ``asked`` whose subject, and whose company's answers, one may read."""
        companies = self.env.user.company_ids.sudo().parent_ids
        readable = set()
        for name in ("res.partner", "crm.lead"):
            ids = {subject.id for subject, *_rest in asked if subject and subject._name == name}
            readable.update(self.env[name].browse(ids)._filtered_access("read"))
        return [
            (subject, questions, company)
            for subject, questions, company in asked
            if subject in readable and (not company or company in companies)
        ]

    @staticmethod
    def _pick_latest(answers, company):
        """Return ``{question: its latest answer}`` of those given in ``company``."""
        latest = {}
        for answer in answers.sorted(lambda a: (a.date, a.id), reverse=True):
            if not company or company in answer.company_id.parent_ids:
                latest.setdefault(answer.question_id, answer)
        return latest

    def _counts_on(self, date):
        """Whether the answer is still valid on ``date``."""
        self.ensure_one()
        return not self.valid_until or self.valid_until >= date

    def _get_outdating(self, latest):
        """Return the later yes by which this answer counts no more, or nothing.

        :param latest: ``{question: its latest answer}`` about the same customer
        """
        self.ensure_one()
        later = [latest[q] for q in self.question_id.contrary_ids if q in latest]
        return (
            self.browse()
            .union(*later)
            .filtered(lambda a: a.yes_no == "yes" and (a.date, a.id) > (self.date, self.id))[:1]
        )

    # ------------------------------------------------------------------ in words

    @api.model
    def _get_beside_texts(self, records):
        """Return ``(record, text)`` of answers, or of what waits for one: what a question hangs on."""
        asked = [(r._get_subject(), r.question_id.basis_ids, r.company_id) for r in records]
        latest = self._get_latest_of(asked)
        return [
            (record, self._get_beside_text(questions, latest.get((subject, company), {})))
            for record, (subject, questions, company) in zip(records, asked, strict=True)
        ]

    @api.model
    def _get_beside_text(self, questions, latest):
        """Return what was answered to ``questions``, and which of them are open.

        :param latest: ``{question: its latest answer}``
        """
        today = self._get_today()
        told, still_open = [], []
        for question in questions:
            answer = latest.get(question)
            if answer and answer._counts_on(today) and not answer._get_outdating(latest):
                told.append(
                    self.env._(
                        "%(question)s: %(answer)s, %(user)s, %(date)s",
                        question=question.name,
                        answer=answer.answer,
                        user=answer.user_id.name,
                        date=format_date(self.env, answer.date),
                    )
                )
            else:
                still_open.append(question.name)
        if still_open:
            told.append(self.env._("open: %s", join_list(self.env, still_open)))
        return " · ".join(told)
