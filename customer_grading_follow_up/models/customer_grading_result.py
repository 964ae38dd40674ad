from odoo import models
from odoo.tools import SQL

KEPT = (
    "customer_grading_follow_up",
    "customer_grading_follow_up_dates",
    "customer_grading_attainment",
)


class CustomerGradingResult(models.Model):
    """Takes along what became of its contacts, where customers or opportunities are merged."""

    _inherit = "customer.grading.result"

    def _settle_merge(self, sources, target):
        """The one that stays is followed up by its own; of the others history is kept."""
        field = target._grading_result_field
        of_sources = [(field, "in", sources.ids)]
        self.env["customer.grading.follow.up"].sudo().search(of_sources).activity_id.unlink()
        results = self.search(of_sources)
        self.env.flush_all()
        for result in results:
            told = ("customer_grading_attainment", "cadence_id", "date_due")
            self.env.cr.execute(self._get_moving_sql(*told, result, field, target))
        done = super()._settle_merge(sources, target)
        if results := results.exists():
            for table in KEPT:
                self.env.cr.execute(self._get_naming_sql(table, field, results))
        for table in KEPT:
            self.env[table.replace("_", ".")].invalidate_model(flush=False)
        return done

    def _get_moving_sql(self, table, by, day, result, field, target):
        """Return the statement that gives the history of one result to the one that stays.

        :param table: of the history, whose rows differ in the columns ``by`` and ``day``
        """
        return SQL(
            """
            UPDATE %(table)s told
               SET result_id = kept.id, %(field)s = kept.%(field)s
              FROM customer_grading_result kept
             WHERE told.result_id = %(result)s AND kept.%(field)s = %(target)s
               AND kept.dimension_id = %(dimension)s
               AND kept.company_id IS NOT DISTINCT FROM %(company)s
               AND NOT EXISTS (SELECT FROM %(table)s other
                                WHERE other.result_id = kept.id
                                  AND other.%(by)s = told.%(by)s
                                  AND other.%(day)s = told.%(day)s)
            """,
            table=SQL.identifier(table),
            by=SQL.identifier(by),
            day=SQL.identifier(day),
            field=SQL.identifier(field),
            result=result.id,
            target=target.id,
            dimension=result.dimension_id.id,
            company=result.company_id.id or None,
        )

    def _get_naming_sql(self, table, field, results):
        """Return the statement that names in ``table`` whose the results are now."""
        return SQL(
            "UPDATE %(table)s told SET %(field)s = result.%(field)s FROM customer_grading_result"
            " result WHERE result.id = told.result_id AND result.id IN %(results)s",
            table=SQL.identifier(table),
            field=SQL.identifier(field),
            results=tuple(results.ids),
        )
