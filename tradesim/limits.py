"""Limits: what floors and caps add on each good of a pair, and whether the record says enough to tell.

What a measure charges is a function of the goods that is a sum over layers (`tradesim.layout`). A floor or
cap keeps it so where its gap is of one sign over all goods that it might hit, or depends on one layer only.
Else its duty depends on how layers overlap, which nothing says, and it is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem
from tradesim.layout import Layout, counts, order_of_limits
from tradesim.measures import LIMITS, Measure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Terms = list[Floats]
"""A function of the goods, one array over the runs of each layer: the sum of its values where a good lies."""

NEGLIGIBLE = 1e-12


class _NotSaid(Exception):  # noqa: N818 not an error: it becomes one where the limit's name is known
    """The value depends on how layers overlap."""


@dataclass(frozen=True, slots=True)
class Charges:
    """What each of K measures charges on the goods of a pair.

    layout : the goods. charge : one (C, K) float64 for each layer, fraction of import value; on a good, the
    sum over the layers that are open there.
    """

    layout: Layout
    charge: list[Floats]

    def shares(self) -> list[Floats]:
        """Return the share of the pair's trade of each run, (C,) for each layer."""
        front = self.layout.layers[0]
        spread = [
            float(front.width @ layer.open) * layer.width / layer.width.sum()
            for layer in self.layout.layers[1:]
        ]
        return [front.width, *spread]

    def mean(self) -> Floats:
        """Return what each measure adds to the pair's duty, (K,) float64, fraction."""
        return np.asarray(
            np.sum([share @ each for share, each in zip(self.shares(), self.charge, strict=True)], axis=0)
        )


def charges_of(measures: Sequence[Measure], layout: Layout) -> Charges:
    """Return what measures charge on each good: ad-valorem rates where they hit, then floors, then caps.

    Raises
    ------
    InputError
        For a floor or cap whose duty depends on which goods are hit together and the record does not say it.
    """
    level = np.array([0.0 if m.basis in LIMITS else m.level for m in measures])
    charges = Charges(layout, [layer.hit * level for layer in layout.layers])
    applied: list[int] = []
    for k in order_of_limits(measures):
        if any(layer.hit[:, k].any() for layer in layout.layers):
            counted = base_of(measures, k, applied)
            try:
                added = _added(measures[k], k, charges, counted)
            except _NotSaid:
                raise InputError([_not_said(measures, k, counted, charges)]) from None
            for each, term in zip(charges.charge, added, strict=True):
                each[:, k] = term
        applied.append(k)
    return charges


def base_of(measures: Sequence[Measure], limit: int, applied: Sequence[int]) -> list[int]:
    """Return the positions of the measures that a limit counts, and of limits applied before it."""
    m = measures[limit]
    return [
        k
        for k, other in enumerate(measures)
        if k != limit
        and (
            (counts(m, other) and (other.basis not in LIMITS or k in applied))
            or (k in applied and _share(m, other))
        )
    ]


def _share(limit: Measure, other: Measure) -> bool:
    return not other.against or bool(set(limit.against).intersection(other.against))


def _not_said(measures: Sequence[Measure], limit: int, counted: list[int], charges: Charges) -> Problem:
    part = [
        k
        for k in counted
        if any(each[:, k].any() for each in charges.charge) and not charges.layout.layers[0].hit[:, k].all()
    ]
    names = ", ".join(dict.fromkeys(repr(measures[k].name) for k in part)) or "measures on all trade"
    m = measures[limit]
    return Problem(
        f"a {m.basis} on goods that are not identified",
        f"measure {m.name!r} ({m.importer} on {m.exporter})",
        f"{m.coverage * 100:g}% of trade; it counts {names}, on part of it",
        "limits whose duty does not depend on which goods are hit together",
        "say which goods: the same `goods` for measures that hit the same ones, another name for others; name"
        " in `against` only the authorities that it counts; or make floors on different goods exclusive",
    )


# One limit -------------------------------------------------------------------------------------------


def _added(limit: Measure, k: int, charges: Charges, counted: list[int]) -> Terms:
    """Return what a floor adds, or a cap takes off (less than 0), as a function of the goods."""
    layout, sign = charges.layout, 1.0 if limit.basis == "floor" else -1.0
    at = next(n for n, layer in enumerate(layout.layers) if layer.hit[:, k].any())
    gap: Terms = [-sign * each[:, counted].sum(axis=1) for each in charges.charge]
    gap[0] = gap[0] + sign * limit.level
    if _is_loose(charges, k, at, counted) and not _one_sign(
        limit, charges, counted, layout.layers[at].hit[:, k]
    ):
        raise _NotSaid
    added = _positive(layout, gap, at, layout.layers[at].hit[:, k])
    if limit.basis == "cap":
        # No more than there is: caps that do not count each other may have taken the same off before.
        excess = [a - each.sum(axis=1) for a, each in zip(added, charges.charge, strict=True)]
        beyond = _positive(layout, excess, at, layout.layers[at].hit[:, k])
        added = [a - b for a, b in zip(added, beyond, strict=True)]
    if not _is_same(added[at][layout.layers[at].chosen[:, k]]):
        raise _NotSaid
    return [sign * each for each in added]


