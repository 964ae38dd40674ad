import base64
import io
from typing import Any, NamedTuple

import xlsxwriter

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError, UserError

EXPORT_GROUP = "base.group_allow_export"
# Odoo imports so many lines at once: all of them or none. Odoo asks for more in several parts.
MOST = 2_000
# Column of the file -> its width in characters.
COLUMNS = {
    "number": 8,
    "customer": 32,
    "from": 7,
    "to": 7,
    "reason": 60,
    "revenue": 16,
    "salesperson": 20,
    "date": 12,
    "waits_for": 28,
    "decision": 14,
    "note": 44,
}
NEEDED = ("number", "customer", "decision", "note")  # what is read back: fields of this model


class Line(NamedTuple):
    """What the meeting decided on a change.

    :ivar kind: approve, refuse, put_off, or note where only something was noted
    :ivar note: the reason or the note; may be empty
    """

    change: Any
    kind: str
    note: str


class CustomerGradingDecision(models.TransientModel):
    """A line of the spreadsheet of a meeting: importing it decides on its change.

    Odoo's own import reads the file. All lines are decided on or none, and every wrong line
    is named.
    """

    _name = "customer.grading.decision"
    _description = "Decision on a Change of Grade"

    number = fields.Char("No.", help="Number of the change, as it was exported.")
    customer = fields.Char(help="As it was exported: it shows that no line was moved.")
    decision = fields.Char(help="Approve, Refuse or Put off; empty: nothing is decided.")
    note = fields.Char("Reason or note", help="A refusal needs it; alone it is kept as a note.")
    change_id = fields.Many2one("customer.grading.change", readonly=True, ondelete="cascade")
    state = fields.Selection(related="change_id.state")
    waits_for = fields.Char(related="change_id.waits_for")
    file = fields.Binary(readonly=True, attachment=False, help="What was exported to decide in.")
    file_name = fields.Char(readonly=True)

    # ------------------------------------------------------------------ words

    def _get_titles(self):
        """Return ``{column: its title}``."""
        return {
            "number": self.env._("No."),
            "customer": self.env._("Customer"),
            "from": self.env._("From"),
            "to": self.env._("To"),
            "reason": self.env._("Reason"),
            "revenue": self.env._("Revenue, 12 months"),
            "salesperson": self.env._("Salesperson"),
            "date": self.env._("Asked on"),
            "waits_for": self.env._("Waits for"),
            "decision": self.env._("Decision"),
            "note": self.env._("Reason or note"),
        }

    def _get_decision_words(self):
        """Return ``{kind of decision: the word for it}``."""
        return {
            "approve": self.env._("Approve"),
            "refuse": self.env._("Refuse"),
            "put_off": self.env._("Put off"),
        }

    def _get_kinds(self):
        """Return ``{word: kind of decision}`` in every language: who exported may have another."""
        kinds = {}
        for language, _name in self.env["res.lang"].get_installed():
            words = self.with_context(lang=language)._get_decision_words()
            kinds.update((word.casefold(), kind) for kind, word in words.items())
        return kinds

    # ------------------------------------------------------------------ export

    @api.model
    def _export(self, changes):
        """Return the action that downloads a spreadsheet of ``changes``, each undecided.

        :raise AccessError: for who neither decides nor takes data out of Odoo
        :raise UserError: where there are none or too many
        """
        user = self.env.user
        if not any(map(user.has_group, (OFFICER_GROUP, EXPORT_GROUP))) and not any(
            changes.mapped("waits_for_me")
        ):
            raise AccessError(self.env._("Those who decide on changes export them for a meeting."))
        if not changes:
            raise UserError(
                self.env._("None of these changes is open. Choose some that wait for a decision.")
            )
        if len(changes) > MOST:
            raise UserError(
                self.env._(
                    "These are %(count)s changes; a meeting can go through %(most)s. Filter or "
                    "choose fewer.",
                    count=len(changes),
                    most=MOST,
                )
            )
        self._note_titles()
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        export = self.create(
            {
                "file": base64.b64encode(self._write_book(changes)),
                "file_name": self.env._("Changes of grade %s.xlsx", today),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{export.id}/file"
            "?download=true&filename_field=file_name",
            "target": "download",
        }

    def _note_titles(self):
        """Let Odoo's import know the titles, whatever language the importer has."""
        Mapping = self.env["base_import.mapping"].sudo()
        known = set(Mapping.search([("res_model", "=", self._name)]).mapped("column_name"))
        titles = {title.lower(): name for name, title in self._get_titles().items()}
        Mapping.create(
            [
                {"res_model": self._name, "column_name": title, "field_name": name}
                for title, name in titles.items()
                if name in NEEDED and title not in known
            ]
        )

    def _write_book(self, changes):
        """Return the content of a spreadsheet of ``changes``."""
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
            sheet = book.add_worksheet(self.env._("Changes"))
            self._write_head(book, sheet, len(changes))
            formats = {
                "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
                "revenue": book.add_format({"num_format": "#,##0", "valign": "top"}),
            }
            usual = book.add_format({"text_wrap": True, "valign": "top"})
            for line, row in enumerate(self._get_rows(changes), 1):
                for column, (name, value) in enumerate(zip(COLUMNS, row, strict=False)):
                    # Text that looks like a formula stays text.
                    write = sheet.write_string if isinstance(value, str) else sheet.write
                    write(line, column, value, formats.get(name, usual))
        return output.getvalue()

    def _write_head(self, book, sheet, count):
        bold = book.add_format({"bold": True, "bottom": 1})
        for column, (name, title) in enumerate(self._get_titles().items()):
            sheet.set_column(column, column, COLUMNS[name])
            sheet.write_string(0, column, title, bold)
        sheet.freeze_panes(1, 2)
        column = [*COLUMNS].index("decision")
        words = [*self._get_decision_words().values()]
        sheet.data_validation(1, column, count, column, {"validate": "list", "source": words})

    def _get_rows(self, changes):
        """Return a row for each change, up to where the decision is written."""
        for change in changes:
            yield [
                change.id,
                change._get_subject().display_name,
                change.from_grade_id.code or "",
                change.grade_id.code or "",
                change.reason or "",
                "" if change.figures_hidden else change.revenue,
                change.salesperson_id.name or "",
                change.date,
                change.waits_for or "",
            ]

    # ------------------------------------------------------------------ import

    @api.model
    def load(self, fields, data):
        """Refuse a file that decides nothing before any line of it is looked at."""
        if problem := self._get_file_problem(fields, data):
            return {
                "ids": False,
                "messages": [{"type": "error", "message": problem}],
                "nextrow": 0,
            }
        return super().load(fields, data)

    def _get_file_problem(self, names, data):
        """Return what is wrong with the columns of a file, or with all its lines, or nothing."""
        titles = self._get_titles()
        if missing := [titles[name] for name in NEEDED if name not in names]:
            return self.env._(
                "The file has no column “%s”. Export for the meeting, and import that file.",
                missing[0],
            )
        said = [names.index(name) for name in ("decision", "note")]
        if any(row[column] for row in data for column in said):
            return ""
        return self.env._(
            "No line has a decision. Write one of these in the column “%(column)s”: %(words)s.",
            column=titles["decision"],
            words=", ".join(self._get_decision_words().values()),
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Decide as the lines say, on all of them or on none.

        :raise UserError: naming each line that is wrong
        """
        lines, errors = self._read_lines(vals_list)
        self._refuse_wrong(errors, vals_list)
        with self.env.cr.savepoint():
            self._refuse_wrong(self._decide(lines), vals_list)
        changes = {number: line.change.id for number, line in lines.items()}
        return super().create(
            [{**vals, "change_id": changes.get(n)} for n, vals in enumerate(vals_list)]
        )

    def _refuse_wrong(self, errors, vals_list):
        """Raise ``errors``: Odoo tells the line where it tries only one."""
        if errors and len(vals_list) == 1:
            raise UserError(next(iter(errors.values())))
        if errors:
            raise UserError(
                self.env._("Nothing was decided. Mend these lines and import the file again:")
                + "".join(
                    "\n• "
                    + self.env._(
                        "No. %(number)s, %(customer)s: %(error)s",
                        number=vals_list[number].get("number") or "",
                        customer=vals_list[number].get("customer") or "",
                        error=error,
                    )
                    for number, error in sorted(errors.items())
                )
            )

    def _read_lines(self, vals_list):
        """Return ``{position: what was decided}``, and ``{position: what is wrong}``."""
        kinds = self._get_kinds()
        lines, errors = {}, {}
        for position, vals in enumerate(vals_list):
            number, customer, word, note = ((vals.get(name) or "").strip() for name in NEEDED)
            if not word and not note:
                continue
            try:
                change = self._find_change(number, customer)
                lines[position] = Line(change, self._read_kind(word, note, kinds), note)
            except UserError as error:
                errors[position] = str(error)
        return lines, errors

    def _find_change(self, number, customer):
        """Return the change with this number, if it is the one of this customer."""
        change = self.env["customer.grading.change"]
        if number.isdecimal() and int(number) < 2**31:
            change = change.search([("id", "=", int(number))])
        if not change:
            raise UserError(
                self.env._("There is no change number “%s”, or you may not see it.", number)
            )
        name = change._get_subject().display_name
        if customer != name.strip():
            raise UserError(
                self.env._(
                    "Change number %(number)s is of “%(name)s”, not of “%(customer)s”. Were "
                    "lines moved?",
                    number=number,
                    name=name,
                    customer=customer,
                )
            )
        if not change.is_open:
            raise UserError(
                self.env._(
                    "“%s” was decided meanwhile. Empty its decision.",
                    change.display_name,
                )
            )
        return change

    def _read_kind(self, word, note, kinds):
        """Return what was decided."""
        if not word:
            return "note"
        kind = kinds.get(word.casefold())
        if not kind:
            raise UserError(
                self.env._(
                    "“%(word)s” is no decision. Write one of: %(words)s.",
                    word=word,
                    words=", ".join(self._get_decision_words().values()),
                )
            )
        if kind == "refuse" and not note:
            raise UserError(
                self.env._("A refusal needs a reason: write it in the column “Reason or note”.")
            )
        return kind

    def _decide(self, lines):
        """Decide line by line, and return ``{position: what was wrong}``."""
        errors = {}
        for position, line in lines.items():
            try:
                with self.env.cr.savepoint():
                    self._decide_one(line.change, line)
            except (AccessError, UserError) as error:
                errors[position] = str(error)
        return errors

    @staticmethod
    def _decide_one(change, line):
        if line.kind == "refuse":
            change.action_refuse(line.note)
            return
        if line.note:
            change._get_decidable().decision_note = line.note
        if line.kind == "approve":
            change.action_approve()
        elif line.kind == "put_off":
            change.action_put_off()
