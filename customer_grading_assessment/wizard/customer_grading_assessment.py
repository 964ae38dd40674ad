from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import ValidationError

from ..models.customer_grading_engine import ENDING_DAYS

# What a line hands on to the answer that it makes.
HANDED_ON = ("proof", "remark")


class CustomerGradingAssessment(models.TransientModel):
    """One question about a customer or an opportunity, waiting for its answer.

    Writing the new answer of a line makes, or corrects, an answer.
    """

    _name = "customer.grading.assessment"
    _description = "Line to Assess"
    _order = "sequence, id"
    _rec_name = "question_id"

    list_id = fields.Many2one(
        "customer.grading.checklist", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(aggregator=None)
    policy_id = fields.Many2one("customer.grading.policy", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", "Opportunity", ondelete="cascade")
    salesperson_id = fields.Many2one("res.users", ondelete="cascade")
    is_mine = fields.Boolean("Asked of me")
    grade_id = fields.Many2one(
        "customer.grade", "Grade today", ondelete="cascade", falsy_value_label=NOT_GRADED
    )
    grade_color = fields.Integer(related="grade_id.color")
    would_grade_id = fields.Many2one(
        "customer.grade",
        "Would become",
        ondelete="cascade",
        help="The grade that the best answer alone would reach.",
    )
    would_grade_color = fields.Integer(related="would_grade_id.color", string="Color reached")
    currency_id = fields.Many2one(related="company_id.currency_id")
    stake = fields.Monetary(
        "Revenue, 12 months",
        help="Invoiced in the last 12 months, untaxed, less credit notes; of an opportunity what "
        "is expected of it.",
    )
    hides_stake = fields.Boolean("The revenue is hidden")

    question_id = fields.Many2one("customer.grading.question", required=True, ondelete="cascade")
    kind = fields.Selection(related="question_id.kind")
    unit_text = fields.Char(related="question_id.unit_text")
    description = fields.Text(related="question_id.description")
    proof_required = fields.Boolean(related="question_id.proof_required")
    possible_answers = fields.Json(compute="_compute_possible_answers")
    may_answer = fields.Boolean(compute="_compute_possible_answers")
    asked_of = fields.Char("Asked of", compute="_compute_possible_answers")
    last_answer_id = fields.Many2one("customer.grading.answer", ondelete="set null")
    last_answer = fields.Char("Last answer", compute="_compute_last_answer")
    last_date = fields.Date(related="last_answer_id.date", string="Answered on")
    last_user_id = fields.Many2one(related="last_answer_id.user_id", string="Last answered by")
    last_until = fields.Date(related="last_answer_id.valid_until", string="Valid until")
    is_ending = fields.Boolean(
        "Ends soon", help="There is a valid answer, but it expires within 30 days."
    )
    basis_text = fields.Text("Decided on", compute="_compute_basis_text")

    new_answer = fields.Char("New answer")
    proof = fields.Char(help="Where the proof is: a contract number, a letter, a link...")
    remark = fields.Char()
    answer_id = fields.Many2one("customer.grading.answer", "Answer given", ondelete="set null")

    @api.depends("question_id")
    @api.depends_context("lang", "uid")
    def _compute_possible_answers(self):
        may_answer = self.question_id._filter_may_answer()
        for question, lines in self.grouped("question_id").items():
            lines.possible_answers = question._get_possible_answers()
            lines.may_answer = question in may_answer
            lines.asked_of = question._get_asked_of_text()

    @api.depends("last_answer_id")
    @api.depends_context("lang", "uid")
    def _compute_last_answer(self):
        """Tell the last answer where one may read it: the line is the user's own to write."""
        readable = self.last_answer_id._filtered_access("read")
        for line in self:
            line.last_answer = (line.last_answer_id & readable).answer

    @api.depends("question_id", "partner_id", "lead_id")
    @api.depends_context("lang")
    def _compute_basis_text(self):
        for line, text in self.env["customer.grading.answer"]._get_beside_texts(self):
            line.basis_text = text

    def _get_subject(self):
        """Return the customer or the opportunity that the question is about."""
        return self.lead_id if self.question_id.subject == "lead" else self.partner_id

    # ------------------------------------------------------------------ making lines

    @api.model
    def _create_lines(self, checklist, rows):
        """Make the lines of a list.

        :param rows: values of each line; the last answers are added here
        """
        lines = self.create(
            [
                {**row, "list_id": checklist.id, "sequence": position}
                for position, row in enumerate(rows)
            ]
        )
        asked = []
        for line in lines:
            questions = line.question_id | line.question_id.sudo().contrary_ids
            asked.append((line._get_subject(), questions, line.company_id))
        latest = self.env["customer.grading.answer"]._get_latest_of(asked)
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        soon = today + timedelta(days=ENDING_DAYS)
        for line in lines:
            answers = latest.get((line._get_subject(), line.company_id), {})
            if answer := answers.get(line.question_id):
                valid = answer._counts_on(today) and not answer._get_outdating(answers)
                line.last_answer_id = answer
                line.is_ending = valid and not answer._counts_on(soon)
        return lines

    def _tell_stakes(self):
        """Note what the customers buy, or what is expected of opportunities, for who may see it."""
        Explanation = self.env["customer.grading.explanation"]
        Owner, engine = self.env["customer.grading.owner"], self.env["customer.grading.engine"]
        shown = {*Explanation._get_figures_records(self.lead_id)}
        if not Explanation._hides_revenue():
            shown |= {*Explanation._get_figures_records(self.partner_id)}
        for company, lines in self.grouped("company_id").items():
            customers = lines.partner_id.commercial_partner_id
            amounts = Owner._get_revenues(customers, company, engine._get_today(company))
            for line in lines:
                subject = line._get_subject()
                line.hides_stake = subject not in shown
                if line.hides_stake:
                    continue
                if subject._name == "crm.lead":
                    line.stake = subject.sudo().expected_revenue
                else:
                    line.stake = amounts.get(subject.commercial_partner_id.id, 0)

    # ------------------------------------------------------------------ answering

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"new_answer", *HANDED_ON}:
            self.filtered("new_answer")._save_answers()
        return result

    def _save_answers(self):
        """Make an answer of each line's new one, or correct the one made before."""
        Answer = self.env["customer.grading.answer"]
        new = self.filtered(lambda line: not line.answer_id)
        answers = Answer.create([line._prepare_answer() for line in new])
        for line, answer in zip(new, answers, strict=True):
            line.answer_id = answer
        for line in self - new:
            line.answer_id.write(line._parse_answer())

    def _prepare_answer(self):
        subject = self._get_subject()
        return {
            "question_id": self.question_id.id,
            subject._grading_result_field: subject.id,
            "company_id": self.company_id.id,
            **self._parse_answer(),
        }

    def _parse_answer(self):
        """Return the values of the answer that was typed.

        :raise ValidationError: naming the customer and the question
        """
        try:
            answer = self.question_id._parse_answer(self.new_answer)
        except ValidationError as error:
            raise ValidationError(
                self.env._(
                    "%(subject)s: %(problem)s",
                    subject=self._get_subject().display_name,
                    problem=error,
                )
            ) from error
        return {**answer, **{name: self[name] for name in HANDED_ON}}

    # ------------------------------------------------------------------ what people do

    def action_open_subject(self):
        """Open the form of the customer or of the opportunity."""
        self.ensure_one()
        return self._get_subject()._get_records_action()

    def action_fill_checklist(self):
        """Open all questions of the policy about the same customer or opportunity."""
        self.ensure_one()
        return self.env["customer.grading.checklist"]._open_checklist(
            self.policy_id, self.company_id, self.lead_id or self.partner_id
        )
