"""Charges: what economies announce becomes known, and what is in force is charged."""

import numpy as np

from tradesim.engine import rows
from tradesim.engine.answers import look, respond
from tradesim.engine.compiled import called
from tradesim.engine.families import DEESCALATE
from tradesim.engine.program import Floats, Of, Program
from tradesim.engine.state import STEP, Calendar, Work

REACTION, IMPLEMENTATION = int(Of.REACTION), int(Of.IMPLEMENTATION)
COVERAGE, EQUIVALENT = int(Of.COVERAGE), int(Of.EQUIVALENT)
FEE, CONTROL = 1, 2
"""What a rule may charge beside duties."""


@called
def move(p: Program, w: Work, t: int, seed: np.uint64, looking: bool, answering: bool) -> None:
    """Have every economy look at every other, and answer and publish, or one of both.

    Pair by pair, while the rows of a pair are in the cache: nobody sees what others announce today. A user's
    own function is asked when all have looked and nobody has answered.
    """
    n = p.base.shape[1]
    for i in range(n):
        for j in range(n):
            a = p.rule_of[i, j]
            if a >= 0 and looking:
                look(p, w, a, t, seed)
            if i != j and answering:
                if a >= 0:
                    respond(p, w, a, t)
                _publish(p, w, a, i, j, t)
    if answering:
        _spread(p, w, t)


@called
def _publish(p: Program, w: Work, a: int, i: int, j: int, t: int) -> None:
    """Announce towards j what is scheduled and what rule a, if any, adds; as yesterday, if nothing is new."""
    n, calendar, held = p.base.shape[1], w.calendar, len(w.announced) - 1
    now, before = calendar.now[STEP] % held, (calendar.now[STEP] - 1) % held
    new = calendar.news[i, j]
    if new and a >= 0:
        _add_answer(p, w, a, i, j, t, now)
    else:
        for x in range(i * n + j, w.announced.shape[1], n * n):
            rows.copy(w.scheduled[x] if new else w.announced[before, x], w.announced[now, x])
    calendar.news[i, j] = new and _moved(w.announced, i * n + j, n, now, before)


@called
def _add_answer(p: Program, w: Work, a: int, i: int, j: int, t: int, now: int) -> None:
    """Add what rule a announces to the schedule; if it is not what it was, have it charged in time."""
    n, step, values = p.base.shape[1], w.calendar.now[STEP], w.rules.values[a]
    held = len(w.answered) - 1
    answered, before = w.answered[step % held, a], w.answered[(step - 1) % held, a]
    sign, x = -1.0 if p.rule_kind[a] == DEESCALATE else 1.0, i * n + j
    rows.total(w.scheduled[x], answered, sign, w.announced[now, x])
    if w.announced.shape[1] > n * n:
        rows.copy(w.scheduled[x + n * n], w.announced[now, x + n * n])
        rows.add_product(w.announced[now, x + n * n], answered, values[COVERAGE], sign)
    if rows.differ(answered, before):
        if p.rule_tariff[a] or p.rule_beside[a] == FEE:
            _mark(w.calendar, values[IMPLEMENTATION], w.rules.same[a, 1], t, i, j)
        if p.rule_beside[a] == CONTROL:
            _mark(w.calendar, values[IMPLEMENTATION], w.rules.same[a, 1], t, j, i)


@called
def _mark(calendar: Calendar, lag: Floats, same: bool, t: int, i: int, j: int) -> None:
    """Have a pair charged anew ``lag`` days from now."""
    for s in range(1 if same else len(lag)):
        day = t + int(lag[s])
        if day < len(calendar.awake):
            calendar.awake[day] = calendar.charging[day, i, j] = True


@called
def _moved(announced: Floats, x: int, n: int, now: int, before: int) -> bool:
    moved = rows.differ(announced[now, x], announced[before, x])
    if announced.shape[1] > n * n:
        x += n * n
        moved = moved or rows.differ(announced[now, x], announced[before, x])
    return moved


@called
def _spread(p: Program, w: Work, t: int) -> None:
    """Have those rules look, after their reaction, that see a pair whose announcements have moved."""
    n, calendar, days = p.base.shape[1], w.calendar, len(p.base)
    for a in range(len(p.rule_kind)):
        i, j = p.rule_pair[a, 0], p.rule_pair[a, 1]
        concerned = calendar.news[j, i]
        if w.rules.afar[a]:
            for k in range(n):
                concerned = concerned or calendar.news[j, k] or calendar.news[k, j]
        if concerned:
            lag = w.rules.values[a, REACTION]
            for s in range(1 if w.rules.same[a, 0] else len(lag)):
                day = t + int(lag[s])
                if day < days:
                    calendar.awake[day] = calendar.looking[day, a] = True
    if w.truces.fragile.any() and t + 1 < days and calendar.news.any():
        calendar.awake[t + 1] = calendar.provoking[t + 1] = True


@called
def charge(p: Program, w: Work, t: int) -> None:
    """Charge what is in force on day t, where it may differ from yesterday."""
    n, beside = p.base.shape[1], p.rule_beside.any()
    for i in range(n):
        for j in range(n):
            if i != j and w.calendar.charging[t, i, j]:
                _charge_duty(p, w, i, j, t)
                if beside:
                    _charge_beside(p, w, i, j, t)


@called
def _charge_duty(p: Program, w: Work, i: int, j: int, t: int) -> None:
    """Fill the duty of a pair: by law, and what its rule and shocks add."""
    a, lawful, duty = p.rule_of[i, j], w.laws.lawful[i, j], w.duty[i, j]
    shocked, share = w.shocks.charged[i, j], w.truces.share[i, j]
    if a < 0 or not p.rule_tariff[a]:
        rows.charge_shocks(lawful, shocked, share, duty)
        return
    answered, coverage = w.answered[_in_force(w, a, t), a], w.rules.values[a, COVERAGE]
    if p.rule_kind[a] == DEESCALATE:
        rows.charge_cut(lawful, w.laws.least[i, j], answered, coverage, shocked, share, duty)
    else:
        rows.charge_answer(lawful, answered, coverage, shocked, share, duty)


@called
def _in_force(w: Work, a: int, t: int) -> int:
    """Return where the row is of what rule a has announced and now charges."""
    lag, same = w.rules.values[a, IMPLEMENTATION], w.rules.same[a, 1]
    return rows.recall(w.answered, w.calendar.step_of, lag, same, t, a)


@called
def _charge_beside(p: Program, w: Work, i: int, j: int, t: int) -> None:
    """Fill the cost of a pair: fees that its importer charges, and controls of its exporter's."""
    rows.fill(w.cost[i, j], 0.0)
    for one, other, fees in ((i, j, True), (j, i, False)):
        a = p.rule_of[one, other]
        if a >= 0 and p.rule_beside[a] == (FEE if fees else CONTROL):
            answered, values = w.answered[_in_force(w, a, t), a], w.rules.values[a]
            rows.product(answered, values[COVERAGE], w.truces.share[one, other], 1.0, w.rules.seen)
            rows.add_product(w.cost[i, j], w.rules.seen, values[EQUIVALENT], 1.0)
