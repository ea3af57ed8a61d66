"""Impact curves: what a duty brings at every level, and what each side answers to the other's."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from tradesim.errors import Problem, fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import economy_colour, legible
from tradesim.plots.impact_inputs import limits, table_problems, value_axis, zero_line
from tradesim.plots.inputs import DateLike
from tradesim.plots.labels import End, EndLabels, SideTitle
from tradesim.plots.timeline import Words

SQUARE = (7.2, 6.2)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#555555", "#E69F00")


def duty_curves(
    curves: pd.DataFrame,
    *,
    x_label: str,
    y_label: str,
    percent: bool = False,
    key: str = "",
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw quantities at every level of a duty, each with a mark at its highest: a Laffer curve.

    Parameters
    ----------
    curves : (R, C) frame; index the duty, fraction, rising; a column for each curve. NaN leaves a gap.
    x_label, y_label : what the axes are, with their units.
    percent : whether the values are fractions, shown in percent.
    key : written above the plot, after what the dots are.
    source, as_of, title, ax : as in `fan_chart`.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError
        For a frame that is empty, has infinite values, or whose index does not rise.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = duty_curves(pd.DataFrame({"revenue": [0.0, 2.0, 1.0]}, index=[0.0, 0.5, 1.0]),
    ...                  x_label="Duty, %", y_label="Revenue, US$ bn a year")
    >>> [line.get_xdata().tolist() for line in ax.lines[:2]]
    [[0.0, 0.5, 1.0], [0.5]]
    >>> plt.close(ax.figure)
    """
    fail_if([*table_problems(curves, "curves")] or [*_rising_problems(curves)])
    ax = style.new_axes(ax)
    style.dress(ax)
    duty, ends = curves.index.to_numpy(dtype=float), []
    for k, name in enumerate(curves.columns):
        values = curves[name].to_numpy(dtype=float)
        colour = COLOURS[k % len(COLOURS)]
        ax.plot(duty, values, color=colour, linewidth=style.LINE, label=str(name))
        top = int(np.nanargmax(values))
        peak = f", highest at {style.percent(duty[top], 0)}" if 0 < top < len(duty) - 1 else ""
        if peak:
            ax.plot(duty[top], values[top], "o", color=colour, markersize=6)
        last = timeline.last_known(values)
        end = (f"{name}{peak}", legible(colour, style.background(ax)), colour)
        ends.append(End(float(duty[last]), float(values[last]), *end))
    ax.set_xlim(duty[0], duty[-1])
    ax.set_ylim(*limits([curves.to_numpy(dtype=float)]))
    style.percent_axis(ax.xaxis)
    value_axis(ax.yaxis, percent=percent)
    zero_line(ax, style.muted(ax))
    ax.set_xlabel(x_label, fontsize=style.LABEL, color=style.muted(ax))
    SideTitle(ax, y_label)
    told = "; ".join(
        filter(
            None, ["dots: the highest point" if any(", highest" in end.words for end in ends) else "", key]
        )
    )
    timeline.write(ax, Words(title, source, as_of, key=told), None, EndLabels(ax, ends))
    return ax


def best_responses(
    one: tuple[str, ArrayLike, ArrayLike],
    other: tuple[str, ArrayLike, ArrayLike],
    *,
    nash: tuple[float, float] | None = None,
    key: str = "",
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the duty that is best for each of two economies against every duty of the other.

    Parameters
    ----------
    one : (code, duties of the other, its own best answers), fractions; its duty is to the right.
    other : the same of the other economy; its duty is upwards.
    nash : the duties at which both answer best, of ``one`` and of ``other``.
    key, source, as_of, title, ax : as in `impact_fan`.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError
        For duties and answers that are not numbers, not as many, or not finite.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> grid = np.array([0.0, 0.5, 1.0])
    >>> us, china = ("USA", grid, 0.3 - 0.1 * grid), ("CHN", grid, 0.2 - 0.1 * grid)
    >>> ax = best_responses(us, china, nash=(0.28, 0.17))
    >>> ax.get_xlabel()
    'Duty of USA on CHN, %'
    >>> plt.close(ax.figure)
    """
    fail_if([*_response_problems(one, "one"), *_response_problems(other, "other")])
    ax = style.new_axes(ax, SQUARE)
    style.dress(ax)
    (a, given_b, best_a), (b, given_a, best_b) = one, other
    across = [(best_a, given_b, a, b), (given_a, best_b, b, a)]
    for x, y, who, whom in across:
        ax.plot(
            x,
            y,
            color=economy_colour(who, style.background(ax)),
            linewidth=style.LINE,
            label=f"best for {who}, given {whom}",
        )
    if nash is not None:
        ax.plot(*nash, "o", color=style.ink(ax), markersize=7, zorder=3)
        words = f"both answer best:\n{a} {style.percent(nash[0])}, {b} {style.percent(nash[1])}"
        ax.annotate(
            words, nash, (10, 10), textcoords="offset points", fontsize=style.LABEL, color=style.ink(ax)
        )
    style.percent_axis(ax.xaxis)
    style.percent_axis(ax.yaxis)
    ax.grid(visible=True, axis="x", color=style.faint(ax), linewidth=0.7)
    ax.set_xlabel(f"Duty of {a} on {b}, %", fontsize=style.LABEL, color=style.muted(ax))
    SideTitle(ax, f"Duty of {b} on {a}, %")
    ax.legend(frameon=False, fontsize=style.LABEL, labelcolor=style.ink(ax))
    timeline.write(ax, Words(title, source, as_of, key=key))
    return ax


def _rising_problems(curves: pd.DataFrame) -> list[Problem]:
    index = curves.index
    rising = pd.api.types.is_numeric_dtype(index.dtype) and index.is_monotonic_increasing and index.is_unique
    return [] if rising else [Problem("duties out of order", "curves", allowed="each once, in order")]


def _response_problems(side: tuple[str, ArrayLike, ArrayLike], where: str) -> list[Problem]:
    given, best = (np.asarray(values, dtype=np.float64) for values in side[1:])
    if given.ndim != 1 or given.shape != best.shape or not len(given):
        return [
            Problem("not as many answers as duties", where, f"{given.shape} and {best.shape}", "(R,) each")
        ]
    finite = bool(np.isfinite(given).all() and np.isfinite(best).all())
    return [] if finite else [Problem("not duties", where, "NaN or inf", "finite fractions")]
