"""Stacking: what several measures on one pair's trade add up to.

Coverage is a share of the pair's base-year trade. The truth table, in the order it is applied; on any day
only measures in force take part:

=========  ===================================================================================
replace    the authorities in ``against`` lose the goods of the replacement: a measure of theirs
           with coverage c keeps max(0, c − Σ coverage of the replacements that name it)
exclusive  measures of one group never share trade: the largest rate takes its coverage first, the
           next what it can of the rest, until the pair's whole trade is taken (ties: the earlier act)
add        every measure then charges its rate on the coverage it is left with
floor      from the lowest level up: on the goods that it hits, adds max(0, level − base)
cap        from the highest level down: on the goods that it hits, takes off max(0, base − level)
=========  ===================================================================================

``base`` is the duty so far on the same goods: of every measure where ``against`` is empty; else of the
authorities it names and of the limits applied before that name one of them too or name none. A 15% all-in
deal is a floor of 0.15 against ``MFN``. Limits that name authorities come before those that name none; no cap
takes off more than there is. A measure may be both a replacement and a floor. Contributions sum to the duty
exactly, whoever made them: that is the split by authority.

**Which goods.** A measure on all trade hits every good. What hits only a part is placed so:

====================================  ==========================================================
measures with the same ``goods``      hit the same goods, the smaller coverage within the larger
measures with different ``goods``     hit different goods
two measures of one authority         hit different goods, as long as these fit into the trade
measures of one exclusive group       hit different goods
a replacement                         hits goods of each measure that it ends; two that end the same
                                      measure hit different ones, unless they have the same ``goods``
a floor or cap on part of the trade   hits the goods of the measures on part of the trade that it counts
====================================  ==========================================================

Nothing else is known. A floor or cap whose duty still depends on which goods are hit together is refused,
with the ways to say it; so is a replacement that ends a part of several measures of one authority with
unlike rates. To say that two measures have a part of their goods in common, write one of them as two
measures. A 25% duty on 35% of trade, MFN of 2.5% on all and a cap of 15% on 35% give 0.35 × 15% + 0.65 ×
2.5%: the cap counts one measure on part of the trade, and so hits its goods.

Several legal regimes have this shape; the table follows the stacking notes of Executive Order 14289
(29 April 2025), under which Section 232 goods escape the reciprocal duty, and the all-in deals of 2025.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem
from tradesim.layout import NEGLIGIBLE, lay
from tradesim.limits import Charges, charges_of
from tradesim.measures import LIMITS, Measure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def is_plain(measures: Sequence[Measure]) -> bool:
    """Whether every measure simply adds: no exclusion, replacement, floor or cap among them."""
    return all(m.stacking == "add" and m.basis not in LIMITS for m in measures)


def contributions(measures: Sequence[Measure], active: Flags) -> Floats:
    """Return what each measure of one pair adds to its duty.

    Parameters
    ----------
    measures : the K measures of one pair, in canonical order.
    active : (E, K) bool, which measures are in force in each of E intervals.

    Returns
    -------
    (E, K) float64, fraction of the pair's import value; the sum over K is the effective duty. Only caps
    contribute less than 0.

    Raises
    ------
    InputError
        Where the duty depends on which goods are hit together, and the measures do not say it.

    Examples
    --------
    >>> steel = Measure(name="steel", importer="USA", exporter="CHN", authority="Section 232", rate=0.5,
    ...                 coverage=0.1, effective="2025-06-04", stacking="exclusive")
    >>> baseline = Measure(name="baseline", importer="USA", exporter="CHN", authority="IEEPA", rate=0.1,
    ...                    effective="2025-04-05", stacking="exclusive")
    >>> contributions([baseline, steel], np.array([[True, False], [True, True]]))
    array([[0.1 , 0.  ],
           [0.09, 0.05]])
    """
    level = np.array([m.level for m in measures])
    cover = coverage_left(measures, active)
    limit = np.array([m.basis in LIMITS for m in measures], dtype=bool)
    parts = np.where(active & ~limit, level * cover, 0.0)
    limited = active[:, limit].any(axis=1)
    if limited.any():
        rows, position = np.unique(active[limited], axis=0, return_inverse=True)
        added = np.array([charges_on(measures, row)[1] for row in rows])
        parts[np.ix_(limited, limit)] = added[position][:, limit]
    sign = np.array([-1.0 if m.basis == "cap" else 1.0 for m in measures])
    # What rounding leaves of a limit that does nothing is nothing.
    return np.asarray(sign * np.maximum(sign * parts, 0.0) + 0.0)


def charges_on(measures: Sequence[Measure], active: Flags) -> tuple[Charges, Floats]:
    """Return what the measures in force charge on each good, and what each measure adds to the duty.

    Parameters
    ----------
    measures : the K measures of one pair, in canonical order.
    active : (K,) bool, which are in force.

    Returns
    -------
    The charges of the measures in force; (K,) float64, the contribution of each measure.
    """
    own: list[int] = np.flatnonzero(active).tolist()
    in_force = [measures[k] for k in own]
    charges = charges_of(in_force, lay(in_force, coverage_left(in_force, np.ones((1, len(own)), bool))[0]))
    added = np.zeros(len(measures))
    added[own] = charges.mean()
    return charges, added


def coverage_left(measures: Sequence[Measure], active: Flags) -> Floats:
    """Return what replacement and exclusion leave of each coverage, (E, K) float64, share of trade."""
    cover = active * np.array([m.coverage for m in measures])
    _check_goods(measures, cover)
    if is_plain(measures):
        return np.asarray(cover)
    return _exclude(measures, _replace(measures, cover))


def _check_goods(measures: Sequence[Measure], cover: Floats) -> None:
    """Refuse measures that name different goods and hit more than all trade together."""
    names = sorted({m.goods for m in measures if m.goods})
    widest = [cover[:, [m.goods == name for m in measures]].max(axis=1, initial=0.0) for name in names]
    most = float(np.sum(widest, axis=0).max()) if names and len(cover) else 0.0
    if most > 1.0 + NEGLIGIBLE:
        where = f"{measures[0].importer} on {measures[0].exporter}"
        got = f"{', '.join(map(repr, names))}: {most * 100:g}% of it together"
        fix = "give measures that hit the same goods the same name, or correct the coverages"
        raise InputError(
            [Problem("different goods are more than all trade", where, got, "at most 100%", fix)]
        )


# Replacement -----------------------------------------------------------------------------------------


def _replace(measures: Sequence[Measure], cover: Floats) -> Floats:
    """Take from every measure the goods of the replacements that name its authority."""
    ended = {name for m in measures if m.stacking == "replace" for name in m.against}
    lost = np.zeros_like(cover)
    for k, m in enumerate(measures):
        if m.authority in ended:
            lost[:, k] = _lost(measures, cover, k)
    left = np.maximum(cover - lost, 0.0)
    for name in sorted(ended):
        _share_out(measures, cover, lost, left, name)
    return left


def _lost(measures: Sequence[Measure], cover: Floats, k: int) -> Floats:
    """Return the share of trade on which some replacement ends a measure, (E,)."""
    goods: dict[str | int, Floats] = {}
    for r, other in enumerate(measures):
        if r == k or other.stacking != "replace" or measures[k].authority not in other.against:
            continue
        if measures[k].goods and other.goods and other.goods != measures[k].goods:
            continue
        if measures[k].goods and not other.goods:
            _check_named(measures[k], other, cover[:, k] * (1.0 - cover[:, r]) * cover[:, r])
        key = other.goods or r
        goods[key] = np.maximum(goods.get(key, 0.0), cover[:, r])
    return np.asarray(sum(goods.values(), np.zeros(len(cover))))


def _check_named(measure: Measure, replacement: Measure, both: Floats) -> None:
    """Refuse a replacement on unknown goods of a measure that names its own."""
    if both.any():
        where = f"measure {replacement.name!r} ({replacement.importer} on {replacement.exporter})"
        got = f"it ends a part of {measure.name!r}, which hits the goods {measure.goods!r}"
        fix = f"goods={measure.goods!r} if it ends these, another name if it ends others"
        raise InputError([Problem("a replacement of goods that are not identified", where, got, fix=fix)])


def _share_out(measures: Sequence[Measure], cover: Floats, lost: Floats, left: Floats, name: str) -> None:
    """Have measures of one authority that lie side by side lose a replacement's goods together, not each."""
    members = [
        k
        for k, m in enumerate(measures)
        if m.authority == name and not m.goods and m.stacking != "replace" and m.level > 0
    ]
    part = (cover[:, members] > 0) & (cover[:, members] < 1.0 - NEGLIGIBLE)
    together = (cover[:, members] * part).sum(axis=1)
    taken = (lost[:, members] * part).max(axis=1, initial=0.0)
    several = (part.sum(axis=1) > 1) & (taken > 0) & (taken < together - NEGLIGIBLE)
    for e in np.flatnonzero(several & (together <= 1.0 + NEGLIGIBLE)):
        some = [k for k, is_part in zip(members, part[e], strict=True) if is_part]
        if len({(measures[k].basis in LIMITS and measures[k].basis, measures[k].level) for k in some}) > 1:
            raise InputError([_which(measures, some, name)])
        left[e, some] = cover[e, some] * (1.0 - taken[e] / together[e])


