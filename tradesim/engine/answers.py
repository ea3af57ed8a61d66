"""Answers: what rules see and announce on a day, and what is then charged.

Every function works on draw ``b`` of a block, whose parameters are row ``d``, on day ``t``.
"""

import numpy as np

from tradesim.engine import families
from tradesim.engine.compiled import called, part
from tradesim.engine.families import CUSTOM, DEESCALATE, REBALANCE, Memory
from tradesim.engine.happenings import CHARGED, running, wake
from tradesim.engine.numbers import uniform
from tradesim.engine.program import DUST, WEIGHTED, Arrival, Of, Program
from tradesim.engine.state import Work

REACTION, IMPLEMENTATION, CAP = int(Of.REACTION), int(Of.IMPLEMENTATION), int(Of.CAP)
COVERAGE, TOLERANCE, RATCHET = int(Of.COVERAGE), int(Of.TOLERANCE), int(Of.RATCHET)
FORGIVENESS, DIVERSION, EQUIVALENT = int(Of.FORGIVENESS), int(Of.DIVERSION), int(Of.EQUIVALENT)
OWN = int(Of.OWN)
SHOCK_COVERAGE, SHOCK_LAG = int(Arrival.COVERAGE), int(Arrival.IMPLEMENTATION)
SHOCK_DAYS = int(Arrival.DAYS)
TARIFF, FEE = 0, 1


_passive, _match, _rebalance = called(families.passive), called(families.match), called(families.rebalance)
_counter, _targeted, _deferred = (
    called(families.counter),
    called(families.targeted),
    called(families.deferred),
)
_self_stop, _grim, _contrite = called(families.self_stop), called(families.grim), called(families.contrite)
_gradual, _deescalate = called(families.gradual), called(families.deescalate)


@called
def _family(  # noqa: C901, PLR0911 the one place where compiled code chooses among the families
    kind: int, seen: float, own: float, first: float, day: int, memory: Memory, values: Memory
) -> tuple[float, Memory]:
    """Call a family by its place in `FAMILIES`."""
    if kind == 1:
        return _match(seen, own, first, day, memory, values)
    if kind == 2:
        return _rebalance(seen, own, first, day, memory, values)
    if kind == 3:
        return _counter(seen, own, first, day, memory, values)
    if kind == 4:
        return _targeted(seen, own, first, day, memory, values)
    if kind == 5:
        return _deferred(seen, own, first, day, memory, values)
    if kind == 6:
        return _self_stop(seen, own, first, day, memory, values)
    if kind == 7:
        return _grim(seen, own, first, day, memory, values)
    if kind == 8:
        return _contrite(seen, own, first, day, memory, values)
    if kind == 9:
        return _gradual(seen, own, first, day, memory, values)
    if kind == 10:
        return _deescalate(seen, own, first, day, memory, values)
    return _passive(seen, own, first, day, memory, values)


@part
def look(p: Program, w: Work, b: int, d: int, t: int, draw: int, seed: np.uint64) -> None:
    """Have every rule look at what was announced up to yesterday, less what it forgives and tolerates."""
    for a in range(len(p.rule_kind)):
        i, j = p.rule_pair[a, 0], p.rule_pair[a, 1]
        w.frozen[b, a] = w.still[b, i, j]
        if not w.frozen[b, a]:
            coverage = p.rule_values[d, a, COVERAGE]
            seen_day = t - int(p.rule_values[d, a, REACTION])
            step = w.step_of[b, seen_day] if seen_day >= 0 else -1
            sign = -1.0 if p.rule_kind[a] == DEESCALATE else 1.0
            if sign < 0.0:
                noticed = _cut(p, w, b, a, step, i, j)
            else:
                noticed = _seen(p, w, b, a, step, i, j, p.rule_values[d, a, DIVERSION])
                mercy = p.rule_values[d, a, FORGIVENESS]
                noticed = _unforgiven(p, w, b, a, t, draw, seed, noticed, mercy)
            noticed = noticed * (noticed > p.rule_values[d, a, TOLERANCE] + DUST)
            known = max(0.0, sign * w.scheduled[b, i, j, p.rule_view[a]])
            if p.rule_view[a] == WEIGHTED:
                known = known / coverage if coverage > 0.0 else 0.0
                if p.rule_kind[a] != REBALANCE:
                    noticed = noticed / coverage if coverage > 0.0 else 0.0
            before = w.answered[b, w.step[b] - 1, a] if w.step[b] > 0 else 0.0
            w.noticed[b, a], w.first[b, a], w.own[b, a] = noticed, known, known + before


