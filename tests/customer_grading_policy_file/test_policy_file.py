"""Policy files: what is shipped, what comes back, and what bad ones get."""

import json
import re
from contextlib import closing, contextmanager
from copy import deepcopy
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from odoo.addons.customer_grading_policy_file import tools
from odoo.addons.customer_grading_policy_file.models import (
    customer_grading_policy_file as policy_file,
)
from odoo.addons.customer_grading_policy_file.tools import policy_format
from odoo.addons.customer_grading_policy_file.tools.policy_format import read_shape
from odoo.addons.customer_grading_policy_file.wizard.customer_grading_new_policy import STARTS
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests.common import BaseCase, tagged
from odoo.tools import mute_logger

from ..common import TODAY, CustomerGradingCommon, check_examples
from ..oracles.random_files import files, forget, shuffle

ROOT = Path(__file__).parent.parent.parent
EXAMPLE_KEYS = ROOT / "tests/addons/customer_grading_example/data/policy_keys.json"

COUNTED_MODELS = (
    "customer.grading.policy",
    "customer.grading.criterion",
    "customer.grading.rule",
    "customer.grading.dimension",
    "customer.grade",
    "customer.grading.question",
    "customer.grading.measure",
)
OWN_MEASURE = {
    "code": "draft_orders",
    "name": "Quotations",
    "kind": "documents",
    "unit": "count",
    "model_name": "sale.order",
    "domain": [["state", "in", ["draft", "sent"]]],
    "subject_path": "partner_id.commercial_partner_id",
    "company_field": "company_id",
    "aggregate": "count",
}


@tagged("post_install", "-at_install")
class TestPolicyFormat(BaseCase):
    def test_the_examples_in_the_docstrings_hold(self):
        check_examples(self, tools)


