"""People click on a picture, drag a limit, and look back on a customer, at a desk and on a phone."""

from datetime import date

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, at, get_today


class PictureTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(8)
        cls.amounts = (9000, 5000, 3000, 2500, 1500, 1200, 500, 100)
        for customer, amount in zip(cls.customers, cls.amounts, strict=True):
            cls._create_invoice(customer, get_today(), amount=amount)
        cls.customers[0].name = "Long known"
        cls.policy = cls._create_policy(
            {
                "Revenue": {
                    "measure": "invoiced_revenue",
                    "bands": [
                        {"lower": 6000, "level": "Large"},
                        {"lower": 1000, "level": "Middle"},
                    ],
                }
            },
            [("A", ("Revenue", "ge", 4000)), ("B", ("Revenue", "ge", 1000))],
            name="Accounts",
        )
        with freeze_time(at(date(2024, 5, 1))):
            cls._create_invoice(cls.customers[0], date(2024, 4, 1), amount=1500)
            cls._activate(cls.policy)
        cls._run(cls.policy)
        cls.draft = cls.policy.copy({"previous_id": cls.policy.id})
        cls.draft.rule_ids[0].line_ids.value = 6000

    def _open(self, record):
        """Return the address of a record's own form."""
        action = self.env["ir.actions.act_window"].create(
            {"name": "Form", "res_model": record._name, "view_mode": "form", "res_id": record.id}
        )
        return f"/odoo/action-{action.id}/{record.id}"

    def _try_on(self):
        trial = self.draft._create_trial("try_on")
        trial._execute()
        return trial


@tagged("post_install", "-at_install")
class TestPictureTours(PictureTourCase):
    def test_a_bar_opens_the_customers_that_it_counts(self):
        url = self._open(self._try_on())
        self.start_tour(url, "customer_grading_chart_try_on", login="admin")

    def test_a_limit_is_dragged_and_moved_by_keys(self):
        criterion = self.draft.criterion_ids
        url = self._open(criterion)
        self.start_tour(url, "customer_grading_chart_limit", login="admin")
        self.assertEqual(criterion.band_ids.mapped("lower"), [4800, 1000])

    def test_a_limit_by_rank_is_dragged_in_per_cent(self):
        criterion = self.draft.criterion_ids
        criterion.band_by = "percentile"
        criterion.band_ids[0].lower, criterion.band_ids[1].lower = 10, 30
        url = self._open(criterion)
        self.start_tour(url, "customer_grading_chart_rank", login="admin")
        self.assertEqual(criterion.band_ids.mapped("lower"), [10, 50])

    def test_the_limit_of_a_condition_is_moved(self):
        rule = self.draft.rule_ids[0]
        url = self._open(rule)
        self.start_tour(url, "customer_grading_chart_condition", login="admin")
        self.assertEqual(rule.line_ids.value, 6050)

    def test_a_customer_is_looked_back_on(self):
        url = self._open(self.customers[0])
        self.start_tour(url, "customer_grading_chart_line", login="admin")


@tagged("post_install", "-at_install")
class TestPictureToursOnAPhone(PictureTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_pictures_fit_a_phone(self):
        for record, tour in ((self._try_on(), "try_on_phone"), (self.customers[0], "line_phone")):
            with self.subTest(tour=tour):
                url = self._open(record)
                self.start_tour(url, f"customer_grading_chart_{tour}", login="admin")
