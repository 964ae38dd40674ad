"""What every session of the test suite needs before its first test."""

import pytest
from hypothesis import HealthCheck, settings

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import HttpCase, get_db_name

# The same examples every time: a failure anywhere is a failure everywhere.
settings.register_profile(
    "grading",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("grading")


def _is_browser_test(item):
    return issubclass(getattr(item, "cls", None) or object, HttpCase)


@pytest.fixture(scope="session", autouse=True)
def pregenerate_assets(request, load_registry):
    """Make the web client's bundles once, or each browser test would make its own."""
    if not any(_is_browser_test(item) for item in request.session.items):
        return
    with Registry(get_db_name()).cursor() as cr:
        api.Environment(cr, SUPERUSER_ID, {})["ir.qweb"]._pregenerate_assets_bundles()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a browser test that was skipped into one that failed.

    Odoo skips them where Chromium or websocket-client is missing, and a suite that tested
    no screen would pass.
    """
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and _is_browser_test(item):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else ""
        report.outcome = "failed"
        report.longrepr = (
            f"{reason}\nBrowser tests must run: ./run test brings Chromium and "
            "websocket-client; pytest itself needs --odoo-http."
        )
