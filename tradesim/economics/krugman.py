"""Many sectors of monopolistic competition: profits, wages and welfare after a change of tariffs (Ossa 2014).

Each sector of each economy holds a fixed number of firms, each the only maker of its variety; labour moves
between sectors and is paid the same in all. Tariffs move the terms of trade and, as mark-ups differ from
sector to sector, profits between economies.

References
----------
Ossa (2014), Trade wars and trade talks with data, American Economic Review 104, 4104–4146.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.economics import checks
from tradesim.economics import krugman_system as system
from tradesim.economics.calibration import Step, compared
from tradesim.economics.status import converged, status_of
from tradesim.errors import InputError, Problem, fail_if

Floats = NDArray[np.float64]
Deficits = Literal["purged", "kept"]

BLOCK = 4_000_000
"""Cells of flows that are solved together; more scenarios are solved block by block."""


@dataclass(frozen=True, eq=False)
class KrugmanEquilibrium:
    """What tariffs lead to in `Krugman`. Changes are ratios to the base: 1.01 is one percent more.

    Parameters
    ----------
    welfare : (..., N) change in real income, spending over the price of living.
    wage : (..., N) change in the wage; what each bloc of trading economies pays its labour is the unit.
    price : (..., N) change in the price of living.
    spending : (..., N) change in spending.
    profit : (..., N, S) change in each sector's profits; 1 where a sector sells nothing.
    revenue : (..., N) US dollars of duties.
    flows : (..., N, N, S) duty-paid spending, importer × exporter × sector, US dollars.
    tariffs : (..., N, N, S) fraction, as given.
    residual : (...) largest fraction by which a labour market or a budget misses.
    status : (...) int8, of `Status`: whether the solution can be used.
    """

    welfare: Floats
    wage: Floats
    price: Floats
    spending: Floats
    profit: Floats = field(repr=False)
    revenue: Floats = field(repr=False)
    flows: Floats = field(repr=False)
    tariffs: Floats = field(repr=False)
    residual: Floats
    status: NDArray[np.int8]

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which scenarios were solved, (...)."""
        return converged(self.status)

    @property
    def imports(self) -> Floats:
        """Trade at world prices, net of duties, (..., N, N, S) US dollars; the diagonal is domestic."""
        return np.asarray(self.flows / (1 + self.tariffs))


