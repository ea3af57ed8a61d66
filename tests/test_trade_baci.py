"""BACI: sums against a plain loop, what is left out, and every way in which a file can be wrong."""

import gzip
import io
import zipfile

import numpy as np
import pytest
from trade_files import ALPHA, BACI, COUNTRY_CODES, baci_folder, baci_loop

import tradesim as ts
from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import tables
from tradesim.trade_data.regions import Regions

REGIONS = {"USA": "USA", "CHN": ["CHN"], "EU27": trade_data.EU27, "TWN": "TWN", "ROW": "*"}


@pytest.fixture
def file(tmp_path):
    return baci_folder(tmp_path)


def assert_sums(flows, expected):
    assert flows.imports.sum() == pytest.approx(sum(expected.values()), rel=1e-12)
    for key, value in expected.items():
        at = flows.codes.index(key[0]), flows.codes.index(key[1])
        if len(key) == 3:
            at += (flows.products.index(key[2]),)
        assert flows.imports[at] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("rows", [1, 2, 3, 1000])
@pytest.mark.parametrize("digits", [None, 2, 4, 6])
@pytest.mark.parametrize("regions", [None, REGIONS, ["USA", "EU27"]])
def test_sums_are_those_of_a_loop(file, monkeypatch, rows, digits, regions):
    monkeypatch.setattr(tables, "ROWS", rows)
    flows = trade_data.read_baci(file, regions, products=digits)
    assert_sums(flows, baci_loop(BACI, Regions.of(regions).region, digits))
    assert flows.imports.ndim == (2 if digits is None else 3)


def test_everything_is_counted_or_listed(file):
    everything = sum(baci_loop(BACI, str).values())
    flows = trade_data.read_baci(file, ["USA", "CHN"])
    assert flows.total + flows.missing == pytest.approx(everything)
    assert trade_data.read_baci(file, REGIONS).missing == 0
    frame = flows.left_out_frame().set_index("what")
    assert frame.loc["importer FRA", "value"] == 307_000
    assert frame.loc["exporter TWN", "rows"] == 1


def test_what_it_says_of_itself(file):
    flows = trade_data.read_baci(file, REGIONS)
    assert (flows.year, flows.source, flows.valuation) == (2023, "CEPII BACI HS22 V202501", "FOB")
    assert flows.members["TWN"] == ("TWN",)
    assert flows.members["ROW"] == ("ABW", "_X")
    assert "TWN is 490 (Other Asia, nes: in practice Taiwan) in the file" in flows.notes
    assert "USA is 842 (USA, with Puerto Rico and US Virgin Islands) in the file" in flows.notes
    assert "ROW holds _X (Areas, nes), no economy: $8 thousand" in flows.notes
    assert any(note.startswith("no trade of AUT, BGR") for note in flows.notes)
    assert "5 economies" in flows.report()


def test_it_becomes_economies_and_a_baseline(file):
    flows = trade_data.read_baci(file, ["USA", "CHN", "EU27", "ROW"])
    economies = flows.economies(gdp=[1e12] * 4)
    assert isinstance(economies, ts.Economies)
    assert economies.vintage == "2023"
    assert economies.imports[2, 2] == 507_000  # inside the union
    start = flows.baseline(dict.fromkeys(flows.codes, 1e9), tariffs=0.25)
    assert start.flows[0, 1] == pytest.approx(1.25 * 40_001_500)
    assert start.flows[1, 1] == pytest.approx(1e9 - 40_001_500 - 300_000)
    assert start.tariffs[1, 1] == 0


def test_products_by_name(file):
    groups = {"phones": "8517", "machines": ["84", "85"], "rest": "*"}
    flows = trade_data.read_baci(file, ["USA", "ROW"], products=groups)
    assert flows.products == ("phones", "machines", "rest")
    assert flows.imports[0, 1].tolist() == [40_000_500, 700_000, 6_000]
    some = trade_data.read_baci(file, ["USA", "ROW"], products={"phones": "8517"})
    assert some.imports[0, 1].tolist() == [40_000_500]
    assert some.missing == pytest.approx(flows.total - some.total)


