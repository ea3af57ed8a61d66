"""Truces: windows in which named duties are suspended and the parties' rules hold still."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from tradesim import percent
from tradesim.conversion import own_numbers, real_in, shown, whole
from tradesim.economies import code_problems
from tradesim.errors import InputError, Problem, fail_if
from tradesim.keywords import by_name
from tradesim.timegrid import DateLike, as_date

Ending = Literal["snapback", "lapse"]
"""snapback: what was suspended returns on the end day. lapse: it is gone for good."""
CHANCE = "not a probability"
LONGEST = 100_000
NUMBERS = (
    *("surcharges", "renewal", "breach", "tolerance"),
    *("renewal_days", "renewals", "start_spread", "length_spread", "days"),
)
"""Days: more than any horizon."""


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Truce:
    """A window in which duties between its parties are suspended.

    Parameters
    ----------
    name : how events and changes refer to it.
    parties : two or more economies; the rules of each hold still towards the others.
    start, end : first day of the truce, and first day it is over: half-open. ``days`` may take the place of
        ``end``: how long it lasts.
    suspend : names of measures or authorities, with ``*`` wildcards; the parties' only.
    surcharges : share (0–1) of the duties that rules and shocks added which is suspended too.
    at_end : ``snapback`` or ``lapse``.
    renewal : probability, at each end, that it is renewed, for ``renewal_days`` days, at most ``renewals``
        times.
    breach : probability that a provocation ends it: a party that announced, the day before, more than
        ``tolerance`` above what it had, against another. Everything suspended then returns.
    start_spread, length_spread : days by which start and length are uncertain: each draw adds a whole number
        from 0 to this, all equally likely.

    Raises
    ------
    InputError
        With every problem found.

    Examples
    --------
    >>> Truce(name="geneva", parties=("USA", "CHN"), start="2025-08-12", end="2025-11-10").parties
    ('USA', 'CHN')
    """

    name: str
    parties: tuple[str, ...]
    start: DateLike
    end: DateLike = None  # type: ignore[assignment]
    suspend: tuple[str, ...] = ()
    surcharges: float = 0.0
    at_end: Ending = "snapback"
    renewal: float = 0.0
    renewal_days: int = 90
    renewals: int = 0
    breach: float = 0.0
    tolerance: float = 0.0
    start_spread: int = 0
    length_spread: int = 0
    days: int | None = None

    def __post_init__(self) -> None:
        for name in ("parties", "suspend"):
            given: Any = getattr(self, name)
            if isinstance(given, Iterable):
                object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        own_numbers(self, NUMBERS)
        problems = [*_date_problems(self), *_truce_problems(self)]
        fail_if(problem.at(f"truce {self.name!r}") for problem in problems)
        percent.warn(f"truce {self.name!r}: tolerance", self.tolerance)


def _date_problems(truce: Truce) -> list[Problem]:
    given: Any = truce.end
    if (given is None) == (truce.days is None):
        got = "neither" if given is None else "both"
        return [Problem("when does it end", "end", got, "`end`, the first day it is over, or `days`")]
    if truce.days is not None and whole(truce.days, 0, LONGEST) is None:
        return [Problem("not a number of days", "days", shown(truce.days), f"a whole number, 0 to {LONGEST}")]
    try:
        object.__setattr__(truce, "start", as_date(truce.start, "start"))
        if truce.days is not None:
            start: Any = truce.start
            given = start + dt.timedelta(days=truce.days)
            object.__setattr__(truce, "days", None)
        object.__setattr__(truce, "end", as_date(given, "end"))
    except InputError as error:
        return list(error.problems)
    days: Any = truce
    if days.end < days.start:
        return [Problem("ends before it starts", "end", str(days.end), f"{days.start} or later")]
    return []


def _truce_problems(truce: Truce) -> Iterator[Problem]:
    if not _is_text(truce.name):
        yield Problem("name is missing", "name", repr(truce.name), "a text that is not empty")
    for name in ("parties", "suspend"):
        given: Any = getattr(truce, name)
        if not isinstance(given, tuple) or not all(_is_text(each) for each in given):
            yield Problem("not texts", name, repr(given), "texts that are not empty")
            return
    if len(set(truce.parties)) < 2:
        yield Problem("too few parties", "parties", repr(truce.parties), "two economies or more")
    yield from code_problems("parties", *truce.parties)
    if truce.at_end not in get_args(Ending):
        yield Problem("unknown end", "at_end", repr(truce.at_end), " | ".join(get_args(Ending)))
    yield from _number_problems(truce)


def _number_problems(truce: Truce) -> Iterator[Problem]:
    for name, what in (("surcharges", "not a share"), ("renewal", CHANCE), ("breach", CHANCE)):
        if real_in(getattr(truce, name), 0, 1) is None:
            yield Problem(what, name, shown(getattr(truce, name)), "between 0 and 1")
    if real_in(truce.tolerance, 0, 10) is None:
        yield Problem("out of range", "tolerance", shown(truce.tolerance), "a number between 0 and 10")
    for name in ("renewal_days", "renewals", "start_spread", "length_spread"):
        least = 1 if name == "renewal_days" else 0
        if whole(getattr(truce, name), least, LONGEST) is None:
            got = shown(getattr(truce, name))
            yield Problem("not a whole number", name, got, f"a whole number, {least} to {LONGEST}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
