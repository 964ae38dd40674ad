from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

DATES = ("date_start", "date_end")


class CustomerGradingFormerReader(models.AbstractModel):
    """Reads a file of former grades: whom and what each row names, by a few queries for all."""

    _name = "customer.grading.former.reader"
    _description = "Reader of Former Grades"

    @api.model
    def _read_file(self, names, data):
        """Return what the rows say.

        :param names: path of the field of each column, as Odoo's import gives it: customer,
            dimension and grade by what people call them, ``/id`` or ``/.id``
        :return: ``([values of each row], {row: (field, what is wrong)})``
        """
        columns = {}
        for position, name in enumerate(names):
            field, _slash, kind = (name or "").partition("/")
            columns[field] = position, kind
        texts = {
            field: [str(row[position] or "").strip() for row in data]
            for field, (position, _kind) in columns.items()
        }
        kinds = {field: kind for field, (_position, kind) in columns.items()}
        errors = {}
        values = {
            "partner_id": self._read_partners(texts, kinds, errors),
            "dimension_id": self._read_dimensions(texts, kinds, len(data), errors),
            **{name: self._read_days(texts, name, errors) for name in DATES},
            "remark": texts.get("remark", ()),
        }
        values["grade_id"] = self._read_grades(texts, kinds, values["dimension_id"], errors)
        vals_list = [
            {name: column[row] if row < len(column) else False for name, column in values.items()}
            for row in range(len(data))
        ]
        return vals_list, errors

    def _tell(self, errors, row, field, text):
        """Note what is wrong with a row; the first that is wrong is told."""
        errors.setdefault(row, (field, text))

    # ------------------------------------------------------------------ whom

    def _read_partners(self, texts, kinds, errors):
        """Return the id of the customer that each row names, of the company for a person."""
        told = texts.get("partner_id", ())
        found = self._find_partners({*told} - {""}, kinds.get("partner_id"))
        ids = []
        for row, text in enumerate(told):
            partners = found.get(text, ())
            ids.append(partners[0] if len(partners) == 1 else False)
            if not text:
                problem = self.env._("Say which customer.")
            elif not partners:
                problem = self.env._("There is no customer “%s”, or you may not see it.", text)
            elif len(partners) > 1:
                problem = self.env._(
                    "Several customers are called “%s”. Name it by its reference or its external "
                    "ID.",
                    text,
                )
            else:
                continue
            self._tell(errors, row, "partner_id", problem)
        return ids

    def _find_partners(self, texts, kind):
        """Return ``{text: ids of the customers that it names}``, as the user sees them.

        :param kind: ``id`` for external ids, ``.id`` for those of the database, else a
            reference, or a name
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        if kind:
            ids = self._find_ids("res.partner", texts, kind)
            seen = Partner.search_fetch([("id", "in", [*ids.values()])], ["commercial_partner_id"])
            by_id = {partner.id: partner for partner in seen}
            return {
                text: by_id[id_].commercial_partner_id.ids
                for text, id_ in ids.items()
                if id_ in by_id
            }
        told = ["ref", "name", "commercial_partner_id", "active"]
        named = Domain("ref", "in", texts) | Domain("name", "in", texts)
        partners = Partner.search_fetch(named, told)
        found = {}
        for name in ("name", "ref"):  # a reference goes before a name
            for text, some in partners.grouped(name).items():
                if text in texts:
                    some = some.filtered("active") or some
                    found[text] = some.commercial_partner_id.ids
        return found

    def _find_ids(self, model_name, texts, kind):
        """Return ``{text: id}`` of what external ids, or ids of the database, name."""
        if kind == ".id":
            return {text: int(text) for text in texts if text.isdecimal() and len(text) < 10}
        if not texts:
            return {}
        data = self.env["ir.model.data"].sudo()._search([("model", "=", model_name)])
        names = SQL("%s || '.' || %s", *(SQL.identifier(data.table, n) for n in ("module", "name")))
        data.add_where(SQL("%s = ANY(%s)", names, sorted(texts)))
        return dict(self.env.execute_query(data.select(names, SQL.identifier("res_id"))))

    # ------------------------------------------------------------------ what

    def _read_dimensions(self, texts, kinds, count, errors):
        """Return the id of the dimension of each row: the main one where none is named."""
        Dimension = self.env["customer.grading.dimension"]
        visible = Dimension._get_visible("partner")
        main = Dimension._get_main("partner", self.env.company).id
        told = texts.get("dimension_id") or [""] * count
        found = self._get_named(visible, {*told}, kinds.get("dimension_id"))
        names = ", ".join(visible.mapped("code"))
        ids = []
        for row, text in enumerate(told):
            ids.append(found.get(text.casefold(), False) if text else main)
            if not ids[-1]:
                problem = self.env._(
                    "There is no dimension “%(text)s”. Write one of: %(codes)s.",
                    text=text,
                    codes=names,
                )
                self._tell(errors, row, "dimension_id", problem)
        return ids

    def _read_grades(self, texts, kinds, dimension_ids, errors):
        """Return the id of the grade of each row, archived ones too."""
        told = texts.get("grade_id", ())
        Dimension = self.env["customer.grading.dimension"].sudo().with_context(active_test=False)
        grades = {
            dimension.id: dimension.grade_ids
            for dimension in Dimension.browse({*dimension_ids} - {False})
        }
        found = {
            id_: self._get_named(some, {*told}, kinds.get("grade_id"))
            for id_, some in grades.items()
        }
        ids = []
        for row, (text, dimension_id) in enumerate(zip(told, dimension_ids, strict=True)):
            ids.append(found.get(dimension_id, {}).get(text.casefold(), False))
            if not ids[-1] and dimension_id:
                codes = ", ".join(grades[dimension_id].mapped("code"))
                problem = self.env._(
                    "There is no grade “%(text)s”. Write one of: %(codes)s.", text=text, codes=codes
                )
                self._tell(errors, row, "grade_id", problem)
        return ids

    def _get_named(self, records, texts, kind):
        """Return ``{text in small letters: id}`` of records that have a code and a name."""
        if kind:
            ids = self._find_ids(records._name, texts - {""}, kind)
            return {text.casefold(): id_ for text, id_ in ids.items() if id_ in records.ids}
        return {
            record[name].casefold(): record.id for name in ("name", "code") for record in records
        }

    # ------------------------------------------------------------------ when

    def _read_days(self, texts, name, errors):
        days = []
        for row, text in enumerate(texts.get(name, ())):
            try:
                days.append(fields.Date.to_date(text or None))
            except ValueError:
                days.append(None)
                problem = self.env._("“%s” is no date. Write one such as 2025-12-31.", text)
                self._tell(errors, row, name, problem)
        return days
