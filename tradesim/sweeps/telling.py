"""Telling: a scenario, and how a parameter varies, in plain form, by the names that a person knows.

What a store keeps so that it can say how another sweep differs from its own.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

import numpy as np

from tradesim.changes import SLOPES, parameters
from tradesim.events import Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.shocks import Size
from tradesim.sweeps import fingerprints

SHOWN = 8
"""Values of a list that are shown."""
HASH = 8
"""Letters of a hash that are shown."""

# Scenarios -----------------------------------------------------------------------------------------------


def scenario_told(scenario: Scenario) -> dict[str, str]:
    """Return what is in a scenario by path, as text, but for what is as it is by default.

    Examples
    --------
    >>> from tradesim import scenarios
    >>> told = scenario_told(scenarios.load("us-china-2025-10"))
    >>> told["rules.CHN.cap"], told["events.summit.deal"], told["truces.geneva.days"]
    ('1.25', '0.5', '90')
    """
    own = {**_parameters_told(scenario), **dict(_events_told(scenario.events))}
    economies = scenario.schedule.economies
    own["economies"] = ", ".join(economies.codes)
    imports = np.zeros((0, 0)) if economies.imports is None else economies.imports
    for i, j in np.argwhere(~np.eye(len(imports), dtype=np.bool_)).tolist():
        own[f"imports.{economies.codes[i]}-{economies.codes[j]}"] = value_told(imports[i, j])
    for measure in scenario.schedule.measures:
        own |= dict(_measure_told(measure))
    return own


def _parameters_told(scenario: Scenario) -> dict[str, str]:
    rooms: dict[str, Any] = {
        "rules": dict(scenario.rules),
        "truces": {truce.name: truce for truce in scenario.truces},
        "shocks": {shock.name: shock for shock in scenario.shocks},
    }
    found = {"start": value_told(scenario.start), "end": value_told(scenario.end)}
    for path in parameters(scenario):
        room, _, rest = path.partition(".")
        which, _, name = rest.rpartition(".")
        if room in rooms and which in rooms[room]:  # the values of a function are told all together
            found[path] = value_told(getattr(rooms[room][which], name))
    kinds = {f"rules.{code}.kind": rule.kind for code, rule in scenario.rules.items()}
    truces = {t.name: (t.end - t.start).days for t in scenario.truces if isinstance(t.end, dt.date)}  # type: ignore[operator]
    return found | kinds | {f"truces.{name}.days": str(days) for name, days in truces.items()}


def _events_told(events: tuple[Event, ...]) -> Iterator[tuple[str, str]]:
    for event in events:
        yield f"events.{event.name}.date", value_told(event.date)
        for outcome in event.outcomes:
            place = f"events.{event.name}.{outcome.name}"
            yield place, value_told(outcome.probability)
            for state, slope in outcome.slopes.items():
                yield f"{place}{SLOPES}{state}", value_told(slope)
            if outcome.effects:
                yield f"{place}.effects", _effects_told(outcome)


def _effects_told(outcome: Outcome) -> str:
    texts = []
    for effect in outcome.effects:
        given = {name: getattr(effect, name) for name in ("rate", "until", "on")}
        words = (f"{name} {value_told(value)}" for name, value in given.items() if value is not None)
        texts.append(" ".join([effect.action, repr(effect.target), *words]))
    return "; ".join(texts)


def _measure_told(measure: Measure) -> Iterator[tuple[str, str]]:
    place = f"measures.{measure.name} ({measure.importer}-{measure.exporter}, {measure.effective})"
    for field in fields(measure):
        value = getattr(measure, field.name)
        default = None if field.default is MISSING else field.default
        if field.name not in {"name", "importer", "exporter", "source", "note"} and value != default:
            yield f"{place}.{field.name}", value_told(value)


def value_told(value: Any) -> str:  # noqa: PLR0911 one line a kind
    """Return a value of a parameter as a person writes it.

    Examples
    --------
    >>> value_told(0.1 + 0.2), value_told(dt.date(2025, 11, 10)), value_told(("USA", "CHN")), value_told(None)
    ('0.3', '2025-11-10', 'USA, CHN', 'none')
    """
    if value is None:
        return "none"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.12g}"
    if isinstance(value, Size):
        inside = ", ".join(f"{name} {value_told(each)}" for name, each in value.parameters.items())
        return f"{value.distribution} ({inside})"
    if isinstance(value, tuple | list):
        return ", ".join(map(value_told, value)) or "none"
    if callable(value):
        name, _, code = fingerprints.of_function(value).partition(" ")
        return f"{name} (code {code[:HASH]})" if code else name
    return str(value)


# Spreads -------------------------------------------------------------------------------------------------


def spread_told(described: Mapping[str, Any]) -> str:
    """Return how a parameter varies, of what `tradesim.sweeps.spreads.Spread.described` says.

    Examples
    --------
    >>> from tradesim.sweeps.distributions import beta, integers, uniform
    >>> from tradesim.sweeps.spreads import spread_of
    >>> for way in (uniform(0.5, 1.2), integers(30, 90), beta(2, 3, high=0.75), [0.5, 0.8]):
    ...     print(spread_told(spread_of(way).described()))
    uniform 0.5–1.2
    whole numbers 30–90
    beta(2, 3) on 0–0.75
    0.5, 0.8 in turn
    """
    if "distribution" in described:
        return _distribution_told(described["distribution"], described["args"], described["kwds"])
    if "choice" in described:
        odds = f" with odds {_listed(described['odds'], ' : ')}" if described["odds"] else ""
        return f"{_listed(described['choice'], ' or ')} by chance{odds}"
    if "grid" in described:
        return f"{_listed(described['grid'])} in turn"
    return f"{len(described['points']):,} points"


def _distribution_told(name: str, args: list[float], kwds: Mapping[str, float]) -> str:
    if name not in WORDS:
        given = [*map(value_told, args), *(f"{key}={value_told(value)}" for key, value in kwds.items())]
        return f"{name}({', '.join(given)})"
    shapes, told = WORDS[name]
    places = dict(zip([*shapes, "loc", "scale"], args, strict=False))
    return told({"loc": 0.0, "scale": 1.0, **places, **kwds})


At = Mapping[str, float]


def _between(at: At, low: float, high: float) -> str:
    """Return the ends of what is moved and scaled as scipy.stats does it."""
    return f"{value_told(at['loc'] + low * at['scale'])}–{value_told(at['loc'] + high * at['scale'])}"


def _normal(at: At) -> str:
    return f"normal, mean {value_told(at['loc'])}, sd {value_told(at['scale'])}"


def _triangular(at: At) -> str:
    return f"triangular on {_between(at, 0, 1)}, mode {value_told(at['loc'] + at['c'] * at['scale'])}"


def _beta(at: At) -> str:
    return f"beta({value_told(at['a'])}, {value_told(at['b'])}) on {_between(at, 0, 1)}"


WORDS: Mapping[str, tuple[tuple[str, ...], Callable[[At], str]]] = {
    "uniform": ((), lambda at: f"uniform {_between(at, 0, 1)}"),
    "loguniform": (("a", "b"), lambda at: f"loguniform {_between(at, at['a'], at['b'])}"),
    "randint": (("low", "high"), lambda at: f"whole numbers {_between(at, at['low'], at['high'] - 1)}"),
    "norm": ((), _normal),
    "truncnorm": (("a", "b"), lambda at: f"{_normal(at)}, cut to {_between(at, at['a'], at['b'])}"),
    "triang": (("c",), _triangular),
    "beta": (("a", "b"), _beta),
}
"""Of the distributions that have a short name: shape parameters as scipy.stats calls them, and words."""


def _listed(values: list[Any], between: str = ", ") -> str:
    shown = between.join(_plain_told(value) for value in values[:SHOWN])
    return f"{shown}, … ({len(values):,} in all)" if len(values) > SHOWN else shown


def _plain_told(value: Any) -> str:
    """Return a value that `tradesim.sweeps.words.plain` wrote down."""
    if isinstance(value, dict):
        inside = next(iter(value.values()))
        return f"({_listed(inside)})" if isinstance(inside, list) else value_told(inside)
    return value_told(value)
