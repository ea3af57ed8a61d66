"""Words: values of parameters as JSON knows them, and back."""

import datetime as dt
from typing import Any, TypeGuard

import numpy as np

from tradesim.conversion import real, shown, whole
from tradesim.errors import InputError, Problem
from tradesim.shocks import Size
from tradesim.timegrid import as_date

SIZE, DATE, TUPLE = "size", "date", "tuple"
"""Names of what JSON has no word for."""


def is_whole(value: Any, least: int) -> TypeGuard[int]:
    """Return whether a value is a whole number, Python's or numpy's, not below a least one.

    Examples
    --------
    >>> is_whole(np.int64(3), 1), is_whole(3.0, 1), is_whole(True, 1), is_whole(0, 1)
    (True, False, False, False)
    """
    return whole(value, least) is not None


def plain(value: Any) -> Any:
    """Return a value of a parameter as JSON knows it; `unplain` makes it again.

    Raises
    ------
    InputError
        For a value that cannot be written down, such as a function.

    Examples
    --------
    >>> plain(np.float64(0.5)), plain(dt.date(2025, 11, 10)), plain(("CAN", "MEX"))
    (0.5, {'date': '2025-11-10'}, {'tuple': ['CAN', 'MEX']})
    """
    if isinstance(value, np.datetime64):
        return {DATE: str(value.astype("datetime64[D]"))}
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, dt.date):
        return {DATE: value.isoformat()[:10]}
    if isinstance(value, Size):
        return {SIZE: {"distribution": value.distribution, **value.parameters}}
    if isinstance(value, tuple | list):
        return {TUPLE: [plain(each) for each in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    allowed = "numbers, texts, dates, true or false, lists of them, sizes of shocks"
    raise InputError([Problem("a value that cannot be written down", "", shown(value), allowed)])


def unplain(value: Any) -> Any:
    """Return the value that `plain` wrote down.

    Raises
    ------
    InputError
        For what `plain` writes for no value: it comes from a file.

    Examples
    --------
    >>> unplain(plain(Size("fixed", value=0.25))) == Size("fixed", value=0.25)
    True
    """
    if value is None or isinstance(value, bool | str) or real(value) is not None:
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((kind, content),) = value.items()
        if kind == DATE:
            return as_date(content)
        if kind == TUPLE and isinstance(content, list):
            return tuple(map(unplain, content))
        if kind == SIZE and isinstance(content, dict) and isinstance(content.get("distribution"), str):
            return Size(**content)
    raise InputError([Problem("not a value of a parameter", "", shown(value))])
