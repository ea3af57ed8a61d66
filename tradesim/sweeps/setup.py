"""Setup: a sweep as it is asked for, checked whole and made ready to run."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradesim.conversion import Unstated, own
from tradesim.errors import InputError, Problem, Together, fail_if, unknown_name
from tradesim.impacts import Costs
from tradesim.scenario import Scenario
from tradesim.sweeps import fingerprints
from tradesim.sweeps.checks import asked_problems, name_problems, unfit_problems
from tradesim.sweeps.costing import costing_of
from tradesim.sweeps.design import SCENARIO, Correlation, Design, Over, design_of
from tradesim.sweeps.estimate import estimate_problems
from tradesim.sweeps.files import file_in_the_way
from tradesim.sweeps.gathering import SAMPLE
from tradesim.sweeps.manifest import FORMAT, marked
from tradesim.sweeps.outcomes import Labels, labels_of
from tradesim.sweeps.parquet import arrow
from tradesim.sweeps.parts import UNIT
from tradesim.sweeps.plan import Plan, sheets_of
from tradesim.sweeps.store import manifest_of
from tradesim.sweeps.telling import scenario_told

TOP = Unstated(4.0)
"""400%: the highest duty counted in a bin of its own, where none is stated."""
BLOCK, LEAST_BLOCKS = 32_768, 4
"""Draws of a block; of a small sweep as many as make so many blocks."""
BINS, LEAST_BINS = 1024, 64
CELLS = 32_000_000
"""Counts that a block may hold: 256 MB."""
PATH_CELLS = 4_000_000
"""Numbers of the whole paths of a block: 32 MB."""


@dataclass(frozen=True)
class Asked:
    """What is asked for beside scenario and design; see `tradesim.sweeps.sweep`.

    Numbers of numpy become Python's own.
    """

    draws: int
    seed: int = 0
    levels: Sequence[float] = (0.5, 1.0)
    bins: int | None = None
    top: float = TOP
    sampling: str = "random"
    paths: str = "none"
    block: int | None = None
    impact: Costs | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _own(getattr(self, field.name)))


def _own(value: Any) -> Any:
    """Return a number of numpy, or several, as Python's own; anything else as it is."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return [_own(each) for each in value] if isinstance(value, list | tuple) else own(value)


@dataclass(frozen=True, eq=False)
class Setup:
    """A sweep that is ready to run.

    Parameters
    ----------
    scenarios : by name; one without a name where there is only one.
    plan : what workers get. labels : names in the results. block : draws of a block.
    manifest : everything that the numbers depend on.
    """

    scenarios: Mapping[str, Scenario]
    plan: Plan
    labels: Labels
    block: int
    manifest: Mapping[str, Any]


def setup_of(
    scenarios: Mapping[str, Scenario],
    design: Design,
    asked: Asked,
    store: Path | None,
    beside: Iterable[Problem] = (),
) -> Setup:
    """Return a sweep that is ready to run.

    Parameters
    ----------
    beside : problems that were found before, to be told with the others.

    Raises
    ------
    InputError
        With everything wrong with it, and for more than can be done, with an estimate of time and space.
    """
    every = Together(beside)
    every.add(unfit_problems(scenarios, design))
    every.add(
        [
            *asked_problems(asked, design, unit=UNIT),
            *place_problems(asked, store),
            *impact_problems(asked.impact),
        ]
    )
    every.refuse()
    one = next(iter(scenarios.values()))
    days, n = len(one.grid), len(one.schedule.economies)
    bins = bins_for(days * n * n) if asked.bins is None else asked.bins
    recorded = [pair for pair in np.argwhere(one.schedule.recorded).tolist() if pair[0] != pair[1]]
    pairs = np.array(recorded, dtype=np.int64).reshape(-1, 2)
    block = asked.block or _block_for(asked, days * len(pairs), store)
    levels = np.array(asked.levels, dtype=np.float64)
    labels = labels_of(scenarios, pairs, levels)
    sheets, keys, grouped = sheets_of(scenarios, design)
    kept = {"none": 0, "sample": min(SAMPLE, asked.draws), "all": asked.draws}[asked.paths]
    plan = Plan(
        design, asked.seed, asked.draws, sheets, keys, grouped, pairs, bins, float(asked.top), levels,
        asked.sampling, kept,  # type: ignore[arg-type]
    )  # fmt: skip
    manifest = _manifest(scenarios, design, asked, bins, block)
    if asked.impact is not None:
        costing = costing_of(asked.impact, plan, labels.dates, labels.economies)
        plan, labels = replace(plan, costing=costing), replace(labels, cost=costing)
        manifest |= {"impact": fingerprints.of_costing(costing)}
        manifest["versions"] |= {"impact": fingerprints.of_models(costing.consequences.model)}
    fail_if(estimate_problems(asked.draws, labels, block, bins, store, whole=asked.paths == "all"))
    return Setup(scenarios, plan, labels, block, marked(manifest))


