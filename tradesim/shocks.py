"""Shocks: random arrivals of new surcharges, with sizes from any scipy.stats distribution."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim import percent
from tradesim.conversion import Unstated, own, own_numbers, real, real_in, shown, whole
from tradesim.economies import code_problems
from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.keywords import by_name
from tradesim.quantiles import is_closed, quantiles
from tradesim.scipy_distributions import continuous, is_slow, parameters_of

Floats = NDArray[np.float64]

NO_LIMIT = Unstated(10.0)
"""1000%: the most that surcharges may come to, which is taken for no limit."""
CELLS = 16_384
"""Cells of the quantile function by which sizes are drawn."""
FIXED = "fixed"
MOST_ARRIVALS = 366.0
"""A year."""
LONGEST = 100_000
"""Days: more than any horizon."""
SEARCH = 0.003
"""Seconds that one quantile takes where it is found by a search."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False)
class Size:
    """How large a new surcharge is: a scipy.stats distribution of nominal fractions, or a fixed one.

    Parameters
    ----------
    distribution : the name of a continuous distribution of scipy.stats, or ``fixed``.
    parameters : its own, and ``loc`` and ``scale``, by keyword; for ``fixed`` its ``value``.

    Raises
    ------
    InputError
        For an unknown distribution, one whose quantiles take too long, parameters that it does not have or
        allow, and sizes below 0.

    Examples
    --------
    >>> Size(distribution="expon", scale=0.1).quantiles([0.5]).round(4)
    array([0.0693])
    >>> Size(distribution="fixed", value=0.25).quantiles([0.1, 0.9])
    array([0.25, 0.25])
    """

    distribution: str = FIXED
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __init__(self, /, distribution: str = FIXED, **parameters: Any) -> None:
        object.__setattr__(self, "distribution", distribution)
        object.__setattr__(self, "parameters", {name: own(value) for name, value in parameters.items()})
        fail_if(problem.at("size") for problem in _size_problems(self))
        what = "value" if self.distribution == FIXED else "95% quantile"
        percent.warn(f"size: {what}", self.high)

    def __hash__(self) -> int:
        return hash((self.distribution, tuple(sorted(self.parameters.items()))))

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value:g}" for name, value in self.parameters.items())
        return f"Size({self.distribution}: {given})"

    @property
    def high(self) -> float:
        """The value of a fixed size, else what one size in twenty exceeds; a nominal fraction."""
        return float(self.quantiles(0.95))

    def quantiles(self, q: Any) -> Floats:
        """Return the quantile function at ``q``, (...) float64 between 0 and 1; nominal fractions."""
        levels = np.asarray(q, dtype=np.float64)
        if self.distribution == FIXED:
            return np.full_like(levels, self.parameters["value"])
        if is_closed(self.distribution, self.parameters):
            return quantiles(self.distribution, levels, self.parameters)
        return np.asarray(continuous()[self.distribution].ppf(levels, **self.parameters), dtype=np.float64)

    def table(self) -> Floats:
        """Return the quantiles between which sizes are interpolated, ``(CELLS + 1,)`` float64.

        At levels 0, 1 / CELLS, …, 1; where the distribution has no end, half a cell before it.
        """
        return _table(self)


@lru_cache(maxsize=64)
def _table(size: Size) -> Floats:
    levels = np.arange(CELLS + 1) / CELLS
    knots = size.quantiles(levels)
    if not np.isfinite(knots[0]):
        knots[0] = size.quantiles(0.5 / CELLS)
    if not np.isfinite(knots[-1]):
        knots[-1] = size.quantiles(1 - 0.5 / CELLS)
    knots.setflags(write=False)
    return knots


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """A stream of new surcharges by one economy on another, arriving at random (a Poisson process).

    Parameters
    ----------
    importer, exporter : who charges whom.
    rate : arrivals a year (of 365.25 days), on average.
    size : how large each is.
    name : how changes refer to it (default: ``IMPORTER-EXPORTER``).
    coverage : share (0–1) of the pair's trade that each hits.
    implementation : days from its announcement, on arrival, to its charging.
    days : how long each lasts from its arrival (default: for good).
    most : the stream's surcharges together never exceed this: what arrives beyond is cut off.

    Raises
    ------
    InputError
        With every problem found.

    Examples
    --------
    >>> Shock(importer="USA", exporter="CHN", rate=2, size=Size(distribution="expon", scale=0.1)).name
    'USA-CHN'
    """

    importer: str
    exporter: str
    rate: float
    size: Size
    name: str = ""
    coverage: float = 1.0
    implementation: int = 0
    days: int | None = None
    most: float = NO_LIMIT

    def __post_init__(self) -> None:
        given: Any = self.name
        if given == "":
            object.__setattr__(self, "name", f"{self.importer}-{self.exporter}")
        own_numbers(self, ("rate", "coverage", "implementation", "days", "most"))
        fail_if(problem.at(f"shock {self.name!r}") for problem in _shock_problems(self))
        percent.warn(f"shock {self.name!r}: most", self.most)


