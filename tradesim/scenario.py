"""Scenario: everything needed to run, as one frozen description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradesim import datasets
from tradesim.assembly import assemble
from tradesim.engine import kernel
from tradesim.engine.program import Program
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.events import Event
from tradesim.paths import Paths
from tradesim.rules import Rule
from tradesim.schedule import Schedule
from tradesim.story import story
from tradesim.timegrid import DateLike, TimeGrid, as_date
from tradesim.truces import Truce

MOST_CELLS = 400_000_000
"""Float64 cells that a run may hold: 3.2 GB."""
ARRAYS = 3
"""Arrays of draws × days × pairs that a run holds: the duty, what is announced, what rules answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Which packaged record a scenario continues, and how much of it is known.

    Parameters
    ----------
    name : the dataset.
    as_of : the day of knowledge (default: all of it).
    without : measures or authorities left out.
    economies : the economies kept (default: all).
    """

    name: str
    as_of: DateLike | None = None
    without: tuple[str, ...] = ()
    economies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.as_of is not None:
            object.__setattr__(self, "as_of", as_date(self.as_of, "as_of"))
        for name in ("without", "economies"):
            given: Any = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))

    def schedule(self) -> Schedule:
        """Return the part of the record that it names."""
        schedule = datasets.load(self.name)
        if self.as_of is not None:
            schedule = schedule.as_of(self.as_of)
        if self.without:
            schedule = schedule.without(*self.without)
        return schedule.select(self.economies) if self.economies else schedule


@dataclass(frozen=True, kw_only=True, repr=False)
class Scenario:
    """A schedule, and the rules, truces and events that continue it.

    Parameters
    ----------
    name, title, description, source : what it is and where its assumptions come from.
    start, end : first day, and first day no longer simulated: half-open.
    schedule : the acts, as known; give it or ``record``.
    record : the packaged record that the scenario continues.
    rules : one rule per economy, towards every partner; an economy without one does not answer.
    truces, events : windows and junctures, each with a name of its own.
    branches : named futures: for each, which outcome every event has.

    Raises
    ------
    InputError
        With every problem: repeated names, events outside the horizon, unknown economies, measures, truces
        or outcomes, a horizon before the record begins.

    Examples
    --------
    >>> from tradesim import rules
    >>> spiral = Scenario(
    ...     name="spiral", start="2025-04-02", end="2025-05-01",
    ...     record=Record(name="us-china", as_of="2025-04-02"),
    ...     rules={"CHN": rules.Match(reaction=2, cap=1.25)})
    >>> spiral.run().to_frame().loc["2025-04-10", ("CHN", "USA")].round(3)
    np.float64(0.566)
    """

    name: str
    start: DateLike
    end: DateLike
    schedule: Schedule = None  # type: ignore[assignment]
    record: Record | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)
    truces: tuple[Truce, ...] = ()
    events: tuple[Event, ...] = ()
    branches: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: str = ""
    description: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        grid = TimeGrid(self.start, self.end)
        schedule: Schedule | None = self.schedule
        if schedule is None and self.record is not None:
            schedule = self.record.schedule()
        if schedule is None:
            raise InputError(
                [Problem("no schedule", f"scenario {self.name!r}", fix="give a schedule or a record")]
            )
        fail_if(problem.at(f"scenario {self.name!r}") for problem in _type_problems(self))
        normal = {
            "start": as_date(grid.start),
            "end": as_date(grid.end),
            "schedule": schedule,
            "rules": dict(self.rules),
            "truces": tuple(self.truces),
            "events": tuple(self.events),
            "branches": {name: dict(chosen) for name, chosen in self.branches.items()},
        }
        for name, value in normal.items():
            object.__setattr__(self, name, value)
        fail_if(problem.at(f"scenario {self.name!r}") for problem in _problems(self))
        fail_if(_size_problems(self, 1))
        _ = self.program

    def __hash__(self) -> int:
        return hash((self.name, self.start, self.end, self.schedule))

    def __repr__(self) -> str:
        parts = [
            f"{len(self.schedule)} measures",
            *(f"{code} {rule.why()}" for code, rule in self.rules.items()),
            *(f"truce {truce.name}" for truce in self.truces),
            *(f"event {event.name}" for event in self.events),
        ]
        return f"Scenario({self.name}, {self.start} to {self.end}: {', '.join(parts)})"

    @classmethod
    def from_toml(cls, path: str | Path) -> "Scenario":
        """Read a scenario from a TOML file, as `to_toml` and the packaged scenarios write it.

        Raises
        ------
        InputError
            With every problem, each placed ``file:line``.
        """
        from tradesim import io  # noqa: PLC0415 pydantic loads when a file is read

        return io.read_scenario(path, cls, Record)

    def to_toml(self, path: str | Path) -> Path:
        """Write the scenario as a TOML file that reads back equal to it; return the path.

        Raises
        ------
        InputError
            For a rule of your own class, a schedule that is not its record plus measures, and a path that
            cannot be written.
        """
        from tradesim import io  # noqa: PLC0415 pydantic loads when a file is written

        return io.write_scenario(self, path)

    @property
    def grid(self) -> TimeGrid:
        """The days that it runs over."""
        return TimeGrid(self.start, self.end)

    @cached_property
    def program(self) -> Program:
        """The scenario as the engine's plain arrays."""
        return assemble(self.schedule, self.grid, self.rules, self.truces, self.events)

    def branch(self, name: str) -> "Scenario":
        """Return the scenario with every event decided as a named branch has it.

        Raises
        ------
        InputError
            If there is no such branch, with the nearest names.
        """
        if name not in self.branches:
            raise InputError([unknown_name("branch", name, self.branches, f"scenario {self.name!r}")])
        chosen = self.branches[name]
        decided = [_decided(event, chosen[event.name]) for event in self.events]
        return replace(self, name=f"{self.name}: {name}", events=tuple(decided), branches={})

    def run(self, draws: int = 1, seed: int = 0) -> Paths:
        """Run draws of the scenario.

        Parameters
        ----------
        draws : how many.
        seed : 0 or more; draw k of a seed is the same whatever ``draws`` is.

        Raises
        ------
        InputError
            For a number of draws that is not positive or whose paths would not fit into memory.
        """
        fail_if(_run_problems(self, draws, seed))
        trace = kernel.run(self.program, np.arange(draws, dtype=np.int64), seed)
        outcomes = {
            event.name: pd.Categorical.from_codes(
                trace.outcome[:, k], pd.Index([outcome.name for outcome in event.outcomes])
            )
            for k, event in enumerate(self.events)
        }
        return Paths(
            name=self.name,
            dates=self.grid.days,
            economies=self.schedule.economies.codes,
            duty=trace.duty,
            truce=trace.truce,
            truces=tuple(truce.name for truce in self.truces),
            outcomes=pd.DataFrame(outcomes, index=pd.RangeIndex(draws, name="draw")),
            recorded=self.schedule.recorded,
            seed=seed,
            retell=_Teller(self, seed),
            source=self.source or self.schedule.source,
            as_of=self.schedule.vintage,
        )

    def run_branches(self) -> dict[str, Paths]:
        """Run every named branch: one path each."""
        return {name: self.branch(name).run() for name in self.branches}

    def with_(self, changes: Mapping[str, Any]) -> "Scenario":
        """Return a changed copy.

        Parameters
        ----------
        changes : new values by path: ``start``, ``rules.CHN.ratio``, ``truces.geneva.end``, or
            ``events.summit.deal`` (a probability; the other outcomes share the rest in proportion).

        Raises
        ------
        InputError
            For a path that names nothing, with the nearest names.
        """
        given: Any = changes
        if not isinstance(given, Mapping):
            allowed = "new values by path: {'rules.CHN.ratio': 0.8}"
            raise InputError([Problem("not changes", "with_", repr(given), allowed)])
        changed = self
        for path, value in changes.items():
            changed = _changed(changed, path, value)
        return changed


