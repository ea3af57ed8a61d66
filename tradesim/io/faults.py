"""Faults: what pydantic finds wrong with the shape of a scenario file, said in our words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from tradesim.errors import InputError, Problem, unknown_name
from tradesim.io.lines import KeyPath
from tradesim.io.places import MOST_PROBLEMS
from tradesim.io.tables import ScenarioTable, Table
from tradesim.rules import KINDS

TYPES = {
    "string_type": ("not a text", "a text in quotes"),
    "float_type": ("not a number", "a number; rates and shares are fractions: 0.25 is 25 %"),
    "int_type": ("not a whole number", "a whole number"),
    "bool_type": ("not a yes or no", "true or false"),
    "list_type": ("not a list", "a list in [ ], or tables that each begin with a header in [[ ]]"),
    "dict_type": ("not a table", "a table under a header in [ ]"),
    "model_type": ("not a table", "a table under a header in [ ]"),
    "model_attributes_type": ("not a table", "a table under a header in [ ]"),
    "less_than": ("too large", "a number of days"),
    "greater_than_equal": ("too small", "a number of days"),
}
"""What is wrong and what is allowed, by pydantic's name for the error."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error as pydantic gives it.

    Parameters
    ----------
    kind : its type.
    place : where it says that it is: key path, with the kind of a rule after the rule's economy.
    given : what stands there.
    context : what was expected.
    message : pydantic's own words.
    """

    kind: str
    place: KeyPath
    given: Any
    context: dict[str, Any]
    message: str

    @property
    def path(self) -> KeyPath:
        """Where it is in the file."""
        return (*self.place[:2], *self.place[3:]) if self.place[:1] == ("rules",) else self.place


def problems_of(error: ValidationError) -> Iterator[tuple[KeyPath, Problem]]:
    """Yield the key path and the problem of each error; words are found for as many as are shown."""
    faults = _faults(error)
    for fault in faults[:MOST_PROBLEMS]:
        cause = fault.context.get("error")
        found = cause.problems if isinstance(cause, InputError) else [in_words(fault)]
        yield from ((fault.path, problem) for problem in found)
    yield from [((), Problem(""))] * (len(faults) - MOST_PROBLEMS)


def faults_of(error: ValidationError) -> Iterator[tuple[KeyPath, bool]]:
    """Yield the key path of each error, and whether it is a key that nobody knows."""
    return ((fault.path, fault.kind == "extra_forbidden") for fault in _faults(error))


def _faults(error: ValidationError) -> list[Fault]:
    details = error.errors(include_url=False)
    return [Fault(e["type"], e["loc"], e["input"], e.get("ctx", {}), e["msg"]) for e in details]


def in_words(fault: Fault) -> Problem:
    """Return a fault of shape as a problem."""
    if fault.kind in SAYINGS:
        return SAYINGS[fault.kind](fault)
    what, allowed = TYPES.get(fault.kind, (fault.message, ""))
    return Problem(what, dotted(fault.path), shown(fault.given), allowed, _brackets(fault))


def _missing(fault: Fault) -> Problem:
    allowed = f"a table with {', '.join(_keys_at(fault.place[:-1]))}"
    return Problem(f"`{fault.path[-1]}` is missing", dotted(fault.path[:-1]), allowed=allowed)


def _unknown_key(fault: Fault) -> Problem:
    return unknown_name("key", str(fault.path[-1]), _keys_at(fault.place[:-1]), dotted(fault.path[:-1]))


def _unknown_choice(fault: Fault) -> Problem:
    if not isinstance(fault.given, str):
        return Problem("not a text", dotted(fault.path), shown(fault.given), "a text in quotes")
    allowed = re.findall(r"'([^']+)'", fault.context["expected"])
    return unknown_name(str(fault.path[-1]), fault.given, allowed, dotted(fault.path[:-1]))


def _unknown_kind(fault: Fault) -> Problem:
    return unknown_name("kind of rule", fault.context["tag"], KINDS, dotted(fault.path))


def _no_kind(fault: Fault) -> Problem:
    return Problem("`kind` is missing", dotted(fault.path), allowed=" | ".join(KINDS))


SAYINGS = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _unknown_choice,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _no_kind,
}
"""Errors that need more than a word for what is allowed."""


def _brackets(fault: Fault) -> str:
    """Say which brackets a header needs, where it has the other ones."""
    name = dotted([part for part in fault.path if isinstance(part, str)])
    if fault.kind == "list_type" and isinstance(fault.given, dict):
        return f"begin each with [[{name}]]"
    one_table = fault.kind in {"dict_type", "model_type", "model_attributes_type"}
    return f"begin it with [{name}], once" if one_table and isinstance(fault.given, list) else ""


def dotted(path: Sequence[str | int]) -> str:
    """Write a key path.

    Examples
    --------
    >>> dotted(("events", 1, "outcomes", 0))
    'events[1].outcomes[0]'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """Write a value that was given, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _keys_at(place: KeyPath) -> list[str]:
    """Return the keys of the table at a place."""
    here: list[type[Table]] = [ScenarioTable]
    for step in place:
        named = [table for table in here if len(here) > 1 and step == _kind_of(table)]
        if named:
            here = named
        elif step in here[0].model_fields:
            here = list(_tables_in(here[0].model_fields[str(step)].annotation)) or here
    return list(here[0].model_fields)


def _kind_of(table: type[Table]) -> str:
    return str(get_args(table.model_fields["kind"].annotation)[0])


def _tables_in(annotation: Any) -> Iterator[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables_in(inner)
