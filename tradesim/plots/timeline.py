"""Timeline: the step chart that every picture of duties over time is made of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from numpy.typing import NDArray

from tradesim.plots import style
from tradesim.plots.colours import economy_colour, legible
from tradesim.plots.inputs import Act, DateLike, Pair, Truce, drawn_pairs, pair_text
from tradesim.plots.keys import Key
from tradesim.plots.labels import End, EndLabels, Footer, Heading, Note, NoteLabels, Placed, SideTitle

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Dash = str | tuple[float, tuple[float, ...]]

DASHES: tuple[Dash, ...] = ("-", (0, (7, 1.5)), (0, (5, 1.2, 1, 1.2)), (0, (2.5, 1)))
ROW_DASH: Dash = (0, (1.2, 1.2))


@dataclass(frozen=True, slots=True)
class Track:
    """One stepped line: a pair's duty over time.

    Parameters
    ----------
    pair : importer, exporter.
    dates : (T,) datetime64, in order.
    duties : (T,) float64, fraction; NaN where not recorded.
    label : words at its end, without the value; nothing is written where it is empty.
    dash, width, alpha, marker, markevery : how it is drawn.
    """

    pair: Pair
    dates: Dates
    duties: Floats
    label: str = ""
    dash: Dash = "-"
    width: float = style.LINE
    alpha: float = 1.0
    marker: str = ""
    markevery: tuple[float, float] | None = None

    @property
    def importer(self) -> str:
        """Who charges."""
        return self.pair[0]

    def on(self, day: np.datetime64) -> float:
        """Return the duty on a day, a fraction; NaN before the first date."""
        k = int(np.searchsorted(self.dates, day, side="right")) - 1
        return float(self.duties[k]) if k >= 0 else np.nan


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in time: truce windows, acts, and the day on which knowledge ends."""

    truces: Sequence[Truce] = ()
    acts: Sequence[Act] = ()
    split: np.datetime64 | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is written around a chart; ``key`` says what its marks are."""

    title: str = ""
    source: str = ""
    as_of: DateLike | None = None
    title_size: float = style.TITLE
    key: str = ""


def tracks_of(duty: pd.DataFrame, pairs: Iterable[Pair]) -> list[Track]:
    """Return a line for each pair: dashes tell an importer's partners apart, dots the rest of the world."""
    count: dict[str, int] = {}
    tracks = []
    for pair in pairs:
        rest = "ROW" in pair
        turn = count.get(pair[0], 0)
        count[pair[0]] = turn + (not rest)
        dash = ROW_DASH if rest else DASHES[turn % len(DASHES)]
        width, alpha = (1.6, 0.8) if rest else (style.LINE, 1.0)
        tracks.append(Track(pair, *series(duty, pair), pair_text(pair), dash, width, alpha))
    return tracks


BESIDE = "with fees and controls"
"""What the dashed line beside a duty is: the trade cost, which counts more than tariffs."""


def tracks_beside(beside: pd.DataFrame | None, tracks: Iterable[Track]) -> list[Track]:
    """Return the dashed line of each pair's trade cost, where it is not the same as the duty throughout."""
    if beside is None:
        return []
    own = drawn_pairs(beside)
    costs = ((track, series(beside, track.pair)) for track in tracks if track.pair in own)
    return [
        Track(track.pair, *cost, f"{pair_text(track.pair)} {BESIDE}", (0, (3, 1.5)), 1.3, 0.9)
        for track, cost in costs
        if not alike((track.dates, track.duties), cost)
    ]


def add_steps(ax: Axes, edges: Floats, low: Floats | float, high: Floats, **look: Any) -> None:
    """Fill the room between two series of steps.

    As ``Axes.stairs`` does, which however follows every corner as a curve to find the limits: a tenth of a
    second for two years.

    Parameters
    ----------
    edges : (K + 1,) days.
    low, high : (K,) or one number for all.
    """
    baseline: Any = low  # numbers of every step, which the stubs do not know
    patch = StepPatch(high, edges, baseline=baseline, fill=True, **look)
    patch.sticky_edges.y.append(np.min(low))
    ax.add_artist(patch)
    ax.update_datalim(patch.get_path().vertices)
    ax.autoscale_view()


def closed(dates: Dates, values: Floats) -> tuple[Dates, Floats]:
    """Return steps that run to the end of the last day: the day after is added, with the last value."""
    after = dates[-1:] + np.timedelta64(1, "D")
    return np.concatenate([dates, after]), np.concatenate([values, values[-1:]])


def closed_track(track: Track) -> Track:
    """Return a line that runs to the end of its last day."""
    dates, duties = closed(track.dates, track.duties)
    return replace(track, dates=dates, duties=duties)


def series(duty: pd.DataFrame, pair: Pair) -> tuple[Dates, Floats]:
    """Return the dates and values of one pair of a frame."""
    return duty.index.to_numpy(), duty[pair].to_numpy(dtype=float)


