"""Goods: which share of a pair's trade its measures hit together, by one stated convention.

A record knows what share of a pair's trade a measure covers, not which
goods. What depends on the goods (`restrictiveness`, `covered`) rests on one convention:

1. Rates and coverages are those that stacking leaves (`tradesim.stacking`): what a measure contributes,
   and the coverage that replacements and exclusive measures leave it.
2. Measures of one authority hit different goods, as far as the trade reaches. Those that charge anything
   are laid side by side in the order of the schedule; when their coverages sum to more than 1, the rest
   starts again at the first good, so goods are hit as evenly as can be. Two measures on all trade meet
   on all of it.
3. Measures of different authorities overlap independently: shares a and b have a·b in common.
4. What stacking keeps apart stays apart. The authorities of one exclusive group are laid side by side
   like one, and so are all authorities that replace others: replacements first. An authority that is
   ended on the goods of some replacements is spread, independently as in 3, over all other goods (in an
   exclusive group of which a part is ended: the whole group is laid beside the replacements).
5. A floor charges what it contributes per unit of its coverage, on all of that coverage: stacking takes
   the gap to it at the pair's average.
6. A cap takes one proportion off every duty that it counts, on goods that are an independent sample of
   its coverage; the proportion makes its contribution what stacking says. So no good has a duty below 0.

The mean of the duty over the goods so laid out is the statutory effective duty, exactly (short of several
caps against different lists of authorities that have some authorities in common, but not all).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradesim.duties import contributions_on
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.timegrid import Days, TimeGrid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEGLIGIBLE = 1e-12
"""A share of trade below it is what rounding leaves of none."""


@dataclass(frozen=True, slots=True)
class Acts:
    """The K measures of one pair that stacking leaves in force in one interval.

    rate : (K,) float64, fraction, charged on each good hit; 0 for a cap.
    cover : (K,) float64, share of the pair's trade hit.
    relief : (K,) float64, the proportion that a cap takes off the duties that it counts; 0 for others.
    """

    measures: tuple[Measure, ...]
    rate: Floats
    cover: Floats
    relief: Floats


@dataclass(frozen=True, slots=True)
class _Layer:
    """Measures laid side by side, over the goods that the front layer leaves open to them.

    members : positions of the L measures. width : (C,) share of trade of each run of goods.
    hit : (C, L) bool, what hits each run. open : (Z,) bool, which runs of the front layer it may hit.
    """

    members: list[int]
    width: Floats
    hit: Flags
    open: Flags


def over_pairs(schedule: Schedule, grid: TimeGrid, value: Callable[[Acts], float]) -> Floats:
    """Evaluate a function of each pair's goods once per interval without change: (T, N, N)."""
    n = len(schedule.economies)
    values = np.zeros((len(grid), n, n))
    for (i, j), _, measures in schedule.contributions(grid.days[:1]):
        firsts = _first_days(grid, measures)
        each = np.array([value(acts) for acts in _stacked(firsts, measures)])
        values[:, i, j] = each[np.searchsorted(firsts, grid.days, side="right") - 1]
    return values


def _first_days(grid: TimeGrid, measures: Sequence[Measure]) -> Days:
    """Return the first day of the grid and every later one on which a measure starts or ends."""
    named = [m.effective for m in measures] + [m.expires for m in measures if m.expires is not None]
    changes = np.array(named, dtype="datetime64[D]")
    within = changes[(changes > grid.start) & (changes < grid.end)]
    return np.unique(np.append(within, grid.start))


def _stacked(days: Days, measures: Sequence[Measure]) -> Iterator[Acts]:
    """Yield what stacking leaves of the measures on each day: on how much of the trade, and at what rate."""
    probes = [_probe(measure) for measure in measures]
    ceiling = np.array([m.level if m.basis == "cap" else 0.0 for m in measures])
    cover = _ratio(contributions_on(days, probes), np.array([probe.level for probe in probes]))
    each = _ratio(contributions_on(days, measures), cover)
    rate, relief = np.maximum(each, 0.0), _ratio(np.maximum(-each, 0.0), ceiling + np.maximum(-each, 0.0))
    for e in range(len(days)):
        left = np.flatnonzero(cover[e] > NEGLIGIBLE)
        yield Acts(tuple(measures[int(k)] for k in left), rate[e, left], cover[e, left], relief[e, left])


def _probe(measure: Measure) -> Measure:
    """Return the measure at 100 % plain duty, so that what it contributes is the coverage it is left with.

    Exclusive ones keep their rate, which decides who comes first.
    """
    if measure.stacking == "exclusive":
        return measure
    against = measure.against if measure.stacking == "replace" else ()
    return replace(measure, rate=1.0, basis="ad_valorem", unit="", unit_value=None, against=against)


def _ratio(over: Floats, under: Floats) -> Floats:
    """Divide, with 0 where there is nothing to divide by."""
    some = under > NEGLIGIBLE
    return np.asarray(np.where(some, over, 0.0) / np.where(some, under, 1.0))


def mean_square(acts: Acts) -> float:
    """Return E[t²] over a pair's goods: ``Σ_kl r_k r_l`` × the share of goods that both k and l hit."""
    front_width, front_hit, layers = _layout(acts)
    reach = _reach(front_hit, layers)
    shared = reach.T @ (front_width[:, None] * reach)
    for layer in layers:
        shared[np.ix_(layer.members, layer.members)] = layer.hit.T @ (layer.width[:, None] * layer.hit)
    return float(acts.rate @ (shared * _left_by_caps(acts)) @ acts.rate)


