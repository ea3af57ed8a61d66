"""The equations of Ossa's model (2014) as functions of arrays: flows, market errors, slopes, pull-backs.

Unknown are the logarithms of the wage changes, (B, N). At given wages spending is what meets every budget: a
linear system, as profits and duties are shares of spending. The wages clear the labour markets. In every bloc
of economies that trade, one labour market is redundant (Walras); what labour of the bloc earns in all at the
base, held fixed, takes its place.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.checks import blocs
from tradesim.economics.full_newton import full_newton

Floats = NDArray[np.float64]

STEPS = 100
"""Of Newton's method, at most; four to ten are usual."""


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """What the equations need of the base year. N economies, S sectors.

    Parameters
    ----------
    share : (N, N, S) share of the exporter in the importer's spending on the sector, duty-paid.
    spending : (N, S) the importer's spending on the sector, US dollars.
    sigma : (S,) elasticity of substitution between varieties.
    factor : (N, N, S) 1 + duty.
    labour : (N,) wages paid, US dollars.
    deficit : (N,) what each spends beyond its income, US dollars; a fixed share of what all labour earns.
    bloc : (N,) the group of trading economies each belongs to.
    """

    share: Floats
    spending: Floats
    sigma: Floats
    factor: Floats
    labour: Floats
    deficit: Floats
    bloc: NDArray[np.int64]

    @property
    def total(self) -> Floats:
        """Each economy's spending, (N,) US dollars."""
        return np.asarray(self.spending.sum(axis=1))

    @property
    def basket(self) -> Floats:
        """Share of each sector in what an economy spends, (N, S)."""
        return np.asarray(self.spending / self.total[:, None])

    @property
    def together(self) -> Floats:
        """Whether two economies are in one bloc, (N, N) of 0 and 1."""
        return np.asarray(self.bloc[:, None] == self.bloc, dtype=np.float64)

    @property
    def redundant(self) -> NDArray[np.intp]:
        """The largest employer of each bloc, whose labour market is not asked."""
        employers = np.where(self.bloc == np.arange(self.bloc.max() + 1)[:, None], self.labour, -1.0)
        return np.asarray(employers.argmax(axis=1))


def base_of(flows: Floats, tariffs: Floats, sigma: Floats, *, deficits: bool) -> Base:
    """Return the base year that flows show.

    Parameters
    ----------
    flows : (N, N, S) duty-paid spending, importer × exporter × sector, US dollars.
    tariffs : (N, N, S) fraction.
    sigma : (S,) elasticity of substitution.
    deficits : whether economies go on spending more or less than they earn, as they do in the flows.
    """
    factor = 1 + tariffs
    spending = flows.sum(axis=1)
    trade = flows / factor
    sales = trade.sum(axis=0)
    gap = spending.sum(axis=1) - sales.sum(axis=1) - (tariffs * trade).sum(axis=(1, 2))
    return Base(
        share=flows / np.where(spending > 0, spending, 1.0)[:, None],
        spending=spending,
        sigma=sigma,
        factor=factor,
        labour=(sales * (1 - 1 / sigma)).sum(axis=1),
        deficit=gap if deficits else np.zeros_like(gap),
        bloc=blocs(flows),
    )


def base_sales(base: Base) -> Floats:
    """Return what each sector of each economy sells at the base, at world prices, (N, S) US dollars."""
    return np.asarray((base.share * base.spending[:, None] / base.factor).sum(axis=0))


class Trade(NamedTuple):
    """What economies buy at some wages. B scenarios.

    Parameters
    ----------
    wages : (B, N) paid to labour, US dollars.
    spent : (B, N) at duty-paid prices, US dollars; below 0 where an economy owes more than it earns.
    value : (B, N, N, S) trade at world prices, US dollars.
    share : (B, N, N, S) duty-paid share of the exporter in the importer's spending on the sector.
    price : (B, N) logarithm of the change in the price of living.
    """

    wages: Floats
    spent: Floats
    value: Floats
    share: Floats
    price: Floats


