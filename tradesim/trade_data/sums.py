"""Sums: names as numbers, amounts added up by number, and what has been seen before, without keeping rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]
COMPACT = 2_000_000
"""Cells kept apart before equal ones are added up."""
NEAR, GOODS = 9, 13
"""Bits of an exporter and of a product that share one page of what has been seen."""


@dataclass(slots=True)
class Book:
    """Names numbered in the order in which they are met."""

    names: list[str] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """Return the number of a name, the next one where it is new."""
        if name not in self.at:
            self.at[name] = len(self.names)
            self.names.append(name)
        return self.at[name]

    def numbers(self, column: "pd.Series[Any]") -> Ids:
        """Return the numbers of a column of names; every name is looked up once.

        Examples
        --------
        >>> Book().numbers(pd.Series(["USA", "CHN", "USA"]))
        array([0, 1, 0])
        """
        ids, unique = pd.factorize(column)
        known = np.array([self.number(str(each)) for each in unique], dtype=np.int64)
        return known[ids]


@dataclass(slots=True)
class Groups:
    """The group of every name in a book, found once for each."""

    group_of: Callable[[str], int]
    known: list[int] = field(default_factory=list)

    def of(self, book: Book, ids: Ids) -> Ids:
        """Return the groups of numbered names; -1 is none."""
        self.known += [self.group_of(name) for name in book.names[len(self.known) :]]
        return np.array(self.known, dtype=np.int64)[ids]


@dataclass(slots=True)
class Sums:
    """Amounts added up by key, in memory that grows with the keys and not with the amounts."""

    keys: list[Ids] = field(default_factory=list)
    amounts: list[Floats] = field(default_factory=list)
    held: int = 0

    def add(self, keys: Ids, amounts: Floats) -> None:
        """Add (R, A) amounts to the cells of (R,) keys."""
        self._put(*_added_up(keys, amounts))
        if self.held > COMPACT:
            self.result()

    def result(self) -> tuple[Ids, Floats]:
        """Return the keys, ascending, and the amounts of each."""
        if not self.keys:
            return np.zeros(0, dtype=np.int64), np.zeros((0, 2))
        keys, amounts = _added_up(np.concatenate(self.keys), np.concatenate(self.amounts))
        self.keys, self.amounts, self.held = [], [], 0
        self._put(keys, amounts)
        return keys, amounts

    def _put(self, keys: Ids, amounts: Floats) -> None:
        self.keys.append(keys)
        self.amounts.append(amounts)
        self.held += len(keys)


def _added_up(keys: Ids, amounts: Floats) -> tuple[Ids, Floats]:
    unique, inverse = np.unique(keys, return_inverse=True)
    return unique, np.stack([np.bincount(inverse, each, len(unique)) for each in amounts.T], axis=1)


@dataclass(slots=True)
class Seen:
    """Which (importer, exporter, product) have come by: one bit each, on pages made when first needed.

    All of a year of BACI fits in 60 MB, whatever the number of rows.
    """

    pages: dict[int, NDArray[np.uint8]] = field(default_factory=dict)

    def again(self, importer: Ids, exporter: Ids, product: Ids) -> NDArray[np.bool_]:
        """Return which rows, (R,) bool, repeat an earlier one of these or of those before.

        Examples
        --------
        >>> seen, one = Seen(), np.array([1, 2, 1])
        >>> seen.again(one, one, one)
        array([False, False,  True])
        >>> seen.again(np.array([2]), np.array([2]), np.array([2]))
        array([ True])
        """
        page = (importer << 40) | (exporter >> NEAR << 20) | (product >> GOODS)
        bit = ((exporter & ((1 << NEAR) - 1)) << GOODS) | (product & ((1 << GOODS) - 1))
        order = np.lexsort((bit, page))
        page, bit = page[order], bit[order]
        repeated = np.zeros(len(order), dtype=bool)
        repeated[1:] = (page[1:] == page[:-1]) & (bit[1:] == bit[:-1])
        begins = np.flatnonzero(np.diff(page, prepend=-1))
        for start, end in zip(begins, np.append(begins[1:], len(page)), strict=True):
            repeated[start:end] |= self._mark(int(page[start]), bit[start:end])
        found = np.zeros(len(order), dtype=bool)
        found[order] = repeated
        return found

    def _mark(self, page: int, bit: Ids) -> NDArray[np.bool_]:
        """Set the bits of one page and return which were set before."""
        if page not in self.pages:
            self.pages[page] = np.zeros(1 << (NEAR + GOODS - 3), dtype=np.uint8)
        bits = self.pages[page]
        mask = np.left_shift(1, bit & 7).astype(np.uint8)
        before: NDArray[np.bool_] = (bits[bit >> 3] & mask) > 0
        np.bitwise_or.at(bits, bit >> 3, mask)
        return before
