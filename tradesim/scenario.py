"""Scenario: everything needed to run, as one frozen description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import above_limits, narrow
from tradesim.assembly import assemble, functions_of
from tradesim.changes import changed_fields
from tradesim.conversion import shown, whole
from tradesim.engine.program import Program, Trace
from tradesim.errors import InputError, ModelWarning, Problem, fail_if, unknown_name, warn_user
from tradesim.events import Event
from tradesim.keywords import by_name
from tradesim.paths import Paths
from tradesim.record import Record
from tradesim.rules import Rule
from tradesim.schedule import Schedule
from tradesim.shocks import Shock
from tradesim.story import Draw, story
from tradesim.timegrid import DateLike, TimeGrid, as_date
from tradesim.truces import Truce

MOST_CELLS = 400_000_000
MOST_THREADS = 10_000
PER_CELL, PER_PAIR = 2e-7, 3e-6
"""Seconds that a duty on a day, and a pair of economies, take to be made ready for a run."""
MOST_SECONDS = 1.0
"""Float64 cells that a run may hold: 3.2 GB."""
SAMPLING = ("random", "antithetic", "sobol")
SEVERAL = {"truces": Truce, "events": Event, "shocks": Shock}


@by_name
@dataclass(frozen=True, kw_only=True, repr=False)
class Scenario:
    """A schedule, and the rules, truces and events that continue it.

    Parameters
    ----------
    name, title, description, source : what it is and where its assumptions come from.
    start, end : first day, and first day no longer simulated: half-open.
    schedule : the acts, as known; give it or ``record``.
    record : the packaged record that the scenario continues.
    rules : one rule per economy, ``CHN``, towards every partner, or towards one, ``CHN-USA``, which then
        takes its place; an economy without one does not answer.
    truces, events : windows and junctures, each with a name of its own.
    shocks : streams of new surcharges that arrive at random, each with a name of its own.
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
    shocks: tuple[Shock, ...] = ()
    branches: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: str = ""
    description: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        fail_if(problem.at(f"scenario {self.name!r}") for problem in _type_problems(self))
        schedule, grid = _parts(self)
        fail_if(_horizon_problems(self.name, schedule, len(grid)))
        normal = {
            "start": as_date(grid.start),
            "end": as_date(grid.end),
            "schedule": schedule,
            "rules": dict(self.rules),
            **{name: _several(getattr(self, name), kind) for name, kind in SEVERAL.items()},
            "branches": {name: dict(chosen) for name, chosen in self.branches.items()},
        }
        for name, value in normal.items():
            object.__setattr__(self, name, value)
        problems = [*schedule.before_record([grid.start], "date")]
        problems += [problem.at(f"scenario {self.name!r}") for problem in _problems(self)]
        problems += _size_problems(self, 1)
        try:
            _ = self.program
        except InputError as error:
            problems += error.problems
        fail_if(dict.fromkeys(problems))
        for said in (narrow.warning_of(self), above_limits.warning_of(self)):
            if said:
                warn_user(said, ModelWarning)

    def __hash__(self) -> int:
        return hash((self.name, self.start, self.end, self.schedule))

    def __repr__(self) -> str:
        parts = [
            f"{len(self.schedule)} measures",
            *(f"{code} {rule.why()}" for code, rule in self.rules.items()),
            *(f"truce {truce.name}" for truce in self.truces),
            *(f"event {event.name}" for event in self.events),
            *(f"shocks {shock.name}" for shock in self.shocks),
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

    @property
    def sources(self) -> str:
        """Where assumptions come from, and the duties that they continue: the first source of the record."""
        own, record = (" ".join(text.split()) for text in (self.source, self.schedule.source))
        return f"{own} Duties: {record.partition(' ; ')[0].rstrip('.')}." if own and record else own or record

    @cached_property
    def program(self) -> Program:
        """The scenario as the engine's plain arrays."""
        return assemble(self.schedule, self.grid, self.rules, self.truces, self.events, self.shocks)

    def branch(self, name: str) -> "Scenario":
        """Return the scenario with every event decided as a named branch has it.

        Raises
        ------
        InputError
            If there is no such branch, with the nearest names.
        """
        if not isinstance(name, str) or name not in self.branches:
            raise InputError([unknown_name("branch", name, self.branches, f"scenario {self.name!r}")])
        chosen = self.branches[name]
        decided = [_decided(event, chosen[event.name]) for event in self.events]
        return replace(self, name=f"{self.name}: {name}", events=tuple(decided), branches={})

    def run(
        self, draws: int = 1, seed: int = 0, *, sampling: str = "random", threads: int | None = None
    ) -> Paths:
        """Run draws of the scenario.

        Parameters
        ----------
        draws : how many.
        seed : 0 or more; draw k of a seed is the same whatever ``draws`` and ``threads`` are.
        sampling : how the numbers are made that a draw has once (outcomes of events, starts and lengths of
            truces): ``random``; ``antithetic``, every odd draw mirrors the one before it; or ``sobol``,
            points of a scrambled Sobol sequence.
        threads : how many (default: one per core, where there is enough to do).

        Raises
        ------
        InputError
            For a number of draws that is not positive or whose paths would not fit into memory, and for an
            unknown sampling.
        """
        fail_if(_run_problems(self, draws, seed, sampling, threads))
        draws, seed = int(draws), int(seed)
        trace = self._trace(np.arange(draws, dtype=np.int64), seed, sampling, threads=threads)
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
            retell=_Teller(self, seed, sampling),
            source=self.sources,
            as_of=self.schedule.vintage,
            cost=trace.cost if len(trace.cost) else None,
            renewals=trace.renewals,
            breached=trace.breached,
            sampling=sampling,
        )

    def _trace(
        self,
        draws: NDArray[np.int64],
        seed: int,
        sampling: Any,
        *,
        threads: int | None = None,
        traced: bool = False,
    ) -> Trace:
        """Have the engine run draws."""
        from tradesim.engine.run import run  # noqa: PLC0415 numba loads when something is run

        functions = functions_of(self.rules, self.schedule.economies)
        return run(
            self.program, draws, seed, functions=functions, sampling=sampling, threads=threads, traced=traced
        )

    def run_branches(self) -> dict[str, Paths]:
        """Run every named branch: one path each."""
        return {name: self.branch(name).run() for name in self.branches}

    def with_(self, changes: Mapping[str, Any]) -> "Scenario":
        """Return a changed copy.

        Parameters
        ----------
        changes : new values by path: ``start``, ``rules.CHN.ratio``, ``rules.CHN-USA.cap``,
            ``truces.geneva.end``, ``shocks.USA-CHN.rate``, ``events.summit.deal`` (a probability; the other
            outcomes share the rest in proportion), ``events.summit.deal.slopes.duty.USA-CHN`` (one that the
            outcome has), or ``rules.CHN`` (a whole rule, in the place of the one that is there, if any; None
            takes it away).

        Raises
        ------
        InputError
            For a path that names nothing, with the nearest names.
        """
        return replace(self, **changed_fields(self, changes))


