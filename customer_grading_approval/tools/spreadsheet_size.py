"""How large a spreadsheet is, told before anything of it is read into memory.

A file of a kilobyte may say that it has billions of cells, or unpack to gigabytes.
"""

import io
import re
import zlib
from lzma import LZMAError
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, is_zipfile

MOST_CELLS = 500_000  # those that are empty included, up to the last one that is not
MOST_ELEMENTS = 2 * MOST_CELLS  # of XML: a cell, and what is in it
MOST_BYTES = 100_000_000  # unpacked
MOST_CHARACTERS = 100_000  # in a cell

PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)$", re.IGNORECASE)  # of a cell: B12
ALONE = {"table", "table-row", "table-cell", "row"}  # elements that have none of their kind within
DAMAGES = (BadZipFile, EOFError, LZMAError, LookupError, OSError, RuntimeError, zlib.error)


class DamagedError(Exception):
    """What is called a spreadsheet is none that can be read."""


class TooLargeError(Exception):
    """A spreadsheet has more in it than people fill."""


def is_archive(content):
    """Return whether a file is an archive, as .xlsx and .ods are, or meant to be one."""
    return content.startswith(b"PK\x03\x04") or is_zipfile(io.BytesIO(content))


def check_size(content):
    """Look through a spreadsheet, .xlsx or .ods, piece by piece.

    :raise DamagedError: where it cannot be read
    :raise TooLargeError: where readers would make too much of it
    """
    counter = CellCounter()
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise TooLargeError
            for part in parts:
                with archive.open(part) as stream:
                    _count_part(counter, part.filename, stream)
    except (*DAMAGES, ValueError) as error:
        raise DamagedError from error


def _count_part(counter, name, stream):
    """Count what is in a part. Whatever its name, readers may be led to it as to a sheet."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.CharacterDataHandler = counter.add_text
    parser.EntityDeclHandler = _refuse_entity
    counter.begin_part()
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        if name.endswith((".xml", ".rels")):  # not a picture
            raise DamagedError from error


def _refuse_entity(*_declared):
    """Refuse what stands for a longer text: no spreadsheet has it."""
    raise DamagedError


class CellCounter:
    """Counts the cells that readers make of a spreadsheet.

    Of .xlsx they make each sheet as large as its furthest cells; of .ods, the cells of each row
    repeated as said, but for the last of a row and for rows without text.
    """

    def __init__(self):
        self.elements = self.cells = 0
        self.height = self.width = 0  # of a sheet
        self._starts = {
            "row": self._start_row,
            "c": self._start_cell,
            "mergeCell": self._start_merged,
            "table-row": self._start_ods_row,
            "table-cell": self._start_ods_cell,
        }

    def begin_part(self):
        """Begin another sheet."""
        self.cells += self.height * self.width
        self.open = set()
        self.height = self.width = self.row = self.column = 0
        self.row_cells = self.repeated = self.characters = 0
        self.row_repeated, self.filled = 1, False

    def start(self, name, attributes):
        """Count an element as it begins."""
        self.elements += 1
        name = name.rpartition(" ")[2]
        if name in self.open:
            raise DamagedError  # readers would go through it again and again
        if name in ALONE:
            self.open.add(name)
        if start := self._starts.get(name):
            start({key.rpartition(" ")[2]: value for key, value in attributes.items()})
            self._check()
        if self.elements > MOST_ELEMENTS:
            raise TooLargeError

    def _check(self):
        if self.cells + self.height * self.width + self.row_cells > MOST_CELLS:
            raise TooLargeError

    def end(self, name):
        """Count a row of .ods as it ends."""
        name = name.rpartition(" ")[2]
        self.open.discard(name)
        if name == "table-row":
            self.cells += (self.row_cells + 1) * (self.row_repeated if self.filled else 1)
            self.row_cells = 0
            self._check()

    def add_text(self, text):
        """Count the text of a cell of .ods."""
        if "table-cell" in self.open:
            self.filled = self.filled or bool(text.strip())
            self.characters += len(text)
            if self.characters > MOST_CHARACTERS:
                raise TooLargeError

    def _start_row(self, said):
        self.row, self.column = int(said.get("r") or self.row + 1), 0

    def _start_cell(self, said):
        if "row" in self.open:
            self.column += 1
            self._reach(said.get("r"))

    def _start_merged(self, said):
        self._reach((said.get("ref") or "").rpartition(":")[2])

    def _reach(self, place):
        """Let the sheet reach as far as a cell, by its name where it has one."""
        if place:
            found = PLACE.match(place)
            if not found:
                raise DamagedError
            letters, digits = found.groups()
            self.row, self.column = int(digits), 0
            for letter in letters.upper():
                self.column = self.column * 26 + ord(letter) - ord("A") + 1
        self.height, self.width = max(self.height, self.row), max(self.width, self.column)

    def _start_ods_row(self, said):
        self.row_repeated = max(int(said.get("number-rows-repeated") or 1), 1)
        self.row_cells = self.repeated = 0
        self.filled = False

    def _start_ods_cell(self, said):
        self.row_cells += self.repeated
        self.repeated = max(int(said.get("number-columns-repeated") or 1), 1)
        self.characters = 0
