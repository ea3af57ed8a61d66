"""Retaliation: the tariff that answers another, for each idea of what a fair answer is.

========================  ==================================================================
rebalancing_tariff        suppresses as much of the attacker's trade as was suppressed
equal_duties_tariff       collects as much in duties as is collected
terms_of_trade_tariff     leaves wages where they were, victim's against attacker's
welfare_restoring_tariff  leaves the victim as well off as before
best_response_tariff      leaves the victim as well off as can be
========================  ==================================================================

The first two need one elasticity and two values of trade. The others ask a model, any whose ``solve`` takes
tariffs, (..., N, N), and gives wages and welfare; the answer is one uniform surcharge of the victim on the
attacker's goods. Where the aim is out of reach, as when the victim buys too little to answer in kind, the
status says so.

References
----------
Bagwell and Staiger (1999), An economic theory of GATT, American Economic Review 89, 215–248 (terms of trade);
Grossman and Sykes (2011), Optimal retaliation in the WTO, World Trade Review 10, 133–164 (welfare); WTO
Agreement on Safeguards, art. 8 (substantially equivalent concessions).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import aligned, numbers, position
from tradesim.conversion import Unstated
from tradesim.economics.checks import number_problems, tariff_problems, value_problems
from tradesim.economics.levels import first_root, highest
from tradesim.economics.status import Status, converged
from tradesim.errors import InputError, Problem, fail_if
from tradesim.percent import high_rates_meant, warn, warn_of_table

Floats = NDArray[np.float64]
Economy = str | int

CAP = Unstated(5.0)
"""The highest surcharge that is looked at: 500 %."""
BISECTIONS = 100
ROUNDING = 1e-9
LOOKED = (0.0, 0.01, 0.1, 0.4, 1.0)
"""Of the cap: where welfare is looked at for whether it depends on the surcharge at all."""


class Outcome(Protocol):
    """What an answer is judged by."""

    @property
    def wage(self) -> Floats:
        """ŵ, (..., N)."""

    @property
    def welfare(self) -> Floats:
        """Ŵ, (..., N)."""


class Model(Protocol):
    """A world of N economies that can be solved under other tariffs."""

    @property
    def flows(self) -> Floats:
        """Base flows, (N, N)."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The economies' names, if any."""

    def solve(self, tariffs: Any, /) -> Outcome:
        """Return the outcome under tariffs, (..., N, N)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Tariffs that answer, and whether they do.

    Parameters
    ----------
    tariff : (...) float64, fraction; where the aim is out of reach the cap, or the best response where the
        aim is welfare.
    status : (...) int8, values of `Status`.
    """

    tariff: Floats
    status: NDArray[np.int8]

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Where the aim is reached, (...) bool."""
        return converged(self.status)


# In closed form, or nearly -----------------------------------------------------------------------------


def rebalancing_tariff(
    tariff: Any, exports: Any, imports: Any, elasticity: Any, cap: float = np.inf
) -> Answer:
    """Return the tariff that suppresses as much trade as was suppressed.

    ``t_R = [1 − (X/M)(1 − (1+t_A)^(−ε))]^(−1/ε) − 1``; there is none where the bracket is 0 or less: even all
    that the victim buys is less than what it lost.

    Parameters
    ----------
    tariff : t_A, fraction, what the attacker charges; any shape, as all others, spread over each other.
    exports : X, value of the victim's exports that were hit, before.
    imports : M, value of the victim's imports from the attacker, before.
    elasticity : ε, of imports to their duty-paid price, above 0.
    cap : no answer is higher; it is given where the aim is out of reach.

    Examples
    --------
    >>> answer = rebalancing_tariff(0.25, exports=[145.0, 440.0], imports=[440.0, 145.0], elasticity=2.0)
    >>> answer.tariff.round(4), answer.converged
    (array([0.0652,    inf]), array([ True, False]))
    """
    t, x, m, eps = _given(tariff, exports, imports, elasticity, cap)
    with np.errstate(all="ignore"):
        left = 1.0 - x / m * -np.expm1(-eps * np.log1p(t))
        found = np.where(left > 0, np.expm1(-np.log(left) / eps), np.inf)
    return _capped(found, t * x, cap)


def equal_duties_tariff(
    tariff: Any, exports: Any, imports: Any, elasticity: Any, cap: float = np.inf
) -> Answer:
    """Return the lowest tariff that collects as much in duties as is collected.

    ``t_R M (1+t_R)^(−ε) = t_A X (1+t_A)^(−ε)``, on the rising side of the Laffer curve, whose top is at
    1/(ε − 1) for ε above 1; there is none where even the top collects less.

    Parameters
    ----------
    tariff : t_A, fraction, 0 or more.
    exports, imports, elasticity, cap : as in `rebalancing_tariff`.

    Examples
    --------
    >>> answer = equal_duties_tariff(0.25, exports=[145.0, 440.0], imports=[440.0, 145.0], elasticity=2.0)
    >>> answer.tariff.round(4), answer.converged
    (array([0.0591,    inf]), array([ True, False]))
    """
    t, x, m, eps = _given(tariff, exports, imports, elasticity, cap, least=0.0)
    with np.errstate(all="ignore"):
        aim = np.log(t) - eps * np.log1p(t) + np.log(x) - np.log(m)
        low, high = np.full(aim.shape, -60.0), np.where(eps > 1, -np.log(eps - 1.0), 60.0)
        reach = aim <= high - eps * np.log1p(np.exp(high))
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            below = middle - eps * np.log1p(np.exp(middle)) < aim
            low, high = np.where(below, middle, low), np.where(below, high, middle)
    found = np.where(reach, np.exp(0.5 * (low + high)), np.inf)
    return _capped(found, t * x, cap)


def _given(
    tariff: Any, exports: Any, imports: Any, elasticity: Any, cap: Any, least: float = -1.0
) -> list[Floats]:
    values = {"tariff": tariff, "exports": exports, "imports": imports, "elasticity": elasticity}
    arrays = {name: numbers(name, value) for name, value in values.items()}
    warn_of_table("tariff", arrays["tariff"])
    warn("cap", cap)
    lowest = {"tariff": least, "exports": 0.0, "imports": 0.0, "elasticity": 0.0}
    problems = [
        problem
        for name, array in arrays.items()
        for problem in value_problems(
            name, array, array.shape, lowest[name], open_low=name == "elasticity" or lowest[name] < 0
        )
    ]
    fail_if([*problems, *_cap_problems(cap)])
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise InputError([Problem("shapes that do not go together", "tariff", shapes)]) from None


def _cap_problems(cap: Any) -> Iterator[Problem]:
    if cap != np.inf:
        yield from number_problems("cap", cap)


def _capped(tariff: Floats, hit: Floats, cap: float) -> Answer:
    """Return the answer: nothing where nothing was hit, the cap where the aim is out of reach."""
    tariff = np.where(hit == 0, 0.0, tariff)
    reached = np.isfinite(tariff) & (tariff <= cap)
    status = np.where(reached, Status.CONVERGED, Status.INFEASIBLE).astype(np.int8)
    return Answer(np.where(reached, tariff, cap), status)


# By a model --------------------------------------------------------------------------------------------


def terms_of_trade_tariff(
    model: Model, tariffs: Any, victim: Economy, attacker: Economy, cap: float = CAP
) -> Answer:
    """Return the surcharge after which ``ŵ_victim = ŵ_attacker``: neither has moved the terms of trade.

    Parameters
    ----------
    model : any model of N economies.
    tariffs : (..., N, N) float64, fraction, with the attack; the surcharge comes on what is there.
    victim, attacker : the economies, by name where the model has names, or by position.
    cap : the highest surcharge that is looked at.

    Examples
    --------
    >>> from tradesim import economics as ec
    >>> world = ec.SingleSector([[90.0, 10.0], [10.0, 90.0]], [[0.0, 0.0], [0.0, 0.0]])
    >>> float(terms_of_trade_tariff(world, [[0.0, 0.2], [0.0, 0.0]], victim=1, attacker=0).tariff.round(9))
    0.2
    """
    attack, sides = _attack(model, tariffs, victim, attacker, cap)

    def relative(levels: Floats) -> Floats:
        with high_rates_meant():
            wage = model.solve(_with_surcharge(attack, sides, levels)).wage
        return np.asarray(np.log(wage[..., sides[0]] / wage[..., sides[1]]))

    return _rooted(relative, attack.shape[:-2], cap)


def welfare_restoring_tariff(
    model: Model, tariffs: Any, victim: Economy, attacker: Economy, cap: float = CAP
) -> Answer:
    """Return the lowest surcharge after which ``Ŵ_victim = 1``; the best response where there is none.

    Parameters
    ----------
    model, tariffs, victim, attacker, cap : as in `terms_of_trade_tariff`.
    """
    attack, sides = _attack(model, tariffs, victim, attacker, cap)
    welfare = _welfare_of(model, attack, sides)
    best = best_response_tariff(model, tariffs, victim, attacker, cap)
    top = best.tariff[..., None]
    # Up to the best one, as shares of it: what is barely in reach lies close around it.
    share = _rooted(lambda shares: np.log(welfare(shares * top)), attack.shape[:-2], 1.0)
    status = np.where(best.status == Status.STALLED, best.status, share.status).astype(np.int8)
    return Answer(np.where(share.converged, share.tariff * best.tariff, best.tariff), status)


def best_response_tariff(
    model: Model, tariffs: Any, victim: Economy, attacker: Economy, cap: float = CAP
) -> Answer:
    """Return the surcharge on the attacker's goods that leaves the victim best off.

    Parameters
    ----------
    model, tariffs, victim, attacker : as in `terms_of_trade_tariff`.
    cap : the highest surcharge that is looked at; it is infeasible to be best at the cap.

    Returns
    -------
    The surcharge. Where welfare is the same whatever it is, as when the victim buys nothing from the
    attacker, it is 0 with the status `Status.FLAT`: that is no optimum.
    """
    attack, sides = _attack(model, tariffs, victim, attacker, cap)
    welfare = _welfare_of(model, attack, sides)
    found = highest(welfare, attack.shape[:-2], cap)
    known = np.isfinite(welfare(found[..., None])[..., 0])
    # The highest level looked at may miss the cap by a rounding error.
    status = np.where(found < cap * (1.0 - ROUNDING), Status.CONVERGED, Status.INFEASIBLE)
    flat = _is_flat(welfare, attack.shape[:-2], cap)
    status = np.where(flat, Status.FLAT, np.where(known, status, Status.STALLED))
    return Answer(np.where(flat, 0.0, found), status.astype(np.int8))


def _is_flat(welfare: Callable[[Floats], Floats], shape: tuple[int, ...], cap: float) -> NDArray[np.bool_]:
    """Return where welfare is the same at all of a few surcharges up to the cap, but for rounding."""
    looked = np.broadcast_to(cap * np.array(LOOKED), (*shape, len(LOOKED)))
    return np.asarray(np.ptp(welfare(looked), axis=-1) <= ROUNDING)


def _welfare_of(model: Model, attack: Floats, sides: tuple[int, int]) -> Callable[[Floats], Floats]:
    def welfare(levels: Floats) -> Floats:
        with high_rates_meant():
            return np.asarray(model.solve(_with_surcharge(attack, sides, levels)).welfare[..., sides[0]])

    return welfare


def _rooted(function: Callable[[Floats], Floats], shape: tuple[int, ...], cap: float) -> Answer:
    found, exists = first_root(function, shape, cap)
    status = np.where(exists, Status.CONVERGED, Status.INFEASIBLE).astype(np.int8)
    return Answer(np.where(exists, found, cap), status)


def _with_surcharge(attack: Floats, sides: tuple[int, int], levels: Floats) -> Floats:
    """Return tariffs, (..., K, N, N), with each of K surcharges, (..., K), of the victim on the attacker."""
    tariffs = np.repeat(attack[..., None, :, :], levels.shape[-1], axis=-3)
    tariffs[..., sides[0], sides[1]] += levels
    return tariffs


def _attack(
    model: Model, tariffs: Any, victim: Economy, attacker: Economy, cap: float
) -> tuple[Floats, tuple[int, int]]:
    """Return the tariffs with the attack, and the positions of victim and attacker."""
    codes, n = model.codes, len(model.flows)
    given = aligned("tariffs", tariffs, codes)
    warn_of_table("tariffs", given)
    warn("cap", cap)
    fail_if([*tariff_problems(given, (n, n), codes), *number_problems("cap", cap)])
    sides = position(victim, codes, n, "victim"), position(attacker, codes, n, "attacker")
    fail_if(
        [Problem("one economy on both sides", "attacker", repr(attacker))] if sides[0] == sides[1] else []
    )
    return given, sides
