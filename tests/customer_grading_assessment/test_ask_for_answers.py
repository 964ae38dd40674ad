"""The data check of a try-on asks for the answers that are missing."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..trial.test_try_on import TryOnCase


@tagged("post_install", "-at_install")
class TestAskForAnswers(TryOnCase):
    def test_it_lists_whom_an_answer_would_raise_first(self):
        [check] = self._try_on().data_check
        ask = check["blocks"][0]["rows"][1]["cells"][3]
        self.assertEqual(ask["text"], "Ask for answers")
        action = getattr(self.env[ask["model"]].browse(ask["ids"]), ask["method"])()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(
            lines.mapped(lambda line: (line.partner_id, line.would_grade_id.code)),
            [
                (self.customers[1], "A"),
                (self.customers[2], "A"),
                (self.customers[4], False),
            ],
        )

    def test_what_no_answer_tells_is_only_shown(self):
        policy = self._create_policy(
            {"industry": {"measure": "industry"}, "answer": {"question": self.question}},
            [("A", ("industry", "known")), ("B", ())],
        )
        [check] = self._try_on(policy).data_check
        self.assertEqual([row[3] for row in self._get_rows(check)], ["See them", "Ask for answers"])

    def test_a_changed_draft_is_tried_on_again_before_it_asks(self):
        criterion = self.policy.criterion_ids.filtered("question_id")
        with self.assertRaisesRegex(UserError, "Try it on again"):
            criterion.action_ask_for_answers()
        self._try_on()
        self.assertTrue(criterion.action_ask_for_answers()["res_model"])
        self._create_criteria(self.policy, {"orders": {"measure": "order_count"}})
        with self.assertRaisesRegex(UserError, "Try it on again"):
            criterion.action_ask_for_answers()
