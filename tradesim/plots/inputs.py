"""Inputs: what the plots accept, checked once and completely before anything is drawn."""

import datetime as dt
from collections.abc import Hashable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from tradesim.errors import Problem, unknown_name
from tradesim.parsing import calendar_day

DateLike = str | dt.date | np.datetime64
Pair = tuple[str, str]
Truce = tuple[str, DateLike, DateLike]
"""Name, first day, first day after."""
Act = tuple[DateLike, str] | tuple[DateLike, str, str]
"""Day, text and, where one economy acts, that importer."""

PAIR = ("importer", "exporter")
LAYER = ("importer", "exporter", "authority")
QUANTILE = ("importer", "exporter", "quantile")
DRAW = ("importer", "exporter", "draw")
SOURCES = {
    PAIR: "Schedule.effective_duty or Paths.to_frame",
    LAYER: "Schedule.effective_duty, by='authority'",
    QUANTILE: "Paths.quantiles",
    DRAW: "pd.concat({k: paths.to_frame(k) for k in …}, axis=1), the draw as the last level",
}
"""Where a frame with such columns comes from."""
MOST_LINES = 24


def pair_text(pair: Sequence[Hashable]) -> str:
    """Return a pair in words: importer on exporter."""
    return f"{pair[0]} on {pair[1]}"


def moment(value: object) -> pd.Timestamp | None:
    """Return a date read, or None where it is none."""
    day = calendar_day(value)[0]
    if day is not None:
        return pd.Timestamp(day)
    if isinstance(value, np.datetime64) and np.datetime_data(value.dtype)[0] in {"Y", "M", "W"}:
        return None  # no day of the month
    if not isinstance(value, dt.date | np.datetime64) or pd.isna(value):
        return None
    read = pd.Timestamp(value)
    return read if read.tzinfo is None else None


def day_text(value: DateLike) -> str:
    """Return a date as ISO text, and any other text as it is."""
    read = moment(value)
    return str(value) if read is None else f"{read:%Y-%m-%d}"


def frame_problems(
    duty: object, where: str, levels: tuple[str, ...] = PAIR, *, signed: bool = False
) -> list[Problem]:
    """Return what is wrong with a frame of fractions by date; ``signed`` lets contributions be negative."""
    if not isinstance(duty, pd.DataFrame):
        return [Problem("not a frame", where, type(duty).__name__, "a pandas DataFrame")]
    if duty.empty:
        got = f"{len(duty)} dates, {duty.shape[1]} columns"
        return [Problem("nothing to draw", where, got, "one date and one column or more")]
    return [*index_problems(duty, where), *_column_problems(duty, where, levels)] or [
        *value_problems(duty, where, signed=signed)
    ]


def index_problems(duty: pd.DataFrame | pd.Series, where: str) -> Iterator[Problem]:
    """Yield what is wrong with the dates of a frame or series."""
    index = duty.index
    if not isinstance(index, pd.DatetimeIndex):
        fix = "frame.index = pd.to_datetime(frame.index)"
        yield Problem("no dates in the index", where, type(index).__name__, "a DatetimeIndex", fix)
    elif index.tz is not None:
        yield Problem(
            "dates with a time zone", where, str(index.tz), "calendar days", "frame.tz_localize(None)"
        )
    elif index.hasnans or not index.is_monotonic_increasing or not index.is_unique:
        yield Problem(
            "dates out of order", where, allowed="each date once, in order", fix="frame.sort_index()"
        )


def _column_problems(duty: pd.DataFrame, where: str, levels: tuple[str, ...]) -> Iterator[Problem]:
    allowed = f"levels ({', '.join(levels)})"
    names = tuple(duty.columns.names)
    if duty.columns.nlevels != len(levels) or names not in {levels, (None,) * len(levels)}:
        got = f"{duty.columns.nlevels} level(s) named {names}"
        fix = f"take the frame from {SOURCES[levels]}"
        yield Problem("wrong columns", where, got, allowed, fix)
    elif not duty.columns.is_unique:
        twice = duty.columns[duty.columns.duplicated()][0]
        yield Problem("column given twice", where, str(twice), "each column once")


def value_problems(duty: pd.DataFrame, where: str, *, signed: bool = False) -> Iterator[Problem]:
    """Yield what is wrong with the numbers of a frame of fractions."""
    if not all(pd.api.types.is_numeric_dtype(kind) for kind in duty.dtypes):
        yield Problem("not numbers", where, str(set(map(str, duty.dtypes))), "fractions (0.25 is 25 %)")
        return
    values = duty.to_numpy(dtype=float)
    if np.isinf(values).any():
        yield Problem("infinite duty", where, "inf", "finite fractions, NaN where not recorded")
    elif not signed and (values < 0).any():
        lowest = f"{np.nanmin(values):g}"
        yield Problem("negative duty", where, lowest, "a fraction of 0 or more")
    yield from (
        Problem("nothing recorded", f"{where}, {column}", "only NaN", fix="leave the column out")
        for column, empty in zip(duty.columns.to_list(), np.isnan(values).all(axis=0), strict=True)
        if empty and duty.columns.nlevels > 1
    )


