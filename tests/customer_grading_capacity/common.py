"""Two salespeople of team North and one of team South, with opportunities in grades."""

from odoo.fields import Command
from odoo.tests.common import new_test_user

from ..common import TODAY, ClockCase, CustomerGradingCommon


class TeamsCase(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        cls.colleague, cls.stranger = (
            new_test_user(
                cls.env, f"grading_{name}", groups="sales_team.group_sale_salesman", tz="UTC"
            )
            for name in ("colleague", "stranger")
        )
        for user in [*cls.users.values(), cls.colleague, cls.stranger]:
            user.name = user.login
        cls.env["crm.team.member"].search([]).active = False  # those of the demo company
        cls.team = cls._create_team("North", cls.seller | cls.colleague)
        cls.other_team = cls._create_team("South", cls.stranger)
        cls.customer = cls._create_customers(1)
        cls.of_leads = cls._create_dimension("class", subject="lead")
        cls.of_leads._set_main("lead", cls.company)
        cls.grades = cls.of_leads.grade_ids.sorted()
        cls.best = cls.grades[0]
        cls.Report = cls.env["customer.grading.capacity.report"]
        cls.Proposal = cls.env["customer.grading.capacity.proposal"]

    @classmethod
    def _create_team(cls, name, members, company=None):
        return cls.env["crm.team"].create(
            {
                "name": name,
                "company_id": (company or cls.company).id,
                "member_ids": [Command.set(members.ids)],
            }
        )

    @classmethod
    def _create_leads(cls, count, user=None, **vals):
        """Return opportunities of a salesperson; the first has the least expected revenue."""
        user = user or cls.seller
        return cls.env["crm.lead"].create(
            [
                {
                    "name": f"Opportunity {number:03}",
                    "type": "opportunity",
                    "company_id": cls.company.id,
                    "user_id": user.id,
                    "team_id": user.sale_team_id.id,
                    "expected_revenue": number,
                    **vals,
                }
                for number in range(1, count + 1)
            ]
        )

    @classmethod
    def _grade(cls, records, grade=None, **vals):
        """Give records a grade, as a grading left it."""
        grade = grade or cls.best
        return cls.env["customer.grading.result"].create(
            [
                {
                    records._grading_result_field: record.id,
                    "dimension_id": grade.dimension_id.id,
                    "company_id": cls.company.id,
                    "grade_id": grade.id,
                    "date_since": TODAY,
                    **vals,
                }
                for record in records
            ]
        )

    @classmethod
    def _capacity(cls, grade=None, **vals):
        return cls.env["customer.grading.capacity"].create(
            {"grade_id": (grade or cls.best).id, **vals}
        )

    def _get_row(self, **key):
        self.Report.invalidate_model()  # as the next request sees it
        return self.Report.search([(name, "=", value.id) for name, value in key.items()])


class CapacityCase(TeamsCase, ClockCase):
    """The same on a day that stands."""
