"""Small trade files in the layouts that are published, and sums over them by a plain loop."""

import csv
from collections import defaultdict

COUNTRY_CODES = """country_code,country_name,country_iso2,country_iso3
842,USA,US,USA
156,China,CN,CHN
251,France,FR,FRA
276,Germany,DE,DEU
490,"Other Asia, not elsewhere specified",N/A,S19
533,Aruba,AW,ABW
56,Belgium,BE,BEL
58,Belgium-Luxembourg (...1998),BE,BEL
899,"Areas, not elsewhere specified",N/A,N/A
"""
ALPHA = {
    "842": "USA",
    "156": "CHN",
    "251": "FRA",
    "276": "DEU",
    "490": "TWN",
    "533": "ABW",
    "56": "BEL",
    "58": "BEL",
    "899": "_X",
}
BACI = """t,i,j,k,v,q
2023,156,842,851712,40000.5,10
2023,156,842,010121,1.0,
2023,156,251,851712,300.0,10
2023,251,276,870323,500,1
2023,490,842,854231,700,2
2023,842,156,120190,900,2
2023,533,842,710812,5,2
2023,842,490,710812,6,2
2023,56,251,220421,7,2
2023,899,276,270900,8,2
"""

PLUS_HEADER = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,"
    "flowDesc,partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,"
    "classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,"
    "customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,"
    "altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,"
    "fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate"
)
LEGACY_HEADER = (
    "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,"
    "Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,2nd Partner Code,2nd Partner,"
    "2nd Partner ISO,Customs Proc. Code,Customs,Mode of Transport Code,Mode of Transport,Commodity Code,"
    "Commodity,Qty Unit Code,Qty Unit,Qty,Alt Qty Unit Code,Alt Qty Unit,Alt Qty,Netweight (kg),"
    "Gross weight (kg),Trade Value (US$),CIF Trade Value (US$),FOB Trade Value (US$),Flag"
)
WITS_HEADER = (
    "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,"
    "TradeFlowCode,TradeValue in 1000 USD"
)
TARIFF_HEADER = (
    "Selected Nomen,Native Nomen,Reporter,Reporter Name,Product,Product Name,Partner,Partner Name,"
    "Tariff Year,Trade Year,Trade Source,Simple Average,Weighted Average,Standard Deviation,Minimum Rate,"
    "Maximum Rate,Nbr of Total Lines,Nbr of Domestic Peaks,Nbr of International Peaks,"
    "Imports Value in 1000 USD,Binding Coverage,Simple Tariff Line Average,Variance,Sum Of Rates,"
    "Sum of Savg Rates,Count of Savg Rates Cases,Sum of Squared Rates,DutyType"
)
NUMBER = {"USA": 842, "CHN": 156, "S19": 490, "W00": 0, "_X": 899, "FRA": 251, "DEU": 276, "EUR": 97}


def row(header, **cells):
    """Return one line with the named cells; names may drop the spaces of the header's."""
    names = header.split(",")
    given = {name.replace("_", " "): value for name, value in cells.items()} | cells
    assert all(name in names or name.replace("_", " ") in names for name in cells), cells
    return ",".join(str(given.get(name, "")) for name in names)


def plus(reporter, partner, value, flow="M", product="TOTAL", year=2023, **others):
    """Return a line of Comtrade Plus, which ends with a comma that the header lacks."""
    cells = {
        "typeCode": "C",
        "freqCode": "A",
        "refPeriodId": f"{year}0101",
        "refYear": year,
        "refMonth": 52,
        "period": year,
        "reporterCode": NUMBER[reporter],
        "reporterISO": reporter,
        "flowCode": flow,
        "partnerCode": NUMBER[partner],
        "partnerISO": partner,
        "partner2Code": 0,
        "classificationCode": "H6",
        "cmdCode": product,
        "customsCode": "C00",
        "mosCode": 0,
        "motCode": 0,
        "primaryValue": value,
        "isReported": "False",
    }
    return row(PLUS_HEADER, **(cells | others)) + ","


def plus_file(*lines):
    return "\n".join([PLUS_HEADER, *lines]) + "\n"


def legacy(reporter, partner, value, flow=1, product="TOTAL", year=2016):
    world = partner == "W00"
    return row(
        LEGACY_HEADER,
        Classification="H4",
        Year=year,
        Period=year,
        **{
            "Trade Flow Code": flow,
            "Reporter Code": NUMBER[reporter],
            "Reporter": '"A name, with a comma"',
            "Reporter ISO": reporter,
            "Partner Code": NUMBER[partner],
            "Partner ISO": "WLD" if world else partner,
            "Commodity Code": product,
            "Trade Value (US$)": value,
        },
        Flag=0,
    )


def wits(reporter, partner, value, flow="Import", product="851712", year=2022):
    return row(
        WITS_HEADER,
        Nomenclature="H5",
        ReporterISO3=reporter,
        ProductCode=product,
        PartnerISO3=partner,
        Year=year,
        TradeFlowName=flow,
        TradeFlowCode=5,
        **{"TradeValue in 1000 USD": value},
    )


def tariff(reporter, partner, value, rate, duty="AHS", product="851712", year=2022, simple=""):
    return row(
        TARIFF_HEADER,
        Reporter=reporter,
        Product=product,
        Partner=partner,
        DutyType=duty,
        **{
            "Selected Nomen": "HS",
            "Native Nomen": "H6",
            "Tariff Year": year,
            "Trade Year": year,
            "Simple Average": simple,
            "Weighted Average": rate,
            "Imports Value in 1000 USD": value,
        },
    )


def baci_folder(folder, text=BACI, codes=COUNTRY_CODES, name="BACI_HS22_Y2023_V202501.csv"):
    (folder / "country_codes_V202501.csv").write_text(codes, encoding="utf-8")
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def baci_loop(text, region_of, digits=None):
    """Add BACI up in plain Python: USD by (importer, exporter[, product])."""
    sums = defaultdict(float)
    for line in csv.DictReader(text.splitlines()):
        pair = region_of(ALPHA[line["j"]]), region_of(ALPHA[line["i"]])
        if all(pair):
            key = pair if digits is None else (*pair, line["k"][:digits])
            sums[key] += float(line["v"]) * 1000
    return sums
