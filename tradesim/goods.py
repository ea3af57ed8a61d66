"""Goods: which share of a pair's trade its measures hit together, by one stated convention.

A record knows what share of a pair's trade a measure covers, not which goods. What depends on the goods
(`restrictiveness`, `covered`) rests on the layout that stacking uses for floors and caps
(`tradesim.layout`), and on one assumption more: layers overlap independently. So measures of one authority,
of one exclusive group, and replacements hit different goods as far as the trade reaches; measures with the
same ``goods`` hit the same; and of measures of different authorities on shares a and b of the trade, a·b is
hit by both. An authority that is ended on the goods of a replacement is spread over all other goods.

The mean of the duty over the goods so laid out is the statutory effective duty, exactly.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tradesim.limits import Charges
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.stacking import charges_on
from tradesim.timegrid import Days, TimeGrid, as_day

Floats = NDArray[np.float64]
Pairwise = Callable[[Sequence[Measure], Charges], float]

NO_DUTY = 1e-12
"""A duty below it is what rounding leaves of none."""


def over_pairs(schedule: Schedule, grid: TimeGrid, value: Pairwise) -> Floats:
    """Evaluate a function of each pair's goods once per interval without change: (T, N, N)."""
    n = len(schedule.economies)
    values = np.zeros((len(grid), n, n))
    for (i, j), _, measures in schedule.contributions(grid.days[:1]):
        firsts = _first_days(grid, measures)
        each = np.array([_on(day, measures, value) for day in firsts])
        values[:, i, j] = each[np.searchsorted(firsts, grid.days, side="right") - 1]
    return values


def _first_days(grid: TimeGrid, measures: Sequence[Measure]) -> Days:
    """Return the first day of the grid and every later one on which a measure starts or ends."""
    named = [m.effective for m in measures] + [m.expires for m in measures if m.expires is not None]
    changes = np.array(named, dtype="datetime64[D]")
    within = changes[(changes > grid.start) & (changes < grid.end)]
    return np.unique(np.append(within, grid.start))


def _on(day: np.datetime64, measures: Sequence[Measure], value: Pairwise) -> float:
    in_force = [
        m for m in measures if as_day(m.effective) <= day and (m.expires is None or day < as_day(m.expires))
    ]
    return value(in_force, charges_on(in_force, np.ones(len(in_force), dtype=bool))[0])


def mean_square(_: Sequence[Measure], charges: Charges) -> float:
    """Return E[t²] over a pair's goods: in each run of the front layer, mean squared plus variance."""
    front = charges.layout.layers[0]
    mean = charges.charge[0].sum(axis=1)
    variance = np.zeros_like(mean)
    for layer, charge in zip(charges.layout.layers[1:], charges.charge[1:], strict=True):
        share, duty = layer.width / layer.width.sum(), charge.sum(axis=1)
        mean = mean + layer.open * (share @ duty)
        variance = variance + layer.open * (share @ duty**2 - (share @ duty) ** 2)
    return float(front.width @ (mean**2 + variance))


def share_hit(measures: Sequence[Measure], charges: Charges, authorities: set[str]) -> float:
    """Return the share of a pair's goods that a duty of the named authorities hits."""
    named = [k for k, m in enumerate(measures) if m.authority in authorities]
    front, *others = charges.layout.layers
    hits = [(each[:, named] > NO_DUTY).any(axis=1) for each in charges.charge]
    missed = front.width * ~hits[0]
    for layer, hit in zip(others, hits[1:], strict=True):
        missed = missed * (1.0 - layer.open * layer.width[hit].sum() / layer.width.sum())
    return float(max(1.0 - missed.sum(), 0.0))