@dataclass(frozen=True, slots=True)
class _Teller:
    """Runs one draw of a scenario again and tells its story."""

    scenario: Scenario
    seed: int

    def __call__(self, draw: int) -> pd.DataFrame:
        sc = self.scenario
        trace = kernel.run(sc.program, np.array([draw], dtype=np.int64), self.seed)
        return story(trace, sc.schedule, sc.grid.days, sc.rules, sc.truces, sc.events)


def _decided(event: Event, outcome: str) -> Event:
    sure = tuple(replace(o, probability=float(o.name == outcome)) for o in event.outcomes)
    return replace(event, outcomes=sure)


def _type_problems(scenario: Scenario) -> Iterator[Problem]:
    rules: Any = scenario.rules
    if not isinstance(rules, Mapping):
        yield Problem("not rules", "rules", repr(rules), "a rule per economy: {'CHN': rules.Match()}")
        return
    for code, rule in rules.items():
        if not isinstance(rule, Rule):
            yield Problem("not a rule", f"rules.{code}", repr(rule), "a rule such as rules.Match(ratio=0.8)")


def _problems(scenario: Scenario) -> Iterator[Problem]:
    if not isinstance(scenario.name, str) or not scenario.name.strip():
        yield Problem("name is missing", "name", repr(scenario.name), "a text that is not empty")
    for kind, named in (("truce", scenario.truces), ("event", scenario.events)):
        names = [item.name for item in named]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Problem(f"{kind} named twice", f"{kind}s", repr(name), "each name once")
    horizon: Any = scenario
    for event in scenario.events:
        if not horizon.start <= event.date < horizon.end:
            allowed = f"{horizon.start} or later, before {horizon.end}"
            yield Problem("outside the horizon", f"event {event.name!r}: date", str(event.date), allowed)
    yield from _branch_problems(scenario)