def _which(measures: Sequence[Measure], some: Sequence[int], name: str) -> Problem:
    ending = [m for m in measures if m.stacking == "replace" and name in m.against]
    where = f"measure {ending[0].name!r} ({ending[0].importer} on {ending[0].exporter})"
    got = "it ends a part of " + ", ".join(repr(measures[k].name) for k in some)
    fix = (
        "say which: the same `goods` for the replacement and the measure that it ends, another name for the"
        " others; write a replacement of several as several"
    )
    return Problem("a replacement of goods that are not identified", where, got, fix=fix)


# Exclusion -------------------------------------------------------------------------------------------


def _exclude(measures: Sequence[Measure], cover: Floats) -> Floats:
    """Lay the measures of each exclusive group side by side, the largest rate first."""
    cover = cover.copy()
    exclusive = [k for k, m in enumerate(measures) if m.stacking == "exclusive"]
    for group in sorted({measures[k].group for k in exclusive}):
        by_rate = sorted(
            (k for k in exclusive if measures[k].group == group), key=lambda k: -measures[k].level
        )
        room, taken = np.ones(len(cover)), dict.fromkeys((m.goods for m in measures), np.zeros(len(cover)))
        for k in by_rate:
            goods = measures[k].goods
            beyond = np.maximum(cover[:, k] - taken[goods], 0.0) if goods else cover[:, k]
            taken[goods] = np.maximum(taken[goods], cover[:, k])
            cover[:, k] = np.minimum(beyond, room)
            room = room - cover[:, k]
    return cover
