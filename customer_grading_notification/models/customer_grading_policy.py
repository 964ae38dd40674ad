from odoo import api, fields, models
from odoo.tools import plaintext2html

TOO_FEW = "customer_grading_notification.mail_activity_type_too_few"


class CustomerGradingPolicy(models.Model):
    """How people are notified when a grade moves, and of a grade that too few hold."""

    _inherit = "customer.grading.policy"

    notify_by = fields.Selection(
        [
            ("nobody", "no message"),
            ("note", "a note"),
            ("digest", "a note and a daily digest"),
        ],
        string="Notify of moves by",
        default="nobody",
        required=True,
        tracking=True,
        help="A note stands in the chatter of the customer or opportunity, without e-mail and "
        "without figures; grades that only some groups may see are not noted. The digest is one "
        "message a day to each salesperson whose customers or opportunities moved. Nobody is "
        "notified of the first grading by a policy.",
    )
    notify_since = fields.Datetime(
        compute="_compute_notify_since",
        store=True,
        help="When notification was switched on: of what moved before nobody is notified.",
    )

    @api.depends("notify_by")
    def _compute_notify_since(self):
        for policy in self:
            since = policy.notify_since or self.env.cr.now()
            policy.notify_since = policy.notify_by != "nobody" and since

    @api.model
    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {"notify_by", "notify_since"}

    # ------------------------------------------------------------------ too few in a grade

    def action_close(self):
        closed = super().action_close()
        self.sudo().activity_unlink([TOO_FEW])
        return closed

    def _tell_too_few(self):
        """Tell the responsible which grades too few hold, in one activity until enough do."""
        self.ensure_one()
        user = self.user_id.filtered("active")
        rules = self.rule_ids.with_context(lang=user.lang or self.env.lang)
        texts = [text for rule in rules for text in rule._get_shortages()]
        told = self.activity_search([TOO_FEW])
        vals = {"note": plaintext2html("\n".join(texts)), "user_id": user.id}
        if not texts or not user:
            told.unlink()
        elif told:
            told.write(vals)
        else:
            self.activity_schedule(TOO_FEW, **vals)

    # ------------------------------------------------------------------ texts

    @api.depends("notify_by", "rule_ids.least_count")
    def _compute_reads_as(self):
        return super()._compute_reads_as()

    def _get_change_sentences(self):
        sentences = {
            "note": self.env._("Each move is noted on the record; nobody gets an e-mail."),
            "digest": self.env._(
                "Each move is noted on the record, and told to the salesperson once a day."
            ),
        }
        return [*super()._get_change_sentences(), sentences.get(self.notify_by, "")]
