"""Checks: everything wrong with a sweep, found before anything runs."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tradesim.changes import ABOUT, changed_fields, parameters
from tradesim.conversion import real_in, shown
from tradesim.engine.sobol import BITS as ONCE_BITS
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.path_statistics import level_problems
from tradesim.percent import warn
from tradesim.scenario import SAMPLING, Scenario
from tradesim.sweeps.columns import column_of
from tradesim.sweeps.design import SCENARIO, Design, combinations_of
from tradesim.sweeps.numbers import BITS
from tradesim.sweeps.spreads import Drawn, Explicit
from tradesim.sweeps.words import is_whole

MOST_PROGRAMS = 1000
"""Combinations of what cannot vary within a run."""
MOST_LEVELS = 16
MOST_DRAWS = 10**10
WORTH_AN_ESTIMATE = 10**18
"""Draws up to which it is said what they would take."""
MOST_BLOCKS = 1_000_000
"""Files in one folder, and tasks in memory."""
SURE = 1e-9


def design_problems(scenarios: Mapping[str, Scenario], design: Design) -> Iterator[Problem]:
    """Yield what is wrong with a design for scenarios: paths, values, and odds taken together."""
    problems = [*_path_problems(scenarios, design)]
    yield from problems
    if problems:
        return
    for name, scenario in scenarios.items():
        place = f"{name}: " if SCENARIO in design.spreads else ""
        paths = [path for path in design.spreads if path != SCENARIO]
        found = [problem for path in paths for problem in _value_problems(scenario, design, path, place)]
        yield from found or _odds_problems(scenario, design, place)
    grouped = [path for path, spread in design.spreads.items() if _is_grouped(scenarios, path)]
    many = len(combinations_of(design, grouped)) if grouped else 1
    if many > MOST_PROGRAMS:
        got = f"{many:,} combinations of {', '.join(grouped)}"
        yield Problem("too many that cannot vary within a run", "over", got, f"{MOST_PROGRAMS:,}")


def alike_problems(scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Yield where named scenarios differ in what their results have in common."""
    names = list(scenarios)
    kinds: dict[str, Callable[[Scenario], Any]] = {
        "days": lambda s: (s.start, s.end),
        "economies": lambda s: s.schedule.economies.codes,
        "recorded pairs": lambda s: s.schedule.recorded.tolist(),
        "truces": lambda s: [truce.name for truce in s.truces],
        "events and outcomes": lambda s: [(e.name, [o.name for o in e.outcomes]) for e in s.events],
    }
    for name in names[1:]:
        for what, told in kinds.items():
            if told(scenarios[name]) != told(scenarios[names[0]]):
                where = f"over: scenario: {name!r}"
                yield Problem(f"other {what} than {names[0]!r}", where, allowed=f"the same {what} in all")


def asked_problems(asked: Any, design: Design | None, *, unit: int) -> Iterator[Problem]:
    """Yield what is wrong with numbers that are asked for beside the design.

    Parameters
    ----------
    asked : see `tradesim.sweeps.setup.Asked`.
    design : None where there is none that could be read.
    unit : draws of which blocks are made.
    """
    yield from _draws_problems(asked, design)
    if not is_whole(asked.seed, 0) or asked.seed >= 2**64:
        yield Problem("not a seed", "seed", shown(asked.seed), "a whole number, 0 or more, below 2**64")
    bins, top = asked.bins, asked.top
    if bins is not None and (not is_whole(bins, 2) or bins > 2**20):
        yield Problem("not a number of bins", "bins", shown(bins), "a whole number, 2 to 1,048,576")
    if not real_in(top, 0, 100):
        yield Problem("not a duty", "top", shown(top), "a fraction above 0, up to 100")
    else:
        warn("top", top)
    yield from _levels_problems(asked.levels)
    if asked.sampling not in SAMPLING:
        yield Problem("unknown sampling", "sampling", repr(asked.sampling), " | ".join(SAMPLING))
    if asked.block is not None and (not is_whole(asked.block, unit) or asked.block % unit):
        yield Problem("not a size of blocks", "block", shown(asked.block), f"a multiple of {unit}")
    elif asked.block is not None and asked.block > MOST_DRAWS:
        yield Problem("not a size of blocks", "block", shown(asked.block), f"up to {MOST_DRAWS:,}")
    elif asked.block is not None and is_whole(asked.draws, 1) and asked.draws > MOST_BLOCKS * asked.block:
        got = f"{asked.draws // asked.block:,} blocks of {asked.block:,} draws"
        yield Problem("too many blocks", "block", got, f"{MOST_BLOCKS:,}", "larger blocks, or leave it out")


