from odoo import api, models
from odoo.exceptions import ValidationError


class CustomerGradingCriterion(models.Model):
    """What a criterion is refused for when it is saved."""

    _inherit = "customer.grading.criterion"

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A criterion cannot be a part of itself."))
        for criterion in self:
            if criterion.parent_id and criterion.parent_id.policy_id != criterion.policy_id:
                raise ValidationError(
                    self.env._("“%s” is part of a criterion of another policy.", criterion.name)
                )

    @api.constrains("measure_id", "question_id", "policy_id")
    def _check_measure_subject(self):
        for criterion in self:
            if criterion._get_measured_subject() != "lead" or criterion.policy_subject == "lead":
                continue
            if criterion.measure_id.kind == "question":
                raise ValidationError(
                    self.env._(
                        "“%s” is asked about opportunities only. Choose a question about "
                        "customers.",
                        criterion.question_id.name,
                    )
                )
            raise ValidationError(
                self.env._(
                    "“%s” is known of opportunities only. Choose a measure of customers.",
                    criterion.measure_id.name,
                )
            )

    @api.constrains("dimension_id", "measure_id", "policy_id")
    def _check_dimension_cycle(self):
        """Refuse that two dimensions wait for each other's grades."""
        for criterion in self.filtered("dimension_id"):
            own = criterion.policy_id.dimension_id
            if own in criterion.dimension_id | criterion.dimension_id._get_needed():
                raise ValidationError(
                    self.env._(
                        "“%(criterion)s” goes round in a circle: grades of “%(other)s” already "
                        "need those of “%(own)s”. Choose another dimension.",
                        criterion=criterion.name,
                        other=criterion.dimension_id.name,
                        own=own.name,
                    )
                )

    @api.constrains(
        "document_domain",
        "subject_domain",
        "measure_id",
        "period",
        "start_field",
        "rank_within",
        "rank_field",
    )
    def _check_author_may_read(self):
        """Refuse filters that reach what their author may not read."""
        author = self.sudo(False)  # a constraint runs as superuser
        if author.env.su:
            return
        Measure = author.env["customer.grading.measure"]
        for criterion in self:
            for domain, model in criterion._get_domains():
                if not Measure._get_malformed_problem(domain, model):
                    Measure._check_readable(model, [], domain)
            if criterion.rank_within == "field" and criterion._is_group_path(criterion.rank_field):
                Measure._check_readable(
                    criterion.policy_subject_model, [criterion.rank_field], "[]"
                )
            if criterion.period == "since_start" and not criterion._get_period_problem():
                Measure._check_readable(criterion.subject_model, [criterion.start_field], "[]")
