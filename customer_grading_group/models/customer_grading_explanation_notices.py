from odoo import models

from ..tools.group import GROUP


class CustomerGradingExplanationNotices(models.AbstractModel):
    _inherit = "customer.grading.explanation.notices"

    def _get_scope_problem(self, policy, record):
        if record._name != GROUP.model:
            return super()._get_scope_problem(policy, record)
        engine, company = self.env["customer.grading.engine"].sudo(), self.env.company
        scope = engine._get_scope(policy, company, engine._get_today(company), record.ids)
        if engine._get_subject_query(policy, scope).get_result_ids():
            return ""
        if not record.sudo().filtered_domain(policy._parse_domain()):
            text = policy.env["customer.grading.measure"]._get_domain_text(
                policy.domain, policy.subject_model
            )
            return self.env._("“%(policy)s” asks that %(filter)s", policy=policy.name, filter=text)
        return self.env._("nothing that is looked at belongs to it any more")