def _draws_problems(asked: Any, design: Design | None) -> Iterator[Problem]:
    draws, combinations = asked.draws, 1 if design is None else design.combinations
    if not is_whole(draws, 1):
        meant = isinstance(draws, float) and draws.is_integer() and 1 <= draws <= MOST_DRAWS
        fix = f"did you mean {int(draws):_}?" if meant else ""
        yield Problem("not a number of draws", "draws", shown(draws), "a whole number, 1 or more", fix)
    elif draws > WORTH_AN_ESTIMATE:
        yield Problem("more draws than can be run", "draws", shown(draws), f"up to {MOST_DRAWS:,}")
    elif draws < combinations:
        got = f"{draws:,} draws of {combinations:,} combinations"
        yield Problem("fewer draws than points", "draws", got, f"{combinations:,} or more")
    elif design is not None and design.kind == "sobol" and draws > 2**BITS:
        yield Problem("more draws than points", "draws", f"{draws:,}", f"{2**BITS:,} of a Sobol sequence")
    elif asked.sampling == "sobol" and draws > 2**ONCE_BITS:
        yield Problem(
            "more draws than points", "draws", f"{draws:,}", f"{2**ONCE_BITS:,} with sampling='sobol'"
        )


def _levels_problems(levels: Any) -> Iterator[Problem]:
    if not isinstance(levels, Sequence | np.ndarray) or isinstance(levels, str):
        yield Problem("not a list of levels", "levels", repr(levels), "fractions: [0.5, 1.0]")
        return
    found = [problem for level in levels for problem in level_problems(level, "levels")]
    yield from found
    if not found and (len(levels) > MOST_LEVELS or len(set(levels)) != len(levels)):
        got, allowed = str(list(levels)), f"{MOST_LEVELS} at most, each once"
        yield Problem("too many levels, or one twice", "levels", got, allowed)


def name_problems(scenarios: Mapping[str, Scenario], paths: Iterable[str]) -> Iterator[Problem]:
    """Yield paths that name nothing which may vary, with the nearest names."""
    for scenario in scenarios.values():
        known = [path for path in parameters(scenario) if path not in ABOUT]
        for path in paths:
            if path in ABOUT:
                got = f"a sweep over `{path}`"
                yield Problem("not an assumption of a run", "over", got, fix="run a sweep for each")
            elif path.startswith("rules.") and path.count(".") == 1:
                fix = "several rules are several scenarios: {'own': scenario.with_({'rules.CHN': rule}), …}"
                yield Problem("a whole rule, which is no number", "over", repr(path), fix=fix)
            elif path not in known and path != SCENARIO:
                yield unknown_name("parameter", path, [*known, SCENARIO], "over")


def _path_problems(scenarios: Mapping[str, Scenario], design: Design) -> Iterator[Problem]:
    yield from name_problems(scenarios, design.spreads)
    for path, spread in design.spreads.items():
        there = path == SCENARIO or _is_known(scenarios, path)
        if there and spread.options is None and _is_grouped(scenarios, path):
            allowed = "a list of values, or ts.choice([...])"
            what = "cannot vary within a run: it is the same for all draws of a program"
            part = f"{path}.0"
            fix = f"`{part}` and so on vary by themselves" if _is_known(scenarios, part) else ""
            yield Problem(what, f"over: {path}", "values without end", allowed, fix)


