"""Who has too many or too few of a grade is warned and listed, with proposals."""

import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, warmup
from odoo.tests.common import new_test_user

from ..common import TODAY
from .common import CapacityCase


@tagged("post_install", "-at_install")
class TestWarning(CapacityCase):
    def test_f44_the_201st_class_a_lead_of_a_salesperson_raises_a_warning(self):
        leads = self._create_leads(200)
        spare = self._create_leads(1, self.colleague)
        policy = self._create_policy(
            {"expected": {"measure": "lead_expected_revenue"}},
            [("A", ("expected", "ge", 0)), ("B", ())],
            dimension=self.of_leads,
        )
        self._activate(policy)
        self._capacity(within="user_id", least=100, most=200)
        self.assertEqual(set(self._get_grades(leads | spare, dimension=self.of_leads)), {"A"})
        row = self._get_row(user_id=self.seller)
        self.assertRecordValues(row, [{"held": 200, "over": 0, "room": 0, "state": "full"}])
        self.assertFalse(leads[0].grading_capacity_warning)
        warning = "grading_salesperson has 201 of at most 200 opportunities of grade A."
        with Form(spare.with_user(self.officer)) as form:
            self.assertFalse(form.grading_capacity_warning)
            form.user_id = self.seller
            self.assertEqual(form.grading_capacity_warning, warning)
        self.assertEqual(spare.user_id, self.seller)  # a warning, and nothing is blocked
        self.assertEqual(spare.grading_capacity_warning, warning)
        row = self._get_row(user_id=self.seller)
        self.assertRecordValues(row, [{"held": 201, "over": 1, "state": "over"}])
        self.assertEqual(row.reads_as, warning)
        over = self.env["crm.lead"].search([("grading_capacity_warning", "!=", False)])
        self.assertEqual(over, leads | spare)
        spare.action_set_lost()
        self.assertFalse(leads[:1].grading_capacity_warning)

    def test_a_customer_is_warned_about_on_its_form_and_its_contacts_are_not(self):
        grade = self._create_grades(self.dimension, "AB")["A"]
        customers = self._create_customers(2, user_id=self.seller.id)
        contact = self.env["res.partner"].create(
            {"name": "Clerk", "parent_id": customers[0].id, "user_id": self.seller.id}
        )
        self._grade(customers, grade)
        self._capacity(grade, most=1)
        officer = customers[0].with_user(self.officer)
        said = "grading_salesperson has 2 of at most 1 customers of grade A."
        self.assertEqual(officer.grading_capacity_warning, said)
        self.assertFalse(contact.grading_capacity_warning)
        with Form(officer) as form:
            form.user_id = self.colleague
            self.assertFalse(form.grading_capacity_warning)

    def test_a_branch_is_warned_by_the_grades_that_it_shows(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        own, here = self._create_dimension("own", "AB"), self._create_customers(2)
        here.user_id = self.seller
        first, second = own.grade_ids.sorted()
        self._grade(here, first)
        self._capacity(first, within="user_id", most=1)
        there = here.with_context(allowed_company_ids=branch.ids)
        self.assertTrue(all(here.mapped("grading_capacity_warning")))
        self.assertTrue(all(there.mapped("grading_capacity_warning")))
        self._grade(here, second, company_id=branch.id)
        self.env.invalidate_all()
        self.assertTrue(all(here.mapped("grading_capacity_warning")))
        self.assertFalse(any(there.mapped("grading_capacity_warning")))

    def test_whom_a_hidden_dimension_grades_is_warned_about_to_those_who_see_it(self):
        leads = self._create_leads(2)
        hidden = self._create_dimension("fraud", subject="lead")
        hidden.group_ids = self.env.ref("customer_grading.customer_grading_group_officer")
        self._grade(leads, hidden.grade_ids[0])
        self._capacity(hidden.grade_ids[0], most=1)
        self.assertTrue(leads[0].with_user(self.officer).grading_capacity_warning)
        self.assertFalse(leads[0].with_user(self.seller).grading_capacity_warning)
        self.assertFalse(self.Report.with_user(self.seller).search([]))
        self.assertTrue(self.Report.with_user(self.officer).search([]))
        of_many = [("grading_capacity_warning", "!=", False)]
        self.assertFalse(leads.with_user(self.seller).search(of_many))
        self.assertEqual(leads.with_user(self.officer).search(of_many), leads)

    @warmup
    def test_forms_and_lists_take_no_query_where_there_is_no_capacity_and_few_where_there_is(self):
        leads = self._create_leads(20)
        self._grade(leads)
        self.env.flush_all()
        fname = "grading_capacity_warning"
        self.env["customer.grading.dimension"]._forget_use()
        self.env.registry.clear_cache()
        self.env["customer.grading.capacity"]._is_any()
        leads.mapped(fname)
        leads.invalidate_recordset([fname])
        with self.assertQueryCount(0):
            leads.mapped(fname)
        self._capacity(most=1)
        self._capacity(within="all", most=1)
        self.env.flush_all()
        leads.invalidate_recordset([fname])
        leads.mapped(fname)
        for some in (leads[:1], leads):
            leads.invalidate_recordset([fname])
            with self.assertQueryCount(5):  # dimensions, results, lines, one a kind of place
                some.mapped(fname)


@tagged("post_install", "-at_install")
class TestCapacity(CapacityCase):
    def test_s49_below_the_minimum_is_listed_with_who_could_come_in(self):
        weak, strong = self._create_leads(2)
        self._grade(weak | strong, self.grades[1])
        self._grade(self._create_leads(1, self.colleague), self.grades[1])
        self._capacity(within="user_id", least=1, most=2)
        row = self._get_row(user_id=self.seller)
        self.assertRecordValues(row, [{"held": 0, "missing": 1, "room": 2, "state": "short"}])
        said = "grading_salesperson has 0 of at least 1 opportunities of grade A."
        self.assertEqual(row.reads_as, said)
        proposal = self.Proposal.search([("user_id", "=", self.seller.id)])
        self.assertRecordValues(
            proposal,
            [
                {
                    "lead_id": strong.id,
                    "kind": "raise",
                    "grade_id": self.grades[1].id,
                    "to_grade_id": self.best.id,
                    "reason": said,
                }
            ],
        )
        action = proposal.with_user(self.officer).action_set_grade()
        wizard = (
            self.env[action["res_model"]].with_user(self.officer).with_context(**action["context"])
        )
        wizard.create({}).action_confirm()
        self.assertEqual(strong.opportunity_grade_id, self.best)
        self.assertEqual(self._get_row(user_id=self.seller).state, "fits")

    def test_f44_the_weakest_go_to_a_colleague_of_the_team_who_has_room(self):
        third = self.users["administrator"]
        self.team.member_ids |= third
        leads = self._create_leads(5)
        self._grade(leads)
        self._grade(self._create_leads(1, self.colleague))
        self._capacity(most=2)
        proposals = self.Proposal.search([("kind", "=", "assign")])
        # Of five, three too many: the smallest first. The third has none, the colleague one.
        self.assertEqual(proposals.lead_id, leads[:3])
        self.assertEqual(
            [one.to_user_id.id for one in proposals], [third.id, third.id, self.colleague.id]
        )
        self.assertNotIn(self.stranger, proposals.to_user_id)
        self.assertEqual(set(proposals.mapped("position")), {1, 2, 3})

    def test_scores_come_before_revenue_and_nobody_with_room_is_the_grade_below(self):
        leads = self._create_leads(3, team_id=self.other_team.id)
        leads.user_id = self.stranger
        for lead, score in zip(leads, (30, 20, 10), strict=True):
            self._grade(lead, score=score)
        self._capacity(most=2)
        proposal = self.Proposal.search([])
        self.assertRecordValues(
            proposal,
            [
                {
                    "lead_id": leads[2].id,
                    "kind": "lower",
                    "to_user_id": False,
                    "to_grade_id": self.grades[1].id,
                }
            ],
        )

    def test_the_customer_with_the_least_revenue_goes_first(self):
        grade = self._create_grades(self.dimension, "AB")["A"]
        big, small, none = customers = self._create_customers(3, user_id=self.seller.id)
        self._create_invoice(big, TODAY, 900)
        self._create_invoice(small, TODAY, 100)
        self._grade(customers, grade)
        self._capacity(grade, most=1)
        self.assertEqual(
            self.Proposal.search([], order="position").mapped("partner_id.id"), [none.id, small.id]
        )

    def test_people_assign_what_is_proposed_with_a_note(self):
        leads = self._create_leads(3)
        self._grade(leads)
        self._capacity(most=2)
        proposal = self.Proposal.with_user(self.officer).search([])
        action = proposal.action_assign()
        wizard = self.env[action["res_model"]].with_user(self.officer).browse(action["res_id"])
        self.assertEqual(wizard.line_ids.user_id, self.colleague)
        wizard.action_confirm()
        self.assertEqual(leads[0].user_id, self.colleague)
        note = leads[0].message_ids[0].body
        self.assertIn("Assigned to grading_colleague.", note)
        self.assertIn("grading_salesperson has 3 of at most 2 opportunities of grade A.", note)
        self.assertFalse(self.Proposal.search([]))
        with self.assertRaisesRegex(UserError, "belongs to grading_colleague by now"):
            wizard.action_confirm()

    def test_salespeople_see_what_is_theirs_and_assign_it_alone(self):
        for user in (self.seller, self.stranger):
            self._grade(self._create_leads(2, user))
        self._capacity(most=1)
        rows = self.Report.with_user(self.seller).search([])
        self.assertEqual(rows.user_id, self.seller)
        self.assertEqual(len(self.Report.with_user(self.officer).search([])), 3)
        own = self.Proposal.with_user(self.seller).search([])
        self.assertEqual(own.user_id, self.seller)
        others = self.Proposal.search([("user_id", "=", self.stranger.id)])
        with self.assertRaises(AccessError):
            others.with_user(self.seller).action_assign()
        with self.assertRaises(AccessError):
            self._capacity(self.grades[1], most=1).with_user(self.officer).most = 5

    def test_s54_each_state_and_city_has_its_own_capacity(self):
        state, other = self.env.ref("base.us").state_ids[:2]
        leads = self._create_leads(
            3, state_id=state.id, country_id=state.country_id.id, city="Springfield"
        )
        self._grade(leads)
        alone = self._create_leads(1, state_id=other.id, country_id=state.country_id.id)
        self._grade(alone)
        self._capacity(within="state_id", most=1)
        self._capacity(within="city", most=2)
        self._capacity(within="country_id", least=5)
        self._capacity(within="all", most=4)
        self._capacity(within="team_id", least=9)
        self.assertEqual(self._get_row(state_id=state).over, 2)
        self.assertEqual(self._get_row(state_id=other).state, "full")
        city = self.Report.search([("city", "=", "Springfield")])
        self.assertRecordValues(city, [{"held": 3, "over": 1, "place": "Springfield"}])
        country = self.Report.search([("within", "=", "country_id")])
        self.assertRecordValues(country, [{"held": 4, "missing": 1}])
        whole = self.Report.search([("within", "=", "all")])
        self.assertRecordValues(whole, [{"state": "full", "place": self.company.name}])
        north = self.Report.search([("within", "=", "team_id"), ("team_id", "=", self.team.id)])
        self.assertRecordValues(north, [{"held": 4, "missing": 5}])
        of_city = city.action_open_proposals()["domain"]
        self.assertEqual(self.Proposal.search_count([("city", "=", "Springfield")]), 2)
        self.assertLessEqual(self.Proposal.search_count(of_city), 1)
        held = city.action_open_held()
        self.assertEqual(self.env[held["res_model"]].search(held["domain"]).lead_id, leads)
        self.assertIn("Springfield has 3 of at most 2", leads[0].grading_capacity_warning)

    def test_what_makes_no_sense_is_refused_with_a_reason(self):
        for vals, reason in (
            ({"least": 3, "most": 2}, "at most is no less than at least"),
            ({"most": -1, "within": "all"}, "no number is less than 0"),
            ({"within": "city"}, "say how many"),
        ):
            with self.assertRaisesRegex(ValidationError, f"grade A: {reason}"):
                self._capacity(**vals)

    def test_companies_and_a_group_dimension_are_counted_by_themselves(self):
        branch = self.env["res.company"].create({"name": "Other"})
        mine, theirs = self._create_leads(2)
        self._grade(mine)
        theirs.write({"team_id": False, "company_id": False})
        self._grade(theirs, company_id=branch.id)
        self._capacity(most=1)
        both = self.Report.with_context(allowed_company_ids=[self.company.id, branch.id])
        rows = both.search([("user_id", "=", self.seller.id)])
        self.assertEqual(rows.mapped("held"), [1, 1])
        self.assertEqual(rows.company_id, self.company | branch)
        alone = self.Report.with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(alone.search([("user_id", "=", self.seller.id)]).company_id, self.company)

    @warmup
    def test_the_number_of_queries_is_the_same_whatever_there_is(self):
        counts = []
        for size in (5, 5, 200):
            self._grade(self._create_leads(size))
            self.best.capacity_ids.unlink()
            self._capacity(most=2)
            if size > 5:
                self._capacity(within="team_id", most=3)
            self.env.flush_all()
            for model in (self.Report, self.Proposal):
                model.search_fetch([], ["held"])
                model.invalidate_model()
                before = self.env.cr.sql_log_count
                model.search_fetch([], ["held"])
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[:2], counts[4:])

    def test_files_keep_it(self):
        self._capacity(within="user_id", least=100, most=200)
        self._capacity(within="state_id", most=3)
        policy = self._create_policy(
            {"expected": {"measure": "lead_expected_revenue"}}, [("A", ())], dimension=self.of_leads
        )
        content = policy._export_policy()
        lines = content["dimension"]["grades"][0]["capacity"]
        self.assertEqual(
            lines,
            [{"within": "user_id", "least": 100, "most": 200}, {"within": "state_id", "most": 3}],
        )
        content["dimension"]["code"] = "elsewhere"
        content["key"] = "elsewhere"
        draft = self.env["customer.grading.policy"].load_policy(json.dumps(content), "a.json")
        self.assertEqual(draft.rule_ids.grade_id.capacity_ids.mapped("most"), [200, 3])

    def test_only_customers_and_opportunities_have_a_capacity_and_a_copy_of_a_grade_keeps_none(
        self,
    ):
        line = self._capacity(most=5)
        self.assertEqual(line.reads_as, "Each salesperson: at most 5")
        self.best.write({"capacity_ids": [Command.delete(line.id)]})
        self.assertFalse(self.Report.search([]))


