from odoo import api, fields, models

from .customer_grading_dimension import NAMING_FIELDS


class CustomerGrade(models.Model):
    """Has a tag of the same name and colour, where its dimension writes tags."""

    _inherit = "customer.grade"

    tag_id = fields.Many2one(
        "res.partner.category", "Contact tag", readonly=True, copy=False, index="btree_not_null"
    )
    record_model = fields.Char(readonly=True, copy=False)
    record_id = fields.Many2oneReference(
        model_field="record_model", readonly=True, copy=False, help="It was made of it."
    )

    @api.model_create_multi
    def create(self, vals_list):
        grades = super().create(vals_list)
        grades.dimension_id._keep_tags()
        return grades

    def write(self, vals):
        done = super().write(vals)
        if vals.keys() & {*NAMING_FIELDS, "color"}:
            self.dimension_id._keep_tags()
        return done

    def unlink(self):
        tags = self.sudo().tag_id
        done = super().unlink()
        tags._unlink_alone()
        return done
