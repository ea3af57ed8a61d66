"""PartialOutcome: what changed prices and volumes of imports come to in money."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tradesim.economics import import_demand
from tradesim.economics.equilibrium import MOST_ROWS
from tradesim.economics.status import Status, converged, summary
from tradesim.errors import InputError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PartialOutcome:
    """What new tariffs do to imports. Money is in the unit of the imports; hats are ratios of new to old.

    Leading axes are scenarios; M importers, N exporters, and a last axis of K products where the model has
    one. Creation and diversion add up to the change of imports at base prices, pair by pair.

    Parameters
    ----------
    index : (..., M[, K]) P̂, duty-paid price index of imports.
    border_price : (..., M, N[, K]) p̂, what exporters get.
    quantity : (..., M, N[, K]) M̂, imports in volume.
    creation : (..., M, N[, K]), change of imports because the market grows or shrinks; negative for a rise.
    diversion : (..., M, N[, K]), change of imports because origins are substituted.
    revenue : (..., M[, K]), duties collected.
    revenue_change : (..., M[, K]), against the base.
    consumer_surplus : (..., M[, K]), change; negative for a loss.
    exporters_loss : (..., M, N[, K]), positive for a loss.
    deadweight_loss : (..., M[, K]), what buyers and exporters lose beyond what the treasury gains.
    triangle : (..., M, N[, K]), ``½ (t0 + t1)(m0 − m1)`` at base border prices: the usual estimate of it.
    pass_through : (..., M, N[, K]), Δln of the duty-paid price over Δln τ; NaN where no duty changes.
    status : (..., M[, K]) int8, values of `Status`: infeasible where first-order imports fall below 0.
    products : whether there is an axis of products.
    """

    index: Floats
    border_price: Floats
    quantity: Floats
    creation: Floats
    diversion: Floats
    revenue: Floats
    revenue_change: Floats
    consumer_surplus: Floats
    exporters_loss: Floats
    deadweight_loss: Floats
    triangle: Floats
    pass_through: Floats
    status: NDArray[np.int8]
    products: bool = False

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Where the answer stands, (..., M[, K]) bool."""
        return converged(self.status)

    def to_frame(self, by: Literal["market", "pair"] = "market") -> "pd.DataFrame":
        """Return a table with a row for every market, or for every pair, by position.

        Parameters
        ----------
        by : ``market`` sums creation, diversion, losses and triangles over exporters; ``pair`` has a row for
            every importer and exporter.

        Returns
        -------
        Index (scenario, importer[, exporter], product), without the levels that there are none of; columns as
        the attributes of the same names, in the unit of the imports.

        Raises
        ------
        InputError
            For another table.
        """
        import pandas as pd  # noqa: PLC0415 pandas loads when a table is asked for

        if by not in LEVELS:
            raise InputError([unknown_name("table", by, LEVELS, "by")])
        names, columns = self._table(by)
        shape = next(iter(columns.values())).shape
        leading = shape[: len(shape) - len(names)]
        many = [int(np.prod(leading))] if leading else []
        axes = [range(size) for size in (*many, *shape[len(leading) :])]
        index: Any = pd.MultiIndex.from_product(axes, names=["scenario"] * len(many) + names)
        index = index.get_level_values(0) if index.nlevels == 1 else index
        return pd.DataFrame({name: np.ravel(value) for name, value in columns.items()}, index=index)

    def _table(self, by: str) -> tuple[list[str], dict[str, NDArray[Any]]]:
        """Return the names of the axes of a table and its columns, all of one shape."""
        products = ["product"] if self.products else []
        if by == "pair":
            return ["importer", "exporter", *products], {name: getattr(self, name) for name in BY_PAIR}
        axis = -2 if products else -1
        summed = {name: getattr(self, name).sum(axis=axis) for name in SUMMED}
        alone = {name: getattr(self, name) for name in BY_MARKET if name != "status"}
        return ["importer", *products], {**alone, **summed, "converged": self.converged}

    def __repr__(self) -> str:
        return f"<PartialOutcome: {' × '.join(map(str, self.quantity.shape))} flows>"

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        shown = f"{min(len(frame), MOST_ROWS)} of {len(frame)} markets"
        told = f"{repr(self)[1:-1]}; {summary(self.status)}; {shown}:"
        return f"<p>{escape(told)}</p>{frame.head(MOST_ROWS).to_html(float_format='{:.4g}'.format)}"


BY_MARKET = ("index", "revenue", "revenue_change", "consumer_surplus", "deadweight_loss", "status")
"""Results of a market, not of a pair."""
SUMMED = ("creation", "diversion", "exporters_loss", "triangle")
BY_PAIR = ("border_price", "quantity", "pass_through", *SUMMED)
LEVELS = ("market", "pair")
"""What rows of a table may be."""


@dataclass(frozen=True, slots=True)
class Base:
    """Imports and weights at the border, tariffs, duty-paid shares, (M, N, K), and spending, (M, 1, K)."""

    imports: Floats
    tariffs: Floats
    weights: Floats
    shares: Floats
    spending: Floats


def outcome(
    base: Base,
    elasticities: import_demand.Elasticities,
    duties: Floats,
    change: import_demand.Change,
    created: Floats,
    diverted: Floats,
) -> dict[str, NDArray[Any]]:
    """Return all that `PartialOutcome` holds, with axes of products; a market's have one origin."""
    with np.errstate(invalid="ignore"):
        revenue = (duties * base.imports * change.price * change.quantity).sum(axis=-2, keepdims=True)
        gained = revenue - (base.tariffs * base.imports).sum(axis=-2, keepdims=True)
        surplus = import_demand.consumer_surplus(base.spending, change.index, elasticities.demand)
        lost = import_demand.exporters_loss(base.imports, change.price, elasticities.supply)
        impossible = (change.quantity < 0) | (change.price <= 0)
    mean_duty = 0.5 * (base.tariffs + duties)
    found = {
        "border_price": change.price,
        "quantity": change.quantity,
        "creation": created,
        "diversion": diverted,
        "exporters_loss": lost,
        "triangle": mean_duty * base.imports * (1.0 - change.quantity),
        "pass_through": pass_through(change.price, (1.0 + duties) / (1.0 + base.tariffs)),
        "index": change.index,
        "revenue": revenue,
        "revenue_change": gained,
        "consumer_surplus": surplus,
        "deadweight_loss": lost.sum(axis=-2, keepdims=True) - surplus - gained,
    }
    status = np.where(impossible.any(axis=-2, keepdims=True), Status.INFEASIBLE, Status.CONVERGED)
    return {**found, "status": status.astype(np.int8)}


def pass_through(price: Floats, factor: Floats) -> Floats:
    """Return Δln of the duty-paid price over Δln τ: 1 is complete; NaN where the duty does not change."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(factor != 1.0, 1.0 + np.log(price) / np.log(factor), np.nan))
