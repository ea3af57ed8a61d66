"""Calendar days: one way to read a date, and the daily grid that everything runs on."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, Together, fail_if
from tradesim.parsing import calendar_day

Day = np.datetime64
"""A calendar day, ``datetime64[D]``."""
DateLike = str | dt.date | np.datetime64
Days = NDArray[np.datetime64]
Dates = DateLike | Iterable[Any]
"""One day, or several in a list, tuple, array, Series or index of days."""

EARLIEST, LATEST = dt.date(1600, 1, 1), dt.date(2400, 1, 1)


def as_day(value: Any, where: str = "date") -> np.datetime64:
    """Read a calendar day from ISO text, a date or a timestamp at midnight.

    Raises
    ------
    InputError
        If the value is not a calendar day between 1600 and 2400, or carries a time of day.

    Examples
    --------
    >>> as_day("2025-04-10")
    np.datetime64('2025-04-10')
    """
    day, fix = calendar_day(value)
    if day is None or not EARLIEST <= day < LATEST:
        allowed = "YYYY-MM-DD between 1600 and 2400"
        got = " ".join(repr(value).split())
        raise InputError([Problem("not a calendar day", where, got[:80], allowed, fix)])
    return np.datetime64(day, "D")


def as_date(value: Any, where: str = "date") -> dt.date:
    """Read a calendar day like `as_day`, as a plain date."""
    day = as_day(value, where)
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(day.astype(np.int64)))


def as_days(values: Any, where: str = "date") -> Days:
    """Read one calendar day or several, in the order given, ``(T,) datetime64[D]``.

    Parameters
    ----------
    values : a day, or a list, tuple, array, Series or index of days, or a `TimeGrid`.
    where : what to call them in messages.

    Raises
    ------
    InputError
        With every value that is not a calendar day; for values in more than one dimension, and sets, which
        have no order.

    Examples
    --------
    >>> as_days(["2025-04-10", "2025-05-14"])
    array(['2025-04-10', '2025-05-14'], dtype='datetime64[D]')
    """
    if isinstance(values, TimeGrid):
        return values.days
    if not is_several(values):
        one = values[()] if isinstance(values, np.ndarray) and values.ndim == 0 else values
        return np.array([as_day(one, where)])
    every = Together()
    read = []
    for k, value in enumerate(values):
        with every:
            read.append(as_day(value, f"{where}[{k}]"))
    every.refuse()
    return np.array(read, dtype="datetime64[D]")


def is_several(values: Any) -> bool:
    """Return whether several days are given rather than one."""
    if isinstance(values, list | tuple | TimeGrid):
        return True
    return getattr(values, "ndim", 0) == 1


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """Consecutive calendar days, half-open: ``start`` is in, ``end`` is out.

    Examples
    --------
    >>> grid = TimeGrid("2025-04-01", "2025-04-04")
    >>> len(grid), grid.days[-1]
    (3, np.datetime64('2025-04-03'))
    """

    start: np.datetime64
    end: np.datetime64

    def __init__(self, start: DateLike, end: DateLike) -> None:
        first, stop = as_day(start, "start"), as_day(end, "end")
        if stop <= first:
            fail_if([Problem("time grid holds no day", "end", str(stop), f"a day after the start {first}")])
        object.__setattr__(self, "start", first)
        object.__setattr__(self, "end", stop)

    @classmethod
    def through(cls, first: DateLike, last: DateLike) -> "TimeGrid":
        """Return the grid from ``first`` to ``last``, both included, as a person names a period."""
        begin, end = as_day(first, "first day"), as_day(last, "last day")
        if end < begin:
            fail_if([Problem("before the first day", "last day", str(end), f"{begin} or later")])
        return cls(begin, end + np.timedelta64(1, "D"))

    @property
    def days(self) -> Days:
        """Every day of the grid, ``(T,) datetime64[D]``."""
        return np.arange(self.start, self.end, dtype="datetime64[D]")

    def __len__(self) -> int:
        return int((self.end - self.start).astype(int))

    def position(self, day: DateLike) -> int:
        """Return how many days ``day`` lies after the start (negative before it)."""
        return int((as_day(day) - self.start).astype(int))
