"""Live measures: those that a truce suspends or an outcome switches; the day loop decides about them.

All others are one array of duties by day. A suspended measure that a truce names is live too: it is charged
whenever the truce is not in force, which is what brings it back exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from tradesim.assembly.tables import table
from tradesim.duties import contributions_on
from tradesim.engine.program import Flags, Floats, Ints
from tradesim.errors import InputError, Problem, fail_if
from tradesim.events import Effect, Event
from tradesim.knowledge import known_on
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.timegrid import EARLIEST, TimeGrid
from tradesim.truces import Truce

SAME = 1e-12
ON_TRUCES = {"start_truce", "extend_truce", "end_truce"}
CHARGES = {"ad_valorem", "specific"}
"""Bases whose rate is announced as such."""


class LiveArrays(TypedDict):
    """The part of a `Program` about live measures."""

    live_pair: Ints
    live_act: Ints
    act_pair: Ints
    live_duty: Floats
    live_eve: Floats
    live_news: Floats
    live_least: Flags
    live_enacted: Flags
    act_reference: Floats
    act_known: Floats


def live_arrays(
    schedule: Schedule,
    fixed: Schedule,
    live: Sequence[Measure],
    held: Sequence[Sequence[Measure]],
    grid: TimeGrid,
) -> LiveArrays:
    """Return the arrays of live measures; duties that depend on each other are refused."""
    codes, laws = fixed.economies.codes, [_as_law(m) for m in live]
    acts = sorted({m.act for m in live})
    pairs = {m.act: (codes.index(m.importer), codes.index(m.exporter)) for m in live}
    enacted = [m.status == "enacted" or any(m in names for names in held) for m in live]
    days = since_eve(grid)
    duty, news = _live_duty(fixed, live, days), announced_by(laws, days)
    known = np.zeros((len(days), len(acts), 2))
    recorded = by_act(schedule.measures)
    for k, act in enumerate(acts):
        of_act = [m for m, on in zip(live, enacted, strict=True) if on and m.act == act]
        known[:, k] = known_level(recorded.get(act, []), of_act, days)
    return LiveArrays(
        live_pair=table([(codes.index(m.importer), codes.index(m.exporter)) for m in live], 2),
        live_act=np.array([acts.index(m.act) for m in live], dtype=np.int64),
        act_pair=table([pairs[act] for act in acts], 2),
        live_duty=duty[1:].copy(),
        live_eve=duty[0].copy(),
        live_news=news[1:].copy(),
        live_least=np.array([m.authority == "MFN" for m in live], dtype=np.bool_),
        live_enacted=np.array(enacted, dtype=np.bool_),
        act_reference=known[0].copy(),
        act_known=known[1:].copy(),
    )


def by_act(measures: Iterable[Measure]) -> dict[tuple[str, ...], list[Measure]]:
    """Return the levels of each act, in order."""
    found: dict[tuple[str, ...], list[Measure]] = {}
    for measure in measures:
        found.setdefault(measure.act, []).append(measure)
    return found


def known_level(every: Sequence[Measure], levels: Sequence[Measure], days: NDArray[np.datetime64]) -> Floats:
    """Return the level of an act as it was expected on the first of the days, ``(T, 2)``.

    Parameters
    ----------
    every : all levels of the act, those that are not charged too. levels : of them those that count.
    """

    def key(measure: Measure) -> tuple[object, ...]:
        return measure.act, measure.effective, measure.announced, measure.rate, measure.coverage

    keys = {key(level) for level in levels}
    views = [view for view in known_on(every, days[0].item()) if key(view) in keys]
    return np.asarray(announced_by(views, days).max(axis=1, initial=0.0), dtype=np.float64)


def since_eve(grid: TimeGrid) -> NDArray[np.datetime64]:
    """Return the days of a grid and the one before them."""
    return np.arange(grid.start - np.timedelta64(1, "D"), grid.end)


def announced_by(measures: Sequence[Measure], days: NDArray[np.datetime64]) -> Floats:
    """Return what measures have announced and not yet ended: ``(T, L, 2)``, nominal and trade-weighted."""
    news = np.zeros((len(days), len(measures), 2))
    for k, measure in enumerate(measures):
        known = np.asarray(days >= np.datetime64(str(measure.announced), "D"))
        if measure.expires is not None:
            known &= days < np.datetime64(str(measure.expires), "D")
        news[:, k, 0] = known * measure.level
        news[:, k, 1] = known * (measure.level * measure.coverage)
    return news


def held_by(schedule: Schedule, truce: Truce) -> list[Measure]:
    """Return the measures between its parties that a truce names, charged or suspended ones."""
    found: list[Measure] = []
    for name in truce.suspend:
        among = [
            m
            for m in _matching(schedule, name, f"truce {truce.name!r}: suspend")
            if m.importer in truce.parties and m.exporter in truce.parties and m.instrument == "tariff"
        ]
        kept = [m for m in among if m.status in {"enacted", "suspended"}]
        fail_if([] if kept else [_without_effect(f"truce {truce.name!r}: suspend", name)])
        found += [m for m in kept if m not in found]
    return found


def _without_effect(where: str, name: str) -> Problem:
    allowed = "a tariff between the parties that was not withdrawn"
    return Problem("names nothing that can be switched", where, repr(name), allowed)


def live_measures(
    schedule: Schedule, held: Sequence[Sequence[Measure]], events: Sequence[Event]
) -> list[Measure]:
    """Return the measures that a truce or an outcome switches, in the order of the schedule."""
    wanted = [m for names in held for m in names]
    for event, effect in each_effect(events):
        if effect.action not in ON_TRUCES:
            wanted += targets(schedule, event, effect)
    live = [m for m in schedule.measures if m in wanted]
    fail_if(
        Problem(
            "cannot be switched in a run",
            f"measure {m.name!r}",
            f"stacking {m.stacking!r}, basis {m.basis!r}, instrument {m.instrument!r}",
            "a tariff that adds, ad valorem or specific",
        )
        for m in live
        if m.stacking != "add" or m.basis not in {"ad_valorem", "specific"} or m.instrument != "tariff"
    )
    return live


def targets(schedule: Schedule, event: str, effect: Effect) -> list[Measure]:
    """Return the measures that an effect touches."""
    where = f"event {event!r}: {effect.action}"
    found = [
        m
        for m in _matching(schedule, effect.target, where)
        if m.instrument == "tariff" and m.status != "revoked"
    ]
    fail_if([] if found else [_without_effect(where, effect.target)])
    return found


def _matching(schedule: Schedule, name: str, where: str) -> tuple[Measure, ...]:
    try:
        return schedule.matching(name)
    except InputError as error:
        raise error.at(where) from None


def each_effect(events: Sequence[Event]) -> list[tuple[str, Effect]]:
    """Return every effect with the name of its event."""
    return [(event.name, effect) for event in events for o in event.outcomes for effect in o.effects]


def _as_law(measure: Measure) -> Measure:
    """Return a live measure as it is charged when in force.

    A threat carried out has no end, and the outcome that enacts it is what announces it.
    """
    if measure.status == "threatened":
        return replace(measure, status="enacted", announced=EARLIEST, expires=None, expiry_announced=None)
    return replace(measure, status="enacted")


def _live_duty(fixed: Schedule, live: Sequence[Measure], days: NDArray[np.datetime64]) -> Floats:
    """Return what each live measure adds to its pair's duty by day, ``(T, L)``."""
    laws = [_as_law(m) for m in live]
    added = np.zeros((len(days), len(live)))
    for k, law in enumerate(laws):
        beside = [m for m in fixed.measures if m.pair == law.pair and m.charged and m.instrument == "tariff"]
        before = contributions_on(days, beside).sum(axis=1) if beside else 0.0
        added[:, k] = contributions_on(days, [*beside, law]).sum(axis=1) - before
    for pair in {law.pair for law in laws}:
        _check_additive(fixed, [law for law in laws if law.pair == pair], days, added, laws)
    return added


