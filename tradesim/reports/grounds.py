"""Grounds: the sections on what is assumed, where it comes from, and how to make the report again."""

import json
import platform
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradesim import vintages
from tradesim.record import Record
from tradesim.reports.values import Block, Bullets, Code, Part, Section, Table, Text, cell_day, percent
from tradesim.scenario import Scenario
from tradesim.sweeps.fingerprints import versions
from tradesim.timegrid import as_date
from tradesim.wording import effect_words, rule_words, shock_words, truce_words

FILE = "report.html"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the subject of a report came from.

    Parameters
    ----------
    subject : as it was named: a name, or a path; nothing for an object of Python.
    python : of an object, the line of Python that makes it again as ``subject``.
    file : its own text, where it is not to be had otherwise.
    """

    subject: str = ""
    python: str = ""
    file: str | None = None


def assumed(scenario: Scenario, design: Mapping[str, Any] | None = None) -> Section:
    """Return the assumptions of a scenario in words, and the design of a sweep over them."""
    blocks: list[Block] = []
    if scenario.description.strip():
        blocks += [Text(part) for part in scenario.description.strip().split("\n\n")]
    record = [f"record: {_record_words(scenario.record)}"] if scenario.record else []
    last = scenario.grid.days[-1]
    lines = [
        f"days: {scenario.start} to {last}",
        *record,
        *filter(None, [vintages.note(scenario.schedule.vintage, as_date(last))]),
        *(f"rule of {code}: {rule_words(rule)}" for code, rule in scenario.rules.items()),
        *(f"truce {truce_words(truce, scenario.events)}" for truce in scenario.truces),
        *(f"shocks {shock_words(shock)}" for shock in scenario.shocks),
    ]
    blocks.append(Bullets(tuple(lines)))
    if scenario.events:
        blocks.append(_outcomes(scenario))
    if design is not None:
        blocks.append(_varied(design))
    return Section("assumed", "What is assumed", tuple(blocks))


def _varied(design: Mapping[str, Any]) -> Table:
    """Return how the parameters of a sweep vary."""
    rows = tuple((str(path), json.dumps(how, ensure_ascii=False)) for path, how in design["over"].items())
    return Table("design", f"What varies over the draws ({design['kind']})", ("assumption", "how"), rows)


def _record_words(record: Record) -> str:
    known = f", as it was known on {record.as_of}" if record.as_of else ""
    without = f", without {', '.join(record.without)}" if record.without else ""
    return f"{record.name}{known}{without}"


def _outcomes(scenario: Scenario) -> Table:
    rows: list[tuple[Part, ...]] = []
    for event in scenario.events:
        for place, outcome in enumerate(event.outcomes):
            slopes = [f"log weight {slope:+g} × {state}" for state, slope in outcome.slopes.items()]
            does = "; ".join([*map(effect_words, outcome.effects), *slopes]) or "moves nothing"
            note = "; ".join(filter(None, [event.note if place == 0 else "", outcome.note]))
            first = (cell_day(event.date), event.name) if place == 0 else ("", "")
            rows.append((*first, outcome.name, percent(outcome.probability), does, note))
    columns = ("date", "event", "outcome", "probability", "what it does", "note")
    return Table("outcomes", "Events, and the probability of each outcome as stated, %", columns, tuple(rows))


def assumed_of_record(about: Mapping[str, Any], *, complete: bool) -> Section:
    """Return what a record says of its own making."""
    lines = [
        f"{name}: {about[key]}"
        for name, key in {"weights": "weights", "trade of": "trade_year", "license": "license"}.items()
        if str(about.get(key, "")).strip()
    ]
    if not complete:
        lines.append("pairs that are not recorded are unknown, which is not the same as free of duty")
    blocks: list[Block] = [Text(str(about["description"]))] if about.get("description") else []
    return Section("assumed", "What is assumed", (*blocks, Bullets(tuple(lines))))


def sourced(texts: Sequence[str]) -> Section:
    """Return the sources, each once; addresses in them become links."""
    single = (" ".join(each.split()) for text in texts for each in text.split(" ; "))
    named = tuple(dict.fromkeys(each for each in single if each))
    blocks: tuple[Block, ...] = (Bullets(named),) if named else (Text("None are named."),)
    return Section("sources", "Sources", blocks)


def again(origin: Origin, facts: Sequence[tuple[str, str]], arguments: Sequence[tuple[str, Any]]) -> Section:
    """Return how to make the report again: versions, hash, seed, command and lines of Python.

    Parameters
    ----------
    facts : name and value of what identifies it.
    arguments : name and value of the options, as on the command line and in Python alike.
    """
    told = [*facts, *versions().items(), ("python", platform.python_version())]
    table = Table(
        "again", "What made this report", ("what", "is"), tuple((name, text) for name, text in told)
    )
    blocks: list[Block] = [table]
    if origin.subject:
        options = "".join(f" --{name} {shlex.quote(str(value))}" for name, value in arguments)
        blocks.append(Code(f"tradesim report {shlex.quote(origin.subject)}{options} -o {FILE}"))
    given = "".join(f", {name}={value!r}" for name, value in arguments)
    what = repr(origin.subject) if origin.subject else "subject"
    call = f"ts.report({what}{given}).to_html({FILE!r})"
    blocks.append(Code("\n".join(filter(None, ["import tradesim as ts\n", origin.python, call]))))
    if origin.file is not None:
        blocks.append(Code(origin.file, "The scenario as a file"))
    return Section("again", "To make this report again", tuple(blocks))


def lines_of(scenario: Scenario) -> Iterator[str]:
    """Yield the sources that a scenario names."""
    yield scenario.source
    yield scenario.schedule.source
