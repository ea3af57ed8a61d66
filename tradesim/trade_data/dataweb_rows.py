"""Rows of DataWeb: country, product, year, measure and amount, from any of the ways it lays them out in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tradesim.conversion import real_in, shown
from tradesim.errors import InputError, Problem, fail_if
from tradesim.trade_data.sheets import Sheet
from tradesim.trade_data.tables import plain

Entry = tuple[str, str, str, int, int, str, str, float]
"""Place, country, product, year, month (0 for a whole year), role, measure, amount."""
WITHIN = 30
"""Rows that a header may come after."""
ROLES: Mapping[str, tuple[str, str]] = {
    "generalcustomsvalue": ("value", "General Customs Value"),
    "customsvalue": ("value", "Customs Value"),
    "calculatedduties": ("duty", "Calculated Duties"),
}
"""Measures that are read: their role and name."""
OTHER = re.compile("quantity|unitofqty|charges|cif|landed|dutiable|fas")
"""What is in the names of measures that are passed over."""
COUNTRY = frozenset({"country", "countryname", "countries", "tradingpartner"})
PRODUCT = re.compile(r"(hts|naics?|sitc)\d*(number|code|no)?|commodity(code)?")
YEAR = re.compile(r"(?:Year )?((?:19|20)\d\d)")
FULL_YEAR = re.compile(
    r"(?:jan(?:uary)?)[ _-]*((?:19|20)\d\d)[ _-]*to[ _-]*dec(?:ember)?[ _-]*((?:19|20)\d\d)", re.IGNORECASE
)
SCALED = re.compile(r"(?:in|scale\w*)\W*(?:us\W*)?(thousand|million|billion|1[, ]?000)", re.IGNORECASE)
PARAMETERS = frozenset({"queryparameters", "parameters"})
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in which column of a sheet.

    Parameters
    ----------
    row : the position of the header among the rows.
    country, product, year, month, kind : columns, ``None`` where there is none.
    amounts : column → year (of a wide sheet) or measure (of a long one).
    """

    row: int
    country: int
    product: int | None
    year: int | None
    month: int | None
    kind: int | None
    amounts: Mapping[int, str]


def rows_of(sheets: Sequence[Sheet], unit: float | None) -> pd.DataFrame:
    """Return the rows of all sheets: place, country, product, year, role, measure, amount (US dollars)."""
    scale = _scale(sheets, unit)
    found: list[Entry] = []
    problems: list[Problem] = []
    for sheet in sheets:
        if plain(sheet.name) not in PARAMETERS and sheet.rows:
            try:
                found += _sheet_rows(sheet)
            except InputError as error:
                problems += error.problems
    fail_if(problems)
    if not found:
        where = sheets[0].rows[0][0] if sheets[0].rows else sheets[0].name
        fail_if(
            [Problem("no rows", where, "a header alone", "rows of General Customs Value or Customs Value")]
        )
    columns = ["place", "country", "product", "year", "month", "role", "measure", "amount"]
    frame = pd.DataFrame(found, columns=columns)
    frame["amount"] *= scale
    return _whole_years(frame)


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
    header = _header(sheet)
    titles = [sheet.name, *(" ".join(cells) for _, cells in sheet.rows[: header.row])]
    own = next((ROLES[key] for title in titles for key in _measures_in(title)), None)
    if own is None and any(OTHER.search(plain(title)) for title in titles):
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
    fail_if(problems[:20])
    return rows


def _measures_in(text: str) -> list[str]:
    """Return the measures that a text names, the longest first."""
    return sorted((key for key in ROLES if key in plain(text)), key=len, reverse=True)


def _header(sheet: Sheet) -> Header:
    """Find the header: the row with a country and amounts."""
    rows = sheet.rows[:WITHIN]
    for row, (place, cells) in enumerate(rows):
        names = [plain(cell) for cell in cells]
        year = _first(names, lambda name: name == "year")
        wide = {k: found for k, cell in enumerate(cells) if (found := _year_in(cell))}
        amounts = wide if year is None else {k: name for k, name in enumerate(names) if name in ROLES}
        country = _first(names, lambda name: name in COUNTRY)
        shown = ", ".join(cells[:12])
        if country is None and (wide or year is not None) and len(cells) > 2:
            fix = "break out countries in the query"
            raise InputError([Problem("no column 'Country'", place, shown, "Country", fix)])
        if country is not None and not amounts:
            allowed = "columns of years, or Year and a measure such as Customs Value"
            raise InputError([Problem("no amounts", place, shown, allowed)])
        if country is not None:
            product = _first(names, lambda name: PRODUCT.fullmatch(name) is not None)
            kind, month = _first(names, "datatype".__eq__), _first(names, "month".__eq__)
            return Header(row, country, product, year, month, kind, amounts)
    got = " | ".join(rows[0][1])[:80]
    raise InputError([Problem("no header", rows[0][0], repr(got), "a row with Data Type, Country and years")])


def _first(names: Sequence[str], fits: Callable[[str], bool]) -> int | None:
    return next((k for k, name in enumerate(names) if fits(name)), None)


def _year_in(name: str) -> str:
    """Return the year of a column of amounts; "" for other columns and for parts of years."""
    match = YEAR.fullmatch(name)
    if match:
        return match[1]
    full = FULL_YEAR.fullmatch(name)
    return full[1] if full and full[1] == full[2] else ""


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
        year = named if header.year is None else _at(cells, header.year)
        if not re.fullmatch(r"(19|20)\d\d", year):
            raise InputError([Problem("not a year", place, repr(year), "a year, such as 2023")])
        month = _month(place, cells, header)
        amount = _amount(place, _at(cells, column))
        yield place, cells[header.country], product, int(year), month, *measure, amount


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


def _month(place: str, cells: Sequence[str], header: Header) -> int:
    if header.month is None:
        return 0
    cell = _at(cells, header.month)
    names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    month = names.index(cell[:3].lower()) + 1 if cell[:3].lower() in names else 0
    month = int(cell) if re.fullmatch(r"0?[1-9]|1[0-2]", cell) else month
    if not month:
        raise InputError([Problem("not a month", place, repr(cell), "1 to 12")])
    return month


def _amount(place: str, cell: str) -> float:
    """Return an amount; commas between thousands and a sign of the currency may stand."""
    text = cell.removeprefix("$")
    if not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?([eE][+]?\d{1,2})?", text):
        raise InputError([Problem("not a value of trade", place, repr(cell), "US dollars, 0 or more")])
    return float(text.replace(",", ""))


def _whole_years(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up months, where there are months; refuse a year that lacks some."""
    monthly = frame[frame["month"] > 0]
    if monthly.empty:
        return frame.drop(columns="month")
    keys = ["country", "product", "year", "role", "measure"]
    again = monthly.duplicated([*keys, "month"])
    if again.any():
        place = str(monthly.loc[again, "place"].iloc[0])
        fail_if([Problem("the same month a second time", place, "two rows", "each flow once")])
    for year, months in monthly.groupby("year")["month"].nunique().items():
        if months < MONTHS:
            got, fix = f"{months} months of {year}", "ask for whole years"
            fail_if([Problem("part of a year", str(monthly["place"].iloc[0]), got, "12 months", fix)])
    return frame.groupby(keys, sort=False, as_index=False).agg(
        place=("place", "first"), amount=("amount", "sum")
    )
