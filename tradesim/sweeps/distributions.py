"""Distributions: short names for those of scipy.stats, each with the numbers that a person would give."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tradesim.alignment import aligned_vector, ordered
from tradesim.conversion import own, real, real_in, shown, whole
from tradesim.errors import Problem, fail_if
from tradesim.sweeps.spreads import Choice

WIDEST = 2**53
"""Whole numbers that every float holds exactly."""

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen


def uniform(low: float, high: float) -> "rv_frozen":
    """Return a distribution on [low, high], all values equally likely.

    Examples
    --------
    >>> [round(float(x), 3) for x in uniform(0.5, 1.2).ppf([0.0, 0.5, 1.0])]
    [0.5, 0.85, 1.2]
    """
    fail_if(_order_problems("uniform", low=low, high=high))
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    return stats.uniform(loc=own(low), scale=_width(low, high))


def loguniform(low: float, high: float) -> "rv_frozen":
    """Return a distribution on [low, high] whose logarithm is uniform; low is above 0."""
    fail_if([*_order_problems("loguniform", low=low, high=high), *_above_problems("loguniform", low=low)])
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    return stats.loguniform(own(low), own(high))


def triangular(low: float, mode: float, high: float) -> "rv_frozen":
    """Return a distribution on [low, high] whose density rises to the mode and falls from it.

    Examples
    --------
    >>> float(triangular(0.0, 0.5, 1.0).ppf(0.5))
    0.5
    """
    fail_if(_order_problems("triangular", low=low, high=high))
    if real_in(mode, float(low), float(high)) is None:
        allowed = f"{shown(low)} to {shown(high)}"
        fail_if([Problem("outside the range", "triangular: mode", shown(mode), allowed)])
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    return stats.triang(_width(low, mode) / _width(low, high), loc=own(low), scale=_width(low, high))


def normal(mean: float, sd: float, low: float = -math.inf, high: float = math.inf) -> "rv_frozen":
    """Return a normal distribution, cut off below ``low`` and above ``high`` where these are given.

    Examples
    --------
    >>> float(normal(1.0, 0.2, low=0.0, high=2.0).ppf(0.5))
    1.0
    """
    fail_if([*_above_problems("normal", sd=sd), *_number_problems("normal", mean=mean)])
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    if low == -math.inf and high == math.inf:
        return stats.norm(own(mean), own(sd))
    fail_if(_order_problems("normal", finite=False, low=low, high=high))
    low, high, mean, sd = float(low), float(high), float(mean), float(sd)
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)


def beta(a: float, b: float, low: float = 0.0, high: float = 1.0) -> "rv_frozen":
    """Return a beta distribution on [low, high]; of a share, a − 1 successes and b − 1 failures seen."""
    fail_if([*_above_problems("beta", a=a, b=b), *_order_problems("beta", low=low, high=high)])
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    return stats.beta(own(a), own(b), loc=own(low), scale=_width(low, high))


def integers(low: int, high: int) -> "rv_frozen":
    """Return the whole numbers from low to high, both included, all equally likely.

    Examples
    --------
    >>> [int(x) for x in integers(1, 3).ppf([0.1, 0.5, 0.9])]
    [1, 2, 3]
    """
    for name, value in (("low", low), ("high", high)):
        if whole(value, -WIDEST, WIDEST) is None:
            fail_if([Problem("not a whole number", f"integers: {name}", shown(value), "a whole number: 30")])
    fail_if(_order_problems("integers", low=low, high=high + 1))
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    return stats.randint(own(low), own(high) + 1)


def choice(values: Sequence[Any], odds: Any = ()) -> Choice:
    """Return values of which each draw has one at random; a plain list is gone through in turn.

    Parameters
    ----------
    odds : how likely each is, in any unit, or a mapping or Series by value (default: all the same).

    Examples
    --------
    >>> choice(["nominal", "trade-weighted"], odds=[3, 1]).options
    ['nominal', 'trade-weighted']
    """
    options = ordered("choice", values)
    listed = odds if isinstance(odds, list | tuple) else ()
    fail_if(problem for each in listed for problem in _number_problems("choice", odds=each))
    weights = aligned_vector("odds", odds, [str(value) for value in options])
    return Choice(tuple(map(own, options)), tuple(weights.tolist()))


def _width(low: float, high: float) -> float:
    return float(high) - float(low)


def _number_problems(name: str, **values: float) -> Iterator[Problem]:
    for which, value in values.items():
        if real(value) is None:
            yield Problem("not a number", f"{name}: {which}", shown(value), "a finite number")


def _order_problems(name: str, *, finite: bool = True, low: float, high: float) -> Iterator[Problem]:
    for end, value in (("low", low), ("high", high)):
        if real(value, ends=not finite) is None:
            yield Problem("not a number", f"{name}: {end}", shown(value), "a finite number")
            return
    if not low < high:
        yield Problem(
            "an empty range", name, f"{shown(low)} to {shown(high)}", "a low end below the high one"
        )


def _above_problems(name: str, **values: float) -> Iterator[Problem]:
    for which, value in values.items():
        if not (real(value) or 0) > 0:
            yield Problem("not above 0", f"{name}: {which}", shown(value), "a number above 0")
