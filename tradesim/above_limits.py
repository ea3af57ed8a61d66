"""Above limits: surcharges of rules and shocks on pairs on which a floor or cap counts every authority.

The day loop adds what rules and shocks announce to the duty that the schedule makes. A floor or cap that
names authorities in ``against`` counts these alone, so that a surcharge comes on top by what the record says.
One that names none counts all that is charged; it is not applied to surcharges, and a scenario says so.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tradesim.assembly.reactions import answering
from tradesim.measures import LIMITS, Measure

CHARGED = {"enacted", "threatened", "suspended"}
"""Acts that are charged, or that an event or the end of a truce may bring into force."""


def warning_of(scenario: Any) -> str:
    """Return what to say of surcharges that a floor or cap does not limit, nothing without any."""
    return " ".join(dict.fromkeys(_words(*found) for found in _limited(scenario)))


def _words(place: str, limit: Measure) -> str:
    effect = "may exceed it" if limit.basis == "cap" else "is not counted in it"
    what = f"{limit.level * 100:.3g}% on {limit.coverage * 100:.3g}% of trade"
    return (
        f"{place}: a surcharge of {limit.importer} on {limit.exporter} comes on top of the {limit.basis}"
        f" {limit.name!r}, {what}, and {effect}. If that is meant,"
        f" name in `against` of {limit.name!r} the authorities that it counts."
    )


def _limited(scenario: Any) -> Iterator[tuple[str, Measure]]:
    """Yield each rule and shock with each limit that counts all authorities on a pair that it may charge."""
    limits = [m for m in scenario.schedule.measures if _counts_all(m, scenario.start, scenario.end)]
    for i, j, rule in answering(scenario.rules, scenario.schedule.economies.codes):
        if rule.instrument == "tariff" and rule.cap:
            place = f"rules.{i}-{j}" if f"{i}-{j}" in scenario.rules else f"rules.{i}"
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
