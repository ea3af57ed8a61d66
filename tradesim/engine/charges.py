"""Charges: what is announced becomes known, and what is in force is charged."""

from tradesim.engine import rows
from tradesim.engine.arrivals import CHARGED
from tradesim.engine.compiled import called
from tradesim.engine.families import DEESCALATE
from tradesim.engine.program import Floats, Of, Program
from tradesim.engine.state import STEP, Calendar, Work

REACTION, IMPLEMENTATION = int(Of.REACTION), int(Of.IMPLEMENTATION)
COVERAGE, EQUIVALENT = int(Of.COVERAGE), int(Of.EQUIVALENT)
TARIFF, FEE = 0, 1


@called
def announce(p: Program, w: Work, t: int) -> None:
    """Publish what was announced on day t, and have those look, in time, whom it concerns."""
    n, calendar, step = p.base.shape[1], w.calendar, w.calendar.now[STEP]
    now, before = step % len(w.announced), (step - 1) % len(w.announced)
    for x in range(w.announced.shape[1]):
        i, j = x // n % n, x % n
        rows.copy(w.scheduled[x] if calendar.news[i, j] else w.announced[before, x], w.announced[now, x])
    for a in range(len(p.rule_kind)):
        i, j = p.rule_pair[a, 0], p.rule_pair[a, 1]
        if calendar.news[i, j]:
            _publish(p, w, a, i, j, t, now)
    for i in range(n):
        for j in range(n):
            if calendar.news[i, j]:
                calendar.news[i, j] = _moved(w.announced, i * n + j, n, now, before)
    _spread(p, w, t)


@called
def _publish(p: Program, w: Work, a: int, i: int, j: int, t: int, now: int) -> None:
    """Add what rule a announces, and note when it is charged if that is not what it did before."""
    n, step, values = p.base.shape[1], w.calendar.now[STEP], w.rules.values[a]
    answered, before = w.answered[step % len(w.answered), a], w.answered[(step - 1) % len(w.answered), a]
    sign = -1.0 if p.rule_kind[a] == DEESCALATE else 1.0
    rows.add(w.announced[now, i * n + j], answered, sign)
    if w.announced.shape[1] > n * n:
        rows.add_product(w.announced[now, (n + i) * n + j], answered, values[COVERAGE], sign)
    if rows.differ(answered, before):
        one, other = (i, j) if p.rule_instrument[a] <= FEE else (j, i)
        _mark(w.calendar, values[IMPLEMENTATION], w.rules.same[a, 1], t, one, other)


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
    if len(p.truce_lapses) > 0 and t + 1 < days and calendar.news.any():
        calendar.awake[t + 1] = calendar.provoking[t + 1] = True


@called
def charge(p: Program, w: Work, t: int) -> None:
    """Charge what is in force on day t, where it may differ from yesterday."""
    n = p.base.shape[1]
    for i in range(n):
        for j in range(n):
            if w.calendar.charging[t, i, j]:
                rows.fill(w.charged[i, j], 0.0)
                rows.fill(w.cost[i, j], 0.0)
    _charge_rules(p, w, t)
    for h in range(len(p.shock_stream)):
        i, j = p.shock_pair[h, 0], p.shock_pair[h, 1]
        if w.calendar.charging[t, i, j]:
            standing, coverage = w.shocks.standing[CHARGED, h], w.shocks.coverage[h]
            rows.add_triple(w.charged[i, j], standing, coverage, w.truces.share[i, j], 1.0)
    for i in range(n):
        for j in range(n):
            if w.calendar.charging[t, i, j]:
                _charge_pair(p, w, i, j, t)


@called
def _charge_rules(p: Program, w: Work, t: int) -> None:
    for a in range(len(p.rule_kind)):
        i, j, values = p.rule_pair[a, 0], p.rule_pair[a, 1], w.rules.values[a]
        instrument, answered = p.rule_instrument[a], w.rules.other
        one, other = (i, j) if instrument <= FEE else (j, i)
        if w.calendar.charging[t, one, other]:
            rows.remember(
                w.answered, w.calendar.step_of, values[IMPLEMENTATION], w.rules.same[a, 1], t, a, answered
            )
            share = w.truces.share[i, j]
            if instrument == TARIFF:
                sign = -1.0 if p.rule_kind[a] == DEESCALATE else 1.0
                rows.add_triple(w.charged[i, j], answered, values[COVERAGE], share, sign)
            else:
                rows.multiply(answered, values[EQUIVALENT])
                rows.add_triple(w.cost[one, other], answered, values[COVERAGE], share, 1.0)


@called
def _charge_pair(p: Program, w: Work, i: int, j: int, t: int) -> None:
    """Fill the duty of a pair: by law, and what rules and shocks add; no cut goes into what none gives."""
    lawful, least = w.rules.seen, w.rules.third
    rows.fill(lawful, p.base[t, i, j])
    rows.fill(least, p.least[t, i, j])
    for live in range(len(p.live_act)):
        if p.live_pair[live, 0] == i and p.live_pair[live, 1] == j:
            rows.add(lawful, w.laws.force[live], p.live_duty[t, live])
            if p.live_least[live]:
                rows.add(least, w.laws.force[live], p.live_duty[t, live])
    rows.keep_least(w.charged[i, j], lawful, least, w.duty[i, j])
