"""Who sees the grade of which opportunity, in one company and in two."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..common import TODAY, at
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestOpportunityAccess(OpportunityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.env["ir.config_parameter"].sudo().set_param("customer_grading.figures", "own")

    def test_a_salesperson_sees_what_crm_shows_him(self):
        seller = self.users["salesperson"]
        seller.write(
            {"group_ids": [(3, self.env.ref("sales_team.group_sale_salesman_all_leads").id)]}
        )
        own = self._create_closing(10, user_id=seller.id)
        free = self._create_closing(10, user_id=False)
        theirs = self._create_closing(10, user_id=self.users["officer"].id)
        self._grade(self._create_urgency_policy())
        for model in ("customer.grading.result", "customer.grading.change"):
            found = self.env[model].with_user(seller).search([("lead_id", "!=", False)])
            self.assertEqual(found.lead_id, own | free, model)
        officer = self.users["officer"]
        found = (
            self.env["customer.grading.result"]
            .with_user(officer)
            .search([("dimension_id", "=", self.intention.id)])
        )
        self.assertEqual(found.lead_id, own | free | theirs)

    def test_what_tells_of_opportunities_is_for_who_sees_them_in_crm(self):
        """Lines of a try-on name the opportunity that they are of."""
        officer = self.users["officer"]
        seller = new_test_user(
            self.env,
            login="officer_of_his_own",
            groups="sales_team.group_sale_salesman,customer_grading.customer_grading_group_officer",
        )
        own = self._create_closing(10, user_id=seller.id)
        theirs = self._create_closing(10, user_id=officer.id)
        policy = self._create_urgency_policy()
        self._grade(policy)
        run = policy._create_trial("try_on")
        run._execute()
        for user, leads in ((seller, own), (officer, own | theirs)):
            with self.subTest(user=user.login):
                lines = self.env["customer.grading.trial.line"].with_user(user)
                self.assertEqual(lines.search([("trial_id", "=", run.id)]).lead_id, leads)

    def test_an_explanation_is_of_the_opportunity(self):
        seller = self.users["salesperson"]
        lead = self._create_closing(60, user_id=seller.id)
        self._grade(self._create_urgency_policy())
        [view] = lead.with_user(seller).get_grading_explanation()
        self.assertEqual(view["badge"]["code"], "B")
        self.assertTrue(view["blocks"])


@tagged("post_install", "-at_install")
class TestTwoCompanies(OpportunityCommon):
    """A customer of both companies, at home in dollars and abroad in euros."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.setup_other_currency("EUR")
        cls.abroad = cls._create_company_with_chart("Abroad", currency=euro)
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.env.ref("base.USD").id,
                "company_id": cls.abroad.id,
                "name": "2020-01-01",
                "rate": 2.0,  # two dollars for a euro
            }
        )
        cls.here, cls.away = (
            cls._create_closing(10, expected_revenue=100, user_id=False, company_id=company.id)
            for company in (cls.company, cls.abroad)
        )
        cls.leads = cls.here | cls.away
        cls.criteria = {
            "expected": {"measure": "lead_expected_revenue"},
            "invoiced": {"measure": "invoiced_revenue"},
        }
        for company, amount in ((cls.company, 1000), (cls.abroad, 10)):
            cls._create_invoice(cls.customer, date(2026, 5, 1), amount, company=company)
        cls.places = {
            "here": (cls.company, cls.company),
            "away": (cls.abroad, cls.abroad),
            "both": (cls.company, cls.company | cls.abroad),
        }
        cls.users = {
            place: cls._create_users(*where, suffix=f"_{place}")
            for place, where in cls.places.items()
        }

    def _measure_for(self, company, **vals):
        vals = {"dimension": self.intention, "population": "all", **vals}
        policy = self._create_policy(self.criteria, company_id=company.id, **vals)
        values = self._measure_all(self.leads, company=company, policy=policy)
        return [values[key] for key in self.criteria]

    def test_each_company_counts_its_own_opportunities_in_its_currency(self):
        self.assertEqual(self._measure_for(self.company), [[100, ...], [1000, ...]])
        self.assertEqual(self._measure_for(self.abroad), [[..., 100], [..., 10]])

    def test_a_group_has_all_opportunities_in_its_currency(self):
        dollar = self.env.ref("base.USD")
        group = self._create_dimension(
            "group", subject="lead", company_scope="group", currency_id=dollar.id
        )
        measured = self._measure_for(self.env["res.company"], dimension=group)
        self.assertEqual(measured, [[100, 200], [1020, 1020]])

    def _grade_both(self):
        """A from 500 invoiced here, which the company abroad has not."""
        self._grade(
            self._create_policy(
                self.criteria,
                [("A", ("invoiced", "ge", 500)), ("B", ())],
                dimension=self.intention,
                company_id=False,
            )
        )
        for run in self.env["customer.grading.run"].search([("state", "=", "waiting")]):
            run._execute()

    def _see(self, user):
        """Return the opportunities and the codes that a user comes upon, by where."""
        companies = user.company_id | user.company_ids  # the current one comes first
        env = self.env(user=user, context={"allowed_company_ids": companies.ids})
        seen = {}
        for model in ("customer.grading.result", "customer.grading.change"):
            rows = env[model].search([("dimension_id", "=", self.intention.id)])
            seen[model] = {row.lead_id.id: row.grade_id.code for row in rows}
        found = env["crm.lead"].search([("opportunity_grade_id.code", "in", ["A", "B"])])
        seen["crm.lead"] = {lead.id: lead.opportunity_grade_id.code for lead in found}
        return seen

    @freeze_time(at(TODAY))
    def test_everybody_sees_the_grades_of_the_own_companies(self):
        self._grade_both()
        here, away = {self.here.id: "A"}, {self.away.id: "B"}
        records = {"here": here, "away": away, "both": here | away}
        for place, expected in records.items():
            for role in ("salesperson", "officer", "administrator"):
                seen = self._see(self.users[place][role])
                with self.subTest(place=place, role=role):
                    self.assertEqual(seen["customer.grading.result"], expected)
                    self.assertEqual(seen["customer.grading.change"], expected)
                    # A field shows the grade in the current company.
                    self.assertEqual(seen["crm.lead"], here if place == "both" else expected)

    @freeze_time(at(TODAY))
    def test_nobody_is_told_why_in_a_company_he_does_not_work_in(self):
        self._grade_both()
        officer = self.users["here"]["officer"]
        self.assertTrue(self.here.with_user(officer).get_grading_explanation())
        with self.assertRaises(AccessError):
            self.away.with_user(officer).get_grading_explanation()
