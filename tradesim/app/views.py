"""Views: a scenario run, as the tables and sentences that the page shows and hands out; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tradesim.app import takeaways
from tradesim.app.controls import REST
from tradesim.errors import InputError, Problem
from tradesim.paths import Paths
from tradesim.scenario import Scenario

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
DRAWS = (200, 500, 1000, 2000, 5000)
"""How many draws the page offers."""
FIRST = 1000
MOST_CELLS = 3_000_000
"""Where the page begins: so many draws, or fewer where draws × days × pairs are more."""
MOST_PAIRS = 4
ANY = "any truce"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """What is seen of a scenario.

    Parameters
    ----------
    scenario : what was run.
    paths : its draws.
    pairs : (importer, exporter) shown, those that move most.
    fan : (T, P × 5) quantiles of the duties, as `Paths.quantiles` returns them; fractions.
    truce : (T, K) probability that each truce is in force, and of several that any is.
    summary : of all pairs, as `Paths.summary` returns it.
    """

    scenario: Scenario
    paths: Paths
    pairs: tuple[Pair, ...]
    fan: pd.DataFrame
    truce: pd.DataFrame
    summary: pd.DataFrame

    def story(self, draw: int) -> pd.DataFrame:
        """Return what happened in a draw, by whom and why."""
        return self.paths.events(draw)


def first_draws(scenario: Scenario) -> int:
    """Return how many draws the page begins with: as many as are drawn at once.

    Examples
    --------
    >>> from tradesim import scenarios
    >>> first_draws(scenarios.load("us-china-two-years")), first_draws(scenarios.load("grim-1930"))
    (1000, 200)
    """
    cells = len(scenario.grid) * len(scenario.schedule.pairs)
    return max((n for n in DRAWS if n <= FIRST and n * cells <= MOST_CELLS), default=DRAWS[0])


def look(scenario: Scenario, draws: int = FIRST, seed: int = 0, pairs: Sequence[Pair] = ()) -> View:
    """Run a scenario and return what is seen of it.

    Parameters
    ----------
    draws : how many, of those that the page offers.
    seed : 0 or more.
    pairs : those to show (default: those that move most).

    Raises
    ------
    InputError
        For another number of draws, a seed that is none, and more than fits into memory.
    """
    if draws not in DRAWS:
        raise InputError([Problem("not offered", "draws", repr(draws), ", ".join(map(str, DRAWS)))])
    paths = scenario.run(draws=draws, seed=seed)
    known = [pair for pair in pairs if pair in paths.pairs]
    chosen = tuple(known or moving(paths))
    return View(
        scenario, paths, chosen, paths.select(chosen).quantiles(LEVELS), _truces(paths), paths.summary()
    )


def moving(paths: Paths) -> list[Pair]:
    """Return the pairs whose duty moves most in any draw, in their order; if none moves, the first.

    The rest of the world is shown only where there is nothing else.
    """
    named = [pair for pair in paths.pairs if REST not in pair] or list(paths.pairs)
    spans = {}
    for pair in named:
        i, j = (paths.economies.index(code) for code in pair)
        spans[pair] = float(np.ptp(paths.duty[:, :, i, j]))
    most = sorted((pair for pair in named if spans[pair] > 1e-9), key=lambda pair: -spans[pair])[:MOST_PAIRS]
    return [pair for pair in named if pair in most] or named[:2]


def _truces(paths: Paths) -> pd.DataFrame:
    each = paths.in_truce()
    return each.assign(**{ANY: paths.in_any_truce()}) if len(paths.truces) > 1 else each


def sentences(view: View, written: View | None = None) -> list[str]:
    """Return what a view says, with its numbers; beside the scenario as written where that is given."""
    said = []
    for pair in view.pairs:
        parts = [
            takeaways.duties(view.paths, pair, view.summary),
            takeaways.exceeding(view.paths, pair),
            "" if written is None else takeaways.as_written(pair, written.summary),
        ]
        said.append(" ".join(filter(None, parts)))
    return [*said, *takeaways.truces(view.paths), *takeaways.outcomes(view.paths)]
