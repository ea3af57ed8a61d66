"""Exports: what the page hands out: picture, numbers, story and scenario file, as bytes."""

import pandas as pd
from matplotlib.figure import Figure

from tradesim import io as files
from tradesim import plots, spreadsheets
from tradesim.app.changes import Settings
from tradesim.app.views import View
from tradesim.plots.style import SIZE
from tradesim.scenario import Scenario


def picture(view: View, ending: str) -> bytes:
    """Return the fan as a picture that stands alone: with title, axes, key and source.

    Parameters
    ----------
    view : what is seen.
    ending : ``png`` or ``svg``.
    """
    ax = Figure(figsize=SIZE, layout="constrained").subplots()
    view.paths.select(view.pairs).plot(ax=ax)
    return plots.rendered(ax, ending, view.scenario.name)


def numbers(view: View) -> bytes:
    """Return quantiles of the duties and probabilities of truces by date as CSV; fractions."""
    names = [f"{c[0]} on {c[1]}, {c[2]:g}" for c in view.fan.columns.to_list()]
    fan = view.fan.set_axis(names, axis=1)
    truce = view.truce.set_axis([f"in truce {name}" for name in view.truce.columns], axis=1)
    return spreadsheets.csv_text(pd.concat([fan, truce], axis=1)).encode()


def story(view: View, draw: int) -> bytes:
    """Return who did what in a draw as CSV."""
    return spreadsheets.csv_text(view.story(draw).set_index("date")).encode()


def scenario_file(view: View, settings: Settings) -> bytes:
    """Return the scenario as it is set, as a file that loads again to the same numbers."""
    return files.scenario_text(noted(view.scenario, settings)).encode()


def noted(scenario: Scenario, settings: Settings) -> Scenario:
    """Return a scenario that says what of it was changed, where anything was.

    Examples
    --------
    >>> from tradesim import scenarios
    >>> spiral = scenarios.load("april-2025-spiral")
    >>> noted(spiral, Settings(shown={"rules.CHN.ratio": 0.5})).description[-70:]
    '...Changed in tradesim app: rules.CHN.ratio = 0.5 (as shown).'
    """
    moved = {**{f"rules.{key}.kind": kind for key, kind in settings.kinds.items()}, **settings.shown}
    if not moved:
        return scenario
    told = ", ".join(f"{path} = {value}" for path, value in moved.items())
    description = f"{scenario.description.rstrip()}\n\nChanged in tradesim app: {told} (as shown)."
    return scenario.with_({"description": description.lstrip("\n"), "name": f"{scenario.name}, changed"})
