from datetime import timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.subject import LEAD
from ...tools.texts import join_list, join_sentences
from ..result.customer_grading_change import BY_HAND_ORIGINS
from ..result.customer_grading_result import RECENT_DAYS

CLOSED_WITHOUT_EFFECT = ("refused", "superseded")


class CustomerGradingExplanationNotices(models.AbstractModel):
    """Tells what is out of the ordinary with a grade: by hand, waiting, out of scope."""

    _name = "customer.grading.explanation.notices"
    _description = "Notices about a Grade"

    def _get_notices(self, result, policies):
        """Return what is out of the ordinary, a sentence each."""
        open_changes = [("result_id", "=", result.id), ("is_open", "=", True)]
        changes = self.env["customer.grading.change"].sudo().search(open_changes)
        texts = [
            self._get_manual_text(result),
            self._get_provisional_text(result),
            *map(self._get_waiting_text, changes),
            self._get_closed_text(result),
            self._get_undone_text(result),
            self._get_review_text(result),
            self._get_state_text(result, policies),
            self._get_closing_text(result.lead_id),
        ]
        return [text for text in texts if text]

    def _get_manual_text(self, result):
        """Return who set the grade by hand, why and until when, and what is computed."""
        kind, is_limited = result.manual_kind or "grade", bool(result.manual_until)
        if kind == "grade" and not result.manual_grade_id:
            return ""
        not_graded = self.env._("not graded")
        grade = result.manual_grade_id if kind == "grade" else result.grade_id
        names = {
            "grade": grade.code or not_graded,
            "user": result.manual_user_id.name,
            "reason": result.manual_reason,
            "until": format_date(self.env, result.manual_until),
            "computed": result.computed_grade_id.code or not_graded,
        }
        templates = {
            "grade": (
                self.env._("%(grade)s by hand by %(user)s: “%(reason)s”. Computed: %(computed)s."),
                self.env._(
                    "%(grade)s by hand until %(until)s by %(user)s: “%(reason)s”. "
                    "Computed: %(computed)s."
                ),
            ),
            "freeze": (
                self.env._(
                    "Frozen at %(grade)s by %(user)s: “%(reason)s”. Computed: %(computed)s."
                ),
                self.env._(
                    "Frozen at %(grade)s until %(until)s by %(user)s: “%(reason)s”. "
                    "Computed: %(computed)s."
                ),
            ),
            "exclude": (
                self.env._(
                    "Excluded from grading by %(user)s: “%(reason)s”. Computed: %(computed)s."
                ),
                self.env._(
                    "Excluded from grading until %(until)s by %(user)s: “%(reason)s”. "
                    "Computed: %(computed)s."
                ),
            ),
        }
        return templates[kind][is_limited] % names

    def _get_provisional_text(self, result):
        """Return until when a first grade is provisional, or that it is to be evaluated."""
        if not result.date_provisional:
            return ""
        if result.date_provisional <= result._get_today():
            return self.env._("Provisional: the grade is due to be evaluated.")
        until = format_date(self.env, result.date_provisional)
        return self.env._("Provisional until %s, then evaluated.", until)

    def _get_review_text(self, result):
        """Return when the grade in effect is reviewed next, or ends, where it has such days."""
        rule = result.policy_id._get_rule_of(result.grade_id)
        if result._is_by_hand() or not rule:
            return ""
        control = self.env["customer.grading.change.control"].sudo()
        review = rule.review_months and control._get_anniversary(result, "review_months")
        end = rule.expiry_months and control._get_anniversary(result, "expiry_months")
        texts = [
            review and self.env._("Next review %s.", format_date(self.env, review)),
            end and self.env._("The grade ends %s.", format_date(self.env, end)),
        ]
        return join_sentences(self.env, texts)

    def _get_closing_text(self, lead):
        """Return that the expected closing of an open opportunity has passed."""
        today = self.env["customer.grading.engine"]._get_today(lead.company_id or self.env.company)
        is_open = lead.active and lead.won_status == "pending"
        if not is_open or not lead.date_deadline or lead.date_deadline >= today:
            return ""
        date = format_date(self.env, lead.date_deadline)
        return self.env._("Expected closing %s has passed: set a date.", date)

    # ------------------------------------------------------------------ waiting

    def _get_waiting_text(self, change):
        """Return what a change waits for."""
        is_held, is_excluding = change.state == "held", change.origin == "exclude"
        is_by_hand = is_excluding or change.origin == "manual"
        names = {
            "grade": change.grade_id.code or self.env._("not graded"),
            "user": change.user_id.name or "",
            "reason": (change.reason if is_excluding else change.note) or "",
            "date": format_date(self.env, change.date),
            "due": format_date(self.env, change.date_due),
        }
        if is_held and is_excluding:
            return self.env._("%(user)s asks: “%(reason)s”; put off until %(due)s.", **names)
        if is_held and is_by_hand:
            return self.env._(
                "%(user)s proposes %(grade)s: “%(reason)s”; put off until %(due)s.", **names
            )
        if is_held and change.direction in ("down", "lost"):
            return self.env._(
                "%(grade)s from %(due)s, unless it recovers; computed since %(date)s.", **names
            )
        if is_held and (rule := self._get_crowded_rule(change)):
            return self.env._(
                "%(grade)s is computed since %(date)s and waits for a place: %(count)s at most "
                "have it at a time.",
                count=rule.limit_count,
                **names,
            )
        if is_held:
            return self.env._(
                "%(grade)s from %(due)s, if it lasts; computed since %(date)s.", **names
            )
        names["decider"] = self._get_decider_text(change)
        if is_excluding:
            return self.env._(
                "%(user)s asks: “%(reason)s”; waits for %(decider)s since %(date)s.", **names
            )
        if is_by_hand:
            return self.env._(
                "%(user)s proposes %(grade)s: “%(reason)s”; waits for %(decider)s since %(date)s.",
                **names,
            )
        return self.env._("%(grade)s is computed; waits for %(decider)s since %(date)s.", **names)

    def _get_closed_text(self, result):
        """Return what became of the last proposal, where it was closed lately without effect."""
        Change = self.env["customer.grading.change"].sudo()
        proposals = [("result_id", "=", result.id), ("origin", "in", BY_HAND_ORIGINS)]
        last = Change.search([*proposals, ("user_id", "!=", False)], order="id desc", limit=1)
        lately = result._get_today() - timedelta(days=RECENT_DAYS)
        if last.state not in CLOSED_WITHOUT_EFFECT or last.write_date.date() < lately:
            return ""
        return last.with_env(self.env).sudo()._get_answer_text()

    def _get_undone_text(self, result):
        """Return who took a move back, where that is why the grade in effect is another one."""
        Change = self.env["customer.grading.change"].sudo()
        in_effect = [("result_id", "=", result.id), ("state", "=", "applied")]
        change = Change.search([*in_effect, ("date_end", "=", False)], order="id desc", limit=1)
        if change.origin != "undo":
            return ""
        names = {
            "grade": change.grade_id.code or self.env._("not graded"),
            "computed": result.computed_grade_id.code or self.env._("not graded"),
            "user": change.user_id.name or "",
            "date": format_date(self.env, change.date_applied),
            "note": change.note or "",
        }
        if result.computed_grade_id == change.grade_id:
            return self.env._("%(user)s brought %(grade)s back on %(date)s: %(note)s", **names)
        return self.env._(
            "%(user)s brought %(grade)s back on %(date)s: %(note)s. %(computed)s is computed; "
            "%(grade)s stays until another grade is.",
            **names,
        )

    def _get_crowded_rule(self, change):
        """Return the requirement whose grade a held change finds no place in, if it is so."""
        rule = change.policy_id._get_limited_rules().filtered(
            lambda rule: rule.grade_id == change.grade_id
        )
        control = self.env["customer.grading.change.control"].sudo()
        return (
            rule if rule and change.result_id.id in control._find_crowded(change.run_id) else None
        )

    def _get_decider_text(self, change):
        """Hook: return who is to decide on an open change."""
        return self.env._("a grading officer")

    # ------------------------------------------------------------------ not graded

    def _get_state_text(self, result, policies):
        if result.manual_kind == "exclude":
            return ""  # somebody decided that no data is asked for
        if result.reason == "left" or not policies:
            return self._get_no_policy_text(result._get_subject(), policies)
        return {
            "missing": self.env._("Not graded: data is missing that could give a grade."),
            "no_rule": self.env._("Not graded: it fits the requirement of no grade."),
            "waiting": self.env._(
                "Not graded yet: where it stands among all is found by the next full run."
            ),
        }.get(result.reason, "")

    def _get_no_policy_text(self, record, policies):
        """Return why no policy grades the customer."""
        if not policies:
            return self.env._("No grading policy is running for this company.")
        texts = []
        for policy in policies:
            texts.append(self._get_scope_problem(policy, record))
            if not texts[-1]:
                return self.env._("It is graded with the next run.")
        return self.env._("No policy applies: %s.", join_list(self.env, texts))

    def _get_scope_problem(self, policy, record):
        """Hook: return why ``policy`` does not apply to the customer, or nothing."""
        engine, company = self.env["customer.grading.engine"].sudo(), self.env.company
        scope = engine._get_scope(policy, company, engine._get_today(company), record.ids)
        if engine._get_subject_query(policy, scope).get_result_ids():
            return ""
        if not record.active:
            return self.env._("it is archived")
        subject = policy.dimension_id._get_subject_kind()
        Model = engine._get_subject_model(subject, scope)

        def fits(domain):
            return Model.search_count(domain & Domain("id", "=", record.id))

        if not fits(policy._parse_domain()):
            text = policy.env["customer.grading.measure"]._get_domain_text(
                policy.domain, policy.subject_model
            )
            return self.env._("“%(policy)s” asks that %(filter)s", policy=policy.name, filter=text)
        if not fits(engine._get_created_domain(policy, scope)):
            return self.env._(
                "“%s” is not for records of the time when it was created", policy.display_name
            )
        if record.company_id and record.company_id.id not in scope.company_ids:
            return self.env._("it belongs to %s", record.company_id.sudo().name)
        if subject == LEAD:
            return self.env._("it is closed, or no opportunity")
        if not fits(engine._get_partner_domain(scope)):
            return self.env._("own companies and colleagues are not graded")
        return self.env._("there is no confirmed order, invoice or opportunity yet")
