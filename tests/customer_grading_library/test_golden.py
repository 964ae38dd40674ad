"""Each policy of the library decides as its source says: cases worked out by hand."""

from pathlib import Path

from odoo.tests import tagged

from ..customer_grading_policy_file.test_golden import GoldenCommon

CASES = Path(__file__).parent / "golden"


@tagged("post_install", "-at_install")
class TestLibrary(GoldenCommon):
    cases = CASES
    policies = "customer_grading_library/data/policies"

    def test_every_policy_has_cases_for_each_of_its_grades(self):
        self._check_all_grades()


def _make_test(key):
    def test(self):
        self._check(key)

    test.__doc__ = f"Grade the cases of {key}."
    return test


for path in sorted(CASES.glob("*.json")):
    setattr(TestLibrary, f"test_{path.stem}", _make_test(path.stem))
