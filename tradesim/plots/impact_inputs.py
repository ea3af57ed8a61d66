"""Inputs of pictures of impacts: tables of changes by date, by duty and by economy."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from tradesim.errors import Problem
from tradesim.plots.inputs import MOST_LINES, index_problems

Floats = NDArray[np.float64]
ECONOMY_QUANTILE = ("economy", "quantile")


def table_problems(table: object, where: str, *, dated: bool = False) -> Iterator[Problem]:
    """Yield what is wrong with a table of finite numbers, NaN where there is none; ``dated``: by date."""
    if not isinstance(table, pd.DataFrame):
        yield Problem("not a frame", where, type(table).__name__, "a pandas DataFrame")
    elif table.empty:
        got = f"{len(table)} rows, {table.shape[1]} columns"
        yield Problem("nothing to draw", where, got, "one row and one column or more")
    elif not all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes):
        yield Problem("not numbers", where, str(set(map(str, table.dtypes))), "numbers")
    else:
        yield from _content_problems(table, where)
        yield from index_problems(table, where) if dated else ()


def _content_problems(table: pd.DataFrame, where: str) -> Iterator[Problem]:
    values = table.to_numpy(dtype=float)
    if np.isinf(values).any():
        yield Problem("infinite value", where, "inf", "finite numbers, NaN where there is none")
    if np.isnan(values).all():
        yield Problem("nothing to draw", where, "only NaN", "one number or more")
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()][0]
        yield Problem("column given twice", where, str(twice), "each column once")


def fan_table_problems(quantiles: object, where: str) -> list[Problem]:
    """Return what is wrong with quantiles by date, columns (economy, quantile)."""
    found = list(table_problems(quantiles, where, dated=True))
    if found or not isinstance(quantiles, pd.DataFrame):
        return found
    if quantiles.columns.nlevels != len(ECONOMY_QUANTILE):
        got, fix = f"{quantiles.columns.nlevels} level(s)", "take the frame from Impact.quantiles"
        return [Problem("wrong columns", where, got, f"levels ({', '.join(ECONOMY_QUANTILE)})", fix)]
    economies = quantiles.columns.get_level_values(0).unique()
    if len(economies) > MOST_LINES:
        return [Problem("too many economies", where, str(len(economies)), f"up to {MOST_LINES}")]
    sets = {tuple(sorted(map(float, quantiles[code].columns))) for code in economies}
    if len(sets) > 1:
        return [Problem("other quantiles for one economy than for another", where, str(sets)[:80])]
    return []


def same_columns_problems(frames: Mapping[str, pd.DataFrame], most: int) -> Iterator[Problem]:
    """Yield what is wrong with tables that are to be drawn over each other."""
    if not 1 <= len(frames) <= most:
        yield Problem("tables to draw", "frames", str(len(frames)), f"1 to {most}")
        return
    first = next(iter(frames.values()))
    for name, frame in frames.items():
        if list(frame.columns) != list(first.columns):
            where, got = f"frames[{name!r}]", ", ".join(map(str, frame.columns))
            yield Problem(
                "other columns than the first table's", where, got, ", ".join(map(str, first.columns))
            )


def value_axis(axis: Axis, *, percent: bool, ticks: int = 6) -> None:
    """Label an axis of changes: fractions in percent, or plain numbers."""
    axis.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10]))
    if percent:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %".replace("-", "−")))


def told(value: float, *, percent: bool) -> str:
    """Return a change in words, with its sign; what rounds to nothing has none.

    Examples
    --------
    >>> told(-0.00123, percent=True), told(41.26, percent=False), told(-0.00001, percent=True)
    ('−0.12 %', '+41.3', '0.00 %')
    """
    text = f"{100 * value:+z.2f} %" if percent else f"{value:+z,.1f}"
    return text.replace("-", "−") if any(digit in text for digit in "123456789") else text.removeprefix("+")


def level(value: float, *, percent: bool) -> str:
    """Return a level in words, as duties are told: with one decimal.

    Examples
    --------
    >>> level(1.476, percent=True), level(-41.26, percent=False)
    ('147.6 %', '−41.3')
    """
    text = f"{100 * value:z.1f} %" if percent else f"{value:z,.1f}"
    return text.replace("-", "−")


def limits(values: Sequence[Floats]) -> tuple[float, float]:
    """Return the ends of an axis that shows these values and 0, with some room."""
    flat = np.concatenate([np.ravel(v) for v in values])
    low, high = min(0.0, float(np.nanmin(flat))), max(0.0, float(np.nanmax(flat)))
    room = 0.06 * (high - low) or 0.01
    return low - room * (low < 0 or high == 0), high + room * (high > 0)


def zero_line(ax: Axes, colour: str, *, vertical: bool = False) -> None:
    """Draw the line of no change."""
    draw = ax.axvline if vertical else ax.axhline
    draw(0.0, color=colour, linewidth=0.9, zorder=1.4)
