"""Moves: the sections on who did what: the story of one draw, the acts and events of a record."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from tradesim.measures import Measure, rate_text
from tradesim.paths import Paths
from tradesim.reports import pictures
from tradesim.reports.pictures import Credit, Pair
from tradesim.reports.values import Block, Part, Section, Table, Text, cell_day, percent, points

TITLE = "Who did what"
MOST_MOVES = 120
STORY = ("no.", "date", "what", "pair", "from", "to", "charged from", "why")


def told(paths: Paths, pairs: Sequence[Pair], credit: Credit, words: str, draw: int = 0) -> Section:
    """Return the story of one draw, as a picture and as a table."""
    story = paths.events(draw)
    if story.empty:
        return untold("Nothing is announced and nothing happens.")
    rows = [_move(number, row) for number, row in enumerate(story.head(MOST_MOVES).to_dict("records"))]
    caption = f"{words} Surcharges as announced, percentage points above what had been announced before"
    table = Table("moves", caption, STORY, tuple(rows), len(story) - len(rows))
    figure = pictures.story_figure(story, paths.to_frame(draw), pairs, paths.truce_windows(draw), credit)
    return Section("moves", TITLE, (Text(words), figure, table))


def untold(words: str) -> Section:
    """Return why there is no story."""
    return Section("moves", TITLE, (Text(words),))


def _move(number: int, row: Any) -> tuple[Part, ...]:
    pair = "" if pd.isna(row["importer"]) else f"{row['importer']} on {row['exporter']}"
    moved: tuple[Part, Part] = ("", "")
    if not pd.isna(row["to"]):
        moved = (points(row["from"]), points(row["to"]))
    charged = cell_day(row["charged"])
    return (str(number), cell_day(row["date"]), str(row["kind"]), pair, *moved, charged, str(row["why"]))


def recorded(measures: Sequence[Measure], events: pd.DataFrame | None) -> Section:
    """Return the dated events and the acts of a record, the latest last."""
    blocks: list[Block] = [_acts(measures)]
    if events is not None and len(events):
        blocks.insert(0, _events(events))
    return Section("moves", TITLE, tuple(blocks))


def _events(events: pd.DataFrame) -> Table:
    rows = [
        (cell_day(row["date"]), cell_day(row["end"]), str(row["name"]), str(row["kind"]), str(row["changed"]))
        for row in events.to_dict("records")
    ]
    return Table(
        "events", "Dated events", ("date", "last day", "event", "kind", "what it changed"), tuple(rows)
    )


def _acts(measures: Sequence[Measure]) -> Table:
    shown = measures[-MOST_MOVES:]
    columns = (
        "announced",
        "from",
        "first day after",
        "pair",
        "authority",
        "act",
        "rate",
        "of trade",
        "status",
    )
    caption = (
        "Acts in the order of their first day; rates of each act, and the share of the pair's trade it hits"
    )
    return Table("acts", caption, columns, tuple(map(_act, shown)), len(measures) - len(shown))


def _act(measure: Measure) -> tuple[Part, ...]:
    beside = "" if measure.instrument == "tariff" else f" ({measure.instrument.replace('_', ' ')})"
    days = (cell_day(measure.announced), cell_day(measure.effective), cell_day(measure.expires))
    who = (f"{measure.importer} on {measure.exporter}", measure.authority, measure.name)
    return (*days, *who, rate_text(measure) + beside, percent(measure.coverage), measure.status)


def sources_of(measures: Sequence[Measure], events: pd.DataFrame | None) -> Iterator[str]:
    """Yield the sources of acts and events, each once."""
    named = [] if events is None else events["source"].astype(str).tolist()
    yield from dict.fromkeys(text for text in [*(m.source for m in measures), *named] if text.strip())
