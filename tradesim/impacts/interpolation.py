"""Interpolation: where too many rows of duties differ, a model is solved on a grid of the duties that move.

The grid is even in log(1 + duty), in which trade is smooth. A spline of degree 5, the product of one for
each duty, goes through its nodes. How far it is off is measured, not assumed: rows that were held out are
solved directly, and the grid is made finer until their welfare is met. Where that takes as long as solving
every row, where more than `MOST_DUTIES` move, or a corner of the grid has no solution, every row is solved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.status import Status
from tradesim.impacts.solving import QUANTITIES, Solver, Worlds

Floats = NDArray[np.float64]

MOST_DUTIES = 4
NODES = (7, 11, 17, 33)
"""Nodes for each duty that moves, tried in this order."""
HELD_OUT = 300
DEGREE = 5
ROWS = 20_000
"""Rows that are looked up together, which bounds the memory."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well a grid stands for a model, measured on rows that are solved directly.

    Parameters
    ----------
    rows : how many rows it answers; of a sweep, those it was made for.
    nodes : how many nodes there are for each duty that moves.
    solved : how many equilibria were solved, held-out rows included.
    held_out : how many rows the errors were measured on.
    welfare, price : the largest error of any economy; 0.0001 is 0.01 points of what the base was.
    money : the largest error of revenue, imports and exports, as a share of the economy's imports.
    """

    rows: int
    nodes: tuple[int, ...]
    solved: int
    held_out: int
    welfare: float
    price: float
    money: float

    @property
    def measured(self) -> str:
        """How good the grid is, in words."""
        shape = " × ".join(map(str, self.nodes))
        return (
            f"a grid of {shape} nodes; off by {100 * self.welfare:.1g} points "
            f"of welfare at most, on {self.held_out} rows solved directly"
        )

    def __str__(self) -> str:
        return f"{self.rows:,} duty rows from {self.measured}"


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Answers at the nodes of a grid, and the spline through them.

    Parameters
    ----------
    row : (K,) float64, the duties that do not move. moving : (M,) int64, the places of those that do.
    axes : the nodes of each, in log(1 + duty).
    knots : of the spline along each. weights : (nodes, 5 × N) float64, its coefficients.
    """

    row: Floats
    moving: NDArray[np.int64]
    axes: tuple[Floats, ...]
    knots: tuple[Floats, ...]
    weights: Floats

    @classmethod
    def through(cls, row: Floats, moving: NDArray[np.int64], axes: Sequence[Floats], values: Floats) -> Self:
        """Return the grid whose nodes have these values, (nodes, 5, N)."""
        from scipy.interpolate import make_interp_spline  # noqa: PLC0415 loads where it is used

        weights = values.reshape(*(len(axis) for axis in axes), -1)
        knots = []
        for k, axis in enumerate(axes):
            along = make_interp_spline(axis, weights, k=DEGREE, axis=k)
            knots.append(along.t)
            weights = np.moveaxis(along.c, 0, k)
        return cls(row, moving, tuple(axes), tuple(knots), np.ascontiguousarray(weights))

    def holds(self, rows: Floats) -> NDArray[np.bool_]:
        """Return which rows, (U, K), lie in it, (U,)."""
        still = np.ones(len(self.row), dtype=bool)
        still[self.moving] = False
        places = np.log1p(rows[:, self.moving])
        low, high = (np.array([axis[end] for axis in self.axes]) for end in (0, -1))
        inside = ((places >= low) & (places <= high)).all(axis=1)
        return np.asarray(inside & (rows[:, still] == self.row[still]).all(axis=1))

    def at(self, rows: Floats) -> Floats:
        """Return what the spline says at rows, (U, K), that lie in it: (U, 5, N).

        A row's answer does not depend on those beside it, to the last bit.
        """
        from scipy.interpolate import NdBSpline  # noqa: PLC0415 loads where it is used

        spline = NdBSpline(self.knots, self.weights, DEGREE)
        # Rounding must not put a duty outside the grid.
        ends = [axis[0] for axis in self.axes], [axis[-1] for axis in self.axes]
        places = np.clip(np.log1p(rows[:, self.moving]), *ends)
        found = [spline(places[some : some + ROWS]) for some in range(0, max(len(places), 1), ROWS)]
        economies = self.weights.shape[-1] // len(QUANTITIES)
        return np.asarray(np.concatenate(found).reshape(len(rows), len(QUANTITIES), economies))


