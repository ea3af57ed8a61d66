"""Scratch: how much room a block needs, and how many draws stand side by side in it.

Nothing in it is set, but for the stage: what a block reads it has written before, whoever used the room last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from tradesim.engine.program import Arrival, Flags, Floats, Ints, Of, Program
from tradesim.engine.state import (
    YEAR,
    Agenda,
    Calendar,
    Laws,
    Places,
    Rules,
    Shocks,
    Stage,
    Tally,
    Truces,
    Work,
)

LISTS = 2
WIDTH = 8
"""Numbers that the widest vector instructions take at once."""
STAGED = 8
"""Steps that are written together."""
ROOMY = 4_000_000
"""Bytes that the state of a block should not exceed, so that it stays in the cache."""
LIKELY = 32
"""Arrivals of a stream whose random numbers are made in advance, at most."""
KEPT = 32_000_000
"""Bytes of a room that is kept between runs, at most."""
LEAST, MOST = 32, 1008
"""Draws side by side: fewer are slow, more gain nothing."""


class Needs(NamedTuple):
    """What decides how much room a block takes: counts, but for ``beside``.

    places : X, of announcements. columns : of the values of rules. seen, charged : days back, at most, of
    what rules see and of what is charged. outcomes : of one event. arrivals, likely : of one stream in a
    draw, at most and in advance. notes : of the agenda in a draw. beside : whether rules charge other than
    duties.
    """

    days: int
    economies: int
    places: int
    rules: int
    columns: int
    seen: int
    charged: int
    truces: int
    lives: int
    acts: int
    events: int
    outcomes: int
    streams: int
    arrivals: int
    likely: int
    notes: int
    beside: bool


def needs(program: Program) -> Needs:
    """Return what a program needs."""
    days, n = program.base.shape[:2]
    return Needs(
        days=days,
        economies=n,
        places=(1 + int(program.rule_view.max(initial=0))) * n * n,
        rules=len(program.rule_kind),
        columns=program.rule_values.shape[2],
        seen=max(_longest(program, Of.REACTION), 2),
        charged=_longest(program, Of.IMPLEMENTATION),
        truces=len(program.truce_lapses),
        lives=len(program.live_act),
        acts=len(program.act_reference),
        events=len(program.event_day),
        outcomes=program.event_odds.shape[2],
        streams=len(program.shock_stream),
        arrivals=most_arrivals(program),
        likely=_likely_arrivals(program),
        notes=_most_notes(program),
        beside=bool(program.rule_beside.any()),
    )


def room(need: Needs, size: int, *, levels: int = 0, counted: bool = False) -> Work:
    """Return scratch for ``size`` draws side by side.

    Parameters
    ----------
    counted : whether no path is kept. levels : V, of those whose first passage is.
    """
    n = need.economies
    return Work(
        draw=_ints(size),
        row=_ints(size),
        agenda=Agenda(_ints(LISTS, need.days), _ints(need.notes * size, 2), _ints(2)),
        calendar=_calendar(need),
        truces=_truces(need.truces, n, size),
        laws=_laws(need, size),
        shocks=_shocks(need, size),
        rules=_rules(need.rules, need.columns, size),
        tally=_tally(n, levels, size if counted else 0),
        stage=_stage(n, 0 if counted else size, beside=need.beside),
        announced=_floats(need.seen + 3, need.places, size),
        answered=_floats(need.charged + 3, need.rules, size),
        scheduled=_floats(need.places, size),
        duty=_floats(n, n, size),
        cost=_floats(n, n, size),
        outcome=_ints(need.events, size),
        weight=_floats(need.outcomes),
    )


def _calendar(need: Needs) -> Calendar:
    days, n = need.days, need.economies
    return Calendar(
        awake=_flags(days),
        looking=_flags(days, need.rules),
        charging=_flags(days, n, n),
        provoking=_flags(days),
        step_of=_ints(days),
        now=_ints(1),
        news=_flags(n, n),
    )


def _truces(truces: int, n: int, size: int) -> Truces:
    return Truces(
        starts=_ints(truces, size),
        ends=_ints(truces, size),
        renewed=_ints(truces, size),
        renewals=_ints(truces, size),
        days=_ints(truces, size),
        since=_ints(truces, size),
        asked=_ints(truces, size),
        held=_flags(truces, size),
        over=_flags(truces, size),
        lapsed=_flags(truces, size),
        breached=_flags(truces, size),
        eve=_flags(truces, size),
        moving=_floats(n, n, size),
        share=_floats(n, n, size),
        fragile=_flags(truces),
    )


def _laws(need: Needs, size: int) -> Laws:
    lives, n = need.lives, need.economies
    return Laws(
        touched=_flags(size),
        enacted=_flags(lives, size),
        revoked=_flags(lives, size),
        scale=_floats(lives, size),
        force=_floats(lives, size),
        returns=_ints(lives, size),
        change=_floats(need.acts, 2, size),
        lawful=_floats(n, n, size),
        least=_floats(n, n, size),
        news=_floats(need.places, size),
    )


def _shocks(need: Needs, size: int) -> Shocks:
    streams, n, arrivals = need.streams, need.economies, need.streams * size * need.arrivals
    return Shocks(
        begin=_ints(streams, size),
        many=_ints(streams, size),
        day=_ints(arrivals),
        size=_floats(arrivals),
        draw=_places(arrivals),
        whose=_places(3, arrivals),
        points=_floats(3, arrivals),
        until=_ints(3, need.days * streams + 2),
        delay=_ints(size),
        coverage=_floats(streams, size),
        at_once=_floats(streams, size),
        announced=_floats(need.places, size),
        charged=_floats(n, n, size),
        dice=_floats(need.likely, 2, size),
    )


def _rules(rules: int, columns: int, size: int) -> Rules:
    return Rules(
        values=_floats(rules, columns, size),
        memory=_floats(rules, 4, size),
        noticed=_floats(rules, size),
        first=_floats(rules, size),
        wanted=_floats(rules, size),
        heard=_floats(rules, size),
        forgiven=_floats(rules, size),
        seen=_floats(size),
        third=_floats(size),
        same=_flags(rules, 2),
        afar=_flags(rules),
        merciful=_flags(rules),
    )


def _tally(n: int, levels: int, size: int) -> Tally:
    return Tally(
        moved=_places(size),
        bin=_places(n, n, size),
        since=_floats(n, n, size),
        level=_floats(n, n, size),
        peak=_floats(n, n, size),
        total=_floats(n, n, size),
        passed=_ints(levels, n, n, size),
    )


def _stage(n: int, size: int, *, beside: bool) -> Stage:
    return Stage(
        used=_ints(1),
        day=_ints(STAGED),
        duty=np.zeros((size, STAGED, n * n)),  # what an economy charges itself nobody ever writes
        cost=np.zeros((size * beside, STAGED, n * n)),
        apart=np.flatnonzero(~np.eye(n, dtype=np.bool_)).astype(np.uint64),
    )


def _floats(*shape: int) -> Floats:
    return np.empty(shape)


def _ints(*shape: int) -> Ints:
    return np.empty(shape, dtype=np.int64)


def _places(*shape: int) -> Places:
    return np.empty(shape, dtype=np.uint64)


def _flags(*shape: int) -> Flags:
    return np.empty(shape, dtype=np.bool_)


_kept: list[tuple[tuple[Needs, int, int, bool], Work]] = []
"""The room used last, all that outlives a run: the system takes longer to hand out the memory of another than
a few draws take."""


@contextmanager
def lent(need: Needs, size: int, *, levels: int, counted: bool) -> Iterator[Work]:
    """Lend a room, the one kept if it fits, and keep it; whoever asks meanwhile gets another."""
    wanted = (need, size, levels, counted)
    try:
        fits, work = _kept.pop()
    except IndexError:
        fits = None
    if fits != wanted:
        work = room(need, size, levels=levels, counted=counted)
    yield work
    if bytes_of(work) <= KEPT:
        _kept[:] = [(wanted, work)]


def bytes_of(state: Any) -> int:
    """Return how many bytes a room, or a part of it, takes."""
    return sum(map(bytes_of, state)) if isinstance(state, tuple) else int(state.nbytes)


def lanes(need: Needs, size: int) -> int:
    """Return how many of ``size`` draws to run side by side, so that they fill blocks evenly."""
    most = int(np.clip(ROOMY // _touched(need), LEAST, MOST))
    blocks = max(1, -(-size // most))
    side_by_side = max(1, -(-size // blocks))
    return side_by_side if side_by_side < WIDTH else -(-side_by_side // WIDTH) * WIDTH


def _touched(need: Needs) -> int:
    """Return about how many bytes of the state of one draw a day touches."""
    rows = 30 * need.rules + 20 * need.economies**2 + 5 * need.lives + 12 * need.truces
    return 8 * (rows + need.streams * need.arrivals)


def most_arrivals(program: Program) -> int:
    """Return how many arrivals of a stream there is room for: twelve standard deviations above the mean."""
    mean = _mean_arrivals(program)
    return int(mean + 12 * np.sqrt(mean)) + 20


def _likely_arrivals(program: Program) -> int:
    """Return how many arrivals of a stream are worth preparing for."""
    mean = _mean_arrivals(program)
    return min(int(mean + np.sqrt(mean)) + 1, LIKELY)


def _mean_arrivals(program: Program) -> float:
    rates = program.shock_values[:, :, Arrival.RATE]
    return float(rates.max(initial=0.0)) * len(program.base) / YEAR


def _most_notes(program: Program) -> int:
    """Return how many things may be due in one draw at a time."""
    truces = (5 + program.base.shape[1] ** 2) * len(program.truce_lapses)
    return int(truces + 2 * len(program.effects) + 1)


def _longest(program: Program, column: int) -> int:
    """Return the longest lag of any rule and draw, in days of the horizon."""
    return min(int(program.rule_values[:, :, column].max(initial=0.0)), len(program.base))
