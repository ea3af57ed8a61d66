"""Views: a scenario run, as the tables and sentences that the page shows and hands out; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.app import takeaways
from tradesim.app.controls import REST
from tradesim.app.runs import OneDraw, Runs
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
    scenario, draws, seed : what was run.
    dates : (T,) datetime64[D].
    truces : their names.
    pairs : (importer, exporter) shown, those that move most.
    fan : (T, P × 5) quantiles of the duties, as `Paths.quantiles` returns them; fractions.
    truce : (T, K) probability that each truce is in force, and of several that any is.
    summary : of all pairs, as `Paths.summary` returns it.
    told : a sentence on each pair shown.
    ends : sentences on truces and events.
    runs : has the draws, or runs them again.
    """

    scenario: Scenario
    draws: int
    seed: int
    dates: NDArray[np.datetime64]
    truces: tuple[str, ...]
    pairs: tuple[Pair, ...]
    fan: pd.DataFrame
    truce: pd.DataFrame
    summary: pd.DataFrame
    told: tuple[str, ...]
    ends: tuple[str, ...]
    runs: Runs

    @property
    def paths(self) -> Paths:
        """The draws, run again where they are no longer kept."""
        return self.runs.paths(self.scenario, self.draws, self.seed)

    def draw(self, number: int) -> OneDraw:
        """Return one draw."""
        return self.runs.draw(self.scenario, self.draws, self.seed, number)

    def story(self, draw: int) -> pd.DataFrame:
        """Return what happened in a draw, by whom and why."""
        return self.draw(draw).story


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


def look(
    scenario: Scenario,
    draws: int = FIRST,
    seed: int = 0,
    pairs: Sequence[Pair] = (),
    runs: Runs | None = None,
) -> View:
    """Run a scenario and return what is seen of it.

    Parameters
    ----------
    draws : how many, of those that the page offers.
    seed : 0 or more.
    pairs : those to show (default: those that move most).
    runs : what was run of late, shared with others who look (default: shared with nobody).

    Raises
    ------
    InputError
        For another number of draws, a seed that is none, and more than fits into memory.
    """
    if draws not in DRAWS:
        raise InputError([Problem("not offered", "draws", repr(draws), ", ".join(map(str, DRAWS)))])
    shared = Runs() if runs is None else runs
    question = ("view", scenario, draws, seed, *pairs)
    made: View = shared.kept(question, lambda: _seen(shared, scenario, draws, seed, pairs))
    return made


def _seen(runs: Runs, scenario: Scenario, draws: int, seed: int, pairs: Sequence[Pair]) -> View:
    paths = runs.paths(scenario, draws, seed)
    known = [pair for pair in pairs if pair in paths.pairs]
    chosen = tuple(known or moving(paths))
    summary = paths.summary()
    told = [
        " ".join(filter(None, [takeaways.duties(paths, pair, summary), takeaways.exceeding(paths, pair)]))
        for pair in chosen
    ]
    return View(
        scenario, draws, seed, paths.dates, paths.truces, chosen, paths.select(chosen).quantiles(LEVELS),
        _truces(paths), summary, tuple(told), (*takeaways.truces(paths), *takeaways.outcomes(paths)), runs,
    )  # fmt: skip


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
    before = [takeaways.as_written(pair, written.summary) for pair in view.pairs] if written else []
    told = [" ".join(parts) for parts in zip(view.told, before, strict=True)] if written else view.told
    return [*told, *view.ends]
