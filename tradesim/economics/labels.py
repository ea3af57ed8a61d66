"""Labels: frames of pandas in, without needing pandas, and plain arrays for the arithmetic."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.checks import numbers
from tradesim.errors import InputError, Problem

Floats = NDArray[np.float64]


def labelled(name: str, values: Any) -> tuple[Floats, tuple[str, ...]]:
    """Return values as an array, with the names of the economies where a frame gives them.

    A frame, importer × exporter, must name the same economies on both sides; columns may be in any order.

    Examples
    --------
    >>> import pandas as pd
    >>> labelled("flows", pd.DataFrame([[1, 2], [3, 4]], index=["USA", "CHN"], columns=["CHN", "USA"]))
    (array([[2., 1.],
           [4., 3.]]), ('USA', 'CHN'))
    """
    if not _is_frame(values):
        return numbers(name, values), ()
    codes = tuple(str(code) for code in values.index)
    return aligned(name, values, codes), codes


def aligned(name: str, values: Any, codes: Sequence[str]) -> Floats:
    """Return values as an array; a frame is put into the order of the economies, and must have all of them.

    Raises
    ------
    InputError
        For a frame that names other economies, or one of them twice, or where none are named.
    """
    if not _is_frame(values):
        return numbers(name, values)
    for side, given in (("rows", values.index), ("columns", values.columns)):
        names = [str(code) for code in given]
        if sorted(names) != sorted(codes):
            odd = sorted(set(names) ^ set(codes)) or ["an economy twice"]
            allowed = ", ".join(codes) if codes else "an array, as the economies have no names"
            raise InputError(
                [Problem("other economies than the model's", f"{name} {side}", str(odd), allowed)]
            )
    position = [
        [str(code) for code in given].index(c) for given in (values.index, values.columns) for c in codes
    ]
    rows, columns = position[: len(codes)], position[len(codes) :]
    return numbers(name, values.to_numpy()[np.ix_(rows, columns)])


def _is_frame(values: Any) -> bool:
    return hasattr(values, "index") and hasattr(values, "columns") and hasattr(values, "to_numpy")
