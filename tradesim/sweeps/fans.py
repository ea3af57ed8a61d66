"""Fans: quantiles from counts, with a bound on how far they may be off."""

from collections.abc import Sequence

import numpy as np

from tradesim.engine.program import Floats, Ints
from tradesim.errors import InputError, Problem
from tradesim.sweeps.parts import STATISTICS, Tallies


def quantiles_of(counts: Ints, q: Sequence[float], width: float) -> Floats:
    """Return quantiles from counts in bins, off by half a bin at most.

    Interpolated between two draws like ``np.quantile``, each taken to lie in the middle of its bin.

    Parameters
    ----------
    counts : (..., bins) int64, how many draws lie in each; the last bin is open above.
    q : Q numbers between 0 and 1.
    width : of a bin.

    Returns
    -------
    (Q, ...) float64.

    Raises
    ------
    InputError
        If a quantile lies in the last bin, of which no middle is known.

    Examples
    --------
    >>> quantiles_of(np.array([1, 0, 2, 1, 0]), [0.0, 0.5, 1.0], 0.1)
    array([0.05, 0.25, 0.35])
    """
    reached = np.cumsum(counts, axis=-1)
    draws = int(reached.reshape(-1, counts.shape[-1])[0, -1])
    found = []
    for level in q:
        place = (draws - 1) * float(level)
        low, high = int(np.floor(place)), int(np.ceil(place))
        below, above = ((reached <= k).sum(axis=-1) for k in (low, high))
        if (above == counts.shape[-1] - 1).any():
            raise _open(level, counts.shape[-1] * width)
        middle = (1 - (place - low)) * (below + 0.5) + (place - low) * (above + 0.5)
        found.append(middle * width)
    return np.array(found, dtype=np.float64)


def within(quantiles: Floats, tallies: Tallies) -> Floats:
    """Return quantiles no higher than any duty was; of the last day between the lowest and the highest then.

    Parameters
    ----------
    quantiles : (Q, T, P) float64, fraction.
    """
    last, peak = STATISTICS.index("last"), STATISTICS.index("peak")
    found: Floats = np.minimum(quantiles, tallies.most[peak])
    found[:, -1] = np.clip(found[:, -1], tallies.least[last], tallies.most[last])
    return found


def _open(level: float, top: float) -> InputError:
    got = f"the {level:g} quantile lies above {100 * top:g} %"
    fix = "run it with a higher one: refined(top=…)"
    return InputError([Problem("duties beyond what was counted", "top", got, fix=fix)])
