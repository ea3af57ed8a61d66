"""Charts: the pictures of the page, drawn in the browser; data are plain arrays, replaced as sliders move.

All texts in them are our own or codes of economies: names that a scenario gives stand beside, as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, DatetimeTickFormatter, HoverTool, NumeralTickFormatter, Range1d
from bokeh.plotting import figure
from numpy.typing import NDArray

from tradesim.app.views import LEVELS, View
from tradesim.plots.colours import OTHERS, economy_colour, legible

INK, FAINT, GROUND = "#3d3d3d", "#e3e3e3", "#ffffff"
ANY_TRUCE = INK
LINE = 2.5
Data = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and where its numbers stand; ``shades`` are of what lies behind."""

    figure: Any
    source: ColumnDataSource
    shades: ColumnDataSource | None = None


# Data ------------------------------------------------------------------------------------------------


def fan_data(view: View, written: View | None) -> dict[str, NDArray[Any]]:
    """Return the columns of a fan: dates, quantiles ``p0_50`` by pair, and the median as written.

    Each is (T + 1,): the last day is closed, so that steps hold to its end. Where nothing was moved the
    median as written is not a number.
    """
    columns: dict[str, NDArray[Any]] = {"date": closed_dates(view.dates)}
    for k, pair in enumerate(view.pairs):
        for level in LEVELS:
            columns[column(k, level)] = closed(view.fan[(*pair, level)])
        columns[f"w{k}"] = _median_written(view, written, k)
    return columns


def truce_data(view: View) -> dict[str, NDArray[Any]]:
    """Return the columns of the truces: dates, and the probability of each: ``t0``, ``t1`` and on."""
    shares = {f"t{k}": closed(view.truce.iloc[:, k]) for k in range(view.truce.shape[1])}
    return {"date": closed_dates(view.dates), **shares}


def draw_data(view: View, draw: int) -> dict[str, NDArray[Any]]:
    """Return the columns of one draw: dates, and the duty of each pair: ``p0``, ``p1`` and on."""
    frame = view.draw(draw).duty
    duties = {f"p{k}": closed(frame[pair]) for k, pair in enumerate(view.pairs)}
    return {"date": closed_dates(view.dates), **duties}


def window_data(view: View, draw: int) -> dict[str, NDArray[Any]]:
    """Return first and last moment of every window in which a truce is in force in a draw."""
    windows = view.draw(draw).windows
    starts, ends = ([window[k] for window in windows] for k in (1, 2))
    return {
        "left": np.array(starts, dtype="datetime64[ms]"),
        "right": np.array(ends, dtype="datetime64[ms]"),
    }


def column(pair: int, level: float) -> str:
    """Return the column of a pair's quantile: ``p0_05``."""
    return f"p{pair}_{round(100 * level):02d}"


def closed(values: "pd.Series[float]") -> NDArray[np.float64]:
    """Return values with the last one twice."""
    array = values.to_numpy(dtype=np.float64)
    return np.append(array, array[-1])


