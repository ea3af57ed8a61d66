"""Marks: what pictures show of a record or scenario: truces, large acts, the past, the pairs that move."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tradesim import datasets
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.timegrid import DateLike, as_day

LARGE_STEP = 0.035
"""3.5 points: a step that a chart of a whole war names."""
LEAST_BEFORE, MOST_BEFORE = 30, 180
"""Days of the past that are drawn; between them, as many as the futures have."""
MOST_PAIRS = 6
Pair = tuple[str, str]


def truces_of(name: str) -> list[tuple[str, np.datetime64, np.datetime64]]:
    """Return (name, first day, first day after) of the truces among a record's events."""
    events = datasets.events(name)
    held = events[events["kind"] == "truce"]
    starts, ends = (held[name].to_numpy(dtype="datetime64[D]") for name in ("date", "end"))
    return list(zip(held["name"].tolist(), starts, ends + np.timedelta64(1, "D"), strict=True))


def large_acts(
    schedule: Schedule, duty: pd.DataFrame, least: float = LARGE_STEP, apart: int = 25
) -> list[tuple[np.datetime64, str, str]]:
    """Return (day, act and step, importer) of the largest steps of each pair, far enough apart to be read.

    Parameters
    ----------
    schedule : names the acts that start or end on a day.
    duty : (T, P) daily frame of the pairs to explain, fractions.
    least : smallest step worth a label, a fraction.
    apart : days between two labels of one pair.
    """
    acts: list[tuple[np.datetime64, str, str]] = []
    for pair in duty.columns.to_list():
        taken: list[pd.Timestamp] = []
        steps = duty[pair].diff().fillna(0.0)
        for day in steps.abs().sort_values(ascending=False, kind="stable").index:
            if abs(steps[day]) < least:
                break
            if all(abs((day - other).days) > apart for other in taken):
                taken.append(day)
                sign = "+" if steps[day] > 0 else "−"
                text = f"{_act_on(schedule, (pair[0], pair[1]), day)} {sign}{abs(steps[day]) * 100:.0f}"
                acts.append((day.to_datetime64(), text, pair[0]))
    return sorted(acts, key=lambda act: act[0])


def _act_on(schedule: Schedule, pair: tuple[str, str], day: pd.Timestamp) -> str:
    """Name the act whose contribution to a pair's duty moves most on a day, in the direction of the whole."""
    eve_and_day = np.array([day - pd.Timedelta(days=1), day], dtype="datetime64[D]")
    at = tuple(schedule.economies.index(code) for code in pair)
    moves: dict[str, float] = {}
    for position, parts, measures in schedule.contributions(eve_and_day):
        if position == at:
            for measure, change in zip(measures, parts[1] - parts[0], strict=True):
                moves[measure.name] = moves.get(measure.name, 0.0) + float(change)
    total = sum(moves.values())
    largest = max(moves, key=lambda name: np.sign(total) * moves[name])
    alone = abs(moves[largest] - total) < 0.1 * abs(total)
    return largest if alone else f"{largest}, …"


def history(
    scenario: Scenario, futures: Mapping[str, pd.DataFrame], start: DateLike | None = None
) -> pd.DataFrame:
    """Return the duties before the first day of the futures, as the scenario's schedule has them.

    Where the record begins with the scenario, that is the first day of the futures alone.
    """
    first = as_day(scenario.start)
    begins = scenario.schedule.begins
    any_future = next(iter(futures.values()))
    before = np.timedelta64(min(max(len(any_future), LEAST_BEFORE), MOST_BEFORE), "D")
    earliest = first - before if start is None else as_day(start, "start")
    if start is None and begins is not None:
        earliest = max(earliest, as_day(begins))
    if earliest >= first:
        return any_future.iloc[:1]
    past = scenario.schedule.past_vintage().effective_duty(str(earliest), str(first - np.timedelta64(1, "D")))
    return past[list(any_future.columns)]


def moving_pairs(futures: Mapping[str, pd.DataFrame]) -> list[Pair]:
    """Return the pairs whose duty moves most in any future, in their order; if none moves, the first."""
    together = pd.concat(list(futures.values()))
    moved = together.max() - together.min()
    most = moved[moved > 1e-9].nlargest(MOST_PAIRS).index
    pairs = pairs_of(together)
    return [pair for pair in pairs if pair in most] or pairs[:MOST_PAIRS]


def pairs_of(frame: pd.DataFrame) -> list[Pair]:
    """Return the (importer, exporter) of a frame's columns."""
    return [(column[0], column[1]) for column in frame.columns]
