"""Scenario files: TOML to a scenario and back, every problem with its file and line.

The classes that a file is made into are given by the caller: this room stays below `tradesim.scenario`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tradesim.errors import InputError, Problem, fail_if
from tradesim.io.faults import problems_of
from tradesim.io.lines import LARGEST_FILE, KeyPath, LineIndex, limit_problems
from tradesim.io.places import Places
from tradesim.io.tables import ScenarioTable
from tradesim.rows import read_text
from tradesim.schedule import Schedule

S = TypeVar("S")
SAME = (
    *("name", "title", "description", "source", "start", "end"),
    *("rules", "truces", "events", "shocks", "branches"),
)
"""What a scenario and its file call by one name."""


def read(path: str | Path, scenario: Callable[..., S], record: Callable[..., Any]) -> S:
    """Read a scenario file.

    Parameters
    ----------
    path : a TOML file of 1 MB at most.
    scenario : makes a scenario of keywords: the class `tradesim.Scenario`.
    record : makes a record of keywords: the class `tradesim.scenario.Record`.

    Raises
    ------
    InputError
        With every problem of the syntax, else of the shape and meaning of each table, else of the tables
        together; each placed ``file:line``.
    """
    places = opened(path)
    table = checked(places)
    kept = None
    with places.placing(("record",)):
        if table.record is not None:
            kept = record(**dict(table.record))
            kept.schedule()
    with places.placing():
        return scenario(
            record=kept, schedule=_schedule(table, kept), **{key: getattr(table, key) for key in SAME}
        )


def opened(path: str | Path) -> Places:
    """Read and parse a TOML file, with the lines of its keys.

    Raises
    ------
    InputError
        If it is no file, not UTF-8, too large, nested too deeply, or not TOML.
    """
    file, text = str(path), read_text(path, LARGEST_FILE)
    fail_if(problem.at(f"{file}:{line}") for line, problem in limit_problems(text))
    try:
        data = tomllib.loads(text)
    except ValueError as error:
        raise InputError([_syntax_problem(str(error), file, text)]) from None
    return Places(file, data, LineIndex.of(text))


def checked(places: Places) -> ScenarioTable:
    """Return a parsed file as tables whose shape and meaning are right, one by one.

    Raises
    ------
    InputError
        With every problem, placed ``file:line``.
    """
    try:
        table = ScenarioTable.model_validate(places.data)
    except ValidationError as error:
        raise places.refusal(problems_of(error)) from None
    fail_if(places.placed(problem, at) for at, problem in _schedule_problems(table))
    return table


def _syntax_problem(message: str, file: str, text: str) -> Problem:
    """Return the parser's complaint with its line: ``Invalid value (at line 3, column 8)``."""
    what, line, column = message, str(text.rstrip("\n").count("\n") + 1), ""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    if found:
        what, line, column = found[1], found[2], f" at column {found[3]}"
    what = "a key or table given twice" if what.startswith("Cannot ") else f"{what[:1].lower()}{what[1:]}"
    return Problem(f"not TOML: {what}{column}", f"{file}:{line}")


def _schedule_problems(table: ScenarioTable) -> Iterator[tuple[KeyPath, Problem]]:
    """Yield what is wrong when a file says twice, or not at all, what its schedule is made of."""
    if table.record is None and table.economies is None:
        allowed = "[record] with the name of a packaged record, or [economies] and [[measures]]"
        yield (), Problem("no schedule", allowed=allowed)
    for key in sorted({"economies", "schedule"} & table.model_fields_set):
        if table.record is not None:
            yield (key,), Problem(f"[{key}] beside [record]", key, fix="the record has its own: remove one")


def _schedule(table: ScenarioTable, kept: Any) -> Schedule:
    if kept is not None:
        recorded: Schedule = kept.schedule()
        return recorded.adding(*table.measures) if table.measures else recorded
    if table.economies is None:
        raise AssertionError
    return Schedule(table.measures, table.economies, **dict(table.schedule))
