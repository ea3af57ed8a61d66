"""Layout: which goods of a pair the measures in force hit, as far as the record says it, else by convention.

A record knows what share of a pair's trade a measure hits, not which goods. A pair's trade is laid out in
*runs* of goods that all measures treat alike, in layers. Within a layer it is said who hits which run:

1. A measure on all trade hits every good.
2. Measures with the same ``goods`` hit the same goods, the smaller coverage within the larger; measures with
   different ``goods`` hit different ones. What replacement and exclusion take from one comes off its start.
3. Measures of one authority, and all authorities of one exclusive group, lie side by side, in the order of
   the schedule. Where they do not fit, the rest starts again at the first good; if a floor or cap counts one
   of them, each is a layer of its own instead.
4. The *front* layer holds what replaces, what names its goods, and the authorities of these, side by side.
   What a replacement ends is spread over the goods that it leaves open.
5. A floor or cap on part of the trade that does not name its goods hits the goods of the measures on part of
   the trade that it counts, those of its own authority side by side. If these lie in several layers, or if it
   is a floor that counts its own authority without naming it, it is a layer of its own.

How layers overlap is not said. `tradesim.stacking` refuses a floor or cap whose duty depends on it;
`tradesim.goods` takes them to be independent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tradesim.measures import LIMITS, Measure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEGLIGIBLE = 1e-12
"""A share of trade below it is what rounding leaves of none."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Runs of goods in which it is said what K measures hit.

    width : (C,) share of trade of each run. hit : (C, K) bool, whether a measure hits a run.
    open : (Z,) bool, the runs of the front layer over which this one is spread; all for the front itself.
    chosen : (C, K) bool, runs that a limit hits although it is not said that it is these and not others.
    """

    width: Floats
    hit: Flags
    open: Flags
    chosen: Flags


@dataclass(frozen=True, slots=True)
class Layout:
    """The goods of one pair: the front layer, then the others, each spread over what the front leaves open.

    fits : whether what lies side by side in the front layer fits into the pair's trade.
    """

    layers: list[Layer]
    fits: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """K measures in force, and what stacking leaves of their coverages: (K,) float64, shares of trade."""

    measures: Sequence[Measure]
    cover: Floats
    partial: list[int] = field(init=False)

    def __post_init__(self) -> None:
        part = (self.cover > NEGLIGIBLE) & (self.cover < 1.0 - NEGLIGIBLE)
        object.__setattr__(self, "partial", np.flatnonzero(part).tolist())


def counts(limit: Measure, other: Measure) -> bool:
    """Return whether a floor or cap names the authority of a measure, or none and so all."""
    return not limit.against or other.authority in limit.against


def order_of_limits(measures: Sequence[Measure]) -> list[int]:
    """Return the positions of floors from the lowest up and caps from the highest down.

    Of each kind, those that name authorities come first.
    """
    limits = [k for k, m in enumerate(measures) if m.basis in LIMITS]

    def turn(k: int) -> tuple[bool, bool, float]:
        cap = measures[k].basis == "cap"
        return cap, not measures[k].against, -measures[k].level if cap else measures[k].level

    return sorted(limits, key=turn)


def lay(measures: Sequence[Measure], cover: Floats) -> Layout:
    """Lay K measures of one pair over its goods.

    Parameters
    ----------
    measures : those in force, in canonical order.
    cover : (K,) float64, what replacement and exclusion leave of their coverages.

    """
    shares = Shares(measures, cover)
    placed_later = {k for k in order_of_limits(measures) if _hosts(shares, k)}
    layout = _laid(shares, placed_later)
    for k in order_of_limits(measures):
        if k in placed_later:
            layout = _place(layout, shares, k)
    return layout


# What lies side by side -----------------------------------------------------------------------------


def _laid(shares: Shares, placed_later: set[int]) -> Layout:
    """Lay out all but the limits that are placed later."""
    measures, cover = shares.measures, shares.cover
    matter = [k for k in shares.partial if k not in placed_later and _matters(measures[k])]
    front, others = _grouped(shares, matter)
    ahead, fits = _front(shares, front)
    ahead.hit[:, cover >= 1.0 - NEGLIGIBLE] = True
    layers = [ahead]
    for members in others:
        ending = [k for k in front if _ends(measures[k], measures[members[0]])]
        is_open: Flags = np.asarray(~ahead.hit[:, ending].any(axis=1))
        room = float(ahead.width[is_open].sum())
        loose = cover[members].sum() > room + NEGLIGIBLE and _limited(shares, members)
        for some in [[k] for k in members] if loose else [members]:
            layer = _side_by_side(shares, some, room, is_open)
            everywhere = layer.hit.all(axis=0)
            ahead.hit[np.ix_(is_open, everywhere)] = True
            layer.hit[:, everywhere] = False
            layers.append(layer)
    return Layout(layers, fits)


def _matters(measure: Measure) -> bool:
    return measure.level > 0 or measure.stacking == "replace" or measure.basis in LIMITS


def _side_by_side(shares: Shares, members: list[int], room: float, is_open: Flags) -> Layer:
    """Lay measures one after the other around ``room``."""
    cover = shares.cover[members]
    return _runs(shares, members, np.cumsum(cover) - cover, room, is_open)


def _runs(shares: Shares, members: list[int], start: Floats, room: float, is_open: Flags) -> Layer:
    """Return the runs between the ends of measures that start where it is said."""
    cover, start = shares.cover[members], start % room
    ends = np.unique(np.concatenate([[0.0, room], start, (start + cover) % room]))
    # What rounding leaves between two ends is no goods.
    ends = np.append(ends[:-1][np.diff(ends) > NEGLIGIBLE * room], room)
    middle = (ends[1:] + ends[:-1]) / 2
    hit = np.zeros((len(middle), len(shares.measures)), dtype=bool)
    hit[:, members] = (middle[:, None] - start) % room < cover
    return Layer(np.diff(ends), hit, is_open, np.zeros_like(hit))


def _front(shares: Shares, members: list[int]) -> tuple[Layer, bool]:
    """Lay the front layer: measures that name the same goods on each other, all else side by side."""
    items: dict[str | int, list[int]] = {}
    for k in members:
        items.setdefault(shares.measures[k].goods or k, []).append(k)
    starts, at = np.zeros(len(shares.measures)), 0.0
    for item, group in items.items():
        declared = np.array([shares.measures[k].coverage for k in group])
        if isinstance(item, str):
            offset = declared - shares.cover[group]
            width = float(declared.max() - offset.min())
            starts[group] = at + offset - offset.min()
        else:
            starts[group], width = at, float(shares.cover[item])
        at += width
    front = _runs(shares, members, starts[members], 1.0, np.ones(1, dtype=bool))
    return replace(front, open=np.ones(len(front.width), dtype=bool)), at <= 1.0 + NEGLIGIBLE


def _grouped(shares: Shares, laid: list[int]) -> tuple[list[int], list[list[int]]]:
    """Return the positions, in order of laying, of the front layer and of each other layer.

    The authorities of one exclusive group share a layer. In front is the layer of whatever replaces or names
    its goods, and a layer of several authorities if some replacement ends a part of it.
    """
    laid = _in_turn(shares.measures, laid)
    measures = [shares.measures[k] for k in laid]
    label = [m.authority for m in measures]
    for group in sorted({m.group for m in measures if m.stacking == "exclusive"}):
        label = _joined(label, [m.stacking == "exclusive" and m.group == group for m in measures])
    ahead = [
        m.stacking == "replace"
        or bool(m.goods)
        or (_is_ended(m, measures) and _is_shared(name, measures, label))
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
    return any(_ends(other, measure) for other in measures)


def _ends(measure: Measure, other: Measure) -> bool:
    return measure.stacking == "replace" and other.authority in measure.against


def _in_turn(measures: Sequence[Measure], laid: list[int]) -> list[int]:
    """Order measures for laying: replacements, what they end, exclusive ones, the rest; each as scheduled.

    What starts again at the first good because there is no room is then not what is ended there.
    """
    turn = {"replace": 0, "exclusive": 2, "add": 3}
    among = [measures[k] for k in laid]
    place = {k: min(turn[measures[k].stacking], 1 if _is_ended(measures[k], among) else 3) for k in laid}
    return sorted(laid, key=lambda k: place[k])


def _limited(shares: Shares, members: list[int]) -> bool:
    """Return whether some limit counts a member, or is one."""
    limits = [m for m in shares.measures if m.basis in LIMITS]
    among = [shares.measures[k] for k in members]
    return any(m.basis in LIMITS or any(counts(limit, m) for limit in limits) for m in among)


# Where limits lie -----------------------------------------------------------------------------------


def _hosts(shares: Shares, limit: int) -> list[int]:
    """Return the measures on part of the trade whose goods a limit shares, if it does not say its own."""
    m = shares.measures[limit]
    if limit not in shares.partial or m.goods or m.stacking != "add":
        return []
    return [k for k in shares.partial if k != limit and _is_host(m, shares.measures[k])]


def _is_host(limit: Measure, other: Measure) -> bool:
    if other.basis in LIMITS:
        return other.authority in limit.against and other.authority != limit.authority
    return counts(limit, other) and other.level > 0


def _place(layout: Layout, shares: Shares, limit: int) -> Layout:
    """Place a limit on the goods of what it counts, or in a layer of its own."""
    m, hosts = shares.measures[limit], _hosts(shares, limit)
    own = any(shares.measures[k].authority == m.authority for k in hosts)
    where = [at for at, layer in enumerate(layout.layers) if layer.hit[:, hosts].any()]
    if len(where) != 1 or (own and m.basis == "floor" and m.authority not in m.against):
        is_open = np.ones_like(layout.layers[0].open)
        return replace(layout, layers=[*layout.layers, _side_by_side(shares, [limit], 1.0, is_open)])
    return _shared(layout, shares, where[0], limit, hosts)


def _shared(layout: Layout, shares: Shares, at: int, limit: int, hosts: list[int]) -> Layout:
    """Place a limit in a layer: on what its hosts hit first, there on what no limit of its authority hits."""
    layer = layout.layers[at]
    m = shares.measures[limit]
    alike = [
        k
        for k, o in enumerate(shares.measures)
        if k != limit and o.basis in LIMITS and o.authority == m.authority
    ]
    hosted, taken = layer.hit[:, hosts].any(axis=1), layer.hit[:, alike].any(axis=1)
    rank: NDArray[np.int_] = np.where(hosted, 0, 2) + taken
    fill, left = np.zeros(len(layer.width)), float(shares.cover[limit])
    for turn in range(4):
        room = float(layer.width[rank == turn].sum())
        if room > NEGLIGIBLE:
            fill[rank == turn] = min(left / room, 1.0)
            left = max(left - room, 0.0)
    return _split(layout, at, limit, fill, np.asarray(rank))


def _split(layout: Layout, at: int, limit: int, fill: Floats, rank: NDArray[np.int_]) -> Layout:
    """Cut runs in two where a limit hits a part of each, and let it hit the first part."""
    fill = np.where(fill > 1.0 - NEGLIGIBLE, 1.0, np.where(fill < NEGLIGIBLE, 0.0, fill))
    layer, cut = layout.layers[at], (fill > 0) & (fill < 1)
    source = np.repeat(np.arange(len(fill)), 1 + cut)
    first = np.append(True, source[1:] != source[:-1])
    width = layer.width[source] * np.where(cut[source], np.where(first, fill[source], 1 - fill[source]), 1.0)
    hit, chosen = layer.hit[source], layer.chosen[source]
    hit[:, limit] = first & (fill[source] > 0)
    several = np.array([(rank == turn).sum() > 1 for turn in rank])
    chosen[:, limit] = first & (cut & several)[source]
    layers = [*layout.layers]
    if at == 0:
        layers = [replace(other, open=other.open[source]) for other in layers]
    layers[at] = replace(layers[at], width=width, hit=hit, chosen=chosen)
    return replace(layout, layers=layers)
