"""What the browser makes of formulas: shares, changes and totals equal a plain computation."""

import json
from collections import Counter
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..common import get_today
from .common import DashboardCommon

CODES = "ABCDEFGH"  # as many grades as a table has room for, and the customers of none
COLUMNS = "ABCDEFGHIJKL"
# Compares cells, and cells once more where a salesperson was chosen.
CHECK = """
(async () => {
    const [first, salesperson, then] = %s;
    const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
    const getModel = () =>
        odoo.__WOWL_DEBUG__.root.env.services.spreadsheet_dashboard_loader.getActiveDashboard()?.model;
    const read = (at) => {
        const [, sheetId, letter, row] = at.match(/(\\w+)!([A-Z])(\\d+)/);
        const position = { sheetId, col: letter.charCodeAt(0) - 65, row: row - 1 };
        return getModel().getters.getEvaluatedCell(position);
    };
    const differs = (one, other) =>
        typeof other === "number" ? !(Math.abs(one - other) < 1e-6) : (one ?? "") !== other;
    const check = async (expected) => {
        const isLoading = ({ type, value }) => type === "error" && /Loading/.test(value);
        for (let tries = 0; tries < 300; tries++) {
            if (getModel() && !Object.keys(expected).some((at) => isLoading(read(at)))) {
                break;
            }
            await wait();
        }
        const wrong = Object.entries(expected).filter(([at, value]) => differs(read(at).value, value));
        return wrong.map(([at, value]) => `${at}: ${read(at).value}, not ${value}`);
    };
    const wrong = await check(first);
    getModel().dispatch("SET_GLOBAL_FILTER_VALUE", {
        id: "customer_grading_salesperson",
        value: { operator: "in", ids: [salesperson] },
    });
    await wait();
    wrong.push(...(await check(then)));
    console[wrong.length ? "error" : "log"](wrong.join("; ") || "test successful");
})();
"""


@tagged("post_install", "-at_install")
class TestDashboardCells(DashboardCommon, HttpCase):
    """Twelve customers of eight grades and none, who bought otherwise a year ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.customers = cls._create_customers(12, user_id=cls.users["officer"].id)
        cls.customers[0].user_id = cls.users["salesperson"]
        groups = {
            "country_id": cls.env["res.country"].search([], limit=3),
            "state_id": cls.env["res.country.state"].search([], limit=3),
            "industry_id": cls.env["res.partner.industry"].search([], limit=3),
        }
        # The first of each has 7 customers, the second 3, the last 2.
        for name, records in groups.items():
            for number, customer in enumerate(cls.customers):
                customer[name] = records[0 if number < 7 else 1 if number < 10 else 2]
        cls.now = {c: number * 100 for number, c in enumerate(cls.customers)}
        cls.then = {c: (number * 5 + 1) % 12 * 100 for number, c in enumerate(cls.customers)}
        cls.today = get_today()
        rules = [(code, ("value", "ge", 800 - n * 100)) for n, code in enumerate(CODES)]
        policy = cls._create_policy({"value": {"measure": "invoiced_revenue"}}, rules)
        formerly = cls.today - relativedelta(months=14)
        cls._let_be_known_since(cls.customers, formerly)
        with freeze_time(formerly):
            cls._invoice(cls.then, formerly)
            cls._activate(policy)
        cls._invoice(cls.now, cls.today - timedelta(days=60))
        cls._run(policy)
        for one in cls.env["customer.grading.figures.set"]._get_due():
            cls.env["customer.grading.figures.engine"]._fill(one)
        cls.env.invalidate_all()

    @classmethod
    def _invoice(cls, amounts, day):
        for customer, amount in amounts.items():
            if amount:
                cls._create_invoice(customer, day, amount)

    # ------------------------------------------------------------------ plain computation

    @staticmethod
    def _get_code(amount):
        """Return the grade of an amount by the rules."""
        found = [code for n, code in enumerate(CODES) if amount >= 800 - n * 100]
        return found[0] if found else "Not graded"

    def _group(self, name):
        """Return ``[(group, its customers)]``, the largest first."""
        groups = self.customers.grouped(name)
        return sorted(
            ((group, list(found)) for group, found in groups.items()), key=lambda g: -len(g[1])
        )

    def _find(self, title):
        """Return the row of a table's title."""
        [at] = [at for at, cell in self.cells.items() if f'"{title}' in cell]
        return int(at[1:])

    def _place(self, row, *values):
        """Return ``{cell: value}`` of a row; what is left out stands nowhere."""
        cells = zip(COLUMNS, values, strict=False)
        return {f"dashboard!{col}{row}": value for col, value in cells if value is not None}

    def _compute_by_grade(self, title, name, amounts):
        """Return the cells of a table by grade: all customers, their share, and each grade."""
        codes = [*CODES, "Not graded"]
        head = self._find(title) + 1
        cells = self._place(head, None, "Customers", "Share", *codes)
        groups = [(group.display_name, found) for group, found in self._group(name)]
        rows = {head + n: one for n, one in enumerate(groups, 1)}
        rows[head + 9] = "Total", list(self.customers)
        for row, (label, found) in rows.items():
            counts = Counter(self._get_code(amounts[c]) for c in found)
            by_grade = [counts[code] or "" for code in codes]
            cells |= self._place(row, label, len(found), len(found) / 12, *by_grade)
        return cells

    def _compute_shares(self, title, name):
        """Return the cells of a table of shares and revenue: now, a year ago, what changed."""
        head = self._find(title) + 2
        groups = [(group.display_name, found) for group, found in self._group(name)]
        rows = {head + n: one for n, one in enumerate(groups, 1)}
        rows[head + 9] = "Total", list(self.customers)
        cells = {}
        for row, (label, found) in rows.items():
            share = len(found) / 12
            now, then = (sum(amounts[c] for c in found) for amounts in (self.now, self.then))
            told = (
                len(found),
                share,
                now,
                None,
                None,
                len(found),
                share,
                then,
                None,
                0,
                now / then - 1,
            )
            cells |= self._place(row, label, *told)
        return cells

    def _compute_tables(self):
        cells = {}
        for text, name in (
            ("country", "country_id"),
            ("region", "state_id"),
            ("industry", "industry_id"),
        ):
            for when, amounts in (("now", self.now), ("a year ago", self.then)):
                title = f"Customers by {text} and grade, {when} ("
                cells |= self._compute_by_grade(title, name, amounts)
            cells |= self._compute_shares(
                f"Share and revenue by {text}, now and a year ago (", name
            )
        return cells

    def test_shares_changes_and_totals(self):
        self.cells = self._open()["sheets"][0]["cells"]
        total = sum(self.now.values())
        by_size = sorted(self.now.values(), reverse=True)
        of_all = {"data!B4": sum(by_size[:10]) / total, "data!B5": sum(by_size[:3]) / total}
        first = self._compute_tables() | of_all | {"data!B2": 11, "data!B3": total}
        # The customer who buys nothing any more is the only one of the salesperson.
        then = of_all | {"data!B2": 0, "data!B3": 0, "data!B6": 1}
        code = CHECK % json.dumps([first, self.users["salesperson"].id, then])
        url = f"/odoo/dashboards?dashboard_id={self.dashboard.id}"
        ready = "document.querySelector('.o-figure canvas.o-scorecard') !== null"
        self.browser_js(url, code, ready, login="grading_administrator", timeout=120)
