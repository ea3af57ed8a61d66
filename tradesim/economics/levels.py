"""Levels: roots and tops of functions of one number, many at once, on grids that close in.

A function takes levels, (..., K), and gives values, (..., K); each row is a problem of its own. Solving K
levels side by side costs little more than one where a model is asked, so a round looks at many.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]

FIRST, NEXT = 41, 17
"""Levels of the first look, over the whole range, and of each closer one."""
ROOT_ROUNDS, TOP_ROUNDS = 6, 7


def first_root(function: Function, shape: tuple[int, ...], cap: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the lowest level from 0 to the cap where each function crosses 0 upwards, and whether it does.

    Where a function is 0 or more already at 0, that is 0; next to levels where it is NaN, none is known. Of
    crossings closer together than the first look's levels (finest near 0), none may be seen.

    Examples
    --------
    >>> level, found = first_root(lambda x: x**2 - np.array([[0.25], [30.0]]), (2,), 5.0)
    >>> level.round(12), found
    (array([0.5, 5. ]), array([ True, False]))
    """
    levels = np.broadcast_to(_spread(cap), (*shape, FIRST))
    found = np.ones(shape, dtype=bool)
    for k in range(ROOT_ROUNDS):
        values = function(levels)
        reached = values >= 0
        if k == 0:
            found = np.asarray(reached.any(axis=-1))
        after = np.where(reached.any(axis=-1), reached.argmax(axis=-1), levels.shape[-1] - 1)
        low, high = _at(levels, np.maximum(after - 1, 0)), _at(levels, after)
        below, above = _at(values, np.maximum(after - 1, 0)), _at(values, after)
        levels = low[..., None] + (high - low)[..., None] * np.linspace(0.0, 1.0, NEXT)
    with np.errstate(all="ignore"):
        share = np.where(above > below, -below / (above - below), 1.0)
    root = np.where(high > low, low + np.clip(share, 0.0, 1.0) * (high - low), high)
    return np.asarray(root), np.asarray(found & np.isfinite(below))


def highest(function: Function, shape: tuple[int, ...], cap: float) -> Floats:
    """Return the level from 0 to the cap where each function is highest.

    Examples
    --------
    >>> highest(lambda x: -((x - np.array([[0.3], [9.0]])) ** 2), (2,), 5.0).round(6)
    array([0.3, 5. ])
    """
    levels = np.broadcast_to(_spread(cap), (*shape, FIRST))
    top = np.zeros(shape)
    for _ in range(TOP_ROUNDS):
        values = function(levels)
        best = np.where(np.isnan(values), -np.inf, values).argmax(axis=-1)
        top = _at(levels, best)
        low = _at(levels, np.maximum(best - 1, 0))
        high = _at(levels, np.minimum(best + 1, levels.shape[-1] - 1))
        levels = low[..., None] + (high - low)[..., None] * np.linspace(0.0, 1.0, NEXT)
    return top


def _spread(cap: float) -> Floats:
    """Return levels from 0 to the cap, evenly in log 1 + level."""
    return np.asarray(np.expm1(np.linspace(0.0, np.log1p(cap), FIRST)))


def _at(values: Floats, index: NDArray[np.int64]) -> Floats:
    return np.asarray(np.take_along_axis(values, index[..., None], axis=-1)[..., 0])
