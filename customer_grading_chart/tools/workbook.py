"""A workbook as it is written: sheets from top to bottom, texts that never become formulas."""

import io
from datetime import date

import xlsxwriter

WIDEST = 60  # characters of a column
# How a cell is shown, by what is said of it.
FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "text": {"valign": "top"},
    "long": {"valign": "top", "text_wrap": True},
    "count": {"num_format": "#,##0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"},
}


class Workbook:
    """Sheets of one workbook.

    >>> workbook = Workbook()
    >>> sheet = workbook.add_sheet("Summary")
    >>> sheet.write_title("Accounts")
    >>> sheet.write_table(["Grade", "Customers"], [["A", 2], ["=B", 3]], ["text", "count"])
    (3, 4)
    >>> workbook.close()[:2]
    b'PK'
    """

    def __init__(self):
        self._output = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._workbook = xlsxwriter.Workbook(self._output, options)
        self.formats = {key: self._workbook.add_format(vals) for key, vals in FORMATS.items()}

    def add_sheet(self, name):
        """Return a new sheet behind the others; its name is cut to what a sheet can be called."""
        return Sheet(self._workbook.add_worksheet(name[:31]), self.formats)

    def add_chart(self, kind):
        """Return a chart of the spreadsheet program, to be placed on a sheet."""
        return self._workbook.add_chart({"type": kind})

    def close(self):
        """Return the file."""
        self._workbook.close()
        return self._output.getvalue()


class Sheet:
    """A sheet that is written from top to bottom.

    :ivar row: the row that is written next
    """

    def __init__(self, worksheet, formats):
        self.worksheet = worksheet
        self.row = 0
        self._formats = formats
        self._widths = {}

    def write_title(self, text):
        self.worksheet.write_string(self.row, 0, text, self._formats["title"])
        self.row += 2

    def write_pairs(self, pairs):
        """Write what is called how, one below the other; what is empty is left out."""
        for label, value in pairs:
            if value:
                self._write(self.row, 0, label, "text")
                self._write(self.row, 1, value, "date" if isinstance(value, date) else "text")
                self.row += 1
        self.row += 1

    def write_table(self, columns, rows, formats):
        """Write a table, and return the first and the last row of its numbers."""
        for column, label in enumerate(columns):
            self._write(self.row, column, label, "head")
        first = self.row + 1
        for cells in rows:
            self.row += 1
            for column, cell in enumerate(cells):
                self._write(self.row, column, cell, formats[column])
        last = self.row
        self.row += 2
        return first, last

    def _write(self, row, column, value, form):
        shown = self._formats[form]
        if isinstance(value, date):
            self.worksheet.write_datetime(row, column, value, self._formats["date"])
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self.worksheet.write_number(row, column, value, shown)
        else:
            self.worksheet.write_string(row, column, str(value or ""), shown)
        width = min(max(self._widths.get(column, 12), get_width(str(value)) + 2), WIDEST)
        if form != "head" and width != self._widths.get(column):
            self._widths[column] = width
            self.worksheet.set_column(column, column, width)


def get_width(text):
    """Return how wide a text is, in digits: a Chinese character takes two.

    >>> get_width("客户 A")
    6
    """
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