@tagged("post_install", "-at_install")
class TestCompanies(CapacityCase):
    """The company grades opportunities; a branch shows its grades, another company has none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policy = cls._create_policy(
            {"expected": {"measure": "lead_expected_revenue"}}, [("A", ())], dimension=cls.of_leads
        )
        policy._put_in_force()

    def _employ(self, company, *logins):
        """Return the salespeople of a team of a company."""
        users = self.env["res.users"].union(
            *(
                new_test_user(
                    self.env,
                    login,
                    groups="sales_team.group_sale_salesman",
                    company_id=company.id,
                    company_ids=[Command.set(company.ids)],
                )
                for login in logins
            )
        )
        self._create_team(company.name, users, company)
        return users

    def _get_held(self, users, companies):
        """Return ``[(salesperson, company, held)]`` of what one who works in ``companies`` sees."""
        Report = self.Report.with_context(allowed_company_ids=companies.ids)
        Report.invalidate_model()
        rows = Report.search([("user_id", "in", users.ids)], order="user_id, id")
        return [(row.user_id, row.company_id, row.held) for row in rows]

    def test_nobody_is_too_few_in_a_company_that_does_not_grade(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._employ(elsewhere, "grading_elsewhere")
        self._capacity(least=10)
        everybody = self.seller | stranger
        both = self.company | elsewhere
        self.assertEqual(self._get_held(everybody, both), [(self.seller, self.company, 0)])
        self.assertFalse(self._get_held(everybody, elsewhere))
        leads = self._create_leads(1, stranger, company_id=elsewhere.id)
        self._grade(leads, company_id=elsewhere.id)
        self.assertEqual(
            self._get_held(stranger, both), [(stranger, elsewhere, 1)], "graded there by hand"
        )

    def test_a_branch_has_one_line_a_salesperson_of_its_parents_grades(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        seller, idle = people = self._employ(branch, "grading_branch", "grading_idle")
        leads = self._create_leads(3, seller, company_id=branch.id)
        self._grade(leads)
        self._capacity(least=1, most=2)
        expected = [(seller, self.company, 3), (idle, self.company, 0)]
        for companies in (self.company | branch, branch):
            self.assertEqual(self._get_held(people, companies), expected)
            Proposal = self.Proposal.with_context(allowed_company_ids=companies.ids)
            Proposal.invalidate_model()
            self.assertRecordValues(
                Proposal.search([]),
                [{"lead_id": leads[0].id, "kind": "assign", "to_user_id": idle.id}],
            )
        Lead = self.env["crm.lead"].with_context(allowed_company_ids=branch.ids)
        self.assertEqual(Lead.search([("grading_capacity_warning", "!=", False)]), leads)

    def test_a_branch_that_grades_by_itself_is_counted_by_itself(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        seller = self._employ(branch, "grading_branch")
        policy = self._create_policy(
            {"expected": {"measure": "lead_expected_revenue"}},
            [("A", ())],
            dimension=self.of_leads,
            company_id=branch.id,
        )
        policy._put_in_force()
        self._grade(self._create_leads(1, seller, company_id=branch.id))
        self._capacity(least=1)
        both = self.company | branch
        self.assertEqual(
            self._get_held(seller, both), [(seller, self.company, 1), (seller, branch, 0)]
        )
        self.assertEqual(self._get_held(seller, branch), [(seller, branch, 0)])

    def test_a_dimension_of_the_group_has_one_line_a_salesperson(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._employ(elsewhere, "grading_elsewhere")
        whole = self._create_dimension("whole", subject="lead", company_scope="group")
        self._capacity(whole.grade_ids[0], least=1)
        both, nobody = self.company | elsewhere, self.env["res.company"]
        self.assertFalse(self._get_held(stranger, both), "nobody grades it yet")
        policy = self._create_policy(
            {"expected": {"measure": "lead_expected_revenue"}},
            [("A", ())],
            dimension=whole,
            company_id=False,
        )
        policy._put_in_force()
        self.assertEqual(self._get_held(stranger, both), [(stranger, nobody, 0)])


@tagged("post_install", "-at_install")
class TestRevenue(CapacityCase):
    """Who goes first is told by the revenue of 12 months, as it is told everywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR")
        cls.abroad = cls._create_company_with_chart("Abroad", currency=cls.euro)
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.env.ref("base.USD").id,
                "company_id": cls.abroad.id,
                "name": "2020-01-01",
                "rate": 2.0,  # two dollars for a euro
            }
        )
        cls.first, cls.second = cls._create_customers(2, user_id=cls.seller.id)

    def _find_first(self):
        """Return which of the two customers goes first, where the user works in both companies."""
        Proposal = self.Proposal.with_context(allowed_company_ids=(self.company | self.abroad).ids)
        Proposal.invalidate_model()
        return Proposal.search([]).partner_id

    def test_an_invoice_is_whose_it_was_wherever_its_contact_works_today(self):
        grade = self._create_grades(self.dimension, "AB")["A"]
        clerk = self.env["res.partner"].create({"name": "Clerk", "parent_id": self.first.id})
        self._create_invoice(clerk, TODAY, 900)
        self._create_invoice(self.second, TODAY, 500)
        self._grade(self.first | self.second, grade)
        self._capacity(grade, most=1)
        self.assertEqual(self._find_first(), self.second)
        clerk.parent_id = self.second
        self.assertEqual(self._find_first(), self.second)

    def test_the_revenue_of_a_company_is_its_own_and_its_branches(self):
        grade = self._create_grades(self.dimension, "AB")["A"]
        branch = self._create_company_with_chart("Branch", parent=self.company)
        self._create_invoice(self.first, TODAY, 100)
        self._create_invoice(self.second, TODAY, 150, company=self.abroad)
        self._create_invoice(self.second, TODAY, 80)
        self._grade(self.first | self.second, grade)
        self._capacity(grade, most=1)
        self.assertEqual(self._find_first(), self.second)
        self._create_invoice(self.second, TODAY, 30, company=branch)
        self.assertEqual(self._find_first(), self.first)
        revenues = self.env["customer.grading.owner"]._get_revenues(
            self.first | self.second, self.company, TODAY
        )
        self.assertEqual(dict(revenues), {self.first.id: 100, self.second.id: 110})

    def test_the_revenue_of_a_group_is_in_its_currency(self):
        whole = self._create_dimension("whole", company_scope="group")
        whole.currency_id = self.company.currency_id
        self._create_invoice(self.first, TODAY, 200)
        self._create_invoice(self.second, TODAY, 150, company=self.abroad)
        self._grade(self.first | self.second, whole.grade_ids[0], company_id=False)
        self._capacity(whole.grade_ids[0], most=1)
        self.assertEqual(self._find_first(), self.first)
