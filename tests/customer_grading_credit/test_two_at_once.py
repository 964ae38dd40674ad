"""Two orders of one customer are confirmed at the same moment, on connections of their own."""

from functools import partial

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..committing import CommittingCase


@tagged("post_install", "-at_install")
class TestTwoAtOnce(CommittingCase):
    """Each order fits the limit, both together do not."""

    def _prepare(self, env):
        env.company.account_use_credit_limit = True
        seller = new_test_user(env, "credit_seller", groups="sales_team.group_sale_salesman")
        customer = env["res.partner"].create({"name": "Wanted", "is_company": True})
        customer.credit_limit = 1_000
        dimension = env["customer.grading.dimension"].create({"name": "Credit", "code": "turns"})
        grade = env["customer.grade"].create(
            {"dimension_id": dimension.id, "code": "A", "name": "A", "credit_hold": "stop"}
        )
        result = env["customer.grading.result"].create(
            {
                "dimension_id": dimension.id,
                "partner_id": customer.id,
                "company_id": env.company.id,
                "grade_id": grade.id,
            }
        )
        product = env["product.product"].create({"name": "Pump", "taxes_id": False})
        line = Command.create({"product_id": product.id, "price_unit": 800})
        vals = {"partner_id": customer.id, "user_id": seller.id, "order_line": [line]}
        orders = env["sale.order"].create([vals, vals])
        self.product_id = product.id
        self.order_ids = orders.ids
        self.seller_id, self.customer_id = seller.id, customer.id
        self.dimension_id, self.result_id = dimension.id, result.id

    def _clean(self):
        with self._connect() as env:
            orders = env["sale.order"].browse(self.order_ids)
            orders._action_cancel()
            orders.unlink()
            env["product.product"].browse(self.product_id).unlink()
            env["customer.grading.result"].browse(self.result_id).unlink()
            dimension = env["customer.grading.dimension"].browse(self.dimension_id)
            dimension.grade_ids.unlink()
            dimension.unlink()
            env["res.partner"].browse(self.customer_id).unlink()
            seller = env["res.users"].browse(self.seller_id)
            person = seller.partner_id
            seller.unlink()
            person.unlink()
            env.company.account_use_credit_limit = False

    def _confirm(self, env, order_id):
        env["sale.order"].browse(order_id).with_user(self.seller_id).action_confirm()

    def test_both_together_do_not_exceed_the_limit(self):
        first, second = self.order_ids
        with self._connect() as quick, self._connect() as slow:
            slow["sale.order"].browse(second).fetch(["state"])  # it began before the other ended
            self._confirm(quick, first)
            quick.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaisesRegex(UserError, "is held"):
                retrying(partial(self._confirm, slow, second), slow)
        with self._connect() as env:
            orders = env["sale.order"].browse(self.order_ids)
            self.assertEqual(orders.mapped("state"), ["sale", "draft"])
