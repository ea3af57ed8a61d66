"""Sheets: small tables with lines of title above their header, from CSV files and workbooks alike."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradesim.errors import InputError, Problem
from tradesim.trade_data.checks import warn_if_round
from tradesim.trade_data.containers import open_text, reading
from tradesim.trade_data.records import begins_with, refuse_markup
from tradesim.trade_data.scanning import encoding_of
from tradesim.trade_data.tables import separator_of
from tradesim.trade_data.workbooks import is_workbook, sheets_in

MOST_CELLS = 50_000_000
"""Cells that are held: the largest table that DataWeb gives has some three million."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in a file.

    Parameters
    ----------
    name : the sheet, or the file's name for CSV.
    rows : the place (``file:line``, or ``file: sheet row``) and the cells of every row that is not blank.
    """

    name: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def sheets_of(path: str | Path) -> list[Sheet]:
    """Return the sheets of a workbook, or the one of a CSV file.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, or is neither.
    MissingExtraError
        For a workbook, if openpyxl is not installed.
    """
    file = Path(path)
    with reading(file):
        sheets = _workbook(file) if is_workbook(file) else [_table(file)]
    if not any(sheet.rows for sheet in sheets):
        raise InputError([Problem("empty file", f"{file}:1", "no rows", "a header and rows")])
    return sheets


def _workbook(file: Path) -> list[Sheet]:
    with sheets_in(file) as sheets:
        return [_held(title, str(file), rows) for title, rows in sheets]


def _table(file: Path) -> Sheet:
    if (begins := begins_with(file)) == "<":
        refuse_markup(file)
    if begins in {"{", "["}:
        raise InputError([Problem("this is JSON", str(file), "", "CSV or a workbook", "export one of those")])
    encoding = encoding_of(file)
    separator = separator_of(file, encoding)
    with open_text(file, encoding) as text:
        lines = csv.reader(text, delimiter=separator)
        try:
            return _held(file.stem, str(file), _numbered(str(file), lines))
        except csv.Error as error:
            raise InputError([Problem("not CSV", f"{file}:{lines.line_num}", str(error))]) from None


def _held(name: str, file: str, rows: Iterator[tuple[str, tuple[str, ...]]]) -> Sheet:
    """Return the rows of a sheet, as many as can be held."""
    kept: list[tuple[str, tuple[str, ...]]] = []
    cells = 0
    for place, row in rows:
        cells += len(row)
        if cells > MOST_CELLS:
            fix = "ask for less at a time"
            raise InputError([Problem("too large a table", place, "", f"{MOST_CELLS:,} cells", fix)])
        kept.append((place, row))
    warn_if_round(f"{file}: {name}", len(kept) - 1)
    return Sheet(name, tuple(kept))


def _numbered(file: str, lines: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    begins = 1
    for cells in lines:
        if any(cell.strip() for cell in cells):
            yield f"{file}:{begins}", tuple(cell.strip() for cell in cells)
        begins = lines.line_num + 1
