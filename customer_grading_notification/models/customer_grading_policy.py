from odoo import api, fields, models
from odoo.addons.customer_grading.tools.policy_format import Key

KEY = Key("choice", options="customer.grading.policy.notify_by")
FILE_KEYS = ("notify_by", "tell")  # the second one stands in files of before


class CustomerGradingPolicy(models.Model):
    """How people are notified when a grade moves."""

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

    # ------------------------------------------------------------------ texts

    @api.depends("notify_by")
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

    # ------------------------------------------------------------------ policy files

    @api.model
    def _get_file_shapes(self):
        shapes = super()._get_file_shapes()
        return {**shapes, "changes": {**shapes["changes"], **dict.fromkeys(FILE_KEYS, KEY)}}

    def _write_file_changes(self, writer, changes):
        for key in FILE_KEYS:
            if key in changes:
                self.notify_by = changes[key]
                break
        return super()._write_file_changes(writer, changes)

    def _export_changes(self):
        content = super()._export_changes()
        if self.notify_by != "nobody":
            content["notify_by"] = self.notify_by
        return content
