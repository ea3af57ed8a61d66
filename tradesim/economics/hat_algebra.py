"""Hat algebra of one sector: the equations of Dekle, Eaton and Kortum (2008) with tariff revenue.

n buys from i; t is the tariff, τ = 1 + t, a hat the ratio of new to old, ε the trade elasticity:

    π1[n,i] = π0[n,i] (ŵ_i τ̂[n,i] κ̂[n,i])^(−ε) / Φ_n          P̂_n = Φ_n^(−1/ε)
    q_n = Σ_i π1[n,i] / τ1[n,i]                                 the share of spending that is not duty
    X1_n = (ŵ_n Y_n + D1_n) / q_n                               spending: income, duties and deficit
    ŵ_i Y_i = Σ_n π1[n,i] X1_n / τ1[n,i]                        markets clear
    Σ ŵ_i Y_i = Σ Y_i                                           numeraire, in each bloc that trades
    Ŵ_n = (X1_n / X0_n) / P̂_n                                   welfare

κ̂ are changes of iceberg costs. The unknowns are log ŵ. One market equation follows from the others
(Walras); that of a bloc's largest economy is left out, as its error is then smallest, and the numeraire put
in its place. ε = θ of Eaton and Kortum, or σ − 1 of Armington.

References
----------
Dekle, Eaton and Kortum (2008), Global rebalancing with gravity, IMF Staff Papers 55, 511–540; Arkolakis,
Costinot and Rodríguez-Clare (2012), New trade models, same old gains?, American Economic Review 102, 94–130.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.checks import blocs
from tradesim.economics.newton import Residual, newton, solve_side_by_side

Floats = NDArray[np.float64]

TOLERANCE = 1e-11
"""The most that a market may miss, as a share of the economy's income."""
ROUNDING = 1e-14
"""No market is asked to miss less: sums of many economies are no more exact."""
MOST_FIXED_POINT_STEPS = 500


@dataclass(frozen=True, slots=True)
class Base:
    """The world before the change.

    Parameters
    ----------
    shares : (N, N), of each exporter in the importer's spending, duty-paid.
    factors : (N, N), τ0 = 1 + tariff.
    income : (N,) Y, value of sales net of duties.
    spending : (N,) X0, duties included.
    deficit : (N,) D, what is spent beyond income and duties.
    member : (C, N) 0 or 1, which economies make up each bloc that trades.
    elasticity : ε.
    own : whether deficits keep their share of the economy's own income, not the world's.
    """

    shares: Floats
    factors: Floats
    income: Floats
    spending: Floats
    deficit: Floats
    member: Floats
    elasticity: float
    own: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """Scenarios, and the markets at some wages: kernel and net (B, N, N), all others (B, N)."""

    kernel: Floats
    net: Floats
    wage: Floats
    resistance: Floats
    kept: Floats
    spending: Floats
    sales: Floats


def base_of(flows: Floats, tariffs: Floats, elasticity: float, *, own: bool = False) -> Base:
    """Return the base that flows and tariffs describe, both (N, N); flows are duty-paid spending.

    Examples
    --------
    >>> base = base_of(np.array([[90.0, 22.0], [10.0, 90.0]]), np.array([[0.0, 0.1], [0.0, 0.0]]), 4.0)
    >>> base.income, base.deficit
    (array([100., 110.]), array([ 10., -10.]))
    """
    factors = 1.0 + tariffs
    net, spending = flows / factors, flows.sum(axis=1)
    bloc = blocs(flows)
    member = (bloc == np.arange(bloc.max() + 1)[:, None]).astype(np.float64)
    income = net.sum(axis=0)
    deficit = net.sum(axis=1) - income
    return Base(flows / spending[:, None], factors, income, spending, deficit, member, elasticity, own)


def solve(base: Base, factors: Floats, icebergs: Floats | None, inverse: Floats, tolerance: float) -> World:
    """Return the markets at the wages that clear them under new tariff factors τ1, (B, N, N).

    Steps that share the one inverse solve all ordinary scenarios; what they cannot is solved by itself.
    """
    kernel, net = kernels(base, factors, icebergs)
    wage = _clear(base, kernel, net, inverse, tolerance)
    with np.errstate(all="ignore"):
        return markets(base, kernel, net, wage)