def _positive(layout: Layout, gap: Terms, at: int, mask: Flags) -> Terms:
    """Return max(0, gap) on the runs ``mask`` of layer ``at`` and 0 elsewhere, if it is a sum over layers."""
    uneven = [n for n in range(1, len(gap)) if not _is_same(gap[n]) and layout.layers[n].open.any()]
    base = gap[0] + sum(
        (layout.layers[n].open * gap[n][0] for n in range(1, len(gap)) if n not in uneven),
        np.zeros(len(gap[0])),
    )
    result = [np.zeros_like(each) for each in gap]
    return (
        _in_layer(layout, gap, base, uneven, at, mask, result)
        if at
        else _in_front(layout, gap, base, uneven, mask, result)
    )


def _in_front(
    layout: Layout, gap: Terms, base: Floats, uneven: list[int], mask: Flags, result: Terms
) -> Terms:
    result[0] = np.where(mask, np.maximum(base, 0.0), 0.0)
    if not uneven:
        return result
    touched: Flags = np.any([layout.layers[n].open for n in uneven], axis=0)
    low, high = (base + sum(layout.layers[n].open * end(gap[n]) for n in uneven) for end in (np.min, np.max))
    if np.all((~mask | (high <= NEGLIGIBLE))[touched]):
        result[0][touched] = 0.0
    elif len(uneven) == 1 and _is_same(base[touched]) and _is_same(mask[touched]):
        (n,) = uneven
        result[n] = np.maximum(base[touched][0] + gap[n], 0.0)
        result[0][touched] = 0.0
    elif np.all((mask & (low >= -NEGLIGIBLE))[touched]):
        for n in uneven:
            result[n] = gap[n]
        result[0][touched] = base[touched]
    else:
        raise _NotSaid
    return result


def _in_layer(
    layout: Layout, gap: Terms, base: Floats, uneven: list[int], at: int, mask: Flags, result: Terms
) -> Terms:
    is_open = layout.layers[at].open
    beside = [n for n in uneven if n != at and np.any(layout.layers[n].open & is_open)]
    own = gap[at] if at in uneven else np.zeros_like(gap[at])
    high = base + sum(layout.layers[n].open * gap[n].max() for n in beside)
    if high[is_open].max() + own[mask].max() <= NEGLIGIBLE:
        return result
    if beside or not _is_same(base[is_open]):
        raise _NotSaid
    result[at] = mask * np.maximum(base[is_open][0] + own, 0.0)
    return result


def _is_same(values: Floats | Flags) -> bool:
    return len(values) == 0 or float(values.max()) - float(values.min()) <= NEGLIGIBLE


# Where the layout itself had to choose ----------------------------------------------------------------


def _is_loose(charges: Charges, limit: int, at: int, counted: list[int]) -> bool:
    """Return whether the base of a limit depends on a choice: goods that do not fit, or of another limit."""
    layout, charge = charges.layout, charges.charge
    front = layout.layers[0]
    some = [k for k in counted if front.hit[:, k].any() and not front.hit[:, k].all()]
    if not layout.fits and (some or (at == 0 and not front.hit[:, limit].all())):
        return True
    for n, layer in enumerate(layout.layers):
        for k in counted:
            runs = layer.chosen[:, k]
            rest = [other for other in counted if other != k]
            if charge[n][runs, k].any() and not _is_same(charge[n][runs][:, rest].sum(axis=1)):
                return True
    return False


def _one_sign(limit: Measure, charges: Charges, counted: list[int], hit: Flags) -> bool:
    """Return whether the gap has one sign however the goods of what a limit counts overlap."""
    low = high = 0.0
    for n, each in enumerate(charges.charge):
        none = 0.0 if n else -np.inf  # a good may lie outside every layer but the front
        low += sum(min(each[:, k].min(), abs(none)) for k in counted)
        high += sum(max(each[:, k].max(), none) for k in counted)
    never, always = limit.level <= low + NEGLIGIBLE, limit.level >= high - NEGLIGIBLE
    if limit.basis == "cap":
        never, always = always, never
    return bool(never or (always and hit.all()))
