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
    for h in range(len(streams)):
        fill(shocks.standing[ANNOUNCED, h], 0.0)
        fill(shocks.standing[CHARGED, h], 0.0)
        for number in range(len(shocks.dice)):
            _throw(draws, number, streams[h], seed, shocks.dice[number, 0], shocks.dice[number, 1])
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
def _throw(draws: Ints, number: int, stream: int, seed: np.uint64, one: Floats, other: Floats) -> None:
    """Fill two rows with the numbers of an arrival: for all draws at once they cost a tenth."""
    for s in range(len(draws)):
        one[s], other[s] = pair(seed, draws[s], number, stream)


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
    rate, last, ceiling, cells = values[RATE], int(values[DAYS]), values[MOST], len(sizes) - 1
    count, gone, time, standing = 0, 0, 0.0, 0.0
    while rate > 0.0 and count < len(day):
        u, v = (
            (dice[count, 0, s], dice[count, 1, s]) if count < len(dice) else pair(seed, draw, count, stream)
        )
        time -= math.log(1.0 - u) * YEAR / rate
        if time >= days:
            break
        today, cell = int(time), min(int(v * cells), cells - 1)
        if gone < count and day[gone] + last <= today:
            standing = 0.0
            while gone < count and day[gone] + last <= today:
                gone += 1
            for k in range(gone, count):
                standing += size[k]
        drawn = sizes[cell] + (v * cells - cell) * (sizes[cell + 1] - sizes[cell])
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
            lag, last = int(values[rows[s], h, IMPLEMENTATION]), int(values[rows[s], h, DAYS])
            if which == ENDS:
                for channel in range(2):
                    shocks.standing[channel, h, s] = _standing(shocks, h, s, t - channel * lag, t - last)
            else:
                size = shocks.size[shocks.begin[h, s] + number_in(item)]
                if which == ARRIVALS:
                    shocks.standing[ANNOUNCED, h, s] += size
                if which == CHARGES or lag == 0:
                    shocks.standing[CHARGED, h, s] += size
            calendar.news[pairs[h, 0], pairs[h, 1]] = True
            calendar.charging[t, pairs[h, 0], pairs[h, 1]] = True


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
