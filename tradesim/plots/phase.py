"""Phase: the duty of one side against the duty of the other, over time."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from tradesim.errors import fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import mixed
from tradesim.plots.inputs import DateLike, day_text
from tradesim.plots.labels import SideTitle
from tradesim.plots.phase_inputs import draws_of, phase_problems
from tradesim.plots.points import Point, PointLabels
from tradesim.plots.strips import chance
from tradesim.plots.timeline import Dates, Floats, Words

COLOUR = "#B8860B"
SAME = 1e-6
MOST_PLACES = 40
"""Distinct last places up to which each is a circle of its own; more are counted in hexagons."""
MOST_DATES = 7


def phase_plot(
    x: ArrayLike,
    y: ArrayLike,
    *,
    x_label: str,
    y_label: str,
    dates: Sequence[DateLike] | Dates | None = None,
    samples: int = 0,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how the duties of two sides move together: the path of one draw, or the mean of many.

    The path is arrowed and dated: where it begins, where it ends and where it moves most. Of many draws,
    circles show where they are on the last day, by area; where they are at more than 40 places, hexagons.
    Above the dashed line the one on the y axis charges more.

    Parameters
    ----------
    x, y : (S, T) float64, fractions of import value: S draws on T days. (T,) is one draw.
    x_label, y_label : who charges whom: "USA on CHN".
    dates : (T,) the days; without, days are counted from 0.
    samples : of how many draws the single paths are drawn, as thin lines; the first ones.
    source, as_of : written below the chart.
    title : written above it.
    ax : where to draw; a new figure by default, which needs ``layout="constrained"`` if it is your own.

    Returns
    -------
    The axes, with fractions on x and y (labelled in percent), both from and to the same duties.

    Raises
    ------
    InputError
        For arrays of other shapes than each other or than the dates, without draws or days, with NaN,
        infinite or negative duties, dates that are none or out of order, and more samples than draws.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> us, china = [0.58, 1.58, 1.58], [0.32, 0.32, 1.25]
    >>> ax = phase_plot(us, china, x_label="USA on CHN", y_label="CHN on USA",
    ...                 dates=["2025-10-31", "2025-11-01", "2025-11-04"])
    >>> ax.lines[-1].get_xdata(), ax.lines[-1].get_ydata()
    (array([0.58, 1.58, 1.58]), array([0.32, 0.32, 1.25]))
    >>> plt.close(ax.figure)
    """
    fail_if(phase_problems(x, y, dates, samples))
    across, up = draws_of(x), draws_of(y)
    ax = style.new_axes(ax, (8.0, 7.0))
    style.dress(ax)
    _scales(ax, across, up, (x_label, y_label))
    ends = _ends(ax, across[:, -1], up[:, -1]) if len(across) > 1 else []
    ax.plot(across[:samples].T, up[:samples].T, color=COLOUR, linewidth=0.6, alpha=0.5, zorder=2)
    path = np.column_stack([across.mean(axis=0), up.mean(axis=0)])
    moves = _moves(path)
    _trajectory(ax, path[moves])
    PointLabels(ax, [*_dated(ax, path, moves, _words(dates, len(path))), *ends], [path[moves], _diagonal(ax)])
    last = _words(dates, len(path))[-1]
    timeline.write(ax, Words(title, source, as_of, key=_key(len(across), samples, len(ends) > 0, last)))
    return ax


def _scales(ax: Axes, across: Floats, up: Floats, labels: tuple[str, str]) -> None:
    """Give both axes the same scale, from zero unless all duties are far from it, and draw the equal line."""
    every = np.concatenate([across.ravel(), up.ravel()])
    high, low = max(float(every.max()), 0.01), float(every.min())
    low = 0.0 if low < 0.6 * high or high - low < 0.02 else low - 0.1 * (high - low)
    high += 0.1 * (high - low)
    ax.set(xlim=(low, high), ylim=(low, high))
    style.percent_axis(ax.xaxis)
    style.percent_axis(ax.yaxis)
    ax.grid(visible=True, axis="x", color=style.faint(ax), linewidth=0.7)
    ax.axline((low, low), slope=1, color=style.muted(ax), linewidth=0.9, linestyle=(0, (5, 3)), zorder=1.3)
    ax.set_xlabel(f"{labels[0]}, % of import value", color=style.muted(ax), size=style.LABEL)
    SideTitle(ax, f"{labels[1]}, % of import value")


def _diagonal(ax: Axes) -> Floats:
    low, high = ax.get_xlim()
    return np.array([[low, low], [high, high]])


