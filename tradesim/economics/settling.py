"""Settling: the point that a sweep leaves where it is, many scenarios at once, by Anderson's mixing."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Sweep = Callable[[Floats, NDArray[np.intp]], tuple[Floats, Floats]]
"""Of unknowns (B, M) of the scenarios with these numbers (B,): where they lead, and what is missed (B,)."""

MEMORY = 10
"""Sweeps that are looked back on."""
SETBACK = 10.0
"""A miss so many times the least so far: what was remembered no longer holds and is forgotten."""
RIDGE = 1e-12


def settle(sweep: Sweep, start: Floats, tolerance: float, steps: int) -> tuple[Floats, Floats]:
    """Return where sweeps change nothing more, and what is missed there, (B,).

    The next point is the mixture of the last ones that, were sweeps linear, would move least (Anderson, 1965,
    Iterative procedures for nonlinear integral equations, Journal of the ACM 12, 547–560). A scenario stops
    by itself, so its answer does not depend on those beside it.

    Parameters
    ----------
    sweep : the map.
    start : (B, M) first guess.
    tolerance : a miss this small is none.
    steps : sweeps, at most.

    Examples
    --------
    A map whose plain repetition runs away settles all the same:

    >>> turn = np.array([[0.5, 2.0], [-2.0, 0.5]])
    >>> def sweep(z, scenarios):
    ...     to = z @ turn + 1.0
    ...     return to, np.abs(to - z).max(axis=1)
    >>> point, missed = settle(sweep, np.zeros((1, 2)), 1e-9, 20)
    >>> point.round(6), bool(missed <= 1e-9)
    (array([[-0.352941,  0.588235]]), True)
    """
    many, size = start.shape
    found, left = start.copy(), np.full(many, np.inf)
    going, at, past = np.arange(many, dtype=np.intp), start, _Past.empty(many, size)
    for _ in range(steps):
        to, missed = sweep(at, going)
        found[going], left[going] = at, missed
        on = np.isfinite(missed) & np.isfinite(to).all(axis=1) & (missed > tolerance)
        if not on.any():
            break
        if not on.all():
            going, at, to, missed, past = going[on], at[on], to[on], missed[on], past.of(on)
        at = past.mixed(at, to, missed)
    return found, left


class _Past:
    """What the last sweeps did: changes of where they led and of how far they moved, (B, MEMORY, M) each."""

    def __init__(self, led: Floats, moved: Floats, last: tuple[Floats, Floats] | None, least: Floats) -> None:
        self.led, self.moved, self.last, self.least, self.turn = led, moved, last, least, 0

    @classmethod
    def empty(cls, many: int, size: int) -> "_Past":
        zeros = np.zeros((many, MEMORY, size))
        return cls(zeros, zeros.copy(), None, np.full(many, np.inf))

    def of(self, some: NDArray[np.bool_]) -> "_Past":
        """Return the past of some scenarios."""
        last = None if self.last is None else (self.last[0][some], self.last[1][some])
        kept = _Past(self.led[some], self.moved[some], last, self.least[some])
        kept.turn = self.turn
        return kept

    def mixed(self, at: Floats, to: Floats, missed: Floats) -> Floats:
        """Return the next point, and remember this one."""
        step = to - at
        if self.last is not None:
            slot = self.turn % MEMORY
            self.led[:, slot], self.moved[:, slot] = to - self.last[0], step - self.last[1]
            self.turn += 1
        self.last = (to, step)
        lost = missed > SETBACK * self.least
        self.led[lost] = self.moved[lost] = 0.0
        self.least = np.minimum(self.least, missed)
        products = self.moved @ self.moved.swapaxes(1, 2)
        ridge = RIDGE * np.trace(products, axis1=1, axis2=2) + np.finfo(float).tiny
        products += ridge[:, None, None] * np.eye(MEMORY)
        weights = np.linalg.solve(products, self.moved @ step[..., None])
        return np.asarray(to - (weights.swapaxes(1, 2) @ self.led)[:, 0])
