"""Models of many sectors timed: one solution, slopes for all tariffs, best tariffs, a trade war.

    python -m benchmarks.economics_many_sectors [--data ../shared/reference] [--quick] [--json FILE]

Inputs are those of the replications; without them, worlds of the same size are drawn. A library's threads are
as they are set outside.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.economics import DATA, seconds
from benchmarks.replications import caliendo_parro, ossa
from benchmarks.saved import save
from tradesim.economics import Krugman, MultiSector, nash, optimal_tariff

Floats = NDArray[np.float64]

GOALS = {"one counterfactual": 0.25, "all optimal tariffs": 120.0, "trade war": 240.0}
"""Seconds, at most."""


def multisector(data: Path, rounds: int, drawn: tuple[int, int] = (31, 40)) -> dict[str, Any]:
    """Time NAFTA among 31 economies and 40 sectors, calibration and slopes."""
    if (data / caliendo_parro.FOLDER).is_dir():
        nafta = caliendo_parro.read(data / caliendo_parro.FOLDER)
        model, tariffs = nafta.model, nafta.tariffs
    else:
        model = drawn_multisector(*drawn)
        tariffs = model.tariffs * 0.5
    found = model.solve(tariffs)
    weights = np.eye(len(model.flows))[0]
    given = (model.flows, model.tariffs, model.elasticity, model.value_added, model.inputs)
    return {
        "economies × sectors": f"{len(model.flows)} × {model.flows.shape[2]}",
        "one counterfactual": seconds(lambda: model.solve(tariffs), rounds),
        "its residual": float(found.residual),
        "slopes for all tariffs": seconds(lambda: model.gradient(found, weights), rounds),
        "calibration": seconds(lambda: MultiSector(*given), rounds),
    }


def krugman(data: Path, rounds: int, drawn: tuple[int, int] = (7, 33)) -> dict[str, Any]:
    """Time Ossa's seven regions: one solution, a batch, every optimal tariff, and the trade war."""
    here = (data / ossa.FOLDER).is_dir()
    model = ossa.read(data / ossa.FOLDER) if here else drawn_krugman(*drawn)
    many = 64
    wars = np.random.default_rng(1).uniform(0, 1, (many, *model.flows.shape))
    wars[:, np.arange(len(model.flows)), np.arange(len(model.flows))] = 0.0
    alone, alone_seconds = once(lambda: [optimal_tariff(model, k) for k in range(len(model.flows))])
    war, war_seconds = once(lambda: nash(model))
    return {
        "regions × sectors": f"{len(model.flows)} × {model.flows.shape[2]}",
        "one counterfactual": seconds(lambda: model.solve(wars[0]), rounds),
        f"one of {many} in a batch": seconds(lambda: model.solve(wars), rounds) / many,
        "all optimal tariffs": alone_seconds,
        "solutions they took": sum(choice.evaluations for choice in alone),
        "trade war": war_seconds,
        "solutions it took": war.evaluations,
        "all converged": all(choice.status == 0 for choice in (*alone, war)),
    }


def once(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return a result and the seconds it took."""
    began = time.perf_counter()
    return function(), time.perf_counter() - began


def drawn_flows(n: int, sectors: int, seed: int = 0) -> tuple[Floats, Floats]:
    """Return duty-paid flows, most of them domestic, and tariffs."""
    dice = np.random.default_rng(seed)
    size = dice.lognormal(0.0, 1.0, n)
    trade = dice.lognormal(0.0, 1.0, (n, n, sectors)) * np.sqrt(np.outer(size, size))[..., None]
    home = 2.0 * n * size[:, None] * dice.lognormal(0.5, 0.3, (n, sectors))
    abroad = (1 - np.eye(n))[..., None]
    return trade * abroad + home[:, None] * np.eye(n)[..., None], dice.uniform(0, 0.2, trade.shape) * abroad


def drawn_krugman(n: int, sectors: int) -> Krugman:
    """Return a drawn world of Ossa's kind."""
    return Krugman(*drawn_flows(n, sectors), np.random.default_rng(1).uniform(2, 8, sectors))


def drawn_multisector(n: int, sectors: int) -> MultiSector:
    """Return a drawn world of Caliendo and Parro's kind, half of its sectors without foreign trade."""
    dice = np.random.default_rng(2)
    flows, tariffs = drawn_flows(n, sectors)
    flows[..., sectors // 2 :] *= np.eye(n)[..., None]
    inputs = dice.dirichlet(np.ones(sectors), (n, sectors)).swapaxes(1, 2)
    return MultiSector(
        flows, tariffs, dice.uniform(2, 12, sectors), dice.uniform(0.4, 0.8, (n, sectors)), inputs
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and say which goals are reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=DATA, help=f"the reference inputs (default: {DATA})")
    parser.add_argument("--quick", action="store_true", help="small drawn worlds where inputs are missing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE as well")
    chosen = parser.parse_args(arguments)
    rounds = 1 if chosen.quick else 11
    sizes: list[tuple[int, int]] = [(4, 6), (3, 4)] if chosen.quick else [(31, 40), (7, 33)]
    found = {
        "many sectors with inputs (Caliendo and Parro)": multisector(chosen.data, rounds, sizes[0]),
        "many sectors with profits (Ossa)": krugman(chosen.data, rounds, sizes[1]),
    }
    busy = os.getloadavg()[0]
    print(f"{busy:.1f} processes were running or waiting, on {os.cpu_count()} cores")
    missed = False
    for title, rows in found.items():
        print(f"\n{title}")
        for name, value in rows.items():
            goal = GOALS.get(name)
            late = goal is not None and value > goal
            missed |= late
            verdict = "" if goal is None else f"   {'NOT ' if late else ''}within {goal:g} s"
            print(f"  {name:28}{value if isinstance(value, int | str) else format(value, '.3g')}{verdict}")
    save(chosen.json, found)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