class PolicyFileCommon(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.Policy = cls.env["customer.grading.policy"]
        # What a policy of the demo company may have left: files shall make their own.
        archived = cls.dimension.with_context(active_test=False).grade_ids
        for position, grade in enumerate(archived):
            grade.code = f"x{position}"
        for question in cls.env["customer.grading.question"].search([]):
            question.code = f"old_{question.id}"

    @classmethod
    def _get_content(cls, **changes):
        """Return a small file: orders at least 3 is A, quotations make B, the rest is C."""
        return {
            "format": 1,
            "key": "small",
            "name": "Small",
            "dimension": {
                "code": "activity",
                "name": {"en": "Activity", "zh_CN": "活跃度"},
                "grades": [
                    {"code": "A", "name": {"en": "Active", "zh_CN": "活跃"}, "color": 10},
                    {"code": "B", "name": "Warm", "meaning": "Call monthly"},
                    {"code": "C", "name": "Cold"},
                ],
            },
            "measures": [deepcopy(OWN_MEASURE)],
            "decide_by": "requirements",
            "applies_to": [["is_company", "=", True]],
            "population": "all",
            "criteria": [
                {
                    "key": "orders",
                    "name": "Orders",
                    "measure": "order_count",
                    "period": {"last_months": 12},
                    "only": [["amount_total", ">", 0]],
                    "bands": [
                        {"from": 3, "level": {"en": "Many", "zh_CN": "多"}},
                        {"from": 1, "level": "Few"},
                    ],
                },
                {"key": "quotations", "name": "Quotations", "measure": "draft_orders"},
            ],
            "rules": [
                {"grade": "A", "all": [{"criterion": "orders", "level_at_least": "Many"}]},
                {
                    "grade": "B",
                    "at_least": 1,
                    "of": [
                        {"criterion": "quotations", "more_than": 0},
                        {"criterion": "orders", "between": [1, 2]},
                    ],
                },
                {"grade": "C"},
            ],
            "changes": {
                "upgrades": "now",
                "downgrades": "month_end",
                "downgrade_days": 14,
                "stop_percent": 10,
                "manual_months": 12,
            },
            **changes,
        }

    @contextmanager
    def _undone(self):
        """Undo what is done meanwhile: grades and questions of one file are new to the next."""
        with closing(self.env.cr.savepoint()):
            yield

    def _load(self, content, file_name="small.json"):
        return self.Policy.load_policy(json.dumps(content), file_name)

    def _grade(self, policy, partners):
        """Return the codes of the grades that ``policy`` gives to ``partners``."""
        Engine = self.env["customer.grading.engine"]
        scope = Engine._get_scope(policy, self.company, TODAY)
        Engine._evaluate(policy, scope, "graded")
        self.env.cr.execute("SELECT subject_id, grade_id FROM graded")
        grades = dict(self.env.cr.fetchall())
        return [self.env["customer.grade"].browse(grades.get(p.id)).code for p in partners]


@tagged("post_install", "-at_install")
class TestPolicyFile(PolicyFileCommon):
    def test_shipped_files_stand_in_one_database_decide_and_come_back_as_they_are(self):
        """Of those who load them, every other one works in Chinese."""
        files = self.Policy._get_library_files().items()
        # Another addon's may call grades otherwise that are there by then.
        keys = sorted(k for k, path in files if not path.startswith("customer_grading_example/"))
        self.assertLessEqual(set(STARTS.values()), set(keys))
        for position, key in enumerate(keys):
            user = self.Policy.with_context(lang=("en_US", "zh_CN")[position % 2])
            with self.subTest(key=key, lang=user.env.lang):
                policy = user._load_file(key)
                told = [problem["level"] for problem in policy._get_problems()]
                self.assertEqual(told, ["warning"] if policy.has_limits_to_suggest else [])
                self.assertEqual(policy.state, "draft")
                text = self.Policy._read_library_file(key)
                self.assertEqual(policy_format.write(policy._export_policy()), text)
                for language, name in json.loads(text)["name"].items():
                    lang = {"en": "en_US"}.get(language, language)
                    self.assertEqual(policy.with_context(lang=lang).name, name)
                trial = policy._try_on()
                self.assertEqual(trial.state, "done", trial.error)
                if "benefit_ids" in policy.dimension_id.grade_ids:
                    # Of several files with one grade, what the first said that it gives stays.
                    policy.dimension_id.grade_ids.benefit_ids.unlink()

    def test_names_are_written_in_the_languages_that_are_active(self):
        policy = self.Policy._load_file("df1_revenue_rank")
        chinese = policy.with_context(lang="zh_CN")
        self.assertEqual(policy.name, "A-D by revenue rank")
        self.assertEqual(chinese.name, "按收入排名 A-D")
        self.assertEqual(chinese.rule_ids[0].grade_id.name, "重点客户")
        self.assertEqual(chinese.criterion_ids.band_ids[0].level, "前 10 %")
        self.assertIn("无需自行设定金额", chinese.note)
        self.assertIn("Our own figure: The first 10 %", policy.note)
        library = dict(self.Policy.with_context(lang="zh_CN")._get_library())
        self.assertEqual(library["df1_revenue_rank"], "按收入排名 A-D")

    def test_a_file_says_what_decides(self):
        policy = self._load(self._get_content())
        self.assertRecordValues(
            policy,
            [
                {
                    "key": "small",
                    "decide_by": "requirements",
                    "population": "all",
                    "domain": "[('is_company', '=', True)]",
                    "downgrade_days": 14,
                }
            ],
        )
        customers = self._create_customers(3)
        for _order in range(3):
            self._create_order(customers[0], TODAY)
        self._create_order(customers[1], TODAY, confirm=False)
        self.assertEqual(self._grade(policy, customers), ["A", "B", "C"])

    def test_a_file_comes_back_with_its_own_measures(self):
        content = self._get_content()
        policy = self._load(content)
        self.assertEqual(policy._export_policy(), content)
        again = self._load(policy._export_policy())
        self.assertEqual(again.dimension_id, policy.dimension_id)
        self.assertEqual(again.criterion_ids.measure_id, policy.criterion_ids.measure_id)

    def test_texts_come_back_in_the_languages_in_which_they_were_written(self):
        content = self._get_content(
            name={"en": "Small"},
            note={"en": "<p>One <b>bold</b> word</p>", "fr_FR": "<p>Un <b>gras</b> mot</p>"},
        )
        content["dimension"]["grades"][0]["name"] = {"en": "VIP", "zh_CN": "VIP"}
        content["dimension"]["grades"][1]["name"] = {"en": "Warm", "fr_FR": "Tiède"}
        policy = self._load(content)
        self.env.invalidate_all()
        self.assertEqual(policy._export_policy(), content)
        policy.name = "Renamed"
        self.assertEqual(policy._export_policy(), {**content, "name": "Renamed"})

    def test_what_nothing_names_comes_back_too(self):
        content = self._get_content(
            questions=[{"code": "staff", "name": "Staff?", "kind": "yes_no"}],
            rules=[{"grade": "A", "all": [{"criterion": "orders", "at_least": 3}]}, {"grade": "C"}],
        )
        content["measures"].insert(0, {**OWN_MEASURE, "code": "spare", "name": "Spare"})
        policy = self._load(content)
        self.env.invalidate_all()
        self.assertEqual(policy._export_policy(), content)
        self.env["customer.grading.measure"].search([("code", "=", "spare")]).unlink()
        self.assertEqual(len(policy._export_policy()["measures"]), 1)

    def test_what_a_file_leaves_out_or_says_needlessly_comes_back_so(self):
        content = self._get_content()
        content["criteria"][0].update(weight=1, whole_group=False)
        del content["changes"], content["population"]
        policy = self._load(content)
        self.assertEqual(policy._export_policy(), content)
        policy.downgrade_days = 7
        self.assertEqual(policy._export_policy()["changes"], {"downgrade_days": 7})

    def test_the_levels_of_a_question_are_not_said_where_the_file_leaves_them_out(self):
        choices = [{"name": "High", "points": 3}, {"name": "Low"}]
        question = {"code": "trust", "name": "Trust", "kind": "levels", "choices": choices}
        content = self._get_content(
            questions=[question],
            rules=[{"grade": "A", "all": [{"criterion": "trust", "level": "High"}]}],
        )
        content["criteria"] = [
            {"key": "trust", "name": "Trust", "measure": "asked", "question": "trust"}
        ]
        policy = self._load(content)
        self.assertEqual(policy._export_policy(), content)
        self.assertEqual(policy.criterion_ids.band_ids.mapped("level"), ["High", "Low"])
        policy.criterion_ids.band_ids[1].level = "None"
        bands = policy._export_policy()["criteria"][0]["bands"]
        self.assertEqual(bands[1], {"choice": "Low", "level": "None"})

    def test_review_windows_come_back_in_their_order(self):
        windows = [
            {"first_day": 25, "first_month": 3, "last_day": 30, "last_month": 3},
            {"first_day": 1, "first_month": 12, "last_day": 5, "last_month": 1},
            {"first_day": 1, "first_month": 6, "last_day": 2, "last_month": 6},
        ]
        content = self._get_content()
        content["changes"] = {"upgrades": "now", "windows": windows}
        policy = self._load(content)
        self.env.invalidate_all()
        self.assertEqual(policy._export_policy()["changes"]["windows"], windows)
        windows[1]["first_day"] = 31
        windows[1]["first_month"] = 11
        with self.assertRaisesRegex(
            ValidationError, r"changes.windows\[1\]: November has no day 31"
        ):
            self._load(content)

    def test_a_measure_made_of_others_has_their_period_whichever_is_asked_first(self):
        for code in ("win_rate", "product_share", "collection_ratio"):
            content = self._get_content(rules=[{"grade": "A"}])
            content["criteria"] = [
                {"key": "first", "name": "First", "measure": code, "period": {"last_months": 6}}
            ]
            with self.subTest(code=code), self._undone():
                self.env.invalidate_all()
                policy = self._load(content)
                self.env.invalidate_all()
                self.assertEqual(policy._export_policy()["criteria"], content["criteria"])

    @settings(max_examples=25)
    @given(content=files(), data=st.data())
    def test_any_valid_file_comes_back_as_it_was(self, content, data):
        with self._undone():
            policy = self._load(shuffle(data, content))
            self.env.invalidate_all()
            exported = policy._export_policy()
            self.assertEqual(json.dumps(exported), json.dumps(content))
            # The records alone hold all of it that decides.
            policy.file_form = False
            by_hand = policy._export_policy()
            self.assertEqual(forget(by_hand), forget(content))
            self.assertEqual(self._load(by_hand)._export_policy(), by_hand)

    def test_what_exists_is_used_and_keeps_its_name(self):
        grade = self._create_grades(self.dimension, "A")["A"]
        first = self.Policy._load_file("requirements_a_d")
        second = self.Policy._load_file("df1_revenue_rank")
        self.assertEqual(first.rule_ids.grade_id, second.rule_ids.grade_id)
        self.assertEqual(first.rule_ids[0].grade_id, grade)
        self.assertEqual(grade.name, "Grade A")
        third = self.Policy._load_file("requirements_a_d")
        self.assertEqual(first.criterion_ids.measure_id, third.criterion_ids.measure_id)

    def test_a_new_grade_takes_its_place_among_those_that_exist(self):
        dimension = self._create_dimension("activity", grades="AC")
        policy = self._load(self._get_content())
        self.assertEqual(policy.dimension_id, dimension)
        self.assertEqual(dimension.grade_ids.sorted().mapped("code"), ["A", "B", "C"])

    def test_an_archived_grade_comes_back(self):
        dimension = self._create_dimension("activity")
        dimension.grade_ids[0].active = False
        self._load(self._get_content())
        dimension.invalidate_recordset()
        self.assertEqual(dimension.grade_ids.mapped("code"), ["A", "B", "C"])

    def test_the_export_of_a_policy_made_by_hand_decides_the_same(self):
        tags = self.env["res.partner.category"].create([{"name": "Gold"}, {"name": "Silver"}])
        question = self.env["customer.grading.question"].create(
            {
                "name": "Loyalty",
                "kind": "levels",
                "choice_ids": [(0, 0, {"name": "High"}), (0, 0, {"name": "Low"})],
            }
        )
        policy = self._create_policy(
            {
                "gold": {
                    "measure": "matches_filter",
                    "subject_domain": f"[('category_id', 'in', {tags.ids})]",
                },
                "loyal": {"question": question},
                "country": {"measure": "country"},
                "orders": {"measure": "order_count", "period": "this_year"},
            },
            [
                ("A", ("all", ("gold", "yes"), ("loyal", "level_ge", 0))),
                (
                    "B",
                    (
                        "any",
                        ("none", ("orders", "lt", 1)),
                        ("country", "is", self.env.ref("base.cn").id),
                    ),
                ),
            ],
            name="Made by hand: 2026",
        )
        policy.criterion_ids.key = False
        content = policy._export_policy()
        self.assertEqual(content["key"], "made_by_hand_2026")
        self.assertEqual(
            content["criteria"][0]["filter"], [["category_id.name", "in", ["Gold", "Silver"]]]
        )
        self.assertNotIn(str(tags[0].id), json.dumps(content["criteria"][0]))
        self.assertEqual(content["rules"][1]["any"][1]["is"], "base.cn")
        customers = self._create_customers(4)
        customers[0].category_id = tags[0]
        self._answer(question, customers[0], question.choice_ids[0])
        self._create_order(customers[1], TODAY)
        customers[2].country_id = self.env.ref("base.cn")
        for customer in customers:
            self._create_lead(customer, TODAY)
        copy = self._load(content)
        self.assertEqual(self._grade(policy, customers), ["A", "B", "B", False])
        self.assertEqual(self._grade(copy, customers), ["A", "B", "B", False])
        self.assertEqual(copy._export_policy(), content)

    def test_records_that_have_no_path_by_name_are_named_as_records(self):
        category = self.env["product.category"].create({"name": "Axles"})
        user = self.env.ref("base.user_admin")
        policy = self._create_policy(
            {
                "axles": {
                    "measure": "ordered_quantity",
                    "uom_id": self.env.ref("uom.product_uom_unit").id,
                    "document_domain": f"[('product_id.categ_id', 'child_of', {category.ids})]",
                }
            },
            [("A", ("axles", "ge", 1))],
            domain=f"[('user_id', '=', {user.id})]",
        )
        content = policy._export_policy()
        self.assertEqual(content["applies_to"], [["user_id", "=", {"record": "base.user_admin"}]])
        self.assertEqual(
            content["criteria"][0]["only"],
            [["product_id.categ_id", "child_of", [{"record": category.display_name}]]],
        )
        copy = self._load(content)
        self.assertEqual(copy.domain, policy.domain)
        self.assertEqual(copy.criterion_ids.document_domain, policy.criterion_ids.document_domain)

    def test_names_that_two_records_share_are_not_exported(self):
        tags = self.env["res.partner.category"].create([{"name": "Gold"}, {"name": "Gold"}])
        policy = self._create_policy(
            {}, [("A", ())], domain=f"[('category_id', '=', {tags[0].id})]"
        )
        with self.assertRaisesRegex(UserError, "Rename one of them"):
            policy._export_policy()

    def test_an_unfinished_draft_is_not_exported(self):
        policy = self._create_policy({"orders": {"measure": "order_count"}})
        with self.assertRaisesRegex(UserError, "add at least one grade"):
            policy.action_export()

    def test_the_download_holds_the_file(self):
        policy = self.Policy._load_file("df1_revenue_rank")
        action = policy.action_export()
        self.assertEqual(policy.action_export(), action)
        attachment = self.env["ir.attachment"].browse(
            int(action["url"].split("/")[3].split("?")[0])
        )
        self.assertEqual(attachment.name, "df1_revenue_rank.json")
        self.assertEqual(
            attachment.raw.decode(), self.Policy._read_library_file("df1_revenue_rank")
        )

    @contextmanager
    def _library(self, looked_at):
        """Let the library be small files, each looking at the grades of others.

        :param looked_at: ``{key of a file, and code of its dimension: keys of the others}``
        """
        texts = {}
        for key, others in looked_at.items():
            content = self._get_content(key=key)
            content["dimension"]["code"] = key
            content["criteria"] += [
                {"key": other, "name": other, "measure": "other_grade", "dimension": other}
                for other in others
            ]
            texts[key] = json.dumps(content)
        Policy = type(self.Policy)
        with (
            patch.object(Policy, "_get_library_files", lambda _self: texts),
            patch.object(Policy, "_read_library_file", lambda _self, key: texts[key]),
        ):
            yield

    def test_what_two_files_look_at_comes_along_once(self):
        with self._library({"top": ["left", "right"], "left": ["right"], "right": []}):
            before = self.Policy.search([])
            self.Policy._load_file("top")
        loaded = self.Policy.search([]) - before
        self.assertEqual(sorted(loaded.mapped("dimension_id.code")), ["left", "right", "top"])
        self.assertEqual(len(loaded), 3)

    def test_files_that_look_at_each_other_are_refused(self):
        for looked_at in ({"a": ["a"]}, {"a": ["b"], "b": ["a"]}):
            with (
                self.subTest(looked_at=looked_at),
                self._undone(),
                self._library(looked_at),
                self.assertRaisesRegex(ValidationError, "json” cannot be loaded"),
            ):
                self.Policy._load_file("a")

    def test_a_policy_that_the_library_lacks_is_named(self):
        with self.assertRaisesRegex(UserError, "no policy “../../x”.*df1_revenue_rank"):
            self.Policy._load_file("../../x")


@tagged("post_install", "-at_install")
class TestBadPolicyFile(PolicyFileCommon):
    def _assert_refused(self, content, *expected):
        """Check that a file is refused with ``expected`` in its message, and writes nothing."""
        before = {name: self.env[name].search_count([]) for name in COUNTED_MODELS}
        text = content if isinstance(content, str) else json.dumps(content)
        with self.assertRaises(ValidationError) as caught:
            self.Policy.load_policy(text, "mine.json")
        message = str(caught.exception)
        for part in ("“mine.json” cannot be loaded:", *expected):
            self.assertIn(part, message)
        after = {name: self.env[name].search_count([]) for name in COUNTED_MODELS}
        self.assertEqual(after, before)

    def _change(self, path, value):
        """Return the small file with ``value`` at ``path``, taken out where it is None."""
        content = self._get_content()
        place = content
        for step in path[:-1]:
            place = place[step]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        return content

    def test_what_is_no_policy_file_is_refused(self):
        for text, expected in [
            ("", "this is no JSON"),
            ("{", "this is no JSON"),
            ("[" * 100_000, "this is no JSON"),
            ('{"format": NaN}', "this is no JSON: NaN"),
            ("[]", "a policy file is one object"),
            ("{}", "format: this version of the addon reads format 1, not None"),
            ('{"format": 2}', "format: this version of the addon reads format 1, not 2"),
            ('{"format": 1, "key": "a", "key": "b"}', "key: the key stands twice"),
            ('{"format": 1, "key": "\\ud800"}', "it holds half of a character"),
            (json.dumps({"format": 1, "note": "x" * 1_000_001}), "it has more than 1000000"),
        ]:
            with self.subTest(text=text[:40]):
                self._assert_refused(text, expected)

    def test_what_is_too_much_for_a_policy_is_refused_at_once_and_told_shortly(self):
        rule = self._get_content()["rules"][0]
        for path, value, expected in [
            (["rules"], [rule] * 2000, "rules: there are 2000. Write 200 at most."),
            (["rules"], [{"grade": "A", "all": [{}] * 1001}], "there are 1001"),
            (["key"], "No Key" * 100_000, "key: “No KeyNo Key"),
            (["rules"], [{"x" * 5_000: 1}] * 150, "... and"),
            (["dimension"], dict.fromkeys(map(str, range(20_000)), 1), "there are 20000"),
        ]:
            with self.subTest(expected=expected), self.assertRaises(ValidationError) as caught:
                self.Policy.load_policy(json.dumps(self._change(path, value)), "mine.json")
            self.assertIn(expected, str(caught.exception))
            self.assertLess(len(str(caught.exception)), 50_000)

    def test_wrong_types_and_keys_are_named(self):
        for path, value, expected in [
            (["key"], "No Key", "key: “No Key” is no key. Write small letters"),
            (["key"], None, "key: this key is needed. Add it."),
            (["name"], 5, "name.en: this must be a text"),
            (["name"], {"zh_CN": "小"}, "name.en: the English text is needed"),
            (["name"], {"en": "a", "zh": "b"}, "name.zh: “zh” is no language of Odoo"),
            (["note"], {"en": ["a", "b"], "zh_CN": ["一"]}, "note.zh_CN: it has other parts"),
            (["criterias"], [], "criterias: there is no such key. The nearest one is “criteria”"),
            (["decide_by"], "dice", "decide_by: “dice” is not possible. Write one of: requirem"),
            (["criteria"], {}, "criteria: this must be a list"),
            (["criteria", 0], "x", "criteria[0]: this must be an object"),
            (["criteria", 0, "weight"], "1", "criteria[0].weight: this must be a number"),
            (["criteria", 0, "weight"], 0.00001, "criteria[0].weight: write a number below"),
            (["criteria", 0, "weight"], 1e300, "criteria[0].weight: write a number below"),
            (["criteria", 0, "weight"], 10**400, "criteria[0].weight: write a number below"),
            (["name"], "a\x00b", "it holds the character"),
            (["criteria", 0, "with_tax"], 1, "criteria[0].with_tax: write true or false"),
            (["changes", "downgrade_days"], -1, "changes.downgrade_days: -1 is too little"),
            (["changes", "downgrade_days"], 1.5, "downgrade_days: this must be a whole number"),
            (["changes", "stop_percent"], 101, "changes.stop_percent: 101 is too much"),
            (["dimension", "grades", 0, "code"], "LONGER", "grades[0].code: “LONGER” is too long"),
            (["dimension", "grades", 1, "code"], "A", "dimension.grades[1].code: “A” stands twice"),
        ]:
            with self.subTest(path=path, value=value):
                self._assert_refused(self._change(path, value), expected)

    def test_what_is_not_known_is_named(self):
        criterion = ["criteria", 0]
        condition = ["rules", 0, "all", 0]
        for path, value, expected in [
            ([*criterion, "measure"], "order_cuont", "no measure “order_cuont”. Did you mean “or"),
            ([*criterion, "question"], "x", "criteria[0].question: it does not fit measure"),
            (["criteria", 1], {"key": "q", "name": "Q", "measure": "asked", "question": "x"},
             "criteria[1].question: there is no question “x”"),
            (["rules", 0, "grade"], "Z", "rules[0].grade: the dimension of this file has no grade “Z”"),
            ([*condition, "criterion"], "ordres", "no criterion “ordres” in this file. Did you mean"),
            ([*condition, "level_at_least"], "Most", "“orders” has no level “Most”. There are: Few"),
            (["dimension", "name"], None, "dimension.name: there is no dimension “activity” yet"),
            (["dimension", "currency"], "ABC", "dimension.currency: there is no currency “ABC”"),
            (["measures", 0, "model_name"], "no.model", "measures[0]: the documents “no.model”"),
            (["measures", 0, "subject_path"], "partner_id.x", "has no field “x”"),
            (["measures", 0, "kind"], "code", "measures[0]: "),
            (["measures", 0, "numerator"], "x", "measures[0].numerator: there is no measure “x”"),
        ]:  # fmt: skip
            with self.subTest(path=path, value=value):
                self._assert_refused(self._change(path, value), expected)

    def test_criteria_that_cannot_be_counted_are_named(self):
        period = ["criteria", 0, "period"]
        for path, value, expected in [
            (period, None, "criteria[0].period: measure “order_count” needs this key"),
            (period, {"last_months": -3}, "criteria[0].period.last_months: -3 is too little"),
            (period, {"last_months": 1201}, "criteria[0].period.last_months: 1201 is too much"),
            (period, {"last_days": 36501}, "criteria[0].period.last_days: 36501 is too much"),
            (period, {"best_of_years": 21}, "criteria[0].period.best_of_years: 21 is too much"),
            (period, {"month_ends": 37}, "criteria[0].period.month_ends: 37 is too much"),
            (period, {"last_months": 3, "last_days": 9}, "exactly one of these keys is needed"),
            (["criteria", 1, "period"], {"last_days": 1}, "criteria[1].period: it does not fit"),
            (["criteria", 1, "key"], "orders", "criteria[1].key: “orders” stands twice"),
            (["criteria", 1, "parts"], [], "criteria[1].parts: it does not fit"),
            (["criteria", 1, "combine"], "sum", "criteria[1]: exactly one of these keys"),
            (["criteria", 1], {"key": "quotations", "name": "Q", "combine": "sum"},
             "criteria[1].parts: say which criteria it combines"),
        ]:  # fmt: skip
            with self.subTest(path=path, value=value):
                self._assert_refused(self._change(path, value), expected)

    def test_gaps_and_overlaps_of_bands_are_named(self):
        path = ["criteria", 1, "bands"]
        for bands, expected in [
            ([{"from": 9}, {"from": 1, "to": 5}], "bands[1].to: values from 5 to 9 are in no band"),
            (
                [{"from": 9}, {"from": 1, "to": 12}],
                "values from 9 to 12 are in two bands. Write 9.",
            ),
            ([{"from": 9, "to": 20}], "bands[0].to: nothing begins at 20"),
            ([{"from": 9}, {"from": 9}], "bands[1].from: two bands start at 9"),
            ([{"level": "Top"}], "bands[0].from: say where the band begins"),
            ([{"from": 1, "choice": "x"}], "bands[0].choice: it does not fit"),
        ]:
            with self.subTest(bands=bands):
                self._assert_refused(self._change(path, bands), expected)
        content = self._change(path, [{"from": 9}, {"from": 1, "to": 9, "points": 1}])
        self.assertTrue(self._load(content))

    def test_conditions_that_cannot_hold_are_named(self):
        line = ["rules", 1, "of", 0]
        for path, value, expected in [
            (line, {"criterion": "orders", "between": [5, 1]}, "of[0].between: 5 is more than 1"),
            (line, {"criterion": "orders"}, "rules[1].of[0]: exactly one of these keys"),
            (line, {"criterion": "orders", "is": True}, "rules[1].of[0]: “is” does not fit “Ord"),
            (line, {"all": [{"any": [{"none": []}]}]}, "groups can stand three deep at most"),
            (line, {"some": []}, "rules[1].of[0]: write one of: all, any, none"),
            (["rules", 1, "at_least"], 3, "rules[1]: Grade B: “at least 3 of” needs that many"),
            (["rules", 0, "all"], [], "rules: Grade B can never be reached"),
            (["rules"], [], "rules: No grade can be given"),
        ]:
            with self.subTest(path=path, value=value):
                self._assert_refused(self._change(path, value), expected)

    def test_filters_that_cannot_be_used_are_named(self):
        for condition, expected in [
            (["nothing", "=", 1], "applies_to: the filter"),
            (["category_id", "in", [1]], "applies_to: a filter names records"),
            (["category_id", "any", [["id", "=", 1]]], "applies_to: a filter names records"),
            (["category_id", "=", {"record": "Nowhere"}], "there is no “Nowhere” (Partner Tags)"),
            (["name", "=", {"record": "x"}], 'applies_to: write {"record": "..."}'),
            (["create_date", ">", "today -7d"], "which is another day every day"),
            (["name", "="], "applies_to: the filter"),
        ]:
            with self.subTest(condition=condition):
                self._assert_refused(self._get_content(applies_to=[condition]), expected)
        self._assert_refused(self._get_content(applies_to="[(1, 2"), "applies_to: a filter is")

    def test_a_definition_that_differs_from_what_exists_is_refused(self):
        self._load(self._get_content())
        content = self._change(["measures", 0, "domain"], [])
        self._assert_refused(content, "measures[0].domain: measure “draft_orders” exists and")
        content = self._change(["dimension", "company_scope"], "group")
        self._assert_refused(content, "dimension.company_scope: dimension “activity” exists")
        content = self._get_content()
        content["dimension"]["grades"].reverse()
        self._assert_refused(content, "dimension.grades: dimension “activity” has these grades")
        question = {"code": "q", "name": "Q?", "kind": "yes_no"}
        self._load(self._get_content(questions=[question]))
        content = self._get_content(questions=[{**question, "kind": "points"}])
        self._assert_refused(content, "questions[0]: question “q” exists with other answers")

    def test_all_errors_are_told_at_once(self):
        content = self._get_content(key="No", decide_by="dice")
        content["rules"][0]["grade"] = "Z"
        content["criteria"][0]["measure"] = "nothing"
        self._assert_refused(
            content, "• key: ", "• decide_by: ", "• criteria[0].measure: ", "• rules[0].grade: "
        )

    def test_who_may_not_read_a_field_may_not_load_a_filter_on_it(self):
        administrator = self._create_users()["administrator"]
        content = self._get_content(applies_to=[["user_id.login", "=", "admin"]])
        with self.assertRaisesRegex(ValidationError, r"applies_to: .*cannot be used to grade"):
            self.Policy.with_user(administrator).load_policy(json.dumps(content), "mine.json")
        policy = self.Policy.with_user(administrator).load_policy(
            json.dumps(self._get_content()), "mine.json"
        )
        self.assertEqual(policy.user_id, administrator)

    def test_only_administrators_load_policies(self):
        for role in ("salesperson", "officer", "accountant"):
            user = self._create_users(suffix=role)[role]
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.Policy.with_user(user).load_policy("{}", "mine.json")

    @contextmanager
    def _beside(self, said, state, name="grading_by_stars"):
        """Let there be an addon whose file of keys says ``said``, installed or not."""
        addon = self.env["ir.module.module"].create({"name": name, "state": state})
        addon.dependencies_id = [(0, 0, {"name": "customer_grading"})]
        table = type(self.env["customer.grading.policy.file"])
        read_own_keys = table._read_own_keys

        def _read_own_keys(self, name):
            if name != addon.name:
                return read_own_keys(self, name)
            return {shape: read_shape(keys) for shape, keys in said.items()}

        with patch.object(table, "_read_own_keys", _read_own_keys):
            yield

    def test_a_key_of_an_addon_that_is_not_installed_names_it(self):
        said = {"changes": {"stars": {"kind": "integer", "was": "points_of_light"}}}
        with self._beside(said, "uninstalled"):
            for key in ("stars", "points_of_light"):
                self._assert_refused(
                    self._change(["changes", key], 5),
                    f"changes.{key}: this key belongs to the addon “grading_by_stars”",
                )
        content = self._change(["changes", "stars"], 5)
        self._assert_refused(content, "changes.stars: there is no such key")

    def test_an_object_of_an_addon_that_is_not_installed_names_it(self):
        said = {
            "changes": {"visits": {"kind": "object", "of": "visits"}},
            "visits": {"model": "acme.visit", "keys": {"days": {"kind": "integer"}}},
        }
        with self._beside(said, "uninstalled"):
            self._assert_refused(
                self._change(["changes", "visits"], {"days": 3}),
                "changes.visits: this key belongs to the addon “grading_by_stars”",
            )

    def test_an_addon_adds_a_key_by_a_line_of_its_file_and_one_that_was_renamed_loads(self):
        sequence = {"kind": "integer", "default": 10, "least": 1, "was": "order"}
        with self._beside({"policy": {"sequence": sequence}}, "installed"):
            policy = self._load(self._get_content(order=7))
            self.assertEqual(policy.sequence, 7)
            self.assertEqual(policy._export_policy()["sequence"], 7)
            self._assert_refused(self._get_content(sequence=0), "sequence: 0 is too little")

    def test_an_addon_adds_a_key_to_the_object_of_another_addon_whatever_their_names(self):
        said = {"approval": {"asked_by": {"kind": "record", "field": "create_uid"}}}
        with self._beside(said, "installed", name="acme_steps"):
            approval = self.env["customer.grading.policy.file"]._get_shapes()["approval"]
        self.assertEqual(approval.model, "customer.grading.approval")
        self.assertLessEqual({"asked_by", "step"}, approval.keys())

    def test_an_addon_whose_file_cannot_be_read_keeps_no_policy_from_loading(self):
        table = self.env["customer.grading.policy.file"]
        unreadable = patch(f"{policy_file.__name__}.file_open", lambda *_args, **_kw: StringIO("["))
        with unreadable, mute_logger(policy_file.__name__):
            self.assertEqual(table._read_own_keys("customer_grading_approval"), {})

    def test_an_addon_adds_a_list_of_records_by_a_shape_of_its_own(self):
        said = {
            "policy": {
                "tested": {
                    "kind": "list",
                    "field": "test_customer_ids",
                    "default": [],
                    "of": "tested",
                }
            },
            "tested": {
                "model": "customer.grading.test.customer",
                "keys": {
                    "place": {"kind": "integer", "field": "sequence", "required": True, "most": 9},
                    "who": {"kind": "record", "field": "partner_id", "of": "res.partner"},
                },
            },
        }
        [customer] = self._create_customers(1, name="The only one called so")
        with self._beside(said, "installed"):
            content = self._get_content(tested=[{"place": 2, "who": customer.name}])
            policy = self._load(content)
            self.assertRecordValues(
                policy.test_customer_ids, [{"sequence": 2, "partner_id": customer.id}]
            )
            self.assertEqual(policy._export_policy(), content)
            content["tested"][0]["place"] = 10
            self._assert_refused(content, "tested[0].place: 10 is too much")

    def test_the_documentation_names_the_keys_that_there_are_and_shows_files_that_load(self):
        text = (ROOT / "docs/policy-format.md").read_text()
        told = {
            shape: sorted(
                key
                for row in re.findall(r"^\| ([^|]*) \|", rows, re.MULTILINE)
                for key in re.findall(r"`(\w+)`", row)
            )
            for shape, rows in re.findall(
                r"^\| key of `(\w+)` \|.*\n\|[ -|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE
            )
        }
        shapes = self.env["customer.grading.policy.file"]._get_shapes()
        for path in ROOT.glob("customer_grading_*/data/policy_keys.json"):
            for shape, said in json.loads(path.read_text()).items():  # of an addon not installed
                absent = read_shape(said).keys() - shapes.get(shape, {}).keys()
                told[shape] = [key for key in told[shape] if key not in absent]
        told = {shape: keys for shape, keys in told.items() if keys}
        for shape, said in json.loads(EXAMPLE_KEYS.read_text()).items():
            shapes[shape] = {key: of for key, of in shapes[shape].items() if key not in said}
        self.assertEqual(told, {shape: sorted(keys) for shape, keys in shapes.items()})
        self.env["res.partner.category"].create({"name": "Dealer"})
        example = re.search(r"## A small file\n\n```json\n(.*?)```", text, re.DOTALL)[1]
        self.assertEqual(self.Policy.load_policy(example, "doc.json").key, "active_dealers")


@tagged("post_install", "-at_install")
class TestPolicySchema(PolicyFileCommon):
    """The published JSON Schema is that of the loader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.published = json.loads((ROOT / "docs/policy.schema.json").read_text(encoding="utf-8"))

    def test_what_is_published_is_what_the_loader_reads(self):
        schema = self.env["customer.grading.policy.file"]._get_schema()
        for shape, said in json.loads(EXAMPLE_KEYS.read_text()).items():
            for key in read_shape(said):
                schema["$defs"][shape]["properties"].pop(key, None)
        named = self._get_names(schema)
        self.assertEqual(named, {name: self._get_names(self.published)[name] for name in named})

    @staticmethod
    def _get_names(schema):
        return {name: sorted(said.get("properties", ())) for name, said in schema["$defs"].items()}

    def test_every_shipped_file_fits_it(self):
        validator = Draft202012Validator(self.published)
        paths = list(ROOT.glob("customer_grading_*/data/policies/*.json"))
        self.assertGreater(len(paths), 10)
        for path in paths:
            with self.subTest(path=path.name):
                content = json.loads(path.read_text(encoding="utf-8"))
                self.assertFalse([error.message for error in validator.iter_errors(content)])

    def test_what_it_refuses_is_refused_by_the_loader(self):
        validator = Draft202012Validator(self.published)
        for changes in (
            {"decide_by": "luck"},
            {"name": ""},
            {"sriteria": []},
            {"rules": [{"grade": "A", "all": [{"criterion": "orders", "is_more": 1}]}]},
            {"rules": [{"grade": "A", "at_least": 1}]},
            {"in_force_from": "1 Jan"},
        ):
            content = self._get_content(**changes)
            with self.subTest(changes=changes):
                self.assertTrue(list(validator.iter_errors(content)))
                with self.assertRaises(ValidationError):
                    self.Policy.load_policy(json.dumps(content), "bad.json")
