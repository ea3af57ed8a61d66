"""Calendar days: one way to read a date, and the daily grid that everything runs on."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, fail_if

Day = np.datetime64
"""A calendar day, ``datetime64[D]``."""
DateLike = str | dt.date | np.datetime64
Days = NDArray[np.datetime64]

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
    day = _read_day(value)
    if day is None or not EARLIEST <= day < LATEST:
        raise InputError(
            [Problem("not a calendar day", where, repr(value), "YYYY-MM-DD between 1600 and 2400")]
        )
    return np.datetime64(day, "D")


def as_date(value: Any, where: str = "date") -> dt.date:
    """Read a calendar day like `as_day`, as a plain date."""
    day = as_day(value, where)
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(day.astype(np.int64)))


def _read_day(value: Any) -> dt.date | None:
    if isinstance(value, np.datetime64):
        value = None if np.isnat(value) else value.astype("datetime64[us]").item()
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, dt.datetime):
        return value.date() if value == value and value.time() == dt.time() else None  # noqa: PLR0124 NaT
    return value if isinstance(value, dt.date) else None


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
