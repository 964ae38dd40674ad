from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.statement import CORPORATE_GROUP
from ..tools.subject import PARTNER


class CustomerGradingEngine(models.AbstractModel):
    """Finds whom a policy grades: its population, and who leaves it."""

    _inherit = "customer.grading.engine"

    @api.model
    def _get_population_sources(self):
        """Return what makes a contact a customer, as ``(model, domain, path)``.

        Documents of these models, whatever their date, put the company of the contact at
        the end of the path among the subjects. An addon with other documents extends the
        list.
        """
        return [
            ("sale.order", Domain("state", "=", "sale"), "partner_id"),
            (
                "account.move",
                Domain("state", "=", "posted")
                & Domain("move_type", "in", ("out_invoice", "out_refund")),
                "partner_id",
            ),
            ("crm.lead", Domain("type", "=", "opportunity"), "partner_id"),
        ]

    def _get_subject_model(self, subject, scope):
        """Return the subjects' model as a run reads it: as the company, not as a user."""
        return (
            self.env[subject.model]
            .sudo()
            .with_context(allowed_company_ids=list(scope.company_ids), active_test=False, lang=None)
        )

    def _get_ids_by_subject(self, policy, scope):
        """Return whose documents to read where only some subjects are asked for.

        :return: ``{"partner": contacts, "lead": opportunities}``, tuples of ids; empty for
            all
        """
        if scope.subject_ids is None:
            return {}
        subject = policy.dimension_id._get_subject_kind()
        Partner = self._get_subject_model(PARTNER, scope)
        if subject == PARTNER:
            customers, leads = scope.subject_ids, ()
        else:
            leads = scope.subject_ids or (0,)
            Lead = self._get_subject_model(subject, scope)
            customers = Lead.browse(leads).exists().partner_id.commercial_partner_id.ids
        contacts = Partner._search([("commercial_partner_id", "in", customers)])
        found = {"partner": contacts.get_result_ids() or (0,), "lead": leads}
        if any(c._counts_whole_group() for c in policy._get_measured_criteria()):
            tops = Partner.browse(customers)._get_corporate_tops()
            group = Partner._search([("id", "child_of", tops.ids)])
            found[CORPORATE_GROUP] = group.get_result_ids() or (0,)
        return found

    def _get_subject_query(self, policy, scope, found=None, documented=True):
        """Return the query of the records that ``policy`` grades.

        They are those of its population that match its domain, and that no running policy
        before it grades.

        :param found: what :meth:`_get_ids_by_subject` gives, where it is known
        :param documented: whether to look for the documents that make customers
        """
        if found is None:
            found = self._get_ids_by_subject(policy, scope)
        subject = policy.dimension_id._get_subject_kind()
        Model = self._get_subject_model(subject, scope)
        query = Model._search(
            getattr(self, f"_get_{subject.name}_domain")(scope), bypass_access=True
        )
        conditions = [self._get_population_sql(policy, scope, Model, query)]
        if documented and self._is_of_documented(policy):
            conditions.append(self._get_documented_sql(scope, query, found))
        for earlier in self._get_earlier_policies(policy, scope):
            applies = self._get_population_sql(earlier, scope, Model, query)
            if self._is_of_documented(earlier) and not self._is_of_documented(policy):
                documents = self._get_documented_sql(scope, query, found)
                applies = SQL("(%s AND %s)", applies, documents)
            conditions.append(SQL("NOT COALESCE(%s, FALSE)", applies))
        for condition in conditions:
            query.add_where(condition)
        return query

    def _get_partner_domain(self, scope):
        """Return who can be a customer at all: no own company, no colleague, not archived."""
        Users = self.env["res.users"].sudo().with_context(active_test=False)
        Company = self.env["res.company"].sudo().with_context(active_test=False)
        colleagues = Users._search([("share", "=", False)]).subselect("partner_id")
        companies = Company._search([]).subselect("partner_id")
        domain = (
            Domain("active", "=", True)
            & Domain("id", "not in", colleagues)
            & Domain("id", "not in", companies)
            & Domain("company_id", "in", [False, *scope.company_ids])
        )
        if scope.subject_ids is not None:
            domain &= Domain("id", "in", scope.subject_ids)
        return domain

    def _get_lead_domain(self, scope):
        """Return which opportunities there are, open or closed."""
        domain = Domain("type", "=", "opportunity") & Domain(
            "company_id", "in", [False, *scope.company_ids]
        )
        if scope.subject_ids is not None:
            domain &= Domain("id", "in", scope.subject_ids)
        return domain

    def _get_population_sql(self, policy, scope, Model, query):
        """Return whether a candidate is one that ``policy`` is about, documents aside."""
        domain = policy._parse_domain() & self._get_created_domain(policy, scope)
        if policy.subject == "lead" and policy.lead_population == "open":
            domain &= self._get_open_domain(scope)
        conditions = [SQL("TRUE")]
        if policy.subject == "partner":
            conditions = [
                SQL(
                    "%s = %s",
                    Model._field_to_sql(query.table, "commercial_partner_id", query),
                    SQL.identifier(query.table, "id"),
                )
            ]
        if not domain.is_true():
            domain = domain.optimize_full(Model)
            conditions.append(domain._to_sql(Model, query.table, query))
        return SQL("(%s)", SQL(" AND ").join(conditions))

    # ------------------------------------------------------------------ documents

    @staticmethod
    def _is_of_documented(policy):
        """Return whether documents make the subjects of ``policy``."""
        return policy.subject == "partner" and policy.population == "documents"

    def _get_documented_sql(self, scope, query, found):
        """Return whether a candidate is a customer by its documents."""
        return SQL(
            "%s IN (%s)",
            SQL.identifier(query.table, "id"),
            self._get_documented_query(scope, found.get("partner")),
        )

    def _get_documented_query(self, scope, contact_ids):
        """Return the query of the commercial entities that have a document.

        :param contact_ids: only those of these contacts; ``None``: all
        """
        queries = self._get_population_queries(scope)
        if contact_ids is not None:
            # Of few contacts the first document found will do.
            return SQL(
                "SELECT contact.commercial_partner_id FROM res_partner contact"
                " WHERE contact.id IN %s AND (%s)",
                tuple(contact_ids) or (0,),
                SQL(" OR ").join(self._exists_sql(*query) for query in queries),
            )
        documented = []
        for query, contact in queries:
            # Contacts are few beside their documents: those are looked up once each.
            query.groupby = contact
            documented.append(query.select(SQL("%s AS id", contact)))
        return SQL(
            "SELECT contact.commercial_partner_id FROM res_partner contact"
            " JOIN (%s) documented ON documented.id = contact.id",
            SQL(" UNION ALL ").join(documented),
        )

    @staticmethod
    def _exists_sql(query, contact):
        """Return whether ``contact`` of another query has a document of this one."""
        query.add_where(SQL("%s = contact.id", contact))
        return SQL("EXISTS (%s)", query.select(SQL("1")))

    def _get_population_queries(self, scope):
        """Return the documents of each source of the population, and whose they are.

        :return: ``[(query, contact of a document as SQL)]``
        """
        queries = []
        for model_name, domain, path in self._get_population_sources():
            Model = self.env[model_name].sudo().with_context(active_test=False)
            domain &= Domain("company_id", "in", [False, *scope.company_ids])
            if scope.past:
                domain &= self._get_until_domain(Model, scope)
            query = Model._search(domain, active_test=False, bypass_access=True)
            queries.append((query, Model._field_to_sql(query.table, path, query)))
        return queries

    def _delete_undocumented(self, policy, scope, table):
        """Delete from ``table`` the candidates that no document makes customers.

        Who appears in a scan that a measure makes has a document. Only the others, few as
        a rule, are looked up: to read the documents of all times for everybody would take
        as long as all measures together. Each source has only those to look for that the
        ones before it did not find.

        :return: how many were deleted
        """
        if not self._is_of_documented(policy):
            return 0
        unseen = SQL.identifier("customer_grading_unseen")
        self._create_table(
            unseen,
            SQL(
                "SELECT contact.id, candidate.subject_id FROM %s candidate"
                " JOIN res_partner contact ON contact.commercial_partner_id = candidate.subject_id"
                " WHERE NOT candidate.documented",
                table,
            ),
        )
        for query in self._get_population_queries(scope):
            self._analyze(unseen)
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %(unseen)s WHERE subject_id IN"
                    " (SELECT subject_id FROM %(unseen)s contact WHERE %(documented)s)",
                    unseen=unseen,
                    documented=self._exists_sql(*query),
                )
            )
        self.env.cr.execute(
            SQL("DELETE FROM %s WHERE subject_id IN (SELECT subject_id FROM %s)", table, unseen)
        )
        count = self.env.cr.rowcount
        self.env.cr.execute(SQL("DROP TABLE %s", unseen))
        return count

    def _get_seen_sql(self, statement):
        """Return whether a scan of ``statement`` found a document of the population."""
        population = [
            (
                model_name,
                f"{path}.commercial_partner_id",
                "company_id",
                domain.optimize(self.env[model_name]),
            )
            for model_name, domain, path in self._get_population_sources()
        ]
        found = [
            SQL("%s IS NOT NULL", SQL.identifier(source.alias, "subject_id"))
            for source in statement.sources
            if source.documents in population
        ]
        return SQL("(%s)", SQL(" OR ").join(found)) if found else SQL("FALSE")

    # ------------------------------------------------------------------ other policies

    def _get_earlier_policies(self, policy, scope):
        """Return the running policies that are asked before ``policy``."""
        company = self.env["res.company"].browse(scope.company_ids[:1])
        if policy.company_id:
            company = policy.company_id
        running = policy._get_running(policy.dimension_id, company)
        replaced = policy._get_versions() | policy.browse(
            self.env.context.get("customer_grading_beside", ())
        )
        return running.filtered(
            lambda other: (
                other not in replaced
                and (other.sequence, other.id) < (policy.sequence, policy.id or 0)
            )
        )
