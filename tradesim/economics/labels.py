"""Labels: frames of pandas in, without needing pandas, and plain arrays for the arithmetic."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.checks import numbers
from tradesim.errors import InputError, Problem, unknown_name

Floats = NDArray[np.float64]


def labelled(name: str, values: Any, codes: Sequence[str] = ()) -> tuple[Floats, tuple[str, ...]]:
    """Return values as an array, and the names of the economies, given or read from a frame.

    A frame, importer × exporter, must name the same economies on both sides; rows and columns may be in any
    order, and follow the names given, or else the rows.

    Examples
    --------
    >>> import pandas as pd
    >>> labelled("flows", pd.DataFrame([[1, 2], [3, 4]], index=["USA", "CHN"], columns=["CHN", "USA"]))
    (array([[2., 1.],
           [4., 3.]]), ('USA', 'CHN'))
    """
    names = tuple(codes)
    if _is_frame(values) and not names:
        names = tuple(str(code) for code in values.index)
    return aligned(name, values, names), names


def aligned(name: str, values: Any, codes: Sequence[str]) -> Floats:
    """Return values as an array; a frame is put into the order of the economies, and must have all of them.

    Raises
    ------
    InputError
        For a frame that names other economies, or one of them twice, or where none are named.
    """
    if not _is_frame(values):
        return numbers(name, values)
    rows, columns = (
        _places(f"{name} {side}", [str(code) for code in given], codes)
        for side, given in (("rows", values.index), ("columns", values.columns))
    )
    return numbers(name, values.to_numpy()[np.ix_(rows, columns)])


def _places(where: str, given: list[str], codes: Sequence[str]) -> list[int]:
    """Return where each economy stands among the names given."""
    if sorted(given) != sorted(codes):
        odd = sorted(set(given) ^ set(codes)) or ["an economy twice"]
        allowed = ", ".join(codes) if codes else "an array, as the economies have no names"
        raise InputError([Problem("other economies than the model's", where, ", ".join(odd), allowed)])
    return [given.index(code) for code in codes]


def position(economy: str | int, codes: Sequence[str], n: int, name: str = "") -> int:
    """Return the position of an economy, given by its name, where economies have names, or by its position.

    Examples
    --------
    >>> position("CHN", ("USA", "CHN"), 2), position(1, (), 2)
    (1, 1)
    """
    if isinstance(economy, str) and economy in codes:
        return codes.index(economy)
    whole = isinstance(economy, int | np.integer) and not isinstance(economy, bool)
    if whole and 0 <= int(economy) < n:
        return int(economy)
    known = codes or [str(k) for k in range(n)]
    raise InputError([unknown_name("economy", str(economy), known, name)])


def _is_frame(values: Any) -> bool:
    return hasattr(values, "index") and hasattr(values, "columns") and hasattr(values, "to_numpy")
