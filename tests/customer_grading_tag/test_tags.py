"""Grades as contact tags: one of each dimension, in step with the grade, and no other touched."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.addons.customer_grading_tag import uninstall_hook
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import TODAY, at
from ..companies import CompaniesCommon
from ..result.test_change_control import ChangeControlCommon
from ..run.test_query_counts import QueryCountCommon

DAY = timedelta(1)
TAG = "res.partner.category"


class TagCommon(ChangeControlCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.dimension = cls._create_dimension("worth")
        cls.grades = cls._create_grades(cls.dimension, "ABC")
        # A tag of people's own, of the same name as one of ours.
        cls.own_tag = cls.env[TAG].create({"name": "Grade A"})
        cls.customers.category_id = cls.own_tag

    def _switch(self, on=True):
        with Form(self.dimension.with_user(self.users["administrator"])) as form:
            form.writes_tags = on

    def _get_tags(self, partner):
        """Return the names of the tags below the dimension's that a contact has."""
        self.assertIn(self.own_tag, partner.category_id)
        return (partner.category_id - self.own_tag).mapped("display_name")

    def _night(self, policy, day=TODAY + DAY):
        with freeze_time(at(day)):
            run = self._run(policy)
        self.assertEqual(run.state, "done", run.error)
        return run

    def _set_by_hand(self, customer, code):
        result = self._get_results(customer)[customer].with_user(self.users["officer"])
        with freeze_time(at(TODAY)):
            result._set_by_hand(self.grades[code], "New plant")


