from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_action
from odoo.addons.customer_grading.tools.subject import PARTNER, SUBJECTS
from odoo.exceptions import UserError
from odoo.tools import SQL

SHOWN = 500  # lines of the list “To assess”


class CustomerGradingChecklist(models.TransientModel):
    """Questions put together for one user to answer at once.

    A checklist is of one customer or opportunity; the list “To assess” is of all.
    """

    _name = "customer.grading.checklist"
    _description = "Questions to Answer"
    _rec_name = "policy_id"

    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", "Opportunity", ondelete="cascade")
    policy_id = fields.Many2one("customer.grading.policy", ondelete="cascade")
    line_ids = fields.One2many("customer.grading.assessment", "list_id", string="Questions")
    has_basis = fields.Boolean(compute="_compute_has_basis")
    has_proof = fields.Boolean(compute="_compute_has_basis")
    has_answers = fields.Boolean(compute="_compute_has_basis")
    has_description = fields.Boolean(compute="_compute_has_basis")

    @api.depends("line_ids.question_id", "line_ids.last_answer")
    def _compute_has_basis(self):
        """Say which columns there is something in."""
        for checklist in self:
            checklist.has_answers = any(checklist.line_ids.mapped("last_answer"))
            questions = checklist.line_ids.question_id
            checklist.has_basis = bool(questions.basis_ids)
            checklist.has_description = any(questions.mapped("description"))
            checklist.has_proof = any(questions.mapped("proof_required"))

    # ------------------------------------------------------------------ one subject

    @api.model
    def _open_checklist(self, policy, company, record):
        """Return the action that opens all questions of ``policy`` about ``record``.

        :param company: for whom the answers are given
        :param record: a customer or an opportunity
        """
        record.check_access("read")
        customer = record._get_customer()
        subject = {"partner_id": customer.id, record._grading_result_field: record.id}
        checklist = self.create({"policy_id": policy.id, **subject})
        questions = policy.sudo()._get_questions()
        if not customer:
            questions = questions.filtered(lambda question: question.subject == policy.subject)
        if not questions:
            raise UserError(self.env._("“%s” asks no question about it.", policy.sudo().name))
        self.env["customer.grading.assessment"]._create_lines(
            checklist,
            [
                {
                    "policy_id": policy.id,
                    "company_id": (company or self.env.company).id,
                    **self._get_asked_about(record, question),
                    "question_id": question.id,
                }
                for question in questions
            ],
        )
        return checklist._get_records_action(
            name=self.env._("Checklist of %s", record.display_name),
            target="new",
            context={"dialog_size": "extra-large"},
        )

    @api.model
    def _get_asked_about(self, record, question):
        """Return whom ``question`` is about, of what is graded, as values of a line."""
        record = record.sudo()
        about = {"partner_id": record._get_customer().id}
        of_customer = question.subject == PARTNER.name
        if record._name != PARTNER.model or not of_customer:
            about[record._grading_result_field] = record.id
        return about

    def action_save(self):
        """Close the dialog; its lines have made their answers when they were saved."""
        return {"type": "ir.actions.act_window_close"}

    # ------------------------------------------------------------------ all subjects

    @api.model
    def action_open_to_assess(self):
        """Open what waits for an answer of the user, the most telling first."""
        Policy = self.env["customer.grading.policy"]
        Dimension = self.env["customer.grading.dimension"]
        dimensions = [one for kind in SUBJECTS for one in Dimension._get_visible(kind)]
        rows, more = [], False
        for dimension in dimensions:
            company, policies = Policy._get_in_force(dimension, self.env.company)
            for policy in policies:
                questions = policy._get_questions().with_env(self.env)._filter_may_answer()
                if not questions:
                    continue
                condition = SQL(
                    "kept.policy_id = %s AND kept.company_id IS NOT DISTINCT FROM %s"
                    " AND kept.reason <> 'left'",
                    policy.id,
                    company.id or None,
                )
                run = self.env["customer.grading.engine"]._get_last_full_run(policy, company)
                found = self._find_rows(
                    policy, company, self.env["customer.grading.result"], condition, questions, run
                )
                more = more or len(found) > SHOWN
                rows += found
        return self._open_rows(self.env._("To assess"), rows, more, Policy)

    @api.model
    def _open_rows(self, name, rows, more, policy):
        """Return the action that lists the lines made of ``rows``, each question once."""
        once, subjects = {}, {}
        for _order, about, vals in sorted(rows, key=lambda row: row[0]):
            once.setdefault(about, vals)
            subjects.setdefault(self._get_subject_key(vals), len(subjects))
        if more or len(once) > SHOWN:
            name = self.env._("%(title)s: the %(count)s most telling", title=name, count=SHOWN)
        checklist = self.create({"policy_id": policy.id})
        # What is asked about one customer stands together, where the most telling of it stands.
        told = [*once.values()][:SHOWN]
        told.sort(key=lambda vals: (not vals["is_mine"], subjects[self._get_subject_key(vals)]))
        lines = self.env["customer.grading.assessment"]._create_lines(checklist, told)
        lines._tell_stakes()
        return open_action(
            self.env,
            "customer_grading_assessment.customer_grading_assessment_action",
            name,
            domain=[("list_id", "=", checklist.id)],
            context={
                "create": False,
                "delete": False,
                "with_leads": bool(lines.lead_id),
                "with_basis": checklist.has_basis,
                "with_answers": bool(lines.last_answer_id),
                "with_description": any(lines.question_id.mapped("description")),
                "with_salespeople": len(lines.salesperson_id) > 1,
            },
        )

    @staticmethod
    def _get_subject_key(vals):
        """Return whom the values of a line are about: its lines stand together."""
        return vals.get("partner_id"), not vals.get("partner_id") and vals.get("lead_id")

    @api.model
    def _find_rows(self, policy, company, kept, condition, questions, run):
        """Return the open questions of one policy, as values of lines.

        :param kept: results, or lines of a try-on: an empty recordset of the model
        :param condition: which of them, as ``SQL`` on the table ``kept``
        :param run: whose cut-offs count
        :return: ``[(order, (question, whom it is about), values)]``, the most telling with the
            lowest order, one more than are shown where there are more
        """
        if not questions:
            return []
        engine = self.env["customer.grading.engine"].sudo()
        today = engine._get_today(company)
        scope = engine._get_scope(policy, company, today, cutoffs=run.cutoffs or {})
        found = engine._find_open_questions(policy, scope, kept, condition, questions, SHOWN + 1)
        records = kept.sudo().browse(row[0] for row in found)
        asked = [
            (record.id, questions.browse(question_id))
            for record, (_id, question_id, *_rest) in zip(records, found, strict=True)
        ]
        would_be = engine._find_would_be_grades(policy, scope, kept, asked)
        rows = []
        for record, (_id, question), would, (*_ids, mine, is_open) in zip(
            records, asked, would_be, found, strict=True
        ):
            computed = record["computed_grade_id" if "computed_grade_id" in record else "grade_id"]
            better = would and (
                not computed or (would.sequence, would.id) < (computed.sequence, computed.id)
            )
            if not (better and is_open):
                would = would.browse()
            is_result = record._name == "customer.grading.result"
            vals = {
                "policy_id": policy.id,
                "company_id": (company or self.env.company).id,
                **self._get_asked_about(record._get_subject(), question),
                "question_id": question.id,
                "salesperson_id": record.salesperson_id.id,
                "is_mine": mine,
                "grade_id": (record.grade_id if is_result else record.current_grade_id).id,
                "would_grade_id": would.id,
            }
            order = (not mine, not would, would.sequence, would.id, not is_open)
            about = vals[SUBJECTS[question.subject].field]
            rows.append((order, (question, about), vals))
        return rows


class CustomerGradingResult(models.Model):
    """Opens the checklist of whom it is about."""

    _inherit = "customer.grading.result"

    def action_fill_checklist(self):
        """Open all questions of the policy about the customer or the opportunity."""
        self.ensure_one()
        self.check_access("read")
        return self.env["customer.grading.checklist"]._open_checklist(
            self.policy_id, self.company_id, self._get_subject()
        )


class CustomerGradingCriterion(models.Model):
    """Opens the list of who has no answer to its question."""

    _inherit = "customer.grading.criterion"

    def action_ask_for_answers(self):
        """Open the customers of the last try-on that have no answer to the question."""
        self.ensure_one()
        self.check_access("write")
        trial = self.policy_id._get_last_try_on()
        if not trial or trial._is_stale():
            raise UserError(
                self.env._("The policy was changed since it was tried on. Try it on again.")
            )
        Checklist = self.env["customer.grading.checklist"]
        rows = Checklist._find_rows(
            self.policy_id.sudo(),
            trial.company_id,
            self.env["customer.grading.trial.line"],
            SQL("kept.trial_id = %s", trial.id),
            self._get_question(),
            trial,
        )
        return Checklist._open_rows(self.question_id.name, rows, len(rows) > SHOWN, self.policy_id)
