"""Duties over time: the two-sided step chart, and a simulation set against the record."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from tradesim.errors import Problem, fail_if
from tradesim.plots import timeline
from tradesim.plots.inputs import (
    Act,
    DateLike,
    Pair,
    Truce,
    beside_problems,
    drawn_pairs,
    frame_problems,
    mark_problems,
    pair_problems,
    pair_text,
)
from tradesim.plots.style import new_axes
from tradesim.plots.timeline import Marks, Track, Words


def step_chart(
    duty: pd.DataFrame,
    *,
    pairs: Sequence[Pair] | None = None,
    truces: Sequence[Truce] = (),
    acts: Sequence[Act] = (),
    beside: pd.DataFrame | None = None,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the effective duty of each pair over time, as steps, with truces and acts.

    Lines take the colour of the importer and are named at their ends. Pairs with the rest of the world
    are dotted and lighter; an importer's second and third partner are dashed.

    Parameters
    ----------
    duty : (T, P) frame of fractions of import value; DatetimeIndex, columns (importer, exporter), as
        ``Schedule.effective_duty`` returns. NaN leaves a gap.
    pairs : the (importer, exporter) to draw; all columns by default.
    truces : (name, start, end) of each truce, shaded from start up to, not including, end.
    acts : (date, text) or (date, text, importer) of each act. Its leader runs down to the duty of that
        importer, or to the highest duty. Acts and truces outside the dates of the frame are left out.
    beside : frame like ``duty`` of what trade costs in all; a dashed line "with fees and controls" for every
        pair whose costs are not its duties throughout.
    source, as_of : written below the chart.
    title : written above it.
    ax : where to draw; a new figure by default. Labels stand outside the axes: a figure of your own
        needs ``layout="constrained"``.

    Returns
    -------
    The axes, with fractions on y (labelled in percent).

    Raises
    ------
    InputError
        For a frame that is empty or has other columns, negative or infinite duties, unknown pairs, dates
        that are none and truces that end before they start.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> columns = pd.MultiIndex.from_tuples([("USA", "CHN")], names=["importer", "exporter"])
    >>> days = pd.DatetimeIndex(["2025-01-01", "2025-04-09", "2025-05-14"], name="date")
    >>> duty = pd.DataFrame([[0.21], [1.05], [0.52]], index=days, columns=columns)
    >>> ax = step_chart(duty, truces=[("Geneva", "2025-05-14", "2025-08-12")], source="toy record")
    >>> ax.lines[0].get_ydata()
    array([0.21, 1.05, 0.52])
    >>> plt.close(ax.figure)
    """
    fail_if(frame_problems(duty, "duty"))
    fail_if([*pair_problems(duty, pairs), *mark_problems(truces, acts), *beside_problems(beside, duty)])
    tracks = timeline.tracks_of(duty, drawn_pairs(duty, pairs))
    costs, words = timeline.tracks_beside(beside, tracks), Words(title, source, as_of)
    return timeline.draw(new_axes(ax), tracks, Marks(truces, acts), words, costs)


def comparison(
    expected: pd.DataFrame,
    actual: pd.DataFrame,
    *,
    names: tuple[str, str] = ("simulated", "record"),
    pairs: Sequence[Pair] | None = None,
    truces: Sequence[Truce] = (),
    acts: Sequence[Act] = (),
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a simulation against the record: the record solid, the simulation dashed with markers.

    Where both are the same throughout, one solid line carries both names.

    Parameters
    ----------
    expected, actual : (T, P) frames of fractions with the same columns (importer, exporter) and the same
        first and last date: what was simulated, and what happened.
    names : what to call the two at the ends of their lines.
    pairs, truces, acts, source, as_of, title, ax : as in `step_chart`.

    Returns
    -------
    The axes, with fractions on y (labelled in percent).

    Raises
    ------
    InputError
        As in `step_chart`, and for frames of different pairs or windows.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> columns = pd.MultiIndex.from_tuples([("CHN", "USA")], names=["importer", "exporter"])
    >>> days = pd.DatetimeIndex(["2025-04-01", "2025-04-10", "2025-04-30"], name="date")
    >>> record = pd.DataFrame([[0.32], [1.07], [1.47]], index=days, columns=columns)
    >>> ax = comparison(record - 0.02, record)
    >>> [line.get_label() for line in ax.lines]
    ['CHN on USA, record', 'CHN on USA, simulated']
    >>> plt.close(ax.figure)
    """
    fail_if([*frame_problems(expected, "expected"), *frame_problems(actual, "actual")])
    fail_if([*_mismatch(expected, actual), *pair_problems(actual, pairs), *mark_problems(truces, acts)])
    tracks = [
        track
        for pair in drawn_pairs(actual, pairs)
        for track in _record_and_simulation(expected, actual, pair, names)
    ]
    return timeline.draw(new_axes(ax), tracks, Marks(truces, acts), Words(title, source, as_of))


def _mismatch(expected: pd.DataFrame, actual: pd.DataFrame) -> list[Problem]:
    problems = []
    if set(expected.columns) != set(actual.columns):
        got, allowed = (", ".join(map(pair_text, frame.columns)) for frame in (expected, actual))
        problems.append(Problem("other pairs than in the record", "expected", got, allowed))
    windows = [f"{frame.index[0]:%Y-%m-%d} to {frame.index[-1]:%Y-%m-%d}" for frame in (expected, actual)]
    if windows[0] != windows[1]:
        problems.append(Problem("another window than the record", "expected", windows[0], windows[1]))
    return problems


def _record_and_simulation(
    expected: pd.DataFrame, actual: pd.DataFrame, pair: Pair, names: tuple[str, str]
) -> list[Track]:
    simulated, record = timeline.series(expected, pair), timeline.series(actual, pair)
    prefix = pair_text(pair)
    if timeline.alike(simulated, record):
        return [Track(pair, *record, f"{prefix}, {names[1]} and {names[0]}")]
    return [
        Track(pair, *record, f"{prefix}, {names[1]}"),
        Track(pair, *simulated, f"{prefix}, {names[0]}", (0, (4, 2)), 1.5, 1.0, "o", (0.04, 0.09)),
    ]
