"""Vintages: the last day that a record knows, and what is said of days after it."""

import calendar
import datetime as dt
import re

import numpy as np

from tradesim.errors import VintageWarning, warn_user
from tradesim.timegrid import Days

ASSUMED = "what was scheduled then is taken to happen, and nothing decided since then is in it"


def last_known(vintage: str) -> dt.date | None:
    """Return the last day of a vintage: a day, or the end of a month or year; ``None`` for other texts.

    Examples
    --------
    >>> last_known("2026-10-08"), last_known("2025-02"), last_known("spring")
    (datetime.date(2026, 10, 8), datetime.date(2025, 2, 28), None)
    """
    parts = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", vintage.strip())
    if parts is None:
        return None
    year, month = int(parts[1]), int(parts[2] or 12)
    try:
        return dt.date(year, month, int(parts[3] or calendar.monthrange(year, month)[1]))
    except (ValueError, calendar.IllegalMonthError):
        return None


def note(vintage: str, day: dt.date) -> str:
    """Return what holds for a day after the vintage of a record; nothing for a day that it knows.

    Examples
    --------
    >>> note("2026-10-08", dt.date(2026, 11, 30))[:56]
    'after the vintage of the record, 2026-10-08: what was sc'
    >>> note("2026-10-08", dt.date(2026, 10, 8))
    ''
    """
    last = last_known(vintage)
    return f"after the vintage of the record, {vintage}: {ASSUMED}" if last is not None and day > last else ""


def note_of_days(vintage: str, days: Days) -> str:
    """Return what holds for those of some days, in order, that lie after a vintage; nothing without any.

    Examples
    --------
    >>> note_of_days("2026-10-08", np.array(["2026-10-07", "2026-12-31"], dtype="datetime64[D]"))[:70]
    '2026-10-09 to 2026-12-31: after the vintage of the record, 2026-10-08:'
    """
    last = last_known(vintage)
    if last is None or not is_past(vintage, days):
        return ""
    first = max(np.datetime64(last, "D") + 1, days[0])
    return f"{first} to {days[-1]}: {note(vintage, days[-1].item())}"


def is_past(vintage: str, days: Days) -> bool:
    """Return whether some of the days lie after a vintage."""
    last = last_known(vintage)
    return last is not None and len(days) > 0 and max(days) > np.datetime64(last, "D")


def warn(title: str, vintage: str) -> None:
    """Warn that a record is asked for days after its vintage; the text names no day, so it is one text."""
    text = f"{title or 'the record'}: asked for days after its vintage, {vintage}: {ASSUMED}"
    warn_user(text, VintageWarning)
