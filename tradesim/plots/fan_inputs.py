"""Fan inputs: what the fan chart accepts, checked once and completely before anything is drawn."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from tradesim.errors import Problem
from tradesim.plots.inputs import (
    DRAW,
    QUANTILE,
    Pair,
    beside_problems,
    drawn_pairs,
    frame_problems,
    pair_problems,
    pair_text,
    probability_problems,
    unknown_pairs,
)


def fan_problems(
    quantiles: pd.DataFrame,
    pairs: Sequence[Pair] | None,
    *,
    samples: pd.DataFrame | None,
    truce: pd.Series | None,
    beside: pd.DataFrame | None,
) -> list[Problem]:
    """Return everything wrong with quantiles and what is to be drawn with them."""
    problems = frame_problems(quantiles, "quantiles", QUANTILE) or [
        *(_level_problems(quantiles) or _crossings(quantiles)),
        *pair_problems(quantiles, pairs),
    ]
    own = [] if samples is None else frame_problems(samples, "samples", DRAW)
    others = [*own, *([] if truce is None else _truce_problems(truce))]
    if problems or others:
        return [*problems, *others, *([] if beside is None else frame_problems(beside, "beside"))]
    problems += beside_problems(beside, quantiles)
    if samples is not None:
        problems += unknown_pairs(samples, quantiles, "samples")
    given = {"samples": samples, "truce": truce, "beside": beside}
    return problems or [
        problem
        for name, frame in given.items()
        if frame is not None
        for problem in _window_problems(frame.index, quantiles.index, name)
    ]


def _truce_problems(truce: object) -> list[Problem]:
    if isinstance(truce, pd.DataFrame):
        fix = "pick one: truce=frame['name']"
        return [Problem("not a series", "truce", "DataFrame", "a pandas Series by date", fix)]
    return probability_problems(truce, "truce")


def _level_problems(quantiles: pd.DataFrame) -> list[Problem]:
    """Return what is wrong with the quantiles themselves: each between 0 and 1, the same for every pair."""
    levels = list(dict.fromkeys(column[2] for column in quantiles.columns.to_list()))
    wrong = [level for level in levels if not _is_quantile(level)]
    if wrong:
        return [Problem("not a quantile", "quantiles", repr(wrong[0]), "between 0 and 1")]
    return [
        Problem("other quantiles than the first pair", f"quantiles, {pair_text(pair)}", *map(_text, sets))
        for pair in drawn_pairs(quantiles)
        if len(set(sets := (_of(quantiles, pair), _of(quantiles, drawn_pairs(quantiles)[0])))) > 1
    ]


def _is_quantile(level: object) -> bool:
    number = isinstance(level, int | float | np.number) and not isinstance(level, bool)
    return number and 0 <= float(level) <= 1  # type: ignore[arg-type]


def _of(quantiles: pd.DataFrame, pair: Pair) -> tuple[float, ...]:
    own = (column for column in quantiles.columns.to_list() if (str(column[0]), str(column[1])) == pair)
    return tuple(sorted(float(column[2]) for column in own))


def _text(levels: Sequence[float]) -> str:
    return ", ".join(f"{level:g}" for level in levels)


def _crossings(quantiles: pd.DataFrame) -> Iterator[Problem]:
    """Yield where a higher quantile lies below a lower one."""
    for pair in drawn_pairs(quantiles):
        columns = [c for c in quantiles.columns.to_list() if (str(c[0]), str(c[1])) == pair]
        columns.sort(key=lambda column: float(column[2]))
        falls = np.argwhere(np.diff(quantiles[columns].to_numpy(dtype=float), axis=1) < -1e-9)
        if len(falls):
            t, q = falls[0]
            where = f"quantiles, {pair_text(pair)}, {quantiles.index[t]:%Y-%m-%d}"
            got = f"{columns[q + 1][2]:g} below {columns[q][2]:g}"
            yield Problem("quantiles that cross", where, got, "values that rise with the quantile")


def _window_problems(index: pd.Index, window: pd.Index, where: str) -> Iterator[Problem]:
    if index[-1] < window[0] or index[0] > window[-1]:
        got, allowed = (f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}" for days in (index, window))
        yield Problem("no day in the window of the quantiles", where, got, allowed)
