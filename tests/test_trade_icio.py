"""ICIO: sums over uses against a plain loop and against pymrio's own reader."""

import csv
import gzip
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import icio

COUNTRIES = ("AUS", "CHN", "CN1", "CN2", "MEX", "MX1", "ROW")
INDUSTRIES = ("A01_02", "C10T12")
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
WHOLE = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX"}


def table(seed=1, stocks=-2.0):
    rng = np.random.default_rng(seed)
    rows = [f"{country}_{industry}" for country in COUNTRIES for industry in INDUSTRIES]
    final = [f"{country}_{kind}" for country in ("AUS", "CHN", "MEX", "ROW") for kind in FINAL]
    frame = pd.DataFrame(rng.uniform(1, 9, (len(rows), len(rows) + len(final))).round(3), rows, rows + final)
    for name in final:
        if "INVNT" in name:
            frame[name] += stocks
    frame["OUT"] = frame.sum(axis=1)
    below = pd.DataFrame(rng.uniform(1, 9, (3, frame.shape[1])), ["TLS", "VA", "OUT"], frame.columns)
    below["OUT"] = np.nan
    return pd.concat([frame, below])


def loop(file, stocks=True):
    """Add a table up cell by cell: USD by (importer, exporter, industry)."""
    sums = {}
    with file.open(newline="") as lines:
        header, *rows = csv.reader(lines)
    for name, *cells in rows:
        seller, _, industry = name.partition("_")
        if not industry:
            continue
        for column, cell in zip(header[1:], cells, strict=True):
            buyer, _, use = column.partition("_")
            if use and (stocks or use != "INVNT"):
                key = WHOLE.get(buyer, buyer), WHOLE.get(seller, seller), industry
                sums[key] = sums.get(key, 0.0) + float(cell) * 1e6
    return sums


@pytest.fixture
def file(tmp_path):
    table().to_csv(tmp_path / "ICIO2023_2019.csv")
    return tmp_path / "ICIO2023_2019.csv"


@pytest.mark.parametrize("rows", [1, 3, 200])
@pytest.mark.parametrize("stocks", [True, False])
def test_sums_are_those_of_a_loop(file, monkeypatch, rows, stocks):
    monkeypatch.setattr(icio, "ROWS", rows)
    flows = trade_data.read_icio(file, products="each", inventories=stocks)
    assert flows.codes == ("AUS", "CHN", "MEX", "ROW")
    assert flows.products == INDUSTRIES
    assert flows.domestic
    sums = loop(file, stocks)
    for i, importer in enumerate(flows.codes):
        for j, exporter in enumerate(flows.codes):
            for k, industry in enumerate(INDUSTRIES):
                assert flows.imports[i, j, k] == pytest.approx(sums[importer, exporter, industry], rel=1e-12)


def test_pymrio_reads_the_same(file):
    pymrio = pytest.importorskip("pymrio")
    own = trade_data.read_icio(file, ["AUS", "CHN", "ROW"], products="each")
    other = trade_data.from_pymrio(pymrio.parse_oecd(file), ["AUS", "CHN", "ROW"], products="each")
    assert (other.year, other.source) == (2019, "OECD-ICIO")
    assert own.members["ROW"] == ("MEX", "ROW")
    assert set(other.products) == set(own.products)
    order = [other.products.index(each) for each in own.products]
    np.testing.assert_allclose(other.imports[:, :, order], own.imports, rtol=1e-12)


def test_industries_in_groups_and_all_together(file):
    each = trade_data.read_icio(file, products="each")
    grouped = trade_data.read_icio(file, products={"farms": "A01_02", "rest": "*"})
    together = trade_data.read_icio(file)
    np.testing.assert_allclose(grouped.imports, each.imports)
    np.testing.assert_allclose(together.imports, each.imports.sum(axis=2))
    some = trade_data.read_icio(file, products={"farms": ["A01_02"]})
    assert some.missing == pytest.approx(each.total - some.total)
    assert "in no group of industries: C10T12" in some.report()


def test_what_is_in_no_region_is_listed_once(file):
    everything = trade_data.read_icio(file).total
    flows = trade_data.read_icio(file, ["AUS", "MEX"])
    assert flows.total + flows.missing == pytest.approx(everything)
    without = trade_data.read_icio(file, ["AUS", "CHN", "MEX", "ROW"], inventories=False)
    assert without.total + without.missing == pytest.approx(everything)


