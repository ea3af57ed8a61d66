"""Calibration of the model with services: from trade, GDP and two published moments to its parameters.

Source: Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), Journal of International Economics 157.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import aligned_vector, labelled, numbers, position
from tradesim.economics.checks import trade_problems
from tradesim.errors import InputError, Problem, fail_if

Floats = NDArray[np.float64]

SCALE_ELASTICITY = 0.67
"""ψ ε, the scale elasticity times the trade elasticity."""
DOMESTIC_CONTENT = (0.12, 0.26)
"""Share of local services in what the rest of the world, and the United States, spends on traded goods."""


def pass_through_exponent(services: Any, scale: float, firm: float = 1.0) -> Floats:
    """Return φ, the exponent of the duty in trade shares.

    ``φ = firm + (1+θ)/((1−ν)θ) − 1/θ − 1`` with θ = 1/ψ. ``firm`` is the pass-through to the prices of firms:
    the published cases have 1, and 0.25 where it is incomplete.

    Examples
    --------
    >>> pass_through_exponent([0.0, 0.25], scale=0.1675).round(4)
    array([1.    , 1.3892])
    """
    local = numbers("services", services)
    return np.asarray(firm + (1.0 + scale) / (1.0 - local) - scale - 1.0)


def transfers(trade: Floats, services: Floats) -> Floats:
    """Return what is spent beyond income, (N,): ``(1−ν)(imports − Σ_m (1−ν_m) exports to m)``."""
    return np.asarray((1.0 - services) * (trade.sum(axis=1) - (1.0 - services) @ trade))


def services_shares(
    trade: Any, gdp: Any, home: str | int, content: tuple[float, float] = DOMESTIC_CONTENT
) -> Floats:
    """Return ν, (N,): one number for an economy and one for all others, from the world as two regions.

    They solve two equations: local services, own and embodied in what is bought abroad, are the given
    shares of what each region's producers sell.

    Parameters
    ----------
    trade : (N, N) float64, importer × exporter, between economies.
    gdp : (N,) float64, in the unit of the trade; or a Series or mapping by economy.
    home : the economy that stands for itself, by name where the trade is a frame, or by position.
    content : the share in the rest of the world, and at home.

    Raises
    ------
    InputError
        For bad trade or GDP, or where no shares from 0 to below 1 give that content.
    """
    from scipy.optimize import root  # noqa: PLC0415 scipy loads when asked for

    foreign, codes = labelled("trade", trade)
    output = aligned_vector("gdp", gdp, codes)
    n = len(foreign)
    fail_if(trade_problems(foreign, output))
    member = two_members(n, position(home, codes, n, "home"))
    between, incomes = member @ foreign @ member.T, member @ output
    found = root(content_gap, (0.1, 0.24), args=(between, incomes, content), tol=1e-13)
    shares = np.maximum(found.x, 0.0)
    if not (np.abs(content_gap(found.x, between, incomes, content)) < 1e-9).all() or (shares >= 1).any():
        problem = Problem("no services shares give this content", "content", repr(content), fix="lower it")
        raise InputError([problem])
    return np.asarray(shares @ member)


def content_gap(services: Floats, between: Floats, gdp: Floats, content: tuple[float, float]) -> Floats:
    """Return domestic content less what it should be, (2,), of two regions at ν, (2,).

    ``between`` is (2, 2), importer × exporter; trade inside a region counts as bought abroad there.
    """
    spending = gdp + transfers(between, services)
    bought = np.array([between[0, 1], between[1, 0]])
    sold = bought[::-1]
    at_home = spending - bought
    share = at_home / (at_home + sold)
    return np.asarray(share * services + (1.0 - share) * services[::-1] - np.asarray(content))


def two_members(n: int, home: int) -> Floats:
    """Return which economies make up the rest of the world and home, (2, n)."""
    at_home = (np.arange(n) == home).astype(np.float64)
    return np.stack([1.0 - at_home, at_home])