@part
def _seen(p: Program, w: Work, b: int, a: int, step: int, i: int, j: int, diversion: float) -> float:
    """Return what an economy counts as announced against it, in the view of its rule."""
    if step < 0:
        return 0.0
    view, third = p.rule_view[a], 0.0
    seen = max(0.0, w.announced[b, step, j, i, view])
    others = p.base.shape[1] if w.afar[b, a] else 0
    for k in range(others):
        if k not in (i, j):
            if p.rule_allies[a, k]:
                seen = max(seen, w.announced[b, step, j, k, view])
            third = max(third, w.announced[b, step, k, j, view])
    return float(seen + diversion * third)


@part
def _unforgiven(
    p: Program,
    w: Work,
    b: int,
    a: int,
    t: int,
    draw: int,
    seed: np.uint64,
    seen: float,
    forgiveness: float,
) -> float:
    """Return what is left of what is seen, and let a new provocation pass where the number has it so."""
    rise = seen - w.heard[b, a]
    w.heard[b, a] = seen
    if forgiveness > 0.0:
        if rise > DUST and uniform(seed, draw, t, p.rule_stream[a]) < forgiveness:
            w.forgiven[b, a] += rise
        w.forgiven[b, a] = min(w.forgiven[b, a], seen)
    return float(seen - w.forgiven[b, a])


@part
def _cut(p: Program, w: Work, b: int, a: int, step: int, i: int, j: int) -> float:
    """Return how far a partner has come down from the highest that it had announced."""
    now = w.announced[b, step, j, i, p.rule_view[a]] if step >= 0 else 0.0
    w.heard[b, a] = max(w.heard[b, a], now)
    return float(w.heard[b, a] - now)


@part
def respond(p: Program, w: Work, b: int, d: int, t: int) -> None:
    """Announce what the rules want; those in a truce announce what they did."""
    step = w.step[b]
    for a in range(len(p.rule_kind)):
        if w.frozen[b, a]:
            w.answered[b, step, a] = w.answered[b, step - 1, a] if step > 0 else 0.0
            continue
        wanted, own = w.wanted[b, a], w.own[b, a]
        if p.rule_kind[a] != CUSTOM:
            memory = (w.memory[b, a, 0], w.memory[b, a, 1], w.memory[b, a, 2], w.memory[b, a, 3])
            values = (
                p.rule_values[d, a, OWN],
                p.rule_values[d, a, OWN + 1],
                p.rule_values[d, a, OWN + 2],
                p.rule_values[d, a, OWN + 3],
            )
            wanted, memory = _family(p.rule_kind[a], w.noticed[b, a], own, w.first[b, a], t, memory, values)
            w.memory[b, a, 0], w.memory[b, a, 1] = memory[0], memory[1]
            w.memory[b, a, 2], w.memory[b, a, 3] = memory[2], memory[3]
            if memory[3] > t:
                wake(w.awake, b, int(memory[3]))
        if p.rule_values[d, a, RATCHET] > 0.0:
            wanted = max(wanted, own)
        wanted = min(max(wanted, 0.0), p.rule_values[d, a, CAP])
        w.answered[b, step, a] = max(wanted - w.first[b, a], 0.0)


@part
def settle(p: Program, w: Work, b: int, d: int, t: int) -> None:
    """Publish what was announced, charge what is in force, and note the days on which that will matter."""
    n = p.base.shape[1]
    _announce(p, w, b, d, t)
    for i in range(n):
        for j in range(n):
            w.charged[b, i, j] = w.cost[b, i, j] = 0.0
            w.duty[b, i, j] = p.base[t, i, j]
    _charge_rules(p, w, b, d, t)
    _charge_shocks(p, w, b, d, t)
    _charge_live(p, w, b, t)
    for i in range(n):
        for j in range(n):
            lawful, charged = w.duty[b, i, j], w.charged[b, i, j]
            if charged < 0.0:
                charged = max(charged, min(_least(p, w, b, t, i, j) - lawful, 0.0))
            w.duty[b, i, j] = lawful + charged


