"""Demand for imports: two levels of constant elasticities, and supply that may slope upwards.

In each market (an importer, and a product where there are several) varieties i compete; b are duty-paid
shares, σ the elasticity between origins, η < 0 that of total demand, μ that of export supply:

    P̂ = [Σ b_i (p̂_i τ̂_i)^(1−σ)]^(1/(1−σ))        M̂_i = (p̂_i τ̂_i)^(−σ) P̂^(σ+η)        M̂_i = p̂_i^μ

Supply and demand give each price at the border as a power of the market's price index,
``p̂_i τ̂_i = τ̂_i^(μ/(μ+σ)) P̂^((σ+η)/(μ+σ))``; what is left is one equation a market, in log P̂, which rises
throughout (its slope is ``1 − Σ s_i (σ+η)/(μ_i+σ)``, and η < 0 ≤ μ), so it has one root and Newton finds it.

To first order (SMART; Jammes and Olarreaga 2005) imports from i change by ``η Δln τ_i`` through price, and by
``−σ (Δln τ_i − mean)`` through substitution; with sloping supply ``Δln p = η Δln τ / (μ − η)``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS = 60
CLOSE = 1e-14


@dataclass(frozen=True, slots=True)
class Elasticities:
    """Substitution σ and demand η of each market, (M, 1, K), and supply μ of each variety, (M, N, K)."""

    substitution: Floats
    demand: Floats
    supply: Floats


@dataclass(frozen=True, slots=True)
class Change:
    """Ratios of new to old: price index (..., M, 1, K); price at the border and quantity (..., M, N, K)."""

    index: Floats
    price: Floats
    quantity: Floats


def exact(shares: Floats, factor: Floats, elasticities: Elasticities) -> Change:
    """Return the exact answer to a change of duty factors.

    Parameters
    ----------
    shares : (M, N, K), duty-paid, adding up to 1 over origins, or 0 in a market without imports.
    factor : (..., M, N, K), τ̂.
    elasticities : of the markets.
    """
    sigma, eta, mu = elasticities.substitution, elasticities.demand, elasticities.supply
    fixed = np.isinf(mu)
    finite = np.where(fixed, 1.0, mu)
    own = np.where(fixed, 1.0, finite / (finite + sigma)) * np.log(factor)
    feedback = np.where(fixed, 0.0, (sigma + eta) / (finite + sigma))
    log_index = _log_index(shares, own, feedback, sigma)
    paid = own + feedback * log_index
    return Change(
        np.exp(log_index),
        np.exp(paid - np.log(factor)),
        np.exp(-sigma * paid + (sigma + eta) * log_index),
    )


def first_order(weights: Floats, shares: Floats, factor: Floats, elasticities: Elasticities) -> Change:
    """Return the answer to first order; quantities far from the base may come out below 0.

    Parameters
    ----------
    weights : (M, N, K), shares in imports at the border, over which diversion adds up to nothing.
    shares : (M, N, K), duty-paid shares, for the price index.
    factor : (..., M, N, K), τ̂.
    elasticities : of the markets.
    """
    duty = np.log(factor)
    price = border_change(duty, elasticities)
    created = created_share(duty, elasticities)
    diverted = diverted_share(weights, duty, elasticities)
    index = (shares * (duty + price)).sum(axis=-2, keepdims=True)
    return Change(1.0 + index, 1.0 + price, 1.0 + created + diverted)


def border_change(duty: Floats, elasticities: Elasticities) -> Floats:
    """Return ``Δln p = η Δln τ / (μ − η)``; 0 where supply is without limit."""
    eta, mu = elasticities.demand, elasticities.supply
    return np.asarray(np.where(np.isinf(mu), 0.0, eta / np.where(np.isinf(mu), 1.0, mu - eta)) * duty)


def created_share(duty: Floats, elasticities: Elasticities) -> Floats:
    """Return creation as a share of imports, ``η (Δln τ + Δln p)``."""
    return np.asarray(elasticities.demand * (duty + border_change(duty, elasticities)))


def diverted_share(weights: Floats, duty: Floats, elasticities: Elasticities) -> Floats:
    """Return diversion as a share of imports, ``−σ (Δln τ − mean)``: it adds up to nothing over partners."""
    mean = (weights * duty).sum(axis=-2, keepdims=True)
    return np.asarray(-elasticities.substitution * (duty - mean))


def consumer_surplus(spending: Floats, index: Floats, eta: Floats) -> Floats:
    """Return ``−E0 (P̂^(1+η) − 1)/(1+η)``, E0 duty-paid spending: what buyers gain, (..., M, 1, K)."""
    return -spending * _power_integral(np.log(index), 1.0 + eta)


def exporters_loss(imports: Floats, price: Floats, mu: Floats) -> Floats:
    """Return ``M0 (1 − p̂^(1+μ))/(1+μ)``: what sellers lose, (..., M, N, K); 0 where supply has no limit."""
    limited = np.isfinite(mu)
    return np.where(limited, -imports * _power_integral(np.log(price), 1.0 + np.where(limited, mu, 0.0)), 0.0)


def _power_integral(log: Floats, power: Floats) -> Floats:
    """Return ``(x^power − 1)/power`` at x = exp(log); its limit, log x, at 0."""
    small = np.abs(power) < 1e-12
    return np.asarray(np.where(small, log, np.expm1(power * log) / np.where(small, 1.0, power)))


def _log_index(shares: Floats, own: Floats, feedback: Floats, sigma: Floats) -> Floats:
    """Return log P̂, (..., M, 1, K): the root of ``x − log mean of exp(own + feedback x)``."""
    market = shares.sum(axis=-2, keepdims=True) > 0
    x = np.zeros(np.broadcast_shapes(own.shape, shares.shape))[..., :1, :]
    for _ in range(STEPS):
        mean, weights = _mean(shares, own + feedback * x, 1.0 - sigma)
        gap = np.where(market, x - mean, 0.0)
        if not (np.abs(gap) > CLOSE * (1.0 + np.abs(x))).any():
            break
        x = x - gap / (1.0 - (weights * feedback).sum(axis=-2, keepdims=True))
    return x


def _mean(shares: Floats, logs: Floats, power: Floats) -> tuple[Floats, Floats]:
    """Return the log of the power mean of exp(logs) over origins, and each origin's weight in it."""
    cobb_douglas = np.abs(power) < 1e-9
    scaled = np.where(cobb_douglas, 0.0, power * logs)
    most = np.where(shares > 0, scaled, -np.inf).max(axis=-2, keepdims=True)
    most = np.where(np.isfinite(most), most, 0.0)
    parts = shares * np.exp(np.minimum(scaled - most, 0.0))
    total = parts.sum(axis=-2, keepdims=True)
    weights = parts / np.where(total > 0, total, 1.0)
    powered = (np.log(np.where(total > 0, total, 1.0)) + most) / np.where(cobb_douglas, 1.0, power)
    return np.where(cobb_douglas, (shares * logs).sum(axis=-2, keepdims=True), powered), weights
