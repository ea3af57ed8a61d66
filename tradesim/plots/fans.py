"""Fans: what the draws of a scenario say about each day, as nested bands of quantiles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from tradesim.errors import fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import economy_colour, legible
from tradesim.plots.fan_inputs import fan_problems
from tradesim.plots.inputs import DateLike, Pair, drawn_pairs, pair_text
from tradesim.plots.labels import End, EndLabels
from tradesim.plots.strips import chance, strip
from tradesim.plots.timeline import Dash, Dates, Floats, Marks, Track, Words

SAME = 1e-9
STRIP = (-0.105, -0.035)
"""Where the strip of the truce stands, in parts of the height of the axis above zero."""


def fan_chart(
    quantiles: pd.DataFrame,
    *,
    samples: pd.DataFrame | None = None,
    truce: pd.Series | None = None,
    pairs: Sequence[Pair] | None = None,
    beside: pd.DataFrame | None = None,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw what many draws say about each day: nested bands of quantiles in steps, a line at the median.

    Two quantiles that lie as far from 0 as from 1 make a band; one without its counterpart is a thin line.
    What the bands are is written over the plot. Every value holds to the end of its day.

    Parameters
    ----------
    quantiles : (T, P × Q) frame of fractions of import value; DatetimeIndex, columns (importer, exporter,
        quantile), as ``Paths.quantiles`` returns. NaN leaves a gap.
    samples : (T, P × S) frame of fractions, columns (importer, exporter, draw): single paths, thin lines.
    truce : series, 0 to 1, by date: the probability that a truce is in force, a strip under the plot, the
        darker the likelier.
    pairs : the (importer, exporter) to draw; all by default.
    beside : (T, P) frame of fractions, columns (importer, exporter), of what trade costs in all: a dashed
        line "with fees and controls". Samples, truce and costs outside the dates are left out.
    source, as_of : written below the chart.
    title : written above it.
    ax : where to draw; a new figure by default, which needs ``layout="constrained"`` if it is your own.

    Returns
    -------
    The axes, with fractions on y (labelled in percent).

    Raises
    ------
    InputError
        For a frame that is empty or has other columns, quantiles that are none or that cross, other
        quantiles for one pair than for another, negative or infinite duties, unknown pairs, what is no
        probability, and samples, truce or costs without a day in the window.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> columns = pd.MultiIndex.from_product(
    ...     [["USA"], ["CHN"], [0.05, 0.5, 0.95]], names=["importer", "exporter", "quantile"]
    ... )
    >>> days = pd.DatetimeIndex(["2025-10-30", "2025-10-31", "2025-11-01"], name="date")
    >>> rows = [[0.58, 0.58, 0.58], [0.48, 0.58, 0.58], [0.48, 0.58, 1.58]]
    >>> ax = fan_chart(pd.DataFrame(rows, index=days, columns=columns))
    >>> ax.patches[0].get_data().values, ax.lines[0].get_ydata()
    (array([0.58, 0.58, 1.58]), array([0.58, 0.58, 0.58, 0.58]))
    >>> plt.close(ax.figure)
    """
    fail_if(fan_problems(quantiles, pairs, samples=samples, truce=truce, beside=beside))
    fans = _fans(quantiles, drawn_pairs(quantiles, pairs))
    ax = style.new_axes(ax)
    style.dress(ax)
    style.set_window(ax, fans[0].days[[0, -1]])
    paths, costs = _samples(samples, fans), _costs(beside, fans)
    for fan in fans:
        _bands(ax, fan, len(fans))
    for track in [*paths, *(line for fan in fans for line in _lines(fan)), *costs]:
        timeline.line(ax, track)
    top = _top(fans, [*paths, *costs], ax.get_xlim())
    ends = [*(_end(ax, fan) for fan in fans), *(end for cost in costs for end in timeline.ends_of(ax, cost))]
    ax.set_ylim(0, top)
    style.percent_axis(ax.yaxis, low=0.0)
    if truce is not None:
        ends.append(_strip(ax, truce, top))
    key = _key(fans[0], 0 if samples is None else len(set(samples.columns.get_level_values(2))))
    words = Words(title, source, as_of, key=key)
    return timeline.surround(ax, Marks(), words, [], EndLabels(ax, ends), 0.0)


