"""Sweeping: a scenario run over a design of its parameters, in words, tables and pictures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from tradesim import plots
from tradesim.cli import drawing, finding, ways
from tradesim.cli.front import complain
from tradesim.cli.output import made_folder, say, say_facts, say_json
from tradesim.economics import SingleSector
from tradesim.errors import InputError, Problem, Together
from tradesim.file_names import file_name
from tradesim.impacts import Costs
from tradesim.percent import high_rates_meant
from tradesim.scenario import Scenario
from tradesim.spreadsheets import write_csv
from tradesim.stopping import exit_code
from tradesim.sweeps import Sweep, SweepInterrupted
from tradesim.sweeps.files import file_in_the_way
from tradesim.sweeps.gathering import How, how_problems
from tradesim.sweeps.setup import Asked, Setup, checked
from tradesim.sweeps.store import Store, kept, manifest_of
from tradesim.sweeps.sweep import run as run_sweep
from tradesim.sweeps.sweep import setup_from
from tradesim.sweeps.telling import spread_told
from tradesim.sweeps.tornado import setting_of
from tradesim.trade_data import world_2023

STATUS = "status"
QUANTILES = (0.05, 0.5, 0.95)
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_ROWS = 10_000
"""Draws in the table of outcomes that is written."""
MOST_PAIRS = 6
PEAK = "peak"
"""What the pictures of outcomes show."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    over: tuple[str, ...] = ()
    draws: int | None = None
    seed: int | None = None
    design: str | None = None
    out: Path | None = None
    store: Path | None = None
    resume: bool = False
    level: str = "1.0"
    threads: int | None = None
    impact: bool = False
    formats: tuple[str, ...] = plots.USUAL_FORMATS


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
    if subject == STATUS and not Path(subject).exists():
        raise InputError([Problem("of which sweep", STATUS, "no folder", "tradesim sweep status DIR")])
    if folder is not None:
        fix = "how a parameter varies goes with its path: --over rules.CHN.ratio=0.5:1.2"
        allowed = "NAME|FILE, or status DIR"
        raise InputError([Problem("one too many", str(folder), "two arguments", allowed, fix)])
    drawing.without_screen()
    scenario = finding.scenario(subject)
    out = wanted.out or Path("out") / f"{file_name(scenario.name)}-sweep"
    store = wanted.store or out / "store"
    every = Together(_place_problems(wanted, out, store))
    with every:
        level = ways.level_of(wanted.level)
    try:
        setup = _setup(scenario, wanted, out, store, every)
        found = run_sweep(setup, store, How(None, wanted.threads, progress=not as_json))
    except SweepInterrupted as stop:
        complain(f"{stop}; with the option --resume")
        raise typer.Exit(exit_code(stop)) from None
    with high_rates_meant():  # of the level a person was asked above
        _tell(found, wanted, level, out, store, as_json=as_json)


def _tell(found: Sweep, wanted: Wanted, level: float, out: Path, store: Path, *, as_json: bool) -> None:
    """Write tables and pictures of a sweep, and say what came out."""
    files = [*_tables(found, made_folder(out)), *_pictures(found, out, level, wanted.formats)]
    files += _costs(found, out, wanted.formats) if wanted.impact else []
    if as_json:
        say_json(_facts(found, level, store, files) | (_cost_facts(found) if wanted.impact else {}))
        return
    say(found.summary_text(), "")
    for pair in _moving(found):
        say(found.decides(level, pair).text(), "")
    say(*([repr(found.impact), found.impact.summary().to_string(), ""] if wanted.impact else []))
    say(f"sha256 {found.digest}", f"store: {store}", "files:", *(f"  {file}" for file in files))


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
    ways_told = (f"{path} {spread_told(way)}" for path, way in manifest["design"]["over"].items())
    over = "; ".join(ways_told) or "nothing but chance"
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


