"""Layers: one pair's duty by legal authority, stacked."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tradesim.errors import fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import authority_colours
from tradesim.plots.inputs import (
    LAYER,
    Act,
    DateLike,
    Pair,
    Truce,
    frame_problems,
    mark_problems,
    pair_problems,
    pair_text,
)
from tradesim.plots.labels import End
from tradesim.plots.layer_labels import LayerLabels
from tradesim.plots.timeline import Dates, Floats, Marks, Track, Words


def authority_stack(
    duty: pd.DataFrame,
    pair: Pair,
    *,
    truces: Sequence[Truce] = (),
    acts: Sequence[Act] = (),
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one pair's duty as stepped areas, one for each authority, under the line of the total.

    A layer is named on its area where the name fits, else beside the chart, in the order of the stack.
    What a ``cap`` takes off is negative: it is stacked below zero, and the total line is the sum of all.

    Parameters
    ----------
    duty : (T, L) frame of fractions; DatetimeIndex, columns (importer, exporter, authority), as
        ``Schedule.effective_duty(…, by="authority")`` returns. NaN leaves a gap.
    pair : importer, exporter.
    truces, acts, source, as_of, title, ax : as in `step_chart`.

    Returns
    -------
    The axes, with fractions on y (labelled in percent).

    Raises
    ------
    InputError
        For a frame that is empty or has other columns, infinite values, an unknown pair, dates that are
        none and truces that end before they start.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> columns = pd.MultiIndex.from_tuples(
    ...     [("USA", "CHN", "MFN"), ("USA", "CHN", "Section 301")],
    ...     names=["importer", "exporter", "authority"],
    ... )
    >>> days = pd.DatetimeIndex(["2018-01-01", "2018-07-06", "2018-12-31"], name="date")
    >>> duty = pd.DataFrame([[0.03, 0.0], [0.03, 0.09], [0.03, 0.09]], index=days, columns=columns)
    >>> ax = authority_stack(duty, ("USA", "CHN"))
    >>> ax.lines[-1].get_ydata()
    array([0.03, 0.12, 0.12])
    >>> plt.close(ax.figure)
    """
    fail_if(frame_problems(duty, "duty", LAYER, signed=True))
    fail_if([*pair_problems(duty, [pair], "pair"), *mark_problems(truces, acts)])
    ax = style.new_axes(ax)
    style.dress(ax)
    layers = _layers(duty, pair)
    total = Track(pair, duty.index.to_numpy(), layers.sum(axis=1, skipna=False).to_numpy(dtype=float))
    bands = _bands(layers.to_numpy(dtype=float))
    colours = authority_colours(layers.columns)
    _areas(ax, total, bands, colours)
    _scales(ax, total, bands)
    ends, days = _entries(ax, total, bands, colours), timeline.numbers(total.dates)
    labels = LayerLabels(ax, list(colours), ends, days=days, total=total.duties, bands=bands)
    return timeline.surround(ax, Marks(truces, acts), Words(title, source, as_of), [total], labels)


def _layers(duty: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    """Return the authorities of one pair, ``(T, A)``, lowest first, without those that never charge."""
    own = [column for column in duty.columns.to_list() if (column[0], column[1]) == tuple(pair)]
    charging = [column for column in own if (duty[column].fillna(0) != 0).any()]
    layers = duty[charging or own]
    return layers.set_axis([str(column[2]) for column in layers.columns], axis="columns")


def _bands(values: Floats) -> Floats:
    """Return the lower and upper edge of each layer, ``(2, T, A)``: positive ones up, negative ones down."""
    up, down = np.maximum(values, 0), np.minimum(values, 0)
    high, low = np.cumsum(up, axis=1), np.cumsum(down, axis=1)
    below = (values < 0) | ((values == 0) & (values < 0).any(axis=0))
    return np.stack([np.where(below, low, high - up), np.where(below, low - down, high)])


def _areas(ax: Axes, total: Track, bands: Floats, colours: dict[str, str]) -> None:
    for k, (name, colour) in enumerate(colours.items()):
        low, high = bands[:, :, k]
        ax.fill_between(
            total.dates, low, high, step="post", facecolor=colour, label=name, linewidth=0.4,
            edgecolor=style.background(ax), zorder=1.6,
        )  # fmt: skip
    ax.plot(
        total.dates, total.duties, drawstyle="steps-post", color=style.ink(ax), linewidth=1.4,
        label=pair_text(total.pair), solid_joinstyle="miter",
    )  # fmt: skip


def _scales(ax: Axes, total: Track, bands: Floats) -> None:
    style.set_window(ax, total.dates)
    bottom = float(np.nanmin(bands))
    ax.set_ylim(1.1 * bottom, style.ceiling(np.append(bands[1].ravel(), total.duties)))
    if bottom < 0:
        ax.axhline(0, color=style.muted(ax), linewidth=0.8)
    style.percent_axis(ax.yaxis)


def _entries(ax: Axes, total: Track, bands: Floats, colours: dict[str, str]) -> list[End]:
    """Return a label for every layer, level with its last place in the stack, and one for the total."""
    end = timeline.last_known(total.duties)
    day, ink, last = timeline.number(total.dates[end]), style.ink(ax), float(total.duties[end])
    layers = [
        End(day, float(bands[:, end, k].mean()), name + _until(total.dates, bands[:, :, k]), ink, colour)
        for k, (name, colour) in enumerate(colours.items())
    ]
    return [*layers, End(day, last, f"{pair_text(total.pair)}, total {style.percent(last)}", ink, ink)]


def _until(dates: Dates, band: Floats) -> str:
    """Return when a layer stopped, if it charges nothing at the end."""
    standing = np.flatnonzero(np.ptp(band, axis=0) != 0)
    if not len(standing) or standing[-1] + 1 >= len(dates):
        return ""
    return f" (until {np.datetime_as_string(dates[standing[-1] + 1], 'D')})"
