from odoo import models
from odoo.tools import SQL


class CustomerGradingEngine(models.AbstractModel):
    """Evaluates several days to come at once: documents are read once for all of them."""

    _inherit = "customer.grading.engine"

    def _evaluate_days(self, policy, scopes, table, among=None):
        """Fill the temporary table ``table`` with what subjects get on the dates of ``scopes``.

        Its columns are ``day`` and those of :meth:`_evaluate`.

        :param scopes: of the same subjects; rankings are compared with the cut-offs they have
        :param among: query of the ids of the subjects that are told of where everybody is read
            for, whose documents are known; ``None``: all
        :return: the number of subjects that were read for
        """
        first, *later = scopes
        told, kept = SQL.identifier(table), SQL.identifier(f"{table}_values")
        everybody = first.subject_ids is None
        if everybody:
            self._take_one_core()
        else:
            among = None  # they are read for, and nobody else
        values = self._get_values_sql(policy, first, sure=not everybody, later=later)
        count = self._create_table(kept, values)
        if everybody:
            self._analyze(kept, "subject_id", "documented")
            if among is None:
                count -= self._delete_undocumented(policy, first, kept)
        days = [
            SQL(
                "SELECT %s AS day, graded.* FROM (%s) graded",
                scope.date,
                self._get_graded_sql(policy, scope, self._get_values_of_day(kept, place, among)),
            )
            for place, scope in enumerate(scopes, -1)
        ]
        self._create_table(told, SQL(" UNION ALL ").join(days))
        self._analyze(told, "day", "subject_id")
        self.env.cr.execute(SQL("DROP TABLE %s", kept))
        return count

    def _get_values_of_day(self, kept, place, among):
        """Return the query of the values of one date, called as those of an evaluation are.

        :param place: that of its columns among those of later dates; -1: of the first date
        """
        self.env.cr.execute(SQL("SELECT * FROM %s LIMIT 0", kept))
        names = [column.name for column in self.env.cr.description]
        columns = SQL(", ").join(
            SQL(
                "%s AS %s",
                SQL.identifier(of_day if of_day in names else name),
                SQL.identifier(name),
            )
            for name in names
            for of_day in [f"{name}_{place}"]
        )
        # Put so, what is asked for is not joined: PostgreSQL would expect one row of it.
        asked = SQL("TRUE") if among is None else SQL("COALESCE(subject_id IN (%s), FALSE)", among)
        return SQL("SELECT %s FROM %s WHERE %s", columns, kept, asked)
