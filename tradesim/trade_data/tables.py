"""Tables: large CSV files read in pieces, only the columns that are needed, problems placed ``file:line``.

What is read is checked here: encoding, header, missing columns, rows longer than the header, cells that are
no numbers. The fast way reads numbers as numbers; only where that fails is the file read again as text, to
say which cells on which lines are at fault.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, fail_if
from tradesim.parsing import number
from tradesim.trade_data.containers import open_binary, open_text, reading
from tradesim.trade_data.scanning import check_lengths, encoding_of

ROWS = 500_000
"""Rows read at a time."""
MOST_PROBLEMS = 20
"""Problems of one kind that are shown; then how many more there are."""
UNREADABLE = (ValueError, ArithmeticError, csv.Error)
"""What pandas raises for text that is not what it was told."""
TYPES = {"text": "str", "whole": "int32", "number": "float64"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read.

    Parameters
    ----------
    name : what we call it.
    called : what files call it; letter case, spaces and punctuation do not matter.
    kind : what it holds.
    required : whether a file without it is refused.
    """

    name: str
    called: tuple[str, ...]
    kind: Literal["text", "whole", "number"] = "text"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file whose header has been found.

    Parameters
    ----------
    path : the file.
    encoding : ``utf-8-sig``, or ``latin-1`` where it is not UTF-8.
    header : the names of all its columns.
    lines : how many lines come before the first row of data.
    width : the cells of its longest row.
    places : where each row of data is, for tables that are no CSV file.
    """

    path: Path
    encoding: str
    header: tuple[str, ...]
    lines: int
    width: int = 0
    places: tuple[str, ...] = ()

    def at(self, rows: Sequence[int]) -> list[str]:
        """Return ``file:line`` of rows of data, counted from 0."""
        if self.places:
            return [self.places[row] for row in rows]
        return [f"{self.path}:{line}" for line in lines_of(self, rows)]


def plain(name: str) -> str:
    """Return a column's name without what files vary: ``Trade Value (US$)`` is ``tradevalueus``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def find(path: str | Path, layout: str, columns: Sequence[Column]) -> Table:
    """Open a CSV file and find its header: the first row that is not blank.

    Parameters
    ----------
    path : the file, also ``.gz``, or ``.zip`` with one CSV file in it.
    layout : what the file should be, for messages.
    columns : the columns that will be read.

    Raises
    ------
    InputError
        If it cannot be read, is empty, is not text, lacks a required column, or has rows of other lengths.
    """
    file = Path(path)
    with reading(file):
        encoding = encoding_of(file)
        line, header = first_row(file, encoding)
        if not header:
            raise InputError([Problem("empty file", f"{file}:1", "no lines", f"{layout}: a header and rows")])
        fail_if(_header_problems(f"{file}:{line}", layout, header, columns))
        width = check_lengths(file, encoding, len(header), line)
    return Table(file, encoding, tuple(header), line, width)


def first_row(file: Path, encoding: str) -> tuple[int, list[str]]:
    """Return the line on which the first row that is not blank ends, and its cells."""
    with open_text(file, encoding) as text:
        rows = csv.reader(text)
        try:
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    return rows.line_num, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise InputError([Problem("not CSV", f"{file}:{rows.line_num}", str(error))]) from None
    return 1, []


def pieces(table: Table, columns: Sequence[Column]) -> Iterator[pd.DataFrame]:
    """Yield the columns of a table that it has, some rows at a time; the index counts rows of data from 0.

    Raises
    ------
    InputError
        For cells that are no numbers, each ``file:line``.
    """
    read = 0
    with reading(table.path), open_binary(table.path) as raw:
        try:
            for piece in _frames(table, columns, raw, as_text=False):
                read += len(piece)
                if len(piece):
                    yield piece
        except UNREADABLE as error:
            raise _refusal(table, columns, error) from None
    if not read:
        raise InputError([Problem("no rows", f"{table.path}:{table.lines}", "a header alone", "data")])


def scale(piece: pd.DataFrame, unit: float) -> None:
    """Turn values into US dollars; what is too large for a number becomes infinite, and is refused later."""
    with np.errstate(over="ignore"):
        piece["value"] *= unit


def value_problems(table: Table, piece: pd.DataFrame, column: str, said: str) -> Iterator[Problem]:
    """Yield the values of a column that are missing, infinite or negative, each ``file:line``."""
    values = piece[column].to_numpy()
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        rows = piece.index.to_numpy()[bad]
        given = ["nothing" if np.isnan(value) else str(value) for value in values[bad][:MOST_PROBLEMS]]
        yield from placed(table, rows, said, given, "a number, 0 or more")


