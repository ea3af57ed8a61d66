"""Sums: names as numbers, amounts added up by number, and what has been seen before, without keeping rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]
COMPACT = 2_000_000
"""Cells kept apart before equal ones are added up."""
NEAR, GOODS, FAR = 9, 13, 12
"""Bits of an exporter and of a product within one page of what has been seen; bits of each beyond it."""


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
        if isinstance(column.dtype, pd.CategoricalDtype):
            ids, unique = column.cat.codes.to_numpy(), column.cat.categories
        else:
            ids, unique = pd.factorize(column)
        known = np.array([self.number(str(each)) for each in unique], dtype=np.int64)
        return known[ids]


def named(ids: NDArray[np.intp], names: Sequence[str], index: "pd.Index[Any]") -> "pd.Series[Any]":
    """Return a column of names by position, each of them held once.

    Examples
    --------
    >>> named(np.array([0, 1, 2]), ["BEL", "FRA", "BEL"], pd.RangeIndex(3)).tolist()
    ['BEL', 'FRA', 'BEL']
    """
    same, unique = pd.factorize(np.array(names, dtype=object))
    return pd.Series(
        pd.Categorical.from_codes(same[ids], categories=pd.Index(unique, dtype=object)), index=index
    )


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
        """Return the different keys and the amounts of each."""
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
    """Return the different keys, in the order met, and the sums of each."""
    ids, unique = pd.factorize(keys)
    return unique, np.stack([np.bincount(ids, each, len(unique)) for each in amounts.T], axis=1)


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
        key = _bit(importer, exporter, product)
        ordered = np.sort(key)
        page = ordered >> (NEAR + GOODS)
        begins = np.flatnonzero(np.diff(page, prepend=-1))
        ends = np.append(begins[1:], len(page))
        before = [
            self._mark(int(page[k]), ordered[k:end] & ((1 << (NEAR + GOODS)) - 1))
            for k, end in zip(begins, ends, strict=True)
        ]
        known = np.concatenate(before) if before else np.zeros(0, dtype=bool)
        if not known.any() and not (ordered[1:] == ordered[:-1]).any():
            return np.zeros(len(key), dtype=bool)
        return np.isin(key, ordered[known]) | pd.Series(key).duplicated().to_numpy()

    def met(self, importer: Ids, exporter: Ids, product: Ids) -> NDArray[np.bool_]:
        """Return which rows, (R,) bool, have come by, without noting them.

        Examples
        --------
        >>> seen, one = Seen(), np.array([1])
        >>> seen.again(one, one, one), seen.met(np.array([1, 2]), np.array([1, 1]), np.array([1, 1]))
        (array([False]), array([ True, False]))
        """
        key = _bit(importer, exporter, product)
        page, bit = key >> (NEAR + GOODS), key & ((1 << (NEAR + GOODS)) - 1)
        found = np.zeros(len(key), dtype=bool)
        for each in np.unique(page):
            if int(each) in self.pages:
                here = page == each
                bits = self.pages[int(each)]
                found[here] = (bits[bit[here] >> 3] & np.left_shift(1, bit[here] & 7).astype(np.uint8)) > 0
        return found

    def _mark(self, page: int, bit: Ids) -> NDArray[np.bool_]:
        """Set bits of one page, ascending, and return which were set before."""
        if page not in self.pages:
            self.pages[page] = np.zeros(1 << (NEAR + GOODS - 3), dtype=np.uint8)
        bits = self.pages[page]
        byte, mask = bit >> 3, np.left_shift(1, bit & 7).astype(np.uint8)
        before: NDArray[np.bool_] = (bits[byte] & mask) > 0
        begins = np.flatnonzero(np.diff(byte, prepend=-1))
        bits[byte[begins]] |= np.bitwise_or.reduceat(mask, begins)
        return before


def _bit(importer: Ids, exporter: Ids, product: Ids) -> Ids:
    """Return a number for each flow, whose last bits are a place on a page and the others the page."""
    page = (importer << FAR | exporter >> NEAR) << FAR | product >> GOODS
    place = (exporter & ((1 << NEAR) - 1)) << GOODS | product & ((1 << GOODS) - 1)
    return page << (NEAR + GOODS) | place