def test_it_is_a_baseline_without_more(file):
    flows = trade_data.read_icio(file)
    start = flows.baseline(tariffs=0.0)
    np.testing.assert_allclose(start.flows, flows.imports)
    assert start.assumptions[0] == "sales at home are those of the file"
    assert "left out of account" in start.assumptions[1]
    assert np.diag(flows.economies().imports).tolist() == [0, 0, 0, 0]


def test_output_that_sales_do_not_add_up_to_is_said(tmp_path, file):
    assert trade_data.read_icio(file).notes == ()
    frame = table()
    frame.loc["AUS_A01_02", "OUT"] *= 2
    frame.to_csv(tmp_path / "2019.csv")
    assert "sales differ from output by" in trade_data.read_icio(tmp_path / "2019.csv").notes[0]


def test_the_year_is_in_the_name_or_given(tmp_path, file):
    assert trade_data.read_icio(file).year == 2019
    other = tmp_path / "table.csv.gz"
    other.write_bytes(gzip.compress(file.read_bytes()))
    with pytest.raises(InputError, match=r"no year in the file's name.*give year="):
        trade_data.read_icio(other)
    assert trade_data.read_icio(other, year=2020).year == 2020


def test_sales_below_zero_are_refused(tmp_path):
    table(stocks=-900.0).to_csv(tmp_path / "2019.csv")
    with pytest.raises(InputError, match=r"OECD ICIO: AUS from AUS: sales below 0.*inventories=False"):
        trade_data.read_icio(tmp_path / "2019.csv")
    flows = trade_data.read_icio(tmp_path / "2019.csv", inventories=False)
    assert (flows.imports > 0).all()
    assert flows.left_out[-1].why == "changes in inventories"


CELLS = {
    "a letter": ("AUS_HFCE", "many"),
    "nothing": ("AUS_HFCE", np.nan),
    "infinite": ("AUS_HFCE", np.inf),
    "a negative sale to an industry": ("AUS_A01_02", -5.0),
    "dollars for millions": ("AUS_HFCE", 40e9),
}


def spoilt(what):
    frame = table()
    match what:
        case _ if what in CELLS:
            column, value = CELLS[what]
            frame = frame.astype(object)
            frame.loc["CHN_C10T12", column] = value
        case "a row missing":
            frame = frame.drop("CHN_C10T12")
        case "a row twice":
            frame = pd.concat([frame.iloc[:1], frame])
        case "a strange row":
            frame = frame.rename(index={"TLS": "Something"})
        case "a strange column":
            frame = frame.rename(columns={"AUS_HFCE": "Households"})
        case "a column twice":
            frame = frame.rename(columns={"AUS_HFCE": "AUS_NPISH"})
        case "no final demand":
            frame = frame[[name for name in frame if not name.endswith(FINAL)]]
    return frame.to_csv()


WRONG = {
    "a letter": r":5: AUS_HFCE: not a number; got 'many'",
    "nothing": r":5: CHN_C10T12, AUS_HFCE: not a value of sales; got nothing",
    "infinite": r":5: CHN_C10T12, AUS_HFCE: not a value of sales; got inf",
    "a negative sale to an industry": r":5: CHN_C10T12, AUS_A01_02: sales below 0; got \$-5 million",
    "dollars for millions": r":5: CHN_C10T12, AUS_HFCE: more than any trade; got \$4e\+04 trillion",
    "a row missing": r"rows are missing; got no row CHN_C10T12",
    "a row twice": r"unknown row, or a second time; got 'AUS_A01_02'",
    "a strange row": r"unknown row, or a second time; got 'Something'",
    "a strange column": r":1: unknown column; got 'Households'",
    "a column twice": r":1: column twice; got 'AUS_NPISH'",
    "no final demand": r":1: not an ICIO table",
}


@pytest.mark.parametrize(("what", "said"), WRONG.items(), ids=WRONG)
def test_wrong_tables_are_refused(tmp_path, what, said):
    (tmp_path / "2019.csv").write_text(spoilt(what))
    with pytest.raises(InputError, match=said):
        trade_data.read_icio(tmp_path / "2019.csv")


