"""Design: which parameters vary and how; what draw k has is a function of the seed and of k alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.conversion import real, shown
from tradesim.errors import InputError, Problem, Together, fail_if, unknown_name
from tradesim.sweeps.numbers import KINDS, Kind, correlated, numbers
from tradesim.sweeps.spreads import Explicit, Grid, Ints, Spread, listed, read, spread_of

SCENARIO = "scenario"
"""The path of named scenarios."""
Over = Mapping[str, Any] | pd.DataFrame
Correlation = Mapping[tuple[str, str], float]


@dataclass(frozen=True, eq=False)
class Design:
    """Which parameters vary over the draws of a sweep, and how.

    Parameters
    ----------
    spreads : by path. Lists of values are gone through in turn, every combination of them (a full grid),
        again and again; explicit points too.
    kind : how random numbers are made: ``random``, ``latin`` or ``sobol``.
    correlation : of the normal scores of two parameters by chance, by their paths (a Gaussian copula).

    Examples
    --------
    >>> design = design_of({"rules.CHN.ratio": [0.5, 1.0], "rules.USA.ratio": [0.0, 0.8]})
    >>> {path: values.tolist() for path, values in design.values(7, np.arange(5), 5).items()}
    {'rules.CHN.ratio': [0.5, 0.5, 1.0, 1.0, 0.5], 'rules.USA.ratio': [0.0, 0.8, 0.0, 0.8, 0.0]}
    """

    spreads: Mapping[str, Spread] = field(default_factory=dict)
    kind: Kind = "random"
    correlation: Correlation = field(default_factory=dict)

    def __post_init__(self) -> None:
        fail_if(_design_problems(self))

    def values(self, seed: int, draws: Ints, total: int) -> dict[str, NDArray[Any]]:
        """Return the value of every parameter, (S,) each, for draws in any order.

        Parameters
        ----------
        draws : (S,) int64, their numbers.
        total : how many draws there are in all; only a Latin hypercube depends on it.
        """
        plain = numbers(self.kind, seed, draws, self.by_chance, total)
        return self.valued(plain, self._turns(draws))

    def valued(self, plain: NDArray[np.float64], turns: Mapping[str, Ints]) -> dict[str, NDArray[Any]]:
        """Return the value of every parameter at independent numbers on [0, 1), (S, D), and turns."""
        tied = correlated(plain, self._factor) if self.correlation else plain
        empty = np.zeros(0)
        found: dict[str, NDArray[Any]] = {}
        for path, spread in self.spreads.items():
            if spread.by_chance:
                column = np.ascontiguousarray(tied[:, self.by_chance.index(path)])
                found[path] = spread.values(column, turns.get(path, cast("Ints", empty)))
            else:
                found[path] = spread.values(empty, turns[path])
        return found

    @cached_property
    def by_chance(self) -> list[str]:
        """Paths of what is drawn at random."""
        return [path for path, spread in self.spreads.items() if spread.by_chance]

    @property
    def combinations(self) -> int:
        """How many different points the lists of values make."""
        return int(np.prod([len(axis) for axis in self._axes], dtype=object)) if self._axes else 1

    def described(self) -> dict[str, Any]:
        """Return it as JSON knows it; `read_design` makes it again."""
        pairs = sorted([*sorted(pair), value] for pair, value in self.correlation.items())
        over = {path: spread.described() for path, spread in self.spreads.items()}
        return {"over": over, "kind": self.kind, "correlation": pairs}

    @cached_property
    def _axes(self) -> list[range]:
        """Return the axes of the grid: one of each list, one of all explicit points together."""
        lists = [range(len(s.points)) for s in self.spreads.values() if isinstance(s, Grid)]
        rows = [range(len(s.column)) for s in self.spreads.values() if isinstance(s, Explicit)]
        return [*rows[:1], *lists]

    def _turns(self, draws: Ints) -> dict[str, Ints]:
        """Return the place of each draw among the values of every list; the last list turns fastest."""
        sizes = [len(axis) for axis in self._axes]
        if not sizes:
            return {}
        places = np.unravel_index(draws % self.combinations, sizes)
        explicit = [path for path, spread in self.spreads.items() if isinstance(spread, Explicit)]
        grids = [path for path, spread in self.spreads.items() if isinstance(spread, Grid)]
        found = dict.fromkeys(explicit, places[0]) if explicit else {}
        return found | dict(zip(grids, places[len(explicit[:1]) :], strict=True))

    @cached_property
    def _factor(self) -> NDArray[np.float64]:
        return np.asarray(np.linalg.cholesky(_matrix(self)), dtype=np.float64)


def design_of(over: Over, kind: Kind = "random", correlation: Correlation | None = None) -> Design:
    """Return the design of parameters as a person gives them.

    Parameters
    ----------
    over : by path, a list of values, a distribution or a choice; or a frame of explicit points, one column
        for each path.

    Raises
    ------
    InputError
        With every problem.
    """
    given: Any = over
    if isinstance(given, pd.DataFrame):
        spreads: dict[str, Spread] = _explicit(given)
    elif isinstance(given, Mapping):
        spreads = dict(_spreads(given))
    else:
        allowed = "a mapping {'rules.CHN.ratio': ts.uniform(0.5, 1.2)}, or a frame of points"
        raise InputError([Problem("not a design", "over", repr(given), allowed)])
    tied: Any = {} if correlation is None else correlation
    if not isinstance(tied, Mapping):
        allowed = "by pair: {('rules.CHN.ratio', 'rules.USA.ratio'): 0.6}"
        raise InputError([Problem("not correlations", "correlation", repr(tied), allowed)])
    return Design(spreads, kind, dict(tied))


def read_design(described: Mapping[str, Any]) -> Design:
    """Return the design that `Design.described` told of.

    Raises
    ------
    InputError
        With every problem: what is told comes from a file.
    """
    spreads: dict[str, Spread] = {}
    every = Together()
    for path, told in described["over"].items():
        try:
            spreads[path] = read(told)
        except InputError as error:
            every.add(error.at(f"over: {path}").problems)
    every.refuse()
    pairs = {(one, other): value for one, other, value in described["correlation"]}
    return Design(spreads, described["kind"], pairs)


def combinations_of(design: Design, paths: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the combinations of values that some parameters can have; those of explicit points as given."""
    explicit = [path for path in paths if isinstance(design.spreads[path], Explicit)]
    others = [path for path in paths if path not in explicit]
    columns = [cast("Explicit", design.spreads[path]).column.tolist() for path in explicit]
    rows = list(dict.fromkeys(zip(*columns, strict=True))) if columns else [()]
    found = []
    for row in rows:
        for chosen in product(*(design.spreads[path].options or [] for path in others)):
            at = dict(zip(explicit, row, strict=True)) | dict(zip(others, chosen, strict=True))
            found.append(tuple(at[path] for path in paths))
    return found


