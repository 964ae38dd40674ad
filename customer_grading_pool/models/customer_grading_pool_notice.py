from odoo import api, fields, models


class CustomerGradingPoolNotice(models.Model):
    """Which steps of an ownership rule were done for whom, since the day that days count from."""

    _name = "customer.grading.pool.notice"
    _description = "Reminder of an Ownership Rule"
    _rec_name = "rule_id"
    _log_access = False

    rule_id = fields.Many2one(
        "customer.grading.pool.rule", required=True, ondelete="cascade", readonly=True
    )
    result_id = fields.Many2one(
        "customer.grading.result", required=True, ondelete="cascade", index=True, readonly=True
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True, index="btree_not_null")
    date_start = fields.Date("Counted from", required=True, readonly=True)
    is_reminded = fields.Boolean("Salesperson reminded", readonly=True)
    is_leader_told = fields.Boolean("Team leader reminded", readonly=True)
    remind_activity_id = fields.Many2one(
        "mail.activity", "Reminder", ondelete="set null", index="btree_not_null", readonly=True
    )
    leader_activity_id = fields.Many2one(
        "mail.activity",
        "Reminder of the team leader",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )

    _rule_uniq = models.UniqueIndex("(rule_id, result_id)")

    @api.model
    def _forget(self, rules):
        """Delete what was noted of rules, with the activities that are still open."""
        self.search([("rule_id", "in", rules.ids)])._close()

    def _close(self):
        """Delete these, with the activities that are still open; done ones stay as history."""
        activities = self.remind_activity_id | self.leader_activity_id
        activities.filtered("active").unlink()
        self.unlink()
