"""Truces: windows in which named duties are suspended and the parties' rules hold still."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from tradesim.economies import CODE, CODE_ALLOWED
from tradesim.errors import InputError, Problem, fail_if
from tradesim.timegrid import DateLike, as_date

Ending = Literal["snapback", "lapse"]
"""snapback: what was suspended returns on the end day. lapse: it is gone for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truce:
    """A window in which duties between its parties are suspended.

    Parameters
    ----------
    name : how events and changes refer to it.
    parties : two or more economies; the rules of each hold still towards the others.
    start, end : first day of the truce, and first day it is over: half-open.
    suspend : names of measures or authorities, with ``*`` wildcards; the parties' only.
    surcharges : share (0–1) of the duties that rules added which is suspended too.
    at_end : ``snapback`` or ``lapse``.

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
    end: DateLike
    suspend: tuple[str, ...] = ()
    surcharges: float = 0.0
    at_end: Ending = "snapback"

    def __post_init__(self) -> None:
        for name in ("parties", "suspend"):
            given: Any = getattr(self, name)
            if isinstance(given, Iterable):
                object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        problems = [*_date_problems(self), *_truce_problems(self)]
        fail_if(problem.at(f"truce {self.name!r}") for problem in problems)


def _date_problems(truce: Truce) -> list[Problem]:
    try:
        for name in ("start", "end"):
            object.__setattr__(truce, name, as_date(getattr(truce, name), name))
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
    for code in truce.parties:
        if not CODE.fullmatch(code):
            yield Problem("not an economy code", "parties", repr(code), CODE_ALLOWED)
    share: Any = truce.surcharges
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        yield Problem("not a share", "surcharges", repr(truce.surcharges), "between 0 and 1")
    if truce.at_end not in get_args(Ending):
        yield Problem("unknown end", "at_end", repr(truce.at_end), " | ".join(get_args(Ending)))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
