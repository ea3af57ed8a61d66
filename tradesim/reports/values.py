"""Values: what a report is made of: numbers, days, sentences, tables, figures. No HTML, no picture."""

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradesim.timegrid import DateLike, as_date

if TYPE_CHECKING:
    from tradesim.plots import Chart

UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is, and as it is said.

    Parameters
    ----------
    value : fraction, US dollars or count, at full precision; NaN where it is not known.
    text : what is read, with its unit.
    """

    value: float
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, said in words within sentences and as ISO text within tables."""

    date: dt.date

    @property
    def iso(self) -> str:
        """As 2025-04-10."""
        return self.date.isoformat()

    def __str__(self) -> str:
        return f"{self.date.day} {self.date:%B %Y}"


Part = str | Number | Day


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words, numbers and days in a row."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """What is read."""
        return "".join(map(str, self.parts))

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in it, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Number))


@dataclass(frozen=True, slots=True)
class Takeaway:
    """What matters most, in a sentence; ``key`` says what it is about: ``duty USA-CHN``."""

    key: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph that somebody wrote; addresses in it become links."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Lines that somebody wrote, one under the other; addresses in them become links."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be typed; long ones are folded away behind ``title``."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts, numbers and days.

    Parameters
    ----------
    key : what it is known by in the JSON and in the page.
    caption : what it holds, with its unit.
    rows : one cell for each of the columns. ``more`` : how many further rows are not shown.
    """

    key: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    more: int = 0

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(
            any(isinstance(row[place], Number) for row in self.rows) for place in range(len(self.columns))
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that is drawn when the page is written.

    Parameters
    ----------
    key : what it is known by in the page; letters, digits and ``-``.
    caption : what it shows, with its unit and its source. ``alt`` : what it says to who cannot see it.
    draw : draws it.
    """

    key: str
    caption: str
    alt: str
    draw: "Callable[[], Chart]"


Block = Sentence | Text | Bullets | Code | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under a heading of its own."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def say(template: str, **parts: Part) -> Sentence:
    """Return a sentence from a template with named places.

    Examples
    --------
    >>> say("{who} charges {duty} on {day}.", who="USA", duty=percent(0.475), day=day("2025-04-10")).text
    'USA charges 47.5 % on 10 April 2025.'
    """
    found: list[Part] = []
    for words, name, _, _ in Formatter().parse(template):
        found += [words] * bool(words)
        found += [parts[name]] if name else []
    return Sentence(tuple(found))


def joined(*sentences: Sentence) -> Sentence:
    """Return several sentences as one, with spaces between them."""
    parts: list[Part] = []
    for sentence in sentences:
        parts += [" "] * bool(parts)
        parts += sentence.parts
    return Sentence(tuple(parts))


def percent(fraction: Any, decimals: int = 1, *, signed: bool = False) -> Number:
    """Return a fraction, said in percent.

    Examples
    --------
    >>> percent(0.4753).text, percent(-0.00114, 2, signed=True).text, percent(float("nan")).text
    ('47.5 %', '−0.11 %', 'not known')
    """
    return _number(fraction, 100.0, decimals, " %", signed=signed)


def points(fraction: Any) -> Number:
    """Return a surcharge or a difference between duties, said in percentage points: ``34 points``."""
    value = float(fraction)
    return Number(value, UNKNOWN if math.isnan(value) else f"{_minus(f'{round(100 * value, 2):g}')} points")


def billions(dollars: Any, *, signed: bool = False) -> Number:
    """Return US dollars a year, said in billions.

    Examples
    --------
    >>> billions(-1.68e10).text, billions(1e9, signed=True).text
    ('−16.8 bn', '+1.0 bn')
    """
    return _number(dollars, 1e-9, 1, " bn", signed=signed)


def whole(number: Any) -> Number:
    """Return a count: ``2,000``."""
    return Number(float(number), f"{int(number):,}")


def plain(number: Any, decimals: int = 1) -> Number:
    """Return a number without a unit."""
    return _number(number, 1.0, decimals, "", signed=False)


def given(number: Any) -> Number:
    """Return a number that somebody stated, with as many digits as it needs: ``0.25``."""
    return Number(float(number), f"{float(number):.4g}")


def day(date: DateLike) -> Day:
    """Return a day."""
    return Day(as_date(date))


def cell_day(value: Any) -> Part:
    """Return the day of a cell, or nothing where there is none."""
    return "" if pd.isna(value) else day(str(value)[:10])


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, Any]]:
    """Return the label and the row of each row of a frame."""
    return list(frame.iterrows())


def numbers_of(block: Block) -> Iterator[Number]:
    """Yield the numbers in a sentence or a table, in the order in which they are read."""
    if isinstance(block, Sentence):
        yield from block.numbers
    if isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row if isinstance(cell, Number))


def _number(given_value: Any, factor: float, decimals: int, unit: str, *, signed: bool) -> Number:
    value = float(given_value)
    if math.isnan(value):
        return Number(value, UNKNOWN)
    said = f"{factor * value:+,.{decimals}f}" if signed else f"{factor * value:,.{decimals}f}"
    return Number(value, f"{_minus(said)}{unit}")


def _minus(text: str) -> str:
    """Return a number with a minus as it is printed, and no sign before zero."""
    bare = text if text.strip("+-0.,") else text.lstrip("+-")
    return bare.replace("-", "−")