def trade(base: Base, wage: Floats, factor: Floats, cost: Floats) -> Trade:
    """Return what is bought at given wages.

    Parameters
    ----------
    wage : (B, N) logarithm of the change.
    factor : (B, N, N, S) 1 + duty.
    cost : (B, N, N, S) logarithm of the change in delivered cost at unchanged wages: duty and iceberg costs.
    """
    appeal = base.share * np.exp((1 - base.sigma) * (wage[:, None, :, None] + cost))
    index = appeal.sum(axis=2)
    index = np.where(base.spending > 0, index, 1.0)
    share = appeal / index[:, :, None]
    weight = base.basket / (base.sigma - 1)
    wages = base.labour * np.exp(wage)
    each = share * base.basket[:, None] / factor
    spent = _solve(_budgets(base, each, factor), wages + base.deficit)
    return Trade(wages, spent, each * spent[..., None, None], share, -(weight * np.log(index)).sum(axis=2))


def errors(base: Base, found: Trade) -> Floats:
    """Return by what fraction labour markets miss, (B, N); for one in each bloc, what the bloc earns."""
    markets = labour_errors(base, found)
    bloc = (found.wages @ base.together) / (base.labour @ base.together) - 1
    markets[:, base.redundant] = bloc[:, base.redundant]
    return markets


def labour_errors(base: Base, found: Trade) -> Floats:
    """Return by what fraction what sales pay to labour misses its wages, (B, N), the redundant market too."""
    paid = (found.value.sum(axis=1) * (1 - 1 / base.sigma)).sum(axis=2)
    return np.asarray(paid / found.wages - 1)


def budget_errors(base: Base, factor: Floats, found: Trade) -> Floats:
    """Return by what fraction budgets miss, (B, N): rounding, unless the linear system broke down."""
    profits = (found.value.sum(axis=1) / base.sigma).sum(axis=2)
    revenue = ((factor - 1) * found.value).sum(axis=(2, 3))
    return np.asarray((found.wages + profits + revenue + base.deficit) / found.spent - 1)


class _Slopes(NamedTuple):
    """Derivatives of labour markets (errors) and budgets (income less spending), (B, N, N) each."""

    markets_by_wage: Floats
    budgets_by_wage: Floats
    markets_by_spending: Floats
    budgets_by_spending: Floats

    @property
    def reduced(self) -> Floats:
        """Of the markets by log wage, spending adjusting so that budgets hold."""
        adjusting = np.linalg.solve(-self.budgets_by_spending, self.budgets_by_wage)
        return np.asarray(self.markets_by_wage + self.markets_by_spending @ adjusting)


def _slopes(base: Base, factor: Floats, found: Trade) -> _Slopes:
    wages = found.wages[..., None]
    profit, paid = found.value / base.sigma, found.value * (1 - 1 / base.sigma)
    duties = (factor - 1) * found.value
    markets = (_of_exporters(base, found, paid) - _diagonal(paid.sum(axis=(1, 3)))) / wages
    budgets = _of_exporters(base, found, profit) + _of_importers(base, found, duties) + _diagonal(found.wages)
    by_spending = paid.sum(axis=3).swapaxes(1, 2) / wages / found.spent[:, None]

    earnings = base.together / (base.labour @ base.together)
    markets[:, base.redundant] = found.wages[:, None] * earnings[base.redundant]
    by_spending[:, base.redundant] = 0.0
    each = found.value / found.spent[..., None, None]
    return _Slopes(markets, budgets, by_spending, -_budgets(base, each, factor))


def _budgets(base: Base, each: Floats, factor: Floats) -> Floats:
    """Return spending less the profits and duties it brings, (B, N, N), economy × spender, per dollar spent.

    Parameters
    ----------
    each : (B, N, N, S) trade at world prices per dollar the importer spends.
    """
    profits = (each / base.sigma).sum(axis=3).swapaxes(1, 2)
    return np.asarray(_diagonal(1 - ((factor - 1) * each).sum(axis=(2, 3))) - profits)


