"""Rows of DataWeb: country, product, year, measure and amount, from any of the ways it lays them out in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tradesim.conversion import real_in, shown
from tradesim.errors import InputError, Problem, fail_if
from tradesim.trade_data.periods import Period, missing, month_of, period_of
from tradesim.trade_data.sheets import Sheet
from tradesim.trade_data.tables import plain

Entry = tuple[str, str, str, int, int, str, str, float]
"""Place, country, product, year, part of it (0 for all, month, or quarter), role, measure, amount."""
WITHIN = 30
"""Rows that a header may come after."""
ROLES: Mapping[str, tuple[str, str]] = {
    "generalcustomsvalue": ("value", "General Customs Value"),
    "customsvalue": ("value", "Customs Value"),
    "calculatedduties": ("duty", "Calculated Duties"),
}
"""Measures that are read: their role and name."""
OTHER = re.compile("quantity|unitofqty|charges|cif|landed|dutiable|fasvalue|^fas$|weight")
"""What is in the names of measures that are passed over."""
COUNTRY = frozenset({"country", "countryname", "countries", "tradingpartner"})
PRODUCT = re.compile(r"(hts|naics?|sitc)\d*(number|code|no)?|commodity(code)?")
FULL_YEAR = re.compile(
    r"(?:jan(?:uary)?)[ _-]*((?:19|20)\d\d)[ _-]*to[ _-]*dec(?:ember)?[ _-]*((?:19|20)\d\d)", re.IGNORECASE
)
SCALED = re.compile(r"(?:in|scale\w*)\W*(?:us\W*)?(thousand|million|billion|1[, ]?000)", re.IGNORECASE)
PARAMETERS = frozenset({"queryparameters", "parameters"})
MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in which column of a sheet.

    Parameters
    ----------
    row : the position of the header among the rows.
    country, product, year, part, kind : columns, or ``None``; a part is a month or a quarter.
    amounts : column → year or month (of a wide sheet), measure or month (of a long one).
    """

    row: int
    country: int
    product: int | None
    year: int | None
    part: int | None
    kind: int | None
    amounts: Mapping[int, str]


