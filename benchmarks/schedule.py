"""Daily duties of 2,000 measures among 13 economies over nine years, beside two naive day loops.

Run from the root of the repository::

    python -m benchmarks.schedule [--json FILE]

- *plain Python*: for plain measures a loop over days and measures; for mixed stackings the tests' oracle
  (``tests/oracle.py``), pair by pair. Dictionaries and dates, no arrays.
- *NumPy and pandas*: a loop over days that filters a frame of measures and sums rate × coverage by pair; for
  mixed stackings, a loop over days and pairs that stacks the day's measures with ``tradesim.stacking``.

The loops run on every 30th day, and their times are scaled to all days; each result is held against
tradesim's on those days. Memory is traced in a run of its own, because tracing slows the run down.
Exit code 1 if the results disagree or tradesim takes half a second or more.
"""

import argparse
import datetime as dt
import importlib
import itertools
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.saved import save
from tradesim import stacking
from tradesim.economies import Economies
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.timegrid import TimeGrid

FIRST, LAST = dt.date(2018, 1, 1), dt.date(2026, 12, 31)
CODES = ("AUS", "BRA", "CAN", "CHN", "EU27", "GBR", "IND", "JPN", "KOR", "MEX", "ROW", "USA", "VNM")
MEASURES = 2_000
SEED = 20_250_402
EVERY = 30
LIMIT = 0.5
AUTHORITIES = ("MFN", "Section 232", "Section 301", "IEEPA", "retaliation", "deal")
MIXED: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {},
    {"stacking": "exclusive"},
    {"stacking": "exclusive", "group": "steel"},
    {"stacking": "replace", "against": ("IEEPA",)},
    {"basis": "floor", "against": ("MFN",)},
    {"basis": "cap"},
    {"basis": "specific", "unit": "net ton", "unit_value": 1.0},
)

Floats = NDArray[np.float64]
Loop = Callable[[Schedule, Sequence[dt.date]], Floats]


# Each way maps a schedule and days to duties: (T, N, N) float64, fraction of import value ---------------


def tradesim_way(schedule: Schedule, days: Sequence[dt.date]) -> Floats:
    """Ask the schedule."""
    return schedule.duty(TimeGrid.through(days[0], days[-1]))


def python_plain(schedule: Schedule, days: Sequence[dt.date]) -> Floats:
    """Loop over days and measures; adding measures only."""
    duty: dict[tuple[int, str, str], float] = {}
    for t, day in enumerate(days):
        for m in schedule.measures:
            dates: Any = m
            if dates.effective <= day and (dates.expires is None or day < dates.expires):
                key = t, m.importer, m.exporter
                duty[key] = duty.get(key, 0.0) + m.level * m.coverage
    return _as_array(schedule, len(days), duty)


def python_mixed(schedule: Schedule, days: Sequence[dt.date]) -> Floats:
    """Loop over days and pairs with the truth table of the tests' oracle."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    oracle = importlib.import_module("oracle")
    by_pair: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for measure in schedule.measures:
        by_pair.setdefault(measure.pair, []).append(oracle.act_of(measure))
    duty = {
        (t, *pair): sum(oracle.contributions(acts, day))
        for t, day in enumerate(days)
        for pair, acts in by_pair.items()
    }
    return _as_array(schedule, len(days), duty)


def pandas_plain(schedule: Schedule, days: Sequence[dt.date]) -> Floats:
    """Filter the frame of measures and sum by pair, day after day; adding measures only."""
    frame = schedule.to_frame()
    part = frame["rate"] / frame["unit_value"].fillna(1.0) * frame["coverage"]
    frame = frame.assign(part=part)
    duty: dict[tuple[int, str, str], float] = {}
    for t, day in enumerate(pd.DatetimeIndex(np.array(days, dtype="datetime64[D]"))):
        not_over = frame["expires"].isna() | (day < frame["expires"])
        in_force = frame[(frame["effective"] <= day) & not_over]
        totals: pd.Series[float] = in_force.groupby(["importer", "exporter"])["part"].sum()
        duty |= {(t, *pair): total for pair, total in zip(totals.index, totals, strict=True)}
    return _as_array(schedule, len(days), duty)


def numpy_mixed(schedule: Schedule, days: Sequence[dt.date]) -> Floats:
    """Stack the day's measures of each pair, day after day."""
    duty: dict[tuple[int, str, str], float] = {}
    by_pair = [(pair, list(some)) for pair, some in _by_pair(schedule)]
    for t, day in enumerate(days):
        for pair, measures in by_pair:
            windows: list[Any] = measures
            active = [m.effective <= day and (m.expires is None or day < m.expires) for m in windows]
            duty[t, *pair] = float(stacking.contributions(measures, np.array([active])).sum())
    return _as_array(schedule, len(days), duty)


def _by_pair(schedule: Schedule) -> Iterator[tuple[tuple[str, str], Iterator[Measure]]]:
    # A stable sort: within a pair the measures keep their canonical order.
    return itertools.groupby(sorted(schedule.measures, key=lambda m: m.pair), key=lambda m: m.pair)


