"""Instruments: the duties that a government may move, as a flat list of numbers for an optimiser."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.errors import Problem, fail_if, unknown_name

Floats = NDArray[np.float64]
Uniform = Literal["none", "partners", "sectors", "all"]

UNIFORM: tuple[Uniform, ...] = ("none", "partners", "sectors", "all")
"""What a duty may be the same across."""


@dataclass(frozen=True, slots=True, eq=False)
class Instruments:
    """Which duties move, and which move together.

    Parameters
    ----------
    number : (N, N) or (N, N, S) int64, importer × exporter (× sector): which sets a duty, from 0;
        −1 where the duty stays as it is.

    Examples
    --------
    >>> both = Instruments(np.array([[-1, 0, 0], [-1, -1, -1], [1, -1, -1]]))
    >>> both.set(np.zeros((3, 3)), np.array([0.1, 0.2]))
    array([[0. , 0.1, 0.1],
           [0. , 0. , 0. ],
           [0.2, 0. , 0. ]])
    >>> both.sums(np.ones((3, 3)))
    array([2., 1.])
    """

    number: NDArray[np.int64]

    @classmethod
    def together(cls, several: Iterable["Instruments"]) -> "Instruments":
        """Return the instruments of several economies as one list, those of the first first."""
        number, many = None, 0
        for one in several:
            shifted = np.where(one.free, one.number + many, -1)
            number = shifted if number is None else np.maximum(number, shifted)
            many += one.many
        return cls(np.asarray(number))

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which duties move, in the shape of the tariffs."""
        return np.asarray(self.number >= 0)

    @property
    def many(self) -> int:
        """How many instruments there are."""
        return int(self.number.max()) + 1

    def set(self, tariffs: Floats, values: Floats) -> Floats:
        """Return the tariffs with the instruments at these values, (K,)."""
        out = tariffs.copy()
        out[self.free] = values[self.number[self.free]]
        return out

    def sums(self, cells: Floats) -> Floats:
        """Return the sum of cells over each instrument, (K,): what turns slopes by duty into slopes by it."""
        return np.bincount(self.number[self.free], cells[self.free], self.many).astype(np.float64)

    def means(self, cells: Floats) -> Floats:
        """Return the mean of cells over each instrument, (K,)."""
        return self.sums(cells) / self.sums(np.ones(cells.shape))


def instruments(
    flows: Floats, importers: Sequence[int], free: ArrayLike | None = None, uniform: Uniform = "none"
) -> Instruments:
    """Return the duties that importers may move: all on goods they buy from others, unless told otherwise.

    Parameters
    ----------
    flows : (N, N) or (N, N, S): what is not traded has no duty to speak of and stays as it is.
    importers : positions of the economies that choose.
    free : bool, of a shape that spreads to the flows': the duties that may move.
    uniform : ``partners``: one duty on a sector, whoever sells it; ``sectors``: one on a partner, whatever
        it sells; ``all``: a single duty an importer.

    Raises
    ------
    InputError
        If nothing is left to choose, or an argument has the wrong shape or name.
    """
    fail_if(_problems(flows, free, uniform))
    n = len(flows)
    chosen = np.zeros(flows.shape, dtype=np.bool_)
    chosen[list(importers)] = True
    chosen[np.arange(n), np.arange(n)] = False
    chosen &= flows > 0
    if free is not None:
        chosen &= np.broadcast_to(np.asarray(free, dtype=np.bool_), flows.shape)
    if not chosen.any():
        problem = Problem("no duty to choose", "free", allowed="one on goods that are traded, at least")
        fail_if([problem])
    sectors = flows.shape[2] if flows.ndim == 3 else 1
    importer, exporter, sector = np.indices((n, n, sectors))
    partner = exporter if uniform in {"none", "sectors"} else 0
    product = sector if uniform in {"none", "partners"} else 0
    key = ((importer * n + partner) * sectors + product).reshape(flows.shape)
    number = np.full(flows.shape, -1, dtype=np.int64)
    number[chosen] = np.unique(key[chosen], return_inverse=True)[1]
    return Instruments(number)


def _problems(flows: Floats, free: ArrayLike | None, uniform: str) -> list[Problem]:
    found = []
    if uniform not in UNIFORM:
        found.append(unknown_name("uniformity", uniform, UNIFORM, "uniform"))
    if free is not None:
        shape = np.shape(free)
        try:
            np.broadcast_to(np.empty(shape), flows.shape)
        except ValueError:
            allowed = f"one that spreads to {flows.shape}, as the flows"
            found.append(Problem("wrong shape", "free", f"shape {shape}", allowed))
    return found
