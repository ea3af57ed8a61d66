"""Hat algebra with services, labour supply, scale and pass-through: Ignatenko et al. (2025).

n buys from i; all duties are 0 in the base; λ are base shares, E spending, Y income, T transfers received:

    A[n,i] = λ[n,i] (ŵ_i / L̂_i^ψ)^(−ε) (1+t[n,i])^(−ε φ_n)        λ1 = A / Σ_i A
    P̂_n = (Ê_n/ŵ_n)^(1−φ_n) (Σ_i A[n,i])^(−1/ε)
    X1[n,i] = λ1[n,i] E_n Ê_n / (1+t[n,i])                         at the border
    R_n = Σ_i λ1 t/(1+t) E_n Ê_n        Y1 = ŵ L̂ Y
    Σ_n (1−ν_n) X1[n,i] + ν_i Σ_m X1[i,m] = Y1_i                   the share ν of what i buys is local
    R + Y1 + T (ΣY1/ΣY) = E Ê                                      budgets; T keep their share of world income
    L̂ = (τ̂ ŵ/P̂)^κ        τ̂ = 1/(1 − R/Y1) where revenue cuts the income tax, 1 where it is paid out
    d = E / (E − κ (1 − R/Y1) Y/(1+κ))        Ŵ = d Ê/P̂ + (1−d) ŵ L̂/P̂        (R/Y1 = 0 in d where paid out)

The unknowns are log ŵ and log L̂; spending follows. One market equation follows from the others; that of
the largest economy is left out, and the numeraire Σ_n (P̂_n − 1) E_n = 0 put in its place.

References
----------
Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), Making America great again? The economic impacts of
Liberation Day tariffs, Journal of International Economics 157, 104138.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.newton import Residual, jacobian, newton, solve_side_by_side

Floats = NDArray[np.float64]

TOLERANCE = 1e-11
"""The most that a market may miss, as a share of the economy's income."""
ROUNDING = 1e-14


@dataclass(frozen=True, slots=True)
class Base:
    """The world before the duties.

    Parameters
    ----------
    shares : (N, N) λ, importer × exporter.
    spending, income, transfers : (N,) E, Y, T.
    services : (N,) ν.
    pass_through : (N,) φ.
    elasticity, labour_supply, scale : ε, κ, ψ.
    cut_taxes : whether revenue cuts the income tax.
    """

    shares: Floats
    spending: Floats
    income: Floats
    transfers: Floats
    services: Floats
    pass_through: Floats
    elasticity: float
    labour_supply: float
    scale: float
    cut_taxes: bool


@dataclass(frozen=True, slots=True)
class World:
    """Scenarios at some wages and employment; net is ``A/(1+t)`` but for the exporter's part, (B, N, N)."""

    net: Floats
    wage: Floats
    employment: Floats
    pull: Floats
    access: Floats
    kept: Floats
    income: Floats
    spending: Floats
    revenue: Floats
    price: Floats


def base_incomes(flows: Floats, services: Floats) -> Floats:
    """Return Y, (N,): sales abroad and at home less the buyers' services, and own services."""
    return np.asarray((1.0 - services) @ flows + services * flows.sum(axis=1))


def kernels(base: Base, factors: Floats) -> tuple[Floats, Floats]:
    """Return ``λ (1+t)^(−ε φ)``, and the same over 1 + t; both (B, N, N)."""
    kernel = base.shares * factors ** (-base.elasticity * base.pass_through[:, None])
    return kernel, kernel / factors


def world_at(base: Base, kernel: Floats, net: Floats, logs: Floats) -> World:
    """Return the scenarios at log wages and log employment, (B, 2N)."""
    n = len(base.income)
    wage, employment = np.exp(logs[:, :n]), np.exp(logs[:, n:])
    pull = (wage / employment**base.scale) ** -base.elasticity
    access = np.matmul(kernel, pull[:, :, None])[:, :, 0]
    kept = np.matmul(net, pull[:, :, None])[:, :, 0] / access
    income = wage * employment * base.income
    transfers = base.transfers * (income.sum(axis=1) / base.income.sum())[:, None]
    spending = (income + transfers) / kept
    distribution = (spending / base.spending / wage) ** (1.0 - base.pass_through)
    price = distribution * access ** (-1.0 / base.elasticity)
    revenue = (1.0 - kept) * spending
    return World(net, wage, employment, pull, access, kept, income, spending, revenue, price)


def sales(base: Base, world: World) -> Floats:
    """Return what each economy sells, own services among it, (B, N)."""
    goods = ((1.0 - base.services) * world.spending / world.access)[:, None, :]
    abroad = world.pull * np.matmul(goods, world.net)[:, 0, :]
    return np.asarray(abroad + base.services * world.kept * world.spending)


