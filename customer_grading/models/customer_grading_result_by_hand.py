from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# What is by hand on a result, and what change control waits for: what an undo brings back.
KEPT_FIELDS = (
    "manual_grade_id",
    "manual_kind",
    "manual_reason",
    "manual_user_id",
    "manual_until",
    "considered_grade_id",
    "date_due",
    "date_provisional",
)
DATES = ("manual_until", "date_due", "date_provisional")


class CustomerGradingResult(models.Model):
    """What people decide for a customer, whatever is computed: a grade, to keep it, or none."""

    _inherit = "customer.grading.result"

    is_undecided = fields.Boolean(
        "Not dealt with",
        compute="_compute_is_undecided",
        search="_search_is_undecided",
        help="Change control did not yet deal with the computed grade.",
    )

    def _is_by_hand(self):
        """Whether people decided: runs leave the grade alone until that ends."""
        return bool(self.manual_grade_id or self.manual_kind)

    @api.model
    def _get_by_hand_sql(self, alias):
        """Return the same as a condition on the results of the table ``alias``."""
        return SQL(
            "(%s IS NOT NULL OR %s IS NOT NULL)",
            SQL.identifier(alias, "manual_grade_id"),
            SQL.identifier(alias, "manual_kind"),
        )

    @api.model
    def _get_nothing_by_hand(self):
        """Return the values of a result of which nothing is by hand any more."""
        return {name: False for name in KEPT_FIELDS if name.startswith("manual_")}

    def _freeze(self, reason, until=False):
        """Let these customers keep the grade they have, or none, whatever is computed.

        :return: the changes, which say so and move nothing
        :raise AccessError: for who is no officer
        :raise UserError: without a reason, or with an end in the past
        """
        self._check_officer()
        self._check_reason(reason, until)
        return self._decide_by_hand(
            "freeze", lambda result: result.grade_id, reason, until, "freeze"
        )

    def _exclude(self, reason, until=False):
        """Grade these customers no more: they are not graded, and nothing is missed of them.

        :return: the changes, which take their grades
        :raise AccessError: for who is no officer
        :raise UserError: without a reason, or with an end in the past
        """
        self._check_officer()
        self._check_reason(reason, until)
        self._answer_proposals("exclude", self.env["customer.grade"])
        return self._decide_by_hand(
            "exclude", lambda result: result.grade_id.browse(), reason, until, "exclude"
        )

    # ------------------------------------------------------------------ waiting for a run

    @api.depends("computed_grade_id", "considered_grade_id")
    def _compute_is_undecided(self):
        for result in self:
            result.is_undecided = result.computed_grade_id != result.considered_grade_id

    @api.model
    def _search_is_undecided(self, operator, value):
        if operator != "in":
            return NotImplemented

        def to_sql(model, alias, query):
            return SQL(
                "%s IS DISTINCT FROM %s",
                model._field_to_sql(alias, "computed_grade_id", query),
                model._field_to_sql(alias, "considered_grade_id", query),
            )

        undecided = Domain.custom(to_sql=to_sql)
        return undecided if True in value else ~undecided

    # ------------------------------------------------------------------ taken back

    def _get_kept(self):
        """Return what is by hand and waits now, to be brought back by :meth:`_bring_back`.

        :return: ``{result id: values}``
        """
        control = self.env["customer.grading.change.control"].sudo()
        waiting = control._get_open_changes(self)
        kept = {}
        for result in self:
            change = waiting.get(result)
            kept[result.id] = {
                **{
                    name: self._fields[name].convert_to_write(result[name], result)
                    for name in KEPT_FIELDS
                },
                **{name: fields.Date.to_string(result[name]) for name in DATES},
                "waiting": change and {"id": change.id, "state": change.state},
            }
        return kept

    def _bring_back(self, kept):
        """Let the result be by hand, or wait, as it was when ``kept`` was noted.

        What waited then waits again, with the approvals it had. Where the computed grade is
        another one by now, the next run decides about it.
        """
        self.ensure_one()
        self.write({name: value for name, value in kept.items() if name != "waiting"})
        waiting = kept.get("waiting")
        if waiting:
            change = self.change_ids.filtered(lambda change: change.id == waiting["id"])
            change.filtered(lambda c: c.state == "superseded").state = waiting["state"]
