"""Results: what a sweep says, and what it depends on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradesim import path_statistics as statistics
from tradesim import vintages
from tradesim.conversion import real_in, shown, whole
from tradesim.engine.program import Floats, Ints
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.path_exports import percent
from tradesim.sweeps import condition, outcomes
from tradesim.sweeps.deciding import Decides, decides_of
from tradesim.sweeps.gathering import chosen_tasks, edges_of, gather, known, tasks_of
from tradesim.sweeps.parts import STATISTICS, ran
from tradesim.sweeps.sensitivity import Sensitivity, sensitivity_of
from tradesim.sweeps.tables import MOST_ROWS, Pair, SweepTables
from tradesim.sweeps.tornado import tornado_of
from tradesim.sweeps.words import is_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_SAMPLES = 1000
"""Draws whose paths are run again at once."""
MOST_SHOWN = 12
"""Assumptions in a picture."""
OUTCOMES = {"last": "Duty on the last day", "peak": "Highest duty", "mean": "Mean duty over all days"}


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(SweepTables):
    """The labelled result of a sweep.

    Tables are pandas frames: fractions, days that are dates, columns (importer, exporter) in the order of the
    economies. Nothing but counts and one row per draw was kept; a path of any draw is run again when it is
    asked for, and is the same.

    Parameters
    ----------
    setup : the sweep as it was asked for.
    gathered : what was kept. store : where it is kept, if anywhere. how : how more is run when asked for.
    chosen : the numbers of the draws in it, where they were picked by a condition.
    keep : how many rows stay in memory where there is no store.
    """

    def __repr__(self) -> str:
        return f"Sweep({self._headline()})"

    def summary_text(self) -> str:
        """Return what came out in words: a headline, how often each outcome came, a line on every pair."""
        lines = [self._headline()]
        tallies = self.gathered.total.tallies
        for (event, every), counts in zip(self.labels.events.items(), tallies.outcomes, strict=True):
            said = (f"{name} {percent(n / self.draws)}" for name, n in zip(every, counts, strict=False))
            lines.append(f"{event}: " + ", ".join(said))
        last = self.quantiles([0.05, 0.5, 0.95]).iloc[-1]
        for p, (i, j) in enumerate(self.labels.pairs):
            low, middle, high = (percent(value) for value in last.iloc[3 * p : 3 * p + 3])
            words = f"on the last day in the median {middle} (5 % to 95 % of draws: {low} to {high})"
            lines.append(f"{i} on {j}: {words}; at any time {percent(tallies.most[1, p])} at most")
        vintage = next(iter(self.setup.scenarios.values())).schedule.vintage
        lines += filter(None, [vintages.note_of_days(vintage, self.labels.dates)])
        lines.append(f"Quantiles are off by {self.error * 100:.2g} points at most; highest duties are exact.")
        return "\n".join(lines)

    # More of the same --------------------------------------------------------------------------------

    def where(self, text: str) -> "Sweep":
        """Return the draws for which a condition holds, run again, as a sweep of their own.

        Parameters
        ----------
        text : such as ``"events.summit == 'deal' and rules.CHN.ratio > 0.8"``; of `names`, numbers (``1.25``
            or ``125%``), texts in quotes, ``== != < <= > >=``, ``in [...]``, ``and``, ``or``, ``not`` and
            parentheses.

        Raises
        ------
        InputError
            For what is no condition, unknown names, and one that holds for no draw.
        """
        read = condition.read(text, self.names, outcomes.rates_of(self.labels, self.names))
        picked = [draws[self._holds(read, start, stop, draws)] for start, stop, draws in self._blocks()]
        chosen = np.concatenate(picked)
        if not len(chosen):
            got = f"{text!r}, of {self.draws:,} draws"
            raise InputError([Problem("holds for no draw", "where", got, "one that holds for some")])
        return _again(replace(self, chosen=chosen, store=None), f"draws where {text}")

    def refined(self, bins: int | None = None, top: float | None = None) -> "Sweep":
        """Return the same draws counted more finely, or higher up: they are run again.

        Parameters
        ----------
        bins : how many bins of duty (default: eight times as many).
        top : the highest duty that is counted in a bin of its own, a fraction (default: as before).
        """
        plan = self.setup.plan
        wanted = 8 * plan.bins if bins is None else bins
        highest: Any = plan.top if top is None else top
        if whole(wanted, 2, 2**20) is None or not real_in(highest, 0, 100):
            got = f"{shown(wanted)} bins up to {shown(highest)}"
            raise InputError([Problem("cannot be counted so", "refined", got, "2 bins or more, up to 100.0")])
        finer = replace(plan, bins=int(wanted), top=float(highest))
        manifest = {**self.setup.manifest, "bins": int(wanted), "top": float(highest)}
        setup = replace(self.setup, plan=finer, manifest=manifest)
        return _again(replace(self, setup=setup, store=None), f"{self.labels.name}: {wanted} bins")

    def paths(self, draws: Sequence[int] | int = 20) -> "pd.DataFrame":
        """Return whole paths of some draws: index date, columns (importer, exporter, draw), fractions.

        Parameters
        ----------
        draws : their numbers, or how many from the first on.
        """
        wanted = self._wanted(draws)
        whole = self._kept_paths(wanted)
        table = np.moveaxis(whole, 0, -1).reshape(len(self.labels.dates), -1)
        return pd.DataFrame(table, self._index, statistics.nested(self._pairs, "draw", wanted.tolist()))

    # What it depends on ------------------------------------------------------------------------------

    def sensitivity(self, draws: int = 1024, pairs: Sequence[Pair | str] | None = None) -> Sensitivity:
        """Return which share of the variance of duties each parameter, and chance, explains, day by day.

        Runs draws × (parameters + 3) draws more (Sobol indices, Saltelli et al. 2010).

        Parameters
        ----------
        draws : a power of 2.
        pairs : (importer, exporter) or ``USA-CHN`` (default: all recorded).

        Raises
        ------
        InputError
            For designs whose parameters depend on each other, and for more than can be held.
        """
        self._refuse_picked("sensitivity")
        places = range(len(self.labels.pairs)) if pairs is None else [self._position(pair) for pair in pairs]
        return sensitivity_of(self.setup.plan, self.labels, draws, list(places))

    def tornado(self, pair: Pair | str | None = None, of: str = "peak", draws: int = 2000) -> pd.DataFrame:
        """Return how far each parameter moves the mean of an outcome, from its 5 % to its 95 % quantile.

        All others stay in the middle, and the same draws run every time. One row per parameter, the widest
        first; see `tradesim.sweeps.tornado.tornado_of`. ``frame.attrs["middle"]`` is the mean in the middle.

        Parameters
        ----------
        pair : (importer, exporter) or ``USA-CHN`` (default: the first recorded).
        of : ``last``, ``peak`` or ``mean``.
        """
        self._refuse_picked("tornado")
        middle, frame = tornado_of(self.setup.plan, self._position(pair), self._outcome(of), draws)
        frame.attrs["middle"] = middle
        return frame

    def decides(self, level: float = 1.0, pair: Pair | str | None = None) -> Decides:
        """Return which assumption decides whether a duty ever exceeds a level, ranked; printed, in words.

        Parameters
        ----------
        level : a fraction: 1.0 is 100 %.
        pair : (importer, exporter) or ``USA-CHN`` (default: the first recorded).
        """
        fail_if(statistics.level_problems(level))
        place = self._position(pair)
        peaks, columns = [], []
        for draws, rows in self._kept_rows(MOST_ROWS):
            peaks.append(rows.peak[:, place])
            values = self.setup.plan.values(draws)
            named = outcomes.columns_of(self.labels, values, rows)
            columns.append([named[name] for name in self._assumptions])
        if not peaks:
            got, fix = "no rows of draws are kept", "keep some: sweep(…, keep=100_000), or name a store"
            raise InputError([Problem("cannot be ranked", "decides", got, fix=fix)])
        together = [np.concatenate(parts) for parts in zip(*columns, strict=True)]
        i, j = self.labels.pairs[place]
        exceeds = statistics.above(np.concatenate(peaks), level)
        question = f"{i} on {j} exceeds {100 * level:g} %"
        return decides_of(question, exceeds, dict(zip(self._assumptions, together, strict=True)))

    # Pictures ----------------------------------------------------------------------------------------

    def plot(
        self,
        ax: "Axes | None" = None,
        q: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
        samples: int = 0,
        pairs: Sequence[Pair | str] | None = None,
    ) -> "Axes":
        """Draw the fan of duties, with a few single draws if asked for."""
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        truce = self.in_truce().iloc[:, 0] if len(self.labels.truces) == 1 else None
        shown = self.paths(samples) if samples else None
        drawn = None if pairs is None else [self.labels.pairs[self._position(pair)] for pair in pairs]
        return plots.fan_chart(
            self.quantiles(q), samples=shown, truce=truce, pairs=drawn, ax=ax, **self._captions()
        )

    def plot_sensitivity(
        self, pair: Pair | str | None = None, draws: int = 1024, ax: "Axes | None" = None
    ) -> "Axes":
        """Draw which share of the variance of a duty each assumption explains by itself, day by day."""
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        place = self._position(pair)
        shares = self.sensitivity(draws, [self.labels.pairs[place]]).first
        return plots.share_chart(shares, self.labels.pairs[place], ax=ax, **self._captions())

    def plot_tornado(
        self, pair: Pair | str | None = None, of: str = "peak", draws: int = 2000, ax: "Axes | None" = None
    ) -> "Axes":
        """Draw how far each assumption moves the mean of an outcome by itself."""
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        swings = self.tornado(pair, of, draws)
        if swings.empty:
            got = "parameters with one value each" if self.setup.plan.design.spreads else "no parameters"
            fix = "give one several values: over={'rules.CHN.ratio': ts.uniform(0.5, 1.2)}"
            raise InputError([Problem("nothing to move", "plot_tornado", got, fix=fix)])
        words = f"{OUTCOMES[of]} of {self._words(pair)}, mean over draws"
        return plots.tornado_chart(swings, swings.attrs["middle"], of=words, ax=ax, **self._captions())

    def plot_decides(
        self, level: float = 1.0, pair: Pair | str | None = None, ax: "Axes | None" = None
    ) -> "Axes":
        """Draw which assumption decides whether a duty ever exceeds a level."""
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        found = self.decides(level, pair)
        ranking = found.ranking.head(MOST_SHOWN)
        return plots.ranking_chart(ranking, question=found.question, ax=ax, **self._captions())

    def plot_outcomes(
        self,
        pair: Pair | str | None = None,
        of: str = "peak",
        by: str | None = None,
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Draw how an outcome is spread over the draws, of all or by the outcome of an event.

        Parameters
        ----------
        of : ``last``, ``peak`` or ``mean``.
        by : a column of `outcomes` with few values, such as ``events.summit``.
        """
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        rows = self.outcomes(MOST_ROWS)
        fail_if([] if by is None or by in rows else [unknown_name("column", by, self.names, "by")])
        values = rows[f"{self._outcome(of)}.{self.labels.texts[self._position(pair)]}"]
        groups = values.groupby(rows[by].astype(str)) if by is not None else [("", values)]
        split = {str(name): group.to_numpy(dtype=float) for name, group in groups}
        words = f"{OUTCOMES[of]} of {self._words(pair)}"
        return plots.outcome_chart(split, of=words, ax=ax, **self._captions())

    # Within ------------------------------------------------------------------------------------------

    def _refuse_picked(self, what: str) -> None:
        """Refuse to vary assumptions of draws that were picked by what they came to."""
        if self.chosen is not None:
            got = f"{self.draws:,} draws that a condition picked"
            fix = "ask the whole sweep; decides() knows those that were picked"
            raise InputError([Problem("varies all assumptions, not those of some draws", what, got, fix=fix)])

    def _outcome(self, of: str) -> str:
        if of not in STATISTICS:
            raise InputError([unknown_name("outcome", of, STATISTICS, "of")])
        return of

    def _words(self, pair: Pair | str | None) -> str:
        i, j = self.labels.pairs[self._position(pair)]
        return f"{i} on {j}"

    @property
    def _assumptions(self) -> list[str]:
        return [*self.setup.plan.design.spreads, *(f"events.{name}" for name in self.labels.events)]

    def _headline(self) -> str:
        plan, dates = self.setup.plan, self.labels.dates
        of = f"{self.draws:,} draws" if self.chosen is None else f"{self.draws:,} of {plan.draws:,} draws"
        over = ", ".join(plan.design.spreads) or "nothing but chance"
        return f"{self.labels.name}: {of}, {dates[0]} to {dates[-1]}, over {over}"

    def _captions(self) -> dict[str, Any]:
        one = next(iter(self.setup.scenarios.values()))
        source = " ".join((one.source or one.schedule.source).split())
        return {"title": self._headline(), "source": source, "as_of": one.schedule.vintage or None}

    def _holds(self, read: condition.Condition, start: int, stop: int, draws: Ints) -> Any:
        """Say for which draws of a block a condition holds; rows that are not kept are run again."""
        values = self.setup.plan.values(draws)
        if read.names <= values.keys():
            return read.holds(values)
        rows = known(self.gathered.rows, self.store, start, stop)
        if rows is None or len(rows.last) < len(draws):
            _, rows, _ = ran(self.setup.plan, draws)
        return read.holds(outcomes.columns_of(self.labels, values, rows))

    def _kept_paths(self, wanted: Ints) -> Floats:
        """Return paths of draws, those that were kept if they are all among them."""
        kept = self.gathered.paths
        if self.chosen is None and kept and wanted.max() < sum(map(len, kept.values())):
            return np.concatenate([kept[start] for start in sorted(kept)])[wanted]
        return self.setup.plan.whole(wanted)

    def _wanted(self, draws: Sequence[int] | int) -> Ints:
        every = self.setup.plan.draws
        if is_whole(draws, 1):
            few = min(max(draws, 0), MOST_SAMPLES, self.draws)
            return np.arange(few) if self.chosen is None else self.chosen[:few]
        found = np.asarray(list(draws) if isinstance(draws, Sequence | np.ndarray | range) else [])
        if (
            found.dtype.kind not in "iu"
            or not len(found)
            or len(found) > MOST_SAMPLES
            or not ((found >= 0) & (found < every)).all()
        ):
            allowed = f"numbers from 0 to {every - 1:,}, {MOST_SAMPLES:,} at most"
            raise InputError([Problem("not draws", "draws", repr(draws), allowed)])
        return found.astype(np.int64)


def _again(sweep: Sweep, title: str) -> Sweep:
    """Run the draws of a sweep again and return it with what is kept of them."""
    plan, block = replace(sweep.setup.plan, paths=0), sweep.setup.block
    every = tasks_of(edges_of(plan.draws, block))
    tasks = every if sweep.chosen is None else chosen_tasks(sweep.chosen, block)
    return replace(sweep, gathered=gather(plan, tasks, sweep.how, title=title, keep=sweep.keep))
