import re
from contextlib import suppress
from datetime import date

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.exceptions import AccessError, MissingError, UserError

MOST_RECORDS = 500  # that are told, or decided on, by one call
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class CustomerGradingApi(models.AbstractModel):
    """Understands what other programs send, and says what is wrong with it."""

    _name = "customer.grading.api"
    _description = "What Other Programs Send"

    @api.model
    def _check_user(self):
        """:raise AccessError: for who sees no grades"""
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("You may not see grades. Ask an administrator."))

    @api.model
    def _check_records(self, records):
        """Return ``records``, each once, where the user may see them all.

        :raise UserError: where none or too many are named, or not by numbers
        :raise MissingError: naming those that are not there, or not for the user
        """
        self._check_user()
        ids = list(dict.fromkeys(records._ids)) if self._are_ids(records._ids) else []
        if not ids:
            raise UserError(self.env._("Say which records: “ids” is a list of their numbers."))
        if len(ids) > MOST_RECORDS:
            raise UserError(
                self.env._(
                    "These are %(count)s records. Ask for %(most)s at most at a time.",
                    count=len(ids),
                    most=MOST_RECORDS,
                )
            )
        seen = records.with_context(active_test=False).search([("id", "in", ids)])
        if hidden := [id_ for id_ in ids if id_ not in {*seen.ids}]:
            raise MissingError(
                self.env._(
                    "There is no %(kind)s with the number %(ids)s, or you may not see it.",
                    kind=self.env["ir.model"]._get(records._name).name.lower(),
                    ids=", ".join(map(str, hidden[:10])),
                )
            )
        return records.browse(ids)

    @staticmethod
    def _are_ids(ids):
        return all(type(id_) is int and 0 < id_ < 2**31 for id_ in ids)

    @api.model
    def _get_dimensions(self, records, code=None):
        """Return the dimensions that the user sees of records, the main one first; sudoed.

        :param code: only this one
        :raise UserError: where there is none with this code
        """
        Dimension = self.env["customer.grading.dimension"]
        kinds = records._get_graded_kinds()
        dimensions = Dimension.sudo().union(*map(Dimension._get_visible, kinds))
        if code is None:
            return dimensions
        found = dimensions.filtered(lambda dimension: dimension.code == code)
        if not found:
            raise UserError(
                self.env._(
                    "There is no dimension “%(code)s” here. Known are: %(codes)s.",
                    code=code,
                    codes=", ".join(dimensions.mapped("code")) or "-",
                )
            )
        return found

    @api.model
    def _get_dimension(self, records, code):
        """Return the one with this code; without a code the one that the records show."""
        if code is not None:
            return self._get_dimensions(records, code)
        if not (main := records._get_main_dimension()):
            raise UserError(self.env._("No grades are given here yet. Activate a policy first."))
        return main

    @api.model
    def _get_grade(self, dimension, code):
        """Return the grade of that code.

        :raise UserError: where there is none, naming those that there are
        """
        grade = dimension.grade_ids.filtered(lambda grade: grade.code == code)
        if not grade:
            raise UserError(
                self.env._(
                    "There is no grade “%(code)s” in “%(dimension)s”. Known are: %(codes)s.",
                    code=code,
                    dimension=dimension.code,
                    codes=", ".join(dimension.grade_ids.mapped("code")),
                )
            )
        return grade

    @api.model
    def _read_day(self, name, text):
        """Return the day that ``text`` says, ``None`` for none.

        :param name: of the parameter, for the message
        :raise UserError: where it is no ISO date
        """
        if text is None or text is False:
            return None
        if isinstance(text, str) and ISO_DAY.fullmatch(text):
            with suppress(ValueError):  # such as the 30th of February
                return date.fromisoformat(text)
        raise UserError(
            self.env._(
                "“%(name)s” is no date: %(text)s. Write one such as 2026-11-20.",
                name=name,
                text=text,
            )
        )

    @api.model
    def _read_text(self, name, text):
        """Return a text that may be left out.

        :raise UserError: where it is none
        """
        if text is None or text is False:
            return ""
        if not isinstance(text, str):
            raise UserError(self.env._("“%s” is no text. Put it in quotation marks.", name))
        return text

    @api.model
    def _read_number(self, name, number, most):
        """Return a number from 1 to ``most``.

        :raise UserError: where it is none
        """
        if type(number) is not int or not 1 <= number <= most:
            raise UserError(
                self.env._("“%(name)s” is a number from 1 to %(most)s.", name=name, most=most)
            )
        return number

    @api.model
    def _make_day(self, day):
        """Return a day as answers have it: ISO, ``None`` for none."""
        return fields.Date.to_string(day) or None

    @api.model
    def _make_record(self, record):
        """Return what tells a record in an answer."""
        return {"model": record._name, "id": record.id, "name": record.sudo().display_name}