def _place_problems(wanted: Wanted, out: Path, store: Path) -> Iterator[Problem]:
    """Yield what is wrong with where results go, and with a sweep that is there already, or is not."""
    if (file := file_in_the_way(out)) is not None:
        yield Problem("not a folder", f"--out {out}", f"the file {file}", "a folder, new or not")
    if file_in_the_way(store) is not None:
        return
    holds = manifest_of(store) is not None
    if wanted.resume and not holds:
        yield Problem("no sweep to go on with", str(store), fix="leave out --resume")
    if holds and not wanted.resume:
        fix = "add --resume to go on with it, or name another folder with --out or --store"
        yield Problem("holds a sweep already", str(store), fix=fix)


def _setup(scenario: Scenario, wanted: Wanted, out: Path, store: Path, every: Together) -> Setup:
    """Return the sweep that is asked for, or that the store holds, with everything wrong told at once."""
    every.add(how_problems(None, wanted.threads))
    impact = costs_in_2023() if wanted.impact else None
    before = manifest_of(store) if wanted.resume and file_in_the_way(store) is None else None
    if before is not None and not wanted.over:
        every.add(_other_problems(wanted, before))
        every.refuse()
        return setup_from(store, wanted.draws, scenario, impact)
    over, unread = ways.read(wanted.over)
    every.add(unread)
    draws = wanted.draws
    if draws is None and before is None:
        every.add([Problem("how many draws", "--draws", "none", "a number: --draws 100000")])
    total = (before or {"draws": 1})["draws"] if draws is None else draws
    asked = Asked(total, wanted.seed or 0, impact=impact)
    kind = "random" if unread or wanted.design is None else wanted.design
    told = wanted.store is None and file_in_the_way(out) is not None
    return checked(scenario, over, kind, None, asked, None if told else store, every.problems)


def _other_problems(wanted: Wanted, before: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is asked for otherwise than the sweep that is gone on with has it."""
    for option, given, there in (
        ("--seed", wanted.seed, before["seed"]),
        ("--design", wanted.design, before["design"]["kind"]),
    ):
        if given not in {None, there}:
            fix = f"leave out {option}, or name another folder with --store"
            yield Problem("not that of the sweep in the store", option, str(given), str(there), fix)


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
        yield write_csv(frame, folder / f"{name}.csv")


def _costs(found: Sweep, folder: Path, formats: Sequence[str]) -> Iterator[Path]:
    """Write and draw quantiles of what duties cost; yield the files."""
    for of in found.impact.of:
        yield write_csv(found.impact.quantiles(QUANTILES, of), folder / f"impact-{of}.csv")
    yield from drawing.save_in(folder, "impact", found.impact.plot(), None, formats)


def _pictures(found: Sweep, folder: Path, level: float, formats: Sequence[str]) -> Iterator[Path]:
    """Draw the fan, and for what moves most what it depends on, each with its numbers; yield the files."""
    moving = _moving(found)
    fan = found.plot(q=FAN, pairs=moving or found.labels.pairs[:1])
    yield from drawing.save_in(folder, "fan", fan, found.quantiles(FAN), formats)
    for i, j in moving[:2]:
        pair = file_name(f"{i}-{j}")
        peaks = found.outcomes(MOST_ROWS)[[f"{PEAK}.{i}-{j}"]]
        yield from drawing.save_in(folder, f"outcomes-{pair}", found.plot_outcomes((i, j)), peaks, formats)
        if any(setting_of(spread).moves for spread in found.setup.plan.design.spreads.values()):
            swings = found.tornado((i, j))
            yield from drawing.save_in(folder, f"tornado-{pair}", found.plot_tornado((i, j)), swings, formats)
        ranking = found.decides(level, (i, j)).ranking
        if not ranking.empty:
            drawn = found.plot_decides(level, (i, j))
            yield from drawing.save_in(folder, f"decides-{pair}", drawn, ranking, formats)


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
