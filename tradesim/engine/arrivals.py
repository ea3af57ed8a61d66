"""Arrivals: shocks, drawn when a draw begins and added up as they come."""

import math

import numpy as np

from tradesim.engine.compiled import called
from tradesim.engine.numbers import pair
from tradesim.engine.program import NEVER, Arrival, Floats, Ints
from tradesim.engine.rows import fill
from tradesim.engine.state import ARRIVALS, CHARGES, ENDS, YEAR, Calendar, Places, Shocks

RATE, COVERAGE, IMPLEMENTATION = int(Arrival.RATE), int(Arrival.COVERAGE), int(Arrival.IMPLEMENTATION)
DAYS, MOST = int(Arrival.DAYS), int(Arrival.MOST)


@called
def draw_shocks(
    values: Floats,
    sizes: Floats,
    streams: Ints,
    draws: Ints,
    rows: Ints,
    seed: np.uint64,
    calendar: Calendar,
    shocks: Shocks,
) -> None:
    """Draw the shocks of a block and list those that arrive, are charged and are over by their days.

    values : (D, H, 5), columns `Arrival`. sizes : (H, Q), knots of the quantile function.
    """
    begin, most = 0, len(shocks.day) // max(shocks.begin.size, 1)
    _forget(shocks)
    for h in range(len(streams)):
        for number in range(len(shocks.dice)):
            waits, drawn = shocks.dice[number, 0], shocks.dice[number, 1]
            _throw(draws, number, streams[h], seed, waits, drawn)
            _wait(waits)
            _measure(sizes[h], drawn)
        for s in range(len(draws)):
            mine, stop = values[rows[s], h], begin + most
            day, size, draw = shocks.day[begin:stop], shocks.size[begin:stop], shocks.draw[begin:stop]
            count = _draw_stream(
                mine,
                sizes[h],
                streams[h],
                draws[s],
                seed,
                len(calendar.awake),
                day,
                size,
                draw,
                shocks.dice,
                s,
            )
            shocks.begin[h, s], shocks.many[h, s] = begin, count
            shocks.coverage[h, s] = mine[COVERAGE]
            shocks.at_once[h, s] = 1.0 if int(mine[IMPLEMENTATION]) == 0 else 0.0
            begin += count
    for which in range(3):
        _line_up(values, rows, which, calendar, shocks)


@called
def _line_up(values: Floats, rows: Ints, which: int, calendar: Calendar, shocks: Shocks) -> None:
    """List the shocks that arrive, or are charged later, or are over, by day and stream; have days played.

    Counted first, then put in their places, so that whatever is due on a day stands together. Counts are put
    two places on and added up; so the next place holds where a list begins, and, when it has been filled,
    where it ends, which is where the one after it begins.
    """
    streams, days, until = len(shocks.begin), len(calendar.awake), shocks.until[which]
    for place in range(len(until)):
        until[place] = 0
    _list_all(values, rows, which, days, shocks, False)
    for place in range(1, len(until)):
        until[place] += until[place - 1]
    if until[len(until) - 1] > 0:
        _list_all(values, rows, which, days, shocks, True)
        for t in range(days):
            calendar.awake[t] |= until[t * streams] < until[(t + 1) * streams]


@called
def _list_all(values: Floats, rows: Ints, which: int, days: int, shocks: Shocks, placing: bool) -> None:
    """Count the shocks of all streams by their days, or put them in their places."""
    for h in range(len(shocks.begin)):
        if _put_off(values, rows, h, which, shocks.delay) < days:
            stop = shocks.begin[h, len(rows) - 1] + shocks.many[h, len(rows) - 1]
            _list_stream(shocks, shocks.begin[h, 0], stop, h, days, which, placing)


