"""Answers: what rules see on a day, want and announce; rule by rule, all draws of a block at once."""

import numpy as np

from tradesim.engine import families, rows
from tradesim.engine.compiled import called
from tradesim.engine.families import (
    CONTRITE,
    COUNTER,
    CURVE,
    CUSTOM,
    DEESCALATE,
    DEFERRED,
    GRADUAL,
    GRIM,
    MATCH,
    REBALANCE,
    SELF_STOP,
    TARGETED,
    Family,
)
from tradesim.engine.numbers import uniform
from tradesim.engine.program import DUST, WEIGHTED, Floats, Ints, Of, Program
from tradesim.engine.state import STEP, Calendar, Rules, Work

REACTION, CAP, COVERAGE = int(Of.REACTION), int(Of.CAP), int(Of.COVERAGE)
TOLERANCE, RATCHET, FORGIVENESS = int(Of.TOLERANCE), int(Of.RATCHET), int(Of.FORGIVENESS)
DIVERSION, OWN = int(Of.DIVERSION), int(Of.OWN)

_passive, _match, _rebalance = called(families.passive), called(families.match), called(families.rebalance)
_counter, _targeted, _grim = called(families.counter), called(families.targeted), called(families.grim)
_deferred, _self_stop = called(families.deferred), called(families.self_stop)
_contrite, _gradual = called(families.contrite), called(families.gradual)
_deescalate, _curve = called(families.deescalate), called(families.curve)


@called
def look(p: Program, w: Work, a: int, t: int, seed: np.uint64) -> None:
    """Have rule a, if it must look, take note of what was announced up to yesterday."""
    i, j = p.rule_pair[a, 0], p.rule_pair[a, 1]
    if w.calendar.looking[t, a] or w.calendar.news[i, j] or p.rule_kind[a] == CUSTOM:
        w.calendar.looking[t, a] = w.calendar.news[i, j] = True
        _look(p, w, a, i, j, t, seed)
        if not _reads_schedule(p, a):
            _know(p, w, a, i, j)


@called
def _reads_schedule(p: Program, a: int) -> bool:
    """Return whether rule a takes what is scheduled, in points, as what its economy has announced by law."""
    return bool(p.rule_kind[a] in (MATCH, COUNTER, TARGETED, CONTRITE) and p.rule_view[a] != WEIGHTED)


@called
def _look(p: Program, w: Work, a: int, i: int, j: int, t: int, seed: np.uint64) -> None:
    """Fill what rule a notices of what is announced against its economy."""
    n, view, kind = p.base.shape[1], p.rule_view[a], p.rule_kind[a]
    r, moving = w.rules, w.truces.moving[i, j]
    x = (view * n + j) * n + i
    seen = w.announced[_recall(w.announced, w.calendar, r, a, x, t), x]
    if kind == DEESCALATE or r.afar[a] or r.merciful[a]:
        rows.copy(seen, r.seen)
        seen = r.seen
        if kind == DEESCALATE:
            _come_down(seen, r.heard[a], moving)
        else:
            if r.afar[a]:
                _see_others(w.announced, w.calendar, r, p.rule_allies[a], a, view, i, j, t)
            if r.merciful[a]:
                _forgive(r, w.draw, moving, p.rule_stream[a], a, t, seed)
    if view == WEIGHTED and kind not in (REBALANCE, CURVE):
        rows.notice_per_coverage(seen, r.values[a, TOLERANCE], r.values[a, COVERAGE], moving, r.noticed[a])
    else:
        rows.notice(seen, r.values[a, TOLERANCE], moving, r.noticed[a])


@called
def _know(p: Program, w: Work, a: int, i: int, j: int) -> None:
    """Fill what the economy of rule a has announced by law."""
    n, view, r = p.base.shape[1], p.rule_view[a], w.rules
    sign = -1.0 if p.rule_kind[a] == DEESCALATE else 1.0
    rows.know(w.scheduled[(view * n + i) * n + j], sign, r.first[a])
    if view == WEIGHTED:
        rows.per_coverage(r.first[a], r.values[a, COVERAGE])


@called
def _recall(announced: Floats, calendar: Calendar, r: Rules, a: int, x: int, t: int) -> int:
    """Return where the row is of what rule a sees on day t of place x of the announcements."""
    return rows.recall(announced, calendar.step_of, r.values[a, REACTION], r.same[a, 0], t, x)


@called
def _see_others(
    announced: Floats, calendar: Calendar, r: Rules, allies: Floats, a: int, view: int, i: int, j: int, t: int
) -> None:
    """Add to ``seen`` what is announced against allies, and against the partner elsewhere."""
    n = len(allies)
    rows.fill(r.third, 0.0)
    rows.raise_to(r.seen, r.third)
    for k in range(n):
        if k not in (i, j):
            if allies[k]:
                x = (view * n + j) * n + k
                rows.raise_to(r.seen, announced[_recall(announced, calendar, r, a, x, t), x])
            x = (view * n + k) * n + j
            rows.raise_to(r.third, announced[_recall(announced, calendar, r, a, x, t), x])
    rows.add_product(r.seen, r.third, r.values[a, DIVERSION], 1.0)


@called
def _come_down(seen: Floats, heard: Floats, moving: Floats) -> None:
    """Turn what is seen into how far the partner has come down from the highest that it had announced."""
    for s in range(len(seen)):
        if moving[s] > 0.0:
            heard[s] = max(heard[s], seen[s])
            seen[s] = heard[s] - seen[s]


