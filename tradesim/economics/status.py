"""Status: how the solution of one scenario ended, and what that means in words."""

from collections.abc import Iterator
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Status(IntEnum):
    """How a solution ended; results hold one per scenario, as an integer.

    Examples
    --------
    >>> Status(2)
    <Status.STALLED: 2>
    >>> print(Status.STALLED)
    stalled: the steps were used up before the markets cleared
    """

    CONVERGED = 0
    INFEASIBLE = 1
    STALLED = 2
    BROKEN = 3
    AT_THE_BOUND = 4
    FLAT = 5

    @property
    def message(self) -> str:
        """What it means."""
        return _MESSAGES[self]

    def __str__(self) -> str:
        return f"{self.name.lower().replace('_', ' ')}: {self.message}"


_MESSAGES = {
    Status.CONVERGED: "the answer is good to the tolerance asked for",
    Status.INFEASIBLE: "no answer exists: the target is out of reach, or an economy owes more than it earns",
    Status.STALLED: "the steps were used up before the markets cleared",
    Status.BROKEN: "numbers left the range of floating point on the way",
    Status.AT_THE_BOUND: "the best duty is the highest or lowest that was allowed, so it is no optimum",
    Status.FLAT: "nothing depends on the duty, as no goods that it hits are traded: every duty is as good",
}


def converged(status: ArrayLike) -> NDArray[np.bool_]:
    """Return which scenarios converged, in the shape of ``status``."""
    return np.asarray(np.asarray(status) == Status.CONVERGED)


def status_of(residual: ArrayLike, tolerance: float, infeasible: ArrayLike = False) -> NDArray[np.int8]:
    """Return the status of solutions from how far they are from solving their equations.

    Parameters
    ----------
    residual : (...) the largest error of any equation; not finite where arithmetic broke down.
    tolerance : the largest residual that counts as solved.
    infeasible : (...) bool, where no answer exists whatever the residual.

    Returns
    -------
    (...) int8, values of `Status`.

    Examples
    --------
    >>> status_of([1e-12, 1e-3, np.nan], 1e-9).tolist()
    [0, 2, 3]
    """
    error = np.asarray(residual, dtype=np.float64)
    found = np.where(error <= tolerance, Status.CONVERGED, Status.STALLED)
    found = np.where(np.isfinite(error), found, Status.BROKEN)
    return np.asarray(np.where(infeasible, Status.INFEASIBLE, found), dtype=np.int8)


def summary(status: ArrayLike) -> str:
    """Return how many scenarios ended in which way, in words.

    Examples
    --------
    >>> summary([0, 0, 2])
    '2 of 3 converged; 1 stalled: the steps were used up before the markets cleared'
    """
    ended = np.asarray(status)
    counts = {state: int((ended == state).sum()) for state in Status}
    good = f"{counts.pop(Status.CONVERGED)} of {ended.size} converged"
    return "; ".join([good, *_parts(counts)])


def _parts(counts: dict[Status, int]) -> Iterator[str]:
    for state, many in counts.items():
        if many:
            yield f"{many} {state}"
