"""Tolerant widgets: whatever a browser or a program sends by the websocket, no error comes of it.

A number beyond the ends of a slider is the end; what is no value of a widget, and what no person can change
(ends, options, labels), is passed over.
"""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import panel as pn
from bokeh.util.serialization import convert_date_to_datetime

LARGEST = 2**53
"""The largest whole number that a browser holds exactly."""
UNFIT = object()


class _Tolerant:
    """A widget that takes only what it can have; `fit` says what that is.

    ``moved`` are the properties that a person changes.
    """

    moved = frozenset({"value", "value_throttled"})

    def fit(self, value: Any) -> Any:
        """Return a value of this widget, or `UNFIT`."""
        raise NotImplementedError

    def _process_events(self, events: Mapping[str, Any]) -> None:
        fitting = {name: self.fit(value) for name, value in events.items() if name in self.moved}
        kept = {name: value for name, value in fitting.items() if value is not UNFIT}
        if kept:
            super()._process_events(kept)  # type: ignore[misc]


class FloatSlider(_Tolerant, pn.widgets.FloatSlider):  # type: ignore[misc]
    """A slider of numbers."""

    def fit(self, value: Any) -> Any:
        """Return the nearest number that the slider has."""
        return within(value, self.start, self.end)


class IntSlider(_Tolerant, pn.widgets.IntSlider):  # type: ignore[misc]
    """A slider of whole numbers."""

    def fit(self, value: Any) -> Any:
        """Return the nearest whole number that the slider has."""
        nearest = within(value, self.start, self.end)
        return nearest if nearest is UNFIT else round(nearest)


class DateSlider(_Tolerant, pn.widgets.DateSlider):  # type: ignore[misc]
    """A slider of days; the browser sends milliseconds."""

    def fit(self, value: Any) -> Any:
        """Return the nearest moment that the slider has."""
        if isinstance(value, dt.date):
            value = convert_date_to_datetime(value)
        return within(value, convert_date_to_datetime(self.start), convert_date_to_datetime(self.end))


class Select(_Tolerant, pn.widgets.Select):  # type: ignore[misc]
    """A list to choose from."""

    moved = frozenset({"value"})

    def fit(self, value: Any) -> Any:
        """Return what is in the list; the browser sends its label."""
        return value if isinstance(value, str) and value in self.labels else UNFIT


class IntInput(_Tolerant, pn.widgets.IntInput):  # type: ignore[misc]
    """A box for a whole number or none; the page says which are allowed."""

    def fit(self, value: Any) -> Any:
        """Return a whole number, or none."""
        if value is None:
            return None
        nearest = within(value, -LARGEST, LARGEST)
        return UNFIT if nearest is UNFIT or nearest != int(nearest) else int(nearest)


class Checkbox(_Tolerant, pn.widgets.Checkbox):  # type: ignore[misc]
    """A box to tick."""

    moved = frozenset({"value", "active"})

    def fit(self, value: Any) -> Any:
        """Return yes or no."""
        return value if isinstance(value, bool) else UNFIT


def within(value: Any, low: float, high: float) -> Any:
    """Return the number from ``low`` to ``high`` nearest to a value, or `UNFIT` if it is no number.

    Examples
    --------
    >>> within(7, 0, 2), within(-1e9, 0, 2), within(0.5, 0, 2), within("x", 0, 2) is UNFIT
    (2, 0, 0.5, True)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return UNFIT
    return min(max(value, low), high)
