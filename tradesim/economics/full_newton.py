"""Newton's method on many small systems at once, each until its own equations hold."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Scenarios = NDArray[np.intp]
Function = Callable[[Floats, Scenarios], Floats]
"""Of the unknowns (B, M) of the scenarios with these numbers (B,)."""

LONGEST = 1.0
"""A step moves no unknown (a logarithm) by more than this: a factor of 2.7."""
HALVINGS = 12


def full_newton(errors: Function, slopes: Function, start: Floats, *, tolerance: float, steps: int) -> Floats:
    """Return the unknowns at which all errors vanish, or where the steps led, scenario by scenario.

    A step is halved until the one that would follow it, with the same slopes, is shorter (the natural test of
    Deuflhard, Newton Methods for Nonlinear Problems, 2004, section 2.2): unlike the errors themselves it does
    not mind in which units an equation is written, nor that one market hangs on trade next to nothing.

    Parameters
    ----------
    errors : (B, M), what the equations miss.
    slopes : (B, M, M), their derivatives, error × unknown.
    start : (B, M) first guess.
    tolerance : an error this small is none.
    steps : at most.

    Returns
    -------
    (B, M) unknowns. Whether they solve the equations is for the caller to see.

    Examples
    --------
    Square roots of 2 and 9, as logarithms:

    >>> squares = np.array([[2.0], [9.0]])
    >>> errors = lambda z, k: np.exp(2 * z) / squares[k] - 1
    >>> slopes = lambda z, k: (2 * np.exp(2 * z) / squares[k])[..., None]
    >>> root = full_newton(errors, slopes, np.zeros((2, 1)), tolerance=1e-12, steps=50)
    >>> np.exp(root).ravel().round(6)
    array([1.414214, 3.      ])
    """
    at = start.copy()
    left = errors(at, np.arange(len(start), dtype=np.intp))
    for _ in range(steps):
        worst = np.abs(left).max(axis=1)
        going = np.flatnonzero(np.isfinite(worst) & (worst > tolerance))
        if not going.size:
            break
        inverse = _inverse(slopes(at[going], going))
        at[going], left[going] = _moved(errors, at[going], left[going], inverse, going)
    return at


def _moved(
    errors: Function, at: Floats, left: Floats, inverse: Floats, going: Scenarios
) -> tuple[Floats, Floats]:
    """Return where the steps lead, each halved until it passes the test, and what is missed there."""
    full = _times(inverse, -left)
    length = np.abs(full).max(axis=1, keepdims=True)
    step = full * np.minimum(1.0, LONGEST / np.maximum(length, np.finfo(float).tiny))
    to = at + step
    missed = errors(to, going)
    for halving in range(1, HALVINGS + 1):
        following = np.abs(_times(inverse, missed)).max(axis=1)
        longer = np.flatnonzero(~(following < length[:, 0]))
        if not longer.size:
            break
        to[longer] = at[longer] + step[longer] / 2**halving
        missed[longer] = errors(to[longer], going[longer])
    return to, missed


def _times(matrix: Floats, vector: Floats) -> Floats:
    return np.asarray((matrix @ vector[..., None])[..., 0])


def _inverse(matrix: Floats) -> Floats:
    """Return inverses; one that takes the shortest step where many would do, NaN where nothing is finite."""
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        out = np.full_like(matrix, np.nan)
        usable = np.isfinite(matrix).all(axis=(1, 2))
        out[usable] = np.linalg.pinv(matrix[usable])
        return out
