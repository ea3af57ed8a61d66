"""Liberation Day: the tariffs announced on 2 April 2025, among 194 economies.

The announced rates, at least 10 %, and answers to them, in the model with services (`ServicesModel`).
Percent; a deficit's change is a share of its size before, exports and imports are over GDP, revenue is a
share of spending before, averages over the others are weighted by their spending.
"""

import csv
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.replications.figures import Found
from tradesim.economics import (
    ServicesEquilibrium,
    ServicesModel,
    pass_through_exponent,
    services_shares,
)
from tradesim.errors import ModelWarning

Floats = NDArray[np.float64]

NAME = "liberation_day"
SOURCE = (
    "Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), Making America great again? "
    "The economic impacts of Liberation Day tariffs, Journal of International Economics 157, 104138"
)
PUBLISHED = {
    "ustr.us_welfare": "1.13",
    "ustr.us_deficit": "-18.1",
    "ustr.us_exports": "-52.7",
    "ustr.us_imports": "-43.6",
    "ustr.us_employment": "0.32",
    "ustr.us_prices": "12.8",
    "ustr.non_us_welfare": "-0.58",
    "ustr_retaliation.us_welfare": "-0.36",
    "ustr_retaliation.non_us_welfare": "-0.46",
}
"""Tables 1 and 2."""
FLOOR = 0.1
FOLDER = "liberation_day"
ELASTICITY, FIRM_PASS_THROUGH = 4.0, 0.25


@dataclass(frozen=True)
class World:
    """The published calibration: the model, and the announced tariffs by exporter, (N,)."""

    model: ServicesModel
    announced: Floats

    @property
    def us(self) -> int:
        """The position of the United States."""
        return self.model.index("USA")

    def tariffs(self, by_us: Floats | float = 0.0, on_us: Floats | float = 0.0) -> Floats:
        """Return the tariffs of the United States on all others, and of all others on it, (N, N)."""
        n = len(self.announced)
        duty = np.zeros((n, n))
        duty[self.us], duty[:, self.us] = by_us, on_us
        duty[self.us, self.us] = 0.0
        return duty


def replicate(data: Path) -> Iterator[Found]:
    """Yield every case; ``data`` is the folder of reference inputs."""
    world = read(data / FOLDER)
    yield from _timed(world, "ustr", world.model, world.tariffs(world.announced))
    for key, model in variants(world.model).items():
        yield from _timed(world, key, model, world.tariffs(world.announced))
    for key, tariffs in answers(world).items():
        yield from _timed(world, key, world.model, tariffs)


@contextmanager
def as_published() -> Iterator[None]:
    """Take the data as they are: Gambia and the Marshall Islands have no sales at home in them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "flows: no sales at home in GMB, MHL", ModelWarning)
        yield


@as_published()
def read(folder: Path) -> World:
    """Read trade (thousand dollars, exporter × importer), GDP (dollars), tariffs and names."""
    codes = [row[0] for row in _rows(folder / "country_labels.csv")]
    trade = np.array([[float(v or 0.0) for v in row] for row in _rows(folder / "trade_cepii.csv")]).T
    gdp = np.array([float(row[0]) for row in _rows(folder / "gdp.csv")]) / 1000.0
    rates = np.array([float(row[0]) for row in _rows(folder / "tariffs.csv")])
    services = services_shares(trade, gdp, codes.index("USA"))
    model = ServicesModel.from_trade(trade, gdp, services, elasticity=ELASTICITY, codes=codes)
    return World(model, np.maximum(rates, FLOOR))


@as_published()
def variants(model: ServicesModel) -> dict[str, ServicesModel]:
    """Return the model with other parameters: the flows, and what is not named, stay as calibrated."""
    exponent = pass_through_exponent(model.services, model.scale, FIRM_PASS_THROUGH)
    n = len(model.flows)
    return {
        "lump_sum": replace(model, revenue_use="lump_sum"),
        "high_elasticity": replace(model, elasticity=2 * ELASTICITY),
        "incomplete_pass_through": replace(model, pass_through=exponent),
        "eaton_kortum": replace(model, services=np.zeros(n), pass_through=np.ones(n)),
    }


def answers(world: World) -> dict[str, Floats]:
    """Return the tariffs of the cases with retaliation, and with the optimal tariff."""
    model, retaliation = world.model, world.model.optimal_retaliation("USA")
    optimal = model.optimal_uniform_tariff("USA")
    over_income = model.optimal_uniform_tariff("USA", over="income")
    return {
        "ustr_retaliation": world.tariffs(world.announced, world.announced),
        "optimal_retaliation": world.tariffs(world.announced, retaliation),
        "optimal": world.tariffs(optimal),
        "optimal_optimal": world.tariffs(over_income, retaliation),
    }


def figures(world: World, model: ServicesModel, found: ServicesEquilibrium) -> dict[str, Any]:
    """Return a case's numbers, in percent."""
    us, china = world.us, model.index("CHN")
    base, others = model.base, np.arange(len(world.announced)) != world.us
    trade = model.flows - np.diag(np.diag(model.flows))
    imports, exports = trade.sum(axis=1), trade.sum(axis=0)
    welfare = 100 * (found.welfare - 1)
    deficit = imports - exports
    shown = {
        "us_welfare": welfare[us],
        "non_us_welfare": np.average(welfare[others], weights=base.spending[others]),
        "us_deficit": 100 * (found.deficit - deficit)[us] / abs(deficit[us]),
        "us_exports": _change(found.exports / found.income, exports / base.income)[us],
        "us_imports": _change(found.imports / found.income, imports / base.income)[us],
        "us_employment": 100 * (found.employment[us] - 1),
        "us_prices": 100 * (found.price[us] - 1),
        "us_revenue": 100 * found.revenue[us] / base.spending[us],
        "chn_welfare": welfare[china],
    }
    by_economy = dict(zip(model.codes, welfare.tolist(), strict=True))
    return {name: float(value) for name, value in shown.items()} | {"welfare_by_economy": by_economy}


def _timed(world: World, key: str, model: ServicesModel, tariffs: Floats) -> Iterator[Found]:
    began = time.perf_counter()
    found = model.solve(tariffs)
    seconds = time.perf_counter() - began
    yield Found(key, figures(world, model, found) | {"residual": float(found.residual)}, seconds)


def _change(new: Floats, old: Floats) -> Floats:
    return 100 * (new / old - 1)


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))[1:]