@dataclass(frozen=True, slots=True)
class Fan:
    """The quantiles of one pair.

    Parameters
    ----------
    track : where and how the pair is drawn: dates, closed at the end of the last day, and dashes.
    levels : (Q,) the quantiles, rising.
    table : (T, Q) float64, fractions.
    """

    track: Track
    levels: tuple[float, ...]
    table: Floats

    @property
    def days(self) -> Dates:
        """(T + 1,) the days, and the one after."""
        return self.track.dates

    @property
    def bands(self) -> list[tuple[int, int]]:
        """Places of the two quantiles of each band, widest first."""
        places = {round(level, 9): k for k, level in enumerate(self.levels)}
        found = ((k, places.get(round(1 - level, 9))) for k, level in enumerate(self.levels))
        return [(k, other) for k, other in found if other is not None and k < other]

    @property
    def alone(self) -> list[int]:
        """Places of the quantiles that make no band and are not the median."""
        paired = {k for band in self.bands for k in band}
        return [k for k, level in enumerate(self.levels) if k not in paired and abs(level - 0.5) > SAME]

    @property
    def median(self) -> int | None:
        """Place of the median, if it is there."""
        return next((k for k, level in enumerate(self.levels) if abs(level - 0.5) <= SAME), None)


def _fans(quantiles: pd.DataFrame, pairs: Sequence[Pair]) -> list[Fan]:
    columns = {(str(c[0]), str(c[1]), float(c[2])): c for c in quantiles.columns.to_list()}
    levels = tuple(sorted({level for _, _, level in columns}))
    values = {pair: quantiles[[columns[*pair, level] for level in levels]] for pair in pairs}
    firsts = pd.concat({pair: frame.iloc[:, 0] for pair, frame in values.items()}, axis=1)
    return [
        Fan(timeline.closed_track(track), levels, values[track.pair].to_numpy(dtype=float))
        for track in timeline.tracks_of(firsts, pairs)
    ]


def _bands(ax: Axes, fan: Fan, fans: int) -> None:
    """Draw the bands over each other, so that the middle is darkest."""
    edges, colour = timeline.numbers(fan.days), economy_colour(fan.track.importer)
    deepest = 0.55 if fans <= 2 else 0.4
    alpha = 1 - (1 - deepest) ** (1 / max(len(fan.bands), 2))
    for low, high in fan.bands:
        timeline.add_steps(
            ax, edges, fan.table[:, low], fan.table[:, high], zorder=1.6,
            facecolor=to_rgba(colour, alpha), edgecolor=to_rgba(colour, 0.8), linewidth=0.8,
        )  # fmt: skip


def _lines(fan: Fan) -> Iterator[Track]:
    """Yield the line of the median, and a thin one for every quantile without its counterpart."""
    for k in fan.alone:
        yield _at(fan, k, (0, (2, 2)), 1.1)
    if fan.median is not None:
        yield _at(fan, fan.median, fan.track.dash, fan.track.width)


def _at(fan: Fan, k: int, dash: Dash, width: float) -> Track:
    duties = np.append(fan.table[:, k], fan.table[-1:, k])
    label = f"{pair_text(fan.track.pair)}, {_percents([fan.levels[k]])}"
    return replace(fan.track, duties=duties, label=label, dash=dash, width=width)


def _samples(samples: pd.DataFrame | None, fans: Sequence[Fan]) -> list[Track]:
    if samples is None:
        return []
    pairs = {fan.track.pair for fan in fans}
    own = [(column, (str(column[0]), str(column[1]))) for column in samples.columns.to_list()]
    alpha = float(np.clip(8 / max(len(own) / max(len(fans), 1), 1), 0.12, 0.6))
    dates = samples.index.to_numpy()
    return [
        timeline.closed_track(Track(pair, dates, samples[column].to_numpy(dtype=float), "", "-", 0.7, alpha))
        for column, pair in own
        if pair in pairs
    ]