def interpolated(solve: Solver, rows: Floats, tolerance: float) -> tuple[Worlds, Accuracy] | None:
    """Return the answers to rows of duties from a grid, or None where rows had better be solved directly.

    Parameters
    ----------
    solve : gives a model's answers to rows, (U, K).
    rows : (U, K) float64, fraction, distinct.
    tolerance : the most that welfare may be off, a ratio: 1e-5 is 0.001 points.

    Examples
    --------
    >>> def squares(rows):
    ...     values = np.repeat(1 + rows.sum(axis=1)[:, None, None] ** 2, 5, axis=1)
    ...     return Worlds(values, np.zeros(len(rows), dtype=np.int8))
    >>> found, accuracy = interpolated(squares, np.linspace(0, 1, 5000)[:, None], 1e-4)
    >>> accuracy.nodes, accuracy.welfare < 1e-4, found.values[-1, 0].round(4)
    ((7,), True, array([2.]))
    """
    found = fitted(solve, rows, tolerance, len(rows) // 2)
    if found is None:
        return None
    status = np.full(len(rows), Status.CONVERGED, dtype=np.int8)
    return Worlds(found[0].at(rows), status), found[1]


def fitted(
    solve: Solver, rows: Floats, tolerance: float, most: int, margin: float = 0.0
) -> tuple[Grid, Accuracy] | None:
    """Return a grid that answers rows like these and how well, or None where none is good enough.

    Parameters
    ----------
    solve, rows, tolerance : as in `interpolated`.
    most : equilibria that may be solved for it.
    margin : how far the grid reaches beyond the rows, a share of how far they are apart.
    """
    moving = np.flatnonzero(rows.max(axis=0) > rows.min(axis=0))
    if not 1 <= len(moving) <= MOST_DUTIES:
        return None
    tried = np.linspace(0, len(rows) - 1, min(HELD_OUT, len(rows)), dtype=np.int64)
    direct = solve(rows[tried])
    spent = len(tried)
    for nodes in NODES:
        spent += nodes ** len(moving)
        if spent > most or not direct.solved:
            return None
        axes = [_axis(rows[:, k], nodes, margin) for k in moving]
        nodal = solve(_corners(rows[0], moving, axes))
        if not nodal.solved:
            return None
        grid = Grid.through(rows[0], moving, axes, nodal.values)
        errors = _errors(grid.at(rows[tried]), direct.values)
        if errors[0] <= tolerance:
            return grid, Accuracy(len(rows), (nodes,) * len(moving), spent, len(tried), *errors)
    return None


def _axis(duties: Floats, nodes: int, margin: float) -> Floats:
    """Return the nodes for one duty, in log(1 + duty)."""
    low, high = np.log1p(duties.min()), np.log1p(duties.max())
    return np.linspace(low - margin * (high - low), high + margin * (high - low), nodes)


def _corners(row: Floats, moving: NDArray[np.int64], axes: Sequence[Floats]) -> Floats:
    """Return the rows of the grid, the last duty fastest; those that do not move are as in ``row``."""
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    rows = np.repeat(row[None], len(places), axis=0)
    rows[:, moving] = np.expm1(places)
    return rows


def _errors(found: Floats, direct: Floats) -> tuple[float, float, float]:
    """Return the largest errors of welfare, of price and of money."""
    off = np.abs(found - direct)
    imports = np.maximum(direct[:, QUANTITIES.index("imports")], np.finfo(np.float64).tiny)
    money = (off[:, 2:] / imports[:, None]).max()
    return float(off[:, 0].max()), float(off[:, 1].max()), float(money)
