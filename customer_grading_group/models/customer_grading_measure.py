from odoo import api, fields, models
from odoo.addons.customer_grading.models.policy.customer_grading_measure import OWN_GRADE
from odoo.addons.customer_grading.tools.statement import join_path
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.group import GROUP, SHARED_RECORD


class CustomerGradingMeasure(models.Model):
    """What is added up over documents, for the group that they belong to.

    A measure of customers is that of a group of customers by its path, which goes on to what
    they share; one that reads the very documents that are grouped, by what these share.
    """

    _inherit = "customer.grading.measure"

    subject = fields.Selection(
        selection_add=[(GROUP.name, "Groups")], ondelete={GROUP.name: "cascade"}
    )

    @api.constrains("subject", "kind", "numerator_id", "denominator_id", "base_measure_id")
    def _check_of_groups(self):
        for measure in self:
            if measure.subject == GROUP.name and (problem := measure._get_kind_problem()):
                raise ValidationError(
                    self.env._(
                        "Measure “%(measure)s”: %(problem)s", measure=measure.name, problem=problem
                    )
                )

    def _get_kind_problem(self):
        """Return in words why it is not known of groups, whatever they are, or nothing."""
        made = self | self._get_made_of()
        if made.filtered(lambda m: m.kind not in ("documents", "ratio", "growth")):
            return self.env._(
                "of a group is known what is added up or counted over documents. Choose such a "
                "measure."
            )
        return None

    def _get_grouping_problem(self, dimension):
        """Return in words why it is not known of the groups of ``dimension``, or nothing."""
        if self.code_key == OWN_GRADE and self.kind == "code":
            return None
        if problem := self._get_kind_problem():
            return problem
        documents = (self | self._get_made_of()).filtered(lambda m: m.kind == "documents")
        for measure in documents:
            if not measure._get_group_path(dimension):
                return self.env._(
                    "the documents of “%(measure)s” do not lead to what “%(dimension)s” grades. "
                    "Choose a measure of the same documents, or one of groups with a path there.",
                    measure=measure.name,
                    dimension=dimension.name,
                )
        return None

    def _get_path_model(self):
        return None if self.subject == GROUP.name else super()._get_path_model()

    def _get_group_path(self, dimension):
        """Return how a document leads to its group.

        :return: ``(whether it begins at the record that its own path ends at, path)``, or
            ``None``
        """
        if self.model_name == dimension.group_model:
            return False, dimension.group_path
        end = self._get_path_field(self.model_name, self.subject_path or "")
        shared = dimension._get_group_field()
        if not end or not shared:
            return None
        if self.subject == GROUP.name and end.comodel_name == shared.comodel_name:
            return False, self.subject_path
        if end.comodel_name == dimension.group_model:
            return True, dimension.group_path
        return None

    # ------------------------------------------------------------------ the SQL half

    def _get_documents_of(self, criterion):
        if criterion.policy_subject == GROUP.name:
            return SHARED_RECORD
        return super()._get_documents_of(criterion)

    def _open_source(self, scope, ids=None, of=None, criterion=None):
        if of != SHARED_RECORD:
            return super()._open_source(scope, ids, of, criterion)
        source = super()._open_source(scope, None, of, criterion)
        dimension = criterion.policy_id.dimension_id
        from_end, path = self._get_group_path(dimension)
        if from_end:
            Member, query = self.env[dimension.group_model], source.query
            alias = query.make_alias(query.table, "member")
            same = SQL("%s = %s", SQL.identifier(alias, "id"), source.subject)
            query.add_join("LEFT JOIN", alias, Member._table, same)
            source.subject = join_path(Member, alias, query, path)
        else:
            source.subject = source.get_field_sql(path)
        source.documents = None  # a group's do not tell who is a customer
        if ids is not None:
            source.query.add_where(SQL("%s IN %s", source.subject, tuple(ids)))
        return source

    # ------------------------------------------------------------------ the documents behind

    def _get_subject_domain(self, criterion, record):
        if record._name != GROUP.model:
            return super()._get_subject_domain(criterion, record)
        from_end, path = self._get_group_path(record.dimension_id)
        if from_end:
            Owner = self.env["customer.grading.owner"].sudo()
            path = f"{Owner._get_path(self, criterion._get_whose())}.{path}"
        return Domain(path, "=", record.res_id)
