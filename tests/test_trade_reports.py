"""UN Comtrade and WITS: reports of what economies buy and sell, and what in such files is not that."""

import numpy as np
import pytest
from trade_files import (
    COUNTRY_CODES,
    LEGACY_HEADER,
    PLUS_HEADER,
    TARIFF_HEADER,
    WITS_HEADER,
    legacy,
    plus,
    plus_file,
    row,
    tariff,
    wits,
)

from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import tables

LINES = [
    plus("USA", "W00", 550e9),
    plus("USA", "CHN", 448e9),
    plus("USA", "S19", 88e9),
    plus("USA", "_X", 8e9),
    plus("USA", "CHN", 147e9, flow="X"),
    plus("USA", "CHN", 50e9, flow="RX"),
    plus("CHN", "USA", 165e9),
    plus("CHN", "CHN", 120e9),
    plus("CHN", "S19", 200e9),
]


def written(folder, text, name="TradeData.csv", encoding="utf-8"):
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


@pytest.fixture
def file(tmp_path):
    return written(tmp_path, plus_file(*LINES))


@pytest.mark.parametrize("rows", [1, 4, 1000])
def test_imports_as_importers_report_them(file, monkeypatch, rows):
    monkeypatch.setattr(tables, "ROWS", rows)
    flows = trade_data.read_comtrade(file)
    assert flows.codes == ("CHN", "TWN", "USA")
    silent = [np.nan] * 3
    expected = [[0, 200e9, 165e9], silent, [448e9, 88e9, 0]]
    np.testing.assert_array_equal(flows.imports, expected)
    assert (flows.year, flows.valuation) == (2023, "CIF, as importers report")


def test_what_is_no_trade_between_two_economies_is_listed(file):
    flows = trade_data.read_comtrade(file, ["USA", "CHN"])
    listed = {each.what: each for each in flows.left_out}
    assert listed["exporter W00"].why == "total over partners"
    assert listed["exporter W00"].value == 550e9
    assert not listed["exporter W00"].missing
    assert listed["flow exports"].value == 147e9
    assert listed["flow part of exports"].value == 50e9
    assert listed["exporter CHN"].why == "goods that came back"
    assert listed["exporter _X"].missing
    assert flows.missing == 8e9 + 88e9 + 200e9
    assert "$296 billion" in flows.report()
    assert "total over partners: exporter W00, $550 billion in 1 rows (not missing)" in flows.report()


def test_areas_that_are_no_economy_are_in_the_rest_of_the_world(file):
    flows = trade_data.read_comtrade(file, ["USA", "CHN", "ROW"])
    assert flows.imports[0].tolist() == [0, 448e9, 96e9]
    assert flows.members["ROW"] == ("TWN", "_X")
    assert flows.missing == 0


def test_the_mirror_fills_what_no_one_reports(file):
    mirror = trade_data.read_comtrade(file, flow="exports", regions=["USA", "CHN"])
    assert mirror.imports[1, 0] == 147e9
    assert np.isnan(mirror.imports[:, 1]).all()
    flows = trade_data.read_comtrade(file, ["USA", "CHN"])
    assert flows.filled_by(mirror).imports.tolist() == flows.imports.tolist()
    lone = written(file.parent, plus_file(plus("USA", "CHN", 448e9), plus("USA", "CHN", 147e9, flow="X")))
    flows = trade_data.read_comtrade(lone, ["USA", "CHN"])
    with pytest.raises(InputError, match=r"flows that no one reports; got no reports of CHN.*filled_by"):
        flows.economies()
    filled = flows.filled_by(trade_data.read_comtrade(lone, ["USA", "CHN"], flow="exports"))
    assert filled.imports[1, 0] == 147e9
    assert (
        "1 flows that no one reports, $147 billion, are taken from UN Comtrade, exports" in filled.notes[-1]
    )


def test_totals_come_before_products_and_levels_are_chosen(tmp_path):
    detail = [
        plus("USA", "CHN", 3e9, product="85"),
        plus("USA", "CHN", 2e9, product="8517"),
        plus("USA", "CHN", 1e9, product="01"),
    ]
    file = written(tmp_path, plus_file(*LINES, *detail))
    flows = trade_data.read_comtrade(file, ["USA", "CHN"])
    assert flows.imports[0, 1] == 448e9
    assert {(each.what, each.value) for each in flows.left_out if each.why == "another level of detail"} == {
        ("codes of 2 digits", 4e9),
        ("codes of 4 digits", 2e9),
    }
    assert trade_data.read_comtrade(file, ["USA", "CHN"], level=2).imports[0, 1] == 4e9
    by_chapter = trade_data.read_comtrade(file, ["USA", "CHN"], products=2, level=2)
    assert by_chapter.products == ("01", "85")
    assert by_chapter.imports[0, 1].tolist() == [1e9, 3e9]
    assert "all products together" in {each.why for each in by_chapter.left_out}
    with pytest.raises(
        InputError,
        match=r"several levels of product codes; got codes of 2 digits, codes of 4 digits.*give level=",
    ):
        trade_data.read_comtrade(file, ["USA", "CHN"], products=2)
    with pytest.raises(InputError, match=r"no product codes of that level; got codes of 6 digits"):
        trade_data.read_comtrade(file, ["USA", "CHN"], level=6)