def placed(
    table: Table, rows: Iterable[int] | NDArray[np.int64], what: str, given: Sequence[str], allowed: str = ""
) -> Iterator[Problem]:
    """Yield one problem per row of data, ``file:line``, as many as are shown, and then how many more."""
    at = [int(row) for row in rows]
    for where, got in zip(table.at(at[:MOST_PROBLEMS]), given, strict=False):
        yield Problem(what, where, got, allowed)
    if len(at) > MOST_PROBLEMS:
        yield Problem(f"{len(at) - MOST_PROBLEMS:,} more like it", str(table.path))


def lines_of(table: Table, rows: Sequence[int]) -> list[int]:
    """Return the lines on which rows of data begin, counted as pandas counts them: without blank lines."""
    wanted, found = set(rows), {}
    with open_text(table.path, table.encoding, table.lines) as text:
        lines = csv.reader(text)
        row, begins = 0, table.lines + 1
        try:
            for cells in lines:
                if len(cells) > 1 or "".join(cells).strip():
                    if row in wanted:
                        found[row] = begins
                    row += 1
                if len(found) == len(wanted):
                    break
                begins = table.lines + lines.line_num + 1
        except csv.Error:
            found.setdefault(row, begins)
    return [found.get(row, begins) for row in rows]


def _frames(
    table: Table, columns: Sequence[Column], raw: IO[bytes], *, as_text: bool
) -> Iterator[pd.DataFrame]:
    at = {_position(table.header, column): column for column in columns}
    wanted = {int(position): column for position, column in at.items() if position is not None}
    types = {k: "str" if as_text else TYPES[column.kind] for k, column in wanted.items()}
    blank = {k: [""] for k, column in wanted.items() if column.kind == "number" and not as_text}
    with pd.read_csv(
        raw,
        header=None,
        names=list(range(table.width)),
        usecols=list(wanted),
        skiprows=table.lines,
        dtype=types,
        encoding=table.encoding,
        keep_default_na=False,
        na_values=blank,  # type: ignore[arg-type]
        chunksize=ROWS,
    ) as frames:
        labels = {k: column.name for k, column in wanted.items()}
        while (frame := _next(frames)) is not None:
            yield frame.rename(columns=labels)


def _next(frames: Iterator[pd.DataFrame]) -> pd.DataFrame | None:
    """Read on; whole numbers out of range must not become other numbers."""
    with np.errstate(invalid="raise"):
        return next(frames, None)


def _refusal(table: Table, columns: Sequence[Column], error: Exception) -> InputError:
    """Return the error for a file that pandas could not read: cells that are no numbers, or its own words."""
    found: list[Problem] = []
    try:
        with open_binary(table.path) as raw:
            for piece in _frames(table, columns, raw, as_text=True):
                for column in columns:
                    if column.kind != "text" and column.name in piece:
                        found += _cell_problems(table, piece, column)
                if found:
                    return InputError(found)
    except UNREADABLE as second:
        error = second
    said = re.sub(r"^Error tokenizing data\. C error: ", "", " ".join(str(error).split()))
    counted = re.search(r"(?:line|row) (\d+)", said)
    where = f"{table.path}:{counted[1]}" if counted else str(table.path)
    return InputError([Problem("not CSV", where, said, "rows of the header's columns, separated by commas")])


def _cell_problems(table: Table, piece: pd.DataFrame, column: Column) -> Iterator[Problem]:
    text = piece[column.name].fillna("").astype(object)
    bad = np.array([not _is_number(cell, column.kind) for cell in text], dtype=bool)
    if bad.any():
        rows, given = piece.index.to_numpy()[bad], [repr(cell) for cell in text[bad]]
        kind = "a whole number" if column.kind == "whole" else "a number, with a point for decimals"
        yield from placed(table, rows, f"{column.name} is not a number", given, kind)


def _is_number(cell: str, kind: str) -> bool:
    if kind == "whole":
        return re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", cell) is not None
    if cell == "":
        return True  # a missing value, which the reader judges
    return number(cell) is not None


def _position(header: Sequence[str], column: Column) -> int | None:
    """Return where a column is: by the first of its names that the header has."""
    names = [plain(name) for name in header]
    return next((names.index(plain(name)) for name in column.called if plain(name) in names), None)


def _header_problems(
    where: str, layout: str, header: Sequence[str], columns: Sequence[Column]
) -> Iterator[Problem]:
    """Yield what is wrong with the names of the columns."""
    separator = re.search(r"[;\t|]", header[0]) if len(header) == 1 else None
    if separator:
        yield Problem("one column", where, repr(header[0][:60]), "columns separated by commas")
        return
    names = [plain(name) for name in header]
    for column in columns:
        position = _position(header, column)
        if position is None and column.required:
            shown = ", ".join(header[:12]) + (" …" if len(header) > 12 else "")
            called = " or ".join(column.called[:3])
            yield Problem(f"no column {column.called[0]!r}", where, shown, called, f"is this {layout}?")
        elif position is not None and names.count(names[position]) > 1:
            yield Problem("column twice", where, repr(header[position]), "each column once")
