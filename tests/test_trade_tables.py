"""Tables, sheets and scanning: files broken in ways that no layout knows of; and the benchmark, in small."""

import json
import sys
import zipfile

import pytest
from test_trade_dataweb import workbook
from trade_files import BACI, baci_folder

from benchmarks import trade_files as benchmark
from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import scanning, sheets, tables, workbooks

LIMIT = 200_000
"""More than the 131,072 characters that `csv` allows a cell."""


def written(folder, content, name="file.csv"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_rows_of_wrong_lengths_are_shown_twenty_at_a_time(tmp_path):
    text = "t,i,j,k,v,q\n" + "2023,156,842,851712,1\n" * 50
    with pytest.raises(InputError) as error:
        trade_data.read_baci(baci_folder(tmp_path, text))
    assert len(error.value.problems) == 21
    assert "and more like it" in str(error.value)


def test_cells_beyond_all_measure(tmp_path):
    long = '"' + "x" * LIMIT + '"'
    with pytest.raises(InputError, match=r":1: not CSV; got field larger than field limit"):
        trade_data.read_baci(baci_folder(tmp_path, f"t,i,j,k,v,{long}\n"))
    with pytest.raises(InputError, match=r":2: not CSV; got field larger than field limit"):
        trade_data.read_baci(baci_folder(tmp_path, f"t,i,j,k,v,q\n1,{long},2,3\n"))
    with pytest.raises(InputError, match=r":1: not CSV; got field larger"):
        trade_data.read_icio(written(tmp_path, f"a,{long},c\n", "2019.csv"))
    with pytest.raises(InputError, match="not CSV; got field larger"):
        trade_data.read_dataweb(written(tmp_path, f"a,{long},c\n"))


def test_lines_are_found_past_a_cell_beyond_all_measure(tmp_path):
    text = BACI.replace("300.0,10", '300.0,"' + "x" * LIMIT + '"') + "2023,156,842,010190,bad,\n"
    with pytest.raises(InputError, match=r"value is not a number; got 'bad'"):
        trade_data.read_baci(baci_folder(tmp_path, text))


def test_a_quote_that_is_never_closed(tmp_path):
    with pytest.raises(InputError, match=r"not CSV|fewer cells"):
        trade_data.read_baci(baci_folder(tmp_path, BACI.replace("300.0", '"300.0')))


def test_a_nul_byte_far_into_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "BLOCK", 16)
    with pytest.raises(InputError, match=r":7: not text: holds a NUL byte"):
        trade_data.read_baci(baci_folder(tmp_path, BACI.replace("120190", "12\x000190")))


@pytest.mark.parametrize(("text", "encoding"), [("é", "utf-8-sig"), ("é", "latin-1"), ("a", "utf-8-sig")])
def test_encodings_are_told_apart_whatever_the_blocks(tmp_path, monkeypatch, text, encoding):
    monkeypatch.setattr(scanning, "BLOCK", 1)
    assert scanning.encoding_of(written(tmp_path, f"ab{text}cd".encode(encoding))) == encoding
    assert scanning.encoding_of(written(tmp_path, f"ab{text}".encode(encoding))) == encoding


def test_names_in_latin_1_are_read(tmp_path):
    codes = "country_code,country_name,country_iso2,country_iso3\n792,Türkiye,TR,TUR\n842,USA,US,USA\n"
    file = baci_folder(tmp_path, "t,i,j,k,v,q\n2023,792,842,851712,1,\n")
    (tmp_path / "country_codes_V202501.csv").write_bytes(codes.encode("latin-1"))
    assert trade_data.read_baci(file).codes == ("TUR", "USA")


def test_pandas_says_what_no_one_else_found(tmp_path, monkeypatch):
    file = baci_folder(tmp_path)
    table = tables.find(file, "a BACI file", ())
    for said, where in (("C error: EOF inside string starting at row 3", ":3"), ("Who knows", "")):
        found = tables._refusal(table, (), ValueError(said))
        assert found.problems[0].where == f"{file}{where}"

    def broken(*_arguments, **_named):
        raise ValueError("row 7 is odd")
        yield

    monkeypatch.setattr(tables, "_frames", broken)
    assert tables._refusal(table, (), ValueError("x")).problems[0].where == f"{file}:7"


def test_workbooks_that_are_none(tmp_path):
    file = tmp_path / "file.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<nothing/>")
    with pytest.raises(InputError, match="workbook"):
        trade_data.read_dataweb(file)
    with pytest.raises(InputError, match="cannot be read"):
        trade_data.read_dataweb(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        trade_data.read_dataweb(tmp_path / "missing.xlsx")


def test_cells_of_workbooks_are_those_of_csv_files(tmp_path):
    file = workbook(tmp_path, {"A": [[1.0, 2.5, None, " x ", 3]]})
    (sheet,) = sheets.sheets_of(file)
    assert sheet.rows[0][1] == ("1", "2.5", "", "x", "3")
    assert sheet.rows[0][0].endswith("A row 1")
    assert workbooks.text_of(8517.0) == "8517"


def test_the_benchmark_in_small(tmp_path, monkeypatch, capsys):
    target = tmp_path / "out" / "trade_files.json"
    monkeypatch.setattr(benchmark, "in_own_process", benchmark.measure)
    monkeypatch.setattr(benchmark, "PRODUCTS", 50)
    monkeypatch.setattr(sys, "argv", ["trade_files", "--rows", "5000", "--json", str(target)])
    assert benchmark.main() == 0
    assert "sums agree to 1e-9: yes" in capsys.readouterr().out
    written_down = json.loads(target.read_text(encoding="utf-8"))
    assert {result["way"] for result in written_down["results"]} == set(benchmark.WAYS)
    file = benchmark.make(tmp_path, 3000)
    monkeypatch.setattr(sys, "argv", ["trade_files", "--way", "pandas", "--file", str(file)])
    assert benchmark.main() == 0
    assert json.loads(capsys.readouterr().out)["total"] > 0
