"""Tables: large CSV files read in pieces, only the columns that are needed, problems placed ``file:line``.

Columns are separated by commas or, as in the bulk files of UN Comtrade, by tabs. Workbooks and JSON become
tables too; of those the columns that are needed are held.

What is read is checked here: encoding, header, missing columns, rows longer than the header, cells that are
no numbers. The fast way reads numbers as numbers; only where that fails is the file read again as text, to
say which cells on which lines are at fault.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, Together, fail_if
from tradesim.parsing import number
from tradesim.trade_data.checks import not_values, shown, warn_if_round
from tradesim.trade_data.containers import Member, Source, open_binary, open_text, reading, tables_in
from tradesim.trade_data.records import begins_with, place, records_of, refuse_markup
from tradesim.trade_data.scanning import check_lengths, encoding_of
from tradesim.trade_data.workbooks import Rows, is_workbook, sheets_in

ROWS = 500_000
"""Rows read at a time."""
MOST_PROBLEMS = 20
"""Problems of one kind that are shown; then how many more there are."""
UNREADABLE = (ValueError, ArithmeticError, csv.Error)
"""What pandas raises for text that is not what it was told."""
Paths = str | Path | Sequence[str | Path]
"""One file, or several that are read together."""
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
    """A file of a table whose header has been found.

    Parameters
    ----------
    path : the file.
    encoding : ``utf-8-sig``, or ``latin-1`` where it is not UTF-8.
    header : the names of all its columns.
    lines : how many lines come before the first row of data.
    width : the cells of its longest row.
    places : where each row of data is, for tables that are no CSV file.
    separator : what stands between two cells of a CSV file.
    cells : the texts of the columns that are needed, for tables that are no CSV file.
    """

    path: Source
    encoding: str
    header: tuple[str, ...]
    lines: int
    width: int = 0
    places: Sequence[str] = ()
    separator: str = ","
    cells: pd.DataFrame | None = field(default=None, compare=False, repr=False)

    def at(self, rows: Sequence[int]) -> list[str]:
        """Return ``file:line`` of rows of data, counted from 0."""
        if len(self.places):
            return [self.places[row] for row in rows]
        return [f"{self.path}:{line}" for line in lines_of(self, rows)]


def plain(name: str) -> str:
    """Return a column's name without what files vary: ``Trade Value (US$)`` is ``tradevalueus``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def find(path: str | Source, layout: str, columns: Sequence[Column]) -> Table:
    """Open a file and find the header of its table: the first row that is not blank.

    Parameters
    ----------
    path : a CSV file, its columns separated by commas or tabs, also ``.gz``, or ``.zip`` with one such file
        in it; a workbook with one such sheet; or a list of records in JSON.
    layout : what the file should be, for messages.
    columns : the columns that will be read.

    Raises
    ------
    InputError
        If it cannot be read, is empty, is not text, lacks a required column, or has rows of other lengths.
    """
    file = path if isinstance(path, Member) else Path(path)
    with reading(file):
        if isinstance(file, Path) and is_workbook(file):
            return _in_workbook(file, layout, columns)
        begins = begins_with(file)
        if begins == "<":
            refuse_markup(file)
        if begins and begins in "{[":
            return _in_json(file, layout, columns)
        encoding = encoding_of(file)
        separator = separator_of(file, encoding)
        line, header = first_row(file, encoding, separator)
        if not header:
            raise InputError([Problem("empty file", f"{file}:1", "no lines", f"{layout}: a header and rows")])
        fail_if(_header_problems(f"{file}:{line}", layout, header, columns))
        width = check_lengths(file, encoding, len(header), line, separator)
    return Table(file, encoding, tuple(header), line, width, separator=separator)


def find_all(path: Paths, layout: str, columns: Sequence[Column]) -> list[Table]:
    """Open one file or several, or all tables of a zip archive; see `find`.

    Raises
    ------
    InputError
        With the problems of every file; for no file, and for one that is named twice.
    """
    given = [path] if isinstance(path, str | Path) else list(path)
    files: list[Source] = []
    for each in map(Path, given):
        inside = tables_in(each)
        files += [Member(each, name) for name in inside] if len(inside) > 1 else [each]
    fail_if([] if files else [Problem("no file", "path", "an empty list", "a file, or several")])
    fail_if(
        Problem("a file named twice", str(file), "", "each once")
        for file in dict.fromkeys(files)
        if files.count(file) > 1
    )
    together, tables = Together(), list[Table]()
    for file in files:
        with together:
            tables.append(find(file, layout, columns))
    together.refuse()
    return tables


def of_year(path: Path, named: str, year: int | None) -> Source:
    """Return the table of one year in a zip archive of several; any other file as it is.

    Parameters
    ----------
    named : a regular expression for the names of the tables, with their year as its group.

    Raises
    ------
    InputError
        If the archive has several years and none is asked for, or not the one that is.
    """
    tables = {name: match for name in tables_in(path) if (match := re.search(named, name.rpartition("/")[2]))}
    if not tables:
        return path
    years = {int(match[1]): name for name, match in sorted(tables.items())}
    got = ", ".join(map(str, sorted(years)))
    if len(years) < len(tables):
        fail_if([Problem("a year twice in the archive", str(path), ", ".join(tables)[:200], "each once")])
    if year is None and len(years) > 1:
        fail_if(
            [
                Problem(
                    "several years in the archive", str(path), got, "one", f"give year=, such as {max(years)}"
                )
            ]
        )
    if year is not None and year not in years:
        fail_if([Problem("no rows of that year", str(path), str(year), got)])
    return Member(path, years[max(years) if year is None else year])


def separator_of(file: Source, encoding: str) -> str:
    """Return what separates the columns of a file: tabs where its first line has more of them than commas."""
    with open_text(file, encoding) as text:
        first = next((line for line in text if line.strip()), "")
    return "\t" if first.count("\t") > first.count(",") else ","


