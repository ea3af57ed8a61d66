"""Assembly: a scenario's schedule, truces, events and rules turned into the engine's plain arrays.

Measures that a truce suspends or an outcome switches are *live*: the day loop decides about them. All others
are one array of duties by day. A suspended measure that a truce names is live too: it is charged whenever
the truce is not in force, which is what brings it back exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tradesim.duties import contributions_on
from tradesim.engine.program import NEVER, Act, Effects, Program
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.events import Effect, Event
from tradesim.measures import Measure
from tradesim.rules import Passive, Rule, answer
from tradesim.schedule import Schedule
from tradesim.timegrid import EARLIEST, TimeGrid
from tradesim.truces import Truce

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAME = 1e-12
ACTS = {
    "enact": Act.ENACT,
    "revoke": Act.REVOKE,
    "set_rate": Act.SET_RATE,
    "start_truce": Act.START_TRUCE,
    "extend_truce": Act.EXTEND_TRUCE,
    "end_truce": Act.END_TRUCE,
}
ON_TRUCES = {"start_truce", "extend_truce", "end_truce"}


def assemble(
    schedule: Schedule,
    grid: TimeGrid,
    rules: Mapping[str, Rule],
    truces: Sequence[Truce],
    events: Sequence[Event],
) -> Program:
    """Return the arrays of a scenario.

    Raises
    ------
    InputError
        For effects on unknown measures or truces, truces between strangers, and live measures whose duty
        depends on what else is in force.
    """
    codes = schedule.economies.codes
    fail_if([*_stranger_problems(codes, rules, truces)])
    held = [_held(schedule, truce) for truce in truces]
    live = _live(schedule, held, events)
    fixed = schedule.only(m for m in schedule.measures if m not in live)
    acts = sorted({m.act for m in live})
    enacted = np.array(
        [m.status == "enacted" or any(m in names for names in held) for m in live], dtype=np.bool_
    )
    news = _news([_as_law(m) for m in live], grid)
    ordered = [rules.get(code, Passive()) for code in codes]
    return Program(
        base=fixed.duty(grid),
        opened=_opened(fixed, grid),
        live_pair=_table([(codes.index(m.importer), codes.index(m.exporter)) for m in live], 2),
        live_duty=_live_duty(fixed, live, grid),
        live_news=news[1:],
        live_reference=np.where(enacted, news[0], 0.0),
        live_act=np.array([acts.index(m.act) for m in live], dtype=np.int64),
        live_enacted=enacted,
        truce_window=_table([_window(truce, grid) for truce in truces], 2),
        truce_parties=_table([[code in t.parties for code in codes] for t in truces], len(codes)) > 0,
        truce_suspends=_table([[m in names for m in live] for names in held], len(live)) > 0,
        truce_surcharges=np.array([truce.surcharges for truce in truces], dtype=np.float64),
        truce_lapses=np.array([truce.at_end == "lapse" for truce in truces], dtype=np.bool_),
        event_day=np.array([grid.position(event.date) for event in events], dtype=np.int64),
        event_odds=_odds(events),
        effects=_effects(schedule, grid, live, truces, events),
        answers=tuple(partial(answer, rule) for rule in ordered),
        reaction=np.array([rule.reaction for rule in ordered], dtype=np.int64),
        implementation=np.array([rule.implementation for rule in ordered], dtype=np.int64),
        coverage=np.array([rule.coverage for rule in ordered], dtype=np.float64),
    )


def _table(rows: Sequence[Sequence[int]], width: int) -> Ints:
    """Return rows as a (len(rows), width) array, also when there are none."""
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)


def _held(schedule: Schedule, truce: Truce) -> list[Measure]:
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


def _live(schedule: Schedule, held: Sequence[Sequence[Measure]], events: Sequence[Event]) -> list[Measure]:
    wanted = [m for names in held for m in names]
    for event, effect in _each_effect(events):
        if effect.action not in ON_TRUCES:
            wanted += _targets(schedule, event, effect)
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


def _targets(schedule: Schedule, event: str, effect: Effect) -> list[Measure]:
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


def _each_effect(events: Sequence[Event]) -> list[tuple[str, Effect]]:
    return [(event.name, effect) for event in events for o in event.outcomes for effect in o.effects]


def _as_law(measure: Measure) -> Measure:
    """Return a live measure as it is charged when in force.

    A threat carried out has no end, and the outcome that enacts it is what announces it.
    """
    if measure.status == "threatened":
        return replace(measure, status="enacted", announced=EARLIEST, expires=None, expiry_announced=None)
    return replace(measure, status="enacted")


def _live_duty(fixed: Schedule, live: Sequence[Measure], grid: TimeGrid) -> Floats:
    """Return what each live measure adds to its pair's duty by day, ``(T, L)``."""
    days, laws = grid.days, [_as_law(m) for m in live]
    added = np.zeros((len(grid), len(live)))
    for k, law in enumerate(laws):
        beside = [m for m in fixed.measures if m.pair == law.pair and m.charged and m.instrument == "tariff"]
        before = contributions_on(days, beside).sum(axis=1) if beside else 0.0
        added[:, k] = contributions_on(days, [*beside, law]).sum(axis=1) - before
    for pair in {law.pair for law in laws}:
        _check_additive(fixed, [law for law in laws if law.pair == pair], grid, added, laws)
    return added


