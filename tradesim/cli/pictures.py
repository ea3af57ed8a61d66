"""Pictures: a record over time, by authority or on a day, and a scenario's futures."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tradesim import datasets, plots
from tradesim.cli import drawing, finding, running, scenario_pictures
from tradesim.cli.output import say, say_json
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.file_names import file_name
from tradesim.marks import pairs_of, truces_of
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.timegrid import as_date

Pair = tuple[str, str]
Drawn = tuple[plots.Chart, pd.DataFrame]
"""A chart and the numbers that it shows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for, as it was typed.

    Parameters
    ----------
    start, end : first and last day.
    by : ``pair`` or ``authority``.
    pairs : ``USA:CHN``, importer and exporter.
    on : the day of a map.
    kind, draws, seed : which picture of a scenario, of how many draws of which seed.
    out : the file.
    """

    start: str | None
    end: str | None
    by: str
    pairs: tuple[str, ...]
    on: str | None
    kind: str
    draws: int
    seed: int
    out: Path | None


def plot(subject: str, wanted: Wanted, *, as_json: bool = False) -> None:
    """Draw a record or a scenario into a file, and name it."""
    drawing.without_screen()
    is_record = finding.is_record(subject)
    fail_if(_conflicts(wanted, is_record=is_record))
    name = Path(subject).stem if is_record else finding.scenario(subject).name
    file = drawing.checked_file(wanted.out or Path("out") / f"{file_name(name)}{_ending(wanted)}.png")
    drawn = _record_chart(subject, wanted) if is_record else _scenario_chart(subject, wanted)
    written = str(drawing.save_as(file, *drawn))
    if as_json:
        say_json({"subject": name, "files": [written]})
    else:
        say(written)


def _ending(wanted: Wanted) -> str:
    """Return what tells the pictures of one subject apart."""
    if wanted.on:
        return f"-{file_name(wanted.on)}"
    if wanted.kind != "duty":
        return f"-{wanted.kind}"
    return "-by-authority" if wanted.by == "authority" else ""


def _conflicts(wanted: Wanted, *, is_record: bool) -> Iterator[Problem]:
    """Yield what does not go together."""
    given = {"--start": wanted.start, "--end": wanted.end, "--pair": wanted.pairs or None}
    given["--by authority"] = wanted.by if wanted.by == "authority" else None
    if wanted.on is not None:
        for option in (option for option, value in given.items() if value is not None):
            yield Problem("a map is of one day and all pairs", option, fix=f"leave out {option}, or --on")
    if wanted.kind != "duty":
        if is_record:
            yield Problem("goes with a scenario, not with a record", "--kind", fix="leave out --kind")
        for option in (o for o in ("--start", "--end") if given[o] is not None):
            yield Problem("goes with --kind duty", option, fix=f"leave out {option}")
    if not is_record:
        for option in ("--on", "--by authority"):
            if (wanted.on if option == "--on" else given[option]) is not None:
                yield Problem("goes with a record, not with a scenario", option, fix=f"leave out {option}")
    if wanted.by == "authority" and len(wanted.pairs) > 1:
        yield Problem("one pair at a time", "--pair", ", ".join(wanted.pairs), "one pair with --by authority")


def _record_chart(name: str, wanted: Wanted) -> Drawn:
    schedule = finding.record_with_measures(name)
    words: dict[str, Any] = {"source": _source(name), "as_of": schedule.vintage or None}
    if wanted.on is not None:
        day = as_date(wanted.on, "--on")
        duty = schedule.duty_on(day)
        return plots.heat_map(duty, date=day, title=schedule.title, **words), duty
    first, last = _period(schedule, wanted)
    pairs = _pairs(wanted.pairs, schedule.pairs)
    if wanted.by == "authority":
        duty, pair = schedule.effective_duty(first, last, by="authority"), (pairs or schedule.pairs)[0]
        layers = pd.concat({pair: duty[pair[0]][pair[1]]}, axis=1, names=["importer", "exporter"])
        return plots.authority_stack(duty, pair, title=schedule.title, **words), layers
    duty = schedule.effective_duty(first, last)
    found = [] if finding.is_measures(name) else truces_of(name)
    truces = [truce for truce in found if truce[2] > duty.index[0] and truce[1] <= duty.index[-1]]
    chart = plots.step_chart(duty, pairs=pairs or None, truces=truces, title=schedule.title, **words)
    return chart, duty[pairs] if pairs else duty


def _source(name: str) -> str:
    if name not in datasets.names():
        return f"{Path(name).name}: measures as named in it"
    return f"tradesim, {name} record: acts as named in it (tradesim show {name})"


def _period(schedule: Schedule, wanted: Wanted) -> tuple[dt.date, dt.date]:
    """Return first and last day: as asked, else from where the record begins to its vintage."""
    first, last = schedule.period
    first = first if wanted.start is None else as_date(wanted.start, "--start")
    last = last if wanted.end is None else as_date(wanted.end, "--end")
    if last < first:
        raise InputError([Problem("ends before it starts", "--end", str(last), f"{first} or later")])
    return first, last


def _scenario_chart(subject: str, wanted: Wanted) -> Drawn:
    scenario = finding.scenario(subject)
    if wanted.kind != "duty":
        return _draws_chart(scenario, wanted)
    start, end = finding.day(wanted.start, "--start"), finding.day(wanted.end, "--end")
    fail_if(_horizon_problems(scenario, start, end))
    runs = running.runs_of(scenario, running.Wanted())
    futures = dict(list(scenario_pictures.futures_of(runs).items())[: scenario_pictures.MOST_FUTURES])
    pairs = _pairs(wanted.pairs, pairs_of(next(iter(futures.values()))))
    chart = scenario_pictures.chart(scenario, futures, pairs, start, end)
    return chart, scenario_pictures.numbers_of(futures, pairs, end)


def _draws_chart(scenario: Scenario, wanted: Wanted) -> Drawn:
    (paths,) = running.runs_of(scenario, running.Wanted(draws=wanted.draws, seed=wanted.seed)).values()
    if wanted.kind == "truces" and not paths.truces:
        raise InputError([Problem("no truces", "--kind", "'truces'", fix="choose another kind")])
    pairs = _pairs(wanted.pairs, paths.pairs)
    shown = paths.select(pairs) if pairs else paths
    return scenario_pictures.drawn(shown, wanted.kind), scenario_pictures.numbers(shown, wanted.kind)


def _horizon_problems(scenario: Scenario, start: str | None, end: str | None) -> Iterator[Problem]:
    if start is not None and start >= str(scenario.start):
        yield Problem("after the scenario begins", "--start", start, f"before {scenario.start}")
    if end is not None and not str(scenario.start) <= end < str(scenario.end):
        allowed = f"{scenario.start} or later, before {scenario.end}"
        yield Problem("outside the horizon", "--end", end, allowed)


def _pairs(given: Sequence[str], known: Sequence[Pair]) -> list[Pair]:
    """Return pairs as typed, ``USA:CHN``.

    Raises
    ------
    InputError
        For what is no pair, and pairs that are not recorded.
    """
    problems, pairs = [], []
    for text in given:
        importer, colon, exporter = text.partition(":")
        pair = (importer.strip(), exporter.strip())
        if not colon or not all(pair):
            problems.append(Problem("not a pair", "--pair", repr(text), "importer:exporter, such as USA:CHN"))
        elif pair not in known:
            problems.append(unknown_name("pair", ":".join(pair), (":".join(p) for p in known), "--pair"))
        pairs.append(pair)
    fail_if(problems)
    return pairs
