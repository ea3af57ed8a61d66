"""How fast sweeps are, what memory they take, and how both grow: beside NumPy as a user would write it.

    python -m benchmarks.sweep [--quick] [--json FILE] [--compare FILE]

Each case runs in a process of its own, so that its peak memory is its own: first a small run, which loads and
compiles, then some rounds of the whole one. With ``--compare`` the rates are held against a saved run, and
those that fell by more than the noise of both are named.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import tradesim as ts
from benchmarks import wars
from benchmarks.saved import machine, save

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
OVER = {
    "rules.CHN.ratio": (0.5, 1.2),
    "rules.USA.ratio": (0.0, 1.0),
    "events.summit.deal": (0.2, 0.6),
}
"""What varies in October 2025, between which ends."""
SURE = 0.10
"""Share by which a rate may fall and still be noise, at least."""
WARM = 2048
WHOLE = 1_000_000
"""Draws of the reference workload."""


@dataclass(frozen=True)
class Case:
    """What is timed: a way of running draws of a scenario of so many days and economies."""

    name: str
    draws: int
    days: int = 96
    economies: int = 2

    @property
    def key(self) -> str:
        """The name by which saved runs know it."""
        return f"{self.name}, {self.draws:,} draws, {self.days} days, {self.economies} economies"


@dataclass(frozen=True)
class Row:
    """What a case took: seconds of the median round, the slowest and the fastest; bytes at the peak."""

    case: Case
    seconds: float
    slowest: float
    fastest: float
    peak: float

    @property
    def rate(self) -> float:
        """Scenario-days per second."""
        return self.case.draws * self.case.days / self.seconds


# Ways ----------------------------------------------------------------------------------------------------


def reference(case: Case, draws: int) -> Any:
    """Sweep a war of two or more, with quantiles for every day and pair."""
    scenario = wars.war_of(case.economies, case.days, pairs=case.economies).scenario
    return ts.sweep(scenario, draws=draws, seed=1, progress=False, top=10.0).quantiles(QUANTILES)


def naive(case: Case, draws: int) -> Any:
    """Do the same with whole arrays and np.quantile."""
    war = wars.war_of(case.economies, case.days, pairs=case.economies)
    days, n = war.shape
    duty, truce = np.empty((draws, days, n, n)), np.empty((draws, days, len(war.together)), np.bool_)
    wars.numpy_days(war, wars.Diced(war, draws), duty, truce)
    pairs = ~np.eye(n, dtype=np.bool_)
    return np.quantile(duty[:, :, pairs], QUANTILES, axis=0)


def october(case: Case, draws: int) -> Any:  # noqa: ARG001 one signature for all
    """Sweep three parameters of October 2025, daily, with quantiles for every day and pair."""
    scenario = ts.scenarios.load("us-china-2025-10")
    over = {path: ts.uniform(low, high) for path, (low, high) in OVER.items()}
    return ts.sweep(scenario, over, draws=draws, seed=1, progress=False).quantiles(QUANTILES)


WAYS: dict[str, Callable[[Case, int], Any]] = {
    "tradesim sweep": reference,
    "NumPy and np.quantile": naive,
    "us-china-2025-10 swept": october,
}


def alone(case: Case, rounds: int) -> Row:
    """Time a case in this process."""
    way = WAYS[case.name]
    way(case, min(WARM, case.draws))
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        way(case, case.draws)
        taken.append(time.perf_counter() - began)
    import resource  # noqa: PLC0415 not there on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return Row(case, statistics.median(taken), max(taken), min(taken), float(peak))


def apart(case: Case, rounds: int) -> Row:
    """Time a case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sweep", "--case", json.dumps([asdict(case), rounds])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row_of(told)


def row_of(told: Mapping[str, Any]) -> Row:
    """Return a row that was written as JSON."""
    return Row(**{**told, "case": Case(**told["case"])})


# What is timed -------------------------------------------------------------------------------------------


