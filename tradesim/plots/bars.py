"""Bars: what each assumption moves, what decides, and how outcomes are spread."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import OTHERS, legible, mixed
from tradesim.plots.inputs import DateLike
from tradesim.plots.labels import End, EndLabels, SideTitle
from tradesim.plots.timeline import Words

LOW, HIGH = "#4F9DA6", "#C8482B"
HEIGHT = 0.62
TORNADO = ("low value", "high value", "low", "high")
RANKING = ("explains", "unlikeliest", "there least", "likeliest", "there most")
TORNADO_KEY = "teal: at its low end, red: at its high end, the others in the middle, where the line is"
RANKING_KEY = "beside each bar: where fewest draws exceed, and where most do"
MOST_BARS = 30
MOST_GROUPS = 8


def tornado_chart(
    swings: pd.DataFrame,
    middle: float,
    *,
    of: str = style.DUTY_LABEL,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each assumption moves a duty by itself: a bar from its low to its high end, widest on top.

    Parameters
    ----------
    swings : one row per parameter, the widest first; columns ``low value``, ``high value`` and the duty at
        each, ``low`` and ``high``, fractions, as ``Sweep.tornado`` returns.
    middle : the duty with every assumption in the middle, a fraction.
    of : what the duty is, written below.
    source, as_of, title, ax : as in `share_chart`.

    Returns
    -------
    The axes, with fractions on x (labelled in percent); row k stands at y = k, from the top.

    Raises
    ------
    InputError
        For a frame that is empty or has other columns, and for numbers that are not finite.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> rows = [[0.5, 1.2, 0.3, 0.9], [1, 5, 0.6, 0.55]]
    >>> swings = pd.DataFrame(rows, index=["rules.CHN.ratio", "rules.CHN.reaction"], columns=list(TORNADO))
    >>> ax = tornado_chart(swings, 0.6)
    >>> [round(float(bar.get_width()), 2) for bar in ax.patches]
    [-0.3, 0.3, 0.0, -0.05]
    >>> plt.close(ax.figure)
    """
    fail_if(_table_problems(swings, TORNADO, "swings"))
    fail_if([] if np.isfinite(middle) else [Problem("not a duty", "middle", repr(middle), "a fraction")])
    ax = _lying(ax, [str(name) for name in swings.index])
    for place, row in enumerate(swings[list(TORNADO)].itertuples(index=False)):
        for value, end, colour in ((row[0], row[2], LOW), (row[1], row[3], HIGH)):
            ax.barh(place, float(end) - middle, HEIGHT, left=middle, color=colour)
            beyond = float(end) >= middle if end != middle else colour == HIGH
            _beside(ax, float(end), place, f"{_text(value)}", right=beyond)
    ax.axvline(middle, color=style.ink(ax), linewidth=1.0)
    ends = swings[["low", "high"]].to_numpy(dtype=float)
    _span(ax, [float(ends.min()), float(ends.max()), middle])
    ax.set_xlabel(of, color=style.muted(ax), fontsize=style.LABEL, parse_math=False)
    timeline.write(ax, Words(title, source, as_of, key=TORNADO_KEY))
    return ax


