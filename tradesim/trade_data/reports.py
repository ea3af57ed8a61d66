"""Reports: files in which each economy reports what it buys and sells, as UN Comtrade and WITS have them.

Such files hold much that is not trade between two economies: totals over partners and products, exports
beside imports, rows broken down further, goods that came back. What is wanted is taken, and the rest noted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if
from tradesim.trade_data.countries import CodeList
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.identities import WORLD, code_of, label_of
from tradesim.trade_data.products import TOTALS
from tradesim.trade_data.results import Side
from tradesim.trade_data.tables import Column, Table, pieces, placed, plain, scale
from tradesim.trade_data.world_rows import WorldRows, say_lacking

Flow = Literal["imports", "exports"]
Aside = tuple[str, str, frozenset[str], bool]
"""Why, by which column, which of its values stay, and whether the others are missing."""
VALUATION: Mapping[str, str] = {"imports": "CIF, as importers report", "exports": "FOB, as exporters report"}
Flags = NDArray[np.bool_]
FLOWS: Mapping[str, str] = {
    **dict.fromkeys(("m", "1", "import", "imports", "grossimport", "grossimports", "grossimp"), "imports"),
    **dict.fromkeys(("x", "2", "export", "exports", "grossexport", "grossexports", "grossexp"), "exports"),
    **dict.fromkeys(("rx", "rm", "dx", "fm", "mip", "xip", "mop", "xop", "3", "4"), "another"),
    **dict.fromkeys(("reexport", "reexports", "reimport", "reimports"), "another"),
    **dict.fromkeys(("domesticexport", "domesticexports", "foreignimport", "foreignimports"), "another"),
}
"""What each code or name of a flow is; re-exports are part of exports, re-imports of imports."""
WHOLE: Mapping[str, frozenset[str]] = {
    "second partner": frozenset({"", "0", "W00", "nan"}),
    "customs procedure": frozenset({"", "0", "C00", "nan"}),
    "mode of transport": frozenset({"", "0", "nan"}),
    "mode of supply": frozenset({"", "0", "nan"}),
}
"""What stands in a column of a breakdown when a row is the total over it."""


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
    prepare: Callable[[pd.DataFrame], None] | None = None
    asides: tuple[Aside, ...] = ()


def side(flow: Flow) -> Side:
    """Return who reports a flow."""
    return "importer" if flow == "imports" else "exporter"


def flow_problems(flow: str) -> Iterator[Problem]:
    """Yield the problem of a flow that is neither imports nor exports."""
    if flow not in VALUATION:
        yield Problem("unknown flow", "flow", repr(flow), "imports | exports")


def gather_reports(table: Table, columns: tuple[Column, ...], gather: Gather, wanted: Wanted) -> int:
    """Add a table of reports to a gathering, and return its year."""
    year, rows = wanted.year, WorldRows()
    for piece in pieces(table, columns):
        scale(piece, wanted.scale)
        if wanted.prepare:
            wanted.prepare(piece)
        _clean(table, piece, wanted)
        years = piece["year"].to_numpy()
        year = int(years[0]) if year is None else year
        if wanted.year is None:
            fail_if(_year_problems(table, piece, years != year))
        if wanted.prepare is None:
            rows.take(piece[_whole(piece, wanted, year)], *_roles(wanted.flow))
        for why, column, aside, missing in _asides(piece, wanted, year):
            gather.set_aside(piece[aside], why, column, missing=missing)
            piece = piece[~aside]  # noqa: PLW2901 the rest of it
        if len(piece):
            gather.take(piece)
    say_lacking(rows, gather)
    return year or 0


def _roles(flow: Flow) -> tuple[str, str]:
    """Return the roles of those who report a flow, and of their partners."""
    return ("importer", "exporter") if flow == "imports" else ("exporter", "importer")


def _whole(piece: pd.DataFrame, wanted: Wanted, year: int) -> "pd.Series[bool]":
    """Say which rows are goods of the flow and year, and no part of other rows."""
    whole = (piece["year"] == year) & (piece["flow"] == wanted.flow)
    if "type" in piece:
        whole &= piece["type"] == "C"
    for column, total in WHOLE.items():
        if column in piece:
            whole &= piece[column].fillna("").isin(total)
    return whole


def _clean(table: Table, piece: pd.DataFrame, wanted: Wanted) -> None:
    """Give every row its year, flow, product, importer and exporter; refuse what cannot be understood."""
    piece["year"] = _mapped(
        table, piece, "year", _year_of, "not a year of annual trade", "a year, such as 2023"
    )
    if "frequency" in piece:
        _mapped(table, piece, "frequency", _annual, "not annual", "A: one row a year")
    allowed = "imports M or Import, exports X or Export, and what is part of them"
    piece["flow"] = _mapped(table, piece, "flow", _flow_of, "unknown flow", allowed)
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
        ("another flow", "flow", piece["flow"] != wanted.flow, False),
        ("total over partners", partner, piece[partner] == WORLD, False),
        ("goods that came back", partner, _codes(piece["importer"]) == _codes(piece["exporter"]), False),
        *(
            ("a part of rows that are counted", column, ~piece[column].fillna("").isin(whole), False)
            for column, whole in WHOLE.items()
            if column in piece
        ),
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


def _year_of(cell: str) -> int | None:
    match = re.fullmatch(r"(\d{4})(?:\.0)?", cell)
    return int(match[1]) if match else None


def _annual(cell: str) -> str | None:
    return "A" if cell.upper() in {"A", "ANNUAL"} else None


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
