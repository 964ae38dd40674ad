"""Two salespeople claim the same customer at the same time, on connections of their own."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..committing import CommittingCase

LOGINS = ("pool_first", "pool_second")


@tagged("post_install", "-at_install")
class TestTwoAtOnce(CommittingCase):
    def _prepare(self, env):
        group = "sales_team.group_sale_salesman"
        sellers = [new_test_user(env, login, groups=group) for login in LOGINS]
        loser = new_test_user(env, "pool_loser", groups=group)
        customer = env["res.partner"].create({"name": "Wanted", "is_company": True})
        dimension = env.ref("customer_grading.customer_grading_dimension_value")
        grade = env["customer.grade"].create(
            {"dimension_id": dimension.id, "code": "PL", "name": "Pool"}
        )
        entry = env["customer.grading.pool.entry"].create(
            {
                "partner_id": customer.id,
                "grade_id": grade.id,
                "company_id": env.company.id,
                "from_user_id": loser.id,
                "date_taken": date(2026, 9, 1),
                "neglect": "contact",
                "date_start": date(2026, 7, 1),
            }
        )
        self.user_ids = [user.id for user in (*sellers, loser)]
        self.customer_id, self.grade_id, self.entry_id = customer.id, grade.id, entry.id

    def _clean(self):
        with self._connect() as env:
            env["customer.grading.pool.entry"].browse(self.entry_id).unlink()
            env["customer.grade"].browse(self.grade_id).unlink()
            env["res.partner"].browse(self.customer_id).unlink()
            users = env["res.users"].browse(self.user_ids)
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _claim(self, env, user_id):
        env["customer.grading.pool.entry"].browse(self.entry_id).with_user(user_id).action_claim()

    def test_one_gets_it_and_the_other_reads_who_was_quicker(self):
        first, second, _loser = self.user_ids
        with self._connect() as quick, self._connect() as slow:
            self._claim(quick, first)
            quick.flush_all()
            with self.assertRaisesRegex(UserError, "claimed by somebody else at this very moment"):
                self._claim(slow, second)
            quick.cr.commit()
            slow.cr.rollback()  # as Odoo does, before the next click
            with self.assertRaisesRegex(UserError, "pool_first.* was quicker, and has “Wanted”"):
                self._claim(slow, second)
        with self._connect() as env:
            self.assertEqual(env["res.partner"].browse(self.customer_id).user_id.id, first)
