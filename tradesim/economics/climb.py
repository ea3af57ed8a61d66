"""Climb: the highest point of a smooth function inside a box, by L-BFGS-B in coordinates of like curvature.

A duty on a trickle of trade moves welfare a billion times less than one on a flood: left as they are, the
first would never be found. Scaled by the square root of what it moves, each counts alike, and the seven
optimal tariffs of Ossa (2014) take ten to thirty evaluations each instead of thousands.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Function = Callable[[Floats], tuple[float, Floats]]
"""From a point (K,) to the height and the slopes (K,) there."""


EDGE = 1e-12
"""Of the range: nearer to a bound than that is at it."""


class UnsolvedError(Exception):
    """The function has no value at some point; carries why, for whoever called the climb."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """Where a climb ended.

    Parameters
    ----------
    point : (K,) the highest point found.
    height : of the function there.
    slack : the steepest slope left inside the box, in scaled coordinates; half its square is about what a
        further step would still gain.
    evaluations : how often the function was asked.
    unsolved : status of the point that had no value, where the climb ended at one; else 0.
    """

    point: Floats
    height: float
    slack: float
    evaluations: int
    unsolved: int = 0


def climb(
    function: Function,
    start: Floats,
    curvature: Floats,
    bounds: tuple[float, float],
    *,
    tolerance: float = 1e-7,
    steps: int = 2000,
    seen: Callable[[int, float], None] | None = None,
) -> Top:
    """Return the top that climbing from a start leads to.

    Parameters
    ----------
    function : height and slopes at a point; may raise `UnsolvedError`.
    start : (K,) within the bounds.
    curvature : (K,) above 0: how fast the slope along each coordinate falls, roughly.
    bounds : lowest and highest value of every coordinate.
    tolerance : a scaled slope this small is level.
    steps : evaluations, at most.
    seen : told after each evaluation how many there were, and the height.

    Examples
    --------
    >>> def hill(x):
    ...     away = x - [3.0, 0.25]
    ...     return -(away**2) @ [1.0, 1e-8], -2 * away * [1.0, 1e-8]
    >>> top = climb(hill, np.array([0.5, 0.5]), np.array([2.0, 2e-8]), (0.0, 1.0))
    >>> top.point.round(6)
    array([1.  , 0.25])
    """
    from scipy.optimize import Bounds, minimize  # noqa: PLC0415 - half a second, wanted by climbers only

    scale = 1 / np.sqrt(curvature)
    best = Top(start, -np.inf, np.inf, 0)

    def fall(scaled: Any) -> tuple[float, Floats]:
        nonlocal best
        # The division and multiplication may leave the box by a rounding error.
        point = np.clip(scaled * scale, *bounds)
        height, slope = function(point)
        evaluations = best.evaluations + 1
        slack = _slack(point, slope * scale, bounds)
        if height >= best.height:
            best = Top(point, height, slack, evaluations)
        else:
            best = replace(best, evaluations=evaluations)
        if seen is not None:
            seen(evaluations, height)
        return -height, -slope * scale

    box = Bounds(bounds[0] / scale, bounds[1] / scale)
    options: Any = {"maxfun": steps, "maxiter": steps, "ftol": 0.0, "gtol": tolerance, "maxcor": 20}
    try:
        minimize(fall, start / scale, jac=True, method="L-BFGS-B", bounds=box, options=options)
    except UnsolvedError as unsolved:
        return replace(best, unsolved=unsolved.status)
    return best


def _slack(point: Floats, slope: Floats, bounds: tuple[float, float]) -> float:
    """Return the steepest slope that does not point out of the box."""
    low, high = at_ends(point, bounds)
    outward = (low & (slope < 0)) | (high & (slope > 0))
    return float(np.abs(np.where(outward, 0.0, slope)).max())


def at_ends(
    values: Floats, bounds: tuple[float, float], edge: float = EDGE
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which values are at the lowest and at the highest allowed, but for a share of the range."""
    low, high = bounds
    near = edge * (high - low)
    return values <= low + near, values >= high - near
