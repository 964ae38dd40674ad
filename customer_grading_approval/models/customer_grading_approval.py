from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.texts import join_list
from odoo.exceptions import ValidationError
from odoo.tools import SQL

STEPS = 3
UPWARD = ("new", "up")
DOWNWARD = ("lost", "down")


class CustomerGradingApproval(models.Model):
    """A step of approval in a policy: who approves which changes of grade.

    A first grade counts as an upgrade, and so does one that is given for good after its
    probation; leaving the scope counts as a downgrade. Which grades a step is for are those
    that an upgrade leads to, and those that a downgrade leads from.
    """

    _name = "customer.grading.approval"
    _description = "Step of Approval"
    _order = "policy_id, step, id"

    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True
    )
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    company_id = fields.Many2one(related="policy_id.company_id")
    step = fields.Integer(
        default=1,
        required=True,
        aggregator=None,
        help="Step 2 begins once step 1 is approved. Of several lines of one step, any is enough.",
    )
    name = fields.Char(
        "Role", translate=True, help="As whom they approve, such as “Sales director”."
    )
    moves = fields.Selection(
        [
            ("up", "Upgrades"),
            ("down", "Downgrades"),
            ("both", "Upgrades and downgrades"),
        ],
        string="Changes",
        default="up",
        required=True,
    )
    grade_ids = fields.Many2many(
        "customer.grade",
        "customer_grading_approval_grade_rel",
        "approval_id",
        "customer_grade_id",
        string="Grades",
        ondelete="restrict",  # without its only grade a step would be for all of them
        domain="[('dimension_id', '=', dimension_id)]",
        help="Upgrades to them, downgrades from them; empty: all grades.",
    )
    group_id = fields.Many2one(
        "res.groups", ondelete="restrict", help="Each member may approve; one is enough."
    )
    user_id = fields.Many2one(
        "res.users", "Person", ondelete="restrict", domain="[('share', '=', False)]"
    )

    _step_check = models.Constraint(
        f"CHECK (step BETWEEN 1 AND {STEPS})",
        "Approval takes three steps at most: number them 1 to 3.",
    )
    _one_approver = models.Constraint(
        "CHECK (num_nonnulls(group_id, user_id) <= 1)",
        "A group or a person approves a step, not both. Add another line of the same step.",
    )

    @api.depends("step", "name", "group_id", "user_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for approval in self:
            approval.display_name = self.env._(
                "Step %(step)s: %(approver)s",
                step=approval.step,
                approver=approval._get_approver_text(),
            )

    # ------------------------------------------------------------------ who and what

    def _get_approver_text(self):
        """Return who approves: the person, the role, or the group."""
        self.ensure_one()
        step = self.sudo()
        return step.user_id.name or step.name or step.group_id.display_name or self.env._("nobody")

    def _get_is_for_sql(self, direction, from_grade, grade):
        """Return whether any of these lines is for a move given by SQL terms."""
        kinds = [("up", UPWARD, grade), ("down", DOWNWARD, from_grade)]
        conditions = [
            SQL("(%s IN %s AND %s IN %s)", direction, directions, counts, tuple(line.grade_ids.ids))
            if line.grade_ids
            else SQL("%s IN %s", direction, directions)
            for line in self.sudo()
            for kind, directions, counts in kinds
            if line.moves in ("both", kind)
        ]
        return SQL("(%s)", SQL(" OR ").join(conditions)) if conditions else SQL("FALSE")

    def _get_is_for_change_sql(self, change):
        """Return whether any of these lines is for the move of a row ``change``.

        The grade that an evaluation gives was provisional before: it is as if it were new.
        """
        return self._get_is_for_sql(
            SQL(
                "CASE WHEN %(change)s.origin = 'probation' AND %(change)s.grade_id IS NOT NULL"
                " THEN 'new' ELSE %(change)s.direction END",
                change=change,
            ),
            SQL("%s.from_grade_id", change),
            SQL("%s.grade_id", change),
        )

    def _get_awaited_step_sql(self, change):
        """Return the step that a row ``change`` waits for by these lines of its policy.

        It is NULL where none is left.
        """
        steps = self.sudo().grouped("step")
        whens = [
            SQL(
                "WHEN %s AND %s.id NOT IN (SELECT change_id FROM customer_grading_change_approval"
                " WHERE step = %s) THEN %s",
                steps[step]._get_is_for_change_sql(change),
                change,
                step,
                step,
            )
            for step in sorted(steps)
        ]
        return SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL::integer")

    def _get_fitting_sql(self, get_is_for_sql):
        """Return the ids of those of these lines that are for a move, in an array.

        :param get_is_for_sql: gives for a line whether it is for the move
        """
        ids = [SQL("CASE WHEN %s THEN %s END", get_is_for_sql(line), line.id) for line in self]
        return SQL("ARRAY_REMOVE(ARRAY[%s]::integer[], NULL)", SQL(", ").join(ids))

    @api.model
    def _get_lines_of_moves(self, moves):
        """Return ``{move: lines of approval that it takes, in their order}``, by one query.

        :param moves: each as (policy, direction, grade held, grade moved to)
        """
        fitting = {move: self.sudo().browse() for move in moves}
        asked = [move for move in fitting if move[0].sudo().approval_ids]
        for policy in {move[0] for move in asked}:
            own = [move for move in asked if move[0] == policy]
            for move, ids in self._query_lines(policy.sudo().approval_ids, own):
                fitting[move] = self.sudo().browse(ids)
        return fitting

    def _query_lines(self, lines, moves):
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s::integer, %s::integer)",
                number,
                direction or "same",
                from_grade.id or None,
                grade.id or None,
            )
            for number, (_policy, direction, from_grade, grade) in enumerate(moves)
        )
        terms = [SQL.identifier("move", name) for name in ("direction", "from_id", "to_id")]
        query = SQL(
            "SELECT move.number, %s FROM (VALUES %s) move (number, direction, from_id, to_id)",
            lines._get_fitting_sql(lambda line: line._get_is_for_sql(*terms)),
            values,
        )
        return [(moves[number], ids) for number, ids in self.env.execute_query(query)]

    def _is_approver(self, user):
        """Whether ``user`` is one of those who approve by one of these lines."""
        steps = self.sudo()
        return user in steps.user_id or bool(steps.group_id & user.all_group_ids)

    def _needs_others(self, user):
        """Whether somebody other than ``user`` gives the last step of these lines."""
        last = self.filtered(lambda line: line.step == max(self.mapped("step")))
        return bool(last) and not last._is_approver(user)

    def _get_members(self):
        """Return the active users who approve by one of these lines, and may see grades."""
        may_see = self.env.ref(USER_GROUP).id
        members = self.env["res.users"].sudo()
        for approval in self.sudo():
            if approval.user_id:
                members |= approval.user_id.filtered("active")
            elif approval.group_id:
                members |= members.search(
                    [
                        ("share", "=", False),
                        ("all_group_ids", "in", approval.group_id.id),
                        ("all_group_ids", "in", may_see),
                    ],
                    order="id",
                )
        return members

    # ------------------------------------------------------------------ problems

    def _get_problems(self):
        """Return what keeps a step from being approved by anybody."""
        self.ensure_one()
        step, policy = self.sudo(), self.policy_id
        message = ""
        if not step.group_id and not step.user_id:
            message = self.env._(
                "Change rules: nobody approves step %s. Choose a group or a person.", self.step
            )
        elif step.user_id and not step.user_id.has_group(USER_GROUP):
            message = self.env._(
                "Change rules: %(user)s approves step %(step)s but may not see grades. Add them "
                "to Customer Grading / User, or choose somebody else.",
                user=step.user_id.name,
                step=self.step,
            )
        elif step.group_id and not self._get_members():
            message = self.env._(
                "Change rules: “%(group)s” approves step %(step)s, but no member of it may see "
                "grades. Choose another group, or a person.",
                group=step.group_id.display_name,
                step=self.step,
            )
        return [policy._prepare_problem(message)] if message else []

    # ------------------------------------------------------------------ words

    def _to_text(self):
        """Return the step as a sentence of the regulation."""
        self.ensure_one()
        names = {
            "step": self.step,
            "approver": self._get_approver_text(),
            "grades": join_list(self.env, self.grade_ids.sorted().mapped("code")),
        }
        if self.grade_ids:
            sentence = {
                "up": self.env._("Approval, step %(step)s: %(approver)s, to become %(grades)s."),
                "down": self.env._("Approval, step %(step)s: %(approver)s, to lose %(grades)s."),
                "both": self.env._(
                    "Approval, step %(step)s: %(approver)s, to become or to lose %(grades)s."
                ),
            }
        else:
            sentence = {
                "up": self.env._("Approval, step %(step)s: %(approver)s, of each upgrade."),
                "down": self.env._("Approval, step %(step)s: %(approver)s, of each downgrade."),
                "both": self.env._("Approval, step %(step)s: %(approver)s, of each change."),
            }
        return sentence[self.moves] % names

    # ------------------------------------------------------------------ editing

    @api.model_create_multi
    def create(self, vals_list):
        approvals = super().create(vals_list)
        approvals.policy_id._log_approval()
        return approvals

    def write(self, vals):
        result = super().write(vals)
        self.policy_id._log_approval()
        return result

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        policies.exists()._log_approval()
        return result

    @api.constrains("policy_id", "grade_ids", "group_id", "user_id", "step", "moves")
    def _check_not_closed(self):
        if closed := self.policy_id.filtered(lambda policy: policy.state == "closed")[:1]:
            raise ValidationError(
                self.env._("“%s” is closed: it changes no grade any more.", closed.display_name)
            )
