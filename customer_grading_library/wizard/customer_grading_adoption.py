from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import tell
from odoo.exceptions import UserError

from ..models.limit_scaler import LimitScaler, count_reaching


class CustomerGradingAdoption(models.TransientModel):
    """Makes a draft of a library policy, with names and limits of one's own.

    Nothing is there before it is confirmed: what is asked is read from a draft that is taken
    back, and what is answered is written to the one that is made then.
    """

    _name = "customer.grading.adoption"
    _description = "Adoption of a Library Policy"

    library_policy_id = fields.Many2one(
        "customer.grading.library.policy", required=True, ondelete="cascade", readonly=True
    )
    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Company whose records it grades; empty: each company grades its own.",
    )
    figures_text = fields.Char(readonly=True)
    limit_ids = fields.One2many("customer.grading.adoption.limit", "adoption_id")
    grade_ids = fields.One2many("customer.grading.adoption.grade", "adoption_id")

    @api.model
    def _prepare(self, library_policy):
        """Return a new one that shows the limits and grades of ``library_policy``."""
        self.env["customer.grading.policy"].check_access("create")
        known = self._get_known_codes(library_policy)
        with library_policy._loaded() as draft:
            draft._suggest_limits()
            scaler, dimension = LimitScaler(draft), draft.dimension_id
            is_seen = dimension.company_scope != "group" or dimension.is_seen_whole
            limits = scaler.get_limits() if is_seen else []
            vals = {
                "library_policy_id": library_policy.id,
                "name": draft.name,
                "figures_text": self._get_figures_text(scaler, limits),
                "limit_ids": [
                    fields.Command.create(self._prepare_limit(scaler, limit, suggested))
                    for limit, suggested in zip(limits, scaler.suggest(limits), strict=True)
                ],
                "grade_ids": [
                    fields.Command.create({"code": grade.code, "name": grade.name})
                    for grade in draft.rule_ids.grade_id
                    if grade.code not in known
                ],
            }
        return self.create(vals)

    def _get_known_codes(self, library_policy):
        """Return the codes of grades that are there already: they are renamed where they are."""
        code = library_policy._get_content()["dimension"]["code"]
        Dimension = self.env["customer.grading.dimension"].with_context(active_test=False)
        return Dimension.search([("code", "=", code)]).grade_ids.mapped("code")

    def _get_figures_text(self, scaler, limits):
        if not limits:
            return False
        if any(scaler.get_steps(limit.criterion) for limit in limits):
            return self.env._(
                "“Yours” keeps the shape of the original on the scale of your own figures. "
                "Change it as you like."
            )
        return self.env._("You have no such figures yet: the limits are those of the original.")

    def _prepare_limit(self, scaler, limit, suggested):
        record = limit.record
        if limit.get_field() == "value":
            what = record.root_id.grade_id.display_name
        else:
            what = record.level
        return {
            "what": what,
            "criterion": limit.criterion.name,
            "unit": limit.criterion.unit,
            "original": limit.value,
            "value": suggested,
            "steps": scaler.get_steps(limit.criterion),
        }

    def action_adopt(self):
        """Make the draft and open it."""
        self.ensure_one()
        Policy = self.env["customer.grading.policy"]
        Policy.check_access("create")
        company = self.company_id or self.env.company
        policy = Policy.with_company(company)._load_file(self.library_policy_id.key)
        policy.company_id = self.company_id
        policy._suggest_limits()
        self._write_limits(policy)
        self._call(policy, self.name)
        for line in self.grade_ids:
            grade = policy.rule_ids.grade_id.filtered(lambda g, code=line.code: g.code == code)
            self._call(grade, line.name)
        action = policy._get_records_action()
        text = self.env._(
            "“%s” is a draft of your own now. Try it on, then activate it.", self.name
        )
        return tell(text, "success", action)

    def _call(self, record, name):
        """Give a record the name that was chosen, in all languages where it is another one."""
        if record.name != name:
            languages = [lang for lang, _name in self.env["res.lang"].get_installed()]
            record.update_field_translations("name", dict.fromkeys(languages, name))

    def _write_limits(self, policy):
        limits = LimitScaler(policy).get_limits()
        if self.limit_ids and len(self.limit_ids) != len(limits):
            raise UserError(
                self.env._(
                    "The library was renewed while this was open. Close it, and adopt the policy "
                    "again."
                )
            )
        for limit, line in zip(limits, self.limit_ids, strict=False):
            if line.value != limit.value:
                limit.apply(line.value)


class CustomerGradingAdoptionLimit(models.TransientModel):
    """A limit of a library policy, and that of one's own."""

    _name = "customer.grading.adoption.limit"
    _description = "Limit of an Adopted Policy"

    adoption_id = fields.Many2one("customer.grading.adoption", required=True, ondelete="cascade")
    what = fields.Char("For", readonly=True)
    criterion = fields.Char(readonly=True)
    unit = fields.Char(readonly=True)
    original = fields.Float(digits=(16, 2), readonly=True)
    value = fields.Float("Yours", digits=(16, 2))
    steps = fields.Json(readonly=True)
    original_reach = fields.Integer("Reach it", compute="_compute_original_reach")
    reach = fields.Integer("Reach yours", compute="_compute_reach")

    @api.depends("original", "steps")
    def _compute_original_reach(self):
        for line in self:
            line.original_reach = count_reaching(line.steps or [], line.original)

    @api.depends("value", "steps")
    def _compute_reach(self):
        for line in self:
            line.reach = count_reaching(line.steps or [], line.value)


class CustomerGradingAdoptionGrade(models.TransientModel):
    """A grade that comes with a library policy, and what it is called here."""

    _name = "customer.grading.adoption.grade"
    _description = "Grade of an Adopted Policy"

    adoption_id = fields.Many2one("customer.grading.adoption", required=True, ondelete="cascade")
    code = fields.Char(readonly=True)
    name = fields.Char(required=True)
