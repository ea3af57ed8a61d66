"""BACI: CEPII's bilateral trade, one CSV file a year.

Layout (CEPII, https://www.cepii.fr/DATA_DOWNLOAD/baci/doc/baci_webpage.html): files
``BACI_HS22_Y2023_V202501.csv`` with columns ``t`` year, ``i`` exporter, ``j`` importer (numeric codes),
``k`` product (HS, 6 digits), ``v`` value in thousands of current US dollars, ``q`` quantity in metric tons;
commas between cells, points for decimals, only flows above 0. ``country_codes_V202501.csv`` has
``country_code, country_name, country_iso2, country_iso3``. Values are FOB: BACI takes transport costs off
what importers report.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from tradesim.errors import InputError, Problem, fail_if
from tradesim.trade_data.containers import Member, Source, tables_in
from tradesim.trade_data.countries import CodeList, read_codes
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.products import Given as GivenProducts
from tradesim.trade_data.products import Products
from tradesim.trade_data.regions import Given as GivenRegions
from tradesim.trade_data.regions import Regions
from tradesim.trade_data.results import About, result_of, unknown_codes
from tradesim.trade_data.sums import named
from tradesim.trade_data.tables import Column, Table, find, of_year, pieces, placed, scale

LAYOUT = "a BACI file"
THOUSAND = 1000.0
COLUMNS = (
    Column("year", ("t",), "whole"),
    Column("exporter", ("i",), "whole"),
    Column("importer", ("j",), "whole"),
    Column("product", ("k",), "whole"),
    Column("value", ("v",), "number"),
)
WITH_LETTERS = tuple(Column("product", ("k",)) if each.name == "product" else each for each in COLUMNS)
"""Older editions have product codes such as ``9999AA``."""


def read_baci(
    path: str | Path,
    regions: GivenRegions = None,
    *,
    products: GivenProducts = None,
    country_codes: str | Path | None = None,
    year: int | None = None,
) -> TradeFlows:
    """Read one year of BACI.

    Parameters
    ----------
    path : ``BACI_HS…_Y…_V….csv``, also gzipped; or the zip archive as CEPII gives it, with a file a year.
    regions : what to add up: region → ISO alpha-3 codes, ``"*"`` for everything else; or a list of codes and
        groups (``"EU27"``, ``"ASEAN"``, ``"ROW"``). By default every economy by itself.
    products : ``None`` for all goods together, digits of HS codes (2, 4, 6), or group → beginnings of codes.
    country_codes : the file of country codes of the same edition (default: in the archive or beside it).
    year : which year of an archive that has several.

    Returns
    -------
    The flows, FOB, US dollars; where BACI has no row there is no trade, so they are 0.

    Raises
    ------
    InputError
        With every problem ``file:line``: another layout, cells that are no numbers, codes that are not in the
        file of country codes, flows given twice, several years.
    """
    areas, goods = Regions.of(regions), Products.of(products)
    file, inside = _of_archive(Path(path), year)
    codes = read_codes(country_codes or inside or _beside(Path(path)))
    fail_if(unknown_codes(areas, codes.codes))
    table = find(file, LAYOUT, COLUMNS)
    try:
        gather, found = _gathered(table, COLUMNS, areas, goods, codes)
    except InputError:
        gather, found = _gathered(table, WITH_LETTERS, areas, goods, codes)
    if year not in {None, found}:
        fail_if([Problem("no rows of that year", str(file), str(year), str(found))])
    edition = re.search(r"BACI_(HS\d\d)_Y\d{4}_(V\w+?)\.", table.path.name)
    source = f"CEPII BACI {edition[1]} {edition[2]}" if edition else "CEPII BACI"
    return result_of(gather, About(source, found, "FOB"))


def _of_archive(path: Path, year: int | None) -> tuple[Source, Member | None]:
    """Return the file of a year and the country codes of an archive; a file that is none as it is."""
    names = tables_in(path)
    codes = [name for name in names if name.rpartition("/")[2].startswith("country_codes")]
    return of_year(path, r"BACI_.*_Y(\d{4})_", year), Member(path, codes[0]) if len(codes) == 1 else None


def _beside(path: Path) -> Path:
    """Return the file of country codes in the same folder: of the same edition, or the only one."""
    version = re.search(r"_(V\w+?)\.", path.name)
    found = sorted(path.parent.glob("country_codes*.csv")) if path.parent.is_dir() else []
    same = [each for each in found if version and version[1] in each.name]
    chosen = same or found
    if len(chosen) != 1:
        got = ", ".join(each.name for each in chosen) or "none beside it"
        allowed = f"country_codes_{version[1] if version else 'V…'}.csv"
        fix = "it comes in the same archive; give country_codes="
        raise InputError([Problem("no file of country codes", str(path), got, allowed, fix)])
    return chosen[0]


def _gathered(
    table: Table, columns: tuple[Column, ...], regions: Regions, products: Products, codes: CodeList
) -> tuple[Gather, int]:
    """Return the sums of a table, and its year."""
    gather, year = Gather(table, regions, products), 0
    for piece in pieces(table, columns):
        year = _one_year(table, piece, year)
        for role in ("importer", "exporter"):
            piece[role] = codes.translated(table, piece, role)
        piece["product"] = _six_digits(table, piece)
        scale(piece, THOUSAND)
        gather.take(piece)
    return gather, year


def _one_year(table: Table, piece: pd.DataFrame, year: int) -> int:
    """Return the year of a piece; refuse a second one."""
    given = piece["year"].to_numpy()
    strange = (given < 1900) | (given > 2100)
    if strange.any():
        shown = [str(each) for each in given[strange][:20]]
        fail_if(placed(table, piece.index.to_numpy()[strange], "not a year", shown, "a year, such as 2023"))
    first = year or int(given[0])
    other = given != first
    if other.any():
        rows = piece.index.to_numpy()[other]
        shown = [str(each) for each in given[other][:20]]
        fail_if(placed(table, rows, "another year", shown, f"{first} throughout"))
    return first


def _six_digits(table: Table, piece: pd.DataFrame) -> "pd.Series[str]":
    """Return HS codes as text of six digits; zeros in front are lost where a code is read as a number."""
    ids, unique = pd.factorize(piece["product"])
    names = np.array([str(each).strip().zfill(6) for each in unique], dtype=object)
    bad = np.array([re.fullmatch(r"\d{4}[0-9A-Z]{2}", name) is None for name in names], dtype=bool)[ids]
    if bad.any():
        rows, given = piece.index.to_numpy()[bad], [repr(name) for name in names[ids[bad]][:20]]
        fail_if(placed(table, rows, "not a product code", given, "6 digits of the Harmonized System"))
    return named(ids, list(names), piece.index)
