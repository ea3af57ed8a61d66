"""Trade wars and trade talks: seven regions, 33 sectors, and the tariffs they would choose.

Each region's best tariffs if nobody answers; those of a war in which all answer each other; and those that
bring all the same, and the most. Percent; medians are over a region's partners and sectors.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.replications.figures import Found
from tradesim.economics import Choice, Krugman, cooperative, nash, optimal_tariff

Floats = NDArray[np.float64]

NAME = "ossa"
SOURCE = "Ossa (2014), Trade wars and trade talks with data, American Economic Review 104, 4104–4146"
PUBLISHED = {
    "optimal.BRA.own_welfare": "1.1",
    "optimal.BRA.median_tariff": "56.1",
    "optimal.CHN.own_welfare": "1.8",
    "optimal.EU.own_welfare": "1.9",
}
FOLDER = "ossa_2014"
REGIONS = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")
SECTORS = 33


def replicate(data: Path) -> Iterator[Found]:
    """Yield every case; ``data`` is the folder of reference inputs."""
    model = read(data / FOLDER)
    for region in REGIONS:
        began = time.perf_counter()
        choice = optimal_tariff(model, region)
        numbers = _regions(choice, [region], "own_welfare")[region]
        yield Found(f"optimal.{region}", numbers | _search(choice), time.perf_counter() - began)
    began = time.perf_counter()
    war = nash(model)
    seconds = time.perf_counter() - began
    for region, numbers in _regions(war, REGIONS, "welfare").items():
        yield Found(f"nash.{region}", numbers | _search(war), seconds)
    yield _talks(model, "base", model.tariffs)
    yield _talks(model, "war", war.tariffs)


def read(folder: Path, kind: str = "purged") -> Krugman:
    """Read the paper's tables, sector by sector, exporters in rows.

    Parameters
    ----------
    kind : ``purged``: without aggregate imbalances, as the paper makes them; ``ijs``: as they were.
    """
    sigma = np.loadtxt(folder / "sigma_s.csv", delimiter=",")[:, 0]
    trade, tariffs = (_by_pair(folder / f"{name}_{kind}.csv") for name in ("trade", "tariff"))
    return Krugman.from_trade(trade, tariffs, sigma, codes=REGIONS)


def _regions(
    choice: Choice, regions: tuple[str, ...] | list[str], welfare: str
) -> dict[str, dict[str, float]]:
    """Return welfare and median tariff of those that chose, in percent."""
    medians = dict(zip(choice.players, choice.medians, strict=True))
    at = {region: REGIONS.index(region) for region in regions}
    return {
        region: {
            welfare: float(100 * (choice.welfare[one] - 1)),
            "median_tariff": float(100 * medians[one]),
        }
        for region, one in at.items()
    }


def _search(choice: Choice) -> dict[str, float]:
    """Return how a search went: rounds, equilibria solved, the slope left and the residual."""
    return {
        "evaluations": float(choice.evaluations),
        "slack": choice.slack,
        "residual": float(choice.equilibrium.residual),
        "status": float(choice.status),
    }


def _talks(model: Krugman, start: str, reference: Floats) -> Found:
    """Return the greatest common gain over some tariffs, in percent."""
    began = time.perf_counter()
    before = model.solve(reference).welfare
    choice = cooperative(model, reference=reference)
    gain = float(100 * (choice.welfare / before - 1).min())
    results = {"common_gain": gain, "median_tariff": float(100 * np.median(choice.tariffs[choice.free]))}
    return Found(f"cooperative.{start}", results | _search(choice), time.perf_counter() - began)


def _by_pair(file: Path) -> Floats:
    """Return a table, importer × exporter × sector."""
    n = len(REGIONS)
    blocks = np.loadtxt(file, delimiter=",").reshape(SECTORS, n, n)
    return np.ascontiguousarray(blocks.transpose(2, 1, 0))