@called
def _put_off(values: Floats, rows: Ints, h: int, which: int, delay: Ints) -> int:
    """Fill how long after its arrival a shock is on a list, `NEVER` if it is on none; return the least."""
    least = NEVER
    for s in range(len(delay)):
        lag, lasts = int(values[rows[s], h, IMPLEMENTATION]), int(values[rows[s], h, DAYS])
        if which == CHARGES:
            delay[s] = lag if 0 < lag < lasts else NEVER
        else:
            delay[s] = lasts if which == ENDS else 0
        least = min(least, delay[s])
    return least


@called
def _list_stream(shocks: Shocks, first: int, stop: int, h: int, days: int, which: int, placing: bool) -> None:
    """Count the shocks of one stream by their days, or put them in their places."""
    until, whose, points = shocks.until[which], shocks.whose[which], shocks.points[which]
    streams = len(shocks.begin)
    for k in range(np.uint64(first), np.uint64(stop)):
        s = shocks.draw[k]
        day = shocks.day[k] + shocks.delay[s]
        if day < days:
            due = np.uint64(day * streams + h + 1)
            if placing:
                place = np.uint64(until[due])
                whose[place], points[place] = s, shocks.size[k]
                until[due] += 1
            else:
                until[due + np.uint64(1)] += 1


@called
def _forget(shocks: Shocks) -> None:
    """Have nothing added to any pair."""
    for x in range(len(shocks.announced)):
        fill(shocks.announced[x], 0.0)
    for i in range(len(shocks.charged)):
        for j in range(len(shocks.charged)):
            fill(shocks.charged[i, j], 0.0)


@called
def _throw(draws: Ints, number: int, stream: int, seed: np.uint64, one: Floats, other: Floats) -> None:
    """Fill two rows with the numbers of an arrival: for all draws at once they cost a tenth."""
    for s in range(len(draws)):
        one[s], other[s] = pair(seed, draws[s], number, stream)


@called
def _wait(row: Floats) -> None:
    """Turn numbers into exponential waits: days until the next arrival, times the rate per year."""
    for s in range(len(row)):
        row[s] = -math.log(1.0 - row[s]) * YEAR


@called
def _measure(knots: Floats, row: Floats) -> None:
    """Turn numbers into sizes: all draws at once, so that they need not wait for the table one by one."""
    for s in range(len(row)):
        row[s] = _quantile(knots, row[s])


@called
def _quantile(knots: Floats, v: float) -> float:
    """Return the value of a quantile function, straight between its knots."""
    cells = len(knots) - 1
    cell = min(int(v * cells), cells - 1)
    return float(knots[cell] + (v * cells - cell) * (knots[cell + 1] - knots[cell]))


@called
def _draw_stream(
    values: Floats,
    sizes: Floats,
    stream: int,
    draw: int,
    seed: np.uint64,
    days: int,
    day: Ints,
    size: Floats,
    lane: Places,
    dice: Floats,
    s: int,
) -> int:
    """Fill ``day``, ``size``, ``lane`` with the shocks of a stream in draw s; return how many there are."""
    rate, lasts, ceiling = values[RATE], int(values[DAYS]), values[MOST]
    count, gone, time, standing = 0, 0, 0.0, 0.0
    while rate > 0.0 and count < len(day):
        if count < len(dice):
            wait, drawn = dice[count, 0, s], dice[count, 1, s]
        else:
            u, v = pair(seed, draw, count, stream)
            wait, drawn = -math.log(1.0 - u) * YEAR, _quantile(sizes, v)
        time += wait / rate
        if time >= days:
            break
        today = int(time)
        if gone < count and day[gone] + lasts <= today:
            standing = 0.0
            while gone < count and day[gone] + lasts <= today:
                gone += 1
            for k in range(gone, count):
                standing += size[k]
        day[count], size[count], lane[count] = today, max(0.0, min(drawn, ceiling - standing)), s
        standing += size[count]
        count += 1
    return count


