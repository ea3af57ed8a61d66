"""MultiSector: many sectors that buy each other's goods, at home and abroad (Caliendo and Parro 2015).

The equations are in `multisector_system`. Two figures are called the welfare effect of a change of tariffs.
The paper's tables hold a first-order one: terms of trade and volume of trade at base weights. The exact
change of real income in the same equilibrium can be quite another number (NAFTA in Mexico: +1.31 % against
+0.01 %). Both are returned, under names of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.alignment import aligned_vector, numbers, ordered
from tradesim.economics import checks, multisector_slopes
from tradesim.economics import multisector_system as system
from tradesim.economics import multisector_tables as tables
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
class MultiSectorEquilibrium(SectorEquilibrium):
    """What new tariffs do in `MultiSector`: as `Equilibrium`, with sectors and two measures of welfare.

    ``income`` is value added, ``spending`` final spending; ``flows`` hold inputs too. ``welfare`` is the
    exact change in what an economy's income buys, a ratio; the first-order figures are fractions.

    Parameters
    ----------
    terms_of_trade : (..., N) float64, fraction of base income, first order: dearer exports, cheaper imports.
    volume_of_trade : (..., N) float64, fraction of base income, first order: more imports that pay duty.
    real_wage : (..., N) float64, ratio.
    prices : (..., N, S) float64, change of the price index of each sector.
    costs : (..., N, S) float64, change of each sector's unit costs.
    icebergs : (..., N, N, S), changes of iceberg costs, or ``None`` for none.
    """

    terms_of_trade: Floats = field(kw_only=True)
    volume_of_trade: Floats = field(kw_only=True)
    real_wage: Floats = field(kw_only=True)
    prices: Floats = field(kw_only=True)
    costs: Floats = field(kw_only=True)
    icebergs: Floats | None = None

    @property
    def welfare_first_order(self) -> Floats:
        """Terms of trade and volume of trade together, (..., N), a fraction: the paper's figure."""
        return self.terms_of_trade + self.volume_of_trade

    @property
    def welfare_exact(self) -> Floats:
        """Change in what income buys, (..., N), a fraction: ``welfare`` less 1."""
        return self.welfare - 1.0

    def columns(self) -> Mapping[str, Floats]:
        """Return what every economy has one number of, each (..., N), in the order of the tables."""
        first_order = {
            "terms_of_trade": self.terms_of_trade,
            "volume_of_trade": self.volume_of_trade,
            "welfare_first_order": self.welfare_first_order,
        }
        return {**SectorEquilibrium.columns(self), "real_wage": self.real_wage, **first_order}