def _branch_problems(scenario: Scenario) -> Iterator[Problem]:
    outcomes = {event.name: [o.name for o in event.outcomes] for event in scenario.events}
    for name, chosen in scenario.branches.items():
        where = f"branch {name!r}"
        for event, outcome in chosen.items():
            if event not in outcomes:
                yield unknown_name("event", event, outcomes, where)
            elif outcome not in outcomes[event]:
                yield unknown_name("outcome", outcome, outcomes[event], f"{where}: {event}")
        for event in outcomes.keys() - chosen.keys():
            allowed = " | ".join(outcomes[event])
            yield Problem("a branch decides every event", where, f"nothing for {event!r}", allowed)


def _run_problems(scenario: Scenario, draws: int, seed: int) -> Iterator[Problem]:
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 1:
        yield Problem("not a number of draws", "draws", repr(draws), "a whole number, 1 or more")
        return
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**64:
        yield Problem("not a seed", "seed", repr(seed), "a whole number, 0 or more, below 2**64")
    yield from _size_problems(scenario, draws)


def _size_problems(scenario: Scenario, draws: int) -> Iterator[Problem]:
    cells = ARRAYS * draws * len(scenario.grid) * len(scenario.schedule.economies) ** 2
    if cells > MOST_CELLS:
        most = MOST_CELLS * draws // cells
        got = f"{draws:,} draws, {cells * 8 / 1e9:.1f} GB while it runs"
        yield Problem("too many paths to hold", "draws", got, f"{most:,} draws of this scenario")


def _changed(scenario: Scenario, path: str, value: Any) -> Scenario:
    parts = path.split(".")
    simple = {f.name for f in fields(scenario)} - {
        "rules",
        "truces",
        "events",
        "branches",
        "schedule",
        "record",
    }
    if len(parts) == 1 and path in simple:
        return replace(scenario, **{path: value})
    if len(parts) == 3 and parts[0] in {"rules", "truces", "events"}:
        return {"rules": _change_rule, "truces": _change_truce, "events": _change_event}[parts[0]](
            scenario, parts[1], parts[2], value
        )
    raise InputError([unknown_name("parameter", path, parameters(scenario), "with_")])


def parameters(scenario: Scenario) -> list[str]:
    """Return the path of everything that `Scenario.with_` can change."""
    rules = [f"rules.{code}.{f.name}" for code, rule in scenario.rules.items() for f in fields(rule)]
    truces = [f"truces.{t.name}.{f.name}" for t in scenario.truces for f in fields(t) if f.name != "name"]
    events = [f"events.{e.name}.{o.name}" for e in scenario.events for o in e.outcomes]
    return [
        "name",
        "start",
        "end",
        *rules,
        *truces,
        *events,
        *(f"events.{e.name}.date" for e in scenario.events),
    ]


def _change_rule(scenario: Scenario, code: str, name: str, value: Any) -> Scenario:
    _check_path(scenario, f"rules.{code}.{name}")
    rule = replace(scenario.rules[code], **{name: value})
    return replace(scenario, rules={**scenario.rules, code: rule})


def _change_truce(scenario: Scenario, which: str, name: str, value: Any) -> Scenario:
    _check_path(scenario, f"truces.{which}.{name}")
    truces = [replace(t, **{name: value}) if t.name == which else t for t in scenario.truces]
    return replace(scenario, truces=tuple(truces))


def _change_event(scenario: Scenario, which: str, name: str, value: Any) -> Scenario:
    _check_path(scenario, f"events.{which}.{name}")
    events = [_with_value(e, name, value) if e.name == which else e for e in scenario.events]
    return replace(scenario, events=tuple(events))


def _with_value(event: Event, name: str, value: Any) -> Event:
    if name == "date":
        return replace(event, date=value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        where = f"events.{event.name}.{name}"
        raise InputError([Problem("not a probability", where, repr(value), "between 0 and 1")])
    others = sum(o.probability for o in event.outcomes if o.name != name)
    spare = len(event.outcomes) - 1
    shared = [
        float(value) if o.name == name else (1 - value) * (o.probability / others if others else 1 / spare)
        for o in event.outcomes
    ]
    outcomes = [replace(o, probability=p) for o, p in zip(event.outcomes, shared, strict=True)]
    return replace(event, outcomes=tuple(outcomes))


def _check_path(scenario: Scenario, path: str) -> None:
    known = parameters(scenario)
    if path not in known:
        raise InputError([unknown_name("parameter", path, known, "with_")])
