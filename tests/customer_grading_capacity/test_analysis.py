"""Which grade's sales are to be analysed."""

from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CapacityCase


@tagged("post_install", "-at_install")
class TestAnalysis(CapacityCase):
    def test_f57_the_quarters_analysis_of_a_customers_is_due(self):
        self._at(date(2026, 10, 1))
        customer = self._create_customers(1)
        self._create_order(customer, date(2026, 9, 30))
        grade = self._create_grades(self.dimension, "AB")["A"].with_user(self.officer)
        self._grade(customer, grade.sudo())
        grade.sudo().analysis_months = 3
        self.assertRecordValues(
            grade,
            [
                {
                    "analysis_from": date(2026, 7, 1),
                    "analysis_until": date(2026, 9, 30),
                    "analysis_date": False,
                    "is_analysis_due": True,
                }
            ],
        )
        figures = grade.action_open_figures()
        self.assertEqual(figures["res_model"], "sale.report")
        sold = self.env["sale.report"].search(figures["domain"])
        self.assertEqual(sold.partner_id, customer)
        grade.action_analysis_done()
        self.assertEqual((grade.is_analysis_due, grade.analysis_date), (False, date(2026, 10, 1)))
        self._at(date(2026, 12, 31))
        grade.invalidate_recordset()
        self.assertFalse(grade.is_analysis_due)
        self._at(date(2027, 1, 1))
        grade.invalidate_recordset()
        self.assertTrue(grade.is_analysis_due)
        self.assertEqual(grade.analysis_until, date(2026, 12, 31))
        with self.assertRaises(AccessError):
            grade.with_user(self.seller).action_analysis_done()
        with self.assertRaises(ValidationError):
            grade.sudo().analysis_months = -1
