"""Tables of a sweep: what its draws come to, labelled by date and by draw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from tradesim import path_statistics as statistics
from tradesim.engine.program import Ints
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.sweeps import outcomes
from tradesim.sweeps.cost_tables import SweepImpact
from tradesim.sweeps.fans import quantiles_of, within
from tradesim.sweeps.gathering import Gathered, How, known
from tradesim.sweeps.parts import STATISTICS, Rows, cut
from tradesim.sweeps.setup import Setup
from tradesim.sweeps.store import Store
from tradesim.sweeps.words import is_whole

Pair = tuple[str, str]
MOST_ROWS = 100_000
"""Rows that rankings look at."""


@dataclass(frozen=True, eq=False, repr=False)
class SweepTables:
    """Tables of a sweep, which `tradesim.sweeps.results.Sweep` describes."""

    setup: Setup
    gathered: Gathered
    store: Store | None = None
    how: How = field(default_factory=How)
    chosen: Ints | None = None
    keep: int = MOST_ROWS

    @property
    def labels(self) -> outcomes.Labels:
        """The names in it: dates, economies, pairs, truces, events."""
        return self.setup.labels

    @property
    def draws(self) -> int:
        """How many draws there are in it."""
        return self.gathered.total.draws

    @property
    def names(self) -> list[str]:
        """Columns of `outcomes`, which are the names that a condition may use."""
        return outcomes.names_of(self.labels, list(self.setup.plan.design.spreads))

    @property
    def digest(self) -> str:
        """The sha256 of everything that was kept; the same for any blocks, workers, stops and resumptions."""
        picked = [] if self.chosen is None else [self.chosen.tobytes().hex()]
        left_out = {"identity", "checks", "texts", "told", "versions", "block", "paths"}
        told = {key: value for key, value in self.setup.manifest.items() if key not in left_out}
        return self.gathered.total.digest(repr(sorted(told.items())), *picked)

    # By date -----------------------------------------------------------------------------------------

    @property
    def error(self) -> float:
        """How far a quantile of `quantiles` may be off at most, a fraction: half a bin."""
        return self.setup.plan.width / 2

    def quantiles(self, q: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> pd.DataFrame:
        """Return quantiles over the draws, index date, columns (importer, exporter, quantile), fractions.

        Each is off by `error` at most, and none lies beyond the highest duty of any draw, nor on the last day
        beyond the lowest and the highest there, which are known exactly; `refined` makes `error` smaller.

        Raises
        ------
        InputError
            If a quantile does not lie between 0 and 1, or lies above the highest duty that was counted.
        """
        fail_if(statistics.quantile_problems(q))
        levels = sorted({float(level) for level in q})
        found = quantiles_of(self.gathered.total.duties, levels, self.setup.plan.width)
        found = within(found, self.gathered.total.tallies)
        table = np.moveaxis(found, 0, -1).reshape(len(self.labels.dates), -1)
        return pd.DataFrame(table, self._index, statistics.nested(self._pairs, "quantile", levels))

    def in_truce(self) -> pd.DataFrame:
        """Return the share of draws in which each truce is in force, index date, columns truce."""
        columns = pd.Index(self.labels.truces, name="truce", dtype="str")
        return pd.DataFrame(self.gathered.total.truces / self.draws, self._index, columns)

    def passed(self, level: float) -> pd.DataFrame:
        """Return the share of draws that exceeded a level by each date, columns (importer, exporter).

        Raises
        ------
        InputError
            For a level that was not kept.
        """
        levels = self.labels.levels
        if level not in levels:
            texts = [f"{each:g}" for each in levels]
            raise InputError([unknown_name("level", f"{level:g}", texts, "passed")])
        counts = self.gathered.total.tallies.passages[:-1, :, levels.index(level)]
        return pd.DataFrame(np.cumsum(counts, axis=0) / self.draws, self._index, self._pairs)

    def above(self, level: float) -> pd.DataFrame:
        """Return the share of draws above a level on each date, columns (importer, exporter).

        Draws in the bin that the level lies in are not counted: those less than a bin above it.
        """
        fail_if(statistics.level_problems(level))
        plan = self.setup.plan
        counts = self.gathered.total.duties[..., min(int(level / plan.width), plan.bins - 1) + 1 :]
        return pd.DataFrame(counts.sum(axis=-1) / self.draws, self._index, self._pairs)

    @property
    def impact(self) -> "SweepImpact":
        """What duties cost, by date and economy, where a model was asked.

        Raises
        ------
        InputError
            If none was.
        """
        costing = self.setup.plan.costing
        if costing is None:
            fix = "run it with one: ts.sweep(…, impact=ts.impacts.Costs(model))"
            raise InputError([Problem("no model was asked", "impact", self.labels.name, fix=fix)])
        one = next(iter(self.setup.scenarios.values()))
        source, as_of = " ".join((one.source or one.schedule.source).split()), one.schedule.vintage
        total = self.gathered.total
        counts, sums, unsolved = total.costs
        return SweepImpact(self.labels.name, costing, counts, sums, unsolved, total.draws, source, as_of)

    # Over all days -----------------------------------------------------------------------------------

    def moments(self) -> pd.DataFrame:
        """Return what draws came to, in all: rows (importer, exporter, of), of last day, peak and mean.

        Columns ``mean`` and ``sd`` over the draws, from sums in whole numbers; ``least`` and ``most``.
        """
        mean, spread = self.gathered.total.moments()
        tallies = self.gathered.total.tallies
        columns = {"mean": mean, "sd": spread, "least": tallies.least, "most": tallies.most}
        index = statistics.nested(self._pairs, "of", STATISTICS)  # type: ignore[arg-type]
        return pd.DataFrame({name: array.T.reshape(-1) for name, array in columns.items()}, index)

    def chances(self) -> pd.DataFrame:
        """Return how often each outcome of each event came, rows (event, outcome), column share."""
        rows = [(event, outcome) for event, every in self.labels.events.items() for outcome in every]
        counts = self.gathered.total.tallies.outcomes
        shares = [counts[e, o] / self.draws for e, every in enumerate(self.labels.events.values())
                  for o in range(len(every))]  # fmt: skip
        index = pd.MultiIndex.from_tuples(rows, names=["event", "outcome"]) if rows else None
        return pd.DataFrame({"share": shares}, index)

    # By draw -----------------------------------------------------------------------------------------

    def outcomes(self, most: int | None = None) -> pd.DataFrame:
        """Return one row per draw: its parameters, by path, and what it came to.

        Columns: `names`. Without a store only the first draws are kept, as many as ``keep`` said.

        Parameters
        ----------
        most : how many draws, from the first on (default: all that are kept).
        """
        if most is not None and not is_whole(most, 0):
            allowed = "a whole number, 0 or more"
            raise InputError([Problem("not a number of rows", "outcomes", repr(most), allowed)])
        frames = []
        for draws, rows in self._kept_rows(most):
            columns = outcomes.columns_of(self.labels, self.setup.plan.values(draws), rows)
            frames.append(outcomes.frame_of(self.labels, draws, columns))
        if not frames:
            none = np.empty(0, dtype=np.int64)
            return outcomes.frame_of(self.labels, none, dict.fromkeys(self.names, none))
        return pd.concat(frames) if len(frames) > 1 else frames[0]

    def to_parquet(self, path: str | Path) -> Path:
        """Write `outcomes` as a Parquet file, block by block; return the path.

        Raises
        ------
        MissingExtraError
            Without pyarrow: ``pip install '.[store]'``.
        """
        from tradesim.sweeps.parquet import write_frames  # noqa: PLC0415 pyarrow loads when asked for

        def frames() -> Iterator[pd.DataFrame]:
            for draws, rows in self._kept_rows(None):
                columns = outcomes.columns_of(self.labels, self.setup.plan.values(draws), rows)
                yield outcomes.frame_of(self.labels, draws, columns)

        return write_frames(frames(), Path(path))

    # Within ------------------------------------------------------------------------------------------

    @property
    def _index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.labels.dates, name="date")

    @property
    def _pairs(self) -> pd.MultiIndex:
        codes = list(self.labels.economies)
        places = [[codes.index(pair[side]) for pair in self.labels.pairs] for side in range(2)]
        return pd.MultiIndex(levels=[codes, codes], codes=places, names=["importer", "exporter"])

    def _blocks(self) -> Iterator[tuple[int, int, Ints]]:
        """Yield (start, stop, numbers of the draws) of each block."""
        for start in range(0, self.draws, self.setup.block):
            stop = min(start + self.setup.block, self.draws)
            yield start, stop, np.arange(start, stop) if self.chosen is None else self.chosen[start:stop]

    def _kept_rows(self, most: int | None) -> Iterator[tuple[Ints, Rows]]:
        """Yield the numbers and rows of draws that are kept, block by block."""
        left = self.draws if most is None else most
        for start, stop, draws in self._blocks():
            rows = known(self.gathered.rows, self.store, start, stop) if left > 0 else None
            if rows is None:
                return
            some = cut(rows, left)
            yield draws[: len(some.last)], some
            left -= len(draws)

    def _position(self, pair: Pair | str | None) -> int:
        """Return the place of a pair, the first by default."""
        if pair is None:
            return 0
        text = pair if isinstance(pair, str) else "-".join(map(str, pair))
        if text not in self.labels.texts:
            raise InputError([unknown_name("pair", text, self.labels.texts, "pair")])
        return self.labels.texts.index(text)
