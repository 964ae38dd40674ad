from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class CustomerGradingAnswer(models.Model):
    """What somebody answered about a customer on a day; the newest valid one counts."""

    _name = "customer.grading.answer"
    _description = "Grading Answer"
    _order = "date desc, id desc"
    _check_company_auto = True

    question_id = fields.Many2one(
        "customer.grading.question", required=True, ondelete="restrict", index=True
    )
    kind = fields.Selection(related="question_id.kind")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Answered by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    yes_no = fields.Selection([("yes", "Yes"), ("no", "No")], string="Yes or no")
    choice_id = fields.Many2one(
        "customer.grading.question.choice",
        "Level",
        ondelete="restrict",
        domain="[('question_id', '=', question_id)]",
    )
    points = fields.Float(default=0.0)
    valid_until = fields.Date(
        compute="_compute_valid_until", store=True, readonly=False, precompute=True
    )
    proof = fields.Char(help="Where the proof is: a contract number, a letter, a link...")
    proof_file = fields.Binary("Proof as a file", attachment=True)
    proof_required = fields.Boolean(related="question_id.proof_required")
    remark = fields.Text()
    answer = fields.Char(compute="_compute_answer")

    _latest_idx = models.Index("(question_id, partner_id, date DESC, id DESC)")

    @api.depends("date", "question_id")
    def _compute_valid_until(self):
        for answer in self:
            months = answer.question_id.validity_months
            answer.valid_until = (
                answer.date + relativedelta(months=months, days=-1)
                if answer.date and months
                else False
            )

    @api.depends("kind", "yes_no", "choice_id", "points")
    @api.depends_context("lang")
    def _compute_answer(self):
        yes_no = dict(self._fields["yes_no"]._description_selection(self.env))
        for answer in self:
            if answer.kind == "yes_no":
                answer.answer = yes_no.get(answer.yes_no)
            elif answer.kind == "levels":
                answer.answer = answer.choice_id.name
            else:
                answer.answer = f"{answer.points:g}"

    @api.depends("question_id", "partner_id")
    def _compute_display_name(self):
        for answer in self:
            answer.display_name = f"{answer.question_id.name or ''} {answer.answer or ''}".strip()

    @api.constrains("question_id", "yes_no", "choice_id", "points", "proof", "proof_file")
    def _check_answer(self):
        for answer in self:
            question = answer.question_id
            if question.kind == "yes_no" and not answer.yes_no:
                raise ValidationError(self.env._("“%s”: choose yes or no.", question.name))
            if question.kind == "levels" and answer.choice_id not in question.choice_ids:
                raise ValidationError(self.env._("“%s”: choose one of its levels.", question.name))
            if question.kind == "points" and not 0 <= answer.points <= question.points_max:
                raise ValidationError(
                    self.env._(
                        "“%(question)s”: give between 0 and %(most)g points.",
                        question=question.name,
                        most=question.points_max,
                    )
                )
            if question.proof_required and not (answer.proof or answer.proof_file):
                raise ValidationError(
                    self.env._("“%s”: say where the proof is, or attach it.", question.name)
                )

    @api.constrains("date", "valid_until")
    def _check_dates(self):
        for answer in self:
            if answer.date > fields.Date.context_today(answer):
                raise ValidationError(
                    self.env._("An answer cannot be dated in the future: %s.", answer.date)
                )
            if answer.valid_until and answer.valid_until < answer.date:
                raise ValidationError(
                    self.env._("An answer cannot end before its date. Correct “Valid until”.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Answers are kept with the commercial entity, which is what is graded."""
        Partner = self.env["res.partner"]
        for vals in vals_list:
            if vals.get("partner_id"):
                partner = Partner.browse(vals["partner_id"])
                vals["partner_id"] = partner.commercial_partner_id.id
        answers = super().create(vals_list)
        answers._check_may_answer()
        return answers

    def _check_may_answer(self):
        officer = self.env.user.has_group("customer_grading.customer_grading_group_officer")
        if self.env.su or officer:
            return
        for answer in self:
            if answer.question_id.asked_of == "officer":
                raise AccessError(
                    self.env._(
                        "“%s” is asked of grading officers. Ask one of them to answer it.",
                        answer.question_id.name,
                    )
                )
