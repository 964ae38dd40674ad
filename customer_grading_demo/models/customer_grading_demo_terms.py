from odoo import models
from odoo.fields import Command

# What the best grades get: days to pay, and in Europe so many times the monthly revenue as credit.
DAYS_TO_PAY = {"A": 45, "B": 30}
LIMIT_TIMES = 3
# Limits of credit by grade: times the monthly revenue, and at most.
CREDIT = {"A": (4, 12_000_000), "B": (2, 2_000_000)}
SMALL_LIMIT = 50_000
SECOND_STEP_FROM = 3_000_000
PROPOSED = 10  # customers, the best first
# Who orders though something is overdue, and why the order should be released.
ORDERED = {
    "Yinchuan Highway Service": "Pays the oldest invoice this week; two trucks stand still.",
    "Dezhou Livestock Carrier Works": "Half is paid. The rest comes when this order is delivered.",
}
SPECIAL = {
    "Tianjin Port Machinery": (
        "credit",
        "Pays when the port authority has paid",
        "Works for the port authority alone, which pays twice a year.",
    ),
    "Liuzhou Loader Works": (
        "policy",
        "Two axles kept in stock for its service",
        "Agreed with the service contract of the loaders.",
    ),
}


class CustomerGradingDemoTerms(models.AbstractModel):
    """What the demo company's grades give: days to pay, credit; and what waits for it."""

    _name = "customer.grading.demo.terms"
    _description = "Terms of the Demo Company"

    def _give_terms(self, dimension, companies, leader):
        """Give what the grades give: at once in one company, in the other once it is confirmed."""
        grades = dimension.grade_ids.grouped("code")
        given = [
            {
                "grade_id": grades[code].id,
                "kind": "payment_term",
                "payment_term_id": self.env.ref(f"account.account_payment_term_{days}days").id,
            }
            for code, days in DAYS_TO_PAY.items()
        ]
        limit = {
            "grade_id": grades["B"].id,
            "kind": "credit_limit",
            "revenue_months": LIMIT_TIMES,
            "company_id": companies["europe"].id,
        }
        self.env["customer.grading.benefit"].create([*given, limit])
        terms = dimension._make_terms()
        in_europe = terms.filtered(lambda one: one.company_id == companies["europe"])
        in_europe.when = "confirmed"
        companies["europe"].account_use_credit_limit = True
        self._act_as(terms, leader).action_activate()
        self.env["customer.grading.terms.giver"]._give()

    def _propose_credit(self, dimension, company, partners, leader):
        """Let salespeople propose credit: set, approved once, refused, asked for, or a draft."""
        self._write_credit_rules(dimension, company)
        company.account_use_credit_limit = True
        best = self.env["customer.grading.result"].search(
            [("grade_id.code", "in", list(CREDIT)), ("company_id", "=", company.id)]
        )
        best = best.sorted(lambda result: (result.grade_id.sequence, result.id))[:PROPOSED]
        proposals = self.env["customer.grading.credit.proposal"]
        for partner in best.partner_id:
            mine = self._act_as(proposals.browse(), partner.user_id, company)
            proposals |= mine._propose(partner.with_env(mine.env)).with_env(self.env)
        asked = proposals[:-2]
        for proposal in asked:
            self._act_as(proposal, proposal.partner_id.user_id, company).action_ask()
        self._decide_credit(asked, company, leader)
        self._hold_orders(dimension, company, partners, leader)
        self._note_special_terms(company, partners, leader)

    def _write_credit_rules(self, dimension, company):
        grades = dimension.grade_ids.grouped("code")
        bands = [
            {"grade_id": grades[code].id, "kind": "revenue", "times": times, "most": most}
            for code, (times, most) in CREDIT.items()
        ]
        bands.append({"amount": SMALL_LIMIT})
        officers = self.env.ref("customer_grading.customer_grading_group_officer")
        administrator = self.env.ref("base.user_admin")
        steps = [
            {"step": 1, "name": "Credit manager", "group_id": officers.id},
            {
                "step": 2,
                "name": "General manager",
                "user_id": administrator.id,
                "amount_from": SECOND_STEP_FROM,
            },
        ]
        rule = self.env["customer.grading.credit.rule"].create(
            {
                "company_id": company.id,
                "dimension_id": dimension.id,
                "band_ids": [Command.create(band) for band in bands],
                "step_ids": [Command.create(step) for step in steps],
            }
        )
        for step, name in zip(rule.step_ids, ("信用主管", "总经理"), strict=True):
            self._write_chinese(step, name=name)

    def _decide_credit(self, proposals, company, leader):
        """Take the first step for most, the second one for some; one is refused."""
        *decided, refused = proposals[:6]
        for proposal in decided:
            self._act_as(proposal, leader, company).action_approve()
        self._act_as(refused, leader, company)._refuse(
            "Again once the figures of the year are there."
        )
        waiting = self.env["customer.grading.credit.proposal"].union(*decided)
        waiting = waiting.filtered(lambda proposal: proposal.state == "to_approve")[:3]
        self._act_as(waiting, self.env.ref("base.user_admin"), company).action_approve()

    def _hold_orders(self, dimension, company, partners, leader):
        """Stop orders of the last grade that pays late, warn of those of the last but one."""
        *_better, regular, last = dimension.grade_ids.sorted()
        last.credit_hold = "stop"
        regular.write({"credit_hold": "warning", "overdue_days": 30})
        product = self.env["product.product"].search([("default_code", "=", "DR-410")], limit=1)
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": partners[name].id,
                    "company_id": company.id,
                    "user_id": partners[name].user_id.id,
                    "pricelist_id": False,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    ],
                }
                for quantity, name in zip((24, 40), ORDERED, strict=True)
            ]
        )
        for order, reason in zip(orders, ORDERED.values(), strict=True):
            salesperson = order.user_id or leader
            held = self._act_as(order, salesperson, company)
            if held.credit_hold == "stop":
                held._ask_credit_release(reason)
        self._act_as(orders.credit_release_ids[-1:], leader, company).action_release()

    def _note_special_terms(self, company, partners, leader):
        self._act_as(self.env["customer.grading.credit.special"], leader, company).create(
            [
                {
                    "name": name,
                    "kind": kind,
                    "partner_id": partners[customer].id,
                    "company_id": company.id,
                    "reason": reason,
                    "date_from": self._get_day(200),
                }
                for customer, (kind, name, reason) in SPECIAL.items()
            ]
        )
