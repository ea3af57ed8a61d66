"""Impact: what the duties of paths cost, labelled by date, draw and economy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from html import escape
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import path_statistics as statistics
from tradesim.economics.status import Status, summary
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.impacts.consequences import Outcome
from tradesim.impacts.interpolation import Accuracy
from tradesim.timegrid import DateLike, Days, as_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

MONEY = ("revenue", "revenue_change", "imports", "diversion")
QUANTITIES = {
    "welfare_change": "Change in welfare (real income), %",
    "price_change": "Change in the price level, %",
    "imports_change": "Change in imports, %",
    "revenue": "Duties collected in the model, US$ bn a year",
    "revenue_change": "Change in duties collected in the model, US$ bn a year",
    "imports": "Imports without duties, US$ bn a year",
    "diversion": "Exports won from others, US$ bn a year",
}
"""What tables and pictures can be of, and how an axis says it."""
ASSUMED = "assumed 0"
COMPARED = {"base": "the model's base", "start": "the duties of the paths' first day, had they stayed"}


def quantity(found: Outcome, of: str) -> Floats:
    """Return a quantity of an outcome, (S, D, N), by the name that tables know it by.

    Raises
    ------
    InputError
        For an unknown one.
    """
    if of not in QUANTITIES:
        raise InputError([unknown_name("quantity", of, QUANTITIES, "of")])
    if of == "revenue_change":
        return np.asarray(found.revenue - found.revenue_before)
    if of == "imports_change":
        before = found.imports_before
        return np.asarray(found.imports / np.where(before > 0, before, np.nan) - 1.0)
    if of.endswith("_change"):
        return np.asarray(getattr(found, of.removesuffix("_change")) - 1.0)
    return np.asarray(getattr(found, of))


def told_of_tariffs(table: pd.DataFrame, assumed_free: Sequence[str]) -> pd.DataFrame:
    """Return a table by economy that says whose tariffs are stated and whose are assumed to be 0."""
    return table.assign(tariffs=[ASSUMED if code in assumed_free else "stated" for code in table.index])


def assumed_words(economies: Sequence[str]) -> str:
    """Return whose tariffs are assumed to be 0, in words; nothing without any."""
    return f"tariffs of {', '.join(economies)} {ASSUMED}, and so what they collect" if economies else ""


def in_words(summary: pd.DataFrame) -> pd.DataFrame:
    """Return a summary with percentages and billions as text; duties where tariffs are assumed 0 say so."""
    free = summary["tariffs"] == ASSUMED
    shown = summary.drop(columns="tariffs")
    for name in shown:
        of = str(name).partition(" ")[0]
        told = [f"{v / 1e9:+,.1f} bn" if of in MONEY else f"{100 * v:+.2f} %" for v in shown[name]]
        shown[name] = np.where(free & of.startswith("revenue"), ASSUMED, told)
    return shown


@dataclass(frozen=True, eq=False, repr=False)
class Impact:
    """What the duties of paths cost, by draw, date and economy of the model.

    Tables are pandas frames. ``of`` names a quantity: ``welfare_change``, ``price_change``,
    ``imports_change`` (fractions), ``revenue``, ``revenue_change``, ``imports`` and ``diversion`` (in the
    model's unit, US dollars a year). A draw that the model could not solve on a date is NaN there, and so
    is every quantile of that date; `converged_only` leaves such draws out, in so many words.

    Parameters
    ----------
    name : the scenario's.
    dates : (D,) datetime64[D], the first day of each period, or the day itself.
    economies : the N economies of the model.
    found : the arrays, (S, D, N).
    against : what the duties are compared with: the model's ``base``, or the ``start`` of the paths.
    starting_tariffs : by (importer, exporter) the tariffs that the paths set, in the model's ``base`` and on
        the paths' ``first day``, fractions.
    elasticities : (D,) float64, the trade elasticity on each date.
    source, as_of : of the duties.
    assumed_free : economies whose tariffs neither the model's base nor the paths state: they are 0 in the
        model, and so are their ``revenue`` and its change, which says nothing of what they collect.
    """

    name: str
    dates: Days
    economies: tuple[str, ...]
    found: Outcome
    against: str
    starting_tariffs: pd.DataFrame = field(repr=False)
    elasticities: Floats
    source: str = ""
    as_of: str = ""
    assumed_free: tuple[str, ...] = ()

    # Arrays ------------------------------------------------------------------------------------------

    @property
    def draws(self) -> int:
        """S, how many draws there are."""
        return len(self.found.welfare)

    @property
    def welfare(self) -> Floats:
        """Real income, (S, D, N), ratio to what the duties are compared with: 0.99 is 1 % less."""
        return self.found.welfare

    @property
    def price(self) -> Floats:
        """Price level, (S, D, N), ratio to what the duties are compared with."""
        return self.found.price

    @property
    def revenue(self) -> Floats:
        """Duties collected in the model, (S, D, N), in its unit (US dollars a year)."""
        return self.found.revenue

    @property
    def imports(self) -> Floats:
        """Imports at the border, without duties, (S, D, N), in the model's unit."""
        return self.found.imports

    @property
    def diversion(self) -> Floats:
        """Exports won from others, (S, D, N), in the model's unit; they sum to 0 over the economies."""
        return self.found.diversion

    @property
    def status(self) -> NDArray[np.int8]:
        """How each solution ended, (S, D), values of `economics.Status`."""
        return self.found.status

    @property
    def accuracy(self) -> tuple[Accuracy, ...]:
        """How well grids stood for the model: one for every elasticity, and none where all was solved."""
        return self.found.accuracy

    @property
    def unsolved(self) -> int:
        """How many draws have a date that the model could not solve."""
        return int((self.status != Status.CONVERGED).any(axis=1).sum())

    def values(self, of: str) -> Floats:
        """Return a quantity, (S, D, N), by the name that tables know it by."""
        return quantity(self.found, of)

    # Tables ------------------------------------------------------------------------------------------

    def to_frame(self, draw: int = 0, of: str = "welfare_change") -> pd.DataFrame:
        """Return one draw, index date, columns economy."""
        if not isinstance(draw, int | np.integer) or not 0 <= draw < self.draws:
            raise InputError([Problem("no such draw", "draw", repr(draw), f"0 to {self.draws - 1}")])
        return pd.DataFrame(self.values(of)[draw], index=self._index, columns=self._columns)

    def quantiles(self, q: Sequence[float], of: str = "welfare_change") -> pd.DataFrame:
        """Return quantiles over the draws, index date, columns (economy, quantile).

        NaN on dates that the model could not solve in some draw.
        """
        fail_if(statistics.quantile_problems(q))
        levels = sorted({float(level) for level in q})
        found = np.quantile(self.values(of), levels, axis=0)
        columns = pd.MultiIndex.from_product([self.economies, levels], names=["economy", "quantile"])
        rows = np.moveaxis(found, 0, -1).reshape(len(self.dates), -1)
        return pd.DataFrame(rows, index=self._index, columns=columns)

    def summary(self, on: DateLike | None = None) -> pd.DataFrame:
        """Return every economy at a glance on a date (default: the last), medians over the draws.

        Columns: ``welfare_change`` with its ``5 %`` and ``95 %`` quantiles, ``price_change`` and
        ``imports_change`` (fractions), ``revenue``, ``revenue_change`` and ``diversion`` (money); and
        ``tariffs``, whether those that it charges are ``stated`` or ``assumed 0`` (`assumed_free`).
        """
        at = self._at(on)
        values = {of: self.values(of)[:, at] for of in QUANTITIES}
        low, high = np.quantile(values["welfare_change"], [0.05, 0.95], axis=0)
        medians = {of: np.median(value, axis=0) for of, value in values.items() if of != "imports"}
        columns = {"welfare_change": medians.pop("welfare_change"), "welfare 5 %": low, "welfare 95 %": high}
        return told_of_tariffs(pd.DataFrame(columns | medians, index=self._columns), self.assumed_free)

    def converged_only(self) -> Self:
        """Return the result of the draws that the model could solve on every date.

        Raises
        ------
        InputError
            If there is none.
        """
        kept = (self.status == Status.CONVERGED).all(axis=1)
        fail_if(
            [] if kept.any() else [Problem("no draw that could be solved", "impact", summary(self.status))]
        )
        arrays = [f.name for f in fields(Outcome) if f.name not in {"accuracy", "solved"}]
        of_draws = {name: getattr(self.found, name)[kept] for name in arrays}
        return replace(self, found=replace(self.found, **of_draws))

    # Words and pictures ------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<Impact: {self._headline()}>"

    def _repr_html_(self) -> str:
        shown = in_words(self.summary())
        caption = f"{self._headline()}. On {self.dates[-1]}, medians of draws:"
        return f"<p>{escape(caption)}</p>{shown.to_html()}"

    def plot(
        self,
        of: str = "welfare_change",
        economies: str | Iterable[str] | None = None,
        q: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Draw a quantity by date: a fan for every economy, or a line where there is one draw.

        Parameters
        ----------
        of : the quantity.
        economies : the one or those to draw (default: the two whose quantity moves most).
        q : the quantiles of a fan.
        ax : where to draw (default: a new figure).
        """
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        table = self.quantiles(q if self.draws > 1 else [0.5], of)
        named = [economies] if isinstance(economies, str) else economies
        chosen = self._most_moved(of) if named is None else list(named)
        fail_if(
            unknown_name("economy", c, self.economies, "economies") for c in chosen if c not in self.economies
        )
        return plots.impact_fan(
            table[chosen] / 1e9 if of in MONEY else table[chosen],
            label=QUANTITIES[of],
            percent=of not in MONEY,
            title=self.name,
            key=f"a model's answer to statutory effective duties, against {COMPARED[self.against]}",
            source=self.source,
            as_of=self.as_of,
            ax=ax,
        )

    # Within ------------------------------------------------------------------------------------------

    @property
    def _index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.dates, name="date")

    @property
    def _columns(self) -> pd.Index:
        return pd.Index(self.economies, name="economy")

    def _at(self, on: DateLike | None) -> int:
        """Return the place of the last date up to a day."""
        if on is None:
            return len(self.dates) - 1
        place = int(np.searchsorted(self.dates, as_day(on, "on"), side="right")) - 1
        allowed = f"{self.dates[0]} or later"
        fail_if([Problem("before the first date", "on", str(on), allowed)] if place < 0 else [])
        return place

    def _most_moved(self, of: str) -> list[str]:
        values = self.values(of)
        moved = np.nan_to_num(np.abs(values - values[:1, :1])).max(axis=(0, 1))
        first = np.argsort(-moved, kind="stable")[:2]
        return [self.economies[k] for k in sorted(first.tolist())]

    def _headline(self) -> str:
        draws = f"{self.draws:,} draw{'s' if self.draws != 1 else ''}"
        span = f"{len(self.dates)} dates from {self.dates[0]} to {self.dates[-1]}"
        words = [f"{self.name}: {draws}, {span}, {len(self.economies)} economies"]
        words.append(f"against {COMPARED[self.against]}")
        if self.unsolved:
            words.append(f"{self.unsolved:,} draws NOT solved on some date ({summary(self.status)})")
        worst = max(self.accuracy, key=lambda accuracy: accuracy.welfare, default=None)
        free = assumed_words(self.assumed_free)
        return "; ".join([*words, *([str(worst)] if worst else []), *([free] if free else [])])