def _check_additive(
    fixed: Schedule, together: list[Measure], grid: TimeGrid, added: Floats, laws: list[Measure]
) -> None:
    """Refuse live measures whose duties do not add up, now or when some of them are switched."""
    beside = [
        m for m in fixed.measures if m.pair == together[0].pair and m.charged and m.instrument == "tariff"
    ]
    before = contributions_on(grid.days, beside).sum(axis=1) if beside else 0.0
    all_in = contributions_on(grid.days, [*beside, *together]).sum(axis=1) - before
    apart = added[:, [laws.index(law) for law in together]].sum(axis=1)
    limits = [name for law in together for name in _limits_on(beside, law)] if len(together) > 1 else []
    if limits or np.abs(all_in - apart).max() > SAME:
        names = ", ".join(repr(law.name) for law in together)
        limited = f"limited together by {', '.join(sorted(set(limits))) or 'other measures'}"
        fail_if([Problem("duties that depend on each other", names, limited)])


def _limits_on(measures: Sequence[Measure], law: Measure) -> list[str]:
    """Name the floors and caps that count a measure of a pair."""
    limits = [m for m in measures if m.pair == law.pair and m.charged and m.basis in {"floor", "cap"}]
    return [repr(m.name) for m in limits if not m.against or law.authority in m.against]


def _opened(fixed: Schedule, grid: TimeGrid) -> Floats:
    """Return the nominal surcharges that the schedule announces above the reference, ``(T, N, N)``.

    Of each act the highest level announced and not yet over counts, for as much as it exceeds the reference,
    which is what had been announced of that act before the first day. The end of an older act is no cut.
    """
    n = len(fixed.economies)
    opened = np.zeros((len(grid) + 1, n, n))
    acts: dict[tuple[str, ...], list[Measure]] = {}
    for m in fixed.measures:
        if m.charged and m.instrument == "tariff" and m.basis in {"ad_valorem", "specific"}:
            acts.setdefault(m.act, []).append(m)
    for levels in acts.values():
        i, j = (fixed.economies.index(code) for code in levels[0].pair)
        level = _news(levels, grid).max(axis=1)
        opened[:, i, j] += np.maximum(level - level[0], 0.0)
    return opened[1:]


def _news(measures: Sequence[Measure], grid: TimeGrid) -> Floats:
    """Return the nominal rate of measures while announced and not over, ``(1 + T, L)``, from the eve on."""
    days = np.arange(grid.start - np.timedelta64(1, "D"), grid.end)
    news = [_announced(measure, days) for measure in measures]
    return np.column_stack(news) if news else np.zeros((len(days), 0))


def _announced(measure: Measure, days: NDArray[np.datetime64]) -> Floats:
    known = np.asarray(days >= np.datetime64(str(measure.announced), "D"))
    if measure.expires is not None:
        known &= days < np.datetime64(str(measure.expires), "D")
    return np.asarray(known * measure.level, dtype=np.float64)


def _odds(events: Sequence[Event]) -> Floats:
    most = max((len(event.outcomes) for event in events), default=1)
    odds = np.ones((len(events), most))
    for k, event in enumerate(events):
        odds[k, : len(event.outcomes) - 1] = np.cumsum([o.probability for o in event.outcomes])[:-1]
    return odds


def _effects(
    schedule: Schedule, grid: TimeGrid, live: list[Measure], truces: Sequence[Truce], events: Sequence[Event]
) -> Effects:
    rows: list[tuple[int, int, int, int, int, float]] = []
    for e, event in enumerate(events):
        for o, outcome in enumerate(event.outcomes):
            for effect in outcome.effects:
                day = grid.position(event.date if effect.on is None else effect.on)
                places = _places(schedule, grid, live, truces, event.name, effect)
                rows += [(e, o, day, int(ACTS[effect.action]), target, value) for target, value in places]
    rows.sort(key=lambda row: row[2])
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    whole = np.array(columns[:5], dtype=np.int64).reshape(5, len(rows))
    return Effects(
        event=whole[0],
        outcome=whole[1],
        day=whole[2],
        act=whole[3],
        target=whole[4],
        value=np.array(columns[5], dtype=np.float64),
    )


def _places(
    schedule: Schedule,
    grid: TimeGrid,
    live: list[Measure],
    truces: Sequence[Truce],
    event: str,
    effect: Effect,
) -> list[tuple[int, float]]:
    """Return (target, value) of each live measure or truce that an effect touches."""
    if effect.action in ON_TRUCES:
        names = [truce.name for truce in truces]
        if effect.target not in names:
            raise InputError(
                [unknown_name("truce", effect.target, names, f"event {event!r}: {effect.action}")]
            )
        until = float(NEVER) if effect.until is None else float(grid.position(effect.until))
        return [(names.index(effect.target), until)]
    where = f"event {event!r}: {effect.action}"
    touched = _targets(schedule, event, effect)
    if effect.action == "set_rate":
        fail_if(problem.at(where) for m in touched for problem in _scale_problems(schedule, m))
    scale = [effect.rate / m.level if effect.rate and m.level else 0.0 for m in touched]
    return [(live.index(m), share) for m, share in zip(touched, scale, strict=True)]


def _scale_problems(schedule: Schedule, measure: Measure) -> list[Problem]:
    """Refuse a new rate where the duty does not move in proportion to the rate."""
    name, limits = repr(measure.name), _limits_on(schedule.measures, measure)
    if measure.level == 0:
        return [Problem("a rate of 0 cannot be scaled", "", name, "a measure with a rate")]
    if limits:
        return [Problem("duties that depend on each other", name, f"a new rate beside the limit {limits[0]}")]
    return []


def _window(truce: Truce, grid: TimeGrid) -> tuple[int, int]:
    return grid.position(truce.start), grid.position(truce.end)


def _stranger_problems(
    codes: Sequence[str], rules: Mapping[str, Rule], truces: Sequence[Truce]
) -> list[Problem]:
    strangers = [unknown_name("economy", code, codes, "rules") for code in rules if code not in codes]
    for truce in truces:
        strangers += [
            unknown_name("economy", code, codes, f"truce {truce.name!r}: parties")
            for code in truce.parties
            if code not in codes
        ]
    return strangers
