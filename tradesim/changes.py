"""Changes: new values for a scenario by path, ``rules.CHN.ratio``."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from tradesim.conversion import real, shown
from tradesim.errors import InputError, Problem, unknown_name
from tradesim.events import Event
from tradesim.percent import high_rates_meant, is_doubtful
from tradesim.rules import Custom, Rule

E = TypeVar("E", bound=Any)

ABOUT = ("name", "start", "end")
SLOPES = ".slopes."
TEXTS = ("title", "description", "source")
"""What is changed as a whole, and what else may be, which changes no run."""


def changed_fields(scenario: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a `tradesim.Scenario` that changes touch, changed.

    Parameters
    ----------
    changes : new values by path; those of one rule, truce or shock are taken together. A whole rule,
        ``rules.CHN``, takes the place of the one that is there, if any; None takes it away.

    Raises
    ------
    InputError
        For a path that names nothing, with the nearest names, and for values that are not allowed.
    """
    given: Any = changes
    if not isinstance(given, Mapping):
        allowed = "new values by path: {'rules.CHN.ratio': 0.8}"
        raise InputError([Problem("not changes", "with_", repr(given), allowed)])
    whole = {
        path: value
        for path, value in changes.items()
        if _names_a_rule(path) and isinstance(value, Rule | None)
    }
    if whole:
        rest = {path: value for path, value in changes.items() if path not in whole}
        changed = replace(scenario, rules=_exchanged(scenario.rules, whole))
        return {"rules": changed.rules} | changed_fields(changed, rest)
    known = parameters(scenario)
    fresh: dict[str, Any] = {}
    parts: dict[tuple[str, str], dict[str, Any]] = {}
    for path, value in changes.items():
        if _names_a_rule(path):
            allowed = "a rule such as rules.Match(ratio=0.8), or None for none"
            raise InputError([Problem("not a rule", f"with_: {path}", repr(value), allowed)])
        if path not in known and path not in TEXTS:
            raise InputError([unknown_name("parameter", str(path), known, "with_")])
        room, which, name = _parted(scenario, path)
        if name:
            parts.setdefault((room, which), {})[name] = value
        else:
            fresh[path] = value
    for (room, which), values in parts.items():
        before = fresh.get(room, getattr(scenario, room))
        fresh[room] = _changed(room, before, which, values)
    return fresh


def parameters(scenario: Any) -> list[str]:
    """Return the path of everything that `tradesim.Scenario.with_` can change."""
    named = {"truces": scenario.truces, "shocks": scenario.shocks}
    return [
        *ABOUT,
        *(f"rules.{code}.{f.name}" for code, rule in scenario.rules.items() for f in fields(rule)),
        *(
            f"rules.{code}.parameters.{k}"
            for code, rule in scenario.rules.items()
            if isinstance(rule, Custom)
            for k in range(len(rule.parameters))
        ),
        *(
            f"{room}.{each.name}.{f.name}"
            for room, every in named.items()
            for each in every
            for f in fields(each)
            if f.name != "name"
        ),
        *(f"events.{e.name}.{o.name}" for e in scenario.events for o in e.outcomes),
        *(f"events.{e.name}.date" for e in scenario.events),
        *(f"events.{e.name}.{name}" for e in scenario.events for name in slope_names(e)),
    ]


def slope_names(event: Event) -> list[str]:
    """Return the names of an event's slopes, ``deal.slopes.duty.USA-CHN``, in the order of the program's."""
    return [f"{o.name}{SLOPES}{state}" for o in event.outcomes for state in sorted(o.slopes)]


def _names_a_rule(path: Any) -> bool:
    """Return whether a path is of a whole rule: ``rules.CHN``."""
    room, _, which = str(path).partition(".")
    return room == "rules" and bool(which) and "." not in which


def _exchanged(rules: Mapping[str, Rule], whole: Mapping[str, Rule | None]) -> dict[str, Rule]:
    """Return the rules with some exchanged, added, or taken away."""
    kept = dict(rules)
    for path, rule in whole.items():
        code = path.partition(".")[2]
        if rule is not None:
            kept[code] = rule
        elif code not in kept:
            raise InputError([unknown_name("rule", code, kept, "with_")])
        else:
            del kept[code]
    return kept


def _parted(scenario: Any, path: str) -> tuple[str, str, str]:
    """Return room, which of it, and what of that: ``rules``, ``CHN``, ``parameters.0``.

    Names of truces, events and shocks may have dots in them, codes of economies have none; those of a rule's
    parameters and of slopes do.
    """
    room, _, rest = path.partition(".")
    if room == "rules":
        which, _, name = rest.partition(".")
        return room, which, name
    for event in scenario.events if room == "events" else ():
        name = rest.removeprefix(f"{event.name}.")
        if name != rest and name in slope_names(event):
            return room, event.name, name
    which, _, name = rest.rpartition(".")
    return room, which, name


def _of_rule(rule: Rule, values: Mapping[str, Any]) -> Rule:
    """Return a rule with other values, those of its function one by one or together."""
    given = dict(values)
    for name in [name for name in given if name.startswith("parameters.")]:
        own: Any = given.get("parameters", getattr(rule, "parameters", ()))
        place = int(name.partition(".")[2])
        given["parameters"] = (*own[:place], given.pop(name), *own[place + 1 :])
    return _replaced(rule, given)


def _replaced(each: E, values: Mapping[str, Any]) -> E:
    """Return a rule, truce or shock with other values; of rates that stay nobody is asked again."""
    if any(is_doubtful(value) for value in values.values()):
        return replace(each, **values)
    with high_rates_meant():
        return replace(each, **values)


def _changed(room: str, before: Any, which: str, values: dict[str, Any]) -> Any:
    if room == "rules":
        return {**before, which: _of_rule(before[which], values)}
    if room == "events":
        return tuple(_with_odds(e, values) if e.name == which else e for e in before)
    if room == "truces" and values.get("days") is not None:
        values = {"end": None} | values
    return tuple(_replaced(each, values) if each.name == which else each for each in before)


def _with_odds(event: Event, values: dict[str, Any]) -> Event:
    """Return an event with other probabilities; the outcomes not given share the rest in proportion.

    With another date, and other slopes, if these are among the values.
    """
    steep = {name: value for name, value in values.items() if name in slope_names(event)}
    odds: dict[str, float] = {}
    for name, value in values.items():
        if name == "date" or name in steep:
            continue
        number = real(value)
        if number is None:
            where = f"events.{event.name}.{name}"
            raise InputError([Problem("not a probability", where, shown(value), "between 0 and 1")])
        odds[name] = number
    shares = _shares(event, odds) if odds else [o.probability for o in event.outcomes]
    slopes = [
        {state: steep.get(f"{o.name}{SLOPES}{state}", before) for state, before in o.slopes.items()}
        for o in event.outcomes
    ]
    changed = zip(event.outcomes, shares, slopes, strict=True)
    outcomes = tuple(replace(o, probability=p, slopes=own) for o, p, own in changed)
    return replace(event, outcomes=outcomes, date=values.get("date", event.date))


def _shares(event: Event, odds: Mapping[str, float]) -> Sequence[float]:
    spare = [o for o in event.outcomes if o.name not in odds]
    left, others = 1 - sum(odds.values()), sum(o.probability for o in spare)
    return [
        float(odds[o.name])
        if o.name in odds
        else left * (o.probability / others if others else 1 / len(spare))
        for o in event.outcomes
    ]
