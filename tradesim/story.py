"""Story: one draw told as a table: who did what, when, from what to what, and why."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tradesim.assembly import answering
from tradesim.engine.families import UNLIMITED
from tradesim.engine.program import Trace
from tradesim.events import Effect, Event
from tradesim.rules import Deescalate, Rebalance, Rule
from tradesim.schedule import Schedule
from tradesim.shocks import Shock
from tradesim.timegrid import TimeGrid, as_date
from tradesim.truces import Truce

Row = dict[str, object]
SAME = 1e-12
COLUMNS = ("date", "kind", "importer", "exporter", "from", "to", "charged", "why")


class Told(Protocol):
    """What is told: a scenario."""

    @property
    def schedule(self) -> Schedule: ...  # noqa: D102
    @property
    def grid(self) -> TimeGrid: ...  # noqa: D102
    @property
    def rules(self) -> Mapping[str, Rule]: ...  # noqa: D102
    @property
    def truces(self) -> tuple[Truce, ...]: ...  # noqa: D102
    @property
    def events(self) -> tuple[Event, ...]: ...  # noqa: D102
    @property
    def shocks(self) -> tuple[Shock, ...]: ...  # noqa: D102


def story(trace: Trace, told: Told) -> pd.DataFrame:
    """Return the story of the one draw in ``trace``, a traced run of a scenario.

    Returns
    -------
    DataFrame
        Columns date, kind (``announces``, ``forgives``, ``event``, ``truce``), importer, exporter, from and
        to (surcharge announced above the reference, nominal fraction; a cut below it is negative), charged
        (first day it is charged, where a rule or a shock announced it) and why; one row per move, by date.
    """
    rows = [*_happenings(trace, told), *_truces(trace, told), *_announcements(trace, told)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("date", "charged"):
        table[name] = pd.to_datetime(table[name])
    for name in ("from", "to"):
        table[name] = table[name].astype("float64")
    return table.sort_values("date", kind="stable", ignore_index=True)


def _happenings(trace: Trace, told: Told) -> Iterator[Row]:
    for k, event in enumerate(told.events):
        outcome = event.outcomes[int(trace.outcome[0, k])]
        why = f"{event.name}: {outcome.name}" + (f" ({outcome.note})" if outcome.note else "")
        yield {"date": np.datetime64(str(event.date), "D"), "kind": "event", "why": why}


def _truces(trace: Trace, told: Told) -> Iterator[Row]:
    days = told.grid.days
    for k, truce in enumerate(told.truces):
        held, ends = trace.truce[0, :, k].astype(np.int8), trace.ends[0, :, k]
        between = " and ".join(truce.parties)
        if held[0]:
            yield {"date": days[0], "kind": "truce", "why": f"{truce.name} holds between {between}"}
        for t in np.flatnonzero(np.diff(held)) + 1:
            what = "begins" if held[t] else _ending(trace, told, truce, k, int(t))
            yield {"date": days[t], "kind": "truce", "why": f"{truce.name} {what} ({between})"}
        for t in np.flatnonzero(np.diff(ends) > 0) + 1:
            if held[t - 1] and held[t] and ends[t - 1] == t:
                until = told.grid.start + np.timedelta64(int(ends[t]), "D")
                yield {
                    "date": days[t],
                    "kind": "truce",
                    "why": f"{truce.name} is renewed until {until} ({between})",
                }


def _ending(trace: Trace, told: Told, truce: Truce, k: int, t: int) -> str:
    """Say how a truce ended on day t, and what became of what it suspended."""
    returns = "what it suspended returns"
    if trace.breached[0, k] and trace.ends[0, t - 1, k] > t and trace.ends[0, t, k] == t:
        provokers = _provokers(trace, told, truce, t)
        if provokers:
            return f"is breached, {provokers}: {returns}"
    return f"ends: {returns}" if truce.at_end == "snapback" else "ends: what it suspended is gone"


def _provokers(trace: Trace, told: Told, truce: Truce, t: int) -> str:
    codes, said = told.schedule.economies.codes, []
    announced = np.maximum(np.concatenate([np.zeros_like(trace.announced[0, :1]), trace.announced[0]]), 0.0)
    rise = announced[t] - announced[t - 1]
    for i, j in np.argwhere(rise > truce.tolerance + SAME):
        if {codes[i], codes[j]} <= set(truce.parties):
            said.append(f"{codes[i]} having announced {rise[i, j] * 100:.4g} points more on {codes[j]}")
    return " and ".join(said)


def _announcements(trace: Trace, told: Told) -> Iterator[Row]:
    """Yield what changed of what each pair had announced: by law, by a shock, by a rule, in this order."""
    codes, n = told.schedule.economies.codes, len(told.schedule.economies)
    places = {(codes.index(i), codes.index(j)): a for a, (i, j, _) in enumerate(answering(told.rules, codes))}
    announced = _from_eve(trace.announced)
    answered, shocked = _from_eve(_signed(trace, told)), _from_eve(trace.shocked)
    for i in range(n):
        for j in range(n):
            streams = [
                h for h, s in enumerate(told.shocks) if (s.importer, s.exporter) == (codes[i], codes[j])
            ]
            place = places.get((i, j))
            by_rule = answered[:, place] if place is not None else np.zeros(len(announced))
            by_shock = shocked[:, streams].sum(axis=1)
            moved = np.abs(np.diff(np.column_stack([announced[:, i, j], by_rule, by_shock]), axis=0)) > SAME
            for t in np.flatnonzero(moved.any(axis=1)):
                yield from _moves(trace, told, int(t), (i, j), place, announced, by_rule, by_shock, streams)
            if place is not None:
                yield from _mercies(trace, told, (codes[i], codes[j]), place)


def _from_eve(array: Any) -> Any:
    """Return the first draw of an array with a day before the first, on which nothing was announced."""
    return np.concatenate([np.zeros_like(array[0, :1]), array[0]])


def _signed(trace: Trace, told: Told) -> Any:
    pairs = answering(told.rules, told.schedule.economies.codes)
    signs = [-1.0 if isinstance(rule, Deescalate) else 1.0 for _, _, rule in pairs]
    return trace.answered * np.array(signs, dtype=np.float64)


def _moves(
    trace: Trace,
    told: Told,
    t: int,
    pair: tuple[int, int],
    place: int | None,
    announced: Any,
    by_rule: Any,
    by_shock: Any,
    streams: list[int],
) -> Iterator[Row]:
    codes, days = told.schedule.economies.codes, told.grid.days
    importer, exporter = codes[pair[0]], codes[pair[1]]
    level = float(announced[t][pair])
    ruled, shocked = float(by_rule[t + 1] - by_rule[t]), float(by_shock[t + 1] - by_shock[t])
    lawful = float(announced[t + 1][pair]) - level - ruled - shocked
    parts: list[tuple[float, str, Any]] = []
    if abs(lawful) > SAME:
        parts.append((lawful, _law(trace, told, t, (importer, exporter)), None))
    if abs(shocked) > SAME:
        parts.append((shocked, *_shock(trace, told, t, streams)))
    if abs(ruled) > SAME and place is not None:
        rule = answering(told.rules, codes)[place][2]
        charged = days[t] + np.timedelta64(rule.implementation, "D")
        parts.append((ruled, _answer(trace, told, t, pair, place, rule), charged))
    for change, why, charged in parts:
        yield {
            "date": days[t],
            "kind": "announces",
            "importer": importer,
            "exporter": exporter,
            "from": level,
            "to": level + change,
            "charged": charged,
            "why": why,
        }
        level += change


def _mercies(trace: Trace, told: Told, pair: tuple[str, str], place: int) -> Iterator[Row]:
    forgiven = np.concatenate([[0.0], trace.forgiven[0, :, place]])
    for t in np.flatnonzero(np.diff(forgiven) > SAME):
        points = (forgiven[t + 1] - forgiven[t]) * 100
        yield {
            "date": told.grid.days[t],
            "kind": "forgives",
            "importer": pair[0],
            "exporter": pair[1],
            "why": f"lets {points:.4g} points of {pair[1]} pass",
        }


def _shock(trace: Trace, told: Told, t: int, streams: list[int]) -> tuple[str, Any]:
    """Name the streams that moved, and the first day on which that is charged."""
    before = trace.shocked[0, t - 1] if t else np.zeros(len(told.shocks))
    change = {h: float(trace.shocked[0, t, h] - before[h]) for h in streams}
    names = [
        f"{'a new act arrives' if by > 0 else 'an act runs out'} (shock {told.shocks[h].name})"
        for h, by in change.items()
        if abs(by) > SAME
    ]
    lags = [told.shocks[h].implementation for h, by in change.items() if by > SAME]
    charged = told.grid.days[t] + np.timedelta64(lags[0], "D") if lags else None
    return "; ".join(names), charged


def _law(trace: Trace, told: Told, t: int, pair: tuple[str, str]) -> str:
    """Name the acts announced on the day, those announced since the start that end, or the outcome."""
    days = told.grid.days
    day, first = as_date(days[t]), as_date(days[0])
    own = (m for m in told.schedule.measures if m.pair == pair and m.instrument == "tariff")
    law = (m for m in own if m.status in {"enacted", "suspended"})
    acts = {m.name for m in law if day == m.announced or (day == m.expires and m.announced >= first)}  # type: ignore[operator]
    chosen = [event.outcomes[int(trace.outcome[0, k])] for k, event in enumerate(told.events)]
    happened = {
        f"{event.name}: {outcome.name}"
        for event, outcome in zip(told.events, chosen, strict=True)
        if any(
            (day in (effect.on or event.date, effect.until)) and _touches(effect, told.schedule, pair)
            for effect in outcome.effects
        )
    }
    return "; ".join([*sorted(happened), *([f"by law: {', '.join(sorted(acts))}"] if acts else [])])


def _touches(effect: Effect, schedule: Schedule, pair: tuple[str, str]) -> bool:
    on_truce = effect.action.endswith("_truce")
    return not on_truce and any(m.pair == pair for m in schedule.matching(effect.target))


def _answer(trace: Trace, told: Told, t: int, pair: tuple[int, int], place: int, rule: Rule) -> str:
    """Say what a rule noticed, when that was announced, and what it made of it."""
    codes, days = told.schedule.economies.codes, told.grid.days
    noticed = float(trace.noticed[0, t, place])
    against = _from_eve(trace.announced)[:, pair[1], pair[0]]
    seen_day = max(t - rule.reaction, -1)
    moved = np.flatnonzero(np.abs(np.diff(against[: seen_day + 2])) > SAME)
    when = f" of {days[moved[-1]]}" if len(moved) else ""
    what = "cut of " if isinstance(rule, Deescalate) else ""
    if rule.view == "trade-weighted" or isinstance(rule, Rebalance):
        average = noticed if isinstance(rule, Rebalance) else noticed * rule.coverage
        points = f"{what}{average * 100:.4g} points on average"
    else:
        points = f"{what}{noticed * 100:.4g} points"
    others = " and its allies'" if rule.allies else ""
    third = ", counting what others turn away" if rule.diversion else ""
    said = rule.why() + third + _bound(rule, noticed, codes, pair, told)
    with_what = "" if rule.instrument == "tariff" else f", by {rule.instrument.replace('_', ' ')}"
    return f"answers {codes[pair[1]]}'s{others} {points}{when}: {said}{with_what}"


def _bound(rule: Rule, noticed: float, codes: tuple[str, ...], pair: tuple[int, int], told: Told) -> str:
    """Say where a rule wanted more than it may, or more than can be had."""
    ratio, imports = 1.0, told.schedule.economies.imports
    if isinstance(rule, Rebalance) and imports is not None:
        sold, bought = float(imports[pair[1], pair[0]]), float(imports[pair])
        ratio = sold / bought if bought else UNLIMITED
    wanted = float(rule.wants(np.array([noticed]), ratio=ratio)[0])
    if isinstance(rule, Rebalance) and wanted >= UNLIMITED:
        return f", which {codes[pair[1]]} sells too little for: held at {rule.cap * 100:g} %"
    return f", capped at {rule.cap * 100:g} %" if wanted > rule.cap + SAME else ""