def _ends(ax: Axes, x: Floats, y: Floats) -> list[Point]:
    """Draw where the draws are on the last day, and return labels for the places of many."""
    places, counts = np.unique(np.round(np.column_stack([x, y]) / SAME), axis=0, return_counts=True)
    ground = style.background(ax)
    if len(places) > MOST_PLACES:
        low, high = ax.get_xlim()
        pale = LinearSegmentedColormap.from_list("draws", [mixed(COLOUR, ground, 0.8), COLOUR])
        ax.hexbin(
            x, y, gridsize=28, extent=(low, high, low, high), mincnt=1, cmap=pale, linewidths=0.2, zorder=1.5
        )
        return []
    shares = counts / len(x)
    at = places * SAME
    face = mixed(COLOUR, ground, 0.45)
    ax.scatter(
        at[:, 0], at[:, 1], s=1200 * shares, color=face, edgecolor=COLOUR, linewidth=0.8,
        zorder=1.7, clip_on=False,
    )  # fmt: skip
    order = np.argsort(-shares, kind="stable")
    ink = style.muted(ax)
    return [
        _point(at[k], f"{chance(float(shares[k]))} of draws", ink, float(np.sqrt(1200 * shares[k] / np.pi)))
        for k in order
        if shares[k] >= 0.02
    ]


def _moves(path: Floats) -> list[int]:
    """Return the first day, and every day on which the path has moved since the day before."""
    return [0, *(np.flatnonzero(np.abs(np.diff(path, axis=0)).max(axis=1) > SAME) + 1).tolist()]


def _trajectory(ax: Axes, corners: Floats) -> None:
    """Draw the path with arrows in its longer stretches, and its first and last place."""
    ink, ground = style.ink(ax), style.background(ax)
    low, high = ax.get_xlim()
    for k in _pointed(corners, 0.04 * (high - low)):
        start, end = corners[k], corners[k + 1]
        arrow = {"arrowstyle": "-|>", "color": ink, "mutation_scale": 13, "shrinkA": 0, "shrinkB": 0}
        tail, tip = start + 0.5 * (end - start), start + 0.58 * (end - start)
        ax.annotate("", tip, tail, arrowprops=arrow | {"linewidth": 0}, zorder=2.3)
    ax.plot(*corners[0], "o", color=ink, markerfacecolor=ground, markersize=6, zorder=2.4)
    ax.plot(*corners[-1], "o", color=ink, markersize=6, zorder=2.4)
    ax.plot(*corners.T, color=ink, linewidth=1.6, solid_joinstyle="miter", zorder=2.2)


def _pointed(corners: Floats, long: float) -> list[int]:
    """Return the stretches that get an arrow: every long one, and of short ones some on the way."""
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    gone = np.cumsum(lengths)
    marks = np.arange(2 * long, gone[-1] if len(gone) else 0.0, 4 * long)
    return sorted({*np.flatnonzero(lengths > long).tolist(), *np.searchsorted(gone, marks).tolist()})


def _dated(ax: Axes, path: Floats, moves: list[int], words: Sequence[str]) -> Iterator[Point]:
    """Yield the last and first place of the path, then its largest moves, each with its day."""
    ink = style.ink(ax)
    first, last = path[0], path[moves[-1]]
    if len(moves) == 1:
        yield _point(first, f"{words[0]} to {words[-1]}" if len(words) > 1 else words[0], ink, 4)
        return
    stays = "from " if moves[-1] + 1 < len(path) else ""
    yield _point(last, f"{stays}{words[moves[-1]]}", ink, 4)
    yield _point(first, f"{words[0]}", ink, 4)
    lengths = np.hypot(*np.diff(path[moves], axis=0).T)
    low, high = ax.get_xlim()
    for k in np.argsort(-lengths[:-1], kind="stable")[: MOST_DATES - 2]:
        if lengths[k] > 0.02 * (high - low):
            yield _point(path[moves[k + 1]], words[moves[k + 1]], ink)


def _point(place: Floats, words: str, ink: str, radius: float = 2.5) -> Point:
    return Point(float(place[0]), float(place[1]), words, ink, radius)


def _words(dates: Sequence[DateLike] | Dates | None, count: int) -> list[str]:
    if dates is None:
        return [f"day {t}" for t in range(count)]
    return [day_text(day) for day in dates]


def _key(draws: int, samples: int, circles: bool, last: str) -> str:
    """Say what the path, the marks and the thin lines are."""
    parts = ["dashed: equal duties"]
    if draws > 1:
        shape = "circles" if circles else "hexagons"
        parts = [f"path: mean of {draws:,} draws", f"{shape}: where the draws are on {last}", *parts]
    if samples:
        parts.append(f"thin lines: {samples} single draw{'s' if samples > 1 else ''}")
    return ", ".join(parts)
