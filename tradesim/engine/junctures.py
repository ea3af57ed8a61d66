"""Junctures: the outcomes of events, by draw, and what they do."""

import math

from tradesim.engine.agenda import item_of, note
from tradesim.engine.compiled import called
from tradesim.engine.laws import PRESENT
from tradesim.engine.program import Act, Floats, Program, State
from tradesim.engine.state import RETURNS, WINDOWS, Work
from tradesim.engine.windows import days_held

ENACT, REVOKE, SUSPEND, SET_RATE = int(Act.ENACT), int(Act.REVOKE), int(Act.SUSPEND), int(Act.SET_RATE)
START_TRUCE, EXTEND_TRUCE, END_TRUCE = int(Act.START_TRUCE), int(Act.EXTEND_TRUCE), int(Act.END_TRUCE)
DUTY, DAYS = int(State.DUTY), int(State.DAYS)


@called
def decide(p: Program, w: Work, t: int, numbers: Floats, low: int) -> None:
    """Have the events of day t their outcomes, and what outcomes do on it take effect."""
    for event in range(len(p.event_day)):
        if p.event_day[event] == t:
            for s in range(len(w.draw)):
                number = numbers[min(low + s, len(numbers) - 1), event]
                w.outcome[event, s] = _chosen(p, w, event, s, t, number)
    for row in range(len(p.effects)):
        if p.effects[row, 2] == t:
            for s in range(len(w.draw)):
                if w.outcome[p.effects[row, 0], s] == p.effects[row, 1]:
                    w.laws.touched[s] = True
                    _take_effect(w, s, t, p.effects[row, 3], p.effects[row, 4], p.effect_value[row])


@called
def _chosen(p: Program, w: Work, event: int, s: int, t: int, number: float) -> int:
    """Return the outcome of an event: the first whose cumulative probability exceeds the number."""
    last, total, cumulative = p.event_count[event] - 1, 0.0, 0.0
    for o in range(last + 1):
        w.weight[o] = p.event_odds[w.row[s], event, o] * math.exp(_score(p, w, event, o, s, t))
        total += w.weight[o]
    chosen = 0
    for o in range(last):
        cumulative += w.weight[o]
        chosen += number >= cumulative / total
    return chosen


@called
def _score(p: Program, w: Work, event: int, outcome: int, s: int, t: int) -> float:
    """Return how much more likely the state makes an outcome than written, as a logarithm."""
    score = 0.0
    for z in range(len(p.slope_of)):
        if p.slope_of[z, 0] == event and p.slope_of[z, 1] == outcome:
            state = _state(w, p.slope_of[z, 2], p.slope_of[z, 3], p.slope_of[z, 4], s, t)
            score += p.slope[w.row[s], z] * state
    return min(max(score, -300.0), 300.0)


@called
def _state(w: Work, kind: int, one: int, other: int, s: int, t: int) -> float:
    """Return what a slope is of, as it was at the end of yesterday."""
    if kind == DUTY:
        return float(w.duty[one, other, s])
    if kind == DAYS:
        return float(days_held(w.truces, one, s, t))
    return float(w.truces.renewed[one, s])


@called
def _take_effect(w: Work, s: int, t: int, act: int, target: int, value: float) -> None:
    laws, truces, item = w.laws, w.truces, item_of(target, s)
    if act == ENACT:
        if not laws.revoked[target, s]:
            laws.enacted[target, s] = True
            laws.returns[target, s] = PRESENT
    elif act == REVOKE:
        laws.revoked[target, s] = True
        laws.enacted[target, s] = False
        laws.returns[target, s] = PRESENT
    elif act == SUSPEND:
        if laws.enacted[target, s] or laws.returns[target, s] != PRESENT:
            laws.enacted[target, s] = False
            laws.returns[target, s] = int(value)
            note(w.agenda, w.calendar, RETURNS, int(value), item)
    elif act == SET_RATE:
        laws.scale[target, s] = value
    elif act == START_TRUCE:
        truces.starts[target, s], truces.ends[target, s] = t, int(value)
        truces.renewed[target, s] = 0
        truces.over[target, s] = False
        note(w.agenda, w.calendar, WINDOWS, t, item)
        note(w.agenda, w.calendar, WINDOWS, int(value), item)
    elif act == EXTEND_TRUCE:
        truces.ends[target, s] = int(value)
        truces.over[target, s] = False
        note(w.agenda, w.calendar, WINDOWS, t, item)
        note(w.agenda, w.calendar, WINDOWS, int(value), item)
    elif act == END_TRUCE:
        truces.ends[target, s] = min(truces.ends[target, s], t)
        truces.over[target, s] = True
        note(w.agenda, w.calendar, WINDOWS, t, item)