@called
def _forgive(r: Rules, draws: Ints, moving: Floats, stream: int, a: int, t: int, seed: np.uint64) -> None:
    """Leave of what is seen what is not forgiven: a new provocation passes where the number has it so."""
    for s in range(len(draws)):
        if moving[s] > 0.0:
            seen, forgiveness = max(0.0, r.seen[s]), r.values[a, FORGIVENESS, s]
            rise = seen - r.heard[a, s]
            r.heard[a, s] = seen
            if forgiveness > 0.0:
                if rise > DUST and uniform(seed, draws[s], t, stream) < forgiveness:
                    r.forgiven[a, s] += rise
                r.forgiven[a, s] = min(r.forgiven[a, s], seen)
            r.seen[s] = seen - r.forgiven[a, s]


@called
def respond(p: Program, w: Work, a: int, t: int) -> None:
    """Announce what rule a wants, if it has looked; otherwise, and in a truce, what it did."""
    held = len(w.answered) - 1
    now, before = w.calendar.now[STEP] % held, (w.calendar.now[STEP] - 1) % held
    i, j = p.rule_pair[a, 0], p.rule_pair[a, 1]
    answered, last = w.answered[now, a], w.answered[before, a]
    if not w.calendar.looking[t, a]:
        rows.copy(last, answered)
    elif p.rule_kind[a] == CURVE:
        _follow(w.rules, p.rule_curve[a], w.truces.moving[i, j], last, answered, a, t)
    else:
        law = w.scheduled[i * p.base.shape[1] + j] if _reads_schedule(p, a) else w.rules.first[a]
        _respond(w.rules, law, w.truces.moving[i, j], w.calendar, last, answered, p.rule_kind[a], a, t)


@called
def _respond(  # noqa: C901 a line or two a family
    r: Rules,
    law: Floats,
    moving: Floats,
    calendar: Calendar,
    before: Floats,
    answered: Floats,
    kind: int,
    a: int,
    t: int,
) -> None:
    """Answer by the family of rule a: with `respond`, where compiled code chooses among them."""
    if kind == MATCH:
        _answer_by(_match, r, law, moving, before, answered, a, t)
    elif kind == REBALANCE:
        rows.want_anew(_rebalance, r.noticed[a], t, r.values[a, OWN:], r.memory[a, 0], r.wanted[a])
        _answer(r, moving, before, answered, a)
    elif kind == COUNTER:
        _answer_by(_counter, r, law, moving, before, answered, a, t)
    elif kind == TARGETED:
        _answer_by(_targeted, r, law, moving, before, answered, a, t)
    elif kind == DEFERRED:
        _answer_remembering(_deferred, r, moving, calendar, before, answered, a, t)
    elif kind == SELF_STOP:
        _answer_remembering(_self_stop, r, moving, calendar, before, answered, a, t)
    elif kind == GRIM:
        _answer_remembering(_grim, r, moving, calendar, before, answered, a, t)
    elif kind == CONTRITE:
        _answer_by(_contrite, r, law, moving, before, answered, a, t)
    elif kind == GRADUAL:
        _answer_remembering(_gradual, r, moving, calendar, before, answered, a, t)
    elif kind == DEESCALATE:
        _answer_by(_deescalate, r, law, moving, before, answered, a, t)
    elif kind == CUSTOM:
        _answer(r, moving, before, answered, a)
    else:
        _answer_by(_passive, r, law, moving, before, answered, a, t)


@called
def _answer_by(
    family: Family, r: Rules, law: Floats, moving: Floats, before: Floats, answered: Floats, a: int, t: int
) -> None:
    """Answer by a family that remembers nothing."""
    rows.answer_by(
        family,
        r.noticed[a],
        law,
        before,
        t,
        r.values[a, OWN:],
        r.values[a, RATCHET],
        r.values[a, CAP],
        moving,
        answered,
    )


@called
def _answer_remembering(
    family: Family,
    r: Rules,
    moving: Floats,
    calendar: Calendar,
    before: Floats,
    answered: Floats,
    a: int,
    t: int,
) -> None:
    """Do the same by one that remembers, and have it look again on the days that it has asked for."""
    rows.want_remembering(
        family, r.noticed[a], r.first[a], before, t, r.values[a, OWN:], moving, r.memory[a], r.wanted[a]
    )
    _answer(r, moving, before, answered, a)
    for s in range(len(moving)):
        day = int(r.memory[a, 3, s])
        if t < day < len(calendar.awake) and moving[s] > 0.0:
            calendar.looking[day, a] = calendar.awake[day] = True


@called
def _follow(
    r: Rules, knots: Floats, moving: Floats, before: Floats, answered: Floats, a: int, t: int
) -> None:
    """Do the same along a curve, (2, Q)."""
    rows.want_on_curve(_curve, r.noticed[a], t, r.values[a, OWN], knots[0], knots[1], r.wanted[a])
    _answer(r, moving, before, answered, a)


@called
def _answer(r: Rules, moving: Floats, before: Floats, answered: Floats, a: int) -> None:
    """Announce what rule a wants."""
    rows.answer(r.wanted[a], r.first[a], r.values[a, RATCHET], r.values[a, CAP], moving, before, answered)
