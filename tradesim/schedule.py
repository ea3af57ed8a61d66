"""Schedule: a frozen set of measures over economies, and the duty that they make on any day.

Between two change points (a day on which some measure starts or ends) nothing moves, so the duty is
computed once per interval and looked up by day: no loop over days, and no rounding left behind when a
measure ends.
"""

import datetime as dt
import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import costs, counted, knowledge, rows, vintages
from tradesim.duties import Frequency, averaged, check_choice, contributions_on, labelled, tables_on
from tradesim.economies import Economies
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.keywords import by_name
from tradesim.measures import Instrument, Measure, overlaps
from tradesim.percent import high_rates_meant
from tradesim.timegrid import DateLike, Dates, Days, TimeGrid, as_date, as_days, is_several

if TYPE_CHECKING:
    from matplotlib.axes import Axes

By = Literal["pair", "authority", "importer"]
Pair = tuple[str, str]
Floats = NDArray[np.float64]

MOST_DRAWN = 6
"""Pairs in a picture, where none are named."""
LONGEST_SOURCE = 240
"""Characters of the sources below a picture: two lines or three."""
DUTIES: tuple[Instrument, ...] = ("tariff",)


@by_name
@dataclass(frozen=True, eq=False, repr=False)
class Schedule:
    """Every duty of a set of economies, by day, as law and as known.

    Parameters
    ----------
    measures : the acts; kept in canonical order, whatever order they come in.
    economies : who they bind. Without imports, nothing that weighs partners can be asked.
    title, vintage, source : what the record is, as of when, and from where.
    complete : False when a pair without measures is unknown rather than free of duty: tables then show
        NaN for it, never 0.
    begins : first day that the record speaks of; earlier days are refused (``None``: no limit).
    known_on : the day of knowledge of a view that `as_of` made. Such a view is asked about later days on
        purpose; any other schedule warns once when asked for a day after its vintage (`VintageWarning`).

    Raises
    ------
    InputError
        For measures of unknown economies, measures given twice and overlapping levels of one act.

    Examples
    --------
    >>> economies = Economies(["USA", "CHN"], [[0, 440e9], [145e9, 0]])
    >>> first = Measure(name="List 1", importer="USA", exporter="CHN", authority="Section 301",
    ...                 rate=0.25, coverage=0.12, effective="2018-07-06")
    >>> Schedule([first], economies).duty_on("2018-07-06").loc["USA", "CHN"]
    np.float64(0.03)
    """

    measures: tuple[Measure, ...]
    economies: Economies
    title: str = ""
    vintage: str = ""
    source: str = ""
    complete: bool = True
    begins: dt.date | None = None
    known_on: dt.date | None = None

    def __init__(
        self,
        measures: Iterable[Measure],
        economies: Economies,
        title: str = "",
        vintage: str = "",
        source: str = "",
        *,
        complete: bool = True,
        begins: DateLike | None = None,
        known_on: DateLike | None = None,
    ) -> None:
        fail_if(_type_problems(given := list(measures), economies))
        ordered = tuple(sorted(given, key=Measure.sort_key))
        fail_if([*_stranger_problems(ordered, economies), *_repeat_problems(ordered), *overlaps(ordered)])
        counted.check(ordered, ordered)
        about = {"title": title, "vintage": vintage, "source": source, "complete": complete}
        first = None if begins is None else as_date(begins, "begins")
        view = None if known_on is None else as_date(known_on, "known_on")
        values = {"measures": ordered, "economies": economies, "begins": first, "known_on": view}
        for name, value in (values | about).items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schedule):
            return NotImplemented
        compared = (name for name in self.__dataclass_fields__ if name != "known_on")
        return all(getattr(self, name) == getattr(other, name) for name in compared)

    def __hash__(self) -> int:
        return hash((self.measures, self.economies))

    def __len__(self) -> int:
        return len(self.measures)

    def __repr__(self) -> str:
        span = f", {self.measures[0].effective} to {self.measures[-1].effective}" if self.measures else ""
        codes = ", ".join(self.economies.codes)
        return f"Schedule({self.title or 'untitled'}: {len(self)} measures among {codes}{span})"

    # What is in it ---------------------------------------------------------------------------------

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """(importer, exporter) pairs on which some tariff is recorded, in the order of the economies."""
        known = {measure.pair for measure in self.measures if measure.instrument in DUTIES}
        codes = self.economies.codes
        return tuple((i, j) for i in codes for j in codes if (i, j) in known)

    @cached_property
    def authorities(self) -> tuple[str, ...]:
        """Every authority, in order of its first act."""
        return tuple(dict.fromkeys(measure.authority for measure in self.measures))

    @cached_property
    def period(self) -> tuple[dt.date, dt.date]:
        """First and last day that it speaks of: where it begins, and its vintage.

        Without a vintage that is a day, the last one is a month after the last that its measures name.
        """
        effective = [as_date(measure.effective) for measure in self.measures]
        try:
            vintage = dt.date.fromisoformat(self.vintage)
        except ValueError:
            ends = [as_date(measure.expires) for measure in self.measures if measure.expires is not None]
            vintage = max(effective + ends) + dt.timedelta(days=30)
        first = self.begins or min(effective)
        return first, max(first, vintage)

    def matching(self, name: str) -> tuple[Measure, ...]:
        """Return the measures whose name or authority is ``name``, which may hold ``*`` wildcards.

        Raises
        ------
        InputError
            If none matches, with the nearest names.
        """
        found = tuple(
            m
            for m in self.measures
            if name in {m.name, m.authority}
            or fnmatch.fnmatchcase(m.name, name)
            or fnmatch.fnmatchcase(m.authority, name)
        )
        if not found:
            known = {*self.authorities, *(m.name for m in self.measures)}
            raise InputError([unknown_name("measure or authority", name, known)])
        return found

    def without(self, *names: str) -> "Schedule":
        """Return the schedule without the named measures or authorities (``"IEEPA*"`` takes all)."""
        dropped = {m for name in names for m in self.matching(name)}
        return self.only(m for m in self.measures if m not in dropped)

    def adding(self, *measures: Measure) -> "Schedule":
        """Return the schedule with further measures."""
        more = self._part(measures=(*self.measures, *measures))
        counted.check(measures, more.measures)
        return more

    def select(self, codes: Sequence[str]) -> "Schedule":
        """Return the part of the schedule among the named economies, in the order given."""
        kept = [m for m in self.measures if m.importer in codes and m.exporter in codes]
        return self._part(measures=tuple(kept), economies=self.economies.select(codes))

    def as_of(self, date: DateLike) -> "Schedule":
        """Return the schedule as it was known on a day.

        Measures announced later are gone, ends announced later are open, and what was revoked later
        still stands. A level whose successor was announced later is open-ended too. Of days after its vintage
        a record knows no more than its vintage, which the view then keeps; it warns (`VintageWarning`).
        """
        day = as_date(date)
        fail_if(self.before_record([np.datetime64(day, "D")], "as_of"))
        with high_rates_meant():  # of those that are known, a person was asked before
            known = knowledge.known_on(self.measures, day)
        return self._part(measures=tuple(known), vintage=self._known_by(day), known_on=day)

    def _known_by(self, day: dt.date) -> str:
        """Return a day as a vintage, or the record's own, which is less, with a warning."""
        if not vintages.note(self.vintage, day):
            return str(day)
        if self.known_on is None:
            _ = self._vintage_told
        return self.vintage

    def past_vintage(self) -> "Schedule":
        """Return the schedule for use past its vintage on purpose, as scenarios use it: it does not warn."""
        known = self.known_on or vintages.last_known(self.vintage)
        return self._part(known_on=known)

    def only(self, measures: Iterable[Measure]) -> "Schedule":
        """Return the same record with just these measures."""
        return self._part(measures=tuple(measures))

    def _part(self, **changes: Any) -> "Schedule":
        """Return this schedule with other fields, whose names in ``against`` were asked for before."""
        with counted.part():
            return replace(self, **changes)

    # What the duties are ---------------------------------------------------------------------------

    def duty(self, days: TimeGrid | Days | DateLike) -> Floats:
        """Return the statutory effective duty.

        Parameters
        ----------
        days : a grid, an array of T days in any order, or one day.

        Returns
        -------
        (T, N, N) float64, fraction of import value, importer × exporter; 0 where no measure charges.
        """
        at = as_days(days)
        n = len(self.economies)
        duty = np.zeros((len(at), n, n))
        for (i, j), parts, _ in self.contributions(at):
            duty[:, i, j] = parts.sum(axis=1)
        return duty

    def duty_by_authority(self, days: TimeGrid | Days | DateLike) -> Floats:
        """Return the duty split by authority: (T, N, N, A) float64, A as in `authorities`.

        The sum over A is the duty.
        """
        at = as_days(days)
        n = len(self.economies)
        split = np.zeros((len(at), n, n, len(self.authorities)))
        for (i, j), parts, measures in self.contributions(at):
            for k, measure in enumerate(measures):
                split[:, i, j, self.authorities.index(measure.authority)] += parts[:, k]
        return split

    def duty_on(self, date: Dates | TimeGrid, by: Literal["pair", "authority"] = "pair") -> pd.DataFrame:
        """Return the duty on one day, or on several, as a frame, fractions.

        Parameters
        ----------
        date : one day, or a list, tuple, array, Series or index of days, kept in the order given.
        by : ``pair``: importer × exporter, the diagonal 0, NaN for a pair on which an incomplete record
            holds nothing; ``authority``: a row for each recorded pair (importer, exporter), a column for
            each authority, which sum to the pair's duty.

        Returns
        -------
        Of one day a frame as above; of several the same below each other, with the date as first level of
        the index: rows (date, importer) or (date, importer, exporter).

        Examples
        --------
        >>> import tradesim as ts
        >>> us_china = ts.datasets.load("us-china")
        >>> us_china.duty_on(["2025-04-08", "2025-04-12"]).loc[(slice(None), "USA"), "CHN"].round(3).tolist()
        [0.501, 1.248]
        """
        check_choice("by", by, ("pair", "authority"))
        days = as_days(date)
        if by == "pair":
            codes = self.economies.codes
            rows_, columns = pd.Index(codes, name="importer"), pd.Index(codes, name="exporter")
            tables = self._marked(self.duty(days))
        else:
            rows_ = pd.MultiIndex.from_tuples(self.pairs, names=["importer", "exporter"])
            charged = {m.authority for m in self.measures if m.charged and m.instrument in DUTIES}
            shown = [k for k, name in enumerate(self.authorities) if name in charged]
            columns = pd.Index([self.authorities[k] for k in shown], name="authority")
            i, j = ([self.economies.index(code) for code in rows_.get_level_values(k)] for k in (0, 1))
            tables = self.duty_by_authority(days)[:, i, j][:, :, shown]
        return tables_on(days, tables, rows_, columns, several=is_several(date))

    def effective_duty(
        self, start: DateLike, end: DateLike, by: By = "pair", freq: Frequency = "D"
    ) -> pd.DataFrame:
        """Return the statutory effective duty over a period, fractions.

        Parameters
        ----------
        start, end : first and last day, both included.
        by : ``pair``: columns (importer, exporter); ``authority``: columns (importer, exporter,
            authority), which sum to the pair's duty; ``importer``: the average over all partners at
            base-year import weights.
        freq : ``D`` days, or the average by day count over the days of each W, M, Q or Y that lie in the
            period. The index is the first of those days.

        Raises
        ------
        InputError
            For a period without days, an unknown ``by`` or ``freq``, or ``by="importer"`` without weights.
        """
        grid = TimeGrid.through(start, end)
        check_choice("by", by, ("pair", "authority", "importer"))
        frames = {"pair": self._by_pair, "authority": self._by_authority, "importer": self._by_importer}
        return averaged(frames[by](grid), freq)

    def trade_cost(
        self,
        start: DateLike,
        end: DateLike,
        equivalents: dict[str, float] | None = None,
        freq: Frequency = "D",
    ) -> pd.DataFrame:
        """Return duties plus the ad-valorem equivalents of fees and export controls, by pair, fractions.

        Parameters
        ----------
        start, end : first and last day, both included.
        equivalents : ad-valorem equivalent, a fraction, of each fee or control that the record gives no
            rate or conversion for, by the name of the act. Nothing is counted as 0 in silence.
        freq : as in `effective_duty`.

        Raises
        ------
        InputError
            Naming every fee or control in force in the period without a rate or a stated conversion.
        """
        grid = TimeGrid.through(start, end)
        priced = self.only(
            costs.priced(self.measures, grid, {} if equivalents is None else dict(equivalents))
        )
        cost = np.zeros((len(grid), len(self.economies), len(self.economies)))
        for (i, j), parts, _ in priced.contributions(grid.days, costs.INSTRUMENTS):
            cost[:, i, j] = parts.sum(axis=1)
        return averaged(self._pair_frame(grid, cost), freq)

    def _by_pair(self, grid: TimeGrid) -> pd.DataFrame:
        return self._pair_frame(grid, self.duty(grid))

    def _pair_frame(self, grid: TimeGrid, values: Floats) -> pd.DataFrame:
        codes = self.economies.codes
        every = [(i, j) for i in codes for j in codes if i != j]
        shown = every if self.complete else list(self.pairs)
        columns = [values[:, codes.index(i), codes.index(j)] for i, j in shown]
        return labelled(grid.days, shown, columns, {"importer": codes, "exporter": codes})

    def _by_authority(self, grid: TimeGrid) -> pd.DataFrame:
        split = self.duty_by_authority(grid)
        codes, names = self.economies.codes, self.authorities
        charged = {(*m.pair, m.authority) for m in self.measures if m.charged and m.instrument in DUTIES}
        keys = [(i, j, name) for i, j in self.pairs for name in names if (i, j, name) in charged]
        columns = [split[:, codes.index(i), codes.index(j), names.index(name)] for i, j, name in keys]
        return labelled(grid.days, keys, columns, {"importer": codes, "exporter": codes, "authority": names})

    def _by_importer(self, grid: TimeGrid) -> pd.DataFrame:
        codes, weights = self.economies.codes, self.economies.weights
        average = np.einsum("ij,tij->ti", weights, self.duty(grid))
        known = [k for k in range(len(codes)) if not np.any((weights[k] > 0) & ~self.recorded[k])]
        columns = pd.Index([codes[k] for k in known], name="importer")
        return pd.DataFrame(average[:, known], index=_date_index(grid), columns=columns)

    @cached_property
    def recorded(self) -> NDArray[np.bool_]:
        """Whether the duty of a pair is known, ``(N, N)`` bool: all of them in a complete schedule."""
        codes = self.economies.codes
        known = {*self.pairs, *((i, i) for i in codes)}
        return np.array([[self.complete or (i, j) in known for j in codes] for i in codes])

    def _marked(self, duty: Floats) -> Floats:
        return np.where(self.recorded, duty, np.nan)

    def contributions(
        self, days: Days, instruments: tuple[Instrument, ...] = DUTIES
    ) -> Iterator[tuple[tuple[int, int], Floats, list[Measure]]]:
        """Yield what each measure adds, pair by pair.

        Yields
        ------
        position : (i, j), importer and exporter on the axes.
        parts : (T, K) float64, fraction of import value; the sum over K is the pair's duty.
        measures : the K charged measures of the pair.
        """
        fail_if(self.before_record(days, "date"))
        if self.known_on is None and vintages.is_past(self.vintage, days):
            _ = self._vintage_told
        by_pair: dict[Pair, list[Measure]] = {}
        for measure in self.measures:
            if measure.charged and measure.instrument in instruments:
                by_pair.setdefault(measure.pair, []).append(measure)
        for (importer, exporter), measures in by_pair.items():
            position = self.economies.index(importer), self.economies.index(exporter)
            yield position, contributions_on(days, measures), measures

    @cached_property
    def _vintage_told(self) -> bool:
        """Warn at the first day past the vintage, once: Python's own memory of warnings is often cleared."""
        vintages.warn(self.title, self.vintage)
        return True

    def before_record(self, days: Days | Sequence[np.datetime64], where: str) -> Iterator[Problem]:
        """Yield the problem of days on which the record has not begun."""
        if self.begins is not None and len(days) and min(days) < np.datetime64(self.begins, "D"):
            yield Problem("before the record begins", where, str(min(days)), f"{self.begins} or later")

    def plot(
        self,
        start: DateLike | None = None,
        end: DateLike | None = None,
        pairs: Sequence[Pair] | None = None,
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Draw the statutory effective duty of each pair over time, as steps.

        Parameters
        ----------
        start, end : first and last day (default: `period`).
        pairs : (importer, exporter) to draw (default: the six whose duty moves most).
        ax : where to draw (default: a new figure).

        Raises
        ------
        InputError
            Where no tariff is recorded, for a period without days, and for unknown pairs.
        """
        from tradesim import plots  # noqa: PLC0415 matplotlib loads when a picture is asked for

        if not self.pairs:
            raise InputError([Problem("no duty to draw", "schedule", repr(self), "a schedule with tariffs")])
        duty = self.effective_duty(
            self.period[0] if start is None else start, self.period[1] if end is None else end
        )
        moved = duty[list(self.pairs)].max() - duty[list(self.pairs)].min()
        most = moved.nlargest(MOST_DRAWN).index
        return plots.step_chart(
            duty,
            pairs=[pair for pair in self.pairs if pair in most] if pairs is None else pairs,
            source=shorten(self.source, LONGEST_SOURCE, placeholder=" … (all of them: Schedule.source)"),
            as_of=self.vintage or None,
            title=self.title,
            ax=ax,
        )

    # In and out ------------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """Return one row per measure, one column per field, in canonical order."""
        return rows.frame_of(self.measures)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, economies: Economies, **about: Any) -> "Schedule":
        """Build from a frame of measures as `to_frame` gives it; absent columns take their defaults.

        Raises
        ------
        InputError
            With every problem of every row, each naming its row.
        """
        given: Any = frame
        if not isinstance(given, pd.DataFrame) or given.columns.empty:
            got = "no columns" if isinstance(given, pd.DataFrame) else repr(given)
            raise InputError([Problem("no measures", "frame", got, "a DataFrame with a row per measure")])
        placed = (
            (f"row {label}", row) for label, row in zip(frame.index, frame.to_dict("records"), strict=True)
        )
        return cls(rows.measures_from(placed), economies, **about)

    def to_csv(self, path: str | Path) -> Path:
        """Write the measures as CSV, one row each; return the path."""
        return rows.write_csv(self.measures, path)

    @classmethod
    def from_csv(cls, path: str | Path, economies: Economies, **about: Any) -> "Schedule":
        """Build from a CSV file of measures as `to_csv` writes it.

        Raises
        ------
        InputError
            With every problem, each placed ``file:line``.
        """
        return cls(rows.read_csv(path), economies, **about)


def _date_index(grid: TimeGrid) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(grid.days, name="date")


def _type_problems(measures: list[Any], economies: Any) -> Iterator[Problem]:
    if not isinstance(economies, Economies):
        yield Problem("not economies", "economies", repr(economies), "an Economies object")
    wrong = next((m for m in measures if not isinstance(m, Measure)), None)
    if wrong is not None:
        yield Problem("not a measure", "measures", repr(wrong), "Measure objects")


def _stranger_problems(measures: Sequence[Measure], economies: Economies) -> Iterator[Problem]:
    for measure in measures:
        for role in ("importer", "exporter"):
            code = getattr(measure, role)
            if code not in economies.codes:
                yield unknown_name("economy", code, economies.codes, f"measure {measure.name!r}: {role}")


def _repeat_problems(measures: Sequence[Measure]) -> Iterator[Problem]:
    for before, measure in pairwise(measures):
        if before == measure:
            yield Problem("measure given twice", f"measure {measure.name!r}", str(measure), fix="remove one")
