from contextlib import suppress
from datetime import datetime

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date
from odoo.tools.misc import get_lang

from ...tools.groups import OFFICER_GROUP
from ...tools.subject import SUBJECTS
from ...tools.texts import join_list


class CustomerGradingQuestion(models.Model):
    """Something that people assess, because no document tells it."""

    _name = "customer.grading.question"
    _description = "Grading Question"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char("Question", required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True,
        copy=False,
        default=lambda self: self.env["ir.sequence"].next_by_code("customer.grading.question"),
        help="Short name that is the same in every language.",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
    subject = fields.Selection(
        [("partner", "Customers"), ("lead", "Opportunities")],
        string="Asked about",
        default="partner",
        required=True,
        tracking=True,
        help="A question about customers also serves to grade their opportunities.",
    )
    kind = fields.Selection(
        [
            ("yes_no", "Yes or no"),
            ("levels", "Levels"),
            ("points", "Points"),
            ("number", "A number"),
            ("text", "A text"),
            ("date", "A date"),
        ],
        string="Answers",
        default="yes_no",
        required=True,
        tracking=True,
    )
    choice_ids = fields.One2many(
        "customer.grading.question.choice", "question_id", string="Levels", copy=True
    )
    points_max = fields.Float("Points at most", default=10.0)
    unit_text = fields.Char(
        "Counted in", translate=True, help="Shown beside the number, such as CNY or staff."
    )
    asked_of = fields.Selection(
        [
            ("salesperson", "The salesperson"),
            ("officer", "Grading officers"),
            ("group", "Chosen groups"),
        ],
        default="salesperson",
        required=True,
        tracking=True,
        help="Who may answer. Grading officers may always.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        "customer_grading_question_group_rel",
        "question_id",
        "group_id",
        string="Groups",
    )
    basis_ids = fields.Many2many(
        "customer.grading.question",
        "customer_grading_question_basis_rel",
        "question_id",
        "basis_id",
        string="Decided on the answers to",
        help="Their latest answers stand beside this question wherever it is answered.",
    )
    contrary_ids = fields.Many2many(
        "customer.grading.question",
        "customer_grading_question_contrary_rel",
        "question_id",
        "contrary_id",
        string="Outdated by a later yes to",
        help="Once one of these was answered yes later, the answer to this one counts no more.",
    )
    validity_months = fields.Integer(
        "Valid for (months)",
        default=12,
        tracking=True,
        help="How long an answer counts; 0: for ever.",
    )
    proof_required = fields.Boolean("Proof needed", tracking=True)
    description = fields.Text("How to judge", translate=True)
    answer_count = fields.Integer(compute="_compute_answer_count")

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Two questions cannot share a code. Choose another one."
    )
    _validity_check = models.Constraint(
        "CHECK (validity_months BETWEEN 0 AND 1200)",
        "An answer can be valid for 0 to 1200 months. Use 0 for “for ever”.",
    )

    def _compute_answer_count(self):
        counts = dict(
            self.env["customer.grading.answer"]._read_group(
                [("question_id", "in", self.ids)], ["question_id"], ["__count"]
            )
        )
        for question in self:
            question.answer_count = counts.get(question, 0)

    # ------------------------------------------------------------------ validation

    @api.constrains("asked_of", "group_ids")
    def _check_groups(self):
        for question in self.filtered(lambda question: question.asked_of == "group"):
            if not question.sudo().group_ids:
                raise ValidationError(
                    self.env._("“%s”: choose the groups that it is asked of.", question.name)
                )

    @api.constrains("basis_ids", "subject")
    def _check_basis(self):
        if self._has_cycle("basis_ids"):
            raise ValidationError(
                self.env._(
                    "A question cannot be decided on itself. Take one out of “Decided on the "
                    "answers to”."
                )
            )
        self._check_known_beside("basis_ids")

    @api.constrains("contrary_ids", "subject", "kind")
    def _check_contrary(self):
        self._check_known_beside("contrary_ids")
        for question in self:
            if question in question.contrary_ids:
                raise ValidationError(
                    self.env._("“%s” cannot be outdated by itself.", question.name)
                )
        named = self.search([("contrary_ids", "in", self.ids)]).contrary_ids & self
        for question in self.contrary_ids | named:
            if question.kind != "yes_no":
                raise ValidationError(
                    self.env._(
                        "Only a yes outdates another answer, and “%s” is not answered by yes "
                        "or no. Choose another question.",
                        question.name,
                    )
                )

    def _check_known_beside(self, *names):
        """Refuse beside a question those that are asked neither about customers nor about the same."""
        for question in self:
            for other in self.browse().union(*(question[name] for name in names)):
                if other.subject not in ("partner", question.subject):
                    text = self.env["customer.grading.dimension"]._get_known_text(other)
                    raise ValidationError(text)

    @api.constrains("subject")
    def _check_subject(self):
        """Refuse what a policy, or another question, could not make use of."""
        criteria = self.env["customer.grading.criterion"].sudo()
        criteria.search([("question_id", "in", self.ids)])._check_measure_subject()
        beside = self.search(["|", ("basis_ids", "in", self.ids), ("contrary_ids", "in", self.ids)])
        beside._check_known_beside("basis_ids", "contrary_ids")

    # ------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self.env["customer.grading.dimension"]._forget_use()
        return super().create(vals_list)

    def write(self, vals):
        kept = {
            "kind": self.env._(
                "This question has been answered: its kind of answer cannot be changed. "
                "Archive it and ask a new one."
            ),
            "subject": self.env._(
                "This question has been answered: what it is asked about cannot be changed. "
                "Archive it and ask a new one."
            ),
        }
        for name in filter(vals.__contains__, kept):
            if self.filtered(lambda q, name=name: q[name] != vals[name] and q.answer_count):
                raise UserError(kept[name])
        if "subject" in vals:
            self.env["customer.grading.dimension"]._forget_use()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        if self.filtered("answer_count"):
            raise UserError(
                self.env._("A question with answers cannot be deleted. Archive it instead.")
            )

    # ------------------------------------------------------------------ asking

    def _register_hook(self):
        """Know from the start what nobody is asked about."""
        super()._register_hook()
        for subject in SUBJECTS:
            self._is_asked_about(subject)

    @api.model
    def _is_asked_about(self, subject):
        """Whether there is any question about records of ``subject``."""
        Dimension = self.env["customer.grading.dimension"]
        return Dimension._is_ever(("asked", subject), lambda: self._find_asked_about(subject))

    @api.model
    @tools.ormcache("subject")
    def _find_asked_about(self, subject):
        Question = self.sudo().with_context(active_test=False)
        return bool(Question.search_count([("subject", "=", subject)], limit=1))

    def _filter_may_answer(self):
        """Return those of the questions that the user may answer."""
        user = self.env.user
        if self.env.su or user.has_group(OFFICER_GROUP):
            return self
        groups = user.all_group_ids
        return self.filtered(
            lambda question: (
                question.asked_of == "salesperson"
                or (question.asked_of == "group" and question.sudo().group_ids & groups)
            )
        )

    def _get_asked_of_text(self):
        """Return who is asked, in words: the salesperson, officers, the names of groups."""
        self.ensure_one()
        if self.asked_of == "group":
            names = self.sudo().group_ids.mapped("full_name")
            return join_list(self.env, names)
        if self.asked_of == "officer":
            return self.env._("grading officers")
        return self.env._("the salesperson")

    def _get_possible_answers(self):
        """Return the answers to choose from in the user's words, none where one writes."""
        self.ensure_one()
        if self.kind == "yes_no":
            field = self.env["customer.grading.answer"]._fields["yes_no"]
            return [label for _key, label in field._description_selection(self.env)]
        return self.choice_ids.mapped("name") if self.kind == "levels" else []

    def _parse_answer(self, text):
        """Return the values of an answer that is written as ``text``.

        It is yes or no, the name of a level, a number, or any text, in the user's language
        or in English.

        :raise ValidationError: where it is no answer to the question
        """
        self.ensure_one()
        text = (text or "").strip()
        if self.kind == "text":
            return {"text_value": text}
        if self.kind in ("points", "number"):
            return {self.kind: self._parse_number(text)}
        if self.kind == "date":
            return {"date_value": self._parse_date(text)}
        options = self._get_options()
        value = next((v for v, names in options if text.casefold() in names), None)
        if not value:
            raise ValidationError(
                self.env._(
                    "“%(text)s” is no answer to “%(question)s”. Choose one of: %(answers)s.",
                    text=text,
                    question=self.name,
                    answers=", ".join(self._get_possible_answers()),
                )
            )
        return {"yes_no" if self.kind == "yes_no" else "choice_id": value}

    def _get_options(self):
        """Return ``(value, names)`` of each answer to choose from, names in small letters."""
        if self.kind == "yes_no":
            yes, no = self._get_possible_answers()
            return [
                ("yes", {yes.casefold(), "yes", "y", "1", "true"}),
                ("no", {no.casefold(), "no", "n", "0", "false"}),
            ]
        return [
            (choice.id, {choice.name.casefold(), choice.with_context(lang=None).name.casefold()})
            for choice in self.choice_ids
        ]

    def _parse_number(self, text):
        try:
            number = float(text)
        except ValueError:
            number = None
        if number is None or not abs(number) < 1e12:  # “nan” is neither less nor more
            raise ValidationError(
                self.env._(
                    "“%(text)s” is no answer to “%(question)s”. Write a number, such as 1200.5.",
                    text=text,
                    question=self.name,
                )
            )
        return number

    def _parse_date(self, text):
        """Return the day that is written in the user's format, or as 2026-11-20."""
        written = (get_lang(self.env).date_format, "%Y-%m-%d")
        for form in written:
            with suppress(ValueError):
                return datetime.strptime(text, form).date()
        raise ValidationError(
            self.env._(
                "“%(text)s” is no answer to “%(question)s”. Write a date, such as %(date)s.",
                text=text,
                question=self.name,
                date=format_date(self.env, fields.Date.today()),
            )
        )

    def action_view_answers(self):
        """Open the answers given to this question."""
        self.ensure_one()
        xml_id = "customer_grading.customer_grading_answer_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        domain = [("question_id", "=", self.id)]
        return dict(action, domain=domain, context={"default_question_id": self.id})
