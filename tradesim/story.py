"""Story: one draw told as a table: who did what, when, from what to what, and why."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.engine.program import Trace
from tradesim.events import Effect, Event
from tradesim.rules import Passive, Rule
from tradesim.schedule import Schedule
from tradesim.timegrid import Days, as_date
from tradesim.truces import Truce

Row = dict[str, object]
SAME = 1e-12
COLUMNS = ("date", "kind", "importer", "exporter", "from", "to", "charged", "why")


def story(
    trace: Trace,
    schedule: Schedule,
    days: Days,
    rules: Mapping[str, Rule],
    truces: Sequence[Truce],
    events: Sequence[Event],
) -> pd.DataFrame:
    """Return the story of the one draw in ``trace``, a run of the schedule, rules, truces and events.

    Returns
    -------
    DataFrame
        Columns date, kind (``announces``, ``event``, ``truce``), importer, exporter, from and to (surcharge
        announced above the reference, nominal fraction), charged (first day it is charged, where a rule
        announced it) and why; one row per move, by date.
    """
    rows = [
        *_happenings(trace, days, events),
        *_truces(trace, days, truces),
        *_announcements(trace, schedule, days, rules, events),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("date", "charged"):
        table[name] = pd.to_datetime(table[name])
    for name in ("from", "to"):
        table[name] = table[name].astype("float64")
    return table.sort_values("date", kind="stable", ignore_index=True)


def _happenings(trace: Trace, days: Days, events: Sequence[Event]) -> Iterator[Row]:
    for k, event in enumerate(events):
        outcome = event.outcomes[int(trace.outcome[0, k])]
        why = f"{event.name}: {outcome.name}" + (f" ({outcome.note})" if outcome.note else "")
        day = np.datetime64(str(event.date), "D")
        if days[0] <= day <= days[-1]:
            yield {"date": day, "kind": "event", "why": why}


def _truces(trace: Trace, days: Days, truces: Sequence[Truce]) -> Iterator[Row]:
    for k, truce in enumerate(truces):
        held = trace.truce[0, :, k].astype(np.int8)
        between = " and ".join(truce.parties)
        if held[0]:
            yield {"date": days[0], "kind": "truce", "why": f"{truce.name} holds between {between}"}
        for t in np.flatnonzero(np.diff(held)) + 1:
            ending = (
                "what it suspended returns" if truce.at_end == "snapback" else "what it suspended is gone"
            )
            why = f"{truce.name} begins" if held[t] else f"{truce.name} ends: {ending}"
            yield {"date": days[t], "kind": "truce", "why": f"{why} ({between})"}


def _announcements(
    trace: Trace, schedule: Schedule, days: Days, rules: Mapping[str, Rule], events: Sequence[Event]
) -> Iterator[Row]:
    codes = schedule.economies.codes
    announced, answered = (np.pad(a[0], ((1, 0), (0, 0), (0, 0))) for a in (trace.announced, trace.answered))
    for t, i, j in np.argwhere(np.abs(np.diff(announced, axis=0)) > SAME):
        by_rule = abs(answered[t + 1, i, j] - answered[t, i, j]) > SAME
        rule = rules.get(codes[i], Passive())
        lag = np.timedelta64(rule.implementation, "D")
        yield {
            "date": days[t],
            "kind": "announces",
            "importer": codes[i],
            "exporter": codes[j],
            "from": announced[t, i, j],
            "to": announced[t + 1, i, j],
            "charged": days[t] + lag if by_rule else None,
            "why": _answer(rule, announced[:, j, i], t, days, codes[j])
            if by_rule
            else _law(trace, schedule, days, t, (codes[i], codes[j]), events),
        }


def _law(
    trace: Trace, schedule: Schedule, days: Days, t: int, pair: tuple[str, str], events: Sequence[Event]
) -> str:
    """Name the acts announced on the day, those announced since the start that end, or the outcome."""
    day, first = as_date(days[t]), as_date(days[0])
    own = (m for m in schedule.measures if m.pair == pair and m.instrument == "tariff")
    law = (m for m in own if m.status in {"enacted", "suspended"})
    acts = {m.name for m in law if day == m.announced or (day == m.expires and m.announced >= first)}  # type: ignore[operator]
    chosen = [event.outcomes[int(trace.outcome[0, k])] for k, event in enumerate(events)]
    happened = {
        f"{event.name}: {outcome.name}"
        for event, outcome in zip(events, chosen, strict=True)
        if any(
            (effect.on or event.date) == day and _moves(effect, schedule, pair) for effect in outcome.effects
        )
    }
    return "; ".join([*sorted(happened), *([f"by law: {', '.join(sorted(acts))}"] if acts else [])])


def _moves(effect: Effect, schedule: Schedule, pair: tuple[str, str]) -> bool:
    on_truce = effect.action.endswith("_truce")
    return not on_truce and any(m.pair == pair for m in schedule.matching(effect.target))


def _answer(rule: Rule, against: NDArray[np.float64], t: int, days: Days, partner: str) -> str:
    """Say what the rule saw, when that was announced, and what it made of it."""
    seen_day = max(t - rule.reaction, -1)
    seen = against[seen_day + 1]
    moved = np.flatnonzero(np.abs(np.diff(against[: seen_day + 2])) > SAME)
    when = f" of {days[moved[-1]]}" if len(moved) else ""
    wanted = float(rule.wants(np.array([seen]))[0])
    capped = f", capped at {rule.cap * 100:g} %" if wanted > rule.cap else ""
    return f"answers {partner}'s {seen * 100:g} points{when}: {rule.why()}{capped}"
