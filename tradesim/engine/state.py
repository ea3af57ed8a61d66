"""State: what a block of draws remembers while it runs; all of it scratch.

B draws stand side by side along the last axis: a *row* is one quantity of all of them, and everything that
moves is arithmetic over rows. Axes as in `tradesim.engine.program`. Days on which nothing can change in any
draw of the block are not played; a *step* is a day that is. R steps are remembered, X = channels × N × N.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.program import Flags, Floats, Ints

YEAR = 365.25
RETURNS, WINDOWS = range(2)
"""Lists of the agenda: suspended measures that return; truces."""
ARRIVALS, CHARGES, ENDS = range(3)
"""Lists of shocks: those that arrive, are charged, are over."""
STEP = 0
"""Place in ``now`` of the number of the current step."""
USED, SPARE = range(2)
"""Places in ``taken``: notes ever written, and the first that is free again (-1: none)."""


Places = NDArray[np.uint64]
"""Draws and places without a sign, so that nothing has to be checked or worked out on the way."""


class Agenda(NamedTuple):
    """What is due in a single draw, by list and day: linked notes.

    first : (2, T) int64, a note of each list and day, -1 for none. notes : (C, 2) int64, an item and the
    next note, see `tradesim.engine.agenda`. taken : (2,) int64, see `USED`, `SPARE`.
    """

    first: Ints
    notes: Ints
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
    held, over, lapsed, breached : bool. eve : bool, held on the day before the first.
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
    eve: Flags
    moving: Floats
    share: Floats
    fragile: Flags


class Laws(NamedTuple):
    """Live measures by draw.

    enacted, revoked : (L, B) bool. scale, force : (L, B), of the rate as the record has it; the same, 0 where
    it is not charged. returns : (L, B) int64, day on which a suspended one does.
    change : (G, 2, B), what the levels of an act announce beyond what was known. touched : (B,) bool, whether
    anything of it may have changed today. lawful, least : (N, N, B), duties by law, and the part of them that
    no rule gives back. news : (X, B), what law announces above the reference.
    """

    touched: Flags
    enacted: Flags
    revoked: Flags
    scale: Floats
    force: Floats
    returns: Ints
    change: Floats
    lawful: Floats
    least: Floats
    news: Floats


class Shocks(NamedTuple):
    """Arrivals by stream and draw, one after the other in the order in which they were drawn.

    begin, many : (H, B) int64, place of the first of a stream in a draw, and how many there are. day : (C,)
    int64. size : (C,). draw : (C,) uint64, the place of its draw in the block.
    whose, points : (3, C) uint64, float64: draws and sizes in the order in which shocks arrive, are charged
    and are over: those of stream h on day t stand from place ``until[:, t × H + h]`` to the next.
    until : (3, T × H + 2) int64, one more than is read, to count into.
    delay : (B,) int64, days by which one of these lists lags behind arrivals.
    coverage : (H, B). at_once : (H, B), 1 where they are charged on the day of their arrival, else 0.
    announced : (X, B), charged : (N, N, B), what they add to each pair.
    dice : (C, 2, B), random numbers of the first arrivals of a stream.
    """

    begin: Ints
    many: Ints
    day: Ints
    size: Floats
    draw: Places
    whose: Places
    points: Floats
    until: Ints
    delay: Ints
    coverage: Floats
    at_once: Floats
    announced: Floats
    charged: Floats
    dice: Floats


class Rules(NamedTuple):
    """Rules by draw.

    values : (A, 13, B), columns `Of`. memory : (A, 4, B). noticed, first, wanted, heard, forgiven : (A, B);
    first, announced by law, of rules that do not read it off the schedule. seen, third : (B,).
    same : (A, 2) bool, whether all draws have one reaction, and one implementation. afar, merciful :
    (A,) bool, whether some draw looks beyond the partner, and forgives.
    """

    values: Floats
    memory: Floats
    noticed: Floats
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

    bin : (N, N, B) uint64, of its duty. level, since, peak, total : (N, N, B), its duty, the day from which
    it has that, the highest, and duty × days until ``since``. passed : (V, N, N, B) int64, the first day
    above each level. moved : (B,) uint64, draws whose duty is not what it was.
    """

    moved: Places
    bin: Places
    since: Floats
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
    apart: Places


class Work(NamedTuple):
    """Everything that a block remembers.

    draw, row : (B,) int64, its number, and its row of the parameters that differ between draws.
    announced : (R + 1, X, B), by step; answered : (R + 1, A, B), magnitude; the last place is scratch.
    scheduled : (X, B). duty, cost : (N, N, B). outcome : (E, B) int64. weight : (O,), of an
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
    cost: Floats
    outcome: Ints
    weight: Floats