@part
def _least(p: Program, w: Work, b: int, t: int, i: int, j: int) -> float:
    """Return the part of a duty that no rule gives back."""
    least = p.least[t, i, j]
    for live in range(len(p.live_act)):
        mine = p.live_least[live] and p.live_pair[live, 0] == i and p.live_pair[live, 1] == j
        if mine and w.charging[b, live]:
            least += w.scale[b, live] * p.live_duty[t, live]
    return float(least)


@part
def _announce(p: Program, w: Work, b: int, d: int, t: int) -> None:  # noqa: C901 one pass, for speed
    step, n = w.step[b], p.base.shape[1]
    for i in range(n):
        for j in range(n):
            w.announced[b, step, i, j, 0] = w.scheduled[b, i, j, 0]
            w.announced[b, step, i, j, 1] = w.scheduled[b, i, j, 1]
    for a in range(len(p.rule_kind)):
        i, j, answer = p.rule_pair[a, 0], p.rule_pair[a, 1], w.answered[b, step, a]
        signed = -answer if p.rule_kind[a] == DEESCALATE else answer
        w.announced[b, step, i, j, 0] += signed
        w.announced[b, step, i, j, 1] += signed * p.rule_values[d, a, COVERAGE]
        if answer != (w.answered[b, step - 1, a] if step > 0 else 0.0):
            wake(w.awake, b, t + int(p.rule_values[d, a, IMPLEMENTATION]))
    moved = False
    for i in range(n):
        for j in range(n):
            for channel in range(2):
                before = w.announced[b, step - 1, i, j, channel] if step > 0 else 0.0
                moved |= w.announced[b, step, i, j, channel] != before
    if moved:
        if len(p.truce_lapses) > 0:
            wake(w.awake, b, t + 1)
        for a in range(len(p.rule_kind)):
            wake(w.awake, b, t + int(p.rule_values[d, a, REACTION]))


@part
def _charge_rules(p: Program, w: Work, b: int, d: int, t: int) -> None:
    for a in range(len(p.rule_kind)):
        announced = t - int(p.rule_values[d, a, IMPLEMENTATION])
        if announced >= 0:
            i, j = p.rule_pair[a, 0], p.rule_pair[a, 1]
            charged = w.answered[b, w.step_of[b, announced], a] * p.rule_values[d, a, COVERAGE]
            charged *= w.share[b, i, j]
            if p.rule_instrument[a] == TARIFF:
                w.charged[b, i, j] += -charged if p.rule_kind[a] == DEESCALATE else charged
            elif p.rule_instrument[a] == FEE:
                w.cost[b, i, j] += charged * p.rule_values[d, a, EQUIVALENT]
            else:
                w.cost[b, j, i] += charged * p.rule_values[d, a, EQUIVALENT]


@part
def _charge_shocks(p: Program, w: Work, b: int, d: int, t: int) -> None:
    for h in range(len(p.shock_stream)):
        i, j = p.shock_pair[h, 0], p.shock_pair[h, 1]
        lag, last = int(p.shock_values[d, h, SHOCK_LAG]), int(p.shock_values[d, h, SHOCK_DAYS])
        amount = running(w, b, h, CHARGED, t, lag, last)
        charged = amount * p.shock_values[d, h, SHOCK_COVERAGE]
        w.charged[b, i, j] += charged * w.share[b, i, j]


@part
def _charge_live(p: Program, w: Work, b: int, t: int) -> None:
    """Add the live measures that are law, and that no truce suspends or has taken with it."""
    for live in range(len(p.live_act)):
        if w.charging[b, live]:
            i, j = p.live_pair[live, 0], p.live_pair[live, 1]
            w.duty[b, i, j] += w.scale[b, live] * p.live_duty[t, live]
