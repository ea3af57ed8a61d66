"""Scenario files: TOML to a scenario and back, every problem with its file and line.

The classes that a file is made into are given by the caller: this room stays below `tradesim.scenario`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tradesim.errors import InputError, Problem, fail_if
from tradesim.io.faults import dotted, faults_of, problems_of
from tradesim.io.lines import LARGEST_FILE, KeyPath, LineIndex, limit_problems
from tradesim.io.places import Places
from tradesim.io.salvage import Salvaged, salvaged
from tradesim.io.tables import ScenarioTable
from tradesim.measures import Measure
from tradesim.percent import MEANT, are_meant, high_rates_meant, is_doubtful, say
from tradesim.rows import read_text
from tradesim.rules.base import RATES
from tradesim.schedule import Schedule

S = TypeVar("S")
Found = tuple[KeyPath, Problem]
"""A problem, and the part of the file that it is in."""
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
    record : makes a record of keywords: the class `tradesim.record.Record`.

    Raises
    ------
    InputError
        With the first problem of the syntax; else with every problem of the shape and meaning of each table,
        and of those tables together that are in order; each placed ``file:line``.
    """
    return _made(opened(path), scenario, record)


def read_written(text: str, place: str, scenario: Callable[..., S], record: Callable[..., Any]) -> S:
    """Read what `tradesim.io.scenario_text` wrote, as `read` reads a file of it.

    Parameters
    ----------
    place : where the text comes from, for messages.
    """
    with high_rates_meant():  # whoever wrote the scenario has been asked
        return _made(parsed(text, place), scenario, record)


def _made(places: Places, scenario: Callable[..., S], record: Callable[..., Any]) -> S:
    with high_rates_meant():  # a person is asked below, with the line
        table, left, found = checked(places)
        made: S | None = None
        if table is not None:
            made, further = _whole(table, left, scenario, record)
            found += further
    if found or made is None or table is None:
        raise places.refusal(found)
    if not (table.high_rates_meant or are_meant()):
        _ask(places, table)
    return made


def _ask(places: Places, table: ScenarioTable) -> None:
    """Warn of every rate in a file that may be a percentage, with its line."""
    for path, value in _rates(places.data, table):
        if is_doubtful(value):
            where = f"{places.file}:{places.index.line(path)}: {dotted(path)}"
            say(where, value, f"write {MEANT} = true at the top")


def _rates(data: Mapping[str, Any], table: ScenarioTable) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the key path and the value of every rate of duty that a file states."""
    for k, measure in enumerate(data.get("measures", ())):
        if measure.get("basis") != "specific":
            yield ("measures", k, "rate"), measure.get("rate")
    for code, rule in data.get("rules", {}).items():
        yield from ((("rules", code, name), rule[name]) for name in sorted(RATES & rule.keys()))
    yield from (
        (("truces", k, "tolerance"), truce.get("tolerance")) for k, truce in enumerate(data.get("truces", ()))
    )
    for e, event in enumerate(data.get("events", ())):
        for o, outcome in enumerate(event.get("outcomes", ())):
            for k, effect in enumerate(outcome.get("effects", ())):
                yield ("events", e, "outcomes", o, "effects", k, "rate"), effect.get("rate")
    for k, shock in enumerate(data.get("shocks", ())):
        yield ("shocks", k, "most"), shock.get("most")
        yield ("shocks", k, "size"), table.shocks[k].size.high


def opened(path: str | Path) -> Places:
    """Read and parse a TOML file, with the lines of its keys.

    Raises
    ------
    InputError
        If it is no file, not UTF-8, too large, nested too deeply, or not TOML.
    """
    return parsed(read_text(path, LARGEST_FILE), str(path))


def parsed(text: str, file: str) -> Places:
    """Parse TOML, with the lines of its keys.

    Raises
    ------
    InputError
        If it is nested too deeply, or not TOML.
    """
    fail_if(problem.at(f"{file}:{line}") for line, problem in limit_problems(text))
    try:
        data = tomllib.loads(text)
    except ValueError as error:
        raise InputError([_syntax_problem(str(error), file, text)]) from None
    return Places(file, data, LineIndex.of(text))


def checked(places: Places) -> tuple[ScenarioTable | None, Salvaged, list[Found]]:
    """Return a parsed file as tables, what was left out for it, and the problems of their shape and meaning.

    There are no tables where so much is wrong that nothing can be said of the rest.
    """
    try:
        return ScenarioTable.model_validate(places.data), Salvaged(dict(places.data)), []
    except ValidationError as error:
        left = salvaged(places.data, faults_of(error))
        return _left_over(left), left, [*problems_of(error)]


def _left_over(left: Salvaged) -> ScenarioTable | None:
    """Return the tables of what is left of a file, or nothing where that is not in order either."""
    if left.data is None:
        return None
    try:
        return ScenarioTable.model_validate(left.data)
    except ValidationError:
        return None


def _whole(
    table: ScenarioTable, left: Salvaged, scenario: Callable[..., S], record: Callable[..., Any]
) -> tuple[S | None, list[Found]]:
    """Return the scenario that tables make together, and what is wrong with it."""
    problems = [*_schedule_problems(table)]
    if problems:
        return None, problems
    try:
        kept = None if table.record is None else record(**dict(table.record))
        schedule = _schedule(table, kept, [])
    except InputError as error:
        return None, [(("record",), problem) for problem in error.problems]
    try:
        schedule = _schedule(table, kept, table.measures)
    except InputError as error:
        problems, left = [((), problem) for problem in error.problems], left.losing("measures")
    try:
        made = scenario(record=kept, schedule=schedule, **{key: getattr(table, key) for key in SAME})
    except InputError as error:
        return None, [*problems, *(((), problem) for problem in error.problems if not left.follows(problem))]
    return made, problems


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


def _schedule(table: ScenarioTable, kept: Any, measures: Sequence[Measure]) -> Schedule:
    """Return the schedule of a record, or of the file's economies, with measures of its own."""
    if kept is not None:
        recorded: Schedule = kept.schedule()
        return recorded.adding(*measures) if measures else recorded
    if table.economies is None:
        raise AssertionError
    return Schedule(measures, table.economies, **dict(table.schedule))
