from odoo import api, models
from odoo.tools import SQL

from ...tools.statement import narrow_to
from ..policy.customer_grading_measure import OWN_GRADE

# Which of several grades counts, as the order in which the first one is taken.
ORDERS = {
    "best": SQL("grade.sequence, grade.id"),
    "worst": SQL("grade.sequence DESC, grade.id DESC"),
    "latest": SQL("lead.create_date DESC, lead.id DESC"),
}

COLUMNS = {"choice": "grade_id", "points": "score", "days": "date_since"}


class CustomerGradingMeasure(models.Model):
    """The grade that a record has in another dimension, its score, and since when.

    It is the one in effect when the run begins: a night grades the dimensions in the order
    in which they need each other. An opportunity has its customer's; a customer has one of
    its opportunities'.
    """

    _inherit = "customer.grading.measure"

    def _get_grade_values_sql(self, criterion, scope, statement):
        of = criterion.dimension_id.subject
        if criterion.is_rolled_up:
            query, of = self._get_rolled_up_sql(criterion, scope, statement), "partner"
        else:
            query = self._get_held_sql(criterion, scope, statement)
        return statement.add_relation(query, COLUMNS[self.unit], of=of)

    @api.model
    def _get_code_keys(self):
        return [*super()._get_code_keys(), (OWN_GRADE, self.env._("Grade so far"))]

    def _get_own_grade_values_sql(self, criterion, scope, statement):
        """The grade that change control last dealt with in the policy's own dimension.

        What a run computed that was stopped, and discarded, was none.
        """
        dimension = criterion.policy_id.dimension_id
        subject = dimension._get_subject_kind()
        own = dimension.company_scope == "company" and scope.company_ids[0]
        query = SQL(
            "SELECT %(key)s AS subject_id, considered_grade_id FROM customer_grading_result"
            " WHERE dimension_id = %(dimension)s AND %(key)s IS NOT NULL"
            " AND company_id IS NOT DISTINCT FROM %(company)s %(narrow)s",
            key=SQL.identifier(subject.field),
            dimension=dimension.id,
            company=own or None,
            narrow=narrow_to(SQL.identifier(subject.field), statement.get_ids(subject.name)),
        )
        return statement.add_relation(query, "considered_grade_id", of=subject.name)

    def _get_company_sql(self, criterion, scope):
        if criterion.dimension_id.company_scope == "group":
            return SQL("result.company_id IS NULL")
        return SQL("result.company_id IN %s", scope.company_ids)

    def _get_held_sql(self, criterion, scope, statement):
        """Return the query of the records' own grades; the best, of several companies."""
        subject = criterion.dimension_id._get_subject_kind()
        key = SQL.identifier("result", subject.field)
        ids = statement.get_ids(subject.name)
        return SQL(
            """
            SELECT DISTINCT ON (%(key)s) %(key)s AS subject_id, result.grade_id, result.score,
                   result.date_since
              FROM customer_grading_result result
              JOIN customer_grade grade ON grade.id = result.grade_id
             WHERE result.dimension_id = %(dimension)s AND %(company)s AND %(asked)s
             ORDER BY %(key)s, %(order)s
            """,
            key=key,
            dimension=criterion.dimension_id.id,
            company=self._get_company_sql(criterion, scope),
            asked=SQL("TRUE") if ids is None else SQL("%s IN %s", key, tuple(ids) or (0,)),
            order=ORDERS["best"],
        )

    def _get_rolled_up_sql(self, criterion, scope, statement):
        """Return the query of one grade of each customer's opportunities."""
        contacts = statement.get_ids()
        return SQL(
            """
            SELECT DISTINCT ON (contact.commercial_partner_id)
                   contact.commercial_partner_id AS subject_id, result.grade_id, result.score,
                   result.date_since
              FROM customer_grading_result result
              JOIN customer_grade grade ON grade.id = result.grade_id
              JOIN crm_lead lead ON lead.id = result.lead_id
              JOIN res_partner contact ON contact.id = lead.partner_id
             WHERE result.dimension_id = %(dimension)s AND %(company)s AND %(asked)s
             ORDER BY contact.commercial_partner_id, %(order)s
            """,
            dimension=criterion.dimension_id.id,
            company=self._get_company_sql(criterion, scope),
            asked=SQL("TRUE") if contacts is None else SQL("contact.id IN %s", contacts),
            order=ORDERS[criterion.roll_up],
        )
