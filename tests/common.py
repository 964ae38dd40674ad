"""A company with customers, and short ways to the documents and policies of a test.

Everything that a measure reads is made as people make it: orders are confirmed, invoices
posted, payments registered, on the day that the test says.
"""

import ast
import doctest
import importlib
import os
import pkgutil
from datetime import date, datetime, time, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo.addons.base.tests.common import BaseCommon
from odoo.fields import Command
from odoo.tests.common import new_test_user

TODAY = date(2026, 11, 20)  # a Friday, and no end of a month
NOON = time(12)
ROOT = Path(__file__).parents[1]
# Where the company is; its users and the server stay in UTC.
TZ = os.environ.get("GRADING_TEST_TZ", "UTC")

ROLES = {
    "portal": "base.group_portal",
    "accountant": "account.group_account_user",
    "salesperson": "sales_team.group_sale_salesman",
    "officer": (
        "sales_team.group_sale_salesman_all_leads,customer_grading.customer_grading_group_officer"
    ),
    "administrator": "sales_team.group_sale_manager",
}


def at(day):
    """Return the moment, in UTC, at which a test does something on ``day``: noon there."""
    if isinstance(day, datetime):
        return day
    noon = datetime.combine(day, NOON, ZoneInfo(TZ))
    return noon.astimezone(timezone.utc).replace(tzinfo=None)


def get_today():
    """Return the day that it is where the company is, for tests on the clock of the machine."""
    return datetime.now(ZoneInfo(TZ)).date()


def get_texts_of_customers():
    """Return the sentences that the core says of customers, and of others otherwise."""
    said = set()
    for path in (ROOT / "customer_grading").glob("models/**/*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            name = isinstance(call, ast.Call) and getattr(
                call.func, "attr", getattr(call.func, "id", "")
            )
            if name in ("_choose_text", "choose"):
                said.add(call.args[0].args[0].value)
    return said


def check_examples(test, package):
    """Check the examples in the docstrings of all modules of a package."""
    attempted = 0
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        with test.subTest(module=found.name):
            result = doctest.testmod(importlib.import_module(found.name))
            test.assertFalse(result.failed)
            attempted += result.attempted
    test.assertGreater(attempted, 10)


