from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.group import GROUP


class CustomerGradingGroup(models.Model):
    """A region, an industry, a product line: what customers or documents share, graded as one.

    There is one for each record that is shared, in each dimension that grades such.
    """

    _name = "customer.grading.group"
    _inherit = ["customer.grading.mixin", "mail.thread"]
    _description = "Graded Group"
    _order = "name, id"

    _grading_subject = GROUP.name
    _grading_result_field = GROUP.field
    _grading_grade_field = "grade_id"
    _grading_color_field = "grade_color"

    name = fields.Char(readonly=True, help="As the record was called last.")
    dimension_id = fields.Many2one(
        "customer.grading.dimension", required=True, readonly=True, ondelete="cascade"
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True, index=False
    )
    user_id = fields.Many2one(
        "res.users", "Responsible", compute="_compute_user_id", help="Of the record, if it has one."
    )
    result_ids = fields.One2many("customer.grading.result", "group_id", string="Results")
    grade_id = fields.Many2one("customer.grade", compute="_compute_grading")
    grade_color = fields.Integer(compute="_compute_grading")

    _record_uniq = models.UniqueIndex("(dimension_id, res_model, res_id)")

    @api.depends("name", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Call it as its record is called in the reader's language; gone, as it was."""
        for group, record in self._get_records().items():
            group.display_name = record.display_name or group.name

    @api.depends("res_model", "res_id")
    def _compute_user_id(self):
        for group, record in self._get_records().items():
            user = record
            if record._name != "res.users":
                field = record._fields.get("user_id")
                of_user = field and field.comodel_name == "res.users"
                user = record.user_id if of_user else False
            group.user_id = user

    def _get_records(self):
        """Return ``{group: its record}``, sudoed; an empty one where it is gone."""
        found = {}
        for model_name, groups in self.grouped("res_model").items():
            Model = self.env.get(model_name, self.env["res.partner"]).sudo()
            there = set(Model.browse(groups.mapped("res_id")).exists()._ids)
            for group in groups:
                is_there = model_name in self.env and group.res_id in there
                found[group] = Model.browse(group.res_id if is_there else ())
        return found

    # ------------------------------------------------------------------ graded as any other

    def _get_main_dimension(self):
        return self.dimension_id[:1]

    def _get_shown_results(self, dimension=None):
        found = {}
        for own, groups in self.grouped("dimension_id").items():
            if dimension in (None, own):
                found |= super(CustomerGradingGroup, groups)._get_shown_results()
        return found

    def _get_customer(self):
        """Return the group: what is measured of customers is read of it."""
        return self

    def action_open_record(self):
        """Open the region, the industry, the product line itself."""
        self.ensure_one()
        return self._get_records()[self].sudo(False)._get_records_action()

    # ------------------------------------------------------------------ which there are

    @api.model
    def _renew(self, dimension, used):
        """Have a group for each record in use, and call all as their records are called now.

        :param used: query of the ids of the records
        """
        model_name = dimension._get_group_field().comodel_name
        for field in used.to_flush:
            self.env[field.model_name].flush_model([field.name])
        self.env.cr.execute(
            SQL(
                "INSERT INTO customer_grading_group (dimension_id, res_model, res_id,"
                " create_uid, write_uid, create_date, write_date)"
                " SELECT %(dimension)s, %(model)s, used.id, %(user)s, %(user)s,"
                " NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC' FROM (%(used)s) used"
                " WHERE used.id IS NOT NULL ON CONFLICT DO NOTHING",
                dimension=dimension.id,
                model=model_name,
                user=self.env.uid,
                used=used,
            )
        )
        groups = self.search([("dimension_id", "=", dimension.id)])
        for group, record in groups._get_records().items():
            if record and group.name != record.display_name:
                group.name = record.display_name