def _costs(beside: pd.DataFrame | None, fans: Sequence[Fan]) -> list[Track]:
    """Return the dashed line of each pair's costs, where these are not the median throughout."""
    middles = [next((line for line in _lines(fan) if line.width > 1.2), fan.track) for fan in fans]
    return [
        timeline.closed_track(cost)
        for cost in timeline.tracks_beside(beside, [_opened(line) for line in middles])
    ]


def _opened(track: Track) -> Track:
    return replace(track, dates=track.dates[:-1], duties=track.duties[:-1])


def _top(fans: Sequence[Fan], others: Sequence[Track], window: tuple[float, float]) -> float:
    """Return the top of the axis: above all that is drawn within the window."""
    inside = [line.duties[_within(timeline.numbers(line.dates), window)] for line in others]
    return style.ceiling(np.concatenate([*(fan.table.ravel() for fan in fans), *inside]))


def _within(days: Floats, window: tuple[float, float]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (days >= window[0]) & (days <= window[1])


def _strip(ax: Axes, truce: pd.Series, top: float) -> End:
    """Draw the strip of the truce under zero and return its label."""
    ax.set_ylim(1.45 * STRIP[0] * top, top)
    ax.axhline(0, color=style.muted(ax), linewidth=0.8, zorder=1.4)
    days, values = timeline.closed(truce.index.to_numpy(), truce.to_numpy(dtype=float))
    edges = timeline.numbers(days)
    left, right = ax.get_xlim()
    shown = (edges[:-1] < right) & (edges[1:] > left)
    cut = np.clip(np.append(edges[:-1][shown], edges[1:][shown][-1]), left, right)
    low, high = (part * top for part in STRIP)
    strip(ax, cut, values[:-1][shown], low, high)
    ink = style.muted(ax)
    words = f"truce in force {chance(float(values[:-1][shown][-1]))}"
    return End(float(cut[-1]), (low + high) / 2, words, ink, ink)


def _end(ax: Axes, fan: Fan) -> End:
    """Return the label of a fan: its pair, the median and the widest band on the last recorded day."""
    k = timeline.last_known(fan.table.max(axis=1))
    values, words = fan.table[k], pair_text(fan.track.pair)
    middle = fan.median if fan.median is not None else (fan.alone[0] if not fan.bands else None)
    if middle is not None:
        words += f", {_percents([fan.levels[middle]])} {style.percent(values[middle])}"
    if fan.bands:
        low, high = fan.bands[0]
        level = float(values[list(fan.bands[-1])].mean()) if middle is None else float(values[middle])
        if values[high] - values[low] > 5e-4 or middle is None:
            words += f" ({_percents([fan.levels[low], fan.levels[high]])}:"
            words += f" {100 * values[low]:.1f}–{style.percent(values[high])})"
    else:
        level = float(values[middle if middle is not None else 0])
    colour = economy_colour(fan.track.importer, style.background(ax))
    return End(timeline.number(fan.days[k + 1]), level, words, legible(colour, style.background(ax)), colour)


def _percents(levels: Sequence[float]) -> str:
    """Return quantiles in words: the median, 5 %, 5–95 %."""
    if len(levels) == 1 and abs(levels[0] - 0.5) <= SAME:
        return "median"
    return "–".join(f"{100 * level:g}" for level in levels) + " %"


def _key(fan: Fan, draws: int) -> str:
    """Say what the bands and lines are."""
    bands = [_percents([fan.levels[low], fan.levels[high]]) for low, high in fan.bands]
    parts = []
    if bands:
        parts.append(f"{'bands' if len(bands) > 1 else 'band'}: {_listed(bands)} of draws")
    if fan.median is not None:
        parts.append("line: median" if bands else "line: median of draws")
    if fan.alone:
        parts.append(f"dotted: {_listed([_percents([fan.levels[k]]) for k in fan.alone])} of draws lie below")
    if draws:
        parts.append(f"thin lines: {draws} single draw{'s' if draws > 1 else ''}")
    return ", ".join(parts)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
