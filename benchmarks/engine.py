"""Tariff wars by tradesim beside the same wars in C, NumPy and plain Python: scenario-steps per second.

Run from the root of the repository::

    python -m benchmarks.engine [--quick] [--json FILE]

A scenario-step is one day of one draw. The wars are those of `benchmarks.wars`. Ways to play them:

- *tradesim*: paths into a kept buffer, on one thread and on two; *counted*: how many draws charge how much on
  which day, with no path kept (`tradesim.engine.run.count`).
- *C*: ``day_loop.c``, compiled here for the war's shape, with the same random numbers; *given one draw's
  numbers*: its days alone, every draw with the same arrivals.
- *NumPy*: a loop over days with whole-array temporaries and np.random. *plain Python*: lists and ``random``.
- *axelrod, mesa, ema_workbench*: where installed, what is nearest to the war of two (`benchmarks.peers`).

Paths of many draws are played in blocks into one buffer that everybody shares and whose pages were touched
before: a page's first touch costs a virtual machine more than all else. *fresh memory* is what a user pays
who keeps them. Every way is checked against tradesim before it is timed. Rounds go through all ways in turn,
what is short being called for a twentieth of a second; the median of the rounds is printed, with the slowest
and the fastest. Exit code 1 if results disagree.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import wars
from benchmarks.peers import DAYS, PEERS, installed
from benchmarks.saved import machine, save
from benchmarks.wars import Buffer, Loop, War
from tradesim import scenarios

BUFFER = 320_000_000
"""Bytes of paths that are kept at once: far more than a cache holds."""
CLOSE = 1e-12
COUNTED_GOAL, PATH_GOAL = 1e8, 0.8
"""Counted on two threads, where a triad moves 20 GB/s; paths on one thread as a share of C's."""
LEAST = 0.05
"""Seconds for which each way is timed in a round, call after call, but for those into fresh memory."""
TWO_YEARS = "2027-10-23"
TRIAD = 20e9
TRIAD_SIZE = 16_000_000
"""Numbers in each array of a triad: 128 MB."""

Play = Callable[[int, int], Any]


@dataclass(frozen=True)
class Way:
    """One way to play draws ``first`` to ``first + count``; ``most`` bounds how many are timed, in blocks.

    ``fresh``: whether it plays into memory that the system has yet to hand out.
    """

    name: str
    play: Play
    most: int = 10**9
    block: int = 10**9
    fresh: bool = False


@dataclass(frozen=True)
class Row:
    """Scenario-steps per second of a way: the median round, the slowest and the fastest."""

    war: str
    draws: int
    way: str
    draws_run: int
    rate: float
    slowest: float
    fastest: float


# Ways ----------------------------------------------------------------------------------------------------


