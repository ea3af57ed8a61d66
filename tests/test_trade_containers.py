"""Files as agencies give them: tabs, gzip, archives, workbooks, JSON; and archives that hold too much."""

import gzip
import io
import json
import tracemalloc
import zipfile

import pytest
from test_trade_dataweb import workbook
from trade_files import BACI, COUNTRY_CODES, plus, plus_file

from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import checks, containers, records, scanning, sheets, workbooks

TEXT = plus_file(plus("USA", "CHN", 448e9), plus("USA", "W00", 448e9), plus("CHN", "USA", 165e9))
ROWS = [line.split(",")[:47] for line in TEXT.splitlines()]
BULK = [name for name in ROWS[0] if not name.endswith(("ISO", "Desc", "Abbr"))]
"""The columns of the bulk files: numbers of economies, no names."""


def bulk_text():
    at = [ROWS[0].index(name) for name in BULK]
    lines = ["\t".join(row[k] for k in at) for row in ROWS]
    return "\n".join(lines).replace("cifvalue", "CIFValue").replace("fobvalue", "FOBValue") + "\n"


def records_in(rows):
    found = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return [each | {"primaryValue": float(each["primaryValue"]), "partner2ISO": None} for each in found]


def assert_same(flows):
    assert flows.codes == ("CHN", "USA")
    assert flows.imports.tolist() == [[0, 165e9], [448e9, 0]]


def test_bulk_files_of_comtrade(tmp_path):
    file = tmp_path / "COMTRADE-FINAL-CA842202301H6[2024-05-01].gz"
    file.write_bytes(gzip.compress(bulk_text().encode()))
    assert_same(trade_data.read_comtrade(file))
    plain = tmp_path / "bulk.txt"
    plain.write_text(bulk_text())
    assert_same(trade_data.read_comtrade(plain))
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(bulk_text().replace("448000000000.0", "4,48"))
    with pytest.raises(InputError, match=r"wrong\.txt:2: value is not a number; got '4,48'"):
        trade_data.read_comtrade(wrong)
    longer = tmp_path / "longer.txt"
    longer.write_text(bulk_text() + "x\t" * 60 + "\n")
    with pytest.raises(InputError, match=r"longer\.txt:5: more cells than columns"):
        trade_data.read_comtrade(longer)


def test_several_bulk_files_and_an_archive_of_them(tmp_path):
    header, *lines = bulk_text().splitlines()
    files = []
    with zipfile.ZipFile(tmp_path / "bulk.zip", "w") as archive:
        for k, line in enumerate(lines):
            files.append(tmp_path / f"{k}.txt")
            files[-1].write_text(f"{header}\n{line}\n")
            archive.writestr(f"folder/{k}.txt", f"{header}\n{line}\n")
        archive.writestr("__MACOSX/folder/._0.txt", b"\0\0")
    assert_same(trade_data.read_comtrade(files))
    assert_same(trade_data.read_comtrade(tmp_path / "bulk.zip"))
    with pytest.raises(InputError, match=r"no file; got an empty list"):
        trade_data.read_comtrade([])


def test_workbooks_of_comtrade(tmp_path):
    rows = [
        [float(cell) if name == "primaryValue" else cell for name, cell in zip(ROWS[0], row, strict=True)]
        for row in ROWS[1:]
    ]
    file = workbook(tmp_path, {"Notes": [["nothing"]], "TradeData": [ROWS[0], *rows]}, "TradeData.xlsx")
    assert_same(trade_data.read_comtrade(file))
    rows[1][ROWS[0].index("primaryValue")] = "n/a"
    file = workbook(tmp_path, {"TradeData": [ROWS[0], *rows]}, "TradeData.xlsx")
    with pytest.raises(InputError, match=r"TradeData row 3: value is not a number; got 'n/a'"):
        trade_data.read_comtrade(file)
    file = workbook(tmp_path, {"A": [ROWS[0], *rows], "B": [ROWS[0], *rows]}, "TradeData.xlsx")
    with pytest.raises(InputError, match=r"several sheets with such a table; got 'A', 'B'"):
        trade_data.read_comtrade(file)
    file = workbook(tmp_path, {"A": [["one", "two"]]}, "TradeData.xlsx")
    with pytest.raises(InputError, match=r"A row 1: no column 'refYear'"):
        trade_data.read_comtrade(file)


@pytest.mark.parametrize("wrap", [lambda r: {"count": len(r), "data": r}, lambda r: {"dataset": r}, list])
def test_answers_of_the_api(tmp_path, wrap):
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(wrap(records_in(ROWS))))
    assert_same(trade_data.read_comtrade(file))
    file.write_bytes(gzip.compress(file.read_bytes()))
    assert_same(trade_data.read_comtrade(file))


