"""Arrivals: shocks, drawn when a draw begins and added up as they come."""

import math

import numpy as np

from tradesim.engine.agenda import NONE, draw_in, due, item_of, note, number_in, thing_in
from tradesim.engine.compiled import called
from tradesim.engine.numbers import pair
from tradesim.engine.program import Arrival, Floats, Ints
from tradesim.engine.rows import fill
from tradesim.engine.state import ARRIVALS, CHARGES, ENDS, YEAR, Agenda, Calendar, Shocks

RATE, COVERAGE, IMPLEMENTATION = int(Arrival.RATE), int(Arrival.COVERAGE), int(Arrival.IMPLEMENTATION)
DAYS, MOST = int(Arrival.DAYS), int(Arrival.MOST)
ANNOUNCED, CHARGED = 0, 1
"""What shocks add up to, from the day of their arrival and from when they are charged."""


@called
def draw_shocks(
    values: Floats,
    sizes: Floats,
    streams: Ints,
    draws: Ints,
    rows: Ints,
    seed: np.uint64,
    agenda: Agenda,
    calendar: Calendar,
    shocks: Shocks,
) -> None:
    """Draw the shocks of a block and note when each arrives, is charged and is over.

    values : (D, H, 5), columns `Arrival`. sizes : (H, Q), knots of the quantile function.
    """
    begin, most = 0, len(shocks.day) // max(shocks.begin.size, 1)
    _forget(shocks)
    for h in range(len(streams)):
        fill(shocks.standing[ANNOUNCED, h], 0.0)
        fill(shocks.standing[CHARGED, h], 0.0)
        for number in range(len(shocks.dice)):
            waits, drawn = shocks.dice[number, 0], shocks.dice[number, 1]
            _throw(draws, number, streams[h], seed, waits, drawn)
            _wait(waits)
            _measure(sizes[h], drawn)
        for s in range(len(draws)):
            mine, days = values[rows[s], h], len(calendar.awake)
            day, size = shocks.day[begin : begin + most], shocks.size[begin : begin + most]
            count = _draw_stream(mine, sizes[h], streams[h], draws[s], seed, days, day, size, shocks.dice, s)
            shocks.begin[h, s], shocks.many[h, s], shocks.coverage[h, s] = begin, count, mine[COVERAGE]
            begin += count
            lag, last = int(mine[IMPLEMENTATION]), int(mine[DAYS])
            for k in range(count):
                item = item_of(h, s, k)
                note(agenda, calendar, ARRIVALS, day[k], item)
                if 0 < lag < last:
                    note(agenda, calendar, CHARGES, day[k] + lag, item)
                if day[k] + last < days:
                    note(agenda, calendar, ENDS, day[k] + last, item)


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
    dice: Floats,
    s: int,
) -> int:
    """Fill ``day`` and ``size`` with the shocks of a stream in draw s; return how many there are."""
    rate, last, ceiling = values[RATE], int(values[DAYS]), values[MOST]
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
        if gone < count and day[gone] + last <= today:
            standing = 0.0
            while gone < count and day[gone] + last <= today:
                gone += 1
            for k in range(gone, count):
                standing += size[k]
        day[count], size[count] = today, max(0.0, min(drawn, ceiling - standing))
        standing += size[count]
        count += 1
    return count


@called
def arrive(
    values: Floats, pairs: Ints, rows: Ints, t: int, agenda: Agenda, calendar: Calendar, shocks: Shocks
) -> None:
    """Add up the shocks that come or go on day t; pairs : (H, 2)."""
    for which in (ARRIVALS, CHARGES, ENDS):
        while True:
            item = due(agenda, which, t)
            if item == NONE:
                break
            h, s = thing_in(item), draw_in(item)
            lag, i, j = int(values[rows[s], h, IMPLEMENTATION]), pairs[h, 0], pairs[h, 1]
            if which == ENDS:
                last = int(values[rows[s], h, DAYS])
                for channel in range(2):
                    shocks.standing[channel, h, s] = _standing(shocks, h, s, t - channel * lag, t - last)
                _sum_up(pairs, shocks, i, j, s)
            else:
                size = shocks.size[shocks.begin[h, s] + number_in(item)]
                _add(shocks, h, s, i, j, size, which == ARRIVALS, which == CHARGES or lag == 0)
            calendar.news[i, j] = calendar.charging[t, i, j] = True


@called
def _add(shocks: Shocks, h: int, s: int, i: int, j: int, size: float, announced: bool, charged: bool) -> None:
    """Add a shock to its stream and to its pair: in points, and of all trade."""
    n, coverage = len(shocks.charged), shocks.coverage[h, s]
    if announced:
        shocks.standing[ANNOUNCED, h, s] += size
        shocks.announced[i * n + j, s] += size
        if len(shocks.announced) > n * n:
            shocks.announced[(n + i) * n + j, s] += size * coverage
    if charged:
        shocks.standing[CHARGED, h, s] += size
        shocks.charged[i, j, s] += size * coverage


@called
def _sum_up(pairs: Ints, shocks: Shocks, i: int, j: int, s: int) -> None:
    """Add up anew what all streams of a pair announce and charge in draw s."""
    n, points, average, charged = len(shocks.charged), 0.0, 0.0, 0.0
    for h in range(len(pairs)):
        if pairs[h, 0] == i and pairs[h, 1] == j:
            announced, coverage = shocks.standing[ANNOUNCED, h, s], shocks.coverage[h, s]
            points += announced
            average += announced * coverage
            charged += shocks.standing[CHARGED, h, s] * coverage
    shocks.announced[i * n + j, s], shocks.charged[i, j, s] = points, charged
    if len(shocks.announced) > n * n:
        shocks.announced[(n + i) * n + j, s] = average


@called
def _standing(shocks: Shocks, h: int, s: int, until: int, after: int) -> float:
    """Return what the shocks add up to that arrived after one day and until another.

    Summed anew when one is over: what is taken away again would leave dust.
    """
    total = 0.0
    for k in range(shocks.begin[h, s], shocks.begin[h, s] + shocks.many[h, s]):
        if after < shocks.day[k] <= until:
            total += shocks.size[k]
    return total
