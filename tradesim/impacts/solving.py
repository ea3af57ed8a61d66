"""Solving: a model's answers to many rows of duties, each distinct row solved once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.status import Status
from tradesim.percent import high_rates_meant

Floats = NDArray[np.float64]

QUANTITIES = ("welfare", "price", "revenue", "imports", "exports")
"""What a model is asked for, in the order of `Worlds.values`."""
DECIMALS = 9
"""Duties that agree to so many decimals are one. Half a unit of the last one moves welfare by less than 1e-9
times the share of imports in spending, a ten-thousandth of the error that interpolation is allowed."""
CELLS = 1_000_000
"""Cells of scenario × importer × exporter that are solved in one call, which bounds the memory."""


class Model(Protocol):
    """What a model must offer: the names of its economies, flows importer × exporter, and `solve`."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The economies."""

    @property
    def flows(self) -> Floats:
        """(N, N), importer × exporter."""

    @property
    def elasticity(self) -> float:
        """The trade elasticity."""

    def solve(self, tariffs: Any) -> Any:
        """Return an equilibrium for tariffs, (..., N, N)."""


@dataclass(frozen=True, slots=True, eq=False)
class Worlds:
    """A model's answers to U rows of duties.

    Parameters
    ----------
    values : (U, 5, N) float64, `QUANTITIES`: ratios to the model's base, and money in its unit; NaN where
        there is no solution.
    status : (U,) int8, of `Status`.
    """

    values: Floats
    status: NDArray[np.int8]

    @property
    def solved(self) -> bool:
        """Whether every row has a solution."""
        return bool((self.status == Status.CONVERGED).all())

    def at(self, places: NDArray[np.int64]) -> "Worlds":
        """Return the answers at some places, in their order and as often as they are named."""
        return Worlds(self.values[places], self.status[places])


Solver = Callable[[Floats], Worlds]
"""From rows of duties, (U, K), to the model's answers."""


def distinct(rows: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the rows of (P, K) that differ, rounded to `DECIMALS`, and which of them each row is, (P,).

    Examples
    --------
    >>> distinct(np.array([[0.3, 0.1], [0.1, 0.1], [0.1 + 0.2, 0.1]]))
    (array([[0.1, 0.1],
           [0.3, 0.1]]), array([1, 0, 1]))
    """
    rounded = rows.round(DECIMALS) + 0.0  # of two zeros, one
    label = np.zeros(len(rows), dtype=np.int64)
    for column in rounded.T:
        values, place = np.unique(column, return_inverse=True)
        _, label = np.unique(label * len(values) + place, return_inverse=True)
    _, first = np.unique(label, return_index=True)
    return rounded[first], label


def worlds(model: Model, tariffs: Floats) -> Worlds:
    """Return a model's answers to tariffs, (U, N, N)."""
    size = max(1, CELLS // tariffs[0].size)
    parts = [_block(model, tariffs[some : some + size]) for some in range(0, len(tariffs), size)]
    return Worlds(*(np.concatenate(of) for of in zip(*parts, strict=True)))


def _block(model: Model, tariffs: Floats) -> tuple[Floats, NDArray[np.int8]]:
    with high_rates_meant():  # a scenario's duties, of which a person was asked where they were typed
        found = model.solve(tariffs)
    values = np.stack([np.asarray(getattr(found, name)) for name in QUANTITIES], axis=1)
    status = np.asarray(found.status, dtype=np.int8)
    # A model of the user's own may call finished what it could not compute.
    broken = (status == Status.CONVERGED) & ~np.isfinite(values).all(axis=(1, 2))
    return values, np.where(broken, np.int8(Status.BROKEN), status)
