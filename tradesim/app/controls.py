"""Controls: what of a scenario can be moved on the page, in plain words; pure, from a scenario alone."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from tradesim.app import words
from tradesim.app.words import Words
from tradesim.events import Event
from tradesim.rules import KINDS, Rule
from tradesim.rules.base import View
from tradesim.rules.kinds import By
from tradesim.scenario import Scenario
from tradesim.shocks import Shock
from tradesim.timegrid import as_date
from tradesim.truces import Ending, Truce

REST = "ROW"
"""The rest of the world is no one that answers, unless a scenario says so."""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that can be moved.

    Parameters
    ----------
    path : what it changes: a path of `Scenario.with_`; of a shock's ``size`` the value is a multiple.
    label, meaning : in plain words.
    value : as shown: a number (percent where a fraction is meant), yes or no, a day, or one of ``options``.
    low, high, step : of a number, as shown; first and last day of a day.
    unit : of a number.
    factor : shown number over the scenario's.
    whole : whether a number is whole.
    options : what may be chosen.
    main : whether it stands among the first.
    """

    path: str
    label: str
    meaning: str
    value: Any
    low: Any = 0.0
    high: Any = 1.0
    step: float = 1.0
    unit: str = ""
    factor: int = 1
    whole: bool = False
    options: tuple[str, ...] = ()
    main: bool = True

    def meant(self, shown: Any) -> Any:
        """Return what a scenario takes for a value as shown.

        Examples
        --------
        >>> Control("rules.CHN.cap", "", "", 125.0, factor=100).meant(57)
        0.57
        """
        if isinstance(self.value, bool | dt.date) or self.options:
            return shown
        return int(shown) if self.whole else round(float(shown) / self.factor, 12)


@dataclass(frozen=True, slots=True)
class Group:
    """Controls that belong together.

    Parameters
    ----------
    key : what they are of: ``rules.CHN``, ``truces.geneva``, ``events.summit``, ``shocks.USA-CHN``.
    title, note : the heading, and what the scenario says of it.
    controls : in order.
    kind : of a rule which it is; "" elsewhere.
    """

    key: str
    title: str
    controls: tuple[Control, ...]
    note: str = ""
    kind: str = ""


def groups_of(scenario: Scenario) -> tuple[Group, ...]:
    """Return what can be moved of a scenario: rules, odds, truces and new acts, by group.

    Examples
    --------
    >>> from tradesim import scenarios
    >>> groups = groups_of(scenarios.load("us-china-two-years"))
    >>> [group.title for group in groups][:4]
    ['China', 'The US', 'Talks, 26 October 2025', 'Summit, 31 October 2025']
    >>> groups[0].controls[0].label
    'How much of a US increase China answers (ratio)'
    """
    return (
        *(_of_rule(key, rule, scenario) for key, rule in rules_of(scenario).items()),
        *map(_of_event, scenario.events),
        *(_of_truce(truce, scenario) for truce in scenario.truces),
        *map(_of_shock, scenario.shocks),
    )


def rules_of(scenario: Scenario) -> dict[str, Rule]:
    """Return the rules by whose they are; an economy that could answer and has none does not answer."""
    found = dict(scenario.rules)
    having = {key.partition("-")[0] for key in found}
    answering = {importer for importer, _ in scenario.schedule.pairs} - having - {REST}
    return found | {
        code: KINDS["passive"]() for code in scenario.schedule.economies.codes if code in answering
    }


def controls_of(groups: tuple[Group, ...]) -> dict[str, Control]:
    """Return all controls by path."""
    return {control.path: control for group in groups for control in group.controls}


def _of_event(event: Event) -> Group:
    label, plain, moved = words.ODDS
    meaning = f"{plain} {moved}" if any(outcome.slopes for outcome in event.outcomes) else plain
    shown = event.outcomes if len(event.outcomes) > 2 else event.outcomes[:1]
    controls = tuple(
        Control(
            f"events.{event.name}.{outcome.name}", label.format(name=outcome.name),
            f"{words.sentence(outcome.note)}. {meaning}" if outcome.note else meaning,
            round(100 * outcome.probability, 9), high=100.0, unit="%", factor=100,
        )
        for outcome in shown
        if len(event.outcomes) > 1
    )  # fmt: skip
    title = f"{words.sentence(event.name)}, {day_text(event.date)}"
    return Group(f"events.{event.name}", title, controls, event.note)


