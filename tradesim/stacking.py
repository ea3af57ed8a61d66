"""Stacking: what several measures on one pair's trade add up to.

Coverage is a share of the pair's base-year trade. The truth table, in the order it is applied; on any day
only measures in force take part:

=========  ===================================================================================
replace    the authorities in ``against`` lose the replacement's coverage: a measure of theirs with
           coverage c keeps max(0, c − Σ coverage of the replacements that name it)
exclusive  measures of one group never share trade: the largest rate takes its coverage first, the
           next what it can of the rest, until the pair's whole trade is taken (ties: the earlier act)
add        every measure then contributes rate × the coverage it is left with
floor      from the lowest level up: contributes coverage × max(0, level − base)
cap        from the highest level down: contributes −coverage × max(0, base − level)
=========  ===================================================================================

``base`` is the duty so far: of every measure where ``against`` is empty; else of the authorities it names and
of the limits applied before that name one of them too or name none. A 15 % all-in deal is a floor of 0.15
against ``MFN``. Limits that name authorities come before those that name none; no cap takes off more than
there is. On a share of trade the base is taken at the pair's average. A measure may be both a replacement
and a floor. Contributions sum to the duty exactly, whoever made them: that is the split by authority.

Several legal regimes have this shape; the table follows the stacking notes of Executive Order 14289
(29 April 2025), under which Section 232 goods escape the reciprocal duty, and the all-in deals of 2025.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tradesim.measures import Measure

Floats = NDArray[np.float64]


def is_plain(measures: Sequence[Measure]) -> bool:
    """Whether every measure simply adds: no exclusion, replacement, floor or cap among them."""
    return all(m.stacking == "add" and m.basis in {"ad_valorem", "specific"} for m in measures)


def contributions(measures: Sequence[Measure], active: NDArray[np.bool_]) -> Floats:
    """Return what each measure of one pair adds to its duty.

    Parameters
    ----------
    measures : the K measures of one pair, in canonical order.
    active : (E, K) bool, which measures are in force in each of E intervals.

    Returns
    -------
    (E, K) float64, fraction of the pair's import value; the sum over K is the effective duty. Only caps
    contribute less than 0.

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
    cover = active * np.array([m.coverage for m in measures])
    if is_plain(measures):
        return np.where(active, level * cover, 0.0)
    cover = _exclude(measures, level, _replace(measures, cover))
    plain = np.array([m.basis in {"ad_valorem", "specific"} for m in measures])
    parts = np.where(active & plain, level * cover, 0.0)
    return _limit(measures, level, cover, parts)


def _replace(measures: Sequence[Measure], cover: Floats) -> Floats:
    """Take from every measure the coverage of the replacements that name its authority."""
    lost = np.zeros_like(cover)
    for k, replacement in enumerate(measures):
        if replacement.stacking == "replace":
            ended = [m.authority in replacement.against and m is not replacement for m in measures]
            lost += np.array(ended) * cover[:, [k]]
    return np.maximum(cover - lost, 0.0)


def _exclude(measures: Sequence[Measure], level: Floats, cover: Floats) -> Floats:
    """Lay the measures of each exclusive group side by side, the largest rate first."""
    cover = cover.copy()
    exclusive = [k for k, m in enumerate(measures) if m.stacking == "exclusive"]
    for group in sorted({measures[k].group for k in exclusive}):
        by_rate = sorted((k for k in exclusive if measures[k].group == group), key=lambda k: -level[k])
        room = np.ones(len(cover))
        for k in by_rate:
            cover[:, k] = np.minimum(cover[:, k], room)
            room = room - cover[:, k]
    return cover


def _limit(measures: Sequence[Measure], level: Floats, cover: Floats, parts: Floats) -> Floats:
    """Apply the floors from the lowest up, then the caps from the highest down."""
    applied: list[int] = []
    for basis, sign in (("floor", 1.0), ("cap", -1.0)):
        limits = [k for k, m in enumerate(measures) if m.basis == basis]
        for k in sorted(limits, key=lambda k: (not measures[k].against, sign * level[k])):
            base = parts[:, _counted(measures, k, applied)].sum(axis=1)
            gap = np.maximum(sign * (level[k] - base), 0.0)
            most = np.inf if basis == "floor" else np.maximum(parts.sum(axis=1), 0.0)
            parts[:, k] = sign * np.minimum(cover[:, k] * gap, most)
            applied.append(k)
    return parts


def _counted(measures: Sequence[Measure], limit: int, applied: Sequence[int]) -> list[int]:
    """Return the positions of the measures in the base of a limit."""
    against = set(measures[limit].against)
    return [
        k
        for k, m in enumerate(measures)
        if not against
        or m.authority in against
        or (k in applied and (not m.against or against.intersection(m.against)))
    ]
