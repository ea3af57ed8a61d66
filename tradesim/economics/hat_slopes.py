"""Hat slopes: how welfare moves with every tariff at once, in the world of `hat_algebra`.

With H = Σ weights · ln Ŵ, equations F(log ŵ, t) = 0 and their Jacobian J, the slope is
``dH/dt = H_t − F_t' (J⁻ᵀ H_w)``: one linear system, however many tariffs there are. With A = π1/τ1:

    d ln P_n = Σ_i π1[n,i] d ln(ŵ_i τ1[n,i])        d ln π1[n,i] = −ε (d ln(ŵ_i τ1[n,i]) − d ln P_n)
    d q_n = Σ_i A[n,i] (d ln π1[n,i] − d ln τ1[n,i])   d ln X1_n = d(ŵ_n Y_n + D1_n)/(q_n X1_n) − d ln q_n
    d S_i = Σ_n A[n,i] X1_n (d ln π1[n,i] − d ln τ1[n,i] + d ln X1_n)
"""

import numpy as np
from numpy.typing import NDArray

from tradesim.economics import hat_algebra as hat

Floats = NDArray[np.float64]


def pull_back(base: hat.Base, tariffs: Floats, wage: Floats, flows: Floats, weights: Floats) -> Floats:
    """Return the derivative of Σ weights · ln welfare with respect to every tariff of one scenario, (N, N).

    Parameters
    ----------
    base : of the model.
    tariffs : (N, N), of the scenario. wage : (N,) ŵ. flows : (N, N) duty-paid, importer × exporter.
    weights : (N,).
    """
    if not (np.isfinite(wage).all() and np.isfinite(flows).all()):
        return np.full_like(tariffs, np.nan)
    spending, factor = flows.sum(axis=1), 1.0 + tariffs
    share = flows / spending[:, None]
    net = share / factor
    kept = net.sum(axis=1)
    price = _by_wage(base, wage, share, net, kept, spending, weights)
    through = price * (net * spending[:, None]).T  # of each market, by importer: exporter × importer
    # Of ln τ1[n, i] by itself: on the importer's price, on what it keeps, and on what each market sells.
    elasticity = base.elasticity
    sold = through.sum(axis=0)
    kept_moves = -net * (1 + elasticity) + elasticity * share * kept[:, None]
    spent_moves = -kept_moves / kept[:, None]
    sales_moves = -(1 + elasticity) * through.T + share * (elasticity * sold)[:, None]
    welfare_moves = weights[:, None] * (spent_moves - share)
    slope = (welfare_moves - sales_moves - spent_moves * sold[:, None]) / factor
    np.fill_diagonal(slope, 0.0)
    return np.asarray(slope)


def _by_wage(
    base: hat.Base,
    wage: Floats,
    share: Floats,
    net: Floats,
    kept: Floats,
    spending: Floats,
    weights: Floats,
) -> Floats:
    """Return what a market's missing a share of its sales is worth in H, per unit of sales, as a column.

    It is ``J⁻ᵀ H_w`` over the sales, 0 where the numeraire stands in for a market.
    """
    elasticity = base.elasticity
    earned = np.diag(wage * base.income)
    if base.own:
        earned = earned + hat.deficit_slope(base, wage)
    kept_moves = -elasticity * (net - share * kept[:, None])
    spent_moves = earned / (kept * spending)[:, None] - kept_moves / kept[:, None]
    by_wage = weights @ (spent_moves - share)
    kernel = (share * wage**elasticity)[None]
    inverse = hat.inverse_jacobian(base, kernel, (net * wage**elasticity)[None], wage[None])
    worth = inverse.T @ by_wage
    worth[hat.largest(base)] = 0.0
    return np.asarray((worth / (wage * base.income))[:, None])
