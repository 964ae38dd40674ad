"""Records grouped by grade: the best first, and who has none last, called so."""

from datetime import date

from odoo.tests import tagged

from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestGrouping(OpportunityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        policy = cls._create_policy(
            {"orders": {"measure": "order_amount", "period": "all_time"}},
            [("A", ("orders", "ge", 500)), ("B", ("orders", "ge", 10))],
        )
        third, cls.idle = cls._create_customers(2)
        for customer, amount in ((cls.other, 20), (cls.customer, 900), (third, 1)):
            cls._create_order(customer, date(2026, 5, 1), amount)
            cls._create_invoice(customer, date(2026, 5, 2))
            cls._create_lead(customer, date(2026, 5, 3), date_deadline=date(2026, 12, 1))
        cls._create_lead(cls.idle, date(2026, 5, 3), type="lead")
        cls.customers = cls.customer + cls.other + third
        cls._activate(policy)
        cls._activate(cls._create_urgency_policy())

    def _get_groupings(self):
        """Yield ``(model, field, domain, number of graded groups)`` of what shows a grade."""
        mine = [("partner_id", "in", self.customers.ids)]
        of_leads = [("partner_id", "in", (self.customers + self.idle).ids)]
        yield "res.partner", "customer_grade_id", [("id", "in", self.customers.ids)], 2
        yield "crm.lead", "opportunity_grade_id", of_leads, 1
        for model in ("crm.lead", "sale.order", "account.move"):
            yield model, "customer_grade_id", mine, 2
        yield "customer.grading.result", "grade_id", mine, 2
        yield "customer.grading.change", "from_grade_id", mine, 0

    def test_who_is_not_graded_comes_last_and_is_called_so(self):
        for model, field, domain, graded in self._get_groupings():
            with self.subTest(model=model, field=field):
                Model = self.env[model]
                groups = Model.web_read_group(domain, [field], ["__count"])["groups"]
                shown = [group[field] for group in groups]
                self.assertEqual([bool(grade) for grade in shown], [True] * graded + [False])
                ids = [grade[0] for grade in shown if grade]
                self.assertEqual(ids, self.env["customer.grade"].search([("id", "in", ids)]).ids)
                [columns] = Model.formatted_read_grouping_sets(domain, [[field]], ["__count"])
                self.assertEqual([column[field] for column in columns], shown)
                for lang, label in (("en_US", "Not graded"), ("zh_CN", "未分级")):
                    told = Model.with_context(lang=lang).fields_get([field], ["falsy_value_label"])
                    self.assertEqual(told[field]["falsy_value_label"], label)
