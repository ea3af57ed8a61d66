"""Elasticities: how trade answers more as years pass.

=====  ======================================================================================
ε      source
=====  ======================================================================================
4      trade, Simonovska and Waugh (2014), Journal of International Economics 92, 34–50
2–3    trade, short run; about 8 in the long, a quarter of the gap closing each year:
       Alessandria et al., work on trade dynamics and tariffs
2.53   between varieties, United States 2018 (1.53 between products): Fajgelbaum, Goldberg,
       Kennedy and Khandelwal (2020), Quarterly Journal of Economics 135, 1–55
=====  ======================================================================================
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import numbers
from tradesim.economics.checks import number_problems, value_problems
from tradesim.errors import fail_if

SHORT_RUN, LONG_RUN, CLOSED_A_YEAR = 2.5, 8.0, 0.25


def elasticity_after(
    years: Any, short_run: float = SHORT_RUN, long_run: float = LONG_RUN, closed: float = CLOSED_A_YEAR
) -> NDArray[np.float64]:
    """Return the trade elasticity some years after a duty changed.

    ``ε(t) = ε_LR + (ε_SR − ε_LR)(1 − closed)^t``: each year closes the same share of the gap.

    Parameters
    ----------
    years : any shape, 0 or more.
    short_run, long_run : ε at once and at last, above 0.
    closed : share of the gap that a year closes, 0 to 1.

    Examples
    --------
    >>> elasticity_after([0, 1, 5, 50]).round(3)
    array([2.5  , 3.875, 6.695, 8.   ])
    """
    given = numbers("years", years)
    fail_if(
        [
            *value_problems("years", given, given.shape, open_low=False),
            *number_problems("short_run", short_run),
            *number_problems("long_run", long_run),
            *number_problems("closed", closed, 0.0, 1.0, open_low=False),
        ]
    )
    return np.asarray(long_run + (short_run - long_run) * (1.0 - closed) ** given)
