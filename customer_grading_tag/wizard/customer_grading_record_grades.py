from ast import literal_eval

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import split_every
from odoo.tools.misc import clean_context

MOST_RECORDS = 5_000
MOST_REQUIREMENTS = 100  # of a policy: checking and explaining takes each beside each other one
CODE_SIZE = 4


class CustomerGradingRecordGrades(models.TransientModel):
    """Makes a grade for each record that customers name: a province, a county, an industry."""

    _name = "customer.grading.record.grades"
    _description = "Make Grades from Records"

    dimension_id = fields.Many2one(
        "customer.grading.dimension", required=True, ondelete="cascade", readonly=True
    )
    measure_id = fields.Many2one(
        "customer.grading.measure",
        "Field of the customer",
        required=True,
        ondelete="cascade",
        domain="[('kind', '=', 'field'), ('unit', '=', 'choice'), ('subject', '=', 'partner')]",
        help="A measure of the kind “A field of the record”, told as a choice: country, state or "
        "province, industry, or one of your own.",
    )
    model_name = fields.Char(compute="_compute_model_name")
    domain = fields.Char("Only", default="[]")
    in_use = fields.Boolean("Only those that customers have", default=True)
    record_count = fields.Integer("Grades", compute="_compute_record_count")

    @api.depends("measure_id")
    def _compute_model_name(self):
        for wizard in self:
            wizard.model_name = (
                wizard.measure_id._get_choice_model() if wizard.measure_id else False
            )

    @api.depends("measure_id", "domain", "in_use")
    def _compute_record_count(self):
        for wizard in self:
            wizard.record_count = len(wizard._get_records()) if wizard.model_name else 0

    def _get_records(self):
        """Return the records to make grades of, those that the user may read.

        :raise UserError: where “Only” is no filter of them
        """
        Model = self.env[self.model_name]
        if problem := self.measure_id._get_malformed_problem(self.domain, self.model_name):
            raise UserError(self.env._("“Only”: %s", problem))
        domain = Domain(literal_eval(self.domain or "[]"))
        if self.in_use:
            name = self.measure_id.field_name
            rows = self.env["res.partner"]._read_group([(name, "!=", False)], [name])
            domain &= Domain("id", "in", [record.id for [record] in rows])
        return Model.search(domain)

    def action_make(self):
        """Make the grades that are missing, and drafts that give them; open these.

        :raise UserError: where there are no records, or too many
        """
        self.ensure_one()
        records = self._get_records()
        if not records:
            raise UserError(
                self.env._(
                    "No record is found. Take all of them, not only those in use, or widen “Only”."
                )
            )
        if len(records) > MOST_RECORDS:
            raise UserError(
                self.env._(
                    "There are %(count)s records, and grades are made of %(most)s at most. Narrow "
                    "them by “Only”.",
                    count=len(records),
                    most=MOST_RECORDS,
                )
            )
        # The dimension is said by the context, which criteria would take for another one's.
        wizard = self.with_env(self.env(context=clean_context(self.env.context)))
        policies = wizard._create_policies(records, wizard._make_grades(records))
        action = open_window(self.dimension_id.name, "customer.grading.policy", "list,form")
        return dict(action, domain=[("id", "in", policies.ids)])

    # ------------------------------------------------------------------ grades

    def _make_grades(self, records):
        """Return ``{id of a record: its grade}``, making the grades that are missing."""
        Grade = self.env["customer.grade"].with_context(active_test=False)
        own = [("dimension_id", "=", self.dimension_id.id)]
        every = Grade.search(own)
        grades = {
            grade.record_id: grade for grade in every if grade.record_model == self.model_name
        }
        missing = records.filtered(lambda record: record.id not in grades)
        codes = self._get_codes(missing, {grade.code.lower() for grade in every})
        first = max(every.mapped("sequence"), default=0) + 1
        made = Grade.create(
            [
                {
                    "dimension_id": self.dimension_id.id,
                    "code": codes[record.id],
                    "name": self._get_name(record),
                    "sequence": sequence,
                    "record_model": self.model_name,
                    "record_id": record.id,
                }
                for sequence, record in enumerate(missing, first)
            ]
        )
        self._translate(missing, made)
        return grades | {grade.record_id: grade for grade in made}

    @staticmethod
    def _get_name(record):
        return record[record._rec_name] if record._rec_name else record.display_name

    def _translate(self, records, grades):
        """Call the grades in each language as the records."""
        if not records._rec_name or not records._fields[records._rec_name].translate:
            return
        for lang, _name in self.env["res.lang"].get_installed():
            for record, grade in zip(
                records.with_context(lang=lang), grades.with_context(lang=lang), strict=True
            ):
                grade.name = self._get_name(record)

    @staticmethod
    def _get_codes(records, taken):
        """Return ``{id: code}``: the records' own codes where they are short, else numbers."""
        has_code = "code" in records._fields and records._fields["code"].type == "char"
        codes, number = {}, 0
        for record in records:
            code = has_code and record.code or ""
            while not 0 < len(code) <= CODE_SIZE or code.lower() in taken:
                number += 1
                code = str(number)
            taken.add(code.lower())
            codes[record.id] = code
        return codes

    # ------------------------------------------------------------------ policies

    def _create_policies(self, records, grades):
        """Return drafts that give ``grades``, so many a policy that it stays quick.

        The last one also grades who is in none of them: nobody.
        """
        dimension, name = self.dimension_id, self.measure_id.field_name
        parts = list(split_every(MOST_REQUIREMENTS, records.ids))
        by_company = dimension.company_scope == "company"
        policies = self.env["customer.grading.policy"].create(
            [
                {
                    "name": self._get_policy_name(number, len(parts)),
                    "dimension_id": dimension.id,
                    "company_id": by_company and self.env.company.id,
                    "sequence": number,
                    "domain": str([(name, "in", list(ids))] if number < len(parts) else []),
                    "downgrade_timing": "now",
                    "downgrade_days": 0,
                }
                for number, ids in enumerate(parts, 1)
            ]
        )
        criteria = self.env["customer.grading.criterion"].create(
            [
                {
                    "policy_id": policy.id,
                    "measure_id": self.measure_id.id,
                    "name": self.measure_id.name,
                }
                for policy in policies
            ]
        )
        self.env["customer.grading.rule"].create(
            [
                self._prepare_rule(criterion, sequence, grades[record_id], record_id)
                for criterion, ids in zip(criteria, parts, strict=True)
                for sequence, record_id in enumerate(ids)
            ]
        )
        return policies

    def _get_policy_name(self, number, count):
        if count == 1:
            return self.dimension_id.name
        return self.env._(
            "%(dimension)s, part %(number)s of %(count)s",
            dimension=self.dimension_id.name,
            number=number,
            count=count,
        )

    @staticmethod
    def _prepare_rule(criterion, sequence, grade, record_id):
        condition = {
            "kind": "condition",
            "criterion_id": criterion.id,
            "operator": "is",
            "choice_id": record_id,
        }
        return {
            "policy_id": criterion.policy_id.id,
            "grade_id": grade.id,
            "sequence": sequence,
            "line_ids": [Command.create(condition)],
        }
