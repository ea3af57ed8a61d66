"""Counted: authorities that a schedule lacks and that its replacements, floors and caps name in ``against``.

A name that no measure has makes a limit count nothing and a replacement end nothing, so that duties come out
too high without a word. Written in another way, as ``mfn`` for ``MFN``, it is refused; unknown, it is warned
about. A part of a schedule that was asked before, by `part`, is not asked again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tradesim.errors import ModelWarning, Problem, fail_if, unknown_name, warn_user
from tradesim.measures import LIMITS, Measure

_IS_PART: ContextVar[bool] = ContextVar("is_part", default=False)


@contextmanager
def part() -> Iterator[None]:
    """Say that what is made within is a part of a schedule, which may lack what its measures name."""
    token = _IS_PART.set(True)
    try:
        yield
    finally:
        _IS_PART.reset(token)


def check(measures: Iterable[Measure], among: Iterable[Measure]) -> None:
    """Refuse names of authorities that are written in another way, and warn of those that are unknown.

    Parameters
    ----------
    measures : those whose ``against`` is looked at.
    among : those of the schedule.

    Raises
    ------
    InputError
        For names that differ from an authority's in capitals, spaces or signs alone.
    """
    if _IS_PART.get():
        return
    known = {m.authority for m in among}
    spelt = {_bare(name): name for name in sorted(known)}
    unknown = {(m, name): spelt.get(_bare(name)) for m in measures for name in m.against if name not in known}
    fail_if(
        Problem("an authority written in another way", _where(m), repr(name), repr(meant))
        for (m, name), meant in unknown.items()
        if meant is not None
    )
    said = dict.fromkeys(_said(m, name, known) for m, name in unknown)
    for text in said:
        warn_user(text, ModelWarning)


def _where(measure: Measure) -> str:
    return f"measure {measure.name!r}: against"


def _said(measure: Measure, name: str, known: Iterable[str]) -> str:
    effect = "does not count it" if measure.basis in LIMITS else "ends nothing of it"
    what = f"{measure.basis}" if measure.basis in LIMITS else "replacement"
    nearest = unknown_name("authority", name, known).fix
    text = f"{_where(measure)}: no measure is of the authority {name!r}, so the {what} {effect}"
    return f"{text}; {nearest}" if nearest else text


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