def closed_dates(dates: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Return days and the one after."""
    return np.append(dates, dates[-1:] + np.timedelta64(1, "D")).astype("datetime64[ms]")


def _median_written(view: View, written: View | None, k: int) -> NDArray[np.float64]:
    pair = (*view.pairs[k], 0.5)
    if written is None or pair not in written.fan or len(written.fan) != len(view.fan):
        return np.full(len(view.fan) + 1, np.nan)
    return closed(written.fan[pair])


# Figures ---------------------------------------------------------------------------------------------


def fan_chart(view: View, written: View | None) -> Chart:
    """Draw the fans of all pairs shown: two bands, the median, and dashed the median as written."""
    source = ColumnDataSource(fan_data(view, written))
    plot = _figure(view, 340, "Statutory effective duty, % of imports")
    for k, pair in enumerate(view.pairs):
        colour = economy_colour(pair[0])
        for low, alpha in ((0.05, 0.16), (0.25, 0.24)):
            plot.varea_step(
                "date", column(k, low), column(k, 1 - low), source=source, step_mode="after",
                fill_color=colour, fill_alpha=alpha,
            )  # fmt: skip
        for level in (LEVELS[0], LEVELS[-1]):
            plot.step(
                "date", column(k, level), source=source, mode="after", color=colour, line_width=0.8,
                line_alpha=0.6,
            )  # fmt: skip
    for k, colour, dash in styles(view):
        plot.step(
            "date", f"w{k}", source=source, mode="after", color=legible(colour, GROUND), line_dash="4 3",
            line_width=1.4,
        )  # fmt: skip
        plot.step(
            "date", column(k, 0.5), source=source, mode="after", color=colour, line_dash=dash, line_width=LINE
        )
    rows = [
        (f"{i} on {j}", f"@{column(k, 0.5)}{{0.0 %}} (@{column(k, 0.05)}{{0 %}}–@{column(k, 0.95)}{{0 %}})")
        for k, (i, j) in enumerate(view.pairs)
    ]
    _hover(plot, rows, column(0, 0.5), source)
    return Chart(plot, source)


def truce_chart(view: View, x_range: Range1d) -> Chart:
    """Draw the probability that each truce is in force."""
    source = ColumnDataSource(truce_data(view))
    plot = _figure(view, 150, "Truce in force, % of draws", x_range)
    plot.y_range = Range1d(0, 1.02)
    for k, colour in enumerate(truce_colours(view.truce.shape[1])):
        plot.step("date", f"t{k}", source=source, mode="after", color=colour, line_width=2)
    plot.yaxis.ticker = [0, 0.5, 1]
    return Chart(plot, source)


def draw_chart(view: View, draw: int) -> Chart:
    """Draw one draw, with the windows shaded in which a truce is in force."""
    source, shades = ColumnDataSource(draw_data(view, draw)), ColumnDataSource(window_data(view, draw))
    plot = _figure(view, 220, "Duty in this draw, % of imports")
    plot.vstrip("left", "right", source=shades, fill_color="#9a9a9a", fill_alpha=0.18, line_alpha=0)
    for k, colour, dash in styles(view):
        plot.step("date", f"p{k}", source=source, mode="after", color=colour, line_dash=dash, line_width=LINE)
    rows = [(f"{i} on {j}", f"@p{k}{{0.0 %}}") for k, (i, j) in enumerate(view.pairs)]
    _hover(plot, rows, "p0", source)
    return Chart(plot, source, shades)


def styles(view: View) -> list[tuple[int, str, str]]:
    """Return place, colour and dashes of each pair: those of one importer differ by their dashes."""
    seen: dict[str, int] = {}
    found = []
    for k, (importer, _) in enumerate(view.pairs):
        turn = seen[importer] = seen.get(importer, -1) + 1
        found.append(
            (k, legible(economy_colour(importer), GROUND, 3.0), ("solid", "7 3", "2 2", "9 3 2 3")[turn % 4])
        )
    return found


def truce_colours(count: int) -> list[str]:
    """Return a colour for each of several truces; the last of several is of any of them."""
    own = [legible(OTHERS[k % len(OTHERS)], GROUND, 3.0) for k in range(count)]
    return [*own[:-1], ANY_TRUCE] if count > 1 else own


def _figure(view: View, height: int, label: str, x_range: Range1d | None = None) -> Any:
    dates = closed_dates(view.dates)
    plot = figure(
        x_axis_type="datetime", height=height, sizing_mode="stretch_width", tools="", toolbar_location=None,
        x_range=x_range or Range1d(dates[0], dates[-1]), background_fill_color=GROUND,
        border_fill_color=GROUND, outline_line_color=None, min_border_right=14, lod_threshold=None,
        output_backend="canvas",
    )  # fmt: skip
    plot.title.text = label
    plot.title.update(
        text_font="system-ui, sans-serif", text_font_size="13px", text_font_style="normal", text_color=INK
    )
    plot.y_range.start = 0
    plot.yaxis.formatter = NumeralTickFormatter(format="0 %")
    plot.xaxis.formatter = DatetimeTickFormatter(days="%-d %b\n%Y", months="%b\n%Y", years="%Y")
    plot.xgrid.visible = False
    plot.ygrid.grid_line_color = FAINT
    for axis in plot.axis:
        axis.update(
            axis_line_color="#8a8a8a", major_tick_line_color=None, minor_tick_line_color=None,
            major_label_text_color=INK, major_label_text_font="system-ui, sans-serif",
            major_label_text_font_size="12px",
        )  # fmt: skip
    return plot


def _hover(plot: Any, rows: list[tuple[str, str]], middle: str, source: ColumnDataSource) -> None:
    """Let the pointer read the numbers of a day, from an invisible line."""
    line = plot.line("date", middle, source=source, line_alpha=0)
    tips = [("", "@date{%-d %B %Y}"), *rows]
    plot.add_tools(
        HoverTool(
            tooltips=tips,
            formatters={"@date": "datetime"},
            mode="vline",
            renderers=[line],
            line_policy="prev",
        )
    )
