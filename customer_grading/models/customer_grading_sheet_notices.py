from odoo import fields, models

from ..tools.subject import LEAD
from .customer_grading_change import OPEN_STATES


class CustomerGradingSheet(models.AbstractModel):
    """What is out of the ordinary with a grade: by hand, waiting, out of scope."""

    _inherit = "customer.grading.sheet"

    def _get_notices(self, result, policies):
        """Return what is out of the ordinary: by hand, waiting, out of scope."""
        return [
            text
            for text in (
                self._get_manual_text(result),
                self._get_provisional_text(result),
                *map(self._get_waiting_text, self._get_open_changes(result)),
                self._get_review_text(result),
                self._get_state_text(result, policies),
                self._get_closing_text(result.lead_id),
            )
            if text
        ]

    def _get_closing_text(self, lead):
        """Return that the expected closing of an open opportunity has passed."""
        is_open = lead.active and lead.won_status == "pending"
        if not is_open or not lead.date_deadline:
            return ""
        if lead.date_deadline >= fields.Date.context_today(lead):
            return ""
        date = self._format_date(lead.date_deadline)
        return self.env._("Expected closing %s has passed: set a date.", date)

    def _get_manual_text(self, result):
        """Return who set the grade by hand, why and until when, and what is computed."""
        if not result.manual_grade_id:
            return ""
        names = {
            "grade": result.manual_grade_id.code,
            "user": result.manual_user_id.name,
            "reason": result.manual_reason,
            "until": self._format_date(result.manual_until),
            "computed": result.computed_grade_id.code or self.env._("not graded"),
        }
        if result.manual_until:
            return self.env._(
                "%(grade)s by hand until %(until)s by %(user)s: “%(reason)s”. "
                "Computed: %(computed)s.",
                **names,
            )
        return self.env._(
            "%(grade)s by hand by %(user)s: “%(reason)s”. Computed: %(computed)s.", **names
        )

    def _get_provisional_text(self, result):
        """Return until when a first grade is provisional, or that it is to be evaluated."""
        if not result.date_provisional:
            return ""
        if result.date_provisional <= fields.Date.context_today(self):
            return self.env._("Provisional: the grade is due to be evaluated.")
        until = self._format_date(result.date_provisional)
        return self.env._("Provisional until %s, then evaluated.", until)

    def _get_review_text(self, result):
        """Return when the grade in effect is reviewed next, or ends, where it has such days."""
        rule = result.policy_id._get_rule_of(result.grade_id)
        if result._is_by_hand() or not rule:
            return ""
        review = result._get_anniversary(rule.review_months)
        end = result._get_anniversary(rule.expiry_months)
        texts = [
            review and self.env._("Next review %s.", self._format_date(review)),
            end and self.env._("The grade ends %s.", self._format_date(end)),
        ]
        return self.env["customer.grading.measure"]._join_sentences(texts)

    def _get_open_changes(self, result):
        return (
            self.env["customer.grading.change"]
            .sudo()
            .search([("result_id", "=", result.id), ("state", "in", OPEN_STATES)])
        )

    def _get_waiting_text(self, change):
        """Return what a change waits for."""
        names = {
            "grade": change.grade_id.code or self.env._("not graded"),
            "user": change.user_id.name or "",
            "reason": change.note or "",
            "date": self._format_date(change.date),
            "due": self._format_date(change.date_due),
        }
        if change.origin == "manual":
            return self._get_proposal_text(change, names)
        if change.state == "held" and change.direction in ("down", "lost"):
            return self.env._(
                "%(grade)s from %(due)s, unless it recovers; computed since %(date)s.", **names
            )
        if change.state == "held":
            return self.env._(
                "%(grade)s from %(due)s, if it lasts; computed since %(date)s.", **names
            )
        return self.env._(
            "%(grade)s is computed; waits for %(decider)s since %(date)s.",
            decider=self._get_decider_text(change),
            **names,
        )

    def _get_proposal_text(self, change, names):
        """Return who proposes which grade, and whom or what it waits for."""
        if change.state == "held":
            return self.env._(
                "%(user)s proposes %(grade)s: “%(reason)s”; put off until %(due)s.", **names
            )
        return self.env._(
            "%(user)s proposes %(grade)s: “%(reason)s”; waits for %(decider)s since %(date)s.",
            decider=self._get_decider_text(change),
            **names,
        )

    def _get_decider_text(self, change):
        """Return who is to decide on an open change."""
        if change.state == "to_approve":
            return change.waits_for
        return self.env._("a grading officer")

    def _get_state_text(self, result, policies):
        if result.reason == "left" or not policies:
            return self._get_no_policy_text(result._get_subject(), policies)
        if result.reason == "missing":
            return self.env._("Not graded: data is missing that could give a grade.")
        if result.reason == "no_rule":
            return self.env._("Not graded: it fits the requirement of no grade.")
        return ""

    def _get_no_policy_text(self, record, policies):
        """Return why no policy grades the customer."""
        if not policies:
            return self.env._("No grading policy is running for this company.")
        engine, company = self.env["customer.grading.engine"].sudo(), self.env.company
        texts = []
        for policy in policies:
            if problem := self._get_scope_problem(policy, record, engine, company):
                texts.append(problem)
            else:
                return self.env._("It is graded with the next run.")
        reasons = self.env["customer.grading.measure"]._join_list(texts)
        return self.env._("No policy applies: %s.", reasons)

    def _get_scope_problem(self, policy, record, engine, company):
        """Return why ``policy`` does not apply to the customer, or nothing."""
        scope = engine._get_scope(policy, company, engine._get_today(company), record.ids)
        query = engine._get_subject_query(policy, scope)
        if query.get_result_ids():
            return ""
        if not record.active:
            return self.env._("it is archived")
        subject = policy.dimension_id._get_subject_kind()
        Model = engine._get_subject_model(subject, scope)
        if not Model.search_count(policy._parse_domain() & self._is(record)):
            text = policy.env["customer.grading.measure"]._get_domain_text(
                policy.domain, policy.subject_model
            )
            return self.env._("“%(policy)s” asks that %(filter)s", policy=policy.name, filter=text)
        if not Model.search_count(engine._get_created_domain(policy, scope) & self._is(record)):
            return self.env._(
                "“%s” is not for records of the time when it was created", policy.display_name
            )
        if record.company_id and record.company_id.id not in scope.company_ids:
            return self.env._("it belongs to %s", record.company_id.sudo().name)
        if subject == LEAD:
            return self.env._("it is closed, or no opportunity")
        if not Model.search_count(engine._get_partner_domain(scope) & self._is(record)):
            return self.env._("own companies and colleagues are not graded")
        return self.env._("there is no confirmed order, invoice or opportunity yet")

    @staticmethod
    def _is(record):
        return fields.Domain("id", "=", record.id)
