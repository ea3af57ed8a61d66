"""Happenings: what a day brings before anybody answers: events, truces, shocks, scheduled acts.

Every function works on draw ``b`` of a block, whose parameters are row ``d``, on day ``t``.
"""

import math

import numpy as np

from tradesim.engine.compiled import part
from tradesim.engine.numbers import pair, uniform
from tradesim.engine.program import DUST, Act, Arrival, Flags, Floats, Of, Program, State, Window
from tradesim.engine.state import YEAR, Work

START, LENGTH = int(Window.START), int(Window.LENGTH)
START_SPREAD, LENGTH_SPREAD = int(Window.START_SPREAD), int(Window.LENGTH_SPREAD)
RENEWAL, RENEWAL_DAYS, RENEWALS = int(Window.RENEWAL), int(Window.RENEWAL_DAYS), int(Window.RENEWALS)
SURCHARGES = int(Window.SURCHARGES)
BREACH, TOLERANCE = int(Window.BREACH), int(Window.TOLERANCE)
RATE, COVERAGE, IMPLEMENTATION = int(Arrival.RATE), int(Arrival.COVERAGE), int(Arrival.IMPLEMENTATION)
DAYS, MOST = int(Arrival.DAYS), int(Arrival.MOST)
DIVERSION = int(Of.DIVERSION)
ENACT, REVOKE, SUSPEND, SET_RATE = int(Act.ENACT), int(Act.REVOKE), int(Act.SUSPEND), int(Act.SET_RATE)
START_TRUCE, EXTEND_TRUCE, END_TRUCE = int(Act.START_TRUCE), int(Act.EXTEND_TRUCE), int(Act.END_TRUCE)
DUTY, HELD_DAYS = int(State.DUTY), int(State.DAYS)

ANNOUNCED, CHARGED = 0, 1
"""What shocks add up to, at the day of their arrival and when they are charged."""
PRESENT = -1
"""No day to return on: a measure that no outcome has suspended."""


@part
def wake(awake: Flags, b: int, day: int) -> None:
    """Have a day played, if it is one of the horizon's."""
    if 0 <= day < awake.shape[1]:
        awake[b, day] = True


@part
def begin(p: Program, w: Work, b: int, d: int, draw: int, seed: np.uint64, numbers: Floats, s: int) -> None:
    """Put a draw at the eve of its first day; ``numbers[s]`` are those that it has once."""
    w.last[b] = -1
    w.step[b] = -1
    for t in range(len(p.base)):
        w.awake[b, t] = p.busy[t]
    for event in range(len(p.event_day)):
        w.outcome[b, event] = 0
    for a in range(len(p.rule_kind)):
        w.heard[b, a] = w.forgiven[b, a] = 0.0
        w.afar[b, a] = p.rule_values[d, a, DIVERSION] > 0.0
        for other in range(p.base.shape[1]):
            w.afar[b, a] = w.afar[b, a] or p.rule_allies[a, other]
        for m in range(4):
            w.memory[b, a, m] = 0.0
    _open_truces(p, w, b, d, numbers, s)
    n = p.base.shape[1]
    for i in range(n):
        for j in range(n):
            w.duty[b, i, j] = p.eve[i, j]
    for live in range(len(p.live_act)):
        w.enacted[b, live] = p.live_enacted[live]
        w.revoked[b, live] = False
        w.scale[b, live] = 1.0
        w.returns[b, live] = PRESENT
        if _in_force(p, w, b, live, -1):
            w.duty[b, p.live_pair[live, 0], p.live_pair[live, 1]] += p.live_eve[live]
    _draw_arrivals(p, w, b, d, draw, seed)


