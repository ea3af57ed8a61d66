"""Rows: measures written as one flat row each, and read back with every row's problems collected."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tradesim import percent, spreadsheets
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.measures import DATE_FIELDS, NUMBER_FIELDS, Measure
from tradesim.parsing import meant, number

COLUMNS: tuple[str, ...] = tuple(Measure.__dataclass_fields__)
REQUIRED = ("name", "importer", "exporter", "authority", "effective")
LARGEST_FILE = 20_000_000
"""Bytes: some 40,000 measures."""
LONGEST_LINE = 1_000_000
"""Bytes of a line."""
MOST_PROBLEMS = 100
"""Problems after which the rows that are left are not read."""
MOST_COLUMNS = 200
Row = dict[Any, Any]
YES, NO = {"yes", "true"}, {"", "no", "false"}


def frame_of(measures: Sequence[Measure]) -> pd.DataFrame:
    """Return one row per measure and one column per field; dates as timestamps, NaN and NaT where none."""
    frame = pd.DataFrame([[getattr(m, name) for name in COLUMNS] for m in measures], columns=list(COLUMNS))
    for name in DATE_FIELDS:
        frame[name] = pd.to_datetime(frame[name])
    for name in NUMBER_FIELDS:
        frame[name] = frame[name].astype("float64")
    frame["against"] = ["; ".join(m.against) for m in measures]
    return frame


def write_csv(measures: Sequence[Measure], path: str | Path) -> Path:
    """Write measures as CSV, one row each, every field a column; empty where there is no value.

    Where high rates are said to be meant (`tradesim.percent`), a further column says so in the file.
    """
    frame = frame_of(measures)
    high = [m.basis != "specific" and percent.is_doubtful(m.rate) for m in measures]
    if percent.are_meant() and any(high):
        frame[percent.MEANT] = ["yes" if each else "" for each in high]
    return spreadsheets.write_csv(frame, path, index=False)


def read_csv(path: str | Path) -> list[Measure]:
    """Read measures from CSV as `write_csv` writes it; absent columns take their defaults.

    Raises
    ------
    InputError
        With the problems of the rows, each placed ``file:line: field``: a hundred, then how many rows were
        left unread.
    """
    return measures_from(csv_rows(path))


def csv_rows(path: str | Path) -> Iterator[tuple[str, Row]]:
    """Yield ``file:line`` and the cells of every row of a CSV file with a header.

    Spaces around a cell do not count, nor do empty cells at the end of a row, which spreadsheets leave there.
    The apostrophe with which `tradesim.spreadsheets` guards a text is taken off.

    Raises
    ------
    InputError
        If the file is missing, too large, not UTF-8 text, has no header or a row longer than it.
    """
    file = Path(path)
    text = read_text(file)
    fail_if(_line_problems(text, file))
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    began = 1
    try:
        header = _filled(next(lines, []))
        fail_if(_header_problems(header, f"{file}:1"))
        began = lines.line_num + 1
        for written in lines:
            cells = _filled(written)
            if len(cells) > len(header):
                extra = Problem(
                    "more cells than columns", f"{file}:{began}", str(len(cells)), str(len(header))
                )
                raise InputError([extra])
            if cells:
                yield f"{file}:{began}", dict(zip(header, map(spreadsheets.unguarded, cells), strict=False))
            began = lines.line_num + 1
    except csv.Error as error:
        raise InputError([Problem("not CSV", f"{file}:{began}", str(error))]) from None


def read_text(path: str | Path, largest: int = LARGEST_FILE) -> str:
    """Read a UTF-8 text file of bounded size.

    Raises
    ------
    InputError
        If it is missing, a folder, larger than ``largest`` bytes, not UTF-8, or holds a NUL byte.
    """
    file = Path(path)
    try:
        if file.exists() and not file.is_file():
            raise InputError(
                [Problem("cannot be read", str(file), "not a regular file", fix="check the path")]
            )
        size = file.stat().st_size
        if size > largest:
            raise InputError([Problem("file too large", str(file), f"{size:,} bytes", f"{largest:,} bytes")])
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"byte {error.object[error.start]:#04x} at position {error.start}"
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError([Problem("not UTF-8 text", f"{file}:{line}", got, fix="save it as UTF-8")]) from None
    except OSError as error:
        fix = "check the path"
        raise InputError(
            [Problem("cannot be read", str(file), error.strerror or str(error), fix=fix)]
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError([Problem("not text: holds a NUL byte", f"{file}:{line}")])
    return text


def measures_from(placed: Iterable[tuple[str, Row]]) -> list[Measure]:
    """Build measures from (place, row) pairs, collecting the problems of all rows.

    Empty text and missing values take the field's default; ``against`` may be text separated by ``;``.
    """
    measures: list[Measure] = []
    problems: list[Problem] = []
    rows = iter(placed)
    for place, row in rows:
        try:
            measures.append(_measured(place, row))
        except InputError as error:
            problems.extend(error.at(place).problems)
        if len(problems) >= MOST_PROBLEMS:
            problems += unread(place, rows)
            break
    fail_if(problems)
    return measures


def unread(place: str, rows: Iterator[object]) -> Iterator[Problem]:
    """Yield how many rows were left unread after a row, if any; problems of their text end the count."""
    left, more = 0, ""
    try:
        left = sum(1 for _ in rows)
    except InputError:
        more = " or more"
    if left or more:
        said = f"{left:,}{more} rows are left unread after {MOST_PROBLEMS} problems"
        yield Problem(said, place.rpartition(":")[0] or place, fix="mend these first")


def _measured(place: str, row: Row) -> Measure:
    """Return the measure of a row; warn of a rate that may be a percentage, with the row's place."""
    given = dict(row)
    said = given.pop(percent.MEANT, "")
    meant_so = str("" if _is_missing(said) else said).strip().lower()
    if meant_so not in YES | NO:
        raise InputError([Problem("not a yes or no", percent.MEANT, repr(said), "yes, or nothing")])
    outside = percent.are_meant()
    with percent.high_rates_meant():
        measure = _measure_from(given)
    doubtful = measure.basis != "specific" and percent.is_doubtful(measure.rate)
    if doubtful and measure.rate is not None and not outside and meant_so in NO:
        how = f"write yes in a column {percent.MEANT}"
        percent.say(f"{place}: measure {measure.name!r}: rate", measure.rate, how)
    return measure


