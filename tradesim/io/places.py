"""Places: what a problem speaks of, found again in the file.

The classes know names, not lines: they say ``event 'summit': date``. That leads to the second table of
``[[events]]`` and its key ``date``, and so to a line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tradesim.errors import InputError, Problem
from tradesim.io.lines import KeyPath, LineIndex

MOST_PROBLEMS = 200
NAMED = {"measure": "measures", "truce": "truces", "event": "events", "shock": "shocks"}
"""What a class calls its thing, and where the file lists it by name."""


@dataclass(frozen=True, slots=True)
class Places:
    """A parsed scenario file that problems are placed in.

    Parameters
    ----------
    file : its name.
    data : what it holds.
    index : the lines of its keys.
    """

    file: str
    data: Mapping[str, Any]
    index: LineIndex

    def refusal(self, found: Iterable[tuple[KeyPath, Problem]]) -> InputError:
        """Return an error with the problems placed: 200 of them, and then how many more there are."""
        problems = list(found)
        shown = [self.placed(problem, within) for within, problem in problems[:MOST_PROBLEMS]]
        if len(problems) > MOST_PROBLEMS:
            more = f"{len(problems) - MOST_PROBLEMS:,} more problems"
            shown.append(Problem(more, f"{self.file}:1", fix="mend the others first"))
        return InputError(shown)

    def placed(self, problem: Problem, within: KeyPath = ()) -> Problem:
        """Return a problem with ``file:line`` in front, as near as its words lead from a key path."""
        return problem.at(f"{self.file}:{self.index.line(self.path(problem, within))}")

    def path(self, problem: Problem, within: KeyPath = ()) -> KeyPath:
        """Return the key path that a problem's words lead to.

        Examples
        --------
        >>> data = {"events": [{"name": "summit", "date": "2025-10-31"}]}
        >>> places = Places("file", data, LineIndex({(): 1}))
        >>> places.path(Problem("outside the horizon", "event 'summit': date", "2025-10-31"))
        ('events', 0, 'date')
        """
        path, rest = within, problem.where
        step = self._step(path, rest, problem.got)
        while step is not None:
            path, rest = step
            step = self._step(path, rest, problem.got)
        key = re.split(r"[\[:]", rest.rpartition(": ")[2])[0]
        table = value_at(self.data, path)
        if isinstance(table, Mapping) and key in table:
            path = (*path, key)
        return next(_holding(value_at(self.data, path), problem.got, path), path)

    def _step(self, path: KeyPath, rest: str, got: str) -> tuple[KeyPath, str] | None:
        """Follow the first words of a place, such as ``event 'summit': ``, one table inwards."""
        table = value_at(self.data, path)
        if not isinstance(table, Mapping):
            return None
        found = [
            (label, inner) for label, inner in _labels(table, rest, root=not path) if rest.startswith(label)
        ]
        if not found:
            return None
        label, inner = max(found, key=lambda each: (_speaks_of(value_at(table, each[1]), got), len(each[0])))
        return (*path, *inner), re.sub(r"^( \(.*?\))?(: )?", "", rest[len(label) :])


def _labels(table: Mapping[str, Any], rest: str, *, root: bool) -> Iterator[tuple[str, KeyPath]]:
    """Yield what a table and those within it are called, and their key paths; the latest of a list first."""
    yield from ((f"{kind} {_name(table)!r}", ()) for kind in (("scenario",) if root else NAMED))
    if "rules" in table:
        yield "rules", ("rules",)
        yield from ((f"rules.{key}", ("rules", key)) for key in table["rules"])
    yield from ((f"branch {name!r}", ("branches", name)) for name in table.get("branches", ()))
    for kind, key in NAMED.items():
        if rest.startswith(kind):
            named = list(enumerate(table.get(key, ())))
            yield from ((f"{kind} {_name(each)!r}", (key, k)) for k, each in reversed(named))
    if rest.startswith("outcome"):
        named = list(enumerate(table.get("outcomes", ())))
        yield from ((f"outcome {_name(each)!r}", ("outcomes", k)) for k, each in named)
    if rest.startswith("effect on"):
        for o, outcome in enumerate(table.get("outcomes", ())):
            for e, effect in enumerate(outcome.get("effects", ())):
                yield f"effect on {effect.get('target')!r}", ("outcomes", o, "effects", e)


def _name(table: Mapping[str, Any]) -> Any:
    """Return what a table is called: a shock without a name by its pair."""
    return table.get("name", f"{table.get('importer')}-{table.get('exporter')}")


def _speaks_of(table: Any, got: str) -> bool:
    """Say whether what was given tells this table from others of its name, by a date."""
    return f"from {table.get('effective', '-')}" in got or str(table.get("on")) == got


def value_at(data: Any, path: KeyPath) -> Any:
    """Return what stands at a key path, or ``None``."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _holding(value: Any, got: str, path: KeyPath) -> Iterator[KeyPath]:
    """Yield the paths of the keys and values within a value that are what was given."""
    if isinstance(value, Mapping | list):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in items:
            if isinstance(key, str) and repr(key) == got:
                yield (*path, key)
            yield from _holding(inner, got, (*path, key))
    elif got and got in {repr(value), str(value), f"{value}.0"}:
        yield path
