from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerGradingQuestionChoice(models.Model):
    """One of the levels that may be the answer to a question, best first."""

    _name = "customer.grading.question.choice"
    _description = "Level of a Grading Question"
    _order = "question_id, sequence, id"

    name = fields.Char("Level", required=True, translate=True)
    question_id = fields.Many2one(
        "customer.grading.question", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10, aggregator=None)
    points = fields.Float()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        Answer = self.env["customer.grading.answer"].sudo()
        if Answer.search([("choice_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("A level that was given as an answer cannot be deleted."))