def draw(ax: Axes, tracks: Sequence[Track], marks: Marks, words: Words, beside: Sequence[Track] = ()) -> Axes:
    """Draw lines with truces, acts and labels, and everything written around them.

    Acts point at ``tracks``, never at the lines ``beside`` them.
    """
    style.dress(ax)
    drawn = [*tracks, *beside]
    for track in drawn:
        line(ax, track)
    style.set_window(ax, [day for track in drawn for day in track.dates[[0, -1]]])
    ax.set_ylim(0, style.ceiling(np.concatenate([track.duties for track in drawn])))
    style.percent_axis(ax.yaxis)
    ends = EndLabels(ax, [end for track in drawn for end in ends_of(ax, track)])
    return surround(ax, marks, words, tracks, ends)


def surround(
    ax: Axes, marks: Marks, words: Words, tracks: Sequence[Track], ends: EndLabels, low: float | None = None
) -> Axes:
    """Add truces, acts, key, title, source line and the label of the vertical axis, which counts from low."""
    notes = [*_truces(ax, marks.truces), *_acts(ax, marks.acts, tracks), *_split(ax, marks.split)]
    left, right = ax.get_xlim()
    shown = [note for note in notes if left <= note.x <= right]
    side = SideTitle(ax, style.DUTY_LABEL, low)
    above = NoteLabels(ax, shown, _windows(ax, marks.truces), beside=ends, side=side)
    write(ax, words, above, ends)
    return ax


def write(ax: Axes, words: Words, above: Placed | None = None, beside: EndLabels | None = None) -> None:
    """Write the key and the title above a chart and the source line below it, those that there are."""
    if words.key:
        above = Key(ax, words.key, above, beside)
    if words.title:
        Heading(ax, words.title, above, beside, words.title_size)
    footer = style.source_line(words.source, words.as_of)
    if footer:
        Footer(ax, footer, beside)


def number(day: DateLike) -> float:
    """Return a date as matplotlib counts it, in days."""
    return float(numbers(pd.DatetimeIndex([day]).to_numpy())[0])


def numbers(days: Dates) -> Floats:
    """Return dates as matplotlib counts them, in days."""
    return np.asarray(date2num(days), dtype=np.float64)  # type: ignore[no-untyped-call]


def line(ax: Axes, track: Track) -> Line2D:
    """Draw one line, in steps."""
    (drawn,) = ax.plot(
        track.dates,
        track.duties,
        drawstyle="steps-post",
        color=economy_colour(track.importer, style.background(ax)),
        linestyle=track.dash,
        linewidth=track.width,
        alpha=track.alpha,
        marker=track.marker or None,
        markevery=track.markevery,
        markersize=5,
        markerfacecolor=style.background(ax),
        solid_joinstyle="miter",
        label=track.label,
    )
    return drawn


def ends_of(ax: Axes, track: Track) -> Iterator[End]:
    """Yield the label at the end of a line, if it has one: its words and its last value."""
    if not track.label:
        return
    k = last_known(track.duties)
    until = f" (until {np.datetime_as_string(track.dates[k], 'D')})" if k + 1 < len(track.duties) else ""
    colour = economy_colour(track.importer, style.background(ax))
    words = f"{track.label} {style.percent(float(track.duties[k]))}{until}"
    yield End(
        number(track.dates[k]), float(track.duties[k]), words, legible(colour, style.background(ax)), colour
    )


def _windows(ax: Axes, truces: Iterable[Truce]) -> list[tuple[float, float]]:
    """Return the parts of the truces that lie within the axis, in days."""
    left, right = ax.get_xlim()
    spans = [(max(number(start), left), min(number(end), right)) for _, start, end in truces]
    return [(start, end) for start, end in spans if start < end]


def _truces(ax: Axes, truces: Iterable[Truce]) -> Iterator[Note]:
    for truce in truces:
        for start, end in _windows(ax, [truce]):
            ax.axvspan(start, end, color=style.ink(ax), alpha=0.07, linewidth=0, zorder=0.5)
            yield Note((start + end) / 2, truce[0], style.muted(ax), bracket=True)


def _acts(ax: Axes, acts: Iterable[Act], tracks: Sequence[Track]) -> Iterator[Note]:
    for date, text, *rest in acts:
        importer = rest[0] if rest else None
        day = pd.Timestamp(date).to_datetime64()
        duties = [track.on(day) for track in tracks if importer in {None, track.importer}]
        foot = max((duty for duty in duties if not np.isnan(duty)), default=None)
        colour = style.muted(ax)
        if importer is not None:
            colour = legible(economy_colour(importer), style.background(ax))
        yield Note(number(day), text, colour, foot, dot=importer is not None and foot is not None)


def _split(ax: Axes, day: np.datetime64 | None) -> Iterator[Note]:
    if day is not None:
        text = f"as known on {np.datetime_as_string(day, 'D')}"
        ax.axvline(number(day), color=style.muted(ax), linewidth=1.2, zorder=1.5)
        yield Note(number(day), text, style.ink(ax))


def alike(one: tuple[Dates, Floats], other: tuple[Dates, Floats]) -> bool:
    """Say whether two series hold the same values on the same dates, within 1e-9."""
    same_days = np.array_equal(one[0], other[0])
    return same_days and np.allclose(one[1], other[1], rtol=0, atol=1e-9, equal_nan=True)


def last_known(values: Floats) -> int:
    """Return the place of the last value that is recorded."""
    return int(np.flatnonzero(~np.isnan(values))[-1])
