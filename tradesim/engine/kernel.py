"""The day loop: a program played over draws.

The order within a day is fixed: scheduled measures start and end; events have their outcomes; truces start,
are renewed, breached, end; rules look at what was announced up to yesterday and announce; announcements come
into force; the duty is what is then in force. Everybody moves on what was known yesterday, so two economies
that answer each other move at the same time and the order in which they are listed does not matter.

Nothing happens on most days. A draw plays only those on which something may: the schedule moves, an event, a
truce or a shock is due, or an announcement is seen or comes into force. What held on the last played day
holds until the next.
"""

import numpy as np

from tradesim.engine.answers import look, respond, settle
from tradesim.engine.compiled import called, compiled, part
from tradesim.engine.happenings import begin, happen
from tradesim.engine.program import Floats, Ints, Program, Trace
from tradesim.engine.state import Work

WHOLE, BEGIN, LOOK, SETTLE = range(4)
"""What `play` is asked for: draws from the first day to the last, one after the other; or, for all draws side
by side, to begin, to play a day up to where rules have looked, and to finish it."""


@compiled
def play(
    p: Program,
    w: Work,
    draws: Ints,
    seed: np.uint64,
    numbers: Floats,
    out: Trace,
    at: int,
    phase: int,
    day: int,
) -> None:
    """Play draws, or a part of one day of them.

    Parameters
    ----------
    p : the program. w : scratch for one draw (``WHOLE``), or for each.
    draws : (S,) int64, their numbers. numbers : (S, E + 2K), what each has once.
    out : filled in rows ``at`` to ``at + S``.
    phase, day : ``WHOLE`` and 0; or a part, and of which day.
    """
    days = len(p.base)
    for s in range(len(draws)):
        b = 0 if phase == WHOLE else s
        d = s + at if len(p.rule_values) > 1 else 0
        if phase <= BEGIN:
            begin(p, w, b, d, draws[s], seed, numbers, s)
        t = days if phase == BEGIN else day
        while t < days:
            if phase != SETTLE:
                happen(p, w, b, d, t, draws[s], seed, numbers, s)
                look(p, w, b, d, t, draws[s], seed)
            if phase == LOOK:
                break
            respond(p, w, b, d, t)
            settle(p, w, b, d, t)
            until = _rest(w, b, t) if phase == WHOLE else t + 1
            record(p, w, b, t, until, out, at + s)
            if until == days:
                conclude(p, w, b, out, at + s)
            t = until if phase == WHOLE else days


@part
def _rest(w: Work, b: int, t: int) -> int:
    """Return the next day to be played; the days until then belong to this one."""
    until = t + 1
    while until < w.awake.shape[1] and not w.awake[b, until]:
        w.step_of[b, until] = w.step[b]
        until += 1
    return until


@part
def record(p: Program, w: Work, b: int, t: int, until: int, out: Trace, row: int) -> None:
    """Write what holds from day t until another, into a row of the result."""
    n = p.base.shape[1]
    if len(out.duties) > 0:
        _count(p, w, b, t, out)
        return
    for i in range(n):
        for j in range(n):
            fill(out.duty, row, t, until, i, j, w.duty[b, i, j])
            if len(out.cost) > 0:
                fill(out.cost, row, t, until, i, j, w.cost[b, i, j])
    for k in range(len(p.truce_lapses)):
        for day in range(t, until):
            out.truce[row, day, k] = w.held[b, k]
    if len(out.announced) > 0:
        for day in range(t, until):
            _trace(p, w, b, day, out, row)


@part
def _count(p: Program, w: Work, b: int, t: int, out: Trace) -> None:
    """Count a draw among those that charge as much from day t on, and no longer where it was."""
    n, last = p.base.shape[1], out.duties.shape[3] - 1
    for i in range(n):
        for j in range(n):
            if i != j:
                place = min(int(w.duty[b, i, j] * out.scale[0]), last)
                if w.step[b] == 0:
                    out.duties[t, i, j, place] += 1
                elif place != w.bin[b, i, j]:
                    out.duties[t, i, j, place] += 1
                    out.duties[t, i, j, w.bin[b, i, j]] -= 1
                w.bin[b, i, j] = place
    for k in range(len(p.truce_lapses)):
        before = w.counted[b, k] if w.step[b] > 0 else 0
        w.counted[b, k] = int(w.held[b, k])
        out.truces[t, k] += w.counted[b, k] - before


@called
def fill(array: Floats, row: int, t: int, until: int, i: int, j: int, value: float) -> None:
    """Write a value that holds from day t until another."""
    for day in range(t, until):
        array[row, day, i, j] = value


@part
def _trace(p: Program, w: Work, b: int, day: int, out: Trace, row: int) -> None:
    """Write what was announced, noticed and forgiven."""
    n, step = p.base.shape[1], w.step[b]
    for i in range(n):
        for j in range(n):
            out.announced[row, day, i, j] = w.announced[b, step, i, j, 0]
    for a in range(len(p.rule_kind)):
        out.answered[row, day, a] = w.answered[b, step, a]
        out.noticed[row, day, a] = w.noticed[b, a]
        out.forgiven[row, day, a] = w.forgiven[b, a]
    for h in range(len(p.shock_stream)):
        out.shocked[row, day, h] = w.standing[b, h, 0]
    for k in range(len(p.truce_lapses)):
        out.ends[row, day, k] = w.ends[b, k]


@part
def conclude(p: Program, w: Work, b: int, out: Trace, row: int) -> None:
    """Write what a draw came to."""
    if len(out.duties) > 0:
        return
    for event in range(len(p.event_day)):
        out.outcome[row, event] = w.outcome[b, event]
    for k in range(len(p.truce_lapses)):
        out.renewals[row, k] = w.renewals[b, k]
        out.breached[row, k] = w.breached[b, k]
