"""Two customers with points, credit rules of their company, and who approves."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests.common import new_test_user

from ..common import TODAY, ClockCase, CustomerGradingCommon

RULES = [("A", ("all", ("total", "ge", 80))), ("B", ("all", ("total", "ge", 40))), ("C", ())]


class CreditCommon(CustomerGradingCommon):
    """*Big* was invoiced 240,000 and paid; *Slow* owes 24,000 that were due 142 days ago."""

    today = TODAY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        # A deputy general manager: no accountant, no officer.
        cls.director = new_test_user(
            cls.env,
            login="grading_director",
            groups="base.group_user,customer_grading.customer_grading_group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.big, cls.slow = cls._create_customers(2, user_id=cls.seller.id)
        cls.big.name, cls.slow.name = "Big", "Slow"
        asked, due = cls._ago(172), cls._ago(142)
        cls._pay(cls._create_invoice(cls.big, asked, 240_000), cls._ago(150))
        cls._create_invoice(cls.slow, asked, 24_000, due=due)
        cls.credit = cls._create_dimension("credit")
        cls.policy = cls._create_policy(
            {
                "revenue": {
                    "measure": "invoiced_revenue",
                    "name": "Invoiced revenue",
                    "bands": [{"lower": 100_000, "points": 80}, {"lower": 10_000, "points": 40}],
                },
                "total": {"kind": "sum", "name": "Total points", "parts": ["revenue"]},
            },
            RULES,
            dimension=cls.credit,
            decide_by="points",
        )
        cls._grade()
        cls.grades = {grade.code: grade for grade in cls.credit.grade_ids}
        cls.in_60, cls.in_30, cls.now = cls.env["account.payment.term"].create(
            [{"name": name} for name in ("60 days", "30 days", "At once")]
        )
        cls.rule = cls._create_rule()

    @classmethod
    def _ago(cls, days):
        return cls.today - timedelta(days=days)

    @classmethod
    def _grade(cls):
        cls._activate(cls.policy)

    @classmethod
    def _create_rule(cls, **vals):
        bands = [
            {"points_from": 80, "kind": "revenue", "times": 3, "most": 50_000}
            | {"payment_term_id": cls.in_60.id},
            {"points_from": 40, "amount": 5_000, "payment_term_id": cls.in_30.id},
            {"amount": 1_000},
        ]
        steps = [
            {
                "step": 1,
                "name": "Credit manager",
                "group_id": cls.env.ref("customer_grading.customer_grading_group_officer").id,
            },
            {
                "step": 2,
                "name": "General manager",
                "user_id": cls.director.id,
                "amount_from": 30_000,
            },
        ]
        return cls.env["customer.grading.credit.rule"].create(
            {
                "company_id": cls.company.id,
                "dimension_id": cls.credit.id,
                "band_ids": [
                    Command.create({"sequence": position, **band})
                    for position, band in enumerate(bands)
                ],
                "step_ids": [Command.create(step) for step in steps],
                **vals,
            }
        )

    def _propose(self, partner, user=None, **vals):
        Proposal = self.env["customer.grading.credit.proposal"].with_user(user or self.seller)
        return Proposal.create({"partner_id": partner.id, **vals})

    def _approve(self, partner, **vals):
        """Return a proposal that both steps approved."""
        proposal = self._propose(partner, **vals)
        proposal.action_ask()
        proposal.with_user(self.users["officer"]).action_approve()
        if proposal.state == "to_approve":
            proposal.with_user(self.director).action_approve()
        self.assertEqual(proposal.state, "approved")
        return proposal

    def _get_credit(self, partner, company=None):
        host = partner.sudo().with_company(company or self.company)
        host.invalidate_recordset(["use_partner_credit_limit"])  # Odoo keeps what was
        return host.credit_limit, host.use_partner_credit_limit, host.property_payment_term_id


class CreditCase(CreditCommon, ClockCase):
    """The same on a day on which the clock stands."""

    @classmethod
    def _grade(cls):
        cls._at(cls.start)
        super()._grade()