def _spreads(over: Mapping[str, Any]) -> Iterator[tuple[str, Spread]]:
    problems: list[Problem] = []
    for path, given in over.items():
        try:
            yield (
                str(path),
                spread_of(list(given) if path == SCENARIO and isinstance(given, Mapping) else given),
            )
        except InputError as error:
            problems += error.at(f"over: {path}").problems
    fail_if(problems)


def _explicit(points: pd.DataFrame) -> dict[str, Spread]:
    problems = []
    if points.empty:
        problems.append(Problem("no points", "over", f"{len(points)} rows, {points.shape[1]} columns"))
    if not points.columns.is_unique:
        problems.append(Problem("column given twice", "over", str(list(points.columns)), "each once"))
    fail_if(problems)
    missing = [str(path) for path in points.columns if points[path].isna().any()]
    fail_if(Problem("a value is missing", f"over: {path}", "NaN", "a value in every row") for path in missing)
    return {str(path): Explicit(listed(points[path].tolist())) for path in points.columns}


def _design_problems(design: Design) -> Iterator[Problem]:
    if design.kind not in KINDS:
        yield Problem("unknown design", "design", repr(design.kind), " | ".join(get_args(Kind)))
    chance = [path for path, spread in design.spreads.items() if spread.by_chance]
    if design.kind != "random" and not chance:
        fix = "give a distribution, or leave the design out"
        yield Problem("nothing to draw", "design", repr(design.kind), "a parameter by chance", fix)
    bad = [
        pair
        for pair in design.correlation
        if not isinstance(pair, tuple) or len(pair) != 2 or pair[0] == pair[1]
    ]
    if bad:
        yield Problem(
            "not two parameters", "correlation", repr(bad[0]), "('rules.CHN.ratio', 'rules.USA.ratio')"
        )
        return
    for one, other in design.correlation:
        for path in (one, other):
            if path not in chance:
                yield unknown_name("parameter by chance", path, chance, "correlation")
                return
    yield from _matrix_problems(design)


def _matrix_problems(design: Design) -> Iterator[Problem]:
    for pair, value in design.correlation.items():
        number = real(value)
        if number is None or not -1 < number < 1:
            yield Problem("not a correlation", f"correlation: {pair}", shown(value), "above -1, below 1")
            return
        if pair[::-1] in design.correlation:
            yield Problem("given twice", f"correlation: {pair}", "both ways", "each pair once")
            return
    lowest = float(np.linalg.eigvalsh(_matrix(design)).min(initial=1.0)) if design.correlation else 1.0
    if lowest <= 1e-9:
        fix = "weaken them until all fit together"
        yield Problem(
            "correlations that cannot hold together",
            "correlation",
            f"least eigenvalue {lowest:.2g}",
            "above 0",
            fix,
        )


def _matrix(design: Design) -> NDArray[np.float64]:
    matrix = np.eye(len(design.by_chance))
    for (one, other), value in design.correlation.items():
        i, j = design.by_chance.index(one), design.by_chance.index(other)
        matrix[i, j] = matrix[j, i] = value
    return matrix
