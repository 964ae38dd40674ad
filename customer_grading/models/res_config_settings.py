from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError
from odoo.modules.module import Manifest


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_grading_dimension_id = fields.Many2one(
        "customer.grading.dimension",
        "Grade shown for customers",
        compute="_compute_customer_grading_dimension_id",
        inverse="_inverse_customer_grading_dimension_id",
        domain="[('subject', '=', 'partner'), ('group_ids', '=', False)]",
    )
    customer_grading_lead_dimension_id = fields.Many2one(
        "customer.grading.dimension",
        "Grade shown for opportunities",
        compute="_compute_customer_grading_dimension_id",
        inverse="_inverse_customer_grading_lead_dimension_id",
        domain="[('subject', '=', 'lead'), ('group_ids', '=', False)]",
    )
    customer_grading_interval = fields.Integer(
        "Minutes between gradings of what changed",
        compute="_compute_customer_grading_interval",
        inverse="_inverse_customer_grading_interval",
    )
    customer_grading_figures = fields.Selection(
        [
            ("own", "Of own and team's customers"),
            ("accounting", "Accounting only"),
            ("all", "Everybody who sees the customer"),
        ],
        string="Who sees numbers",
        config_parameter="customer_grading.figures",
        default="own",
    )
    customer_grading_hour = fields.Float(
        "Hour of nightly grading",
        compute="_compute_customer_grading_night",
        inverse="_inverse_customer_grading_night",
    )
    customer_grading_tz = fields.Selection(
        _tz_get,
        "Time zone",
        compute="_compute_customer_grading_night",
        inverse="_inverse_customer_grading_night",
    )
    group_customer_grading_sales = fields.Boolean(
        "Grades on quotations and invoices",
        implied_group="customer_grading.customer_grading_group_documents",
    )
    customer_grading_health = fields.Char(compute="_compute_customer_grading_health")
    customer_grading_module_ids = fields.Many2many(
        "ir.module.module", compute="_compute_customer_grading_module_ids"
    )

    @api.depends("company_id")
    def _compute_customer_grading_dimension_id(self):
        Dimension = self.env["customer.grading.dimension"]
        for settings in self:
            company = settings.company_id
            settings.customer_grading_dimension_id = Dimension._get_main("partner", company)
            settings.customer_grading_lead_dimension_id = Dimension._get_main("lead", company)

    def _inverse_customer_grading_dimension_id(self):
        for settings in self:
            settings.customer_grading_dimension_id._set_main("partner", settings.company_id)

    def _inverse_customer_grading_lead_dimension_id(self):
        for settings in self:
            settings.customer_grading_lead_dimension_id._set_main("lead", settings.company_id)

    def _compute_customer_grading_interval(self):
        cron = self.env.ref("customer_grading.ir_cron_changed").sudo()
        self.customer_grading_interval = cron.interval_number

    def _inverse_customer_grading_interval(self):
        cron = self.env.ref("customer_grading.ir_cron_changed").sudo()
        for settings in self:
            interval = settings.customer_grading_interval
            if interval < 1:
                raise UserError(self.env._("Grade what changed every minute at the most."))
            if interval != cron.interval_number:
                cron.interval_number = interval

    @api.depends("company_id")
    def _compute_customer_grading_night(self):
        engine = self.env["customer.grading.engine"]
        self.customer_grading_hour = self.env["ir.cron"]._get_grading_hour()
        for settings in self:
            settings.customer_grading_tz = engine._get_time_zone(settings.company_id)

    def _inverse_customer_grading_night(self):
        """Keep the time zone first: the hour is one of it.

        One that nobody chose is not kept: the first activation asks for it.
        """
        cron = self.env["ir.cron"].sudo()
        engine = self.env["customer.grading.engine"]
        for settings in self:
            company = settings.company_id.sudo()
            if settings.customer_grading_tz != engine._get_time_zone(company):
                company.customer_grading_tz = settings.customer_grading_tz
            if settings.customer_grading_hour != cron._get_grading_hour():
                cron._set_grading_hour(settings.customer_grading_hour)

    @api.depends("company_id")
    def _compute_customer_grading_health(self):
        """Say in one line when everybody was graded last, and whether it went well."""
        Run = self.env["customer.grading.run"].sudo()
        for settings in self:
            ended = [
                ("mode", "=", "nightly"),
                ("state", "not in", ("waiting", "running")),
                ("company_id", "in", [False, settings.company_id.id]),
            ]
            run = Run.search(ended, limit=1)
            health = run._get_health() if run else self.env._("No run yet.")
            settings.customer_grading_health = health

    def _compute_customer_grading_module_ids(self):
        """Offer what belongs to grading and is not installed, but for what shows it off.

        What one of them stands on is installed, or offered too.
        """
        core = self.env["ir.module.module"]._get("customer_grading")
        addons = core.downstream_dependencies(exclude_states=("uninstallable",))
        removed = addons.sorted("name").filtered(
            lambda module: (
                module.state == "uninstalled"
                and (manifest := Manifest.for_addon(module.name, display_warning=False))
                and manifest["category"] != "Hidden"
            )
        )
        while groundless := self._get_groundless(removed):
            removed -= groundless
        self.customer_grading_module_ids = removed

    @staticmethod
    def _get_groundless(removed):
        """Return those that stand on an addon neither installed nor one of them."""
        offered = set(removed.mapped("name"))
        return removed.filtered(
            lambda module: any(
                needed.state != "installed" and needed.name not in offered
                for needed in module.dependencies_id
            )
        )
