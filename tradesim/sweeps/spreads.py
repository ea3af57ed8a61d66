"""Spreads: how one parameter varies over the draws of a sweep."""

import datetime as dt
import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.conversion import is_number, own, real, shown
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.scipy_distributions import families, family_of, parameters_of
from tradesim.sweeps.words import plain, unplain

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INSIDE = 2.0**-53
"""Least distance of a random number from 0 and 1: a distribution without an end has no quantile there."""


class Spread(ABC):
    """How a parameter varies: one class for each way, and nothing else knows the ways apart."""

    kind: ClassVar[str]
    by_chance: ClassVar[bool] = False
    """Whether a draw needs a random number for it; others go through their values one after the other."""

    @abstractmethod
    def values(self, numbers: Floats, turns: Ints) -> NDArray[Any]:
        """Return the value of each draw, (S,).

        Parameters
        ----------
        numbers : (S,) float64 on [0, 1), of spreads by chance.
        turns : (S,) int64, the place among its values of others.
        """

    @abstractmethod
    def extremes(self) -> list[Any]:
        """Return values between which all others lie, or all of them."""

    @abstractmethod
    def described(self) -> dict[str, Any]:
        """Return it as JSON knows it; `read` makes it again."""

    @property
    def options(self) -> list[Any] | None:
        """All values that there are, or None where there is no end of them."""
        return None


@dataclass(frozen=True, eq=False)
class Drawn(Spread):
    """A frozen distribution of scipy.stats."""

    kind: ClassVar[str] = "distribution"
    by_chance: ClassVar[bool] = True

    distribution: "rv_frozen"

    def __post_init__(self) -> None:
        fail_if(_distribution_problems(self.distribution))

    @property
    def whole(self) -> bool:
        """Whether it has whole numbers only."""
        from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is drawn from

        return isinstance(self.distribution.dist, stats.rv_discrete)

    def values(self, numbers: Floats, turns: Ints) -> NDArray[Any]:  # noqa: ARG002 one signature for all
        """Return the quantiles of the random numbers."""
        found = np.asarray(self.distribution.ppf(np.clip(numbers, INSIDE, 1.0 - INSIDE)))
        return found.astype(np.int64) if self.whole else found.astype(np.float64)

    def extremes(self) -> list[Any]:
        """Return the ends of its support."""
        ends = [float(end) for end in self.distribution.support()]
        return [int(end) if self.whole and math.isfinite(end) else end for end in ends]

    def described(self) -> dict[str, Any]:
        """Return its name in scipy.stats, and its parameters."""
        given: Any = self.distribution
        return {
            "distribution": given.dist.name,
            "args": [plain(value) for value in given.args],
            "kwds": {name: plain(value) for name, value in given.kwds.items()},
        }


@dataclass(frozen=True, eq=False)
class Choice(Spread):
    """Values, one of which each draw has at random."""

    kind: ClassVar[str] = "choice"
    by_chance: ClassVar[bool] = True

    among: tuple[Any, ...]
    odds: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        fail_if([*_list_problems(self.among), *_odds_problems(self.odds, len(self.among))])

    def values(self, numbers: Floats, turns: Ints) -> NDArray[Any]:  # noqa: ARG002 one signature for all
        """Return the value whose stretch of the odds each random number lies in."""
        odds = np.array(self.odds or [1.0] * len(self.among))
        edges = np.cumsum(odds)[:-1] / odds.sum()
        return listed(self.among)[np.searchsorted(edges, numbers, side="right")]

    def extremes(self) -> list[Any]:
        """Return all values."""
        return list(self.among)

    @property
    def options(self) -> list[Any]:
        """All values."""
        return list(self.among)

    def described(self) -> dict[str, Any]:
        """Return values and odds."""
        return {"choice": [plain(each) for each in self.among], "odds": list(self.odds)}


