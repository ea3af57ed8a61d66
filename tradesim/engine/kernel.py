"""The day loop: a program played over draws.

The order within a day is fixed: scheduled measures start and end; events have their outcomes; truces start,
are renewed, breached, end; rules look at what was announced up to yesterday and announce; announcements come
into force; the duty is what is then in force. Everybody moves on what was known yesterday, so two economies
that answer each other move at the same time and the order in which they are listed does not matter.

Draws run side by side, a block at a time. What is arithmetic is done to all of them at once, row by row;
what happens to single ones is listed by day: shocks when a block begins, truces and suspended measures on an
agenda as they come. Nothing happens on most days: a block plays only those on which something may in any of
its draws, has only those rules look that may see something new, and charges only those pairs whose duty may
change. Doing more than that changes nothing.
"""

import numpy as np

from tradesim.engine.charges import charge, move
from tradesim.engine.compiled import called, compiled
from tradesim.engine.happenings import begin, happen
from tradesim.engine.program import Floats, Ints, Program, Trace
from tradesim.engine.records import conclude, record
from tradesim.engine.state import Calendar, Work

WHOLE, BEGIN, LOOK, SETTLE = range(4)
"""What `play` is asked for: draws from the first day to the last, block by block; or, for one block, to
begin, to play a day up to where rules have looked, and to finish it."""


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
    p : the program. w : scratch for a block; for all draws unless ``WHOLE``.
    draws : (S,) int64, their numbers. numbers : (S, E + 2K), what each has once.
    out : filled in rows ``at`` to ``at + S``.
    phase, day : ``WHOLE`` and 0; or a part, and of which day.
    """
    days = len(p.base)
    for low in range(0, len(draws), len(w.draw)):
        count = min(len(w.draw), len(draws) - low)
        if phase <= BEGIN:
            begin(p, w, draws, seed, numbers, low, at)
        t = days if phase == BEGIN else day
        while t < days:
            if phase != SETTLE:
                happen(p, w, t, seed, numbers, low, out, at + low, count)
            move(p, w, t, seed, phase != SETTLE, phase != LOOK)
            if phase == LOOK:
                break
            charge(p, w, t)
            until = _rest(w.calendar, t) if phase == WHOLE else t + 1
            record(p, w, t, until, out, at + low, count)
            if until == days:
                conclude(p, w, out, at + low, count)
            t = until if phase == WHOLE else days


@called
def _rest(calendar: Calendar, t: int) -> int:
    """Return the next day to be played; the days until then belong to this one."""
    until = t + 1
    while until < len(calendar.awake) and not calendar.awake[until]:
        calendar.step_of[until] = calendar.step_of[t]
        until += 1
    return until
