from odoo import api, models
from odoo.tools import SQL

from ...tools.statement import CUSTOMER
from ...tools.subject import PARTNER, SUBJECTS


class CustomerGradingEngine(models.AbstractModel):
    """Finds what changed since a moment, and the last run of everybody."""

    _inherit = "customer.grading.engine"

    @api.model
    def _get_changed_ids(self, policy, company, since):
        """Hook: return the subjects whose records or documents were written from ``since`` on.

        One query a source; what was deleted leaves no trace there.

        :param since: moment in UTC
        """
        self.env.flush_all()
        scope = self._get_scope(policy, company, self._get_today(company))
        measures = policy._get_measured_criteria().measure_id._get_base_measures()
        subject = policy.dimension_id._get_subject_kind()
        queries = [self._get_written_sql(subject, since)]
        queries += measures._get_changed_sql(scope, since, subject.name)
        if subject != PARTNER:
            customers = measures._get_changed_sql(scope, since, PARTNER.name)
            queries += [self._get_belonging_sql(subject, query) for query in customers]
        queries += [
            self._get_moved_sql(criterion, since)
            for criterion in policy.criterion_ids.filtered("dimension_id")
        ]
        rows = self.env.execute_query(SQL(" UNION ").join(queries))
        return [row[0] for row in rows if row[0]]

    @staticmethod
    def _get_written_sql(subject, since):
        column = CUSTOMER if subject == PARTNER else "id"
        return SQL(
            "SELECT %s AS id FROM %s WHERE write_date >= %s",
            SQL.identifier(column),
            SQL.identifier(subject.table),
            since,
        )

    def _get_moved_sql(self, criterion, since):
        """Return the query of the subjects for which a grade that is looked at moved."""
        of, subject = criterion.dimension_id.subject, SUBJECTS[criterion.policy_subject]
        key = SQL.identifier("moved", criterion.dimension_id._get_subject_kind().field)
        joins = SQL()
        if (of, subject) == ("lead", PARTNER):
            key = SQL("contact.commercial_partner_id")
            joins = SQL(
                "JOIN crm_lead lead ON lead.id = moved.lead_id"
                " JOIN res_partner contact ON contact.id = lead.partner_id"
            )
        moved = SQL(
            "SELECT %s AS id FROM customer_grading_change moved %s"
            " WHERE moved.dimension_id = %s AND moved.state = 'applied'"
            " AND moved.write_date >= %s",
            key,
            joins,
            criterion.dimension_id.id,
            since,
        )
        if of == subject.name or subject == PARTNER:
            return moved
        return self._get_belonging_sql(subject, moved)

    def _get_belonging_sql(self, subject, customers):
        """Return the query of the ``subject`` records of the customers in a query."""
        Model = self.env[subject.model].sudo().with_context(active_test=False)
        theirs = [(subject.customer, "in", SQL("(%s)", customers))]
        return Model._search(theirs, bypass_access=True).select()