def _as_array(schedule: Schedule, count: int, duty: dict[tuple[int, str, str], float]) -> Floats:
    economies = schedule.economies
    values = np.zeros((count, len(economies), len(economies)))
    for (t, importer, exporter), value in duty.items():
        values[t, economies.index(importer), economies.index(exporter)] = value
    return values


WAYS: dict[str, dict[str, Loop]] = {
    "plain": {"plain Python": python_plain, "NumPy and pandas": pandas_plain},
    "mixed": {"plain Python": python_mixed, "NumPy and pandas": numpy_mixed},
}


# Measuring -----------------------------------------------------------------------------------------------


def random_schedule(stackings: str) -> Schedule:
    """Return the measures to time: a fixed seed, nine years, most of them with an end."""
    chance = random.Random(SEED)  # noqa: S311 no secret
    pairs = list(itertools.permutations(CODES, 2))
    span = (LAST - FIRST).days
    measures = []
    for number in range(MEASURES):
        importer, exporter = chance.choice(pairs)
        starts = FIRST + dt.timedelta(days=chance.randrange(span))
        ends = starts + dt.timedelta(days=chance.randrange(1500)) if chance.random() < 0.7 else None
        measures.append(
            Measure(
                name=f"act {number}",
                importer=importer,
                exporter=exporter,
                authority=chance.choice(AUTHORITIES),
                rate=chance.uniform(0, 0.5),
                coverage=chance.random(),
                effective=starts,
                expires=ends,
                **(chance.choice(MIXED) if stackings == "mixed" else {}),
            )
        )
    return Schedule(measures, Economies(CODES))


def seconds(way: Loop, schedule: Schedule, days: Sequence[dt.date], repeats: int) -> tuple[float, Floats]:
    """Return the best of some runs, and what the last one gave."""
    best, duty = float("inf"), np.empty(0)
    for _ in range(repeats):
        began = time.perf_counter()
        duty = way(schedule, days)
        best = min(best, time.perf_counter() - began)
    return best, duty


def peak_megabytes(way: Loop, schedule: Schedule, days: Sequence[dt.date]) -> float:
    """Return the most memory that a run holds at once, its result included."""
    tracemalloc.start()
    way(schedule, days)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def compare(stackings: str) -> list[dict[str, Any]]:
    """Time tradesim on all days and each loop on some; one row each."""
    schedule = random_schedule(stackings)
    days = [FIRST + dt.timedelta(days=k) for k in range((LAST - FIRST).days + 1)]
    some = days[::EVERY]
    ours, duty = seconds(tradesim_way, schedule, days, repeats=5)
    first = {"stackings": stackings, "way": "tradesim", "days_run": len(days), "seconds": ours, "ratio": 1.0}
    rows = [first | {"peak_mb": peak_megabytes(tradesim_way, schedule, days), "largest_difference": 0.0}]
    for name, way in WAYS[stackings].items():
        took, other = seconds(way, schedule, some, repeats=1)
        scaled = took * len(days) / len(some)
        row = {"stackings": stackings, "way": name, "days_run": len(some), "seconds": scaled}
        row |= {"ratio": scaled / ours, "peak_mb": peak_megabytes(way, schedule, some)}
        rows.append(row | {"largest_difference": float(np.abs(other - duty[::EVERY]).max())})
    return rows


def show(rows: Sequence[dict[str, Any]], days: int) -> None:
    """Print the table."""
    print(f"Daily duty, {MEASURES:,} measures, {len(CODES)} economies, {FIRST} to {LAST} ({days:,} days)")
    print(f"The loops ran on every {EVERY}th day; their seconds are scaled to all days, their memory is not.")
    print(
        f"\n{'stackings':10}{'way':18}{'days run':>9}{'seconds':>11}{'× tradesim':>12}{'peak MB':>9}"
        f"{'largest difference':>20}"
    )
    for row in rows:
        print(
            f"{row['stackings']:10}{row['way']:18}{row['days_run']:9,}{row['seconds']:11.3f}{row['ratio']:12,.1f}"
            f"{row['peak_mb']:9.1f}{row['largest_difference']:20.1e}"
        )


def main() -> int:
    """Run, print, and say whether tradesim agrees and is quick enough."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE as well")
    chosen = parser.parse_args()
    rows = [row for stackings in WAYS for row in compare(stackings)]
    show(rows, (LAST - FIRST).days + 1)
    agree = all(row["largest_difference"] < 1e-12 for row in rows)
    quick = all(row["seconds"] < LIMIT for row in rows if row["way"] == "tradesim")
    print(f"\nresults agree to 1e-12: {'yes' if agree else 'NO'}")
    print(f"tradesim under {LIMIT} s: {'yes' if quick else 'NO'}")
    about = {"measures": MEASURES, "economies": len(CODES), "seed": SEED, "pandas": pd.__version__}
    save(chosen.json, about | {"agree": agree, "quick": quick, "rows": rows})
    return 0 if agree and quick else 1


if __name__ == "__main__":
    sys.exit(main())