def _of_truce(truce: Truce, scenario: Scenario) -> Group:
    key = f"truces.{truce.name}"
    ends = _truce_end(key, truce, scenario)
    numbers = _numbers(key, truce, words.OF_TRUCES, {})
    hidden = set() if truce.renewals else {f"{key}.renewal"}
    end = Control(f"{key}.at_end", *words.AT_END, truce.at_end, options=get_args(Ending), main=False)
    controls = (*ends, *(replace(c, main=False) if c.path in hidden else c for c in numbers), end)
    return Group(key, f"Truce “{truce.name}” between {words.economies(truce.parties)}", controls)


def _truce_end(key: str, truce: Truce, scenario: Scenario) -> Iterator[Control]:
    """Yield when a truce ends, where it is in force by itself and not by an event alone."""
    start, end = as_date(truce.start), as_date(truce.end)
    first = max(start, as_date(scenario.start))
    last = max(as_date(scenario.end), end)
    if start < end and first < last:
        yield Control(f"{key}.end", *words.ENDS, end, low=first, high=last)


def _of_rule(key: str, rule: Rule, scenario: Scenario) -> Group:
    economy, _, toward = key.partition("-")
    partners = [j for i, j in scenario.schedule.pairs if i == economy and j != REST]
    partner = toward or (partners[0] if len(partners) == 1 else None)
    who = words.economy(economy)
    told = {"who": who, "Who": words.sentence(who), "theirs": words.whose(partner)}
    title = f"{words.sentence(who)} towards {words.economy(toward)}" if toward else words.sentence(who)
    place = f"rules.{key}"
    if rule.kind == "passive":
        return Group(place, title, (), "", rule.kind)
    known = {each: text for each, text in words.OF_RULES.items() if each != "diversion" or len(partners) > 1}
    controls = (*_numbers(place, rule, known, told), *_choices(place, rule, told))
    return Group(place, title, controls, "", rule.kind)


def _choices(key: str, rule: Any, told: Mapping[str, str]) -> Iterator[Control]:
    """Yield what of a rule is no number."""
    if hasattr(rule, "by"):
        label, meaning = words.BY
        yield Control(f"{key}.by", label.format(**told), meaning, rule.by, options=get_args(By))
    label, meaning = words.RATCHET
    yield Control(f"{key}.ratchet", label.format(**told), meaning, rule.ratchet, main=False)
    if not rule.averages:
        label, meaning = words.VIEW
        yield Control(
            f"{key}.view",
            label.format(**told),
            meaning,
            rule.view or "nominal",
            options=get_args(View),
            main=False,
        )


def _of_shock(shock: Shock) -> Group:
    key = f"shocks.{shock.name}"
    controls = _numbers(key, shock, words.OF_SHOCKS, {"who": words.economy(shock.importer)})
    on = f"{words.economy(shock.importer)} on {words.economy(shock.exporter)}"
    return Group(key, f"New acts of {on}: {shock.name}", tuple(controls))


def _numbers(
    key: str, described: Any, known: Mapping[str, Words], told: Mapping[str, str]
) -> Iterator[Control]:
    """Yield a control for every number of a rule, truce or shock that has words."""
    own = {each.name for each in fields(described)}
    for name, said in known.items():
        if name in own:
            value = 1.0 if name == "size" else getattr(described, name)
            yield _number(f"{key}.{name}", said, value, told)


def _number(path: str, said: Words, value: float, told: Mapping[str, str]) -> Control:
    shown = value if said.whole else round(value * said.factor, 9)
    high = (
        said.high if shown <= said.high else 2 * shown if said.whole else min(2 * shown, 10.0 * said.factor)
    )
    return Control(
        path, said.label.format(**told), said.meaning, shown, low=said.low, high=high, step=said.step,
        unit=said.unit, factor=said.factor, whole=said.whole, main=said.main,
    )  # fmt: skip


def day_text(day: Any) -> str:
    """Write a day: ``26 October 2025``."""
    date = as_date(day)
    return f"{date.day} {date:%B %Y}"
