"""Plan: everything that a worker needs to run any draws of a sweep, as plain arrays that travel well."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.program import Floats, Functions, Ints, Program
from tradesim.engine.run import Sampling
from tradesim.errors import InputError
from tradesim.percent import high_rates_meant
from tradesim.scenario import Scenario
from tradesim.sweeps.columns import Sheet, column_of, sheet_of
from tradesim.sweeps.costing import Costing
from tradesim.sweeps.design import SCENARIO, Design, combinations_of
from tradesim.sweeps.reduced import Reduced, paths_of, reduced, reduced_in_parts

Values = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be run, ready to be sent to a worker.

    Parameters
    ----------
    design, seed, draws : which values each draw has.
    sheets : a program for each combination of what cannot vary within a run; ``keys`` are those
        combinations, values of the parameters ``grouped``.
    pairs : (P, 2) int64, importer and exporter of what is recorded.
    bins, top : duties from 0 to ``top``, a fraction, are counted in so many bins.
    levels : (V,) float64, fractions, whose first passage is kept.
    sampling : how the numbers are made that a draw has once, as in `Scenario.run`.
    paths : of how many draws, from the first on, whole paths are kept.
    costing : what a model of trade is asked about every draw, if it is.
    """

    design: Design
    seed: int
    draws: int
    sheets: tuple[Sheet, ...]
    keys: tuple[tuple[Any, ...], ...]
    grouped: tuple[str, ...]
    pairs: Ints
    bins: int
    top: float
    levels: Floats
    sampling: Sampling = "random"
    paths: int = 0
    threads: int = field(default=1)
    costing: Costing | None = None

    @property
    def width(self) -> float:
        """Of a bin, a fraction."""
        return self.top / self.bins

    @property
    def days(self) -> int:
        """T, how many days there are."""
        return len(self.sheets[0].program.base)

    @cached_property
    def lookup(self) -> dict[tuple[Any, ...], int]:
        """Places of the combinations."""
        return {key: place for place, key in enumerate(self.keys)}

    def values(self, draws: Ints) -> dict[str, NDArray[Any]]:
        """Return the parameters of draws, (S,) each."""
        return self.design.values(self.seed, draws, self.draws)

    def reduce(self, draws: Ints, values: Values | None = None) -> Reduced:
        """Run draws and return what is kept of them.

        Parameters
        ----------
        draws : (S,) int64, their numbers.
        values : their parameters, where these are not the design's.
        """
        own = self.values(draws) if values is None else values
        parts = []
        for rows, program, functions in self._groups(own, len(draws)):
            how: dict[str, Any] = {
                "bins": self.bins, "top": self.top, "levels": self.levels,
                "sampling": self.sampling, "threads": self.threads,
            }  # fmt: skip
            some = draws[rows]
            if functions:
                parts.append((rows, reduced_in_parts(program, functions, some, self.seed, **how)))
            else:
                parts.append((rows, reduced(program, some, self.seed, **how)))
        return _joined(parts, len(draws))

    def whole(self, draws: Ints, values: Values | None = None) -> Floats:
        """Return the paths of draws, (S, T, P) float64, fraction."""
        own = self.values(draws) if values is None else values
        found = np.empty((len(draws), self.days, len(self.pairs)))
        i, j = self.pairs.T
        for rows, program, functions in self._groups(own, len(draws)):
            how: dict[str, Any] = {"sampling": self.sampling, "threads": self.threads}
            found[rows] = paths_of(program, functions, draws[rows], self.seed, **how)[:, :, i, j]
        return found

    def _groups(self, values: Values, size: int) -> Iterator[tuple[Ints, Program, Functions]]:
        """Yield the rows of each combination that occurs, with their program and functions."""
        varying = [path for path in values if path not in self.grouped]
        for place, rows in self._places(values, size):
            yield rows, *self.sheets[place].filled({path: values[path][rows] for path in varying})

    def _places(self, values: Values, size: int) -> Iterator[tuple[int, Ints]]:
        if not self.grouped:
            yield 0, np.arange(size)
            return
        columns = [values[path].tolist() for path in self.grouped]
        places = np.array([self.lookup[key] for key in zip(*columns, strict=True)], dtype=np.int64)
        for place in np.unique(places):
            yield int(place), np.flatnonzero(places == place)


def sheets_of(
    scenarios: Mapping[str, Scenario], design: Design
) -> tuple[tuple[Sheet, ...], tuple[tuple[Any, ...], ...], tuple[str, ...]]:
    """Return a sheet for each combination of what cannot vary within a run, the combinations, and of what."""
    paths = [path for path in design.spreads if path != SCENARIO]
    grouped = [path for path in paths if any(column_of(each, path) is None for each in scenarios.values())]
    if SCENARIO in design.spreads:
        grouped.insert(0, SCENARIO)
    varying = [path for path in paths if path not in grouped]
    keys = combinations_of(design, grouped)
    sheets = [sheet_of(scenario_at(scenarios, design, grouped, key), varying) for key in keys]
    return tuple(sheets), tuple(keys), tuple(grouped)


def scenario_at(
    scenarios: Mapping[str, Scenario], design: Design, grouped: list[str], key: tuple[Any, ...]
) -> Scenario:
    """Return the scenario of one combination of what cannot vary within a run."""
    given = dict(zip(grouped, key, strict=True))
    name = given.pop(SCENARIO, None)
    scenario = scenarios[name] if name is not None else next(iter(scenarios.values()))
    if not given:
        return scenario
    # A number that goes with it, such as a fee's equivalent, may be needed for it to be allowed at all.
    needed = {
        path: design.spreads[path].extremes()[0]
        for path in design.spreads
        if path.startswith("rules.") and path not in grouped
    }
    try:
        with high_rates_meant():  # the ends of what varies were asked about before
            return scenario.with_(given | needed)
    except InputError as error:
        told = ", ".join(f"{path} = {value}" for path, value in given.items())
        raise error.at(f"over: {told}") from None


def _joined(parts: list[tuple[Ints, Reduced]], size: int) -> Reduced:
    """Return the results of groups as one: counts added up, rows back in their places."""
    if len(parts) == 1:
        return parts[0][1]
    first = parts[0][1]
    found = []
    for k, name in enumerate(Reduced._fields):
        if name in {"duties", "truces"}:
            found.append(np.sum([part[k] for _, part in parts], axis=0))
            continue
        whole = np.empty((size, *first[k].shape[1:]), dtype=first[k].dtype)
        for rows, part in parts:
            whole[rows] = part[k]
        found.append(whole)
    return Reduced(*found)
