"""Gravity: an agreement between Canada and Japan, among 30 economies in 2006.

The example of the package gegravity: trade costs from its published estimates, the agreement as the estimate
for agreements, an elasticity of substitution of 5. Flows are those that the costs imply, scaled to sales and
spending (``canada_japan``), as in the package, or those observed (``canada_japan_observed``).

The package is near, not equal: its counterfactual keeps the weights of base sales in the resistance of
exporters, so its markets do not clear.
"""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.replications.figures import Found
from tradesim.economics import SingleSector

Floats = NDArray[np.float64]

NAME = "gravity"
SOURCE = (
    "Herman (2021), gegravity: general equilibrium gravity modeling in Python, "
    "USITC Economics Working Paper 2021-04-B; sample data of the package (MIT licence)"
)
PUBLISHED: dict[str, str] = {}
NEAR = {
    "canada_japan.CAN_welfare": (0.418, 0.05),
    "canada_japan.JPN_welfare": (0.054, 0.05),
    "canada_japan.USA_welfare": (-0.007, 0.05),
}
"""What gegravity 0.3 gives, percent, and how near we expect to be, points."""
COEFFICIENTS = {
    "lndist": -0.3898623,
    "contiguity": 0.891577,
    "common_language": 0.0326249,
    "pta": 0.4711383,
    "international": -3.412584,
}
"""Estimates of the package's example, by Poisson pseudo-maximum likelihood."""
ELASTICITY = 4.0
SIDES = ("CAN", "JPN")
FILE = Path("gravity_30") / "sample.csv"


def replicate(data: Path) -> Iterator[Found]:
    """Yield the case on implied and on observed flows; ``data`` is the folder of reference inputs."""
    rows = read(data / FILE)
    for key, flows in (("canada_japan", implied(rows)), ("canada_japan_observed", table(rows, "trade"))):
        codes = economies(rows)
        model = SingleSector(flows, np.zeros_like(flows), ELASTICITY, deficits="own_share", codes=codes)
        began = time.perf_counter()
        found = model.solve(np.zeros_like(flows), agreement(codes))
        seconds = time.perf_counter() - began
        welfare = dict(zip(codes, (100 * (found.welfare - 1)).tolist(), strict=True))
        chosen = {f"{code}_welfare": welfare[code] for code in (*SIDES, "USA")}
        yield Found(key, chosen | {"residual": float(found.residual), "welfare_by_economy": welfare}, seconds)


def read(file: Path) -> list[dict[str, str]]:
    """Read the sample, a row for every exporter and importer."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def economies(rows: list[dict[str, str]]) -> list[str]:
    """Return the economies, in order."""
    return sorted({row["importer"] for row in rows})


def table(rows: list[dict[str, str]], column: str) -> Floats:
    """Return a column as (N, N), importer × exporter."""
    at = {code: k for k, code in enumerate(economies(rows))}
    values = np.full((len(at), len(at)), np.nan)
    for row in rows:
        values[at[row["importer"]], at[row["exporter"]]] = float(row[column])
    return values


def implied(rows: list[dict[str, str]], rounds: int = 2000) -> Floats:
    """Return the flows that trade costs imply, scaled in turn to what is spent and sold until both fit."""
    logs = sum(value * table(rows, column) for column, value in COEFFICIENTS.items())
    flows: Floats = np.exp(logs - np.max(logs))
    sold, spent = table(rows, "Y")[0], table(rows, "E")[:, 0]
    spent = spent * sold.sum() / spent.sum()
    for _ in range(rounds):
        flows *= (spent / flows.sum(axis=1))[:, None]
        flows *= sold / flows.sum(axis=0)
    return flows


def agreement(codes: list[str]) -> Floats:
    """Return the change of iceberg costs, (N, N), that the estimate for agreements stands for."""
    one, other = (codes.index(code) for code in SIDES)
    icebergs = np.ones((len(codes), len(codes)))
    icebergs[one, other] = icebergs[other, one] = np.exp(-COEFFICIENTS["pta"] / ELASTICITY)
    return icebergs