def rows_of(sheets: Sequence[Sheet], unit: float | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows of all sheets that hold a measure that is read, and which sheets those are.

    Returns
    -------
    Rows of place, country, product, year, part (0 for a whole year), role, measure, amount (US dollars); and
    a note on the sheets, where there are several.
    """
    scale = _scale(sheets, unit)
    found: list[Entry] = []
    read, passed = list[str](), list[str]()
    problems, without_header = list[Problem](), list[Problem]()
    for sheet in sheets:
        if plain(sheet.name) in PARAMETERS or not sheet.rows:
            continue
        try:
            rows = _sheet_rows(sheet)
            (read if rows else passed).append(sheet.name)
            found += rows
        except _NoHeaderError as error:
            passed.append(sheet.name)
            without_header += error.problems
        except InputError as error:
            problems += error.problems
    fail_if(problems)
    if not found:
        where = sheets[0].rows[0][0] if sheets[0].rows else sheets[0].name
        got = f"sheets {', '.join(passed)}" if len(passed) > 1 else "a header alone"
        nothing = Problem("no rows", where, got, "rows of General Customs Value or Customs Value")
        fail_if(without_header or [nothing])
    columns = ["place", "country", "product", "year", "part", "role", "measure", "amount"]
    frame = pd.DataFrame(found, columns=columns)
    frame["amount"] *= scale
    skipped = f"; passed over: {', '.join(passed)}" if passed else ""
    return frame, (f"read from {', '.join(read)}{skipped}",) if len(read) + len(passed) > 1 else ()


class _NoHeaderError(InputError):
    """A sheet without a header, and without the name of a measure that is read: a note, a list of codes."""


def _scale(sheets: Sequence[Sheet], unit: float | None) -> float:
    """Return the unit of the amounts; refuse a file that says it is scaled unless the unit is given."""
    if unit is not None:
        if not real_in(unit, 0, 1e9):
            fail_if([Problem("not a unit", "unit", shown(unit), "US dollars, such as 1 or 1000")])
        return float(unit)
    for sheet in sheets:
        for place, cells in sheet.rows[:WITHIN]:
            line = " ".join(cells)
            if "dollar" in line.lower() or "scale" in line.lower() or "$" in line:
                said = SCALED.search(line)
                if said:
                    fix = "give unit=1000 for thousands, unit=1e6 for millions"
                    fail_if([Problem("values are scaled", place, repr(line[:80]), "US dollars", fix)])
    return 1.0


def _sheet_rows(sheet: Sheet) -> list[Entry]:
    """Return the rows of a sheet; none where it holds measures that are not read."""
    named = _measures_in(sheet.name)
    try:
        header = _header(sheet)
    except InputError as error:
        if OTHER.search(plain(sheet.name)) and not named:
            return []
        raise (error if named else _NoHeaderError(error.problems)) from None
    titles = [sheet.name, *(" ".join(cells) for _, cells in sheet.rows[: header.row])]
    own = next((ROLES[key] for title in titles for key in _measures_in(title)), None)
    if own is None and any(OTHER.search(plain(title)) for title in titles) and not _names_own(sheet, header):
        return []
    rows: list[Entry] = []
    problems: list[Problem] = []
    for place, cells in sheet.rows[header.row + 1 :]:
        if not _is_data(cells, header):
            continue
        try:
            rows += _cells_of(place, cells, header, own)
        except InputError as error:
            problems += error.problems
        if len(problems) >= MOST_PROBLEMS:
            break
    fail_if(problems)
    return rows


def _names_own(sheet: Sheet, header: Header) -> bool:
    """Say whether a column or a row of a sheet is named like a measure that is read."""
    kinds = {plain(_at(cells, header.kind)) for _, cells in sheet.rows if header.kind is not None}
    return not ({*header.amounts.values(), *kinds}).isdisjoint(ROLES)


def _measures_in(text: str) -> list[str]:
    """Return the measures that a text names, the longest first."""
    return sorted((key for key in ROLES if key in plain(text)), key=len, reverse=True)


def _header(sheet: Sheet) -> Header:
    """Find the header: the row with a country and amounts."""
    rows = sheet.rows[:WITHIN]
    for row, (place, cells) in enumerate(rows):
        names = [plain(cell) for cell in cells]
        year = _first(names, lambda name: name in {"year", "period"})
        wide = {k: cell for k, cell in enumerate(cells) if _period_in(cell) is not None}
        amounts = wide if year is None else _long(names)
        country = _first(names, lambda name: name in COUNTRY)
        shown = ", ".join(cells[:12])
        if country is None and (wide or year is not None) and len(cells) > 2:
            fix = "break out countries in the query"
            raise InputError([Problem("no column 'Country'", place, shown, "Country", fix)])
        if country is not None and not amounts and not any(OTHER.search(name) for name in names):
            allowed = "columns of years, or Year and a measure such as Customs Value"
            raise InputError([Problem("no amounts", place, shown, allowed)])
        if country is not None:
            product = _first(names, lambda name: PRODUCT.fullmatch(name) is not None)
            kind = _first(names, "datatype".__eq__)
            part = _first(names, lambda name: name in {"month", "quarter"})
            return Header(row, country, product, year, part, kind, amounts)
    got = " | ".join(rows[0][1])[:80]
    raise InputError([Problem("no header", rows[0][0], repr(got), "a row with Data Type, Country and years")])


def _long(names: Sequence[str]) -> dict[int, str]:
    """Return the columns of amounts beside a column of years: named like measures, or like months."""
    measures = {k: name for k, name in enumerate(names) if name in ROLES}
    months = {k: name for k, name in enumerate(names) if name.isalpha() and month_of(name)}
    return measures or months


def _first(names: Sequence[str], fits: Callable[[str], bool]) -> int | None:
    return next((k for k, name in enumerate(names) if fits(name)), None)


def _period_in(name: str) -> Period | None:
    """Return the year or the month of a column of amounts; ``None`` for other columns."""
    full = FULL_YEAR.fullmatch(name)
    if full and full[1] == full[2]:
        return Period(int(full[1]))
    return period_of(name.removeprefix("Year "))


def _is_data(cells: Sequence[str], header: Header) -> bool:
    """Say whether a row is data: it has a country, and is not the footer with a total."""
    if len(cells) <= header.country or not cells[header.country]:
        return False
    return not cells[0].lower().startswith("total:")


def _cells_of(
    place: str, cells: Sequence[str], header: Header, own: tuple[str, str] | None
) -> Iterator[Entry]:
    """Yield one entry per amount of a row."""
    product = "TOTAL" if header.product is None else _product(place, _at(cells, header.product))
    for column, named in header.amounts.items():
        measure = _measure(place, cells, header, named, own)
        if measure is None:
            continue
        cell = named if header.year is None else _at(cells, header.year)
        period = _period_in(cell)
        if period is None:
            raise InputError([Problem("not a year", place, repr(cell), "a year, such as 2023")])
        part = _part(place, cells, header, named, period)
        amount = _amount(place, _at(cells, column))
        yield place, cells[header.country], product, period.year, part, *measure, amount


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _product(place: str, cell: str) -> str:
    """Return an HTS number without points; numbers in a workbook have lost the zero in front."""
    code = cell.replace(".", "").strip()
    if not re.fullmatch(r"\d{1,10}|TOTAL", code):
        raise InputError([Problem("not an HTS number", place, repr(cell), "2 to 10 digits")])
    return code if code == "TOTAL" else code.zfill(len(code) + len(code) % 2)


def _measure(
    place: str, cells: Sequence[str], header: Header, named: str, own: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Return the role and name of an amount's measure, or ``None`` for one that is passed over."""
    if named in ROLES:
        return ROLES[named]
    kind = plain(_at(cells, header.kind)) if header.kind is not None else ""
    if kind in ROLES:
        return ROLES[kind]
    if OTHER.search(kind):
        return None
    if own is None:
        allowed = "General Customs Value, Customs Value or Calculated Duties, in the title, name or Data Type"
        raise InputError([Problem("no measure named", place, repr(_at(cells, header.kind or 0)), allowed)])
    return own


def _part(place: str, cells: Sequence[str], header: Header, named: str, period: Period) -> int:
    """Return the month or quarter of an amount, 0 for a whole year."""
    if header.year is not None and named not in ROLES:
        return month_of(named)
    if header.part is None:
        return period.part
    cell = _at(cells, header.part)
    quarter = re.fullmatch(r"(?:Q|quarter ?)([1-4])", cell, re.IGNORECASE)
    part = 100 + int(quarter[1]) if quarter else month_of(cell)
    if not part:
        raise InputError([Problem("not a month", place, repr(cell), "1 to 12")])
    return part


def _amount(place: str, cell: str) -> float:
    """Return an amount; commas between thousands and a sign of the currency may stand."""
    text = cell.removeprefix("$")
    if not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?([eE][+]?\d{1,2})?", text):
        raise InputError([Problem("not a value of trade", place, repr(cell), "US dollars, 0 or more")])
    return float(text.replace(",", ""))


def whole_years(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Add up months and quarters, where there are any; refuse a year that lacks some, or has both.

    Parameters
    ----------
    frame : rows as `rows_of` gives them.
    year : the year that is used; of others nothing is asked.
    """
    if not frame["part"].any():
        return frame.drop(columns="part")
    keys = ["country", "product", "year", "role", "measure"]
    own = frame[frame["year"] == year]
    again = own["part"].gt(0) & own.duplicated([*keys, "part"])
    if again.any():
        place = str(own.loc[again, "place"].iloc[0])
        fail_if([Problem("the same month a second time", place, "two rows", "each flow once")])
    fail_if(_part_problems(own, year))
    parts = frame["part"] > 0
    together = frame[parts].groupby(keys, sort=False, as_index=False)
    summed = together.agg(place=("place", "first"), amount=("amount", "sum"))
    return pd.concat([frame[~parts].drop(columns="part"), summed], ignore_index=True)


def _part_problems(own: pd.DataFrame, year: int) -> Iterator[Problem]:
    """Yield the measures of which the year has months missing, or rows of several lengths."""
    for measure, rows in own[own["part"] >= 0].groupby("measure", sort=False):
        parts = sorted({int(part) for part in rows["part"]})
        lengths = {"year" if part == 0 else "quarter" if part > 100 else "month" for part in parts}
        first = str(rows.loc[rows["part"] > 0, "place"].iloc[0]) if any(parts) else ""
        if len(lengths) > 1:
            got = f"a {' and a '.join(sorted(lengths))} of {year}, {measure}"
            fix = "take out the rows of one or the other"
            yield Problem("the same trade twice", first, got, "years, quarters or months", fix)
        elif any(parts) and missing(parts):
            got = f"{measure}: no {missing(parts)} of {year}"
            yield Problem("part of a year", first, got, "12 months or 4 quarters", "ask for whole years")