def test_codes_without_their_zeros_and_codes_with_letters(tmp_path):
    text = BACI.replace(",010121,", ",10121,") + "2023,276,842,9999AA,3,\n"
    flows = trade_data.read_baci(baci_folder(tmp_path, text), products=2)
    assert flows.products[0] == "01"
    assert flows.products[-1] == "99"
    assert flows.to_frame().query("product == '99' and imports > 0")["imports"].tolist() == [3_000]


@pytest.mark.parametrize("packed", ["gz", "zip"])
def test_packed_files(tmp_path, file, packed):
    other = file.with_suffix(f".csv.{packed}")
    if packed == "gz":
        other.write_bytes(gzip.compress(BACI.encode()))
    else:
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr("BACI.csv", BACI)
            archive.writestr("Readme.pdf", "x")
    assert trade_data.read_baci(other).total == trade_data.read_baci(file).total


def test_codes_of_an_older_edition(tmp_path):
    old = COUNTRY_CODES.replace(
        "country_code,country_name,country_iso2,country_iso3",
        "country_code,country_name_abbreviation,iso_2digit_alpha,iso_3digit_alpha",
    )
    assert trade_data.read_baci(baci_folder(tmp_path, codes=old)).total > 0


WRONG = {
    "another layout": (
        BACI.replace("t,i,j,k,v,q", "year,exporter,importer,hs6,value,q"),
        r":1: no column 't'.*is this a BACI file",
    ),
    "semicolons": (BACI.replace(",", ";"), r":1: one column.*separated by commas"),
    "a letter for a value": (BACI.replace("300.0", "many"), r":4: value is not a number; got 'many'"),
    "a comma for decimals": (
        BACI.replace("300.0,10", "300,0,10"),
        r":4: more cells than columns; got 7; allowed: 6",
    ),
    "a thousands separator": (
        BACI.replace("300.0", '"1,300.0"'),
        r":4: value is not a number; got '1,300.0'",
    ),
    "a row cut short": (BACI + "2023,156,84", r":12: fewer cells than columns; got 3"),
    "no value": (BACI.replace("300.0", ""), r":4: not a value of trade; got nothing"),
    "a negative value": (BACI.replace("300.0", "-300"), r":4: not a value of trade; got -300000"),
    "an infinite value": (BACI.replace("300.0", "inf"), r":4: not a value of trade; got inf"),
    "nan for a value": (BACI.replace("300.0", "nan"), r":4: value is not a number; got 'nan'"),
    "NA for a value": (BACI.replace("300.0", "NA"), r":4: value is not a number; got 'NA'"),
    "dollars for thousands": (
        BACI.replace("300.0", "3e11"),
        r":4: more than any trade; got \$300 trillion.*unit",
    ),
    "a flow twice": (
        BACI + "2023,156,842,851712,9,9\n",
        r":12: the same flow a second time; got importer USA, exporter CHN, product 851712",
    ),
    "an unknown country": (
        BACI.replace("533,842", "532,842"),
        r":8: unknown country code; got exporter 532.*country_codes_V202501",
    ),
    "a country by letters": (BACI.replace("533,842", "ABW,842"), r":8: exporter is not a number; got 'ABW'"),
    "two years": (
        BACI.replace("2023,842,156", "2022,842,156"),
        r":7: another year; got 2022; allowed: 2023 throughout",
    ),
    "a code too long": (BACI.replace("851712,40", "85171200,40"), r":2: not a product code; got '85171200'"),
    "a year by letters": (BACI.replace("2023,842,156", "now,842,156"), r":7: year is not a number"),
    "a number beyond all measure": (
        BACI.replace("2023,156,251", "2023,1e400,251"),
        r":4: exporter is not a number",
    ),
    "a code with a point": (BACI.replace("2023,156,251", "2023,156.5,251"), r":4: exporter is not a number"),
    "a code out of range": (
        BACI.replace("2023,156,251", "2023,99999999999,251"),
        r":4: exporter is not a number",
    ),
    "nothing": ("", r":1: empty file"),
    "blank lines": ("\n\n\n", r":1: empty file"),
    "a header alone": ("t,i,j,k,v,q\n", r":1: no rows"),
    "a column twice": (BACI.replace("t,i,j,k,v,q", "t,i,j,k,v,v"), r":1: column twice; got 'v'"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_wrong_files_are_refused_by_line(tmp_path, monkeypatch, text, said):
    monkeypatch.setattr(tables, "ROWS", 4)
    with pytest.raises(InputError, match=said):
        trade_data.read_baci(baci_folder(tmp_path, text))


def test_problems_are_shown_twenty_at_a_time(tmp_path):
    text = "t,i,j,k,v,q\n" + "".join(f"2023,156,842,{k:06d},bad,\n" for k in range(50))
    with pytest.raises(InputError) as error:
        trade_data.read_baci(baci_folder(tmp_path, text))
    assert len(error.value.problems) == 21
    assert "30 more like it" in str(error.value)


def test_lines_are_those_of_the_file_where_blank_ones_come_between(tmp_path):
    text = BACI.replace("2023,156,251", "\n\n2023,156,251").replace("300.0", "bad")
    with pytest.raises(InputError, match=r":6: value is not a number"):
        trade_data.read_baci(baci_folder(tmp_path, text))


def test_files_that_are_not_there_or_no_text(tmp_path):
    file = baci_folder(tmp_path)
    with pytest.raises(InputError, match=r"cannot be read.*No such file"):
        trade_data.read_baci(tmp_path / "BACI_HS22_Y2022_V202501.csv")
    with pytest.raises(InputError, match=r"not a regular file"):
        trade_data.read_baci(tmp_path, country_codes=tmp_path / "country_codes_V202501.csv")
    file.write_bytes(BACI.encode("utf-16"))
    with pytest.raises(InputError, match=r":1: not text: holds a NUL byte.*CSV"):
        trade_data.read_baci(file)
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
    file.write_bytes(book.getvalue())
    with pytest.raises(InputError, match=r"not a workbook"):
        trade_data.read_baci(file)
    file.write_bytes(gzip.compress(BACI.encode())[:40])
    with pytest.raises(InputError, match=r"a broken archive"):
        trade_data.read_baci(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", BACI)
        archive.writestr("b.csv", BACI)
    with pytest.raises(InputError, match=r"not one table in the archive; got a.csv, b.csv"):
        trade_data.read_baci(file)


def test_country_codes_are_found_or_asked_for(tmp_path):
    file = baci_folder(tmp_path)
    (tmp_path / "country_codes_V202501.csv").rename(tmp_path / "country_codes_V202401b.csv")
    assert trade_data.read_baci(file).total > 0  # the only one there is
    (tmp_path / "country_codes_V202301.csv").write_text(COUNTRY_CODES)
    with pytest.raises(InputError, match=r"no file of country codes.*give country_codes="):
        trade_data.read_baci(file)
    assert trade_data.read_baci(file, country_codes=tmp_path / "country_codes_V202301.csv").total > 0


def test_country_codes_are_checked(tmp_path):
    file = baci_folder(tmp_path, codes=COUNTRY_CODES + "842,Again,US,USA\n")
    with pytest.raises(InputError, match=r":11: country code twice; got 842"):
        trade_data.read_baci(file)
    file = baci_folder(tmp_path, codes="a,b\n1,2\n")
    with pytest.raises(InputError, match=r"is this a file of country codes"):
        trade_data.read_baci(file)


def test_regions_are_checked_against_the_codes(file):
    with pytest.raises(InputError, match=r"regions: CAN: unknown economy; got 'CAN'.*did you mean 'CHN'"):
        trade_data.read_baci(file, {"USA": "USA", "CAN": "CAN"})
    lone = baci_folder(file.parent, "t,i,j,k,v,q\n2023,156,842,851712,1,1\n")
    with pytest.raises(InputError, match=r"regions: EU27: unknown economy; got 'AUT'; allowed: CHN, USA"):
        trade_data.read_baci(lone, ["EU27", "ROW"])
    with pytest.raises(
        InputError, match=r"no trade between the economies asked for.*in no region: importer USA"
    ):
        trade_data.read_baci(lone, ["CHN"])


def test_an_area_that_is_no_economy_does_not_stand_by_itself(file):
    flows = trade_data.read_baci(file)
    assert set(flows.codes) == set(ALPHA.values()) - {"_X"}
    assert flows.left_out_frame().set_index("what").loc["exporter _X", "value"] == 8_000
    assert np.isfinite(flows.imports).all()
