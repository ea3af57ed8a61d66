"""Measure files: a CSV file of measures checked as the schedule that it would make."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from tradesim import rows
from tradesim.economies import Economies
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.measures import Measure
from tradesim.percent import MEANT
from tradesim.rows import Row
from tradesim.schedule import Schedule

LOOKED_AT = 100
"""Rows whose columns are looked at first: a row can be shorter than the header."""
Placed = tuple[str, Row]
"""``file:line`` and the cells of a row."""


def check(path: str | Path, economies: Sequence[str] = ()) -> Schedule:
    """Read a CSV file of measures as a schedule, without trade weights.

    Parameters
    ----------
    path : the file, as `Schedule.to_csv` writes it.
    economies : the only codes that may charge or be charged (default: all that the file names).

    Raises
    ------
    InputError
        With every problem of the header; else of the rows, and of those rows together that are in order; each
        placed ``file:line``. After a hundred problems the rows that are left are not read, and counted.
    """
    placed = rows.csv_rows(path)
    ahead = list(islice(placed, LOOKED_AT))
    if not ahead:
        raise InputError([Problem("no measures", f"{path}:1", "a header alone", "a row for each measure")])
    fail_if(_header_problems(max((row for _, row in ahead), key=len), str(path)))
    read, problems = _each(chain(ahead, placed))
    problems += _first(_stranger_problems([row for row, _ in read], economies), str(path))
    known = [(row, m) for row, m in read if not economies or {*m.pair} <= {*economies}]
    codes = list(dict.fromkeys(code for _, measure in known for code in measure.pair))
    if problems and not known:
        raise InputError(problems)
    try:
        schedule = Schedule([measure for _, measure in known], Economies(economies or codes))
    except InputError as error:
        found = _first((_located(each, known) for each in error.problems), str(path))
        raise InputError([*problems, *found]) from None
    fail_if(problems)
    return schedule


def _each(placed: Iterator[Placed]) -> tuple[list[tuple[Placed, Measure]], list[Problem]]:
    """Return the rows that are measures, with them, and the problems of the others: a hundred or so."""
    read: list[tuple[Placed, Measure]] = []
    problems: list[Problem] = []
    for row in placed:
        try:
            read += [(row, measure) for measure in rows.measures_from([row])]
        except InputError as error:
            problems += error.problems
        if len(problems) >= rows.MOST_PROBLEMS:
            problems += rows.unread(row[0], placed)
            break
    return read, problems


def _first(problems: Iterator[Problem], file: str) -> Iterator[Problem]:
    """Yield a hundred problems, and whether there are more."""
    yield from islice(problems, rows.MOST_PROBLEMS)
    if next(problems, None) is not None:
        yield Problem("more like it", file, fix="mend the others first")


def _header_problems(row: Row, file: str) -> Iterator[Problem]:
    """Yield what is wrong with the column names, once instead of in every row."""
    unknown = [str(name) for name in row if name not in {*rows.COLUMNS, MEANT}]
    if len(row) == 1 and re.search(r"[;\t|]", unknown[0] if unknown else ""):
        yield Problem("one column", f"{file}:1", repr(unknown[0]), "columns separated by commas")
        return
    for name in unknown:
        yield unknown_name("column", name, rows.COLUMNS, f"{file}:1")
    for name in rows.REQUIRED:
        if name not in row:
            yield Problem(f"no column {name!r}", f"{file}:1", allowed=f"columns {', '.join(rows.REQUIRED)}")


def _stranger_problems(placed: Sequence[Placed], economies: Sequence[str]) -> Iterator[Problem]:
    """Yield every importer and exporter that is none of the named economies; all pass where none is named."""
    for place, row in placed if economies else ():
        for role in ("importer", "exporter"):
            if row[role] not in economies:
                yield unknown_name("economy", row[role], economies, f"{place}: {role}")


def _located(problem: Problem, pairs: Sequence[tuple[Placed, Measure]]) -> Problem:
    """Return a problem of a schedule with the line of the row that it speaks of."""
    own = [pair for pair in pairs if problem.where.startswith(f"measure {pair[1].name!r}")]
    dated = [pair for pair in own if f"from {pair[1].effective}" in problem.got]
    place = (dated or own or pairs)[-1][0][0]
    return problem.at(place)
