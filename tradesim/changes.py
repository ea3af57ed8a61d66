"""Changes: new values for a scenario by path, ``rules.CHN.ratio``."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from tradesim.errors import InputError, Problem, unknown_name
from tradesim.events import Event

ABOUT = ("name", "start", "end")
SLOPES = ".slopes."
TEXTS = ("title", "description", "source")
"""What is changed as a whole, and what else may be, which changes no run."""


def changed_fields(scenario: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a `tradesim.Scenario` that changes touch, changed.

    Parameters
    ----------
    changes : new values by path; those of one rule, truce or shock are taken together.

    Raises
    ------
    InputError
        For a path that names nothing, with the nearest names, and for values that are not allowed.
    """
    given: Any = changes
    if not isinstance(given, Mapping):
        allowed = "new values by path: {'rules.CHN.ratio': 0.8}"
        raise InputError([Problem("not changes", "with_", repr(given), allowed)])
    known = parameters(scenario)
    fresh: dict[str, Any] = {}
    parts: dict[tuple[str, str], dict[str, Any]] = {}
    for path, value in changes.items():
        if path not in known and path not in TEXTS:
            raise InputError([unknown_name("parameter", str(path), known, "with_")])
        room, _, rest = path.partition(".")
        if rest:
            which, name = _owner(scenario, room, rest)
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


def _owner(scenario: Any, room: str, rest: str) -> tuple[str, str]:
    """Return whose a path is within its room, and the name of what: a slope's has dots of its own."""
    if room == "events":
        for event in scenario.events:
            name = rest.removeprefix(f"{event.name}.")
            if name != rest and name in slope_names(event):
                return event.name, name
    which, _, name = rest.rpartition(".")
    return which, name


def _changed(room: str, before: Any, which: str, values: dict[str, Any]) -> Any:
    if room == "rules":
        return {**before, which: replace(before[which], **values)}
    if room == "events":
        return tuple(_with_odds(e, values) if e.name == which else e for e in before)
    if room == "truces" and values.get("days") is not None:
        values = {"end": None} | values
    return tuple(replace(each, **values) if each.name == which else each for each in before)


def _with_odds(event: Event, values: dict[str, Any]) -> Event:
    """Return an event with other probabilities; the outcomes not given share the rest in proportion.

    With another date, and other slopes, if these are among the values.
    """
    steep = {name: value for name, value in values.items() if name in slope_names(event)}
    odds = {name: value for name, value in values.items() if name != "date" and name not in steep}
    for name, value in odds.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            where = f"events.{event.name}.{name}"
            raise InputError([Problem("not a probability", where, repr(value), "between 0 and 1")])
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
