"""Costing: what duties of a block of draws cost, in whole numbers that add up to the same in any order.

Draws are put to the model a unit of 512 at a time, so that a draw's answer never depends on the size of
blocks; what most of them get was found beforehand, once for all (`tradesim.impacts.known`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.status import Status
from tradesim.engine.program import Floats, Ints
from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.impacts import Consequences, Costs, Outcome
from tradesim.impacts.periods import Periods
from tradesim.impacts.result import MONEY, QUANTITIES, quantity
from tradesim.percent import high_rates_meant
from tradesim.sweeps import cost_bins

if TYPE_CHECKING:
    from tradesim.sweeps.plan import Plan

UNIT = 512
"""Draws that are put to the model together."""
PILOT = 2048
"""Draws that are tried for the duties that will be asked about; the first, however many are run."""
PATH_CELLS = 2_000_000
"""Numbers of whole paths that are held at once: 16 MB."""
STATISTICS = ("last", "mean")
MISSING = np.iinfo(np.int32).min
"""In place of what the model could not solve."""


class CostCounts(NamedTuple):
    """What the draws of a block cost.

    places, counts : (n,) int64, cells of (D, Q, M, bins) that so many draws lie in.
    sums : (D, Q, M) int64, in `cost_bins.FINE`. unsolved : (D + 1,) int64, draws that the model could not
        solve on each date, and on any.
    """

    places: Ints
    counts: Ints
    sums: Ints
    unsolved: Ints


@dataclass(frozen=True, eq=False)
class Costing:
    """What is asked of a model of trade about every draw, ready to be sent to a worker.

    Parameters
    ----------
    consequences : with answers found beforehand. periods : the D dates.
    of : the Q quantities. chosen : (M,) int64, positions of the economies that are kept.
    scale : (Q, M) float64, what one is of each quantity: 1 for ratios, about a year's imports for money.
    steps : bins for each factor of e. size : economies of the paths.
    """

    consequences: Consequences
    periods: Periods
    of: tuple[str, ...]
    chosen: Ints
    scale: Floats
    steps: int
    size: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """D, Q, M: dates, quantities, economies."""
        return (len(self.periods.dates), *self.scale.shape)

    @property
    def economies(self) -> tuple[str, ...]:
        """Codes of the M economies."""
        return tuple(self.consequences.match.codes[k] for k in self.chosen.tolist())

    def reduce(self, plan: "Plan", draws: Ints) -> tuple[NDArray[np.int32], CostCounts]:
        """Return what draws cost: rows (S, 2, Q, M) of last date and mean, and what they add up to."""
        cells, sums, unsolved = self.zeros()
        rows = [np.empty((0, len(STATISTICS), *self.shape[1:]), dtype=np.int32)]
        for duty, start in self.averages(plan, draws):
            found = self.consequences(duty, start)
            whole, solved = self._whole(found)
            self._count(cells, whole)
            sums += np.where(whole == MISSING, 0, whole).sum(axis=0, dtype=np.int64)
            unsolved[:-1] += (~solved).sum(axis=0)
            unsolved[-1] += (~solved).any(axis=1).sum()
            rows.append(_rows(whole))
        places = np.flatnonzero(cells)
        return np.concatenate(rows), CostCounts(places, cells.reshape(-1)[places], sums, unsolved)

    def zeros(self) -> tuple[Ints, Ints, Ints]:
        """Return counts, sums and draws that were not solved, of no draw."""
        counts = np.zeros((*self.shape, cost_bins.many(self.steps)), dtype=np.int64)
        return counts, np.zeros(self.shape, dtype=np.int64), np.zeros(self.shape[0] + 1, dtype=np.int64)

    def averages(self, plan: "Plan", draws: Ints) -> Iterator[tuple[Floats, Floats]]:
        """Yield duties of each period, (s, D, P, P), and of the first day, (s, P, P), a unit at a time."""
        i, j = plan.pairs.T
        units = max(1, PATH_CELLS // (UNIT * plan.days * max(len(i), 1)))
        for low in range(0, len(draws), units * UNIT):
            some = draws[low : low + units * UNIT]
            whole = plan.whole(some)
            duty = np.zeros((len(some), self.shape[0], self.size, self.size))
            duty[:, :, i, j] = self.periods.mean(whole)
            start = np.zeros((len(some), self.size, self.size))
            start[:, i, j] = whole[:, 0]
            for first in range(0, len(some), UNIT):
                unit = slice(first, first + UNIT)
                yield duty[unit], start[unit]

    def _whole(self, found: Outcome) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return quantities in whole numbers, (s, D, Q, M), and what the model could solve, (s, D)."""
        values = np.stack([quantity(found, of)[..., self.chosen] for of in self.of], axis=2) / self.scale
        known = np.isfinite(values)
        values[~known] = 0.0
        if np.abs(values).max(initial=0.0) >= cost_bins.HIGHEST:
            raise OverflowError(
                f"a cost of {np.abs(values).max():.0f} times the base: sums have room for less than "
                f"{cost_bins.HIGHEST:.0f}; leave that quantity or economy out: Costs(of=…, economies=…)"
            )
        whole = np.rint(values * cost_bins.FINE).astype(np.int32)
        whole[~known] = MISSING
        return whole, found.status == Status.CONVERGED

    def _count(self, cells: Ints, whole: NDArray[np.int32]) -> None:
        many = cells.shape[-1]
        place = cost_bins.place(whole, self.steps)
        place += (np.arange(np.prod(self.shape)) * many).reshape(self.shape)
        np.add.at(cells.reshape(-1), place[whole != MISSING], 1)


