"""Strangers: economies, rules and states that a scenario names and does not have."""

from collections.abc import Iterator, Mapping, Sequence

from tradesim.errors import Problem, unknown_name
from tradesim.events import Event
from tradesim.rules import Rule
from tradesim.shocks import Shock
from tradesim.truces import Truce


def stranger_problems(
    codes: Sequence[str],
    rules: Mapping[str, Rule],
    truces: Sequence[Truce],
    events: Sequence[Event],
    shocks: Sequence[Shock],
) -> Iterator[Problem]:
    """Yield every economy that is named and not there, and every state that no slope can be of."""
    for key, rule in rules.items():
        yield from _rule_problems(codes, key, rule)
    for truce in truces:
        for code in truce.parties:
            if code not in codes:
                yield unknown_name("economy", code, codes, f"truce {truce.name!r}: parties")
    for shock in shocks:
        for name in ("importer", "exporter"):
            if getattr(shock, name) not in codes:
                yield unknown_name("economy", getattr(shock, name), codes, f"shock {shock.name!r}: {name}")
    names = [truce.name for truce in truces]
    for event in events:
        yield from _event_problems(codes, names, event)


def _rule_problems(codes: Sequence[str], key: str, rule: Rule) -> Iterator[Problem]:
    parts = str(key).split("-")
    if len(parts) > 2 or (len(parts) == 2 and parts[0] == parts[1]):
        allowed = "an economy, CHN, or one towards another, CHN-USA"
        yield Problem("a rule of nobody", "rules", repr(key), allowed)
        return
    for code in parts:
        if code not in codes:
            yield unknown_name("economy", code, codes, "rules" if len(parts) == 1 else f"rules.{key}")
    for code in rule.allies:
        if code not in codes:
            yield unknown_name("economy", code, codes, f"rules.{key}: allies")


def _event_problems(codes: Sequence[str], truces: Sequence[str], event: Event) -> Iterator[Problem]:
    for outcome in event.outcomes:
        where = f"event {event.name!r}: outcome {outcome.name!r}: slopes"
        for state in outcome.slopes:
            yield from _state_problems(codes, truces, state, where)


def _state_problems(codes: Sequence[str], truces: Sequence[str], state: str, where: str) -> Iterator[Problem]:
    kind, _, name = state.partition(".")
    if kind != "duty":
        if name not in truces:
            yield unknown_name("truce", name, truces, where)
        return
    pair = name.split("-")
    if len(pair) != 2 or pair[0] == pair[1]:
        yield Problem("not a pair", where, repr(state), "duty.IMPORTER-EXPORTER")
        return
    for code in pair:
        if code not in codes:
            yield unknown_name("economy", code, codes, where)
