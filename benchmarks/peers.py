"""The nearest that general packages can do, timed: two that match each other, and now and then one strikes.

None of them knows dates, truces or sizes in the same way; each plays its natural equivalent of the war of two
economies. Only what is installed is timed.
"""

import importlib
import random
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

DAYS = 96
ODDS, SCALE = 0.05, 0.05


class Economy:
    """One side: it announces as much as it saw the day before, and now and then more."""

    def __init__(self) -> None:
        self.announced = 0.0

    def answer(self, seen: float) -> float:
        """Return what it announces today."""
        struck = random.expovariate(1 / SCALE) if random.random() < ODDS else 0.0  # noqa: S311 no secret
        return max(self.announced, seen) + struck


def war(cap: float = 10.0) -> dict[str, float]:
    """Play a war of two; return what it came to."""
    one, other = Economy(), Economy()
    for _ in range(DAYS):
        new = one.answer(other.announced), other.answer(one.announced)
        one.announced, other.announced = min(new[0], cap), min(new[1], cap)
    return {"duty": one.announced}


def axelrod(draws: int) -> None:
    """Play matches of two tit-for-tats whose moves go wrong with the odds of a shock."""
    library = importlib.import_module("axelrod")
    for seed in range(draws):
        library.Match((library.TitForTat(), library.TitForTat()), turns=DAYS, noise=ODDS, seed=seed).play()


def mesa(draws: int) -> None:
    """Run models of two agents, day by day."""
    library = importlib.import_module("mesa")

    def step(model: Any) -> None:
        one, other = model.sides
        new = one.answer(other.announced), other.answer(one.announced)
        one.announced, other.announced = new

    def begin(model: Any) -> None:
        library.Model.__init__(model)
        side = type("Side", (library.Agent, Economy), {})
        model.sides = [side(model), side(model)]
        for agent in model.sides:
            agent.announced = 0.0

    model = type("War", (library.Model,), {"__init__": begin, "step": step})
    for _ in range(draws):
        playing = model()
        for _ in range(DAYS):
            playing.step()


def ema_workbench(draws: int) -> None:
    """Run experiments over the cap of a war."""
    library = importlib.import_module("ema_workbench")
    model = library.Model("war", function=war)
    model.uncertainties = [library.RealParameter("cap", 1.0, 10.0)]
    model.outcomes = [library.ScalarOutcome("duty")]
    library.perform_experiments(model, scenarios=draws, log_progress=True)


PEERS: dict[str, Callable[[int], None]] = {"axelrod": axelrod, "mesa": mesa, "ema_workbench": ema_workbench}


def installed(name: str) -> str | None:
    """Return the version of a package that can be imported, or ``None``."""
    try:
        importlib.import_module(name)
        return version(name)
    except (ImportError, PackageNotFoundError):
        return None
