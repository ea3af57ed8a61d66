"""The duties of 2018: an approximation of their deadweight loss, which is not a replication.

Amiti, Redding and Weinstein (2019), The impact of the 2018 tariffs on prices and welfare, Journal of Economic
Perspectives 33(4), 187–210: "a reduction in aggregate US real income of $1.4 billion per month by the end of
2018". Theirs is a sum of triangles over ten-digit products, origins and months of customs data, which are not
among the reference inputs. Here are the three lists of Section 301 alone, each as one good.
"""

import numpy as np

from tradesim.economics import PartialEquilibrium

NAME = "tariffs_2018.approximation_not_recomputed"
LISTS = {"List 1": (34.0, 0.25), "List 2": (16.0, 0.25), "List 3": (200.0, 0.10)}
"""Imports a year that the notices of the USTR say, billion US dollars, and the duty at the end of 2018."""
ELASTICITIES = {1.3: "quantities that stay above 0", 6.5: "values, those that end included"}
"""Estimates in the authors' working paper (NBER 25672, pages 12 and 17)."""
PUBLISHED = 1.4
MONTHS = 12
TEXT = """
## The duties of 2018: an approximation, not a replication

Amiti, Redding and Weinstein (2019), The impact of the 2018 tariffs on prices and welfare, Journal of
Economic Perspectives 33, 187–210: $1.4 billion a month by the end of 2018. That number is **not recomputed**:
it is a sum of triangles over ten-digit products, origins and months of customs data, and none of that is
among the inputs. For the size of it only: the three lists of Section 301 alone, $250 billion of imports a
year as their notices say, each as one good; complete pass-through, as the authors find; imports fall at once,
from what they were before, by an elasticity that the authors estimate. Metals, solar panels and washing
machines are left out, and one duty for a whole list hides how unequal duties and imports within it are.

| import elasticity | triangles ½ t (m0 − m1), billion US dollars a month |
| --- | --- |
"""


def monthly_loss(elasticity: float) -> float:
    """Return the triangles ``½ t (m0 − m1)`` of the three lists, billion US dollars a month.

    Duties are passed through completely, and imports of each list fall by the elasticity at once.

    Examples
    --------
    >>> by_hand = sum(0.5 * t * m * (1 - (1 + t) ** -6.5) for m, t in LISTS.values()) / 12
    >>> round(monthly_loss(6.5), 3), round(by_hand, 3)
    (0.783, 0.783)
    """
    imports, duties = (np.array(column)[:, None] for column in zip(*LISTS.values(), strict=True))
    markets = PartialEquilibrium(imports, 0 * duties, substitution=elasticity, demand=-elasticity)
    return float(markets.solve(duties).triangle.sum() / MONTHS)


def approximated() -> dict[str, float]:
    """Return what the approximation comes to, billion US dollars a month, by dotted key."""
    return {f"{NAME}.{what.split()[0].strip(',')}": monthly_loss(e) for e, what in ELASTICITIES.items()}


def section() -> str:
    """Return what a page of documentation says about it."""
    rows = [f"| {e:g} ({what}) | {monthly_loss(e):.2f} |" for e, what in ELASTICITIES.items()]
    return f"{TEXT}{chr(10).join(rows)}\n| published, all duties, by product | {PUBLISHED} |\n"
