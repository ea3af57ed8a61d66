"""tradesim: tariff-war simulation.

Both sides' dated acts as data, the effective duty they make on any day, and explicit rules, truces and
junctures that continue them into futures. Names load when they are first used, so the import is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradesim import (
        averages,
        datasets,
        economics,
        impacts,
        plots,
        reports,
        rules,
        scenarios,
        sweeps,
        trade_data,
    )
    from tradesim.economies import Economies
    from tradesim.errors import InputError, PercentWarning, TradesimError, VintageWarning
    from tradesim.events import Effect, Event, Outcome
    from tradesim.impacts import Impact, impact
    from tradesim.measures import Measure
    from tradesim.paths import Paths
    from tradesim.percent import high_rates_meant
    from tradesim.record import Record
    from tradesim.reports.reporting import Report, report
    from tradesim.scenario import Scenario
    from tradesim.schedule import Schedule
    from tradesim.shocks import Shock, Size
    from tradesim.sweeps.distributions import (
        beta,
        choice,
        integers,
        loguniform,
        normal,
        triangular,
        uniform,
    )
    from tradesim.sweeps.results import Sweep
    from tradesim.sweeps.sweep import sweep
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
    "PercentWarning": "errors",
    "Record": "record",
    "Report": "reports.reporting",
    "Scenario": "scenario",
    "Schedule": "schedule",
    "Shock": "shocks",
    "Size": "shocks",
    "Sweep": "sweeps.results",
    "TimeGrid": "timegrid",
    "TradesimError": "errors",
    "VintageWarning": "errors",
    "Truce": "truces",
    "beta": "sweeps.distributions",
    "choice": "sweeps.distributions",
    "high_rates_meant": "percent",
    "impact": "impacts",
    "integers": "sweeps.distributions",
    "loguniform": "sweeps.distributions",
    "normal": "sweeps.distributions",
    "report": "reports.reporting",
    "sweep": "sweeps.sweep",
    "triangular": "sweeps.distributions",
    "uniform": "sweeps.distributions",
}
_ROOMS = (
    "averages",
    "datasets",
    "economics",
    "impacts",
    "plots",
    "reports",
    "rules",
    "scenarios",
    "sweeps",
    "trade_data",
)

__all__ = [
    "Economies",
    "Effect",
    "Event",
    "Impact",
    "InputError",
    "Measure",
    "Outcome",
    "Paths",
    "PercentWarning",
    "Record",
    "Report",
    "Scenario",
    "Schedule",
    "Shock",
    "Size",
    "Sweep",
    "TimeGrid",
    "TradesimError",
    "Truce",
    "VintageWarning",
    "averages",
    "beta",
    "choice",
    "datasets",
    "economics",
    "high_rates_meant",
    "impact",
    "impacts",
    "integers",
    "loguniform",
    "normal",
    "plots",
    "report",
    "reports",
    "rules",
    "scenarios",
    "sweep",
    "sweeps",
    "trade_data",
    "triangular",
    "uniform",
]


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(import_module(f"tradesim.{_ROOM[name]}"), name)
    if name in _ROOMS:
        return import_module(f"tradesim.{name}")
    raise AttributeError(f"module 'tradesim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
