"""The equations of many sectors with input–output links, as one sweep over all blocks.

n buys from i, j and k are sectors; t is the tariff, τ = 1 + t, a hat the ratio of new to old, ĉ unit costs:

    ln ĉ_n^j = B ln ŵ_n + (1 − B) Σ_k G[k,j] ln P̂_n^k
    Φ_n^j = Σ_i π0 (κ̂ ĉ_i)^(−θ)          P̂_n^j = Φ^(−1/θ),     κ̂ = τ1/τ0 × changes of iceberg costs
    sales_i^j = Σ_n π1[n,i] X_n^j / τ1
    X_n^j = Σ_k G[j,k] (1 − B^k) sales_n^k + α_n^j I_n
    I_n = ŵ_n VA_n + Σ_j X_n^j (1 − Σ_i π1/τ1) + D_n
    ŵ_n VA_n = Σ_j B_n^j sales_n^j

A sweep takes wages, prices and spending once through all of them; where it changes nothing, they hold. No
block is solved inside another: forty to a hundred sweeps reach 1e-10.

References
----------
Caliendo and Parro (2015), Estimates of the trade and welfare effects of NAFTA, Review of Economic Studies
82, 1–44.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.settling import settle

Floats = NDArray[np.float64]

SWEEPS = 3000
"""At most."""


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """What the equations need of the base year. N economies, S sectors.

    Parameters
    ----------
    share : (S, N, N) duty-paid share of the exporter in what the importer spends on the sector.
    factor : (S, N, N) 1 + duty.
    spending : (S, N) X, duty-paid, US dollars.
    theta : (S, 1) trade elasticity.
    value_added : (S, N) B, share of value added in the sector's costs.
    inputs : (N, S, S) G[n, k, j], share of k in the materials of j.
    final : (S, N) α, share of the sector in final spending.
    earnings : (N,) VA, US dollars.
    deficit : (N,) D, what is spent beyond income and duties, US dollars.
    member : (C, N) 0 or 1, which economies make up each bloc that trades.
    pace : (N,) how much of its error a wage makes up for in a sweep.
    """

    share: Floats
    factor: Floats
    spending: Floats
    theta: Floats
    value_added: Floats
    inputs: Floats
    final: Floats
    earnings: Floats
    deficit: Floats
    member: Floats
    pace: Floats


class State(NamedTuple):
    """Unknowns: logarithms of wages (B, N) and prices (B, S, N), spending (B, S, N) in US dollars."""

    wage: Floats
    price: Floats
    spending: Floats


class Kernel(NamedTuple):
    """What tariffs make of the base: ``π0 κ̂^(−θ)``, and the same over τ1; both (B, S, N, N)."""

    whole: Floats
    net: Floats


class Sweep(NamedTuple):
    """What one sweep passed through; all (B, S, N), but for income and paid, (B, N).

    Parameters
    ----------
    next : where it leads.
    cost : ``ĉ^(−θ)``.
    appeal : Φ, what all offers are worth together.
    sales : at world prices, US dollars.
    kept : share of spending that is not duty, Σ_i π1/τ1.
    income : I, US dollars.
    paid : what sales leave for value added, US dollars.
    """

    next: State
    cost: Floats
    appeal: Floats
    sales: Floats
    kept: Floats
    income: Floats
    paid: Floats


def kernel(base: Base, factor: Floats, icebergs: Floats | None = None) -> Kernel:
    """Return the kernel of tariff factors τ1 (B, S, N, N) and changes of iceberg costs."""
    cost = factor / base.factor if icebergs is None else factor / base.factor * icebergs
    whole = base.share * cost ** -base.theta[..., None]
    return Kernel(whole, whole / factor)


def start(base: Base, scenarios: int) -> State:
    """Return the base itself as first guess."""
    n, spending = len(base.earnings), base.spending
    zeros = np.zeros((scenarios, *spending.shape))
    return State(np.zeros((scenarios, n)), zeros, np.broadcast_to(spending, zeros.shape).copy())


def sweep(base: Base, kernel: Kernel, state: State) -> Sweep:
    """Take wages, prices and spending once through all equations."""
    log_cost = base.value_added * state.wage[:, None] + (1 - base.value_added) * materials(base, state.price)
    cost = np.exp(-base.theta * log_cost)
    appeal = times(kernel.whole, cost)
    sales = cost * times(transposed(kernel.net), state.spending / appeal)
    kept = times(kernel.net, cost) / appeal
    earned = base.earnings * np.exp(state.wage)
    income = earned + ((1 - kept) * state.spending).sum(axis=1) + base.deficit
    spending = bought(base, (1 - base.value_added) * sales) + base.final * income[:, None]
    paid = (base.value_added * sales).sum(axis=1)
    wage = state.wage + base.pace * np.log(paid / earned)
    wage = wage - np.log(bloc(base, np.exp(wage)))
    new = State(wage, -np.log(appeal) / base.theta, spending)
    return Sweep(new, cost, appeal, sales, kept, income, paid)


def residual(base: Base, state: State, through: Sweep) -> Floats:
    """Return by how much, relative to what is bought or earned, any equation is missed: (B,)."""
    earned = base.earnings * np.exp(state.wage)
    total = state.spending.sum(axis=1, keepdims=True)
    missed = (
        np.abs(through.paid / earned - 1).max(axis=1),
        np.abs(bloc(base, np.exp(state.wage)) - 1).max(axis=1),
        np.abs(through.next.price - state.price).max(axis=(1, 2)),
        (np.abs(through.next.spending - state.spending) / total).max(axis=(1, 2)),
    )
    return np.asarray(np.maximum.reduce(missed))


def solution(base: Base, kernel: Kernel, tolerance: float) -> tuple[State, Floats]:
    """Return where sweeps change nothing more, and what equations miss there, (B,)."""
    total = base.spending.sum(axis=0)

    def once(packed: Floats, scenarios: NDArray[np.intp]) -> tuple[Floats, Floats]:
        state = State(*unpacked(packed, base.spending.shape, total))
        through = sweep(base, Kernel(*some(kernel, scenarios)), state)
        return packed_rows(through.next, total), residual(base, state, through)

    with np.errstate(all="ignore"):
        first = packed_rows(start(base, len(kernel.whole)), total)
        rows, missed = settle(once, first, tolerance, SWEEPS)
    return State(*unpacked(rows, base.spending.shape, total)), missed


def packed_rows(parts: tuple[Floats, Floats, Floats], scale: Floats) -> Floats:
    """Return wages, prices and spending, this over a scale, as one row a scenario: (B, M)."""
    wage, price, spending = parts
    many = len(wage)
    return np.concatenate([wage, price.reshape(many, -1), (spending / scale).reshape(many, -1)], axis=1)


def unpacked(rows: Floats, shape: tuple[int, ...], scale: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what rows hold: wages (B, N), prices and spending (B, S, N)."""
    sectors, n = shape
    wage, price, spending = np.split(rows, [n, n + n * sectors], axis=1)
    return wage, price.reshape(-1, sectors, n), spending.reshape(-1, sectors, n) * scale


