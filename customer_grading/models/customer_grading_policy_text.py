from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.change_rules import CHANGE_FIELDS, RULE_CHANGE_FIELDS


class CustomerGradingPolicy(models.Model):
    """Says the whole policy in words, as a regulation that can be printed."""

    _inherit = "customer.grading.policy"

    reads_as = fields.Html(compute="_compute_reads_as", sanitize=False)

    @api.depends(
        "name",
        "version",
        "dimension_id",
        "company_id",
        "domain",
        "population",
        "lead_population",
        "decide_by",
        "date_from",
        "date_to",
        "records_from",
        *CHANGE_FIELDS,
        *(f"rule_ids.{name}" for name in RULE_CHANGE_FIELDS),
        "window_ids.first_day",
        "window_ids.first_month",
        "window_ids.last_day",
        "window_ids.last_month",
        "rule_ids.text",
        "rule_ids.sequence",
        "criterion_ids.name",
        "criterion_ids.sequence",
        "criterion_ids.period_label",
        "criterion_ids.level_summary",
        "criterion_ids.document_domain",
        "criterion_ids.subject_domain",
        "rule_ids.limit_count",
        "rule_ids.limit_within",
        "rule_ids.limit_criterion_id",
        "criterion_ids.parent_id",
        "criterion_ids.cap",
        "criterion_ids.weight",
    )
    @api.depends_context("lang", "company")
    def _compute_reads_as(self):
        for policy in self:
            policy.reads_as = policy._get_regulation()

    def _get_regulation(self):
        """Return the policy as HTML; every text in it is escaped."""
        self.ensure_one()
        sections = [
            (self.env._("Whom it grades"), self._get_paragraphs(self._get_scope_sentences())),
            (self.env._("What each grade takes"), self._get_requirements_html()),
            (self.env._("Points"), self._get_points_html()),
            (
                self.env._("How the criteria are measured"),
                self._get_list(self._get_criterion_sentences()),
            ),
            (self.env._("How grades change"), self._get_paragraphs(self._get_change_sentences())),
        ]
        body = Markup().join(
            self._tag("h4", f"{number}. {title}") + content
            for number, (title, content) in enumerate((s for s in sections if s[1]), 1)
        )
        return self._tag(
            "div", self._tag("h3", self.display_name or ""), body, cls="o_grading_text"
        )

    @staticmethod
    def _tag(name, *contents, cls=""):
        """Return an element; contents that are no markup yet are escaped."""
        attribute = Markup(' class="%s"') % cls if cls else ""
        return Markup("<%s%s>%s</%s>") % (
            Markup(name),
            attribute,
            Markup().join(contents),
            Markup(name),
        )

    def _get_paragraphs(self, sentences):
        return Markup().join(self._tag("p", sentence) for sentence in sentences if sentence)

    def _get_list(self, sentences, name="ul"):
        items = [self._tag("li", sentence) for sentence in sentences if sentence]
        return self._tag(name, *items) if items else Markup()

    def _get_table(self, head, rows):
        heads = self._tag("tr", *(self._tag("th", text) for text in head))
        lines = [self._tag("tr", *(self._tag("td", cell) for cell in row)) for row in rows]
        return self._tag(
            "table",
            self._tag("thead", heads),
            self._tag("tbody", *lines),
            cls="table table-sm table-bordered",
        )

    # ------------------------------------------------------------------ scope

    def _get_scope_sentences(self):
        measure = self.env["customer.grading.measure"]
        domain = measure._get_domain_text(self.domain, self.subject_model)
        return [
            self._get_dimension_sentence(),
            self._get_population_sentence(),
            self.env._("Of these, only where %s.", domain) if domain else "",
            self._get_date_sentence(),
        ]

    def _get_population_sentence(self):
        if self.subject == "lead":
            if self.lead_population == "open":
                return self.env._("It applies to open opportunities.")
            return self.env._("It applies to all opportunities, open, won or lost.")
        if self.population == "documents":
            return self.env._(
                "It applies to customers with a confirmed order, an invoice or an opportunity."
            )
        return self.env._("It applies to all contacts that are companies or persons of their own.")

    def _get_dimension_sentence(self):
        dimension = self.dimension_id
        names = {
            "dimension": dimension.name,
            "company": self.company_id.name,
            "currency": self.currency_id.name,
        }
        of_leads = self.subject == "lead"
        if dimension.company_scope == "group":
            if of_leads:
                return self.env._(
                    "Grades opportunities by “%(dimension)s”, all companies as one, in "
                    "%(currency)s.",
                    **names,
                )
            return self.env._(
                "Grades customers by “%(dimension)s”, all companies as one, in %(currency)s.",
                **names,
            )
        if not self.company_id:
            if of_leads:
                return self.env._(
                    "Grades opportunities by “%s”, each company its own.", dimension.name
                )
            return self.env._(
                "Grades customers by “%s”, each company by its own documents.", dimension.name
            )
        if of_leads:
            return self.env._(
                "Grades opportunities of %(company)s by “%(dimension)s”; amounts are in "
                "%(currency)s.",
                **names,
            )
        return self.env._(
            "Grades customers of %(company)s by “%(dimension)s”; amounts are in %(currency)s.",
            **names,
        )

    def _get_date_sentence(self):
        if not self.date_from:
            return ""
        start = format_date(self.env, self.date_from)
        if not self.date_to:
            return self.env._("In force from %s.", start)
        end = format_date(self.env, self.date_to)
        return self.env._("In force from %(start)s until %(end)s.", start=start, end=end)

    # ------------------------------------------------------------------ requirements

    def _get_requirements_html(self):
        if self.decide_by == "hand":
            return self._get_paragraphs([self.env._("Officers give the grades by hand.")])
        if not self.rule_ids:
            return Markup()
        sentences = [self.env._("Of several grades that fit, the first in this order is given.")]
        if self.rule_ids[-1]._get_children():
            sentences.append(self.env._("Whoever fits none is not graded."))
        limited = self.rule_ids.filtered("limit_count")
        sentences += [rule._get_limit_text() for rule in limited]
        table = self._get_decision_table() or (
            self._get_flat_table() + self._get_list(self._get_nested_sentences(), "ol")
        )
        return table + self._get_paragraphs(sentences)

    def _get_decision_table(self):
        """Return the requirements as rows of a table, where grades have several of them."""
        table = self._read_table()
        if not table or len(table[1]) == len(self.rule_ids.grade_id):
            return Markup()
        criteria, rows = table
        anything = self.env._("any")
        lines = [
            [
                *(
                    criterion._get_cell_text(row.cells[criterion])
                    if criterion in row.cells
                    else anything
                    for criterion in criteria
                ),
                self._get_grade_title(row.grade),
            ]
            for row in rows
        ]
        heads = [criterion._get_label() for criterion in criteria]
        return self._get_table([*heads, self.env._("Grade")], lines)

    @staticmethod
    def _get_grade_title(grade):
        """Return a grade as it heads a column: code and name."""
        code, name = grade.code or "", grade.name or ""
        return code if code == name else f"{code} {name}".strip()

    def _get_flat_table(self):
        """Return the table criteria x grades of what requirements ask for all together."""
        asked = {rule: rule._get_flat_conditions() for rule in self.rule_ids}
        criteria = self.env["customer.grading.criterion"].union(
            *(lines.criterion_id for lines in asked.values())
        )
        if not criteria:
            return Markup()
        words = self.env["customer.grading.measure"]
        rows = []
        for criterion in criteria.sorted(lambda c: (c.sequence, c._origin.id)):
            row = [criterion._get_label()]
            for lines in asked.values():
                own = lines.filtered(lambda line, c=criterion: line.criterion_id == c)
                row.append(words._join_list([line._get_asked_text() for line in own]))
            rows.append(row)
        return self._get_table([self.env._("Criterion"), *(r._get_title() for r in asked)], rows)

    def _get_nested_sentences(self):
        """Return what the table cannot say, one sentence a requirement."""
        return [rule._get_rest_sentence() for rule in self.rule_ids]

    # ------------------------------------------------------------------ points

    def _get_points_html(self):
        """Return a table for each total of points."""
        totals = self.criterion_ids.filtered(
            lambda criterion: not criterion.parent_id and criterion.kind != "measure"
        )
        head = [
            self.env._("Criterion"),
            self.env._("Levels and points"),
            self.env._("Weight"),
            self.env._("Points at most"),
        ]
        html = Markup()
        for total in totals:
            html += self._get_table(head, total._get_points_rows())
            html += self._get_paragraphs([total._get_scale_sentence()])
        if totals:
            html += self._get_paragraphs([self.env._("What is unknown gives no points.")])
        return html

    # ------------------------------------------------------------------ criteria

    def _get_criterion_sentences(self):
        criteria = self.criterion_ids.sorted(lambda c: (c.sequence, c._origin.id))
        return [criterion._get_definition() for criterion in criteria]

    # ------------------------------------------------------------------ changes

    def _get_change_sentences(self):
        return [
            *self._get_timing_sentences(),
            *(rule._get_terms_sentence() for rule in self.rule_ids),
            self._get_stop_sentence(),
            self.env._("A grade set by hand wins, and ends within %s months.", self.manual_months)
            if self.manual_months
            else self.env._("A grade set by hand wins until it is ended."),
        ]

    def _get_stop_sentence(self):
        if not self.stop_percent:
            return ""
        share = self.criterion_ids._format_number(self.stop_percent)
        return self.dimension_id._choose_text(
            self.env._(
                "Grading stops and asks when more than %s %% of the customers would move.", share
            ),
            self.env._(
                "Grading stops and asks when more than %s %% of the opportunities would move.",
                share,
            ),
        )


