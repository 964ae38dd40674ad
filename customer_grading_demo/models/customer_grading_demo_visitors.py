from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Command

# Who referred those who came lately, by turns.
REFERRERS = (
    "Qingdao Heavy Truck Works",
    "Linyi Truck Parts Market",
    "Jinan Hauler Group",
    "Suizhou Tanker Conversion",
    "Xuzhou Excavator Manufacturing",
    "Liuzhou Loader Works",
)
KINDS = (
    "existing_customer",
    "first",
    "repeated",
    "same_trade",
    "same_region",
    "friends",
)
NEW_SINCE = 420  # days: who ordered longer ago was not referred
# Who came without being a customer: company, person, days ago, what came of it.
VISITORS = (
    ("Weihai Cold Chain Bodies", "Yu Haitao", 310, "won"),
    ("Anshan Mine Haulage", "Gao Lin", 282, ""),
    ("Yichang Bulk Transport", "Tu Wei", 251, "won"),
    ("Jiaxing Box Bodies", "Fei Min", 214, ""),
    ("Baoding Trailer Service", "Shi Lei", 176, ""),
    ("Ganzhou Timber Trucks", "Lai Jun", 139, "won"),
    ("Zunyi Tank Trucks", "He Yan", 104, ""),
    ("Luoyang Crane Hire", "Guo Tao", 71, ""),
    ("Cangzhou Pipe Haulage", "Feng Jie", 43, ""),
    ("Tongliao Grain Logistics", "Bao Yin", 18, ""),
    ("", "", 9, ""),
    ("Rizhao Port Haulage", "Mu Chen", 0, ""),
    ("", "", 0, ""),
    ("Linfen Coke Transport", "Duan Li", 0, ""),
    ("Mudanjiang Log Trucks", "", 0, ""),
    ("Zibo Ceramics Haulage", "Xing Fei", 0, ""),
)
THANKED = 2
# Grade: what is counted, at least, at most.
CAPACITIES = {"A": (("user_id", 1, 3),), "B": (("user_id", 0, 4),), "C": (("user_id", 0, 7),)}
ANALYSED = {"A": 3, "B": 6}  # months
REFERRED = (5, 10)  # so many people the best grade is to refer


class CustomerGradingDemoVisitors(models.AbstractModel):
    """Who came to the demo company, referred by whom; who receives, and holds how many."""

    _name = "customer.grading.demo.visitors"
    _description = "Visitors of the Demo Company"

    def _refer(self, dimension, customers, partners):
        """Say who referred the newer customers, and let some be thanked for it."""
        best = dimension.grade_ids.sorted()[0]
        best.write(dict(zip(("least_referred", "most_referred"), REFERRED, strict=True)))
        new = [one for one in customers if not one.orders or one.since < NEW_SINCE]
        campaign = self.env["utm.campaign"].create({"title": "Service day"})
        self._write_chinese(campaign, title="服务日")
        for index, customer in enumerate(new):
            days_ago = customer.since + 25 if customer.orders else 20 + index * 31 % 300
            partner, told = partners[customer.name], self._prepare_referral(index, partners)
            campaign_id = index % 3 == 0 and campaign.id
            day = self._get_day(min(days_ago, 330))
            partner.write(
                {**told, "grading_referral_date": day, "grading_campaign_id": campaign_id}
            )

    def _prepare_referral(self, index, partners):
        kind = KINDS[index % len(KINDS)]
        return {
            "grading_referrer_id": partners[REFERRERS[index % len(REFERRERS)]].id,
            "grading_referral_kind_id": self.env.ref(
                f"customer_grading_referral.referral_kind_{kind}"
            ).id,
        }

    def _receive_visitors(self, company, partners, leader):
        """Let people come in the course of a year, received in turns since today."""
        teams = self.env["crm.team"].search([("user_id", "=", leader.id)], order="id")
        for team in teams:
            for sequence, member in enumerate(team.crm_team_member_ids.sorted("id"), 1):
                member.write({"is_receiving": True, "reception_sequence": sequence})
        leads = self.env["crm.lead"].create(
            [
                self._prepare_visitor(index, visitor, teams[index % len(teams)], company, partners)
                for index, visitor in enumerate(VISITORS)
            ]
        )
        made = list(zip(leads, VISITORS, strict=True))
        for lead, (*_who, days_ago, outcome) in made:
            if outcome:
                lead.action_set_won()
                lead.date_closed = self._at_noon(self._get_day(days_ago - 25))
        moments = {lead.id: self._at_noon(self._get_day(visit[2])) for lead, visit in made}
        self._set_create_dates("crm.lead", moments)
        today = leads.filtered(lambda lead: not lead.user_id)
        # The last one is still at the door.
        self._act_as(today[:-1], leader, company).action_assign_to_next()

    def _prepare_visitor(self, index, visitor, team, company, partners):
        """Return the values of the opportunity with somebody who is no customer yet."""
        name, person, days_ago, _outcome = visitor
        member = team.member_ids.sorted("id")[index // 2 % len(team.member_ids)]
        vals = {
            "name": name or "Visitor without an appointment",
            "type": "opportunity",
            "partner_name": name,
            "contact_name": person,
            "email_from": person and self._get_email(person),
            "company_id": company.id,
            "team_id": team.id,
            "user_id": member.id if days_ago else False,
            "expected_revenue": 20_000 + index * 37_000 % 180_000,
        }
        if not name or index % 4 == 3:
            return vals
        day = self._get_day(days_ago)
        return {**vals, **self._prepare_referral(index, partners), "grading_referral_date": day}

    def _thank_for_referrals(self, company):
        """Let salespeople thank for some of what came of referrals, and remind them of the rest."""
        Referral = self.env["customer.grading.referral"]
        due = Referral.search([("thanks", "=", "due"), ("referrer_user_id", "!=", False)])
        for referral in due[:THANKED]:
            mine = self._act_as(referral, referral.referrer_user_id, company)
            mine._thank(self._get_day(4), "Called, and sent a box of tea")
        self.env["customer.grading.referral.thanks"]._plan()

    def _write_capacities(self, dimension, company, leader):
        """Say how many of a grade one has, how many new ones come, and when sales are analysed."""
        grades = dimension.grade_ids.grouped("code")
        for code, capacities in CAPACITIES.items():
            lines = [
                Command.create({"within": within, "least": least, "most": most})
                for within, least, most in capacities
            ]
            grades[code].write({"capacity_ids": lines, "analysis_months": ANALYSED.get(code, 0)})
        teams = self.env["crm.team"].search([("user_id", "=", leader.id)])
        target = self.env["customer.grading.intake.target"].create(
            {
                "name": "New customers",
                "company_id": company.id,
                "dimension_id": dimension.id,
                "count": 2,
                "period": "month",
                "team_ids": [Command.set(teams.ids)],
                "date_start": self._get_day(0).replace(day=1) - relativedelta(months=5),
            }
        )
        self._write_chinese(target, name="新增客户")
