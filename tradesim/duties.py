"""Duties: measures turned into what is charged by day, and days into periods."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import stacking
from tradesim.errors import Problem, fail_if
from tradesim.measures import Measure
from tradesim.timegrid import Days

Frequency = Literal["D", "W", "M", "Q", "Y"]
FAR = np.datetime64("9999-12-31", "D")


def contributions_on(days: Days, measures: Sequence[Measure]) -> NDArray[np.float64]:
    """Return what each of K measures of one pair adds on each of T days, ``(T, K)`` float64, fraction."""
    starts = np.array([m.effective for m in measures], dtype="datetime64[D]")
    ends = np.array([FAR if m.expires is None else m.expires for m in measures], dtype="datetime64[D]")
    changes = np.unique(np.concatenate([starts, ends]))
    interval = np.searchsorted(changes, days, side="right") - 1
    needed, position = np.unique(interval, return_inverse=True)
    began = changes[np.maximum(needed, 0)][:, None]
    active = (starts <= began) & (began < ends) & (needed >= 0)[:, None]
    return stacking.contributions(measures, active)[position]


def labelled(
    days: Days,
    keys: Sequence[tuple[str, ...]],
    columns: Sequence[NDArray[np.float64]],
    levels: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Label series by date and key.

    Parameters
    ----------
    days : (T,) the index.
    keys : one per column, in the order of ``levels``.
    columns : (T,) float64 each.
    levels : for each part of a key its name, and all its values in the order in which they sort.
    """
    used = [{key[k] for key in keys} for k in range(len(levels))]
    kept = [
        [value for value in values if value in u] for values, u in zip(levels.values(), used, strict=True)
    ]
    codes = [[values.index(key[k]) for key in keys] for k, values in enumerate(kept)]
    labels = pd.MultiIndex(levels=kept, codes=codes, names=list(levels))
    data = np.column_stack(list(columns)) if columns else np.empty((len(days), 0))
    return pd.DataFrame(data, index=pd.DatetimeIndex(days, name="date"), columns=labels)


def tables_on(
    days: Days, tables: NDArray[np.float64], rows: pd.Index, columns: pd.Index, *, several: bool
) -> pd.DataFrame:
    """Label the tables of some days, (T, R, C): of one day as it is, of several below each other by date."""
    if not len(days):
        fail_if([Problem("no day", "date", "none", "one day or more")])
    frames = [pd.DataFrame(table, index=rows, columns=columns) for table in tables]
    if not several:
        return frames[0]
    return pd.concat(frames, keys=pd.DatetimeIndex(days), names=["date", *rows.names])


def averaged(frame: pd.DataFrame, freq: Frequency) -> pd.DataFrame:
    """Average a daily frame over the days of each week, month, quarter or year it holds."""
    check_choice("freq", freq, ("D", "W", "M", "Q", "Y"))
    if freq == "D":
        return frame
    period = pd.DatetimeIndex(frame.index).to_period(freq)
    first_days = frame.index[~period.duplicated()]
    means = frame.groupby(period).mean()
    return means.set_axis(pd.DatetimeIndex(first_days, name="date"), axis=0)


def check_choice(name: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a choice that is not among the allowed ones."""
    if value not in allowed:
        fail_if([Problem(f"unknown {name}", name, repr(value), " | ".join(allowed))])
