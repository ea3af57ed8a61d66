"""Impact bars: economies side by side: who wins which exports, and what each regime is worth to whom."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tradesim.errors import Problem, fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import economy_colour
from tradesim.plots.impact_inputs import level, limits, table_problems, told, value_axis, zero_line
from tradesim.plots.inputs import DateLike
from tradesim.plots.timeline import Words

COLOURS = ("#D55E00", "#009E73", "#0072B2", "#CC79A7")


def stacked_bars(
    parts: pd.DataFrame,
    *,
    label: str,
    key: str = "",
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw what parts add up to for every economy: bars to the right and left of 0, the sum as a mark.

    Parameters
    ----------
    parts : (E, K) frame; index economy, a column for each part, such as the importer in whose purchases
        exports are won. Columns that are economies take their colours.
    label : what it is, with its unit.
    key, source, as_of, title, ax : as in `impact_fan`.

    Returns
    -------
    The axes; the first economy stands highest.

    Raises
    ------
    InputError
        For a frame that is empty or has values that are not finite.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> won = pd.DataFrame({"USA": [-5.0, 3.0], "CHN": [0.0, 2.0]}, index=["CHN", "MEX"])
    >>> ax = stacked_bars(won, label="Exports won from others, US$ bn a year")
    >>> [text.get_text() for text in ax.texts]
    ['−5.0', '+5.0']
    >>> plt.close(ax.figure)
    """
    fail_if([*table_problems(parts, "parts"), *_gap_problems(parts, "parts")])
    ax = _bar_axes(ax, len(parts))
    places = np.arange(len(parts))[::-1]
    values = parts.to_numpy(dtype=float)
    up, down = np.maximum(values, 0).cumsum(axis=1), np.minimum(values, 0).cumsum(axis=1)
    for k, name in enumerate(parts.columns):
        left = np.where(values[:, k] >= 0, up[:, k], down[:, k]) - values[:, k]
        ax.barh(
            places,
            values[:, k],
            left=left,
            height=0.68,
            color=economy_colour(str(name), style.background(ax)),
            label=str(name),
        )
    total = values.sum(axis=1)
    ax.plot(total, places, "D", color=style.ink(ax), markersize=4.5, label="sum", zorder=3)
    tips = np.maximum(up[:, -1], 0)
    for place, tip, value in zip(places, tips, total, strict=True):
        _number(ax, tip, place, told(value, percent=False))
    _finish(ax, parts, [up, down], percent=False)
    _words(ax, label, Words(title, source, as_of, key=key))
    return ax


def grouped_bars(
    groups: pd.DataFrame,
    *,
    label: str,
    percent: bool = True,
    signed: bool = True,
    key: str = "",
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a few values for every economy side by side, such as welfare in a war and in an agreement.

    Parameters
    ----------
    groups : (E, K) frame; index economy, a column for each of up to four values.
    label : what it is, with its unit.
    percent : whether the values are fractions, shown in percent.
    signed : whether they are changes, told with their sign, or levels, such as duties.
    key, source, as_of, title, ax : as in `impact_fan`.

    Returns
    -------
    The axes; the first economy stands highest.

    Raises
    ------
    InputError
        For a frame that is empty, has more columns, or values that are not finite.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> worth = pd.DataFrame({"war": [-0.01, -0.02], "talks": [0.001, 0.002]}, index=["USA", "CHN"])
    >>> ax = grouped_bars(worth, label="Change in welfare, %")
    >>> [text.get_text() for text in ax.texts]
    ['−1.00 %', '−2.00 %', '+0.10 %', '+0.20 %']
    >>> plt.close(ax.figure)
    """
    fail_if([*table_problems(groups, "groups"), *_gap_problems(groups, "groups"), *_many_problems(groups)])
    ax = _bar_axes(ax, len(groups) * (1 + groups.shape[1]) / 2.2)
    places, many = np.arange(len(groups))[::-1], groups.shape[1]
    say = told if signed else level
    for k, name in enumerate(groups.columns):
        values = groups[name].to_numpy(dtype=float)
        at = places + 0.8 * ((many - 1) / 2 - k) / many
        ax.barh(at, values, height=0.72 / many, color=COLOURS[k], label=str(name))
        for place, value in zip(at, values, strict=True):
            _number(ax, value, place, say(value, percent=percent))
    _finish(ax, groups, [groups.to_numpy(dtype=float)], percent=percent)
    _words(ax, label, Words(title, source, as_of, key=key))
    return ax


def _bar_axes(ax: Axes | None, bars: float) -> Axes:
    ax = style.new_axes(ax, (style.SIZE[0], 1.6 + 0.36 * bars))
    style.dress(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color=style.faint(ax), linewidth=0.7)
    return ax


def _number(ax: Axes, x: float, y: float, words: str) -> None:
    """Write a number beside the tip of a bar."""
    away = 4 if x >= 0 else -4
    ax.annotate(
        words, (x, y), (away, 0), textcoords="offset points", va="center", ha="left" if x >= 0 else "right",
        fontsize=style.SMALL, color=style.ink(ax),
    )  # fmt: skip


def _finish(ax: Axes, table: pd.DataFrame, values: list[np.ndarray[tuple[int, int], np.dtype[np.float64]]], *,
            percent: bool) -> None:  # fmt: skip
    low, high = limits(values)
    room = 0.1 * (high - low)
    ax.set_xlim(low - room * (low < 0), high + room * (high > 0))
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_yticks(np.arange(len(table))[::-1], [str(code) for code in table.index])
    value_axis(ax.xaxis, percent=percent)
    zero_line(ax, style.muted(ax), vertical=True)
    ax.legend(frameon=False, fontsize=style.LABEL, labelcolor=style.ink(ax), loc="best")


def _words(ax: Axes, label: str, words: Words) -> None:
    """Write the title and key above, and the label of the axis and the source below."""
    ax.set_xlabel(label, fontsize=style.LABEL, color=style.muted(ax))
    timeline.write(ax, words)


def _gap_problems(table: object, where: str) -> list[Problem]:
    bad = isinstance(table, pd.DataFrame) and table.isna().to_numpy().any()
    return [Problem("a bar without a number", where, "NaN", "finite numbers")] if bad else []


def _many_problems(groups: object) -> list[Problem]:
    many = groups.shape[1] if isinstance(groups, pd.DataFrame) else 0
    too_many = Problem("too many values for each economy", "groups", str(many), f"up to {len(COLOURS)}")
    return [too_many] if many > len(COLOURS) else []
