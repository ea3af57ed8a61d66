"""Blocks: many scenarios worked on a few at a time, as many as a core's cache holds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELLS = 262_144
"""Cells of scenario × importer × exporter in a block."""


def blocks(many: int, cells: int) -> Iterator[slice]:
    """Yield the scenarios of each block, where one has so many cells.

    Examples
    --------
    >>> list(blocks(5, CELLS // 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 6, None)]
    """
    size = max(1, CELLS // cells)
    return (slice(first, first + size) for first in range(0, many, size))


def joined(parts: Iterable[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Return the results of all blocks, end to end."""
    found = list(parts)
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}
