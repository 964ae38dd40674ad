"""What other programs read and do, as whose rights allow it."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ApiCommon

DAY = timedelta(1)


@tagged("post_install", "-at_install")
class TestReading(ApiCommon):
    def test_a_contact_has_the_grade_of_its_company_in_the_order_asked(self):
        ids = [self.person.id, self.brook.id, self.azure.id, self.person.id]
        answer = self._ask("res.partner/get_grades", ids=ids)
        self.assertEqual([row["id"] for row in answer], ids[:3])
        [person], [brook], [azure] = (row["grades"] for row in answer)
        self.assertEqual(person, azure)
        self.assertEqual((azure["grade"], brook["grade"]), ("B", "A"))
        self.assertEqual(azure["of"]["id"], self.azure.id)
        self.assertEqual(
            (azure["dimension"], azure["computed"], azure["since"], azure["by_hand"]),
            (self.dimension.code, "B", self.today.isoformat(), None),
        )

    def test_who_was_never_graded_has_no_grade_where_a_policy_runs(self):
        [row] = self._ask("res.partner/get_grades", ids=self.clay.ids)
        [grade] = row["grades"]
        self.assertEqual((grade["grade"], grade["result_id"], grade["state"]), (None, None, None))

    def test_a_hidden_dimension_is_for_its_groups(self):
        asked = {"ids": self.azure.ids, "dimension": "secret"}
        response = self._call("res.partner/get_grades", **asked)
        self.assertEqual(response.status_code, 422)
        self.assertIn("There is no dimension “secret”", response.json()["message"])
        self.assertNotIn("secret", response.json()["message"].rpartition("Known")[2])
        [row] = self._ask("res.partner/get_grades", "accountant", **asked)
        self.assertEqual([grade["grade"] for grade in row["grades"]], ["C"])
        [row] = self._ask("res.partner/get_grades", "accountant", ids=self.azure.ids)
        self.assertEqual(len(row["grades"]), 2)

    def test_by_hand_and_what_waits_are_told(self):
        self._ask(
            "res.partner/set_grade", "officer", ids=self.azure.ids, grade="A", reason="New plant"
        )
        [row] = self._ask("res.partner/get_grades", ids=self.azure.ids)
        [grade] = row["grades"]
        self.assertEqual((grade["grade"], grade["computed"], grade["mark"]), ("A", "B", "manual"))
        self.assertEqual(grade["by_hand"]["reason"], "New plant")
        [row] = self._ask("res.partner/explain_grades", ids=self.azure.ids)
        self.assertEqual(row["why"][0]["reason"], "New plant")

    def test_a_past_day(self):
        if "day_grade_id" not in self.env["customer.grading.result"]._fields:
            response = self._call("res.partner/get_grades", ids=self.azure.ids, date="2026-01-01")
            self.assertIn("Grades on a Date", response.json()["message"])
            return
        self.env["customer.grading.former.grade"].create(
            {
                "partner_id": self.azure.id,
                "grade_id": self.grades["C"].id,
                "date_start": "2024-01-01",
                "date_end": "2024-12-31",
            }
        )
        for day, grade in (("2023-12-31", None), ("2024-12-31", "C"), ("2025-01-01", None)):
            with self.subTest(day):
                [row] = self._ask("res.partner/get_grades", ids=self.azure.ids, date=day)
                self.assertEqual(row["grades"][0]["grade"], grade)
        future = (self.today + DAY).isoformat()
        response = self._call("res.partner/get_grades", ids=self.azure.ids, date=future)
        self.assertIn("a day to come", response.json()["message"])

    def test_opportunities_have_their_own(self):
        leads = self._create_dimension("chance", subject="lead")
        leads._set_main("lead", self.company)
        lead = self._create_lead(self.azure, self.today, expected_revenue=500)
        self._activate(self._create_policy({}, [("A", ())], dimension=leads))
        [row] = self._ask("crm.lead/get_grades", "officer", ids=lead.ids)
        self.assertEqual([grade["grade"] for grade in row["grades"]], ["A"])
        self.assertEqual(row["grades"][0]["of"]["model"], "crm.lead")

    def test_many_records_take_as_many_statements_as_few(self):
        customers = self._create_customers(60)
        for customer in customers:
            self._create_order(customer, self.today, 60)
        self._run(self.policy)
        user = self.users["salesperson"]
        counts = {}
        for method in ("get_grades", "explain_grades"):
            for number in (10, 60):
                self.env.flush_all()
                self.env.invalidate_all()
                some = customers[:number].with_user(user)
                getattr(some, method)()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                getattr(some, method)()
                counts[method, number] = self.env.cr.sql_log_count - start
        for method in ("get_grades", "explain_grades"):
            with self.subTest(method, counts=counts):
                self.assertLessEqual(counts[method, 60], counts[method, 10])


@tagged("post_install", "-at_install")
class TestWhy(ApiCommon):
    def _explain(self, user="salesperson"):
        [row] = self._ask("res.partner/explain_grades", user, ids=self.azure.ids)
        [why] = [why for why in row["why"] if why["dimension"] == self.dimension.code]
        return why

    def test_it_says_what_is_asked_what_is_and_what_it_takes(self):
        why = self._explain()
        self.assertEqual((why["grade"], why["computed"]), ("B", "B"))
        self.assertIn("50", why["reason"])
        self.assertEqual(why["requirement"]["kind"], "all")
        [condition] = why["requirement"]["lines"]
        self.assertEqual(
            (condition["criterion"], condition["value"], condition["met"], condition["hidden"]),
            ("orders", 60.0, True, False),
        )
        self.assertEqual(why["rise"]["grade"], "A")
        tree = why["rise"]["requirement"]
        self.assertEqual(
            (tree["kind"], [line["kind"] for line in tree["lines"]]), ("any", ["condition", "all"])
        )
        self.assertEqual(tree["lines"][0]["short"], 40.0)
        missing = {gap["criterion"] for gap in why["rise"]["missing"]}
        self.assertTrue(missing < {"orders", "grows"})
        self.assertIsNone(why["points"])

    def test_figures_are_hidden_as_on_the_screens(self):
        self.azure.user_id = self.users["officer"]
        why = self._explain()
        conditions = [*why["requirement"]["lines"], why["rise"]["requirement"]["lines"][0]]
        for condition in conditions:
            self.assertEqual(
                [condition[name] for name in ("is", "value", "short", "hidden")],
                [None, None, None, True],
            )
            self.assertIn("at least", condition["asked"])
        told = ("reason", "requirement", "rise")
        self.assertNotIn("60", str([why[name] for name in told]))
        for role in ("officer", "accountant"):
            why = self._explain(role)
            self.assertIn("60", str([why[name] for name in told]))

    def test_it_is_what_the_engine_says_of_the_screen(self):
        why = self._explain()
        [view] = self.azure.with_user(self.users["salesperson"]).get_grading_explanation()
        shown = [cell["text"] for b in view["blocks"] for r in b["rows"] for cell in r["cells"]]
        for condition in why["requirement"]["lines"]:
            self.assertIn(condition["asked"], shown)
            self.assertIn(condition["is"], shown)


@tagged("post_install", "-at_install")
class TestDoing(ApiCommon):
    def test_a_proposal_waits_for_an_officer_who_approves_it(self):
        asked = {"grade": "A", "reason": "New plant", "until": (self.today + 30 * DAY).isoformat()}
        [change] = self._ask("res.partner/propose_grade", ids=self.azure.ids, **asked)
        self.assertEqual((change["state"], change["to"], change["from"]), ("proposed", "A", "B"))
        self.assertTrue(change["waits_for"])
        self.assertEqual(self.azure.with_user(self.users["officer"]).customer_grade_id.code, "B")
        path = "customer.grading.change/action_approve"
        with mute_logger("odoo.http"):
            self.assertEqual(self._call(path, ids=[change["id"]]).status_code, 403)
        self._ask(path, "officer", ids=[change["id"]])
        [row] = self._ask("res.partner/get_grades", ids=self.azure.ids)
        self.assertEqual(row["grades"][0]["grade"], "A")

    def test_several_at_once_can_be_taken_back_at_once(self):
        ids = (self.azure | self.brook | self.person).ids
        changes = self._ask("res.partner/set_grade", "officer", ids=ids, grade="C", reason="Test")
        self.assertEqual([change["to"] for change in changes], ["C", "C"])
        bulk = self.env["customer.grading.change"].browse(changes[0]["id"]).bulk_change_id
        self._ask("customer.grading.bulk.change/action_undo", "officer", ids=bulk.ids)
        self.assertEqual(self._get_grades(self.azure | self.brook), ["B", "A"])

    def test_an_answer_is_kept_and_counts(self):
        [waiting] = [
            one
            for one in self._ask("customer.grading.question/get_waiting")
            if one["of"]["id"] == self.azure.id
        ]
        self.assertEqual(
            (waiting["question"], waiting["kind"], waiting["mine"], waiting["would_become"]),
            ("grows", "yes_no", True, "A"),
        )
        self.assertEqual(waiting["choices"], ["Yes", "No"])
        asked = {"question": "grows", "answer": True, "proof": "Mail", "remark": "Two shifts"}
        [answer] = self._ask("res.partner/answer_question", ids=self.person.ids, **asked)
        self.assertEqual((answer["answer"], answer["of"]["id"]), ("Yes", self.azure.id))
        kept = self.env["customer.grading.answer"].browse(answer["id"])
        self.assertEqual((kept.user_id, kept.proof), (self.users["salesperson"], "Mail"))
        self._ask("res.partner/action_regrade", "officer", ids=self.azure.ids)
        [row] = self._ask("res.partner/get_grades", ids=self.azure.ids)
        self.assertEqual(row["grades"][0]["grade"], "A")
        [answer] = self._ask(
            "res.partner/answer_question", ids=self.azure.ids, question="staff", answer=1200.5
        )
        self.assertEqual(answer["answer"], "1,200.5")


@tagged("post_install", "-at_install")
class TestChanges(ApiCommon):
    def _get_pages(self, since, limit):
        pages, more = [], True
        while more:
            page = self._ask("customer.grading.change/get_changes", since=since, limit=limit)
            since, more = page["next"], page["more"]
            pages.append(page["changes"])
        return pages, since

    def test_pages_hold_each_change_once_and_go_on_where_they_ended(self):
        everything, end = self._get_pages("2000-01-01", 500)
        found = [change["id"] for page in everything for change in page]
        pages, last = self._get_pages("2000-01-01", 1)
        self.assertEqual([change["id"] for page in pages for change in page], found)
        self.assertEqual(last, end)
        self.assertEqual(self._get_pages(end, 500), ([[]], end))
        mine = [c for page in everything for c in page if c["of"]["id"] == self.azure.id]
        self.assertEqual(
            [(c["from"], c["to"], c["direction"], c["origin"]) for c in mine],
            [(None, "B", "new", "computed")],
        )
        self.assertFalse([c for page in everything for c in page if c["dimension"] == "secret"])

    def test_a_moment_elsewhere_is_the_same_moment_here(self):
        pages, _end = self._get_pages("2000-01-01", 500)
        self.env.cr.execute("UPDATE customer_grading_change SET write_date = '2026-11-19 17:00'")
        for since, told in (("2026-11-20T00:00:00+08:00", pages), ("2026-11-20T02:00+08:00", [[]])):
            with self.subTest(since=since):
                self.assertEqual(len(self._get_pages(since, 500)[0][0]), len(told[0]))

    def test_what_is_only_proposed_is_no_change_yet(self):
        _pages, end = self._get_pages("2000-01-01", 500)
        asked = {"ids": self.azure.ids, "grade": "A", "reason": "New plant"}
        [change] = self._ask("res.partner/propose_grade", **asked)
        self.assertEqual(self._get_pages(end, 500)[0], [[]])
        self.env.cr.execute(
            "UPDATE customer_grading_change SET write_date = write_date - INTERVAL '1 hour'"
            " WHERE id != %s",
            [change["id"]],
        )
        _pages, end = self._get_pages("2000-01-01", 500)
        self._ask("customer.grading.change/action_approve", "officer", ids=[change["id"]])
        [[told]] = self._get_pages(end, 500)[0]
        self.assertEqual((told["id"], told["to"], told["state"]), (change["id"], "A", "applied"))

    def test_another_transaction_that_is_open_is_waited_for(self):
        _pages, end = self._get_pages("2000-01-01", 500)
        self.env.cr.execute(
            "UPDATE customer_grading_change SET write_date = NOW() + INTERVAL '1 day'"
        )
        with self.registry._db.cursor() as other:  # one beside the test's own
            other.execute("SELECT 1")
            self.env.cr.execute("SELECT pg_stat_clear_snapshot()")
            Change = self.env["customer.grading.change"].with_user(self.users["officer"])
            self.assertFalse(Change.get_changes(end)["changes"])
        self.env.cr.execute("SELECT pg_stat_clear_snapshot()")
        self.assertTrue(Change.get_changes(end)["changes"])


@tagged("post_install", "-at_install")
class TestAttacks(ApiCommon):
    """Messages that say what to do, nothing of what is not one's own, and nothing written."""

    READ = ("get_grades", "explain_grades")

    def _get_state(self):
        self.env.invalidate_all()
        return [
            self.env[name].sudo().search_count([])
            for name in (
                "customer.grading.result",
                "customer.grading.change",
                "customer.grading.answer",
                "customer.grading.bulk.change",
            )
        ]

    def _check_refused(self, path, user="salesperson", status=(403, 404, 422), text="", **body):
        before = self._get_state()
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            response = self._call(path, user, **body)
        self.assertIn(response.status_code, status, response.text[:500])
        self.assertIn(text, response.json()["message"])
        self.assertEqual(self._get_state(), before)
        return response

    def _get_calls(self):
        return {
            "get_grades": {},
            "explain_grades": {},
            "propose_grade": {"grade": "A", "reason": "Mine"},
            "set_grade": {"grade": "A", "reason": "Mine"},
            "answer_question": {"question": "grows", "answer": True},
        }

    def test_nobody_without_the_right_gets_in(self):
        portal = self.users["portal"]
        portal.partner_id.parent_id = self.azure
        for method, body in self._get_calls().items():
            for ids in (self.azure.ids, portal.partner_id.ids):
                with self.subTest(method, ids=ids):
                    self._check_refused(f"res.partner/{method}", "portal", ids=ids, **body)
        self._check_refused("customer.grading.change/get_changes", "portal", since="2000-01-01")
        self._check_refused("customer.grading.question/get_waiting", "portal")

    def test_another_company_s_customer_is_as_one_that_is_not_there(self):
        abroad = self._create_company_with_chart("Abroad")
        self.brook.company_id = abroad
        for method, body in self._get_calls().items():
            with self.subTest(method):
                there, nowhere = (
                    self._check_refused(
                        f"res.partner/{method}", "officer", (404,), ids=[self.azure.id, id_], **body
                    ).json()["message"]
                    for id_ in (self.brook.id, 2**30)
                )
                self.assertEqual(there.replace(str(self.brook.id), str(2**30)), nowhere)
                self.assertNotIn("Brook", there)
        page = self._ask("customer.grading.change/get_changes", since="2000-01-01", limit=5000)
        self.assertFalse([c for c in page["changes"] if c["of"]["id"] == self.brook.id])
        context = {"allowed_company_ids": abroad.ids}
        self._check_refused("res.partner/get_grades", ids=self.azure.ids, context=context)

    def test_a_salesperson_neither_sets_nor_answers_what_others_are_asked(self):
        self._check_refused(
            "res.partner/set_grade",
            ids=self.azure.ids,
            grade="A",
            reason="Mine",
            status=(403,),
            text="Propose a grade",
        )
        self.question.asked_of = "officer"
        self._check_refused(
            "res.partner/answer_question",
            ids=self.azure.ids,
            question="grows",
            answer=True,
            status=(403,),
            text="is asked of",
        )
        asked = {"ids": self.azure.ids, "grade": "C", "reason": "Mine", "dimension": "secret"}
        self._check_refused("res.partner/propose_grade", text="There is no dimension", **asked)

    def test_others_opportunities_are_hidden_as_in_crm(self):
        leads = self._create_dimension("chance", subject="lead")
        leads._set_main("lead", self.company)
        lead = self._create_lead(self.azure, self.today, user_id=self.users["officer"].id)
        self._activate(self._create_policy({}, [("A", ())], dimension=leads))
        self._check_refused("crm.lead/get_grades", ids=lead.ids, status=(404,))
        page = self._ask("customer.grading.change/get_changes", since="2000-01-01", limit=5000)
        self.assertFalse([c for c in page["changes"] if c["of"]["model"] == "crm.lead"])

    def test_wrong_types_and_values_get_a_message(self):
        ids = self.azure.ids
        for path, body, text in (
            ("res.partner/get_grades", {}, "Say which records"),
            ("res.partner/get_grades", {"ids": []}, "Say which records"),
            ("res.partner/get_grades", {"ids": ["7"]}, "Say which records"),
            ("res.partner/get_grades", {"ids": [True]}, "Say which records"),
            ("res.partner/get_grades", {"ids": [-1]}, "Say which records"),
            ("res.partner/get_grades", {"ids": [2**70]}, "Say which records"),
            ("res.partner/get_grades", {"ids": "12"}, "Say which records"),
            ("res.partner/get_grades", {"ids": [[1]]}, "Say which records"),
            ("res.partner/get_grades", {"ids": [*range(1, 502)]}, "500 at most"),
            ("res.partner/get_grades", {"ids": ids, "date": "yesterday"}, "is no date"),
            ("res.partner/get_grades", {"ids": ids, "date": "2026-02-30"}, "is no date"),
            ("res.partner/get_grades", {"ids": ids, "date": 20260101}, "is no date"),
            ("res.partner/get_grades", {"ids": ids, "dimension": "taste"}, "There is no dimension"),
            (
                "res.partner/get_grades",
                {"ids": ids, "dimension": ["value"]},
                "There is no dimension",
            ),
            ("res.partner/get_grades", {"ids": ids, "dimension": {}}, "There is no dimension"),
            ("res.partner/get_grades", {"ids": ids, "colour": 1}, "colour"),
            ("res.partner/propose_grade", {"ids": ids}, "grade"),
            (
                "res.partner/propose_grade",
                {"ids": ids, "grade": "Z", "reason": "x"},
                "Known are: A",
            ),
            ("res.partner/propose_grade", {"ids": ids, "grade": 1, "reason": "x"}, "Known are: A"),
            ("res.partner/propose_grade", {"ids": ids, "grade": ["A"], "reason": "x"}, "Known are"),
            ("res.partner/propose_grade", {"ids": ids, "grade": "A", "reason": ""}, "Say why"),
            ("res.partner/propose_grade", {"ids": ids, "grade": "A", "reason": None}, "Say why"),
            (
                "res.partner/propose_grade",
                {"ids": ids, "grade": "A", "reason": {"a": 1}},
                "no text",
            ),
            (
                "res.partner/propose_grade",
                {"ids": ids, "grade": "A", "reason": "x", "until": "2020-01-01"},
                "past",
            ),
            (
                "res.partner/answer_question",
                {"ids": ids, "question": "x", "answer": 1},
                "no question",
            ),
            (
                "res.partner/answer_question",
                {"ids": ids, "question": [], "answer": 1},
                "no question",
            ),
            (
                "res.partner/answer_question",
                {"ids": ids, "question": "grows", "answer": "maybe"},
                "no answer",
            ),
            (
                "res.partner/answer_question",
                {"ids": ids, "question": "grows", "answer": None},
                "give an answer",
            ),
            (
                "res.partner/answer_question",
                {"ids": ids, "question": "grows", "answer": []},
                "give an answer",
            ),
            (
                "res.partner/answer_question",
                {"ids": ids, "question": "staff", "answer": 1e300},
                "no answer",
            ),
            (
                "res.partner/answer_question",
                {"ids": ids, "question": "grows", "answer": True, "date": "2999-01-01"},
                "future",
            ),
            ("customer.grading.change/get_changes", {"since": "lately"}, "is no moment"),
            ("customer.grading.change/get_changes", {"since": 7}, "is no moment"),
            ("customer.grading.change/get_changes", {"since": "2026-01-01/x"}, "is no moment"),
            (
                "customer.grading.change/get_changes",
                {"since": "0001-01-01T00:00+14:00"},
                "is no moment",
            ),
            (
                "customer.grading.change/get_changes",
                {"since": "2026-01-01", "limit": 0},
                "a number",
            ),
            (
                "customer.grading.change/get_changes",
                {"since": "2026-01-01", "limit": 10**9},
                "a number",
            ),
            (
                "customer.grading.change/get_changes",
                {"since": "2026-01-01", "limit": "9"},
                "a number",
            ),
            ("customer.grading.question/get_waiting", {"limit": None}, "a number"),
        ):
            with self.subTest(path, **body):
                self._check_refused(path, status=(422,), text=text, **body)

    def test_a_wrong_or_missing_key_is_refused(self):
        for headers in ({}, {"Authorization": "Bearer nonsense"}):
            with mute_logger("odoo.http"):
                response = self.url_open(
                    "/json/2/res.partner/get_grades", json={"ids": self.azure.ids}, headers=headers
                )
            self.assertEqual(response.status_code, 401)
