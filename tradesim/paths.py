"""Paths: the labelled result of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import path_exports as exports
from tradesim import path_statistics as statistics
from tradesim import spreadsheets, vintages
from tradesim.errors import InputError, Problem
from tradesim.path_tables import Pair, PathTables, Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Paths(PathTables):
    """Duties over time, one path per draw.

    Tables are pandas frames: fractions, days that are dates, columns (importer, exporter) in the order of
    the economies. Those with ``of`` tell the duty, the trade ``cost`` that rules charge beside it, or their
    sum, the ``trade cost``. A duty *exceeds* a level where it is strictly higher, by more than rounding.

    Parameters
    ----------
    name : the scenario's.
    dates : (T,) datetime64[D].
    economies : N codes.
    duty : (S, T, N, N) float64, fraction of import value, importer × exporter: the statutory effective duty.
    truce : (S, T, K) bool, whether each of the K truces is in force; `truces` names them.
    outcomes : one row per draw, one column per event: what happened.
    recorded : (N, N) bool, pairs whose duty is known; others are left out of tables.
    seed : the run's.
    retell : returns the story of a draw.
    source, as_of : where the schedule comes from, and what was known when.
    cost : (S, T, N, N) float64, fraction of import value: ad-valorem equivalent of what rules charge beside
        duties (fees, export controls); None where no rule does.
    renewals : (S, K) int64, how often each truce was renewed, or None.
    breached : (S, K) bool, whether a breach ended each truce, or None.
    sampling : how the draws were made: ``random``, ``antithetic`` or ``sobol``.

    Examples
    --------
    >>> days = np.arange("2025-11-08", "2025-11-12", dtype="datetime64[D]")
    >>> duty = np.zeros((2, 4, 2, 2))
    >>> duty[:, :, 0, 1] = [[0.3, 0.3, 0.5, 0.5], [0.3, 0.3, 0.3, 0.3]]
    >>> paths = Paths("toy", days, ("USA", "CHN"), duty, np.zeros((2, 4, 0), dtype=bool), (),
    ...               pd.DataFrame(index=range(2)), np.eye(2, k=1, dtype=bool), 0, retell=pd.DataFrame)
    >>> paths.time_above(0.4)["USA", "CHN"].tolist()
    [0.5, 0.0]
    >>> paths.passed(0.4)["USA", "CHN"].tolist()
    [0.0, 0.0, 0.5, 0.5]
    >>> print(paths.summary_text())
    toy: 2 draws, 2025-11-08 to 2025-11-11, USA, CHN
    USA on CHN: in the median 30.0 % on the first day, highest 40.0 % on 2025-11-08, 40.0 % on the last day
    (5 % to 95 % of draws: 31.0 % to 49.0 %)
    """

    def __repr__(self) -> str:
        return f"Paths({self._headline()})"

    def _repr_html_(self) -> str:
        return exports.html_table(self.summary(), "; ".join(filter(None, [self._headline(), self.note])))

    def summary_text(self) -> str:
        """Return the summary in words: a headline and a line on every pair."""
        told = exports.words(self.summary(), many=self.draws > 1)
        return "\n".join([self._headline(), *told, *filter(None, [self.note])])

    @property
    def note(self) -> str:
        """What holds for days after the vintage of the record, or after it was known; or nothing."""
        return vintages.note_of_days(self.as_of, self.dates)

    # Summaries ---------------------------------------------------------------------------------------

    def summary(self) -> pd.DataFrame:
        """Return the duties at a glance, one row per (importer, exporter).

        ``first`` day, ``mean`` over the days, ``peak``, ``highest on`` (the first day of the peak) and
        ``last`` day are medians over the draws; ``last 5 %`` and ``last 95 %`` quantiles of the last day;
        ``ends higher`` and ``ends lower`` the share of draws whose last day lies above and below the first.
        `note` is among its ``attrs``.
        """
        rows = [statistics.summary(values, self.dates) for values in self._values("duty")]
        frame = pd.DataFrame(rows, index=self._labels, columns=list(statistics.SUMMARY))
        frame.attrs["note"] = self.note
        return frame

    def truce_summary(self) -> pd.DataFrame:
        """Return the truces at a glance, one row per truce.

        ``held``: share of draws in which it is ever in force; ``days``: on how many (median); ``renewals``:
        how often it was renewed (mean); ``breached``: share of draws in which a breach ended it; ``last
        day``: share in force at the end. NaN where it is not known.
        """
        unknown = np.full(len(self.truces), np.nan)
        columns = {
            "held": self.truce.any(axis=1).mean(axis=0),
            "days": np.median(self.truce.sum(axis=1), axis=0),
            "renewals": unknown if self.renewals is None else self.renewals.mean(axis=0),
            "breached": unknown if self.breached is None else self.breached.mean(axis=0),
            "last day": self.truce[:, -1].mean(axis=0),
        }
        return pd.DataFrame(columns, index=pd.Index(self.truces, name="truce", dtype="str"))

    # One draw ----------------------------------------------------------------------------------------

    def events(self, draw: int = 0) -> pd.DataFrame:
        """Return the story of one draw: who did what, when, from what to what, and why.

        The draw is run again with tracing, which costs the big run nothing. One row per move, by date:
        ``kind`` is ``announces``, ``charges``, ``forgives``, ``event`` or ``truce``; ``importer`` and
        ``exporter``; ``from`` and ``to``, the surcharge announced above the reference, nominal; ``charged``,
        the first day that the duty follows; ``duty before`` and ``duty after``, on its eve and then; ``why``.
        Every day on which a duty moves is the ``charged`` of a row of that pair (`tradesim.story`).
        """
        return self.retell(self._checked(draw))

    def truce_windows(self, draw: int = 0) -> list[tuple[str, np.datetime64, np.datetime64]]:
        """Return (name, first day, first day after) of every window in which a truce is in force."""
        held, day = self.truce[self._checked(draw)], np.timedelta64(1, "D")
        return [
            (name, self.dates[start], self.dates[stop - 1] + day)
            for k, name in enumerate(self.truces)
            for start, stop in statistics.windows(held[:, k])
        ]

    # Files -------------------------------------------------------------------------------------------

    def to_csv(self, path: str | Path, draw: int = 0, of: Quantity = "duty") -> Path:
        """Write one draw as CSV, fractions; return the path."""
        return spreadsheets.write_csv(self.to_frame(draw, of), path)

    def to_xarray(self) -> Any:
        """Return everything as an ``xarray.Dataset`` with units, source and seed.

        Variables: duty and, where rules charge any, cost (draw, date, importer, exporter), NaN for pairs that
        are not recorded; in_truce (draw, date, truce); renewals, breached (draw, truce); outcome (draw,
        event), text.

        Raises
        ------
        MissingExtraError
            Without xarray: ``pip install '.[xarray]'``.
        """
        return exports.dataset(
            {
                "duty": self._masked(self.duty),
                "cost": None if self.cost is None else self._masked(self.cost),
                "in_truce": self.truce,
                "renewals": self.renewals,
                "breached": self.breached,
                "outcome": exports.outcome_names(self.outcomes),
            },
            {
                "draw": np.arange(self.draws),
                "date": self.dates.astype("datetime64[ns]"),
                "importer": list(self.economies),
                "exporter": list(self.economies),
                "truce": np.array(self.truces, dtype=str),
                "event": np.array(self.outcomes.columns, dtype=str),
            },
            {
                "title": self.name,
                "source": self.source,
                "as_of": self.as_of,
                "seed": self.seed,
                "sampling": self.sampling,
            },
        )

    # Pictures ----------------------------------------------------------------------------------------

    def plot(
        self,
        draw: int | None = None,
        ax: "Axes | None" = None,
        q: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
        samples: int = 5,
    ) -> "Axes":
        """Draw one draw as a step chart with its truces shaded, or many as a fan.

        Where rules charge fees or controls, the trade cost (of a fan its median) stands beside the duty.

        Parameters
        ----------
        draw : the draw (default: the only one, or the fan of all).
        ax : where to draw (default: a new figure).
        q : the quantiles of a fan.
        samples : how many draws, from the first on, run through a fan.
        """
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        if draw is not None or self.draws == 1:
            one = 0 if draw is None else draw
            return plots.step_chart(
                self.to_frame(one),
                truces=self.truce_windows(one),
                beside=None if self.cost is None else self.to_frame(one, "trade cost"),
                ax=ax,
                **self._captions(),
            )
        return plots.fan_chart(
            self.quantiles(q),
            samples=self._samples(samples),
            truce=self.in_any_truce() if self.truces else None,
            beside=None if self.cost is None else self._median_cost(),
            ax=ax,
            **self._captions(),
        )

    def plot_truces(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the share of draws in which each truce is in force, and any of several, by date."""
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        any_of = self.in_any_truce() if len(self.truces) > 1 else None
        return plots.truce_band(self.in_truce(), any_of=any_of, ax=ax, **self._captions())

    def plot_phase(
        self, x: Pair | str | None = None, y: Pair | str | None = None, ax: "Axes | None" = None
    ) -> "Axes":
        """Draw the duty of one pair against that of another: the path of one draw, the mean of many.

        Parameters
        ----------
        x : the pair to the right (default: the first recorded).
        y : the pair upwards (default: the other direction of ``x``).
        ax : where to draw (default: a new figure).

        Raises
        ------
        InputError
            For a pair that is not recorded, with the nearest that are.
        """
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        i, j = self._position(x if x is not None else next(iter(self.pairs), ""), "x")
        across = (self.economies[j], self.economies[i])
        k, m = self._position(y if y is not None else across, "y")
        return plots.phase_plot(
            self.duty[:, :, i, j],
            self.duty[:, :, k, m],
            x_label=f"{self.economies[i]} on {self.economies[j]}",
            y_label=f"{self.economies[k]} on {self.economies[m]}",
            dates=self.dates,
            ax=ax,
            **self._captions(),
        )

    def plot_events(self, draw: int = 0, ax: "Axes | None" = None) -> "Axes":
        """Draw the story of one draw along its duties."""
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        return plots.event_timeline(
            self.events(draw),
            self.to_frame(draw),
            truces=self.truce_windows(draw),
            ax=ax,
            **self._captions(),
        )

    # Within ------------------------------------------------------------------------------------------

    def _headline(self) -> str:
        draws = f"{self.draws:,} draw{'s' if self.draws != 1 else ''}"
        span = f"{self.dates[0]} to {self.dates[-1]}"
        return f"{self.name}: {draws}, {span}, {', '.join(self.economies)}"

    def _captions(self) -> dict[str, Any]:
        return {"title": self.name, "source": self.source, "as_of": self.as_of}

    def _median_cost(self) -> pd.DataFrame:
        """Return the median trade cost, duty and what is charged beside it, columns (importer, exporter)."""
        return self.quantiles([0.5], "trade cost").droplevel("quantile", axis=1)

    def _samples(self, samples: int) -> pd.DataFrame | None:
        """Return the first draws, columns (importer, exporter, draw), or None of no draws."""
        if not isinstance(samples, int | np.integer) or samples < 0:
            raise InputError([Problem("not a number of draws", "samples", repr(samples), "0 or more")])
        shown = range(min(int(samples), self.draws))
        series = [row for values in self._values("duty") for row in values[: len(shown)]]
        return self._by_date(series, statistics.nested(self._labels, "draw", shown)) if shown else None

    def _masked(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        known = self.recorded | np.eye(len(self.economies), dtype=bool)
        return values if known.all() else np.where(known, values, np.nan)