OTHER = {
    "": "not an ICIO table",
    "a,b,c\n1,2,3\n": "unknown column; got 'b'",
    ",AUS_A,AUS_HFCE\nAUS_A,1\n": ":2: fewer cells",
    ",AUS_A,AUS_HFCE\n": "no row AUS_A|not CSV",
}


@pytest.mark.parametrize(("text", "said"), OTHER.items())
def test_other_files_are_refused(tmp_path, text, said):
    (tmp_path / "2019.csv").write_text(text)
    with pytest.raises(InputError, match=said):
        trade_data.read_icio(tmp_path / "2019.csv")


def test_wrong_arguments(file):
    with pytest.raises(InputError, match=r"not industries; got 'all'"):
        trade_data.read_icio(file, products="all")
    with pytest.raises(InputError, match=r"unknown industry; got 'C11'"):
        trade_data.read_icio(file, products={"drinks": "C11"})
    with pytest.raises(InputError, match=r"industry in two groups; got 'A01_02'"):
        trade_data.read_icio(file, products={"farms": "A01_02", "fields": "A01_02"})
    with pytest.raises(InputError, match=r"regions: USA: unknown economy; got 'USA'"):
        trade_data.read_icio(file, ["USA", "ROW"])


def system(**changed):
    pymrio = pytest.importorskip("pymrio")
    made = pymrio.load_test()
    made.Z, made.Y = made.Z * 1e-4, made.Y * 1e-4  # its values are larger than the world's
    for name, value in changed.items():
        setattr(made, name, value)
    return made


UNITS = {
    "Mill USD": 1e6,  # pymrio.load_test
    "millions of US$": 1e6,  # parse_wiod
    "Million USD": 1e6,  # parse_oecd
    "000 USD": 1e3,  # parse_eora26
    "‘000 US$": 1e3,  # parse_gloria
    "M$": 1e6,
    "US$ billion": 1e9,
}


@pytest.mark.parametrize(("unit", "size"), UNITS.items(), ids=UNITS)
def test_units_as_pymrio_names_them(unit, size):
    made = system()
    made.Z, made.Y = made.Z * 1e-4, made.Y * 1e-4
    made.unit["unit"] = unit
    expected = (made.Z.to_numpy().sum() + made.Y.to_numpy().sum()) * size
    flows = trade_data.from_pymrio(made, year=2010)
    assert flows.total == pytest.approx(expected)
    assert flows.codes == ("REG1", "REG2", "REG3", "REG4", "REG5", "REG6")
    assert flows.notes == ("codes are written in capitals: reg1, reg2, reg3, reg4, reg5, reg6",)
    own = made.Z.loc["reg1", "reg2"].to_numpy().sum() + made.Y.loc["reg1", "reg2"].to_numpy().sum()
    assert flows.imports[1, 0] == pytest.approx(own * size)


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("M.EUR", r"system.unit: not in US dollars; got 'M.EUR': euros.*1.08e6 for millions of euros"),
        ("Mio. €", r"euros"),
        ("JPY", r"yen"),
        ("t", r"not a unit of US dollars; got 't'"),
        ("Million international $", r"not a unit of US dollars"),
        ("Million USD, 2015 prices", r"not a unit of US dollars"),
    ],
)
def test_systems_in_other_units_need_a_rate(unit, said):
    made = renamed(system())
    made.unit["unit"] = unit
    with pytest.raises(InputError, match=said):
        trade_data.from_pymrio(made, year=2010)


def test_systems_of_several_units_or_none_are_refused():
    made = renamed(system())
    made.unit.iloc[0, 0] = "000 USD"
    with pytest.raises(InputError, match=r"several units; got '000 USD', 'Mill USD'"):
        trade_data.from_pymrio(made, year=2010)
    made.unit = None
    with pytest.raises(InputError, match=r"not a unit of US dollars; got no unit"):
        trade_data.from_pymrio(made, year=2010)


def test_values_beyond_the_world_are_refused():
    pymrio = pytest.importorskip("pymrio")
    with pytest.raises(InputError, match=r"reg1, manufactoring to reg1, .*more than any trade"):
        trade_data.from_pymrio(pymrio.load_test(), year=2010)
    made = system()
    with pytest.raises(InputError, match=r"more than any trade"):
        trade_data.from_pymrio(made, year=2010, unit=1e9)


