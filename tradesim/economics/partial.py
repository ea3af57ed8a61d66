"""PartialEquilibrium: what tariffs do to imports alone, wages and incomes given; exact and to first order."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import numbers
from tradesim.economics import import_demand
from tradesim.economics.checks import SHOWN
from tradesim.economics.partial_outcome import BY_MARKET, Base, PartialOutcome, outcome
from tradesim.errors import InputError, Problem, fail_if
from tradesim.percent import warn_of_table

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class PartialEquilibrium:
    """Markets for imports, one by one: a first answer, and for single products the usual one.

    Varieties from different origins compete in each importer's market (for each product). Demand has two
    levels of constant elasticity; `tradesim.economics.import_demand` holds the equations.

    Parameters
    ----------
    imports : (M, N) or (M, N, K) float64, US dollars a year at the border (without duties), importer ×
        exporter (× product). A diagonal, where M = N, is domestic sales that compete with imports.
    tariffs : as imports, fraction, what they pay in the base.
    substitution : σ, between origins, above 0: one for all, or for each product (K,), or market (M, K), or,
        without products, market (M,).
    demand : η, of total demand in a market to its price, below 0; given like ``substitution``.
    supply : μ, of export supply to its price, 0 or more; ``inf`` (the default) passes duties through
        completely. One, or as imports.

    Raises
    ------
    InputError
        With every problem.

    Notes
    -----
    σ 2.53 and η −1.53 (variety and product level, complete pass-through) are the estimates of Fajgelbaum,
    Goldberg, Kennedy and Khandelwal (2020) for the United States.

    Examples
    --------
    >>> market = PartialEquilibrium([[60.0, 40.0]], [[0.0, 0.0]], substitution=3.0, demand=-1.5)
    >>> duty = market.solve([[0.25, 0.0]])
    >>> (duty.creation + duty.diversion).round(2), duty.revenue.round(2)
    (array([[-23.13,   8.01]]), array([9.22]))
    """

    imports: Floats
    tariffs: Floats
    substitution: Floats
    demand: Floats
    supply: Floats

    def __init__(
        self, imports: Any, tariffs: Any, substitution: Any, demand: Any, supply: Any = np.inf
    ) -> None:
        trade, duties = numbers("imports", imports), numbers("tariffs", tariffs)
        warn_of_table("tariffs", duties)
        fail_if(_trade_problems(trade, duties))
        sigma = _by_market("substitution", substitution, trade.shape)
        eta = _by_market("demand", demand, trade.shape)
        mu = _spread("supply", supply, trade.shape)
        fail_if(_elasticity_problems(sigma, eta, mu))
        values = {"imports": trade, "tariffs": duties, "substitution": sigma, "demand": eta, "supply": mu}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"<PartialEquilibrium: {' × '.join(map(str, self.imports.shape))} flows>"

    @cached_property
    def elasticities(self) -> import_demand.Elasticities:
        """The elasticities, spread over markets and varieties, with an axis of products."""
        supply = self.supply if self.imports.ndim == 3 else self.supply[..., None]
        return import_demand.Elasticities(self.substitution[:, None, :], self.demand[:, None, :], supply)

    @cached_property
    def base(self) -> Base:
        """The base in border values, duties and shares, with an axis of products."""
        cut = ... if self.imports.ndim == 3 else (..., None)
        imports, tariffs = self.imports[cut], self.tariffs[cut]
        border, paid = imports.sum(axis=-2, keepdims=True), imports * (1.0 + tariffs)
        spending = paid.sum(axis=-2, keepdims=True)
        return Base(
            imports,
            tariffs,
            imports / np.where(border > 0, border, 1.0),
            paid / np.where(spending > 0, spending, 1.0),
            spending,
        )

    def solve(self, tariffs: Any) -> PartialOutcome:
        """Return the exact answer to new tariffs.

        Parameters
        ----------
        tariffs : (..., M, N[, K]) float64, fraction; any axes in front are scenarios.
        """
        duties, base = self._duties(tariffs), self.base
        change = import_demand.exact(base.shares, (1.0 + duties) / (1.0 + base.tariffs), self.elasticities)
        grown = change.index**self.elasticities.demand
        created, diverted = base.imports * (grown - 1.0), base.imports * (change.quantity - grown)
        return self._outcome(outcome(base, self.elasticities, duties, change, created, diverted))

    def first_order(self, tariffs: Any) -> PartialOutcome:
        """Return the answer to first order, in the manner of SMART: good for small changes only.

        Creation is ``M η Δln τ`` by each variety's own duty, diversion adds up to nothing over partners.
        Money is what the changed prices and volumes come to; the deadweight loss is the sum of triangles.

        Parameters
        ----------
        tariffs : (..., M, N[, K]) float64, fraction; any axes in front are scenarios.
        """
        duties, base = self._duties(tariffs), self.base
        factor = (1.0 + duties) / (1.0 + base.tariffs)
        change = import_demand.first_order(base.weights, base.shares, factor, self.elasticities)
        created = base.imports * import_demand.created_share(np.log(factor), self.elasticities)
        diverted = base.imports * import_demand.diverted_share(
            base.weights, np.log(factor), self.elasticities
        )
        found = outcome(base, self.elasticities, duties, change, created, diverted)
        triangles = found["triangle"].sum(axis=-2, keepdims=True)
        return self._outcome({**found, "deadweight_loss": triangles})

    def _duties(self, tariffs: Any) -> Floats:
        """Return tariffs with an axis of products."""
        duties = numbers("tariffs", tariffs)
        warn_of_table("tariffs", duties)
        fail_if(_duty_problems(duties, self.imports.shape))
        return duties if self.imports.ndim == 3 else duties[..., None]

    def _outcome(self, found: dict[str, NDArray[Any]]) -> PartialOutcome:
        """Return results without the axes that this model does not have."""
        without_product = ... if self.imports.ndim == 3 else (..., 0)
        cut = {name: value[..., 0, :] if name in BY_MARKET else value for name, value in found.items()}
        return PartialOutcome(
            **{name: value[without_product] for name, value in cut.items()}, products=self.imports.ndim == 3
        )


def _by_market(name: str, values: Any, shape: tuple[int, ...]) -> Floats:
    """Return an elasticity of each market, (M, K); K is 1 without products."""
    given = numbers(name, values)
    if len(shape) == 2 and given.ndim == 1:
        given = given[:, None]
    return _spread(name, given, (shape[0], shape[2] if len(shape) == 3 else 1))


def _spread(name: str, values: Any, shape: tuple[int, ...]) -> Floats:
    """Return an elasticity in the shape it is needed in."""
    given = numbers(name, values)
    try:
        return np.broadcast_to(given, shape)
    except ValueError:
        raise InputError([Problem("wrong shape", name, f"shape {given.shape}", f"one, or {shape}")]) from None


def _trade_problems(imports: Floats, tariffs: Floats) -> Iterator[Problem]:
    if imports.ndim not in {2, 3} or not imports.size:
        allowed = "(importers, exporters) or (importers, exporters, products)"
        yield Problem("not importer × exporter", "imports", f"shape {imports.shape}", allowed)
        return
    yield from _cells("not a value of trade", "imports", imports, imports >= 0, "finite, 0 or more")
    yield from _duty_problems(tariffs, imports.shape)
    if tariffs.ndim > imports.ndim:
        yield Problem(
            "several bases", "tariffs", f"shape {tariffs.shape}", f"{imports.shape}, as the imports"
        )


def _duty_problems(tariffs: Floats, shape: tuple[int, ...]) -> Iterator[Problem]:
    if tariffs.shape[max(tariffs.ndim - len(shape), 0) :] != shape or not tariffs.size:
        yield Problem(
            "wrong shape", "tariffs", f"shape {tariffs.shape}", f"(..., {', '.join(map(str, shape))})"
        )
    else:
        yield from _cells("not a tariff", "tariffs", tariffs, tariffs > -1, "a finite fraction above -1")


def _elasticity_problems(sigma: Floats, eta: Floats, mu: Floats) -> Iterator[Problem]:
    yield from _cells("not an elasticity", "substitution", sigma, sigma > 0, "finite, above 0")
    yield from _cells(
        "not an elasticity", "demand", eta, eta < 0, "finite, below 0: demand falls as prices rise"
    )
    supply = np.where(np.isposinf(mu), 0.0, mu)
    yield from _cells("not an elasticity", "supply", supply, supply >= 0, "0 or more, or inf")


def _cells(what: str, name: str, values: Floats, good: NDArray[np.bool_], allowed: str) -> Iterator[Problem]:
    bad = np.argwhere(~(good & np.isfinite(values)))
    for cell in bad[:SHOWN]:
        place = f"{name}[{', '.join(map(str, cell))}]"
        yield Problem(what, place, str(values[tuple(cell)]), allowed)
    if len(bad) > SHOWN:
        yield Problem(f"{what}, {len(bad) - SHOWN} more times", name, allowed=allowed)
