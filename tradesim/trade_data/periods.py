"""Periods: the year of a row and the part of it, a quarter, a month or all of it, as files write them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT = {name[:3].lower(): k for k, name in enumerate(NAMES, start=1)}
MONTHS, QUARTERS = tuple(range(1, 13)), (101, 102, 103, 104)
WHOLE_YEAR = 0
ALL_YEAR = frozenset({"52", "0", "00", "", "nan"})
"""What stands in a column of months when a row is a year: UN Comtrade writes 52."""
YEAR = r"(?P<year>(?:19|20)\d\d)"
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{YEAR}(?:\.0)?",
        rf"{YEAR}(?P<month>0[1-9]|1[0-2])(?:\.0)?",
        rf"{YEAR}(?:[-_/ ]M?|M)(?P<month>0?[1-9]|1[0-2])",
        rf"(?P<month>0?[1-9]|1[0-2])[-_/ ]{YEAR}",
        rf"{YEAR}[-_/ ]?Q(?P<quarter>[1-4])",
        rf"Q(?P<quarter>[1-4])[-_/ ]?{YEAR}",
        rf"(?P<name>[a-z]{{3,9}})\.?[-_/, ]*{YEAR}",
        rf"{YEAR}[-_/, ]*(?P<name>[a-z]{{3,9}})\.?",
    )
)


@dataclass(frozen=True, slots=True)
class Period:
    """A year, or a part of it.

    Parameters
    ----------
    year : the year.
    part : 0 for all of it, 1 to 12 for a month, 101 to 104 for a quarter.
    """

    year: int
    part: int = WHOLE_YEAR


def period_of(text: str) -> Period | None:
    """Return the period that a cell names, ``None`` where it names none.

    Examples
    --------
    >>> period_of("2023"), period_of("202301"), period_of("2023Q1")
    (Period(year=2023, part=0), Period(year=2023, part=1), Period(year=2023, part=101))
    >>> period_of("Jan 2023") == period_of("2023-01") == period_of("January 2023")
    True
    >>> period_of("202313"), period_of("soon 2023")
    (None, None)
    """
    for form in FORMS:
        match = form.fullmatch(text.strip())
        if match:
            found = match.groupdict()
            year = int(found["year"])
            if found.get("name"):
                month = month_of(found["name"])
                return Period(year, month) if month else None
            if found.get("quarter"):
                return Period(year, 100 + int(found["quarter"]))
            return Period(year, int(found.get("month") or WHOLE_YEAR))
    return None


def month_of(text: str) -> int:
    """Return the number of a month from its number, name or first three letters; 0 where it is none.

    Examples
    --------
    >>> month_of("3"), month_of("March"), month_of("Sept"), month_of("Marmalade")
    (3, 3, 9, 0)
    """
    if re.fullmatch(r"0?[1-9]|1[0-2]", text):
        return int(text)
    month = SHORT.get(text[:3].lower(), 0)
    return month if month and len(text) >= 3 and NAMES[month - 1].lower().startswith(text.lower()) else 0


def covered(parts: Iterable[int]) -> set[int]:
    """Return the months that months and quarters cover.

    Examples
    --------
    >>> sorted(covered([101, 4]))
    [1, 2, 3, 4]
    """
    months: set[int] = set()
    for part in parts:
        months |= set(range(3 * (part - 100) - 2, 3 * (part - 100) + 1)) if part > 100 else {part}
    return months & set(MONTHS)


def missing(parts: Iterable[int]) -> str:
    """Name the months of a year that months and quarters leave out, "" where none.

    Examples
    --------
    >>> missing([101, 102, 103, 10, 12]), missing([101, 102, 103, 104])
    ('November', '')
    """
    held = covered(parts)
    return ", ".join(NAMES[month - 1] for month in MONTHS if month not in held)


def written(part: int) -> str:
    """Write a part of a year."""
    return f"quarter {part - 100}" if part > 100 else NAMES[part - 1] if part else "year"
