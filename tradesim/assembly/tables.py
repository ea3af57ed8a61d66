"""Tables: lists of rows as arrays of a known shape, also when there are none."""

from collections.abc import Sequence

import numpy as np

from tradesim.engine.program import Floats, Ints


def table(rows: Sequence[Sequence[int]], width: int) -> Ints:
    """Return rows as a (len(rows), width) int64 array."""
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)


def whole(values: Sequence[int]) -> Ints:
    """Return whole numbers as an int64 array."""
    return np.array(values, dtype=np.int64).reshape(len(values))


def numbers(rows: Sequence[Sequence[float]], width: int) -> Floats:
    """Return rows as a (1, len(rows), width) float64 array: parameters that no draw changes."""
    return np.array(rows, dtype=np.float64).reshape(1, len(rows), width)