def _clear(base: Base, kernel: Floats, net: Floats, inverse: Floats, tolerance: float) -> Floats:
    def pose(rows: NDArray[np.intp]) -> Residual:
        whole = len(rows) == len(kernel)
        some, some_net = (kernel, net) if whole else (kernel[rows], net[rows])
        return lambda logs: residual(base, some, some_net, logs)

    # What all other markets miss comes together in the one left out.
    largest = (base.member * base.income).max(axis=1) / (base.member @ base.income)
    each = max(tolerance * largest.min(), ROUNDING)
    start = np.zeros(kernel.shape[:2])
    logs = solve_side_by_side(pose, start, inverse, each)
    with np.errstate(all="ignore"):
        missed = error(base, markets(base, kernel, net, np.exp(logs)))
    for k in np.flatnonzero(~(missed <= tolerance)):
        logs[k] = _clear_alone(base, kernel[k : k + 1], net[k : k + 1], each)
    return np.asarray(np.exp(logs))


def _clear_alone(base: Base, kernel: Floats, net: Floats, tolerance: float) -> Floats:
    """Return log wages of one scenario, (1, N): the damped fixed point, then a new Jacobian every step."""
    return newton(
        lambda logs: residual(base, kernel, net, logs),
        fixed_point(base, kernel, net, tolerance),
        lambda logs: inverse_jacobian(base, kernel, net, np.exp(logs)),
        tolerance,
    )


def kernels(base: Base, factors: Floats, icebergs: Floats | None = None) -> tuple[Floats, Floats]:
    """Return ``π0 (τ̂ κ̂)^(−ε)``, and the same over τ1: all that the wages do not move; both (B, N, N)."""
    cost = factors / base.factors if icebergs is None else factors / base.factors * icebergs
    kernel = base.shares * cost**-base.elasticity
    return kernel, kernel / factors


def markets(base: Base, kernel: Floats, net: Floats, wage: Floats) -> World:
    """Return the markets at wages ŵ, (B, N); no shares are formed, only products with them."""
    pull = wage**-base.elasticity
    resistance = np.matmul(kernel, pull[:, :, None])[:, :, 0]
    kept = np.matmul(net, pull[:, :, None])[:, :, 0] / resistance
    spending = (wage * base.income + deficits(base, wage)) / kept
    sales = pull * np.matmul((spending / resistance)[:, None, :], net)[:, 0, :]
    return World(kernel, net, wage, resistance, kept, spending, sales)


def deficits(base: Base, wage: Floats) -> Floats:
    """Return D1, (B, N): as they were, or the old share of own income.

    Shares of own income would not add up to nothing once incomes change: what is over is taken from all
    economies of the bloc in proportion to their incomes.
    """
    if not base.own:
        return np.broadcast_to(base.deficit, wage.shape)
    income = wage * base.income
    over = (wage * base.deficit) @ base.member.T / (income @ base.member.T)
    return wage * base.deficit - income * (over @ base.member)


def residual(base: Base, kernel: Floats, net: Floats, logs: Floats) -> Floats:
    """Return what the equations miss at log wages, (B, N): ``log S − log ŵY``, and one numeraire a bloc."""
    world = markets(base, kernel, net, np.exp(logs))
    missed = np.log(world.sales / (world.wage * base.income))
    missed[:, largest(base)] = np.log(_growth(base, world.wage))
    return np.asarray(missed)


def error(base: Base, world: World) -> Floats:
    """Return the largest error of any equation, (B,), the market left out by Walras among them."""
    with np.errstate(all="ignore"):
        market = np.abs(world.sales / (world.wage * base.income) - 1.0).max(axis=1)
        numeraire = np.abs(_growth(base, world.wage) - 1.0).max(axis=1)
    return np.asarray(np.maximum(market, numeraire))


