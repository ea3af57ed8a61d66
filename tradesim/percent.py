"""Percent for fraction: rates of 200% and more are read as given, and a warning names both readings.

Duties of 200% and 250% exist, so that nothing is refused here. What is meant is said in one way everywhere:

- in Python ``with tradesim.high_rates_meant(): …`` around what makes or asks something;
- in a scenario file ``high_rates_meant = true`` at the top;
- in a file of measures ``yes`` in a column ``high_rates_meant``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from tradesim.conversion import Unstated, real
from tradesim.errors import PercentWarning, warn_user

DOUBTFUL = 2.0
"""200%: the least rate that is asked about."""
MEANT = "high_rates_meant"
"""The key of scenario files and the column of files of measures."""

IN_PYTHON = f"say so: with tradesim.{MEANT}()"
"""How a call says that a rate is meant."""

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
    """Return whether a rate that somebody stated may be a percentage written for a fraction.

    Examples
    --------
    >>> is_doubtful(10.0), is_doubtful(Unstated(10.0)), is_doubtful(1.25)
    (True, False, False)
    """
    number = None if isinstance(value, Unstated) else real(value)
    return number is not None and number >= DOUBTFUL


def readings(value: float) -> str:
    """Name both readings of a number.

    Examples
    --------
    >>> readings(7.5)
    '7.5 is 750%; 0.075 is 7.5%'
    """
    return f"{value:.6g} is {100 * value:.6g}%; {value / 100:.6g} is {value:.6g}%"


def warn(where: str, value: Any, how: str = IN_PYTHON) -> None:
    """Warn of a rate that may be a percentage, unless nobody stated it or it is said to be meant."""
    if not _MEANT.get() and is_doubtful(value):
        say(where, float(value), how)


def warn_of_table(where: str, values: Any) -> None:
    """Warn once of the highest of many rates."""
    if not _MEANT.get() and np.size(values):
        with np.errstate(invalid="ignore"):
            warn(where, float(np.max(values)))


def say(where: str, value: float, how: str = IN_PYTHON) -> None:
    """Warn of one rate, and say how it is said that it is meant."""
    warn_user(f"{where}: {readings(value)}; if it is meant, {how}", PercentWarning)