def some(parts: Iterable[Floats], scenarios: NDArray[np.intp]) -> Iterator[Floats]:
    """Yield the rows of some scenarios from arrays of all; the arrays themselves where it is all."""
    for part in parts:
        yield part if len(scenarios) == len(part) else part[scenarios]


def base_income(base: Base) -> Floats:
    """Return final spending at the base, (N,) US dollars: value added, duties and deficit."""
    duties = (base.share * (1 - 1 / base.factor)).sum(axis=2) * base.spending
    return np.asarray(base.earnings + duties.sum(axis=0) + base.deficit)


def first_order(base: Base, cost: Floats, net: Floats) -> tuple[Floats, Floats]:
    """Return the first-order effects on welfare through terms and volume of trade, (B, N), shares of income.

        ToT_n = (1/I_n) Σ_j Σ_i (exports0[n→i] (ĉ_n − 1) − imports0[n←i] (ĉ_i − 1))
        VoT_n = (1/I_n) Σ_j Σ_i t0[n,i] (M1[n,i] − M0[n,i] ĉ_i)

    Parameters
    ----------
    cost : (B, S, N) change of unit costs.
    net : (B, S, N, N) trade at world prices, US dollars.
    """
    imports = base.share * base.spending[..., None] / base.factor * ~np.eye(len(base.earnings), dtype=bool)
    dearer, income = cost - 1, base_income(base)
    exported = (imports.sum(axis=1) * dearer).sum(axis=1)
    imported = times(imports, dearer).sum(axis=1)
    more = net - imports * cost[:, :, None]
    volume = ((base.factor - 1) * more).sum(axis=(1, 3))
    return (exported - imported) / income, volume / income


def materials(base: Base, by_input: Floats) -> Floats:
    """Return Σ_k G[k,j] of what goes by input k: by sector j, (B, S, N)."""
    return np.asarray(times(base.inputs.swapaxes(1, 2), by_input.swapaxes(1, 2)).swapaxes(1, 2))


def bought(base: Base, by_sector: Floats) -> Floats:
    """Return Σ_k G[j,k] of what goes by sector k: by input j, (B, S, N)."""
    return np.asarray(times(base.inputs, by_sector.swapaxes(1, 2)).swapaxes(1, 2))


def bloc(base: Base, wage: Floats) -> Floats:
    """Return what the bloc of each economy earns at these wages, ratio to the base: (B, N)."""
    earned = (wage * base.earnings) @ base.member.T / (base.member @ base.earnings)
    return np.asarray(earned @ base.member)


def times(matrix: Floats, vector: Floats) -> Floats:
    """Return matrices times vectors, (..., N)."""
    return np.asarray((matrix @ vector[..., None])[..., 0])


def transposed(matrix: Floats) -> Floats:
    """Return matrices with rows for columns."""
    return matrix.swapaxes(-1, -2)
