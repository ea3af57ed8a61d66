"""Figures: what a replication found, beside what was published."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Found:
    """Results of one case, and how long they took.

    Parameters
    ----------
    key : dotted, without the replication's name: ``ustr``.
    results : by the rest of the key: ``us_welfare``; numbers, or a table of them.
    seconds : of solving, data already read.
    """

    key: str
    results: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class Target:
    """A number to reach: to its printed digits, or within a distance.

    Examples
    --------
    >>> Target("1.13").met(1.1307), Target("1.13").met(1.136), Target("0.42", within=0.05).met(0.431)
    (True, False, True)
    """

    printed: str
    within: float | None = None

    def met(self, ours: float) -> bool:
        """Return whether it is reached."""
        if self.within is not None:
            return abs(ours - float(self.printed)) <= self.within
        return float(self.rounded(ours)) == float(self.printed)

    def rounded(self, ours: float) -> str:
        """Return a number with as many decimals as the printed one."""
        return f"{ours:.{len(self.printed.partition('.')[2])}f}"

    def verdict(self, ours: float) -> str:
        """Say whether it is reached."""
        goal = "as published" if self.within is None else f"within {self.within:g}"
        verdict = goal if self.met(ours) else f"NOT {goal}"
        return f"   published {self.printed:>8}, ours {self.rounded(ours):>8}: {verdict}"


def targets(replication: ModuleType) -> dict[str, Target]:
    """Return the numbers that a replication has to reach, by key."""
    near = getattr(replication, "NEAR", {})
    printed = {key: Target(text) for key, text in replication.PUBLISHED.items()}
    return printed | {key: Target(f"{value}", within) for key, (value, within) in near.items()}


def nested(found: dict[str, Any]) -> dict[str, Any]:
    """Return dotted keys as tables in tables.

    Examples
    --------
    >>> nested({"a.b": 1, "a.c": 2})
    {'a': {'b': 1, 'c': 2}}
    """
    tree: dict[str, Any] = {}
    for key, value in found.items():
        *path, last = key.split(".")
        branch = tree
        for name in path:
            branch = branch.setdefault(name, {})
        branch[last] = value
    return tree