def _of_exporters(base: Base, found: Trade, amount: Floats) -> Floats:
    """Return how amounts in proportion to trade, summed over importers, move with log wages: (B, N, N)."""
    b, n = amount.shape[:2]
    elastic = amount * (1 - base.sigma)
    rows = elastic.swapaxes(1, 2).reshape(b, n, -1)
    rivals = found.share.swapaxes(1, 2).reshape(b, n, -1)
    return np.asarray(_diagonal(elastic.sum(axis=(1, 3))) - rows @ rivals.swapaxes(1, 2))


def _of_importers(base: Base, found: Trade, amount: Floats) -> Floats:
    """Return how amounts in proportion to trade, summed over exporters, move with log wages: (B, N, N)."""
    elastic = amount * (1 - base.sigma)
    whole = elastic.sum(axis=2)
    return np.asarray(elastic.sum(axis=3) - (found.share @ whole[..., None])[..., 0])


def _diagonal(values: Floats) -> Floats:
    """Return (B, N) values on the diagonals of (B, N, N) zeros."""
    return np.asarray(values[..., None] * np.eye(values.shape[-1]))


def _solve(matrix: Floats, right: Floats) -> Floats:
    return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0])


def solution(base: Base, factor: Floats, cost: Floats, tolerance: float) -> tuple[Floats, Trade]:
    """Return the log wages (B, N) at which all markets clear, and trade at them."""

    def at(wage: Floats, scenarios: NDArray[np.intp]) -> Trade:
        return trade(base, wage, factor[scenarios], cost[scenarios])

    with np.errstate(all="ignore"):
        wage = full_newton(
            lambda z, k: errors(base, at(z, k)),
            lambda z, k: _slopes(base, factor[k], at(z, k)).reduced,
            np.zeros((len(factor), len(base.labour))),
            tolerance=tolerance / 10,
            steps=STEPS,
        )
        return wage, trade(base, wage, factor, cost)


def residual(base: Base, factor: Floats, found: Trade) -> Floats:
    """Return the largest error of any market, budget or bloc's earnings, (B,)."""
    with np.errstate(all="ignore"):
        every = (errors(base, found), labour_errors(base, found), budget_errors(base, factor, found))
    return np.asarray(np.abs(np.concatenate(every, axis=1)).max(axis=1))


def pull_back(base: Base, factor: Floats, found: Trade, weights: Floats) -> Floats:
    """Return the derivative of Σ weights · ln welfare with respect to the tariffs, at a solution.

    By the reduced gradient dV/dt = V_t − F_t'(J^(−T) V_z): one linear system, whatever the number of tariffs.

    Parameters
    ----------
    factor : (B, N, N, S) 1 + duty.
    found : trade at the solution.
    weights : (B, N) of each economy's ln welfare.

    Returns
    -------
    (B, N, N, S), per unit of the tariff.
    """
    slope = _slopes(base, factor, found)
    dearer = (weights[..., None] * base.basket)[:, :, None] * found.share
    by_wage, by_spending = -dearer.sum(axis=(1, 3)), weights / found.spent
    budgets = slope.budgets_by_spending.swapaxes(1, 2)
    spending = slope.budgets_by_wage.swapaxes(1, 2)
    through = (spending @ _solve(budgets, by_spending)[..., None])[..., 0]
    labour = _solve(slope.reduced.swapaxes(1, 2), by_wage - through)
    paid = (slope.markets_by_spending.swapaxes(1, 2) @ labour[..., None])[..., 0]
    budget = _solve(budgets, by_spending - paid)
    labour[:, base.redundant] = 0.0

    exporter = (labour / found.wages)[..., None] * (1 - 1 / base.sigma) + budget[..., None] / base.sigma
    importer = budget[:, :, None, None]
    worth = (exporter[:, None] + importer * (factor - 1)) * found.value
    moved = -base.sigma * worth + (base.sigma - 1) * found.share * worth.sum(axis=2, keepdims=True)
    return np.asarray((-dearer - moved) / factor - importer * found.value)
