"""Statistics of paths: one pair's values over draws and days in, plain arrays out."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.conversion import real, real_in, shown
from tradesim.errors import Problem
from tradesim.percent import IN_PYTHON, warn

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], NDArray[Any]]
"""From the (S, T) values of a pair to one number or day per draw, (S,)."""

DUST = 1e-12
"""Differences up to this are rounding: 0.1 + 0.2 does not exceed 0.3."""
NEVER = -1


def quantiles(values: Floats, q: Sequence[float]) -> Floats:
    """Return quantiles over the draws, equal to ``np.quantile(values, q, axis=0)``.

    A day is computed only where some draw differs from its day before; the others repeat.

    Parameters
    ----------
    values : (S, T) float64.
    q : Q numbers between 0 and 1.

    Returns
    -------
    (Q, T) float64.

    Examples
    --------
    >>> quantiles(np.array([[0.1, 0.1, 0.3], [0.2, 0.2, 0.2], [0.4, 0.4, 0.4]]), [0.5, 1.0])
    array([[0.2, 0.2, 0.3],
           [0.4, 0.4, 0.4]])
    """
    moves = moving_days(values)
    computed = np.quantile(values[:, moves], list(q), axis=0, overwrite_input=True)
    return np.asarray(computed, dtype=np.float64)[:, np.cumsum(moves) - 1]


def moving_days(values: Floats) -> NDArray[np.bool_]:
    """Return the days, ``(T,)`` bool, on which any of ``values``, ``(S, T)``, moves; the first one counts.

    Examples
    --------
    >>> moving_days(np.array([[0.1, 0.1, 0.3], [0.2, 0.2, 0.2]]))
    array([ True, False,  True])
    """
    moves = np.ones(values.shape[1], dtype=bool)
    moves[1:] = (values[:, 1:] != values[:, :-1]).any(axis=0)
    return moves


def above(values: Floats, level: float) -> NDArray[np.bool_]:
    """Return where values exceed a level: strictly, by more than `DUST`."""
    return values > level + DUST


def share_above(values: Floats, level: float) -> Floats:
    """Return the share of the T days on which each draw of ``values``, (S, T), exceeds a level, (S,)."""
    return np.asarray(above(values, level).mean(axis=1), dtype=np.float64)


def first_above(values: Floats, level: float) -> NDArray[np.int64]:
    """Return the first day on which each draw exceeds a level, (S,) int64; `NEVER` where none does.

    Examples
    --------
    >>> first_above(np.array([[0.1, 0.3, 0.1], [0.2, 0.2, 0.2]]), 0.2)
    array([ 1, -1])
    """
    found = above(values, level)
    return np.where(found.any(axis=1), found.argmax(axis=1), NEVER)


def passed_by(first: NDArray[np.int64], days: int) -> Floats:
    """Return the share of draws whose day, as `first_above` returns them, has come by each day, (days,).

    Examples
    --------
    >>> passed_by(np.array([1, -1, 1, 0]), 3)
    array([0.25, 0.75, 0.75])
    """
    return np.bincount(first[first != NEVER], minlength=days).cumsum() / max(len(first), 1)


def peak(values: Floats) -> Floats:
    """Return the highest of each draw, (S,)."""
    return np.asarray(values.max(axis=1), dtype=np.float64)


def peak_day(values: Floats) -> NDArray[np.int64]:
    """Return the first day on which each draw stands at its highest, but for `DUST`, (S,) int64."""
    highest = values.max(axis=1, keepdims=True)
    return np.asarray((values >= highest - DUST).argmax(axis=1), dtype=np.int64)


def middle(days: NDArray[np.int64]) -> int:
    """Return the median of some days; of an even number the earlier of the middle two, so that it is a day.

    Examples
    --------
    >>> middle(np.array([30, 0, 20, 10]))
    10
    """
    return int(np.sort(days)[(len(days) - 1) // 2])


def windows(held: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the half-open runs of days, (n, 2) int64, during which ``held``, (T,) bool, is true.

    Examples
    --------
    >>> windows(np.array([True, False, True, True]))
    array([[0, 1],
           [2, 4]])
    """
    padded = np.concatenate([[False], held, [False]]).astype(np.int8)
    return np.flatnonzero(np.diff(padded)).reshape(-1, 2)


SUMMARY = (
    "first",
    "mean",
    "peak",
    "highest on",
    "last",
    "last 5 %",
    "last 95 %",
    "ends higher",
    "ends lower",
)


def summary(values: Floats, dates: NDArray[np.datetime64]) -> list[Any]:
    """Return the row of one pair in a summary, in the order of `SUMMARY`.

    Parameters
    ----------
    values : (S, T) float64, fraction.
    dates : (T,) datetime64[D].
    """
    first, last = values[:, 0], values[:, -1]
    low, median, high = np.quantile(last, [0.05, 0.5, 0.95])
    return [
        np.median(first),
        np.median(values.mean(axis=1)),
        np.median(peak(values)),
        dates[middle(peak_day(values))],
        median,
        low,
        high,
        above(last - first, 0.0).mean(),
        above(first - last, 0.0).mean(),
    ]


def nested(labels: pd.MultiIndex, name: str, values: Sequence[float]) -> pd.MultiIndex:
    """Return labels with a level more: each of some values under every label, in order."""
    codes = [np.repeat(code, len(values)).tolist() for code in labels.codes]
    inner = list(range(len(values))) * len(labels)
    levels = [*(list(level) for level in labels.levels), list(values)]
    return pd.MultiIndex(levels=levels, codes=[*codes, inner], names=[*labels.names, name])


def quantile_problems(q: Any) -> Iterator[Problem]:
    """Yield what is wrong with a list of quantiles."""
    given = list(q) if isinstance(q, Sequence | np.ndarray) and not isinstance(q, str) else []
    if not given:
        yield Problem("no quantiles", "q", repr(q), "a list such as [0.05, 0.5, 0.95]")
    for value in given:
        if real_in(value, 0, 1) is None:
            yield Problem("not a quantile", "q", shown(value), "between 0 and 1")


HIGHEST_LEVEL = 10.0
"""1000 %: a level above it is taken for a percentage typed as a fraction."""


def level_problems(level: Any, where: str = "level", how: str = IN_PYTHON) -> Iterator[Problem]:
    """Yield what is wrong with a level of duty."""
    allowed = "a fraction of 0 or more: 0.25 is 25 %"
    number = real(level)
    if number is None or number < 0:
        yield Problem("not a duty", where, shown(level), allowed)
    elif number > HIGHEST_LEVEL:
        fix = f"levels are fractions: did you mean {number / 100:g}?"
        yield Problem(f"a duty above {100 * HIGHEST_LEVEL:g} %", where, f"{number:g}", "up to 10", fix)
    else:
        warn(where, number, how)