def residual(base: Base, kernel: Floats, net: Floats, logs: Floats) -> Floats:
    """Return what the equations miss, (B, 2N): markets (one of them the numeraire), then labour supply."""
    world = world_at(base, kernel, net, logs)
    market = np.log(sales(base, world) / world.income)
    market[:, base.income.argmax()] = np.log(world.price @ base.spending / base.spending.sum())
    return np.concatenate([market, _labour(base, world)], axis=1)


def error(base: Base, world: World) -> Floats:
    """Return the largest error of any equation, (B,), the market left out among them."""
    with np.errstate(all="ignore"):
        market = np.abs(sales(base, world) / world.income - 1.0).max(axis=1)
        numeraire = np.abs(world.price @ base.spending / base.spending.sum() - 1.0)
        labour = np.abs(_labour(base, world)).max(axis=1)
    return np.asarray(np.maximum(np.maximum(market, labour), numeraire))


def shared_inverse(base: Base) -> Floats:
    """Return the inverse Jacobian at the base, (2N, 2N), that serves all scenarios."""
    return _inverse_at(base, *kernels(base, np.ones((1, *base.shares.shape))), np.zeros(2 * len(base.income)))


def solve(base: Base, factors: Floats, inverse: Floats, tolerance: float) -> World:
    """Return the world at the wages and employment that clear it under tariff factors 1 + t, (B, N, N)."""
    kernel, net = kernels(base, factors)
    logs = _clear(base, kernel, net, inverse, tolerance)
    with np.errstate(all="ignore"):
        return world_at(base, kernel, net, logs)


def welfare(base: Base, world: World) -> Floats:
    """Return Ŵ, (B, N), with the worth of leisure given up for work."""
    rate = world.revenue / world.income if base.cut_taxes else np.zeros_like(world.income)
    worth = base.labour_supply / (1.0 + base.labour_supply) * (1.0 - rate) * base.income
    weight = base.spending / (base.spending - worth)
    consumed = weight * world.spending / base.spending
    return np.asarray((consumed + (1.0 - weight) * world.wage * world.employment) / world.price)


def flows(world: World, factors: Floats) -> Floats:
    """Return spending with duties, (B, N, N)."""
    bought = world.net * world.pull[:, None, :] * (world.spending / world.access)[:, :, None]
    return np.asarray(bought * factors, dtype=np.float64)


def optimal_uniform_tariff(flows: Floats, base: Base, importer: int, denominator: Floats) -> float:
    """Return ``t* = 1/((1 + δ ε) φ − 1)`` of one economy, fraction.

    ``δ = Σ_{n≠i} X[n,i] (1−ν_n)(1−λ[n,i]) / ((1−ν_i)(Z_i − X[i,i]))``: how much others' demand for i's goods
    gives way, over i's imports; Z is spending, or income, (N,).
    """
    others = np.arange(len(flows)) != importer
    sold = flows[others, importer] * (1.0 - base.services[others]) * (1.0 - base.shares[others, importer])
    bought = (1.0 - base.services[importer]) * (denominator[importer] - flows[importer, importer])
    answer = 1.0 + base.elasticity * sold.sum() / bought
    return float(1.0 / (answer * base.pass_through[importer] - 1.0))


def _labour(base: Base, world: World) -> Floats:
    after_tax = world.wage / (1.0 - world.revenue / world.income) if base.cut_taxes else world.wage
    return np.asarray(np.log(world.employment) - base.labour_supply * np.log(after_tax / world.price))


def _clear(base: Base, kernel: Floats, net: Floats, inverse: Floats, tolerance: float) -> Floats:
    def pose(rows: NDArray[np.intp]) -> Residual:
        whole = len(rows) == len(kernel)
        some, some_net = (kernel, net) if whole else (kernel[rows], net[rows])
        return lambda logs: residual(base, some, some_net, logs)

    # What all other markets miss comes together in the one left out.
    each = max(tolerance * base.income.max() / base.income.sum(), ROUNDING)
    start = np.zeros((len(kernel), 2 * len(base.income)))
    logs = solve_side_by_side(pose, start, inverse, each)
    with np.errstate(all="ignore"):
        missed = error(base, world_at(base, kernel, net, logs))
    for k in np.flatnonzero(~(missed <= tolerance)):
        logs[k] = _clear_alone(base, kernel[k : k + 1], net[k : k + 1], logs[k : k + 1], each)
    return logs


def _clear_alone(base: Base, kernel: Floats, net: Floats, start: Floats, tolerance: float) -> Floats:
    solved = newton(
        lambda logs: residual(base, kernel, net, logs),
        start,
        lambda logs: _inverse_at(base, kernel, net, logs[0]),
        tolerance,
    )
    return np.asarray(solved[0])


def _inverse_at(base: Base, kernel: Floats, net: Floats, logs: Floats) -> Floats:
    return np.asarray(np.linalg.inv(jacobian(lambda x: residual(base, kernel, net, x), logs)))
