from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MOST_WAITING = 500  # questions told by one call


class CustomerGradingQuestion(models.Model):
    """Tells other programs what waits for an answer, and understands their answers."""

    _inherit = "customer.grading.question"

    @api.model
    def get_waiting(self, limit=100):
        """Return what waits for an answer of the user, the most telling first: *To assess*.

        :param limit: how many at most
        :return: list of dicts: a question, and the record that it is about
        :raise UserError: where no addon knows what waits
        """
        Api = self.env["customer.grading.api"]
        Api._check_user()
        limit = Api._read_number("limit", limit, MOST_WAITING)
        if "customer.grading.checklist" not in self.env:
            raise UserError(self.env._("What waits is told by the addon “To Assess”. Install it."))
        once = {}
        for _order, about, vals in sorted(self._find_waiting(), key=lambda row: row[0]):
            once.setdefault(about, vals)
        return [self._make_waiting(vals) for vals in [*once.values()][:limit]]

    @api.model
    def _find_waiting(self):
        """Return the open questions of all policies in force, as the list of the screen has them."""
        Api, Policy = self.env["customer.grading.api"], self.env["customer.grading.policy"]
        Checklist, engine = self.env["customer.grading.checklist"], "customer.grading.engine"
        results, rows = self.env["customer.grading.result"], []
        models_ = (self.env["res.partner"], self.env["crm.lead"])
        for dimension in (one for model in models_ for one in Api._get_dimensions(model)):
            company, policies = Policy._get_in_force(dimension, self.env.company)
            for policy in policies:
                questions = policy._get_questions().with_env(self.env)._filter_may_answer()
                of_policy = SQL(
                    "kept.policy_id = %s AND kept.company_id IS NOT DISTINCT FROM %s"
                    " AND kept.reason != 'left'",
                    policy.id,
                    company.id or None,
                )
                run = self.env[engine]._get_last_full_run(policy, company)
                rows += Checklist._find_rows(policy, company, results, of_policy, questions, run)
        return rows

    def _make_waiting(self, vals):
        Api, question = self.env["customer.grading.api"], self.browse(vals["question_id"])
        about = self.env["customer.grading.assessment"].new(vals)._get_subject()._origin
        Grade = self.env["customer.grade"].sudo()
        return {
            "question": question.code,
            "name": question.name,
            "kind": question.kind,
            "choices": question._get_possible_answers(),
            "unit": question.unit_text or None,
            "proof_needed": question.proof_required,
            "of": Api._make_record(about),
            "mine": vals["is_mine"],
            "grade": Grade.browse(vals["grade_id"]).code or None,
            "would_become": Grade.browse(vals["would_grade_id"]).code or None,
        }

    @api.model
    def _find_asked(self, code):
        """Return the question of that code.

        :raise UserError: where there is none
        """
        question = self.search([("code", "=", code)]) if isinstance(code, str) else self.browse()
        if not question:
            raise UserError(
                self.env._("There is no question “%s”. Its code stands on its form.", code)
            )
        return question

    def _make_answer_text(self, answer):
        """Return an answer as people write it.

        :raise UserError: where it is nothing that people write
        """
        if isinstance(answer, bool):
            return "yes" if answer else "no"
        if isinstance(answer, (int, float)):
            return repr(answer)
        if isinstance(answer, str) and answer.strip():
            return answer
        raise UserError(self.env._("“%s”: give an answer.", self.code))
