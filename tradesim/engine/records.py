"""Records: what is written of a block, day by day and at the end."""

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.arrivals import sum_between
from tradesim.engine.compiled import called
from tradesim.engine.program import DUST, Arrival, Floats, Ints, Program, Trace
from tradesim.engine.rows import copy, fill
from tradesim.engine.state import STEP, Places, Stage, Tally, Work
from tradesim.engine.windows import days_held, write_held

LASTS = int(Arrival.DAYS)
Place = np.uint64
ONE, WORD, PRIME = np.uint64(1), np.uint64(64), np.uint64(67)
BIT = np.zeros(67, np.uint64)
"""Which bit is set in a word that has one, by its remainder."""
BIT[[2**k % 67 for k in range(64)]] = range(64)


@called
def record(p: Program, w: Work, t: int, until: int, out: Trace, row: int, count: int) -> None:
    """Write what holds from day t until another for ``count`` draws, from a row of the result on."""
    if len(out.duties) > 0:
        _tally(p, w, t, out, count)
        return
    stage = w.stage
    place = stage.used[0] if t > 0 else 0
    stage.day[place] = t
    stage.used[0] = place + 1
    _put_on(w.duty, stage.duty, stage.apart, place, count)
    if len(out.cost) > 0:
        _put_on(w.cost, stage.cost, stage.apart, place, count)
    if stage.used[0] == len(stage.day) or until == len(p.base):
        _write(stage.duty, stage, until, out.duty, row, count)
        if len(out.cost) > 0:
            _write(stage.cost, stage, until, out.cost, row, count)
        stage.used[0] = 0
    if len(out.announced) > 0:
        _trace(p, w, t, until, out, row, count)


@called
def _put_on(values: Floats, steps: Floats, apart: Places, place: int, count: int) -> None:
    """Put (N, N, B) on a place of the stage, (B, 8, N × N); what an economy charges itself stays 0."""
    pairs, length = np.uint64(steps.shape[2]), np.uint64(steps.shape[1] * steps.shape[2])
    flat, rows = steps.reshape(steps.size), values.reshape((steps.shape[2], values.shape[2]))
    at = np.uint64(place) * pairs
    for s in range(np.uint64(count)):
        for x in apart:
            flat[at + x] = rows[x, s]
        at += length


@called
def _write(steps: Floats, stage: Stage, until: int, out: Floats, row: int, count: int) -> None:
    """Write (B, 8, N × N), each from its day until the next, into (S, T, N, N)."""
    pairs, days, used = steps.shape[2], np.uint64(out.shape[1]), stage.used[0]
    flat, source = out.reshape(out.size), steps.reshape(steps.size)
    length, span = np.uint64(steps.shape[1] * pairs), np.uint64(pairs)
    dense = until - stage.day[0] == used
    place = (np.uint64(row) * days + np.uint64(stage.day[0])) * span
    at = np.uint64(0)
    for _ in range(count):
        if dense:
            for x in range(np.uint64(used * pairs)):
                flat[place + x] = source[at + x]
        else:
            _write_long(flat, source, place, at, stage, until, span)
        place += days * span
        at += length


@called
def _write_long(
    flat: Floats, source: Floats, place: Place, at: Place, stage: Stage, until: int, span: Place
) -> None:
    """Write the steps of one draw of which some last for days."""
    for k in range(stage.used[0]):
        last = until if k + 1 == stage.used[0] else stage.day[k + 1]
        for _ in range(last - stage.day[k]):
            for x in range(span):
                flat[place + x] = source[at + x]
            place += span
        at += span


