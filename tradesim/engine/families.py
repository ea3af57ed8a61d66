"""Families: what each rule wants, as arithmetic over the draw axis.

Every function has one signature and is written once: it takes arrays over draws, or single numbers when the
day loop compiles it, and knows no branch, only masks by multiplication.

    function(seen, own, first, day, memory, values) -> (wanted, memory)

seen : (S,) float64, what the rule has noticed: nominal points; in a trade-weighted view, the points on the
    goods that its answer hits which weigh as much.
own : (S,) float64, what the economy itself has announced so far, by law and by the rule.
first : (S,) float64, the part of it that the rule did not announce.
day : int, counted from the first.
memory : four (S,) float64, 0 at first, kept from look to look. The last is a day on which the rule must look
    again although nothing has happened (0: none); elsewhere a family looks when something did.
values : the family's own parameters, (4,) or (4, S) float64, in the order of its class in `tradesim.rules`;
    of `curve`, its coverage and its knots.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Numbers: TypeAlias = Any
"""A float or an array over draws."""
Memory: TypeAlias = tuple[Numbers, Numbers, Numbers, Numbers]
Family: TypeAlias = Callable[[Numbers, Numbers, Numbers, int, Memory, Numbers], tuple[Numbers, Memory]]

UNLIMITED = 10.0
"""What a rule wants that cannot be satisfied: the largest cap there is."""
HALVINGS = 60
"""Steps by which a root is found to the last digit."""


def passive(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want nothing."""
    return 0.0 * seen, memory


def match(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want ``ratio`` times what is seen; values: ratio."""
    return values[0] * seen, memory


def rebalance(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want equal value; values: exports / imports, elasticity, whether trade (else duties), coverage.

    What it sees, w, is an average over all its exports X. Duties collected equal:
    t (1+t)^-e M = w (1+w)^-e X. Trade suppressed equal: t = [1 - (X/M)(1 - (1+w)^-e)]^(-1/e) - 1.
    `UNLIMITED` where the partner sells too little for it.
    """
    elasticity, hit = values[1], seen
    weight = values[0] / np.maximum(values[3], 1e-12)
    left = (1.0 + hit) ** -elasticity

    suppressed = weight * (1.0 - left)
    logs = -np.log1p(-np.minimum(suppressed, 1.0 - 1e-15)) / np.maximum(elasticity, 1e-9)
    by_trade = np.minimum(np.expm1(np.minimum(logs, 3.0)), UNLIMITED)
    by_trade = by_trade + (suppressed >= 1.0) * (UNLIMITED - by_trade)

    revenue = weight * hit * left
    top = np.minimum(1.0 / np.maximum(elasticity - 1.0, 0.1), UNLIMITED) + 0.0 * revenue
    low, high = 0.0 * revenue, top
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        short = 1.0 * (middle * (1.0 + middle) ** -elasticity < revenue)
        low, high = low + short * (middle - low), high + (1.0 - short) * (middle - high)
    rigid = 1.0 * (elasticity == 0.0)
    by_duties = rigid * np.minimum(revenue, UNLIMITED) + (1.0 - rigid) * 0.5 * (low + high)
    reached = np.maximum(rigid, 1.0 * (top * (1.0 + top) ** -elasticity >= revenue))
    by_duties = (hit > 0.0) * (reached * by_duties + (1.0 - reached) * UNLIMITED)
    return values[2] * by_trade + (1.0 - values[2]) * by_duties, memory


def counter(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want a step more than is seen, if anything is; values: step."""
    return (seen > 0.0) * (seen + values[0]), memory


def targeted(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want ``rate`` on the list while anything is seen; values: rate."""
    return (seen > 0.0) * values[0], memory


def deferred(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want ``ratio`` times what is seen once it has lasted ``patience`` days; values: ratio, patience."""
    hit = 1.0 * (seen > 0.0)
    since = hit * (memory[0] + (memory[0] == 0.0) * (day + 1.0))
    due = since - 1.0 + values[1]
    look = hit * (day < due) * due
    return hit * (day >= due) * values[0] * seen, (since, memory[1], memory[2], look)


def self_stop(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want ``ratio`` times what is seen up to ``stop``, then that until nothing is; values: ratio, stop."""
    hit = 1.0 * (seen > 0.0)
    wanted = values[0] * seen
    stopped = hit * np.maximum(memory[0], wanted >= values[1])
    return stopped * values[1] + (1.0 - stopped) * wanted, (stopped, memory[1], memory[2], memory[3])


def grim(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want ``rate`` for ever once anything was seen; values: rate."""
    provoked = np.maximum(memory[0], seen > 0.0)
    return provoked * values[0], (provoked, memory[1], memory[2], memory[3])


def contrite(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want ``ratio`` times what exceeds the economy's own first strike; values: ratio."""
    return values[0] * np.maximum(seen - first, 0.0), memory


def gradual(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Punish the n-th provocation for n rounds, then be calm for two; values: rate, period."""
    punishing, calming, rounds = memory[0], memory[1], memory[2]
    turn = 1.0 * (day % values[1] == 0.0)
    hit = 1.0 * (seen > 0.0)
    rounds = rounds + turn * hit
    punish = turn * (punishing > 0.0)
    calm = (turn - punish) * (calming > 0.0)
    begin = (turn - punish - calm) * hit
    punishing = punishing - punish + begin * (rounds - 1.0)
    calming = calming - calm + begin * 2.0
    busy = np.maximum(hit, 1.0 * (punishing + calming + begin + punish + calm > 0.0))
    look = busy * (np.floor(day / values[1]) + 1.0) * values[1]
    wanted = (1.0 - turn) * own + (punish + begin) * values[0]
    return wanted, (punishing, calming, rounds, look)


def deescalate(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want to give back ``ratio`` times what the partner has given; seen is its cut; values: ratio."""
    return values[0] * seen, memory


def curve(
    seen: Numbers, own: Numbers, first: Numbers, day: int, memory: Memory, values: Numbers
) -> tuple[Numbers, Memory]:
    """Want what a curve answers to what is seen, both averages over all trade, on the covered share.

    values: coverage; the levels of the knots, (Q,), rising from 0; their answers, (Q,). Between knots the
    curve is straight, beyond the last one level.
    """
    levels, answers = values[1], values[2]
    above = np.minimum(np.maximum(np.searchsorted(levels, seen, "right"), 1), len(levels) - 1)
    low, high = levels[above - 1], levels[above]
    share = np.minimum((seen - low) / (high - low), 1.0)
    wanted = answers[above - 1] + share * (answers[above] - answers[above - 1])
    return np.minimum(wanted / np.maximum(values[0], 1e-12), UNLIMITED), memory


FAMILIES: tuple[Family, ...] = (
    passive,
    match,
    rebalance,
    counter,
    targeted,
    deferred,
    self_stop,
    grim,
    contrite,
    gradual,
    deescalate,
    curve,
)
"""The compiled day loop knows a family by its place here."""
(
    PASSIVE, MATCH, REBALANCE, COUNTER, TARGETED, DEFERRED, SELF_STOP, GRIM, CONTRITE, GRADUAL, DEESCALATE,
    CURVE,
) = range(len(FAMILIES))  # fmt: skip
CUSTOM = len(FAMILIES)
"""The code of a user's own function, which the day loop calls from Python."""
