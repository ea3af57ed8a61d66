"""Exports of paths: a summary in words and as HTML, and all arrays as one xarray Dataset."""

from collections.abc import Iterator, Mapping
from html import escape
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from tradesim.errors import MissingExtraError

MOST_ROWS = 20
"""Rows of an HTML table; a notebook shows those and says how many more there are."""

LAYOUT: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "duty": (
        ("draw", "date", "importer", "exporter"),
        "statutory effective duty",
        "fraction of import value",
    ),
    "cost": (
        ("draw", "date", "importer", "exporter"),
        "trade cost of what rules charge beside duties",
        "fraction of import value",
    ),
    "in_truce": (("draw", "date", "truce"), "whether the truce is in force", "true or false"),
    "renewals": (("draw", "truce"), "how often the truce was renewed", "times"),
    "breached": (("draw", "truce"), "whether a breach ended the truce", "true or false"),
    "outcome": (("draw", "event"), "what the event decided", "name of the outcome"),
}
"""Dimensions, description and unit of every variable of a Dataset."""


def percent(fraction: float) -> str:
    """Return a fraction in percent, with the sign.

    Examples
    --------
    >>> percent(0.4753), percent(float("nan"))
    ('47.5 %', 'not known')
    """
    return "not known" if np.isnan(fraction) else f"{100 * fraction:.1f} %"


def words(summary: pd.DataFrame, *, many: bool) -> Iterator[str]:
    """Yield a line on every pair of a summary; of many draws with the range of the last day."""
    for (importer, exporter), row in zip(summary.index, summary.to_dict("records"), strict=True):
        median = "in the median " if many else ""
        spread = f" (5 % to 95 % of draws: {percent(row['last 5 %'])} to {percent(row['last 95 %'])})"
        yield (
            f"{importer} on {exporter}: {median}{percent(row['first'])} on the first day, "
            f"highest {percent(row['peak'])} on {row['highest on']:%Y-%m-%d}, "
            f"{percent(row['last'])} on the last day{spread if many else ''}"
        )


def html_table(summary: pd.DataFrame, caption: str) -> str:
    """Return a summary as a small HTML table; every name in it is escaped."""
    names = [*summary.index.names, *summary.columns]
    shown = summary.head(MOST_ROWS)
    rows = [
        [*pair, *map(_cell, row)]
        for pair, row in zip(shown.index, shown.itertuples(index=False), strict=True)
    ]
    more = len(summary) - len(shown)
    left_out = f"<p>and {more} more pairs: see summary()</p>" if more else ""
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead>{_html_row(names, 'th')}</thead>"
        f"<tbody>{''.join(_html_row(row, 'td') for row in rows)}</tbody></table>{left_out}"
    )


def _cell(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else percent(value)


def _html_row(cells: list[Any], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(str(cell))}</{tag}>' for cell in cells)}</tr>"


def outcome_names(outcomes: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Return a frame of categories, (S, E), as text; ``""`` where an event was not decided."""
    return outcomes.astype("object").where(outcomes.notna(), "").to_numpy().astype(str)


def dataset(variables: Mapping[str, Any], coords: Mapping[str, Any], attrs: Mapping[str, Any]) -> Any:
    """Return an ``xarray.Dataset`` of the variables that are not None, with the units of `LAYOUT`.

    Raises
    ------
    MissingExtraError
        If xarray is not installed.
    """
    try:
        xarray = import_module("xarray")
    except ImportError:
        raise MissingExtraError("this needs xarray", "xarray") from None
    data = {
        name: (LAYOUT[name][0], values, {"long_name": LAYOUT[name][1], "units": LAYOUT[name][2]})
        for name, values in variables.items()
        if values is not None
    }
    return xarray.Dataset(data, coords=dict(coords), attrs=dict(attrs))