@part
def _open_truces(p: Program, w: Work, b: int, d: int, numbers: Floats, s: int) -> None:
    events, truces = len(p.event_day), len(p.truce_lapses)
    for k in range(truces):
        late = math.floor(numbers[s, events + k] * (p.truce_values[d, k, START_SPREAD] + 1.0))
        more = math.floor(numbers[s, events + truces + k] * (p.truce_values[d, k, LENGTH_SPREAD] + 1.0))
        starts = int(p.truce_values[d, k, START] + late)
        ends = int(starts + p.truce_values[d, k, LENGTH] + more)
        w.starts[b, k], w.ends[b, k] = starts, ends
        w.renewed[b, k] = w.renewals[b, k] = w.days[b, k] = 0
        w.held[b, k] = w.over[b, k] = w.breached[b, k] = False
        w.lapsed[b, k] = p.truce_lapses[k] and starts < ends and ends <= 0
        wake(w.awake, b, starts)
        wake(w.awake, b, ends)


@part
def _in_force(p: Program, w: Work, b: int, live: int, t: int) -> bool:
    """Return whether a live measure is law on day t, and no truce suspends it or has taken it with it."""
    if not w.enacted[b, live]:
        return False
    for k in range(len(p.truce_lapses)):
        holds = w.starts[b, k] <= t < w.ends[b, k]
        if p.truce_suspends[k, live] and (holds or w.lapsed[b, k]):
            return False
    return True


@part
def _draw_arrivals(p: Program, w: Work, b: int, d: int, draw: int, seed: np.uint64) -> None:
    """Draw when the shocks of each stream arrive, and how large each is."""
    days, most, cells = len(p.base), w.arrival.shape[2], p.shock_sizes.shape[1] - 1
    for h in range(len(p.shock_stream)):
        rate, lag = p.shock_values[d, h, RATE], int(p.shock_values[d, h, IMPLEMENTATION])
        last, ceiling = int(p.shock_values[d, h, DAYS]), p.shock_values[d, h, MOST]
        count, time = 0, 0.0
        _forget(w, b, h)
        while rate > 0.0 and count < most:
            u, v = pair(seed, draw, count, p.shock_stream[h])
            time -= math.log(1.0 - u) * YEAR / rate
            if time >= days:
                break
            day, cell = int(time), min(int(v * cells), cells - 1)
            below, above = p.shock_sizes[h, cell], p.shock_sizes[h, cell + 1]
            size = below + (v * cells - cell) * (above - below)
            w.arrivals[b, h] = count
            left = ceiling - running(w, b, h, ANNOUNCED, day, 0, last)
            w.arrival[b, h, count] = day
            w.amount[b, h, count] = max(0.0, min(size, left))
            wake(w.awake, b, day)
            wake(w.awake, b, day + lag)
            wake(w.awake, b, day + last)
            count += 1
        w.arrivals[b, h] = count
        _forget(w, b, h)


@part
def running(w: Work, b: int, h: int, channel: int, t: int, lag: int, last: int) -> float:
    """Return what the shocks of a stream add up to on day t, in one channel: announced, or charged.

    Each counts from ``lag`` days after its arrival until ``last`` days after it. They come and go in order:
    days may only be asked for one after the other.
    """
    come, gone, total = w.come[b, h, channel], w.gone[b, h, channel], w.standing[b, h, channel]
    while come < w.arrivals[b, h] and w.arrival[b, h, come] + lag <= t:
        total += w.amount[b, h, come]
        come += 1
    if gone < come and w.arrival[b, h, gone] + last <= t:
        while gone < come and w.arrival[b, h, gone] + last <= t:
            gone += 1
        total = 0.0  # summed anew: what is taken away again would leave dust
        for k in range(gone, come):
            total += w.amount[b, h, k]
    w.come[b, h, channel], w.gone[b, h, channel], w.standing[b, h, channel] = come, gone, total
    return float(total)


@part
def _forget(w: Work, b: int, h: int) -> None:
    """Have the shocks of a stream come anew."""
    for channel in range(2):
        w.come[b, h, channel] = w.gone[b, h, channel] = 0
        w.standing[b, h, channel] = 0.0


