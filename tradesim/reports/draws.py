"""Draws: the sections on what many draws come to: how they spread, and how likely truces are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from tradesim.paths import Paths
from tradesim.reports import pictures
from tradesim.reports.pictures import FAN, Credit, Pair
from tradesim.reports.values import (
    Block,
    Part,
    Section,
    Sentence,
    Table,
    cell_day,
    percent,
    plain,
    points,
    rows_of,
    say,
    whole,
)
from tradesim.sweeps import Sweep

MOST_ROWS = 60


def spread(paths: Paths, pairs: Sequence[Pair], credit: Credit) -> Iterator[Section]:
    """Yield how the draws of a run spread, and how likely truces are."""
    truce = paths.in_any_truce() if paths.truces else None
    figures = pictures.fan_figures(paths.quantiles(FAN), pairs, truce, credit)
    shares = {str(event): _shares(paths.outcomes[event]) for event in paths.outcomes}
    blocks: list[Block] = [_told(paths.draws), *figures, _summary(paths.summary()), *_outcomes(shares)]
    yield Section("fan", "Many draws", tuple(blocks))
    if truce is not None:
        any_of = truce if len(paths.truces) > 1 else None
        figure = pictures.truce_figure(paths.in_truce(), any_of, credit)
        yield Section("truces", "How likely a truce is", (figure, _truces(paths.truce_summary())))


def swept(sweep: Sweep, pairs: Sequence[Pair], credit: Credit) -> Iterator[Section]:
    """Yield how the draws of a sweep spread, and how likely truces are."""
    shares = sweep.in_truce()
    truce = shares.iloc[:, 0] if shares.shape[1] == 1 else None
    figures = pictures.fan_figures(sweep.quantiles(FAN), pairs, truce, credit)
    off = say("Quantiles are off by {error} at most.", error=points(sweep.error))
    blocks: list[Block] = [_told(sweep.draws), off, *figures, _moments(sweep.moments())]
    chances: dict[str, dict[str, float]] = {}
    for (event, outcome), row in rows_of(sweep.chances()):
        chances.setdefault(str(event), {})[str(outcome)] = float(row["share"])
    blocks += _outcomes(chances)
    yield Section("fan", "Many draws", tuple(blocks))
    if shares.shape[1]:
        yield Section("truces", "How likely a truce is", (pictures.truce_figure(shares, None, credit),))


def _shares(outcomes: "pd.Series[Any]") -> dict[str, float]:
    """Return the share of draws of each outcome of an event."""
    shares = outcomes.value_counts(normalize=True, sort=False)
    return {str(name): float(share) for name, share in shares.items()}


def _outcomes(shares: Mapping[str, Mapping[str, float]]) -> Iterator[Table]:
    """Yield a table of how often each outcome of each event came, where there are any."""
    rows = [
        (event if place == 0 else "", outcome, percent(share))
        for event, outcomes in shares.items()
        for place, (outcome, share) in enumerate(outcomes.items())
    ]
    if rows:
        caption = "How often each outcome came, % of draws"
        yield Table("events", caption, ("event", "outcome", "came in"), tuple(rows))


def _told(draws: int) -> Sentence:
    return say(
        "{n} draws of everything that is left to chance. The bands hold the middle half and the middle nine "
        "tenths of them, day by day; no single draw need run along a band.",
        n=whole(draws),
    )


def _summary(summary: pd.DataFrame) -> Table:
    """Return the duties of every pair at a glance."""
    columns = {
        "first day": "first", "highest, median": "peak", "on, median": "highest on",
        "last day, median": "last", "5 % of draws end below": "last 5 %",
        "95 % of draws end below": "last 95 %", "end higher": "ends higher", "end lower": "ends lower",
    }  # fmt: skip
    rows: list[tuple[Part, ...]] = [
        (
            f"{i} on {j}",
            *(cell_day(row[n]) if n == "highest on" else percent(row[n]) for n in columns.values()),
        )
        for (i, j), row in rows_of(summary)[:MOST_ROWS]
    ]
    caption = "What each pair comes to: statutory effective duty, % of import value, and shares of draws, %"
    return Table("fan", caption, ("pair", *columns), tuple(rows), len(summary) - len(rows))


def _truces(summary: pd.DataFrame) -> Table:
    """Return the truces at a glance."""
    rows = [
        (str(name), percent(row["held"]), plain(row["days"], 0), plain(row["renewals"], 2),
         percent(row["breached"]), percent(row["last day"]))
        for name, row in rows_of(summary)
    ]  # fmt: skip
    columns = (
        "truce", "ever in force", "days in force, median", "renewals, mean", "ended by a breach",
        "in force on the last day",
    )  # fmt: skip
    return Table(
        "truces", "What each truce comes to: shares of draws, %, days and times", columns, tuple(rows)
    )


def _moments(moments: pd.DataFrame) -> Table:
    """Return mean, deviation and range of what draws came to."""
    said: dict[Any, str] = {"last": "last day", "peak": "highest day", "mean": "mean of all days"}
    rows: list[tuple[Part, ...]] = [
        (
            f"{i} on {j}",
            said[of],
            percent(row["mean"], 2),
            points(row["sd"]),
            *(percent(row[name], 2) for name in ("least", "most")),
        )
        for (i, j, of), row in rows_of(moments)[:MOST_ROWS]
    ]
    caption = "Over all draws: statutory effective duty, % of import value"
    columns = ("pair", "of", "mean", "standard deviation, percentage points", "least", "most")
    return Table("moments", caption, columns, tuple(rows), len(moments) - len(rows))