def pair_problems(duty: pd.DataFrame, pairs: Iterable[Pair] | None, where: str = "pairs") -> list[Problem]:
    """Return a problem for every pair that is not in the frame, and one for more than can be told apart."""
    known = drawn_pairs(duty)
    names = [pair_text(pair) for pair in known]
    wanted: list[Sequence[Hashable]] = list(known if pairs is None else pairs)
    missing = [
        unknown_name("pair", _given(pair), names, where) for pair in wanted if tuple(pair) not in known
    ]
    if len(wanted) > MOST_LINES:
        fix = "name the pairs to draw: pairs=[('USA', 'CHN'), …]"
        missing.append(Problem("too many lines", where, str(len(wanted)), f"up to {MOST_LINES}", fix))
    return missing if wanted else [Problem("no pair to draw", where, "none", ", ".join(names))]


def _given(pair: Sequence[Hashable]) -> str:
    return pair_text(pair) if len(pair) == 2 else repr(pair)


def drawn_pairs(duty: pd.DataFrame, pairs: Iterable[Pair] | None = None) -> list[Pair]:
    """Return the pairs asked for, or every pair of the frame in its order."""
    if pairs is not None:
        return [(str(pair[0]), str(pair[1])) for pair in pairs]
    return list(dict.fromkeys((str(column[0]), str(column[1])) for column in duty.columns))


def beside_problems(beside: pd.DataFrame | None, duty: pd.DataFrame) -> list[Problem]:
    """Return what is wrong with a frame of trade costs that is to stand beside duties."""
    if beside is None:
        return []
    return frame_problems(beside, "beside") or unknown_pairs(beside, duty, "beside")


def unknown_pairs(frame: pd.DataFrame, duty: pd.DataFrame, where: str) -> list[Problem]:
    """Return a problem for every pair of a frame that the duties do not have."""
    known = drawn_pairs(duty)
    names = [pair_text(pair) for pair in known]
    strange = [pair for pair in drawn_pairs(frame) if pair not in known]
    return [unknown_name("pair", pair_text(pair), names, where) for pair in strange]


def probability_problems(given: object, where: str) -> list[Problem]:
    """Return what is wrong with probabilities by date: a series, or a frame with a column for each name."""
    if not isinstance(given, pd.Series | pd.DataFrame):
        return [Problem("not a series or frame", where, type(given).__name__, "a pandas one, by date")]
    frame = given.to_frame() if isinstance(given, pd.Series) else given
    if frame.empty:
        return [Problem("nothing to draw", where, f"{len(frame)} dates", "one date or more")]
    if not all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes):
        got = ", ".join(sorted(set(map(str, frame.dtypes))))
        return [Problem("not numbers", where, got, "probabilities (0 to 1)")]
    values = frame.to_numpy(dtype=float)
    outside = values[~((values >= 0) & (values <= 1))]
    fix = "divide percent by 100" if any(1 < value <= 100 for value in outside) else ""
    return [
        *index_problems(frame, where),
        *(Problem("not a probability", where, f"{value:g}", "0 to 1", fix) for value in outside[:1]),
    ]


def mark_problems(truces: Iterable[Truce], acts: Iterable[Act]) -> list[Problem]:
    """Return what is wrong with truce windows and acts."""
    return [
        *(p for k, truce in enumerate(truces) for p in _truce_problems(truce, f"truces[{k}]")),
        *(p for k, act in enumerate(acts) for p in _act_problems(act, f"acts[{k}]")),
    ]


def _truce_problems(truce: object, where: str) -> Iterator[Problem]:
    if not isinstance(truce, Sequence) or isinstance(truce, str) or len(truce) != 3:
        yield Problem("not a truce", where, repr(truce), "(name, start, end)")
        return
    start, end = moment(truce[1]), moment(truce[2])
    yield from _date_problems(where, start=(truce[1], start), end=(truce[2], end))
    if start is not None and end is not None and end <= start:
        got = f"{day_text(truce[1])} to {day_text(truce[2])}"
        yield Problem("truce ends before it starts", f"{where} {truce[0]!r}", got, "an end after the start")


def _act_problems(act: object, where: str) -> Iterator[Problem]:
    if not isinstance(act, Sequence) or isinstance(act, str) or len(act) not in {2, 3}:
        yield Problem("not an act", where, repr(act), "(date, text) or (date, text, importer)")
        return
    yield from _date_problems(where, date=(act[0], moment(act[0])))
    if not str(act[1]).strip():
        yield Problem("act without a text", where, repr(act), "a few words")


def _date_problems(where: str, **dates: tuple[object, pd.Timestamp | None]) -> Iterator[Problem]:
    for name, (given, read) in dates.items():
        if read is None:
            yield Problem("not a date", f"{where}: {name}", repr(given), "YYYY-MM-DD or a date")
