"""Story: one draw told as a table: who did what, when, from what to what, and why."""

from collections.abc import Iterator, Sequence

import pandas as pd

from tradesim.story.announcements import announcements
from tradesim.story.charges import Charges
from tradesim.story.draw import COLUMNS, Draw, Row, Told
from tradesim.story.happenings import event_rows, truce_rows

__all__ = ["COLUMNS", "Draw", "Told", "story"]

DATES, NUMBERS = ("date", "charged"), ("from", "to", "duty before", "duty after")


def story(draw: Draw) -> pd.DataFrame:
    """Return the story of a draw, one row per move, by date; the index, ``row``, is its number.

    Returns
    -------
    DataFrame
        date, and kind:

        ``event``, ``truce`` : what happens to all.
        ``announces`` : what the importer announces against the exporter goes ``from`` one level ``to``
            another, by law, by a new act that arrives or by a rule; nominal fractions above the reference (a
            cut below it is negative). ``charged`` is the first day that the duty follows.
        ``charges`` : a duty moves that day by what was announced before: an act takes effect or ends, a truce
            suspends it or it returns.
        ``forgives`` : a rule lets pass what it sees.
        ``infeasible`` : no duty meets the aim of a rule that asks a model, against what it sees.

        ``duty before`` and ``duty after`` are the pair's duty on the eve of ``charged`` and on that day,
        fractions, by all that moves it then; empty where fees and controls are charged, which are no duties,
        and beyond the last day. Every day on which a duty moves has such a row, the first day among them,
        which follows on the eve of the scenario. ``why`` says it in words.
    """
    told = [*announcements(draw)]
    rows = [*event_rows(draw), *truce_rows(draw), *Charges(draw).rows(told), *told]
    table = pd.DataFrame(_with_duties(draw, rows), columns=list(COLUMNS))
    for name in DATES:
        table[name] = pd.to_datetime(table[name])
    for name in NUMBERS:
        table[name] = table[name].astype("float64")
    return table.sort_values("date", kind="stable", ignore_index=True).rename_axis("row")


def _with_duties(draw: Draw, rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    """Yield the rows as the table has them, with the duty of the pair before and on the day charged."""
    for row in rows:
        shown: dict[str, object] = {"date": draw.date(row.day), "kind": row.kind, "why": row.why}
        if row.pair is not None:
            shown["importer"], shown["exporter"] = (draw.codes[k] for k in row.pair)
        if row.level is not None:
            shown["from"], shown["to"] = row.level
        if row.charged is not None:
            shown["charged"] = draw.date(row.charged)
            if row.pair is not None and row.duty and row.charged < draw.length:
                shown["duty before"], shown["duty after"] = draw.of_pair(draw.duty, row.pair, row.charged)
        yield shown