def test_an_answer_that_is_cut_is_warned_about(tmp_path):
    file = tmp_path / "answer.json"
    file.write_text(json.dumps({"count": 900, "data": records_in(ROWS)}))
    with pytest.warns(trade_data.TradeDataWarning, match="says that there are 900 records and has 3"):
        trade_data.read_comtrade(file)


JSON = {
    '{"structure": {}, "dataSets": []}': "this is SDMX-JSON, as the API of WITS answers",
    '{"data": {"structures": [], "dataSets": []}}': "this is SDMX-JSON",
    '{"statusCode": 401, "message": "Access denied"}': "JSON without records; got message: Access denied",
    '{"data": []}': "no rows; got an empty list",
    "[1]": "record 1: not a record; got 1",
    '[{"a": 1}]': "record 1: no column 'refYear'; got a",
    '{"data": [': "not JSON",
    "[" * 100_000: "nested too deeply",
    '[{"refYear": 1, "refYear": 2}]': "a key twice in one record; got 'refYear'",
    '[{"refYear": {"a": 1}}]': "record 1: not a record",
}


@pytest.mark.parametrize(("text", "said"), JSON.items(), ids=JSON.values())
def test_other_json_is_refused_by_its_name(tmp_path, text, said):
    file = tmp_path / "answer.json"
    file.write_text(text)
    with pytest.raises(InputError, match=said):
        trade_data.read_comtrade(file)


def test_records_are_placed(tmp_path):
    file = tmp_path / "answer.json"
    rows = records_in(ROWS)
    rows[2]["primaryValue"] = "much"
    file.write_text(json.dumps({"data": rows}))
    with pytest.raises(InputError, match=r"record 3: value is not a number; got 'much'"):
        trade_data.read_comtrade(file)
    rows[2]["primaryValue"] = None
    file.write_text(json.dumps({"data": rows}))
    with pytest.raises(InputError, match=r"record 3: not a value of trade; got nothing"):
        trade_data.read_comtrade(file)


OTHER = {
    b"<?xml version='1.0'?><m:GenericData/>": r":1: this is XML \(SDMX-ML",
    b"<!DOCTYPE html><html></html>": ":1: this is a web page",
    b"PAR1....": "a Parquet file.*from_frame",
    b"\xd0\xcf\x11\xe0....": r"an old Excel workbook \(.xls\); allowed.*save it as .xlsx",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
}


@pytest.mark.parametrize(("content", "said"), OTHER.items(), ids=OTHER.values())
@pytest.mark.parametrize("read", [trade_data.read_wits, trade_data.read_comtrade, trade_data.read_dataweb])
def test_other_kinds_of_files_are_refused_by_their_name(tmp_path, read, content, said):
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read(file)


def baci_archive(folder, years=(2022, 2023), codes=COUNTRY_CODES):
    file = folder / "BACI_HS22_V202501.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for year in years:
            text = BACI.replace("2023,", f"{year},").replace("40000.5", str(year))
            archive.writestr(f"BACI_HS22_Y{year}_V202501.csv", text)
        archive.writestr("country_codes_V202501.csv", codes)
        archive.writestr("product_codes_HS22_V202501.csv", "code,description\n010121,Horses\n")
        archive.writestr("Readme.txt", "BACI")
    return file


def test_the_archive_of_baci(tmp_path):
    file = baci_archive(tmp_path)
    for year in (2022, 2023):
        flows = trade_data.read_baci(file, ["USA", "CHN"], year=year)
        assert (flows.year, flows.source) == (year, "CEPII BACI HS22 V202501")
        assert flows.imports[0, 1] == (year + 1.0) * 1000
    with pytest.raises(InputError, match=r"several years in the archive; got 2022, 2023.*such as 2023"):
        trade_data.read_baci(file)
    with pytest.raises(InputError, match=r"no rows of that year; got 1999; allowed: 2022, 2023"):
        trade_data.read_baci(file, year=1999)
    assert trade_data.read_baci(baci_archive(tmp_path, (2023,))).year == 2023


def test_a_month_is_no_year_of_baci(tmp_path):
    file = tmp_path / "BACI_HS22_Y2023_V202501.csv"
    (tmp_path / "country_codes_V202501.csv").write_text(COUNTRY_CODES)
    file.write_text(BACI.replace("2023,", "202301,"))
    with pytest.raises(InputError, match=r":2: not a year; got 202301"):
        trade_data.read_baci(file)


SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns='
    '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/><sheetData>{rows}'
    "</sheetData></worksheet>"
)
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{sheets}</Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def poi_workbook(folder, tables, name="DataWeb-Query-Export.xlsx"):
    """Write a workbook as Apache POI does: dimension A1 whatever a sheet holds, texts in the cells."""

    def cell(value):
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    part = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    numbers = range(1, len(tables) + 1)
    named = "".join(
        f'<sheet name="{t}" sheetId="{k}" r:id="r{k}"/>' for k, t in zip(numbers, tables, strict=True)
    )
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        kinds = (f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="{part}"/>' for k in numbers)
        archive.writestr("[Content_Types].xml", TYPES.format(sheets="".join(kinds)))
        link = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}">{link}</Relationships>')
        links = (
            f'<Relationship Id="r{k}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{k}.xml"/>'
            for k in numbers
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{"".join(links)}</Relationships>'
        )
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            f'xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>',
        )
        for k, rows in zip(numbers, tables.values(), strict=True):
            lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            archive.writestr(f"xl/worksheets/sheet{k}.xml", SHEET.format(rows=lines))
    return folder / name


WIDE = ["Data Type", "HTS Number", "Description", "Country", "2023"]
LONG = ["Data Type", "HTS Number", "Country", "Year"]
NOT_READ = [
    "First Unit of Quantity",
    "Landed Duty-Paid Value",
    "Import Charges",
    "CIF Import Value",
    "Dutiable Value",
]


def test_workbooks_as_apache_poi_writes_them(tmp_path):
    pytest.importorskip("openpyxl")
    values = [
        WIDE,
        ["General Customs Value", "8517", "Phones", "China", 100],
        ["x", "8517", "Phones", "Japan", 7],
    ]
    file = poi_workbook(tmp_path, {"General Customs Value": values})
    flows = trade_data.read_dataweb(file)
    assert flows.total == 107


@pytest.mark.parametrize("long", [True, False])
def test_sheets_of_other_measures_are_passed_over(tmp_path, long):
    pytest.importorskip("openpyxl")

    def sheet(measure, value):
        if long:
            return [[*LONG, measure], ["Imports for Consumption", "8517", "China", 2023, value]]
        return [WIDE, [measure, "8517", "Phones", "China", value]]

    tables = {"Query Parameters": [["a", "b"]], "Customs Value": sheet("Customs Value", 100)}
    tables |= {"Calculated Duties": sheet("Calculated Duties", 2.5)}
    tables |= {name: sheet(name, 999) for name in NOT_READ} | {"Read me": [["A note"]]}
    flows = trade_data.read_dataweb(poi_workbook(tmp_path, tables))
    assert flows.total == 100
    assert flows.tariffs[flows.codes.index("USA"), flows.codes.index("CHN")] == 0.025
    said = f"read from Customs Value, Calculated Duties; passed over: {', '.join(NOT_READ)}, Read me"
    assert flows.notes[-1] == said
    assert said in flows.report()
    with pytest.raises(InputError, match=r"no rows; got sheets First Unit of Quantity, Landed"):
        trade_data.read_dataweb(poi_workbook(tmp_path, {name: sheet(name, 999) for name in NOT_READ}))


def test_a_sheet_of_values_without_a_header_is_not_passed_over(tmp_path):
    pytest.importorskip("openpyxl")
    good = [WIDE, ["Customs Value", "8517", "Phones", "China", 5]]
    file = poi_workbook(tmp_path, {"Customs Value": good, "Calculated Duties": [["China", 1]]})
    with pytest.raises(InputError, match=r"Calculated Duties row 1: no header"):
        trade_data.read_dataweb(file)


def test_an_archive_that_unpacks_to_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "FREE", 5_000_000)
    bomb = b"t,i,j,k,v,q\n" + b"2023,156,842,851712,1,1\n" * 400_000
    gz, zipped = tmp_path / "BACI_HS22_Y2023_V202501.csv.gz", tmp_path / "BACI_HS22_Y2023_V202501.zip"
    gz.write_bytes(gzip.compress(bomb))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BACI_HS22_Y2023_V202501.csv", bomb)
        archive.writestr("country_codes_V202501.csv", COUNTRY_CODES)
    (tmp_path / "country_codes_V202501.csv").write_text(COUNTRY_CODES)
    for file in (gz, zipped):
        with pytest.raises(
            InputError, match=r"an archive that unpacks to too much; got more than 5,000,000 bytes"
        ):
            trade_data.read_baci(file)


