"""Requirements written as a decision table, and what they give through real answers."""

import json
from itertools import product

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from ..common import TODAY, at
from ..opportunities import OpportunityCommon

LEVELS = ("High", "Middle", "Low")


class TableCommon(OpportunityCommon):
    @classmethod
    def _create_question(cls, name, kind="yes_no", choices=(), **vals):
        return cls.env["customer.grading.question"].create(
            {
                "name": name,
                "code": name.lower(),
                "kind": kind,
                "choice_ids": [
                    Command.create({"name": choice, "sequence": position})
                    for position, choice in enumerate(choices)
                ],
                **vals,
            }
        )

    def _answer_all(self, partner, answers):
        """Answer ``{question: yes or no, name of a level, or points}``; ``None`` is no answer."""
        for question, value in answers.items():
            if value is not None and question.kind == "levels":
                value = question.choice_ids.filtered(lambda c, v=value: c.name == v)
            if value is not None:
                self._answer(question, partner, value)

    def _open(self, policy):
        return self.env["customer.grading.table"].browse(policy.action_write_table()["res_id"])

    def _write_table(self, policy, columns, rows):
        """Write ``rows`` of ``(cell of each column..., grade)`` in the dialog, and save."""
        table = self._open(policy)
        criteria = {criterion.key: criterion for criterion in policy.criterion_ids}
        for number in range(1, 5):
            key = columns[number - 1] if number <= len(columns) else None
            table[f"criterion_{number}_id"] = criteria.get(key)
        grades = self._create_grades(policy.dimension_id, [row[-1] for row in rows])
        table.row_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "sequence": position,
                        "grade_id": grades[grade].id,
                        **{
                            f"cell_{number}_id": self._find_option(table, criteria[key], cell).id
                            for number, (key, cell) in enumerate(
                                zip(columns, cells, strict=True), 1
                            )
                            if cell
                        },
                    }
                )
                for position, (*cells, grade) in enumerate(rows)
            ),
        ]
        table.action_save()
        return table

    def _find_option(self, table, criterion, name):
        [option] = table.option_ids.filtered(
            lambda option: option.criterion_id == criterion and option.name == name
        )
        return option

    def _read(self, policy):
        """Return the rows that the dialog shows, as they are written above."""
        table = self._open(policy)
        count = len(table._get_criteria())
        return [
            (
                *(row[f"cell_{number}_id"].name or "" for number in range(1, count + 1)),
                row.grade_id.code or "",
            )
            for row in table.row_ids
        ]


