"""Parts: what a block of draws comes to, in whole numbers that add up to the same in any order."""

import hashlib
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.program import Floats, Ints
from tradesim.engine.run import added_up
from tradesim.errors import InputError, Problem
from tradesim.sweeps.costing import CostCounts
from tradesim.sweeps.plan import Plan
from tradesim.sweeps.reduced import Reduced

UNIT = 512
"""Draws that are hashed together; blocks are made of whole units."""
FINE = 2.0**24
"""Duties are rounded to whole 2^-24, 0.000006 points; then they and their squares are added up exactly."""
HIGHEST = 32.0
"""Duty, a fraction, below which ten billion of them have room."""
STATISTICS = ("last", "peak", "mean")


class Rows(NamedTuple):
    """What each draw came to; the P recorded pairs only.

    outcome : (S, E) int16. renewals : (S, K) int32. breached : (S, K) bool. held : (S, K) int32.
    last, peak, mean : (S, P) float64, fraction. first : (S, P, V) int32, day, T if never.
    cost : (S, 2, Q, M) int32, what duties cost on the last date and on average (`tradesim.sweeps.costing`).
    """

    outcome: NDArray[np.int16]
    renewals: NDArray[np.int32]
    breached: NDArray[np.bool_]
    held: NDArray[np.int32]
    last: Floats
    peak: Floats
    mean: Floats
    first: NDArray[np.int32]
    cost: NDArray[np.int32]


class Tallies(NamedTuple):
    """Counts and sums of rows.

    outcomes : (E, O) int64. passages : (T + 1, P, V) int64, draws that exceed a level first on each day.
    sums : (3, P) int64, of last, peak and mean, in 2^-24. squares : (2, 3, P) int64, in 2^-48: how many 2^32
        of them, and what is left. least, most : (3, P) float64.
    """

    outcomes: Ints
    passages: Ints
    sums: Ints
    squares: Ints
    least: Floats
    most: Floats


class Part(NamedTuple):
    """A block of draws, reduced.

    start, stop : first draw, and the one after the last.
    places, counts : (n,) int64, cells of (T, P, bins) in which so many draws more are than the day before.
    truces : (T, K) int64. rows, tallies : of each draw, and of all. units : (U, 32) uint8, hashes of rows.
    paths : (s, T, P) float64, of the first draws. costs : of all draws, where a model was asked.
    """

    start: int
    stop: int
    places: Ints
    counts: Ints
    truces: Ints
    rows: Rows
    tallies: Tallies
    units: NDArray[np.uint8]
    paths: Floats
    costs: CostCounts | None = None


def part_of(plan: Plan, start: int, stop: int, chosen: Ints | None = None) -> Part:
    """Run a block of draws; this is what a worker does.

    Parameters
    ----------
    chosen : (stop - start,) int64, the numbers of the draws where they were picked (default: in order).
    """
    draws = np.arange(start, stop, dtype=np.int64) if chosen is None else chosen
    found, rows, costs = ran(plan, draws)
    i, j = plan.pairs.T
    duties = found.duties[:, i, j]
    moved = duties.copy()
    moved[1:] -= duties[:-1]
    places = np.flatnonzero(moved)
    wanted = draws[draws < plan.paths]
    outcomes = plan.sheets[0].program.event_odds.shape[2]
    return Part(
        start,
        stop,
        places,
        moved.reshape(-1)[places].astype(np.int64),
        found.truces,
        rows,
        tallies_of(rows, plan.days, outcomes),
        units_of(rows),
        plan.whole(wanted) if len(wanted) else np.empty((0, plan.days, len(plan.pairs))),
        costs,
    )


def ran(plan: Plan, draws: Ints) -> tuple[Reduced, Rows, CostCounts | None]:
    """Run draws and return what is kept of them, of each, and what all of them cost."""
    found = plan.reduce(draws)
    if plan.costing is None:
        return found, rows_of(found, plan.pairs, np.empty((len(draws), 0, 0, 0), dtype=np.int32)), None
    cost, counts = plan.costing.reduce(plan, draws)
    return found, rows_of(found, plan.pairs, cost), counts


def rows_of(found: Reduced, pairs: Ints, cost: NDArray[np.int32]) -> Rows:
    """Return what each draw came to, of some pairs only, and cost."""
    i, j = pairs.T
    last, peak, mean = (np.ascontiguousarray(getattr(found, name)[:, i, j]) for name in STATISTICS)
    return Rows(
        found.outcome.astype(np.int16),
        found.renewals.astype(np.int32),
        found.breached,
        found.held.astype(np.int32),
        last,
        peak,
        mean,
        np.ascontiguousarray(found.first[:, i, j].astype(np.int32)),
        cost,
    )


def cut(rows: Rows, most: int) -> Rows:
    """Return the first of some rows."""
    arrays: Any = [array[:most] for array in rows]
    return Rows(*arrays)


