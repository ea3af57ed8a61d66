"""Takeaways: what a view says, in sentences with its numbers."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from tradesim.app import words
from tradesim.app.controls import day_text
from tradesim.path_statistics import DUST
from tradesim.paths import Paths

LEVELS = (2.0, 1.5, 1.0, 0.75, 0.5, 0.25, 0.1)
"""Duties that a sentence may name."""
MOST_EVENTS = 6
Pair = tuple[str, str]


def duties(paths: Paths, pair: Pair, summary: pd.DataFrame) -> str:
    """Say where a pair's duty begins and where it ends.

    Parameters
    ----------
    paths : of the draws.
    pair : (importer, exporter).
    summary : of the paths, as `Paths.summary` returns it.
    """
    row: Any = summary.loc[pair]
    who = words.sentence(words.pair(*pair))
    ends = f"on {day_text(paths.dates[-1])}"
    if row["last 5 %"] == row["last 95 %"]:
        text = f"{who}: {percent(row['first'])} on the first day, {percent(row['last'])} {ends}"
    else:
        text = (
            f"{who}: {percent(row['first'])} on the first day; {ends} {percent(row['last'])} in the median, "
            f"{percent(row['last 5 %'])} to {percent(row['last 95 %'])} in nine of ten draws"
        )
    return f"{text}."


def as_written(pair: Pair, written: pd.DataFrame) -> str:
    """Say where a pair's duty ends in the scenario as it is written."""
    row: Any = written.loc[pair]
    return f"As written it ends at {percent(row['last'])} in the median."


def exceeding(paths: Paths, pair: Pair) -> str:
    """Say how likely it is that a pair's duty ever exceeds a round level above where it begins, or nothing.

    The level is the highest that one draw in twenty exceeds; where none is, the lowest that any does.
    """
    one = paths.select([pair])
    first = float(one.to_frame().to_numpy()[0, 0])
    peaks = one.peak().iloc[:, 0]
    levels = [level for level in LEVELS if level > first]
    shares = {level: float((peaks > level + DUST).mean()) for level in levels}
    often = [level for level, share in shares.items() if share >= 0.05]
    ever = [level for level, share in shares.items() if share > 0]
    if not ever:
        return ""
    level = often[0] if often else ever[-1]
    return f"It exceeds {level * 100:.0f} % at some time in {percent(shares[level], 0)} of draws."


def truces(paths: Paths) -> Iterator[str]:
    """Say how likely each truce is in force on the last day, and how often one was broken."""
    for name, row in paths.truce_summary().to_dict("index").items():
        text = (
            f"Truce “{name}”: in force at some time in {percent(row['held'], 0)} of draws, "
            f"on the last day in {percent(row['last day'], 0)}"
        )
        yield text + (f"; broken in {percent(row['breached'], 0)}." if row["breached"] > 0 else ".")


def outcomes(paths: Paths) -> Iterator[str]:
    """Say how often each event ended how."""
    for event in list(paths.outcomes)[:MOST_EVENTS]:
        shares = paths.outcomes[event].value_counts(normalize=True, sort=False)
        told = ", ".join(f"{name} {percent(share, 0)}" for name, share in shares.items() if share > 0)
        yield f"{words.sentence(str(event))}: {told}."


def percent(fraction: float, decimals: int = 1) -> str:
    """Write a fraction in percent; what is neither nothing nor all never reads as such.

    Examples
    --------
    >>> percent(0.4753), percent(0.002, 0), percent(0.999, 0), percent(1.0, 0)
    ('47.5 %', '<1 %', '>99 %', '100 %')
    """
    text = f"{100 * fraction:.{decimals}f}"
    if text == "0" and fraction > 0:
        return "<1 %"
    return ">99 %" if text == "100" and fraction < 1 else f"{text} %"
