"""Keywords: a description made with a name that it does not have is refused like every other mistake.

Python's own complaint (``got an unexpected keyword argument 'ratoi'``) knows nothing of what is allowed.
"""

import functools
import inspect
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from tradesim.errors import Problem, fail_if, unknown_name

C = TypeVar("C", bound=type)
BY_NAME = {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


def by_name(described: C) -> C:
    """Have a class refuse unknown and missing keywords with what it knows; its signature stays as it is.

    Examples
    --------
    >>> @by_name
    ... class Rule:
    ...     def __init__(self, *, ratio: float = 1.0, cap: float = 10.0): ...
    >>> Rule(ratoi=0.5)
    Traceback (most recent call last):
    ...
    tradesim.errors.InputError: Rule: unknown keyword; got 'ratoi'; allowed: cap, ratio; did you mean 'ratio'?
    """
    made: Any = described
    initialise = made.__init__

    @functools.wraps(initialise)
    def checked(self: Any, *args: Any, **given: Any) -> None:
        try:
            initialise(self, *args, **given)
        except TypeError:
            fail_if(_problems(type(self).__name__, inspect.signature(initialise), args, given))
            raise

    made.__init__ = checked
    return described


def _problems(
    name: str, signature: inspect.Signature, args: Sequence[Any], given: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield what keeps values from being bound to a signature, whose first parameter is ``self``."""
    known = [p for p in list(signature.parameters.values())[1:] if p.kind in BY_NAME]
    first = [p.name for p in known if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    names = [p.name for p in known]
    if len(args) > len(first):
        extra = ", ".join(repr(value) for value in args[len(first) :])
        yield Problem("a value without a name", name, extra, ", ".join(names), f"say which: {names[-1]}=…")
    unknown = [each for each in given if each not in names]
    yield from (unknown_name("keyword", each, names, name) for each in unknown)
    bound = {*first[: len(args)], *given}
    missing = [
        p.name
        for p in known
        if p.default is p.empty and p.name not in bound and not get_close_matches(p.name, unknown, cutoff=0.5)
    ]
    yield from (Problem(f"`{each}` is missing", name, allowed=", ".join(names)) for each in missing)
