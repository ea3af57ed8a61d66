"""Announcements: what each economy announces against another, by law, by a new act, by a rule."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from tradesim.engine.program import NOMINAL, Arrival
from tradesim.measures import Measure
from tradesim.story.acts import Standing, acts_of, steps, switched
from tradesim.story.answers import answer, mercy
from tradesim.story.draw import SAME, Draw, Place, Row
from tradesim.story.reach import beyond_reach
from tradesim.story.sight import Sight, sight_of
from tradesim.story.words import listed, named, verb

Part = tuple[float, Row]
"""By how much an announcement changes, and the row that says so, without its level."""


def announcements(draw: Draw) -> Iterator[Row]:
    """Yield what changes of what each pair has announced, and what rules let pass."""
    places = {pair: a for a, (pair, _) in enumerate(draw.rules)}
    for pair in draw.pairs:
        place = places.get(pair)
        sight = None if place is None else sight_of(draw, pair, draw.rules[place][1])
        for t in _moved(draw, pair, place):
            level = float(draw.announced[t, NOMINAL][pair])
            for change, row in _parts(draw, t, pair, place, sight):
                yield replace(row, level=(level, level + change))
                level += change
        if place is not None and sight is not None:
            yield from _mercies(draw, pair, place, sight)
            yield from beyond_reach(draw, place)


def _streams(draw: Draw, pair: Place) -> list[int]:
    """Return the streams of new acts of a pair."""
    code = draw.codes
    return [
        h for h, s in enumerate(draw.told.shocks) if (s.importer, s.exporter) == tuple(code[k] for k in pair)
    ]


def _moved(draw: Draw, pair: Place, place: int | None) -> list[int]:
    """Return the days on which something is announced."""
    series = [draw.announced[:, NOMINAL, pair[0], pair[1]], *draw.standing[:, _streams(draw, pair)].T]
    series += [] if place is None else [draw.answered[:, place]]
    moved = np.abs(np.diff(series, axis=1)) > SAME
    arrived = draw.arrived[1:, _streams(draw, pair)] > 0.0
    return [int(t) for t in np.flatnonzero(moved.any(axis=0) | arrived.any(axis=1))]


def _parts(draw: Draw, t: int, pair: Place, place: int | None, sight: Sight | None) -> Iterator[Part]:
    """Yield what is announced on day t: by law, by new acts, by the rule."""
    total = float(np.diff(draw.announced[t : t + 2, NOMINAL, pair[0], pair[1]])[0])
    arriving = [part for h in _streams(draw, pair) for part in _arriving(draw, t, pair, h)]
    ruled = 0.0 if place is None else float(draw.answered[t + 1, place] - draw.answered[t, place])
    lawful = total - ruled - sum(change for change, _ in arriving)
    if abs(lawful) > SAME:
        yield lawful, _law(draw, t, pair)
    yield from arriving
    if place is not None and sight is not None and abs(ruled) > SAME:
        rule = draw.rules[place][1]
        why = answer(draw, t, place, sight, beside=abs(total - ruled) > SAME)
        yield (
            ruled,
            Row(t, "announces", why, pair, None, t + rule.implementation, rule.instrument == "tariff"),
        )


def _arriving(draw: Draw, t: int, pair: Place, h: int) -> Iterator[Part]:
    """Yield the new acts of a stream that arrive on day t, and those that are over."""
    days, lag = (int(draw.told.program.shock_values[0, h, k]) for k in (Arrival.DAYS, Arrival.IMPLEMENTATION))
    name, ever = draw.told.shocks[h].name, lag < days
    came = float(draw.arrived[t + 1, h])
    gone = float(draw.arrived[t + 1 - days, h]) if t + 1 > days else 0.0
    if came > 0.0:
        why = f"a new act arrives (shock {name})"
        yield came, Row(t, "announces", why, pair, charged=t + lag if ever else None)
    if gone > 0.0:
        yield -gone, Row(t, "announces", f"an act runs out (shock {name})", pair, charged=t if ever else None)


def _mercies(draw: Draw, pair: Place, place: int, sight: Sight) -> Iterator[Row]:
    for t in np.flatnonzero(np.diff(draw.forgiven[:, place]) > SAME):
        passed = float(draw.forgiven[t + 1, place] - draw.forgiven[t, place])
        yield Row(int(t), "forgives", mercy(draw, int(t), place, sight, passed), pair)


# By law ----------------------------------------------------------------------------------------------


def _law(draw: Draw, t: int, pair: Place) -> Row:
    """Name the outcomes that switch acts on day t, the acts announced, and those whose end was not known."""
    day = draw.date(t)
    standing = acts_of(draw, pair, t)
    switches = list(switched(draw, t, pair))
    law = [s for s in standing if s.law]
    new = [s for s in law if str(s.measure.announced) == str(day)]
    ended = [s for s in law if str(s.measure.expires) == str(day) and _is_news(draw, s.measure)]
    words = [text for text, _ in switches]
    words += [f"by law: {_names(s.measure for s in new)}"] if new else []
    words += _steps_down(law, ended, str(day))
    words += [] if words else _unannounced(draw, pair, t, ended)
    by_name = {name for _, names in switches for name in names}
    touched = [s for s in standing if s.measure.name in by_name or s in new or s in ended]
    charged, names = _charged(draw, t, touched)
    words += [] if charged is not None else _kept(draw, t, touched)
    return Row(t, "announces", "; ".join(words), pair, None, charged, names=names)


def _steps_down(law: Iterable[Standing], ended: Iterable[Standing], day: str) -> list[str]:
    """Say what becomes of levels that end on a day, where the next of their act is not as high."""
    over = {s.measure.act: s.measure for s in ended}
    after = [s.measure for s in law if str(s.measure.effective) == day and s.measure.act in over]
    same = {m.act for m in after if m.level == over[m.act].level}
    levels = (measure for act, measure in over.items() if act not in same)
    return [text for text, _ in steps((m for m in after if m.act not in same), levels)]


def _names(measures: Iterable[Measure]) -> str:
    return named(sorted({m.name for m in measures}))


def _is_news(draw: Draw, measure: Measure) -> bool:
    """Say whether the end of a level was not known before the first day."""
    return draw.expected.get((measure.act, measure.effective)) != measure.expires


def _unannounced(draw: Draw, pair: Place, t: int, ended: Iterable[Standing]) -> list[str]:
    """Name the acts that were to end on day t by what was known: that they are gone is no cut any longer.

    Else those that end, though a level as high is in their place.
    """
    codes = tuple(draw.codes[k] for k in pair)
    expected = {act for (act, _), expires in draw.expected.items() if str(expires) == str(draw.date(t))}
    gone = sorted({name for name, *whose, _ in expected if tuple(whose) == codes})
    if gone:
        return [f"{named(gone)} would have ended by now"]
    return [f"by law: {verb(sorted({s.measure.name for s in ended}), 'end')}"]


def _kept(draw: Draw, t: int, touched: Iterable[Standing]) -> list[str]:
    """Say which truces keep acts from being charged when they would be."""
    kept = set[str]()
    for act in touched:
        day = max(draw.told.grid.position(act.measure.effective), t)
        if act.live is not None and draw.laws.enacted[t + 1, act.live] and day < draw.length:
            resting = draw.laws.resting[day + 1, act.live]
            kept |= {truce.name for truce, rests in zip(draw.told.truces, resting, strict=True) if rests}
    return [f"truce {listed(sorted(kept))} keeps it from being charged"] if kept else []


def _charged(draw: Draw, t: int, touched: Iterable[Standing]) -> tuple[int | None, frozenset[str]]:
    """Return the first day from t on that the duty follows, and the acts that it then follows, by name."""
    days: dict[int, set[str]] = {}
    for act in touched:
        day = act.follows(draw, t)
        if day is not None:
            days.setdefault(day, set()).add(act.measure.name)
    first = min(days, default=None)
    return (None, frozenset()) if first is None else (first, frozenset(days[first]))
