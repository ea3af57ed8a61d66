"""USITC DataWeb: every way in which it lays imports and duties out, in CSV files and workbooks."""

import sys

import numpy as np
import pytest

from tradesim import trade_data
from tradesim.errors import InputError, MissingExtraError
from tradesim.trade_data.identities import entry_of_name, entry_of_number

WIDE = """General Imports: annual data
Data Type,HTS Number,Description,Country,2022,2023
Customs Value,8517,Phones,China,"70,000,000","60,000,000"
Customs Value,8517,Phones,Korea,5000000,4000000.50
Customs Value,0101,Horses,Germany,5000000,0
Calculated Duties,8517,Phones,China,7000000,6000000
Calculated Duties,8517,Phones,Korea,0,0
Calculated Duties,0101,Horses,Germany,5,0
Total:,,,,85000000,64000000
"""
LONG = """Data Type,HTS Number,Description,Country,Year,Customs Value,Calculated Duties
Imports for Consumption,8517,Phones,China,2023,60000000,6000000
Imports for Consumption,8517,Phones,Korea,2023,4000000.50,0
Imports for Consumption,8517,Phones,All Countries,2023,64000000.50,6000000
"""
MONTHLY = "Data Type,HTS Number,Country,Year,Month,General Customs Value\n" + "".join(
    f"General Imports,85,{country},2023,{month},{value}\n"
    for country, value in (("China", 10), ("Mexico", 1))
    for month in range(1, 13)
)


def written(folder, text, name="DataWeb-Query-Export.csv"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def workbook(folder, sheets, name="DataWeb-Query-Export.xlsx"):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def bought(flows, exporter):
    return flows.imports[flows.codes.index("USA"), flows.codes.index(exporter)]


@pytest.mark.parametrize("text", [WIDE, LONG], ids=["a column per year", "a row per year"])
def test_imports_and_duties(tmp_path, text):
    flows = trade_data.read_dataweb(written(tmp_path, text), ["USA", "CHN", "KOR"], year=2023)
    assert (flows.year, flows.source) == (2023, "USITC DataWeb, Customs Value")
    assert bought(flows, "CHN") == 60e6
    assert bought(flows, "KOR") == 4_000_000.5
    assert flows.tariffs[0].tolist()[1:] == [0.1, 0.0]
    assert np.isnan(flows.imports[1:]).all()


def test_other_years_totals_and_returned_goods_are_listed(tmp_path):
    text = LONG + "x,8517,Phones,Canada,2022,5,0\nx,8517,Phones,United States,2023,7,0\n"
    left = trade_data.read_dataweb(written(tmp_path, text), year=2023).left_out
    assert {(each.why, each.value, each.missing) for each in left} == {
        ("another year", 5, False),
        ("total over partners", 64_000_000.5, False),
        ("goods that came back", 7, False),
    }


def test_products(tmp_path):
    flows = trade_data.read_dataweb(written(tmp_path, WIDE), ["USA", "CHN", "DEU"], year=2022, products=2)
    assert flows.products == ("01", "85")
    assert flows.imports[0, 2].tolist() == [5e6, 0]


def test_months_make_a_year(tmp_path):
    file = written(tmp_path, MONTHLY)
    flows = trade_data.read_dataweb(file)
    assert bought(flows, "CHN") == 120
    assert flows.duties is None
    short = written(tmp_path, MONTHLY.replace(",12,", ",11,"), "short.csv")
    with pytest.raises(InputError, match=r"the same month a second time"):
        trade_data.read_dataweb(short)
    lines = [line for line in MONTHLY.splitlines() if ",2023,12," not in line]
    with pytest.raises(InputError, match=r"part of a year; got General Customs Value: no December of 2023"):
        trade_data.read_dataweb(written(tmp_path, "\n".join(lines)))
    named = written(tmp_path, MONTHLY.replace(",2023,1,", ",2023,January,"), "named.csv")
    assert bought(trade_data.read_dataweb(named), "MEX") == 12


def test_one_file_for_each_measure(tmp_path):
    header = "Data Type,HTS Number,Country,2023\n"
    values = written(tmp_path, f"{header}x,85,China,100\nx,85,Japan,50\n", "Query__Customs_Value.csv")
    duties = written(tmp_path, f"{header}x,85,China,10\n", "Query__Calculated_Duties.csv")
    flows = trade_data.read_dataweb([values, duties])
    assert flows.duties[flows.codes.index("USA"), flows.codes.index("CHN")] == 10
    assert ("imports without a duty", 50, True) in {
        (each.why, each.value, each.missing) for each in flows.left_out
    }
    with pytest.raises(InputError, match=r"not one measure of value; got duties alone"):
        trade_data.read_dataweb(duties)


def test_workbooks(tmp_path):
    table = [["Data Type", "HTS Number", "Description", "Country", "2023"]]
    file = workbook(
        tmp_path,
        {
            "Query Parameters": [["Trade Flow", "General Imports"], ["Data To Report", "Customs Value"]],
            "General Customs Value": [
                ["A title"],
                [],
                *table,
                ["General Customs Value", 101, "Horses", "China", 100],
            ],
            "Calculated Duties": [["A title"], *table, ["Calculated Duties", 101, "Horses", "China", 2.5]],
            "General CIF Imports Value": [*table, ["General CIF Imports Value", 101, "Horses", "China", 110]],
            "Empty": [],
        },
    )
    flows = trade_data.read_dataweb(file, products=2)
    assert flows.products == ("01",)
    assert flows.imports[flows.codes.index("USA"), flows.codes.index("CHN")].tolist() == [100]
    assert flows.duties[flows.codes.index("USA"), flows.codes.index("CHN")].tolist() == [2.5]
    assert "duties are on imports for consumption, values are general imports" in flows.notes[0]


def test_a_workbook_needs_openpyxl(tmp_path, monkeypatch):
    file = workbook(tmp_path, {"Query Results": [["Country", "2023"]]})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"pip install '\.\[excel\]'"):
        trade_data.read_dataweb(file)