@pytest.mark.parametrize("kind", ["gz", "zip", "csv", "xlsx"])
def test_one_line_of_a_gigabyte_is_not_held(tmp_path, kind):
    long = b"a" * 40_000_000
    file = tmp_path / f"file.{kind}"
    if kind == "gz":
        file.write_bytes(gzip.compress(long))
    elif kind == "csv":
        file.write_bytes(long)
    elif kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("file.csv", long)
    else:
        poi_workbook(tmp_path, {"Customs Value": [[long.decode()]]}, file.name)
    del long
    pytest.importorskip("openpyxl")
    for read in (trade_data.read_comtrade, trade_data.read_dataweb, icio_of_2019):
        if kind == "xlsx" and read is icio_of_2019:
            continue
        assert peak_of_refusal(read, file) < 20_000_000


def icio_of_2019(file):
    return trade_data.read_icio(file, year=2019)


def peak_of_refusal(read, file):
    """Return the most bytes that Python held while a file was refused."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="longer than any table's"):
            read(file)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_cell_of_many_lines_is_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "LONGEST", 100_000)
    monkeypatch.setattr(scanning, "BLOCK", 10_000)
    file = tmp_path / "TradeData.csv"
    file.write_text(TEXT + '"' + "line\n" * 100_000 + '"\n')
    with pytest.raises(InputError, match=r"a line longer than any table's"):
        trade_data.read_comtrade(file)


def test_workbooks_larger_inside_than_any(tmp_path, monkeypatch):
    pytest.importorskip("openpyxl")
    file = poi_workbook(tmp_path, {"Customs Value": [["a"] * (workbooks.MOST_COLUMNS + 1)]})
    with pytest.raises(InputError, match=r"row 1: a row too wide; got 2,001 cells"):
        trade_data.read_dataweb(file)
    monkeypatch.setattr(sheets, "MOST_CELLS", 10)
    file = poi_workbook(tmp_path, {"Customs Value": [WIDE, WIDE, WIDE]})
    with pytest.raises(InputError, match=r"row 3: too large a table; allowed: 10 cells"):
        trade_data.read_dataweb(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/more.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>')
    with pytest.raises(InputError, match=r"not a workbook; got a DOCTYPE"):
        trade_data.read_dataweb(file)
    monkeypatch.setattr(records, "LARGEST", 10)
    (tmp_path / "a.json").write_text('{"data": [{"a": 1}]}')
    with pytest.raises(InputError, match=r"too much JSON; got more than 10 bytes"):
        trade_data.read_comtrade(tmp_path / "a.json")


@pytest.mark.parametrize("rows", [500, 100_000, 250_000, 500_000])
def test_a_table_cut_at_a_round_number_of_rows_is_warned_about(rows):
    with pytest.warns(trade_data.TradeDataWarning, match=f"exactly {rows:,} rows, a number at which"):
        checks.warn_if_round("file.csv", rows)
    checks.warn_if_round("file.csv", rows + 1)


def test_every_reader_looks_at_the_number_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "ROUND", frozenset({3, 10}))
    file = tmp_path / "TradeData.csv"
    file.write_text(TEXT)
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"data": records_in(ROWS)}))
    for one in (file, answer):
        with pytest.warns(trade_data.TradeDataWarning, match="exactly 3 rows"):
            trade_data.read_comtrade(one)
    (tmp_path / "country_codes_V202501.csv").write_text(COUNTRY_CODES)
    baci = tmp_path / "BACI_HS22_Y2023_V202501.csv"
    baci.write_text(BACI)
    with pytest.warns(trade_data.TradeDataWarning, match="exactly 10 rows"):
        trade_data.read_baci(baci)
    long = "Data Type,HTS Number,Country,Year,Customs Value\n" + "".join(
        f"x,850{k},China,2023,1\n" for k in (1, 3, 5)
    )
    (tmp_path / "DataWeb.csv").write_text(long)
    with pytest.warns(trade_data.TradeDataWarning, match="exactly 3 rows"):
        trade_data.read_dataweb(tmp_path / "DataWeb.csv")


def test_a_unit_that_is_wrong_in_all_is_refused(tmp_path):
    lines = [
        f"2023,156,842,{product},9000000000,\n" for product in range(851700, 851715)
    ]  # nine trillion dollars each: no one of them is beyond the limit of one row
    (tmp_path / "country_codes_V202501.csv").write_text(COUNTRY_CODES)
    file = tmp_path / "BACI_HS22_Y2023_V202501.csv"
    file.write_text("t,i,j,k,v,q\n" + "".join(lines))
    with pytest.raises(InputError, match=r"more than any trade; got \$135 trillion"):
        trade_data.read_baci(file)


def test_gzip_in_an_archive(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("TradeData.csv.gz", gzip.compress(TEXT.encode()))
    (tmp_path / "a.zip").write_bytes(inner.getvalue())
    assert_same(trade_data.read_comtrade(tmp_path / "a.zip"))
