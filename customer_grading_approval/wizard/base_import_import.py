import io
from zipfile import BadZipFile, ZipFile

import openpyxl

from odoo import models
from odoo.addons.base_import.models.base_import import ImportValidationError

MOST_BYTES = 200_000_000  # unpacked
MOST_ROWS = 100_000
MOST_COLUMNS = 200


class BaseImportImport(models.TransientModel):
    """Looks at a spreadsheet of grading before Odoo reads it cell by cell."""

    _inherit = "base_import.import"

    def _read_xlsx(self, options):
        if (self.res_model or "").startswith("customer.grading."):
            self._check_size(options)
        return super()._read_xlsx(options)

    def _check_size(self, options):
        """Refuse what is no spreadsheet, or says that it has more cells than people fill.

        :raise ImportValidationError: which says what to do
        """
        content = io.BytesIO(self.file or b"")
        try:
            with ZipFile(content) as archive:
                size = sum(item.file_size for item in archive.infolist())
            book = size <= MOST_BYTES and openpyxl.load_workbook(content)
        except (BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
            raise ImportValidationError(
                self.env._("The file is damaged. Save it again as a spreadsheet, and import that.")
            ) from error
        sheets = book and [book[options.get("sheet") or book.sheetnames[0]]]
        if not book or any(
            sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS for sheet in sheets
        ):
            raise ImportValidationError(
                self.env._(
                    "The spreadsheet is larger than %(rows)s rows and %(columns)s columns. Delete "
                    "what is not needed, also what looks empty, and import it again.",
                    rows=MOST_ROWS,
                    columns=MOST_COLUMNS,
                )
            )
