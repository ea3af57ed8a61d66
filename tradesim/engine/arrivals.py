"""Arrivals: shocks, drawn when a draw begins and added up as they come."""

import math

import numpy as np

from tradesim.engine.agenda import NONE, due, note
from tradesim.engine.compiled import called
from tradesim.engine.numbers import pair
from tradesim.engine.program import Arrival, Floats, Ints
from tradesim.engine.rows import fill
from tradesim.engine.state import ARRIVALS, YEAR, Agenda, Calendar, Shocks

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
    for h in range(len(streams)):
        fill(shocks.standing[ANNOUNCED, h], 0.0)
        fill(shocks.standing[CHARGED, h], 0.0)
        for s in range(len(draws)):
            d = rows[s]
            shocks.coverage[h, s] = values[d, h, COVERAGE]
            _draw_stream(values[d, h], sizes[h], streams[h], draws[s], seed, h, s, len(calendar.awake), shocks)
            lag, last, item = int(values[d, h, IMPLEMENTATION]), int(values[d, h, DAYS]), h * len(draws) + s
            for k in range(shocks.count[h, s]):
                day = shocks.day[h, s, k]
                note(agenda, calendar, ARRIVALS, day, item)
                if lag > 0:
                    note(agenda, calendar, ARRIVALS, day + lag, item)
                note(agenda, calendar, ARRIVALS, day + last, item)


@called
def _draw_stream(
    values: Floats,
    sizes: Floats,
    stream: int,
    draw: int,
    seed: np.uint64,
    h: int,
    s: int,
    days: int,
    shocks: Shocks,
) -> None:
    """Draw when the shocks of stream h arrive in draw s, and how large each is."""
    rate, last, ceiling = values[RATE], int(values[DAYS]), values[MOST]
    cells, most = len(sizes) - 1, shocks.day.shape[2]
    count, time = 0, 0.0
    _forget(shocks, h, s)
    while rate > 0.0 and count < most:
        u, v = pair(seed, draw, count, stream)
        time -= math.log(1.0 - u) * YEAR / rate
        if time >= days:
            break
        day, cell = int(time), min(int(v * cells), cells - 1)
        below, above = sizes[cell], sizes[cell + 1]
        size = below + (v * cells - cell) * (above - below)
        shocks.count[h, s] = count
        left = ceiling - running(shocks, ANNOUNCED, h, s, day, 0, last)
        shocks.day[h, s, count] = day
        shocks.size[h, s, count] = max(0.0, min(size, left))
        count += 1
    shocks.count[h, s] = count
    _forget(shocks, h, s)


@called
def arrive(
    values: Floats,
    pairs: Ints,
    rows: Ints,
    t: int,
    agenda: Agenda,
    calendar: Calendar,
    shocks: Shocks,
) -> None:
    """Add up the shocks that come or go on day t; pairs : (H, 2)."""
    while True:
        item = due(agenda, ARRIVALS, t)
        if item == NONE:
            break
        h, s = item // len(rows), item % len(rows)
        lag, last = int(values[rows[s], h, IMPLEMENTATION]), int(values[rows[s], h, DAYS])
        running(shocks, ANNOUNCED, h, s, t, 0, last)
        running(shocks, CHARGED, h, s, t, lag, last)
        calendar.news[pairs[h, 0], pairs[h, 1]] = True
        calendar.charging[t, pairs[h, 0], pairs[h, 1]] = True


@called
def running(shocks: Shocks, channel: int, h: int, s: int, t: int, lag: int, last: int) -> float:
    """Return what the shocks of a stream add up to on day t: announced, or charged.

    Each counts from ``lag`` days after its arrival until ``last`` days after it. They come and go in order:
    days may only be asked for one after the other.
    """
    come, gone, total = shocks.come[channel, h, s], shocks.gone[channel, h, s], shocks.standing[channel, h, s]
    while come < shocks.count[h, s] and shocks.day[h, s, come] + lag <= t:
        total += shocks.size[h, s, come]
        come += 1
    if gone < come and shocks.day[h, s, gone] + last <= t:
        while gone < come and shocks.day[h, s, gone] + last <= t:
            gone += 1
        total = 0.0  # summed anew: what is taken away again would leave dust
        for k in range(gone, come):
            total += shocks.size[h, s, k]
    shocks.come[channel, h, s], shocks.gone[channel, h, s], shocks.standing[channel, h, s] = come, gone, total
    return float(total)


@called
def _forget(shocks: Shocks, h: int, s: int) -> None:
    """Have the shocks of a stream come anew."""
    for channel in range(2):
        shocks.come[channel, h, s] = shocks.gone[channel, h, s] = 0
        shocks.standing[channel, h, s] = 0.0
