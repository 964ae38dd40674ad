from odoo import fields, models
from odoo.tools import SQL


class CustomerGradingFound(models.TransientModel):
    """Who was found by a count, for the list that shows them: a domain names this record.

    The list itself asks for a page at a time; however many were found, no id of theirs leaves
    the database.
    """

    _name = "customer.grading.found"
    _description = "Customers Found"

    subject_ids = fields.Json("Found")

    def _fill(self, subjects):
        statement = SQL(
            "UPDATE %s SET subject_ids ="
            " (SELECT jsonb_agg(subject_id) FROM (%s) AS found) WHERE id = %s",
            SQL.identifier(self._table),
            subjects,
            self.id,
        )
        self.env.execute_query(SQL("%s RETURNING id", statement))
        self.invalidate_recordset(["subject_ids"])

    def _get_subjects_sql(self):
        return SQL(
            "SELECT found.id::integer FROM %s, jsonb_array_elements_text(subject_ids) AS found(id)"
            " WHERE %s IN %s AND jsonb_typeof(subject_ids) = 'array'",
            SQL.identifier(self._table),
            SQL.identifier(self._table, "id"),
            tuple(self.ids) or (0,),
        )
