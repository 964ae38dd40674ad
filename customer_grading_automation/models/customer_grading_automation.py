import logging
from typing import Any, NamedTuple

from markupsafe import Markup

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .base_automation import CHANGE

_logger = logging.getLogger(__name__)

# Changes that keep what a customer had, or tell of another time.
SILENT_ORIGINS = ("merge", "imported")
MOST_FAILURES = 10  # of a rule among some changes, after which it is not tried on the others


class Failure(NamedTuple):
    """What kept a rule from being run for a change."""

    change: Any
    error: str


class CustomerGradingAutomation(models.AbstractModel):
    """Runs automation rules for changes that came into effect, each for each in a savepoint."""

    _name = "customer.grading.automation"
    _description = "Automation Rules on Changes of Grade"

    @api.model
    def _run_rules(self, changes):
        """Run the rules that ask for ``changes``; what fails undoes nothing and is told."""
        rules = self.env["base.automation"]._get_grade_rules()
        moved = changes.sudo().filtered(self._is_news)
        if not rules or not moved:
            return
        self.env.flush_all()
        for company, some in moved.grouped("company_id").items():
            automation = self.sudo().with_company(company or self.env.company)
            for rule in rules.with_env(automation.env):
                automation._run_rule(rule, some.with_env(automation.env))

    @staticmethod
    def _is_news(change):
        in_effect = change.state == "applied" and not change.date_end
        return in_effect and change.direction != "same" and change.origin not in SILENT_ORIGINS

    def _run_rule(self, rule, changes):
        """Run one rule for changes of one company, record by record."""
        done = self.env.context.get("__action_done") or {}
        if any(before.id == rule.id for before in done):
            return  # it would run by what it did itself
        asked = self._get_asked(rule, changes)
        rule = rule._get_ready_for(asked)
        found, error = self._attempt(rule, lambda: rule._filter_asked([*asked]))
        if error:
            failures = [Failure(change, error) for change in [*asked.values()][:MOST_FAILURES]]
        else:
            failures = self._process(rule, asked, *found)
        if failures:
            self._tell_failures(rule, failures)

    def _process(self, rule, asked, records, domain):
        """Do what the rule does for each record, and return what failed."""
        failures = []
        for record in records:
            if len(failures) == MOST_FAILURES:
                break
            _done, error = self._attempt(
                rule, lambda record=record: rule._process(record, domain_post=domain)
            )
            if error:
                failures.append(Failure(asked[record], error))
        return failures

    def _attempt(self, rule, do):
        """Do something in a savepoint; return what it gives, and what went wrong."""
        try:
            with self.env.cr.savepoint():
                return do(), ""
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.warning("Automation rule %s failed", rule.id, exc_info=True)
            return None, str(error) or type(error).__name__

    def _get_asked(self, rule, changes):
        """Return ``{record that the rule is on: its change}``, of those that it asks for."""
        if not rule.grading_first:
            changes = changes.filtered(lambda change: not change.run_id.first)
        if rule.model_name == CHANGE:
            return {change: change for change in changes}
        kinds = self.env[rule.model_name]
        main = kinds.with_env(self.env)._get_main_dimension()
        return {
            change[kinds._grading_result_field]: change
            for change in changes
            if change.dimension_id == main and rule._asks_for(change)
        }

    # ------------------------------------------------------------------ failures

    def _tell_failures(self, rule, failures):
        """Tell those who are responsible for the policies, one message each."""
        by_policy = {}
        for failure in failures:
            by_policy.setdefault(failure.change.policy_id, []).append(failure)
        for policy, some in by_policy.items():
            user = policy.user_id or rule.write_uid
            env = self.with_context(lang=user.lang).env
            (policy or rule).with_env(env).message_notify(
                partner_ids=user.partner_id.ids,
                subject=env._("The automation rule “%s” failed", rule.name),
                body=self.with_env(env)._get_failure_body(rule, some),
            )

    def _get_failure_body(self, rule, failures):
        told = self.env._(
            "The grades are in effect; what “%s” does was not done for these. Correct the rule, and "
            "do it by hand for them:",
            rule.name,
        )
        lines = [
            self.env._(
                "%(change)s: %(error)s",
                change=failure.change.with_env(self.env).display_name,
                error=failure.error,
            )
            for failure in failures
        ]
        if len(failures) == MOST_FAILURES:
            lines.append(self.env._("It was tried on no further changes of this time."))
        items = Markup().join(Markup("<li>%s</li>") % line for line in lines)
        return Markup("<p>%s</p><ul>%s</ul>") % (told, items)
