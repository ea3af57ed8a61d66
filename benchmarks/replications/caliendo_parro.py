"""NAFTA, 1993 to 2005: 31 economies, 40 sectors and their input–output links.

The tariffs that Mexico, Canada and the United States charge each other change to those of 2005, all others
stay as in 1993, in a base without aggregate imbalances. Percent. `welfare_first_order` is the paper's figure,
terms of trade plus volume of trade; `welfare_exact` is the change of real income in the same equilibrium.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.replications.figures import Found
from tradesim.economics import MultiSector, MultiSectorEquilibrium

Floats = NDArray[np.float64]

NAME = "caliendo_parro"
SOURCE = (
    "Caliendo and Parro (2015), Estimates of the trade and welfare effects of NAFTA, "
    "Review of Economic Studies 82, 1–44"
)
PUBLISHED = {
    "MEX.welfare_first_order": "1.31",
    "MEX.real_wage": "1.72",
    "MEX.bloc_imports": "118",
    "CAN.welfare_first_order": "-0.06",
    "CAN.bloc_imports": "11",
    "USA.welfare_first_order": "0.08",
    "USA.bloc_imports": "41",
}
"""Abstract and table 2."""
FOLDER = "caliendo_parro_2015"
# fmt: off
CODES = (
    "ARG", "AUS", "AUT", "BRA", "CAN", "CHL", "CHN", "DNK", "FIN", "FRA", "DEU",
    "GRC", "HUN", "IND", "IDN", "IRL", "ITA", "JPN", "KOR", "MEX", "NLD", "NZL",
    "NOR", "PRT", "ZAF", "ESP", "SWE", "TUR", "GBR", "USA", "ROW",
)
# fmt: on
SECTORS, TRADED = 40, 20
SERVICES_ELASTICITY = 8.22
BLOC = ("MEX", "CAN", "USA")


@dataclass(frozen=True)
class Nafta:
    """The calibrated model, and the tariffs of the counterfactual, (N, N, S)."""

    model: MultiSector
    tariffs: Floats


def replicate(data: Path) -> Iterator[Found]:
    """Yield a case for each member; ``data`` is the folder of reference inputs."""
    nafta = read(data / FOLDER)
    began = time.perf_counter()
    found = nafta.model.solve(nafta.tariffs)
    seconds = time.perf_counter() - began
    for code in BLOC:
        yield Found(code, figures(nafta.model, found, code) | {"residual": float(found.residual)}, seconds)


def read(folder: Path) -> Nafta:
    """Read the paper's tables: sector by sector, importers in rows; trade in thousand dollars."""
    before, after = (_by_pair(folder / f"tariffs{year}.txt") / 100 for year in (1993, 2005))
    n, at = len(CODES), [CODES.index(code) for code in BLOC]
    theta = np.full(SECTORS, SERVICES_ELASTICITY)
    theta[:TRADED] = np.loadtxt(folder / "T.txt")
    model = MultiSector.from_tables(
        trade=1000 * _by_pair(folder / "xbilat1993.txt"),
        tariffs=before,
        gross_output=np.loadtxt(folder / "GO.txt").T,
        elasticity=theta,
        value_added=np.loadtxt(folder / "B.txt").T,
        inputs=np.loadtxt(folder / "IO.txt").reshape(n, SECTORS, SECTORS),
        codes=CODES,
    )
    tariffs = before.copy()
    tariffs[np.ix_(at, at)] = after[np.ix_(at, at)]
    return Nafta(model, tariffs)


def figures(model: MultiSector, found: MultiSectorEquilibrium, code: str) -> dict[str, float]:
    """Return a member's numbers, in percent."""
    one, others = CODES.index(code), [CODES.index(other) for other in BLOC if other != code]
    imports = found.border_flows[one, others].sum()
    before = (model.flows / (1 + model.tariffs))[one, others].sum()
    shown = {
        "welfare_first_order": found.welfare_first_order[one],
        "welfare_exact": found.welfare_exact[one],
        "terms_of_trade": found.terms_of_trade[one],
        "volume_of_trade": found.volume_of_trade[one],
        "real_wage": found.real_wage[one] - 1,
        "bloc_imports": imports / before - 1,
    }
    return {name: float(100 * value) for name, value in shown.items()}


def _by_pair(file: Path) -> Floats:
    """Return a table of the traded sectors, importer × exporter × sector, with nothing in the services."""
    n = len(CODES)
    table = np.zeros((n, n, SECTORS))
    table[..., :TRADED] = np.moveaxis(np.loadtxt(file).reshape(TRADED, n, n), 0, -1)
    return table