def _size_problems(size: Size) -> Iterator[Problem]:
    given: Any = size.distribution
    for name, value in size.parameters.items():
        if real(value) is None:
            yield Problem("not a number", name, shown(value), "a finite number")
            return
    if given == FIXED:
        value = size.parameters.get("value", math.nan)
        if set(size.parameters) != {"value"} or not 0 <= value <= 10:
            got = ", ".join(f"{n} = {v!r}" for n, v in size.parameters.items()) or "nothing"
            yield Problem("a fixed size has a value", "", got, "value, a fraction between 0 and 10")
    elif is_closed(given, size.parameters):
        yield from _support_problems(size)
    else:
        yield from _scipy_problems(given, size)


def _scipy_problems(given: Any, size: Size) -> Iterator[Problem]:
    if not isinstance(given, str) or given not in continuous():
        yield unknown_name("distribution", str(given), [FIXED, *continuous()], "")
        return
    family = continuous()[given]
    if is_slow(family):
        got = f"{given}: about {CELLS * SEARCH:.0f} s for the {CELLS:,} quantiles that sizes are drawn by"
        allowed = "one with a formula for its quantiles: expon, gamma, lognorm, uniform, weibull_min, …"
        yield Problem("a distribution that takes too long", "", got, allowed)
        return
    known = parameters_of(family)
    missing = [name for name in known if name not in {*size.parameters, "loc", "scale"}]
    for name in size.parameters.keys() - set(known):
        yield unknown_name("parameter", name, known, given)
    if missing:
        yield Problem("parameters are missing", given, ", ".join(missing), f"{', '.join(known)}")
    elif not size.parameters.keys() - set(known):
        yield from _support_problems(size)


def _support_problems(size: Size) -> Iterator[Problem]:
    with np.errstate(all="ignore"):  # what is not allowed is not a number
        low, middle = size.quantiles([0.0, 0.5]).tolist()
    given = ", ".join(f"{name} = {value!r}" for name, value in size.parameters.items())
    if not math.isfinite(middle):
        yield Problem("parameters that the distribution does not allow", size.distribution, given)
    elif low < 0:
        yield Problem("sizes below 0", size.distribution, given, "a distribution of numbers of 0 or more")


def _shock_problems(shock: Shock) -> Iterator[Problem]:
    if not isinstance(shock.name, str) or not shock.name.strip():
        yield Problem("name is missing", "name", repr(shock.name), "a text that is not empty")
    for name in ("importer", "exporter"):
        yield from code_problems(name, getattr(shock, name))
    if shock.importer == shock.exporter:
        yield Problem("charges itself", "exporter", repr(shock.exporter), "another economy")
    for name, most in (("rate", MOST_ARRIVALS), ("coverage", 1.0), ("most", 10.0)):
        if real_in(getattr(shock, name), 0, most) is None:
            allowed = f"a number between 0 and {most:g}"
            yield Problem("out of range", name, shown(getattr(shock, name)), allowed)
    size: Any = shock.size
    if not isinstance(size, Size):
        yield Problem("not a size", "size", repr(size), "Size(distribution='expon', scale=0.1)")
    for name, least in (("implementation", 0), ("days", 1)):
        days: Any = getattr(shock, name)
        if whole(days, least, LONGEST) is None and not (name == "days" and days is None):
            yield Problem("not a number of days", name, shown(days), f"a whole number, {least} to {LONGEST}")