@called
def arrive(
    values: Floats,
    pairs: Ints,
    rows: Ints,
    t: int,
    calendar: Calendar,
    shocks: Shocks,
    news: Floats,
    scheduled: Floats,
) -> None:
    """Add up the shocks that come or go on day t, and with the ``news`` of the law what is ``scheduled``.

    The news are yesterday's: on a day on which law changes all that is scheduled is put together once more.

    pairs : (H, 2). news, scheduled : (X, B).
    """
    streams = len(pairs)
    for which in (ARRIVALS, CHARGES, ENDS):
        for h in range(streams):
            first, stop = shocks.until[which, t * streams + h], shocks.until[which, t * streams + h + 1]
            if first < stop:
                i, j = pairs[h, 0], pairs[h, 1]
                calendar.charging[t, i, j] = True
                whose, points = shocks.whose[which, first:stop], shocks.points[which, first:stop]
                if which == CHARGES:
                    _charge(shocks, whose, points, h, i, j)
                else:
                    calendar.news[i, j] = True
                    if which == ARRIVALS:
                        _announce(shocks, whose, points, h, i, j, news, scheduled)
                    else:
                        _end(values, pairs, rows, shocks, whose, i, j, t, news, scheduled)


@called
def _announce(
    shocks: Shocks, whose: Places, points: Floats, h: int, i: int, j: int, news: Floats, scheduled: Floats
) -> None:
    """Add shocks to what is announced: in points, and of all trade; and to what is charged at once."""
    n, charged = len(shocks.charged), shocks.charged[i, j]
    coverage, at_once = shocks.coverage[h], shocks.at_once[h]
    x = i * n + j
    announced, law, known = shocks.announced[x], news[x], scheduled[x]
    for k in range(len(whose)):
        s = whose[k]
        announced[s] += points[k]
        known[s] = law[s] + announced[s]
        charged[s] += points[k] * at_once[s] * coverage[s]
    if len(shocks.announced) > n * n:
        x += n * n
        average, law, known = shocks.announced[x], news[x], scheduled[x]
        for k in range(len(whose)):
            s = whose[k]
            average[s] += points[k] * coverage[s]
            known[s] = law[s] + average[s]


@called
def _charge(shocks: Shocks, whose: Places, points: Floats, h: int, i: int, j: int) -> None:
    """Add shocks to what is charged."""
    charged, coverage = shocks.charged[i, j], shocks.coverage[h]
    for k in range(len(whose)):
        charged[whose[k]] += points[k] * coverage[whose[k]]


@called
def _end(
    values: Floats,
    pairs: Ints,
    rows: Ints,
    shocks: Shocks,
    whose: Places,
    i: int,
    j: int,
    t: int,
    news: Floats,
    scheduled: Floats,
) -> None:
    """Add up anew what all streams of a pair announce and charge where some of it is over."""
    n = len(shocks.charged)
    for s in whose:
        points, average, charged = 0.0, 0.0, 0.0
        for h in range(len(pairs)):
            if pairs[h, 0] == i and pairs[h, 1] == j:
                lag, lasts = int(values[rows[s], h, IMPLEMENTATION]), int(values[rows[s], h, DAYS])
                announced, coverage = sum_between(shocks, h, s, t - lasts, t), shocks.coverage[h, s]
                points += announced
                average += announced * coverage
                charged += sum_between(shocks, h, s, t - lasts, t - lag) * coverage
        shocks.announced[i * n + j, s], shocks.charged[i, j, s] = points, charged
        if len(shocks.announced) > n * n:
            shocks.announced[(n + i) * n + j, s] = average
        for x in range(i * n + j, len(news), n * n):
            scheduled[x, s] = news[x, s] + shocks.announced[x, s]


@called
def sum_between(shocks: Shocks, h: int, s: int, after: int, until: int) -> float:
    """Return what the shocks of a stream add up to that arrived in draw s after one day and until another.

    Always added up anew: to take away what is over would leave dust.
    """
    total = 0.0
    for k in range(shocks.begin[h, s], shocks.begin[h, s] + shocks.many[h, s]):
        if shocks.day[k] > until:
            break
        if shocks.day[k] > after:
            total += shocks.size[k]
    return total
