"""ServicesModel: tariffs where services are local, labour answers, and revenue cuts the income tax."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import aligned, aligned_vector, labelled, position
from tradesim.economics import services_algebra as algebra
from tradesim.economics.blocks import blocks, joined
from tradesim.economics.checks import (
    blocs,
    code_problems,
    flow_problems,
    number_problems,
    tariff_problems,
    trade_problems,
    value_problems,
    warn_of_no_home_sales,
    warn_of_units,
)
from tradesim.economics.equilibrium import ServicesEquilibrium
from tradesim.economics.services_calibration import (
    SCALE_ELASTICITY,
    pass_through_exponent,
    transfers,
    two_members,
)
from tradesim.errors import Problem, fail_if
from tradesim.percent import warn_of_table

Floats = NDArray[np.float64]
RevenueUse = Literal["income_tax", "lump_sum"]


@dataclass(frozen=True, eq=False, repr=False)
class ServicesModel:
    """A world of one traded sector with local services, elastic labour, scale economies and pass-through.

    The model of Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), whose equations
    `tradesim.economics.services_algebra` holds. There are no duties in the base. With ``services=0`` and
    ``pass_through=1`` it is Eaton and Kortum's model with labour supply.

    Parameters
    ----------
    flows : (N, N) float64, US dollars a year (or any one unit), importer × exporter, the diagonal domestic;
        or a pandas frame of it, which names the economies. `from_trade` makes them from trade and GDP.
    services : ν, share of spending on local distribution and services, one or (N,), from 0 to below 1.
    elasticity : ε, trade elasticity, above 0.
    labour_supply : κ, elasticity of labour supply, 0 or more.
    scale : ψ, scale elasticity, 0 or more (default: 0.67/ε).
    pass_through : φ, exponent of the duty in trade shares, one or (N,), above 0 (default:
        `pass_through_exponent` with complete pass-through to the prices of firms).
    revenue_use : ``income_tax``: duties cut the tax on labour; ``lump_sum``: they are paid out.
    codes : the economies' names (default: a frame's, or none).

    Raises
    ------
    InputError
        With every problem; also where some economies do not trade with the rest, even through others.

    Examples
    --------
    >>> world = ServicesModel([[90.0, 12.0], [10.0, 90.0]], services=0.2, codes=["A", "B"])
    >>> world.optimal_uniform_tariff("A")
    0.2399...
    >>> world.solve([[0.0, 0.15], [0.0, 0.0]]).employment.round(4)
    array([1.0047, 0.9943])
    """

    flows: Floats
    services: Floats
    elasticity: float
    labour_supply: float
    scale: float
    pass_through: Floats
    revenue_use: RevenueUse
    codes: tuple[str, ...]

    def __init__(
        self,
        flows: Any,
        services: Any,
        elasticity: float = 4.0,
        labour_supply: float = 0.5,
        scale: float | None = None,
        pass_through: Any | None = None,
        revenue_use: RevenueUse = "income_tax",
        codes: Sequence[str] = (),
    ) -> None:
        trade, names = labelled("flows", flows, codes)
        local = _one_each("services", services, names, len(trade))
        fail_if(_problems(trade, local, elasticity, labour_supply, scale, revenue_use, names))
        psi = SCALE_ELASTICITY / elasticity if scale is None else float(scale)
        phi = pass_through_exponent(local, psi) if pass_through is None else pass_through
        exponent = _one_each("pass_through", phi, names, len(trade))
        fail_if(value_problems("pass_through", exponent, (len(trade),)))
        values = {
            "flows": trade,
            "services": local,
            "elasticity": float(elasticity),
            "labour_supply": float(labour_supply),
            "scale": psi,
            "pass_through": exponent,
            "revenue_use": revenue_use,
            "codes": names,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        warn_of_no_home_sales(trade, names)

    @classmethod
    def from_trade(cls, trade: Any, gdp: Any, services: Any, **options: Any) -> Self:
        """Build from trade between economies and their GDP: what is left of spending is domestic.

        Spending is GDP and transfers, ``T = (1−ν)(imports − Σ_m (1−ν_m) exports to m)``; an economy that
        imports more than it spends has no domestic sales.

        Parameters
        ----------
        trade : (N, N) float64, importer × exporter, or a frame; the diagonal is not looked at.
        gdp : (N,) float64, in the unit of the trade, or a Series or mapping by economy.
        services : ν, as for the class.
        options : all else that the class takes.
        """
        foreign, codes = labelled("trade", trade, options.pop("codes", ()))
        n = len(foreign)
        output = aligned_vector("gdp", gdp, codes)
        local = _one_each("services", services, codes, n)
        fail_if(trade_problems(foreign, output))
        flows = foreign * ~np.eye(n, dtype=bool)
        warn_of_units(flows, output)
        spending = output + transfers(flows, local)
        flows += np.diag(np.maximum(spending - flows.sum(axis=1), 0.0))
        return cls(flows, local, codes=codes, **options)

    def __repr__(self) -> str:
        n = len(self.flows)
        return (
            f"<ServicesModel: {n} economies, elasticity {self.elasticity:g}, revenue to {self.revenue_use}>"
        )

    @cached_property
    def base(self) -> algebra.Base:
        """The base in shares, incomes and transfers."""
        spending = self.flows.sum(axis=1)
        income = algebra.base_incomes(self.flows, self.services)
        return algebra.Base(
            self.flows / spending[:, None],
            spending,
            income,
            spending - income,
            self.services,
            self.pass_through,
            self.elasticity,
            self.labour_supply,
            self.scale,
            self.revenue_use == "income_tax",
        )

    @cached_property
    def inverse(self) -> Floats:
        """The inverse Jacobian, (2N, 2N), that all scenarios share."""
        return algebra.shared_inverse(self.base)

    def solve(self, tariffs: Any, *, tolerance: float = algebra.TOLERANCE) -> ServicesEquilibrium:
        """Return the world under tariffs, of one scenario or of many side by side.

        Parameters
        ----------
        tariffs : (..., N, N) float64, fraction, importer × exporter; any axes in front are scenarios. For
            one scenario also a frame.
        tolerance : the most that a market may miss, as a share of the economy's income.

        Raises
        ------
        InputError
            For tariffs of another shape, NaN, or of −1 or less.
        """
        duties = aligned("tariffs", tariffs, self.codes)
        warn_of_table("tariffs", duties)
        shape = self.flows.shape
        fail_if([*tariff_problems(duties, shape, self.codes), *number_problems("tolerance", tolerance)])
        stacked = duties.reshape(-1, *shape)
        found = joined(
            _block(self, stacked[some], tolerance) for some in blocks(len(stacked), stacked[0].size)
        )
        error, infeasible = found.pop("residual"), found.pop("infeasible")
        leading = duties.shape[:-2]
        return ServicesEquilibrium.of(
            found, stacked, error, tolerance, infeasible, leading=leading, codes=self.codes
        )

    def optimal_uniform_tariff(
        self, importer: str | int, over: Literal["spending", "income"] = "spending"
    ) -> float:
        """Return the uniform tariff on all its imports that is best for one economy, fraction.

        ``t* = 1/((1 + δ ε) φ − 1)``, to first order in what the tariff does to others; equation and δ are in
        `services_algebra.optimal_uniform_tariff`. The published tables have income in place of spending
        where both sides play optimal tariffs.
        """
        denominator = self.base.spending if over == "spending" else self.base.income
        return algebra.optimal_uniform_tariff(self.flows, self.base, self.index(importer), denominator)

    def optimal_retaliation(self, against: str | int) -> float:
        """Return the uniform tariff that all others together would best charge one economy, fraction.

        It is the optimal tariff of the rest of the world in a world of two, over income as published.
        """
        return self.two_regions(against).optimal_uniform_tariff(0, over="income")

    def two_regions(self, home: str | int) -> "ServicesModel":
        """Return the same world as two: the rest of it first, then one economy.

        What the rest has a share or exponent of each is averaged by spending.
        """
        member = two_members(len(self.flows), self.index(home))
        weights = member * self.base.spending
        weights /= weights.sum(axis=1, keepdims=True)
        return replace(
            self,
            flows=member @ self.flows @ member.T,
            services=weights @ self.services,
            pass_through=weights @ self.pass_through,
            codes=(),
        )

    def index(self, economy: str | int) -> int:
        """Return the position of an economy, given by name or by position."""
        return position(economy, self.codes, len(self.flows))


def _block(model: ServicesModel, tariffs: Floats, tolerance: float) -> dict[str, NDArray[Any]]:
    """Return what a `ServicesEquilibrium` holds, of some scenarios, (B, N, N)."""
    base, factors = model.base, 1.0 + tariffs
    world = algebra.solve(base, factors, model.inverse, tolerance)
    with np.errstate(all="ignore"):
        return {
            "wage": world.wage,
            "price": world.price,
            "welfare": algebra.welfare(base, world),
            "revenue": world.revenue,
            "income": world.income,
            "spending": world.spending,
            "flows": algebra.flows(world, factors),
            "employment": world.employment,
            "residual": algebra.error(base, world),
            "infeasible": np.asarray(((world.spending <= 0) | (world.revenue >= world.income)).any(axis=1)),
        }


def _one_each(name: str, values: Any, codes: Sequence[str], n: int) -> Floats:
    given = aligned_vector(name, values, codes)
    return np.broadcast_to(given, (n,)).copy() if given.ndim == 0 else given


def _problems(
    flows: Floats,
    services: Floats,
    elasticity: Any,
    labour_supply: Any,
    scale: Any,
    revenue_use: Any,
    codes: tuple[str, ...],
) -> Iterator[Problem]:
    yield from number_problems("elasticity", elasticity)
    yield from number_problems("labour_supply", labour_supply, open_low=False)
    yield from number_problems("scale", 0.0 if scale is None else scale, open_low=False)
    if revenue_use not in get_args(RevenueUse):
        yield Problem("unknown use", "revenue_use", repr(revenue_use), ", ".join(get_args(RevenueUse)))
    if flows.ndim != 2:
        yield Problem("not importer × exporter", "flows", f"shape {flows.shape}", "(N, N)")
        return
    wrong = list(flow_problems(flows, codes))
    yield from wrong
    yield from code_problems(codes, len(flows)) if codes else ()
    yield from value_problems(
        "services", services, (len(flows),), 0.0, np.nextafter(1.0, 0.0), open_low=False
    )
    if not wrong and len(set(blocs(flows).tolist())) > 1:
        fix = "leave out those that do not trade with the rest"
        yield Problem("economies that do not trade with the rest", "flows", fix=fix)
