"""What a run costs: ten thousand draws of October 2025 over 24 months, and how good interpolation is.

    python -m benchmarks.impact [--draws 10000] [--quick] [--json FILE]

The model is one sector among 13 economies (`trade_data.world_2023`). Times are those of `tradesim.impact`
alone, the run itself is told apart. Errors are measured against direct solutions of 500 random draws.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import tradesim as ts
from benchmarks.saved import save
from tradesim.impacts.consequences import Consequences
from tradesim.impacts.matching import match
from tradesim.impacts.periods import periods

END = "2027-10-22"
GOAL_SECONDS, GOAL_ERROR, CHECKED = 10.0, 1e-4, 500
SHOCKED = 3


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function returns, and the seconds it took."""
    began = time.perf_counter()
    return function(), time.perf_counter() - began


def model() -> ts.economics.SingleSector:
    """Return the world of 2023 in one sector."""
    world = ts.trade_data.world_2023()
    return ts.economics.SingleSector(world.flows, world.tariffs, codes=world.codes)


def shocked(paths: ts.Paths) -> ts.Paths:
    """Return paths of which three duties are moved by draw and day at random: no two months are alike."""
    chance = np.random.default_rng(3)
    duty = paths.duty.copy()
    pairs = [("USA", "CHN"), ("CHN", "USA"), ("USA", "ROW")][:SHOCKED]
    for importer, exporter in pairs:
        i, j = paths.economies.index(importer), paths.economies.index(exporter)
        steps = chance.exponential(0.05, duty.shape[:2]) * (chance.random(duty.shape[:2]) < 1 / 60)
        duty[:, :, i, j] += steps.cumsum(axis=1, out=steps)
    return replace(paths, duty=duty)


def error_on_some(paths: ts.Paths, found: ts.Impact, world: ts.economics.SingleSector) -> float:
    """Return the largest error of welfare in 500 random draws, against solving each of their months."""
    some = np.random.default_rng(1).choice(paths.draws, min(CHECKED, paths.draws), replace=False)
    pairs = match(world.codes, world.tariffs, paths.economies, paths.recorded)
    months = periods(paths.dates, "M")
    direct = Consequences(world, pairs, solved_at_most=10**9)(months.mean(paths.duty[some]))
    return float(np.abs(direct.welfare - found.welfare[some]).max())


def measured(draws: int) -> dict[str, Any]:
    """Return times in seconds, counts, and errors as ratios of welfare."""
    world = model()
    scenario = ts.scenarios.load("us-china-2025-10").with_({"end": END})
    paths, run = timed(lambda: scenario.run(draws=draws, seed=1))
    found, seconds = timed(lambda: ts.impact(paths, world))
    clocked, with_path = timed(lambda: ts.impact(paths, world, elasticity=ts.economics.elasticity_after))
    moved = shocked(paths)
    forced, on_grid = timed(lambda: ts.impact(moved, world))
    _, directly = timed(lambda: ts.impact(moved, world, solved_at_most=10**9))
    return {
        "draws": draws,
        "months": len(found.dates),
        "run": run,
        "impact": seconds,
        "equilibria": found.found.solved,
        "impact, elasticity by date": with_path,
        "equilibria, elasticity by date": clocked.found.solved,
        "error of welfare on 500 draws": error_on_some(paths, found, world),
        "shocked: rows": forced.accuracy[0].rows if forced.accuracy else 0,
        "shocked: nodes": list(forced.accuracy[0].nodes) if forced.accuracy else [],
        "shocked: interpolated": on_grid,
        "shocked: solved directly": directly,
        "shocked: error that is reported": forced.accuracy[0].welfare if forced.accuracy else 0.0,
        "shocked: error of welfare on 500 draws": error_on_some(moved, forced, world),
    }


def main() -> int:
    """Measure, print, and say whether the goals are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="few draws, no goals")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    given = parser.parse_args()
    found = measured(200 if given.quick else given.draws)
    print(pd.Series(found, dtype=object).to_string())
    save(given.json, found)
    errors = [value for name, value in found.items() if "error" in name]
    good = found["impact"] <= GOAL_SECONDS and max(errors) <= GOAL_ERROR
    print(f"{'met' if good else 'NOT met'}: {GOAL_SECONDS:g} s, {100 * GOAL_ERROR:g} points of welfare")
    return 0 if good or given.quick else 1


if __name__ == "__main__":
    raise SystemExit(main())