def tallies_of(rows: Rows, days: int, outcomes: int) -> Tallies:
    """Return counts and sums of rows: whole numbers, and extremes."""
    events = rows.outcome.shape[1]
    chosen = [np.bincount(rows.outcome[:, e], minlength=outcomes) for e in range(events)]
    _, pairs, levels = rows.first.shape
    cells = (rows.first.astype(np.int64) * pairs + np.arange(pairs)[:, None]) * levels + np.arange(levels)
    passages = np.bincount(cells.reshape(-1), minlength=(days + 1) * pairs * levels)
    values = np.stack([rows.last, rows.peak, rows.mean])
    if values.max(initial=0.0) >= HIGHEST:
        got, allowed = f"{100 * values.max():,.0f} %", f"below {100 * HIGHEST:,.0f} %"
        fix = "lower the caps of rules, or the sizes of shocks"
        raise InputError([Problem("duties too high to be added up exactly", "sweep", got, allowed, fix)])
    whole = np.rint(values * FINE).astype(np.int64)
    squares = whole**2
    return Tallies(
        np.array(chosen, dtype=np.int64).reshape(events, outcomes),
        passages.astype(np.int64).reshape(days + 1, pairs, levels),
        whole.sum(axis=1),
        carried(np.stack([(squares >> 32).sum(axis=1), (squares & 0xFFFFFFFF).sum(axis=1)])),
        values.min(axis=1),
        values.max(axis=1),
    )


def carried(squares: Ints) -> Ints:
    """Return sums of squares, (2, ...) of high and low parts, with the low part below 2^32."""
    return np.stack([squares[0] + (squares[1] >> 32), squares[1] & 0xFFFFFFFF])


def units_of(rows: Rows) -> NDArray[np.uint8]:
    """Return the sha256 of the rows of every unit of draws, (U, 32) uint8."""
    found = []
    for low in range(0, len(rows.last), UNIT):
        digest = hashlib.sha256()
        for array in rows:
            digest.update(np.ascontiguousarray(array[low : low + UNIT]).tobytes())
        found.append(np.frombuffer(digest.digest(), dtype=np.uint8))
    return np.array(found, dtype=np.uint8).reshape(len(found), 32)


class Total:
    """The sum of all parts so far; the same in whatever order they come.

    Parameters
    ----------
    plan : what is run.

    Attributes
    ----------
    draws : how many draws there are in it.
    moved : (T, P, bins) int64, how many draws more than the day before charge as much.
    truces : (T, K) int64. tallies : of all draws.
    costs : (D, Q, M, bins), (D, Q, M) and (D + 1,) int64, where a model was asked: draws in each bin, sums,
        and draws that it could not solve.
    """

    def __init__(self, plan: Plan) -> None:
        program, pairs = plan.sheets[0].program, len(plan.pairs)
        self.draws = 0
        self.moved = np.zeros((plan.days, pairs, plan.bins), dtype=np.int64)
        self.truces = np.zeros((plan.days, len(program.truce_lapses)), dtype=np.int64)
        events, outcomes = program.event_odds.shape[1:]
        self.tallies = Tallies(
            np.zeros((events, outcomes), dtype=np.int64),
            np.zeros((plan.days + 1, pairs, len(plan.levels)), dtype=np.int64),
            np.zeros((3, pairs), dtype=np.int64),
            np.zeros((2, 3, pairs), dtype=np.int64),
            np.full((3, pairs), np.inf),
            np.full((3, pairs), -np.inf),
        )
        self.costs: tuple[Ints, ...] = () if plan.costing is None else plan.costing.zeros()
        self._units: dict[int, NDArray[np.uint8]] = {}

    def add(self, part: Part) -> None:
        """Add a part."""
        self.draws += part.stop - part.start
        self.moved.reshape(-1)[part.places] += part.counts
        self.truces += part.truces
        mine, other = self.tallies, part.tallies
        self.tallies = Tallies(
            mine.outcomes + other.outcomes,
            mine.passages + other.passages,
            mine.sums + other.sums,
            carried(mine.squares + other.squares),
            np.minimum(mine.least, other.least),
            np.maximum(mine.most, other.most),
        )
        if part.costs is not None:
            counts, sums, unsolved = self.costs
            counts.reshape(-1)[part.costs.places] += part.costs.counts
            sums += part.costs.sums
            unsolved += part.costs.unsolved
        self._units[part.start] = part.units

    @property
    def duties(self) -> Ints:
        """(T, P, bins) int64, draws whose duty lies in each bin."""
        return added_up(self.moved.copy())

    def moments(self) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of last, peak and mean, (3, P) each.

        Worked out from whole numbers of any length, rounded once.
        """
        sums, (high, low) = self.tallies.sums.tolist(), self.tallies.squares.tolist()
        mean = np.array([[value / (self.draws * int(FINE)) for value in row] for row in sums])
        spread = [
            [_deviation(s, (h << 32) + low_part, self.draws) for s, h, low_part in zip(*three, strict=True)]
            for three in zip(sums, high, low, strict=True)
        ]
        return mean.reshape(3, -1), np.array(spread).reshape(3, -1)

    def digest(self, *about: str) -> str:
        """Return the sha256 of everything in it, and of what is said about it."""
        found = hashlib.sha256("\n".join([*about, str(self.draws)]).encode())
        arrays: Sequence[Any] = [self.moved, self.truces, *self.tallies, *self.costs]
        for array in arrays:
            found.update(np.ascontiguousarray(array).tobytes())
        for start in sorted(self._units):
            found.update(self._units[start].tobytes())
        return found.hexdigest()


def _deviation(total: int, squares: int, draws: int) -> float:
    """Return the standard deviation of whole numbers whose sum and sum of squares is known."""
    variance = (squares * draws - total * total) / (draws * draws)
    return math.sqrt(variance) / FINE
