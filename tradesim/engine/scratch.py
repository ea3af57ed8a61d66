"""Scratch: how much room a block needs, and how many draws stand side by side in it."""

from typing import Any

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
ROOMY = 500_000
"""Bytes that the state of a block should not exceed, so that it stays in the cache."""
TOUCHED = 4
"""Steps that a day looks at: today's and yesterday's, one seen and one charged."""
LIKELY = 32
"""Arrivals of a stream whose random numbers are made in advance, at most."""
LEAST, MOST = 32, 504
"""Draws side by side: fewer are slow, more gain nothing."""


def room(program: Program, size: int, *, levels: int = 0, counted: bool = False) -> Work:
    """Return scratch for ``size`` draws side by side.

    Parameters
    ----------
    counted : whether no path is kept. levels : V, of those whose first passage is.
    """
    days, n = program.base.shape[:2]
    rules, places = len(program.rule_kind), (1 + int(program.rule_view.max(initial=0))) * n * n
    reaction, implementation = (_longest(program, column) for column in (Of.REACTION, Of.IMPLEMENTATION))
    notes = _most_notes(program) * size
    return Work(
        draw=_ints(size),
        row=_ints(size),
        agenda=Agenda(_ints(LISTS, days), _ints(notes, 2), _ints(2)),
        calendar=_calendar(days, n, rules),
        truces=_truces(len(program.truce_lapses), n, size),
        laws=_laws(program, places, size),
        shocks=_shocks(program, places, size),
        rules=_rules(rules, program.rule_values.shape[2], size),
        tally=_tally(n, levels, size if counted else 0),
        stage=_stage(n, 0 if counted else size, beside=bool(program.rule_beside.any())),
        announced=_floats(max(reaction, 2) + 3, places, size),
        answered=_floats(implementation + 3, rules, size),
        scheduled=_floats(places, size),
        duty=_floats(n, n, size),
        cost=_floats(n, n, size),
        outcome=_ints(len(program.event_day), size),
        weight=_floats(program.event_odds.shape[2]),
    )


def _calendar(days: int, n: int, rules: int) -> Calendar:
    return Calendar(
        awake=_flags(days),
        looking=_flags(days, rules),
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


def _laws(program: Program, places: int, size: int) -> Laws:
    lives, acts, n = len(program.live_act), len(program.act_reference), program.base.shape[1]
    return Laws(
        touched=_flags(size),
        enacted=_flags(lives, size),
        revoked=_flags(lives, size),
        scale=_floats(lives, size),
        force=_floats(lives, size),
        returns=_ints(lives, size),
        change=_floats(acts, 2, size),
        lawful=_floats(n, n, size),
        least=_floats(n, n, size),
        news=_floats(places, size),
    )


def _shocks(program: Program, places: int, size: int) -> Shocks:
    streams, n = len(program.shock_stream), program.base.shape[1]
    likely, arrivals = _likely_arrivals(program), streams * size * most_arrivals(program)
    return Shocks(  # lists are mostly empty: nobody reads what was not listed, and zeros cost more than a day
        begin=_ints(streams, size),
        many=_ints(streams, size),
        day=np.empty(arrivals, np.int64),
        size=np.empty(arrivals),
        draw=np.empty(arrivals, np.uint64),
        whose=np.empty((3, arrivals), np.uint64),
        points=np.empty((3, arrivals)),
        until=_ints(3, len(program.base) * streams + 2),
        delay=_ints(size),
        standing=_floats(2, streams, size),
        coverage=_floats(streams, size),
        at_once=_floats(streams, size),
        announced=_floats(places, size),
        charged=_floats(n, n, size),
        dice=_floats(likely, 2, size),
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
        duty=_floats(size, STAGED, n * n),
        cost=_floats(size * beside, STAGED, n * n),
        apart=np.flatnonzero(~np.eye(n, dtype=np.bool_)).astype(np.uint64),
    )


def _floats(*shape: int) -> Floats:
    return np.zeros(shape)


def _ints(*shape: int) -> Ints:
    return np.zeros(shape, dtype=np.int64)


def _places(*shape: int) -> Places:
    return np.zeros(shape, dtype=np.uint64)


def _flags(*shape: int) -> Flags:
    return np.zeros(shape, dtype=np.bool_)


def lanes(program: Program, size: int) -> int:
    """Return how many of ``size`` draws to run side by side, so that they fill blocks evenly."""
    each = _bytes(room(program, 1))
    most = int(np.clip(ROOMY // max(each, 1), LEAST, MOST))
    blocks = max(1, -(-size // most))
    side_by_side = max(1, -(-size // blocks))
    return side_by_side if side_by_side < WIDTH else -(-side_by_side // WIDTH) * WIDTH


def _bytes(state: Any) -> int:
    """Return how much of the state of one draw a day touches: not what is due on other days, or long past."""
    if isinstance(state, Agenda | Calendar | Shocks):
        return 0
    if isinstance(state, Work):
        past = state.announced[TOUCHED:].nbytes + state.answered[TOUCHED:].nbytes
        return sum(_bytes(part) for part in state) - past
    return sum(_bytes(part) for part in state) if isinstance(state, tuple) else int(state.nbytes)


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
