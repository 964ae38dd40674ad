import base64
import io
from typing import Any, NamedTuple
from zipfile import BadZipFile

import xlsxwriter

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..models.customer_grading_policy_approval import TELL_LATER
from ..models.result.customer_grading_change import OPEN_STATES

MOST = 5_000  # changes that a meeting can go through: the reason of each takes two milliseconds
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
NEEDED = ("number", "customer", "decision", "note")  # what is read back


class Decision(NamedTuple):
    """What the meeting decided on a change.

    :ivar line: number of the line in the file, counted as a spreadsheet does
    :ivar kind: approve, refuse, put_off, or note where only something was noted
    :ivar note: the reason or the note; may be empty
    """

    line: int
    change: Any
    kind: str
    note: str


class CustomerGradingMeeting(models.TransientModel):
    """Takes open changes to a meeting as a spreadsheet, and its decisions back."""

    _name = "customer.grading.meeting"
    _description = "Decisions of a Meeting"

    file = fields.Binary("Spreadsheet", attachment=False)
    file_name = fields.Char()

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

    def _get_in_all_languages(self, get_words):
        """Return ``{word: key}`` in every language: who exported may have had another one."""
        found = {}
        for language, _name in self.env["res.lang"].get_installed():
            words = get_words(self.with_context(lang=language))
            found.update((word.casefold(), key) for key, word in words.items())
        return found

    # ------------------------------------------------------------------ export

    def _export(self, changes):
        """Return the content of a spreadsheet of ``changes``, with an empty decision each.

        :raise UserError: where the user may export nothing, or there are too many
        """
        if len(changes) > MOST:
            raise UserError(
                self.env._(
                    "These are %(count)s changes; a meeting can go through %(most)s. Filter or "
                    "choose fewer.",
                    count=len(changes),
                    most=MOST,
                )
            )
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
        sheet.data_validation(
            1, column, max(count, 1), column, {"validate": "list", "source": words}
        )

    def _get_rows(self, changes):
        """Return a row for each change, up to where the decision is written."""
        paths = [
            *(".id", "partner_id", "lead_id", "from_grade_id/code", "grade_id/code", "reason"),
            *("revenue", "salesperson_id", "date", "waits_for"),
        ]
        rows = changes.export_data(paths)["datas"]
        for change, row in zip(changes, rows, strict=True):
            number, partner, lead, before, after, reason, revenue, *rest = row
            shown = revenue if change.sees_revenue else ""
            yield [int(number), lead or partner, before, after, reason, shown, *rest]

    # ------------------------------------------------------------------ import

    def action_import(self):
        """Decide as the file says, all of it or nothing.

        :raise UserError: naming each line that is wrong; nothing is decided then
        """
        self.ensure_one()
        decisions, errors = self._read_decisions()
        self._refuse_wrong(errors)
        with self.env.cr.savepoint():
            self._refuse_wrong(self._decide(decisions))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._get_summary(decisions),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _refuse_wrong(self, errors):
        if errors:
            raise UserError(
                self.env._("Nothing was decided. Mend these lines and import the file again:")
                + "".join(f"\n• {error}" for error in errors)
            )

    def _read_decisions(self):
        """Return the decisions in the file, and what is wrong with it."""
        rows = self._read_rows()
        columns = self._find_columns(rows[0] if rows else ())
        words = self._get_in_all_languages(CustomerGradingMeeting._get_decision_words)
        decisions, errors = [], []
        for line, row in enumerate(rows[1:], 2):
            number, customer, word, note = (
                row[columns[name]] if columns[name] < len(row) else "" for name in NEEDED
            )
            if not word and not note:
                continue
            try:
                change = self._find_change(number, customer)
                kind = self._read_kind(word, note, words)
                decisions.append(Decision(line, change, kind, note))
            except UserError as error:
                errors.append(self._prepare_error(line, error))
        if not decisions and not errors:
            raise UserError(
                self.env._(
                    "No line has a decision. Write one of these in the column “%(column)s”: "
                    "%(words)s.",
                    column=self._get_titles()["decision"],
                    words=", ".join(self._get_decision_words().values()),
                )
            )
        return decisions, errors

    def _prepare_error(self, line, error):
        return self.env._("Line %(line)s: %(error)s", line=line, error=error)

    def _read_rows(self):
        """Return the rows of the first sheet, their cells as text."""
        import openpyxl  # noqa: PLC0415 - as Odoo does: slow to load, seldom needed

        try:
            content = io.BytesIO(base64.b64decode(self.file or b""))
            sheet = openpyxl.load_workbook(content, data_only=True, read_only=True).worksheets[0]
            return [[self._read_cell(value) for value in row] for row in sheet.values]
        except (BadZipFile, KeyError, ValueError, OSError, IndexError):
            raise UserError(
                self.env._(
                    "“%s” is no spreadsheet that can be read. Save it as .xlsx and import it again.",
                    self.file_name or self.env._("The file"),
                )
            ) from None

    @staticmethod
    def _read_cell(value):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()

    def _find_columns(self, head):
        """Return ``{column: its position}`` of what is read back."""
        titles = self._get_in_all_languages(CustomerGradingMeeting._get_titles)
        columns = {}
        for position, title in enumerate(head):
            columns.setdefault(titles.get(title.casefold()), position)
        for name in NEEDED:
            if name not in columns:
                raise UserError(
                    self.env._(
                        "The file has no column “%s”. Export for the meeting, and import that file.",
                        self._get_titles()[name],
                    )
                )
        return columns

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
        if change.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "“%s” was decided meanwhile. Empty its decision.",
                    change.display_name,
                )
            )
        return change

    def _read_kind(self, word, note, words):
        """Return what was decided."""
        if not word:
            return "note"
        kind = words.get(word.casefold())
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

    def _decide(self, decisions):
        """Decide line by line, and return what was wrong with which."""
        errors = []
        for decision in decisions:
            change = decision.change.with_context(**{TELL_LATER: True})
            try:
                with self.env.cr.savepoint():
                    self._decide_one(change, decision)
            except (AccessError, UserError) as error:
                errors.append(self._prepare_error(decision.line, error))
        changes = self.env["customer.grading.change"].union(*(d.change for d in decisions))
        if not errors:
            changes.policy_id._tell_deciders()
        return errors

    @staticmethod
    def _decide_one(change, decision):
        if decision.kind == "refuse":
            change.action_refuse(decision.note)
            return
        if decision.note:
            change._get_decidable().decision_note = decision.note
        if decision.kind == "approve":
            change.action_approve()
        elif decision.kind == "put_off":
            change.action_put_off()

    def _get_summary(self, decisions):
        """Return how many were decided how."""
        counts = {
            kind: sum(decision.kind == kind for decision in decisions)
            for kind in ("approve", "refuse", "put_off", "note")
        }
        return self.env._(
            "Approved: %(approve)s, refused: %(refuse)s, put off: %(put_off)s, noted: %(note)s.",
            **counts,
        )


class CustomerGradingChange(models.Model):
    _inherit = "customer.grading.change"

    def action_export_meeting(self):
        """Give the chosen open changes, or all that are listed, as a spreadsheet."""
        changes = self or self.search(Domain(self.env.context.get("active_domain") or []))
        changes = changes.filtered(lambda change: change.state in OPEN_STATES)
        if not changes:
            raise UserError(
                self.env._("None of these changes is open. Choose some that wait for a decision.")
            )
        Meeting = self.env["customer.grading.meeting"]
        meeting = Meeting.create(
            {
                "file": base64.b64encode(Meeting._export(changes)),
                "file_name": self.env._(
                    "Changes of grade %s.xlsx", fields.Date.context_today(self)
                ),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/customer.grading.meeting/{meeting.id}/file"
            f"?download=true&filename_field=file_name",
            "target": "download",
        }
