"""What is ranked hangs on everybody: without the cut-offs of a full run it is unknown."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CustomerGradingCommon, at

HALF = [{"level": "first", "lower": 50, "points": 10}]


@tagged("post_install", "-at_install")
class TestUnknownRankings(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgium, cls.china = cls.env.ref("base.be"), cls.env.ref("base.cn")
        cls.customers = cls._create_customers(4, country_id=cls.belgium.id)
        for customer, amount in zip(cls.customers, (400, 300, 200, 100), strict=True):
            cls._create_order(customer, date(2026, 5, 1), amount)

    def _prepare(self, **vals):
        """Return a ranked policy that was never run, after one that graded everybody C."""
        before = self._create_policy({"n": {"measure": "order_count"}}, [("C", ())])
        self._activate(before)
        before.action_close()
        spec = {"measure": "order_amount", "band_by": "percentile", "bands": HALF, **vals}
        policy = self._create_policy(
            {"orders": spec}, [("A", ("orders", "level_is", 0)), ("B", ())], sequence=1
        )
        self._activate(policy, run=False)
        return policy

    def _regrade(self, records):
        [run] = self.env["customer.grading.policy"]._regrade(records)
        self.assertEqual(run.state, "done", run.error)
        return self._get_grades(records)

    def test_who_hangs_on_a_ranking_keeps_his_grade_until_a_full_run(self):
        policy = self._prepare()
        self.assertEqual(self._regrade(self.customers), ["C"] * 4)
        self._run(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B"])

    def test_a_share_of_the_total_is_unknown_too(self):
        policy = self._prepare(band_by="own_share", bands=[{"level": "large", "lower": 30}])
        self.assertEqual(self._regrade(self.customers), ["C"] * 4)
        self._run(policy)
        self.assertEqual(self._regrade(self.customers), ["A", "A", "B", "B"])

    def test_who_is_new_waits_for_the_next_full_run(self):
        policy = self._prepare()
        new = self._create_customers(1)
        self._create_order(new, date(2026, 5, 1), 1000)
        self.assertEqual(self._regrade(new), [False])
        [result] = self._get_results(new).values()
        self.assertEqual(result.reason, "waiting")
        self.assertIn("next full run", str(new.get_grading_explanation()))
        self._run(policy)
        self.assertEqual(self._get_grades(new), ["A"])

    def _rank(self, *conditions, **spec):
        """Return the grades of who reaches the first, the second... level, C of all others."""
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}, **spec},
            [(g, c) for g, c in zip("AB", conditions, strict=False)] + [("C", ())],
        )
        self._activate(policy)
        return self._get_grades(self.customers)

    def test_a_total_is_ranked_once_its_parts_are(self):
        parts = {
            "first": {"measure": "order_amount", "band_by": "percentile", "bands": HALF},
            "n": {"measure": "order_count"},
        }
        total = {"kind": "sum", "parts": ["first", "n"], "band_by": "percentile", "bands": HALF}
        # 11, 11, 1, 1 points.
        grades = self._rank(("total", "level_is", 0), total=total, **parts)
        self.assertEqual(grades, ["A", "A", "C", "C"])
        explanation = str(self.customers[2].get_grading_explanation())
        self.assertIn("A from 11 points: 10 points missing", explanation)

    def test_a_total_that_no_full_run_ranked_is_unknown_as_a_level_and_known_as_points(self):
        policy = self._prepare()
        policy.state = "draft"
        total = {"kind": "sum", "parts": ["n"], "band_by": "percentile", "bands": HALF}
        by_total = self._create_criteria(policy, {"n": {"measure": "order_count"}, "total": total})
        policy.rule_ids.unlink()
        grades = {grade.code: grade for grade in policy.dimension_id.grade_ids}
        rules = [("A", ("total", "level_is", 0)), ("B", ())]
        self._create_rules(policy, rules, grades, by_total)
        policy.state = "running"
        self.assertEqual(self._regrade(self.customers), ["C"] * 4)
        policy.state = "draft"
        policy.rule_ids.unlink()
        self._create_rules(policy, [("A", ("total", "ge", 1)), ("B", ())], grades, by_total)
        policy.state = "running"
        self.assertEqual(self._regrade(self.customers), ["A"] * 4)

    def test_the_lowest_come_first_where_so_chosen(self):
        lowest = {"measure": "order_amount", "band_by": "percentile", "rank_from": "bottom"}
        lowest["bands"] = [{"level": "few", "lower": 25}, {"level": "some", "lower": 50}]
        conditions = ("low", "level_is", 0), ("low", "level_is", 1)
        self.assertEqual(self._rank(*conditions, low=lowest), ["C", "C", "B", "A"])
        explanation = str(self.customers[3].get_grading_explanation())
        self.assertIn("among the lowest 25 %", explanation)
        self.assertIn("Number 1 of 4 from the lowest", explanation)
        self.assertIn("at present up to 100", explanation)

    def test_who_does_not_compete_is_not_among_the_lowest(self):
        nobody = self._create_customers(1)
        self._create_order(nobody, date(2026, 5, 1), 0)
        lowest = {"measure": "order_amount", "band_by": "percentile", "rank_from": "bottom"}
        self.customers |= nobody
        grades = self._rank(("low", "level_is", 0), low={**lowest, "bands": HALF})
        self.assertEqual(grades, ["C", "C", "A", "A", "C"])

    def test_a_share_of_one_s_own_is_at_least_that_wherever_a_ranking_would_begin(self):
        share = {"measure": "order_amount", "band_by": "own_share", "rank_from": "bottom"}
        share["bands"] = [{"level": "large", "lower": 30}]
        # 400 and 300 of 1,000 are 30 % and more.
        self.assertEqual(self._rank(("share", "level_is", 0), share=share), ["A", "A", "C", "C"])

    def test_the_most_recent_come_first_and_so_does_who_ordered_today(self):
        days = {"measure": "days_since_order", "period": "all_time", "band_by": "percentile"}
        days |= {"rank_from": "bottom", "bands": HALF}
        today = self.env["customer.grading.engine"]._get_today(self.company)
        for customer in self.customers[2:]:
            self._create_order(customer, today, 1)
        self.assertEqual(self._rank(("days", "level_is", 0), days=days), ["C", "C", "A", "A"])

    def test_the_first_so_many_are_counted(self):
        first = {"measure": "order_amount", "band_by": "position"}
        first["bands"] = [{"level": "first", "lower": 1}, {"level": "next", "lower": 3}]
        conditions = ("place", "level_is", 0), ("place", "level_is", 1)
        self.assertEqual(self._rank(*conditions, place=first), ["A", "B", "B", "C"])
        text = self.customers[1].get_grading_explanation()
        self.assertIn("among the first 3, but not among the first 1", str(text))

    def test_what_cannot_be_ranked_is_refused_and_never_read_as_something_else(self):
        days = {"measure": "days_since_order", "period": "all_time"}
        for spec, message in (
            ({**days, "band_by": "share", "bands": HALF}, "make no total"),
            ({**days, "band_by": "own_share", "bands": HALF}, "make no total"),
            (
                {"measure": "order_amount", "band_by": "position", "bands": [{"lower": 0.5}]},
                "a whole number",
            ),
            ({"measure": "new_customer", "band_by": "percentile", "bands": HALF}, "only a number"),
        ):
            with self.subTest(message=message):
                policy = self._create_policy({"x": spec}, [("A", ("x", "level_is", 0)), ("C", ())])
                messages = " ".join(problem["message"] for problem in policy._get_problems())
                self.assertIn(message, messages)
                with self.assertRaises(UserError):
                    policy._put_in_force()

    def test_who_is_excluded_or_frozen_does_not_weigh(self):
        shares = [{"level": "first", "lower": 60}, {"level": "next", "lower": 90}]
        spec = {"measure": "order_amount", "band_by": "share", "bands": shares}
        policy = self._create_policy(
            {"orders": spec},
            [("A", ("orders", "level_is", 0)), ("B", ("orders", "level_is", 1)), ("C", ())],
        )
        large = self._create_customers(1)
        self._create_order(large, date(2026, 5, 1), 9000)
        self._activate(policy)
        self.assertEqual(self._get_grades(large | self.customers), ["A", "C", "C", "C", "C"])
        results = self._get_results(large)[large]
        for decide in (results._exclude, results._freeze):
            decide("A sister company")
            self._run(policy)
            # 400, 300, 200, 100 of 1,000: the second crosses 60 %, the third 90 %.
            self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "C"])
            results.action_end_manual()
            self._run(policy)
            self.assertEqual(self._get_grades(self.customers), ["C"] * 4)

    def test_who_is_excluded_takes_no_place(self):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ("orders", "ge", 0)), ("C", ())]
        )
        criterion, rule = policy.criterion_ids, policy.rule_ids[0]
        rule.write({"limit_count": 2, "limit_criterion_id": criterion.id})
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "C", "C"])
        self._get_results(self.customers)[self.customers[0]]._exclude("A sister company")
        self._run(policy)
        self.assertEqual(self._get_grades(self.customers[1:]), ["A", "A", "C"])

    def test_what_needs_no_ranking_is_decided(self):
        policy = self._prepare()
        policy.state = "draft"
        few = self._create_criteria(policy, {"few": {"measure": "order_count"}})["few"]
        first = self._create_rules(
            policy,
            [("D", ("few", "ge", 2))],
            self._create_grades(self.dimension, "D"),
            {"few": few},
        )
        first.sequence = -1
        policy.state = "running"
        self._create_order(self.customers[0], date(2026, 5, 1), 1)
        self.assertEqual(self._regrade(self.customers), ["D", "C", "C", "C"])

    def test_a_sum_with_a_ranked_part_is_unknown(self):
        policy = self._create_policy(
            {
                "orders": {"measure": "order_amount", "band_by": "percentile", "bands": HALF},
                "many": {"measure": "order_count"},
                "score": {"kind": "sum", "parts": ["orders", "many"]},
            },
            [("A", ("score", "ge", 10)), ("B", ("score", "known")), ("C", ())],
        )
        self._activate(policy, run=False)
        self.assertEqual(self._regrade(self.customers), [False] * 4)
        self._run(policy)
        self.assertEqual(self._regrade(self.customers), ["A", "A", "B", "B"])

    def test_a_group_that_is_new_is_unknown_and_one_without_a_best_is_not(self):
        poor = self._create_customers(1, country_id=self.env.ref("base.us").id)
        self._create_order(poor, date(2026, 5, 1), 0)
        policy = self._prepare(rank_within="country_id")
        self._run(policy)
        self.assertEqual(self._regrade(self.customers | poor), ["A", "A", "B", "B", "B"])
        self.customers[:3:2].country_id = self.china
        self.assertEqual(self._regrade(self.customers), ["A", "A", "B", "B"])
        self._run(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B"])
        self.assertEqual(self._regrade(self.customers), ["A", "A", "B", "B"])

    def test_those_of_a_corporate_group_weigh_once(self):
        """Of a group with 700, and 400 and 200, the better half are the first two."""
        top, member, _second, _third = self.customers
        member.write({"parent_id": top.id, "type": "other"})
        self._create_order(self.customers[3], date(2026, 5, 1), 300)
        policy = self._prepare(whole_group=True)
        self._run(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "A"])

    def test_a_limited_grade_waits_for_a_full_run(self):
        policy = self._prepare(band_by="value", bands=[{"level": "any", "lower": 0}])
        policy.state = "draft"
        policy.rule_ids[0].write(
            {
                "limit_count": 2,
                "limit_criterion_id": policy.criterion_ids[0].id,
                "limit_within": "country_id",
            }
        )
        policy.state = "running"
        self.assertEqual(self._regrade(self.customers), ["C"] * 4)
        self._run(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B"])
        self.customers[3].country_id = self.china
        self.assertEqual(self._regrade(self.customers), ["A", "A", "B", "B"])
        self._run(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "A"])


@tagged("post_install", "-at_install")
class TestPlaces(CustomerGradingCommon):
    """At most so many have a limited grade at a time, whatever keeps them in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(4)
        for customer, amount in zip(cls.customers, (400, 300, 200, 100), strict=True):
            cls._create_order(customer, date(2026, 5, 1), amount)

    def _prepare(self, **vals):
        """Return a policy of two places, taken by the first two, and a run a day later."""
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ()), ("B", ())], **vals
        )
        policy.rule_ids[0].write({"limit_count": 2, "limit_criterion_id": policy.criterion_ids.id})
        with freeze_time(at(date(2026, 11, 10))):
            self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B"])
        return policy

    def _run_on(self, policy, day):
        with freeze_time(at(day)):
            self._run(policy)
        return self._get_grades(self.customers)

    def test_a_place_is_taken_until_the_month_ends(self):
        policy = self._prepare(downgrade_timing="month_end")
        self._create_order(self.customers[3], date(2026, 11, 11), 1000)
        self.assertEqual(self._run_on(policy, date(2026, 11, 12)), ["A", "A", "B", "B"])
        with freeze_time(at(date(2026, 11, 12))):
            self.assertIn(
                "waits for a place: 2 at most", str(self.customers[3].get_grading_explanation())
            )
        self.assertEqual(self._run_on(policy, date(2026, 11, 13)), ["A", "A", "B", "B"])
        self.assertEqual(self._run_on(policy, date(2026, 11, 30)), ["A", "B", "B", "A"])

    def test_who_goes_makes_room_the_same_night(self):
        policy = self._prepare()
        self._create_order(self.customers[3], date(2026, 11, 11), 1000)
        self.assertEqual(self._run_on(policy, date(2026, 11, 12)), ["A", "B", "B", "A"])

    def test_a_grade_by_hand_takes_a_place(self):
        policy = self._prepare()
        with freeze_time(at(date(2026, 11, 11))):
            result = self._get_results(self.customers)[self.customers[2]]
            result._set_by_hand(self.dimension.grade_ids.filtered(lambda g: g.code == "A"), "x")
        self._create_order(self.customers[3], date(2026, 11, 11), 1000)
        self.assertEqual(self._run_on(policy, date(2026, 11, 12)), ["A", "B", "A", "B"])

    def test_a_regrade_by_day_finds_no_free_place(self):
        policy = self._prepare()
        self._create_order(self.customers[3], date(2026, 11, 11), 1000)
        with freeze_time(at(date(2026, 11, 12))):
            policy._regrade(self.customers[3])
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B"])

    def _limit_both(self, criteria, rules, **limit):
        policy = self._create_policy(criteria, rules)
        limit = {"limit_count": 2, "limit_criterion_id": policy.criterion_ids[0].id, **limit}
        policy.rule_ids[:-1].write(limit)
        self._activate(policy)
        return policy

    def test_the_requirements_of_one_grade_share_its_places(self):
        policy = self._limit_both(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "between", 200, 200)), ("A", ("orders", "ge", 1)), ("B", ())],
        )
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "A", "B"])
        policy._regrade(self.customers)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "A", "B"])

    def test_no_place_is_left_where_the_first_requirement_took_all(self):
        self._limit_both(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "le", 200)), ("A", ("orders", "ge", 1)), ("B", ())],
        )
        self.assertEqual(self._get_grades(self.customers), ["B", "B", "A", "A"])

    def test_places_are_counted_among_those_who_share_any_field(self):
        for customer, city in zip(self.customers, ("Ghent", "Ghent", "Ghent", False), strict=True):
            customer.city = city
        policy = self._limit_both(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 1)), ("B", ())],
            limit_within="field",
            limit_field="city",
        )
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "A"])
        self.assertIn("counted among: those of the same: City", policy.reads_as)

    def test_places_are_not_counted_by_a_field_that_its_author_may_not_read(self):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ()), ("B", ())]
        )
        administrator = self._create_users()["administrator"]
        rule = policy.rule_ids[0].with_user(administrator)
        limit = {"limit_count": 1, "limit_criterion_id": policy.criterion_ids.id}
        with self.assertRaisesRegex(AccessError, "cannot be used to grade"):
            rule.write({**limit, "limit_within": "field", "limit_field": "user_id.login"})
