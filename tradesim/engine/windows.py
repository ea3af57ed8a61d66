"""Windows: truces that start, are renewed, breached and end."""

import math

import numpy as np

from tradesim.engine.agenda import NONE, draw_in, due, item_of, note, thing_in
from tradesim.engine.compiled import called
from tradesim.engine.numbers import uniform
from tradesim.engine.program import DUST, Flags, Floats, Ints, Program, Trace, Window
from tradesim.engine.rows import differ, fill
from tradesim.engine.state import WINDOWS, Calendar, Truces, Work

START, LENGTH = int(Window.START), int(Window.LENGTH)
START_SPREAD, LENGTH_SPREAD = int(Window.START_SPREAD), int(Window.LENGTH_SPREAD)
RENEWAL, RENEWAL_DAYS, RENEWALS = int(Window.RENEWAL), int(Window.RENEWAL_DAYS), int(Window.RENEWALS)
SURCHARGES, BREACH, TOLERANCE = int(Window.SURCHARGES), int(Window.BREACH), int(Window.TOLERANCE)


@called
def open_truces(p: Program, w: Work, numbers: Floats, low: int) -> None:
    """Put the truces of a block at the eve of the first day; ``numbers[low + s]`` are those of draw s."""
    events, truces, truce = len(p.event_day), len(p.truce_lapses), w.truces
    for k in range(truces):
        truce.fragile[k] = False
        for s in range(len(w.draw)):
            given, d = min(low + s, len(numbers) - 1), w.row[s]
            late = math.floor(numbers[given, events + k] * (p.truce_values[d, k, START_SPREAD] + 1.0))
            longer = numbers[given, events + truces + k] * (p.truce_values[d, k, LENGTH_SPREAD] + 1.0)
            starts = int(p.truce_values[d, k, START] + late)
            ends = int(starts + p.truce_values[d, k, LENGTH] + math.floor(longer))
            truce.starts[k, s], truce.ends[k, s] = starts, ends
            truce.renewed[k, s] = truce.renewals[k, s] = truce.days[k, s] = truce.since[k, s] = 0
            truce.asked[k, s] = -1
            truce.fragile[k] |= p.truce_values[d, k, BREACH] > 0.0
            truce.held[k, s] = truce.over[k, s] = truce.breached[k, s] = False
            truce.lapsed[k, s] = p.truce_lapses[k] and starts < ends and ends <= 0
            truce.eve[k, s] = starts < 0 <= ends
            note(w.agenda, w.calendar, WINDOWS, max(starts, 0), item_of(k, s))
            note(w.agenda, w.calendar, WINDOWS, ends, item_of(k, s))
    for i in range(p.base.shape[1]):
        for j in range(p.base.shape[1]):
            fill(truce.moving[i, j], 1.0)
            fill(truce.share[i, j], 1.0)


@called
def hold(p: Program, w: Work, t: int, seed: np.uint64, out: Trace, row: int, count: int) -> bool:
    """Renew, breach, end or begin what is due on day t; return whether anything changed.

    What has ended is written into the result, from a row on, for the first ``count`` draws.
    """
    changed = False
    if w.calendar.provoking[t]:
        _provoke(p, w, t)
    while True:
        item = due(w.agenda, WINDOWS, t)
        if item == NONE:
            break
        k, s = thing_in(item), draw_in(item)
        if w.truces.asked[k, s] < t:
            values, before, since = p.truce_values[w.row[s]], w.truces.held[k, s], w.truces.since[k, s]
            if _renewed(values[k], w.truces, k, s, t, p.truce_stream[k, 0], w.draw[s], seed):
                note(w.agenda, w.calendar, WINDOWS, w.truces.ends[k, s], item)
            broken = _broken(
                values[k],
                p.truce_parties[k],
                p.truce_stream[k, 1],
                w.truces,
                w.announced,
                w.calendar.step_of,
                k,
                s,
                t,
                w.draw[s],
                seed,
            )
            if _hold(w.truces, k, s, t, broken, p.truce_lapses[k]):
                w.laws.touched[s] = changed = True
            if w.truces.held[k, s] != before:
                _calm(p.truce_parties, values, w.truces, w.calendar, k, s, t)
                if s < count:
                    write_held(out.truce, out.truces, row + s, k, since, t, before)
    return changed


@called
def _provoke(p: Program, w: Work, t: int) -> None:
    """Have those truces looked at between whose parties more was announced yesterday than the day before."""
    n, remembered = p.base.shape[1], len(w.announced) - 1
    yesterday = w.calendar.step_of[t - 1] % remembered
    before = (w.calendar.step_of[t - 2] if t > 1 else -1) % remembered
    for k in range(len(p.truce_lapses)):
        for i in range(n if w.truces.fragile[k] else 0):
            for j in range(n):
                if i != j and p.truce_parties[k, i] and p.truce_parties[k, j]:
                    now, then = w.announced[yesterday, i * n + j], w.announced[before, i * n + j]
                    if differ(now, then):
                        for s in range(len(now)):
                            if now[s] > then[s] and w.truces.held[k, s]:
                                note(w.agenda, w.calendar, WINDOWS, t, item_of(k, s))


