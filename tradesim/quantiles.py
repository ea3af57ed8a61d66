"""Quantile functions with a closed form, for which scipy.stats (a second to import) need not be loaded."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Closed(NamedTuple):
    """A standard distribution: its shape parameters, all above 0, and its quantile function."""

    shapes: tuple[str, ...]
    quantile: Callable[..., Floats]


def _exponential(q: Floats) -> Floats:
    from scipy.special import log1p  # noqa: PLC0415 loads when asked for

    return np.asarray(-log1p(-q))


def _normal(q: Floats) -> Floats:
    from scipy.special import ndtri  # noqa: PLC0415 loads when asked for

    return np.asarray(ndtri(q))


def _gamma(q: Floats, a: float) -> Floats:
    from scipy.special import gammaincinv  # noqa: PLC0415 loads when asked for

    return np.asarray(gammaincinv(a, q))


CLOSED: dict[str, Closed] = {
    "expon": Closed((), _exponential),
    "gamma": Closed(("a",), _gamma),
    "lognorm": Closed(("s",), lambda q, s: np.exp(s * _normal(q))),
    "norm": Closed((), _normal),
    "uniform": Closed((), lambda q: q),
    "weibull_min": Closed(("c",), lambda q, c: np.power(_exponential(q), 1.0 / c)),
}
"""By the names of scipy.stats."""


def is_closed(distribution: Any, parameters: Mapping[str, float]) -> bool:
    """Return whether :func:`quantiles` answers for a distribution with these parameters.

    Examples
    --------
    >>> is_closed("lognorm", {"s": 0.5, "scale": 0.1}), is_closed("beta", {"a": 1.0, "b": 2.0})
    (True, False)
    """
    if not isinstance(distribution, str) or distribution not in CLOSED:
        return False
    shapes = CLOSED[distribution].shapes
    given = set(parameters)
    are_known = set(shapes) <= given <= {*shapes, "loc", "scale"}
    return are_known and all(parameters.get(name, 1.0) > 0 for name in (*shapes, "scale"))


def quantiles(distribution: str, q: Floats, parameters: Mapping[str, float]) -> Floats:
    """Return the quantile function at ``q``, (...) float64, as scipy.stats gives it; NaN outside of 0 to 1.

    Examples
    --------
    >>> quantiles("expon", np.array([0.5]), {"scale": 0.1}).round(4)
    array([0.0693])
    """
    closed = CLOSED[distribution]
    with np.errstate(divide="ignore"):  # where the distribution has no end
        levels = np.where((q >= 0) & (q <= 1), q, np.nan)
        standard = closed.quantile(levels, *(parameters[name] for name in closed.shapes))
    return standard * parameters.get("scale", 1.0) + parameters.get("loc", 0.0)
