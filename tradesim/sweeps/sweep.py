"""Sweep: many draws over a design of parameter values, reduced as they run."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tradesim.errors import InputError, Problem
from tradesim.impacts import Costs
from tradesim.io import read_scenario_text
from tradesim.percent import high_rates_meant
from tradesim.record import Record
from tradesim.scenario import Scenario
from tradesim.sweeps.design import Correlation, Over, read_design
from tradesim.sweeps.gathering import How, edges_of, gather, how_problems, tasks_of
from tradesim.sweeps.progress import Say
from tradesim.sweeps.results import Sweep
from tradesim.sweeps.setup import TOP, Asked, Setup, checked, named, setup_of
from tradesim.sweeps.store import MANIFEST, kept, opened
from tradesim.sweeps.tables import MOST_ROWS
from tradesim.sweeps.words import is_whole

KEEP = MOST_ROWS
"""Draws whose rows stay in memory where there is no store."""


def sweep(
    scenario: Scenario | Mapping[str, Scenario],
    over: Over | None = None,
    *,
    draws: int,
    seed: int = 0,
    store: str | Path | None = None,
    executor: Any = None,
    progress: bool | Say = True,
    design: str = "random",
    correlation: Correlation | None = None,
    levels: Sequence[float] = (0.5, 1.0),
    bins: int | None = None,
    top: float = TOP,
    sampling: str = "random",
    paths: str = "none",
    keep: int = KEEP,
    threads: int | None = None,
    block: int | None = None,
    impact: Costs | None = None,
) -> Sweep:
    """Run many draws of a scenario over a design of its parameters, keeping counts and one row per draw.

    Draw k has the same parameters and the same path whatever the number of draws, blocks, threads, executor,
    interruptions and extensions are.

    Parameters
    ----------
    scenario : one, or several by name, which then are a dimension of the design.
    over : by path (``rules.CHN.ratio``, ``truces.geneva.renewal``, ``events.summit.deal``,
        ``shocks.USA-CHN.rate``), how a parameter varies: a list of values, gone through in turn, all
        combinations of several lists; `tradesim.uniform` and its kind, or any frozen distribution of
        scipy.stats; `tradesim.choice`. Or a frame of explicit points, one column for each path.
    draws : how many in all. Of a store that has some of them only the others are run.
    seed : 0 or more.
    store : a folder that keeps every block as soon as it is done, so that the sweep can be stopped, gone on
        with and extended.
    executor : anything with the interface of concurrent.futures: a pool of processes, a dask.distributed
        client; threads of this process by default.
    progress : True for a bar where somebody looks at one, or a function of a `Progress`.
    design : how random numbers are made: ``random``; ``latin``, a Latin hypercube, which cannot be extended;
        ``sobol``, points of a scrambled Sobol sequence.
    correlation : of two parameters by chance, ``{("rules.CHN.ratio", "rules.USA.ratio"): 0.6}``, of their
        normal scores (a Gaussian copula).
    levels : duties, fractions, of which it is kept when each draw first exceeds them.
    bins, top : duties from 0 to ``top``, a fraction, are counted in so many bins (default: 1024, or as many
        as there is room for): quantiles are off by half a bin at most.
    sampling : how the numbers are made that a draw has once, as in `tradesim.Scenario.run`.
    paths : ``none``; ``sample``, whole paths of the first thousand draws; or ``all``, into Parquet files of
        the store (needs pyarrow).
    keep : without a store, the rows of the first so many draws are kept.
    threads : how many, without an executor (default: one for each processor).
    block : draws that run together, a multiple of 512; it changes no number.
    impact : what a model of trade is asked about every draw, ``ts.impacts.Costs(model)``: what its duties
        cost, kept as counts by date and economy (`Sweep.impact`) and in the row of the draw.

    Raises
    ------
    InputError
        With everything wrong with it, before anything runs.
    StoreError
        If the folder is in use or cannot be written.
    SweepInterrupted
        If it is stopped by hand; what is done is safe in the store.

    Examples
    --------
    >>> import tradesim as ts
    >>> scenario = ts.scenarios.load("april-2025-spiral")
    >>> result = ts.sweep(scenario, {"rules.CHN.ratio": [0.0, 1.0]}, draws=4, progress=False)
    >>> result.outcomes()[["rules.CHN.ratio", "peak.CHN-USA"]].round(2).values.tolist()
    [[0.0, 0.23], [1.0, 1.48], [0.0, 0.23], [1.0, 1.48]]
    """
    beside = [*how_problems(executor, threads), *_beside_problems(keep, store, progress)]
    folder = Path(store) if isinstance(store, str | os.PathLike) and str(store).strip() else None
    asked = Asked(draws, seed, levels, bins, top, sampling, paths, block, impact)
    setup = checked(scenario, over, design, correlation, asked, folder, beside)
    return run(setup, folder, How(executor, threads, progress), int(keep))


def _beside_problems(keep: Any, store: Any, progress: Any) -> Iterator[Problem]:
    if not is_whole(keep, 0):
        yield Problem("not a number of rows", "keep", repr(keep), "a whole number, 0 or more")
    if store is not None and not (isinstance(store, str | os.PathLike) and str(store).strip()):
        yield Problem("not a folder", "store", repr(store), "a path: store='out/sweep'")
    if not isinstance(progress, bool) and not callable(progress):
        allowed = "True, False, or a function of a ts.sweeps.Progress"
        yield Problem("not a way to tell progress", "progress", repr(progress), allowed)


def run(setup: Setup, folder: Path | None, how: How, keep: int = KEEP) -> Sweep:
    """Run what is missing of a sweep and return its result."""
    tasks, title = tasks_of(edges_of(setup.plan.draws, setup.block)), setup.labels.name
    if folder is None:
        gathered = gather(setup.plan, tasks, how, title=title, keep=keep)
        return Sweep(setup, gathered, None, how, keep=keep)
    store = opened(folder, setup.manifest, setup.labels)
    try:
        gathered = gather(setup.plan, tasks, how, title=title, keep=keep, store=store)
    finally:
        store.close()
    return Sweep(setup, gathered, store, how, keep=keep)


def resume(
    folder: str | Path,
    *,
    draws: int | None = None,
    scenario: Scenario | Mapping[str, Scenario] | None = None,
    executor: Any = None,
    progress: bool | Say = True,
    threads: int | None = None,
    impact: Costs | None = None,
) -> Sweep:
    """Go on with the sweep in a folder, from what the folder says of it.

    Parameters
    ----------
    folder : its store.
    draws : how many in all (default: as many as were asked for).
    scenario : needed where the folder cannot hold it: with rules that are your own functions.
    impact : what its model of trade was asked, which no folder holds.

    Raises
    ------
    InputError
        If there is no sweep in the folder, or its scenario or its model has to be given.
    """
    setup = setup_from(Path(folder), draws, scenario, impact)
    return run(setup, Path(folder), How(executor, threads, progress))


def setup_from(
    folder: Path,
    draws: int | None = None,
    scenario: Scenario | Mapping[str, Scenario] | None = None,
    impact: Costs | None = None,
) -> Setup:
    """Return the sweep that a folder holds, ready to run."""
    manifest = kept(folder).manifest
    if "impact" in manifest and impact is None:
        fix = "give it: resume(folder, impact=ts.impacts.Costs(model, …)), or --impact"
        got = manifest["impact"]["model"]
        raise InputError([Problem("its model of trade is not in the folder", str(folder), got, fix=fix)])
    design = read_design(manifest["design"])
    found = scenarios_in(folder, manifest) if scenario is None else named(scenario, {})[0]
    names = ("seed", "levels", "bins", "top", "sampling", "paths", "block")
    every = manifest["draws"] if draws is None else draws
    asked = Asked(every, **{name: manifest[name] for name in names}, impact=impact)
    with high_rates_meant():  # whoever began it was asked
        return setup_of(found, design, asked, folder)


def scenarios_in(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Scenario]:
    """Return the scenarios that a folder holds.

    Raises
    ------
    InputError
        For those that cannot be written down.
    """
    found = {}
    for name, text in manifest["texts"].items():
        if text is None:
            fix = "give it: resume(folder, scenario=…)"
            raise InputError(
                [Problem("its scenario is not in the folder", str(folder), "rules of your own", fix=fix)]
            )
        place = f"{folder / MANIFEST}: texts{f': {name}' if name else ''}"
        found[name] = read_scenario_text(text, place, Scenario, Record)
    return found
