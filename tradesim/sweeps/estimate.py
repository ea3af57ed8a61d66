"""Estimate: what a sweep will take in time and space, said before it starts."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tradesim.errors import Problem
from tradesim.processors import usable_processors
from tradesim.sweeps.checks import MOST_DRAWS
from tradesim.sweeps.cost_bins import many
from tradesim.sweeps.outcomes import Labels
from tradesim.sweeps.progress import duration
from tradesim.sweeps.store import manifest_of, room_left

RATE = 4e7
"""Scenario-days per second and core, of two economies, about as `benchmarks.sweep` measures them."""


class Estimate(NamedTuple):
    """What a sweep takes: seconds on this machine, and bytes of memory and in the store."""

    seconds: float
    memory: int
    stored: int

    def __str__(self) -> str:
        memory, stored = size(self.memory), size(self.stored)
        return f"about {duration(self.seconds)}, {memory} of memory and {stored} in a store"


def estimate(draws: int, labels: Labels, block: int, bins: int, *, whole: bool = False) -> Estimate:
    """Return about what a sweep takes on this machine.

    Parameters
    ----------
    block : draws of a block.
    whole : whether all paths are kept.
    """
    days, pairs, n = len(labels.dates), len(labels.pairs), len(labels.economies)
    cores = usable_processors()
    counts = 8 * days * n * n * bins
    cost = labels.cost
    swept = 0 if cost is None else 8 * cost.scale.size
    cells = 0 if cost is None else 8 * math.prod(cost.shape) * many(cost.steps)
    row = 32 + swept + 2 * len(labels.events) + 9 * len(labels.truces) + pairs * (24 + 4 * len(labels.levels))
    work = draws * days * max(1.0, n * n / 4)
    paths = 8 * days * pairs
    memory = (2 * cores + 1) * (counts + cells) + 4 * cores * block * (row + whole * paths) + 200_000_000
    moves = min(12 * days * pairs * bins, 40 * block) + 2 * cells // 8
    stored = draws * (row + whole * paths) + (draws // block + 1) * moves
    return Estimate(work / (RATE * cores), memory, stored)


def estimate_problems(
    draws: int, labels: Labels, block: int, bins: int, store: Path | None, *, whole: bool
) -> Iterator[Problem]:
    """Yield why a sweep is too large to start: too many draws, or too little room for what is kept."""
    found = estimate(draws, labels, block, bins, whole=whole)
    if draws > MOST_DRAWS:
        fix = "quantiles of a million draws are off by a tenth of a percent of the draws"
        yield Problem(
            "more draws than can be run", "draws", f"{draws:,}: {found}", f"up to {MOST_DRAWS:,}", fix
        )
    elif store is not None and manifest_of(store) is None and found.stored > room_left(store):
        got = f"{draws:,}: {found}"
        fix = "fewer draws, paths='none', or another disk"
        yield Problem("no room for it", "store", got, f"{size(room_left(store))} are free", fix)


def size(amount: float) -> str:
    """Return a number of bytes as a person says it.

    Examples
    --------
    >>> size(512), size(2.5e9), size(1.6e14)
    ('512 B', '2.5 GB', '160 TB')
    """
    for unit, each in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if amount >= each:
            return f"{amount / each:.3g} {unit}"
    return f"{amount:.0f} B"
