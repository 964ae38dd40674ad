from odoo import api, models


class CustomerGradingMixin(models.AbstractModel):
    """A record that is graded: which kind it is of, and by what its results are found."""

    _name = "customer.grading.mixin"
    _description = "Graded Record"

    # What the model that takes the mixin says of itself.
    _grading_subject = None  # subject of its dimensions
    _grading_result_field = None  # Many2one of a result to the record
    _grading_key_field = "id"  # field of the record whose value a result is found by

    @api.model
    def _get_grading_fields(self):
        """Hook: return the names of the fields that results are shown by.

        They are read again once results were written. Who adds such a field adds its name.
        """
        return []

    @api.model
    def _get_graded_kinds(self):
        """Hook: return the names of the kinds as which records of the model are graded."""
        return [self._grading_subject]

    def _get_graded(self, kind=None):
        """Hook: return the records that are graded: these, or those that they belong to.

        :param kind: as which of the kinds; the model's own by default
        """
        key = self._fields[self._grading_key_field]
        return self[key.name] if key.relational else self

    def _get_grading_key(self):
        """Return the id by which the record's result is found."""
        key = self[self._grading_key_field]
        return key._origin.id if isinstance(key, models.BaseModel) else self._origin.id
