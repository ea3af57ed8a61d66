"""Kinds: what a report on a scenario, a record or a sweep holds, and in which order."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tradesim import datasets, rows
from tradesim.errors import InputError
from tradesim.marks import MOST_BEFORE, moving_pairs, period, truces_of
from tradesim.paths import Paths
from tradesim.reports import costs, depends, draws, duties, grounds, moves, takeaways
from tradesim.reports.pictures import Credit, Pair
from tradesim.reports.subjects import Subject
from tradesim.reports.values import Section, Takeaway
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.sweeps import Sweep, fingerprints
from tradesim.sweeps.plan import scenario_at
from tradesim.timegrid import as_day

MOST_PAIRS = 4
"""Pairs in takeaways and figures."""
COSTED_DRAWS = 200
"""Draws of a sweep that are run again to see what they cost."""
MOST_AGAIN = 2000
"""Number of the highest draw of a sweep that is told."""
DAY = np.timedelta64(1, "D")
KNOWN = "What had been enacted by then, by legal authority. What rules add and truces suspend is not in it."
LEAST_MOVE = 0.01
"""A pair is shown whose duty moves by a point or more."""
REST = "ROW"
Told = tuple[tuple[Takeaway, ...], tuple[Section, ...]]


def _shown(futures: Mapping[str, pd.DataFrame]) -> list[Pair]:
    """Return the pairs to tell of: those that move most, partners before the rest of the world."""
    moving = moving_pairs(futures)
    together = pd.concat([frame[moving] for frame in futures.values()])
    spans = together.max() - together.min()
    chosen = [pair for pair in moving if spans[pair] >= LEAST_MOVE] or moving
    most = sorted(chosen, key=lambda pair: (REST in pair, -spans[pair]))[:MOST_PAIRS]
    return sorted(most, key=lambda pair: (REST in pair, moving.index(pair)))


# Scenarios -------------------------------------------------------------------------------------------


def of_scenario(subject: Subject, scenario: Scenario, wanted: int, seed: int) -> Told:
    """Return takeaways and sections on a scenario: what its draws come to, or its one path."""
    paths, alike = _run(scenario, wanted, seed)
    many = paths.draws > 1
    credit = Credit(f"tradesim, scenario {scenario.name}", scenario.schedule.vintage)
    pairs = _shown(_range(paths))
    paid, costs_told = costs.costed(paths, credit.source)
    matters, depends_told = depends.of_scenario(scenario, pairs, seed, credit)
    words = "The one path: nothing is left to chance." if alike else "The first draw, one of many futures."
    told = [
        *takeaways.of_paths(paths, pairs),
        *(takeaways.of_truces(paths) if many else ()),
        *costs_told,
        *depends_told,
    ]
    sections = [
        duties.followed(scenario, _futures(scenario, paths), pairs, credit),
        *(draws.spread(paths, pairs, credit) if many else ()),
        moves.told(paths, pairs, credit, words),
        duties.layered(scenario.schedule, _known_layers(scenario), pairs, KNOWN, credit),
        paid,
        matters,
        grounds.assumed(scenario),
        grounds.sourced([*grounds.lines_of(scenario), *moves.sources_of(scenario.schedule.measures, None)]),
        grounds.again(subject.origin, _identity(scenario, wanted, seed), [("draws", wanted), ("seed", seed)]),
    ]
    return tuple(told), tuple(sections)


def _run(scenario: Scenario, wanted: int, seed: int) -> tuple[Paths, bool]:
    """Return the draws of a scenario, and whether all are the same: then it is one."""
    paths = scenario.run(draws=wanted, seed=seed)
    alike = not (
        np.ptp(paths.duty, axis=0).any()
        or (paths.truce != paths.truce[:1]).any()
        or (paths.outcomes != paths.outcomes.iloc[0]).any(axis=None)
    )
    if wanted == 1:
        return paths, not _has_chance(scenario)
    return (scenario.run(seed=seed), True) if alike else (paths, False)


def _has_chance(scenario: Scenario) -> bool:
    """Say whether two draws of a scenario may differ."""
    return not _run(scenario, 64, 0)[1]


def _range(paths: Paths) -> dict[str, pd.DataFrame]:
    """Return the ends of what the draws span."""
    return {str(q): paths.quantiles([q]).droplevel("quantile", axis=1) for q in (0.05, 0.5, 0.95)}


def _futures(scenario: Scenario, paths: Paths) -> Mapping[str, pd.DataFrame]:
    """Return the futures to draw: named branches, the median of draws, or the one path."""
    if scenario.branches:
        return {name: found.to_frame() for name, found in scenario.run_branches().items()}
    if paths.draws > 1:
        return {"median of draws": _range(paths)["0.5"]}
    return {"by its rules": paths.to_frame()}


def _known_layers(scenario: Scenario) -> pd.DataFrame:
    """Return the layers of law before a scenario starts; where nothing was before, from then on."""
    start = as_day(scenario.start)
    begins = scenario.schedule.begins
    first = start - np.timedelta64(MOST_BEFORE, "D")
    if begins is not None:
        first = max(first, as_day(begins))
    last = start if first < start else as_day(scenario.end) - DAY
    return scenario.schedule.effective_duty(str(first), str(last), by="authority")


def _identity(scenario: Scenario, wanted: int, seed: int) -> list[tuple[str, str]]:
    try:
        found = fingerprints.of_scenario(scenario)
    except InputError as error:
        found = f"none: {error}"
    return [
        ("scenario", scenario.name),
        ("sha256 of the scenario", found),
        ("draws", str(wanted)),
        ("seed", str(seed)),
    ]


# Records ---------------------------------------------------------------------------------------------


def of_record(subject: Subject, schedule: Schedule) -> Told:
    """Return takeaways and sections on a record: what was charged, by whom, under which authority."""
    first, last = period(schedule)
    duty = schedule.effective_duty(first, last)
    pairs = _shown({"": duty[list(schedule.pairs)]})
    name = subject.record
    credit = Credit(f"tradesim, record {subject.name}", schedule.vintage)
    events = datasets.events(name) if name else None
    paid, costs_told = costs.costed(_as_paths(subject.name, schedule, first, last), credit.source)
    layers = schedule.effective_duty(first, last, by="authority")
    words = "What the acts of each legal authority add to the duty; they sum to it exactly."
    sources = list(subject.about.get("sources", [schedule.source]))
    sections = [
        duties.recorded(schedule, duty, pairs, truces_of(name) if name else [], credit),
        duties.layered(schedule, layers, pairs, words, credit),
        moves.recorded(schedule.measures, events),
        paid,
        depends.nothing("A record says what happened: nothing in it is drawn, and nothing was varied."),
        grounds.assumed_of_record(subject.about, complete=schedule.complete),
        grounds.sourced([*sources, *moves.sources_of(schedule.measures, events)]),
        grounds.again(subject.origin, _record_identity(subject.name, schedule), []),
    ]
    return (*takeaways.of_record(schedule, duty, pairs), *costs_told), tuple(sections)


def _as_paths(name: str, schedule: Schedule, first: Any, last: Any) -> Paths:
    """Return a record as the one path of a scenario in which nobody moves."""
    return Scenario(name=name, start=first, end=as_day(last) + DAY, schedule=schedule).run()


def _record_identity(name: str, schedule: Schedule) -> list[tuple[str, str]]:
    acts = rows.frame_of(schedule.measures).to_csv(index=False, lineterminator="\n").encode()
    told = [
        ("record", name),
        ("vintage", schedule.vintage),
        ("sha256 of its acts", hashlib.sha256(acts).hexdigest()),
    ]
    return [(what, text) for what, text in told if text]


# Sweeps ----------------------------------------------------------------------------------------------


def of_sweep(subject: Subject, sweep: Sweep) -> Told:
    """Return takeaways and sections on a sweep: what its draws come to, and which assumptions matter."""
    scenario = next(iter(sweep.setup.scenarios.values()))
    credit = Credit(f"tradesim, sweep of {sweep.labels.name}", scenario.schedule.vintage)
    ends = {str(q): sweep.quantiles([q]).droplevel("quantile", axis=1) for q in (0.05, 0.95)}
    pairs = _shown(ends)
    few = _again(sweep)
    paid, costs_told = costs.costed(few, credit.source)
    matters, depends_told = depends.of_sweep(sweep, pairs, credit)
    number = 0 if sweep.chosen is None else int(sweep.chosen[0])
    told = [*takeaways.of_sweep(sweep, pairs), *depends_told, *costs_told]
    sections = [
        *draws.swept(sweep, pairs, credit),
        matters,
        _move_section(sweep, number, pairs, credit),
        duties.layered(scenario.schedule, _known_layers(scenario), pairs, KNOWN, credit),
        paid,
        grounds.assumed(scenario, sweep.setup.manifest["design"]),
        grounds.sourced([*grounds.lines_of(scenario), *moves.sources_of(scenario.schedule.measures, None)]),
        grounds.again(subject.origin, _sweep_identity(sweep), []),
    ]
    return tuple(told), tuple(sections)


def _again(sweep: Sweep) -> Paths:
    """Return the first draws of a sweep as paths, with their duties alone."""
    frame = sweep.paths(COSTED_DRAWS)
    labels, codes = sweep.labels, list(sweep.labels.economies)
    numbers = frame.columns.get_level_values("draw").unique()
    duty = np.zeros((len(numbers), len(frame), len(codes), len(codes)))
    recorded = np.eye(len(codes), dtype=bool)
    for importer, exporter in labels.pairs:
        i, j = codes.index(importer), codes.index(exporter)
        duty[:, :, i, j] = frame[importer][exporter].to_numpy().T
        recorded[i, j] = True
    return Paths(
        name=labels.name, dates=labels.dates, economies=labels.economies, duty=duty,
        truce=np.zeros((*duty.shape[:2], 0), dtype=bool), truces=(),
        outcomes=pd.DataFrame(index=pd.RangeIndex(len(numbers), name="draw")), recorded=recorded,
        seed=sweep.setup.plan.seed, retell=_untold,
    )  # fmt: skip


def _move_section(sweep: Sweep, number: int, pairs: Sequence[Pair], credit: Credit) -> Section:
    """Return who did what in one draw of a sweep."""
    if number > MOST_AGAIN:
        words = (
            f"Not told here: the first of these draws has the number {number:,}, too high to be run again."
        )
        return moves.untold(words)
    words = f"Draw {number} of the sweep, run again with the values that it had."
    return moves.told(_first_draw(sweep, number), pairs, credit, words, number)


def _untold(draw: int) -> pd.DataFrame:
    raise AssertionError(f"draw {draw} of a sweep is told by its own scenario")


def _first_draw(sweep: Sweep, number: int) -> Paths:
    """Return the draws of a sweep up to one, as its scenario has them with the values of that one."""
    plan = sweep.setup.plan
    values = plan.values(np.array([number], dtype=np.int64))
    key = tuple(column[0].item() if hasattr(column[0], "item") else column[0] for column in values.values())
    scenario = scenario_at(sweep.setup.scenarios, plan.design, list(values), key)
    return scenario.run(draws=number + 1, seed=plan.seed, sampling=plan.sampling)


def _sweep_identity(sweep: Sweep) -> list[tuple[str, str]]:
    plan = sweep.setup.plan
    told = [
        (f"sha256 of the scenario {name}".strip(), fingerprints.of_scenario(each))
        for name, each in sweep.setup.scenarios.items()
    ]
    return [
        ("sweep of", sweep.labels.name),
        *told,
        ("draws", f"{sweep.draws} of {plan.draws}" if sweep.chosen is not None else str(plan.draws)),
        ("seed", str(plan.seed)),
        ("sha256 of all that is kept", sweep.digest),
    ]