@part
def happen(  # noqa: C901 the order of a day, in one place
    p: Program, w: Work, b: int, d: int, t: int, draw: int, seed: np.uint64, numbers: Floats, s: int
) -> None:
    """Bring a draw to day t: events, truces, and what schedule and shocks announce."""
    w.step[b] += 1
    w.step_of[b, t] = w.step[b]
    for k in range(len(p.truce_lapses)):
        w.days[b, k] += w.held[b, k] * (t - max(w.last[b], 0))
    for live in range(len(p.live_act)):
        if w.returns[b, live] == t:
            w.enacted[b, live] = True
            w.returns[b, live] = PRESENT
    for event in range(len(p.event_day)):
        if p.event_day[event] == t:
            w.outcome[b, event] = _chosen(p, w, b, d, event, numbers[s, event])
    for row in range(len(p.effects)):
        if p.effects[row, 2] == t and w.outcome[b, p.effects[row, 0]] == p.effects[row, 1]:
            _take_effect(w, b, t, p.effects[row, 3], p.effects[row, 4], p.effect_value[row])
    changed = w.step[b] == 0
    for k in range(len(p.truce_lapses)):
        before = w.held[b, k]
        _hold(p, w, b, d, t, k, draw, seed)
        changed = changed or w.held[b, k] != before
    if changed:
        _calm(p, w, b, d)
    for live in range(len(p.live_act)):
        w.charging[b, live] = _in_force(p, w, b, live, t)
    _schedule(p, w, b, d, t)
    w.last[b] = t


@part
def _calm(p: Program, w: Work, b: int, d: int) -> None:
    """Note between whom a truce is in force, and the share of surcharges between them that is charged."""
    n = p.base.shape[1]
    for i in range(n):
        for j in range(n):
            w.still[b, i, j] = False
            suspended = 0.0
            for k in range(len(p.truce_lapses)):
                if w.held[b, k] and p.truce_parties[k, i] and p.truce_parties[k, j]:
                    w.still[b, i, j] = True
                    suspended += p.truce_values[d, k, SURCHARGES]
            w.share[b, i, j] = 1.0 - min(suspended, 1.0)


@part
def _chosen(p: Program, w: Work, b: int, d: int, event: int, number: float) -> int:
    """Return the outcome of an event: the first whose cumulative probability exceeds the number."""
    last, total, cumulative = p.event_count[event] - 1, 0.0, 0.0
    for o in range(last + 1):
        w.weight[b, o] = p.event_odds[d, event, o] * math.exp(_score(p, w, b, d, event, o))
        total += w.weight[b, o]
    chosen = 0
    for o in range(last):
        cumulative += w.weight[b, o]
        chosen += number >= cumulative / total
    return chosen


@part
def _score(p: Program, w: Work, b: int, d: int, event: int, outcome: int) -> float:
    """Return how much more likely the state makes an outcome than written, as a logarithm."""
    score = 0.0
    for z in range(len(p.slope_of)):
        if p.slope_of[z, 0] == event and p.slope_of[z, 1] == outcome:
            score += p.slope[d, z] * _state(w, b, p.slope_of[z, 2], p.slope_of[z, 3], p.slope_of[z, 4])
    return min(max(score, -300.0), 300.0)


@part
def _state(w: Work, b: int, kind: int, one: int, other: int) -> float:
    """Return what a slope is of, as it was at the end of yesterday."""
    if kind == DUTY:
        return float(w.duty[b, one, other])
    if kind == HELD_DAYS:
        return float(w.days[b, one])
    return float(w.renewed[b, one])


@part
def _take_effect(w: Work, b: int, t: int, act: int, target: int, value: float) -> None:
    if act == ENACT:
        if not w.revoked[b, target]:
            w.enacted[b, target] = True
            w.returns[b, target] = PRESENT
    elif act == REVOKE:
        w.revoked[b, target] = True
        w.enacted[b, target] = False
        w.returns[b, target] = PRESENT
    elif act == SUSPEND:
        if w.enacted[b, target] or w.returns[b, target] != PRESENT:
            w.enacted[b, target] = False
            w.returns[b, target] = int(value)
            wake(w.awake, b, int(value))
    elif act == SET_RATE:
        w.scale[b, target] = value
    elif act == START_TRUCE:
        w.starts[b, target], w.ends[b, target] = t, int(value)
        w.renewed[b, target] = 0
        w.over[b, target] = False
        wake(w.awake, b, int(value))
    elif act == EXTEND_TRUCE:
        w.ends[b, target] = int(value)
        w.over[b, target] = False
        wake(w.awake, b, int(value))
    elif act == END_TRUCE:
        w.ends[b, target] = min(w.ends[b, target], t)
        w.over[b, target] = True


