"""Sweeping: a scenario run over a design of its parameters, in words, tables and pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from tradesim.cli import drawing, finding, ways
from tradesim.cli.front import INTERRUPTED, complain
from tradesim.cli.output import file_name, made_folder, percent, say, say_facts, say_json
from tradesim.economics import SingleSector
from tradesim.errors import InputError, Problem
from tradesim.impacts import Costs
from tradesim.sweeps import Sweep, SweepInterrupted, resume, sweep
from tradesim.sweeps.store import Store, kept, manifest_of
from tradesim.trade_data import world_2023

STATUS = "status"
QUANTILES = (0.05, 0.5, 0.95)
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_ROWS = 10_000
"""Draws in the table of outcomes that is written."""
MOST_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    over: tuple[str, ...] = ()
    draws: int | None = None
    seed: int = 0
    design: str = "random"
    out: Path | None = None
    store: Path | None = None
    resume: bool = False
    level: float = 1.0
    threads: int | None = None
    impact: bool = False


def run(subject: str, folder: Path | None, wanted: Wanted, *, as_json: bool) -> None:
    """Run or go on with a sweep, write its tables and pictures, and say what came out; or say how far one is.

    Raises
    ------
    InputError
        For everything wrong with it, and a folder that holds a sweep where ``--resume`` is not given.
    """
    if subject == STATUS and folder is not None:
        status(folder, as_json=as_json)
        return
    if folder is not None:
        raise InputError([Problem("one too many", str(folder), "two arguments", "NAME|FILE, or status DIR")])
    drawing.without_screen()
    scenario = finding.scenario(subject)
    out = wanted.out or Path("out") / f"{file_name(scenario.name)}-sweep"
    store = wanted.store or out / "store"
    try:
        found = _swept(scenario, wanted, store, as_json=as_json)
    except SweepInterrupted as stop:
        complain(f"{stop}; with the option --resume")
        raise typer.Exit(INTERRUPTED) from None
    files = [*_tables(found, made_folder(out)), *_pictures(found, out, wanted.level)]
    files += _costs(found, out) if wanted.impact else []
    if as_json:
        say_json(_facts(found, wanted.level, store, files) | (_cost_facts(found) if wanted.impact else {}))
        return
    say(found.summary_text(), "")
    for pair in _moving(found):
        say(found.decides(wanted.level, pair).text(), "")
    say(*([repr(found.impact), found.impact.summary().to_string(), ""] if wanted.impact else []))
    say(f"quantiles are off by {percent(found.error, 2)} at most; sha256 {found.digest}", f"store: {store}")
    say("files:", *(f"  {file}" for file in files))


def status(folder: Path, *, as_json: bool) -> None:
    """Say how far the sweep in a folder is, reading every block.

    Raises
    ------
    InputError
        If there is none.
    """
    store = kept(folder)
    manifest = store.manifest
    done, damaged = _counted(store)
    blocks = store.blocks()
    finished = sum(stop - start for start, stop in done)
    if as_json:
        told = {key: manifest[key] for key in ("draws", "seed", "block", "bins", "top", "versions", "design")}
        numbers = {
            "draws_done": finished,
            "blocks": len(blocks),
            "blocks_done": len(done),
            "blocks_damaged": damaged,
        }
        say_json({"folder": str(folder), "scenarios": list(manifest["texts"]), **numbers, **told})
        return
    over = ", ".join(manifest["design"]["over"]) or "nothing but chance"
    harmed = f", {damaged:,} damaged" if damaged else ""
    go_on = "" if len(done) == len(blocks) else "tradesim sweep NAME|FILE --store DIR --resume"
    say_facts({
        "folder": str(folder),
        "over": f"{over} ({manifest['design']['kind']})",
        "draws": f"{finished:,} of {manifest['draws']:,}, seed {manifest['seed']}",
        "blocks": f"{len(done):,} of {len(blocks):,}{harmed}",
        "made by": ", ".join(f"{name} {number}" for name, number in manifest["versions"].items()),
        "go on": go_on,
    })  # fmt: skip


def _counted(store: Store) -> tuple[list[tuple[int, int]], int]:
    """Return the blocks that are done, and how many are there and not what was written."""
    done = [block for block in store.blocks() if store.read(*block) is not None]
    return done, store.done() - len(done)


def _swept(scenario: Any, wanted: Wanted, store: Path, *, as_json: bool) -> Sweep:
    holds = manifest_of(store) is not None
    if wanted.resume and not holds:
        raise InputError([Problem("no sweep to go on with", str(store), fix="leave out --resume")])
    if holds and not wanted.resume:
        fix = "add --resume to go on with it, or name another folder with --out or --store"
        raise InputError([Problem("holds a sweep already", str(store), fix=fix)])
    how: dict[str, Any] = {
        "progress": not as_json,
        "threads": wanted.threads,
        "impact": costs_in_2023() if wanted.impact else None,
    }
    if holds and not wanted.over:
        return resume(store, draws=wanted.draws, scenario=scenario, **how)
    if wanted.draws is None:
        raise InputError([Problem("how many draws", "--draws", "none", "a number: --draws 100000")])
    return sweep(
        scenario, ways.over_of(wanted.over), draws=wanted.draws, seed=wanted.seed, design=wanted.design,
        store=store, **how,
    )  # fmt: skip


def costs_in_2023() -> Costs:
    """Return what one sector of the world of 2023 is asked: what the path costs, month by month."""
    world = world_2023()
    return Costs(SingleSector(world.flows, world.tariffs, codes=world.codes), against="start")


def _moving(found: Sweep) -> list[tuple[str, str]]:
    """Return the pairs whose duty is not the same in all draws, six at most."""
    moments = found.moments()
    peaks = [(pair, float(moments["sd"].iloc[3 * p + 1])) for p, pair in enumerate(found.labels.pairs)]
    return [pair for pair, spread in peaks if spread > 0][:MOST_PAIRS]


# Files -----------------------------------------------------------------------------------------------


def _tables(found: Sweep, folder: Path) -> Iterator[Path]:
    """Write quantiles, moments and the outcomes of the first draws; yield the files."""
    frames = {
        "quantiles": found.quantiles(QUANTILES),
        "moments": found.moments(),
        "outcomes": found.outcomes(MOST_ROWS),
    }
    for name, frame in frames.items():
        file = folder / f"{name}.csv"
        frame.to_csv(file, date_format="%Y-%m-%d")
        yield file


def _costs(found: Sweep, folder: Path) -> Iterator[Path]:
    """Write and draw quantiles of what duties cost; yield the files."""
    for of in found.impact.of:
        file = folder / f"impact-{of}.csv"
        found.impact.quantiles(QUANTILES, of).to_csv(file, date_format="%Y-%m-%d")
        yield file
    yield from drawing.save_in(folder, "impact", found.impact.plot())


def _pictures(found: Sweep, folder: Path, level: float) -> Iterator[Path]:
    """Draw the fan, and for what moves most what it depends on; yield the files."""
    moving = _moving(found)
    yield from drawing.save_in(folder, "fan", found.plot(q=FAN, pairs=moving or found.labels.pairs[:1]))
    for i, j in moving[:2]:
        yield from drawing.save_in(folder, f"outcomes-{i}-{j}", found.plot_outcomes((i, j)))
        if found.setup.plan.design.spreads:
            yield from drawing.save_in(folder, f"tornado-{i}-{j}", found.plot_tornado((i, j)))
        if not found.decides(level, (i, j)).ranking.empty:
            yield from drawing.save_in(folder, f"decides-{i}-{j}", found.plot_decides(level, (i, j)))


def _cost_facts(found: Sweep) -> dict[str, Any]:
    """Return what duties cost on the last date: medians, fractions and US dollars a year."""
    return {
        "impact": found.impact.summary().reset_index().to_dict("records"),
        "impact_unsolved": int(found.impact.unsolved[-1]),
        "impact_welfare_error": max((each.welfare for each in found.impact.accuracy), default=0.0),
    }


def _facts(found: Sweep, level: float, store: Path, files: list[Path]) -> dict[str, Any]:
    last = found.quantiles(QUANTILES).iloc[-1]
    duties = [
        {"importer": i, "exporter": j, **{f"last_{q:g}": float(last[i, j, q]) for q in QUANTILES}}
        for i, j in found.labels.pairs
    ]
    deciding = [
        {
            "question": told.question,
            "share": told.share,
            "ranking": told.ranking.reset_index().to_dict("records"),
        }
        for told in (found.decides(level, pair) for pair in _moving(found))
    ]
    counts = found.gathered.total.tallies.outcomes.tolist()
    shares = {
        event: {name: n / found.draws for name, n in zip(every, row, strict=False)}
        for (event, every), row in zip(found.labels.events.items(), counts, strict=True)
    }
    dates = found.labels.dates
    return {
        "scenario": found.labels.name,
        "unit": "fraction of import value",
        "draws": found.draws,
        "seed": found.setup.plan.seed,
        "over": found.setup.manifest["design"],
        "first_day": str(dates[0]),
        "last_day": str(dates[-1]),
        "duties": duties,
        "quantile_error": found.error,
        "outcomes": shares,
        "decides": deciding,
        "sha256": found.digest,
        "store": str(store),
        "files": [str(file) for file in files],
    }