@dataclass(frozen=True, eq=False)
class Krugman:
    """Ossa's model at a base year.

    Parameters
    ----------
    flows : (N, N, S) duty-paid spending, importer × exporter × sector, US dollars; the diagonal is domestic.
    tariffs : (N, N, S) fraction, in force in the base year.
    sigma : (S,) or one number, above 1: elasticity of substitution between varieties of a sector.
    codes : names of the economies.
    deficits : ``purged``: first solve for the year as it would be without aggregate imbalances, and start
        from there (the paper's, and the default); ``kept``: each economy goes on spending beyond its income
        the same share of what labour earns in the world.
    tolerance : the largest residual that counts as solved.
    steps : of Newton's method, at most.

    Attributes
    ----------
    calibration : the steps from the tables given to the base, each with how much it moved.

    Raises
    ------
    InputError
        With every problem of the tables.

    Examples
    --------
    Two like economies with tariffs of 10 %, which are dropped:

    >>> trade = np.full((2, 2, 1), 10.0) + 90 * np.eye(2)[..., None]
    >>> tariffs = np.array([[0, 0.1], [0.1, 0]])[..., None]
    >>> model = Krugman.from_trade(trade, tariffs, sigma=5.0, codes=["HOME", "AWAY"])
    >>> free = model.solve(np.zeros((2, 2, 1)))
    >>> free.welfare.round(4), free.wage.round(4)
    (array([1.0022, 1.0022]), array([1., 1.]))
    """

    flows: Floats = field(repr=False)
    tariffs: Floats = field(repr=False)
    sigma: Floats
    codes: tuple[str, ...] = ()
    tolerance: float = 1e-11
    steps: int = 100
    deficits: Deficits = "purged"
    calibration: tuple[Step, ...] = field(repr=False, default=())

    def __init__(
        self,
        flows: ArrayLike,
        tariffs: ArrayLike,
        sigma: ArrayLike,
        codes: Sequence[str] = (),
        *,
        deficits: Deficits = "purged",
        tolerance: float = 1e-11,
        steps: int = 100,
    ) -> None:
        duties = checks.numbers("tariffs", tariffs)
        given = checks.numbers("flows", flows)
        elasticity = _per_sector(checks.numbers("sigma", sigma), given)
        fail_if(_problems(given, duties, elasticity, codes, deficits, tolerance))
        base: Floats = given
        taken: tuple[Step, ...] = ()
        if deficits == "purged":
            base, taken = _purged(given, duties, elasticity, tolerance, steps)
        values = {
            "flows": checks.numbers("flows", base),
            "tariffs": duties,
            "sigma": elasticity,
            "codes": tuple(codes),
            "tolerance": tolerance,
            "steps": steps,
            "deficits": deficits,
            "calibration": taken,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_trade(
        cls,
        trade: ArrayLike,
        tariffs: ArrayLike,
        sigma: ArrayLike,
        codes: Sequence[str] = (),
        *,
        deficits: Deficits = "purged",
    ) -> "Krugman":
        """Build from trade at world prices, before duties, as customs records and Ossa's tables show it."""
        duties = checks.numbers("tariffs", tariffs)
        value = checks.numbers("trade", trade)
        fail_if(checks.flow_problems(value, codes, "trade"))
        fail_if(checks.tariff_problems(duties, value.shape, codes))
        return cls(value * (1 + duties), duties, sigma, codes, deficits=deficits)

    @cached_property
    def base(self) -> system.Base:
        """The base year as the equations need it."""
        return system.base_of(self.flows, self.tariffs, self.sigma, deficits=self.deficits == "kept")

    @property
    def elasticity(self) -> Floats:
        """Trade elasticity of each sector, (S,): σ − 1."""
        return np.asarray(self.sigma - 1)

    def solve(self, tariffs: ArrayLike, icebergs: ArrayLike | None = None) -> KrugmanEquilibrium:
        """Return what tariffs lead to.

        Parameters
        ----------
        tariffs : (..., N, N, S) fraction, importer × exporter × sector; axes in front are scenarios.
        icebergs : changes in trade costs that melt goods, ratios to the base, of a shape that the tariffs'
            can be spread to; none where not given.
        """
        duties = checks.numbers("tariffs", tariffs)
        fail_if(checks.tariff_problems(duties, self.flows.shape, self.codes))
        melt = _icebergs(icebergs, duties.shape)
        factor, lead = 1 + _flat(duties), duties.shape[:-3]
        cost = np.log(factor / self.base.factor * _flat(melt))
        parts = [_solved(self, factor[k], cost[k]) for k in _blocks(len(factor), self.flows.size)]
        whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        shaped = {name: value.reshape(lead + value.shape[1:]) for name, value in whole.items()}
        return KrugmanEquilibrium(tariffs=duties, **shaped)

    def gradient(self, equilibrium: KrugmanEquilibrium, weights: ArrayLike) -> Floats:
        """Return the derivative of Σ weights · ln welfare with respect to every tariff, at an equilibrium.

        Parameters
        ----------
        equilibrium : of this model.
        weights : (N,) or (..., N) of each economy's ln welfare.

        Returns
        -------
        (..., N, N, S), per unit of the tariff; 0 on the diagonal, which no economy charges.
        """
        at, n = equilibrium, len(self.flows)
        each = np.broadcast_to(np.asarray(weights, dtype=np.float64), at.welfare.shape).reshape(-1, n)
        found = _trade_of(self.base, at)
        slope = system.pull_back(self.base, 1 + _flat(at.tariffs), found, each)
        slope[:, np.arange(n), np.arange(n)] = 0.0
        return slope.reshape(at.tariffs.shape)


def _per_sector(values: Floats, flows: Floats) -> Floats:
    """Spread one number to every sector; leave the rest for the checks."""
    return np.full(flows.shape[-1], float(values)) if values.ndim == 0 and flows.ndim == 3 else values


def _problems(
    flows: Floats,
    tariffs: Floats,
    sigma: Floats,
    codes: Sequence[str],
    deficits: str,
    tolerance: float,
) -> Iterator[Problem]:
    if flows.ndim != 3:
        yield Problem("no sectors", "flows", f"shape {flows.shape}", "(N, N, S): one sector is (N, N, 1)")
        return
    yield from checks.flow_problems(flows, codes)
    yield from checks.tariff_problems(tariffs, flows.shape, codes)
    yield from checks.value_problems("sigma", sigma, flows.shape[-1:], 1.0)
    yield from checks.number_problems("tolerance", tolerance)
    if codes:
        yield from checks.code_problems(codes, len(flows))
    if deficits not in {"purged", "kept"}:
        yield Problem("unknown treatment", "deficits", repr(deficits), "'purged' or 'kept'")


def _purged(
    flows: Floats, tariffs: Floats, sigma: Floats, tolerance: float, steps: int
) -> tuple[Floats, tuple[Step, ...]]:
    """Return the flows of the same year without aggregate imbalances, and what that moved."""
    base = system.base_of(flows, tariffs, sigma, deficits=True)
    balanced = system.base_of(flows, tariffs, sigma, deficits=False)
    factor, unchanged = base.factor[None], np.zeros_like(base.factor[None])
    found = system.solution(balanced, factor, unchanged, tolerance, steps)[1]
    missed = system.residual(balanced, factor, found)[0]
    if not missed <= 100 * tolerance:
        got = f"a market or budget misses by {missed:.2g}"
        fix = "deficits='kept' starts from the year as it is"
        raise InputError([Problem("no balanced year was found", "flows", got, fix=fix)])
    after = found.value[0] * base.factor
    imbalance = compared("imbalances purged", base.total, base.total - base.deficit, 1e-9)
    return after, (imbalance, compared("flows without imbalances", flows, after, 1e-9))


def _icebergs(icebergs: ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    if icebergs is None:
        return np.ones(shape)
    melt = checks.numbers("icebergs", icebergs)
    try:
        spread = np.broadcast_to(melt, shape)
    except ValueError:
        allowed = f"one that spreads to {shape}, as the tariffs"
        raise InputError([Problem("wrong shape", "icebergs", f"shape {melt.shape}", allowed)]) from None
    fail_if(checks.value_problems("icebergs", melt, melt.shape))
    return spread


def _flat(values: Floats) -> Floats:
    """Put all scenarios on one axis: (..., N, N, S) to (B, N, N, S)."""
    return values.reshape(-1, *values.shape[-3:])


def _blocks(scenarios: int, cells: int) -> list[slice]:
    """Return the scenarios a few at a time, so that memory stays flat."""
    many = max(1, BLOCK // cells)
    return [slice(k, k + many) for k in range(0, scenarios, many)]


def _solved(model: Krugman, factor: Floats, cost: Floats) -> dict[str, Floats]:
    """Return the fields of the equilibrium for scenarios on one axis, but for the tariffs."""
    base = model.base
    wage, found = system.solution(base, factor, cost, model.tolerance, model.steps)
    residual = system.residual(base, factor, found)
    before, sales = (model.flows / base.factor).sum(axis=0), found.value.sum(axis=1)
    price, spending = np.exp(found.price), found.spent / base.total
    return {
        "welfare": spending / price,
        "wage": np.exp(wage),
        "price": price,
        "spending": spending,
        "profit": np.divide(sales, before, out=np.ones_like(sales), where=before > 0),
        "revenue": ((factor - 1) * found.value).sum(axis=(2, 3)),
        "flows": found.value * factor,
        "residual": residual,
        "status": status_of(residual, 100 * model.tolerance, (found.spent <= 0).any(axis=1)),
    }


def _trade_of(base: system.Base, equilibrium: KrugmanEquilibrium) -> system.Trade:
    """Return an equilibrium in the terms of the equations, scenarios on one axis."""
    n = len(base.labour)
    flows = _flat(equilibrium.flows)
    spending = flows.sum(axis=2, keepdims=True)
    return system.Trade(
        wages=equilibrium.wage.reshape(-1, n) * base.labour,
        spent=equilibrium.spending.reshape(-1, n) * base.total,
        value=_flat(equilibrium.imports),
        share=flows / np.where(spending > 0, spending, 1.0),
        price=np.log(equilibrium.price.reshape(-1, n)),
    )