def test_a_broken_workbook(tmp_path):
    file = workbook(tmp_path, {"Query Results": [["Country", "2023"]]})
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"a broken archive|not a workbook"):
        trade_data.read_dataweb(file)


def test_scaled_values_need_their_unit(tmp_path):
    text = "Customs Value (in 1,000 dollars)\n" + WIDE
    with pytest.raises(InputError, match=r":1: values are scaled.*give unit=1000"):
        trade_data.read_dataweb(written(tmp_path, text), year=2022)
    flows = trade_data.read_dataweb(written(tmp_path, text), year=2022, unit=1000)
    assert bought(flows, "CHN") == 70e9
    with pytest.raises(InputError, match=r"not a unit; got -1"):
        trade_data.read_dataweb(written(tmp_path, text), unit=-1)


def test_countries_by_their_names(tmp_path):
    text = LONG + "x,8517,Phones,Ruritania,2023,5,0\n"
    with pytest.raises(
        InputError, match=r"unknown country; got 'Ruritania'.*give countries=\{'Ruritania': 'XYZ'\}"
    ):
        trade_data.read_dataweb(written(tmp_path, text))
    flows = trade_data.read_dataweb(written(tmp_path, text), countries={"Ruritania": "RUR"})
    assert bought(flows, "RUR") == 5
    union = trade_data.read_dataweb(
        written(tmp_path, LONG.replace("Korea", "European Union")), ["USA", "EU27"]
    )
    assert bought(union, "EU27") == 4_000_000.5


def test_names_and_numbers():
    named = {"Germany": "DEU", "Burma": "MMR", "Vietnam": "VNM", "Taiwan": "TWN", "Cote d'Ivoire": "CIV"}
    assert {name: entry_of_name(name).code for name in named} == named
    assert [entry_of_number(number).code for number in (840, 842, 276, 490, 251, 918)] == [
        "USA", "USA", "DEU", "TWN", "FRA", "EUN",
    ]  # fmt: skip
    assert entry_of_number(1000) is None


