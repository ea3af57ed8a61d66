"""Impact fans: what duties do to economies by date: bands of quantiles, or panels of branches."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from tradesim.errors import fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import economy_colour, legible
from tradesim.plots.impact_inputs import (
    fan_table_problems,
    limits,
    same_columns_problems,
    table_problems,
    told,
    value_axis,
    zero_line,
)
from tradesim.plots.inputs import DateLike
from tradesim.plots.labels import End, EndLabels, SideTitle
from tradesim.plots.timeline import Dash, Words

Floats = NDArray[np.float64]
Edges = NDArray[np.float64]
BRANCH_COLOURS = ("#0072B2", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#555555")
BRANCH_DASHES: tuple[Dash, ...] = (
    "-",
    (0, (6, 1.5)),
    (0, (1.5, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1)),
    (0, (10, 2)),
)


def impact_fan(
    quantiles: pd.DataFrame,
    *,
    label: str,
    percent: bool = True,
    key: str = "",
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw quantiles of a change for some economies by date, nested bands with a line at the median.

    Parameters
    ----------
    quantiles : (T, E × Q) frame; DatetimeIndex, columns (economy, quantile), as ``Impact.quantiles``
        returns. Each value holds to the next date. NaN leaves a gap.
    label : what it is, with its unit; beside the axis.
    percent : whether the values are fractions, shown in percent.
    key : written above the plot, after what the bands are.
    source, as_of, title, ax : as in `fan_chart`.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError
        For a frame that is empty, has no dates or other columns, or infinite values.

    Examples
    --------
    >>> columns = pd.MultiIndex.from_product([["USA"], [0.05, 0.5, 0.95]], names=["economy", "quantile"])
    >>> months = pd.DatetimeIndex(["2025-10-01", "2025-11-01"], name="date")
    >>> table = pd.DataFrame([[-0.01, -0.005, 0.0], [-0.02, -0.01, 0.001]], index=months, columns=columns)
    >>> ax = impact_fan(table, label="Change in welfare, %")
    >>> [line.get_ydata().tolist() for line in ax.lines if line.get_label() == "USA"]
    [[-0.005, -0.01, -0.01]]
    >>> plt.close(ax.figure)
    """
    fail_if(fan_table_problems(quantiles, "quantiles"))
    ax = style.new_axes(ax)
    style.dress(ax)
    edges = _edges(quantiles)
    style.set_window(ax, [quantiles.index[0].to_numpy(), _closing(quantiles).to_numpy()])
    codes = [str(code) for code in quantiles.columns.get_level_values(0).unique()]
    ends = []
    for code in codes:
        table = pd.DataFrame(quantiles[code]).sort_index(axis=1)
        _bands(ax, edges, table, economy_colour(code, style.background(ax)))
        ends.append(_line_and_end(ax, edges, table, code, percent=percent))
    ax.set_ylim(*limits([quantiles.to_numpy(dtype=float)]))
    value_axis(ax.yaxis, percent=percent)
    zero_line(ax, style.muted(ax))
    SideTitle(ax, label)
    words = "; ".join(filter(None, [_bands_told(quantiles[codes[0]].columns), key]))
    timeline.write(ax, Words(title, source, as_of, key=words), None, EndLabels(ax, ends))
    return ax


