from odoo import models
from odoo.tools import SQL


class CustomerGradingResult(models.Model):
    """Takes along what was answered, where customers or opportunities are merged."""

    _inherit = "customer.grading.result"

    def _settle_merge(self, sources, target):
        """Who wrote to a merged record waits on the one that stays; its history is kept there."""
        field = target._grading_result_field
        Case = self.env["customer.grading.deadline.case"].sudo()
        of_sources = [(field, "in", sources.ids)]
        waiting = Case.search([*of_sources, ("date_met", "=", False)])
        waiting.activity_id.unlink()
        waiting.unlink()
        results = self.search(of_sources)
        self.env.flush_all()
        for result in results:
            self.env.cr.execute(self._get_moving_cases_sql(result, field, target))
        done = super()._settle_merge(sources, target)
        if kept := results.exists():
            self.env.cr.execute(self._get_naming_cases_sql(kept, field))
        Case.invalidate_model(flush=False)
        return done

    def _get_moving_cases_sql(self, result, field, target):
        """Return the statement that gives the history of one result to the one that stays."""
        return SQL(
            """
            UPDATE customer_grading_deadline_case told
               SET result_id = kept.id, %(field)s = kept.%(field)s
              FROM customer_grading_result kept
             WHERE told.result_id = %(result)s AND kept.%(field)s = %(target)s
               AND kept.dimension_id = %(dimension)s
               AND kept.company_id IS NOT DISTINCT FROM %(company)s
               AND NOT EXISTS (SELECT FROM customer_grading_deadline_case other
                                WHERE other.result_id = kept.id
                                  AND other.deadline_id = told.deadline_id
                                  AND other.date_start = told.date_start)
            """,
            field=SQL.identifier(field),
            result=result.id,
            target=target.id,
            dimension=result.dimension_id.id,
            company=result.company_id.id or None,
        )

    def _get_naming_cases_sql(self, results, field):
        """Return the statement that names whose the history of these results is now."""
        return SQL(
            "UPDATE customer_grading_deadline_case told SET %(field)s = result.%(field)s"
            " FROM customer_grading_result result"
            " WHERE result.id = told.result_id AND result.id IN %(results)s",
            field=SQL.identifier(field),
            results=tuple(results.ids),
        )