@dataclass(frozen=True, slots=True)
class _Teller:
    """Runs one draw of a scenario again and tells its story."""

    scenario: Scenario
    seed: int
    sampling: Any

    def __call__(self, draw: int) -> pd.DataFrame:
        from tradesim.engine.run import once  # noqa: PLC0415 numba loads when something is run

        sc, draws, sampling = self.scenario, np.array([draw], dtype=np.int64), self.sampling
        trace = sc._trace(draws, self.seed, sampling, traced=True)  # noqa: SLF001 same room
        return story(Draw(sc, trace, once(sc.program, draws, self.seed, sampling)))


def _parts(scenario: Scenario) -> tuple[Schedule, TimeGrid]:
    """Return the schedule and the days of a scenario."""
    problems: list[Problem] = []
    grid: TimeGrid | None = None
    schedule: Schedule | None = scenario.schedule
    try:
        grid = TimeGrid(scenario.start, scenario.end)
    except InputError as error:
        problems += error.problems
    try:
        if schedule is None and scenario.record is not None:
            schedule = scenario.record.schedule()
    except InputError as error:
        problems += error.problems
    if schedule is None and scenario.record is None:
        fix = "give a schedule or a record"
        problems.append(Problem("no schedule", f"scenario {scenario.name!r}", fix=fix))
    fail_if(problems)
    if schedule is None or grid is None:
        raise AssertionError
    return schedule, grid


