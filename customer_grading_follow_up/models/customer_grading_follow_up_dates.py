from odoo import api, fields, models
from odoo.addons.customer_grading.models.fields import GuardedMany2one
from odoo.tools import SQL

SUBJECTS = ("partner_id", "lead_id", "dimension_id", "company_id")
DATES = ("date_last", "date_due")


class CustomerGradingFollowUpDates(models.Model):
    """When there was contact last with whom, and when it is due next, whatever asks for it.

    Of all follow-ups of a result, but for those that are only shown, this is the latest contact and
    the first one due: what lists of everybody filter and sort by, one row each.
    """

    _name = "customer.grading.follow.up.dates"
    _description = "Dates of Follow-ups"
    _log_access = False

    result_id = fields.Many2one("customer.grading.result", required=True, ondelete="cascade")
    partner_id = GuardedMany2one("res.partner", "Customer", index="btree_not_null")
    lead_id = GuardedMany2one("crm.lead", "Opportunity", index="btree_not_null")
    dimension_id = GuardedMany2one("customer.grading.dimension", required=True)
    company_id = GuardedMany2one("res.company")
    date_last = fields.Date("Last contact")
    date_due = fields.Date("Due")

    _result_uniq = models.UniqueIndex("(result_id)")

    @api.model
    def _renew(self, which):
        """Find the dates among the follow-ups that are kept now, and write those that differ.

        Whose they are is said by the result: while records are merged its follow-ups may not yet.

        :param which: condition on ``one``, follow-ups of whole results
        """
        names = [SQL.identifier(name) for name in (*SUBJECTS, *DATES)]
        self.env.cr.execute(
            SQL(
                """
                WITH found AS MATERIALIZED (
                    SELECT dated.result_id, %(subjects)s, dated.date_last, dated.date_due
                      FROM (
                        SELECT result_id, MAX(date_last) AS date_last, MIN(date_due) AS date_due
                          FROM customer_grading_follow_up one
                         WHERE %(which)s AND cadence_id NOT IN (
                                   SELECT id FROM customer_grading_cadence WHERE optional)
                         GROUP BY result_id
                      ) dated
                      JOIN customer_grading_result result ON result.id = dated.result_id
                ), gone AS (
                    DELETE FROM customer_grading_follow_up_dates one
                     WHERE %(which)s AND NOT EXISTS (
                               SELECT FROM found WHERE found.result_id = one.result_id)
                )
                INSERT INTO customer_grading_follow_up_dates (result_id, %(names)s)
                SELECT found.result_id, %(now)s
                  FROM found
                  LEFT JOIN customer_grading_follow_up_dates kept USING (result_id)
                 WHERE kept.result_id IS NULL OR (%(kept)s) IS DISTINCT FROM (%(now)s)
                    ON CONFLICT (result_id) DO UPDATE SET %(taken)s
                """,
                subjects=SQL(", ").join(SQL.identifier("result", name) for name in SUBJECTS),
                names=SQL(", ").join(names),
                which=which,
                now=SQL(", ").join(SQL("found.%s", name) for name in names),
                kept=SQL(", ").join(SQL("kept.%s", name) for name in names),
                taken=SQL(", ").join(SQL("%s = EXCLUDED.%s", name, name) for name in names),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _renew_of(self, result_ids):
        """Renew the dates of some results."""
        if result_ids:
            self._renew(SQL("one.result_id = ANY (%s)", result_ids))

    @api.model
    def _renew_by(self, cadences):
        """Renew the dates of whoever is followed by some cadences."""
        cadences.flush_recordset()
        self._renew(
            SQL(
                "one.result_id IN"
                " (SELECT result_id FROM customer_grading_follow_up WHERE cadence_id IN %s)",
                tuple(cadences.ids) or (0,),
            )
        )
