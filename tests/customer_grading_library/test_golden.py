"""Each policy of the library decides as its source says: cases worked out by hand."""

from pathlib import Path

from odoo.tests import tagged

from ..customer_grading_policy_file.test_golden import GoldenCommon


@tagged("post_install", "-at_install")
class TestLibrary(GoldenCommon):
    cases = Path(__file__).parent / "golden"
    policies = "customer_grading_library/data/policies"

    def test_every_policy_has_cases_for_each_of_its_grades(self):
        self._check_all_grades()

    def test_s02_grades_accounts_in_heavy_trucks(self):
        self._check("s02_heavy_truck")

    def test_s04_reads_a_decision_table_of_home_buyers(self):
        self._check("s04_home_buyer")

    def test_s12_follows_ten_levels_of_the_sales_process(self):
        self._check("s12_sales_process")

    def test_s15_rates_credit_with_a_veto(self):
        self._check("s15_credit_form")

    def test_s28_crosses_two_scorecards_by_region(self):
        self._check("s28_base_customers")

    def test_s37_scores_dealers(self):
        self._check("s37_dealer_scorecard")

    def test_s46_adds_up_shares_of_sales(self):
        self._check("s46_sales_share")

    def test_s49_tells_classes_of_training_customers(self):
        self._check("s49_training_leads")

    def test_s50_finds_the_first_five_per_cent(self):
        self._check("s50_key_customers")
