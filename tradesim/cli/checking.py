"""Checking: what is in a file, or every problem that it has."""

import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import typer

from tradesim import datasets, io, rows
from tradesim.cli.front import BAD_INPUT
from tradesim.cli.output import say, say_json
from tradesim.datasets import meta
from tradesim.errors import InputError, Problem, Together, TradesimWarning
from tradesim.scenario import Scenario
from tradesim.wording import count

Found = tuple[str, dict[str, Any]]
"""What is in a file: in words, and as facts."""


def check(file: Path, economies: str | None, *, as_json: bool = False) -> None:
    """Say that a scenario, a record folder or a file of measures is in order, or what is not."""
    try:
        with warnings.catch_warnings(record=True) as met:
            warnings.simplefilter("always", TradesimWarning)
            words, facts = _found(file, economies)
    except InputError as error:
        if not as_json:
            raise
        say_json({"file": str(file), "ok": False, "problems": [asdict(each) for each in error.problems]})
        raise typer.Exit(BAD_INPUT) from None
    if as_json:
        told = {"warnings": [str(each.message) for each in met]} if met else {}
        say_json({"file": str(file), "ok": True, **facts, **told})
    else:
        for each in met:
            warnings.showwarning(each.message, each.category, each.filename, each.lineno)
        say(f"ok: {file}: {words}")


def _found(file: Path, economies: str | None) -> Found:
    ending = file.suffix.lower()
    misnamed = ending in {".toml", ".csv"} and not datasets.is_folder(file)
    if file.name == meta.NAME or (file.is_dir() and not misnamed):
        return _record_in(file.parent if file.name == meta.NAME else file, economies)
    if ending not in {".toml", ".csv"}:
        allowed = "a scenario (.toml), a file of measures (.csv) or a record folder"
        raise InputError(
            [Problem("neither a scenario nor measures", str(file), ending or "no ending", allowed)]
        )
    if ending == ".csv":
        return _measures_in(file, economies)
    if economies is not None:
        raise InputError([Problem("goes with measures only", "--economies", economies, "a .csv file")])
    return _scenario_in(file)


def _record_in(folder: Path, economies: str | None) -> Found:
    """Say what is in a record folder; the problems of all its files are told together."""
    if economies is not None:
        raise InputError([Problem("goes with measures only", "--economies", economies, "a .csv file")])
    together = Together()
    with together:
        meta.read(folder)
    with together:
        rows.read_csv(folder / "measures.csv") if (folder / "measures.csv").exists() else ()
    together.refuse()
    schedule, events = datasets.load(folder), datasets.events(folder)
    if (folder / "measures.csv").exists():
        io.check_measures(folder / "measures.csv", schedule.economies.codes)
    codes = schedule.economies.codes
    parts = [count(len(schedule), "measure"), count(len(events), "event")]
    words = f"record {folder.name}, {schedule.title}: {' and '.join(parts)} among {', '.join(codes)}"
    facts = {
        "record": folder.name,
        "vintage": schedule.vintage,
        "measures": len(schedule),
        "events": len(events),
        "economies": codes,
        "authorities": schedule.authorities,
    }
    return words, facts


def _scenario_in(file: Path) -> Found:
    scenario = Scenario.from_toml(file)
    named = {
        "rule": scenario.rules,
        "truce": scenario.truces,
        "event": scenario.events,
        "shock": scenario.shocks,
        "branch": scenario.branches,
    }
    counted = {noun: len(each) for noun, each in named.items()}
    parts = [count(len(scenario.schedule), "measure")]
    parts += [count(number, noun) for noun, number in counted.items() if number]
    words = f"scenario {scenario.name}, {scenario.start} until {scenario.end}: {', '.join(parts)}"
    facts = {
        "scenario": scenario.name,
        "start": scenario.start,
        "end": scenario.end,
        "measures": len(scenario.schedule),
        **{"branches" if noun == "branch" else f"{noun}s": number for noun, number in counted.items()},
    }
    return words, facts


def _measures_in(file: Path, economies: str | None) -> Found:
    codes = [code.strip() for code in (economies or "").split(",") if code.strip()]
    schedule = io.check_measures(file, codes)
    # A limit whose goods are not identified shows only where its duty is asked for.
    named = {day for m in schedule.measures for day in (m.effective, m.expires) if day is not None}
    schedule.duty(np.array(sorted(named, key=str), dtype="datetime64[D]"))
    first, last = schedule.measures[0].effective, schedule.measures[-1].effective
    words = (
        f"{count(len(schedule), 'measure')} among {', '.join(schedule.economies.codes)}, "
        f"{first} to {last}: {', '.join(schedule.authorities)}"
    )
    facts = {
        "measures": len(schedule),
        "economies": schedule.economies.codes,
        "first": first,
        "last": last,
        "authorities": schedule.authorities,
    }
    return words, facts
