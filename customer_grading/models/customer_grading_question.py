from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerGradingQuestion(models.Model):
    """Something that people assess, because no document tells it."""

    _name = "customer.grading.question"
    _description = "Grading Question"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char("Question", required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True,
        copy=False,
        default=lambda self: self.env["ir.sequence"].next_by_code("customer.grading.question"),
        help="Short name by which policy files refer to this question.",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("yes_no", "Yes or no"), ("levels", "Levels"), ("points", "Points")],
        string="Answers",
        default="yes_no",
        required=True,
        tracking=True,
    )
    choice_ids = fields.One2many(
        "customer.grading.question.choice", "question_id", string="Levels", copy=True
    )
    points_max = fields.Float("Points at most", default=10.0)
    asked_of = fields.Selection(
        [("salesperson", "The salesperson"), ("officer", "Grading officers")],
        default="salesperson",
        required=True,
        tracking=True,
    )
    validity_months = fields.Integer(
        "Valid for (months)",
        default=12,
        tracking=True,
        help="How long an answer counts; 0: for ever.",
    )
    proof_required = fields.Boolean("Proof needed", tracking=True)
    description = fields.Text("How to judge", translate=True)
    answer_count = fields.Integer(compute="_compute_answer_count")

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Two questions cannot share a code. Choose another one."
    )
    _validity_check = models.Constraint(
        "CHECK (validity_months >= 0)",
        "An answer cannot be valid for less than 0 months. Use 0 for “for ever”.",
    )

    def _compute_answer_count(self):
        counts = dict(
            self.env["customer.grading.answer"]._read_group(
                [("question_id", "in", self.ids)], ["question_id"], ["__count"]
            )
        )
        for question in self:
            question.answer_count = counts.get(question, 0)

    def write(self, vals):
        if "kind" in vals and any(
            question.kind != vals["kind"] and question.answer_count for question in self
        ):
            raise UserError(
                self.env._(
                    "This question has been answered: its kind of answer cannot be changed. "
                    "Archive it and ask a new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        if self.filtered("answer_count"):
            raise UserError(
                self.env._("A question with answers cannot be deleted. Archive it instead.")
            )

    def action_view_answers(self):
        """Open the answers given to this question."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading.customer_grading_answer_action"
        )
        return dict(
            action,
            domain=[("question_id", "=", self.id)],
            context={"default_question_id": self.id},
        )
