"""Frames: flows from a DataFrame with a row per exporter, importer, year and perhaps product.

That is the shape most people have. Columns go by the names that are common for them, or by those that are
given; a name that could mean either side, such as ``reporter``, is not guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd

from tradesim.economies import CODE
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.trade_data.breakdowns import PART, Breakdowns
from tradesim.trade_data.checks import warn_if_round
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.identities import WORLD, code_of, label_of
from tradesim.trade_data.periods import Period, period_of
from tradesim.trade_data.products import TOTALS, Products
from tradesim.trade_data.regions import Given as GivenRegions
from tradesim.trade_data.regions import Regions
from tradesim.trade_data.results import About, result_of
from tradesim.trade_data.tables import MOST_PROBLEMS, Table, placed, plain
from tradesim.trade_data.units import dollars_in

CALLED: Mapping[str, tuple[str, ...]] = {
    "exporter": ("exporter", "exporteriso", "exporteriso3", "exportercode", "origin", "isoo", "iso3o"),
    "importer": ("importer", "importeriso", "importeriso3", "importercode", "destination", "isod", "iso3d"),
    "year": ("year", "period"),
    "value": ("value", "trade", "tradevalue", "tradeflow", "flow"),
    "product": (
        *("product", "productcode", "hs", "hs2", "hs4", "hs6", "hscode", "cmdcode", "commodity"),
        *("commoditycode", "sector", "industry"),
    ),
}
"""What columns are called, without letter case, spaces and punctuation."""
REQUIRED = ("exporter", "importer", "value")
EACH = "each"
EVERYTHING = TOTALS | {"ALL PRODUCTS", "ALL SECTORS", "ALL GOODS", "ALL INDUSTRIES"}
WHERE = "frame"
Goods = int | str | Mapping[str, str | Sequence[str]] | None
"""What is taken for ``products``: digits, ``"each"``, group → beginnings of codes or names, ``None``."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns of a frame, as they are given; ``None`` finds the common ones.

    Parameters
    ----------
    exporter, importer, value, product : the columns.
    year : the column, or the one year of all rows or of those that are taken.
    """

    exporter: str | None
    importer: str | None
    value: str | None
    product: str | None
    year: str | int | None


class _Places(Sequence[str]):
    """The place of every row of a frame: its label."""

    def __init__(self, index: "pd.Index[Any]") -> None:
        self.labels = index

    def __len__(self) -> int:
        return len(self.labels)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return [self[k] for k in range(*row.indices(len(self)))]
        return f"{WHERE}: row {_plain_cell(self.labels[row])!r}"


def flows_of_frame(
    frame: pd.DataFrame,
    regions: GivenRegions,
    columns: Columns,
    *,
    unit: float | str | None,
    products: Goods,
    level: int | None,
    domestic: bool | None,
    valuation: str,
    source: str,
) -> TradeFlows:
    """Return the flows of a frame; see `TradeFlows.from_frame`."""
    fail_if(_frame_problems(frame))
    if isinstance(columns.year, bool):
        fail_if([Problem("not a year", "year", repr(columns.year), "2023, or the name of a column")])
    table = Table(Path(WHERE), "", (), 0, places=_Places(frame.index))
    flat = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    named = _found(flat, columns)
    scale = _scale(unit)
    warn_if_round(WHERE, len(flat))
    piece = pd.DataFrame(
        {
            "exporter": _labels(table, flat[named["exporter"]], "exporter"),
            "importer": _labels(table, flat[named["importer"]], "importer"),
            "value": _values(table, flat[named["value"]]) * scale,
        },
        index=pd.RangeIndex(len(flat)),
    )
    piece["product"], groups = _goods(table, flat[named["product"]] if "product" in named else None, products)
    piece["year"], piece[PART] = _periods(table, flat, named, columns.year)
    year = _one_year(table, piece["year"], columns.year)
    gather = Gather(table, Regions.of(regions), groups, own={"ROW"})
    _take(gather, table, piece, year, domestic=domestic)
    found = result_of(gather, About(source, year, valuation, "importer", level=level))
    return _told(found, domestic=bool(domestic))


def _frame_problems(frame: Any) -> Iterator[Problem]:
    if not isinstance(frame, pd.DataFrame):
        got, fix = type(frame).__name__, "a Series becomes one by reset_index()"
        yield Problem("not a DataFrame", WHERE, got, "a row per exporter, importer and year", fix)
    elif frame.columns.nlevels > 1:
        yield Problem("columns of several levels", WHERE, f"{frame.columns.nlevels} levels", "plain names")
    elif frame.columns.duplicated().any():
        got = repr(frame.columns[frame.columns.duplicated()][0])
        yield Problem("column twice", WHERE, got, "each column once")
    elif frame.empty:
        yield Problem("no rows", WHERE, f"{frame.shape[0]} rows", "a row per exporter, importer and year")


def _found(frame: pd.DataFrame, columns: Columns) -> dict[str, Any]:
    """Return the column of every role that there is; refuse those that are missing or could be two."""
    named: dict[str, Any] = {}
    problems: list[Problem] = []
    for role, called in CALLED.items():
        given = getattr(columns, role)
        if isinstance(given, str):
            if given not in frame.columns:
                problems.append(unknown_name("column", given, map(str, frame.columns), f"{WHERE}: {role}"))
            named[role] = given
            continue
        own = [name for name in frame.columns if plain(str(name)) in called]
        if len(own) > 1:
            got, fix = " and ".join(map(repr, own)), f"give {role}=, such as {role}={str(own[0])!r}"
            problems.append(Problem(f"two columns for {role}", WHERE, got, "one", fix))
        elif own:
            named[role] = own[0]
        elif role in REQUIRED:
            shown = ", ".join(map(str, frame.columns[:12])) + (" …" if len(frame.columns) > 12 else "")
            fix = f"give {role}= with the name of its column"
            problems.append(Problem(f"no column for {role}", WHERE, shown, " or ".join(called[:3]), fix))
    twice = [name for name in named.values() if list(named.values()).count(name) > 1]
    problems += [Problem("one column for two things", WHERE, repr(name)) for name in dict.fromkeys(twice)]
    fail_if(problems)
    return named


def _scale(unit: float | str | None) -> float:
    """Return US dollars in one unit of the values."""
    allowed = "US dollars in one unit: 1, 1000, 1e6, or words such as 'million USD'"
    if unit is None:
        raise InputError([Problem("no unit", "unit", "nothing", allowed, "give unit=")])
    size = dollars_in(unit) if isinstance(unit, str) else unit
    if isinstance(size, bool) or not isinstance(size, int | float | np.number) or not 0 < size <= 1e12:
        got = repr(unit) + (f": {size}" if isinstance(size, str) and size else "")
        fix = "other currencies need a rate" if isinstance(unit, str) else ""
        raise InputError([Problem("not a unit", "unit", got, allowed, fix)])
    return float(size)


def _labels(table: Table, column: "pd.Series[Any]", role: str) -> "pd.Series[Any]":
    """Return a column of economies as labels; numbers are those of the United Nations."""
    ids, unique = pd.factorize(column.astype(object), use_na_sentinel=False)
    found = np.array([_label_of(each) for each in unique] or [None], dtype=object)
    bad = np.array([each is None for each in found], dtype=bool)[ids]
    if bad.any():
        given = [repr(_plain_cell(unique[k])) for k in ids[bad][:MOST_PROBLEMS]]
        allowed = "an ISO alpha-3 code, such as USA, or its number"
        fail_if(placed(table, np.flatnonzero(bad), f"unknown {role}", given, allowed))
    return pd.Series(found[ids])


def _plain_cell(cell: Any) -> Any:
    return cell.item() if isinstance(cell, np.generic) else cell


def _label_of(cell: Any) -> str | None:
    """Return the label of a code or number, a code in capitals that no table has as it is; or ``None``."""
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        return label_of("", str(cell))
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    return label_of(text) or (text if CODE.fullmatch(text) else None)


def _values(table: Table, column: "pd.Series[Any]") -> "pd.Series[float]":
    """Return a column of numbers; refuse cells that are none, also those that are text."""
    if (
        pd.api.types.is_bool_dtype(column)
        or pd.api.types.is_complex_dtype(column)
        or not pd.api.types.is_numeric_dtype(column)
    ):
        numbers = [_is_number(cell) for cell in column]
        bad = ~np.array(numbers, dtype=bool)
        if bad.any():
            given = [repr(cell) for cell in column[bad].head(MOST_PROBLEMS)]
            fail_if(placed(table, np.flatnonzero(bad), "value is not a number", given, "a number"))
    values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series(values)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float | np.number) and not isinstance(cell, bool)


def _goods(table: Table, column: "pd.Series[Any] | None", products: Goods) -> tuple[Any, Products]:
    """Return the code of every row's product, and the groups: names of industries get numbers."""
    if column is None:
        if products is not None:
            fail_if([Problem("no column for product", WHERE, repr(products), "a column, by product=")])
        return "TOTAL", Products.of(None)
    ids, unique = pd.factorize(column.astype(object), use_na_sentinel=False)
    names = [_product_of(each) for each in unique]
    bad = np.array([name is None for name in names], dtype=bool)[ids]
    if bad.any():
        given = [repr(_plain_cell(unique[k])) for k in ids[bad][:MOST_PROBLEMS]]
        allowed = "a code as text, '010121' (a number loses the zero in front), or an industry's name"
        fail_if(placed(table, np.flatnonzero(bad), "not a product", given, allowed))
    texts = ["TOTAL" if str(name).upper() in EVERYTHING else str(name) for name in names]
    codes = [text for text in dict.fromkeys(texts) if text != "TOTAL"]
    lengths = sorted({len(code) for code in codes})
    if products == EACH and len(lengths) > 1 and all(code.isdigit() for code in codes):
        got, fix = f"codes of {' and '.join(map(str, lengths))} digits", "give products= and level= in digits"
        fail_if([Problem("several levels of product codes", WHERE, got, "one level", fix)])
    if products != EACH and all(code.isdigit() for code in codes):
        return np.array(texts, dtype=object)[ids], Products.of(products)  # type: ignore[arg-type]
    numbers = {code: f"{k:06d}" for k, code in enumerate(codes)}
    own = np.array([numbers.get(text, text) for text in texts], dtype=object)
    return own[ids], _by_name(products, numbers)