def _measure_from(row: Row) -> Measure:
    given = {str(key): value for key, value in row.items() if not _is_missing(value)}
    fail_if(unknown_name("column", key, COLUMNS) for key in given if key not in COLUMNS)
    fail_if(
        Problem(f"{key} is missing", key, allowed="a value in every row")
        for key in REQUIRED
        if key not in given
    )
    for name in NUMBER_FIELDS:
        if isinstance(given.get(name), str):
            read = number(given[name])
            given[name] = given[name] if read is None else read  # a text is refused by the measure
    if isinstance(given.get("against"), str):
        given["against"] = tuple(part.strip() for part in given["against"].split(";") if part.strip())
    return Measure(**({"rate": None} | given))


def number_in(text: str, where: str) -> float:
    """Return the number that a cell holds.

    Raises
    ------
    InputError
        If it is none, with what was probably meant.
    """
    read = number(text)
    if read is None:
        allowed = "a number; rates and shares are fractions: 0.25 is 25 %"
        raise InputError([Problem("not a number", where, repr(text), allowed, meant(text))])
    return read


def _filled(cells: Sequence[str]) -> list[str]:
    """Return cells without the spaces around them and without the empty ones at the end."""
    texts = [cell.strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _is_missing(value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _line_problems(text: str, file: Path) -> Iterator[Problem]:
    """Yield the first line that no table of measures has."""
    begins = 0
    for line in range(1, text.count("\n") + 2):
        end = text.find("\n", begins)
        end = len(text) if end < 0 else end
        if end - begins > LONGEST_LINE:
            got, allowed = f"{end - begins:,} characters", f"{LONGEST_LINE:,}"
            yield Problem("line too long", f"{file}:{line}", got, allowed)
            return
        begins = end + 1


def _header_problems(header: list[str], where: str) -> Iterator[Problem]:
    if not any(header):
        yield Problem("no header", where, "an empty line", "column names in the first line")
        return
    if len(header) > MOST_COLUMNS:
        yield Problem("too many columns", where, f"{len(header):,}", f"{len(COLUMNS)} or fewer")
    often = sorted(name for name, times in Counter(header).items() if times > 1)
    for name in often[:MOST_PROBLEMS]:
        yield Problem("column named twice", where, repr(name), "each column once")
