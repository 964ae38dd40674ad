"""Spreadsheets from people are looked through before they are read."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl

from odoo.addons.customer_grading_approval.tools.spreadsheet_size import check_size
from odoo.tests import TransactionCase, tagged

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
TOO_LARGE, DAMAGED = "more than 500,000 cells", "is damaged"
SPACE = "urn:oasis:names:tc:opendocument:xmlns"


def make_ods(rows, declared=""):
    """Return a spreadsheet of LibreOffice whose one sheet has these rows, as XML."""
    names = " ".join(f'xmlns:{name}="{SPACE}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"{declared}<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Changes">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    output = io.BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", content)
    return output.getvalue()


def make_xlsx(rows):
    """Return the one part of a spreadsheet of Excel that says these rows, as XML."""
    output = io.BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{rows}</worksheet>")
    return output.getvalue()


def write_row(cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def write_cell(text="", repeated=1):
    said = f"<text:p>{text}</text:p>" if text else ""
    repeat = f'table:number-columns-repeated="{repeated}"'
    return f"<table:table-cell {repeat}>{said}</table:table-cell>"


@tagged("post_install", "-at_install")
class TestSpreadsheets(TransactionCase):
    def test_a_file_that_is_damaged_or_pretends_to_be_huge_is_refused(self):
        book = openpyxl.Workbook()
        book.active["XFD1048576"] = "far away"
        far = io.BytesIO()
        book.save(far)
        twice = f"<table:table>{write_row(write_cell('a'))}</table:table>"
        for name, content, expected in (
            ("far.xlsx", far.getvalue(), TOO_LARGE),
            ("merged.xlsx", make_xlsx('<mergeCell ref="A1:XFD1048576"/>'), TOO_LARGE),
            ("row.xlsx", make_xlsx('<row r="1048576"><c/></row>'), TOO_LARGE),
            ("cut.xlsx", far.getvalue()[:900], DAMAGED),
            ("none.xlsx", b"PK\x03\x04 no archive", DAMAGED),
            ("columns.ods", make_ods(write_row(write_cell("a", 10**9) + write_cell())), TOO_LARGE),
            ("rows.ods", make_ods(write_row(write_cell("a"), 10**6)), TOO_LARGE),
            ("elements.ods", make_ods("<table:shapes/>" * 1_100_000), TOO_LARGE),
            ("bomb.ods", make_ods(" " * 110_000_000), TOO_LARGE),
            ("text.ods", make_ods(write_row(write_cell("a" * 200_000))), TOO_LARGE),
            ("within.ods", make_ods(twice), DAMAGED),
            ("entity.ods", make_ods("&a;", '<!DOCTYPE a [<!ENTITY a "aaa">]>'), DAMAGED),
            ("cut.ods", make_ods("")[:150], DAMAGED),
            ("broken.ods", make_ods("<table:"), DAMAGED),
        ):
            with self.subTest(name=name):
                kind = XLSX if name.endswith("xlsx") else ODS
                wizard = self.env["base_import.import"].create(
                    {
                        "res_model": "customer.grading.decision",
                        "file": content,
                        "file_name": name,
                        "file_type": kind,
                    }
                )
                options = {"has_headers": True, "quoting": '"', "separator": ","}
                self.assertIn(expected, wizard.parse_preview(dict(options))["error"])
                done = wizard.execute_import(["number"], ["No."], dict(options))
                self.assertIn(expected, done["messages"][0]["message"])

    def test_what_people_fill_is_not_too_large(self):
        """LibreOffice says of the empty rest of a sheet how often it is repeated."""
        filled = write_row(write_cell("a") + write_cell("b", 10) + write_cell("", 16_374))
        rest = write_row(write_cell("", 16_384), 1_048_000)
        check_size(make_ods(filled * 2_000 + rest))
        book = openpyxl.Workbook()
        for _row in range(2_000):
            book.active.append(["a"] * 11)
        large = io.BytesIO()
        book.save(large)
        check_size(large.getvalue())
