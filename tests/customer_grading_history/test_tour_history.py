"""A salesperson filters customers by the grade they had on a day."""

from odoo.tests import tagged

from ..explanation.test_tour_customer import CustomerTourCase


@tagged("post_install", "-at_install")
class TestGradeOnADateTour(CustomerTourCase):
    def test_a_wrong_grade_leaves_no_filter_behind(self):
        self.start_tour("/odoo", "customer_grading_grade_on_a_date", login="grading_salesperson")