def shared_inverse(base: Base) -> Floats:
    """Return the inverse Jacobian at the base, (N, N), that serves all scenarios.

    It depends on nothing but the base, so neither does a scenario's answer on the scenarios beside it.
    """
    return inverse_jacobian(base, *kernels(base, base.factors[None]), np.ones((1, len(base.income))))


def inverse_jacobian(base: Base, kernel: Floats, net: Floats, wage: Floats) -> Floats:
    """Return the inverse of the residual's slope in log wages, (N, N), for one scenario at ŵ, (1, N).

    With A = π1/τ1: ``dS/d log ŵ = −ε diag(S) + Aᵀ diag(ŵY/q) + ε Aᵀ diag(X1/q) A``, and a term for deficits
    that follow incomes; sales are never 0, and the residual is ``log S − log ŵY``.
    """
    world = markets(base, kernel, net, wage)
    income, kept = (wage * base.income)[0], world.kept[0]
    bought = net[0] * wage**-base.elasticity / world.resistance[0][:, None]
    slope = bought.T * (income / kept)
    slope += base.elasticity * (bought.T * (world.spending[0] / kept)) @ bought
    if base.own:
        slope += (bought.T / kept) @ deficit_slope(base, wage[0])
    matrix = slope / world.sales[0][:, None] - (1.0 + base.elasticity) * np.eye(len(income))
    matrix[largest(base)] = base.member * income / (base.member @ income)[:, None]
    return np.asarray(np.linalg.inv(matrix))


def fixed_point(base: Base, kernel: Floats, net: Floats, tolerance: float) -> Floats:
    """Return log wages near the solution: ``ŵ ← ŵ (S/ŵY)^(1/(1+ε))``, slow and hard to upset."""
    wage = np.ones(kernel.shape[:2])
    for _ in range(MOST_FIXED_POINT_STEPS):
        with np.errstate(all="ignore"):
            world = markets(base, kernel, net, wage)
            ratio = np.nan_to_num(world.sales / (wage * base.income), nan=1.0)
        step = np.clip(ratio, 0.1, 10.0) ** (1.0 / (1.0 + base.elasticity))
        open_ = np.abs(ratio - 1.0).max(axis=1) > tolerance
        if not open_.any():
            break
        wage = np.where(open_[:, None], wage * step, wage)
        wage = wage / (_growth(base, wage) @ base.member)
    return np.asarray(np.log(wage))


def purged(base: Base, tolerance: float) -> tuple[Base, Floats]:
    """Return the base that trade without deficits, at the same tariffs, would make, and its error, (1,)."""
    balanced = replace(base, deficit=np.zeros_like(base.deficit), own=False)
    factors = base.factors[None]
    world = solve(balanced, factors, None, shared_inverse(balanced), tolerance)
    tariffs = base.factors - 1.0
    return base_of(flows(balanced, world)[0], tariffs, base.elasticity, own=base.own), error(balanced, world)


def flows(base: Base, world: World) -> Floats:
    """Return duty-paid spending X1[n,i] of the scenarios, (B, N, N)."""
    pull = world.wage**-base.elasticity
    return world.kernel * pull[:, None, :] * (world.spending / world.resistance)[:, :, None]


def _growth(base: Base, wage: Floats) -> Floats:
    """Return the income of each bloc against its base, (B, C): the numeraire holds it at 1."""
    return np.asarray((wage * base.income) @ base.member.T / (base.member @ base.income))


def largest(base: Base) -> NDArray[np.int64]:
    """Return the economy of the largest income in each bloc, (C,)."""
    return np.asarray((base.member * base.income).argmax(axis=1))


def deficit_slope(base: Base, wage: Floats) -> Floats:
    """Return ``dD1/d log ŵ``, (N, N), where deficits follow incomes, at ŵ, (N,)."""
    income = wage * base.income
    total = base.member @ income
    over = (base.member @ (wage * base.deficit) / total) @ base.member
    excess = wage * base.deficit - income * over
    shared = base.member.T @ (base.member / total[:, None])
    return np.asarray(np.diag(excess) - shared * income[:, None] * excess)
