"""Futures: what is known, and the branches that may follow."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tradesim.errors import Problem, fail_if
from tradesim.plots import style, timeline
from tradesim.plots.inputs import (
    Act,
    DateLike,
    Pair,
    Truce,
    drawn_pairs,
    frame_problems,
    mark_problems,
    pair_problems,
    pair_text,
)
from tradesim.plots.timeline import Dash, Dates, Floats, Marks, Track, Words

LOOKS: tuple[tuple[Dash, str], ...] = (
    ((0, (6, 1.5)), "o"),
    ((0, (1.5, 1.2)), "s"),
    ((0, (6, 1.5, 1.2, 1.5)), "^"),
    ((0, (3, 1, 1, 1, 1, 1)), "D"),
    ((0, (2.5, 2.5)), "v"),
    ((0, (10, 2)), "P"),
)


def branches(
    history: pd.DataFrame,
    futures: Mapping[str, pd.DataFrame],
    *,
    pairs: Sequence[Pair] | None = None,
    truces: Sequence[Truce] = (),
    acts: Sequence[Act] = (),
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the duty up to a day and the futures that branch off from there.

    History is solid. Each future has its own dashes and marker and is named at its end; lines take the
    colour of the importer. Futures that are the same for a pair are drawn once and named together.

    Parameters
    ----------
    history : (T, P) frame of fractions up to the split; DatetimeIndex, columns (importer, exporter).
    futures : name → (T', P) frame with the same columns, from the split on. The split is the first date
        of the futures.
    pairs, truces, acts, source, as_of, title, ax : as in `step_chart`.

    Returns
    -------
    The axes, with fractions on y (labelled in percent).

    Raises
    ------
    InputError
        As in `step_chart`, and for no future at all, more than six, other columns than the history's or
        dates before its end.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> columns = pd.MultiIndex.from_tuples([("USA", "CHN")], names=["importer", "exporter"])
    >>> past, coming = pd.date_range("2025-05-01", "2025-10-31"), pd.date_range("2025-11-01", "2025-12-31")
    >>> history = pd.DataFrame(0.58, index=past, columns=columns)
    >>> futures = {name: pd.DataFrame(level, index=coming, columns=columns)
    ...            for name, level in {"deal": 0.48, "no deal": 1.58, "collapse": 1.58}.items()}
    >>> ax = branches(history, futures)
    >>> [line.get_label() for line in ax.lines[1:3]]
    ['USA on CHN, deal', 'USA on CHN, no deal or collapse']
    >>> plt.close(ax.figure)
    """
    _check(history, futures, pairs)
    fail_if(mark_problems(truces, acts))
    marks, words = Marks(truces, acts, _split(futures)), Words(title, source, as_of)
    return _draw(style.new_axes(ax), history, futures, drawn_pairs(history, pairs), marks, words)


def branch_grid(
    history: pd.DataFrame,
    futures: Mapping[str, pd.DataFrame],
    *,
    pairs: Sequence[Pair] | None = None,
    truces: Sequence[Truce] = (),
    acts: Sequence[Act] = (),
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    size: tuple[float, float] | None = None,
) -> Figure:
    """Draw `branches` for each importer on axes of its own, one above the other on common scales.

    Parameters
    ----------
    history, futures, pairs, truces, source, as_of, title : as in `branches`.
    acts : as in `branches`; an act of an importer stands over that importer's axes, any other over the first.
    size : width and height of the figure, inches; by default 10 by about 3 for each importer.

    Returns
    -------
    The figure; ``figure.axes`` in the order of the importers.

    Raises
    ------
    InputError
        As in `branches`.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> columns = pd.MultiIndex.from_tuples([("USA", "CHN"), ("CHN", "USA")], names=["importer", "exporter"])
    >>> past, coming = pd.date_range("2025-10-01", "2025-10-31"), pd.date_range("2025-11-01", "2025-12-31")
    >>> history = pd.DataFrame(0.5, index=past, columns=columns)
    >>> figure = branch_grid(history, {"deal": pd.DataFrame(0.4, index=coming, columns=columns)})
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Charged by USA', 'Charged by CHN']
    >>> plt.close(figure)
    """
    _check(history, futures, pairs)
    fail_if(mark_problems(truces, acts))
    rows: dict[str, list[Pair]] = {}
    for pair in drawn_pairs(history, pairs):
        rows.setdefault(pair[0], []).append(pair)
    figure, grid = plt.subplots(
        len(rows), sharex=True, sharey=True, squeeze=False, layout="constrained",
        figsize=size or (style.SIZE[0], 1.6 + 2.8 * len(rows)),
    )  # fmt: skip
    for ax, importer in zip(grid[:, 0], rows, strict=True):
        marks = Marks(truces, _acts_over(importer, acts, list(rows)), _split(futures))
        foot = (source, as_of) if importer == list(rows)[-1] else ("", None)
        words = Words(f"Charged by {importer}", *foot, title_size=style.PANEL)
        _draw(ax, history, futures, rows[importer], marks, words)
    columns = [pair for row in rows.values() for pair in row]
    values = [frame[columns].to_numpy(dtype=float) for frame in (history, *futures.values())]
    figure.axes[0].set_ylim(0, style.ceiling(np.concatenate(values)))
    if title:
        style.figure_title(figure, title)
    return figure


