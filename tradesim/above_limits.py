"""Above limits: floors and caps that do not meet what rules and shocks announce, and that rules do not see.

The day loop adds what rules and shocks announce to the duty that the schedule makes. A floor or cap that
names authorities in ``against`` counts these alone, so that a surcharge comes on top by what the record says.
One that names none counts all that is charged; it is not applied to surcharges, and a scenario says so.
It says too where a floor or cap is announced against an economy whose rule answers: rules see rates.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tradesim.assembly.reactions import answering
from tradesim.measures import LIMITS, Measure
from tradesim.narrow import is_news, place_of

CHARGED = {"enacted", "threatened", "suspended"}
"""Acts that are charged, or that an event or the end of a truce may bring into force."""


def warning_of(scenario: Any) -> str:
    """Return what to say of floors and caps that limit no surcharges, or are not seen; or nothing."""
    said = [
        *(_words(*found) for found in _limited(scenario)),
        *(_unseen(*found) for found in _hidden(scenario)),
    ]
    return " ".join(dict.fromkeys(said))


def _words(place: str, limit: Measure) -> str:
    effect = "may exceed it" if limit.basis == "cap" else "is not counted in it"
    what = _size(limit)
    return (
        f"{place}: a surcharge of {limit.importer} on {limit.exporter} comes on top of the {limit.basis}"
        f" {limit.name!r}, {what}, and {effect}. If that is meant,"
        f" name in `against` of {limit.name!r} the authorities that it counts."
    )


def _unseen(place: str, limit: Measure) -> str:
    return (
        f"{place}: the rule sees rates, and nothing of the {limit.basis} {limit.name!r} of {limit.importer}"
        f" on {limit.exporter}, {_size(limit)}, announced on {limit.announced}. If it is to be answered,"
        " write what it adds as an act with a rate."
    )


def _size(limit: Measure) -> str:
    return f"{limit.level * 100:.3g}% on {limit.coverage * 100:.3g}% of trade"


def _hidden(scenario: Any) -> Iterator[tuple[str, Measure]]:
    """Yield each rule with each floor and cap that is announced against its economy in the days played."""
    for i, j, rule in answering(scenario.rules, scenario.schedule.economies.codes):
        limits = [m for m in scenario.schedule.measures if m.pair == (j, i) and m.basis in LIMITS]
        news = [m for m in limits if m.coverage and is_news(m, scenario.start, scenario.end)]
        yield from ((f"rules.{place_of(scenario, i, j)}", m) for m in news if rule.cap)


def _limited(scenario: Any) -> Iterator[tuple[str, Measure]]:
    """Yield each rule and shock with each limit that counts all authorities on a pair that it may charge."""
    limits = [m for m in scenario.schedule.measures if _counts_all(m, scenario.start, scenario.end)]
    for i, j, rule in answering(scenario.rules, scenario.schedule.economies.codes):
        if rule.instrument == "tariff" and rule.cap:
            place = f"rules.{place_of(scenario, i, j)}"
            yield from ((place, m) for m in limits if m.pair == (i, j))
    for shock in scenario.shocks:
        pair = (shock.importer, shock.exporter)
        yield from (
            (f"shocks.{shock.name}", m) for m in limits if m.pair == pair and shock.rate and shock.most
        )


def _counts_all(measure: Measure, start: dt.date, end: dt.date) -> bool:
    days: Any = measure
    is_in_time = days.effective < end and (days.expires is None or days.expires > start)
    is_limit = measure.basis in LIMITS and not measure.against and measure.coverage > 0
    return is_limit and is_in_time and measure.instrument == "tariff" and measure.status in CHARGED