def _product_of(cell: Any) -> str | None:
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        return str(cell) if len(str(cell)) % 2 == 0 and cell > 0 else None
    return cell.strip() or None if isinstance(cell, str) else None


def _by_name(products: Goods, numbers: Mapping[str, str]) -> Products:
    """Return the groups of industries that go by names."""
    if products is None:
        return Products.of(None)
    if products == EACH:
        return Products.of(dict(numbers))
    if not isinstance(products, Mapping):
        allowed = "'each', group → names, or None: the products of the frame are names"
        raise InputError([Problem("not products", "products", repr(products), allowed)])
    groups = {
        name: [members] if isinstance(members, str) else list(members) for name, members in products.items()
    }
    fail_if(
        unknown_name("product", each, numbers, "products")
        for members in groups.values()
        for each in members
        if each not in numbers and each != "*"
    )
    return Products.of({name: [numbers.get(each, each) for each in own] for name, own in groups.items()})


def _periods(
    table: Table, frame: pd.DataFrame, named: Mapping[str, Any], year: str | int | None
) -> tuple[Any, Any]:
    """Return the year of every row and the part of it, "" for all of it."""
    if "year" not in named:
        if year is None:
            allowed = "a column year, or year= with the one year of all rows"
            raise InputError([Problem("no year", WHERE, "no column for it", allowed)])
        return year, ""
    ids, unique = pd.factorize(frame[named["year"]].astype(object), use_na_sentinel=False)
    found = [_period_of(each) for each in unique]
    bad = np.array([each is None for each in found], dtype=bool)[ids]
    if bad.any():
        given = [repr(_plain_cell(unique[k])) for k in ids[bad][:MOST_PROBLEMS]]
        allowed = "a year, a quarter or a month: 2023, '2023Q1', '2023-01'; of a date it cannot be told"
        fail_if(placed(table, np.flatnonzero(bad), "not a year", given, allowed))
    years = np.array([each.year for each in found if each], dtype=np.int64)
    parts = np.array([str(each.part or "") for each in found if each], dtype=object)
    return years[ids], parts[ids]


