"""Truces: how likely each is to be in force, by day."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tradesim.errors import Problem, fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import legible, mixed
from tradesim.plots.inputs import MOST_LINES, DateLike, probability_problems
from tradesim.plots.labels import End, EndLabels, SideTitle
from tradesim.plots.strips import Run, RunLabels, chance, runs
from tradesim.plots.timeline import Floats, Words

COLOUR = "#4F9DA6"
HEIGHT = 0.74
"""Of a lane, what 100 % takes."""
ANY = "any of them"


def truce_band(
    probability: pd.DataFrame,
    *,
    any_of: pd.Series | None = None,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability that each truce is in force, by day: a lane for each, from 0 to 100 %.

    Parameters
    ----------
    probability : (T, K) frame, 0 to 1; DatetimeIndex, one column for each truce: the share of draws in which
        it is in force, ``pd.DataFrame(paths.truce.mean(axis=0), pd.DatetimeIndex(paths.dates),
        paths.truces)``.
    any_of : (T,) series, 0 to 1, on the same dates: the probability that at least one is in force, drawn
        in a lane of its own. It cannot be worked out from the others, only from the draws:
        ``paths.truce.any(axis=2).mean(axis=0)``.
    source, as_of : written below the chart.
    title : written above it.
    ax : where to draw; a new figure by default, which needs ``layout="constrained"`` if it is your own.

    Returns
    -------
    The axes; the first truce stands highest, and lane k counted from below runs from y = k to k + 0.74.

    Raises
    ------
    InputError
        For a frame that is empty, has no dates or holds what is no probability, and for an ``any_of`` on
        other dates or that the probabilities of the truces rule out.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> days = pd.DatetimeIndex(["2025-10-31", "2025-11-10", "2026-02-08"], name="date")
    >>> ax = truce_band(pd.DataFrame({"Geneva": [1.0, 0.75, 0.5]}, index=days))
    >>> ax.patches[0].get_data().values
    array([0.74 , 0.555, 0.37 ])
    >>> plt.close(ax.figure)
    """
    fail_if(_problems(probability, any_of))
    lanes = {str(name): probability[name].to_numpy(dtype=float) for name in probability.columns}
    if any_of is not None:
        lanes[ANY] = any_of.to_numpy(dtype=float)
    ax = style.new_axes(ax, (style.SIZE[0], 1.8 + 0.9 * len(lanes)))
    style.dress(ax)
    days, _ = timeline.closed(probability.index.to_numpy(), probability.iloc[:, 0].to_numpy(dtype=float))
    style.set_window(ax, days[[0, -1]])
    edges, floors = timeline.numbers(days), np.arange(len(lanes))[::-1].astype(float)
    for floor, values in zip(floors, lanes.values(), strict=True):
        _lane(ax, edges, values, floor)
    _axis(ax, floors)
    ends = EndLabels(
        ax, [_end(ax, edges[-1], *lane) for lane in zip(lanes, lanes.values(), floors, strict=True)]
    )
    SideTitle(ax, "Probability to be in force")
    timeline.write(ax, Words(title, source, as_of), None, ends)
    return ax


def _lane(ax: Axes, edges: Floats, values: Floats, floor: float) -> None:
    """Draw one truce as steps over its floor, with the numbers inside where there is room."""
    paint = mixed(COLOUR, style.background(ax), 0.45)
    steps = floor + HEIGHT * values
    timeline.add_steps(ax, edges, floor, steps, facecolor=paint, edgecolor=COLOUR, linewidth=1.2)
    RunLabels(ax, (_number(ax, run, floor) for run in runs(edges, values)))


def _number(ax: Axes, run: tuple[float, float, float], floor: float) -> Run:
    """Return where the number of a stretch stands: under the step, or over it where it is low."""
    low = run[2] < 0.5
    ground = style.background(ax) if low else mixed(COLOUR, style.background(ax), 0.45)
    colour = legible(style.ink(ax), ground)
    return Run(*run, floor + HEIGHT * run[2], colour, "bottom" if low else "top")


def _axis(ax: Axes, floors: Floats) -> None:
    ax.set_ylim(-0.04, floors.max() + HEIGHT + 0.06)
    levels = sorted((floor + HEIGHT * share, f"{share:.0%}".replace("%", " %")) for floor in floors
                    for share in ((0, 1) if len(floors) > 1 else (0, 0.5, 1)))  # fmt: skip
    ax.set_yticks([level for level, _ in levels], [words for _, words in levels], parse_math=False)


def _end(ax: Axes, day: float, name: str, values: Floats, floor: float) -> End:
    k = timeline.last_known(values)
    colour = legible(COLOUR, style.background(ax))
    words = f"{name} {chance(float(values[k]))}"
    return End(day, floor + HEIGHT * float(values[k]), words, colour, COLOUR)


def _problems(probability: object, any_of: object) -> list[Problem]:
    problems = probability_problems(probability, "probability")
    if isinstance(probability, pd.Series):
        fix = "probability.to_frame('name of the truce')"
        problems = [Problem("not a frame", "probability", "Series", "a column for each truce", fix)]
    if any_of is not None:
        problems += probability_problems(any_of, "any_of")
    if problems or not isinstance(probability, pd.DataFrame):
        return problems
    return [*_name_problems(probability), *_together(probability, any_of)]


def _name_problems(probability: pd.DataFrame) -> Iterator[Problem]:
    if not probability.columns.is_unique:
        twice = probability.columns[probability.columns.duplicated()][0]
        yield Problem("truce given twice", "probability", str(twice), "each truce once")
    if probability.shape[1] > MOST_LINES:
        yield Problem("too many truces", "probability", str(probability.shape[1]), f"up to {MOST_LINES}")


def _together(probability: pd.DataFrame, any_of: object) -> Iterator[Problem]:
    """Yield what is wrong with the probability of any: it lies between the largest and the sum."""
    if any_of is None:
        return
    if not isinstance(any_of, pd.Series):
        yield Problem("not a series", "any_of", type(any_of).__name__, "a pandas Series by date")
    elif not any_of.index.equals(probability.index):
        yield Problem("other dates than the probabilities", "any_of", fix="any_of.reindex(probability.index)")
    else:
        values = probability.to_numpy(dtype=float)
        least, most = values.max(axis=1), np.minimum(values.sum(axis=1), 1)
        off = (any_of.to_numpy() < least - 1e-9) | (any_of.to_numpy() > most + 1e-9)
        if off.any():
            k = int(np.flatnonzero(off)[0])
            where = f"any_of, {any_of.index[k]:%Y-%m-%d}"
            allowed = f"{least[k]:g} (the likeliest truce) to {most[k]:g} (their sum)"
            yield Problem("not what the truces allow", where, f"{any_of.iloc[k]:g}", allowed)
