from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, format_list

from ...tools.change_rules import CHANGE_FIELDS, RULE_CHANGE_FIELDS
from ...tools.texts import join_list


class CustomerGradingPolicy(models.Model):
    """Says the whole policy in words, as a regulation that can be printed."""

    _inherit = "customer.grading.policy"

    # The same to everybody who may read the policy, whatever grades it names.
    reads_as = fields.Html(compute="_compute_reads_as", compute_sudo=True, sanitize=False)

    def _get_timing_sentences(self):
        """Return in sentences when a computed grade takes effect."""
        timings = dict(self._fields["upgrade_timing"]._description_selection(self.env))
        up = {"timing": timings.get(self.upgrade_timing), "days": self.upgrade_days}
        down = {"timing": timings.get(self.downgrade_timing), "days": self.downgrade_days}
        return [
            self.env._(
                "A better grade takes effect %(timing)s, once it has stood %(days)s days.", **up
            )
            if self.upgrade_days
            else self.env._("A better grade takes effect %s.", up["timing"]),
            self.env._(
                "A lower grade takes effect %(timing)s, once it has stood %(days)s days.", **down
            )
            if self.downgrade_days
            else self.env._("A lower grade takes effect %s.", down["timing"]),
            self.grace_days
            and self.env._(
                "From then on, %s days of grace are left to win the grade back.", self.grace_days
            ),
            self.counts_working_days and self.env._("Days are the company's working days."),
            self.one_step and self.env._("A grade changes by one step at a time."),
            self.window_ids
            and self.env._("Grades change only from %s.", self.window_ids._to_text()),
            self.probation_months
            and self.env._(
                "Who is graded for the first time is on probation for %s months: the grade is "
                "provisional, changes at once, and is then evaluated.",
                self.probation_months,
            ),
        ]

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
        "rule_ids.limit_field",
        "dimension_id.lead_types",
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
        criteria = self.criterion_ids.sorted(lambda c: (c.sequence, c._origin.id))
        definitions = [criterion._get_definition() for criterion in criteria]
        sections = [
            (self.env._("Whom it grades"), self._get_paragraphs(self._get_scope_sentences())),
            (self.env._("What each grade takes"), self._get_requirements_html()),
            (self.env._("Points"), self._get_points_html()),
            (self.env._("How the criteria are measured"), self._get_list(definitions)),
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
        domain = self.env["customer.grading.measure"]._get_domain_text(
            self.domain, self.subject_model
        )
        created = self.records_from and format_date(self.env, self.records_from)
        return [
            self._get_dimension_sentence(),
            self._get_population_sentence(),
            domain and self.env._("Of these, only where %s.", domain),
            self._get_date_sentence(),
            created and self.env._("Of these, only those created from %s on.", created),
        ]

    def _get_population_sentence(self):
        """Hook: say whom the policy applies to."""
        if self.subject == "lead":
            sentences = {
                "opportunity_open": self.env._("It applies to open opportunities."),
                "opportunity_all": self.env._(
                    "It applies to all opportunities, open, won or lost."
                ),
                "lead_open": self.env._("It applies to open leads."),
                "lead_all": self.env._("It applies to all leads, open or lost."),
                "both_open": self.env._("It applies to open leads and opportunities."),
                "both_all": self.env._(
                    "It applies to all leads and opportunities, open, won or lost."
                ),
            }
            return sentences[f"{self.dimension_id.lead_types}_{self.lead_population}"]
        if self.population == "documents":
            documents = format_list(self.env, self._get_population_names(), style="or")
            return self.env._("It applies to customers with %s.", documents)
        return self.env._("It applies to all contacts that are companies or persons of their own.")

    def _get_dimension_sentence(self):
        names = {
            "dimension": self.dimension_id.name,
            "company": self.company_id.name,
            "currency": self.currency_id.name,
        }
        choose = self.dimension_id._choose_text
        if self.dimension_id.company_scope == "group":
            return (
                choose(
                    self.env._(
                        "Grades customers by “%(dimension)s”, all companies as one, in %(currency)s."
                    ),
                    self.env._(
                        "Grades opportunities by “%(dimension)s”, all companies as one, in "
                        "%(currency)s."
                    ),
                )
                % names
            )
        if not self.company_id:
            return (
                choose(
                    self.env._("Grades customers by “%s”, each company by its own documents."),
                    self.env._("Grades opportunities by “%s”, each company its own."),
                )
                % names["dimension"]
            )
        return (
            choose(
                self.env._(
                    "Grades customers of %(company)s by “%(dimension)s”; amounts are in %(currency)s."
                ),
                self.env._(
                    "Grades opportunities of %(company)s by “%(dimension)s”; amounts are in "
                    "%(currency)s."
                ),
            )
            % names
        )

    def _get_date_sentence(self):
        start, end = format_date(self.env, self.date_from), format_date(self.env, self.date_to)
        if start and end:
            return self.env._("In force from %(start)s until %(end)s.", start=start, end=end)
        return start and self.env._("In force from %s.", start)

    # ------------------------------------------------------------------ requirements

    def _get_requirements_html(self):
        if self.decide_by == "hand":
            return self._get_paragraphs([self.env._("Officers give the grades by hand.")])
        if not self.rule_ids:
            return Markup()
        sentences = [self.env._("Of several grades that fit, the first in this order is given.")]
        if self.rule_ids[-1]._get_asked_lines(self.rule_ids[-1]._get_children()):
            sentences.append(self.env._("Whoever fits none is not graded."))
        sentences += [text for rule in self.rule_ids for text in rule._get_count_sentences()]
        return self._get_requirements_table() + self._get_paragraphs(sentences)

    def _get_requirements_table(self):
        """Hook: return the requirements as a table, and below it what a table cannot say."""
        # What the table cannot say follows, one sentence a requirement.
        sentences = [rule._get_rest_sentence() for rule in self.rule_ids]
        return self._get_flat_table() + self._get_list(sentences, "ol")

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
        rows = []
        for criterion in criteria.sorted(lambda c: (c.sequence, c._origin.id)):
            row = [criterion._get_label()]
            for lines in asked.values():
                own = lines.filtered(lambda line, c=criterion: line.criterion_id == c)
                row.append(join_list(self.env, [line._get_asked_text() for line in own]))
            rows.append(row)
        return self._get_table([self.env._("Criterion"), *(r._get_title() for r in asked)], rows)

    # ------------------------------------------------------------------ points

    def _get_points_html(self):
        """Return a table for each total of points."""
        totals = self.criterion_ids.filtered(
            lambda criterion: not criterion.parent_id and criterion._adds_points()
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

    # ------------------------------------------------------------------ changes

    def _get_change_sentences(self):
        """Hook: return in sentences how grades change; an addon adds what it does about it."""
        by_hand = self.env._("A grade set by hand wins until it is ended.")
        if self.manual_months:
            by_hand = self.env._(
                "A grade set by hand wins, and ends within %s months.", self.manual_months
            )
        return [
            *self._get_timing_sentences(),
            *(rule._get_terms_sentence() for rule in self.rule_ids),
            self._get_stop_sentence(),
            by_hand,
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
