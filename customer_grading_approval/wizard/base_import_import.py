from odoo import models
from odoo.addons.base_import.models.base_import import ImportValidationError
from odoo.tools import formatLang

from ..tools.spreadsheet_size import (
    MOST_CELLS,
    DamagedError,
    TooLargeError,
    check_size,
    is_archive,
)


class BaseImportImport(models.TransientModel):
    """Looks at a spreadsheet of grading before Odoo reads it cell by cell."""

    _inherit = "base_import.import"

    def _read_file(self, options):
        if (self.res_model or "").startswith("customer.grading.") and is_archive(self.file or b""):
            self._check_spreadsheet()
        return super()._read_file(options)

    def _check_spreadsheet(self):
        """Refuse what is no spreadsheet, or has more in it than people fill.

        :raise ImportValidationError: which says what to do
        """
        try:
            check_size(self.file)
        except DamagedError as error:
            raise ImportValidationError(
                self.env._("The file is damaged. Save it again as a spreadsheet, and import that.")
            ) from error
        except TooLargeError as error:
            raise ImportValidationError(
                self.env._(
                    "The spreadsheet has more than %s cells, or very long texts. Delete what is "
                    "not needed, also what looks empty, and import it again.",
                    formatLang(self.env, MOST_CELLS, digits=0),
                )
            ) from error