def ways_of(war: War, buffer: Buffer, loop: Loop | None) -> list[Way]:
    """Return everybody who plays a war into the buffer, or counts it."""
    rows = len(buffer.duty)
    ways = [
        Way("tradesim, paths, 1 thread", wars.tradesim_paths(war, buffer, 1), block=rows),
        Way("tradesim, paths, 2 threads", wars.tradesim_paths(war, buffer, 2), block=rows),
    ]
    if loop is not None:
        ways.append(Way("C, paths, 1 thread", loop.paths(buffer), block=rows))
        ways.append(Way("C, paths, given one draw's numbers", loop.days_only(buffer), block=rows))
    ways.append(Way("tradesim, paths, fresh memory", wars.tradesim_fresh(war, 1), block=rows, fresh=True))
    if loop is not None:
        ways.append(Way("C, paths, fresh memory", loop.fresh(), block=rows, fresh=True))
    ways.append(Way("tradesim, counted, 1 thread", wars.tradesim_counted(war, 1)))
    ways.append(Way("tradesim, counted, 2 threads", wars.tradesim_counted(war, 2)))
    if loop is not None:
        ways.append(Way("C, counted, 1 thread", loop.counted))

    def numpy_play(_first: int, many: int) -> None:
        wars.numpy_days(war, wars.Diced(war, many), buffer.duty[:many], buffer.truce[:many])

    def python_play(first: int, many: int) -> None:
        dice = random.Random(first)  # noqa: S311 no secret
        for row in range(many):
            buffer.duty[row] = wars.python_draw(war, dice)

    steps = war.shape[0] * war.shape[1] ** 2
    ways.append(Way("NumPy, paths", numpy_play, most=max(100, 40_000_000 // steps), block=rows))
    ways.append(Way("plain Python, paths", python_play, most=max(2, 80_000 // steps), block=rows))
    return ways


def disagreements(war: War, loop: Loop | None, draws: int = 200) -> dict[str, float]:
    """Return how far each way is from tradesim at most, played from the same arrivals and windows."""
    trace = wars.traced(war, draws)
    told, mine = wars.Told(trace), wars.buffer_of(war, draws)
    wars.tradesim_paths(war, mine, 2)(0, draws)
    found = {"tradesim, 2 threads": _apart(Buffer(trace.duty, trace.truce), mine)}
    wars.numpy_days(war, told, mine.duty, mine.truce)
    found["NumPy"] = _apart(Buffer(trace.duty, trace.truce), mine)
    few = min(draws, 3)
    arrived = np.stack([told.shocks(t) for t in range(war.shape[0])], axis=1)[:few].tolist()
    python = [wars.python_days(war, *both) for both in zip(arrived, trace.truce[:few].tolist(), strict=True)]
    found["plain Python"] = float(np.abs(np.array(python) - trace.duty[:few]).max())
    if loop is not None:
        loop.paths(mine)(0, draws)
        found["C"] = _apart(Buffer(trace.duty, trace.truce), mine)
        ours, (duties, held) = wars.tradesim_counted(war, 1)(0, draws), loop.counted(0, draws)
        found["C, counted"] = float((ours.duties != duties).sum() + (ours.truces != held).sum())
    return found


def _apart(one: Buffer, other: Buffer) -> float:
    """Return the largest difference of duties; 1 at least where truces differ."""
    return max(float(np.abs(one.duty - other.duty).max()), float((one.truce != other.truce).any()))


# Timing --------------------------------------------------------------------------------------------------


def timed(war: War, ways: Sequence[Way], draws: int, rounds: int) -> list[Row]:
    """Time everybody in turn, round after round; what is short, over and over, or its first call were all."""
    taken: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            many, least, calls = min(draws, way.most), 0.0 if way.fresh else LEAST, 0
            if way.fresh:
                np.full(BUFFER // 8, 1.0)  # the machine has it at hand: whoever comes first would pay for all
            began = time.perf_counter()
            while not calls or time.perf_counter() - began < least:
                for first in range(0, many, way.block):
                    way.play(first, min(way.block, many - first))
                calls += 1
            taken[way.name].append((time.perf_counter() - began) / calls)
    return [
        _row(war.name, draws, way.name, min(draws, way.most), war.shape[0], taken[way.name]) for way in ways
    ]


def _row(war: str, draws: int, way: str, ran: int, days: int, seconds: Sequence[float]) -> Row:
    rates = sorted(ran * days / each for each in seconds)
    return Row(war, draws, way, ran, statistics.median(rates), rates[0], rates[-1])


def peers(draws: int, rounds: int) -> list[Row]:
    """Time the packages that are installed."""
    rows = []
    for name, play in PEERS.items():
        found = installed(name)
        if found is None:
            print(f"{name}: not installed")
            continue
        play(2)
        seconds = []
        for _ in range(rounds):
            began = time.perf_counter()
            play(draws)
            seconds.append(time.perf_counter() - began)
        rows.append(_row("2 economies × 96 days", draws, f"{name} {found}", draws, DAYS, seconds))
    return rows


def bandwidths(loop: Loop | None, rounds: int) -> dict[str, float]:
    """Return bytes per second moved, reads and writes, between arrays far larger than a cache."""
    size = TRIAD_SIZE
    a, b, c = (np.full(size, value) for value in (0.0, 1.0, 2.0))
    moved = {"NumPy copy, 1 thread": [_seconds(lambda: np.copyto(a, b)) for _ in range(rounds)]}
    if loop is not None:
        halves = [slice(0, size // 2), slice(size // 2, size)]
        with ThreadPoolExecutor(2) as pool:

            def both() -> None:
                list(pool.map(lambda half: loop.triad(a[half], b[half], c[half]), halves))

            moved["C triad, 1 thread"] = [_seconds(lambda: loop.triad(a, b, c)) for _ in range(rounds)]
            moved["C triad, 2 threads"] = [_seconds(both) for _ in range(rounds)]
    arrays = {"NumPy copy, 1 thread": 2}
    return {name: arrays.get(name, 3) * a.nbytes / statistics.median(took) for name, took in moved.items()}


def _seconds(function: Callable[[], Any]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def packaged(rounds: int, draws: int = 10_000) -> dict[str, float]:
    """Return the median seconds of ``Scenario.run`` for draws of packaged scenarios, two years daily."""
    october = scenarios.load("us-china-2025-10").with_({"end": TWO_YEARS})
    found = {}
    for scenario in (october, scenarios.load("us-china-two-years")):
        scenario.run(draws=min(draws, 1000))
        times = [_seconds(partial(scenario.run, draws=draws)) for _ in range(rounds)]
        name = f"{scenario.name}, {draws:,} draws × {len(scenario.grid)} days, seconds"
        found[name] = statistics.median(times)
        print(f"{name}: {found[name]:.2f}")
    return found


# Saying --------------------------------------------------------------------------------------------------


def show(rows: Sequence[Row], bytes_of: dict[str, int], speeds: dict[str, float]) -> None:
    """Print the table, with ratios to the paths of tradesim and C on one thread in the same war and draws."""
    print(
        f"\n{'war':24}{'draws':>10}  {'way':36}{'draws run':>10}{'steps/s':>10}{'slowest':>10}{'fastest':>9}"
        f"{'× tradesim':>12}{'× C':>10}{'GB/s':>7}"
    )
    first, in_c = "tradesim, paths, 1 thread", "C, paths, 1 thread"
    rates = {(row.war, row.draws, row.way): row.rate for row in rows}
    for row in rows:
        ours, plain = rates.get((row.war, row.draws, first)), rates.get((row.war, row.draws, in_c))
        written = f"{row.rate * bytes_of[row.war] / 1e9:7.2f}" if ", paths" in row.way else f"{'':7}"
        print(
            f"{row.war:24}{row.draws:10,}  {row.way:36}{row.draws_run:10,}{row.rate:10.2e}{row.slowest:10.1e}"
            f"{row.fastest:9.1e}{_ratio(row.rate, ours):>12}{_ratio(row.rate, plain):>10}{written}"
        )
    print("\nbandwidth: " + ", ".join(f"{name} {speed / 1e9:.1f} GB/s" for name, speed in speeds.items()))


def _ratio(rate: float, other: float | None) -> str:
    return "" if other is None else f"{rate / other:.3g}"


def goals(rows: Sequence[Row], speeds: dict[str, float], step: int) -> dict[str, float]:
    """Say which goals are reached in the war of two, by the largest number of draws."""
    two = {row.way: row.rate for row in rows if row.war == rows[0].war}
    said = {}
    triad = speeds.get("C triad, 2 threads")
    paths = two["tradesim, paths, 1 thread"]
    if "C, paths, 1 thread" in two and triad:
        said["paths, share of C"] = paths / two["C, paths, 1 thread"]
        said["paths, share of triad"] = paths * step / speeds["C triad, 1 thread"]
        said["counted, share of goal"] = two["tradesim, counted, 2 threads"] / (COUNTED_GOAL * triad / TRIAD)
        print(f"paths on one thread: {said['paths, share of C']:.2f} of C (goal {PATH_GOAL})")
        print(f"paths on one thread: {said['paths, share of triad']:.3f} of the triad's bytes")
        print(f"counted on two threads: {said['counted, share of goal']:.2f} of 1e8 × triad / 20 GB/s")
    return said


def plan(quick: bool) -> list[tuple[War, tuple[int, ...]]]:
    """Return the wars and how many draws of each."""
    return [
        (wars.war_of(2, 96), (1_000, 100_000) if quick else (1_000, 100_000, 1_000_000)),
        (wars.war_of(10, 365, truces=4, pairs=20), (100,) if quick else (1_000,)),
    ]


def main() -> int:
    """Run, print, and say whether everybody agrees."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="fewer draws and rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE as well")
    chosen = parser.parse_args()
    rounds, planned = 3 if chosen.quick else 7, plan(chosen.quick)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    rows: list[Row] = []
    apart: dict[str, dict[str, float]] = {}
    bytes_of = {war.name: 8 * war.shape[1] ** 2 + len(war.together) for war, _ in planned}
    speeds: dict[str, float] = {}
    for war, sizes in planned:
        with tempfile.TemporaryDirectory() as folder:
            loop = wars.compiled_loop(war, folder)
        if loop is None:
            print("C: no compiler")
        apart[war.name] = disagreements(war, loop)
        speeds = speeds or bandwidths(loop, rounds)
        most = BUFFER // (war.shape[0] * bytes_of[war.name])
        for draws in sizes:
            buffer = wars.buffer_of(war, min(draws, most))
            repeats = rounds if draws < 1_000_000 else min(rounds, 5)
            rows += timed(war, ways_of(war, buffer, loop), draws, repeats)
    for name, found in apart.items():
        print(f"{name}, furthest from tradesim: " + ", ".join(f"{way} {x:.1e}" for way, x in found.items()))
    rows += peers(20 if chosen.quick else 200, min(rounds, 3))
    show(rows, bytes_of, speeds)
    reached = goals(rows, speeds, bytes_of[planned[0][0].name])
    agree = all(x < CLOSE for found in apart.values() for x in found.values())
    print(f"results agree to {CLOSE:g}: {'yes' if agree else 'NO'}")
    result = {"bandwidth": speeds, "apart": apart, "goals": reached, "agree": agree}
    result["packaged"] = packaged(rounds)
    save(chosen.json, result | {"rows": [asdict(row) for row in rows]})
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
