"""Raw tables to the base of `MultiSector`: each step named, with how much it moved.

Trade statistics, national accounts and input–output tables disagree: sectors export more than they make, and
sell more as inputs than anybody spends on them. What follows is what Caliendo and Parro (2015) do to theirs.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.economics import checks
from tradesim.economics.calibration import Step, compared
from tradesim.errors import Problem, fail_if

Floats = NDArray[np.float64]

SUMS = 0.01
"""Columns of input shares may miss 1 by this much, the rounding of a printed table; they are scaled to it."""


class Shares(NamedTuple):
    """How sectors make and economies buy: value added (N, S), inputs (N, S, S) and final spending (N, S)."""

    value_added: Floats
    inputs: Floats
    final: Floats


def with_domestic(trade: Floats, tariffs: Floats, gross_output: Floats) -> tuple[Floats, Step]:
    """Return duty-paid spending, domestic sales being what output leaves when exports are gone.

    Where a sector exports more than it makes, its output is raised to its exports.

    Parameters
    ----------
    trade : (N, N, S) at world prices, importer × exporter × sector, US dollars; the diagonal empty.
    tariffs : (N, N, S) fraction.
    gross_output : (N, S) US dollars.

    Examples
    --------
    >>> trade = np.array([[0.0, 30.0], [50.0, 0.0]])[..., None]
    >>> flows, step = with_domestic(trade, np.zeros((2, 2, 1)), np.array([[40.0], [100.0]]))
    >>> flows[..., 0]
    array([[ 0., 30.],
           [50., 70.]])
    >>> print(step)
    gross output raised to exports: 1 cell, 7.14 % of the total, the most in one 7.14 %
    """
    exports = trade.sum(axis=0)
    output = np.maximum(gross_output, exports)
    each = np.arange(len(trade))
    flows = trade * (1 + tariffs)
    flows[each, each] = output - exports
    return flows, compared("gross output raised to exports", gross_output, output)


def shares(
    flows: Floats, tariffs: Floats, value_added: Floats, inputs: Floats
) -> tuple[Shares, tuple[Step, Step]]:
    """Return the shares, those of final spending being what inputs leave, and what was done to them.

    Parameters
    ----------
    flows : (N, N, S) duty-paid spending, US dollars.
    tariffs : (N, N, S) fraction.
    value_added : (N, S) share of value added in the costs of each sector.
    inputs : (N, S, S) share of the first sector in the materials of the second; columns sum to 1.
    """
    sums = inputs.sum(axis=1, keepdims=True)
    scaled = inputs / np.where(sums > 0, sums, 1.0)
    sales = (flows / (1 + tariffs)).sum(axis=0)
    left = flows.sum(axis=1) - (scaled @ ((1 - value_added) * sales)[..., None])[..., 0]
    final = np.maximum(left, 0.0)
    total = final.sum(axis=1, keepdims=True)
    fail_if(
        Problem("no spending beyond inputs", f"economy {n}", fix="check its inputs and value-added shares")
        for n in np.flatnonzero(total[:, 0] <= 0).tolist()
    )
    steps = (
        compared("columns of inputs scaled to 1", inputs, scaled, 1e-12),
        compared("final spending below 0 raised to 0", left, final),
    )
    return Shares(value_added, scaled, final / total), steps


def share_problems(flows: Floats, theta: Floats, value_added: Floats, inputs: Floats) -> Iterator[Problem]:
    """Yield what is wrong with elasticities, value-added shares and input shares."""
    n, _, sectors = flows.shape
    yield from checks.value_problems("elasticity", theta, (sectors,))
    bad = [*checks.value_problems("value_added", value_added, (n, sectors), 0.0, 1.0, open_low=False)]
    bad += checks.value_problems("inputs", inputs, (n, sectors, sectors), -np.inf)
    yield from bad
    if bad:
        return
    sums = inputs.sum(axis=1)
    for k, j in np.argwhere((np.abs(sums - 1) > SUMS) & (value_added < 1))[: checks.SHOWN].tolist():
        allowed = "1, where materials are used at all: share of each sector in the materials of this one"
        yield Problem("input shares that do not add up", f"inputs[{k}, :, {j}]", f"{sums[k, j]:g}", allowed)
    for k in np.flatnonzero((value_added * flows.sum(axis=0)).sum(axis=1) <= 0).tolist():
        yield Problem("an economy that earns nothing", f"value_added[{k}]", "0 wherever it sells", "above 0")


def raw_problems(trade: Floats, gross_output: Floats) -> Iterator[Problem]:
    """Yield what is wrong with foreign trade and gross output, beyond what any flows are checked for."""
    if trade.ndim != 3 or trade.shape[0] != trade.shape[1]:
        return
    n, _, sectors = trade.shape
    own = trade[np.arange(n), np.arange(n)]
    for k in np.flatnonzero((own != 0).any(axis=1)).tolist():
        got, allowed = f"{own[k].sum():g}", "0: domestic sales are what gross output leaves"
        yield Problem("domestic trade beside gross output", f"trade[{k}, {k}]", got, allowed)
    yield from checks.value_problems("gross_output", gross_output, (n, sectors), open_low=False)
