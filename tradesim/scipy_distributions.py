"""Distributions of scipy.stats by name, from a list: a name in a file reaches nothing else of scipy."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from tradesim.errors import InputError, unknown_name

if TYPE_CHECKING:
    from scipy.stats import rv_continuous, rv_discrete

    Family = rv_continuous | rv_discrete

SEARCHED = ("ksone", "kstwo")
"""Distributions with a search of their own for quantiles."""


@cache
def continuous() -> "Mapping[str, rv_continuous]":
    """Return the continuous distributions of scipy.stats by name."""
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    return {name: each for name, each in sorted(vars(stats).items()) if isinstance(each, stats.rv_continuous)}


@cache
def families() -> "Mapping[str, Family]":
    """Return all distributions of scipy.stats of one number, continuous and discrete, by name."""
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    discrete = {name: each for name, each in vars(stats).items() if isinstance(each, stats.rv_discrete)}
    found: dict[str, Family] = {**continuous(), **discrete}
    return dict(sorted(found.items()))


def family_of(name: Any) -> "Family":
    """Return the distribution of a name.

    Raises
    ------
    InputError
        If scipy.stats has none of that name.

    Examples
    --------
    >>> family_of("norm").name
    'norm'
    """
    if not isinstance(name, str) or name not in families():
        raise InputError([unknown_name("distribution", str(name), families())])
    return families()[name]


def parameters_of(family: "Family") -> list[str]:
    """Return the names of the parameters of a distribution: its own, its place and, if continuous, its scale.

    Examples
    --------
    >>> parameters_of(family_of("beta")), parameters_of(family_of("randint"))
    (['a', 'b', 'loc', 'scale'], ['low', 'high', 'loc'])
    """
    shapes = [name.strip() for name in (family.shapes or "").split(",") if name.strip()]
    return [*shapes, "loc", *(["scale"] if family.name in continuous() else [])]


def is_slow(family: "Family") -> bool:
    """Return whether each quantile is found by a search, some milliseconds long.

    Examples
    --------
    >>> is_slow(family_of("lognorm")), is_slow(family_of("foldnorm"))
    (False, True)
    """
    from scipy import stats  # noqa: PLC0415 scipy loads when a distribution is asked for

    return type(family)._ppf is stats.rv_continuous._ppf or family.name in SEARCHED  # noqa: SLF001