def test_parts_of_rows_are_left_out(tmp_path):
    parts = [
        plus("USA", "CHN", 1e9, customsCode="C03"),
        plus("USA", "CHN", 2e9, motCode=1000),
        plus("USA", "CHN", 3e9, partner2Code=344),
        plus("USA", "CHN", 4e9, typeCode="S"),
    ]
    flows = trade_data.read_comtrade(written(tmp_path, plus_file(*LINES, *parts)), ["USA", "CHN"])
    assert flows.imports[0, 1] == 448e9
    values = {each.what: each.value for each in flows.left_out}
    assert values["customs procedure C03"] == 1e9
    assert values["mode of transport 1000"] == 2e9
    assert values["second partner 344"] == 3e9
    assert values["type S"] == 4e9


def test_one_year_of_several(tmp_path):
    file = written(tmp_path, plus_file(*LINES, plus("USA", "CHN", 1e9, year=2022)))
    with pytest.raises(InputError, match=r":11: several years; got 2022.*give year="):
        trade_data.read_comtrade(file)
    assert trade_data.read_comtrade(file, year=2022, regions=["USA", "CHN"]).imports[0, 1] == 1e9
    left = trade_data.read_comtrade(file, year=2023).left_out
    assert ("another year", "year 2022", 1e9) in {(each.why, each.what, each.value) for each in left}


def test_the_layout_before_2023(tmp_path):
    lines = [
        legacy("USA", "W00", 480e9),
        legacy("USA", "CHN", 480e9),
        legacy("USA", "CHN", 115e9, flow=2),
        legacy("USA", "CHN", 9e9, flow=3),
    ]
    file = written(tmp_path, "\n".join([LEGACY_HEADER, *lines]), encoding="latin-1")
    flows = trade_data.read_comtrade(file)
    assert flows.year == 2016
    assert flows.imports[flows.codes.index("USA"), flows.codes.index("CHN")] == 480e9
    assert trade_data.read_comtrade(file, flow="exports").total == 115e9


@pytest.mark.parametrize("given", [True, False])
def test_downloads_without_iso_codes(tmp_path, given):
    lines = [
        plus("USA", "W00", 3e9, reporterISO="", partnerISO=""),
        plus("USA", "CHN", 1e9, reporterISO="", partnerISO=""),
    ]
    lines.append(plus("USA", "S19", 2e9, reporterISO="", partnerISO=""))
    codes = written(tmp_path, COUNTRY_CODES, "country_codes.csv") if given else None
    flows = trade_data.read_comtrade(written(tmp_path, plus_file(*lines)), country_codes=codes)
    assert flows.codes == ("CHN", "TWN", "USA")
    assert flows.imports[2].tolist() == [1e9, 2e9, 0]


def test_members_that_do_not_report_are_named(tmp_path):
    file = written(
        tmp_path, plus_file(plus("FRA", "USA", 1e9), plus("USA", "DEU", 2e9), plus("USA", "FRA", 3e9))
    )
    flows = trade_data.read_comtrade(file, {"USA": "USA", "EUROPE": ["FRA", "DEU"]})
    assert flows.imports.tolist() == [[0, 5e9], [1e9, 0]]
    assert "EUROPE as importer lacks DEU: they do not report in the file" in flows.notes
    rest = trade_data.read_comtrade(file, ["USA", "ROW"])
    assert "ROW as importer is only those who report in the file" in rest.notes


def test_the_union_as_one_reporter_or_its_members(tmp_path):
    lines = [plus("EUR", "USA", 7e9), plus("USA", "DEU", 2e9)]
    flows = trade_data.read_comtrade(written(tmp_path, plus_file(*lines)), ["USA", "EU27"])
    assert flows.imports.tolist() == [[0, 2e9], [7e9, 0]]
    assert flows.members["EU27"] == ("DEU", "EUN")
    assert not any("lacks" in note for note in flows.notes)
    both = written(tmp_path, plus_file(*lines, plus("DEU", "USA", 1e9)))
    with pytest.raises(
        InputError, match=r"a customs union beside its members; got EUN and DEU as importer in 2023"
    ):
        trade_data.read_comtrade(both, ["USA", "EU27"])


