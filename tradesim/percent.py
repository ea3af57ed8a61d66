"""Percent for fraction: rates of 200% and more are read as given, and a warning names both readings.

Duties of 200% and 250% exist, so that nothing is refused here. What is meant is said in one way everywhere:

- in Python ``with tradesim.high_rates_meant(): …`` around what makes or asks something;
- in a scenario file ``high_rates_meant = true`` at the top;
- in a file of measures ``yes`` in a column ``high_rates_meant``.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from tradesim.errors import PercentWarning

DOUBTFUL = 2.0
"""200%: the least rate that is asked about."""
MEANT = "high_rates_meant"
"""The key of scenario files and the column of files of measures."""

INSIDE = ("tradesim", "dataclasses", "contextlib", "pydantic")
"""Modules whose lines are not the user's."""

_MEANT: ContextVar[bool] = ContextVar(MEANT, default=False)


@contextmanager
def high_rates_meant() -> Iterator[None]:
    """Say that rates of 200% and more are meant, for what is made and asked within.

    Examples
    --------
    >>> import tradesim as ts
    >>> with ts.high_rates_meant():
    ...     ts.rules.Counter(step=2.5).step
    2.5
    """
    token = _MEANT.set(True)
    try:
        yield
    finally:
        _MEANT.reset(token)


def are_meant() -> bool:
    """Return whether high rates are said to be meant."""
    return _MEANT.get()


def is_doubtful(value: Any) -> bool:
    """Return whether a rate may be a percentage written for a fraction."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return number and bool(np.isfinite(value)) and value >= DOUBTFUL


def readings(value: float) -> str:
    """Name both readings of a number.

    Examples
    --------
    >>> readings(7.5)
    '7.5 is 750%; 0.075 is 7.5%'
    """
    return f"{value:.6g} is {100 * value:.6g}%; {value / 100:.6g} is {value:.6g}%"


def warn(where: str, value: Any, default: Any = None) -> None:
    """Warn of a rate that may be a percentage, unless it is the default or is said to be meant."""
    if not _MEANT.get() and is_doubtful(value) and not _is_default(value, default):
        say(where, float(value))


def warn_of_table(where: str, values: Any) -> None:
    """Warn once of the highest of many rates."""
    if not _MEANT.get() and np.size(values):
        with np.errstate(invalid="ignore"):
            warn(where, float(np.max(values)))


def say(where: str, value: float) -> None:
    """Warn of one rate, at the line of the first caller outside of this package."""
    text = f"{where}: {readings(value)}; if it is meant, say so: with tradesim.{MEANT}()"
    warnings.warn(text, PercentWarning, stacklevel=_depth())


def say_in_file(where: str, value: float, how: str) -> None:
    """Warn of one rate in a file, with its place and how the file says that it is meant."""
    warnings.warn(f"{where}: {readings(value)}; if it is meant, {how}", PercentWarning, stacklevel=_depth())


def _is_default(value: Any, default: Any) -> bool:
    """Return whether a value is that of a field nobody filled: an int, or another float, was typed."""
    return isinstance(value, float) and value == default


def _depth() -> int:
    """Return how many calls lie between `warnings.warn` and the code of the user."""
    depth, frame = 1, sys._getframe(1)  # noqa: SLF001 as warnings itself does
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(INSIDE):
        depth, frame = depth + 1, frame.f_back
    return depth
