"""Widgets: a control as something that can be moved, with a mark that says what it means."""

import datetime as dt
from typing import Any

import panel as pn
from bokeh.models import PrintfTickFormatter, Tooltip

from tradesim.app import tolerant
from tradesim.app.controls import Control
from tradesim.app.markup import plain

WIDTH = 304
MARGIN = (4, 0)
WRAPPED = ".bk-slider-title { white-space: normal; font-size: 13px; }"
"""A long label runs on in a second line."""


def widget_of(control: Control) -> Any:
    """Return the widget of a control: a slider, a box to tick, or a list to choose from."""
    label = plain(control.label)
    if control.options:
        return tolerant.Select(
            label=label, options=list(control.options), value=control.value, width=WIDTH, margin=MARGIN
        )
    if isinstance(control.value, bool):
        return tolerant.Checkbox(label=label, value=control.value, width=WIDTH, margin=MARGIN)
    if isinstance(control.value, dt.date):
        ends = {"start": control.low, "end": control.high}
        return tolerant.DateSlider(
            label=label, value=control.value, width=WIDTH, margin=MARGIN, format="%d %b %Y", **ends
        )
    kind = tolerant.IntSlider if control.whole else tolerant.FloatSlider
    number = int if control.whole else float
    return kind(
        label=label, start=number(control.low), end=number(control.high), step=number(control.step),
        value=number(control.value), format=PrintfTickFormatter(format=number_format(control)), width=WIDTH,
        margin=MARGIN, bar_color="#1b5e9a", stylesheets=[WRAPPED],
    )  # fmt: skip


def number_format(control: Control) -> str:
    """Return how a number is written: with as many decimals as its value and its steps have, two at most.

    Examples
    --------
    >>> number_format(Control("", "", "", 65.69, unit="%")), number_format(Control("", "", "", 3, step=0.5))
    ('%.2f %%', '%.1f')
    >>> number_format(Control("", "", "", 2, unit="days", whole=True))
    '%.0f days'
    """
    decimals = max(_decimals(control.value), _decimals(control.step))
    unit = control.unit.replace("%", "%%")
    return f"%.{decimals}f {unit}".rstrip()


def _decimals(number: float) -> int:
    text = f"{number:.2f}".rstrip("0")
    return len(text.partition(".")[2])


def with_meaning(widget: Any, control: Control) -> Any:
    """Put a widget beside a mark that says what it means."""
    told = Tooltip(
        content=plain(control.meaning), position="bottom"
    )  # a text alone would be read as Markdown
    mark = pn.widgets.TooltipIcon(value=told, width=24, margin=(8, 0, 0, 0), align="start")
    return pn.Row(widget, mark, margin=0)


def trigger(control: Control) -> str:
    """Return what of a widget says that it was moved: of a slider, that it was let go."""
    plainly = control.options or isinstance(control.value, bool)
    return "value" if plainly else "value_throttled"
