"""Events: dated junctures with named outcomes, and what each outcome does to measures and truces."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from tradesim import percent
from tradesim.conversion import own, own_numbers, real_in, shown
from tradesim.errors import InputError, Problem, fail_if
from tradesim.keywords import by_name
from tradesim.timegrid import DateLike, as_date

Action = Literal["enact", "revoke", "suspend", "set_rate", "start_truce", "extend_truce", "end_truce"]
NEEDS: dict[str, str] = {"set_rate": "rate", "extend_truce": "until"}
"""The value that an action cannot do without."""
USES: dict[str, tuple[str, ...]] = {
    "rate": ("set_rate",),
    "until": ("extend_truce", "start_truce", "suspend"),
}
"""The actions that have a use for a value."""
STATES = ("duty", "days", "renewals")
"""What the odds of an outcome may depend on."""
STEEPEST = 1000
"""Largest slope."""


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an outcome does to one target.

    Parameters
    ----------
    action : ``enact``, ``suspend`` (``until`` a day, or until it is enacted again) or ``revoke`` (for good) a
        measure, ``set_rate`` of one, or ``start_truce``, ``extend_truce`` (to ``until``) and ``end_truce``.
    target : the measure's name or authority (``*`` wildcards), or the truce's name.
    rate : the new rate, a fraction, for ``set_rate``.
    until : the first day after the truce or the suspension, for ``extend_truce`` and optionally
        ``start_truce`` and ``suspend``.
    on : the day it takes effect (default: the day of the event). A measure is never charged before its
        own ``effective`` day.
    """

    action: Action
    target: str
    rate: float | None = None
    until: DateLike | None = None
    on: DateLike | None = None

    def __post_init__(self) -> None:
        own_numbers(self, ("rate",))
        problems: list[Problem] = []
        for name in ("until", "on"):
            try:
                if getattr(self, name) is not None:
                    object.__setattr__(self, name, as_date(getattr(self, name), name))
            except InputError as error:
                problems.extend(error.problems)
        fail_if(problem.at(f"effect on {self.target!r}") for problem in [*problems, *_effect_problems(self)])
        percent.warn(f"effect on {self.target!r}: rate", self.rate)


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One way that an event may end.

    Parameters
    ----------
    name, note : what it is called, and what it means in words.
    probability : of the event ending so.
    effects : what it does.
    slopes : how the log of its weight moves with the state at the end of the day before, by ``duty.USA-CHN``
        (the effective duty of that pair, a fraction), ``days.NAME`` (days that a truce has been in force) or
        ``renewals.NAME`` (times that it was renewed): weights probability × exp(Σ slope × state), of all
        outcomes together 1: a logistic function where there are two.

    Raises
    ------
    InputError
        If the probability does not lie between 0 and 1, or a slope is no number or of no known state.
    """

    name: str
    probability: float
    effects: tuple[Effect, ...] = ()
    note: str = ""
    slopes: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "effects", tuple(self.effects))
        slopes: Any = self.slopes
        if isinstance(slopes, Mapping):
            object.__setattr__(self, "slopes", {state: own(slope) for state, slope in slopes.items()})
        own_numbers(self, ("probability",))
        fail_if(problem.at(f"outcome {self.name!r}") for problem in _outcome_problems(self))

    def __hash__(self) -> int:
        return hash(
            (self.name, self.probability, self.effects, self.note, tuple(sorted(self.slopes.items())))
        )


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A dated juncture: exactly one of its outcomes happens in a draw.

    Raises
    ------
    InputError
        If there is no outcome, two have one name, or the probabilities do not sum to 1.

    Examples
    --------
    >>> Event(name="summit", date="2025-10-31", outcomes=(Outcome(name="deal", probability=1.0),)).date
    datetime.date(2025, 10, 31)
    """

    name: str
    date: DateLike
    outcomes: tuple[Outcome, ...]
    note: str = ""

    def __post_init__(self) -> None:
        given: Any = self.outcomes
        several = given if isinstance(given, list | tuple) else [given]
        fail_if(
            Problem("not an outcome", f"event {self.name!r}: outcomes", repr(each), "a list of ts.Outcome")
            for each in several
            if not isinstance(each, Outcome)
        )
        object.__setattr__(self, "outcomes", tuple(several))
        problems: list[Problem] = []
        try:
            object.__setattr__(self, "date", as_date(self.date))
        except InputError as error:
            problems.extend(error.problems)
        fail_if(problem.at(f"event {self.name!r}") for problem in [*problems, *_event_problems(self)])


def _outcome_problems(outcome: Outcome) -> Iterator[Problem]:
    if real_in(outcome.probability, 0, 1) is None:
        yield Problem("not a probability", "", shown(outcome.probability), "between 0 and 1")
    slopes: Any = outcome.slopes
    if not isinstance(slopes, Mapping):
        yield Problem("not slopes", "slopes", repr(slopes), "a slope per state: {'duty.USA-CHN': -2.0}")
        return
    for state, slope in slopes.items():
        kind, _, name = str(state).partition(".")
        if kind not in STATES or not name:
            allowed = "duty.IMPORTER-EXPORTER | days.TRUCE | renewals.TRUCE"
            yield Problem("unknown state", "slopes", repr(state), allowed)
        if real_in(slope, -STEEPEST, STEEPEST) is None:
            allowed = f"between -{STEEPEST} and {STEEPEST}"
            yield Problem("not a slope", f"slopes: {state}", shown(slope), allowed)


def _effect_problems(effect: Effect) -> Iterator[Problem]:
    if effect.action not in get_args(Action):
        yield Problem("unknown action", "action", repr(effect.action), " | ".join(get_args(Action)))
        return
    needed = NEEDS.get(effect.action)
    if needed and getattr(effect, needed) is None:
        yield Problem(f"{effect.action} without `{needed}`", needed, "None", "a value")
    rate: Any = effect.rate
    for name, users in USES.items():
        if getattr(effect, name) is not None and effect.action not in users:
            yield Problem(
                f"`{name}` without use", name, repr(getattr(effect, name)), f"for {' or '.join(users)}"
            )
    if rate is not None and real_in(rate, 0, 10) is None:
        yield Problem("not a rate", "rate", shown(rate), "a fraction between 0 and 10: 0.25 is 25 %")


def _event_problems(event: Event) -> Iterator[Problem]:
    early: Any = [e for o in event.outcomes for e in o.effects if e.on is not None]
    for effect in early:
        if isinstance(event.date, dt.date) and effect.on < event.date:
            where = f"effect on {effect.target!r}: on"
            yield Problem("takes effect before the event", where, str(effect.on), f"{event.date} or later")
    if not isinstance(event.name, str) or not event.name.strip():
        yield Problem("name is missing", "name", repr(event.name), "a text that is not empty")
    names = [outcome.name for outcome in event.outcomes]
    if not names:
        yield Problem("no outcomes", "outcomes", "none", "at least one")
        return
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem("outcome named twice", "outcomes", repr(name), "each name once")
    total = sum(outcome.probability for outcome in event.outcomes)
    if abs(total - 1) > 1e-9:
        got = " + ".join(f"{o.probability:g}" for o in event.outcomes) + f" = {total:g}"
        yield Problem("probabilities do not sum to 1", "outcomes", got, "a sum of 1")
