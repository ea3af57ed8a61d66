"""Salvage: what of a file can be read where a part of it cannot, so that the rest is checked all the same.

A table that is wrong is left out, a key that nobody knows too; what is said of the rest must then not be a
consequence of that: nobody is told that a truce is unknown when its table is the one that is wrong.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tradesim.errors import Problem
from tradesim.io.lines import KeyPath

FOLLOWING = {
    "measures": ("unknown measure or authority", "names nothing that can be switched"),
    "truces": ("unknown truce",),
    "events": ("unknown event", "unknown outcome", "a branch decides every event"),
    "rules": (),
    "shocks": (),
    "branches": (),
}
"""Parts of a file that can be left out, table by table, and what is then said of others by mistake."""
WORDS = {"name": "unnamed", "title": "", "description": "", "source": ""}
"""Texts that nothing depends on."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What is left of a file.

    Parameters
    ----------
    data : as the file has it, without what is wrong; ``None`` where nothing can be said of the rest.
    lost : parts of which something was left out.
    """

    data: dict[str, Any] | None
    lost: frozenset[str] = frozenset()

    def losing(self, part: str) -> "Salvaged":
        """Return the same, with another part of which something was left out."""
        return Salvaged(self.data, self.lost | {part})

    def follows(self, problem: Problem) -> bool:
        """Say whether a problem may only be there because something was left out."""
        return any(problem.what.startswith(FOLLOWING[part]) for part in self.lost if FOLLOWING[part])


def salvaged(data: Mapping[str, Any], faults: Iterable[tuple[KeyPath, bool]]) -> Salvaged:
    """Return what is left of a file.

    Parameters
    ----------
    data : what the file holds.
    faults : the key path of each fault, and whether it is a key that nobody knows.
    """
    left, lost = copy.deepcopy(dict(data)), set[str]()
    for path, unknown in faults:
        part = str(path[0]) if path else ""
        if unknown:
            _remove(left, path)
            lost |= set(FOLLOWING) if len(path) == 1 else set()
        elif part in WORDS:
            left[part] = WORDS[part]
        elif part in FOLLOWING:
            _remove(left, path[:2])
            lost.add(part)
        else:
            return Salvaged(None)
    for part in lost:
        if isinstance(left.get(part), list):
            left[part] = [table for table in left[part] if table is not LEFT_OUT]
    return Salvaged(left, frozenset(lost))


def _remove(data: Any, path: KeyPath) -> None:
    """Take out what stands at a key path; it may be gone already, with what it stood in."""
    *steps, last = path
    for step in steps:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict):
        data.pop(last, None)
    elif isinstance(data, list) and isinstance(last, int) and last < len(data):
        data[last] = LEFT_OUT


LEFT_OUT = object()
"""In the place of an item of a list that is left out, so that the others keep theirs."""