def ranking_chart(
    ranking: pd.DataFrame,
    *,
    question: str = "",
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw which assumption decides: a bar for the share of yes and no that each explains, largest on top.

    Beside each bar stands how often the answer is yes in the group where it least and most often is.

    Parameters
    ----------
    ranking : one row per assumption, as ``Sweep.decides(…).ranking``.
    question : what is decided, written below.
    source, as_of, title, ax : as in `share_chart`.

    Returns
    -------
    The axes, with shares on x (labelled in percent); row k stands at y = k, from the top.

    Raises
    ------
    InputError
        For a frame that is empty or has other columns, and for numbers that are not finite.
    """
    fail_if(_table_problems(ranking, RANKING, "ranking"))
    ax = _lying(ax, [str(name) for name in ranking.index])
    for place, row in enumerate(ranking[list(RANKING)].itertuples(index=False)):
        ax.barh(place, float(row[0]), HEIGHT, color=LOW)
        low, high = style.percent(float(row[2]), 0), style.percent(float(row[4]), 0)
        _beside(ax, float(row[0]), place, f"{low} with {row[1]}, {high} with {row[3]}", right=True)
    ax.set_xlim(0.0, 1.0)
    style.percent_axis(ax.xaxis, low=0.0)
    words = f"Share explained of whether {question}" if question else "Share explained"
    ax.set_xlabel(words, color=style.muted(ax), fontsize=style.LABEL, parse_math=False)
    timeline.write(ax, Words(title, source, as_of, key=RANKING_KEY))
    return ax


def outcome_chart(
    outcomes: Mapping[str, NDArray[np.float64]],
    *,
    of: str = style.DUTY_LABEL,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how an outcome is spread: which share of draws lies at or below each value, one line a group.

    Parameters
    ----------
    outcomes : by group, such as the outcome of an event, (S,) float64 fractions; one group or several.
    of : what the number is, written below.
    source, as_of, title, ax : as in `share_chart`.

    Returns
    -------
    The axes, with fractions on x and shares of draws on y (both labelled in percent).

    Raises
    ------
    InputError
        For no group, more than can be told apart, one without draws, and numbers that are not finite.
    """
    fail_if(_group_problems(outcomes))
    ax = style.new_axes(ax)
    style.dress(ax)
    every = np.concatenate(list(outcomes.values()))
    low, high = float(every.min()), float(every.max())
    room = 0.02 * max(high - low, 0.01)
    ends = []
    for place, (name, values) in enumerate(outcomes.items()):
        ordered = np.sort(np.asarray(values, dtype=np.float64))
        steps = np.arange(len(ordered) + 1) / len(ordered)
        x, colour = np.concatenate([[low - room], ordered, [high + room]]), OTHERS[place % len(OTHERS)]
        y = np.append(steps, 1.0)
        ax.plot(x, y, drawstyle="steps-post", color=colour, linewidth=style.LINE, label=name)
        middle = float(np.median(ordered))
        words = f"{name}: median {style.percent(middle)}" if name else f"median {style.percent(middle)}"
        level = 1.0 - 0.07 * place
        ends.append(End(high + room, level, words, legible(colour, style.background(ax)), colour))
    ax.set_xlim(low - room, high + room)
    ax.set_ylim(0.0, 1.02)
    style.percent_axis(ax.yaxis, low=0.0)
    style.percent_axis(ax.xaxis)
    ax.set_xlabel(of, color=style.muted(ax), fontsize=style.LABEL, parse_math=False)
    labels = EndLabels(ax, ends)
    SideTitle(ax, "Share of draws at or below")
    timeline.write(ax, Words(title, source, as_of), None, labels)
    return ax


def _lying(ax: Axes | None, names: Sequence[str]) -> Axes:
    """Return axes for bars that lie, one row a name, the first on top."""
    ax = style.new_axes(ax, (style.SIZE[0], 1.6 + 0.5 * len(names)))
    style.dress(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color=style.faint(ax), linewidth=0.7)
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.tick_params(axis="y", colors=style.ink(ax))
    ax.set_ylim(len(names) - 0.5, -0.5)
    return ax


def _beside(ax: Axes, x: float, y: float, words: str, *, right: bool) -> None:
    colour = legible(mixed(style.ink(ax), style.background(ax), 0.2), style.background(ax))
    ax.annotate(
        words, (x, y), (4 if right else -4, 0), textcoords="offset points", va="center",
        ha="left" if right else "right", fontsize=style.SMALL, color=colour, parse_math=False,
    )  # fmt: skip


def _span(ax: Axes, values: Sequence[float]) -> None:
    """Leave room for the words beside the bars."""
    low, high = min(values), max(values)
    room = 0.15 * max(high - low, 0.01)
    ax.set_xlim(max(low - room, 0.0) if low >= 0 and low - room < 0 else low - room, high + room)
    style.percent_axis(ax.xaxis)


def _text(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float | np.floating) else str(value)


def _table_problems(table: object, columns: Sequence[str], where: str) -> Iterator[Problem]:
    if not isinstance(table, pd.DataFrame) or not set(columns) <= set(table.columns):
        got = list(table.columns) if isinstance(table, pd.DataFrame) else type(table).__name__
        yield Problem("not such a table", where, str(got), f"columns {', '.join(columns)}")
        return
    if table.empty or len(table) > MOST_BARS:
        yield Problem("nothing to draw, or too much", where, f"{len(table)} rows", f"1 to {MOST_BARS} rows")
        return
    numbers = [name for name in columns if name in {"low", "high", "explains", "there least", "there most"}]
    if not np.isfinite(table[numbers].to_numpy(dtype=float)).all():
        yield Problem("not finite", where, "NaN or inf", "numbers")


def _group_problems(outcomes: object) -> Iterator[Problem]:
    if not isinstance(outcomes, Mapping) or not 1 <= len(outcomes) <= MOST_GROUPS:
        got = f"{len(outcomes)} groups" if isinstance(outcomes, Mapping) else type(outcomes).__name__
        yield Problem("not groups of outcomes", "outcomes", got, f"1 to {MOST_GROUPS} groups by name")
        return
    for name, values in outcomes.items():
        if np.size(values) == 0 or not np.isfinite(np.asarray(values, dtype=np.float64)).all():
            yield Problem("no finite numbers", f"outcomes: {name}", f"{np.size(values)} draws", "one or more")
