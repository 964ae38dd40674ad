from odoo import fields


class GuardedMany2one(fields.Many2one):
    """A link to a record that the ORM keeps, instead of a foreign key in the database.

    PostgreSQL checks a foreign key a row at a time. Where a grading writes hundreds of
    thousands of rows that name the same dimension, policy, company, run and handful of
    grades, these checks take longer than all the rest of writing them.

    Whose model is linked to sees to the rest when a record is deleted: it refuses, deletes
    what refers to it, or empties the link. So there is no ``ondelete``.
    """

    def __init__(self, *args, **kwargs):
        if "ondelete" in kwargs:
            raise TypeError("ondelete: a link without a foreign key does nothing of itself")
        super().__init__(*args, **kwargs)

    def update_db_foreign_key(self, model, column):
        """Have none."""
