"""Equilibrium: the world after a change of tariffs, and how well its markets clear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from tradesim.alignment import position
from tradesim.economics.status import Status, converged, status_of, summary

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

MOST_ROWS = 20
"""Rows of an HTML table; a notebook shows those and says how many more there are."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Equilibrium:
    """What new tariffs do, in every scenario. Hats are ratios of new to old: 1.02 is 2 % more.

    Scenarios that did not converge hold NaN, and their status says why.

    Parameters
    ----------
    wage : (..., N) float64, ŵ; the numeraire holds world income at its base value.
    price : (..., N) float64, P̂, the price level.
    welfare : (..., N) float64, Ŵ.
    revenue : (..., N) float64, duties collected, in the unit of the flows (US dollars a year).
    income : (..., N) float64, of factors: the value of sales without duties, in the unit of the flows.
    spending : (..., N) float64, duties included, in the unit of the flows.
    flows : (..., N, N) float64, duty-paid spending, importer × exporter; the diagonal is domestic.
    tariffs : (..., N, N) float64, fraction, what these flows paid.
    residual : (...) float64, the largest error of any market, as a share of the economy's income.
    status : (...) int8, values of `Status`.
    codes : the economies' names, where the model has them.
    """

    wage: Floats
    price: Floats
    welfare: Floats
    revenue: Floats
    income: Floats
    spending: Floats
    flows: Floats
    tariffs: Floats
    residual: Floats
    status: NDArray[np.int8]
    codes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        values: Mapping[str, Floats],
        tariffs: Floats,
        residual: Floats,
        tolerance: float,
        infeasible: Any,
        *,
        leading: tuple[int, ...],
        codes: tuple[str, ...],
    ) -> Self:
        """Return what a solver found for a row of scenarios, (B, ...), with the axes that were asked for.

        Whatever did not converge is blanked.
        """
        status = status_of(residual, tolerance, infeasible)
        bad = status != Status.CONVERGED
        shaped: dict[str, NDArray[Any]] = {"tariffs": tariffs, "residual": residual, "status": status}
        for name, value in values.items():
            blank = bad.reshape(-1, *(1,) * (value.ndim - 1))
            shaped[name] = np.where(blank, np.nan, value) if bad.any() else value
        return cls(**{name: v.reshape(leading + v.shape[1:]) for name, v in shaped.items()}, codes=codes)

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which scenarios converged, (...) bool."""
        return converged(self.status)

    @property
    def imports(self) -> Floats:
        """Imports at the border, without duties, (..., N), in the unit of the flows."""
        return np.asarray(self._border_values().sum(axis=-1))

    @property
    def exports(self) -> Floats:
        """Exports at the border, without duties, (..., N), in the unit of the flows."""
        return np.asarray(self._border_values().sum(axis=-2))

    @property
    def deficit(self) -> Floats:
        """Imports less exports, (..., N), in the unit of the flows."""
        return self.imports - self.exports

    def index(self, economy: str | int) -> int:
        """Return the position of an economy, given by name or by position."""
        return position(economy, self.codes, self.wage.shape[-1])

    def columns(self) -> Mapping[str, Floats]:
        """Return what every economy has one number of, each (..., N), in the order of the tables."""
        return {
            "welfare": self.welfare,
            "wage": self.wage,
            "price": self.price,
            "revenue": self.revenue,
            "imports": self.imports,
            "exports": self.exports,
        }

    def to_frame(self) -> "pd.DataFrame":
        """Return a table: a row for every economy, or for every scenario and economy.

        Columns hold what the attributes of the same names hold; several leading axes are numbered through.
        """
        import pandas as pd  # noqa: PLC0415 pandas loads when a table is asked for

        n = self.wage.shape[-1]
        economies: list[Any] = [*self.codes] or [*range(n)]
        values = {name: np.ravel(column) for name, column in self.columns().items()}
        index: Any = pd.Index(economies, name="economy")
        if self.wage.ndim > 1:
            scenarios = range(self.wage.size // n)
            index = pd.MultiIndex.from_product([scenarios, economies], names=["scenario", "economy"])
        return pd.DataFrame(values, index=index)

    def __repr__(self) -> str:
        many = f"{self.status.size} scenarios of " if self.status.ndim else ""
        return f"<{type(self).__name__}: {many}{self.wage.shape[-1]} economies; {summary(self.status)}>"

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        hats = [name for name in ("welfare", "wage", "price", "employment") if name in frame]
        shown = frame.head(MOST_ROWS).copy()
        for name in hats:
            shown[name] = [f"{100 * (value - 1):+.2f} %" for value in shown[name]]
        for name in shown.columns.difference(hats):
            shown[name] = [f"{value:.4g}" for value in shown[name]]
        more = len(frame) - len(shown)
        left_out = f"<p>and {more} more rows: see to_frame()</p>" if more else ""
        return f"<p>{summary(self.status)}</p>{shown.to_html()}{left_out}"

    def _border_values(self) -> Floats:
        border = self.flows / (1.0 + self.tariffs)
        n = border.shape[-1]
        border[..., np.arange(n), np.arange(n)] = 0.0
        return border


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ServicesEquilibrium(Equilibrium):
    """What new tariffs do where labour supply answers.

    Parameters
    ----------
    employment : (..., N) float64, L̂.
    """

    employment: Floats = field(kw_only=True)

    def columns(self) -> Mapping[str, Floats]:
        """Return what every economy has one number of, each (..., N), in the order of the tables."""
        return {**Equilibrium.columns(self), "employment": self.employment}
