"""Reports: files in which each economy reports what it buys and sells, as UN Comtrade and WITS have them.

Such files hold much that is not trade between two economies: totals over partners and products, exports
beside imports, rows broken down further, goods that came back. What is wanted is taken, and the rest noted.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if
from tradesim.trade_data.breakdowns import PART, SUBFLOW, Breakdowns
from tradesim.trade_data.countries import CodeList
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.identities import WORLD, code_of, label_of
from tradesim.trade_data.periods import ALL_YEAR, WHOLE_YEAR, month_of, period_of
from tradesim.trade_data.products import TOTALS
from tradesim.trade_data.results import Side
from tradesim.trade_data.sums import Ids
from tradesim.trade_data.tables import Column, Table, pieces, placed, plain, scale

Flow = Literal["imports", "exports"]
Aside = tuple[str, str, frozenset[str], bool]
"""Why, by which column, which of its values stay, and whether the others are missing."""
VALUATION: Mapping[str, str] = {"imports": "CIF, as importers report", "exports": "FOB, as exporters report"}
Flags = NDArray[np.bool_]
FLOWS: Mapping[str, str] = {
    **dict.fromkeys(("m", "1", "import", "imports", "grossimport", "grossimports", "grossimp"), "imports"),
    **dict.fromkeys(("x", "2", "export", "exports", "grossexport", "grossexports", "grossexp"), "exports"),
    **dict.fromkeys(("rm", "fm", "mip", "mop", "4", "reimport", "reimports"), "part of imports"),
    **dict.fromkeys(("foreignimport", "foreignimports"), "part of imports"),
    **dict.fromkeys(("rx", "dx", "xip", "xop", "3", "reexport", "reexports"), "part of exports"),
    **dict.fromkeys(("domesticexport", "domesticexports"), "part of exports"),
}
"""What each code or name of a flow is; re-exports are part of exports, re-imports of imports."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader takes of a file of reports.

    Parameters
    ----------
    flow : whose reports: what importers say they buy, or exporters say they sell.
    year : the year, or ``None`` for the only one.
    scale : US dollars in one unit of the file's values.
    codes : the file of country codes, where one is given.
    prepare : what else to do to every piece first.
    asides : further reasons to leave rows out, the column that names them, and the values of it that stay.
    """

    flow: Flow
    year: int | None
    scale: float
    codes: CodeList | None = None
    prepare: Callable[[Table, pd.DataFrame], None] | None = None
    asides: tuple[Aside, ...] = ()


def side(flow: Flow) -> Side:
    """Return who reports a flow."""
    return "importer" if flow == "imports" else "exporter"


def flow_problems(flow: str) -> Iterator[Problem]:
    """Yield the problem of a flow that is neither imports nor exports."""
    if flow not in VALUATION:
        yield Problem("unknown flow", "flow", repr(flow), "imports | exports")


def gather_reports(
    tables: Sequence[Table], columns: tuple[Column, ...], gather: Gather, wanted: Wanted
) -> int:
    """Add tables of reports to a gathering, and return their year."""
    year, rows = wanted.year, Breakdowns(gather, side(wanted.flow))
    for table in tables:
        gather.table = table
        for piece in pieces(table, columns):
            year = _take(table, piece, rows, wanted, year)
    rows.resolve()
    return year or 0


def _take(table: Table, piece: pd.DataFrame, rows: Breakdowns, wanted: Wanted, year: int | None) -> int:
    """Add a piece of a table, and return its year: the one asked for, or the one met first."""
    scale(piece, wanted.scale)
    if wanted.prepare:
        wanted.prepare(table, piece)
    _clean(table, piece, wanted)
    years = piece["year"].to_numpy()
    year = int(years[0]) if year is None else year
    if wanted.year is None:
        fail_if(_year_problems(table, piece, years != year))
    rows.note_months(piece[(piece["year"] == year) & piece["flow"].isin(_flows(wanted))])
    if wanted.prepare is None:
        goods = piece["type"] == "C" if "type" in piece else True
        rows.note_world(piece[(piece["year"] == year) & (piece["flow"] == wanted.flow) & goods])
    for why, column, aside, missing in _asides(piece, wanted, year):
        rows.gather.set_aside(piece[aside], why, column, missing=missing)
        piece = piece[~aside]
    if len(piece):
        rows.take(table, piece)
    return year


def _flows(wanted: Wanted) -> list[str]:
    """Return the flow that is wanted, and what is part of it."""
    return [wanted.flow, f"part of {wanted.flow}"]


def _clean(table: Table, piece: pd.DataFrame, wanted: Wanted) -> None:
    """Give every row its year, flow, product, importer and exporter; refuse what cannot be understood."""
    _put_period(table, piece)
    allowed = "imports M or Import, exports X or Export, and what is part of them"
    given = piece["flow"]
    piece["flow"] = _mapped(table, piece, "flow", _flow_of, "unknown flow", allowed)
    piece[SUBFLOW] = given.where(piece["flow"].str.startswith("part"), "")
    piece["product"] = _mapped(table, piece, "product", _product_of, "not a product code", "a code, or TOTAL")
    if "classification" in piece:
        fail_if(_lost_zero_problems(table, piece))
    parties = {role: _parties(table, piece, role, wanted.codes) for role in ("reporter", "partner")}
    at, to = ("reporter", "partner") if wanted.flow == "imports" else ("partner", "reporter")
    piece["importer"], piece["exporter"] = parties[at], parties[to]


def _asides(
    piece: pd.DataFrame, wanted: Wanted, year: int
) -> Iterator[tuple[str, str, "pd.Series[bool]", bool]]:
    """Yield what is not wanted: why, the column that names it, which of the rows left, whether missing."""
    left = pd.Series(data=True, index=piece.index)
    partner = "exporter" if wanted.flow == "imports" else "importer"
    for why, column, rows, missing in (
        ("another year", "year", piece["year"] != year, False),
        ("services", "type", piece["type"] != "C" if "type" in piece else ~left, False),
        ("another flow", "flow", ~piece["flow"].isin(_flows(wanted)), False),
        ("total over partners", partner, piece[partner] == WORLD, False),
        ("goods that came back", partner, _codes(piece["importer"]) == _codes(piece["exporter"]), False),
        *((why, column, ~piece[column].isin(stay), gone) for why, column, stay, gone in wanted.asides),
    ):
        if (rows & left).any():
            yield why, column, (rows & left)[left], missing
            left &= ~rows


def _mapped(
    table: Table, piece: pd.DataFrame, column: str, meaning: Callable[[str], Any], what: str, allowed: str
) -> "pd.Series[Any]":
    """Return a column with the meaning of every cell; refuse cells without one (``None``), ``file:line``."""
    ids, unique = pd.factorize(piece[column].fillna(""))
    found = np.array([meaning(str(each).strip()) for each in unique] or [None], dtype=object)
    bad = np.array([each is None for each in found], dtype=bool)[ids]
    if bad.any():
        rows, given = piece.index.to_numpy()[bad], [repr(str(unique[k])) for k in ids[bad][:20]]
        fail_if(placed(table, rows, what, given, allowed))
    return pd.Series(found[ids], index=piece.index)


def _frequency_of(cell: str) -> str | None:
    return {"": "", "A": "A", "Q": "Q", "M": "M"}.get(cell.upper()[:1])


def _part_of(cell: str) -> int | None:
    return WHOLE_YEAR if cell in ALL_YEAR else month_of(cell.removesuffix(".0")) or None


def _put_period(table: Table, piece: pd.DataFrame) -> None:
    """Give every row its year and the part of it, ``""`` for all of it; refuse columns that disagree."""
    named = "not a year or a part of one", "a year, a quarter or a month, such as 2023, 2023Q1, 202301"
    found = _mapped(table, piece, "year", period_of, *named)
    years, part = found.map(attrgetter("year")), found.map(attrgetter("part")).to_numpy(dtype=np.int64)
    if "period" in piece:
        also = _mapped(table, piece, "period", period_of, *named)
        _refuse_unlike(table, piece, "period", (also.map(attrgetter("year")) != years).to_numpy())
        part = _both(table, piece, "period", part, also.map(attrgetter("part")).to_numpy(dtype=np.int64))
    if "month" in piece:
        months = _mapped(table, piece, "month", _part_of, "not a month", "1 to 12, or 52 for a year")
        part = _both(table, piece, "month", part, months.to_numpy(dtype=np.int64))
    if "frequency" in piece:
        said = _mapped(table, piece, "frequency", _frequency_of, "unknown frequency", "A, Q or M").to_numpy()
        means = np.where(part == WHOLE_YEAR, "A", np.where(part > 100, "Q", "M"))
        _refuse_unlike(table, piece, "frequency", (said != "") & (said != means))
    piece["year"] = years
    piece[PART] = np.where(part == WHOLE_YEAR, "", part.astype(str))


def _both(table: Table, piece: pd.DataFrame, column: str, one: Ids, other: Ids) -> Ids:
    """Return the part of a year that either of two columns names; refuse two that differ."""
    _refuse_unlike(table, piece, column, (one != other) & (one != WHOLE_YEAR) & (other != WHOLE_YEAR))
    return np.where(one == WHOLE_YEAR, other, one)


def _refuse_unlike(table: Table, piece: pd.DataFrame, column: str, unlike: Flags) -> None:
    if unlike.any():
        columns = [name for name in ("frequency", "year", "period", "month") if name in piece]
        shown = piece.loc[unlike, columns].head(20).itertuples(index=False)
        given = [", ".join(f"{n} {v}" for n, v in zip(columns, row, strict=True)) for row in shown]
        what = f"{column} that does not fit the year and month"
        allowed = "A with a year, Q with a quarter, M with a month"
        fail_if(placed(table, piece.index.to_numpy()[unlike], what, given, allowed))


def _flow_of(cell: str) -> str | None:
    return FLOWS.get(plain(cell))


def _product_of(cell: str) -> str | None:
    if cell.upper() in TOTALS:
        return "TOTAL"
    return cell if re.fullmatch(r"[0-9A-Z]{1,12}", cell) else None


def _lost_zero_problems(table: Table, piece: pd.DataFrame) -> Iterator[Problem]:
    """Yield codes of the Harmonized System with an odd number of digits: the zero in front is lost."""
    system = piece["classification"].fillna("").str.match(r"(?i)H[S0-9]")
    odd = (system & piece["product"].str.fullmatch(r"\d|\d{3}|\d{5}").astype(bool)).to_numpy()
    if odd.any():
        rows, given = piece.index.to_numpy()[odd], [repr(code) for code in piece["product"][odd].head(20)]
        allowed = "2, 4 or 6 digits; a spreadsheet may have dropped the zero in front"
        yield from placed(table, rows, "not a code of the Harmonized System", given, allowed)


def _codes(labels: "pd.Series[Any]") -> "pd.Series[Any]":
    return labels.map({label: code_of(label) for label in labels.unique()})


def _parties(table: Table, piece: pd.DataFrame, role: str, codes: CodeList | None) -> "pd.Series[Any]":
    """Return the labels of a role: by ISO code and number where the file has both."""
    cells = piece[role].fillna("").astype(str) if role in piece else pd.Series("", index=piece.index)
    numbers = (
        piece[f"{role}_number"].fillna("").astype(str)
        if f"{role}_number" in piece
        else cells.where(cells == "", "")
    )
    ids, unique = pd.factorize(cells.str.strip() + "\t" + numbers.str.strip())
    labels, said = (
        zip(*(_label_of(str(each), codes) for each in unique), strict=True) if len(unique) else ((), ())
    )
    bad = np.array([label is None for label in labels], dtype=bool)[ids]
    if bad.any():
        rows, given = piece.index.to_numpy()[bad], [said[k] for k in ids[bad][:20]]
        fail_if(placed(table, rows, f"unknown {role}", given, "an ISO alpha-3 code, or its number"))
    return pd.Series(np.array(labels, dtype=object)[ids], index=piece.index)


def _label_of(pair: str, codes: CodeList | None) -> tuple[str | None, str]:
    """Return the label of a code and a number, and what is said of them where there is none."""
    cell, _, number = pair.partition("\t")
    given = codes.label_of(cell, number) if codes else None
    try:
        said = "'NA', a missing code or Namibia's" if cell.upper() == "NA" else repr(cell or number)
        return given or label_of(cell, number), said
    except ValueError as error:
        return None, f"{error}, which disagree"


def _year_problems(table: Table, piece: pd.DataFrame, other: Flags) -> Iterator[Problem]:
    if other.any():
        row = int(piece.index.to_numpy()[other][0])
        got = str(piece["year"].to_numpy()[other][0])
        yield Problem("several years", table.at([row])[0], got, "one year", f"give year=, such as year={got}")
