"""Happenings: what a day brings before anybody answers: events, truces, shocks, scheduled acts."""

import numpy as np

from tradesim.engine.agenda import wipe
from tradesim.engine.arrivals import arrive, draw_shocks
from tradesim.engine.compiled import called
from tradesim.engine.junctures import decide
from tradesim.engine.laws import announce_laws, force_laws, open_laws, return_laws
from tradesim.engine.program import Floats, Ints, Of, Program, Trace
from tradesim.engine.rows import add, fill, total
from tradesim.engine.state import STEP, Calendar, Work
from tradesim.engine.windows import hold, open_truces

REACTION, IMPLEMENTATION = int(Of.REACTION), int(Of.IMPLEMENTATION)
FORGIVENESS, DIVERSION = int(Of.FORGIVENESS), int(Of.DIVERSION)


@called
def begin(p: Program, w: Work, draws: Ints, seed: np.uint64, numbers: Floats, low: int, row: int) -> None:
    """Put a block at the eve of its first day.

    Its draws are ``draws[low]`` and those that follow; past the last, the last again. ``numbers`` are what
    each draw has once, ``row`` the row of the parameters of ``draws[0]``.
    """
    for s in range(len(w.draw)):
        given = min(low + s, len(draws) - 1)
        w.draw[s] = draws[given]
        w.row[s] = row + given if len(p.rule_values) > 1 else 0
        for event in range(len(p.event_day)):
            w.outcome[event, s] = 0
    _open_calendar(p, w.calendar)
    wipe(w.agenda)
    if low == 0 or len(p.rule_values) > 1:
        _spread_rules(p, w)
    _open_rules(p, w)
    open_truces(p, w, numbers, low)
    n = p.base.shape[1]
    for i in range(n):
        for j in range(n):
            fill(w.duty[i, j], p.eve[i, j])
    open_laws(p.live_pair, p.live_enacted, p.live_eve, p.truce_suspends, w.truces, w.laws, w.duty)
    draw_shocks(p.shock_values, p.shock_sizes, p.shock_stream, w.draw, w.row, seed, w.calendar, w.shocks)


@called
def _open_calendar(p: Program, calendar: Calendar) -> None:
    calendar.now[STEP] = -1
    n, rules = p.base.shape[1], len(p.rule_kind)
    for t in range(len(p.base)):
        calendar.awake[t], calendar.provoking[t] = p.busy[t], False
        for a in range(rules):
            calendar.looking[t, a] = p.busy[t]
        for i in range(n):
            for j in range(n):
                calendar.charging[t, i, j] = p.busy[t]


@called
def _spread_rules(p: Program, w: Work) -> None:
    """Spread the parameters of rules over the draws."""
    rules = w.rules
    for a in range(len(p.rule_kind)):
        for column in range(p.rule_values.shape[2]):
            for s in range(len(w.draw)):
                rules.values[a, column, s] = p.rule_values[w.row[s], a, column]
        rules.same[a, 0] = _same(rules.values[a, REACTION])
        rules.same[a, 1] = _same(rules.values[a, IMPLEMENTATION])
        rules.merciful[a] = _any(rules.values[a, FORGIVENESS])
        rules.afar[a] = _any(rules.values[a, DIVERSION])
        for other in range(p.rule_allies.shape[1]):
            rules.afar[a] = rules.afar[a] or p.rule_allies[a, other]


@called
def _open_rules(p: Program, w: Work) -> None:
    """Have nobody remember anything."""
    rules, eve = w.rules, -1
    for a in range(len(p.rule_kind)):
        fill(rules.heard[a], 0.0)
        fill(rules.forgiven[a], 0.0)
        fill(rules.noticed[a], 0.0)
        fill(rules.wanted[a], 0.0)
        fill(w.answered[eve % (len(w.answered) - 1), a], 0.0)
        for m in range(4):
            fill(rules.memory[a, m], 0.0)
    for x in range(w.announced.shape[1]):
        fill(w.announced[eve % (len(w.announced) - 1), x], 0.0)


@called
def _same(row: Floats) -> bool:
    different = 0
    for s in range(len(row)):
        different += row[s] != row[0]
    return different == 0


@called
def _any(row: Floats) -> bool:
    above = 0
    for s in range(len(row)):
        above += row[s] > 0.0
    return above > 0


@called
def happen(
    p: Program,
    w: Work,
    t: int,
    seed: np.uint64,
    numbers: Floats,
    low: int,
    out: Trace,
    row: int,
    count: int,
) -> None:
    """Bring a block to day t: events, truces, and what schedule and shocks announce."""
    calendar, n, step = w.calendar, p.base.shape[1], w.calendar.now[STEP] + 1
    calendar.now[STEP] = calendar.step_of[t] = step
    for i in range(n):
        for j in range(n):
            calendar.news[i, j] = p.busy[t] and i != j
    switched = return_laws(w.agenda, w.laws, t)
    if p.busy[t]:
        decide(p, w, t, numbers, low)
    switched = hold(p, w, t, seed, out, row, count) or switched
    arrive(p.shock_values, p.shock_pair, w.row, t, calendar, w.shocks, w.laws.news, w.scheduled)
    switched = switched and len(p.live_act) > 0
    if len(p.live_act) > 0 and (switched or p.busy[t]):
        force_laws(p.truce_suspends, w.truces, w.laws, t)
        announce_laws(p.live_act, p.live_news[t], p.act_reference, p.act_known[t], w.laws, p.busy[t])
        for live in range(len(p.live_act)):
            i, j = p.live_pair[live, 0], p.live_pair[live, 1]
            calendar.news[i, j] = calendar.charging[t, i, j] = True
    if switched or p.busy[t]:
        _establish(p, w, t)


@called
def _establish(p: Program, w: Work, t: int) -> None:
    """Add up what is law on day t, the part of it that no rule gives back, and what is announced."""
    n, laws = p.base.shape[1], w.laws
    for i in range(n):
        for j in range(n):
            fill(laws.lawful[i, j], p.base[t, i, j])
            fill(laws.least[i, j], p.least[t, i, j])
            for x in range(i * n + j, len(laws.news), n * n):
                fill(laws.news[x], p.opened[t, i, j, x // (n * n)])
    for live in range(len(p.live_act)):
        i, j = p.live_pair[live, 0], p.live_pair[live, 1]
        add(laws.lawful[i, j], laws.force[live], p.live_duty[t, live])
        if p.live_least[live]:
            add(laws.least[i, j], laws.force[live], p.live_duty[t, live])
    for g in range(len(p.act_reference)):
        for x in range(p.act_pair[g, 0] * n + p.act_pair[g, 1], len(laws.news), n * n):
            add(laws.news[x], laws.change[g, x // (n * n)], 1.0)
    for x in range(len(laws.news)):
        total(laws.news[x], w.shocks.announced[x], 1.0, w.scheduled[x])
