"""Calibration: what was done to tables before a model could start from them, step by step, with amounts."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to the tables.

    Parameters
    ----------
    what : what was done.
    cells : how many cells it touched.
    share : by how much all touched cells moved, as a share of the whole table.
    largest : the most that one cell moved, as a share of the whole table.

    Examples
    --------
    >>> print(Step("gross output raised to exports", 2, 0.001, 0.0008))
    gross output raised to exports: 2 cells, 0.1 % of the total, the most in one 0.08 %
    """

    what: str
    cells: int
    share: float
    largest: float

    def __str__(self) -> str:
        if not self.cells:
            return f"{self.what}: no cells"
        cells = "1 cell" if self.cells == 1 else f"{self.cells} cells"
        share, largest = 100 * self.share, 100 * self.largest
        return f"{self.what}: {cells}, {share:.3g} % of the total, the most in one {largest:.3g} %"


def compared(what: str, before: Floats, after: Floats, slack: float = 0.0) -> Step:
    """Return the step that led from one table to another.

    Parameters
    ----------
    before, after : tables of one shape.
    slack : cells that moved by no more than this share of the largest in the table count as untouched.

    Examples
    --------
    >>> compared("negatives to 0", np.array([4.0, -1.0, 5.0]), np.array([4.0, 0.0, 5.0]))
    Step(what='negatives to 0', cells=1, share=0.1, largest=0.1)
    """
    moved = np.abs(after - before)
    touched = moved > slack * np.abs(before).max(initial=0.0)
    total = np.abs(before).sum() or 1.0
    share, largest = moved[touched].sum() / total, moved[touched].max(initial=0.0) / total
    return Step(what, int(touched.sum()), float(share), float(largest))


def report(steps: Iterable[Step]) -> str:
    """Return the steps in words, a line each."""
    return "\n".join(str(step) for step in steps)
