from odoo import models
from odoo.addons.customer_grading.tools.blocks import make_block, make_row
from odoo.tools import format_date

# Who sees credit limits: as in Odoo, and as the rule on the ledger says.
LIMITS_GROUPS = (
    "account.group_account_invoice",
    "account.group_account_readonly",
    "customer_grading.customer_grading_group_officer",
)
INTERNAL = ("salesperson", "team", "tag", "lead_tag", "credit_limit")


def _is_given_now(grant):
    """Whether a row of the ledger is in effect, and neither changed by hand nor to end."""
    return bool(grant) and grant.state == "given" and not grant.ends


class CustomerGradingExplanationView(models.AbstractModel):
    """Says beside “Why this grade?” what the grade gives, and what of it is given."""

    _inherit = "customer.grading.explanation.view"

    def _get_explanation_blocks(self, record, result, explanation):
        blocks = super()._get_explanation_blocks(record, result, explanation)
        grade = result.grade_id
        given = self.env["customer.grade"]._get_benefits_of(result.dimension_id, self.env.company)
        if not given.get(grade):
            return blocks
        rows = self._get_grants(result)
        title = self.env._("What grade %s gives", grade.code)
        lines = [
            self._get_benefit_row(benefit, rows.get(benefit._get_key())) for benefit in given[grade]
        ]
        blocks = [*blocks, make_block(title, [title, ""], lines)]
        if self.env.context.get("grading_paper") == "grade_sheet":
            blocks += self._get_sheet_blocks(title, given[grade], rows)
        return blocks

    @staticmethod
    def _get_sheet_blocks(title, benefits, grants):
        """Return what the customer may read on its grade sheet: what is promised, and given by now.

        Who looks after it, marks and credit limits are ours.
        """
        told = [
            benefit.reads_as
            for benefit in benefits
            if benefit.kind not in INTERNAL
            and (not benefit._is_given() or _is_given_now(grants.get(benefit._get_key())))
        ]
        if not told:
            return []
        return [{**make_block(title, text="\n".join(told)), "papers": ["grade_sheet"]}]

    def _get_grants(self, result):
        """Return ``{key: row of the ledger}`` of what this one has now, or waits for.

        Who sees no credit limits is not told whether they are what the grade gives.
        """
        field = result.dimension_id._get_subject_kind().field
        Grant = self.env["customer.grading.grant"].sudo()
        if field not in Grant._fields:
            return {}
        found = Grant.search(
            [
                (field, "=", result[field].id),
                ("dimension_id", "=", result.dimension_id.id),
                ("company_id", "in", [False, self.env.company.id]),
                ("state", "in", ("waiting", "given", "kept")),
            ],
            order="id",
        )
        if not any(map(self.env.user.has_group, LIMITS_GROUPS)):
            found = found.filtered(lambda grant: grant.kind != "credit_limit")
        return {grant.key: grant for grant in found}

    def _get_benefit_row(self, benefit, grant):
        if not grant or not benefit._is_given():
            return make_row(None, benefit.reads_as, "")
        if grant.ends or grant.state == "waiting":
            return make_row("missing", benefit.reads_as, self.env._("waits"))
        if grant.state == "kept" or grant.is_by_hand:
            return make_row("unmet", benefit.reads_as, self.env._("set by hand"))
        since = format_date(self.env, grant.date_start)
        return make_row("met", benefit.reads_as, self.env._("since %s", since))