def share_hit(acts: Acts, authorities: set[str]) -> float:
    """Return the share of a pair's goods that a duty of the named authorities hits."""
    counts = np.array([m.authority in authorities for m in acts.measures], dtype=bool) & (acts.rate > 0)
    front_width, front_hit, layers = _layout(acts)
    missed = front_width * ~front_hit[:, counts].any(axis=1)
    for layer in layers:
        hit = layer.width[layer.hit[:, counts[layer.members]].any(axis=1)].sum()
        missed = missed * (1.0 - layer.open * hit / layer.width.sum())
    return float(max(1.0 - missed.sum(), 0.0))


def _reach(front_hit: Flags, layers: Sequence[_Layer]) -> Floats:
    """Return the chance that a good of each of Z runs of the front layer is hit by each measure: (Z, K)."""
    reach = front_hit.astype(np.float64)
    for layer in layers:
        reach[:, layer.members] = np.outer(layer.open, layer.width @ layer.hit / layer.width.sum())
    return reach


def _left_by_caps(acts: Acts) -> Floats:
    """Return the mean product of what caps leave of the duties of each two measures, (K, K) float64.

    A cap that takes y off a share s leaves on average 1 − s·y of one duty that it counts, and of two
    on the same good 1 − s·y·(2 − y).
    """
    left = np.ones((len(acts.measures), len(acts.measures)))
    for k in np.flatnonzero(acts.relief > 0):
        against, off = acts.measures[k].against, acts.cover[k] * acts.relief[k]
        counted = np.array([not against or m.authority in against for m in acts.measures])
        both, one = np.logical_and.outer(counted, counted), np.logical_or.outer(counted, counted)
        left *= np.where(both, 1.0 - off * (2.0 - acts.relief[k]), np.where(one, 1.0 - off, 1.0))
    return left


def _layout(acts: Acts) -> tuple[Floats, Flags, list[_Layer]]:
    """Lay the measures over the goods: the front layer's runs, (Z,) and (Z, K), and the other layers."""
    front, others = _layers(acts)
    width, hit = _side_by_side(acts.cover[front], 1.0)
    front_hit = np.zeros((len(width), len(acts.measures)), dtype=bool)
    front_hit[:, front] = hit
    layers = []
    for members in others:
        ending = [k for k in front if _ends(acts.measures[k], acts.measures[members[0]].authority)]
        is_open: Flags = ~np.any(front_hit[:, ending], axis=1)
        runs, on = _side_by_side(acts.cover[members], float(width[is_open].sum()))
        layers.append(_Layer(members, runs, on, is_open))
    return width, front_hit, layers


def _side_by_side(cover: Floats, room: float) -> tuple[Floats, Flags]:
    """Lay L coverages one after the other around ``room``: widths of the runs between ends, who hits each."""
    start = (np.cumsum(cover) - cover) % room
    ends = np.unique(np.concatenate([[0.0, room], start, (start + cover) % room]))
    middle = (ends[1:] + ends[:-1]) / 2
    return np.diff(ends), (middle[:, None] - start) % room < cover


def _layers(acts: Acts) -> tuple[list[int], list[list[int]]]:
    """Return the positions, in order of laying, of the front layer and of each other layer.

    The authorities of one exclusive group share a layer. Whatever replaces, and such a shared layer if
    some replacement ends a part of it, is in front. What charges nothing and replaces nothing is nowhere.
    """
    laid = [k for k in _in_turn(acts.measures) if acts.rate[k] > 0 or acts.measures[k].stacking == "replace"]
    measures = [acts.measures[k] for k in laid]
    label = [m.authority for m in measures]
    for group in sorted({m.group for m in measures if m.stacking == "exclusive"}):
        label = _joined(label, [m.stacking == "exclusive" and m.group == group for m in measures])
    ahead = [
        m.stacking == "replace" or (_is_ended(m, measures) and _is_shared(name, measures, label))
        for m, name in zip(measures, label, strict=True)
    ]
    fronts = {name for name, first in zip(label, ahead, strict=True) if first}
    layers = {name: [k for k, own in zip(laid, label, strict=True) if own == name] for name in label}
    front = [k for k, own in zip(laid, label, strict=True) if own in fronts]
    return front, [members for name, members in layers.items() if name not in fronts]


def _joined(label: list[str], together: list[bool]) -> list[str]:
    """Give one label to all that share theirs with any of those to be together."""
    names = {name for name, joins in zip(label, together, strict=True) if joins}
    return [min(names) if name in names else name for name in label]


def _is_shared(name: str, measures: Sequence[Measure], label: Sequence[str]) -> bool:
    return len({m.authority for m, own in zip(measures, label, strict=True) if own == name}) > 1


def _is_ended(measure: Measure, measures: Sequence[Measure]) -> bool:
    return any(_ends(other, measure.authority) for other in measures)


def _ends(measure: Measure, authority: str) -> bool:
    return measure.stacking == "replace" and authority in measure.against


def _in_turn(measures: Sequence[Measure]) -> list[int]:
    """Order measures for laying: replacements, what they end, exclusive ones, the rest; each as scheduled.

    What starts again at the first good because there is no room is then not what is ended there.
    """
    turn = {"replace": 0, "exclusive": 2, "add": 3}
    place = [min(turn[m.stacking], 1 if _is_ended(m, measures) else 3) for m in measures]
    return sorted(range(len(measures)), key=lambda k: place[k])
