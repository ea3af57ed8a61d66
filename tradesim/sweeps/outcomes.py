"""Outcomes: one row per draw: its parameters, and what it came to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.engine.program import Floats, Ints
from tradesim.rules.base import RATES
from tradesim.scenario import Scenario
from tradesim.sweeps.cost_bins import FINE
from tradesim.sweeps.costing import MISSING, Costing
from tradesim.sweeps.costing import STATISTICS as COST_STATISTICS
from tradesim.sweeps.parts import STATISTICS, Rows
from tradesim.timegrid import Days

Pair = tuple[str, str]


@dataclass(frozen=True)
class Labels:
    """The names of what a sweep has in common.

    Parameters
    ----------
    name : of the scenario, or the scenarios.
    dates : (T,) datetime64[D]. economies : N codes. pairs : the recorded ones.
    truces, events : names; of each event those of its outcomes.
    levels : fractions whose first passage is kept.
    cost : what a model of trade was asked, if it was.
    """

    name: str
    dates: Days
    economies: tuple[str, ...]
    pairs: tuple[Pair, ...]
    truces: tuple[str, ...]
    events: Mapping[str, tuple[str, ...]]
    levels: tuple[float, ...]
    cost: Costing | None = None

    @property
    def texts(self) -> list[str]:
        """Each pair as ``USA-CHN``."""
        return [f"{i}-{j}" for i, j in self.pairs]


def labels_of(scenarios: Mapping[str, Scenario], pairs: Ints, levels: Floats) -> Labels:
    """Return the names of what scenarios have in common."""
    one = next(iter(scenarios.values()))
    codes = one.schedule.economies.codes
    return Labels(
        one.name if len(scenarios) == 1 else ", ".join(scenarios),
        one.grid.days,
        codes,
        tuple((codes[i], codes[j]) for i, j in pairs.tolist()),
        tuple(truce.name for truce in one.truces),
        {event.name: tuple(o.name for o in event.outcomes) for event in one.events},
        tuple(levels.tolist()),
    )


def names_of(labels: Labels, paths: Sequence[str]) -> list[str]:
    """Return the columns of the table: parameters by path, then outcomes.

    ``events.NAME``; ``renewed.TRUCE``, ``breached.TRUCE``, ``held.TRUCE`` (days); ``last.USA-CHN``, ``peak.``
    and ``mean.``, fractions; ``first.USA-CHN.1``, the first day above 100 %, NaT if never. Where a model was
    asked ``last.welfare_change.USA`` and ``mean.``, of the dates of the impact, NaN if one was not solved.
    """
    return [
        *paths,
        *(f"events.{name}" for name in labels.events),
        *(f"{what}.{name}" for name in labels.truces for what in ("renewed", "breached", "held")),
        *(f"{what}.{pair}" for pair in labels.texts for what in STATISTICS),
        *(f"first.{pair}.{level:g}" for pair in labels.texts for level in labels.levels),
        *(name for name, *_ in _cost_places(labels.cost)),
    ]


def rates_of(labels: Labels, paths: Sequence[str]) -> set[str]:
    """Return the columns of the table that hold rates of duty: parameters, and the duties of each pair."""
    duties = {f"{what}.{pair}" for pair in labels.texts for what in STATISTICS}
    return duties | {path for path in paths if _is_rate(path)}


def _is_rate(path: str) -> bool:
    room, *_, name = path.split(".")
    return (room == "rules" and name in RATES) or f"{room}.{name}" in {"shocks.most", "truces.tolerance"}


def columns_of(labels: Labels, values: Mapping[str, NDArray[Any]], rows: Rows) -> dict[str, NDArray[Any]]:
    """Return the columns of the table, (S,) each."""
    found: dict[str, NDArray[Any]] = dict(values)
    for e, (name, outcomes) in enumerate(labels.events.items()):
        found[f"events.{name}"] = np.array(outcomes, dtype=object)[rows.outcome[:, e]]
    for k, name in enumerate(labels.truces):
        found[f"renewed.{name}"] = rows.renewals[:, k]
        found[f"breached.{name}"] = rows.breached[:, k]
        found[f"held.{name}"] = rows.held[:, k]
    for p, pair in enumerate(labels.texts):
        for what in STATISTICS:
            found[f"{what}.{pair}"] = getattr(rows, what)[:, p]
    with_never = np.append(labels.dates, np.datetime64("NaT", "D"))
    for p, pair in enumerate(labels.texts):
        for v, level in enumerate(labels.levels):
            found[f"first.{pair}.{level:g}"] = with_never[rows.first[:, p, v]]
    for name, place, scale in _cost_places(labels.cost):
        whole = rows.cost[:, *place]
        found[name] = np.where(whole == MISSING, np.nan, whole * (scale / FINE))
    return found


def _cost_places(cost: Costing | None) -> Iterator[tuple[str, tuple[int, int, int], float]]:
    """Yield the columns of what duties cost, where each stands in a row, and what one is of it."""
    if cost is None:
        return
    for q, of in enumerate(cost.of):
        for m, code in enumerate(cost.economies):
            for s, what in enumerate(COST_STATISTICS):
                yield f"{what}.{of}.{code}", (s, q, m), float(cost.scale[q, m])


def frame_of(labels: Labels, draws: Ints, columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    """Return columns as a frame, index draw; outcomes of events are categories."""
    frame = pd.DataFrame(dict(columns), index=pd.Index(draws, name="draw"))
    for name, outcomes in labels.events.items():
        frame[f"events.{name}"] = pd.Categorical(frame[f"events.{name}"], list(outcomes))
    return frame
