"""Cost tables: what the duties of a sweep cost, by date and economy, from counts over all draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from tradesim import path_statistics as statistics
from tradesim.engine.program import Floats, Ints
from tradesim.errors import InputError, fail_if, unknown_name
from tradesim.impacts import Accuracy
from tradesim.impacts.result import COMPARED, MONEY, QUANTITIES, assumed_words, in_words, told_of_tariffs
from tradesim.sweeps import cost_bins
from tradesim.sweeps.costing import Costing
from tradesim.timegrid import Days

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAN = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False, repr=False)
class SweepImpact:
    """What the duties of a sweep cost, by date and economy of the model, over all draws.

    ``of`` names one of the quantities that were kept (`Costing.of`): changes are fractions, money is in the
    model's unit (US dollars a year). Quantiles are off by what `errors` says, from counting in bins, and by
    what `accuracy` says where a grid stood for the model. A date that the model could not solve in some draw
    is NaN, as in `tradesim.Impact`; `converged_only` leaves such draws out.

    Parameters
    ----------
    name : the scenario's. costing : what was asked.
    counts : (D, Q, M, bins) int64, draws in each bin. sums : (D, Q, M) int64. unsolved : (D + 1,) int64.
    draws : how many. source, as_of : of the duties.
    solved_only : whether draws that were not solved on a date are left out of that date.
    """

    name: str
    costing: Costing
    counts: Ints = field(repr=False)
    sums: Ints = field(repr=False)
    unsolved: Ints
    draws: int
    source: str = ""
    as_of: str = ""
    solved_only: bool = False

    @property
    def dates(self) -> Days:
        """(D,) datetime64[D], the first day of each period, or the day itself."""
        return self.costing.periods.dates

    @property
    def economies(self) -> tuple[str, ...]:
        """The economies that were kept."""
        return self.costing.economies

    @property
    def of(self) -> tuple[str, ...]:
        """The quantities that were kept."""
        return self.costing.of

    @property
    def accuracy(self) -> tuple[Accuracy, ...]:
        """How well grids stood for the model, measured on rows solved directly; none where all was solved."""
        return self.costing.consequences.accuracy

    def quantiles(self, q: Sequence[float] = FAN, of: str = "") -> pd.DataFrame:
        """Return quantiles over the draws, index date, columns (economy, quantile).

        Parameters
        ----------
        of : the quantity (default: the first that was kept).
        """
        return self._tables(q, of)[0]

    def errors(self, q: Sequence[float] = FAN, of: str = "") -> pd.DataFrame:
        """Return how far each of `quantiles` may be off at most by counting in bins, in the same unit."""
        return self._tables(q, of)[1]

    def mean(self, of: str = "") -> pd.DataFrame:
        """Return the mean over the draws, from sums in whole numbers: index date, columns economy."""
        place = self._place(of)
        counted = self.counts[:, place].sum(axis=-1)
        known = np.where(self._usable(counted), counted, 0)
        total = self.sums[:, place] * (self.costing.scale[place] / cost_bins.FINE)
        return pd.DataFrame(total / np.where(known > 0, known, np.nan), self._index, self._columns)

    def summary(self) -> pd.DataFrame:
        """Return every economy on the last date: medians of what was kept, and of the first 5 % and 95 %.

        ``tariffs`` says whether those that it charges are ``stated`` or ``assumed 0``.
        """
        last = {of: self._last(self.quantiles([0.05, 0.5, 0.95], of)) for of in self.of}
        low, _, high = last[self.of[0]].T
        table = {of: values[:, 1] for of, values in last.items()}
        table |= {f"{self.of[0]} 5 %": low, f"{self.of[0]} 95 %": high}
        return told_of_tariffs(pd.DataFrame(table, self._columns), self.assumed_free)

    @property
    def assumed_free(self) -> tuple[str, ...]:
        """Economies whose tariffs neither the model's base nor the scenario states: they are 0."""
        return self.costing.consequences.match.assumed_free

    def converged_only(self) -> Self:
        """Return the result that leaves draws which the model could not solve on a date out of that date."""
        return replace(self, solved_only=True)

    def plot(
        self,
        of: str = "",
        economies: Iterable[str] | None = None,
        q: Sequence[float] = FAN,
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Draw the fan of a quantity by date.

        Parameters
        ----------
        of : the quantity (default: the first that was kept).
        economies : those to draw (default: the two whose quantity is spread most on the last date).
        q : the quantiles.
        ax : where to draw (default: a new figure).
        """
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        table, named = self.quantiles(q, of), self.of[self._place(of)]
        chosen = self._most_spread(table) if economies is None else list(economies)
        fail_if(
            unknown_name("economy", c, self.economies, "economies") for c in chosen if c not in self.economies
        )
        return plots.impact_fan(
            table[chosen] / 1e9 if named in MONEY else table[chosen],
            label=QUANTITIES[named],
            percent=named not in MONEY,
            title=f"{self.name}: {self.draws:,} draws",
            key=f"a model's answer to statutory effective duties, against {COMPARED[self._against]}",
            source=self.source,
            as_of=self.as_of or None,
            ax=ax,
        )

    def __repr__(self) -> str:
        return f"<SweepImpact: {self._headline()}>"

    def _repr_html_(self) -> str:
        shown = in_words(self.summary())
        caption = f"{self._headline()}. On {self.dates[-1]}, medians of draws:"
        return f"<p>{escape(caption)}</p>{shown.to_html()}"

    # Within ------------------------------------------------------------------------------------------

    @property
    def _index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.dates, name="date")

    @property
    def _columns(self) -> pd.Index:
        return pd.Index(self.economies, name="economy")

    @property
    def _against(self) -> str:
        return self.costing.consequences.against

    def _place(self, of: str) -> int:
        if of and of not in self.of:
            raise InputError([unknown_name("quantity", of, self.of, "of")])
        return self.of.index(of) if of else 0

    def _usable(self, counted: Ints) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
        """Return where a number over draws may be shown: all were solved, or those not are left out."""
        return np.asarray(self.solved_only | (counted == self.draws))

    def _tables(self, q: Sequence[float], of: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        fail_if(statistics.quantile_problems(q))
        levels = sorted({float(level) for level in q})
        place = self._place(of)
        counts = self.counts[:, place]
        usable = self._usable(counts.sum(axis=-1))
        columns = pd.MultiIndex.from_product([self.economies, levels], names=["economy", "quantile"])

        def table(values: Floats) -> pd.DataFrame:
            shown = np.where(usable, values, np.nan) * self.costing.scale[place]
            return pd.DataFrame(np.moveaxis(shown, 0, -1).reshape(len(self.dates), -1), self._index, columns)

        found, off = cost_bins.quantiles(counts, levels, self.costing.steps)
        return table(found), table(off)

    def _last(self, table: pd.DataFrame) -> Floats:
        """Return the last date of a table, (M, quantiles)."""
        return table.iloc[-1].to_numpy(dtype=np.float64).reshape(len(self.economies), -1)

    def _most_spread(self, table: pd.DataFrame) -> list[str]:
        spread = np.nan_to_num(np.ptp(self._last(table), axis=1))
        return [self.economies[k] for k in sorted(np.argsort(-spread, kind="stable")[:2].tolist())]

    def _headline(self) -> str:
        span = f"{len(self.dates)} dates from {self.dates[0]} to {self.dates[-1]}"
        words = [f"{self.name}: {self.draws:,} draws, {span}, {len(self.economies)} economies"]
        words.append(f"against {COMPARED[self._against]}")
        if self.unsolved[-1]:
            left_out = " and left out there" if self.solved_only else ""
            words.append(f"{self.unsolved[-1]:,} draws NOT solved on some date{left_out}")
        worst = max(self.accuracy, key=lambda accuracy: accuracy.welfare, default=None)
        free = assumed_words(tuple(code for code in self.economies if code in self.assumed_free))
        return "; ".join([*words, *([f"from {worst.measured}"] if worst else []), *([free] if free else [])])
