from datetime import timedelta

from odoo import models
from odoo.fields import Command

# Why opportunities are lost, in both languages, and what follows; the second is part of the first.
REASONS = (
    ("Too expensive", "价格高", {"grading_todo": "Show the cost of a standstill"}, "说明停机成本"),
    ("A rival offered less", "竞争对手报价更低", {}, ""),
    (
        "Does not fit the vehicle",
        "与车型不匹配",
        {"grading_days": 45, "grading_todo": "Send the drawing of the adapted model"},
        "寄送改型图纸",
    ),
    (
        "Answered too late",
        "响应太慢",
        {"grading_days": 14, "grading_owner": "leader", "grading_todo": "Call and apologise"},
        "致电致歉",
    ),
    ("Bought elsewhere", "已向他人采购", {"grading_is_final": True}, ""),
)
# Product lines: how the codes of their products begin, words that tell of them.
LINES = {
    "Axles": (("AX",), ("axle",)),
    "Cylinders and slewing rings": (("HC", "SR"), ("cylinder", "slewing")),
    "Brakes and air springs": (("DB", "AS", "WH", "DR", "LK", "SA"), ("",)),
}
RIVALS = (
    {
        "name": "Northern Axle Group",
        "features": "Cheap, delivers from stock; its service is slow.",
        "strategy": "Show what a truck that stands still costs. Offer our service contract.",
    },
    {
        "name": "Eastwind Brakes",
        "features": "Light disc brakes, long terms of payment.",
        "strategy": "Compare wear after 100,000 km: the linings last half as long.",
    },
)
# Product line and products, one for each of them.
RIVAL_PRODUCTS = (
    ("Axles", ("N-16 drive axle", "N-9 steer axle")),
    ("Brakes and air springs", ("E22 disc brake",)),
)
LOST_LATELY = (37, 12, 50, 30, 9, 33)  # days ago
REFUSED = 2
FALSE_EVERY = 4  # one in so many losses was a false one


class CustomerGradingDemoLosses(models.AbstractModel):
    """What the demo company lost, to whom and why, what it won back, and who is silent."""

    _name = "customer.grading.demo.losses"
    _description = "Losses of the Demo Company"

    def _register_losses(self):
        """Say why opportunities were lost, lose some more lately, and look at the older ones."""
        reasons = self._create_reasons()
        lines, rivals = self._create_product_lines(), self._create_rivals()
        older = self.env["customer.grading.loss"].search([("state", "=", "quasi")])
        days = {lead: lead.date_closed.date() for lead in older.lead_id}
        pending = self.env["crm.lead"].search(
            [("won_status", "=", "pending"), ("partner_id", "!=", False)], order="id"
        )
        lately = pending[:: len(pending) // len(LOST_LATELY)][: len(LOST_LATELY)]
        lately.action_set_lost(lost_reason_id=reasons[0].id)
        days |= {
            lead: self._get_day(days_ago)
            for lead, days_ago in zip(lately, LOST_LATELY, strict=True)
        }
        losses = self.env["customer.grading.loss"].search(
            [("lead_id", "in", [lead.id for lead in days])]
        )
        for index, loss in enumerate(losses.sorted("id")):
            loss.lead_id.lost_reason_id = reasons[index % len(reasons)]
            self._tell_loss(index, loss, lines, rivals)
            self._date_loss(loss, days[loss.lead_id])
        self._follow_up_losses(older)
        of_axles = (pending - lately).filtered(lambda lead: self._get_line(lead) == "Axles")
        self._record_refusals(of_axles[-REFUSED:], reasons[2], rivals["Axles"][:1])

    def _create_reasons(self):
        """Return the lost reasons, a reason before those that are part of it."""
        reasons = self.env["crm.lost.reason"].create(
            [{"name": name, **vals} for name, _chinese, vals, _todo in REASONS]
        )
        reasons[1].grading_parent_id = reasons[0]
        for reason, (_name, chinese, _vals, todo) in zip(reasons, REASONS, strict=True):
            told = {"grading_todo": todo} if todo else {}
            self._write_chinese(reason, name=chinese, **told)
        return reasons

    def _create_rivals(self):
        """Return the products of the rivals by the name of the product line."""
        rivals = self.env["customer.grading.rival"].create(
            [
                {**vals, "product_ids": [Command.create({"name": name}) for name in products]}
                for vals, (_line, products) in zip(RIVALS, RIVAL_PRODUCTS, strict=True)
            ]
        )
        return {
            line: rival.product_ids
            for rival, (line, _products) in zip(rivals, RIVAL_PRODUCTS, strict=True)
        }

    def _create_product_lines(self):
        """Return the categories of the company's products by name."""
        lines = self.env["product.category"].create([{"name": name} for name in LINES])
        products = self.env["product.product"].search([("default_code", "!=", False)])
        for line, (codes, _words) in zip(lines, LINES.values(), strict=True):
            products.filtered(lambda one, c=codes: one.default_code.startswith(c)).categ_id = line
        return lines.grouped("name")

    def _tell_loss(self, index, loss, lines, rivals):
        """Say what was lost, and to whom; of some nobody knows."""
        line = self._get_line(loss.lead_id)
        rival = index % 4 != 3 and rivals.get(line)
        loss.write(
            {
                "categ_id": lines[line].id,
                "rival_product_id": rival and rival[index % len(rival)].id,
                "contact_count": index * 7 % 6,
            }
        )

    def _get_line(self, lead):
        """Return the name of the product line that an opportunity is about."""
        name = lead.name.lower()
        found = (line for line, (_codes, words) in LINES.items() if any(w in name for w in words))
        return next(found)

    def _date_loss(self, loss, day):
        """Let it have been lost on ``day``, and what follows from that be due then."""
        earlier = loss.date - day
        loss.date = day
        loss.lead_id.date_closed = self._at_noon(day)
        if loss.state == "quasi":
            loss.date_due -= earlier
            loss.activity_id.date_deadline = loss.date_due

    def _follow_up_losses(self, losses):
        """Let salespeople say of what is past its day whether it is lost; one is won back."""
        due = losses.filtered("is_due").sorted("id")
        false = due[1::FALSE_EVERY]
        for loss in due:
            day, mine = loss.date_due, self._act_as(loss, loss.user_id)
            if loss in false:
                mine.action_false_loss()
                loss.date_reopened = day
            else:
                mine.action_still_lost()
            loss.date_verdict = day
        back = false[:1]
        self._act_as(back.lead_id, back.user_id).action_set_won()
        back.date_won = back.date_reopened + timedelta(days=20)
        back.lead_id.date_closed = self._at_noon(back.date_won)

    def _record_refusals(self, leads, reason, rival_product):
        for lead in leads:
            Dialog = self.env["customer.grading.record.refusal"]
            self._act_as(Dialog, lead.user_id, lead.company_id).create(
                {
                    "lead_ids": [Command.set(lead.ids)],
                    "reason_id": reason.id,
                    "rival_product_id": rival_product.id,
                    "note": "The flange does not fit; asks for a drawing.",
                }
            ).action_confirm()

    def _find_silent(self, companies):
        """List whose orders stopped or fell, and whose agreement ended."""
        for company in companies.values():
            self.env["customer.grading.silence.engine"]._renew(company)