@dataclass(frozen=True, eq=False)
class Grid(Spread):
    """Values which the draws go through one after the other."""

    kind: ClassVar[str] = "grid"

    points: tuple[Any, ...]

    def __post_init__(self) -> None:
        fail_if(_list_problems(self.points))

    def values(self, numbers: Floats, turns: Ints) -> NDArray[Any]:  # noqa: ARG002 one signature for all
        """Return the value whose turn it is."""
        return listed(self.points)[turns]

    def extremes(self) -> list[Any]:
        """Return all values."""
        return list(self.points)

    @property
    def options(self) -> list[Any]:
        """All values."""
        return list(self.points)

    def described(self) -> dict[str, Any]:
        """Return the values."""
        return {"grid": [plain(each) for each in self.points]}


@dataclass(frozen=True, eq=False)
class Explicit(Spread):
    """A column of points that were given one by one, all columns together."""

    kind: ClassVar[str] = "points"

    column: NDArray[Any] = field(repr=False)

    def values(self, numbers: Floats, turns: Ints) -> NDArray[Any]:  # noqa: ARG002 one signature for all
        """Return the values of the rows whose turn it is."""
        return self.column[turns]

    def extremes(self) -> list[Any]:
        """Return the smallest and the largest number, or every value where they are no numbers."""
        if self.column.dtype.kind in "iuf":
            return [self.column.min().item(), self.column.max().item()]
        return list(dict.fromkeys(self.column.tolist()))

    @property
    def options(self) -> list[Any]:
        """Each value once."""
        return list(dict.fromkeys(self.column.tolist()))

    def described(self) -> dict[str, Any]:
        """Return the values."""
        return {"points": [plain(each) for each in self.column.tolist()]}


def spread_of(given: Any) -> Spread:
    """Return what is given for a parameter as a spread: a distribution, a choice, or a list of values.

    Raises
    ------
    InputError
        For anything else.
    """
    if isinstance(given, Spread):
        return given
    if isinstance(given, np.ndarray | pd.Series):
        return Grid(tuple(given.tolist()))
    if isinstance(given, tuple) and len(given) == 2 and listed(given).dtype.kind in "if":
        low, high = given
        fix = f"a range: ts.uniform({low}, {high}); two values in turn: [{low}, {high}]"
        raise InputError([Problem("a range or two values", "", repr(given), "a list or a distribution", fix)])
    if isinstance(given, list | tuple | range):
        return Grid(tuple(tuple(each) if isinstance(each, list) else own(each) for each in given))
    if hasattr(given, "ppf") and hasattr(given, "dist"):
        return Drawn(given)
    allowed = "a list of values, ts.uniform(0.5, 1.2) or another, or a frozen distribution of scipy.stats"
    if isinstance(given, str | int | float | np.generic | dt.date):
        ends = given.split(":") if isinstance(given, str) else []
        fix = f"a range: ts.uniform({ends[0]}, {ends[1]})" if len(ends) == 2 else f"one value: [{given!r}]"
        raise InputError([Problem("does not say how it varies", "", repr(given), allowed, fix)])
    raise InputError([Problem("does not say how it varies", "", repr(given), allowed)])


def read(described: Mapping[str, Any]) -> Spread:
    """Return the spread that `Spread.described` told of.

    Raises
    ------
    InputError
        For what no spread tells: names and values come from a file.
    """
    keys = set(described)
    if keys == {"distribution", "args", "kwds"}:
        return Drawn(_distribution(described["distribution"], described["args"], described["kwds"]))
    if keys == {"choice", "odds"}:
        odds = [each for each in _entries(described, "odds") if real(each) is not None]
        fail_if([] if odds == described["odds"] else [Problem("not odds", "odds", shown(described["odds"]))])
        return Choice(_unplain(described, "choice"), tuple(odds))
    if keys == {"grid"}:
        return Grid(_unplain(described, "grid"))
    if keys == {"points"}:
        fail_if(_list_problems(_entries(described, "points")[:1]))
        return Explicit(listed(_unplain(described, "points")))
    allowed = "distribution, args and kwds | choice and odds | grid | points"
    raise InputError([Problem("not a way to vary", "", ", ".join(map(shown, described)), allowed)])


