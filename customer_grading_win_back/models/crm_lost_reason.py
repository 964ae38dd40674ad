from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What a sub-reason has of the reason that it is part of, where it says nothing itself.
INHERITED = ("grading_owner", "grading_user_id", "grading_days", "grading_todo", "grading_is_final")


class CrmLostReason(models.Model):
    """A reason may be part of another one, and says who follows up, when, and what to do."""

    _inherit = "crm.lost.reason"

    grading_parent_id = fields.Many2one(
        "crm.lost.reason",
        "Part of",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('grading_parent_id', '=', False), ('id', '!=', id)]",
        help="The reason that this one is a sub-reason of. It is counted with it in reports.",
    )
    grading_child_ids = fields.One2many("crm.lost.reason", "grading_parent_id", "Sub-reasons")
    grading_owner = fields.Selection(
        [
            ("salesperson", "The salesperson"),
            ("leader", "The leader of the sales team"),
            ("user", "One person"),
        ],
        "Second follow-up by",
        help="Empty: as of the reason that it is part of, else the salesperson.",
    )
    grading_user_id = fields.Many2one(
        "res.users",
        "Person",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('share', '=', False)]",
    )
    grading_days = fields.Integer(
        "Second follow-up after (days)",
        help="0: as of the reason that it is part of, else as the company's settings say.",
    )
    grading_todo = fields.Char(
        "What to do",
        translate=True,
        help="The activity of the second follow-up says it. Empty: as of the reason that it is part of.",
    )
    grading_is_final = fields.Boolean(
        "Lost at once",
        help="There is no second follow-up, such as when a rival's product was bought.",
    )

    _grading_days_check = models.Constraint(
        "CHECK (grading_days BETWEEN 0 AND 3660)",
        "Days to the second follow-up are from 0 to 3660.",
    )

    @api.depends("name", "grading_parent_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reason in self:
            names = (reason.grading_parent_id.name, reason.name)
            reason.display_name = " / ".join(filter(None, names))

    @api.constrains("grading_parent_id")
    def _check_grading_parent(self):
        for reason in self:
            parent = reason.grading_parent_id
            if parent and (parent == reason or parent.grading_parent_id):
                raise ValidationError(
                    self.env._(
                        "“%s” is a sub-reason itself, and has none. Choose a main reason.",
                        parent.name,
                    )
                )
            if parent and reason.grading_child_ids:
                raise ValidationError(
                    self.env._(
                        "“%s” has sub-reasons, and cannot be one. Take these out of it first.",
                        reason.name,
                    )
                )

    @api.constrains("grading_owner", "grading_user_id")
    def _check_grading_user(self):
        for reason in self:
            if reason.grading_owner == "user" and not reason.grading_user_id:
                raise ValidationError(
                    self.env._("“%s”: choose the person who follows up.", reason.name)
                )

    def _get_main(self):
        """Return the reason that it is part of, or itself."""
        return self.grading_parent_id or self

    def _get_follow_up(self):
        """Return what the second follow-up is like, by the names in ``INHERITED``.

        What a sub-reason does not say, the reason that it is part of does.
        """
        told = {name: self[name] or self.grading_parent_id[name] for name in INHERITED}
        if self.grading_owner:  # a person goes with who chose him
            told["grading_user_id"] = self.grading_user_id
        return told
