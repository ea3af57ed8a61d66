"""Origins: what exporters win from each other when an importer's purchases abroad change their origin."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import aligned, labelled
from tradesim.economics.checks import trade_problems, value_problems
from tradesim.errors import fail_if


def diversion(before: Any, after: Any) -> NDArray[np.float64]:
    """Return what exporters win from each other in the purchases of every importer.

    ``M'_ni − M_ni M'_n / M_n``: imports less what they would be had all purchases abroad moved alike. It sums
    to 0 over the exporters: third economies win what those under the higher duty lose.

    Parameters
    ----------
    before : (N, N) float64, imports at the border, importer × exporter, US dollars; the diagonal, trade
        within, is not looked at; or a frame.
    after : (..., N, N) float64, the same after duties changed; or frames, put into the order of ``before``.

    Returns
    -------
    (..., N, N) float64, importer × exporter, in the unit of the imports; 0 on the diagonal, and of an
    importer that bought nothing abroad before.

    Examples
    --------
    >>> diversion([[0.0, 6.0, 2.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]], [[0, 2, 2], [1, 0, 1], [1, 1, 0]])[0]
    array([ 0., -1.,  1.])
    """
    old, names = labelled("before", before)
    new = aligned("after", after, names)
    fail_if([*trade_problems(old, np.ones(len(np.atleast_1d(old))))])
    fail_if(value_problems("after", new, (*new.shape[:-2], *old.shape), open_low=False))
    abroad = ~np.eye(len(old), dtype=bool)
    old, new = old * abroad, new * abroad
    total = old.sum(axis=-1, keepdims=True)
    shares = old / np.where(total > 0, total, 1.0)
    return np.asarray(np.where(total > 0, new - shares * new.sum(axis=-1, keepdims=True), 0.0))