WRONG = {
    "another layout": ("a,b,c\n1,2,3\n", r":1: no column 'refYear'.*is this a UN Comtrade file"),
    "monthly": (
        plus_file(plus("USA", "CHN", 1, freqCode="M")),
        r":2: frequency that does not fit the year and month; got frequency M, year 2023",
    ),
    "a month for a year": (
        plus_file(plus("USA", "CHN", 1, refYear="202301")),
        r":2: frequency that does not fit the year and month; got frequency A, year 202301",
    ),
    "an unknown flow": (plus_file(plus("USA", "CHN", 1, flow="Q")), r":2: unknown flow; got 'Q'"),
    "a lost zero": (
        plus_file(plus("USA", "CHN", 1, product="1")),
        r":2: not a code of the Harmonized System; got '1'",
    ),
    "a strange product": (
        plus_file(plus("USA", "CHN", 1, product="85-17")),
        r":2: not a product code; got '85-17'",
    ),
    "a strange partner": (
        plus_file(plus("USA", "CHN", 1, partnerISO="China")),
        r":2: unknown partner; got 'China'",
    ),
    "twice": (
        plus_file(*LINES, LINES[1]),
        r":11: the same flow a second time; got importer USA, exporter CHN",
    ),
    "no value": (plus_file(plus("USA", "CHN", "")), r":2: not a value of trade; got nothing"),
    "a name with a comma": (
        plus_file(plus("USA", "CHN", 1, partnerDesc="China, mainland")),
        r":2: more cells than columns; got 49; allowed: 47",
    ),
    "exports alone": (
        plus_file(plus("USA", "CHN", 1, flow="X")),
        r"no trade between the economies asked for; got another flow: flow exports",
    ),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_wrong_files_are_refused_by_line(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        trade_data.read_comtrade(written(tmp_path, text))


def test_wrong_arguments(file):
    with pytest.raises(InputError, match=r"unknown flow; got 'both'"):
        trade_data.read_comtrade(file, flow="both")
    with pytest.raises(InputError, match=r"unknown economy; got 'JPN'"):
        trade_data.read_comtrade(file, ["USA", "JPN"])
    with pytest.raises(InputError, match=r"unknown flow; got 'both'"):
        trade_data.read_wits(file, flow="both")


def test_lines_of_the_header_and_of_plus_files_agree():
    assert len(LINES[0].split(",")) == len(PLUS_HEADER.split(",")) + 1


def test_wits_trade_in_thousands(tmp_path):
    lines = [wits("USA", "CHN", 5.5), wits("USA", "CHN", 2, product="010121"), wits("USA", "WLD", 5.5)]
    lines += [wits("USA", "CHN", 3, flow="Export"), wits("CHN", "USA", 4, flow="Gross Imports")]
    file = written(tmp_path, "\n".join([WITS_HEADER, *lines]))
    flows = trade_data.read_wits(file)
    assert flows.imports.tolist() == [[0, 4e3], [7.5e3, 0]]
    assert flows.source == "WITS, imports"
    assert trade_data.read_wits(file, products=2).products == ("01", "85")
    assert trade_data.read_wits(file, flow="exports").total == 3e3
    with pytest.raises(InputError, match=r"no column 'TradeValue in 1000 USD'.*is this a WITS trade file"):
        trade_data.read_wits(written(tmp_path, WITS_HEADER.replace("1000 USD", "EUR") + "\n" + lines[0]))


TARIFFS = [
    tariff("840", "156", 1000, 6.0),
    tariff("840", "156", 3000, 2.0, product="010121"),
    tariff("840", "156", 500, "", product="010129"),
    tariff("840", "156", "", 4.0, product="010130"),
    tariff("840", "156", 1000, 60.0, duty="MFN"),
    tariff("840", "000", 9000, 1.0),
    tariff("918", "156", 2000, 10.0),
    tariff("156", "276", 2000, 5.0),
]


@pytest.fixture
def tariffs(tmp_path):
    return written(tmp_path, "\n".join([TARIFF_HEADER, *TARIFFS]))


def test_tariffs_are_weighted_by_imports(tariffs):
    flows = trade_data.read_wits_tariffs(tariffs, ["USA", "CHN", "EU27"])
    assert flows.tariffs[0, 1] == pytest.approx((1000 * 0.06 + 3000 * 0.02) / 4000)
    assert flows.tariffs[2, 1] == pytest.approx(0.10)
    assert flows.tariffs[1, 2] == pytest.approx(0.05)
    assert np.isnan(flows.tariffs[0, 2])  # no trade
    values = {each.why: (each.value, each.missing) for each in flows.left_out}
    assert values["imports without a rate"] == (500e3, True)
    assert values["another type of duty"] == (1000e3, False)
    assert values["total over partners"] == (9000e3, False)
    assert values["no imports to weigh a rate"] == (0, False)
    assert trade_data.read_wits_tariffs(tariffs, ["USA", "CHN"], duty="MFN").tariffs[0, 1] == pytest.approx(
        0.6
    )


def test_tariffs_of_the_file_make_a_baseline(tariffs):
    flows = trade_data.read_wits_tariffs(tariffs, ["USA", "CHN", "EU27"])
    start = flows.baseline(dict.fromkeys(flows.codes, 1e9))
    assert start.flows[0, 1] == pytest.approx(4000e3 + 120e3)
    assert start.tariffs[0, 2] == 0  # nothing is traded
    assert "0 where nothing is traded" in start.assumptions[1]
    frame = flows.to_frame().set_index(["importer", "exporter"])
    assert frame.loc[("USA", "CHN"), "tariff"] == pytest.approx(0.03)


def test_simple_averages_where_asked_for(tmp_path):
    file = written(tmp_path, "\n".join([TARIFF_HEADER, tariff("USA", "CHN", 10, 2.0, simple=8.0)]))
    assert trade_data.read_wits_tariffs(file, average="simple").tariffs[1, 0] == pytest.approx(0.08)


def test_wrong_tariffs(tmp_path, tariffs):
    with pytest.raises(InputError, match=r"unknown type of duty; got 'XYZ'"):
        trade_data.read_wits_tariffs(tariffs, duty="XYZ")
    with pytest.raises(InputError, match=r"unknown average; got 'median'"):
        trade_data.read_wits_tariffs(tariffs, average="median")
    text = "\n".join([TARIFF_HEADER, tariff("USA", "CHN", 10, -2.0)])
    with pytest.raises(InputError, match=r":2: not a rate; got -2.0; allowed: percent"):
        trade_data.read_wits_tariffs(written(tmp_path, text))
    text = "\n".join([TARIFF_HEADER, tariff("USA", "CHN", 10, 2.0, duty="ABC")])
    with pytest.raises(InputError, match=r":2: unknown type of duty; got 'ABC'"):
        trade_data.read_wits_tariffs(written(tmp_path, text))
    text = "\n".join([TARIFF_HEADER.replace("Weighted Average,", "Weighted,"), tariff("USA", "CHN", 10, 2.0)])
    with pytest.raises(InputError, match=r"no column 'Weighted Average'"):
        trade_data.read_wits_tariffs(written(tmp_path, text))


def test_reporters_without_totals_count_as_not_reporting(tmp_path):
    lines = [plus("USA", "CHN", 9e9), plus("CHN", "USA", 1e9, product="85")]
    flows = trade_data.read_comtrade(written(tmp_path, plus_file(*lines)))
    assert flows.imports[1, 0] == 9e9
    assert np.isnan(flows.imports[0]).all()
    assert "CHN as importer have no total of all goods: they count as not reporting" in flows.notes
    chapters = trade_data.read_comtrade(written(tmp_path, plus_file(*lines)), level=2)
    assert chapters.imports[0, 1] == 1e9
    assert np.isnan(chapters.imports[1]).all()


def test_the_heading_for_machines(tmp_path):
    header = (
        "pfCode,yr,period,periodDesc,aggrLevel,IsLeaf,rgCode,rgDesc,rtCode,rtTitle,rt3ISO,ptCode,ptTitle,pt3ISO,"
        "ptCode2,ptTitle2,pt3ISO2,cstCode,cstDesc,motCode,motDesc,cmdCode,cmdDescE,qtCode,qtDesc,qtAltCode,"
        "qtAltDesc,TradeQuantity,AltQuantity,NetWeight,GrossWeight,TradeValue,CIFValue,FOBValue,estCode"
    )
    cells = {"pfCode": "H4", "yr": 2016, "period": 2016, "rtCode": 842, "rt3ISO": "USA", "ptCode": 156}
    cells |= {"pt3ISO": "CHN", "cmdCode": "TOTAL", "TradeValue": 5_000_000_000}
    lines = [row(header, rgCode=flow, **cells) for flow in (1, 2)]
    file = written(tmp_path, "\n".join([header, *lines]))
    flows = trade_data.read_comtrade(file)
    assert flows.year == 2016
    assert flows.imports[1, 0] == 5e9
