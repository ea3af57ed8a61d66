"""Krugman: many sectors of monopolistic competition: profits, wages and welfare under tariffs (Ossa 2014).

Each sector of each economy holds a fixed number of firms, each the only maker of its variety; labour moves
between sectors and is paid the same in all. Tariffs move the terms of trade and, as mark-ups differ from
sector to sector, profits between economies.

References
----------
Ossa (2014), Trade wars and trade talks with data, American Economic Review 104, 4104–4146.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.alignment import numbers, ordered
from tradesim.economics import checks
from tradesim.economics import krugman_system as system
from tradesim.economics.blocks import blocks, joined
from tradesim.economics.calibration import Step, compared
from tradesim.economics.sectors import (
    TOLERANCE,
    Deficits,
    SectorEquilibrium,
    flat,
    scenarios,
    spread_weights,
    table_problems,
)
from tradesim.errors import InputError, Problem, fail_if

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KrugmanEquilibrium(SectorEquilibrium):
    """What new tariffs do in `Krugman`: as `Equilibrium`, with sectors and profits.

    Parameters
    ----------
    profit : (..., N, S) float64, change of each sector's profits; 1 where a sector sells nothing.
    profits : (..., N) float64, change of all profits together.
    """

    profit: Floats = field(kw_only=True)
    profits: Floats = field(kw_only=True)

    def columns(self) -> Mapping[str, Floats]:
        """Return what every economy has one number of, each (..., N), in the order of the tables."""
        return {**SectorEquilibrium.columns(self), "profits": self.profits}


@dataclass(frozen=True, eq=False, repr=False)
class Krugman:
    """Ossa's model at a base year.

    Parameters
    ----------
    flows : (N, N, S) float64, US dollars a year: duty-paid spending, importer × exporter × sector; the
        diagonal is domestic. `from_trade` takes values before duties.
    tariffs : (N, N, S) float64, fraction: what the flows paid.
    sigma : (S,) or one number, above 1: elasticity of substitution between varieties of a sector.
    deficits : ``purged``: the base is first solved without aggregate imbalances, and changes are measured
        from there (the paper's way); ``world_share``: each keeps its share of what the world's labour earns.
    codes : the economies' names (default: none).

    Attributes
    ----------
    calibration : the steps from the tables given to the base, each with how much it moved.

    Raises
    ------
    InputError
        With every problem: negative or missing flows, an economy that sells or spends nothing, tariffs of −1
        or less, an elasticity of 1 or less.

    Examples
    --------
    Two like economies drop their tariffs of 10 %:

    >>> trade = np.full((2, 2, 1), 10.0) + 90 * np.eye(2)[..., None]
    >>> tariffs = np.array([[0, 0.1], [0.1, 0]])[..., None]
    >>> model = Krugman.from_trade(trade, tariffs, sigma=5.0, codes=["HOME", "AWAY"])
    >>> free = model.solve(np.zeros((2, 2, 1)))
    >>> free.welfare.round(4), free.wage.round(4)
    (array([1.0022, 1.0022]), array([1., 1.]))
    """

    flows: Floats
    tariffs: Floats
    sigma: Floats
    deficits: Deficits = "purged"
    codes: tuple[str, ...] = ()
    calibration: tuple[Step, ...] = ()

    def __init__(
        self,
        flows: ArrayLike,
        tariffs: ArrayLike,
        sigma: ArrayLike,
        deficits: Deficits = "purged",
        codes: Sequence[str] = (),
    ) -> None:
        given, duties = numbers("flows", flows), numbers("tariffs", tariffs)
        elasticity = _per_sector(numbers("sigma", sigma), given)
        fail_if(_problems(given, duties, elasticity, codes, deficits))
        checks.warn_of_no_home_sales(given, codes)
        base, taken = (given, ()) if deficits == "world_share" else _purged(given, duties, elasticity)
        base.setflags(write=False)
        values = {"flows": base, "tariffs": duties, "sigma": elasticity, "deficits": deficits}
        for name, value in (values | {"codes": ordered("codes", codes), "calibration": taken}).items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_trade(
        cls,
        trade: ArrayLike,
        tariffs: ArrayLike,
        sigma: ArrayLike,
        deficits: Deficits = "purged",
        codes: Sequence[str] = (),
    ) -> "Krugman":
        """Build from trade at world prices, before duties, as customs records and Ossa's tables show it."""
        value, duties = numbers("trade", trade), numbers("tariffs", tariffs)
        fail_if(table_problems(value, duties, codes, deficits, "trade"))
        return cls(value * (1 + duties), duties, sigma, deficits, codes)

    def __repr__(self) -> str:
        n, _, sectors = self.flows.shape
        return f"<Krugman: {n} economies, {sectors} sectors, deficits {self.deficits}>"

    @cached_property
    def base(self) -> system.Base:
        """The base year in the terms of the equations."""
        return system.base_of(self.flows, self.tariffs, self.sigma, deficits=self.deficits == "world_share")

    @property
    def elasticity(self) -> Floats:
        """Trade elasticity of each sector, (S,): σ − 1."""
        return np.asarray(self.sigma - 1)

    def solve(
        self, tariffs: ArrayLike, icebergs: ArrayLike | None = None, *, tolerance: float = TOLERANCE
    ) -> KrugmanEquilibrium:
        """Return the world under other tariffs, of one scenario or of many.

        Parameters
        ----------
        tariffs : (..., N, N, S) float64, fraction, importer × exporter × sector; axes in front are scenarios.
        icebergs : ratio of new to old costs of trade that bring no revenue, of a shape that spreads to the
            tariffs' (default: 1).
        tolerance : the most that a market may miss, as a share of what it sells.
        """
        duties, melt = scenarios(self.flows, self.codes, tariffs, icebergs, tolerance)
        factor = 1 + flat(duties)
        cost = np.log(factor / self.base.factor if melt is None else factor / self.base.factor * flat(melt))
        parts = [
            _solved(self.base, factor[k], cost[k], tolerance) for k in blocks(len(factor), self.flows.size)
        ]
        values = joined(parts)
        residual, short = values.pop("residual"), values.pop("short") > 0
        return KrugmanEquilibrium.of(
            values, flat(duties), residual, tolerance, short, leading=duties.shape[:-3], codes=self.codes
        )

    def gradient(self, equilibrium: KrugmanEquilibrium, weights: ArrayLike) -> Floats:
        """Return the derivative of Σ weights · ln welfare with respect to every tariff, at an equilibrium.

        Parameters
        ----------
        equilibrium : of this model.
        weights : (N,) or (..., N), of each economy's ln welfare.

        Returns
        -------
        (..., N, N, S) float64, per unit of the tariff; 0 on the diagonal, which no economy charges.
        """
        at, n = equilibrium, len(self.flows)
        found = _trade_of(self.base, at)
        slope = system.pull_back(
            self.base, 1 + flat(at.tariffs), found, spread_weights(weights, at.welfare.shape, self.codes)
        )
        slope[:, np.arange(n), np.arange(n)] = 0.0
        return slope.reshape(at.tariffs.shape)


def _per_sector(values: Floats, flows: Floats) -> Floats:
    """Spread one number to every sector; leave the rest for the checks."""
    return np.full(flows.shape[-1], float(values)) if values.ndim == 0 and flows.ndim == 3 else values


def _problems(
    flows: Floats, tariffs: Floats, sigma: Floats, codes: Sequence[str], deficits: str
) -> Iterator[Problem]:
    yield from table_problems(flows, tariffs, codes, deficits)
    if flows.ndim == 3:
        yield from checks.value_problems("sigma", sigma, flows.shape[-1:], 1.0)


def _purged(flows: Floats, tariffs: Floats, sigma: Floats) -> tuple[Floats, tuple[Step, ...]]:
    """Return the flows of the same year without aggregate imbalances, and what that moved."""
    base = system.base_of(flows, tariffs, sigma, deficits=True)
    balanced = system.base_of(flows, tariffs, sigma, deficits=False)
    factor, unchanged = base.factor[None], np.zeros_like(base.factor[None])
    found = system.solution(balanced, factor, unchanged, TOLERANCE)[1]
    missed = system.residual(balanced, factor, found)[0]
    if not missed <= TOLERANCE:
        got, fix = f"markets off by {missed:.1e}", "use deficits='world_share'"
        raise InputError([Problem("deficits that could not be purged", "deficits", got, fix=fix)])
    after = found.value[0] * base.factor
    imbalance = compared("imbalances purged", base.total, base.total - base.deficit, 1e-9)
    return after, (imbalance, compared("flows without imbalances", flows, after, 1e-9))


def _solved(base: system.Base, factor: Floats, cost: Floats, tolerance: float) -> dict[str, Floats]:
    """Return what an equilibrium holds, for scenarios on one axis, its residual, and which are infeasible."""
    with np.errstate(all="ignore"):
        wage, found = system.solution(base, factor, cost, tolerance)
        before, sales = system.base_sales(base), found.value.sum(axis=1)
        price = np.exp(found.price)
        return {
            "wage": np.exp(wage),
            "price": price,
            "welfare": found.spent / base.total / price,
            "revenue": ((factor - 1) * found.value).sum(axis=(2, 3)),
            "income": sales.sum(axis=2),
            "spending": found.spent,
            "flows": found.value * factor,
            "profit": np.divide(sales, before, out=np.ones_like(sales), where=before > 0),
            "profits": (sales / base.sigma).sum(axis=2) / (before / base.sigma).sum(axis=1),
            "residual": system.residual(base, factor, found),
            "short": (found.spent <= 0).any(axis=1),
        }


def _trade_of(base: system.Base, equilibrium: KrugmanEquilibrium) -> system.Trade:
    """Return an equilibrium in the terms of the equations, scenarios on one axis."""
    n = equilibrium.wage.shape[-1]
    flows = flat(equilibrium.flows)
    spending = flows.sum(axis=2, keepdims=True)
    return system.Trade(
        wages=equilibrium.wage.reshape(-1, n) * base.labour,
        spent=equilibrium.spending.reshape(-1, n),
        value=flat(equilibrium.border_flows),
        share=flows / np.where(spending > 0, spending, 1.0),
        price=np.log(equilibrium.price.reshape(-1, n)),
    )
