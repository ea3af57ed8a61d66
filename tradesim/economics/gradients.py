"""Gradients: how welfare moves with each duty that may be chosen, in any model.

`SingleSector`, `Krugman` and `MultiSector` tell it themselves, for all tariffs at the price of one linear
system or one more solution. Any other model is asked for a little more and a little less of each duty, all in
one batch.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.instruments import Instruments
from tradesim.percent import high_rates_meant

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
    return differences(model, equilibrium, weights, moves)


def differences(model: Any, equilibrium: Any, weights: Floats, moves: Instruments) -> Floats:
    """Return central differences of Σ weights · ln welfare, (K,): two scenarios each, all side by side."""
    at, many = equilibrium.tariffs, moves.many
    nudges = np.zeros((2, many, *at.shape))
    for k in range(many):
        nudges[0, k][moves.number == k] = NUDGE
        nudges[1, k][moves.number == k] = -NUDGE
    with high_rates_meant():
        heights = np.log(model.solve(at + nudges).welfare) @ weights
    return np.asarray((heights[0] - heights[1]) / (2 * NUDGE))
