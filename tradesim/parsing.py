"""Parsing: numbers and calendar days, read in one way from every file, option and call.

A number is written with ASCII digits, a point for decimals and nothing else: ``0.25``, ``-3``, ``1e6``. What
Python or NumPy would read beside that (``1_0``, ``inf``, digits of other scripts) and what people write
(``25%``, ``1,234``, ``0,25``, a typographic minus) is refused with what was probably meant.

A day is ``2025-04-10`` or ``20250410``, a date, or a timestamp of midnight without a time zone. A month, a
week, a time of day and a time zone do not say which day is meant and are refused.
"""

import datetime as dt
import re
from typing import Any

import numpy as np

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}")
SPACES = re.compile(r"(?<=[0-9])[\s_'’](?=[0-9]{3})")
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
MARKS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{NO-BREAK SPACE}": " "})


def number(text: str) -> float | None:
    """Return the number that a text is, or ``None``.

    Examples
    --------
    >>> number(" 0.25 "), number("1_0"), number("25%"), number("nan"), number("1e400")
    (0.25, None, None, None, None)
    """
    word = text.strip()
    if not NUMBER.fullmatch(word):
        return None
    read = float(word)
    return read if np.isfinite(read) else None


def whole(text: str) -> int | None:
    """Return the whole number that a text is, or ``None``.

    Examples
    --------
    >>> whole("1000"), whole("1_000"), whole("1.0")
    (1000, None, None)
    """
    word = text.strip()
    return int(word) if WHOLE.fullmatch(word) else None


def meant(text: str) -> str:
    """Return how to write the number that a person probably meant, or nothing.

    Examples
    --------
    >>> meant("25 %"), meant("1,234,567"), meant("10_000"), meant("many")
    ('write 0.25', 'write 1234567', 'write 10000', '')
    """
    word = text.translate(MARKS).strip().lstrip("$€£").strip()
    share = word.endswith("%")
    word = SPACES.sub("", word.removesuffix("%").strip())
    if re.fullmatch(r"[0-9]+_[0-9_]+", word):
        word = word.replace("_", "")
    if DECIMAL_COMMA.fullmatch(word) and THOUSANDS.fullmatch(word):
        return f"write {word.replace(',', '')}, or {word.replace(',', '.')} if the comma is a decimal point"
    word = word.replace(",", "") if THOUSANDS.fullmatch(word) else word
    word = word.replace(",", ".") if DECIMAL_COMMA.fullmatch(word) else word
    read = number(word)
    if read is None:
        return ""
    return f"write {read / 100:.15g}" if share else f"write {word}"


def calendar_day(value: Any) -> tuple[dt.date | None, str]:
    """Return the calendar day that a value is, or ``None`` and what to do about it.

    Examples
    --------
    >>> calendar_day("2025-04-10")[0], calendar_day(np.datetime64("2025-04"))
    (datetime.date(2025, 4, 10), (None, 'it says no day of the month: YYYY-MM-DD'))
    """
    if isinstance(value, str):
        return _day_of_text(value.strip())
    if isinstance(value, np.datetime64):
        return _day_of_numpy(value)
    if isinstance(value, dt.datetime):
        return _day_of_timestamp(value)
    if isinstance(value, dt.date):
        return value, ""
    several = isinstance(value, list | tuple | set | dict | np.ndarray) or hasattr(value, "to_numpy")
    return None, "one day is meant here, not several" if several else ""


def _day_of_text(text: str) -> tuple[dt.date | None, str]:
    if not DAY.fullmatch(text):
        timed = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", text)
        return None, "give the day alone, without a time or time zone" if timed else ""
    try:
        return dt.date.fromisoformat(text), ""
    except ValueError:
        return None, ""


def _day_of_numpy(value: np.datetime64) -> tuple[dt.date | None, str]:
    unit = np.datetime_data(value.dtype)[0]
    if np.isnat(value):
        return None, "a day is missing"
    if unit in {"Y", "M", "W"}:
        return None, "it says no day of the month: YYYY-MM-DD"
    day = value.astype("datetime64[D]")
    if day.astype(value.dtype) != value:
        return None, "give the day alone, without a time of day"
    read = day.item()
    return (read, "") if isinstance(read, dt.date) else (None, "")


def _day_of_timestamp(value: dt.datetime) -> tuple[dt.date | None, str]:
    if value != value:  # noqa: PLR0124 NaT
        return None, "a day is missing"
    if value.tzinfo is not None:
        return None, "give the day alone: whose midnight is meant depends on the time zone"
    if value.time() != dt.time() or getattr(value, "nanosecond", 0) > 0:
        return None, "give the day alone, without a time of day"
    return value.date(), ""