def plan(quick: bool) -> list[Case]:
    """Return what is timed: side by side, and grown in draws, days and economies.

    The reference is always run whole; what is quick has a tenth of the draws of everything else.
    """
    many = 100_000 if quick else 1_000_000
    side, small = many // 5, many // 10
    days = len(ts.scenarios.load("us-china-2025-10").grid)
    cases = [
        Case("tradesim sweep", WHOLE),
        Case("tradesim sweep", side),
        Case("NumPy and np.quantile", side),
        Case("us-china-2025-10 swept", small, days, 3),
        Case("us-china-2025-10 swept", many, days, 3),
        *(Case("tradesim sweep", draws) for draws in (small // 4, small)),
        *(Case("tradesim sweep", small, days) for days in (48, 192, 384)),
        *(Case("tradesim sweep", small // 4, 96, n) for n in (4, 8)),
    ]
    return list(dict.fromkeys(cases))


def slopes(rows: Sequence[Row]) -> dict[str, float]:
    """Return how the seconds of a sweep grow with draws, days and economies: slopes of their logarithms."""
    own = [row for row in rows if row.case.name == "tradesim sweep"]
    few = min(row.case.draws for row in own)
    some = min(row.case.draws for row in own if row.case.days != 96)
    chosen = {
        "draws": [row for row in own if (row.case.days, row.case.economies) == (96, 2)],
        "days": [row for row in own if row.case.draws == some and row.case.economies == 2],
        "economies": [row for row in own if row.case.draws == few and row.case.days == 96],
    }
    return {
        name: slope([(getattr(r.case, name), r.seconds) for r in found]) for name, found in chosen.items()
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of log y in log x, fitted by least squares.

    Examples
    --------
    >>> round(slope([(1, 2.0), (10, 20.0), (100, 200.0)]), 6)
    1.0
    """
    x, y = np.log(np.array(points, dtype=np.float64)).T
    return float(np.polyfit(x, y, 1)[0])


def slower(rows: Sequence[Row], before: Sequence[Row]) -> list[str]:
    """Return which cases are slower than in a saved run by more than the noise of both, in words."""
    saved = {row.case.key: row for row in before}
    found = []
    for row in rows:
        old = saved.get(row.case.key)
        if old is None:
            continue
        noise = max(SURE, *((each.slowest - each.fastest) / each.seconds for each in (row, old)))
        if row.seconds > old.seconds * (1 + noise):
            found.append(
                f"{row.case.key}: {row.seconds:.2f} s, {old.seconds:.2f} s before (noise {noise:.0%})"
            )
    return found


# Saying --------------------------------------------------------------------------------------------------


def show(rows: Sequence[Row]) -> None:
    """Print one table."""
    head = f"\n{'way':26}{'draws':>11}{'days':>6}{'N':>3}{'seconds':>10}{'slowest':>9}{'days/s':>10}"
    print(f"{head}{'peak MB':>9}")
    for row in rows:
        case = row.case
        print(
            f"{case.name:26}{case.draws:11,}{case.days:6}{case.economies:3}{row.seconds:10.3f}{row.slowest:9.3f}"
            f"{row.rate:10.2e}{row.peak / 1e6:9.0f}"
        )


def goals(rows: Sequence[Row]) -> dict[str, float]:
    """Say how far the goals are reached: a million draws of the reference, and October's rate and peak."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.case.name, []).append(row)
    most = max(by_name["tradesim sweep"], key=lambda row: row.case.draws)
    plain = by_name["NumPy and np.quantile"][0]
    few, many = sorted(by_name["us-china-2025-10 swept"], key=lambda row: row.case.draws)
    ours, theirs = (row.seconds * 1e6 / row.case.draws for row in (most, plain))
    said = {
        "reference, seconds for 1e6 draws": ours,
        "NumPy, seconds for 1e6 draws": theirs,
        "October, days/s": many.rate,
        "October, peak bytes": many.peak,
        "October, peak over that of a tenth of the draws": many.peak / few.peak,
    }
    print(f"\nreference, 1e6 × 96 × 2 with quantiles: {ours:.2f} s{_scaled(most)} (goal 1.5 s), ", end="")
    print(f"NumPy {theirs:.1f} s{_scaled(plain)}")
    peak = f"peak {many.peak / 1e6:.0f} MB (goal 1000)"
    print(f"October 2025: {many.rate:.2e} days/s (goal 5e7), {peak}, {many.peak / few.peak:.2f} × a tenth's")
    return said


def _scaled(row: Row) -> str:
    """Say of how many draws a time for a million of them is, where it is not of a million."""
    return "" if row.case.draws == WHOLE else f", scaled up from {row.case.draws:,} draws"


def main() -> int:
    """Run, print, write and compare; 1 if something became slower."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the draws but for the reference, fewer rounds"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE as well")
    parser.add_argument(
        "--compare", type=Path, metavar="FILE", help="name what is slower than in a saved run"
    )
    parser.add_argument("--case", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.case:
        case, rounds = json.loads(chosen.case)
        print(json.dumps(asdict(alone(Case(**case), rounds))))
        return 0
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    rows = [apart(case, 2 if chosen.quick else 3) for case in plan(chosen.quick)]
    show(rows)
    grown = slopes(rows)
    print("\nseconds grow like " + ", ".join(f"{name}^{power:.2f}" for name, power in grown.items()))
    reached = goals(rows)
    save(chosen.json, {"rows": [asdict(row) for row in rows], "slopes": grown, "goals": reached})
    fell: list[str] = []
    if chosen.compare:
        saved = json.loads(chosen.compare.read_text(encoding="utf-8"))
        fell = slower(rows, [row_of(each) for each in saved["rows"]])
        print("\n".join(["slower than before:", *fell]) if fell else "nothing is slower than before")
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
