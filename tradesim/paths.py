"""Paths: the labelled result of a run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.duties import labelled
from tradesim.errors import InputError, Problem, fail_if
from tradesim.timegrid import Days

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Paths:
    """Duties over time, one path per draw.

    Parameters
    ----------
    name : the scenario's.
    dates : (T,) datetime64[D].
    economies : N codes.
    duty : (S, T, N, N) float64, fraction of import value, importer × exporter: the statutory effective duty.
    truce : (S, T, K) bool, whether each of the K truces is in force; `truces` names them.
    outcomes : one row per draw, one column per event: what happened.
    recorded : (N, N) bool, pairs whose duty is known; others are left out of tables.
    """

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

    @property
    def draws(self) -> int:
        """S, how many draws there are."""
        return len(self.duty)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(importer, exporter) of every recorded pair, in the order of the economies."""
        codes = self.economies
        every = ((i, j) for i in range(len(codes)) for j in range(len(codes)) if i != j)
        return tuple((codes[i], codes[j]) for i, j in every if self.recorded[i, j])

    def __repr__(self) -> str:
        span = f"{self.dates[0]} to {self.dates[-1]}"
        draws = f"{self.draws:,} draw{'s' if self.draws != 1 else ''}"
        return f"Paths({self.name}: {draws}, {span}, {', '.join(self.economies)})"

    def to_frame(self, draw: int = 0) -> pd.DataFrame:
        """Return the duties of one draw, index date, columns (importer, exporter), fractions."""
        return self._frame(self.duty[self._checked(draw)])

    def quantiles(self, q: Sequence[float]) -> pd.DataFrame:
        """Return quantiles over the draws, index date, columns (importer, exporter, quantile), fractions.

        Raises
        ------
        InputError
            If a quantile does not lie between 0 and 1.
        """
        fail_if(_quantile_problems(q))
        values = np.quantile(self.duty, list(q), axis=0)
        frames = {float(level): self._frame(value) for level, value in zip(q, values, strict=True)}
        joined = pd.concat(frames, axis=1, names=["quantile"])
        return joined.reorder_levels(["importer", "exporter", "quantile"], axis=1).sort_index(axis=1)

    def events(self, draw: int = 0) -> pd.DataFrame:
        """Return the story of one draw: who did what, when, from what to what, and why.

        The draw is run again with tracing, which costs the big run nothing. Columns: date, kind, importer,
        exporter, from, to (announced surcharge above the reference, nominal), charged, why.
        """
        return self.retell(self._checked(draw))

    def summary(self) -> pd.DataFrame:
        """Return, per pair, the duty on the first day, the highest and the last: means over the draws."""
        first, last, peak = self.duty[:, 0], self.duty[:, -1], self.duty.max(axis=1)
        on = self.dates[self.duty.mean(axis=0).argmax(axis=0)]
        rows = []
        for i, j in self.pairs:
            at = (self.economies.index(i), self.economies.index(j))
            level = [array[(slice(None), *at)].mean() for array in (first, peak, last)]
            rows.append([i, j, *level, on[at]])
        columns = ["importer", "exporter", "first", "peak", "last", "highest on"]
        return pd.DataFrame(rows, columns=columns).set_index(["importer", "exporter"])

    def to_csv(self, path: str | Path, draw: int = 0) -> Path:
        """Write the duties of one draw as CSV, fractions; return the path."""
        file = Path(path)
        self.to_frame(draw).to_csv(file, date_format="%Y-%m-%d")
        return file

    def plot(self, draw: int = 0, ax: "Axes | None" = None) -> "Axes":
        """Draw the duties of one draw as a step chart with its truces shaded."""
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        return plots.step_chart(
            self.to_frame(draw),
            truces=self.truce_windows(draw),
            title=self.name,
            source=self.source,
            as_of=self.as_of,
            ax=ax,
        )

    def truce_windows(self, draw: int = 0) -> list[tuple[str, np.datetime64, np.datetime64]]:
        """Return (name, first day, first day after) of every window in which a truce is in force."""
        windows = []
        for k, name in enumerate(self.truces):
            held = np.concatenate([[False], self.truce[self._checked(draw), :, k], [False]]).astype(np.int8)
            edges = np.flatnonzero(np.diff(held)).reshape(-1, 2)
            windows += [(name, self.dates[a], self.dates[b - 1] + np.timedelta64(1, "D")) for a, b in edges]
        return windows

    def _frame(self, duty: NDArray[np.float64]) -> pd.DataFrame:
        codes = self.economies
        columns = [duty[:, codes.index(i), codes.index(j)] for i, j in self.pairs]
        return labelled(self.dates, self.pairs, columns, {"importer": codes, "exporter": codes})

    def _checked(self, draw: int) -> int:
        if not isinstance(draw, int | np.integer) or not 0 <= draw < self.draws:
            raise InputError([Problem("no such draw", "draw", repr(draw), f"0 to {self.draws - 1}")])
        return int(draw)


def _quantile_problems(q: Any) -> Iterator[Problem]:
    given = list(q) if isinstance(q, Sequence | np.ndarray) and not isinstance(q, str) else []
    if not given:
        yield Problem("no quantiles", "q", repr(q), "a list such as [0.05, 0.5, 0.95]")
    for value in given:
        if not isinstance(value, int | float) or not 0 <= value <= 1:
            yield Problem("not a quantile", "q", repr(value), "between 0 and 1")