class CustomerGradingRule(models.Model):
    _inherit = "customer.grading.rule"

    def _get_title(self):
        """Return the grade as it heads a column: code and name."""
        self.ensure_one()
        return self.policy_id._get_grade_title(self.grade_id)

    def _get_flat_conditions(self):
        """Return the conditions that must all hold; those in groups are left out."""
        self.ensure_one()
        lines = self._get_children().get(self, self.browse())
        if self.kind != "all":
            return self.browse()
        return lines.filtered(lambda line: line.kind == "condition" and not line._get_problem())

    def _get_rest_sentence(self):
        """Return what the requirement asks besides its flat conditions, or nothing."""
        self.ensure_one()
        children = self._get_children()
        flat = self._get_flat_conditions()
        rest = children.get(self, self.browse()) - flat
        if not flat or not children:
            return self._get_requirement_text()
        if not rest:
            return ""
        words = self.env["customer.grading.measure"]
        alone = len(rest) == 1
        texts = [
            line._to_text(children) if alone else line._to_nested_text(children) for line in rest
        ]
        return self.env._(
            "%(grade)s also takes: %(conditions)s.",
            grade=self.grade_id.code,
            conditions=words._join_all(texts),
        )


class CustomerGradingCriterion(models.Model):
    _inherit = "customer.grading.criterion"

    def _get_definition(self):
        """Return in one line how the criterion is measured, as far as its name leaves open."""
        self.ensure_one()
        if self.kind != "measure":
            return ""
        words = self.env["customer.grading.measure"]
        details = words._join_list(
            [
                (self.measure_id.description or "").rstrip(".。"),
                self._get_base_text(),
                *(self._get_domain_details()),
                self._get_question_details(),
                self.env._("the whole corporate group counts")
                if self._counts_whole_group()
                else "",
                self._get_rank_details(),
                self._get_level_details(),
            ]
        )
        if not details:
            return ""
        return self.env._("%(criterion)s: %(details)s", criterion=self.name, details=details)

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
        return root.kind != "measure"

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
        details = self.env._("asked of: %s", whom)
        if question.validity_months:
            details = self.env._(
                "asked of: %(whom)s, valid for %(months)s months",
                whom=whom,
                months=question.validity_months,
            )
        words = self.env["customer.grading.measure"]
        basis = words._join_list(question.basis_ids.mapped("name"))
        contrary = words._join_list(question.sudo().contrary_ids.mapped("name"))
        return words._join_list(
            [
                details,
                basis and self.env._("decided on the answers to: %s", basis),
                contrary and self.env._("outdated by a later yes to: %s", contrary),
            ]
        )

    def _get_rank_details(self):
        if not self._is_ranked():
            return ""
        among = dict(self._fields["rank_among"]._description_selection(self.env))
        within = self._get_rank_within_text()
        if self.band_by == "own_share":
            return self.env._("share of the total of: %s", within)
        crossing = dict(self._fields["crossing"]._description_selection(self.env))
        return self.env._(
            "ranked among: %(among)s; ranked with: %(within)s; who crosses a line %(crossing)s",
            among=among[self.rank_among],
            within=within,
            crossing=crossing[self.crossing],
        )

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
        rows = [
            [
                "\N{EM SPACE}" * depth
                + (self.name if self.kind != "measure" else self._get_label()),
                self.level_summary or self._get_own_points_text(),
                self._format_number(self.weight) if self.weight != 1 else "",
                self._format_number(most * self.weight) if most else "",
            ]
        ]
        for child in self.child_ids.sorted(lambda c: (c.sequence, c._origin.id)):
            rows += child._get_points_rows(depth + 1)
        return rows

    def _get_own_points_text(self):
        """Return what gives the points where no levels do."""
        if self.kind != "measure":
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
