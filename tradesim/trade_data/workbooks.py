"""Workbooks: the rows of an .xlsx file, one after the other, as agencies and libraries write it.

The size that a sheet says it has is not believed: Apache POI, which many sites use, stores ``A1`` whatever
the sheet holds. Parts are looked through before they are parsed, so that none is larger than what a workbook
of trade holds, whatever the size of the file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from tradesim.errors import InputError, MissingExtraError, Problem
from tradesim.trade_data.containers import Member, is_zip, open_binary, reading

BLOCK = 1 << 20
LONGEST_CELL = 1_000_000
"""Bytes between two tags: Excel allows 32,767 characters."""
LARGEST_STRINGS = 500_000_000
"""Bytes of the texts that all cells share: they are held."""
MOST_COLUMNS = 2_000
Rows = Iterator[tuple[str, tuple[str, ...]]]
"""The place of every row that is not blank (``file: sheet row 7``) and its cells."""


def is_workbook(file: Path) -> bool:
    """Say whether a file is an .xlsx workbook, whatever its name."""
    if not is_zip(file):
        return False
    with reading(file), ZipFile(file) as archive:
        return "[Content_Types].xml" in archive.namelist()


@contextmanager
def sheets_in(file: Path) -> Iterator[list[tuple[str, Rows]]]:
    """Open a workbook, and give the title and the rows of each of its sheets.

    Raises
    ------
    InputError
        If it is damaged, or larger inside than workbooks of trade are.
    MissingExtraError
        If openpyxl is not installed.
    """
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise MissingExtraError(f"{file} is a workbook", "excel", "export it as CSV") from None
    _check_parts(file)
    try:
        with file.open("rb") as raw:  # by its bytes: openpyxl looks at the ending of a name
            book = openpyxl.load_workbook(raw, read_only=True, data_only=True)
            yield [(sheet.title, _rows(file, sheet)) for sheet in book.worksheets]
    except InputError:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, SyntaxError, IndexError) as error:
        said = " ".join(str(error).split())[:200]
        raise InputError([Problem("not a workbook", str(file), said, "an .xlsx file")]) from None


def text_of(cell: Any) -> str:
    """Write a cell as a CSV file would have it: whole numbers without a point, nothing where it is empty.

    Examples
    --------
    >>> text_of(8517.0), text_of(2.5), text_of(None), text_of(" x ")
    ('8517', '2.5', '', 'x')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _rows(file: Path, sheet: Any) -> Rows:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        where = f"{file}: {sheet.title} row {number}"
        if len(cells) > MOST_COLUMNS:
            got, fix = f"{len(cells):,} cells", "delete what stands far to the right"
            raise InputError([Problem("a row too wide", where, got, f"{MOST_COLUMNS:,} cells", fix)])
        texts = tuple(text_of(cell) for cell in cells)
        if any(texts):
            yield where, texts


def _check_parts(file: Path) -> None:
    """Refuse a workbook with a part that no workbook of trade has; read in blocks, nothing held."""
    with ZipFile(file) as archive:
        parts = [Member(file, name) for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    for part in parts:
        size, length, first = 0, 0, True
        with open_binary(part) as raw:
            while block := raw.read(BLOCK):
                if first and b"<!DOCTYPE" in block:
                    raise InputError([Problem("not a workbook", str(part), "a DOCTYPE", "an .xlsx file")])
                first, size = False, size + len(block)
                at = block.rfind(b"<")
                length = length + len(block) if at < 0 else len(block) - at
                if length > LONGEST_CELL + BLOCK:
                    raise InputError([Problem("a cell longer than any table's", str(part))])
                if size > LARGEST_STRINGS and part.name.lower() == "sharedstrings.xml":
                    got = f"more than {LARGEST_STRINGS:,} bytes of text"
                    raise InputError([Problem("a workbook too large", str(part), got, fix="export CSV")])