def impact_panels(
    frames: Mapping[str, pd.DataFrame],
    *,
    label: str,
    percent: bool = True,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    columns: int = 4,
) -> Figure:
    """Draw a change by date on a panel for every economy, a line for every branch; scales differ.

    Parameters
    ----------
    frames : branch → (T, E) frame; DatetimeIndex, columns economy. Each value holds to the next date.
    label : what it is, with its unit, and what it is compared with; over all panels.
    percent : whether the values are fractions, shown in percent.
    source, as_of, title : as in `fan_chart`.
    columns : panels in a row.

    Returns
    -------
    The figure; ``figure.axes`` in the order of the economies.

    Raises
    ------
    InputError
        For no frame or more than six, frames of other economies than the first's, without dates or numbers.

    Examples
    --------
    >>> months = pd.DatetimeIndex(["2025-10-01", "2025-11-01"], name="date")
    >>> deal = pd.DataFrame({"USA": [0.0, 0.01], "CHN": [0.0, 0.02]}, index=months)
    >>> figure = impact_panels({"deal": deal, "no deal": -deal}, label="Change in welfare, %")
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['USA', 'CHN']
    >>> plt.close(figure)
    """
    fail_if(
        p for name, frame in frames.items() for p in table_problems(frame, f"frames[{name!r}]", dated=True)
    )
    fail_if(same_columns_problems(frames, len(BRANCH_COLOURS)))
    codes = [str(code) for code in next(iter(frames.values())).columns]
    rows = -(-len(codes) // columns)
    figure, grid = plt.subplots(
        rows,
        columns,
        sharex=True,
        squeeze=False,
        layout="constrained",
        figsize=(3.0 * columns, 1.2 + 2.0 * rows),
    )
    for ax in grid.ravel()[len(codes) :]:
        ax.remove()
    for ax, code in zip(grid.ravel(), codes, strict=False):
        _panel(ax, code, frames, percent=percent)
    for ax in grid.ravel()[max(len(codes) - columns, 0) : len(codes)]:
        ax.tick_params(axis="x", labelbottom=True)
    style.figure_title(figure, title or label)
    figure.supylabel(label, fontsize=style.LABEL, color=style.muted(figure.axes[0]))
    _branch_key(figure, list(frames))
    footer = style.source_line(source, as_of)
    if footer:
        figure.supxlabel(
            footer, x=0.01, ha="left", fontsize=style.SMALL, color=style.muted(figure.axes[0]), wrap=True
        )
    return figure


def _panel(ax: Axes, code: str, frames: Mapping[str, pd.DataFrame], *, percent: bool) -> None:
    style.dress(ax)
    for k, frame in enumerate(frames.values()):
        values = frame[code].to_numpy(dtype=float)
        ax.plot(
            _edges(frame), np.append(values, values[-1]), drawstyle="steps-post", color=BRANCH_COLOURS[k],
            linestyle=BRANCH_DASHES[k], linewidth=1.6,
        )  # fmt: skip
    first = next(iter(frames.values()))
    style.set_window(ax, [first.index[0].to_numpy(), _closing(first).to_numpy()])
    style.date_axis(ax.xaxis, least=2, most=4)
    ax.set_ylim(*limits([frame[code].to_numpy(dtype=float) for frame in frames.values()]))
    value_axis(ax.yaxis, percent=percent, ticks=4)
    zero_line(ax, style.muted(ax))
    ax.set_title(code, loc="left", fontsize=style.PANEL, fontweight="bold", color=style.ink(ax))


def _branch_key(figure: Figure, names: list[str]) -> None:
    handles = [Line2D([], [], color=BRANCH_COLOURS[k], linewidth=1.6, label=n) for k, n in enumerate(names)]
    for handle, dash in zip(handles, BRANCH_DASHES, strict=False):
        handle.set(linestyle=dash)
    ink = style.ink(figure.axes[0])
    legend = figure.legend(
        handles=handles, loc="outside upper right", ncols=len(names), frameon=False, labelcolor=ink,
        fontsize=style.LABEL,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def _closing(frame: pd.DataFrame) -> pd.Timestamp:
    """Return the day to which the last value holds: as long as the one before it did."""
    index = frame.index
    gap = index[-1] - index[-2] if len(index) > 1 else pd.Timedelta(days=1)
    return pd.Timestamp(index[-1] + gap)


def _edges(frame: pd.DataFrame) -> Edges:
    """Return the dates and the closing one, (T + 1,), as matplotlib counts them."""
    return timeline.numbers(pd.DatetimeIndex([*frame.index, _closing(frame)]).to_numpy())


def _pairs(levels: list[float]) -> list[tuple[float, float]]:
    return [(a, b) for a in levels for b in levels if a < b and abs(a + b - 1) < 1e-9]


def _bands(ax: Axes, edges: Edges, table: pd.DataFrame, colour: str) -> None:
    for low, high in _pairs([float(level) for level in table.columns]):
        bottom, top = (table[level].to_numpy(dtype=float) for level in (low, high))
        timeline.add_steps(
            ax, edges, bottom, top, zorder=1.6,
            facecolor=to_rgba(colour, 0.16), edgecolor=to_rgba(colour, 0.7), linewidth=0.8,
        )  # fmt: skip


def _line_and_end(ax: Axes, edges: Edges, table: pd.DataFrame, code: str, *, percent: bool) -> End:
    """Draw the median, or the middle quantile that there is, and return its label."""
    levels = [float(level) for level in table.columns]
    middle = min(levels, key=lambda level: abs(level - 0.5))
    values = table[middle].to_numpy(dtype=float)
    colour = economy_colour(code, style.background(ax))
    steps = np.append(values, values[-1])
    ax.plot(edges, steps, drawstyle="steps-post", color=colour, linewidth=style.LINE, label=code)
    last = timeline.last_known(values)
    words = f"{code} {told(float(values[last]), percent=percent)}"
    spread = _pairs(levels)
    if spread:
        low, high = (told(float(table[level].iloc[last]), percent=percent) for level in spread[0])
        words += f" ({low} to {high})"
    return End(edges[last + 1], float(values[last]), words, legible(colour, style.background(ax)), colour)


def _bands_told(columns: pd.Index) -> str:
    pairs = [f"{100 * a:g}–{100 * b:g} %" for a, b in _pairs([float(level) for level in columns])]
    return f"bands: {' and '.join(pairs)} of draws, line: median" if pairs else ""
