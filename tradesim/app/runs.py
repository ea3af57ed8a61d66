"""Runs: draws of scenarios, the last few of which all open pages share.

Draws take tens of megabytes and a view of them a tenth of one: a page keeps its view, and what else it needs
of its draws is run again where others have asked for more since.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradesim.paths import Paths
from tradesim.scenario import Scenario

MOST_BYTES = 64_000_000
"""Of draws that are kept; those asked for last are kept however many they are."""
MOST_KEPT = 40
"""Views, and draws told one by one."""


@dataclass(frozen=True, slots=True)
class OneDraw:
    """One draw: its duties by date, columns (importer, exporter), fractions; its truces; its story."""

    duty: pd.DataFrame
    windows: list[tuple[str, np.datetime64, np.datetime64]]
    story: pd.DataFrame


class Runs:
    """What was run of late, by scenario, draws and seed; one for all pages of a server."""

    def __init__(self) -> None:
        self._paths: OrderedDict[Any, Paths] = OrderedDict()
        self._made: OrderedDict[Any, Any] = OrderedDict()

    def paths(self, scenario: Scenario, draws: int, seed: int) -> Paths:
        """Return the draws of a scenario, run again if they are no longer kept."""
        key = (scenario, draws, seed)
        found = self._paths.pop(key, None)
        self._paths[key] = found = scenario.run(draws=draws, seed=seed) if found is None else found
        while len(self._paths) > 1 and sum(map(_size, self._paths.values())) > MOST_BYTES:
            self._paths.popitem(last=False)
        return found

    def draw(self, scenario: Scenario, draws: int, seed: int, number: int) -> OneDraw:
        """Return one draw of a scenario."""

        def told() -> OneDraw:
            paths = self.paths(scenario, draws, seed)
            return OneDraw(paths.to_frame(number), paths.truce_windows(number), paths.events(number))

        found: OneDraw = self.kept(("draw", scenario, draws, seed, number), told)
        return found

    def kept(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, or make it; the longest unused goes where there are too many."""
        made = self._made.pop(key, None)
        self._made[key] = made = make() if made is None else made
        while len(self._made) > MOST_KEPT:
            self._made.popitem(last=False)
        return made


def _size(paths: Paths) -> int:
    return paths.duty.nbytes + (0 if paths.cost is None else paths.cost.nbytes) + paths.truce.nbytes
