"""Tables of paths: what happened in the draws of a run, labelled by date and by draw."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import path_statistics as statistics
from tradesim.duties import labelled
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.timegrid import DateLike, Days, as_day

Pair = tuple[str, str]
Quantity = Literal["duty", "cost", "trade cost"]
QUANTITIES = ("duty", "cost", "trade cost")


@dataclass(frozen=True, eq=False, repr=False)
class PathTables:
    """The arrays of a run, which `tradesim.paths.Paths` describes, and tables of them."""

    name: str
    dates: Days
    economies: tuple[str, ...]
    duty: NDArray[np.float64]
    truce: NDArray[np.bool_]
    truces: tuple[str, ...]
    outcomes: pd.DataFrame
    recorded: NDArray[np.bool_]
    seed: int
    retell: Callable[[int], pd.DataFrame] = field(repr=False)
    source: str = ""
    as_of: str = ""
    cost: NDArray[np.float64] | None = None
    renewals: NDArray[np.int64] | None = None
    breached: NDArray[np.bool_] | None = None
    sampling: str = "random"

    @property
    def draws(self) -> int:
        """S, how many draws there are."""
        return len(self.duty)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """(importer, exporter) of every recorded pair, in the order of the economies."""
        return tuple((self.economies[i], self.economies[j]) for i, j in self._positions)

    def select(self, pairs: Pair | str | Iterable[Pair | str]) -> Self:
        """Return the result with only one pair or some, ``("USA", "CHN")`` or ``"USA-CHN"``, in its tables.

        Raises
        ------
        InputError
            For pairs that are not recorded, with the nearest that are.
        """
        one = isinstance(pairs, str) or pairs in self.pairs
        chosen: list[Any] = [pairs] if one else list(pairs)
        recorded = np.zeros_like(self.recorded)
        for pair in chosen:
            recorded[self._position(pair, "pairs")] = True
        return replace(self, recorded=recorded)

    def trade_cost(self) -> NDArray[np.float64]:
        """Return duty plus cost, (S, T, N, N) float64, fraction of import value."""
        return self.duty.copy() if self.cost is None else self.duty + self.cost

    # Tables by date ----------------------------------------------------------------------------------

    def to_frame(self, draw: int = 0, of: Quantity = "duty") -> pd.DataFrame:
        """Return one draw, index date, columns (importer, exporter), fractions."""
        at = self._checked(draw)
        return self._by_date([values[at] for values in self._values(of)])

    def quantiles(self, q: Sequence[float], of: Quantity = "duty") -> pd.DataFrame:
        """Return quantiles over the draws, index date, columns (importer, exporter, quantile), fractions.

        Raises
        ------
        InputError
            If a quantile does not lie between 0 and 1.
        """
        fail_if(statistics.quantile_problems(q))
        levels = sorted({float(level) for level in q})
        series = [row for values in self._values(of) for row in statistics.quantiles(values, levels)]
        return self._by_date(series, statistics.nested(self._labels, "quantile", levels))

    def passed(self, level: float, of: Quantity = "duty") -> pd.DataFrame:
        """Return the probability that a level was exceeded by each date, that day included.

        Index date, columns (importer, exporter), shares of draws: they never fall.
        """
        fail_if(statistics.level_problems(level))
        firsts = [statistics.first_above(values, level) for values in self._values(of)]
        return self._by_date([statistics.passed_by(first, len(self.dates)) for first in firsts])

    def in_truce(self, *names: str) -> pd.DataFrame:
        """Return the share of draws in which each truce is in force, index date, columns truce.

        Parameters
        ----------
        names : the truces (default: all). For any of them at once see `in_any_truce`.
        """
        fail_if(unknown_name("truce", n, self.truces, "in_truce") for n in names if n not in self.truces)
        chosen = list(names or self.truces)
        held = self.truce[:, :, [self.truces.index(name) for name in chosen]]
        columns = pd.Index(chosen, name="truce", dtype="str")
        return pd.DataFrame(held.mean(axis=0), index=self._index, columns=columns)

    def in_any_truce(self) -> "pd.Series[float]":
        """Return the share of draws in which one truce or more is in force, index date."""
        return pd.Series(self.truce.any(axis=2).mean(axis=0), index=self._index, name="any truce")

    # Tables by draw ----------------------------------------------------------------------------------

    def time_above(self, level: float, of: Quantity = "duty") -> pd.DataFrame:
        """Return the share of days on which a level is exceeded, index draw, columns (importer, exporter)."""
        fail_if(statistics.level_problems(level))
        return self._by_draw(lambda values: statistics.share_above(values, level), of)

    def first_passage(self, level: float, of: Quantity = "duty") -> pd.DataFrame:
        """Return the first date on which a level is exceeded, NaT where it never is.

        Index draw, columns (importer, exporter), datetime64.
        """
        fail_if(statistics.level_problems(level))
        with_never = np.append(self.dates, np.datetime64("NaT", "D"))
        return self._by_draw(lambda values: with_never[statistics.first_above(values, level)], of)

    def peak(self, of: Quantity = "duty") -> pd.DataFrame:
        """Return the highest of each draw, index draw, columns (importer, exporter), fractions."""
        return self._by_draw(statistics.peak, of)

    def peak_on(self, of: Quantity = "duty") -> pd.DataFrame:
        """Return the first date of the highest, index draw, columns (importer, exporter), datetime64."""
        return self._by_draw(lambda values: self.dates[statistics.peak_day(values)], of)

    def terminal(self, of: Quantity = "duty") -> pd.DataFrame:
        """Return the last day of each draw, index draw, columns (importer, exporter), fractions."""
        return self._by_draw(lambda values: values[:, -1], of)

    def on(self, date: DateLike, of: Quantity = "duty") -> pd.DataFrame:
        """Return one day of each draw, index draw, columns (importer, exporter), fractions.

        Raises
        ------
        InputError
            If the day is not among those that were run.
        """
        place = int((as_day(date) - self.dates[0]).astype(int))
        if not 0 <= place < len(self.dates):
            allowed = f"{self.dates[0]} to {self.dates[-1]}"
            raise InputError([Problem("outside the paths", "date", str(as_day(date)), allowed)])
        return self._by_draw(lambda values: values[:, place], of)

    def mean(self, of: Quantity = "duty") -> pd.DataFrame:
        """Return the average over the days of each draw, index draw, columns (importer, exporter)."""
        return self._by_draw(lambda values: values.mean(axis=1), of)

    # Within ------------------------------------------------------------------------------------------

    @property
    def _positions(self) -> list[tuple[int, int]]:
        return [(int(i), int(j)) for i, j in np.argwhere(self.recorded) if i != j]

    @property
    def _index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.dates, name="date")

    @property
    def _labels(self) -> pd.MultiIndex:
        levels = {"importer": self.economies, "exporter": self.economies}
        empty = [np.empty(0)] * len(self.pairs)
        return cast("pd.MultiIndex", labelled(self.dates[:0], self.pairs, empty, levels).columns)

    def _values(self, of: Quantity) -> Iterator[statistics.Floats]:
        """Yield the (S, T) values of every recorded pair."""
        if of not in QUANTITIES:
            raise InputError([unknown_name("quantity", of, QUANTITIES, "of")])
        for i, j in self._positions:
            cost = 0.0 if self.cost is None else self.cost[:, :, i, j]
            if of == "duty":
                yield self.duty[:, :, i, j]
            else:
                yield cost + (self.duty[:, :, i, j] if of == "trade cost" else np.zeros(self.duty.shape[:2]))

    def _by_date(self, series: Sequence[Any], labels: pd.MultiIndex | None = None) -> pd.DataFrame:
        data = np.column_stack(series) if series else np.empty((len(self.dates), 0))
        return pd.DataFrame(data, index=self._index, columns=self._labels if labels is None else labels)

    def _by_draw(self, statistic: statistics.Statistic, of: Quantity) -> pd.DataFrame:
        columns = [statistic(values) for values in self._values(of)]
        data = np.column_stack(columns) if columns else np.empty((self.draws, 0))
        return pd.DataFrame(data, index=pd.RangeIndex(self.draws, name="draw"), columns=self._labels)

    def _checked(self, draw: int) -> int:
        if not isinstance(draw, int | np.integer) or not 0 <= draw < self.draws:
            raise InputError([Problem("no such draw", "draw", repr(draw), f"0 to {self.draws - 1}")])
        return int(draw)

    def _position(self, pair: Pair | str, where: str) -> tuple[int, int]:
        text = pair if isinstance(pair, str) else "-".join(map(str, pair))
        known = {f"{i}-{j}": at for (i, j), at in zip(self.pairs, self._positions, strict=True)}
        if text not in known:
            raise InputError([unknown_name("pair", text, known, where)])
        return known[text]
