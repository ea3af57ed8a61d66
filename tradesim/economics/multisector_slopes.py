"""The sweep of `multisector_system` backwards: how welfare in many sectors moves with every tariff.

Going back through a sweep turns what a goal gains from wages, prices and spending after it into what it gains
from those before it. Where that settles, it holds for all sweeps that follow a change of tariffs together:
the slopes for every tariff at the price of one more solution.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.economics import multisector_system as system
from tradesim.economics.multisector_system import (
    Base,
    Kernel,
    State,
    Sweep,
    bought,
    materials,
    times,
    transposed,
)
from tradesim.economics.settling import settle

Floats = NDArray[np.float64]

LEVEL = 1e-11
"""A change of the slopes this small is none."""


class Slopes(NamedTuple):
    """Derivatives of a goal with respect to wages (B, N), prices and spending (B, S, N)."""

    wage: Floats
    price: Floats
    spending: Floats


class Way(NamedTuple):
    """Derivatives met on the way back, (B, S, N) each, by which the tariffs come in.

    Parameters
    ----------
    appeal : of Φ.
    sold : of Σ_n net X/Φ, what a sector sells per unit of ``ĉ^(−θ)``.
    net : of Σ_i net ``ĉ^(−θ)``, what reaches the exporters.
    """

    appeal: Floats
    sold: Floats
    net: Floats


def pull_back(base: Base, kernel: Kernel, state: State, weights: Floats) -> Floats:
    """Return the derivative of Σ weights · ln real income with respect to ln τ, (B, S, N, N), at a solution.

    Parameters
    ----------
    weights : (B, N) of each economy's ln real income.
    """
    through, shape = system.sweep(base, kernel, state), base.spending.shape
    # A dollar's worth to the goal, times the dollars: a number like the others.
    scale = 1 / base.spending.sum(axis=0)

    def once(rows: Floats, scenarios: NDArray[np.intp]) -> tuple[Floats, Floats]:
        parts = (tuple(system.some(part, scenarios)) for part in (kernel, state, through[1:], [weights]))
        k, s, t, (w,) = parts
        after = Slopes(*system.unpacked(rows, shape, scale))
        before, _ = backwards(base, Kernel(*k), State(*s), Sweep(through.next, *t), w, after)
        back = system.packed_rows(before, scale)
        return back, np.abs(back - rows).max(axis=1)

    none = np.zeros((len(weights), len(base.earnings) + 2 * base.spending.size))
    rows, _ = settle(once, none, LEVEL, system.SWEEPS)
    after = Slopes(*system.unpacked(rows, shape, scale))
    _, way = backwards(base, kernel, state, through, weights, after)
    return _by_factor(base, kernel, state, through, way)


def backwards(
    base: Base, kernel: Kernel, state: State, through: Sweep, weights: Floats, after: Slopes
) -> tuple[Slopes, Way]:
    """Take slopes with respect to what a sweep leads to back to what it started from.

    The goal is Σ weights · ln(income / price of living), weights (B, N), at the sweep's own income and
    prices, beside whatever has the slopes ``after``.
    """
    earned = base.earnings * np.exp(state.wage)
    share = earned / (earned @ base.member.T @ base.member)
    wage = after.wage - share * (after.wage @ base.member.T @ base.member)
    price = after.price - base.final * weights[:, None]
    income = (base.final * after.spending).sum(axis=1) + weights / through.income

    sales = base.value_added * (base.pace * wage / through.paid)[:, None]
    sales = sales + (1 - base.value_added) * materials(base, after.spending)
    wage = (1 - base.pace) * wage + income * earned
    kept = -income[:, None] * state.spending

    sold, net = sales * through.cost, kept / through.appeal
    demand = times(kernel.net, sold)
    spending = income[:, None] * (1 - through.kept) + demand / through.appeal
    appeal = kept * through.kept + demand * state.spending / through.appeal + price / base.theta
    appeal = -appeal / through.appeal
    cost = times(transposed(kernel.whole), appeal) + times(transposed(kernel.net), net)
    log_cost = -base.theta * (sales * through.sales + through.cost * cost)
    wage = wage + (base.value_added * log_cost).sum(axis=1)
    price = bought(base, (1 - base.value_added) * log_cost)
    return Slopes(wage, price, spending), Way(appeal, sold, net)


def _by_factor(base: Base, kernel: Kernel, state: State, through: Sweep, way: Way) -> Floats:
    """Return the slopes with respect to ln τ, (B, S, N, N): τ cuts demand by θ, what is kept by 1 + θ."""
    theta, cost = base.theta[..., None], through.cost[:, :, None]
    demand = (state.spending / through.appeal)[..., None]
    whole = kernel.whole * way.appeal[..., None] * cost
    net = kernel.net * (demand * way.sold[:, :, None] + way.net[..., None] * cost)
    return np.asarray(-theta * whole - (1 + theta) * net)