def costing_of(
    costs: Costs, plan: "Plan", dates: NDArray[np.datetime64], economies: tuple[str, ...]
) -> Costing:
    """Return what is asked of a model, with answers to duties like those of the first draws.

    Raises
    ------
    InputError
        For economies and quantities that are unknown, and what `tradesim.impact` would refuse.
    """
    recorded = np.zeros((len(economies), len(economies)), dtype=bool)
    recorded[plan.pairs[:, 0], plan.pairs[:, 1]] = True
    posed = costs.posed(dates, economies, recorded)
    codes = posed.consequences.match.codes
    fail_if(_problems(costs, codes))
    kept = codes if costs.economies is None else tuple(costs.economies)
    chosen = np.array([codes.index(code) for code in kept], dtype=np.int64)
    of = tuple(costs.of)
    with high_rates_meant():
        base = posed.consequences.model.solve(posed.consequences.match.base)
    scale = np.array([_scale(np.asarray(base.imports)[chosen], of=each) for each in of])
    cells = len(posed.periods.dates) * scale.size
    asked = Costing(
        posed.consequences, posed.periods, of, chosen, scale, cost_bins.steps_for(cells), len(economies)
    )
    tried = np.arange(min(PILOT, plan.draws) if plan.design.kind == "latin" else PILOT, dtype=np.int64)
    duty, start = (np.concatenate(parts) for parts in zip(*asked.averages(plan, tried), strict=True))
    return replace(asked, consequences=posed.consequences.prepared(duty, start))


def _rows(whole: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the last date and the mean over dates, (s, 2, Q, M); missing where a date is."""
    mean = np.rint(whole.mean(axis=1, dtype=np.float64)).astype(np.int32)
    mean[(whole == MISSING).any(axis=1)] = MISSING
    return np.stack([whole[:, -1], mean], axis=1)


def _scale(imports: Floats, *, of: str) -> Floats:
    """Return what one is of a quantity, (M,): for money the power of two above the imports of the base."""
    if of not in MONEY:
        return np.ones(len(imports))
    return np.asarray(2.0 ** np.ceil(np.log2(np.where(imports > 0, imports, 1.0))))


def _problems(costs: Costs, codes: tuple[str, ...]) -> Iterator[Problem]:
    for name, given, known in (("economies", costs.economies, codes), ("of", costs.of, tuple(QUANTITIES))):
        if given is None:
            continue
        if isinstance(given, str) or not len(given) or len(set(given)) != len(given):
            yield Problem("not a list of names", f"impact: {name}", repr(given), "some names, each once")
        else:
            yield from (
                unknown_name(name, each, known, f"impact: {name}") for each in given if each not in known
            )
