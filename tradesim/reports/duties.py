"""Duties: the sections on what is charged: over time, in branches, and by authority."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from tradesim.marks import history, large_acts
from tradesim.reports import pictures
from tradesim.reports.pictures import Credit, Pair
from tradesim.reports.values import Block, Part, Section, Table, Text, cell_day, percent
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.timegrid import as_day

MOST_FUTURES = 6
MOST_LAYERS = 2
"""Pairs whose layers are drawn."""
LEAST_STEP, OF_HIGHEST = 0.005, 0.025
"""A step is named that is as large as this, and as this share of the highest duty."""
Truces = Sequence[tuple[str, Any, Any]]


def recorded(
    schedule: Schedule, duty: pd.DataFrame, pairs: Sequence[Pair], truces: Truces, credit: Credit
) -> Section:
    """Return what a record's duties were over time, with truces and acts."""
    shown = duty[list(pairs)]
    inside = [each for each in truces if each[2] > duty.index[0] and each[1] <= duty.index[-1]]
    marks = {"truces": inside, "acts": _acts(schedule, shown)}
    held: tuple[tuple[Part, ...], ...] = tuple(
        (str(name), cell_day(start), cell_day(end)) for name, start, end in truces
    )
    table = Table("truces", "Truces of the record", ("truce", "from", "first day after"), held)
    blocks: list[Block] = [
        pictures.step_figure(shown, pairs, marks, credit),
        _yearly(duty),
        *([table] if held else []),
    ]
    return Section("duty", "The duties of both sides", tuple(blocks))


def followed(
    scenario: Scenario, futures: Mapping[str, pd.DataFrame], pairs: Sequence[Pair], credit: Credit
) -> Section:
    """Return what was charged until a scenario starts, and the futures that follow."""
    drawn = dict(list(futures.items())[:MOST_FUTURES])
    past = history(scenario, drawn)
    truces = [(t.name, as_day(t.start), as_day(t.end)) for t in scenario.truces if t.start != t.end]
    acts = _acts(scenario.schedule, past[list(pairs)]) if len(past) > 1 else []
    figure = pictures.branch_figure(past, drawn, pairs, {"truces": truces, "acts": acts}, credit)
    return Section("duty", "The duties of both sides", (figure, *_ends(futures, pairs)))


def layered(
    schedule: Schedule, layers: pd.DataFrame, pairs: Sequence[Pair], words: str, credit: Credit
) -> Section:
    """Return what of each pair's duty is charged under which authority, over time and on the last day."""
    own = [pair for pair in pairs if pair in schedule.pairs]
    columns = ("importer", "exporter", "authority", "duty")
    rows: list[tuple[Any, ...]] = []
    for pair in own:
        parts = layers[pair[0]][pair[1]].iloc[-1]
        rows += [(*pair, "all", percent(parts.sum(), 2))]
        rows += [("", "", str(name), percent(part, 2)) for name, part in parts.items() if part != 0]
    caption = f"By authority on {layers.index[-1]:%Y-%m-%d}: statutory effective duty, % of import value"
    blocks: list[Block] = [Text(words), *pictures.layer_figures(layers, own[:MOST_LAYERS], credit)]
    if rows:
        blocks.append(Table("layers", caption, columns, tuple(rows)))
    return Section("layers", "Under which authority", tuple(blocks))


def _acts(schedule: Schedule, duty: pd.DataFrame) -> list[Any]:
    """Return the acts that moved duties so much that a chart names them."""
    highest = float(duty.to_numpy().max())
    return list(large_acts(schedule, duty, max(LEAST_STEP, OF_HIGHEST * highest)))


def _yearly(duty: pd.DataFrame) -> Table:
    """Return the duties at the start of each year, and on the first and the last day."""
    index = pd.DatetimeIndex(duty.index)
    days = sorted({index[0], *index[index.is_year_start], index[-1]})
    rows = [(cell_day(on), *(percent(duty.loc[on, column]) for column in duty.columns)) for on in days]
    names = tuple(f"{pair[0]} on {pair[1]}" for pair in duty.columns)
    caption = "On the first day of each year and on the last day: statutory effective duty, % of import value"
    return Table("duty", caption, ("date", *names), tuple(rows))


def _ends(futures: Mapping[str, pd.DataFrame], pairs: Sequence[Pair]) -> Iterator[Table]:
    """Yield a table of what each of several futures comes to."""
    if len(futures) < 2:
        return
    names = [f"{i} on {j}, {what}" for i, j in pairs for what in ("highest", "last day")]
    rows: list[tuple[Part, ...]] = [
        (name, *(percent(value) for p in pairs for value in (frame[p].max(), frame[p].iloc[-1])))
        for name, frame in futures.items()
    ]
    caption = "What each branch comes to: statutory effective duty, % of import value"
    yield Table("branches", caption, ("branch", *names), tuple(rows))
