"""Setup: a sweep as it is asked for, checked whole and made ready to run."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tradesim.errors import InputError, Problem, fail_if
from tradesim.impacts import Costs
from tradesim.scenario import Scenario
from tradesim.sweeps import fingerprints
from tradesim.sweeps.checks import asked_problems, refuse_unfit
from tradesim.sweeps.costing import costing_of
from tradesim.sweeps.design import SCENARIO, Correlation, Design, Over, design_of
from tradesim.sweeps.estimate import estimate_problems
from tradesim.sweeps.gathering import SAMPLE
from tradesim.sweeps.outcomes import Labels, labels_of
from tradesim.sweeps.parquet import arrow
from tradesim.sweeps.parts import UNIT
from tradesim.sweeps.plan import Plan, sheets_of
from tradesim.sweeps.store import FORMAT, MANIFEST, manifest_of

BLOCK, LEAST_BLOCKS = 32_768, 4
"""Draws of a block; of a small sweep as many as make so many blocks."""
BINS, LEAST_BINS = 1024, 64
CELLS = 32_000_000
"""Counts that a block may hold: 256 MB."""
PATH_CELLS = 4_000_000
"""Numbers of the whole paths of a block: 32 MB."""
LEFT_OUT = ("identity", "draws", "texts")
"""Of a manifest, what numbers do not depend on."""


@dataclass(frozen=True)
class Asked:
    """What is asked for beside scenario and design; see `tradesim.sweeps.sweep`."""

    draws: int
    seed: int = 0
    levels: Sequence[float] = (0.5, 1.0)
    bins: int | None = None
    top: float = 4.0
    sampling: str = "random"
    paths: str = "none"
    block: int | None = None
    impact: Costs | None = None


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


def setup_of(scenarios: Mapping[str, Scenario], design: Design, asked: Asked, store: Path | None) -> Setup:
    """Return a sweep that is ready to run.

    Raises
    ------
    InputError
        With everything wrong with it, and for more than can be done, with an estimate of time and space.
    """
    refuse_unfit(scenarios, design)
    one = next(iter(scenarios.values()))
    days, n = len(one.grid), len(one.schedule.economies)
    bins = bins_for(days * n * n) if asked.bins is None else asked.bins
    recorded = [pair for pair in np.argwhere(one.schedule.recorded).tolist() if pair[0] != pair[1]]
    pairs = np.array(recorded, dtype=np.int64).reshape(-1, 2)
    block = asked.block or _block_for(asked, days * len(pairs), store)
    fail_if([
        *asked_problems(
            design, asked.draws, asked.seed, bins=bins, top=asked.top, levels=asked.levels,
            sampling=asked.sampling, block=block, unit=UNIT,
        ),
        *_path_problems(asked, store),
        *_impact_problems(asked.impact),
    ])  # fmt: skip
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
        manifest["versions"] |= {"impact": fingerprints.of_models()}
    fail_if(estimate_problems(asked.draws, labels, block, bins, store, whole=asked.paths == "all"))
    return Setup(scenarios, plan, labels, block, _identified(manifest))


def _identified(manifest: dict[str, Any]) -> dict[str, Any]:
    return {"identity": fingerprints.of_manifest(manifest, LEFT_OUT), **manifest}


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
    if SCENARIO in design.spreads:
        from tradesim.errors import unknown_name  # noqa: PLC0415

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
    before = manifest_of(store) if store is not None and (store / MANIFEST).exists() else None
    if before is not None:
        return int(before["block"])
    draws: Any = asked.draws
    most = BLOCK if asked.paths != "all" else max(UNIT, min(BLOCK, PATH_CELLS // max(cells, 1)))
    wanted = min(most, draws / LEAST_BLOCKS) if isinstance(draws, int) else most
    return max(1, math.ceil(wanted / UNIT)) * UNIT


def _impact_problems(impact: Any) -> Iterator[Problem]:
    if impact is not None and not isinstance(impact, Costs):
        allowed = "what a model is asked: ts.impacts.Costs(model, at='M')"
        yield Problem("not a question", "impact", type(impact).__name__, allowed)


def _path_problems(asked: Asked, store: Path | None) -> Iterator[Problem]:
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
        "scenarios": {name: fingerprints.of_scenario(each) for name, each in scenarios.items()},
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
    }
