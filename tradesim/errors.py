"""Errors: every refusal says what, where, what was given, what is allowed and what to do."""

import difflib
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    Parameters
    ----------
    what : the fault in a few words.
    where : the place: a field, ``file:line``, a measure's name.
    got : what was given, as text.
    allowed : what would have been accepted.
    fix : what to do about it.
    """

    what: str
    where: str = ""
    got: str = ""
    allowed: str = ""
    fix: str = ""

    def at(self, place: str) -> "Problem":
        """Return the same problem with an outer place put in front of its own."""
        where = f"{place}: {self.where}" if self.where else place
        return Problem(self.what, where, self.got, self.allowed, self.fix)

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.got:
            parts.append(f"got {self.got}")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.fix:
            parts.append(self.fix)
        return "; ".join(parts)


class TradesimError(Exception):
    """Base of every error that tradesim raises on purpose."""


class TradesimWarning(UserWarning):
    """Base of every warning of tradesim."""


class ModelWarning(TradesimWarning):
    """A model was given, or gave, what is possible but most often a mistake."""


class InputError(TradesimError, ValueError):
    """Input that cannot be used; carries every problem found, not just the first.

    Examples
    --------
    >>> raise InputError([Problem("negative rate", "measure 'List 1'", "-0.25", "a fraction of 0 or more")])
    Traceback (most recent call last):
    ...
    tradesim.errors.InputError: measure 'List 1': negative rate; got -0.25; allowed: a fraction of 0 or more
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)

    def at(self, place: str) -> "InputError":
        """Return the same error with an outer place put in front of every problem."""
        return InputError(problem.at(place) for problem in self.problems)


class PercentWarning(TradesimWarning):
    """A rate of 200% or more, which may be a percentage written where a fraction belongs."""


class VintageWarning(TradesimWarning):
    """A record is asked for a day after its vintage: what was scheduled then is taken to happen.

    Shown once for each record in a process; views made by `Schedule.as_of` and runs of scenarios go past a
    vintage on purpose and do not warn.
    """


class MissingExtraError(TradesimError, ImportError):
    """An optional dependency that is needed and not installed; says how to install it from a checkout.

    Examples
    --------
    >>> str(MissingExtraError("this needs pyarrow", "store", "write CSV"))
    "this needs pyarrow: pip install '.[store]' in tradesim's folder, or write CSV"
    """

    def __init__(self, said: str, extra: str, otherwise: str = "") -> None:
        other = f", or {otherwise}" if otherwise else ""
        super().__init__(f"{said}: pip install '.[{extra}]' in tradesim's folder{other}")


def fail_if(problems: Iterable[Problem]) -> None:
    """Raise one `InputError` with all problems, or nothing when there are none."""
    found = tuple(problems)
    if found:
        raise InputError(found)


class Together:
    """Takes the problems of several checks, so that all are told at once.

    Examples
    --------
    >>> every = Together()
    >>> with every:
    ...     raise InputError([Problem("negative rate")])
    >>> every.add([Problem("unknown economy")])
    >>> every.refuse()
    Traceback (most recent call last):
    ...
    tradesim.errors.InputError: negative rate
    unknown economy
    """

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self.problems = list(problems)

    def __enter__(self) -> None:
        """Do what may raise an `InputError`."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Take its problems and go on; any other error is raised."""
        if not isinstance(error, InputError):
            return False
        self.problems += error.problems
        return True

    def add(self, problems: Iterable[Problem]) -> None:
        """Take problems that were found without an error."""
        self.problems += problems

    def refuse(self) -> None:
        """Raise one error with all problems, each once, or nothing when there are none."""
        fail_if(dict.fromkeys(self.problems))


def unknown_name(kind: str, given: str, known: Iterable[str], where: str = "") -> Problem:
    """Return the problem for a name that is not known, with the nearest known ones."""
    names = sorted(known)
    spelt = {name.lower(): name for name in reversed(names)}
    close = [spelt[near] for near in difflib.get_close_matches(str(given).lower(), spelt, n=3, cutoff=0.5)]
    shown = ", ".join(names[:20]) + (f", … ({len(names)} in all)" if len(names) > 20 else "")
    fix = f"did you mean {' or '.join(repr(name) for name in close)}?" if close else ""
    return Problem(f"unknown {kind}", where, repr(given), shown or "none are defined", fix)


INSIDE = ("tradesim.", "contextlib.", "dataclasses.", "functools.", "pydantic.")
"""Modules whose lines are not the user's."""


def warn_user(text: str, category: type[Warning]) -> None:
    """Warn at the line of the first caller outside of this package, whatever lies in between."""
    depth, frame = 1, sys._getframe(0)  # noqa: SLF001 as warnings itself does
    while frame.f_back is not None and f"{frame.f_globals.get('__name__', '')}.".startswith(INSIDE):
        depth, frame = depth + 1, frame.f_back
    warnings.warn(text, category, stacklevel=depth)
