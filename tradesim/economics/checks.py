"""Checks: flows, tariffs and parameters, judged once where they come in.

Tariffs may be negative (an import subsidy) but above −1, where goods would be free. Flows may hold zeros:
an economy without domestic sales or without trade is fine. One that sells or spends nothing is not: it has
no wage or no price level to speak of.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.conversion import real_in, shown
from tradesim.errors import ModelWarning, Problem, warn_user

Floats = NDArray[np.float64]

LEAST_TRADE = 1e-3
"""Trade over GDP of all economies together: in any year since 1870 it was 50 times as much."""
SHOWN = 5
"""Faulty cells that are named one by one; the others are counted."""


def flow_problems(flows: Floats, codes: Sequence[str] = (), name: str = "flows") -> Iterator[Problem]:
    """Yield what is wrong with flows of trade.

    Parameters
    ----------
    flows : (N, N) or (N, N, S) float64, importer × exporter (× sector); the diagonal is domestic.
    codes : names of the economies, for messages; positions where there are none.
    name : what to call the flows.
    """
    if flows.ndim not in {2, 3} or flows.shape[0] != flows.shape[1] or flows.size == 0:
        allowed = "(N, N) or (N, N, sectors), importer × exporter"
        yield Problem("not importer × exporter", name, f"shape {flows.shape}", allowed)
        return
    good = np.isfinite(flows) & (flows >= 0)
    yield from _cell_problems(
        "not a value of trade", name, flows, ~good, codes, "finite, 0 or more", flows.ndim
    )
    if not good.all():
        return
    pairs = flows if flows.ndim == 2 else flows.sum(axis=2)
    for axis, does in ((0, "sells"), (1, "spends")):
        for k in np.flatnonzero(pairs.sum(axis=axis) == 0).tolist():
            fix = "leave it out, or give what it trades with itself on the diagonal"
            yield Problem(f"an economy that {does} nothing", f"{name}[{_label(codes, k)}]", "0", "> 0", fix)


def tariff_problems(
    tariffs: Floats, shape: tuple[int, ...], codes: Sequence[str] = (), name: str = "tariffs"
) -> Iterator[Problem]:
    """Yield what is wrong with tariffs.

    Parameters
    ----------
    tariffs : (..., N, N) or (..., N, N, S) float64, fraction, importer × exporter (× sector).
    shape : the last axes they must have: the shape of the flows.
    codes : names of the economies, for messages; positions where there are none.
    name : what to call the tariffs.
    """
    if tariffs.shape[tariffs.ndim - len(shape) :] != shape or tariffs.ndim < len(shape):
        allowed = f"(..., {', '.join(map(str, shape))}), as the flows"
        yield Problem("wrong shape", name, f"shape {tariffs.shape}", allowed)
        return
    if 0 in tariffs.shape:
        yield Problem("no scenario", name, f"shape {tariffs.shape}", "at least one")
    good = np.isfinite(tariffs) & (tariffs > -1)
    allowed = "a finite fraction above -1: 0.25 is 25 %"
    yield from _cell_problems("not a tariff", name, tariffs, ~good, codes, allowed, len(shape))
    diagonal = np.eye(shape[0], shape[1], dtype=bool).reshape(shape[:2] + (1,) * (len(shape) - 2))
    own = good & (tariffs != 0) & diagonal
    allowed = "0: no economy charges itself"
    yield from _cell_problems("a tariff on own goods", name, tariffs, own, codes, allowed, len(shape))


def number_problems(
    name: str, value: Any, low: float = 0.0, high: float = math.inf, *, open_low: bool = True
) -> Iterator[Problem]:
    """Yield what is wrong with one number, such as an elasticity.

    It must be finite, from ``low`` (itself excluded unless ``open_low`` is false) to ``high``.

    Examples
    --------
    >>> [str(problem) for problem in number_problems("elasticity", -4.0)]
    ['elasticity: not a number in range; got -4.0; allowed: a finite number above 0']
    """
    number = real_in(value, low, high)
    if number is None or (open_low and number == low):
        allowed = f"a finite number {'above' if open_low else 'from'} {low:g}"
        allowed += f" to {high:g}" if math.isfinite(high) else ""
        yield Problem("not a number in range", name, shown(value), allowed)


def value_problems(
    name: str,
    values: Floats,
    shape: tuple[int, ...],
    low: float = 0.0,
    high: float = math.inf,
    *,
    open_low: bool = True,
) -> Iterator[Problem]:
    """Yield what is wrong with an array of numbers that must have a shape and lie in a range."""
    if values.shape != shape:
        yield Problem("wrong shape", name, f"shape {values.shape}", f"shape {shape}")
        return
    good = np.isfinite(values) & ((values > low) if open_low else (values >= low)) & (values <= high)
    allowed = f"finite, {'above' if open_low else 'from'} {low:g}"
    allowed += f" to {high:g}" if math.isfinite(high) else ""
    yield from _cell_problems("not a number in range", name, values, ~good, (), allowed, 0)


def trade_problems(trade: Floats, gdp: Floats) -> Iterator[Problem]:
    """Yield what is wrong with trade between economies, (N, N), and their GDP, (N,)."""
    if trade.ndim != 2 or trade.shape[0] != trade.shape[1] or not len(trade):
        yield Problem("not importer × exporter", "trade", f"shape {trade.shape}", "(N, N)")
    else:
        yield from value_problems("trade", trade, trade.shape, open_low=False)
        yield from value_problems("gdp", gdp, (len(trade),))


def warn_of_no_home_sales(flows: Floats, codes: Sequence[str]) -> None:
    """Warn where economies buy nothing from themselves: a table of foreign trade only, or a cell missing."""
    n = len(flows)
    home, bought = (each.reshape(n, -1).sum(axis=1) for each in (flows[np.arange(n), np.arange(n)], flows))
    without = np.flatnonzero((home == 0) & (bought > 0))
    if n < 2 or not len(without):
        return
    names = ", ".join(str(codes[k]) if codes else f"economy {k}" for k in without.tolist())
    fix = (
        "Put sales at home on the diagonal; from_trade takes them from GDP, and leaves 0 where imports are"
        " more than all that is spent"
    )
    if len(without) == n:
        who = names if codes else f"{n} economies"
        what = f"no economy buys anything from itself ({who}): the diagonal is 0; got foreign trade only?"
    else:
        what = f"no sales at home in {names}, though others have them: is a cell missing?"
    warn_user(f"flows: {what} {fix}", ModelWarning)


def warn_of_units(trade: Floats, output: Floats) -> None:
    """Warn where trade is so small beside output that the two are in different units."""
    share = float(trade.sum() / output.sum())
    if 0 < share < LEAST_TRADE:
        text = (
            f"gdp: trade is {share:.2g} of it: are both in one unit? Trade of {trade.sum():.4g} and GDP of"
            f" {output.sum():.4g} in all; thousands, millions or billions must be the same in both"
        )
        warn_user(text, ModelWarning)


def code_problems(codes: Sequence[str], n: int, name: str = "codes") -> Iterator[Problem]:
    """Yield what is wrong with the names of ``n`` economies."""
    if len(codes) != n:
        yield Problem("not as many names as economies", name, str(len(codes)), str(n))
    for code in sorted({str(code) for code in codes if list(codes).count(code) > 1}):
        yield Problem("economy named twice", name, repr(code), "each once")


def blocs(flows: ArrayLike) -> NDArray[np.int64]:
    """Return the group of economies, linked by trade, that each belongs to: (N,), numbered from 0.

    Economies in different groups do not trade, directly or through others: nothing ties their wages
    together. An autarkic economy is a group of its own.

    Examples
    --------
    >>> blocs([[5, 1, 0], [0, 5, 0], [0, 0, 5]])
    array([0, 0, 1])
    """
    trade = np.asarray(flows)
    pairs = trade if trade.ndim == 2 else trade.sum(axis=2)
    linked = (pairs > 0) | (pairs.T > 0) | np.eye(len(pairs), dtype=bool)
    while not np.array_equal(wider := (linked.astype(np.float64) @ linked) > 0, linked):
        linked = wider
    return np.asarray(np.unique(linked.argmax(axis=1), return_inverse=True)[1], dtype=np.int64)


def _cell_problems(
    what: str,
    name: str,
    values: Floats,
    bad: NDArray[np.bool_],
    codes: Sequence[str],
    allowed: str,
    named: int = 2,
) -> Iterator[Problem]:
    """Yield a problem for the first faulty cells; the first two of the last ``named`` axes bear codes."""
    cells = np.argwhere(bad)
    for position in cells[:SHOWN]:
        first = len(position) - named
        labels = [
            _label(codes if first <= axis < first + 2 else (), k) for axis, k in enumerate(position.tolist())
        ]
        where = f"{name}[{', '.join(labels)}]" if labels else name
        yield Problem(what, where, str(values[tuple(position)]), allowed)
    if len(cells) > SHOWN:
        yield Problem(f"{what}, {len(cells) - SHOWN} more times", name, allowed=allowed)


def _label(codes: Sequence[str], k: int) -> str:
    return str(codes[k]) if len(codes) > k else str(k)
