"""Sheets: small tables with lines of title above their header, from CSV files and workbooks alike."""

import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tradesim.errors import InputError, MissingExtraError, Problem
from tradesim.trade_data.containers import ZIP, open_text, reading
from tradesim.trade_data.scanning import encoding_of

MOST_ROWS = 2_000_000
"""A workbook holds about a million rows a sheet."""


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
        sheets = _workbook(file) if _is_workbook(file) else [_table(file)]
    if not any(sheet.rows for sheet in sheets):
        raise InputError([Problem("empty file", f"{file}:1", "no rows", "a header and rows")])
    return sheets


def _is_workbook(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as raw:
        if raw.read(4) != ZIP:
            return False
    with zipfile.ZipFile(file) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _table(file: Path) -> Sheet:
    encoding = encoding_of(file)
    with open_text(file, encoding) as text:
        lines = csv.reader(text)
        try:
            return Sheet(file.stem, tuple(_numbered(str(file), lines)))
        except csv.Error as error:
            raise InputError([Problem("not CSV", f"{file}:{lines.line_num}", str(error))]) from None


def _numbered(file: str, lines: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    begins = 1
    for cells in lines:
        if any(cell.strip() for cell in cells):
            yield f"{file}:{begins}", tuple(cell.strip() for cell in cells)
        begins = lines.line_num + 1


def _workbook(file: Path) -> list[Sheet]:
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise MissingExtraError(f"{file} is a workbook", "excel", "export it as CSV") from None
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        return [
            Sheet(sheet.title, tuple(_filled(f"{file}: {sheet.title}", sheet))) for sheet in book.worksheets
        ]
    except (KeyError, ValueError, TypeError, AttributeError, SyntaxError) as error:
        said = " ".join(str(error).split())[:200]
        raise InputError([Problem("not a workbook", str(file), said, "an .xlsx file")]) from None


def _filled(where: str, sheet: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_row=MOST_ROWS), start=1):
        texts = tuple(_text(cell) for cell in cells)
        if any(texts):
            yield f"{where} row {number}", texts


def _text(cell: Any) -> str:
    """Write a cell as a CSV file would have it: whole numbers without a point, nothing where it is empty."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