def _is_known(scenarios: Mapping[str, Scenario], path: str) -> bool:
    return all(path in parameters(each) for each in scenarios.values())


def _is_grouped(scenarios: Mapping[str, Scenario], path: str) -> bool:
    return path == SCENARIO or any(column_of(each, path) is None for each in scenarios.values())


def _value_problems(scenario: Scenario, design: Design, path: str, place: str) -> Iterator[Problem]:
    """Yield what the description itself says to the values at both ends, or to all that are listed."""
    if _is_grouped({"": scenario}, path):
        return  # tried when its program is made
    for value in design.spreads[path].extremes():
        if isinstance(value, float) and not np.isfinite(value):
            if design.spreads[path].options is not None:
                yield Problem("not a finite number", f"{place}over: {path}", f"{value}")
                return
            fix = "cut it off: ts.normal(1.0, 0.2, low=0.0, high=2.0)"
            yield Problem("a distribution without an end", f"{place}over: {path}", f"{value}", fix=fix)
            return
        try:
            changed_fields(scenario, {path: value})
        except InputError as error:
            found = error.at(f"{place}over: {path}").problems
            yield from (
                replace(problem, fix=problem.fix or _whole_instead(scenario, design, path))
                for problem in found
            )
            return


def _whole_instead(scenario: Scenario, design: Design, path: str) -> str:
    """Return what to write where whole numbers are wanted and others may come; else nothing."""
    spread = design.spreads[path]
    ends = [end for end in spread.extremes() if isinstance(end, float) and np.isfinite(end)]
    if not isinstance(spread, Drawn) or spread.whole or len(ends) < 2:
        return ""
    low, high = math.ceil(ends[0]), math.floor(ends[1])
    try:
        for value in (low, high):
            changed_fields(scenario, {path: value})
    except InputError:
        return ""
    return f"whole numbers: ts.integers({low}, {high})" if low < high else ""


def _odds_problems(scenario: Scenario, design: Design, place: str) -> Iterator[Problem]:
    """Yield events whose outcomes may come to more than 1 together, or to less with none left over."""
    for event in scenario.events:
        own = [f"events.{event.name}.{o.name}" for o in event.outcomes]
        given = [path for path in own if path in design.spreads]
        low, high = _sums(design, given)
        left_over = len(given) < len(own)
        if given and (high > 1 + SURE or (not left_over and low < 1 - SURE)):
            got = f"{' + '.join(given)}: {low:g} to {high:g}"
            allowed = "at most 1 together" if left_over else "1 together, always"
            fix = "leave one outcome out: it takes the rest" if not left_over else "lower their ends"
            yield Problem("odds that do not fit", f"{place}over", got, allowed, fix)


def _sums(design: Design, paths: list[str]) -> tuple[float, float]:
    """Return the least and the most that some probabilities come to together."""
    rows = [s.column for path in paths if isinstance(s := design.spreads[path], Explicit)]
    together = (
        np.sum([np.asarray(column, dtype=np.float64) for column in rows], axis=0) if rows else np.zeros(1)
    )
    others = [s.extremes() for path in paths if not isinstance(s := design.spreads[path], Explicit)]
    low, high = (sum(float(end(ends)) for ends in others) for end in (min, max))
    return float(np.min(together)) + low, float(np.max(together)) + high


def refuse_unfit(scenarios: Mapping[str, Scenario], design: Design) -> None:
    """Raise one error with everything wrong with scenarios and design."""
    fail_if(unfit_problems(scenarios, design))


def unfit_problems(scenarios: Mapping[str, Scenario], design: Design) -> list[Problem]:
    """Return everything wrong with scenarios and design, each problem once."""
    alike = list(alike_problems(scenarios))
    return alike or list(dict.fromkeys(design_problems(scenarios, design)))
