"""Catalogue: what is packaged, and what is in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd

from tradesim import datasets, io, scenarios
from tradesim.cli import finding
from tradesim.cli.output import percent, say, say_facts, say_json, say_paragraph, say_table
from tradesim.errors import InputError, Problem
from tradesim.events import Event
from tradesim.measures import Measure, rate_text
from tradesim.record import Record
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.wording import count, effect_words, rule_words, shock_words, truce_words

LATEST = 15


def list_all(*, as_json: bool) -> None:
    """Name the packaged records and scenarios."""
    named = {
        "datasets": [{"name": name, "title": datasets.describe(name)["title"]} for name in datasets.names()],
        "scenarios": [
            {"name": name, "title": scenarios.describe(name)["title"]} for name in scenarios.names()
        ],
    }
    if as_json:
        say_json(named)
        return
    for what, entries in {"records": named["datasets"], "scenarios": named["scenarios"]}.items():
        say(f"{what}:")
        width = max(len(entry["name"]) for entry in entries)
        say(*(f"  {entry['name']:{width}}  {entry['title']}" for entry in entries))


def show(subject: str, *, all_acts: bool, as_json: bool) -> None:
    """Say what a record or a scenario is and what is in it."""
    if finding.is_record(subject):
        _show_record(subject, all_acts=all_acts, as_json=as_json)
        return
    scenario = finding.scenario(subject)
    if as_json:
        say_json(_scenario_facts(scenario))
    else:
        _say_scenario(scenario)


def write(subject: str, beside: Sequence[str] = ()) -> None:
    """Write a scenario as the file that it is: a packaged one as it stands, another as it was read."""
    if beside:
        raise InputError([Problem("cannot go with", "--toml", " and ".join(beside), fix="leave one out")])
    scenario = finding.scenario(subject)
    packaged = subject in scenarios.names()
    say((scenarios.text(subject) if packaged else io.scenario_text(scenario)).rstrip("\n"))


# Records ---------------------------------------------------------------------------------------------


def _show_record(name: str, *, all_acts: bool, as_json: bool) -> None:
    schedule, about, events = datasets.load(name), datasets.describe(name), datasets.events(name)
    if as_json:
        say_json(_record_facts(name, schedule, about, events))
        return
    say(f"{name}: {about['title']}", "")
    say_paragraph(about["description"])
    say("")
    say_facts(_record_lines(schedule, about))
    say("", "sources:", *(f"  - {source}" for source in about["sources"]))
    _say_acts(schedule.measures, None if all_acts else LATEST)
    _say_dates(events)


def _record_facts(
    name: str, schedule: Schedule, about: Mapping[str, Any], events: pd.DataFrame
) -> dict[str, Any]:
    return {
        "dataset": name,
        **about,
        "economies": schedule.economies.codes,
        "pairs": [list(pair) for pair in schedule.pairs],
        "acts_by_status": _by_status(schedule.measures),
        "acts": [_fields(measure) for measure in schedule.measures],
        "events": [_event_row(row) for row in events.to_dict("records")],
    }


def _record_lines(schedule: Schedule, about: Mapping[str, Any]) -> dict[str, str]:
    acts = [f"{number} {status}" for status, number in _by_status(schedule.measures).items()]
    unknown = (
        "" if schedule.complete else "; other pairs are not known, which is not the same as free of duty"
    )
    pairs = ", ".join(f"{importer} on {exporter}" for importer, exporter in schedule.pairs)
    return {
        "economies": ", ".join(schedule.economies.codes),
        "pairs": pairs + unknown if pairs else "none: economies and their trade only",
        "weights": about["weights"],
        "trade of": about["trade_year"],
        "begins": str(about.get("begins", "")),
        "vintage": about["vintage"],
        "acts": f"{len(schedule)}: {', '.join(acts)}" if acts else "none",
        "license": about["license"],
    }


def _by_status(measures: Sequence[Measure]) -> dict[str, int]:
    return dict(Counter(measure.status for measure in measures).most_common())


def _say_acts(measures: Sequence[Measure], most: int | None) -> None:
    if not measures:
        return
    shown = measures if most is None else measures[-most:]
    every = len(shown) == len(measures)
    say("", "acts:" if every else f"latest {most} of {len(measures)} acts, by first day (--acts lists all):")
    columns = ["announced", "from", "to", "pair", "authority", "act", "rate", "of trade", "status"]
    say_table(columns, (_act_row(measure) for measure in shown), right=["of trade"])


def _act_row(measure: Measure) -> list[str]:
    rate = rate_text(measure) + (
        "" if measure.instrument == "tariff" else f" ({measure.instrument.replace('_', ' ')})"
    )
    dates = [str(measure.announced), str(measure.effective), str(measure.expires or "")]
    who = [f"{measure.importer} on {measure.exporter}", measure.authority, measure.name]
    return [*dates, *who, rate, percent(measure.coverage), measure.status]


def _say_dates(events: pd.DataFrame) -> None:
    if events.empty:
        return
    say("", "dated events:")
    rows = [_event_row(row) for row in events.to_dict("records")]
    say_table(
        ["date", "to", "event", "kind", "what it changed"],
        ([str(v or "") for v in list(r.values())[:5]] for r in rows),
    )


def _event_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    days = {key: None if pd.isna(row[key]) else f"{row[key]:%Y-%m-%d}" for key in ("date", "end")}
    return days | {str(key): value for key, value in row.items() if key not in days}


# Scenarios -------------------------------------------------------------------------------------------


def _say_scenario(scenario: Scenario) -> None:
    say(f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name)
    for text in (scenario.description, scenario.source):
        if text.strip():
            say("")
            say_paragraph(text)
    say("")
    last = scenario.grid.days[-1]
    schedule = scenario.schedule
    say_facts(
        {
            "days": f"{scenario.start} to {last}, {count(len(scenario.grid), 'day')}",
            "record": _record_words(scenario.record) if scenario.record else schedule.title,
            "economies": ", ".join(schedule.economies.codes),
            "measures": str(len(schedule)),
        }
    )
    _say_list("rules", (f"{code} {rule_words(rule)}" for code, rule in scenario.rules.items()))
    _say_list("truces", (truce_words(truce, scenario.events) for truce in scenario.truces))
    _say_list("events", (line for event in scenario.events for line in _event_lines(event)))
    _say_list("shocks", map(shock_words, scenario.shocks))
    _say_list(
        "branches",
        (
            f"{name}: {', '.join(f'{e} {o}' for e, o in chosen.items())}"
            for name, chosen in scenario.branches.items()
        ),
    )


def _say_list(what: str, lines: Iterator[str]) -> None:
    found = list(lines)
    if found:
        say("", f"{what}:", *(f"  {line}" for line in found))


def _record_words(record: Record) -> str:
    known = f", as it was known on {record.as_of}" if record.as_of else ""
    without = f", without {', '.join(record.without)}" if record.without else ""
    return f"{record.name}{known}{without}"


def _event_lines(event: Event) -> Iterator[str]:
    yield f"{event.date} {event.name}" + (f" ({event.note})" if event.note else "")
    for outcome in event.outcomes:
        note = f": {outcome.note}" if outcome.note else ""
        yield f"  {percent(outcome.probability, 0):>5}  {outcome.name}{note}"
        yield from (f"         - {effect_words(effect)}" for effect in outcome.effects)
        yield from (f"         - log weight {slope:+g} × {state}" for state, slope in outcome.slopes.items())


def _scenario_facts(scenario: Scenario) -> dict[str, Any]:
    about = {key: getattr(scenario, key) for key in ("title", "description", "source", "start", "end")}
    return {
        "scenario": scenario.name,
        **about,
        "record": _fields(scenario.record) if scenario.record else None,
        "economies": scenario.schedule.economies.codes,
        "measures": len(scenario.schedule),
        "rules": {
            code: {"kind": rule.kind, "in_words": rule_words(rule), **_fields(rule)}
            for code, rule in scenario.rules.items()
        },
        "truces": [_fields(truce) for truce in scenario.truces],
        "events": [_fields(event) for event in scenario.events],
        "shocks": [_fields(shock) for shock in scenario.shocks],
        "branches": scenario.branches,
    }


def _fields(described: Any) -> Any:
    """Return the fields of a dataclass, and of those within, by name."""
    if isinstance(described, tuple):
        return [_fields(each) for each in described]
    if is_dataclass(described):
        return {each.name: _fields(getattr(described, each.name)) for each in fields(described)}
    return described
