"""The whole: the parts of a scenario put together into a program."""

from collections.abc import Mapping, Sequence

import numpy as np

from tradesim.assembly.curves import curves_of
from tradesim.assembly.junctures import effect_arrays, event_arrays, once_streams, shock_arrays, truce_arrays
from tradesim.assembly.live import (
    CHARGES,
    announced_by,
    by_act,
    held_by,
    known_level,
    live_arrays,
    live_measures,
    since_eve,
)
from tradesim.assembly.naming import naming_problems
from tradesim.assembly.reactions import rule_arrays
from tradesim.assembly.strangers import stranger_problems
from tradesim.duties import contributions_on
from tradesim.engine.program import Flags, Floats, Ints, Program
from tradesim.errors import fail_if
from tradesim.events import Event
from tradesim.rules import Rule
from tradesim.schedule import Schedule
from tradesim.shocks import Shock
from tradesim.timegrid import TimeGrid
from tradesim.truces import Truce


def assemble(
    schedule: Schedule,
    grid: TimeGrid,
    rules: Mapping[str, Rule],
    truces: Sequence[Truce],
    events: Sequence[Event],
    shocks: Sequence[Shock] = (),
) -> Program:
    """Return the arrays of a scenario.

    Raises
    ------
    InputError
        For effects on unknown measures or truces, truces, rules and shocks between strangers, a rule by value
        without imports, a rule that asks a model where there is none, and live measures whose duty depends on
        what else is in force.
    """
    codes = schedule.economies.codes
    named = naming_problems(schedule, rules, truces, events)
    fail_if(dict.fromkeys([*stranger_problems(codes, rules, truces, events, shocks), *named]))
    held = [held_by(schedule, truce) for truce in truces]
    live = live_measures(schedule, held, events)
    fixed = schedule.only(m for m in schedule.measures if m not in live)
    lives = live_arrays(schedule, fixed, live, held, grid)
    effects, effect_value = effect_arrays(schedule, grid, live, truces, events)
    (base, least), opened = _duty(fixed, grid), _opened(schedule, fixed, grid)
    moving = [base, opened, least, lives["live_duty"], lives["live_news"], lives["act_known"]]
    return Program(
        base=base[1:].copy(),
        least=least[1:].copy(),
        eve=base[0].copy(),
        opened=opened[1:].copy(),
        busy=_busy(moving, len(grid), effects, [grid.position(event.date) for event in events]),
        **lives,
        **truce_arrays(truces, held, live, codes, grid),
        **event_arrays(events, codes, truces, grid),
        effects=effects,
        effect_value=effect_value,
        **rule_arrays(rules, schedule.economies, curves_of(rules, schedule, grid)),
        **shock_arrays(shocks, codes),
        once_stream=once_streams(events, truces),
    )


def _duty(schedule: Schedule, grid: TimeGrid) -> tuple[Floats, Floats]:
    """Return the duty from the eve on, and the part of it that measures of authority MFN contribute.

    Both (1 + T, N, N). What they contribute may be less than they would alone: another act may replace them.
    """
    days, economies = since_eve(grid), schedule.economies
    duty = np.zeros((len(days), len(economies), len(economies)))
    least = np.zeros_like(duty)
    for pair in {m.pair for m in schedule.measures}:
        own = [m for m in schedule.measures if m.pair == pair and m.charged and m.instrument == "tariff"]
        if own:
            i, j = (economies.index(code) for code in pair)
            parts = contributions_on(days, own)
            duty[:, i, j] = parts.sum(axis=1)
            least[:, i, j] = parts[:, [m.authority == "MFN" for m in own]].sum(axis=1)
    return duty, least


def _opened(schedule: Schedule, fixed: Schedule, grid: TimeGrid) -> Floats:
    """Return what the schedule announces above the reference from the eve on, ``(1 + T, N, N, 2)``.

    Of each act the highest level announced and not yet over counts, for as much as it exceeds the reference,
    which is what had been announced of that act before the first day. A level below both the reference and
    what was then known to come is a cut, and negative; the end of an older act, known before, is none.
    """
    n, days = len(fixed.economies), since_eve(grid)
    opened = np.zeros((len(days), n, n, 2))
    recorded = by_act(schedule.measures)
    charged = (m for m in fixed.measures if m.charged and m.instrument == "tariff" and m.basis in CHARGES)
    for act, levels in by_act(charged).items():
        i, j = (fixed.economies.index(code) for code in levels[0].pair)
        level = announced_by(levels, days).max(axis=1)
        known = known_level(recorded.get(act, []), levels, days)
        rise = np.maximum(level - level[0], 0.0)
        opened[:, i, j] += rise - np.maximum(np.minimum(known, level[0]) - level, 0.0)
    return opened


def _busy(moving: Sequence[Floats], days: int, effects: Ints, events: Sequence[int]) -> Flags:
    """Return the days on which something is scheduled, ``(T,)``: the first, and any unlike the day before."""
    busy = np.zeros(days, dtype=np.bool_)
    busy[0] = True
    for array in moving:
        rows = array[-days:].reshape(days, -1)
        busy[1:] |= (rows[1:] != rows[:-1]).any(axis=1)
    due = [int(day) for day in [*effects[:, 2], *events] if 0 <= day < days]
    busy[due] = True
    return busy