def _entries(described: Mapping[str, Any], key: str) -> list[Any]:
    found = described[key]
    fail_if([] if isinstance(found, list) else [Problem("not a list", key, shown(found))])
    return list(found)


def _unplain(described: Mapping[str, Any], key: str) -> tuple[Any, ...]:
    return tuple(map(unplain, _entries(described, key)))


def _distribution(name: Any, args: Any, kwds: Any) -> "rv_frozen":
    """Return the distribution of scipy.stats of a name that it has, with its own parameters only."""
    family = family_of(name)
    known = parameters_of(family)
    if not isinstance(args, list) or not isinstance(kwds, dict):
        raise InputError([Problem("not parameters", name, shown([args, kwds]), "a list and an object")])
    fail_if(unknown_name("parameter", key, known, name) for key in kwds if key not in known)
    given = [*args, *kwds.values()]
    fail_if(Problem("not a number", name, shown(each)) for each in given if real(each, ends=True) is None)
    frozen: rv_frozen
    try:
        frozen = family(*args, **kwds)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise InputError([Problem("not its parameters", name, f"{args}, {kwds}", str(error))]) from None
    return frozen


def listed(values: Sequence[Any]) -> NDArray[Any]:
    """Return values as an array of numbers if they all are, else as one of objects.

    Raises
    ------
    InputError
        For whole numbers beyond what a float holds.

    Examples
    --------
    >>> listed([1, 2.5]).dtype, listed(["add", None]).dtype, listed([True, False]).dtype
    (dtype('float64'), dtype('O'), dtype('O'))
    """
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)
    if numbers:
        fail_if(
            Problem("a number that is too large", "", shown(each), "what a float holds: up to 1.8e308")
            for each in values
            if real(each, ends=True) is None and each == each  # noqa: PLR0124 NaN is told elsewhere
        )
        whole = all(isinstance(each, int) and abs(each) < 2**63 for each in values)
        return np.array(values, dtype=np.int64 if whole else np.float64)
    found = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):  # one by one: numpy would take tuples for rows
        found[place] = value
    return found


def _distribution_problems(given: Any) -> Iterator[Problem]:
    name = given.dist.name
    if type(families().get(name)) is not type(given.dist):
        yield Problem("not a distribution of scipy.stats", "", repr(name), "one that it has by this name")
        return
    if any(np.ndim(value) for value in [*given.args, *given.kwds.values()]):
        yield Problem("several distributions in one", "", repr(name), "parameters that are single numbers")
        return
    with np.errstate(all="ignore"):  # what is not allowed is not a number
        middle = float(given.ppf(0.5))
    if not math.isfinite(middle):
        got = ", ".join([*map(str, given.args), *(f"{k}={v}" for k, v in given.kwds.items())])
        yield Problem("parameters that the distribution does not allow", "", f"{name}({got})")


def _list_problems(values: Sequence[Any]) -> Iterator[Problem]:
    if not values:
        yield Problem("no values", "", repr(values), "one value or more")
    seen: set[Any] = set()
    unhashable: list[Any] = []
    for value in values:
        if is_number(value) and real(value) is None:
            yield Problem("not a finite number", "", shown(value))
            return
        known = seen if isinstance(value, Hashable) else unhashable
        if value in known:
            yield Problem("value given twice", "", shown(value), "each value once")
            return
        seen.add(value) if known is seen else unhashable.append(value)


def _odds_problems(odds: Sequence[float], many: int) -> Iterator[Problem]:
    if odds and len(odds) != many:
        yield Problem("odds that are not one for each value", "odds", str(len(odds)), str(many))
    elif any(not (real(each) or 0) >= 0 for each in odds) or (odds and sum(odds) <= 0):
        yield Problem("not odds", "odds", shown(odds), "numbers of 0 or more, not all 0")
