"""UN Comtrade: the CSV files of Comtrade Plus, of its API, and of the database before 2023.

Layouts. Comtrade Plus and its API (UN Statistics Division, https://comtradedeveloper.un.org; the package
``comtradeapicall`` returns the same columns): ``typeCode, freqCode, refPeriodId, refYear, refMonth, period,
reporterCode, reporterISO, reporterDesc, flowCode, flowDesc, partnerCode, partnerISO, partnerDesc,
partner2Code, …, classificationCode, …, cmdCode, cmdDesc, aggrLevel, …, customsCode, …, mosCode, motCode, …,
cifvalue, fobvalue, primaryValue, …``; flows ``M`` imports, ``X`` exports, ``RX``/``RM`` re-exports and
re-imports within them; the world is partner 0, ``W00``; ``primaryValue`` is US dollars, CIF for imports and
FOB for exports. Before 2023 (https://comtrade.un.org/data/doc/api): ``Classification, Year, Period, …,
Trade Flow Code, Trade Flow, Reporter Code, Reporter, Reporter ISO, Partner Code, Partner, Partner ISO, …,
Commodity Code, …, Trade Value (US$), Flag``; flows 1 import, 2 export, 3 re-export, 4 re-import; with the
heading for machines ``pfCode, yr, period, …, rgCode, rgDesc, rtCode, rtTitle, rt3ISO, ptCode, ptTitle,
pt3ISO, …, cmdCode, …, TradeValue``.
"""

from pathlib import Path

from tradesim.errors import fail_if
from tradesim.trade_data.countries import read_codes
from tradesim.trade_data.flows import TradeFlows
from tradesim.trade_data.gather import Gather
from tradesim.trade_data.products import Given as GivenProducts
from tradesim.trade_data.products import Products
from tradesim.trade_data.regions import Given as GivenRegions
from tradesim.trade_data.regions import Regions
from tradesim.trade_data.reports import VALUATION, Flow, Wanted, flow_problems, gather_reports, side
from tradesim.trade_data.results import About, result_of
from tradesim.trade_data.tables import Column, Paths, find_all

LAYOUT = "a UN Comtrade file"
COLUMNS = (
    Column("type", ("typeCode",), required=False),
    Column("frequency", ("freqCode",), required=False),
    Column("year", ("refYear", "Year", "yr", "period")),
    Column("period", ("period",), required=False),
    Column("month", ("refMonth",), required=False),
    Column("reporter", ("reporterISO", "Reporter ISO", "rt3ISO"), required=False),
    Column("reporter_number", ("reporterCode", "Reporter Code", "rtCode")),
    Column("flow", ("flowCode", "Trade Flow Code", "rgCode", "rgDesc", "flowDesc", "Trade Flow")),
    Column("partner", ("partnerISO", "Partner ISO", "pt3ISO"), required=False),
    Column("partner_number", ("partnerCode", "Partner Code", "ptCode")),
    Column("second partner", ("partner2Code", "2nd Partner Code", "ptCode2"), required=False),
    Column("classification", ("classificationCode", "Classification", "pfCode"), required=False),
    Column("product", ("cmdCode", "Commodity Code")),
    Column("customs procedure", ("customsCode", "Customs Proc. Code", "cstCode"), required=False),
    Column("mode of supply", ("mosCode",), required=False),
    Column("mode of transport", ("motCode", "Mode of Transport Code", "motCode"), required=False),
    Column("value", ("primaryValue", "Trade Value (US$)", "TradeValue"), "number"),
)


def read_comtrade(
    path: Paths,
    regions: GivenRegions = None,
    *,
    flow: Flow = "imports",
    products: GivenProducts = None,
    level: int | None = None,
    year: int | None = None,
    country_codes: str | Path | None = None,
) -> TradeFlows:
    """Read annual goods trade from UN Comtrade.

    Parameters
    ----------
    path : the file: CSV or the tab-separated bulk file, also gzipped or in a zip archive; a workbook; or the
        JSON of the API. Several files are read together.
    regions : what to add up: region → ISO alpha-3 codes, ``"*"`` for everything else; or a list of codes and
        groups (``"EU27"``, ``"ASEAN"``, ``"ROW"``). By default every economy by itself.
    flow : ``imports`` as importers report them, or ``exports`` as exporters do: the mirror of the same trade.
    products : ``None`` for all goods together, digits of codes, or group → beginnings of codes.
    level : the digits of the product codes to use, where the file has several levels; 0 for ``TOTAL``.
    year : which year, where the file has several.
    country_codes : a file of country codes, for downloads without ISO codes whose numbers are not the United
        Nations'.

    Returns
    -------
    The flows, US dollars; NaN for economies that do not report in the file. Totals over partners, other
    flows, and rows broken down by second partner, customs procedure or transport are left out and listed.

    Raises
    ------
    InputError
        With every problem ``file:line``: another layout, monthly rows, unknown flows, flows given twice,
        several years or levels of products.
    """
    fail_if(flow_problems(flow))
    tables = find_all(path, LAYOUT, COLUMNS)
    gather = Gather(tables[0], Regions.of(regions), Products.of(products))
    codes = read_codes(country_codes) if country_codes else None
    found = gather_reports(tables, COLUMNS, gather, Wanted(flow, year, 1.0, codes))
    about = About(f"UN Comtrade, {flow}", found, VALUATION[flow], side(flow), level=level)
    return result_of(gather, about)
