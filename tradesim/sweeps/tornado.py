"""Tornado: what each assumption moves by itself, from its low to its high end, all others in the middle."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.changes import SLOPES
from tradesim.engine.program import Floats, Ints
from tradesim.errors import Problem, fail_if
from tradesim.sweeps.plan import Plan
from tradesim.sweeps.spreads import Explicit, Spread, listed
from tradesim.sweeps.words import is_whole

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
"""Quantiles of what has a distribution."""


class Setting(NamedTuple):
    """What an assumption is set to: in the middle, and elsewhere."""

    middle: Any
    others: list[Any]

    @property
    def moves(self) -> bool:
        """Whether it is ever set to something else."""
        return any(value != self.middle for value in self.others)


def _tied_odds(plan: Plan) -> Iterator[Problem]:
    """Yield events of which several odds come in points: one cannot be moved while the others stay."""
    points = [path for path, spread in plan.design.spreads.items() if isinstance(spread, Explicit)]
    odds = [path for path in points if path.startswith("events.") and SLOPES not in path]
    events = [path.rpartition(".")[0] for path in odds]
    for event in sorted({event for event in events if events.count(event) > 1}):
        what = "odds that come together cannot be moved one at a time"
        yield Problem(what, "tornado", f"points of several outcomes of {event}", fix="see decides()")


def tornado_of(plan: Plan, pair: int, of: str, draws: int) -> tuple[float, pd.DataFrame]:
    """Return the mean of an outcome with all assumptions in the middle, and how each moves it.

    The same draws run every time: what differs is the assumption.

    Parameters
    ----------
    pair : its place. of : ``last``, ``peak`` or ``mean``.
    draws : how many, from the first on.

    Returns
    -------
    float, fraction; frame, one row per parameter that has more than one value, the widest first: ``low
    value``, ``high value``, and the mean at each, ``low`` and ``high``; ``swing`` between the lowest and the
    highest.
    """
    fail_if(_tied_odds(plan))
    if not is_whole(draws, 1):
        fail_if(
            [Problem("not a number of draws", "tornado: draws", repr(draws), "a whole number, 1 or more")]
        )
    which = np.arange(min(draws, plan.draws), dtype=np.int64)
    settings = {path: setting_of(spread) for path, spread in plan.design.spreads.items()}
    middle = {path: setting.middle for path, setting in settings.items()}
    base = _mean(plan, which, middle, pair, of)
    rows = []
    for path, setting in settings.items():
        if not setting.moves:
            continue
        found = [(value, _mean(plan, which, middle | {path: value}, pair, of)) for value in setting.others]
        if not _numeric(setting.others):
            found.sort(key=lambda each: each[1])
        values = [value for _, value in found]
        swing = max(values) - min(values)
        rows.append([path, found[0][0], found[-1][0], values[0], values[-1], swing])
    columns = ["parameter", "low value", "high value", "low", "high", "swing"]
    frame = pd.DataFrame(rows, columns=columns).set_index("parameter")
    return base, frame.sort_values("swing", ascending=False, kind="stable")


def setting_of(spread: Spread) -> Setting:
    """Return what an assumption is set to: quantiles of 5, 50 and 95 % of numbers, every one of other values.

    Examples
    --------
    >>> from tradesim.sweeps.spreads import Grid
    >>> setting_of(Grid((0.5, 0.7, 1.0)))
    Setting(middle=0.7, others=[0.5, 1.0])
    >>> setting_of(Grid(("nominal", "trade-weighted")))
    Setting(middle='nominal', others=['nominal', 'trade-weighted'])
    """
    options = spread.options
    if isinstance(spread, Explicit) and spread.column.dtype.kind in "iuf":
        low, middle, high = np.quantile(spread.column, [LOW, MIDDLE, HIGH], method="nearest").tolist()
        return Setting(middle, [low, high])
    if options is None:
        at = spread.values(np.array([LOW, MIDDLE, HIGH]), np.zeros(3, dtype=np.int64)).tolist()
        return Setting(at[1], [at[0], at[2]])
    if _numeric(options):
        ordered = sorted(options)
        return Setting(ordered[(len(ordered) - 1) // 2], [ordered[0], ordered[-1]])
    return Setting(options[0], options)


def _numeric(values: list[Any]) -> bool:
    return listed(values).dtype.kind in "if"


def _mean(plan: Plan, draws: Ints, at: dict[str, Any], pair: int, of: str) -> float:
    values: dict[str, NDArray[Any]] = {path: listed([value])[[0] * len(draws)] for path, value in at.items()}
    i, j = plan.pairs[pair]
    outcome: Floats = getattr(plan.reduce(draws, values), of)[:, i, j]
    return float(outcome.mean())