def _period_of(cell: Any) -> Period | None:
    if isinstance(cell, str | int | np.integer | pd.Period) and not isinstance(cell, bool):
        return period_of(str(cell))
    return period_of(str(int(cell))) if isinstance(cell, float) and cell.is_integer() else None


def _one_year(table: Table, years: "pd.Series[int]", year: str | int | None) -> int:
    """Return the year that is taken: the one asked for, or the only one."""
    each = sorted({int(one) for one in years})
    asked = isinstance(year, int | np.integer) and not isinstance(year, bool)
    if not asked and len(each) > 1:
        got = ", ".join(map(str, each[:10])) + (" …" if len(each) > 10 else "")
        fix = f"give year=, such as year={each[-1]}"
        if isinstance(year, str):
            fix = f"take one, such as frame[frame[{year!r}] == {each[-1]}]"
        fail_if([Problem("several years", str(table.path), got, "one year", fix)])
    if asked and year not in each:
        fail_if([Problem("no rows of that year", str(table.path), str(year), ", ".join(map(str, each[:20])))])
    return int(year) if asked and year is not None else each[0]


def _take(gather: Gather, table: Table, piece: pd.DataFrame, year: int, *, domestic: bool | None) -> None:
    """Bring the rows of a year to the gathering; totals and, unless asked for, sales at home aside."""
    world = piece["exporter"].eq(WORLD) | piece["importer"].eq(WORLD)
    own = piece["exporter"].map(code_of).eq(piece["importer"].map(code_of)) & ~world
    if domestic is None and (own & piece["value"].gt(0)).any():
        row = int(np.flatnonzero(own & piece["value"].gt(0))[0])
        got = f"{piece['exporter'].iloc[row]} from {piece['importer'].iloc[row]}"
        fix = "say domestic=True if these are all sales at home, or domestic=False to leave them out"
        fail_if([Problem("an economy's trade with itself", table.at([row])[0], got, "", fix)])
    rows, left = Breakdowns(gather, "importer"), piece
    rows.note_world(piece[(piece["year"] == year) & ~own])
    for why, column, aside in (
        ("another year", "year", piece["year"] != year),
        ("total over partners", "exporter", world),
        ("sales at home", "exporter", own & (not domestic)),
    ):
        here = aside[left.index]
        if here.any():
            gather.set_aside(left[here], why, column, missing=False)
            left = left[~here]
    if len(left):
        rows.note_months(left)
        rows.take(table, left)
    rows.resolve()


def _told(flows: TradeFlows, *, domestic: bool) -> TradeFlows:
    """Return the flows with a note on those that have no row; refuse economies without sales at home."""
    n = len(flows.codes)
    amounts = flows.imports.reshape(n, n, -1).sum(axis=2)
    none = [code for code, sold in zip(flows.codes, np.diag(amounts), strict=True) if not sold > 0]
    if domestic and none:
        got, fix = ", ".join(none[:10]), "add their sales at home, or say domestic=False"
        fail_if([Problem("no sales at home", WHERE, got, "a row of each economy with itself", fix)])
    idle = int(((amounts == 0) & ~np.eye(n, dtype=bool)).sum())
    said = f"{idle:,} of {n * (n - 1):,} flows are 0: the frame has no row for them, or says so"
    return replace(flows, domestic=domestic, notes=(*flows.notes, *([said] if idle else [])))
