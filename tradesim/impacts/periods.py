"""Periods: the stretches of days over which duties are averaged before a model is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.timegrid import Days, as_day

STEPS = {"D": "D", "W": "W", "M": "M", "MS": "M", "Q": "Q", "QS": "Q", "Y": "Y", "YS": "Y"}
"""Names of periods; those of pandas with an S, for the day that labels them, mean the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Days gathered into periods.

    Parameters
    ----------
    dates : (D,) datetime64[D], the first day of each that the paths have.
    first : (D,) int64, its position among the days.
    days : (D,) int64, how many days it has.
    """

    dates: Days
    first: NDArray[np.int64]
    days: NDArray[np.int64]

    def mean(self, duty: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the average by day count over each period, (S, D, ...), of daily duties, (S, T, ...)."""
        if (self.days == 1).all():
            return np.asarray(duty[:, self.first])
        days = self.days.reshape(-1, *(1,) * (duty.ndim - 2))
        return np.asarray(np.add.reduceat(duty, self.first, axis=1) / days)

    def years(self, since: np.datetime64) -> NDArray[np.float64]:
        """Return the years from a day to the middle of each period, (D,); 0 before it."""
        elapsed = (self.dates - since).astype(np.float64) + (self.days - 1) / 2
        return np.maximum(elapsed, 0.0) / 365.25


def periods(dates: Days, at: Any) -> Periods:
    """Return the periods of some consecutive days.

    Parameters
    ----------
    dates : (T,) datetime64[D], consecutive.
    at : ``D``, ``W``, ``M``, ``Q``, ``Y`` (weeks begin on Mondays; the first and last period may be cut),
        or days, each a period of its own.

    Raises
    ------
    InputError
        For an unknown name, no day, and days that the paths do not have.

    Examples
    --------
    >>> october = np.arange("2025-10-30", "2025-11-03", dtype="datetime64[D]")
    >>> periods(october, "M").mean(np.array([[0.1, 0.3, 0.5, 0.5]]))
    array([[0.2, 0.5]])
    """
    if isinstance(at, str):
        fail_if([] if at in STEPS else [unknown_name("period", at, STEPS, "at (one day is a list of one)")])
        return _calendar(dates, STEPS[at])
    if not isinstance(at, Iterable):
        fail_if([Problem("not a choice of dates", "at", repr(at), f"{', '.join(STEPS)}, or a list of days")])
    return _chosen(dates, list(at))


def _calendar(dates: Days, step: str) -> Periods:
    if step == "W":
        # Day 0 of numpy's calendar, 1970-01-01, is a Thursday.
        label = (dates.astype(np.int64) + 3) // 7
    elif step == "Q":
        label = dates.astype("datetime64[M]").astype(np.int64) // 3
    else:
        label = dates.astype(f"datetime64[{step}]").astype(np.int64)
    first = np.flatnonzero(np.diff(label, prepend=label[0] - 1))
    return Periods(dates[first], first, np.diff(first, append=len(dates)))


def _chosen(dates: Days, given: list[Any]) -> Periods:
    days = np.array(sorted({as_day(day, "at") for day in given}), dtype="datetime64[D]")
    allowed = f"days from {dates[0]} to {dates[-1]}"
    fail_if([Problem("no date", "at", "nothing", allowed)] if not len(days) else [])
    fail_if(
        Problem("a day that the paths do not have", "at", str(d), allowed) for d in days if d not in dates
    )
    return Periods(days, np.searchsorted(dates, days), np.ones(len(days), dtype=np.int64))
