"""Narrow measures: what a rule answers as if it hit all trade, because it looks at nominal rates."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from tradesim.assembly.reactions import answering
from tradesim.measures import LIMITS, Measure
from tradesim.rules import Rule

NARROW = 0.5
"""Of the trade that the answer hits: what hits less counts as narrow."""
IN_PROPORTION = {"match", "rebalance", "counter", "deferred", "self-stop", "generous", "contrite", "gradual"}
"""Rules that answer more with more; others answer with a rate of their own."""


class Sight(NamedTuple):
    """What a rule sees: its place, who answers whom, what, at what rate, on what share of trade."""

    rule: Rule
    place: str
    importer: str
    exporter: str
    what: str
    rate: float
    coverage: float


def narrow_sights(scenario: Any) -> dict[str, Sight]:
    """Return of each rule that did not state its view the narrowest that it sees of the highest rate.

    Seen are tariffs of the partner announced after the eve of the first day, threats that an event may carry
    out, and shocks. Rules that look at averages see no nominal rates.
    """
    found: dict[str, Sight] = {}
    for i, j, rule in answering(scenario.rules, scenario.schedule.economies.codes):
        place = place_of(scenario, i, j)
        if rule.view is not None or rule.averages or rule.kind not in IN_PROPORTION or not rule.cap:
            continue
        for what, rate, coverage in _announced(scenario, i, j):
            sight = Sight(rule, place, i, j, what, rate, coverage)
            is_narrow = coverage < NARROW * rule.coverage
            if is_narrow and (place not in found or _beyond(sight) > _beyond(found[place])):
                found[place] = sight
    return found


def warning_of(scenario: Any) -> str:
    """Return what to say of narrow measures that rules see in the nominal view, nothing without any."""
    return " ".join(_words(sight) for sight in narrow_sights(scenario).values())


def _words(sight: Sight) -> str:
    rate, share, average = (100 * each for each in (sight.rate, sight.coverage, sight.rate * sight.coverage))
    return (
        f"rules.{sight.place}: {sight.what!r} is {rate:.3g}% on {share:.3g}% of what {sight.importer}"
        f" sells to {sight.exporter}, {average:.2g} percentage points on average, but the rule sees"
        f" {rate:.3g} points and"
        f' answers that on {sight.rule.coverage * 100:.3g}% of trade. Write view = "trade-weighted" in'
        f' [rules.{sight.place}], or view = "nominal" if that is meant.'
    )


def _beyond(sight: Sight) -> float:
    return sight.rate * (sight.rule.coverage - sight.coverage)


def _announced(scenario: Any, i: str, j: str) -> Iterator[tuple[str, float, float]]:
    """Yield what ``j`` may announce against ``i``: its name, rate and coverage."""
    for m in scenario.schedule.measures:
        is_duty = m.instrument == "tariff" and m.basis not in LIMITS and m.level * m.coverage > 0
        if m.pair == (j, i) and is_duty and is_news(m, scenario.start, scenario.end):
            yield m.name, m.level, m.coverage
    for shock in scenario.shocks:
        if (shock.importer, shock.exporter) == (j, i):
            yield shock.name, float(shock.size.quantiles([0.5])[0]), shock.coverage


def place_of(scenario: Any, i: str, j: str) -> str:
    """Return where the rule stands by which ``i`` answers ``j``: its own for the pair, or that for all."""
    return f"{i}-{j}" if f"{i}-{j}" in scenario.rules else i


def is_news(measure: Measure, start: dt.date, end: dt.date) -> bool:
    """Return whether a measure is announced from ``start`` on and before ``end``, as law or threat."""
    announced: Any = measure.announced
    return start <= announced < end and measure.status in {"enacted", "threatened"}
