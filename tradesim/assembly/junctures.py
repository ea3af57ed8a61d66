"""Junctures: truces, events with their effects, and shocks as rows of numbers."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from tradesim.assembly.live import ON_TRUCES, limits_on, targets
from tradesim.assembly.tables import numbers, table, whole
from tradesim.engine.philox import stream_of
from tradesim.engine.program import NEVER, Act, Arrival, Flags, Floats, Ints, State, Window
from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.events import Effect, Event
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.shocks import CELLS, Shock
from tradesim.timegrid import TimeGrid
from tradesim.truces import Truce

ACTS = {act.name.lower(): act for act in Act}
STATES = {state.name.lower(): state for state in State}


class TruceArrays(TypedDict):
    """The part of a `Program` about truces."""

    truce_parties: Flags
    truce_suspends: Flags
    truce_lapses: Flags
    truce_values: Floats
    truce_stream: Ints


class EventArrays(TypedDict):
    """The part of a `Program` about events and their odds."""

    event_day: Ints
    event_odds: Floats
    event_count: Ints
    slope_of: Ints
    slope: Floats


class ShockArrays(TypedDict):
    """The part of a `Program` about shocks."""

    shock_pair: Ints
    shock_values: Floats
    shock_sizes: Floats
    shock_stream: Ints


def once_streams(events: Sequence[Event], truces: Sequence[Truce]) -> Ints:
    """Return the streams of what a draw draws once: outcomes, then starts, then lengths of truces."""
    return whole(
        [
            *(stream_of("event", event.name) for event in events),
            *(stream_of("start", truce.name) for truce in truces),
            *(stream_of("length", truce.name) for truce in truces),
        ]
    )


def truce_arrays(
    truces: Sequence[Truce],
    held: Sequence[Sequence[Measure]],
    live: Sequence[Measure],
    codes: Sequence[str],
    grid: TimeGrid,
) -> TruceArrays:
    """Return the arrays of truces."""
    rows = []
    for truce in truces:
        start, end = grid.position(truce.start), grid.position(truce.end)
        shared = [float(getattr(truce, w.name.lower())) for w in Window if w > Window.LENGTH]
        rows.append([float(start), float(end - start), *shared])
    return TruceArrays(
        truce_parties=table([[code in t.parties for code in codes] for t in truces], len(codes)) > 0,
        truce_suspends=table([[m in names for m in live] for names in held], len(live)) > 0,
        truce_lapses=np.array([truce.at_end == "lapse" for truce in truces], dtype=np.bool_),
        truce_values=numbers(rows, len(Window)),
        truce_stream=table(
            [(stream_of("renewal", truce.name), stream_of("breach", truce.name)) for truce in truces], 2
        ),
    )


def event_arrays(
    events: Sequence[Event], codes: Sequence[str], truces: Sequence[Truce], grid: TimeGrid
) -> EventArrays:
    """Return the arrays of events."""
    most = max((len(event.outcomes) for event in events), default=1)
    rows = [[o.probability for o in event.outcomes] for event in events]
    names = [truce.name for truce in truces]
    of, slopes = [], []
    for e, event in enumerate(events):
        for o, outcome in enumerate(event.outcomes):
            for state, slope in sorted(outcome.slopes.items()):
                of.append((e, o, *_state(state, codes, names)))
                slopes.append(float(slope))
    return EventArrays(
        event_day=whole([grid.position(event.date) for event in events]),
        event_odds=numbers([[*row, *[0.0] * (most - len(row))] for row in rows], most),
        event_count=whole([len(row) for row in rows]),
        slope_of=table(of, 5),
        slope=np.array(slopes, dtype=np.float64).reshape(1, len(slopes)),
    )


def _state(state: str, codes: Sequence[str], truces: Sequence[str]) -> tuple[int, int, int]:
    kind, _, name = state.partition(".")
    if kind == "duty":
        one, other = (codes.index(code) for code in name.split("-"))
        return int(State.DUTY), one, other
    return int(STATES[kind]), truces.index(name), 0


def shock_arrays(shocks: Sequence[Shock], codes: Sequence[str]) -> ShockArrays:
    """Return the arrays of shock streams."""
    rows = []
    for shock in shocks:
        days = float(NEVER if shock.days is None else shock.days)
        rows.append([shock.rate, shock.coverage, float(shock.implementation), days, shock.most])
    sizes = [shock.size.table() for shock in shocks]
    return ShockArrays(
        shock_pair=table([(codes.index(s.importer), codes.index(s.exporter)) for s in shocks], 2),
        shock_values=numbers(rows, len(Arrival)),
        shock_sizes=np.array(sizes, dtype=np.float64).reshape(len(shocks), CELLS + 1),
        shock_stream=whole([stream_of("shock", shock.name) for shock in shocks]),
    )


def effect_arrays(
    schedule: Schedule,
    grid: TimeGrid,
    live: Sequence[Measure],
    truces: Sequence[Truce],
    events: Sequence[Event],
) -> tuple[Ints, Floats]:
    """Return what outcomes do, (F, 5) and (F,), by day and then as written.

    Raises
    ------
    InputError
        For an unknown measure or truce, and a new rate where the duty does not move with it.
    """
    rows: list[tuple[int, int, int, int, int]] = []
    values: list[float] = []
    for e, event in enumerate(events):
        for o, outcome in enumerate(event.outcomes):
            for effect in outcome.effects:
                day = grid.position(event.date if effect.on is None else effect.on)
                for target, value in _places(schedule, grid, live, truces, event.name, effect):
                    rows.append((e, o, day, int(ACTS[effect.action]), target))
                    values.append(value)
    order = sorted(range(len(rows)), key=lambda row: rows[row][2])
    return table([rows[k] for k in order], 5), np.array([values[k] for k in order], dtype=np.float64)


def _places(
    schedule: Schedule,
    grid: TimeGrid,
    live: Sequence[Measure],
    truces: Sequence[Truce],
    event: str,
    effect: Effect,
) -> list[tuple[int, float]]:
    """Return (target, value) of each live measure or truce that an effect touches."""
    touched = touched_by(schedule, truces, event, effect)
    until = float(NEVER) if effect.until is None else float(grid.position(effect.until))
    if effect.action in ON_TRUCES:
        return [([truce.name for truce in truces].index(effect.target), until)]
    if effect.action != "set_rate":
        return [(live.index(m), until) for m in touched]
    return [(live.index(m), effect.rate / m.level if effect.rate else 0.0) for m in touched]


def touched_by(schedule: Schedule, truces: Sequence[Truce], event: str, effect: Effect) -> Sequence[Measure]:
    """Return the measures that an effect touches; none, if it is one on a truce.

    Raises
    ------
    InputError
        For an unknown measure or truce, and a new rate where the duty does not move with it.
    """
    where = f"event {event!r}: {effect.action}"
    if effect.action in ON_TRUCES:
        names = [truce.name for truce in truces]
        fail_if([] if effect.target in names else [unknown_name("truce", effect.target, names, where)])
        return ()
    touched = targets(schedule, event, effect)
    if effect.action == "set_rate":
        fail_if(problem.at(where) for m in touched for problem in _scale_problems(schedule, m))
    return touched


def _scale_problems(schedule: Schedule, measure: Measure) -> list[Problem]:
    """Refuse a new rate where the duty does not move in proportion to the rate."""
    name, limits = repr(measure.name), limits_on(schedule.measures, measure)
    if measure.level == 0:
        return [Problem("a rate of 0 cannot be scaled", "", name, "a measure with a rate")]
    if limits:
        return [Problem("duties that depend on each other", name, f"a new rate beside the limit {limits[0]}")]
    return []