WRONG = {
    "no countries": (WIDE.replace("Country", "District"), r":2: no column 'Country'.*break out countries"),
    "no header": ("a,b\nc,d\n", r":1: no header; got 'a | b'"),
    "no amounts": ("Data Type,Country,Note\nx,China,y\n", r":1: no amounts"),
    "no measure": ("Data Type,HTS Number,Country,2023\nx,85,China,5\n", r":2: no measure named; got 'x'"),
    "a letter": (WIDE.replace("5000000,4000000.50", "5000000,none"), r":4: not a value of trade; got 'none'"),
    "a negative": (WIDE.replace("5000000,4000000.50", "5000000,-4"), r":4: not a value of trade; got '-4'"),
    "nothing": (WIDE.replace("5000000,4000000.50", "5000000,"), r":4: not a value of trade; got ''"),
    "a comma askew": (WIDE.replace("4000000.50", '"40,00.5"'), r":4: not a value of trade; got '40,00.5'"),
    "a strange number": (
        WIDE.replace("8517,Phones,Korea", "85x,Phones,Korea"),
        r":4: not an HTS number; got '85x'",
    ),
    "a strange year": (LONG.replace("Korea,2023", "Korea,soon"), r":3: not a year; got 'soon'"),
    "duty twice": (LONG + LONG.splitlines()[1] + "\n", r":5: the same duty a second time"),
    "several years": (WIDE, r"several years; got 2022, 2023.*give year="),
    "a header alone": (LONG.splitlines()[0], r":1: no rows"),
    "empty": ("", r":1: empty file"),
    "quotes never closed": ('Data Type,Country,2023\n"x,China,1\n' + "y" * 200_000, r"not CSV"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_wrong_files_are_refused_by_line(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        trade_data.read_dataweb(written(tmp_path, text))


def test_duty_on_nothing(tmp_path):
    text = WIDE.replace("Customs Value,8517,Phones,China", "Customs Value,8518,Phones,China")
    with pytest.raises(InputError, match=r":6: duty on imports that are not there; got China, 8517, 2022"):
        trade_data.read_dataweb(written(tmp_path, text), year=2023)


def test_a_year_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"no such year; got 2020; allowed: 2022, 2023"):
        trade_data.read_dataweb(written(tmp_path, WIDE), year=2020)


def test_strange_months(tmp_path):
    with pytest.raises(InputError, match=r":2: not a month; got '13'"):
        trade_data.read_dataweb(written(tmp_path, MONTHLY.replace(",2023,1,", ",2023,13,")))


def test_values_twice(tmp_path):
    lines = "Data Type,HTS Number,Country,2023\nCustoms Value,85,China,5\nCustoms Value,85,China,6\n"
    with pytest.raises(InputError, match=r":3: the same flow a second time"):
        trade_data.read_dataweb(written(tmp_path, lines))


def test_two_measures_of_value(tmp_path):
    lines = "Data Type,HTS Number,Country,2023\nCustoms Value,85,China,5\nGeneral Customs Value,85,China,6\n"
    with pytest.raises(
        InputError, match=r"not one measure of value; got Customs Value and General Customs Value"
    ):
        trade_data.read_dataweb(written(tmp_path, lines))


def test_rows_cut_short(tmp_path):
    lines = "Country,HTS Number,Data Type,2023\nChina,85,Customs Value\n"
    with pytest.raises(InputError, match=r":2: not a value of trade; got ''"):
        trade_data.read_dataweb(written(tmp_path, lines))
    with pytest.raises(InputError, match=r":2: not an HTS number; got ''"):
        trade_data.read_dataweb(written(tmp_path, "Country,HTS Number,2023\nChina\n", "Customs_Value.csv"))


def test_other_measures_are_passed_over(tmp_path):
    lines = "Data Type,HTS Number,Country,2023\nCustoms Value,85,China,5\nGeneral Import Charges,85,China,6\n"
    assert trade_data.read_dataweb(written(tmp_path, lines)).total == 5


def test_no_imports_by_the_united_states(tmp_path):
    text = "Data Type,HTS Number,Country,2023\nCustoms Value,85,All Countries,5\n"
    with pytest.raises(
        InputError, match=r"no trade between the economies asked for; got total over partners"
    ):
        trade_data.read_dataweb(written(tmp_path, text))
