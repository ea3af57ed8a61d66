"""Gradients: how welfare moves with each duty that may be chosen, in any model.

`Krugman` and `MultiSector` tell it themselves, for all tariffs at the price of one linear system or one more
solution. `SingleSector` is Ossa's model with one sector: profits are then a fixed share of wages. Any other
model is asked for a little more and a little less of each duty, all in one batch.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.economics import krugman_system
from tradesim.economics.instruments import Instruments
from tradesim.economics.single import SingleSector

Floats = NDArray[np.float64]

NUDGE = 1e-4
"""Change of a duty whose effect is measured, where no model tells it."""


def slopes(model: Any, equilibrium: Any, weights: Floats, moves: Instruments) -> Floats:
    """Return the derivative of Σ weights · ln welfare with respect to each instrument, (K,).

    Parameters
    ----------
    model : solved at ``equilibrium``.
    weights : (N,) of each economy's ln welfare.
    moves : the instruments.
    """
    if hasattr(model, "gradient"):
        return moves.sums(model.gradient(equilibrium, weights))
    if isinstance(model, SingleSector) and model.deficits != "own_share":
        return moves.sums(single_sector(model, equilibrium, weights))
    return differences(model, equilibrium, weights, moves)


def single_sector(model: SingleSector, equilibrium: Any, weights: Floats) -> Floats:
    """Return the derivative of Σ weights · ln welfare with respect to every tariff of one scenario, (N, N).

    Deficits must not depend on incomes: ``own_share`` has another gradient.

    Examples
    --------
    >>> world = SingleSector([[90.0, 10.0], [10.0, 90.0]], np.zeros((2, 2)), elasticity=4.0)
    >>> slope = single_sector(world, world.solve(np.zeros((2, 2))), np.array([1.0, 0.0]))
    >>> slope.round(4)
    array([[ 0.    ,  0.0549],
           [-0.0549,  0.    ]])
    """
    base, at = model.base, equilibrium
    sigma = 1 + base.elasticity
    same = krugman_system.Base(
        share=base.shares[..., None],
        spending=base.spending[:, None],
        sigma=np.array([sigma]),
        factor=base.factors[..., None],
        labour=base.income * (1 - 1 / sigma),
        deficit=base.deficit,
        bloc=base.member.argmax(axis=0),
    )
    factor = 1 + at.tariffs
    found = krugman_system.Trade(
        wages=(at.wage * same.labour)[None],
        spent=at.spending[None],
        value=(at.flows / factor)[None, ..., None],
        share=(at.flows / at.spending[:, None])[None, ..., None],
        price=np.log(at.price)[None],
    )
    slope = krugman_system.pull_back(same, factor[None, ..., None], found, weights[None])[0, ..., 0]
    np.fill_diagonal(slope, 0.0)
    return slope


def differences(model: Any, equilibrium: Any, weights: Floats, moves: Instruments) -> Floats:
    """Return central differences of Σ weights · ln welfare, (K,): two scenarios each, all side by side."""
    at, many = equilibrium.tariffs, moves.many
    nudges = np.zeros((2, many, *at.shape))
    for k in range(many):
        nudges[0, k][moves.number == k] = NUDGE
        nudges[1, k][moves.number == k] = -NUDGE
    heights = np.log(model.solve(at + nudges).welfare) @ weights
    return np.asarray((heights[0] - heights[1]) / (2 * NUDGE))
