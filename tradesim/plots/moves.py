"""Moves: one draw told as a picture: the duties above, who moved when below, by the numbers of the table."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tradesim.errors import fail_if
from tradesim.plots import lanes, style, timeline
from tradesim.plots.colours import economy_colour, legible
from tradesim.plots.inputs import (
    DateLike,
    Pair,
    Truce,
    drawn_pairs,
    frame_problems,
    mark_problems,
    pair_problems,
)
from tradesim.plots.labels import EndLabels
from tradesim.plots.lanes import Lane, Mark
from tradesim.plots.points import Point, PointLabels
from tradesim.plots.story_inputs import story_problems
from tradesim.plots.timeline import Floats, Marks, Track, Words

LANES = {"truce": "truces", "event": "events"}
"""Kind of a move that no economy makes → name of its lane."""
LANE, MOST = 0.105, 0.62
"""Of the height of the axes, what a lane takes, and what all lanes take at most."""


def event_timeline(
    story: pd.DataFrame,
    duty: pd.DataFrame,
    *,
    truces: Sequence[Truce] = (),
    pairs: Sequence[Pair] | None = None,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the story of one draw: its duties in steps, and under them a lane for each economy that moves.

    Every row of the story is a number, the row's own label in the table. In the lanes it stands on its
    day, a line runs on to the first day the duty is charged, and its words are beside it where they fit.
    On the duties it stands on the first day charged, or on the day of the move where the table names no
    such day. Where a lane is too short for all numbers, the smallest moves keep a dot only.

    Parameters
    ----------
    story : frame with the columns date, kind, importer, exporter, from, to, charged and why, as
        ``Paths.events`` returns. Rows outside the dates of the duties are left out.
    duty : (T, P) frame of fractions of import value; DatetimeIndex, columns (importer, exporter), as
        ``Paths.to_frame`` returns.
    truces : (name, start, end) of each truce, as ``Paths.truce_windows`` returns: shaded, and bars in the
        lane of truces.
    pairs : the (importer, exporter) whose duties are drawn; all by default. All moves have their lanes.
    source, as_of : written below the chart.
    title : written above it.
    ax : where to draw; a new figure by default, which needs ``layout="constrained"`` if it is your own.

    Returns
    -------
    The axes, with fractions on y (labelled in percent); the lanes are below zero.

    Raises
    ------
    InputError
        For a story without its columns or with dates that are none, and for duties, pairs and truces as
        in `step_chart`.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> columns = pd.MultiIndex.from_tuples([("USA", "CHN")], names=["importer", "exporter"])
    >>> days = pd.DatetimeIndex(["2025-10-30", "2025-10-31", "2025-11-01"], name="date")
    >>> duty = pd.DataFrame([0.58, 0.58, 1.58], index=days, columns=columns)
    >>> story = pd.DataFrame({"date": days[1:2], "kind": "announces", "importer": "USA", "exporter": "CHN",
    ...                       "from": 0.3, "to": 1.3, "charged": days[2:], "why": "by law"})
    >>> ax = event_timeline(story, duty)
    >>> ax.lines[0].get_ydata()
    array([0.58, 0.58, 1.58, 1.58])
    >>> plt.close(ax.figure)
    """
    fail_if([*story_problems(story), *frame_problems(duty, "duty")])
    fail_if([*pair_problems(duty, pairs), *mark_problems(truces, ())])
    ax = style.new_axes(ax, (style.SIZE[0], 6.5))
    style.dress(ax)
    tracks = [timeline.closed_track(track) for track in timeline.tracks_of(duty, drawn_pairs(duty, pairs))]
    style.set_window(ax, tracks[0].dates[[0, -1]])
    for track in tracks:
        timeline.line(ax, track)
    moves = list(_moves(story, ax.get_xlim()))
    _lanes(ax, tracks, moves, truces)
    _numbers(ax, tracks, moves)
    ends = EndLabels(ax, [end for track in tracks for end in timeline.ends_of(ax, track)])
    words = Words(title, source, as_of, key=_key(moves))
    return timeline.surround(ax, Marks(truces), words, tracks, ends, 0.0)


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the story: its mark, its lane, and where it changes a duty, the pair."""

    mark: Mark
    lane: str
    pair: Pair | None


def _moves(story: pd.DataFrame, window: tuple[float, float]) -> Iterator[Move]:
    """Yield the rows of the story within a window, by date."""
    ordered = story.sort_values("date", kind="stable")
    for label, row in zip(ordered.index, ordered.to_dict("records"), strict=True):
        day = timeline.number(row["date"])
        if window[0] <= day < window[1]:
            until = day if pd.isna(row["charged"]) else timeline.number(row["charged"])
            by = None if pd.isna(row["importer"]) else str(row["importer"])
            pair = None if by is None or pd.isna(row["exporter"]) else (by, str(row["exporter"]))
            size = 1.0 if by is None else _size(row)
            kind = str(row["kind"])
            mark = Mark(day, max(day, until), str(label), _short(row, pair), size)
            yield Move(mark, by or LANES.get(kind, kind), pair)


def _size(row: Mapping[Hashable, Any]) -> float:
    """Return how far a move goes: of the surcharge announced, else of the duty, a fraction."""
    announced, charged = (
        row["to"] - row["from"],
        row.get("duty after", np.nan) - row.get("duty before", np.nan),
    )
    return float(np.nan_to_num(abs(charged if pd.isna(announced) else announced)))


def _announced(announced: float) -> str:
    """Return what is announced above the eve's duties, or how many points below them.

    Examples
    --------
    >>> _announced(0.34), _announced(-0.25)
    ('34 %', '−25 points')
    """
    return style.percent(announced, 0) if announced >= 0 else f"−{-100 * announced:.0f} points"


def _short(row: Mapping[Hashable, Any], pair: Pair | None) -> tuple[str, ...]:
    """Return what may stand beside a number, longest first."""
    if pair is not None and not pd.isna(row["to"]):
        new = _announced(float(row["to"]))
        steps = [f"on {pair[1]} → {new}", f"→ {new}"]
        if not pd.isna(row["from"]):
            steps.insert(0, f"on {pair[1]} {_announced(float(row['from']))} → {new}")
        return tuple(steps)
    if pair is not None and not pd.isna(row.get("duty after", np.nan)):
        before, after = (style.percent(float(row[name]), 0) for name in ("duty before", "duty after"))
        return f"on {pair[1]}, duty {before} → {after}", f"duty → {after}"
    why = "" if pd.isna(row["why"]) else str(row["why"])
    if row["kind"] == "truce":
        return tuple(dict.fromkeys([why, why.split(" (")[0], why.split(": ")[0].split(", ")[0]]))
    return tuple(
        dict.fromkeys([why, why.split(" (")[0], why.split(" (")[0].rsplit(": ", 1)[-1], why.split(": ")[0]])
    )


def _lanes(ax: Axes, tracks: Sequence[Track], moves: Sequence[Move], truces: Sequence[Truce]) -> None:
    """Draw the lanes below zero: economies as in the duties, then truces, then events."""
    top = style.ceiling(np.concatenate([track.duties for track in tracks]))
    names = _names(tracks, moves, truces)
    share = min(LANE * len(names), MOST)
    height = top / (1 - share)
    ax.set_ylim(-share * height, top)
    style.percent_axis(ax.yaxis, low=0.0)
    ax.axhline(0, color=style.muted(ax), linewidth=0.8, zorder=1.4)
    levels = -height * share * (np.arange(len(names)) + 0.65) / (len(names) + 0.15)
    for y, name in zip(levels, names, strict=True):
        own = [move for move in moves if move.lane == name]
        colour = (
            economy_colour(name, style.background(ax))
            if any(move.pair for move in own) or _acts(name, tracks)
            else style.muted(ax)
        )
        bars = [(timeline.number(a), timeline.number(b)) for _, a, b in truces] if name == "truces" else []
        Lane(ax, float(y), name, [move.mark for move in own], colour, _inside(bars, ax.get_xlim()))
    for move in moves:
        if move.lane == "events":
            ax.axvline(move.mark.day, color=style.muted(ax), linewidth=0.8, linestyle=(0, (1, 2)), zorder=1.3)


def _acts(name: str, tracks: Sequence[Track]) -> bool:
    return any(track.importer == name for track in tracks)


def _inside(bars: Sequence[tuple[float, float]], window: tuple[float, float]) -> list[tuple[float, float]]:
    return [bar for bar in bars if bar[0] < window[1] and bar[1] > window[0]]


def _names(tracks: Sequence[Track], moves: Sequence[Move], truces: Sequence[Truce]) -> list[str]:
    """Return the lanes: importers whose duties are drawn, others that move, truces, events, anything else."""
    who = [track.importer for track in tracks] + [move.lane for move in moves if move.pair]
    rest = {move.lane for move in moves} | ({"truces"} if truces else set())
    return list(dict.fromkeys([*who, *(name for name in LANES.values() if name in rest), *sorted(rest)]))


def _numbers(ax: Axes, tracks: Sequence[Track], moves: Sequence[Move]) -> None:
    """Put the number of every move on the duty that it changes, on the first day it is charged."""
    lines = {track.pair: track for track in tracks}
    points: list[Point] = []
    for move in sorted(moves, key=lambda move: -move.mark.weight):
        level = _level(lines.get(move.pair), move.mark.until) if move.pair else np.nan
        if not np.isnan(level) and move.pair:
            colour = economy_colour(move.pair[0], style.background(ax))
            points.append(
                Point(move.mark.until, level, move.mark.number, legible(colour, style.background(ax)))
            )
            ax.plot(move.mark.until, level, "o", color=colour, markersize=4.5, zorder=2.5)
    steps = [_corners(track) for track in tracks]
    PointLabels(ax, points[: lanes.MOST], steps, style.LABEL)


def _level(track: Track | None, day: float) -> float:
    """Return the duty on a day, a fraction; NaN outside the window."""
    if track is None:
        return np.nan
    days = timeline.numbers(track.dates)
    k = int(np.searchsorted(days, day, side="right")) - 1
    return float(track.duties[k]) if 0 <= k < len(days) - 1 else np.nan


def _corners(track: Track) -> Floats:
    """Return the corners of a line in steps, ``(K, 2)``, gaps left out."""
    days = timeline.numbers(track.dates)
    steps = np.column_stack([np.repeat(days, 2)[1:], np.repeat(track.duties, 2)[:-1]])
    return steps[~np.isnan(steps[:, 1])]


def _key(moves: Sequence[Move]) -> str:
    if not moves:
        return "no moves in the story"
    parts = [
        "numbers: rows of the story",
        "in the lanes on the day of the move",
        "on the duties when charged",
    ]
    if len(moves) > lanes.MOST:
        parts.append("the smallest moves have dots only")
    return ", ".join(parts)
