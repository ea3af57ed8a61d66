"""Over partners: values of pairs of economies, averaged and labelled by importer, or by pair."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.schedule import Schedule
from tradesim.timegrid import TimeGrid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def average(weights: Floats, values: Floats) -> Floats:
    """Average (T, N, N) values over partners by (N, N) weights: (T, N)."""
    averages: Floats = np.einsum("ij,tij->ti", weights, values)
    return averages


def after_substitution(weights: Floats, duty: Floats, before: Floats, elasticity: float) -> Floats:
    """Average (T, N, N) duties over partners whose weights have answered the change since ``before``."""
    answer = -elasticity * (np.log1p(duty) - np.log1p(before))
    # Only ratios between partners matter; measured from the one that shrinks least, none overflows.
    most = np.where(weights > 0, answer, -np.inf).max(axis=2, keepdims=True)
    left = weights * np.exp(np.minimum(answer - most, 0.0))
    total = left.sum(axis=2)
    return np.asarray((left * duty).sum(axis=2) / np.where(total > 0, total, 1.0))


def by_importer(schedule: Schedule, grid: TimeGrid, values: Floats, needed: Flags) -> pd.DataFrame:
    """Label (T, N) values by importer, without those of whom a needed (N, N) pair is not recorded."""
    known: Flags = ~np.any(needed & ~schedule.recorded, axis=1)
    codes = pd.Index(schedule.economies.codes, name="importer")
    return pd.DataFrame(values[:, known], index=_dates(grid), columns=codes[np.flatnonzero(known)])


def by_pair(schedule: Schedule, grid: TimeGrid, values: Floats) -> pd.DataFrame:
    """Label (T, N, N) values by (importer, exporter), the recorded pairs only."""
    i, j = np.nonzero(schedule.recorded & ~np.eye(len(schedule.economies), dtype=bool))
    codes = np.array(schedule.economies.codes, dtype=object)
    columns = pd.MultiIndex.from_arrays([codes[i], codes[j]], names=["importer", "exporter"])
    return pd.DataFrame(values[:, i, j], index=_dates(grid), columns=columns)


def _dates(grid: TimeGrid) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(grid.days, name="date")
