"""Cost bins: how values of any size and sign are counted: evenly near nothing, in proportion further off.

A value is rounded to a whole number of 2^-24, and lies in the bin whose number is nearest to
``steps · arsinh(value / FLOOR)``. A quantile is off by half a bin at most: 0.2 % of itself with 256 steps to
a factor of e, and 0.000002 (0.0002 points) more.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.program import Floats, Ints

FINE = 2.0**24
"""Values are rounded to whole 2^-24; then they are added up exactly."""
HIGHEST = 32.0
"""Value below which ten billion of them have room."""
FLOOR = 1e-3
STEPS, LEAST_STEPS = 256, 16
CELLS = 8_000_000
"""Counts that a sweep may hold of what duties cost: 64 MB."""


def steps_for(cells: int) -> int:
    """Return how many bins to a factor of e there is room for, with so many dates × quantities × economies.

    Examples
    --------
    >>> steps_for(13 * 3 * 13), steps_for(13 * 3 * 194)
    (256, 32)
    """
    steps = STEPS
    while steps > LEAST_STEPS and many(steps) * cells > CELLS:
        steps //= 2
    return steps


def many(steps: int) -> int:
    """Return how many bins there are."""
    return 2 * _highest(steps) + 1


def place(whole: NDArray[np.integer], steps: int) -> Ints:
    """Return the bins of values in whole numbers of 2^-24.

    Examples
    --------
    >>> place(np.array([0, 168]), 256) - place(np.array([0]), 256)
    array([0, 3])
    """
    highest = _highest(steps)
    number: Ints = np.rint(np.arcsinh(whole / (FINE * FLOOR)) * steps).astype(np.int64)
    return np.asarray(number.clip(-highest, highest) + highest)


def centre(number: Floats, steps: int) -> Floats:
    """Return the value in the middle of bins, by number; between two by parts of a number."""
    return np.asarray(FLOOR * np.sinh((number - _highest(steps)) / steps))


def quantiles(counts: Ints, q: Sequence[float], steps: int) -> tuple[Floats, Floats]:
    """Return quantiles from counts in bins, and how far each may be off, both (Q, ...).

    NaN where nothing is counted. Interpolated between two draws like ``np.quantile``, each taken to lie in
    the middle of its bin.

    Parameters
    ----------
    counts : (..., bins) int64.
    """
    reached = np.cumsum(counts, axis=-1)
    draws = reached[..., -1]
    found, off = [], []
    for level in q:
        at = np.maximum(draws - 1, 0) * float(level)
        low, high = np.floor(at), np.ceil(at)
        ends = [(reached <= k[..., None]).sum(axis=-1) for k in (low, high)]
        below, above = (centre(end, steps) for end in ends)
        found.append(np.where(draws > 0, below + (at - low) * (above - below), np.nan))
        widest = np.maximum(*(np.abs(end - _highest(steps)) for end in ends))
        off.append(FLOOR * (np.sinh((widest + 0.5) / steps) - np.sinh(widest / steps)) + 0.5 / FINE)
    return np.array(found, dtype=np.float64), np.array(off, dtype=np.float64)


def _highest(steps: int) -> int:
    return math.ceil(math.asinh(HIGHEST / FLOOR) * steps)