def test_economies_that_sell_and_buy_nothing_are_refused():
    made = renamed(system())
    for name in ("Z", "Y"):
        frame = getattr(made, name)
        frame.loc["CHN"] = 0.0
        frame["CHN"] = 0.0
    with pytest.raises(
        InputError, match=r"economies without any flow; got CHN; allowed: codes in the file: AUT"
    ):
        trade_data.from_pymrio(made, year=2010)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("Rest of the World", r"Z: not an economy code; got 'Rest of the World'.*rename_regions"),
        ("Aut", r"two economies of one code; got 'Aut'"),
    ],
)
def test_economies_without_a_code_are_refused(named, said):
    made = renamed(system())
    for name in ("Z", "Y"):
        setattr(made, name, getattr(made, name).rename(index={"CHN": named}, columns={"CHN": named}))
    with pytest.raises(InputError, match=said):
        trade_data.from_pymrio(made, year=2010)


def test_the_rest_of_the_world_in_small_letters_is_the_rest():
    made = renamed(system())
    for name in ("Z", "Y"):
        setattr(made, name, getattr(made, name).rename(index={"CHN": "RoW"}, columns={"CHN": "RoW"}))
    flows = trade_data.from_pymrio(made, ["DEU", "ROW"], year=2010)
    assert "ROW" in flows.members["ROW"]
    everything = made.Z.to_numpy().sum() + made.Y.to_numpy().sum()
    assert flows.total == pytest.approx(everything * 1e6)


def test_a_cell_without_a_number_is_named():
    made = renamed(system())
    made.Z.iloc[3, 4] = np.nan
    with pytest.raises(
        InputError, match=r"AUT, electricity to AUT, construction: not a value of sales; got nothing"
    ):
        trade_data.from_pymrio(made, year=2010)
    made = renamed(system())
    made.Z.iloc[3, 4] = -5.0
    with pytest.raises(InputError, match=r"AUT, electricity to AUT, construction: sales below 0"):
        trade_data.from_pymrio(made, year=2010)


def test_one_year_of_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "2016-2020_SML.zip", "w") as archive:
        archive.writestr("2018_SML.csv", table(1).to_csv())
        archive.writestr("2019_SML.csv", table(2).to_csv())
    with pytest.raises(InputError, match=r"several years in the archive; got 2018, 2019"):
        trade_data.read_icio(tmp_path / "2016-2020_SML.zip")
    flows = trade_data.read_icio(tmp_path / "2016-2020_SML.zip", year=2019)
    table(2).to_csv(tmp_path / "2019.csv")
    assert flows.total == trade_data.read_icio(tmp_path / "2019.csv").total
    assert flows.year == 2019


def renamed(made):
    names = {f"reg{k}": code for k, code in enumerate(("AUT", "BEL", "CHN", "DEU", "ESP", "FRA"), start=1)}
    for name in ("Z", "Y"):
        frame = getattr(made, name).rename(index=names, columns=names)
        setattr(made, name, frame)
    return made


def test_a_system_at_a_rate():
    made = renamed(system())
    flows = trade_data.from_pymrio(made, ["CHN", "EU27"], year=2010, unit=1.33e6)
    expected = (made.Z.to_numpy().sum() + made.Y.to_numpy().sum()) * 1.33e6
    assert flows.total == pytest.approx(expected)
    assert flows.members["CHN"] == ("CHN",)


def test_wrong_systems():
    with pytest.raises(InputError, match=r"no Z"):
        trade_data.from_pymrio(system(Z=None))
    made = renamed(system())
    made.meta = SimpleNamespace(name="", description="")
    with pytest.raises(InputError, match=r"no year"):
        trade_data.from_pymrio(made, unit=1.0)
    made = renamed(system())
    made.Y = made.Y.rename(columns={"CHN": "JPN"})
    with pytest.raises(InputError, match=r"final demand of an unknown country; got 'JPN'"):
        trade_data.from_pymrio(made, unit=1.0, year=2010)
    made = renamed(system())
    made.Z = made.Z * np.nan
    with pytest.raises(InputError, match=r"not a value of sales"):
        trade_data.from_pymrio(made, unit=1.0, year=2010)
    made = renamed(system())
    made.Z = made.Z.droplevel(0, axis=1)
    with pytest.raises(InputError, match=r"not country and industry"):
        trade_data.from_pymrio(made, unit=1.0, year=2010)