@tagged("post_install", "-at_install")
class TestTables(TableCommon):
    """What the dialog writes, and reads back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.size = cls._create_question("Size", "levels", LEVELS)
        cls.need = cls._create_question("Need", "levels", LEVELS)
        cls.partner_question = cls._create_question("Partner")
        cls.policy = cls._create_policy(
            {
                "size": {"question": cls.size},
                "need": {"question": cls.need},
                "partner": {"question": cls.partner_question},
                "revenue": {"measure": "invoiced_revenue"},
            },
            population="all",
        )

    def test_the_rows_of_one_grade_become_one_requirement(self):
        rows = [
            ("High", "High", "", "A"),
            ("High", "", "yes", "A"),
            ("Middle or better", "", "", "B"),
            ("", "", "", "C"),
        ]
        self._write_table(self.policy, ["size", "need", "partner"], rows)
        self.assertEqual(self.policy.rule_ids.mapped("grade_code"), ["A", "B", "C"])
        self.assertEqual(self.policy.rule_ids.mapped("kind"), ["any", "all", "all"])
        self.assertEqual(
            self.policy.rule_ids.mapped("text"),
            [
                "A, if any of: (all of: size: High; need: High); "
                "(all of: size: High; “partner” answered yes).",
                "B, if size: Middle or better.",
                "C, for everybody else.",
            ],
        )
        self.assertEqual(self._read(self.policy), rows)
        self.assertFalse(self.policy.problems)

    @freeze_time(at(TODAY))
    def test_a_grade_met_before_comes_again_further_down(self):
        rows = [("High", "", "A"), ("Middle", "", "B"), ("", "yes", "A"), ("", "", "C")]
        self._write_table(self.policy, ["size", "partner"], rows)
        self.assertEqual(self.policy.rule_ids.mapped("grade_code"), ["A", "B", "A", "C"])
        self.assertEqual(self._read(self.policy), rows)
        customers = self._create_customers(4)
        for customer, (size, partner) in zip(
            customers,
            (("High", None), ("Middle", True), ("Low", True), ("Low", False)),
            strict=True,
        ):
            self._answer_all(customer, {self.size: size, self.partner_question: partner})
        self._activate(self.policy)
        self.assertEqual(self._get_grades(customers), ["A", "B", "A", "C"])
        [view] = customers[2].get_grading_explanation()
        self.assertEqual(view["badge"]["code"], "A")
        self.assertEqual(view["blocks"][0]["title"].split(":")[0], "Why A")
        content = self.policy._export_policy()
        self.assertEqual([rule["grade"] for rule in content["rules"]], ["A", "B", "A", "C"])
        again = self.policy.load_policy(json.dumps(content), "again.json")
        self.assertEqual(again._export_policy(), content)
        self.assertEqual(self._read(again), rows)

    def test_the_policy_reads_as_the_table(self):
        rows = [("High", "High", "A"), ("High", "", "B"), ("", "High", "B"), ("", "", "C")]
        self._write_table(self.policy, ["size", "need"], rows)
        text = self.policy.reads_as.replace("\n", "")
        self.assertIn("<th>size</th><th>need</th><th>Grade</th>", text)
        self.assertIn("<td>High</td><td>any</td><td>B Grade B</td>", text)
        self.assertIn("<td>any</td><td>any</td><td>C Grade C</td>", text)

    def test_groups_within_groups_read_as_an_indented_list(self):
        partner = ("partner", "yes")
        either = ("any", ("all", ("need", "level_is", 0), partner), partner)
        criteria = {c.key: c for c in self.policy.criterion_ids}
        self.policy.rule_ids.unlink()
        grades = self._create_grades(self.policy.dimension_id, "ABC")
        rules = [
            ("A", ("all", ("size", "level_is", 0), either)),
            ("B", ("any", ("all", ("size", "level_is", 0), partner), partner)),
            ("C", ("any", either, partner)),
        ]
        self._create_rules(self.policy, rules, grades, criteria)
        nested, plain, without_flat = self.policy.rule_ids
        rest = [
            "\u2003• Any of",
            "\u2003\u2003• All of",
            "\u2003\u2003\u2003• need: High",
            "\u2003\u2003\u2003• “partner” answered yes",
            "\u2003\u2003• “partner” answered yes",
        ]
        self.assertEqual(nested.text.split("\n"), ["A: All of", "\u2003• size: High", *rest])
        self.assertEqual(without_flat.text.split("\n")[:2], ["C: Any of", rest[0]])
        self.assertIn("any of: (all of: size: High", plain.text)
        self.assertIn("\n".join(["A also takes:", *rest]), self.policy.reads_as)

    def test_what_is_seldom_asked_is_kept(self):
        criteria = {c.key: c for c in self.policy.criterion_ids}
        self.policy.rule_ids.unlink()
        grades = self._create_grades(self.policy.dimension_id, "AB")
        tree = ("all", ("size", "level_ge", 0), ("need", "level_le", 0))
        self._create_rules(self.policy, [("A", tree), ("B", ())], grades, criteria)
        before = self.policy.rule_ids.mapped("text")
        self._open(self.policy).action_save()
        self.assertEqual(self.policy.rule_ids.mapped("text"), before)

    def test_requirements_of_another_form_are_replaced_only_by_saving(self):
        criterion = self.policy.criterion_ids.filtered(lambda c: c.key == "revenue")
        self._create_rules(
            self.policy,
            [("A", ("revenue", "ge", 500))],
            self._create_grades(self.dimension, "A"),
            {"revenue": criterion},
        )
        table = self._open(self.policy)
        self.assertTrue(table.replaces)
        self.assertFalse(table.row_ids)
        self.assertEqual(self.policy.rule_ids.line_ids.operator, "ge")
        self._write_table(self.policy, ["size"], [("High", "A")])
        self.assertEqual(self.policy.rule_ids.line_ids.operator, "level_is")
        self.assertFalse(self._open(self.policy).replaces)

    def test_all_combinations_keep_the_grades_that_rows_gave_them(self):
        self._write_table(
            self.policy,
            ["size", "partner"],
            [("High", "yes", "A"), ("High", "", "B"), ("", "yes", "B"), ("", "", "C")],
        )
        table = self._open(self.policy)
        table.action_fill()
        table.action_save()
        self.assertEqual(
            self._read(self.policy),
            [
                ("High", "yes", "A"),
                ("High", "no", "B"),
                ("Middle", "yes", "B"),
                ("Middle", "no", "C"),
                ("Low", "yes", "B"),
                ("Low", "no", "C"),
                ("", "", "C"),
            ],
        )

    def test_combinations_are_filled_in_up_to_64_rows(self):
        many = [self._create_question(f"Q{n}", "levels", "abcde") for n in range(3)]
        policy = self._create_policy({f"q{n}": {"question": q} for n, q in enumerate(many)})
        table = self._open(policy)
        self.assertEqual(len(table._get_criteria()), 3)
        with self.assertRaisesRegex(UserError, "125 combinations.*64 rows"):
            table.action_fill()
        table.criterion_3_id = False
        table.action_fill()
        self.assertEqual(len(table.row_ids), 25)
        self.assertTrue(table.is_matrix)

    def test_a_combination_without_a_grade_is_left_ungraded_where_no_row_takes_it(self):
        table = self._open(self.policy)
        table.criterion_1_id, table.criterion_3_id = table.fitting_ids[0], False
        table.criterion_2_id = False
        table.action_fill()
        grade = self._create_grades(self.dimension, "A")["A"]
        table.row_ids[0].grade_id = grade
        table.action_save()
        self.assertEqual(self._read(self.policy), [("High", "A")])
        table.row_ids = [Command.create({"sequence": 99, "grade_id": grade.id})]
        with self.assertRaisesRegex(UserError, "Row 2 has no grade, and row 4"):
            table.action_save()

    def test_what_cannot_be_understood_is_said(self):
        table = self._open(self.policy)
        with self.assertRaisesRegex(UserError, "at least one row"):
            table.action_save()
        table.criterion_2_id = table.criterion_1_id
        with self.assertRaisesRegex(UserError, "“size” heads two columns"):
            table.action_save()

    def test_another_criterion_empties_its_column(self):
        self._write_table(self.policy, ["size", "need"], [("High", "High", "A")])
        with Form(self._open(self.policy)) as form:
            form.criterion_2_id = self.policy.criterion_ids.filtered(lambda c: c.key == "partner")
            with form.row_ids.edit(0) as row:
                self.assertFalse(row.cell_2_id)
                self.assertEqual(row.cell_1_id.name, "High")
        self.assertFalse(form.is_matrix)

    def test_a_grade_is_made_where_it_is_written(self):
        Grade = self.env["customer.grade"].with_context(default_dimension_id=self.dimension.id)
        grade = Grade.browse(Grade.name_create("S1")[0])
        self.assertRecordValues(grade, [{"code": "S1", "dimension_id": self.dimension.id}])
        self.assertEqual(Grade.name_create("s1")[0], grade.id)

    def test_only_administrators_write_drafts(self):
        users = self._create_users()
        with self.assertRaises(AccessError):
            self.policy.with_user(users["officer"]).action_write_table()
        self._write_table(
            self.policy.with_user(users["administrator"]), ["size"], [("High", "A"), ("", "B")]
        )
        self._activate(self.policy)
        with self.assertRaisesRegex(UserError, "locked"):
            self.policy.action_write_table()

    # ------------------------------------------------------------------ rows never reached

    def _get_messages(self, *rows):
        self._write_table(self.policy, ["size", "partner"], rows)
        return [(p["level"], p["message"]) for p in self.policy._get_problems()]

    def test_rows_that_are_never_reached_are_named(self):
        for rows, messages in (
            (
                [("High", "", "A"), ("High", "yes", "B"), ("", "", "C")],
                [("danger", "Grade B can never be reached: whoever meets B meets A first.")],
            ),
            (
                [("Middle or better", "", "A"), ("High", "yes", "B"), ("Low", "yes", "B")],
                [
                    (
                        "warning",
                        "Grade B: “size: High, and “partner” answered yes” can never be reached: "
                        "whoever meets it meets A first.",
                    )
                ],
            ),
            (
                [("High", "", "A"), ("High", "yes", "A"), ("", "", "C")],
                [
                    (
                        "warning",
                        "Grade A: “size: High, and “partner” answered yes” adds nothing to what "
                        "stands before it.",
                    )
                ],
            ),
            (
                [("High", "", "A"), ("", "yes", "B"), ("High", "yes", "A"), ("", "", "C")],
                [
                    (
                        "warning",
                        "A later requirement of grade A is never asked for: whoever meets it "
                        "meets A first.",
                    )
                ],
            ),
            (
                [("", "", "A"), ("High", "yes", "B")],
                [("danger", "Grade B can never be reached: whoever meets B meets A first.")],
            ),
            ([("High", "", "A"), ("", "yes", "B"), ("Low", "no", "A"), ("", "", "C")], []),
        ):
            with self.subTest(rows=rows):
                self.assertEqual(self._get_messages(*rows), messages)

    def test_what_a_group_asks_besides_keeps_a_way_open(self):
        rules = [
            (
                "A",
                (
                    "any",
                    ("all", ("s", "level_is", 0), ("any", ("p", "yes"), ("n", "known"))),
                    ("s", "level_is", 0),
                ),
            )
        ]
        policy = self._create_policy(
            {
                "s": {"question": self.size},
                "p": {"question": self.partner_question},
                "n": {"question": self.need},
            },
            rules,
        )
        self.assertFalse(policy._get_problems())


@tagged("post_install", "-at_install")
class TestTablesOfCompanies(TableCommon):
    """Tables that companies use, each with its cells as they are written down."""

    def _grade_customers(self, policy, cases, dimension=None):
        """Return the grade of a customer for each of ``cases``, ``{question: answer}``."""
        customers = self._create_customers(len(cases))
        for customer, answers in zip(customers, cases, strict=True):
            self._answer_all(customer, answers)
        with freeze_time(at(TODAY)):
            self._activate(policy)
        return self._get_grades(customers, dimension=dimension)

    def _grade_leads(self, policy, cases):
        """Return the grade of an opportunity for each of ``cases``, answered of its customer."""
        leads = self.env["crm.lead"]
        for answers in cases:
            [customer] = self._create_customers(1)
            leads |= self._create_closing(30, customer)
            self._answer_all(customer, answers)
        self._grade(policy)
        return self._get_codes(leads)

    def test_s04_home_buyers_with_a_status_that_overrides_the_table(self):
        out, able, land, product_, price, wish = questions = [
            self._create_question(name)
            for name in ("Out", "Able", "Land", "Product", "Price", "Wish")
        ]
        policy = self._create_policy(
            {
                "out": {"question": out},
                "able": {"question": able},
                "land": {"question": land},
                "product": {"question": product_},
                "price": {"question": price},
                "accepted": {
                    "kind": "count",
                    "parts": ["land", "product", "price"],
                    "bands": [
                        {"level": "all", "lower": 3},
                        {"level": "one missing", "lower": 2},
                        {"level": "two missing", "lower": 1},
                        {"level": "none", "lower": 0},
                    ],
                },
                "wish": {"question": wish},
            },
            dimension=self.intention,
        )
        self._write_table(
            policy,
            ["out", "able", "accepted", "wish"],
            [
                ("yes", "", "", "", "E"),
                ("", "yes", "all", "yes", "A"),
                ("", "yes", "all", "", "B"),
                ("", "yes", "one missing", "", "C"),
                ("", "yes", "two missing", "", "D"),
                ("", "", "", "", "E"),
            ],
        )
        self.assertEqual(policy.rule_ids.mapped("grade_code"), ["E", "A", "B", "C", "D", "E"])
        self.assertFalse(policy._get_problems())
        cases = {
            (False, True, True, True, True, True): "A",
            (None, True, True, True, True, True): "A",
            (False, True, True, True, True, False): "B",
            (False, True, True, True, True, None): "B",
            (False, True, True, True, False, True): "C",
            (False, True, False, True, True, None): "C",
            (False, True, True, False, False, True): "D",
            (False, True, False, False, False, True): "E",
            (False, False, True, True, True, True): "E",
            (True, True, True, True, True, True): "E",
        }
        given = self._grade_leads(policy, [dict(zip(questions, c, strict=True)) for c in cases])
        self.assertEqual(dict(zip(cases, given, strict=True)), cases)

    def test_s13_willingness_and_ability_as_a_matrix(self):
        wish = self._create_question("Wish", "levels", LEVELS)
        able = self._create_question("Able", "levels", LEVELS)
        policy = self._create_policy(
            {"wish": {"question": wish}, "able": {"question": able}}, dimension=self.intention
        )
        table = self._open(policy)
        table.action_fill()
        self.assertTrue(table.is_matrix)
        codes = "AABBBCCCD"
        grades = self._create_grades(self.intention, "ABCD")
        for row, code in zip(table.row_ids, codes, strict=True):
            row.grade_id = grades[code]
        table.action_save()
        self.assertEqual(policy.rule_ids.mapped("grade_code"), ["A", "B", "C", "D"])
        pairs = list(product(LEVELS, LEVELS))
        given = self._grade_leads(policy, [{wish: w, able: a} for w, a in pairs])
        self.assertEqual(given, list(codes))
        self.assertTrue(self.env["customer.grading.table"]._make(policy).is_matrix)

    def test_s20_building_projects_whose_scale_dominates(self):
        area = self._create_question("Area", "points", points_max=100000)
        value = self._create_question("Value", "points", points_max=10000000)
        owner = self._create_question("Owner", "levels", "ABC")
        source = self._create_question("Source", "levels", "ABC")
        policy = self._create_policy(
            {
                "area": {
                    "question": area,
                    "bands": [{"lower": 30000, "points": 3}, {"lower": 15000, "points": 2}],
                },
                "value": {
                    "question": value,
                    "bands": [{"lower": 1000000, "points": 3}, {"lower": 500000, "points": 2}],
                },
                "scale": {
                    "kind": "best",
                    "parts": ["area", "value"],
                    "bands": [
                        {"level": "A", "lower": 3},
                        {"level": "B", "lower": 2},
                        {"level": "C", "lower": 0},
                    ],
                },
                "owner": {"question": owner},
                "source": {"question": source},
            },
            dimension=self.intention,
        )
        self._write_table(
            policy,
            ["scale", "owner", "source"],
            [
                ("C", "", "", "C"),
                ("A", "A", "", "A"),
                ("A", "", "A", "A"),
                ("", "B or better", "", "B"),
                ("", "", "B or better", "B"),
                ("known", "", "", "C"),
            ],
        )
        self.assertFalse(policy._get_problems())
        scales = {"A": (10000, 1000000), "B": (15000, None), "C": (14999, 499999)}

        def expect(scale, *others):
            """A tier is reached by the scale and at least one of the others."""
            if scale == "C":
                return "C"
            return next((t for t in "AB" if scale <= t and min(others) <= t), "C")

        cases = {triple: expect(*triple) for triple in product("ABC", repeat=3)}
        given = self._grade_leads(
            policy,
            [
                dict(zip((area, value, owner, source), (*scales[s], o, f), strict=True))
                for s, o, f in cases
            ],
        )
        self.assertEqual(dict(zip(cases, given, strict=True)), cases)
        self.assertEqual(cases["A", "C", "C"], "C")
        self.assertEqual(cases["A", "C", "A"], "A")
        self.assertEqual(cases["B", "A", "C"], "B")

    def test_s22_risk_with_a_veto_and_points_below_it(self):
        risk = [{"level": level, "points": 2 - n} for n, level in enumerate(("H", "M", "L"))]
        fraud = self._create_question("Fraud", "points")
        signs = self._create_question("Signs", "points")
        score = self._create_question("Score", "points", points_max=1000)
        policy = self._create_policy(
            {
                "fraud": {
                    "question": fraud,
                    "bands": [{**b, "lower": n} for b, n in zip(risk, (2, 1, 0), strict=True)],
                },
                "signs": {
                    "question": signs,
                    "bands": [{**b, "lower": n} for b, n in zip(risk, (3, 1, 0), strict=True)],
                },
                "late": {
                    "measure": "late_count",
                    "period": "all_time",
                    "bands": [{**b, "lower": n} for b, n in zip(risk, (2, 1, 0), strict=True)],
                },
                "score": {
                    "question": score,
                    "bands": [
                        {"level": "L", "points": 0, "lower": 700, "strict": True},
                        {"level": "M", "points": 1, "lower": 600},
                        {"level": "H", "points": 2, "lower": 0},
                    ],
                },
                "total": {
                    "kind": "sum",
                    "parts": ["fraud", "signs", "late", "score"],
                    "normalize_to": 16,
                    "unknown_lowers_maximum": True,
                    "bands": [
                        {"level": "high", "lower": 8},
                        {"level": "medium", "lower": 4},
                        {"level": "low", "lower": 0},
                    ],
                },
            },
            population="all",
        )
        self._write_table(
            policy,
            ["fraud", "signs", "total"],
            [
                ("H", "", "", "H"),
                ("", "H", "", "H"),
                ("", "", "high", "H"),
                ("", "", "medium", "M"),
                ("", "", "low", "L"),
            ],
        )
        self.assertEqual(policy.rule_ids.mapped("grade_code"), ["H", "M", "L"])
        cases = {
            (2, 0, 800): "H",  # committed fraud, however few the points
            (0, 3, 800): "H",
            (0, 0, 800): "L",
            (1, 1, 701): "M",  # 2 of 8, as 4 of 16
            (1, 0, 701): "L",
            (0, 0, 600): "L",
            (1, 1, 599): "H",  # 4 of 8
            (1, None, None): "M",  # 1 of 4, as 4 of 16: what is unknown lowers the maximum
        }
        given = self._grade_customers(
            policy, [dict(zip((fraud, signs, score), c, strict=True)) for c in cases]
        )
        self.assertEqual(dict(zip(cases, given, strict=True)), cases)

    def test_s28_two_scorecards_make_a_matrix(self):
        criteria, questions = {}, {}
        for card in ("loyalty", "economy"):
            questions[card] = [
                self._create_question(f"{card} {n}", "points", points_max=5) for n in (1, 2)
            ]
            parts = {f"{card}_{n}": {"question": q} for n, q in enumerate(questions[card])}
            criteria |= parts
            criteria[card] = {
                "kind": "sum",
                "parts": list(parts),
                "bands": [
                    {"level": "7 and more", "lower": 7},
                    {"level": "5 to 7", "lower": 5},
                    {"level": "below 5", "lower": 0},
                ],
            }
        policy = self._create_policy(criteria, population="all")
        table = self._open(policy)
        by_key = {c.key: c for c in policy.criterion_ids}
        table.write(
            {
                "criterion_1_id": by_key["loyalty"].id,
                "criterion_2_id": by_key["economy"].id,
                "criterion_3_id": False,
                "criterion_4_id": False,
            }
        )
        table.action_fill()
        grades = self._create_grades(self.dimension, "QPG")
        for row, code in zip(table.row_ids, "QPPPPGPGG", strict=True):
            row.grade_id = grades[code]
        table.action_save()
        cases = {
            (7, 7): "Q",
            (8, 7): "Q",
            (7, 6.9): "P",
            (6.9, 10): "P",
            (10, 0): "P",
            (5, 5): "P",
            (5, 4.9): "G",
            (4.9, 6.9): "G",
            (0, 0): "G",
        }
        given = self._grade_customers(
            policy,
            [
                {
                    questions[card][half]: points / 2
                    for card, points in zip(("loyalty", "economy"), case, strict=True)
                    for half in (0, 1)
                }
                for case in cases
            ],
        )
        self.assertEqual(dict(zip(cases, given, strict=True)), cases)

    def test_s39_the_class_of_one_dimension_and_the_quality_make_the_grade(self):
        share = self._create_question("Share", "points", points_max=100)
        excellent = self._create_question("Excellent")
        kinds = self._create_dimension("class", ["CORE", "POT", "ORD"])
        classes = self._create_policy(
            {"share": {"question": share}},
            [("CORE", ("share", "ge", 60)), ("POT", ("share", "ge", 20)), ("ORD", ())],
            dimension=kinds,
            population="all",
        )
        policy = self._create_policy(
            {
                "class": {"measure": "other_grade", "dimension_id": kinds.id},
                "excellent": {"question": excellent},
            },
            population="all",
        )
        table = self._open(policy)
        table.action_fill()
        grades = self._create_grades(self.dimension, "ABCD")
        for row, code in zip(table.row_ids, "ABCD", strict=False):
            row.grade_id = grades[code]
        table.action_save()
        cases = {
            (60, True): "A",
            (60, False): "B",
            (59.9, True): "C",
            (20, False): "D",
            (19.9, True): False,
            (70, None): False,
        }
        with freeze_time(at(TODAY)):
            customers = self._create_customers(len(cases))
            for customer, case in zip(customers, cases, strict=True):
                self._answer_all(customer, dict(zip((share, excellent), case, strict=True)))
            self._activate(classes)
            self._activate(policy)
        self.assertEqual(dict(zip(cases, self._get_grades(customers), strict=True)), cases)


@tagged("post_install", "-at_install")
class TestTableInTheBrowser(TableCommon, HttpCase):
    def test_a_matrix_is_written_and_not_lost(self):
        for name in ("Wish", "Able"):
            self._create_question(name, "levels", LEVELS)
        questions = self.env["customer.grading.question"].search([("code", "in", ("wish", "able"))])
        policy = self._create_policy({q.code: {"question": q} for q in questions})
        action = "/odoo/action-customer_grading.customer_grading_policy_action"
        self.start_tour(f"{action}/{policy.id}", "customer_grading_write_table", login="admin")
        self.assertEqual(policy.rule_ids.mapped("grade_code"), ["P", "Q"])
        self.assertEqual(policy.rule_ids.grade_id.dimension_id, policy.dimension_id)