@part
def _hold(p: Program, w: Work, b: int, d: int, t: int, k: int, draw: int, seed: np.uint64) -> None:
    """Renew, breach or end a truce, or let it begin."""
    before, broken, breach = w.held[b, k], False, p.truce_values[d, k, BREACH]
    due = before and t == w.ends[b, k] and not w.over[b, k]
    due = due and w.renewed[b, k] < p.truce_values[d, k, RENEWALS]
    if due and uniform(seed, draw, t, p.truce_stream[k, 0]) < p.truce_values[d, k, RENEWAL]:
        w.ends[b, k] += int(p.truce_values[d, k, RENEWAL_DAYS])
        w.renewed[b, k] += 1
        w.renewals[b, k] += 1
        wake(w.awake, b, w.ends[b, k])
    holds = w.starts[b, k] <= t < w.ends[b, k]
    if before and holds and breach > 0.0 and _provoked(p, w, b, t, k, p.truce_values[d, k, TOLERANCE]):
        broken = uniform(seed, draw, t, p.truce_stream[k, 1]) < breach
    if broken:
        w.ends[b, k] = t
        w.over[b, k] = w.breached[b, k] = True
        holds = False
    elif p.truce_lapses[k] and not holds:
        over_before = t == 0 and w.starts[b, k] < w.ends[b, k] <= 0
        w.lapsed[b, k] = w.lapsed[b, k] or before or over_before
    w.held[b, k] = holds


@part
def _provoked(p: Program, w: Work, b: int, t: int, k: int, tolerance: float) -> bool:
    """Return whether a party announced more against another yesterday than the day before."""
    n = p.base.shape[1]
    for i in range(n):
        for j in range(n):
            if i != j and p.truce_parties[k, i] and p.truce_parties[k, j]:
                now = max(0.0, w.announced[b, w.step_of[b, t - 1], i, j, 0])
                then = max(0.0, w.announced[b, w.step_of[b, t - 2], i, j, 0]) if t > 1 else 0.0
                if now - then > tolerance + DUST:
                    return True
    return False


@part
def _schedule(p: Program, w: Work, b: int, d: int, t: int) -> None:
    """Add up what the schedule, live acts and shocks announce on day t, in both channels."""
    n = p.base.shape[1]
    for i in range(n):
        for j in range(n):
            w.scheduled[b, i, j, 0] = p.opened[t, i, j, 0]
            w.scheduled[b, i, j, 1] = p.opened[t, i, j, 1]
    for g in range(len(p.act_reference)):
        for channel in range(2):
            level, one = 0.0, -1
            for live in range(len(p.live_act)):
                if p.live_act[live] == g:
                    one = live
                    if w.enacted[b, live]:
                        level = max(level, w.scale[b, live] * p.live_news[t, live, channel])
            reference = p.act_reference[g, channel]
            standing = min(p.act_known[t, g, channel], reference)
            change = max(level - reference, 0.0) - max(standing - level, 0.0)
            w.scheduled[b, p.live_pair[one, 0], p.live_pair[one, 1], channel] += change
    for h in range(len(p.shock_stream)):
        i, j, last = p.shock_pair[h, 0], p.shock_pair[h, 1], int(p.shock_values[d, h, DAYS])
        amount = running(w, b, h, ANNOUNCED, t, 0, last)
        w.scheduled[b, i, j, 0] += amount
        w.scheduled[b, i, j, 1] += amount * p.shock_values[d, h, COVERAGE]
