"""Breakdowns: rows that are a part of a flow, by month, transport, customs procedure, second partner.

A file may hold the total of a flow, its parts, or both. A part is left out as "a part of rows that are
counted" only if the row that is the total over it was met, for the same importer, exporter and product. Parts
without a total are added up where they are one full breakdown, and refused where it cannot be told what they
add up to:

| rows of one flow                                        | what counts                                    |
| ------------------------------------------------------- | ---------------------------------------------- |
| the total, and any parts                                | the total                                      |
| parts by one dimension, or one combination of them      | their sum, said in the notes                   |
| parts, and parts of those parts                         | the larger parts                               |
| two full breakdowns with the same sum                   | one of them                                    |
| two breakdowns with different sums                      | refused                                        |
| months or quarters that cover the year                  | their sum, said in the notes                   |
| months or quarters that leave some of the year out      | refused, with those that are missing           |
| parts by a dimension of which the file has one code     | refused: it was cut by that code               |
| re-exports, foreign imports and such without a total    | left out as missing                            |
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if
from tradesim.trade_data import periods
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.identities import code_of
from tradesim.trade_data.left_out import dollars
from tradesim.trade_data.products import level
from tradesim.trade_data.sums import Book, Ids
from tradesim.trade_data.tables import Table, placed, value_problems
from tradesim.trade_data.world_rows import WorldRows, say_lacking

PART, SUBFLOW = "part of a year", "part of a flow"
BLANK = frozenset({"", "0", "0.0", "nan", "None", "NULL"})
WHOLE: Mapping[str, frozenset[str]] = {
    PART: BLANK,
    "second partner": BLANK | {"W00", "WLD", "000"},
    "customs procedure": BLANK | {"C00"},
    "mode of transport": BLANK,
    "mode of supply": BLANK,
    SUBFLOW: BLANK,
}
"""Every dimension of a breakdown, and what stands in its column when a row is the total over it."""
NESTED = ("mode of transport",)
"""Dimensions whose codes end in zeros where they hold others: 2000 water, of which 2100 sea."""
SAME = 1e-6
"""A share of a flow within which two breakdowns have the same sum: values are rounded."""
Flags = NDArray[np.bool_]
Numbers = NDArray[Any]


@dataclass(slots=True)
class _Held:
    """Rows that are parts: (R, 3) importer, exporter, product; (R, D) codes; amounts; (R, 2) places."""

    flows: Numbers
    codes: Numbers
    amounts: NDArray[np.float64]
    places: Numbers

    def some(self, rows: Flags) -> "_Held":
        return _Held(self.flows[rows], self.codes[rows], self.amounts[rows], self.places[rows])


@dataclass(slots=True)
class Breakdowns:
    """Takes rows piece by piece, gives totals on to a gathering, and sorts the parts out at the end.

    Parameters
    ----------
    gather : where rows that count go.
    reporter : the side that reports, ``importer`` or ``exporter``: its months must make a year.
    worlds : holds partners against the World rows of their reporter, year with year and month with month.
    """

    gather: Gather
    reporter: str
    tables: list[Table] = field(default_factory=list)
    books: dict[str, Book] = field(default_factory=lambda: {name: Book() for name in WHOLE})
    held: list[_Held] = field(default_factory=list)
    whole_met: set[str] = field(default_factory=set)
    months: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    worlds: WorldRows = field(default_factory=WorldRows)

    def __post_init__(self) -> None:
        for book in self.books.values():
            book.number("")

    def take(self, table: Table, piece: pd.DataFrame) -> None:
        """Take rows of one flow, year and kind of goods, with the columns of `WHOLE` that the table has."""
        if not self.tables or self.tables[-1] is not table:
            self.tables.append(table)
        self.gather.table = table
        codes = np.stack([self._codes(piece, name) for name in WHOLE], axis=1)
        part: Flags = np.asarray(codes.any(axis=1))
        if not part.all():
            self.gather.take(piece.loc[~part])
        if part.any():
            self._hold(table, piece.loc[part], codes[part])

    def note_world(self, piece: pd.DataFrame) -> None:
        """Note rows of one flow and year, of World and of partners, that are broken down by time alone."""
        whole = np.ones(len(piece), dtype=bool)
        for name, total in WHOLE.items():
            if name in piece and name != PART:
                whole &= piece[name].fillna("").astype(str).str.strip().isin(total).to_numpy()
        partner = "exporter" if self.reporter == "importer" else "importer"
        self.worlds.take(piece[whole], self.reporter, partner, PART)

    def note_months(self, piece: pd.DataFrame) -> None:
        """Note which months and quarters each reporter has by level of products, whoever the partner."""
        rows = piece.loc[piece[PART] != "", [self.reporter, "product", PART]].drop_duplicates()
        for reporter, product, part in rows.itertuples(index=False):
            self.months.setdefault((code_of(reporter), level(str(product))), set()).add(int(part))

    def resolve(self) -> None:
        """Count the parts of flows without a total, or refuse them; note what was done.

        Raises
        ------
        InputError
            For parts that come twice, do not make a year, or of which it cannot be told what they add up to.
        """
        rows = self._unproved(self.held)
        self.held = []
        if len(rows.amounts):
            self._resolve(rows, _flow_numbers(rows.flows))
        say_lacking(self.worlds, self.gather)

    def _resolve(self, rows: _Held, flow: Ids) -> None:
        asked = self.gather.counts(*rows.flows[:, :2].T.astype(np.int64))
        fail_if(self._repeat_problems(rows.some(asked), flow[asked]))
        sub = rows.codes[:, list(WHOLE).index(SUBFLOW)] > 0
        chosen = np.zeros(len(flow), dtype=bool)
        for some, choose in ((~sub & asked, self._chosen), (~sub & ~asked, self._largest)):
            if some.any():
                chosen[some] = choose(rows.some(some), flow[some])
        self._leave_out(rows.some(~sub & ~chosen), missing=False)
        counted = np.isin(flow, flow[chosen])
        self._leave_out(rows.some(sub & counted), missing=False)
        self._leave_out(rows.some(sub & ~counted), missing=True)
        if chosen.any():
            self._count(rows.some(chosen), flow[chosen])
        self.gather.notes += self._notes(rows.some(chosen & asked), flow[chosen & asked])

    def _codes(self, piece: pd.DataFrame, name: str) -> Numbers:
        """Return the numbers of the codes of a dimension; 0 where a row is the total over it."""
        if name not in piece:
            return np.zeros(len(piece), dtype=np.int16)
        ids, unique = pd.factorize(piece[name].fillna(""))
        texts = ["" if str(each).strip() in WHOLE[name] else str(each).strip() for each in unique]
        found = np.array([self.books[name].number(each) for each in texts], dtype=np.int16)[ids]
        if (found == 0).any():
            self.whole_met.add(name)
        return found

    def _hold(self, table: Table, piece: pd.DataFrame, codes: Numbers) -> None:
        fail_if(value_problems(table, piece, "value", "not a value of trade"))
        parties, goods = self.gather.parties, self.gather.goods
        flows = [
            parties.numbers(piece["importer"]),
            parties.numbers(piece["exporter"]),
            goods.numbers(piece["product"]),
        ]
        place = np.stack([np.full(len(piece), len(self.tables) - 1), piece.index.to_numpy()], axis=1)
        values = piece["value"].to_numpy(dtype=np.float64)
        rows = _Held(np.stack(flows, axis=1).astype(np.int32), codes, values, place.astype(np.int32))
        self.held.append(self._unproved([rows]))

    def _unproved(self, held: Sequence[_Held]) -> _Held:
        """Leave out the parts whose total has come by, and return the others."""
        if not held:
            none = np.zeros((0, len(WHOLE)), dtype=np.int16)
            return _Held(none[:, :3], none, np.zeros(0), none[:, :2])
        rows = _Held(
            np.concatenate([each.flows for each in held]),
            np.concatenate([each.codes for each in held]),
            np.concatenate([each.amounts for each in held]),
            np.concatenate([each.places for each in held]),
        )
        proved = self.gather.seen.met(*rows.flows.T.astype(np.int64))
        self._leave_out(rows.some(proved), missing=False)
        return rows.some(~proved)

    def _leave_out(self, rows: _Held, *, missing: bool) -> None:
        """Note parts that are not counted, by the first dimension that they are broken down by."""
        why = "a part without the row that it is part of" if missing else "a part of rows that are counted"
        left = np.ones(len(rows.amounts), dtype=bool)
        for d, name in enumerate(WHOLE):
            here = left & (rows.codes[:, d] > 0)
            if here.any():
                some, names = rows.some(here), np.array(self._names(name), dtype=object)
                goods = np.array(self.gather.goods.names, dtype=object)
                piece = pd.DataFrame(
                    {name: names[some.codes[:, d]], "product": goods[some.flows[:, 2]], "value": some.amounts}
                )
                self.gather.set_aside(piece, why, name, missing=missing)
                left &= ~here

    def _names(self, name: str) -> list[str]:
        """Return what the codes of a dimension are called in messages."""
        codes = self.books[name].names
        return [periods.written(int(code or 0)) for code in codes] if name == PART else list(codes)

    def _chosen(self, rows: _Held, flow: Ids) -> Flags:
        """Return which parts are to be added up; refuse flows of which that cannot be told."""
        largest = self._largest(rows, flow)
        signature = (rows.codes > 0) @ (1 << np.arange(rows.codes.shape[1]))
        frame = pd.DataFrame({"flow": flow, "signature": signature, "value": rows.amounts})[largest]
        sums = frame.groupby(["flow", "signature"])["value"].sum().reset_index()
        several = sums.groupby("flow")["value"].agg(["min", "max", "count"])
        unlike = several[(several["max"] - several["min"]) > SAME * several["max"]]
        fail_if(self._unlike_problems(rows, flow, unlike.index.to_numpy(), sums))
        first = sums.drop_duplicates("flow").set_index("flow")["signature"]
        chosen: Flags = largest & (signature == first.reindex(flow).to_numpy())
        fail_if(self._year_problems(rows.some(chosen)))
        fail_if(self._single_problems(rows.some(chosen)))
        return chosen

    def _largest(self, rows: _Held, flow: Ids) -> Flags:
        """Return which rows are no part of another one that is held, of the same flow."""
        sizes = [len(self.books[name].names) for name in WHOLE]
        weight = np.cumprod([1, *sizes[:-1]])
        base = int(np.prod(sizes))
        if base * (int(flow.max()) + 1) >= 2**62:
            named = zip(WHOLE, sizes, strict=True)
            got = ", ".join(f"{size:,} of {name}" for name, size in named if size > 1)
            where, allowed = str(self.gather.table.path), "some hundreds"
            fail_if([Problem("too many codes of breakdowns", where, got, allowed)])
        own = flow * base + rows.codes.astype(np.int64) @ weight
        parents = [_parents(name, self.books[name].names) for name in WHOLE]
        used = [len(table) if rows.codes[:, d].any() else 1 for d, table in enumerate(parents)]
        part = np.zeros(len(flow), dtype=bool)
        for steps in itertools.product(*(range(each) for each in used)):
            if any(steps):
                columns = [parents[d][step][rows.codes[:, d]] for d, step in enumerate(steps)]
                codes = np.stack(columns, axis=1)
                fits = (codes >= 0).all(axis=1)
                part[fits] |= np.isin(flow[fits] * base + codes[fits].astype(np.int64) @ weight, own)
        return ~part

    def _count(self, rows: _Held, flow: Ids) -> None:
        """Give the sums of parts on to the gathering, each in the place of its first row."""
        ids, first = np.unique(flow, return_index=True)
        sums = np.bincount(np.searchsorted(ids, flow), rows.amounts, len(ids))
        parties = np.array(self.gather.parties.names, dtype=object)
        goods = np.array(self.gather.goods.names, dtype=object)
        whose = rows.flows[first]
        for t, table in enumerate(self.tables):
            here = rows.places[first, 0] == t
            if here.any():
                piece = pd.DataFrame(
                    {
                        "importer": parties[whose[here, 0]],
                        "exporter": parties[whose[here, 1]],
                        "product": goods[whose[here, 2]],
                        "value": sums[here],
                    },
                    index=rows.places[first[here], 1],
                )
                self.gather.table = table
                self.note_world(piece)
                self.gather.take(piece)

    def _notes(self, rows: _Held, flow: Ids) -> Iterator[str]:
        for d, name in enumerate(WHOLE):
            here = rows.codes[:, d] > 0
            if here.any():
                k = int(np.flatnonzero(here)[0])
                count = len(np.unique(flow[here]))
                total = dollars(float(rows.amounts[here].sum()))
                yield (
                    f"flows without a row for all of them over each {name}: {count:,}; their parts are added "
                    f"up, {total}, such as {self._flow(rows.flows[k])}"
                )

    def _flow(self, numbers: Numbers) -> str:
        importer, exporter = (code_of(self.gather.parties.names[k]) for k in numbers[:2])
        return f"importer {importer}, exporter {exporter}, product {self.gather.goods.names[numbers[2]]}"

    def _repeat_problems(self, rows: _Held, flow: Ids) -> Iterator[Problem]:
        keys = pd.DataFrame(np.concatenate([flow[:, None], rows.codes], axis=1))
        again = keys.duplicated().to_numpy()
        for t, table in enumerate(self.tables):
            here = np.flatnonzero(again & (rows.places[:, 0] == t))
            if len(here):
                given = [f"{self._flow(rows.flows[k])}, {self._breakdown(rows.codes[k])}" for k in here[:20]]
                where = rows.places[here, 1]
                yield from placed(table, where, "the same flow a second time", given, "each flow once")

    def _breakdown(self, codes: Numbers) -> str:
        said = [f"{name} {self._names(name)[code]}" for name, code in zip(WHOLE, codes, strict=True) if code]
        return ", ".join(said)

    def _unlike_problems(self, rows: _Held, flow: Ids, unlike: Ids, sums: pd.DataFrame) -> Iterator[Problem]:
        for each in unlike[:20]:
            k = int(np.flatnonzero(flow == each)[0])
            own = sums[sums["flow"] == each]
            got = "; ".join(
                f"{dollars(value)} by {_dimensions(signature)}"
                for signature, value in zip(own["signature"], own["value"], strict=True)
            )
            table, row = rows.places[k]
            where = f"{self.tables[table].at([int(row)])[0]}: {self._flow(rows.flows[k])}"
            fix = "ask for totals, or for one breakdown at a time"
            yield Problem("parts without a total that add up differently", where, got, "one sum", fix)

    def _year_problems(self, rows: _Held) -> Iterator[Problem]:
        """Yield the reporters whose months do not make a year."""
        at = list(WHOLE).index(PART)
        monthly = rows.some(rows.codes[:, at] > 0)
        side = 0 if self.reporter == "importer" else 1
        digits = [level(self.gather.goods.names[k]) for k in monthly.flows[:, 2]]
        first = pd.DataFrame({"party": monthly.flows[:, side], "digits": digits}).drop_duplicates()
        for k, (party, each) in zip(first.index, first.itertuples(index=False), strict=True):
            name = code_of(self.gather.parties.names[party])
            lacking = periods.missing(self.months.get((name, int(each)), set()))
            if lacking:
                table, row = monthly.places[k]
                where = self.tables[table].at([int(row)])[0]
                got = f"{name} has no rows of {lacking}"
                fix = "ask for annual rows, or load the other months and read the files together"
                yield Problem("part of a year", where, got, "12 months or 4 quarters", fix)

    def _single_problems(self, rows: _Held) -> Iterator[Problem]:
        """Yield the dimensions of which the file has one code, and no total: a part of trade, cut by it."""
        for d, name in enumerate(WHOLE):
            codes = self.books[name].names[1:]
            if name != PART and len(codes) == 1 and name not in self.whole_met and rows.codes[:, d].any():
                k = int(np.flatnonzero(rows.codes[:, d])[0])
                table, row = rows.places[k]
                where = self.tables[table].at([int(row)])[0]
                got, fix = f"{name} {codes[0]} in every row", "ask for the total, or for all of them"
                yield Problem("a part of trade alone", where, got, f"every {name}, or the total", fix)


def _flow_numbers(flows: Numbers) -> Ids:
    """Return one number for each different (importer, exporter, product) of (R, 3)."""
    numbers = pd.DataFrame(flows).groupby([0, 1, 2], sort=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def _dimensions(signature: int) -> str:
    return " and ".join(name for d, name in enumerate(WHOLE) if int(signature) >> d & 1)


def _parents(name: str, codes: Sequence[str]) -> list[Ids]:
    """Return, for every step up, the code that each code is part of: -1 where there is none that is known.

    Examples
    --------
    >>> [step.tolist() for step in _parents("mode of transport", ["", "2000", "2100", "3100"])]
    [[0, 1, 2, 3], [-1, -1, 1, -1], [-1, 0, 0, 0]]
    """
    at = {code: k for k, code in enumerate(codes)}
    chains = [[at[each] for each in _holding(name, code) if each in at] for code in codes]
    longest = max(map(len, chains), default=0)
    steps = [np.arange(len(codes))]
    steps += [
        np.array([chain[step] if step < len(chain) else -1 for chain in chains]) for step in range(longest)
    ]
    whole = np.array([0 if code else -1 for code in codes])
    return [*steps, whole]


def _holding(name: str, code: str) -> Iterator[str]:
    """Yield the codes that hold a code, short of the total: the quarter of a month, 2000 for 2100."""
    if name == PART and code and 1 <= int(code) <= 12:
        yield str(101 + (int(code) - 1) // 3)
    if name in NESTED and code.isdigit():
        stem = code.rstrip("0")
        yield from (stem[:k].ljust(len(code), "0") for k in range(len(stem) - 1, 0, -1))
