"""WITS: trade and tariffs as the World Bank's World Integrated Trade Solution exports them.

Layouts (WITS online help, https://wits.worldbank.org/wits/wits/witshelp/Content/Data_Retrieval/P/AQ/
C9e.AQ_Tariffs-Result.htm, and the files themselves). Trade: ``Nomenclature, ReporterISO3, ProductCode,
ReporterName, PartnerISO3, PartnerName, Year, TradeFlowName, TradeFlowCode, TradeValue in 1000 USD``.
Tariffs: ``Selected Nomen, Native Nomen, Reporter, Reporter Name, Product, Product Name, Partner, Partner
Name, Tariff Year, Trade Year, Trade Source, Simple Average, Weighted Average, Standard Deviation, Minimum
Rate, Maximum Rate, Nbr of Total Lines, …, Imports Value in 1000 USD, …, DutyType``; rates in percent; duty
types ``AHS`` effectively applied, ``MFN``, ``BND`` bound, ``PRF`` preferential; economies by alpha-3 or
numeric code, the world ``WLD`` or ``000``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from tradesim.errors import Problem, fail_if
from tradesim.trade_data.countries import read_codes
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.products import Given as GivenProducts
from tradesim.trade_data.products import Products
from tradesim.trade_data.regions import Given as GivenRegions
from tradesim.trade_data.regions import Regions
from tradesim.trade_data.reports import VALUATION, Flow, Wanted, flow_problems, gather_reports, side
from tradesim.trade_data.results import About, result_of
from tradesim.trade_data.tables import Column, Paths, Table, find_all, placed

THOUSAND = 1000.0
PERCENT = 100.0
LARGEST_RATE = 100.0
"""10,000 percent: the highest rates on record are some thousands."""
TRADE_COLUMNS = (
    Column("classification", ("Nomenclature",), required=False),
    Column("reporter", ("ReporterISO3", "Reporter")),
    Column("product", ("ProductCode", "Product")),
    Column("partner", ("PartnerISO3", "Partner")),
    Column("year", ("Year",)),
    Column("flow", ("TradeFlowName", "TradeFlow", "TradeFlowCode")),
    Column("value", ("TradeValue in 1000 USD", "Trade Value 1000USD"), "number"),
)
TARIFF_COLUMNS = (
    Column("reporter", ("Reporter", "ReporterISO3", "Reporter_ISO_N")),
    Column("product", ("Product", "ProductCode")),
    Column("partner", ("Partner", "PartnerISO3")),
    Column("year", ("Tariff Year", "Year")),
    Column("simple", ("Simple Average",), "number", required=False),
    Column("weighted", ("Weighted Average",), "number", required=False),
    Column("value", ("Imports Value in 1000 USD",), "number"),
    Column("type of duty", ("DutyType", "Duty Type")),
)
DUTY_TYPES = ("AHS", "MFN", "BND", "PRF")


def read_wits(
    path: Paths,
    regions: GivenRegions = None,
    *,
    flow: Flow = "imports",
    products: GivenProducts = None,
    level: int | None = None,
    year: int | None = None,
    country_codes: str | Path | None = None,
) -> TradeFlows:
    """Read a file of trade that WITS has exported.

    The parameters, the result and the errors are those of `read_comtrade`, where WITS has its trade from.
    """
    fail_if(flow_problems(flow))
    tables = find_all(path, "a WITS trade file", TRADE_COLUMNS)
    gather = Gather(tables[0], Regions.of(regions), Products.of(products))
    codes = read_codes(country_codes) if country_codes else None
    found = gather_reports(tables, TRADE_COLUMNS, gather, Wanted(flow, year, THOUSAND, codes))
    return result_of(gather, About(f"WITS, {flow}", found, VALUATION[flow], side(flow), level=level))


def read_wits_tariffs(
    path: Paths,
    regions: GivenRegions = None,
    *,
    duty: Literal["AHS", "MFN", "BND", "PRF"] = "AHS",
    average: Literal["weighted", "simple"] = "weighted",
    products: GivenProducts = None,
    level: int | None = None,
    year: int | None = None,
    country_codes: str | Path | None = None,
) -> TradeFlows:
    """Read a file of tariffs that WITS has exported, with the imports that weigh them.

    Parameters
    ----------
    path : the file, also gzipped or in a zip archive; several are read together.
    regions, products, level, year, country_codes : as in `read_comtrade`. The European Union reports as one
        (``EUN``); it counts as the region that has all its members of the year.
    duty : which tariffs: ``AHS`` effectively applied, ``MFN``, ``BND`` bound, ``PRF`` preferential.
    average : which average over the tariff lines of a product.

    Returns
    -------
    Flows with ``duties``, imports times rate, so that ``tariffs`` are averages weighted by imports. Rows with
    imports and no rate are left out of both and listed.

    Raises
    ------
    InputError
        With every problem ``file:line``, as `read_comtrade`.
    """
    fail_if(_choice_problems(duty, average))
    tables = find_all(path, "a WITS tariff file", TARIFF_COLUMNS)
    fail_if(problem for table in tables for problem in _average_problems(table, average))
    gather = Gather(tables[0], Regions.of(regions), Products.of(products))
    codes = read_codes(country_codes) if country_codes else None

    def prepare(table: Table, piece: pd.DataFrame) -> None:
        _put_duty(table, piece, average)

    asides = (
        ("another type of duty", "type of duty", frozenset({duty}), False),
        ("no imports to weigh a rate", "what there is", frozenset({"imports"}), False),
        ("imports without a rate", "rate", frozenset({"known"}), True),
    )
    wanted = Wanted("imports", year, THOUSAND, codes, prepare, asides)
    found = gather_reports(tables, TARIFF_COLUMNS, gather, wanted)
    about = About(f"WITS, {duty} tariffs", found, "CIF, as importers report", "importer", level=level)
    return result_of(gather, about)


def _put_duty(table: Table, piece: pd.DataFrame, average: str) -> None:
    """Give every row its duty, and say where there are no imports or no rate."""
    fail_if(_rate_problems(table, piece, average))
    rate = piece[average] / PERCENT
    piece["flow"] = "M"
    piece["type of duty"] = piece["type of duty"].str.strip().str.upper()
    piece["what there is"] = np.where(piece["value"].isna(), "nothing", "imports")
    piece["rate"] = np.where(rate.isna(), "unknown", "known")
    piece["value"] = piece["value"].fillna(0.0)
    piece["duty"] = (piece["value"] * rate).fillna(0.0)


def _rate_problems(table: Table, piece: pd.DataFrame, average: str) -> Iterator[Problem]:
    rate = piece[average].to_numpy() / PERCENT
    bad = ~np.isnan(rate) & ~((rate >= 0) & (rate <= LARGEST_RATE))
    if bad.any():
        rows, given = piece.index.to_numpy()[bad], [str(each * PERCENT) for each in rate[bad][:20]]
        yield from placed(table, rows, "not a rate", given, "percent, 0 or more")
    kinds = piece["type of duty"].fillna("").str.strip().str.upper()
    odd = ~kinds.isin(DUTY_TYPES).to_numpy()
    if odd.any():
        rows, given = piece.index.to_numpy()[odd], [repr(each) for each in kinds[odd].head(20)]
        yield from placed(table, rows, "unknown type of duty", given, " | ".join(DUTY_TYPES))


def _choice_problems(duty: str, average: str) -> Iterator[Problem]:
    if duty not in DUTY_TYPES:
        yield Problem("unknown type of duty", "duty", repr(duty), " | ".join(DUTY_TYPES))
    if average not in {"weighted", "simple"}:
        yield Problem("unknown average", "average", repr(average), "weighted | simple")


def _average_problems(table: Table, average: str) -> Iterator[Problem]:
    name = f"{average.title()} Average"
    if name.lower().replace(" ", "") not in {each.lower().replace(" ", "") for each in table.header}:
        shown = ", ".join(table.header[:12])
        yield Problem(f"no column {name!r}", f"{table.path}:{table.lines}", shown, name)
