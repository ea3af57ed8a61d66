"""State: what a block of draws remembers while it runs; all of it scratch.

B draws stand side by side along the last axis: a *row* is one quantity of all of them, and everything that
moves is arithmetic over rows. Axes as in `tradesim.engine.program`. Days on which nothing can change in any
draw of the block are not played; a *step* is a day that is. R steps are remembered, X = channels × N × N.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.program import Arrival, Flags, Floats, Ints, Of, Program

YEAR = 365.25
RETURNS, WINDOWS, ARRIVALS, CHARGES, ENDS = range(5)
"""Lists of the agenda: suspended measures that return; truces; shocks that arrive, are charged, are over."""
LISTS = 5
WIDTH = 8
"""Numbers that the widest vector instructions take at once."""
STAGED = 8
"""Steps that are written together."""
STEP = 0
"""Place in ``now`` of the number of the current step."""
USED, SPARE = range(2)
"""Places in ``taken``: notes ever written, and the first that is free again (-1: none)."""
ROOMY = 500_000
"""Bytes that the state of a block should not exceed, so that it stays in the cache."""
TOUCHED = 4
"""Steps that a day looks at: today's and yesterday's, one seen and one charged."""
LIKELY = 32
"""Arrivals of a stream whose random numbers are made in advance, at most."""
LEAST, MOST = 32, 512
"""Draws side by side: fewer are slow, more gain nothing."""


class Agenda(NamedTuple):
    """What is due in a single draw, by list and day: linked notes.

    first : (5, T) int64, a note of each list and day, -1 for none. following : (C,) int64, the next.
    item : (C,) int64, see `tradesim.engine.agenda`. taken : (2,) int64, see `USED`, `SPARE`.
    """

    first: Ints
    following: Ints
    item: Ints
    taken: Ints


class Calendar(NamedTuple):
    """What is due in some draw of the block, by day.

    awake : (T,) bool, days to be played. looking : (T, A) bool, rules that must look. charging : (T, N, N)
    bool, pairs whose duty may change. provoking : (T,) bool, days on which a truce may be breached.
    step_of : (T,) int64. now : (1,) int64. news : (N, N) bool, pairs whose announcements may change today.
    """

    awake: Flags
    looking: Flags
    charging: Flags
    provoking: Flags
    step_of: Ints
    now: Ints
    news: Flags


class Truces(NamedTuple):
    """Truces by draw, all (K, B) but the last two.

    starts, ends, renewed, renewals, days, since, asked : int64; days held until ``since``, a day from which
    it is counted on while held; the latest day on which it was looked at.
    held, over, lapsed, breached : bool.
    moving, share : (N, N, B) float64: 0 where a truce holds a pair still, else 1; of surcharges charged.
    fragile : (K,) bool, whether a breach may end it in some draw.
    """

    starts: Ints
    ends: Ints
    renewed: Ints
    renewals: Ints
    days: Ints
    since: Ints
    asked: Ints
    held: Flags
    over: Flags
    lapsed: Flags
    breached: Flags
    moving: Floats
    share: Floats
    fragile: Flags


class Laws(NamedTuple):
    """Live measures by draw.

    enacted, revoked : (L, B) bool. scale, force : (L, B), of the rate as the record has it; the same, 0 where
    it is not charged. returns : (L, B) int64, day on which a suspended one does.
    change : (G, 2, B), what the levels of an act announce beyond what was known. touched : (B,) bool, whether
    anything of it may have changed today.
    """

    touched: Flags
    enacted: Flags
    revoked: Flags
    scale: Floats
    force: Floats
    returns: Ints
    change: Floats


class Shocks(NamedTuple):
    """Arrivals by stream and draw, one after the other in the order in which they were drawn.

    begin, many : (H, B) int64, place of the first of a stream in a draw, and how many there are. day : (C,)
    int64. size : (C,). standing : (2, H, B), what those in force add up to, announced and charged.
    coverage : (H, B). dice : (C, 2, B), random numbers of the first arrivals of a stream.
    """

    begin: Ints
    many: Ints
    day: Ints
    size: Floats
    standing: Floats
    coverage: Floats
    dice: Floats


class Rules(NamedTuple):
    """Rules by draw.

    values : (A, 13, B), columns `Of`. memory : (A, 4, B). noticed, own, first, wanted, heard, forgiven :
    (A, B). seen, third : (B,). same : (A, 2) bool, whether all draws have one reaction, and one
    implementation. afar, merciful : (A,) bool, whether some draw looks beyond the partner, and forgives.
    """

    values: Floats
    memory: Floats
    noticed: Floats
    own: Floats
    first: Floats
    wanted: Floats
    heard: Floats
    forgiven: Floats
    seen: Floats
    third: Floats
    same: Flags
    afar: Flags
    merciful: Flags


class Tally(NamedTuple):
    """What is kept of a draw whose path is not; B is 0 where it is.

    bin, since : (N, N, B) int64, of its duty; the day from which it has that. level, peak, total : (N, N, B),
    its duty, the highest, and duty × days until ``since``. passed : (V, N, N, B) int64, the first day above
    each level. places : (B,) int64, bins of today.
    """

    places: Ints
    bin: Ints
    since: Ints
    level: Floats
    peak: Floats
    total: Floats
    passed: Ints


class Stage(NamedTuple):
    """Steps that wait to be written: a few days of one draw stand together in the result.

    used : (1,) int64, how many. day : (8,) int64, their days. duty, cost : (B, 8, N × N). apart : uint64,
    places of pairs of two economies.
    """

    used: Ints
    day: Ints
    duty: Floats
    cost: Floats
    apart: NDArray[np.uint64]


class Work(NamedTuple):
    """Everything that a block remembers.

    draw, row : (B,) int64, its number, and its row of the parameters that differ between draws.
    announced : (R + 1, X, B), by step; answered : (R + 1, A, B), magnitude; the last place is scratch.
    scheduled : (X, B). duty, charged, cost : (N, N, B). outcome : (E, B) int64. weight : (O,), of an
    event's outcomes.
    """

    draw: Ints
    row: Ints
    agenda: Agenda
    calendar: Calendar
    truces: Truces
    laws: Laws
    shocks: Shocks
    rules: Rules
    tally: Tally
    stage: Stage
    announced: Floats
    answered: Floats
    scheduled: Floats
    duty: Floats
    charged: Floats
    cost: Floats
    outcome: Ints
    weight: Floats


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
        agenda=Agenda(_ints(LISTS, days), _ints(notes), _ints(notes), _ints(2)),
        calendar=_calendar(days, n, rules),
        truces=_truces(len(program.truce_lapses), n, size),
        laws=_laws(len(program.live_act), len(program.act_reference), size),
        shocks=_shocks(len(program.shock_stream), most_arrivals(program), _likely_arrivals(program), size),
        rules=_rules(rules, program.rule_values.shape[2], size),
        tally=_tally(n, levels, size if counted else 0),
        stage=_stage(n, 0 if counted else size, beside=bool(program.rule_instrument.any())),
        announced=_floats(max(reaction, 2) + 3, places, size),
        answered=_floats(implementation + 3, rules, size),
        scheduled=_floats(places, size),
        duty=_floats(n, n, size),
        charged=_floats(n, n, size),
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
        moving=_floats(n, n, size),
        share=_floats(n, n, size),
        fragile=_flags(truces),
    )


def _laws(lives: int, acts: int, size: int) -> Laws:
    return Laws(
        touched=_flags(size),
        enacted=_flags(lives, size),
        revoked=_flags(lives, size),
        scale=_floats(lives, size),
        force=_floats(lives, size),
        returns=_ints(lives, size),
        change=_floats(acts, 2, size),
    )


def _shocks(streams: int, most: int, likely: int, size: int) -> Shocks:
    return Shocks(
        begin=_ints(streams, size),
        many=_ints(streams, size),
        day=_ints(streams * size * most),
        size=_floats(streams * size * most),
        standing=_floats(2, streams, size),
        coverage=_floats(streams, size),
        dice=_floats(likely, 2, size),
    )


def _rules(rules: int, columns: int, size: int) -> Rules:
    return Rules(
        values=_floats(rules, columns, size),
        memory=_floats(rules, 4, size),
        noticed=_floats(rules, size),
        own=_floats(rules, size),
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
        places=_ints(size),
        bin=_ints(n, n, size),
        since=_ints(n, n, size),
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
    arrivals = 3 * most_arrivals(program) * len(program.shock_stream)
    truces = (5 + program.base.shape[1] ** 2) * len(program.truce_lapses)
    return int(arrivals + truces + 2 * len(program.effects) + 1)


def _longest(program: Program, column: int) -> int:
    """Return the longest lag of any rule and draw, in days of the horizon."""
    return min(int(program.rule_values[:, :, column].max(initial=0.0)), len(program.base))
