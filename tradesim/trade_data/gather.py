"""Gather: trade added up by importer, exporter and product while a file is read.

Every reader brings its rows here, piece by piece; memory does not grow with their number. What belongs to
no region or product, and what a reader sets aside, is noted with its value. `tradesim.trade_data.results`
makes the flows of it.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if
from tradesim.trade_data.checks import LARGEST, too_large
from tradesim.trade_data.identities import code_of, kind_of, shown
from tradesim.trade_data.left_out import dollars
from tradesim.trade_data.products import TOTAL, Products, level
from tradesim.trade_data.regions import Regions
from tradesim.trade_data.sums import Book, Groups, Ids, Seen, Sums
from tradesim.trade_data.tables import Table, placed, value_problems

AREA_BITS, KIND_BITS = 12, 24
UNION = "="
"""What the area of a union begins with, until it is settled where its trade counts."""
REASONS: Mapping[str, tuple[str, bool]] = {
    "world": ("total over economies", False),
    "group": ("a group of economies", False),
    "unknown": ("unknown code", True),
}
"""Why a kind of party is not counted, and whether its trade is missing."""
Aside = tuple[str, str, int, bool]
"""Why, what, digits of the product code, and whether it is missing from the flows."""


class Gather:
    """Sums of trade, taken up piece by piece.

    Parameters
    ----------
    table : the file, for the places of problems.
    regions, products : what to add up.
    own : codes that the caller has given to economies that no table has.

    Attributes
    ----------
    parties, goods : the labels and codes met. areas, kinds : the regions, and the (level, group) of products.
    sums : value and duty by (importer's region, exporter's region, kind).
    reported : the parties with trade that counts and the digits of their products, by role.
    aside : rows and value of what is not counted.
    notes : what was done or found that a reader of the result should know.
    pairs : importer and exporter of all trade between two, one number each.
    apart : the value of areas that are no economy, by label and digits of product codes.
    """

    def __init__(
        self, table: Table, regions: Regions, products: Products, own: Collection[str] = frozenset()
    ) -> None:
        self.table, self.regions, self.products, self.own = table, regions, products, frozenset(own)
        self.parties, self.goods, self.areas, self.kinds = Book(), Book(), Book(), Book()
        for code in regions.codes:
            self.areas.number(code)
        self.area_of, self.kind_of = Groups(self._area), Groups(self._kind)
        self.seen, self.sums, self.has_duty = Seen(), Sums(), False
        self.level_of = Groups(level)
        self.reported: dict[str, set[tuple[str, int]]] = {"importer": set(), "exporter": set()}
        self.aside: dict[Aside, tuple[int, float]] = {}
        self.not_counted, self.notes = Groups(self._reason), list[str]()
        self.pairs: Ids = np.zeros(0, dtype=np.int64)
        self.is_area, self.apart = (
            Groups(lambda label: kind_of(label) == "area"),
            dict[tuple[str, int], float](),
        )

    def take(self, piece: pd.DataFrame) -> None:
        """Add a piece: ``importer, exporter`` (labels), ``product``, ``value`` and ``duty`` (US dollars).

        Totals never count: rows of the world or of a group of economies, on either side, are noted; so are
        those of codes that no table has.

        Parameters
        ----------
        piece : its index counts the rows of the table.

        Raises
        ------
        InputError
            For values that are missing, negative or beyond any trade, and rows that repeat another.
        """
        piece, (importer, exporter, product), again = self._without_totals(piece)
        if not len(piece):
            return
        fail_if(value_problems(self.table, piece, "value", "not a value of trade"))
        fail_if(_unit_problems(self.table, piece))
        fail_if(self._repeat_problems(piece, again))
        self.pairs = np.union1d(self.pairs, pd.unique(importer << AREA_BITS | exporter))
        areas = [self.area_of.of(self.parties, each) for each in (importer, exporter)]
        kind = self.kind_of.of(self.goods, product)
        counted = (areas[0] >= 0) & (areas[1] >= 0) & (kind >= 0)
        key = (areas[0] << AREA_BITS | areas[1]) << KIND_BITS | kind
        self.sums.add(key[counted], self._amounts(piece)[counted])
        self._report(importer[counted], exporter[counted], self.level_of.of(self.goods, product)[counted])
        for ids in (importer, exporter):
            among = counted & self.is_area.of(self.parties, ids).astype(bool)
            if among.any():
                self._note_areas(piece[among], ids[among])
        if not counted.all():
            self._note_strays(piece[~counted], areas[0][~counted], areas[1][~counted])

    def set_aside(self, piece: pd.DataFrame, why: str, column: str, *, missing: bool) -> None:
        """Note rows that are not trade between two economies, by what stands in a column."""
        piece = piece.astype({column: object, "product": object})
        if column in {"importer", "exporter"}:
            piece[column] = piece[column].map({label: shown(label) for label in piece[column].unique()})
        digits = piece["product"].map(level)
        for group, value in piece["value"].groupby([piece[column], digits], sort=True):
            what, d = cast("tuple[object, int]", group)
            key = (why, f"{column} {what}", int(d), missing)
            rows, total = self.aside.get(key, (0, 0.0))
            self.aside[key] = (rows + len(value), total + float(value.sum()))

    def _amounts(self, piece: pd.DataFrame) -> NDArray[np.float64]:
        """Return (R, 1) values, or (R, 2) values and duties; the pieces of one file are alike."""
        self.has_duty = "duty" in piece
        return piece[["value", "duty"] if self.has_duty else ["value"]].to_numpy(dtype=np.float64)

    def met(self, level: int | None = None, role: str = "") -> set[str]:
        """Return the labels with trade that counts: in one role or both, at one level of products or any."""
        roles = [role] if role else list(self.reported)
        return {code for each in roles for code, digits in self.reported[each] if level in {None, digits}}

    def _report(self, importer: Ids, exporter: Ids, digits: Ids) -> None:
        for each in np.flatnonzero(np.bincount(digits)):
            for role, ids in (("importer", importer), ("exporter", exporter)):
                found = np.flatnonzero(np.bincount(ids[digits == each]))
                self.reported[role] |= {(self.parties.names[k], int(each)) for k in found}

    def _reason(self, label: str) -> int:
        """Return why a party never counts, as a position in `REASONS`; -1 where it may."""
        code, kind = code_of(label), kind_of(label)
        named = code in self.regions.region_of or code in self.own
        return -1 if named or kind not in REASONS else list(REASONS).index(kind)

    def counts(self, importer: Ids, exporter: Ids) -> NDArray[np.bool_]:
        """Return which pairs, by their numbers in ``parties``, (R,) bool, are both in a region."""
        return (self.area_of.of(self.parties, importer) >= 0) & (self.area_of.of(self.parties, exporter) >= 0)

    def _without_totals(
        self, piece: pd.DataFrame
    ) -> tuple[pd.DataFrame, tuple[Ids, Ids, Ids], NDArray[np.bool_]]:
        """Return the rows that may count, their numbers, and which of them have come by before.

        Totals and unknown codes are noted, by importer or else exporter.
        """
        importer, exporter = (self.parties.numbers(piece[role]) for role in ("importer", "exporter"))
        ids = importer, exporter, self.goods.numbers(piece["product"])
        again = self.seen.again(*ids)
        at, to = (self.not_counted.of(self.parties, each) for each in (importer, exporter))
        never = (at >= 0) | (to >= 0)
        if not never.any():
            return piece, ids, again
        for k, (why, missing) in enumerate(REASONS.values()):
            self.set_aside(piece[at == k], why, "importer", missing=missing)
            self.set_aside(piece[(at < 0) & (to == k)], why, "exporter", missing=missing)
        return piece[~never], (importer[~never], exporter[~never], ids[2][~never]), again[~never]

    def _note_areas(self, piece: pd.DataFrame, ids: Ids) -> None:
        """Add up the value of areas that are no economy, which count among all others."""
        digits = piece["product"].astype(object).map(level).to_numpy()
        for key, value in piece["value"].groupby([ids, digits]):
            party, each = cast("tuple[int, int]", key)
            at = self.parties.names[party], int(each)
            self.apart[at] = self.apart.get(at, 0.0) + float(value.sum())

    def counterparts(self, role: str) -> dict[str, set[str]]:
        """Return whom each label in a role has trade with."""
        found: dict[str, set[str]] = {}
        for pair in self.pairs:
            ends = [self.parties.names[k] for k in (pair >> AREA_BITS, pair & ((1 << AREA_BITS) - 1))]
            at, to = ends if role == "importer" else ends[::-1]
            found.setdefault(at, set()).add(to)
        return found

    def _note_strays(self, piece: pd.DataFrame, at: Ids, to: Ids) -> None:
        """Note rows without region or product, each once: by its importer, else exporter, else product."""
        inside = (at >= 0) & (to >= 0)
        whole = inside & (piece["product"].astype(object).map(level) == TOTAL).to_numpy()
        self.set_aside(piece[at < 0], "in no region", "importer", missing=True)
        self.set_aside(piece[(at >= 0) & (to < 0)], "in no region", "exporter", missing=True)
        self.set_aside(piece[inside & ~whole], "in no group of products", "product", missing=True)
        self.set_aside(piece[whole], "all products together", "product", missing=False)

    def _area(self, code: str) -> int:
        """Return the number of a label's region; unions have areas of their own until all rows are in."""
        if kind_of(code) == "union":
            return self.areas.number(f"{UNION}{code_of(code)}")
        region = "" if self._reason(code) >= 0 else self.regions.region(code)
        return self.areas.number(region) if region else -1

    def _kind(self, code: str) -> int:
        digits = level(code)
        group = None if digits == TOTAL and self.products.split else self.products.group(code)
        return -1 if group is None else self.kinds.number(f"{digits}:{group}")

    def _repeat_problems(self, piece: pd.DataFrame, again: NDArray[np.bool_]) -> Iterator[Problem]:
        if again.any():
            rows = piece.index.to_numpy()[again]
            given = [
                f"importer {code_of(a)}, exporter {code_of(b)}, product {c}"
                for a, b, c in piece.loc[again, ["importer", "exporter", "product"]].head(20).to_numpy()
            ]
            yield from placed(self.table, rows, "the same flow a second time", given, "each flow once")


def _unit_problems(table: Table, piece: pd.DataFrame) -> Iterator[Problem]:
    value = piece["value"].to_numpy()
    large = value > LARGEST
    if large.any():
        given = [dollars(each) for each in value[large][:20]]
        rows = piece.index.to_numpy()[large]
        yield from placed(table, rows, "more than any trade", given, too_large(LARGEST))
