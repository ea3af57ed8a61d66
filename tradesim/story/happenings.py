"""Happenings: what happens to all: outcomes of events; truces that begin, are renewed, breached, end."""

from collections.abc import Iterator

import numpy as np

from tradesim.story.draw import SAME, Draw, Row
from tradesim.story.words import listed, points
from tradesim.truces import Truce


def event_rows(draw: Draw) -> Iterator[Row]:
    """Yield the outcomes of the events."""
    for event, outcome in draw.chosen:
        why = f"{event.name}: {outcome.name}" + (f" ({outcome.note})" if outcome.note else "")
        yield Row(draw.told.grid.position(event.date), "event", why)


def truce_rows(draw: Draw) -> Iterator[Row]:
    """Yield what becomes of the truces."""
    for k, truce in enumerate(draw.told.truces):
        held, ends = draw.trace.truce[0, :, k].astype(np.int8), draw.trace.ends[0, :, k]
        between = listed(truce.parties)
        if held[0]:
            yield Row(0, "truce", f"{truce.name} holds between {between}")
        for t in np.flatnonzero(np.diff(held)) + 1:
            what = "begins" if held[t] else _ending(draw, truce, k, int(t))
            yield Row(int(t), "truce", f"{truce.name} {what} ({between})")
        for t in np.flatnonzero(np.diff(ends) > 0) + 1:
            if held[t - 1] and held[t] and ends[t - 1] == t:
                until = draw.date(int(ends[t]))
                yield Row(int(t), "truce", f"{truce.name} is renewed until {until} ({between})")


def _ending(draw: Draw, truce: Truce, k: int, t: int) -> str:
    """Say how a truce ended on day t, and what became of what it suspended."""
    returns = "what it suspended returns"
    if draw.laws.breached[t + 1, k]:
        return f"is breached, {_provokers(draw, truce, t)}: {returns}"
    if truce.at_end == "snapback" or (truce.surcharges > 0 and not truce.suspend):
        return f"ends: {returns}"
    if truce.surcharges > 0:
        return "ends: what it named is gone, what else it suspended returns"
    return "ends: what it suspended is gone"


def _provokers(draw: Draw, truce: Truce, t: int) -> str:
    announced, codes = np.maximum(draw.announced[:, 0], 0.0), draw.codes
    rise = announced[t] - announced[t - 1]
    return " and ".join(
        f"{codes[i]} having announced {points(rise[i, j])} more on {codes[j]}"
        for i, j in np.argwhere(rise > truce.tolerance + SAME)
        if {codes[i], codes[j]} <= set(truce.parties)
    )
