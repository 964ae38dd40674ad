"""Take the pictures of the README from the demo company; pytest reads it, see `./run pictures`."""

import base64
import json
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"

# Clicks on each of the selectors in turn, waits for what the picture shows, and until it rests.
TAKE = """(async (clicks, shown) => {
    const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const find = async (selector) => {
        for (let tries = 0; tries < 300; tries++) {
            const found = document.querySelector(selector);
            if (found) {
                return found;
            }
            await rest(100);
        }
        throw new Error(`Not on the page: ${selector}`);
    };
    for (const selector of clicks) {
        (await find(selector)).click();
    }
    await find(shown);
    await rest(2000);
    console.log("test successful");
})"""


class Picture(NamedTuple):
    """One picture: who looks at which page, what is clicked there, and what is waited for."""

    login: str
    path: str
    clicks: tuple[str, ...]
    shown: str
    height: int


@tagged("post_install", "-at_install")
class TestPictures(HttpCase):
    def _get_pictures(self):
        policy = self.env["customer.grading.policy"].search([("state", "=", "running")], limit=1)
        mine = [("user_id.login", "=", "lina"), ("customer_grade_id.code", "=", "B")]
        customer = self.env["res.partner"].search(mine, order="id", limit=1)
        customers = "customer_grading.customer_grading_my_customers_action"
        library = "customer_grading_library.customer_grading_library_policy_action"
        try_on = ("button[name=action_try_on]",)
        dashboard = self.env.ref(
            "spreadsheet_dashboard_customer_grading.spreadsheet_dashboard_customer_grading"
        )
        outlook = "customer_grading_outlook.customer_grading_outlook_action"
        return {
            "customers": Picture("lina", f"action-{customers}", (), ".o_data_row", 720),
            "why": Picture(
                "lina",
                f"res.partner/{customer.id}",
                (".o_grading_badge",),
                ".modal .o_grading_block",
                820,
            ),
            "try_on": Picture(
                "admin", f"customer.grading.policy/{policy.id}", try_on, ".o_grading_block", 820
            ),
            "dashboard": Picture(
                "admin",
                f"dashboards?dashboard_id={dashboard.id}",
                (),
                ".o-figure canvas.o-scorecard[role=button]",
                900,
            ),
            "outlook": Picture("admin", f"action-{outlook}", (), ".o_data_row", 620),
            "library": Picture("admin", f"action-{library}", (), ".o_kanban_record", 820),
        }

    def test_pictures(self):
        for name, picture in self._get_pictures().items():
            with self.subTest(name):
                self._take(IMAGES / f"{name}.png", picture)

    def _take(self, file, picture):
        """Open the page, do what is to be done there, and keep what is seen."""
        stop = ChromeBrowser.stop

        def keep_and_stop(browser):
            taken = browser._websocket_request("Page.captureScreenshot")
            file.write_bytes(base64.b64decode(taken["data"]))
            stop(browser)

        self.browser_size = f"1280x{picture.height}"
        code = f"{TAKE}({json.dumps(picture.clicks)}, {json.dumps(picture.shown)})"
        with patch.object(ChromeBrowser, "stop", keep_and_stop):
            self.browser_js(f"/odoo/{picture.path}", code, login=picture.login)
