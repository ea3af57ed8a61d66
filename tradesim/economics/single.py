"""SingleSector: what tariffs do to wages, prices, trade, revenue and welfare, in one sector."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import aligned, aligned_vector, labelled
from tradesim.economics import hat_algebra as hat
from tradesim.economics.blocks import blocks, joined
from tradesim.economics.checks import (
    code_problems,
    flow_problems,
    number_problems,
    tariff_problems,
    trade_problems,
    value_problems,
    warn_of_no_home_sales,
    warn_of_units,
)
from tradesim.economics.equilibrium import Equilibrium
from tradesim.economics.hat_slopes import pull_back
from tradesim.economics.sectors import one_way_problems, spread_weights
from tradesim.errors import Problem, fail_if
from tradesim.percent import warn_of_table

Floats = NDArray[np.float64]
Deficits = Literal["world_share", "purged", "own_share"]


@dataclass(frozen=True, eq=False, repr=False)
class SingleSector:
    """A world of one sector, Armington or Eaton–Kortum, whose tariffs bring revenue.

    The model is Dekle, Eaton and Kortum (2008) with tariffs; `tradesim.economics.hat_algebra` holds its
    equations. It needs no more than a table of trade, the tariffs paid on it and one elasticity, and answers
    exactly, for changes of any size.

    Parameters
    ----------
    flows : (N, N) float64, US dollars a year (or any one unit): **duty-paid** spending, importer × exporter,
        the diagonal is what an economy buys from itself; or a pandas frame of it, which names the economies.
    tariffs : (N, N) float64, fraction, importer × exporter: what the flows paid; 0 on the diagonal.
    elasticity : ε, trade elasticity, above 0: θ of Eaton and Kortum, σ − 1 of Armington. 4 is the estimate
        of Simonovska and Waugh (2014); 8 a long-run value.
    deficits : what happens to the deficits of the base: ``world_share`` (default): each keeps its share of
        world income; ``purged``: the base is first solved without any, and changes are measured from there;
        ``own_share``: each keeps its share of the economy's own income, what is over in the sum spread in
        proportion to income.
    codes : the economies' names (default: a frame's, or none).

    Raises
    ------
    InputError
        With every problem: NaN or negative flows, an economy that sells or spends nothing, tariffs of −1 or
        less, an elasticity that is not above 0; deficits to be purged where trade goes one way only.

    Notes
    -----
    Economies that do not trade with each other, even through others, form blocs with a numeraire each: an
    autarkic economy keeps its wage, price level and welfare. Economies without domestic sales are fine.

    Examples
    --------
    >>> world = SingleSector([[90.0, 10.0], [10.0, 90.0]], [[0.0, 0.0], [0.0, 0.0]], elasticity=4.0)
    >>> war = world.solve([[0.0, 0.25], [0.25, 0.0]])
    >>> war.welfare.round(4), war.wage.round(9)
    (array([0.9936, 0.9936]), array([1., 1.]))
    """

    flows: Floats
    tariffs: Floats
    elasticity: float = 4.0
    deficits: Deficits = "world_share"
    codes: tuple[str, ...] = field(default=())
    stated: bool = field(default=False)

    def __init__(
        self,
        flows: Any,
        tariffs: Any,
        elasticity: float = 4.0,
        deficits: Deficits | None = None,
        codes: Sequence[str] = (),
        stated: bool | None = None,
    ) -> None:
        closure: Deficits = "world_share" if deficits is None else deficits
        trade, names = labelled("flows", flows, codes)
        duties = aligned("tariffs", tariffs, names)
        warn_of_table("tariffs", duties)
        fail_if(_problems(trade, duties, elasticity, closure, names))
        fail_if(one_way_problems(trade[..., None], names) if closure == "purged" else [])
        values = {"flows": trade, "tariffs": duties, "elasticity": float(elasticity), "deficits": closure}
        for name, value in (
            values | {"codes": names, "stated": deficits is not None if stated is None else stated}
        ).items():
            object.__setattr__(self, name, value)
        warn_of_no_home_sales(self.flows, names)

    def for_choices(self) -> "SingleSector":
        """Return the model whose tariffs are chosen: without deficits, unless a closure was asked for.

        With a deficit that keeps its share of income, duties on all goods may raise welfare without end.
        Where trade goes one way only there is no other closure, and the model is returned as it is.
        """
        if self.stated or list(one_way_problems(self.flows[..., None], self.codes)):
            return self
        return SingleSector(self.flows, self.tariffs, self.elasticity, "purged", self.codes)

    @classmethod
    def from_trade(cls, trade: Any, gdp: Any, tariffs: Any, **options: Any) -> Self:
        """Build from trade between economies and their GDP: what is not sold abroad is sold at home.

        Parameters
        ----------
        trade : (N, N) float64, importer × exporter, **at the border** (without duties), or a frame; the
            diagonal is not looked at.
        gdp : (N,) float64, in the unit of the trade: the value of sales; or a Series or mapping by economy.
        tariffs : (N, N) float64, fraction, what the trade paid.
        options : all else that the class takes.

        Raises
        ------
        InputError
            Where an economy exports more than its GDP, as hubs do, and for all that the class refuses.

        Examples
        --------
        >>> SingleSector.from_trade([[0.0, 20.0], [10.0, 0.0]], [100.0, 90.0], [[0.0, 0.1], [0.0, 0.0]]).flows
        array([[90., 22.],
               [10., 70.]])
        """
        foreign, codes = labelled("trade", trade, options.pop("codes", ()))
        duties, output = aligned("tariffs", tariffs, codes), aligned_vector("gdp", gdp, codes)
        fail_if(trade_problems(foreign, output))
        fail_if(tariff_problems(duties, foreign.shape, codes))
        border = foreign * ~np.eye(len(foreign), dtype=bool)
        warn_of_units(border, output)
        at_home = output - border.sum(axis=0)
        fail_if(_hub_problems(at_home, output, codes))
        return cls(border * (1.0 + duties) + np.diag(at_home), duties, codes=codes, **options)

    def __repr__(self) -> str:
        n = len(self.flows)
        return f"<SingleSector: {n} economies, elasticity {self.elasticity:g}, deficits {self.deficits}>"

    @cached_property
    def base(self) -> hat.Base:
        """The base in shares and incomes, after purging where that was asked for."""
        base = hat.base_of(self.flows, self.tariffs, self.elasticity, own=self.deficits == "own_share")
        if self.deficits != "purged":
            return base
        balanced, error = hat.purged(base, hat.TOLERANCE)
        fail_if(_purging_problems(float(error[0])))
        return balanced

    @cached_property
    def inverse(self) -> Floats:
        """The inverse Jacobian, (N, N), that all scenarios share."""
        return hat.shared_inverse(self.base)

    def solve(
        self, tariffs: Any, icebergs: Any | None = None, *, tolerance: float = hat.TOLERANCE
    ) -> Equilibrium:
        """Return the world under other tariffs, of one scenario or of many side by side.

        Parameters
        ----------
        tariffs : (..., N, N) float64, fraction, importer × exporter; any axes in front are scenarios. For
            one scenario also a frame.
        icebergs : (N, N) or (..., N, N), ratio of new to old costs of trade that bring no revenue
            (default: 1).
        tolerance : the most that a market may miss, as a share of the economy's income.

        Raises
        ------
        InputError
            For tariffs of another shape, NaN, or of −1 or less, and icebergs that are not above 0.

        Examples
        --------
        >>> world = SingleSector([[90.0, 10.0], [10.0, 90.0]], np.zeros((2, 2)))
        >>> levels = np.linspace(0, 0.5, 3)[:, None, None] * np.array([[0.0, 1.0], [0.0, 0.0]])
        >>> world.solve(levels).welfare.round(4)
        array([[1.    , 1.    ],
               [1.0056, 0.9901],
               [1.0039, 0.9849]])
        """
        duties = aligned("tariffs", tariffs, self.codes)
        warn_of_table("tariffs", duties)
        costs = None if icebergs is None else aligned("icebergs", icebergs, self.codes)
        shape = self.flows.shape
        fail_if(
            [
                *tariff_problems(duties, shape, self.codes),
                *([] if costs is None else _iceberg_problems(costs, duties.shape)),
                *number_problems("tolerance", tolerance),
            ]
        )
        stacked = duties.reshape(-1, *shape)
        costs = None if costs is None else np.broadcast_to(costs, duties.shape).reshape(-1, *shape)
        found = joined(
            _block(self, stacked[some], None if costs is None else costs[some], tolerance)
            for some in blocks(len(stacked), stacked[0].size)
        )
        error, infeasible = found.pop("residual"), found.pop("infeasible")
        leading = duties.shape[:-2]
        return Equilibrium.of(found, stacked, error, tolerance, infeasible, leading=leading, codes=self.codes)

    def gradient(self, equilibrium: Equilibrium, weights: Any) -> Floats:
        """Return the derivative of Σ weights · ln welfare with respect to every tariff, at an equilibrium.

        Parameters
        ----------
        equilibrium : of this model.
        weights : (N,) or (..., N), of each economy's ln welfare.

        Returns
        -------
        (..., N, N) float64, per unit of the tariff; 0 on the diagonal, which no economy charges; NaN where
        the equilibrium did not converge.

        Examples
        --------
        >>> world = SingleSector([[90.0, 10.0], [10.0, 90.0]], np.zeros((2, 2)), elasticity=4.0)
        >>> world.gradient(world.solve(np.zeros((2, 2))), [1.0, 0.0]).round(4)
        array([[ 0.    ,  0.0549],
               [-0.0549,  0.    ]])
        """
        shape = self.flows.shape
        each = spread_weights(weights, equilibrium.welfare.shape, self.codes)
        tariffs, flows = (np.reshape(a, (-1, *shape)) for a in (equilibrium.tariffs, equilibrium.flows))
        wage = equilibrium.wage.reshape(-1, len(self.flows))
        found = [pull_back(self.base, *one) for one in zip(tariffs, wage, flows, each, strict=True)]
        return np.reshape(found, equilibrium.tariffs.shape)


def _block(
    model: SingleSector, tariffs: Floats, icebergs: Floats | None, tolerance: float
) -> dict[str, NDArray[Any]]:
    """Return what an `Equilibrium` holds, of some scenarios, (B, N, N)."""
    base = model.base
    world = hat.solve(base, 1.0 + tariffs, icebergs, model.inverse, tolerance)
    with np.errstate(all="ignore"):
        price = world.resistance ** (-1.0 / base.elasticity)
        return {
            "wage": world.wage,
            "price": price,
            "welfare": world.spending / base.spending / price,
            "revenue": (1.0 - world.kept) * world.spending,
            "income": world.wage * base.income,
            "spending": world.spending,
            "flows": hat.flows(base, world),
            "residual": hat.error(base, world),
            "infeasible": np.asarray((world.spending <= 0).any(axis=1)),
        }


def _problems(
    flows: Floats, tariffs: Floats, elasticity: Any, deficits: Any, codes: tuple[str, ...]
) -> Iterator[Problem]:
    if flows.ndim == 2:
        yield from code_problems(codes, len(flows)) if codes else ()
        yield from tariff_problems(tariffs, flows.shape, codes)
        if tariffs.ndim > 2:
            yield Problem(
                "several bases", "tariffs", f"shape {tariffs.shape}", f"{flows.shape}, as the flows"
            )
        yield from flow_problems(flows, codes)
    else:
        yield Problem("not importer × exporter", "flows", f"shape {flows.shape}", "(N, N)")
    yield from number_problems("elasticity", elasticity)
    if deficits not in get_args(Deficits):
        yield Problem("unknown closure", "deficits", repr(deficits), ", ".join(get_args(Deficits)))


def _hub_problems(at_home: Floats, gdp: Floats, codes: Sequence[str]) -> Iterator[Problem]:
    for k in np.flatnonzero(at_home < 0).tolist():
        name, exports = codes[k] if codes else k, gdp[k] - at_home[k]
        yield Problem(
            "exports of more than its GDP",
            f"trade[:, {name}]",
            f"{exports:g} of {gdp[k]:g}",
            fix="give both in one unit, gross output in place of GDP, or exports without re-exports",
        )


def _iceberg_problems(icebergs: Floats, shape: tuple[int, ...]) -> Iterator[Problem]:
    try:
        fits = np.broadcast_shapes(icebergs.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        yield Problem("wrong shape", "icebergs", f"shape {icebergs.shape}", f"{shape}, or its last two axes")
    else:
        yield from value_problems("icebergs", icebergs, icebergs.shape)


def _purging_problems(error: float) -> Iterator[Problem]:
    if not error <= hat.TOLERANCE:
        yield Problem(
            "deficits that could not be purged",
            "deficits",
            f"markets off by {error:.1e}",
            fix="use deficits='world_share'",
        )
