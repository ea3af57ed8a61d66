"""Places: what a problem speaks of, found again in the file.

The classes know names, not lines: they say ``event 'summit': date``. That leads to the second table of
``[[events]]`` and its key ``date``, and so to a line.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tradesim.errors import InputError, Problem
from tradesim.io.lines import KeyPath, LineIndex

LISTS = {"measure": "measures", "truce": "truces", "event": "events", "outcome": "outcomes"}
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

    def placed(self, problem: Problem, within: KeyPath = ()) -> Problem:
        """Return a problem with ``file:line`` in front, as near as its words lead from a key path."""
        return problem.at(f"{self.file}:{self.index.line(self.path(problem, within))}")

    @contextmanager
    def placing(self, within: KeyPath = ()) -> Iterator[None]:
        """Place the problems of an `InputError` that is raised inside."""
        try:
            yield
        except InputError as error:
            raise InputError(self.placed(problem, within) for problem in error.problems) from None

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
        within_it = _holding(value_at(self.data, path), problem.got, path) if problem.got else ()
        return next(iter(within_it), path)

    def _step(self, path: KeyPath, rest: str, got: str) -> tuple[KeyPath, str] | None:
        """Follow the first words of a place, such as ``event 'summit': ``, one table inwards."""
        for label, inner in self._labels(path, rest, got):
            if rest.startswith(label):
                return inner, re.sub(r"^( \(.*?\))?(: )?", "", rest[len(label) :])
        return None

    def _labels(self, path: KeyPath, rest: str, got: str) -> Iterator[tuple[str, KeyPath]]:
        """Yield what the tables within a table are called, and their key paths."""
        table = value_at(self.data, path)
        if not isinstance(table, Mapping):
            return
        if not path:
            yield f"scenario {table.get('name')!r}", ()
            yield from ((key, (key,)) for key in ("rules", "record") if key in table)
            yield from ((f"branch {name!r}", ("branches", name)) for name in table.get("branches", ()))
        for kind, key in LISTS.items():
            if rest.startswith(kind):
                named = sorted(enumerate(table.get(key, ())), key=lambda each: _begins(each[1]) not in got)
                yield from ((f"{kind} {each.get('name')!r}", (*path, key, k)) for k, each in named)


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
    elif got in {repr(value), str(value)}:
        yield path


def _begins(measure: Mapping[str, Any]) -> str:
    """Return what tells measures of one name apart."""
    return str(measure.get("effective", "-"))