def _acts_over(importer: str, acts: Sequence[Act], rows: Sequence[str]) -> list[Act]:
    """Return the acts to show over one importer's axes: its own, and over the first those of nobody there."""
    return [act for act in acts if (act[2] if len(act) == 3 and act[2] in rows else rows[0]) == importer]


def _draw(
    ax: Axes,
    history: pd.DataFrame,
    futures: Mapping[str, pd.DataFrame],
    pairs: Sequence[Pair],
    marks: Marks,
    words: Words,
) -> Axes:
    tracks = [track for pair in pairs for track in _tracks(history, futures, pair)]
    return timeline.draw(ax, tracks, marks, words)


def _tracks(history: pd.DataFrame, futures: Mapping[str, pd.DataFrame], pair: Pair) -> list[Track]:
    """Return the line of the past, up to the split, and one for each group of futures that are alike."""
    dates, values = timeline.series(history, pair)
    split = (np.array([_split(futures)]), values[-1:])
    past = (dates, values) if dates[-1] >= split[0][0] else _joined((dates, values), split)
    tracks = [Track(pair, *past)]
    for names in _groups(futures, pair):
        k = list(futures).index(names[0])
        dash, marker = LOOKS[k]
        line = _joined(split, timeline.series(futures[names[0]], pair))
        label = f"{pair_text(pair)}, {' or '.join(names)}"
        tracks.append(Track(pair, *line, label, dash, 1.6, 1.0, marker, (0.03 + 0.02 * k, 0.16)))
    return tracks


def _joined(one: tuple[Dates, Floats], other: tuple[Dates, Floats]) -> tuple[Dates, Floats]:
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])


def _groups(futures: Mapping[str, pd.DataFrame], pair: Pair) -> list[list[str]]:
    """Return the names of the futures, those together whose duty is the same for a pair."""
    groups: list[list[str]] = []
    for name, frame in futures.items():
        path = timeline.series(frame, pair)
        same = (g for g in groups if timeline.alike(path, timeline.series(futures[g[0]], pair)))
        found = next(same, None)
        groups.append([name]) if found is None else found.append(name)
    return groups


def _split(futures: Mapping[str, pd.DataFrame]) -> np.datetime64:
    return min(np.datetime64(frame.index[0], "us") for frame in futures.values())


def _check(history: pd.DataFrame, futures: Mapping[str, pd.DataFrame], pairs: Sequence[Pair] | None) -> None:
    """Refuse histories and futures that do not belong together."""
    problems = frame_problems(history, "history")
    if not 1 <= len(futures) <= len(LOOKS):
        problems.append(Problem("futures to draw", "futures", str(len(futures)), f"1 to {len(LOOKS)}"))
    for name, frame in futures.items():
        problems += frame_problems(frame, f"futures[{name!r}]")
    fail_if(problems)
    fail_if([*pair_problems(history, pairs), *(p for n in futures for p in _misfits(history, n, futures[n]))])


def _misfits(history: pd.DataFrame, name: str, future: pd.DataFrame) -> list[Problem]:
    where, problems = f"futures[{name!r}]", []
    if set(future.columns) != set(history.columns):
        got, allowed = (", ".join(map(pair_text, frame.columns)) for frame in (future, history))
        problems.append(Problem("other pairs than the history", where, got, allowed))
    if future.index[0] < history.index[-1]:
        got, allowed = f"{future.index[0]:%Y-%m-%d}", f"{history.index[-1]:%Y-%m-%d} or later"
        fix = "cut the history at the split"
        problems.append(Problem("begins before the history ends", where, got, allowed, fix))
    return problems