def first_row(file: Source, encoding: str, separator: str = ",") -> tuple[int, list[str]]:
    """Return the line on which the first row that is not blank ends, and its cells."""
    with open_text(file, encoding) as text:
        rows = csv.reader(text, delimiter=separator)
        try:
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    return rows.line_num, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise InputError([Problem("not CSV", f"{file}:{rows.line_num}", str(error))]) from None
    return 1, []


def _in_workbook(file: Path, layout: str, columns: Sequence[Column]) -> Table:
    """Return the one sheet of a workbook that has the layout."""
    found: dict[str, Table] = {}
    refused: list[Problem] = []
    with sheets_in(file) as sheets:
        for title, rows in sheets:
            where, header = next(rows, ("", ()))
            problems = list(_header_problems(where, layout, header, columns)) if header else []
            refused += problems
            if header and not problems:
                found[title] = _held(file, header, columns, rows)
    if not found:
        empty = Problem("empty file", f"{file}:1", "no rows", f"{layout}: a header and rows")
        raise InputError(refused or [empty])
    if len(found) > 1:
        got, fix = ", ".join(map(repr, found)), "keep one of them in the file"
        raise InputError([Problem("several sheets with such a table", str(file), got, "one", fix)])
    return next(iter(found.values()))


def _held(file: Path, header: tuple[str, ...], columns: Sequence[Column], rows: Rows) -> Table:
    """Return the needed columns of a sheet, its header read already; refuse cells beyond the header."""
    at = _needed(header, columns)
    places: list[str] = []
    kept: list[list[str]] = [[] for _ in at]
    for where, cells in rows:
        if any(cells[len(header) :]):
            got = str(len(cells))
            raise InputError([Problem("more cells than columns", where, got, str(len(header)))])
        places.append(where)
        for texts, k in zip(kept, at, strict=True):
            texts.append(cells[k] if k < len(cells) else "")
    return _of_texts(file, header, at, kept, places)


def _in_json(file: Source, layout: str, columns: Sequence[Column]) -> Table:
    """Return a list of records as a table."""
    called = {plain(name) for column in columns for name in column.called}
    header, records = records_of(file, lambda name: plain(name) in called)
    if not records:
        raise InputError([Problem("no rows", str(file), "an empty list", "records")])
    names = tuple(header) or ("no key",)
    fail_if(_header_problems(place(file, 0), layout, names, columns))
    at = _needed(names, columns)
    kept = [[record.get(names[k], "") for record in records] for k in at]
    return _of_texts(file, names, at, kept, [place(file, k) for k in range(len(records))])


def _needed(header: Sequence[str], columns: Sequence[Column]) -> list[int]:
    """Return the positions of the columns that a header has."""
    found = [_position(header, column) for column in columns]
    return [k for k in dict.fromkeys(found) if k is not None]


def _of_texts(
    file: Source, header: tuple[str, ...], at: Sequence[int], texts: Sequence[list[str]], places: list[str]
) -> Table:
    cells = pd.DataFrame({k: pd.Series(each, dtype="str") for k, each in zip(at, texts, strict=True)})
    return Table(file, "", header, 0, places=places, cells=cells)


def pieces(table: Table, columns: Sequence[Column]) -> Iterator[pd.DataFrame]:
    """Yield the columns of a table that it has, some rows at a time; the index counts rows of data from 0.

    Raises
    ------
    InputError
        For cells that are no numbers, each ``file:line``.
    """
    read = 0
    for piece in _typed(table, columns) if table.cells is not None else _read(table, columns):
        read += len(piece)
        if len(piece):
            yield piece
    if not read:
        raise InputError([Problem("no rows", f"{table.path}:{table.lines}", "a header alone", "data")])
    warn_if_round(str(table.path), read)


def _read(table: Table, columns: Sequence[Column]) -> Iterator[pd.DataFrame]:
    """Yield a CSV file some rows at a time, numbers as numbers."""
    with reading(table.path), open_binary(table.path) as raw:
        try:
            yield from _frames(table, columns, raw, as_text=False)
        except UNREADABLE as error:
            raise _refusal(table, columns, error) from None


def _typed(table: Table, columns: Sequence[Column]) -> Iterator[pd.DataFrame]:
    """Yield cells that are held some rows at a time, numbers as numbers."""
    if table.cells is None:
        return
    wanted = {k: column for column in columns if (k := _position(table.header, column)) is not None}
    texts = table.cells[list(wanted)].rename(columns={k: column.name for k, column in wanted.items()})
    for start in range(0, len(texts), ROWS):
        piece = texts.iloc[start : start + ROWS].copy()
        numbers = [column for column in wanted.values() if column.kind != "text"]
        fail_if(problem for column in numbers for problem in _cell_problems(table, piece, column))
        for column in numbers:
            empty = piece[column.name] == ""
            piece[column.name] = piece[column.name].mask(empty, "nan").astype(np.dtype(TYPES[column.kind]))
        yield piece


def scale(piece: pd.DataFrame, unit: float) -> None:
    """Turn values into US dollars; what is too large for a number becomes infinite, and is refused later."""
    with np.errstate(over="ignore"):
        piece["value"] *= unit


def value_problems(table: Table, piece: pd.DataFrame, column: str, said: str) -> Iterator[Problem]:
    """Yield the values of a column that are missing, infinite or negative, each ``file:line``."""
    values = piece[column].to_numpy()
    bad = not_values(values)
    if bad.any():
        rows = piece.index.to_numpy()[bad]
        given = [shown(value) for value in values[bad][:MOST_PROBLEMS]]
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
        lines = csv.reader(text, delimiter=table.separator)
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
        sep=table.separator,
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