@called
def write_held(paths: Flags, counts: Ints, row: int, k: int, since: int, until: int, held: bool) -> None:
    """Write for some days whether a truce was in force, or count that from now on the contrary is true.

    paths : (S, T, K), of which S may be 0. counts : (T, K), of which T may be 0.
    """
    if len(paths) > 0:
        flat, truces = paths.reshape(paths.size), np.uint64(paths.shape[2])
        place = np.uint64((row * paths.shape[1] + since) * paths.shape[2] + k)
        for _ in range(until - since):
            flat[place] = held
            place += truces
    if until < len(counts):
        counts[until, k] += -1 if held else 1


@called
def _renewed(
    values: Floats, truces: Truces, k: int, s: int, t: int, stream: int, draw: int, seed: np.uint64
) -> bool:
    """Renew a truce that ends today, where the number has it so; return whether it was."""
    if not truces.held[k, s] or t != truces.ends[k, s] or truces.over[k, s]:
        return False
    if truces.renewed[k, s] >= values[RENEWALS] or uniform(seed, draw, t, stream) >= values[RENEWAL]:
        return False
    truces.ends[k, s] += int(values[RENEWAL_DAYS])
    truces.renewed[k, s] += 1
    truces.renewals[k, s] += 1
    return True


@called
def _broken(
    values: Floats,
    parties: Flags,
    stream: int,
    truces: Truces,
    announced: Floats,
    step_of: Ints,
    k: int,
    s: int,
    t: int,
    draw: int,
    seed: np.uint64,
) -> bool:
    """Return whether a party has provoked another, and the number has it that this ends the truce."""
    if values[BREACH] <= 0.0 or not truces.held[k, s] or t >= truces.ends[k, s]:
        return False
    if not _provoked(parties, announced, step_of, values[TOLERANCE], s, t):
        return False
    return bool(uniform(seed, draw, t, stream) < values[BREACH])


@called
def _hold(truces: Truces, k: int, s: int, t: int, broken: bool, lapses: bool) -> bool:
    """Note whether a truce is in force, and takes with it what it suspended; return whether that is new."""
    before, lapsed, holds = (
        truces.held[k, s],
        truces.lapsed[k, s],
        truces.starts[k, s] <= t < truces.ends[k, s],
    )
    truces.asked[k, s] = t
    if broken:
        truces.ends[k, s] = t
        truces.over[k, s] = truces.breached[k, s] = True
        holds = False
    elif lapses and not holds:
        truces.lapsed[k, s] = lapsed or before or (t == 0 and truces.eve[k, s])
    if holds != before:
        truces.days[k, s] += (t - truces.since[k, s]) * before
        truces.since[k, s] = t
        truces.held[k, s] = holds
    return bool(holds != before or truces.lapsed[k, s] != lapsed)


@called
def _provoked(parties: Flags, announced: Floats, step_of: Ints, tolerance: float, s: int, t: int) -> bool:
    """Return whether a party announced more against another yesterday than the day before."""
    n, remembered = len(parties), len(announced) - 1
    for i in range(n):
        for j in range(n):
            if i != j and parties[i] and parties[j]:
                x = i * n + j
                now = max(0.0, announced[step_of[t - 1] % remembered, x, s]) if t > 0 else 0.0
                then = max(0.0, announced[step_of[t - 2] % remembered, x, s]) if t > 1 else 0.0
                if now - then > tolerance + DUST:
                    return True
    return False


@called
def _calm(
    parties: Flags, values: Floats, truce: Truces, calendar: Calendar, changed: int, s: int, t: int
) -> None:
    """Note between which parties of a truce draw s now holds still, and what of surcharges is charged."""
    n = parties.shape[1]
    for i in range(n):
        for j in range(n):
            if i != j and parties[changed, i] and parties[changed, j]:
                moving, suspended = 1.0, 0.0
                for k in range(len(parties)):
                    if truce.held[k, s] and parties[k, i] and parties[k, j]:
                        moving = 0.0
                        suspended += values[k, SURCHARGES]
                truce.moving[i, j, s] = moving
                truce.share[i, j, s] = 1.0 - min(suspended, 1.0)
                calendar.charging[t, i, j] = True
                calendar.news[i, j] = True


@called
def days_held(truce: Truces, k: int, s: int, t: int) -> int:
    """Return on how many days before t a truce was in force."""
    return int(truce.days[k, s] + truce.held[k, s] * (t - truce.since[k, s]))
