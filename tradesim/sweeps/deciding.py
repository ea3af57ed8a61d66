"""Deciding: which assumption decides whether duties exceed a level, ranked, and said in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.path_exports import percent

GROUPS = 5
"""Groups of equal size into which numbers are put."""
LEAST = 0.01
"""Share of the variance below which an assumption is not said to decide anything."""


@dataclass(frozen=True, eq=False, repr=False)
class Decides:
    """What decides whether a duty exceeds a level.

    Parameters
    ----------
    question : in words.
    share : of draws that exceed it.
    draws : how many draws that is counted in.
    ranking : one row per assumption and event, first that which decides most: ``explains``, the share of the
        variance of yes and no that it explains, corrected for groups that differ by chance; ``unlikeliest``
        and ``likeliest``, the group in which fewest and most draws exceed, and ``there``, how many do.
    """

    question: str
    share: float
    draws: int
    ranking: pd.DataFrame

    def __repr__(self) -> str:
        return self.text()

    def text(self, most: int = 5) -> str:
        """Return the answer in words."""
        head = f"{self.question} in {percent(self.share)} of {self.draws:,} draws."
        if self.share in {0.0, 1.0}:
            return f"{head} Nothing that was varied changes that."
        lines = list(_lines(self.ranking.head(most)))
        if not lines:
            return f"{head} None of the assumptions decides it: it is left to chance."
        return "\n".join([f"{head} What decides it:", *lines])


def decides_of(question: str, exceeds: NDArray[np.bool_], assumptions: Mapping[str, NDArray[Any]]) -> Decides:
    """Return which of some assumptions decides, by the share of the variance between its groups.

    Parameters
    ----------
    question : in words: "USA on CHN exceeds 100 %".
    exceeds : (S,) bool.
    assumptions : by name, (S,) values each: texts by value, numbers in five groups of equal size. Those
        that are the same in all draws, such as an event that a branch has decided, are left out, unless all
        of them are.
    """
    varied = {name: values for name, values in assumptions.items() if (values != values[0]).any()}
    yes = exceeds.astype(np.float64)
    rows = [(name, *_ranked(yes, values)) for name, values in (varied or assumptions).items()]
    columns = ["assumption", "explains", "unlikeliest", "there least", "likeliest", "there most"]
    frame = pd.DataFrame(rows, columns=columns).set_index("assumption")
    frame = frame.sort_values("explains", ascending=False, kind="stable")
    return Decides(question, float(exceeds.mean()), len(exceeds), frame)


def _ranked(yes: NDArray[np.float64], values: NDArray[Any]) -> tuple[float, str, float, str, float]:
    """Return the share explained, and the groups in which fewest and most say yes."""
    groups, names = groups_of(values)
    sizes = np.bincount(groups, minlength=len(names))
    shares = np.bincount(groups, weights=yes, minlength=len(names)) / sizes
    low, high = int(shares.argmin()), int(shares.argmax())
    explained = explained_share(yes, groups, len(names))
    return explained, names[low], float(shares[low]), names[high], float(shares[high])


def explained_share(values: NDArray[np.float64], groups: NDArray[np.int64], many: int) -> float:
    """Return the share of variance between groups, less what chance alone makes (Kelley's epsilon squared).

    Examples
    --------
    >>> explained_share(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0, 0, 1, 1]), 2)
    1.0
    """
    whole = float(((values - values.mean()) ** 2).sum())
    if whole == 0.0 or many < 2 or len(values) <= many:
        return 0.0
    means = np.bincount(groups, weights=values, minlength=many) / np.bincount(groups, minlength=many)
    within = float(((values - means[groups]) ** 2).sum())
    return max(0.0, 1.0 - (within / (len(values) - many)) / (whole / (len(values) - 1)))


def groups_of(values: NDArray[Any]) -> tuple[NDArray[np.int64], list[str]]:
    """Return the group of each value, (S,), and the groups' names; numbers in five of equal size.

    Examples
    --------
    >>> groups_of(np.array([0.1, 0.2, 0.1]))
    (array([0, 1, 0]), ['0.1', '0.2'])
    """
    if values.dtype.kind not in "if":
        texts = np.array([str(value) for value in values])
        names, groups = np.unique(texts, return_inverse=True)
        return groups.astype(np.int64), names.tolist()
    single, groups = np.unique(values, return_inverse=True)
    if len(single) <= GROUPS:
        return groups.astype(np.int64), [f"{value:g}" for value in single]
    edges = np.unique(np.quantile(values, np.arange(1, GROUPS) / GROUPS))
    placed = np.searchsorted(edges, values, side="right")
    kept, groups = np.unique(placed, return_inverse=True)
    ends = [values.min(), *edges, values.max()]
    return groups.astype(np.int64), [f"{ends[k]:.3g} to {ends[k + 1]:.3g}" for k in kept]


def _lines(ranking: pd.DataFrame) -> Iterator[str]:
    rows: Sequence[Any] = list(ranking.itertuples())
    for place, row in enumerate(rows, start=1):
        name, explains, low, least, high, most = row
        if explains < LEAST:
            return
        yield (
            f"{place}. {name} explains {percent(explains)}: {percent(least)} of draws with {low}, "
            f"{percent(most)} with {high}"
        )