@called
def _trace(p: Program, w: Work, t: int, until: int, out: Trace, row: int, count: int) -> None:
    """Write what was announced, noticed and forgiven, from day t until another."""
    n, step = np.uint64(p.base.shape[1]), w.calendar.now[STEP]
    for s in range(count):
        for x in w.stage.apart:
            announced = w.announced[step % (len(w.announced) - 1), x, s]
            fill(out.announced[row + s, t:until, x // n, x % n], announced)
        for a in range(len(p.rule_kind)):
            fill(out.answered[row + s, t:until, a], w.answered[step % (len(w.answered) - 1), a, s])
            fill(out.noticed[row + s, t:until, a], w.rules.noticed[a, s])
            fill(out.forgiven[row + s, t:until, a], w.rules.forgiven[a, s])
        for h in range(len(p.shock_stream)):
            lasts = int(p.shock_values[w.row[s], h, LASTS])
            fill(out.shocked[row + s, t:until, h], sum_between(w.shocks, h, s, t - lasts, t))
        for k in range(len(p.truce_lapses)):
            fill(out.ends[row + s, t:until, k], w.truces.ends[k, s])


@called
def _tally(p: Program, w: Work, t: int, out: Trace, count: int) -> None:
    """Count each draw among those that charge as much from day t on, and no longer where it was."""
    n, first, moved = p.base.shape[1], w.calendar.now[STEP] == 0, w.tally.moved
    for i in range(n):
        for j in range(n):
            if i != j and w.calendar.charging[t, i, j]:
                if first:
                    many = _enter(w.tally, w.duty[i, j], i, j, len(p.base), count)
                else:
                    many = _find_moved(w.duty[i, j], w.tally.level[i, j], moved, count)
                if len(out.last) > 0:
                    _sum_up(w.tally, w.duty[i, j], i, j, t, many, first)
                _move(w.tally, w.duty[i, j], i, j, out.duties[t, i, j], out.scale[0], many, first)
                for v in range(len(out.levels)):
                    _pass(w.duty[i, j], out.levels[v], w.tally.passed[v, i, j], moved, many, t, len(p.base))


@called
def _enter(tally: Tally, duty: Floats, i: int, j: int, never: int, count: int) -> int:
    """Begin: every draw has moved, and none has passed a level."""
    fill(tally.total[i, j], 0.0)
    copy(duty, tally.peak[i, j])
    for s in range(count):
        tally.moved[s] = s
        for v in range(len(tally.passed)):
            tally.passed[v, i, j, s] = never
    return count


@called
def _find_moved(duty: Floats, level: Floats, moved: Places, count: int) -> int:
    """List the draws that no longer charge what they did; return how many.

    Compared 64 at a time into one word, of which each bit is then looked up: where one in ten has moved, to
    ask draw by draw takes twice as long. The remainders by 67 of the powers of two differ.
    """
    many = np.uint64(0)
    for low in range(np.uint64(0), np.uint64(count), WORD):
        bits = np.uint64(0)
        for k in range(min(WORD, np.uint64(count) - low)):
            bits |= np.uint64(duty[low + k] != level[low + k]) << k
        while bits > 0:
            rest = bits & (bits - ONE)
            moved[many] = low + BIT[(bits ^ rest) % PRIME]
            many += ONE
            bits = rest
    return int(many)


@called
def _sum_up(tally: Tally, duty: Floats, i: int, j: int, t: int, many: int, first: bool) -> None:
    """Add up the days of a duty where another takes its place, and note the highest."""
    level, since = tally.level[i, j], tally.since[i, j]
    total, peak = tally.total[i, j], tally.peak[i, j]
    for k in range(np.uint64(many)):
        s = tally.moved[k]
        if not first:
            total[s] += level[s] * (float(t) - since[s])
        since[s] = float(t)
        peak[s] = max(peak[s], duty[s])


@called
def _move(
    tally: Tally,
    duty: Floats,
    i: int,
    j: int,
    counts: NDArray[np.int32],
    scale: float,
    many: int,
    first: bool,
) -> None:
    """Count draws where they now are, and no longer where they were."""
    bins, level, last = tally.bin[i, j], tally.level[i, j], len(counts) - 1
    for k in range(np.uint64(many)):
        s = tally.moved[k]
        place = np.uint64(min(int(duty[s] * scale), last))
        counts[place] += 1
        if not first:
            counts[bins[s]] -= 1
        bins[s], level[s] = place, duty[s]


@called
def _pass(duty: Floats, level: float, passed: Ints, moved: Places, many: int, t: int, never: int) -> None:
    """Note the first day on which a duty exceeds a level, by more than rounding."""
    for k in range(np.uint64(many)):
        s = moved[k]
        if passed[s] == never and duty[s] > level + DUST:
            passed[s] = t


@called
def conclude(p: Program, w: Work, out: Trace, row: int, count: int) -> None:
    """Write what the draws of a block came to."""
    days, n = len(p.base), p.base.shape[1]
    for s in range(count):
        for event in range(len(p.event_day)):
            out.outcome[row + s, event] = w.outcome[event, s]
        for k in range(len(p.truce_lapses)):
            out.renewals[row + s, k] = w.truces.renewals[k, s]
            out.breached[row + s, k] = w.truces.breached[k, s]
            write_held(out.truce, out.truces, row + s, k, w.truces.since[k, s], days, w.truces.held[k, s])
        if len(out.last) > 0:
            for k in range(len(p.truce_lapses)):
                out.held[row + s, k] = days_held(w.truces, k, s, days)
            for i in range(n):
                for j in range(n):
                    _conclude_pair(w.tally, out, row + s, s, i, j, days)


@called
def _conclude_pair(tally: Tally, out: Trace, row: int, s: int, i: int, j: int, days: int) -> None:
    if i != j:
        last, length = tally.level[i, j, s], days - tally.since[i, j, s]
        out.last[row, i, j], out.peak[row, i, j] = last, tally.peak[i, j, s]
        out.mean[row, i, j] = (tally.total[i, j, s] + last * length) / days
        for v in range(len(out.levels)):
            out.first[row, i, j, v] = tally.passed[v, i, j, s]
