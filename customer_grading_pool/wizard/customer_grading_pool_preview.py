from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_action, tell
from odoo.exceptions import UserError
from odoo.tools import format_date

COUNTS = {
    "remind_today": ("remind", "1_today"),
    "leader_today": ("leader", "1_today"),
    "take_today": ("take", "1_today"),
    "remind_week": ("remind", "2_week"),
    "leader_week": ("leader", "2_week"),
    "take_week": ("take", "2_week"),
}


class CustomerGradingPoolPreview(models.TransientModel):
    """Whom an ownership rule reminds and takes, today and within a week; nothing is done.

    Of a draft it says what would be, were the rule activated today.
    """

    _name = "customer.grading.pool.preview"
    _description = "Preview of an Ownership Rule"
    _rec_name = "rule_id"

    rule_id = fields.Many2one("customer.grading.pool.rule", required=True, ondelete="cascade")
    reads_as = fields.Char("What it does", related="rule_id.reads_as")
    grade_id = fields.Many2one(related="rule_id.grade_id")
    subject = fields.Selection(related="rule_id.subject")
    state = fields.Selection(related="rule_id.state")
    date_activated = fields.Date(related="rule_id.date_activated")
    remind_days = fields.Integer(related="rule_id.remind_days")
    leader_days = fields.Integer(related="rule_id.leader_days")
    take_days = fields.Integer(related="rule_id.take_days")
    line_ids = fields.One2many(
        "customer.grading.pool.preview.line", "preview_id", "Who it is about"
    )
    remind_today = fields.Integer(compute="_compute_counts", export_string_translation=False)
    leader_today = fields.Integer(compute="_compute_counts", export_string_translation=False)
    take_today = fields.Integer(compute="_compute_counts", export_string_translation=False)
    remind_week = fields.Integer(compute="_compute_counts", export_string_translation=False)
    leader_week = fields.Integer(compute="_compute_counts", export_string_translation=False)
    take_week = fields.Integer(compute="_compute_counts", export_string_translation=False)
    later_text = fields.Char(compute="_compute_later_text", export_string_translation=False)

    @api.depends("line_ids")
    def _compute_counts(self):
        Line = self.env["customer.grading.pool.preview.line"]
        for preview in self:
            own = [("preview_id", "=", preview.id)]
            counts = {
                (step, horizon): count
                for step, horizon, count in Line._read_group(own, ["step", "horizon"], ["__count"])
            }
            for name, key in COUNTS.items():
                preview[name] = counts.get(key, 0)

    @api.depends("line_ids")
    @api.depends_context("lang")
    def _compute_later_text(self):
        """Say how many were neglected that long already, and when the first of them is due."""
        Line = self.env["customer.grading.pool.preview.line"]
        for preview in self:
            own = [("preview_id", "=", preview.id), ("horizon", "=", "3_later")]
            [(count, first)] = Line._read_group(own, [], ["__count", "date:min"])
            preview.later_text = self._get_later_text(count, first) if count else False

    def _get_later_text(self, count, first):
        return self.env._(
            "Neglected that long already: %(count)s. Days are counted from the day on which the "
            "rule comes into force: unless somebody looks after them, the first are due on "
            "%(date)s.",
            count=count,
            date=format_date(self.env, first),
        )

    def _look(self):
        """Fill the lines, for the companies that the user works in at present."""
        self.ensure_one()
        rule = self.rule_id
        engine = self.env["customer.grading.pool.engine"].sudo()
        seen = self.env.companies
        for company in rule._get_companies():
            if company in seen or not company and rule.dimension_id.is_seen_whole:
                engine._fill(self, rule.sudo(), company)
        self.line_ids.invalidate_model(flush=False)
        self.invalidate_recordset(flush=False)

    def action_view_lines(self):
        """Open the lines as a list, to be filtered and grouped."""
        self.ensure_one()
        return open_action(
            self.env,
            "customer_grading_pool.customer_grading_pool_preview_line_action",
            self.rule_id.reads_as,
            domain=[("preview_id", "=", self.id)],
        )

    def action_activate(self):
        """Put the rule in force, as it was previewed.

        :raise AccessError: for who does not write policies
        :raise UserError: where the rule was changed since
        """
        self.ensure_one()
        if self.rule_id.write_date > self.create_date:
            raise UserError(
                self.env._(
                    "The rule was changed since. Look at its preview again, then activate it."
                )
            )
        self._check_seen()
        self.rule_id._activate()
        return tell(self.env._("The rule is in force from today on."), "success", RELOAD)

    def _check_seen(self):
        """Raise where the rule counts in companies that the preview left out."""
        companies = self.env["res.company"].union(*self.rule_id._get_companies())
        if unseen := companies - self.env.companies:
            raise UserError(
                self.env._(
                    "The rule counts in %s, too, which this preview left out. Choose all these "
                    "companies, and look at the preview again.",
                    ", ".join(unseen.sudo().mapped("name")),
                )
            )
        self.rule_id.dimension_id._check_seen_whole()

    def action_switch_off(self):
        """Make a draft of the rule again.

        :raise AccessError: for who does not write policies
        """
        self.ensure_one()
        return self.rule_id.action_switch_off()
