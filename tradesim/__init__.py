"""tradesim: tariff-war simulation.

Both sides' dated acts as data, the effective duty they make on any day, and explicit rules, truces and
junctures that continue them into futures. Names load when they are first used, so the import is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradesim import averages, datasets, economics, impacts, plots, rules, scenarios, trade_data
    from tradesim.economies import Economies
    from tradesim.errors import InputError, TradesimError
    from tradesim.events import Effect, Event, Outcome
    from tradesim.impacts import Impact, impact
    from tradesim.measures import Measure
    from tradesim.paths import Paths
    from tradesim.scenario import Scenario
    from tradesim.schedule import Schedule
    from tradesim.shocks import Shock, Size
    from tradesim.timegrid import TimeGrid
    from tradesim.truces import Truce

__version__ = "0.1.0"

_ROOM = {
    "Economies": "economies",
    "Effect": "events",
    "Event": "events",
    "Impact": "impacts",
    "InputError": "errors",
    "Measure": "measures",
    "Outcome": "events",
    "Paths": "paths",
    "Scenario": "scenario",
    "Schedule": "schedule",
    "Shock": "shocks",
    "Size": "shocks",
    "TimeGrid": "timegrid",
    "TradesimError": "errors",
    "Truce": "truces",
    "impact": "impacts",
}
_ROOMS = ("averages", "datasets", "economics", "impacts", "plots", "rules", "scenarios", "trade_data")

__all__ = [
    "Economies",
    "Effect",
    "Event",
    "Impact",
    "InputError",
    "Measure",
    "Outcome",
    "Paths",
    "Scenario",
    "Schedule",
    "Shock",
    "Size",
    "TimeGrid",
    "TradesimError",
    "Truce",
    "averages",
    "datasets",
    "economics",
    "impact",
    "impacts",
    "plots",
    "rules",
    "scenarios",
    "trade_data",
]


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(import_module(f"tradesim.{_ROOM[name]}"), name)
    if name in _ROOMS:
        return import_module(f"tradesim.{name}")
    raise AttributeError(f"module 'tradesim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
