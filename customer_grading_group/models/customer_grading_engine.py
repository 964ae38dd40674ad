from odoo import api, models
from odoo.addons.customer_grading.tools.statement import CUSTOMER, join_path
from odoo.addons.customer_grading.tools.subject import PARTNER
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.group import GROUP, SHARED_RECORD


class CustomerGradingEngine(models.AbstractModel):
    """Grades groups: those that a customer, or a document, belongs to."""

    _inherit = "customer.grading.engine"

    def _get_subject_query(self, policy, scope, found=None, documented=True):
        if policy.subject == GROUP.name:
            self._prepare_groups(policy, scope)
        return super()._get_subject_query(policy, scope, found, documented)

    def _prepare_groups(self, policy, scope):
        """Have a group for each record in use before everybody is evaluated, or counted.

        :raise UserError: where what is grouped, or grouped by, is no longer there
        """
        dimension = policy.dimension_id
        if problem := dimension._get_group_problem():
            raise UserError(
                self.env._(
                    "“%(dimension)s”: %(problem)s", dimension=dimension.name, problem=problem
                )
            )
        if scope.subject_ids is None:
            used = self._get_used_sql(policy, scope)
            self.env["customer.grading.group"].sudo()._renew(dimension, used)

    def _get_ids_by_subject(self, policy, scope):
        if policy.subject != GROUP.name or scope.subject_ids is None:
            return super()._get_ids_by_subject(policy, scope)
        groups = self.env["customer.grading.group"].sudo().browse(scope.subject_ids).exists()
        ids = {GROUP.name: groups._ids, SHARED_RECORD: tuple(groups.mapped("res_id"))}
        return {of: found or (0,) for of, found in ids.items()}

    @api.model
    def _get_changed_ids(self, policy, company, since):
        """Find none: a document moves a whole group, which the night looks at."""
        if policy.subject == GROUP.name:
            return []
        return super()._get_changed_ids(policy, company, since)

    # ------------------------------------------------------------------ which groups there are

    def _get_group_domain(self, scope):
        """Return the groups that are asked for, or all."""
        asked = scope.subject_ids
        return Domain.TRUE if asked is None else Domain("id", "in", asked)

    def _get_population_sql(self, policy, scope, Model, query):
        applies = super()._get_population_sql(policy, scope, Model, query)
        if policy.subject != GROUP.name:
            return applies
        found = self._get_ids_by_subject(policy, scope)
        return SQL(
            "(%s AND %s = %s AND %s = %s AND %s IN (%s))",
            applies,
            SQL.identifier(query.table, "dimension_id"),
            policy.dimension_id.id,
            SQL.identifier(query.table, "res_model"),
            policy.dimension_id._get_group_field().comodel_name,
            SQL.identifier(query.table, "res_id"),
            self._get_used_sql(policy, scope, found.get(SHARED_RECORD)),
        )

    def _get_created_domain(self, policy, scope):
        """Leave out no group for a past day: it is not of its making what it is kept since."""
        if policy.subject == GROUP.name:
            scope = scope._replace(past=False)
        return super()._get_created_domain(policy, scope)

    def _get_used_sql(self, policy, scope, ids=None):
        """Return the query of the records that customers, or documents, of the companies name.

        :param ids: only of these; ``None``: all
        """
        dimension = policy.dimension_id
        if dimension.group_model == PARTNER.model:
            Model, query = self._get_members_query(policy, scope, ids)
        else:
            Model = self._get_documents_model(dimension, scope)
            query = Model._search(self._get_companies_domain(Model, scope), bypass_access=True)
        record = join_path(Model, query.table, query, dimension.group_path)
        query.add_where(SQL("%s IS NOT NULL", record))
        if ids is not None:
            query.add_where(SQL("%s IN %s", record, tuple(ids)))
        query.groupby = record
        return query.select(SQL("%s AS id", record))

    def _get_members_query(self, policy, scope, ids):
        """Return the model and the query of the customers whose groups are graded.

        :param ids: only of the groups of these records, whose documents alone are looked for
        """
        everybody = scope._replace(subject_ids=None)
        Partner = self._get_subject_model(PARTNER, everybody)
        query = Partner._search(self._get_partner_domain(everybody), bypass_access=True)
        own = SQL.identifier(query.table, "id")
        query.add_where(SQL("%s = %s", Partner._field_to_sql(query.table, CUSTOMER, query), own))
        if policy.population == "documents":
            found = {}
            if ids is not None:
                members = Partner._search(Domain(policy.dimension_id.group_path, "in", ids))
                contacts = Partner._search(Domain(CUSTOMER, "in", members))
                found["partner"] = contacts.get_result_ids()
            query.add_where(self._get_documented_sql(everybody, own, found))
        return Partner, query

    def _get_documents_model(self, dimension, scope):
        context = {"allowed_company_ids": list(scope.company_ids), "active_test": False}
        return self.env[dimension.group_model].sudo().with_context(**context, lang=None)

    @staticmethod
    def _get_companies_domain(Model, scope):
        if "company_id" not in Model._fields:
            return Domain.TRUE
        return Domain("company_id", "in", [False, *scope.company_ids])
