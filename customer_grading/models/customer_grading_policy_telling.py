from odoo import api, fields, models


class CustomerGradingPolicy(models.Model):
    """Who is told when a grade moves."""

    _inherit = "customer.grading.policy"

    tell = fields.Selection(
        [
            ("nobody", "nobody"),
            ("note", "a note"),
            ("digest", "a note and a daily digest"),
        ],
        string="Moves are told by",
        default="nobody",
        required=True,
        tracking=True,
        help="A note stands in the chatter of the customer or opportunity, without e-mail and "
        "without figures; grades that only some groups may see are not noted. The digest is one "
        "message a day to each salesperson whose customers or opportunities moved. Nobody is "
        "told of the first grading by a policy.",
    )
    tell_since = fields.Datetime(
        compute="_compute_tell_since",
        store=True,
        help="When telling was switched on: what moved before is not told.",
    )

    @api.depends("tell")
    def _compute_tell_since(self):
        for policy in self:
            since = policy.tell_since or self.env.cr.now()
            policy.tell_since = policy.tell != "nobody" and since

    def _get_change_sentences(self):
        sentences = {
            "note": self.env._("Each move is noted on the record; nobody gets an e-mail."),
            "digest": self.env._(
                "Each move is noted on the record, and told to the salesperson once a day."
            ),
        }
        return [*super()._get_change_sentences(), sentences.get(self.tell, "")]