def named(scenario: Any, over: Over) -> tuple[dict[str, Scenario], Over]:
    """Return scenarios by name, and the design with them as a dimension where there are several.

    Raises
    ------
    InputError
        For what is neither a scenario nor several by name.
    """
    if isinstance(scenario, Scenario):
        return {"": scenario}, over
    allowed = "a Scenario, or several by name: {'calm': one, 'tense': other}"
    if not isinstance(scenario, Mapping) or not scenario:
        raise InputError([Problem("not a scenario", "scenario", repr(scenario), allowed)])
    wrong = [
        name for name, each in scenario.items() if not isinstance(each, Scenario) or not str(name).strip()
    ]
    fail_if(Problem("not a scenario", f"scenario {name!r}", repr(scenario[name]), allowed) for name in wrong)
    found = {str(name): each for name, each in scenario.items()}
    if not isinstance(over, Mapping):
        return found, over if SCENARIO in over else over.assign(**{SCENARIO: next(iter(found))})
    if SCENARIO not in over:
        return found, {SCENARIO: list(found), **over}
    return found, over


def checked(
    scenario: Any,
    over: Over | None,
    kind: Any,
    correlation: Correlation | None,
    asked: Asked,
    store: Path | None,
    beside: Iterable[Problem] = (),
) -> Setup:
    """Return a sweep that is ready to run, of what a person gives.

    Raises
    ------
    InputError
        With everything wrong with it, whatever stage of reading it is found in.
    """
    every = Together(beside)
    given: Over = {} if over is None else over
    scenarios: dict[str, Scenario] = {}
    design: Design | None = None
    with every:
        scenarios, given = named(scenario, given)
    with every:
        design = checked_design(scenarios, given, kind, correlation)
    if design is not None and scenarios:
        return setup_of(scenarios, design, asked, store, every.problems)
    if scenarios and isinstance(given, Mapping | pd.DataFrame):
        every.add(name_problems(scenarios, map(str, given)))
    every.add(
        [
            *asked_problems(asked, design, unit=UNIT),
            *place_problems(asked, store),
            *impact_problems(asked.impact),
        ]
    )
    every.refuse()
    raise AssertionError("a design or a scenario is missing, and nothing is wrong with it")


def checked_design(
    scenarios: Mapping[str, Scenario], over: Over, kind: Any, correlation: Correlation | None
) -> Design:
    """Return a design, once its named scenarios are known.

    Raises
    ------
    InputError
        For a design that is none, and unknown scenarios in it.
    """
    design = design_of(over, kind, correlation)
    if scenarios and SCENARIO in design.spreads:
        wanted = design.spreads[SCENARIO].options or []
        known = [name for name in scenarios if name]
        fail_if(unknown_name("scenario", str(n), known, "over: scenario") for n in wanted if n not in known)
    return design


def bins_for(cells: int) -> int:
    """Return how many bins of duty there is room for, with so many days × pairs of economies.

    Examples
    --------
    >>> bins_for(96 * 4), bins_for(365 * 30 * 30)
    (1024, 64)
    """
    bins = BINS
    while bins > LEAST_BINS and bins * cells > CELLS:
        bins //= 2
    return bins


def _block_for(asked: Asked, cells: int, store: Path | None) -> int:
    """Return the draws of a block: those of the folder, or as many as suit."""
    before = None if store is None else manifest_of(store)
    if before is not None:
        return int(before["block"])
    most = BLOCK if asked.paths != "all" else max(UNIT, min(BLOCK, PATH_CELLS // max(cells, 1)))
    return max(1, math.ceil(min(most, asked.draws / LEAST_BLOCKS) / UNIT)) * UNIT


def impact_problems(impact: Any) -> Iterator[Problem]:
    """Yield what is wrong with what a model of trade is to be asked."""
    if impact is not None and not isinstance(impact, Costs):
        allowed = "what a model is asked: ts.impacts.Costs(model, at='M')"
        yield Problem("not a question", "impact", type(impact).__name__, allowed)


def place_problems(asked: Asked, store: Path | None) -> Iterator[Problem]:
    """Yield what is wrong with where results are to be kept, and with which paths."""
    if store is not None and (file := file_in_the_way(store)) is not None:
        got = "a file" if file == store else f"a folder in the file {file}"
        yield Problem("not a folder", f"store: {store}", got, "a folder, new or with a sweep in it")
    if asked.paths not in {"none", "sample", "all"}:
        yield Problem("unknown choice of paths", "paths", repr(asked.paths), "none | sample | all")
    elif asked.paths == "all":
        arrow("pyarrow")
    if asked.paths == "all" and store is None:
        yield Problem(
            "all paths and nowhere to put them", "paths", "'all'", fix="name a store: store='out/sweep'"
        )


def _manifest(
    scenarios: Mapping[str, Scenario], design: Design, asked: Asked, bins: int, block: int
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "scenarios": {name: fingerprints.of_scenario(scenarios[name]) for name in sorted(scenarios)},
        "design": design.described(),
        "seed": asked.seed,
        "draws": asked.draws,
        "block": block,
        "bins": bins,
        "top": float(asked.top),
        "levels": [float(level) for level in asked.levels],
        "sampling": asked.sampling,
        "paths": asked.paths,
        "versions": dict(fingerprints.versions()),
        "texts": {name: fingerprints.text_of(each) for name, each in scenarios.items()},
        "told": {name: scenario_told(each) for name, each in scenarios.items()},
    }