@dataclass(frozen=True, eq=False, repr=False)
class MultiSector:
    """Caliendo and Parro's model at a base year.

    Parameters
    ----------
    flows : (N, N, S) float64, US dollars a year: duty-paid spending, importer × exporter × sector, inputs
        included; the diagonal is domestic. `from_tables` takes foreign trade before duties and gross output.
    tariffs : (N, N, S) float64, fraction: what the flows paid.
    elasticity : θ, (S,) or one number, above 0: trade elasticity of each sector.
    value_added : (N, S) float64, share of value added in each sector's costs, from 0 to 1.
    inputs : (N, S, S) float64, ``inputs[n, k, j]`` the share of sector k in the materials of j; columns sum
        to 1 (anything where no materials are used). Published tables hold a few small negatives: used as is.
    deficits : ``purged``: the base is first solved without aggregate imbalances, and changes are measured
        from there (as in the paper's figures for NAFTA); ``world_share``: each keeps its share of what the
        world earns.
    codes : the economies' names (default: none).

    Attributes
    ----------
    final : (N, S) share of each sector in final spending: what inputs leave of the flows.
    calibration : the steps from the tables given to the base, each with how much it moved.

    Raises
    ------
    InputError
        With every problem: negative or missing values, shares out of range, tariffs of −1 or less.

    Examples
    --------
    Two like economies of two sectors, of which each uses the other:

    >>> flows = np.full((2, 2, 2), 20.0) + 80 * np.eye(2)[..., None]
    >>> inputs = np.broadcast_to([[0.0, 1.0], [1.0, 0.0]], (2, 2, 2))
    >>> model = MultiSector(flows, np.zeros((2, 2, 2)), 4.0, np.full((2, 2), 0.5), inputs)
    >>> war = model.solve(0.25 * (1 - np.eye(2))[..., None] * [1.0, 0.0])
    >>> war.welfare.round(4), war.prices[0].round(4)
    (array([0.9893, 0.9893]), array([1.0351, 1.0174]))
    """

    flows: Floats
    tariffs: Floats
    elasticity: Floats
    value_added: Floats
    inputs: Floats
    deficits: Deficits = "purged"
    codes: tuple[str, ...] = ()
    final: Floats = field(init=False)
    base: system.Base = field(init=False)
    calibration: tuple[Step, ...] = field(init=False)

    def __init__(
        self,
        flows: ArrayLike,
        tariffs: ArrayLike,
        elasticity: ArrayLike,
        value_added: ArrayLike,
        inputs: ArrayLike,
        deficits: Deficits = "purged",
        codes: Sequence[str] = (),
        *,
        taken: Sequence[Step] = (),
    ) -> None:
        given, duties = numbers("flows", flows), numbers("tariffs", tariffs)
        theta = numbers("elasticity", elasticity)
        if theta.ndim == 0 and given.ndim == 3:
            theta = np.full(given.shape[-1], float(theta))
        added, materials = aligned_vector("value_added", value_added, codes), numbers("inputs", inputs)
        fail_if(_problems(given, duties, theta, added, materials, codes, deficits))
        checks.warn_of_no_home_sales(given, codes)
        made, steps = tables.shares(given, duties, added, materials)
        base, settling = _settled(_base_of(given, duties, theta, made), deficits)
        values = {
            "flows": _by_sector_last(base.share * base.spending[:, :, None]),
            "tariffs": duties,
            "elasticity": theta,
            "value_added": added,
            "inputs": made.inputs,
            "deficits": deficits,
            "codes": ordered("codes", codes),
            "final": made.final,
            "base": base,
            "calibration": (*taken, *steps, *settling),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_tables(
        cls,
        trade: ArrayLike,
        tariffs: ArrayLike,
        gross_output: ArrayLike,
        elasticity: ArrayLike,
        value_added: ArrayLike,
        inputs: ArrayLike,
        deficits: Deficits = "purged",
        codes: Sequence[str] = (),
    ) -> "MultiSector":
        """Build from foreign trade at world prices and gross output, as statistics show them.

        Parameters
        ----------
        trade : (N, N, S) float64, US dollars a year, before duties, importer × exporter × sector; own 0.
        gross_output : (N, S) float64, US dollars a year; raised to exports where it falls short of them.
        tariffs, elasticity, value_added, inputs, deficits, codes : as in `MultiSector`.
        """
        value, duties = numbers("trade", trade), numbers("tariffs", tariffs)
        output = aligned_vector("gross_output", gross_output, codes)
        fail_if(tables.raw_problems(value, output))
        checks.warn_of_units(value, output)
        fail_if(checks.tariff_problems(duties, value.shape, codes))
        flows, raised = tables.with_domestic(value, duties, output)
        return cls(flows, duties, elasticity, value_added, inputs, deficits, codes, taken=[raised])

    def __repr__(self) -> str:
        n, _, sectors = self.flows.shape
        return f"<MultiSector: {n} economies, {sectors} sectors, deficits {self.deficits}>"

    def solve(
        self, tariffs: ArrayLike, icebergs: ArrayLike | None = None, *, tolerance: float = TOLERANCE
    ) -> MultiSectorEquilibrium:
        """Return the world under other tariffs, of one scenario or of many.

        Parameters
        ----------
        tariffs : (..., N, N, S) float64, fraction, importer × exporter × sector; axes in front are scenarios.
        icebergs : ratio of new to old costs of trade that bring no revenue, of a shape that spreads to the
            tariffs' (default: 1).
        tolerance : the most that any equation may miss, as a share of what it adds up.
        """
        duties, melt = scenarios(self.flows, self.codes, tariffs, icebergs, tolerance)
        factor = 1 + _by_sector_first(flat(duties))
        costs = None if melt is None else _by_sector_first(flat(melt))
        parts = [
            _solved(self.base, factor[k], None if costs is None else costs[k], tolerance)
            for k in blocks(len(factor), self.flows.size)
        ]
        values = joined(parts)
        residual, short = values.pop("residual"), values.pop("short") > 0
        found = MultiSectorEquilibrium.of(
            values, flat(duties), residual, tolerance, short, leading=duties.shape[:-3], codes=self.codes
        )
        return replace(found, icebergs=melt)

    def gradient(self, equilibrium: MultiSectorEquilibrium, weights: ArrayLike) -> Floats:
        """Return the derivative of Σ weights · ln welfare (the exact one) with respect to every tariff.

        Parameters
        ----------
        equilibrium : of this model.
        weights : (N,) or (..., N), of each economy's ln welfare.

        Returns
        -------
        (..., N, N, S) float64, per unit of the tariff; 0 on the diagonal, which no economy charges.
        """
        at = equilibrium
        n, sectors = at.prices.shape[-2:]
        factor = 1 + _by_sector_first(flat(at.tariffs))
        melt = None if at.icebergs is None else _by_sector_first(flat(at.icebergs))
        state = system.State(
            wage=np.log(at.wage.reshape(-1, n)),
            price=np.log(at.prices.reshape(-1, n, sectors)).swapaxes(1, 2),
            spending=flat(at.flows).sum(axis=2).swapaxes(1, 2),
        )
        each = spread_weights(weights, at.welfare.shape, self.codes)
        by_log = multisector_slopes.pull_back(self.base, system.kernel(self.base, factor, melt), state, each)
        slope = _by_sector_last(by_log / factor)
        slope[:, np.arange(n), np.arange(n)] = 0.0
        return slope.reshape(at.tariffs.shape)


def _problems(
    flows: Floats,
    tariffs: Floats,
    theta: Floats,
    value_added: Floats,
    inputs: Floats,
    codes: Sequence[str],
    deficits: str,
) -> Iterator[Problem]:
    bad = [*table_problems(flows, tariffs, codes, deficits)]
    yield from bad or tables.share_problems(flows, theta, value_added, inputs)


def _base_of(flows: Floats, tariffs: Floats, theta: Floats, shares: tables.Shares) -> system.Base:
    """Return the base in the terms of the equations; what nobody buys, its economy would make itself."""
    x, factor = _by_sector_first(flows), 1 + _by_sector_first(tariffs)
    trade, spending = x / factor, x.sum(axis=2)
    share = np.where(spending[..., None] > 0, x, np.eye(len(flows)))
    share = share / share.sum(axis=2, keepdims=True)
    value_added, sales = shares.value_added.T, trade.sum(axis=1)
    earnings = (value_added * sales).sum(axis=0)
    bloc = checks.blocs(flows)
    lost = theta[:, None] * value_added * (trade * (1 - share)).sum(axis=1)
    return system.Base(
        share=share,
        factor=factor,
        spending=spending,
        theta=theta[:, None],
        value_added=value_added,
        inputs=shares.inputs,
        final=shares.final.T,
        earnings=earnings,
        deficit=(trade.sum(axis=2) - sales).sum(axis=0),
        member=(bloc == np.arange(bloc.max() + 1)[:, None]).astype(np.float64),
        pace=1 / (1 + lost.sum(axis=0) / earnings),
    )


def _settled(base: system.Base, deficits: Deficits) -> tuple[system.Base, tuple[Step, ...]]:
    """Return the base at which unchanged tariffs change nothing, and what it took to get there.

    Truncated shares, and imbalances if they are purged, move the base; the paper solves it anew before it
    changes any tariff, and so does this.
    """
    kept = base.deficit if deficits == "world_share" else np.zeros_like(base.deficit)
    before = replace(base, deficit=kept)
    kernel = system.kernel(before, base.factor[None])
    state, missed = system.solution(before, kernel, TOLERANCE / 100)
    if not missed[0] <= TOLERANCE:
        got, fix = f"equations off by {missed[0]:.1e}", "use deficits='world_share', or check the shares"
        raise InputError([Problem("no base that unchanged tariffs leave as it is", "flows", got, fix=fix)])
    found = system.sweep(before, kernel, state)
    share = kernel.whole[0] * found.cost[0, :, None] / found.appeal[0, ..., None]
    earnings = base.earnings * np.exp(state.wage[0])
    after = replace(before, share=share, spending=state.spending[0], earnings=earnings)
    steps = (
        compared(
            "imbalances purged", base.spending.sum(axis=0), base.spending.sum(axis=0) - base.deficit + kept
        ),
        compared("spending of the settled base", base.spending, after.spending),
        compared("value added of the settled base", base.earnings, earnings),
    )
    return after, steps


def _solved(
    base: system.Base, factor: Floats, icebergs: Floats | None, tolerance: float
) -> dict[str, Floats]:
    """Return what an equilibrium holds, for scenarios on one axis, its residual, and which are infeasible."""
    kernel = system.kernel(base, factor, icebergs)
    state, residual = system.solution(base, kernel, tolerance)
    with np.errstate(all="ignore"):
        found = system.sweep(base, kernel, state)
        wage, cost = np.exp(state.wage), found.cost ** (-1 / base.theta)
        net = kernel.net * found.cost[:, :, None] * (state.spending / found.appeal)[..., None]
        price = np.exp((base.final * state.price).sum(axis=1))
        terms, volume = system.first_order(base, cost, net)
        return {
            "wage": wage,
            "price": price,
            "welfare": found.income / system.base_income(base) / price,
            "revenue": ((1 - found.kept) * state.spending).sum(axis=1),
            "income": wage * base.earnings,
            "spending": found.income,
            "flows": _by_sector_last(net * factor),
            "terms_of_trade": terms,
            "volume_of_trade": volume,
            "real_wage": wage / price,
            "prices": np.exp(state.price).swapaxes(1, 2),
            "costs": cost.swapaxes(1, 2),
            "residual": residual,
            "short": (found.income <= 0).any(axis=1),
        }


def _by_sector_first(values: Floats) -> Floats:
    """Return (..., N, N, S) as (..., S, N, N)."""
    return np.ascontiguousarray(np.moveaxis(values, -1, -3))


def _by_sector_last(values: Floats) -> Floats:
    """Return (..., S, N, N) as (..., N, N, S)."""
    return np.ascontiguousarray(np.moveaxis(values, -3, -1))
