from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ...tools.blocks import open_window
from ...tools.texts import join_list
from ..policy.customer_grading_criterion import AVERAGES

# So many documents are listed at once: Odoo totals what it lists.
LISTED_LEAST, LISTED_MOST = 80, 2000


class CustomerGradingCriterion(models.Model):
    """Says values in words, in the user's formats."""

    _inherit = "customer.grading.criterion"

    def _is_trait(self):
        """Whether the criterion is about what somebody is, not what he does or is asked."""
        kind = self.measure_id.kind
        return kind == "filter" or (kind == "field" and self.unit in ("yes_no", "choice", "text"))

    def _is_moving(self):
        """Whether documents leave what the criterion adds up, one by one as days pass."""
        measure = self.measure_id
        return (
            self.period == "trailing"
            and self.up_to == "day"
            and measure.kind == "documents"
            and bool(measure.date_field)
            and measure.aggregate in ("sum", "count")
        )

    def _get_dates_text(self, scope):
        """Return the first and last day of what is looked at as of the scope's date."""
        self.ensure_one()
        if self.kind != "measure" or not self.has_period:
            return ""
        bounds = self._get_bounds(scope)
        starts = [first for first, _last in bounds]
        end = format_date(self.env, max(last for _first, last in bounds))
        if not all(starts):
            return self.env._("up to %s", end)
        start = format_date(self.env, min(starts))
        return self.env._("%(start)s - %(end)s", start=start, end=end)

    def _get_documents_cell(self, record, scope, told):
        """Return the cell that opens the documents behind a value.

        They open under the reader's own rights; where he sees fewer than were counted, it
        says so, if he may see figures at all.

        :param told: the value in words; ``None`` where the reader may not see it
        """
        self.ensure_one()
        if self.kind != "measure":
            return {"text": ""}
        measure = self.measure_id.sudo()
        if measure.subject == "partner":
            record = record._get_customer()
        documents = measure._get_documents(self, record, scope)
        if not documents or documents[0] not in self.env:
            return {"text": ""}
        model_name, domain = documents
        model = self.env[model_name].sudo(False).with_context(active_test=False)
        shown = self._count_readable(model, domain)
        count = shown if told is None else model.sudo().search_count(domain)
        text = self._get_shown_text(shown, count)
        if not shown:
            return {"text": text}
        name = self._get_label()
        action = open_window(
            self.env._("%(criterion)s: %(value)s", criterion=name, value=told) if told else name,
            model_name,
            views=[[measure._get_documents_view(model_name).id, "list"], [False, "form"]],
            domain=list(domain),
            limit=min(max(shown, LISTED_LEAST), LISTED_MOST),
            context={
                "create": False,
                "active_test": False,
                "grading_counted": told is not None and self._get_counted_key(scope),
            },
        )
        return {"text": text, "action": action}

    def _get_counted_key(self, scope):
        """Return what the list of documents knows the value by, if they add up to it."""
        if not self.measure_id.sudo()._get_base_measure()._adds_values_up():
            return False
        of_group = self.policy_id.dimension_id.company_scope == "group"
        return [self.id, 0 if of_group else scope.company_ids[0], str(scope.date)]

    def _get_counted(self, documents, company, date):
        """Return ``{id: what a document adds to the value}``, for who may see it."""
        measure = self.measure_id.sudo()._get_base_measure() if self else self.measure_id
        if measure.model_name != documents._name or not measure._adds_values_up():
            return {}
        if self.env["customer.grading.explanation"]._hides(self):
            return {}
        engine = self.env["customer.grading.engine"].sudo()
        return measure._get_counted(
            self, documents, engine._get_scope(self.policy_id, company, date)
        )

    @staticmethod
    def _count_readable(model, domain):
        """Return how many of the documents the reader may open."""
        try:
            return model.search_count(domain)
        except AccessError:
            return 0

    def _get_shown_text(self, shown, count):
        if shown < count:
            return self.env._("%(shown)s of %(count)s documents shown", shown=shown, count=count)
        if not count:
            return ""
        return self.env._("1 document") if count == 1 else self.env._("%s documents", count)

    def _get_label(self):
        """Return the criterion as it stands within a sentence: “Orders (last 12 months)”."""
        self.ensure_one()
        period = self._get_period_text()
        if not period:
            return self.name or ""
        return self.env._("%(criterion)s (%(period)s)", criterion=self.name, period=period)

    def _get_base_text(self):
        """Return on what amounts are based, where that is a choice."""
        if self.unit != "amount" or not self.has_tax:
            return ""
        return self.env._("with tax") if self.with_tax else self.env._("untaxed")

    def _get_definition(self):
        """Return in one line how the criterion is measured, as far as its name leaves open."""
        self.ensure_one()
        if self._adds_points():
            return ""
        if self.kind != "measure":
            return self._get_combined_text()
        details = join_list(self.env, self._get_details())
        if not details:
            return ""
        return self.env._("%(criterion)s: %(details)s", criterion=self.name, details=details)

    def _get_combined_text(self):
        """Return in one line how a value is made of others."""
        parts = self._get_parts().mapped("name")
        if len(parts) < (2 if self.kind == "quotient" else 1):
            return ""
        if self.kind == "first":
            text = self.env._("the first known of: %s", join_list(self.env, parts))
        else:
            text = self.env._("%(first)s divided by %(second)s", first=parts[0], second=parts[-1])
        details = join_list(self.env, [text, self._get_rank_details(), self._get_level_details()])
        return self.env._("%(criterion)s: %(details)s", criterion=self.name, details=details)

    def _get_details(self):
        """Hook: return in words how the criterion is measured, nothing being an empty text."""
        whole_group = self.env._("the whole corporate group counts")
        return [
            (self.measure_id.description or "").rstrip(".。"),
            self._get_base_text(),
            *self._get_domain_details(),
            self._get_question_details(),
            whole_group if self._get_group_kind() else "",
            self._get_credit_notes_details(),
            self._get_whose_details(),
            self._get_least_base_details(),
            self._get_rank_details(),
            self._get_level_details(),
            self.env._("points in a straight line between levels") if self.linear else "",
            self.env._("0 means unknown") if self.zero_is_unknown else "",
        ]

    def _get_beside_texts(self, record, scope):
        """Hook: return what is told beside values of a customer or opportunity.

        :return: ``{criterion: text}``
        """
        return {}

    def _get_credit_notes_details(self):
        """Return when credit notes count, where that is not their own day."""
        if not self._counts_credits_by_invoice():
            return ""
        return self.env._("credit notes count on the day of the invoice that they reverse")

    def _get_whose_details(self):
        """Return whom documents count for, where that is chosen."""
        whose = self._get_whose()
        if not whose:
            return ""
        if whose == "ordered":
            return self.env._("counted for who ordered")
        return self.env._("counted for who is invoiced")

    def _get_least_base_details(self):
        """Return from how much growth is told, where not from anything."""
        if self.measure_id.kind != "growth" or not self.least_base:
            return ""
        least = self._format_number(self.least_base)
        return self.env._("unknown where it was less than %s before", least)

    def _get_level_details(self):
        """Return where the levels begin, which the table of points tells of its criteria."""
        if self._is_scored() or not any(self.band_ids.mapped("level")):
            return ""
        return self.env._("levels: %s", self.level_summary)

    def _is_scored(self):
        """Whether the criterion is part of a total of points."""
        root = self
        while root.parent_id:
            root = root.parent_id
        return root._adds_points()

    def _get_domain_details(self):
        measure = self.env["customer.grading.measure"]
        return [
            self.env._("only where %s", text)
            for domain, model in self._get_domains()
            if (text := measure._get_domain_text(domain, model))
        ]

    def _get_question_details(self):
        question = self.question_id
        if self.measure_id.kind != "question" or not question:
            return ""
        whom = question._get_asked_of_text()
        if question.validity_months:
            details = self.env._(
                "asked of: %(whom)s, valid for %(months)s months",
                whom=whom,
                months=question.validity_months,
            )
        else:
            details = self.env._("asked of: %s", whom)
        basis = join_list(self.env, question.basis_ids.mapped("name"))
        contrary = join_list(self.env, question.sudo().contrary_ids.mapped("name"))
        parts = [
            details,
            basis and self.env._("decided on the answers to: %s", basis),
            contrary and self.env._("outdated by a later yes to: %s", contrary),
        ]
        return join_list(self.env, parts)

    def _get_rank_details(self):
        if not self._is_ranked():
            return ""
        among = dict(self._fields["rank_among"]._description_selection(self.env))
        within = self._get_rank_within_text()
        if self.band_by == "own_share":
            return self.env._("share of the total of: %s", within)
        if self.band_by in AVERAGES:
            return self.env._("compared with: %s", within)
        crossing = dict(self._fields["crossing"]._description_selection(self.env))
        text = self.env._(
            "ranked among: %(among)s; ranked with: %(within)s; who crosses a line %(crossing)s",
            among=among["known" if self._ranks_all_known() else "positive"],
            within=within,
            crossing=crossing[self.crossing],
        )
        if self._ranks_lowest_first():
            return self.env._("the lowest value comes first; %s", text)
        return text

    def _get_rank_within_text(self):
        """Return who are ranked together; what they share is named as people know it."""
        if self.rank_within == "field":
            field = self.measure_id._get_path_field(self.policy_subject_model, self.rank_field)
            return self.env._("those of the same: %s", field._description_string(self.env))
        return dict(self._fields["rank_within"]._description_selection(self.env))[self.rank_within]

    def _get_points_rows(self, depth=0):
        """Return the rows of the points table: this criterion and what is part of it."""
        self.ensure_one()
        most = self._get_attainable_points()
        name = self._get_label() if self.kind == "measure" else self.name
        row = [
            "\N{EM SPACE}" * depth + name,
            self.level_summary or self._get_own_points_text(),
            self._format_number(self.weight) if self.weight != 1 else "",
            self._format_number(most * self.weight) if most else "",
        ]
        rows = [row]
        for child in self._get_parts() if self._adds_points() else ():
            rows += child._get_points_rows(depth + 1)
        return rows

    def _get_own_points_text(self):
        """Return what gives the points where no levels do."""
        if self._adds_points():
            return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        if self.measure_id.kind == "question" and self.question_id.kind == "points":
            return self.env._("the points given")
        return self.env._("yes: 1") if self.unit == "yes_no" else self.env._("the value itself")

    def _get_scale_sentence(self):
        if not self.normalize_to:
            return ""
        most = self._format_number(self.normalize_to)
        if self.unknown_lowers_maximum:
            return self.env._(
                "The total is scaled to %s points, leaving out what is unknown.", most
            )
        return self.env._("The total is scaled to %s points.", most)
