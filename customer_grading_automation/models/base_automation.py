from odoo import api, fields, models, tools
from odoo.addons.base_automation.models.base_automation import CREATE_WRITE_SET
from odoo.exceptions import ValidationError

CHANGE = "customer.grading.change"
# The field of a graded record that shows its grade, by model.
GRADE_FIELDS = {"res.partner": "customer_grade_id", "crm.lead": "opportunity_grade_id"}
# What decides whether a rule runs when a grade changes.
DECIDING_FIELDS = {
    "active",
    "model_id",
    "model_name",
    "trigger",
    "trigger_field_ids",
    "filter_domain",
}
# What may run a rule on changes: that one came into effect; a day; another program.
CHANGE_TRIGGERS = (
    "on_create",
    "on_create_or_write",
    "on_state_set",
    "on_time",
    "on_time_created",
    "on_time_updated",
    "on_webhook",
)


class BaseAutomation(models.Model):
    """A rule that watches the grade of a record, or changes of grade, runs when one changes."""

    _inherit = "base.automation"

    watches_grade = fields.Boolean(compute="_compute_watches_grade")
    is_run_by_grades = fields.Boolean(
        compute="_compute_watches_grade", help="It watches nothing else."
    )
    grading_direction = fields.Selection(
        [("up", "Rises"), ("down", "Falls"), ("new", "Is new"), ("lost", "Is lost")],
        "Only when the grade",
        help="Empty: whichever way it goes.",
    )
    grading_from_ids = fields.Many2many(
        "customer.grade",
        "customer_grading_automation_from_rel",
        "automation_id",
        "grade_id",
        "Only from",
        help="The grades before; empty: any, and none. The grade from now on stands in “Apply on”.",
    )
    grading_first = fields.Boolean(
        "Also at the first grading",
        help="Run it, too, when everybody is graded for the first time by a policy.",
    )

    @api.depends("trigger", "trigger_field_ids", "model_id")
    def _compute_watches_grade(self):
        for rule in self:
            watched = set(rule.trigger_field_ids.mapped("name"))
            own = {GRADE_FIELDS.get(rule.model_name)} - {None}
            on_change = rule.model_name == CHANGE and rule.trigger in CREATE_WRITE_SET
            on_record = rule.trigger in ("on_create_or_write", "on_write") and own & watched
            rule.watches_grade = bool(on_change or on_record)
            rule.is_run_by_grades = bool(on_change or (on_record and watched <= own))

    @api.constrains("trigger", "model_id", "trg_selection_field_id")
    def _check_change_trigger(self):
        """Refuse on changes of grade what never runs: they are history once they were decided."""
        for rule in self.filtered(lambda rule: rule.model_name == CHANGE):
            state = rule.trg_selection_field_id
            if rule.trigger not in CHANGE_TRIGGERS or (
                rule.trigger == "on_state_set" and state and state.value != "applied"
            ):
                raise ValidationError(
                    self.env._(
                        "A rule on changes of grade runs when one comes into effect: choose the "
                        "trigger “State is set to” and “Applied”, or “On create”."
                    )
                )

    @api.constrains("filter_pre_domain", "trigger_field_ids", "model_id")
    def _check_pre_domain(self):
        """Refuse to ask the record for the grade that it had before: it does not know."""
        for rule in self.filtered("watches_grade"):
            field = GRADE_FIELDS.get(rule.model_name)
            if field and field in (rule.filter_pre_domain or ""):
                raise ValidationError(
                    self.env._(
                        "The grade before is not known to “Before Update Domain”: name it in “Only "
                        "from”."
                    )
                )

    # ------------------------------------------------------------------ which there are

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & DECIDING_FIELDS:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _get_grade_rules(self):
        """Return the active rules that run when a grade changes, sudoed."""
        return self.sudo().browse(self._get_grade_rule_ids())

    @api.model
    @tools.ormcache()
    def _get_grade_rule_ids(self):
        names = [CHANGE, *GRADE_FIELDS]
        rules = self.sudo().search([("model_name", "in", names)])
        return tuple(rules.filtered("watches_grade").ids)

    def _get_actions(self, records, triggers):
        """Leave out, of what Odoo runs at a write, what runs when a grade changes."""
        actions = super()._get_actions(records, triggers)
        if records._name != CHANGE and records._name not in GRADE_FIELDS:
            return actions
        by_odoo = actions.sudo().filtered(lambda rule: not rule.is_run_by_grades)
        return by_odoo.with_env(actions.env)

    # ------------------------------------------------------------------ being run

    def _asks_for(self, change):
        """Whether a rule on records asks for the way that their grade went."""
        way, before = self.grading_direction, self.grading_from_ids
        return (not way or change.direction == way) and (
            not before or change.from_grade_id in before
        )

    def _get_ready_for(self, changes_by_record):
        """Return the rule knowing which grade each record had before."""
        field = GRADE_FIELDS.get(self.model_name)
        before = {
            record.id: {field: change.from_grade_id} for record, change in changes_by_record.items()
        }
        done = self.env.context.get("__action_done", {})
        return self.with_context(old_values=before if field else None, __action_done=done)

    def _filter_asked(self, records):
        """Return those of a list of records that the filters of the rule let pass, and a domain."""
        records = self.env[self.model_name].union(*records).with_env(self.env)
        return self._filter_post_export_domain(self._filter_pre(records))
