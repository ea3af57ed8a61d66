"""Style: what every chart shares, taken from the user's own style where matplotlib has one.

Inks follow ``text.color`` and the background of the figure, so that charts read on white, on a dark style
and on a transparent ground alike. Nothing here changes a matplotlib setting.
"""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgba
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter, DayLocator
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import ArrayLike

from tradesim.plots.colours import ink_on, luminance, mixed
from tradesim.plots.inputs import DateLike, day_text

SIZE = (10.0, 5.5)
"""Width and height of a new figure, inches."""
TITLE, PANEL, LABEL, SMALL = 12.5, 10.5, 9.0, 8.0
"""Sizes of text, points."""
LINE = 2.0
"""Width of a line that matters, points."""
DUTY_LABEL = "Statutory effective duty, % of import value"


def percent(fraction: float, decimals: int = 1) -> str:
    """Return a fraction in percent, with the sign; what is above zero never reads as zero.

    Examples
    --------
    >>> percent(0.475), percent(1.25, 0), percent(0.0002)
    ('47.5 %', '125 %', '<0.1 %')
    """
    least = 10.0**-decimals
    if 0 < 100 * fraction < least / 2:
        return f"<{least:g} %"
    return f"{100 * fraction:.{decimals}f} %"


class TicksFrom(MaxNLocator):
    """Round ticks from a value on: what stands below it on the axis is no duty."""

    def __init__(self, low: float, ticks: int) -> None:
        super().__init__(nbins=ticks, steps=[1, 2, 2.5, 5, 10])
        self.low = low

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return the places of the ticks between two values."""
        found = super().tick_values(max(vmin, self.low), vmax)
        return [float(tick) for tick in found if tick >= self.low]


def percent_axis(axis: Axis, ticks: int = 6, low: float = -np.inf) -> None:
    """Label an axis of fractions in percent, ``25 %``, from ``low`` on."""
    axis.set_major_locator(TicksFrom(low, ticks))
    axis.set_major_formatter(PercentFormatter(xmax=1, symbol=" %"))


class DateTicks(AutoDateLocator):
    """Ticks at years, months or days; none so close before the first of a month that the two would touch."""

    def __init__(self, least: int = 4, most: int = 9) -> None:
        super().__init__(minticks=least, maxticks=most)  # type: ignore[no-untyped-call]

    def __call__(self) -> list[float]:
        """Return the places of the ticks, days."""
        found = np.asarray(super().__call__(), dtype=np.float64)  # type: ignore[no-untyped-call]
        gaps = np.diff(found)
        far = np.append(gaps > 0.7 * np.median(gaps), True) if len(gaps) else np.ones(len(found), dtype=bool)
        return [float(tick) for tick in found[far]]


def date_axis(axis: Axis, least: int = 4, most: int = 9) -> None:
    """Label an axis of dates by years, months or days, whichever fit, with so many ticks."""
    locator = DateTicks(least, most)
    formatter = ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator,
        formats=["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S"],
        zero_formats=["", "%Y", "%b", "%d %b", "%H:%M", "%H:%M"],
        offset_formats=["", "%Y", "%Y", "%Y", "%Y-%m-%d", "%Y-%m-%d"],
    )
    axis.set_major_locator(locator)
    axis.set_major_formatter(formatter)


def source_line(source: str, as_of: DateLike | None) -> str:
    """Return the line under a chart that says where the numbers come from and how old they are.

    Examples
    --------
    >>> source_line("Federal Register", "2026-01-15")
    'Source: Federal Register. As of 2026-01-15.'
    """
    parts = [f"Source: {source.rstrip('.')}."] if source else []
    if as_of is not None and str(as_of):
        parts.append(f"As of {day_text(as_of)}.")
    return " ".join(parts)


def new_axes(ax: Axes | None, size: tuple[float, float] = SIZE) -> Axes:
    """Return the axes given, or those of a new figure with a constrained layout."""
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=size, layout="constrained")
    return made


def ink(ax: Axes) -> str:
    """Return the colour of plain text: the style's own, or what its background needs."""
    ground, own = background(ax), mixed(mpl.rcParams["text.color"], "black", 0.0)
    clear = abs(luminance(own) - luminance(ground)) > 0.3
    return mixed(own if clear else ink_on(ground), ground, 0.12)


def muted(ax: Axes) -> str:
    """Return the colour of text that stands back."""
    return mixed(ink(ax), background(ax), 0.3)


def faint(ax: Axes) -> str:
    """Return the colour of rules and grids."""
    return mixed(ink(ax), background(ax), 0.82)


def background(ax: Axes) -> str:
    """Return the colour behind a chart; a transparent one is taken to suit the style's text colour."""
    figure = ax.get_figure(root=True)
    grounds = [ax.get_facecolor(), *([figure.get_facecolor()] if figure is not None else [])]
    solid = (to_rgba(ground) for ground in grounds if to_rgba(ground)[3] > 0.5)
    found = next(solid, None) or ink_on(mpl.rcParams["text.color"])
    return mixed(found, "black", 0.0)


def dress(ax: Axes) -> None:
    """Take away what does not inform: two spines, tick marks, every grid line but the horizontal ones."""
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(muted(ax))
    ax.grid(visible=True, axis="y", color=faint(ax), linewidth=0.7)
    ax.grid(visible=False, axis="x")
    ax.set_axisbelow(True)
    ax.tick_params(axis="both", colors=muted(ax), labelsize=LABEL, length=0)
    ax.tick_params(axis="x", length=3, color=muted(ax))
    ax.xaxis.get_offset_text().set(color=muted(ax), size=LABEL)
    ax.yaxis.label.set(color=muted(ax), size=LABEL)


def ceiling(values: ArrayLike) -> float:
    """Return the top of an axis from 0 that shows these fractions: a little above the largest."""
    return 1.05 * max(float(np.nanmax(values)), 0.01)


def set_window(ax: Axes, dates: ArrayLike) -> None:
    """Let the axis of dates run from the first to the last, a day at least."""
    days = np.asarray(dates, dtype="datetime64[us]")
    first, last = days.min(), days.max()
    ax.set_xlim(first, max(last, first + np.timedelta64(1, "D")))
    if last - first <= np.timedelta64(3, "D"):
        ax.xaxis.set_major_locator(DayLocator())  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))  # type: ignore[no-untyped-call]
    else:
        date_axis(ax.xaxis)


def figure_title(figure: Figure, words: str) -> None:
    """Write a title above all axes of a figure, from its left edge."""
    title = figure.suptitle(words, x=0.01, ha="left", fontsize=TITLE + 1.5, fontweight="bold")
    title.set(color=ink(figure.axes[0]), parse_math=False)
