from odoo import models
from odoo.tools import format_date


class CustomerGradeSheet(models.AbstractModel):
    """What a customer is told of its grades: which, since when, what for, and what they give.

    It is handed to the customer, in its language. So no figure stands on it, no limit, no
    remark of ours, and nothing that is for chosen groups only.
    """

    _name = "report.customer_grading_paper.report_grade_sheet"
    _inherit = ["customer.grading.paper"]
    _description = "Grade Sheet of a Customer"

    _paper_model = "res.partner"

    def _get_sheets(self, docs):
        return [
            self._in_language_of(customer)._get_sheet(customer)
            for customer in self._get_customers(docs)
        ]

    def _get_sheet(self, customer):
        customer = customer.with_env(self.env)
        dimensions = self.env["customer.grading.dimension"]._get_visible("partner")
        View = self.env["customer.grading.explanation.view"]
        results = [
            View._get_result(customer, dimension, self.env.company)
            for dimension in dimensions.filtered(lambda dimension: not dimension.group_ids)
        ]
        return {
            "lang": self.env.lang,
            "customer": customer,
            "address": self._get_address(customer),
            "grades": [self._get_grade(customer, result) for result in results if result.grade_id],
        }

    def _get_grade(self, customer, result):
        """Return what the sheet says of one grade."""
        View = self.env["customer.grading.explanation.view"]
        explanation, grade = View._explain(result), result.grade_id
        decided = explanation and not result._is_by_hand() and explanation.grade == grade
        return {
            "dimension": result.dimension_id.name,
            "grade": grade.display_name,
            "since": self._get_since_texts(result),
            "for": self._get_decisive_texts(explanation) if decided else [],
            "by_hand": result._is_by_hand(),
            "rights": self._get_lines(grade.rights),
            "duties": self._get_lines(grade.duties),
            "blocks": self._get_papers_blocks(customer, result, explanation, "grade_sheet"),
        }

    def _get_since_texts(self, result):
        """Return since when a grade is held, until when, and when it is looked at again."""
        since = format_date(self.env, result.date_since)
        until = format_date(self.env, result.manual_until)
        provisional = format_date(self.env, result.date_provisional)
        if until and result._is_by_hand():
            since = self.env._("%(since)s, until %(until)s", since=since, until=until)
        notices = self.env["customer.grading.explanation.notices"]
        texts = [
            since,
            provisional and self.env._("For the time being: evaluated on %s.", provisional),
            notices._get_review_text(result),
        ]
        return [text for text in texts if text]

    @staticmethod
    def _get_lines(text):
        return [line.strip() for line in (text or "").splitlines() if line.strip()]

    def _get_decisive_texts(self, explanation):
        """Return what the grade was given for, in words: no value and no limit is told."""
        met = explanation.get_conditions(explanation.rule).filtered(explanation.holds.get)
        known = met.filtered(lambda line: explanation.readings[line.criterion_id].value is not None)
        texts = [text for one in known for text in self._get_condition_texts(one)]
        return list(dict.fromkeys(texts))

    def _get_condition_texts(self, condition):
        """Return what a met condition was about, and what it asks where that is no figure."""
        measured = self._get_measured(condition.criterion_id)
        told = measured.filtered(lambda criterion: not self._is_kept_to_groups(criterion))
        if told != condition.criterion_id or any(map(str.isdigit, condition._get_asked_text())):
            return [criterion._get_label() for criterion in told]
        return [condition._get_condition_text()]

    def _get_measured(self, criterion):
        """Return the measured criteria that one is made of."""
        if criterion.kind == "measure":
            return criterion
        return criterion.browse().union(*map(self._get_measured, criterion.child_ids))

    @staticmethod
    def _is_kept_to_groups(criterion):
        """Whether what a criterion looks at is for chosen groups, whoever prints the sheet."""
        measure = criterion.measure_id
        measures = measure | measure.numerator_id | measure.denominator_id
        asked = criterion.question_id.asked_of == "group"
        kept = (measures | measure.base_measure_id).group_ids | criterion.dimension_id.group_ids
        return asked or bool(kept)