@tagged("post_install", "-at_install")
class TestTags(TagCommon):
    def test_everybody_has_one_tag_as_soon_as_it_is_switched_on(self):
        self.customers[:2].partner_latitude = 25
        self.customers[2].partner_latitude = -1
        self.customers[3:].partner_latitude = 5
        self._activate(self._create_simple_policy())
        self.assertFalse(self.dimension.tag_id)
        self._switch()
        self.assertEqual(self._get_tags(self.customers[0]), ["Worth / Grade A"])
        self.assertEqual(self._get_tags(self.customers[2]), ["Worth / Not graded"])
        self.assertEqual(self._get_tags(self.customers[9]), ["Worth / Grade C"])
        self.assertEqual(self.grades["A"].tag_id.partner_ids, self.customers[:2])
        self.assertEqual(self.grades["C"].tag_id.color, self.grades["C"].color)

    def test_a_night_moves_the_tags_of_who_moved_and_no_other(self):
        policy = self._start(15)
        self._switch()
        self.customers[0].partner_latitude = 25
        self.customers[1].partner_latitude = -1
        self._night(policy)
        self.assertEqual(self._get_tags(self.customers[0]), ["Worth / Grade A"])
        self.assertEqual(self._get_tags(self.customers[1]), ["Worth / Not graded"])
        self.assertEqual(self._get_tags(self.customers[2]), ["Worth / Grade B"])

    def test_a_grade_that_waits_has_not_moved_the_tag_yet(self):
        policy = self._start(15, downgrade_days=14)
        self._switch()
        self.customer.partner_latitude = 5
        self._night(policy)
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade B"])
        self._night(policy, TODAY + 15 * DAY)
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade C"])

    def test_the_tag_follows_a_grade_by_hand_and_its_end(self):
        self._start(15)
        self._switch()
        self._set_by_hand(self.customer, "A")
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade A"])
        self.assertIn(self.customer, self.grades["A"].tag_id.partner_ids)
        result = self._get_result().with_user(self.users["officer"])
        result.action_end_manual()
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade B"])

    def test_the_tag_follows_a_proposal_once_it_is_approved(self):
        policy = self._start(15, upgrade_timing="confirmed")
        self._switch()
        self.customer.partner_latitude = 25
        self._night(policy)
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade B"])
        change = self._get_changes(state="proposed").with_user(self.users["officer"])
        change.action_approve()
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade A"])

    def test_a_run_that_is_undone_takes_its_tags_back(self):
        if "undo_state" not in self.env["customer.grading.run"]._fields:
            self.skipTest("Undo is not installed.")
        policy = self._start(15)
        self._switch()
        self.customers[:3].partner_latitude = 25
        run = self._night(policy)
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade A"])
        run.with_user(self.users["officer"])._start_undo("Wrong figures")
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade B"])

    def test_another_dimension_keeps_its_tags(self):
        other = self._create_dimension("other")
        self._activate(
            self._create_policy({}, [("A", ())], population="all", dimension=other, name="Other")
        )
        other.writes_tags = True
        policy = self._start(15)
        self._switch()
        self.customer.partner_latitude = 25
        self._night(policy)
        self._set_by_hand(self.customers[1], "C")
        self.assertEqual(self._get_tags(self.customers[0]), ["Other / Grade A", "Worth / Grade A"])
        self.assertEqual(self._get_tags(self.customers[1]), ["Other / Grade A", "Worth / Grade C"])

    def test_tags_by_hand_are_put_right_by_the_next_run_of_everybody(self):
        policy = self._start(15)
        self._switch()
        stranger = self._create_customers(1, category_id=self.own_tag.ids)
        tags = [self.grades["A"].tag_id.id, self.grades["B"].tag_id.id]
        (self.customer | stranger).category_id = [Command.link(tag) for tag in tags]
        self.customers[1].category_id = [Command.unlink(tags[1])]
        self._night(policy)
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade B"])
        self.assertEqual(self._get_tags(self.customers[1]), ["Worth / Grade B"])
        self.assertEqual(self._get_tags(stranger), [])

    def test_who_leaves_has_no_tag_and_who_comes_back_has_one(self):
        policy = self._start(15)
        self._switch()
        self.customer.active = False
        self._night(policy)
        self.assertEqual(self._get_tags(self.customer), [])
        self.customer.active = True
        self._night(policy, TODAY + 2 * DAY)
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade B"])

    def test_a_merged_contact_has_one_tag(self):
        policy = self._start(15)
        self.customers[1].partner_latitude = 25
        self._night(policy)
        self._switch()
        policy.action_close()
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set(self.customers[:2].ids)],
                "dst_partner_id": self.customer.id,
            }
        ).action_merge()
        self.env.invalidate_all()
        self.assertFalse(self.customers[1].exists())
        self.assertEqual(self._get_tags(self.customer), ["Worth / Grade B"])

    # ------------------------------------------------------------------ the tags themselves

    def test_tags_are_renamed_coloured_and_put_away_with_their_grades(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self._switch()
        grade, tag = self.grades["A"], self.grades["A"].tag_id
        self.assertEqual(
            self.dimension.ungraded_tag_id.with_context(lang="en_US").name, "Not graded"
        )
        grade.with_context(lang="zh_CN").name = "重点客户"
        grade.write({"name": "Key customer", "color": 7})
        self.dimension.name = "Value"
        self.assertEqual(tag.display_name, "Value / Key customer")
        self.assertEqual(tag.with_context(lang="zh_CN").name, "重点客户")
        self.assertEqual(tag.color, 7)
        grade.active = False
        self.assertFalse(tag.active)
        grade.active = True
        self.assertTrue(tag.active)
        added = self._create_grades(self.dimension, "ABCD")["D"]
        self.assertEqual(added.tag_id.display_name, "Value / Grade D")
        gone = added.tag_id
        added.unlink()
        self.assertFalse(gone.exists())

    def test_switching_off_leaves_none_and_keeps_what_people_put_below(self):
        self._start(15)
        self._switch()
        tags = self.dimension.tag_id | self.dimension.tag_id.child_ids
        self.assertEqual(len(tags), 5)
        below = self.env[TAG].create({"name": "Theirs", "parent_id": self.grades["A"].tag_id.id})
        self.customer.category_id = [Command.link(below.id)]
        self._switch(False)
        self.assertFalse(tags.exists())
        self.assertFalse(below.parent_id)
        self.assertEqual(self.customer.category_id, self.own_tag | below)
        self._switch()
        self.assertEqual(self._get_tags(self.customers[1]), ["Worth / Grade B"])

    def test_removing_the_addon_leaves_none(self):
        self._start(15)
        self._switch()
        before = self.dimension.tag_id | self.dimension.tag_id.child_ids
        uninstall_hook(self.env)
        self.assertFalse(before.exists())
        self.assertEqual(self.customer.category_id, self.own_tag)

    def test_its_tags_are_not_deleted_by_people(self):
        self._switch()
        for tag in (self.dimension.tag_id, self.grades["B"].tag_id, self.dimension.ungraded_tag_id):
            with self.assertRaisesRegex(UserError, "“Worth” writes its grades with these tags"):
                tag.unlink()

    # ------------------------------------------------------------------ who may, and where

    def test_what_not_everybody_may_see_is_no_tag(self):
        self.dimension.group_ids = self.env.ref("account.group_account_user")
        with self.assertRaisesRegex(ValidationError, "Everybody sees contact tags"):
            self._switch()
        opportunities = self._create_dimension("chance", subject="lead")
        with self.assertRaisesRegex(ValidationError, "does not grade customers"):
            opportunities.writes_tags = True

    def test_grades_of_a_company_are_shown_by_who_works_there(self):
        self.dimension.tag_company_id = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(AccessError, "grades of Elsewhere"):
            self._switch()


@tagged("post_install", "-at_install")
class TestTagsOfCompanies(CompaniesCommon):
    """A customer of several companies has the tag of the one that is chosen, or of all as one."""

    criteria = {"orders": {"measure": "order_amount"}}
    rules = [("A", ("orders", "ge", 50)), ("B", ())]

    def _grade(self, company=None, **vals):
        dimension = self._create_dimension("worth", **vals)
        for one in (
            (self.company, self.abroad) if vals["company_scope"] == "company" else (company,)
        ):
            self._activate(
                self._create_policy(
                    self.criteria,
                    self.rules,
                    name="Trade",
                    dimension=dimension,
                    company_id=one and one.id,
                )
            )
        return dimension

    def test_the_tag_is_that_of_the_chosen_company(self):
        dimension = self._grade(company_scope="company", tag_company_id=self.abroad.id)
        dimension.writes_tags = True
        self.assertEqual(self.customer.category_id.display_name, "Worth / Grade B")
        dimension.tag_company_id = self.company
        self.assertEqual(self.customer.category_id.display_name, "Worth / Grade A")
        self.assertFalse(self.elsewhere.category_id)

    def test_all_companies_as_one_have_one(self):
        dimension = self._grade(company_scope="group")
        dimension.writes_tags = True
        self.assertEqual(self.customer.category_id.display_name, "Worth / Grade A")


@tagged("post_install", "-at_install")
class TestTagQueries(TagCommon, QueryCountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers |= cls._create_customers(50, category_id=cls.own_tag.ids)

    def test_a_night_takes_as_many_queries_for_fifty_as_for_five(self):
        policy = self._start(15)
        self._switch()
        counts = {}
        for day, number in enumerate((1, 5, 50), 1):
            self.customers[:number].partner_latitude = 25 - 20 * (day % 2)
            counts[number] = self._count(self._night, policy, TODAY + day * DAY)
            grade = self._get_results(self.customer)[self.customer].grade_id
            self.assertEqual(grade.tag_id.partner_ids, self.customers[:number])
        self.assertEqual(counts[5], counts[50])

    def test_nothing_is_written_where_nothing_moved(self):
        policy = self._start(15)
        self._switch()
        self.env.flush_all()
        link = "res_partner_res_partner_category_rel"
        self.env.cr.execute(f"SELECT ctid, * FROM {link} ORDER BY 1")  # pylint: disable=sql-injection
        before = self.env.cr.fetchall()
        self._night(policy)
        self.env.cr.execute(f"SELECT ctid, * FROM {link} ORDER BY 1")  # pylint: disable=sql-injection
        self.assertEqual(self.env.cr.fetchall(), before)
