from odoo import api, fields, models, tools
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP, USER_GROUP

OPTIONS = ("protect_orders", "report_before_giving_up")


class CustomerGrade(models.Model):
    """Says what of who holds it is protected, and who decides on that."""

    _inherit = "customer.grade"

    protect_orders = fields.Boolean(
        "Protect orders",
        help="Cancelling an order, or refusing a quotation, asks a reason and somebody who may decide.",
    )
    report_before_giving_up = fields.Boolean(
        "Report before giving up",
        help="Archiving the customer, or marking the opportunity lost, asks for an approved evaluation "
        "report first.",
    )
    decider_group_id = fields.Many2one(
        "res.groups",
        "Group that decides",
        ondelete="set null",
        help="Its members decide on orders and reports; with neither a group nor a person, "
        "grading officers do.",
    )
    decider_id = fields.Many2one(
        "res.users",
        "Person who decides",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Decides on orders and reports, beside the group where one is chosen.",
    )

    # ------------------------------------------------------------------ which grades protect

    def _register_hook(self):
        """Know from the start where nothing is protected."""
        super()._register_hook()
        for option in OPTIONS:
            self._get_ids_with(option)

    @api.model
    @tools.ormcache("option", cache="stable")
    def _get_ids_with(self, option):
        """Return the ids of the grades that have one of :data:`OPTIONS`, archived ones too."""
        grades = self.sudo().with_context(active_test=False)
        return tuple(grades.search([(option, "=", True)]).ids)

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get(option) for vals in vals_list for option in OPTIONS):
            self.env.registry.clear_cache("stable")
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & set(OPTIONS):
            self.env.registry.clear_cache("stable")
        return super().write(vals)

    def unlink(self):
        if self.filtered(lambda grade: any(grade[option] for option in OPTIONS)):
            self.env.registry.clear_cache("stable")
        return super().unlink()

    # ------------------------------------------------------------------ who decides

    def _lets_decide(self, user):
        """Whether ``user`` decides on what this grade protects."""
        grade = self.sudo()
        person = grade.decider_id.filtered("active")
        if not person and not grade.decider_group_id:
            return user.has_group(OFFICER_GROUP)
        named = user == person or grade.decider_group_id in user.all_group_ids
        return named and user.has_group(USER_GROUP)

    def _choose_decider(self, record, preferred):
        """Return who is told that something is to be decided; nobody where none may see it.

        :param record: what it is about, which the decider has to be able to see
        :param preferred: users who are asked first, if they may decide
        """
        for user in preferred | self._get_deciders():
            if (
                user.active
                and self._lets_decide(user)
                and record.with_user(user).has_access("read")
            ):
                return user
        return preferred.browse()

    def _get_deciders(self):
        """Return the active users who decide on what this grade protects, sudoed."""
        grade, Users = self.sudo(), self.env["res.users"].sudo()
        person = grade.decider_id.filtered("active")
        group = grade.decider_group_id
        if not person and not group:
            group = self.env.ref(OFFICER_GROUP)
        if not group:
            return person
        inside = [("share", "=", False), ("all_group_ids", "in", group.id)]
        return person | Users.search(inside, order="id")

    def _get_decider_text(self):
        """Return who decides, in words: the person, the group, or grading officers."""
        grade = self.sudo()
        person = grade.decider_id.filtered("active")
        if person or grade.decider_group_id:
            return person.name or grade.decider_group_id.full_name
        return self.env._("Grading officers")

    def _get_shown(self):
        """Return those of these grades that the user may see: not of others' dimensions."""
        groups = self.env.user.all_group_ids
        return self.filtered(
            lambda grade: (
                not grade.sudo().dimension_id.group_ids
                or grade.sudo().dimension_id.group_ids & groups
            )
        )
