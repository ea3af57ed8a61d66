"""Economics: what duties cost, in trade, prices, revenue and welfare. Arrays in, arrays out.

Flows and tariffs are importer × exporter, ``[..., n, i]`` is what ``n`` buys from, or charges on, ``i``;
any axes in front are scenarios, solved together. Every result says for each scenario whether it converged,
and how far its markets are from clearing. Names load when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradesim.economics.calibration import Step
    from tradesim.economics.contest import Progress
    from tradesim.economics.elasticities import elasticity_after
    from tradesim.economics.equilibrium import Equilibrium, ServicesEquilibrium
    from tradesim.economics.krugman import Krugman, KrugmanEquilibrium
    from tradesim.economics.multisector import MultiSector, MultiSectorEquilibrium
    from tradesim.economics.origins import diversion
    from tradesim.economics.partial import PartialEquilibrium
    from tradesim.economics.partial_outcome import PartialOutcome
    from tradesim.economics.policy import Choice, cooperative, nash, optimal_tariff
    from tradesim.economics.retaliation import (
        Answer,
        best_response_tariff,
        equal_duties_tariff,
        rebalancing_tariff,
        terms_of_trade_tariff,
        welfare_restoring_tariff,
    )
    from tradesim.economics.services import ServicesModel
    from tradesim.economics.services_calibration import pass_through_exponent, services_shares
    from tradesim.economics.single import SingleSector
    from tradesim.economics.status import Status

_ROOM = {
    "Answer": "retaliation",
    "Choice": "policy",
    "Equilibrium": "equilibrium",
    "Krugman": "krugman",
    "KrugmanEquilibrium": "krugman",
    "MultiSector": "multisector",
    "MultiSectorEquilibrium": "multisector",
    "PartialEquilibrium": "partial",
    "PartialOutcome": "partial_outcome",
    "Progress": "contest",
    "ServicesEquilibrium": "equilibrium",
    "ServicesModel": "services",
    "SingleSector": "single",
    "Status": "status",
    "Step": "calibration",
    "best_response_tariff": "retaliation",
    "cooperative": "policy",
    "diversion": "origins",
    "elasticity_after": "elasticities",
    "equal_duties_tariff": "retaliation",
    "nash": "policy",
    "optimal_tariff": "policy",
    "pass_through_exponent": "services_calibration",
    "rebalancing_tariff": "retaliation",
    "services_shares": "services_calibration",
    "terms_of_trade_tariff": "retaliation",
    "welfare_restoring_tariff": "retaliation",
}

__all__ = [
    "Answer",
    "Choice",
    "Equilibrium",
    "Krugman",
    "KrugmanEquilibrium",
    "MultiSector",
    "MultiSectorEquilibrium",
    "PartialEquilibrium",
    "PartialOutcome",
    "Progress",
    "ServicesEquilibrium",
    "ServicesModel",
    "SingleSector",
    "Status",
    "Step",
    "best_response_tariff",
    "cooperative",
    "diversion",
    "elasticity_after",
    "equal_duties_tariff",
    "nash",
    "optimal_tariff",
    "pass_through_exponent",
    "rebalancing_tariff",
    "services_shares",
    "terms_of_trade_tariff",
    "welfare_restoring_tariff",
]


def __getattr__(name: str) -> Any:
    if name in _ROOM:
        return getattr(import_module(f"tradesim.economics.{_ROOM[name]}"), name)
    raise AttributeError(f"module 'tradesim.economics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
