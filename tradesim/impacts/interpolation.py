"""Interpolation: where too many rows of duties differ, a model is solved on a grid of the duties that move.

The grid is even in log(1 + duty), in which trade is smooth. A spline of degree 5, the product of one for
each duty, goes through its nodes. How far it is off is measured, not assumed: rows that were held out are
solved directly, and the grid is made finer until their welfare is met. Where that takes as long as solving
every row, where more than `MOST_DUTIES` move, or a corner of the grid has no solution, every row is solved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
    rows : how many rows it answers.
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

    def __str__(self) -> str:
        shape = " × ".join(map(str, self.nodes))
        return (
            f"{self.rows:,} duty rows from a grid of {shape} nodes; off by {100 * self.welfare:.1g} points "
            f"of welfare at most, on {self.held_out} rows solved directly"
        )


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
    moving = np.flatnonzero(rows.max(axis=0) > rows.min(axis=0))
    if not 1 <= len(moving) <= MOST_DUTIES:
        return None
    tried = np.linspace(0, len(rows) - 1, min(HELD_OUT, len(rows)), dtype=np.int64)
    direct = solve(rows[tried])
    spent = len(tried)
    for nodes in NODES:
        spent += nodes ** len(moving)
        if spent > len(rows) / 2 or not direct.solved:
            return None
        axes = [_axis(rows[:, k], nodes) for k in moving]
        grid = solve(_corners(rows[0], moving, axes))
        if not grid.solved:
            return None
        errors = _errors(_looked_up(axes, grid.values, rows[tried][:, moving]), direct.values)
        if errors[0] <= tolerance:
            values = _looked_up(axes, grid.values, rows[:, moving])
            shape = (nodes,) * len(moving)
            accuracy = Accuracy(len(rows), shape, spent, len(tried), *errors)
            return Worlds(values, np.full(len(rows), Status.CONVERGED, dtype=np.int8)), accuracy
    return None


def _axis(duties: Floats, nodes: int) -> Floats:
    """Return the nodes for one duty, in log(1 + duty)."""
    return np.linspace(np.log1p(duties.min()), np.log1p(duties.max()), nodes)


def _corners(row: Floats, moving: NDArray[np.int64], axes: Sequence[Floats]) -> Floats:
    """Return the rows of the grid, the last duty fastest; those that do not move are as in ``row``."""
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    rows = np.repeat(row[None], len(places), axis=0)
    rows[:, moving] = np.expm1(places)
    return rows


def _looked_up(axes: Sequence[Floats], values: Floats, duties: Floats) -> Floats:
    """Return what a spline through the grid's values, (nodes, 5, N), says at duties, (P, K): (P, 5, N)."""
    from scipy.interpolate import NdBSpline, make_interp_spline  # noqa: PLC0415 loads where it is used

    weights = values.reshape(*(len(axis) for axis in axes), -1)
    knots = []
    for k, axis in enumerate(axes):
        along = make_interp_spline(axis, weights, k=DEGREE, axis=k)
        knots.append(along.t)
        weights = np.moveaxis(along.c, 0, k)
    spline = NdBSpline(tuple(knots), np.ascontiguousarray(weights), DEGREE)
    # Rounding must not put a duty outside the grid.
    places = np.clip(np.log1p(duties), [axis[0] for axis in axes], [axis[-1] for axis in axes])
    found = [spline(places[some : some + ROWS]) for some in range(0, len(places), ROWS)]
    return np.asarray(np.concatenate(found).reshape(-1, *values.shape[1:]))


def _errors(found: Floats, direct: Floats) -> tuple[float, float, float]:
    """Return the largest errors of welfare, of price and of money."""
    off = np.abs(found - direct)
    imports = np.maximum(direct[:, QUANTITIES.index("imports")], np.finfo(np.float64).tiny)
    money = (off[:, 2:] / imports[:, None]).max()
    return float(off[:, 0].max()), float(off[:, 1].max()), float(money)
