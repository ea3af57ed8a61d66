"""Known: a model's answers that are found once, before many blocks of draws ask for them.

What a block gets must not depend on which draws it happens to hold. Answers here are the same for all: they
are looked up in a table of the few duties that there are, or read from a grid where there are many. Only what
is in neither is solved by whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradesim.impacts.interpolation import Accuracy, Grid, fitted
from tradesim.impacts.solving import Solver, Worlds, distinct

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TABLE = 1000
"""Rows of duties up to which each is solved and kept; more are answered by a grid."""
SOLVED = 40_000
"""Equilibria that may be solved for a grid."""
MARGIN = 0.05
"""How far a grid reaches beyond the draws that were tried, a share of how far these are apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What duties are compared with.

    Parameters
    ----------
    rows : (R, K) float64, the duties of these worlds; none where it is the model's base.
    worlds : the R worlds.
    shares : (R, N, N) float64, of origins in the importer's purchases abroad; 0 for an importer of nothing.
    """

    rows: Floats
    worlds: Worlds
    shares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Answers of one model that were found beforehand.

    Parameters
    ----------
    rows : (U, K) float64, duties that were solved. worlds : their answers.
    reference : what duties are compared with.
    grid, accuracy : that stands for the model elsewhere, and how well.
    """

    rows: Floats
    worlds: Worlds
    reference: Reference
    grid: Grid | None = None
    accuracy: Accuracy | None = None

    def answers(self, rows: Floats, solve: Solver) -> tuple[Worlds, int]:
        """Return the answers to distinct rows, (U, K), and how many of them had to be solved."""
        place = places(rows, self.rows)
        values = self.worlds.values[np.maximum(place, 0)] if len(self.rows) else _blank(rows, self.reference)
        status = self.worlds.status[np.maximum(place, 0)] if len(self.rows) else np.zeros(len(rows), np.int8)
        left = place < 0
        if self.grid is not None:
            inside = left & self.grid.holds(rows)
            values[inside] = self.grid.at(rows[inside])
            left &= ~inside
        if left.any():
            found = solve(rows[left])
            values[left], status[left] = found.values, found.status
        return Worlds(values, status), int(left.sum())


def known_of(solve: Solver, rows: Floats, reference: Reference, tolerance: float) -> Known:
    """Return answers to rows like these, (P, K): a table where they are few, else a grid.

    Examples
    --------
    >>> def squares(rows):
    ...     values = np.repeat(1 + rows.sum(axis=1)[:, None, None] ** 2, 5, axis=1)
    ...     return Worlds(values, np.zeros(len(rows), dtype=np.int8))
    >>> same = Reference(np.zeros((0, 1)), squares(np.zeros((1, 1))), np.zeros((1, 1, 1)))
    >>> known = known_of(squares, np.linspace(0, 1, 5000)[:, None], same, 1e-4)
    >>> found, solved = known.answers(np.array([[0.5], [7.0]]), squares)
    >>> known.accuracy.nodes, found.values[:, 0, 0].round(4), solved
    ((7,), array([ 1.25, 50.  ]), 1)
    """
    different, _ = distinct(rows)
    if len(different) <= TABLE:
        return Known(different, solve(different), reference)
    grid, accuracy = fitted(solve, different, tolerance, SOLVED, MARGIN) or (None, None)
    none = different[:0]
    economies = reference.worlds.values.shape[1:]
    return Known(none, Worlds(np.empty((0, *economies)), np.empty(0, np.int8)), reference, grid, accuracy)


def places(rows: Floats, among: Floats) -> Ints:
    """Return where rows, (U, K), stand among others, (R, K); -1 where they do not.

    Examples
    --------
    >>> places(np.array([[0.1, 0.2], [0.3, 0.3]]), np.array([[0.0, 0.0], [0.1, 0.2]]))
    array([ 1, -1])
    """
    different, label = distinct(np.concatenate([among, rows]))
    place = np.full(len(different), -1, dtype=np.int64)
    place[label[: len(among)]] = np.arange(len(among))
    return place[label[len(among) :]]


def accuracies(known: Sequence[Known]) -> tuple[Accuracy, ...]:
    """Return how well the grids of some models stand for them."""
    return tuple(each.accuracy for each in known if each.accuracy is not None)


def _blank(rows: Floats, reference: Reference) -> Floats:
    return np.empty((len(rows), *reference.worlds.values.shape[1:]))