class CustomerGradingCommon(BaseCommon):
    """The main company in dollars, a dimension of its own, and factories."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.grading.policy"].search([("state", "=", "running")]).write(
            {"state": "closed"}
        )
        cls.dimension = cls.env.ref("customer_grading.customer_grading_dimension_value")
        cls.dimension._set_main("partner", cls.company)
        cls.company.customer_grading_tz = TZ
        cls.product = cls.env["product.product"].create(
            {"name": "Truck", "list_price": 100.0, "type": "consu", "taxes_id": False}
        )

    @classmethod
    def default_env_context(cls):
        """Log no changes of documents, but keep what the addon itself writes."""
        return {**super().default_env_context(), "tz": "UTC"}

    # ------------------------------------------------------------------ people

    @classmethod
    def _create_customers(cls, count, **vals):
        return cls.env["res.partner"].create(
            [
                {"name": f"Customer {number:03}", "is_company": True, **vals}
                for number in range(1, count + 1)
            ]
        )

    @classmethod
    def _create_users(cls, company=None, companies=None, suffix=""):
        """Return ``{role: user}``, one of each role, at home in ``company``."""
        company = company or cls.company
        return {
            role: new_test_user(
                cls.env,
                login=f"grading_{role}{suffix}",
                groups=groups,
                company_id=company.id,
                company_ids=[Command.set((companies or company).ids)],
                tz="UTC",
            )
            for role, groups in ROLES.items()
        }

    @classmethod
    def _create_company_with_chart(cls, name, parent=None, currency=None):
        """Return a company that can post invoices; one with ``parent`` is its branch."""
        company = cls.env["res.company"].create({"name": name, "parent_id": parent and parent.id})
        company.customer_grading_tz = TZ
        cls.env.user.company_ids = [Command.link(company.id)]
        if parent:
            cls.env.cr.precommit.run()  # a branch takes its parent's chart at the commit
        else:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
            if currency:
                company.currency_id = currency  # the chart came with its own
        return company

    # ------------------------------------------------------------------ documents

    @classmethod
    def _create_order(cls, partner, day, amount=100.0, company=None, confirm=True, **vals):
        """Return an order of one line, confirmed on ``day`` (a date, or a moment in UTC)."""
        line = {
            "product_id": cls.product.id,
            "product_uom_qty": vals.pop("quantity", 1),
            "price_unit": amount,
            "tax_ids": [Command.clear()],
            **vals.pop("line", {}),
        }
        company = company or cls.company
        with freeze_time(at(day)):
            order = (
                cls.env["sale.order"]
                .with_company(company)
                .create(
                    {
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "order_line": [Command.create(line)],
                        **vals,
                    }
                )
            )
            if confirm:
                order.action_confirm()
        return order

    @classmethod
    def _create_invoice(cls, partner, day, amount=100.0, due=None, company=None, **vals):
        """Return an invoice (or the ``move_type`` said) of one line, posted on ``day``."""
        company = company or cls.company
        line = {
            "name": "Truck",
            "quantity": 1,
            "price_unit": amount,
            "tax_ids": [Command.set(vals.pop("taxes", cls.env["account.tax"]).ids)],
        }
        with freeze_time(at(day)):
            invoice = (
                cls.env["account.move"]
                .with_company(company)
                .create(
                    {
                        "move_type": "out_invoice",
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "invoice_date": day,
                        "invoice_payment_term_id": False,
                        "invoice_date_due": due or day,
                        "invoice_line_ids": [Command.create(line)],
                        **vals,
                    }
                )
            )
            invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, invoice, day, amount=None):
        """Register a payment of ``invoice`` on ``day``, whole or of ``amount``.

        Several invoices of a customer are paid at once.
        """
        with freeze_time(at(day)):
            wizard = (
                cls.env["account.payment.register"]
                .with_company(invoice.company_id)
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"payment_date": day})
            )
            if len(invoice) > 1:
                wizard.group_payment = True
            if amount is not None:
                wizard.amount = amount
            return wizard._create_payments()

    @classmethod
    def _create_credit_note(cls, invoice, day, amount=None, **vals):
        """Credit ``invoice`` on ``day``, whole or by ``amount``, and reconcile it."""
        credit = cls._create_invoice(
            invoice.partner_id,
            day,
            invoice.amount_untaxed if amount is None else amount,
            company=invoice.company_id,
            move_type="out_refund",
            reversed_entry_id=invoice.id,
            **vals,
        )
        lines = (invoice + credit).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        lines.reconcile()
        return credit

    @classmethod
    def _create_lead(cls, partner, day, **vals):
        with freeze_time(at(day)):
            return cls.env["crm.lead"].create(
                {
                    "name": "Opportunity",
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    **vals,
                }
            )

    @classmethod
    def _answer(cls, question, record, value, day=TODAY, **vals):
        """Answer ``question`` about a customer or an opportunity.

        :param value: yes or no, a choice, points, a number, a text or a day
        """
        field = {
            "yes_no": "yes_no",
            "levels": "choice_id",
            "points": "points",
            "number": "number",
            "text": "text_value",
            "date": "date_value",
        }[question.kind]
        if question.kind == "yes_no":
            value = "yes" if value else "no"
        elif question.kind == "levels":
            value = value.id
        with freeze_time(at(day)):
            return cls.env["customer.grading.answer"].create(
                {
                    "question_id": question.id,
                    record._grading_result_field: record.id,
                    "date": day,
                    field: value,
                    **vals,
                }
            )

    # ------------------------------------------------------------------ policies

    @classmethod
    def _create_dimension(cls, code, grades="ABC", **vals):
        dimension = cls.env["customer.grading.dimension"].create(
            {"name": code.title(), "code": code, "sequence": 99, **vals}
        )
        cls._create_grades(dimension, grades)
        return dimension

    @classmethod
    def _create_grades(cls, dimension, codes):
        """Return ``{code: grade}`` of ``dimension``, making those that are missing."""
        have = {grade.code: grade for grade in dimension.grade_ids}
        for position, code in enumerate(codes):
            if code not in have:
                have[code] = cls.env["customer.grade"].create(
                    {
                        "dimension_id": dimension.id,
                        "code": code,
                        "name": f"Grade {code}",
                        "sequence": (position + 1) * 10,
                        "color": position + 1,
                    }
                )
        return have

    @classmethod
    def _measure(cls, code):
        return cls.env["customer.grading.measure"].search([("code", "=", code)])

    @classmethod
    def _create_policy(cls, criteria, rules=(), **vals):
        """Return a draft policy from plain Python, whose grades change at once.

        :param criteria: ``{key: values}`` in order, parts before what they are part of.
            ``measure`` is a measure's code, ``parts`` the keys of a combination's parts,
            ``bands`` a list of values of bands, best first
        :param rules: list of ``(grade code, tree)``. A tree is ``(kind, *trees)`` with a
            number after ``at_least`` and ``at_most``, or a condition ``(key, operator,
            operand...)``, its operand a number, two for ``between``, the position of a
            band for levels, a text, or the id of a choice
        """
        dimension = vals.pop("dimension", None) or cls.dimension
        grades = cls._create_grades(dimension, [code for code, _tree in rules])
        policy = cls.env["customer.grading.policy"].create(
            {
                "name": "Policy",
                "dimension_id": dimension.id,
                "company_id": cls.company.id,
                "downgrade_timing": "now",
                "downgrade_days": 0,
                "stop_percent": 0,
                **vals,
            }
        )
        made = cls._create_criteria(policy, criteria)
        cls._create_rules(policy, rules, grades, made)
        return policy

    @classmethod
    def _create_criteria(cls, policy, criteria):
        vals_list = [
            cls._prepare_criterion(policy, position, key, dict(spec))
            for position, (key, spec) in enumerate(criteria.items())
        ]
        records = cls.env["customer.grading.criterion"].create(vals_list)
        made = dict(zip(criteria, records, strict=True))
        for key, spec in criteria.items():
            for part in spec.get("parts", ()):
                made[part].parent_id = made[key]
        return made

    @classmethod
    def _prepare_criterion(cls, policy, position, key, spec):
        spec.pop("parts", None)
        bands = spec.pop("bands", ())
        if code := spec.pop("measure", None):
            spec["measure_id"] = cls._measure(code).id
        if question := spec.pop("question", None):
            spec.update(measure_id=cls._measure("asked").id, question_id=question.id)
        return {
            "policy_id": policy.id,
            "key": key,
            "name": key,
            "sequence": position,
            "band_ids": [
                Command.create({"sequence": order, **band}) for order, band in enumerate(bands)
            ],
            **spec,
        }

    @classmethod
    def _create_rules(cls, policy, rules, grades, criteria):
        return cls.env["customer.grading.rule"].create(
            [
                {
                    "policy_id": policy.id,
                    "grade_id": grades[code].id,
                    "sequence": position,
                    **cls._prepare_root(tree, criteria),
                }
                for position, (code, tree) in enumerate(rules)
            ]
        )

    @classmethod
    def _prepare_root(cls, tree, criteria):
        kind, *rest = tree if tree and tree[0] in GROUPS else ("all", *([tree] if tree else []))
        vals = {"kind": kind}
        if kind in COUNTED:
            vals["count"], *rest = rest
        lines = [line for child in rest for line in cls._get_lines(child, criteria, 0)]
        vals["line_ids"] = [
            Command.create({"sequence": position, **line}) for position, line in enumerate(lines)
        ]
        return vals

    @classmethod
    def _get_lines(cls, tree, criteria, depth):
        """Return the flat list of lines of a tree, as the screen keeps them."""
        if tree[0] not in GROUPS:
            return [{"depth": depth, **cls._prepare_condition(tree, criteria)}]
        kind, *rest = tree
        group = {"kind": kind, "depth": depth}
        if kind in COUNTED:
            group["count"], *rest = rest
        below = [line for child in rest for line in cls._get_lines(child, criteria, depth + 1)]
        return [group, *below]

    @classmethod
    def _prepare_condition(cls, condition, criteria):
        key, operator, *operands = condition
        criterion = criteria[key]
        operator, _, unknown = operator.partition("|")  # how unknown counts may stand behind it
        vals = {"kind": "condition", "criterion_id": criterion.id, "operator": operator}
        vals["if_unknown"] = unknown
        if operator.startswith("level_"):
            bands = criterion.band_ids.sorted(lambda band: (band.sequence, band.id))
            vals["level_id"] = bands[operands[0]].id
        elif operator in ("before", "after"):
            vals["date_value"] = operands[0]
        elif operator == "is" and isinstance(operands[0], str):
            vals["text_value"] = operands[0]
        elif operator == "is":
            vals["choice_id"] = operands[0]
        elif operands:
            vals.update(zip(("value", "value_max"), operands, strict=False))
        return vals

    @classmethod
    def _activate(cls, policy, run=True):
        """Put ``policy`` in force and, by default, grade everybody; return its runs."""
        runs = policy._put_in_force()
        if run:
            for one in runs:
                one._execute()
        return runs

    @classmethod
    def _run(cls, policy, company=None):
        """Grade everybody today, as the night does, and return the run."""
        run = policy._create_run("nightly", company)
        run._execute()
        return run

    # ------------------------------------------------------------------ what came of it

    def _get_results(self, records, dimension=None, company=None):
        """Return ``{customer or opportunity: result}``."""
        field = records._grading_result_field
        results = self.env["customer.grading.result"].search(
            [
                ("dimension_id", "=", (dimension or self.dimension).id),
                ("company_id", "=", (company or self.company).id),
                (field, "in", records.ids),
            ]
        )
        return {result[field]: result for result in results}

    def _get_grades(self, records, **scope):
        """Return the code of each record's grade in effect, or ``False``; in order."""
        results = self._get_results(records, **scope)
        return [results[r].grade_id.code if r in results else None for r in records]

    def _measure_all(self, partners, day=TODAY, company=None, policy=None, **criteria):
        """Return ``{key: [value of each partner]}`` of what a policy would store.

        Values are given as Python knows them; a partner that is no customer has ``...``.
        """
        policy = policy or self._create_policy(criteria, population="all")
        engine = self.env["customer.grading.engine"]
        company = self.company if company is None else company
        scope = engine._get_scope(policy, company, day)
        self.env.flush_all()
        rows = self.env.execute_query_dict(engine._get_values_sql(policy, scope))
        by_partner = {row["subject_id"]: row for row in rows}
        return {
            criterion.key: [
                by_partner[partner.id][f"v{criterion.id}"] if partner.id in by_partner else ...
                for partner in partners
            ]
            for criterion in policy._get_measured_criteria()
        }


GROUPS = ("all", "any", "none", "at_least", "at_most", "until")
COUNTED = ("at_least", "at_most")


class ClockCase(CustomerGradingCommon):
    """Lets the clock stand: each test begins at noon of ``start``, a day or a moment in UTC.

    What Odoo writes is dated by it, too, not by the clock of the database.
    """

    start = TODAY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(cls.cr, "now", lambda: datetime.now(timezone.utc).replace(tzinfo=None))

    @classmethod
    def _at(cls, day):
        """Let it be noon of ``day``, or that moment, from now on."""
        if hasattr(cls, "clock"):
            cls.clock.stop()
        cls.clock = freeze_time(at(day))
        cls.clock.start()

    @classmethod
    def tearDownClass(cls):
        cls.clock.stop()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self._at(self.start)
