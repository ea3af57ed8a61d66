"""Changes: the scenario that follows from what the controls are set to; pure, and nothing is evaluated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from tradesim.app.controls import Control, controls_of, groups_of, rules_of
from tradesim.changes import changed_fields
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.events import Event
from tradesim.rules import Rule, rule_of
from tradesim.scenario import Scenario
from tradesim.shocks import FIXED, Size

PLACES = ("loc", "scale")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the controls are set to.

    Parameters
    ----------
    kinds : another rule for an economy, by whose it is: ``{"CHN": "grim"}``.
    shown : values by the path of their control, as shown: ``{"rules.CHN.ratio": 0.8}``.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)


def changed(scenario: Scenario, settings: Settings) -> Scenario:
    """Return the scenario as the controls are set; itself where nothing was moved.

    Raises
    ------
    InputError
        For controls and rules that it does not have, and for what a scenario does not allow.

    Examples
    --------
    >>> from tradesim import scenarios
    >>> spiral = scenarios.load("april-2025-spiral")
    >>> softer = changed(spiral, Settings({"USA": "match"}, {"rules.CHN.cap": 60.0}))
    >>> softer.rules["USA"].kind, softer.rules["CHN"].cap, changed(spiral, Settings()) is spiral
    ('match', 0.6, True)
    """
    ruled = with_kinds(scenario, settings.kinds)
    controls = controls_of(groups_of(ruled))
    fail_if(
        unknown_name("control", path, controls, "page") for path in settings.shown.keys() - controls.keys()
    )
    moved = {path: value for path, value in settings.shown.items() if value != controls[path].value}
    fail_if(_problems(moved, controls))
    if not moved:
        return ruled
    meant = {
        path: _meant(ruled, controls[path], value)
        for path, value in moved.items()
        if not path.startswith("events.")
    }
    return replace(ruled, events=_events(ruled, moved), **changed_fields(ruled, meant))


def with_kinds(scenario: Scenario, kinds: Mapping[str, str]) -> Scenario:
    """Return the scenario with other rules; what two rules have in common is kept.

    Raises
    ------
    InputError
        For rules that there are not, and economies that have none.
    """
    own = rules_of(scenario)
    fail_if(unknown_name("economy with a rule", key, own, "page") for key in kinds.keys() - own.keys())
    fresh = {key: of_kind(own[key], kind) for key, kind in kinds.items() if own[key].kind != kind}
    return replace(scenario, rules={**scenario.rules, **fresh}) if fresh else scenario


def of_kind(rule: Rule, kind: str) -> Rule:
    """Return a rule of another kind, with the numbers that both have where they were set.

    Examples
    --------
    >>> from tradesim.rules import Match
    >>> of_kind(Match(ratio=0.8, cap=1.25), "self-stop")
    SelfStop(reaction=1, implementation=1, cap=1.25, ..., ratio=0.8, stop=1.25)
    """
    made = rule_of(kind)
    names = {each.name for each in fields(made)}
    kept = {each.name: getattr(rule, each.name) for each in fields(rule) if each.name in names}
    unset = {each.name: each.default for each in fields(type(rule))}
    return made(**{name: value for name, value in kept.items() if value != unset[name]})


def shared_odds(event: Event, shown: Mapping[str, float], moved: str) -> dict[str, float]:
    """Return the odds of an event after one was moved: the others share the rest in proportion.

    Parameters
    ----------
    event : names the outcomes.
    shown : percent by outcome, the moved one included.
    moved : the outcome that stays as it is.

    Examples
    --------
    >>> from tradesim import scenarios
    >>> summit = scenarios.load("us-china-2025-10").events[1]
    >>> shared_odds(summit, {"deal": 0.0, "extension": 25, "nothing": 15, "break": 10}, "deal")
    {'deal': 0.0, 'extension': 50.0, 'nothing': 30.0, 'break': 20.0}
    """
    others = [outcome.name for outcome in event.outcomes if outcome.name != moved]
    left, sum_of = 100.0 - shown[moved], sum(shown[name] for name in others)
    parts = {name: shown[name] / sum_of if sum_of else 1 / len(others) for name in others}
    return {
        outcome.name: shown[moved] if outcome.name == moved else round(left * parts[outcome.name], 9)
        for outcome in event.outcomes
    }


def _problems(moved: Mapping[str, Any], controls: Mapping[str, Control]) -> Iterator[Problem]:
    """Yield values that no control of the page would give."""
    for path, value in moved.items():
        control = controls[path]
        if control.options:
            if value not in control.options:
                yield unknown_name("choice", str(value), control.options, path)
        elif isinstance(control.value, bool):
            if not isinstance(value, bool):
                yield Problem("not a yes or no", path, repr(value))
        elif isinstance(value, str | bool) or value is None or not control.low <= value <= control.high:
            yield Problem("beyond the slider", path, repr(value), f"{control.low} to {control.high}")


def _meant(scenario: Scenario, control: Control, value: Any) -> Any:
    room, _, rest = control.path.partition(".")
    if room != "shocks" or not rest.endswith(".size"):
        return control.meant(value)
    name = rest.removesuffix(".size")
    return scaled(next(shock.size for shock in scenario.shocks if shock.name == name), float(value))


def scaled(size: Size, times: float) -> Size:
    """Return a size, every one of which is so many times as large; no times as large is always 0.

    Examples
    --------
    >>> scaled(Size(distribution="expon", scale=0.19), 2.0)
    Size(expon: loc=0, scale=0.38)
    """
    if size.distribution == FIXED:
        return Size(value=times * size.parameters["value"])
    if times <= 0:
        return Size(value=0.0)
    whole = {"loc": 0.0, "scale": 1.0, **size.parameters}
    numbers = {name: times * value if name in PLACES else value for name, value in whole.items()}
    return Size(distribution=size.distribution, **numbers)


def _events(scenario: Scenario, moved: Mapping[str, Any]) -> tuple[Event, ...]:
    """Return the events with the odds that were moved; those not given share the rest."""
    events = []
    for event in scenario.events:
        paths = {outcome.name: f"events.{event.name}.{outcome.name}" for outcome in event.outcomes}
        given = {name: moved[path] for name, path in paths.items() if path in moved}
        events.append(_odds(event, given) if given else event)
    return tuple(events)


def _odds(event: Event, given: Mapping[str, float]) -> Event:
    before = {outcome.name: 100 * outcome.probability for outcome in event.outcomes}
    if len(given) < len(before):
        left, spare = 100 - sum(given.values()), [name for name in before if name not in given]
        sum_of = sum(before[name] for name in spare)
        fresh = {name: left * (before[name] / sum_of if sum_of else 1 / len(spare)) for name in spare}
        given = {**fresh, **given}
    total = sum(given.values())
    if abs(total - 100) > 1e-6 or min(given.values()) < 0:
        got = " + ".join(f"{given[name]:g}" for name in before) + " %"
        raise InputError([Problem("odds that do not add up", f"event {event.name!r}", got, "100 % in all")])
    outcomes = tuple(replace(o, probability=given[o.name] / total) for o in event.outcomes)
    return replace(event, outcomes=outcomes)
