"""USITC DataWeb: imports of the United States and the duties on them, as DataWeb exports them.

Layout (USITC DataWeb, https://dataweb.usitc.gov; the guide to its API,
https://www.usitc.gov/applications/dataweb/api/dataweb_query_api.html, names the measures). A workbook
``DataWeb-Query-Export.xlsx`` has a sheet ``Query Parameters`` and one sheet per measure, named like it
(``General Customs Value``, ``Customs Value``, ``Calculated Duties``), or one sheet ``Query Results``; a CSV
file has one of these. A line or two of title may come before the header ``Data Type, HTS Number,
Description, Country``, which is followed by one column per year, or by ``Year`` and a column named like the
measure. Values are US dollars; a query may ask for thousands or millions. Countries go by the names that
the US Census Bureau gives them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from tradesim.errors import Problem, fail_if
from tradesim.trade_data.countries import labels_of_names, unknown_names
from tradesim.trade_data.dataweb_rows import rows_of, whole_years
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.identities import WORLD, code_of, kind_of
from tradesim.trade_data.products import Given as GivenProducts
from tradesim.trade_data.products import Products
from tradesim.trade_data.regions import Given as GivenRegions
from tradesim.trade_data.regions import Regions
from tradesim.trade_data.results import About, result_of
from tradesim.trade_data.sheets import sheets_of
from tradesim.trade_data.tables import Table
from tradesim.trade_data.world_rows import WorldRows, say_lacking

GENERAL = "General Customs Value"
KEYS = ["country", "product", "year"]


def read_dataweb(
    path: str | Path | Sequence[str | Path],
    regions: GivenRegions = None,
    *,
    products: GivenProducts = None,
    level: int | None = None,
    year: int | None = None,
    unit: float | None = None,
    countries: Mapping[str, str] | None = None,
) -> TradeFlows:
    """Read US imports by country from USITC DataWeb, with calculated duties where the query has them.

    Parameters
    ----------
    path : a workbook (needs openpyxl) or a CSV file; several where each holds one measure.
    regions : what to add up: region → ISO alpha-3 codes, ``"*"`` for everything else; or a list of codes and
        groups (``"EU27"``, ``"ASEAN"``, ``"ROW"``). One of them has to be or hold the United States.
    products : ``None`` for all goods together, digits of HTS numbers, or group → beginnings of codes. Numbers
        that have lost the zero in front, as in workbooks, get it back: all have an even number of digits.
    level : the digits of the HTS numbers to use, where there are several levels.
    year : which year, where there are several.
    unit : US dollars in one unit of the values; needed where the query was scaled.
    countries : name → ISO alpha-3 code, for names that are not in Schedule C of the US Census Bureau.

    Returns
    -------
    The flows: only the United States report, everyone else's imports are NaN. ``tariffs`` are calculated
    duties over customs value: what was charged, not the rates in the law.

    Raises
    ------
    InputError
        With every problem placed: no header, no countries, unknown measures or countries, cells that are no
        numbers, months that make no year, flows given twice.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    fail_if([] if paths else [Problem("no file", "path", "an empty list", "a file, or several")])
    rows, sheets = rows_of([sheet for each in paths for sheet in sheets_of(each)], unit)
    where = str(paths[0])
    found = _year(rows, year, where)
    rows = whole_years(rows, found)
    values, notes = _joined(rows, where)
    table = Table(Path(where), "", (), 0, places=tuple(values["place"]))
    given = countries or {}
    gather = Gather(table, Regions.of(regions), Products.of(products), own=given.values())
    _take(gather, values, found, given)
    measure = str(values["measure"].iloc[0])
    about = About(f"USITC DataWeb, {measure}", found, "customs value", "importer", (*notes, *sheets), level)
    return result_of(gather, about)


def _year(rows: pd.DataFrame, year: int | None, where: str) -> int:
    """Return the year asked for, or the only one there is."""
    years = sorted({int(each) for each in rows["year"]})
    fix = f"give year=, such as year={years[-1]}"
    if year is None and len(years) > 1:
        fail_if([Problem("several years", where, ", ".join(map(str, years)), "one year", fix)])
    if year is not None and year not in years:
        fail_if([Problem("no such year", where, str(year), ", ".join(map(str, years)))])
    return years[0] if year is None else year


def _joined(rows: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of value, each with its duty, and what should be said of how they fit."""
    values = rows[rows["role"] == "value"].reset_index(drop=True)
    duties = rows[rows["role"] == "duty"]
    measures = list(dict.fromkeys(values["measure"]))
    if len(measures) != 1:
        got = " and ".join(measures) or "duties alone"
        fail_if([Problem("not one measure of value", where, got, "General Customs Value or Customs Value")])
    if duties.empty:
        return values, []
    again = duties.duplicated(KEYS)
    if again.any():
        first = duties[again].iloc[0]
        got = ", ".join(str(first[key]) for key in KEYS)
        fail_if([Problem("the same duty a second time", first["place"], got, "each once")])
    duty = duties.set_index(KEYS)["amount"]
    keys = pd.MultiIndex.from_frame(values[KEYS])
    stray = duties[~pd.MultiIndex.from_frame(duties[KEYS]).isin(keys) & (duties["amount"] > 0)]
    if len(stray):
        first = stray.iloc[0]
        got = ", ".join(str(first[key]) for key in KEYS)
        fail_if(
            [Problem("duty on imports that are not there", first["place"], got, "a row of value for each")]
        )
    values["duty"] = duty.reindex(keys).to_numpy()
    notes = [f"{int(values['duty'].isna().sum())} rows have no duty: it is taken as unknown"]
    said = [] if values["duty"].notna().all() else notes
    if measures == [GENERAL]:
        said.append(
            "duties are on imports for consumption, values are general imports: ask for Customs Value"
        )
    return values, said


def _take(gather: Gather, values: pd.DataFrame, year: int, countries: Mapping[str, str]) -> None:
    """Bring the rows to the gathering, totals and other years set aside."""
    piece = values.rename(columns={"amount": "value"})
    names = list(dict.fromkeys(piece["country"]))
    labels = labels_of_names(names, countries)
    missing = [name for name in names if not labels[name]]
    fail_if(unknown_names(missing, str(gather.table.path), "a name in Schedule C of the US Census Bureau"))
    piece["importer"] = "USA"
    piece["exporter"] = [labels[name] for name in piece["country"]]
    everyone = piece["exporter"] == WORLD
    total = everyone | piece["exporter"].map(kind_of).eq("group")
    own = piece["exporter"].map(code_of) == "USA"
    other = piece["year"] != year
    rows = WorldRows()
    rows.take(piece[~other], "importer", "exporter")
    say_lacking(rows, gather)
    unknown = piece["duty"].isna() if "duty" in piece else pd.Series(data=False, index=piece.index)
    for why, column, aside, missed in (
        ("another year", "year", other, False),
        ("total over partners", "exporter", everyone & ~other, False),
        ("goods that came back", "exporter", own & ~other, False),
        (
            "imports without a duty",
            "exporter",
            unknown & ~total & ~other & ~own,
            True,
        ),
    ):
        if aside.any():
            gather.set_aside(piece[aside], why, column, missing=missed)
    left = piece[~(other | everyone | unknown | own)]
    if len(left):
        gather.take(left)