def _check_additive(
    fixed: Schedule, together: list[Measure], days: NDArray[np.datetime64], added: Floats, laws: list[Measure]
) -> None:
    """Refuse live measures whose duties do not add up, now or when some of them are switched."""
    beside = [
        m for m in fixed.measures if m.pair == together[0].pair and m.charged and m.instrument == "tariff"
    ]
    before = contributions_on(days, beside).sum(axis=1) if beside else 0.0
    all_in = contributions_on(days, [*beside, *together]).sum(axis=1) - before
    apart = added[:, [laws.index(law) for law in together]].sum(axis=1)
    limits = [name for law in together for name in limits_on(beside, law)] if len(together) > 1 else []
    if limits or np.abs(all_in - apart).max() > SAME:
        names = ", ".join(repr(law.name) for law in together)
        limited = f"limited together by {', '.join(sorted(set(limits))) or 'other measures'}"
        fail_if([Problem("duties that depend on each other", names, limited)])


def limits_on(measures: Sequence[Measure], law: Measure) -> list[str]:
    """Name the floors and caps that count a measure of a pair."""
    limits = [m for m in measures if m.pair == law.pair and m.charged and m.basis in {"floor", "cap"}]
    return [repr(m.name) for m in limits if not m.against or law.authority in m.against]