def _decided(event: Event, outcome: str) -> Event:
    sure = tuple(replace(o, probability=float(o.name == outcome)) for o in event.outcomes)
    return replace(event, outcomes=sure)


def _several(given: Any, kind: type) -> tuple[Any, ...]:
    """Return one of a kind as several."""
    return (given,) if isinstance(given, kind) else tuple(given)


def _type_problems(scenario: Any) -> Iterator[Problem]:
    for name, room, allowed in (
        ("schedule", Schedule, "ts.datasets.load(NAME)"),
        ("record", Record, "ts.Record(name=NAME)"),
    ):
        if not isinstance(getattr(scenario, name), room | None):
            yield Problem(f"not a {name}", name, repr(getattr(scenario, name)), allowed)
    for name, kind in SEVERAL.items():
        given = getattr(scenario, name)
        for each in given if isinstance(given, list | tuple) else [given]:
            if not isinstance(each, kind):
                yield Problem(f"not a ts.{kind.__name__}", name, repr(each), f"a list of ts.{kind.__name__}")
    branches, rules = scenario.branches, scenario.rules
    if not isinstance(branches, Mapping) or not all(isinstance(b, Mapping) for b in branches.values()):
        yield Problem("not branches", "branches", repr(branches), "{NAME: {EVENT: OUTCOME}}")
    if not isinstance(rules, Mapping):
        yield Problem("not rules", "rules", repr(rules), "a rule per economy: {'CHN': rules.Match()}")
        return
    for code, rule in rules.items():
        if not isinstance(rule, Rule):
            yield Problem("not a rule", f"rules.{code}", repr(rule), "a rule such as rules.Match(ratio=0.8)")


def _problems(scenario: Scenario) -> Iterator[Problem]:
    if not isinstance(scenario.name, str) or not scenario.name.strip():
        yield Problem("name is missing", "name", repr(scenario.name), "a text that is not empty")
    for kind, named in (
        ("truce", scenario.truces),
        ("event", scenario.events),
        ("shock", scenario.shocks),
    ):
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


def _run_problems(
    scenario: Scenario, draws: int, seed: int, sampling: Any, threads: Any
) -> Iterator[Problem]:
    if sampling not in SAMPLING:
        yield Problem("unknown sampling", "sampling", repr(sampling), " | ".join(SAMPLING))
    if threads is not None and whole(threads, 1, MOST_THREADS) is None:
        allowed = f"a whole number, 1 to {MOST_THREADS:,}"
        yield Problem("not a number of threads", "threads", shown(threads), allowed)
    if whole(draws, 1, MOST_CELLS) is None:
        allowed = "a whole number, 1 or more"
        allowed += ", as many as memory holds" if whole(draws, 1) else ""
        yield Problem("not a number of draws", "draws", shown(draws), allowed)
        return
    if whole(seed, 0, 2**64 - 1) is None:
        yield Problem("not a seed", "seed", shown(seed), "a whole number, 0 or more, below 2**64")
    yield from _size_problems(scenario, int(draws))


def _horizon_problems(name: str, schedule: Schedule, days: int) -> Iterator[Problem]:
    """Yield that it takes too long to make so many days of so many economies ready for a run."""
    economies, measures = len(schedule.economies), len(schedule)
    once, a_day = economies**2 * PER_PAIR, (economies**2 + measures) * PER_CELL
    if once + days * a_day > MOST_SECONDS:
        got = f"{economies:,} economies and {measures:,} measures on {days:,} days"
        got += f": about {once + days * a_day:.2g} s before anything runs"
        most = int((MOST_SECONDS - once) / a_day)
        allowed = f"{most:,} days of so many" if most > 0 else "fewer economies"
        fix = "shorten the horizon, or join economies in groups: ts.Economies.group"
        yield Problem("takes too long", f"scenario {name!r}", got, allowed, fix)


def _size_problems(scenario: Scenario, draws: int) -> Iterator[Problem]:
    beside = any(rule.charged_beside is not None for rule in scenario.rules.values())
    cells = (1 + beside) * draws * len(scenario.grid) * len(scenario.schedule.economies) ** 2
    if cells > MOST_CELLS:
        most = MOST_CELLS * draws // cells
        got = f"{draws:,} draws, {cells * 8 / 1e9:.1f} GB while it runs"
        yield Problem("too many paths to hold", "draws", got, f"{most:,} draws of this scenario")
