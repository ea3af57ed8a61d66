"""Who is who in trade files: totals, unions by year, second numbers, unknown codes, in every reader."""

import numpy as np
import pytest
from trade_files import (
    COUNTRY_CODES,
    NUMBER,
    TARIFF_HEADER,
    WITS_HEADER,
    baci_folder,
    plus,
    plus_file,
    tariff,
    wits,
)

from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import TradeDataWarning, tables
from tradesim.trade_data.identities import members_of, rows_of

REGIONS = ["USA", "CHN", "ROW"]


def line(reporter, partner, value, at=None, to=None, **others):
    """Return a line of Comtrade Plus, with the numbers that are given or those of the codes."""
    numbers = {
        "reporterCode": NUMBER.get(reporter, "") if at is None else at,
        "partnerCode": NUMBER.get(partner, "") if to is None else to,
    }
    return plus("USA", "CHN", value, reporterISO=reporter, partnerISO=partner, **numbers, **others)


BASE = [line("USA", "CHN", 400e9), line("CHN", "USA", 100e9), line("USA", "DEU", 50e9)]


def comtrade(folder, *lines, regions=REGIONS, **options):
    file = folder / "TradeData.csv"
    file.write_text(plus_file(*lines), encoding="utf-8")
    return trade_data.read_comtrade(file, regions, **options)


def world_bank(folder, *lines, regions=REGIONS, **options):
    file = folder / "WITS.csv"
    file.write_text("\n".join([WITS_HEADER, *lines]) + "\n", encoding="utf-8")
    return trade_data.read_wits(file, regions, **options)


def dataweb(folder, *imports, regions=REGIONS, year=2023):
    file = folder / "DataWeb-Query-Export.csv"
    rows = "".join(f'Customs Value,85,x,"{country}",{value}\n' for country, value in imports)
    file.write_text(f"Data Type,HTS Number,Description,Country,{year}\n{rows}", encoding="utf-8")
    return trade_data.read_dataweb(file, regions)


def bought(flows, importer, exporter):
    return flows.imports[flows.codes.index(importer), flows.codes.index(exporter)]


def left(flows):
    return {each.what: (each.why, each.value, each.missing) for each in flows.left_out}


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_the_world_as_reporter_never_counts(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(tables, "ROWS", rows)
    world = [line("W00", "CHN", 3e12, 0), line("W00", "W00", 9e12, 0, 0), line("W00", "USA", 2e12, 0)]
    flows = comtrade(tmp_path, *BASE, *world)
    assert flows.imports[:2].tolist() == [[0, 400e9, 50e9], [100e9, 0, 0]]
    assert np.isnan(flows.imports[2]).all()
    assert left(flows)["importer W00"] == ("total over economies", 5e12, False)
    assert comtrade(tmp_path, *BASE, *world, regions=None).codes == ("CHN", "DEU", "USA")


def test_the_world_as_reporter_of_exports(tmp_path):
    lines = [line("USA", "CHN", 150e9, flow="X"), line("CHN", "USA", 400e9, flow="X")]
    flows = comtrade(
        tmp_path,
        *lines,
        line("DEU", "USA", 1e9, flow="X"),
        line("W00", "USA", 3e12, 0, flow="X"),
        flow="exports",
    )
    assert flows.imports[0].tolist() == [0, 400e9, 1e9]


def test_a_group_beside_its_members_never_counts(tmp_path):
    group = [
        line("R4 ", "USA", 7e9, 975),
        line("USA", "R4", 8e9, 842, 975),
        line("VNM", "USA", 7e9, 704),
        line("USA", "VNM", 8e9, 842, 704),
    ]
    flows = comtrade(tmp_path, *BASE, *group, regions=["USA", "CHN", "ASEAN", "ROW"])
    assert flows.imports[0].tolist() == [0, 400e9, 8e9, 50e9]
    assert bought(flows, "ASEAN", "USA") == 7e9
    assert left(flows)["exporter ASEAN"] == ("a group of economies", 8e9, False)
    rest = comtrade(tmp_path, *BASE, *group)
    assert bought(rest, "USA", "ROW") == 58e9
    assert bought(rest, "ROW", "USA") == 7e9
    alone = comtrade(tmp_path, *BASE, group[1])
    assert left(alone)["exporter ASEAN"] == ("a group of economies", 8e9, True)


@pytest.mark.parametrize(
    "code", [row["code"] for row in rows_of("wits_codes") if row["kind"] in {"group", "world"}]
)
def test_aggregates_of_the_world_bank_never_count(tmp_path, code):
    lines = [wits("USA", "CHN", 400), wits("CHN", "USA", 100), wits("USA", "DEU", 50)]
    totals = [wits("USA", code, 450), wits(code, "USA", 900), wits(code.lower(), code, 900)]
    flows = world_bank(tmp_path, *lines, *totals)
    assert flows.imports[:2].tolist() == [[0, 400e3, 50e3], [100e3, 0, 0]]
    assert flows.missing == (0 if code != "ASEAN" else 1350e3)  # no member of ASEAN is there


def test_groups_of_the_census_bureau_never_count(tmp_path):
    groups = [
        "OECD",
        "ASEAN",
        "Pacific Rim Countries",
        "Africa",
        "TOTAL FOR ALL COUNTRIES",
        "Euro Area",
    ]
    flows = dataweb(tmp_path, ("China", 400), ("Germany", 50), *((group, 450) for group in groups))
    assert flows.imports[0].tolist() == [0, 400, 50]
    assert left(flows)["exporter OECD"] == ("a group of economies", 450, False)


def test_codes_of_the_world_bank(tmp_path):
    codes = {"ROM": 1, "OAS": 2, "ZAR": 3, "TMP": 4, "MNT": 5, "KSV": 6, "SUD": 7, "SDN": 8, "BLX": 9}
    flows = world_bank(
        tmp_path,
        wits("USA", "CHN", 400),
        wits("CHN", "USA", 100),
        *(wits("USA", code, value) for code, value in codes.items()),
        regions=["USA", "CHN", "EU27", "TWN", "COD", "TLS", "MNE", "XKX", "SDN"],
    )
    assert flows.imports[0].tolist() == [0, 400e3, 10e3, 2e3, 3e3, 4e3, 5e3, 6e3, 15e3]
    assert flows.left_out == ()
    assert "ROU is ROM (Romania) in the file" in flows.notes
    assert flows.members["EU27"] == ("BEL", "ROU")


def test_an_old_code_beside_the_new_one(tmp_path):
    lines = [wits("USA", "ROM", 1), wits("USA", "ROU", 2), wits("USA", "CHN", 3), wits("CHN", "USA", 3)]
    flows = world_bank(tmp_path, *lines, regions=["USA", "EU27"])
    assert bought(flows, "USA", "EU27") == 3e3
    assert "ROU is ROU (Romania) and ROM (Romania) in the file; they add up" in flows.notes
    with pytest.raises(InputError, match=r":6: the same flow a second time; got importer USA, exporter ROU"):
        world_bank(tmp_path, *lines, lines[0], regions=["USA", "EU27"])


def union(year, *others):
    return [line("EUR", "USA", 300e9, 97, year=year), line("USA", "CHN", 400e9, year=year), *others]


def test_the_union_of_2018_has_the_united_kingdom(tmp_path):
    lines = union(2018, line("CHN", "USA", 9e9, year=2018))
    with pytest.raises(
        InputError,
        match=r"several regions; got EUN of 2018 has 28 members, of which GBR in ROW.*of 2018.*EU28",
    ):
        comtrade(tmp_path, *lines, regions=["USA", "EU27", "ROW"])
    flows = comtrade(tmp_path, *lines, regions=["USA", "EU28", "ROW"])
    assert bought(flows, "EU28", "USA") == 300e9
    note = "EUN is the European Union as one, 28 members in 2018; it is counted as EU28"
    assert note in flows.notes
    assert not any("lacks" in note for note in flows.notes)
    assert bought(comtrade(tmp_path, *lines), "ROW", "USA") == 300e9


def test_the_union_of_2010_does_not_have_croatia(tmp_path):
    lines = union(2010, line("HRV", "USA", 1e9, 191, year=2010))
    flows = comtrade(tmp_path, *lines, regions=["USA", "EU28"])
    assert bought(flows, "EU28", "USA") == 301e9
    alone = comtrade(tmp_path, *union(2010), regions=["USA", "EU28"])
    assert "EU28 as importer lacks HRV: they do not report in the file" in alone.notes
    later = union(2014, line("HRV", "USA", 1e9, 191, year=2014))
    with pytest.raises(InputError, match=r"beside its members; got EUN and HRV as importer in 2014"):
        comtrade(tmp_path, *later, regions=["USA", "EU28"])


def test_a_year_in_which_members_change_is_said(tmp_path):
    flows = comtrade(tmp_path, *union(2020), regions=["USA", "EU27"])
    assert any("GBR was no member from 2020-02-01" in note for note in flows.notes)


def test_the_union_beside_all_its_members_is_left_out(tmp_path):
    members = [line(member, "USA", 1e9, "") for member in members_of("EUN", 2023)]
    for regions in (["USA", "EU27", "ROW"], ["USA", "EU27"]):
        flows = comtrade(tmp_path, *BASE, line("EUR", "USA", 300e9, 97), *members, regions=regions)
        assert bought(flows, "EU27", "USA") == 27e9
        assert left(flows)["importer EUN"] == ("a union beside its members", 300e9, False)
    rest = comtrade(tmp_path, *BASE, line("EUR", "USA", 300e9, 97), *members)
    assert bought(rest, "ROW", "USA") == 27e9
    alone = comtrade(tmp_path, *BASE, line("EUR", "USA", 300e9, 97), *members, regions=None)
    assert "EUN" not in alone.codes


def test_the_union_beside_some_members_is_refused_with_the_year(tmp_path):
    lines = [*BASE, line("EUR", "USA", 300e9, 97), line("DEU", "USA", 60e9)]
    for regions in (REGIONS, ["USA", "EU27"], None, {"USA": "USA", "UNION": ["EUR", "DEU"]}):
        with pytest.raises(InputError, match=r"beside its members; got EUN and DEU as importer in 2023"):
            comtrade(tmp_path, *lines, regions=regions)
    flows = comtrade(tmp_path, *lines, regions=["USA", "CHN"])
    assert flows.imports.tolist() == [[0, 400e9], [100e9, 0]]
    assert flows.missing == 50e9 + 60e9


def test_the_union_and_a_member_as_partners(tmp_path):
    once = [wits("USA", "EUN", 5), wits("CHN", "DEU", 7), wits("USA", "CHN", 1)]
    flows = world_bank(tmp_path, *once, regions=["USA", "CHN", "EU27"])
    assert flows.imports[:2].tolist() == [[0, 1e3, 5e3], [0, 0, 7e3]]
    with pytest.raises(InputError, match=r"beside its members; got EUN and DEU as exporter in 2022"):
        world_bank(tmp_path, *once, wits("USA", "DEU", 2), regions=["USA", "CHN", "EU27"])
    with pytest.raises(InputError, match=r"beside its members; got EUN and DEU as exporter in 2023"):
        dataweb(tmp_path, ("China", 400), ("European Union", 90), ("Germany", 50))
    assert (
        bought(
            dataweb(tmp_path, ("China", 4), ("EU-28", 9), regions=["USA", "EU28"], year=2018), "USA", "EU28"
        )
        == 9
    )


def test_the_union_in_files_of_tariffs(tmp_path):
    file = tmp_path / "tariffs.csv"
    lines = [
        tariff("918", "840", 100, 3),
        tariff("840", "918", 100, 2),
        tariff("840", "000", 900, 2),
        tariff("EAS", "840", 9, 5),
    ]
    file.write_text("\n".join([TARIFF_HEADER, *lines]) + "\n", encoding="utf-8")
    flows = trade_data.read_wits_tariffs(file, ["USA", "EU27"])
    np.testing.assert_allclose(flows.tariffs, [[np.nan, 0.02], [0.03, np.nan]])
    assert flows.imports.tolist() == [[0, 100e3], [100e3, 0]]


def test_a_missing_iso_code_falls_back_on_the_number(tmp_path):
    partners = [("NA", 842, 5e9), ("NA", 516, 3e9), ("NULL", 156, 2e9), ("N/A", 490, 1e9), ("", 381, 4e9)]
    lines = [line("DEU", iso, value, 276, number) for iso, number, value in partners]
    flows = comtrade(tmp_path, *lines, regions=["DEU", "USA", "NAM", "CHN", "TWN", "ITA"])
    assert flows.imports[0].tolist() == [0, 5e9, 3e9, 2e9, 1e9, 4e9]
    with pytest.raises(InputError, match=r":2: unknown partner; got 'NA', a missing code or Namibia's"):
        comtrade(tmp_path, line("DEU", "NA", 1, 276, ""))
    with pytest.raises(InputError, match=r":2: unknown partner; got CHN \(China\) and 842 \(USA.*disagree"):
        comtrade(tmp_path, line("DEU", "CHN", 1, 276, 842))


def test_second_numbers_of_one_economy_add_up(tmp_path):
    numbers = {56: 1e9, 58: 2e9, 729: 3e9, 736: 4e9, 380: 5e9, 381: 6e9, 412: 7e9}
    lines = [line("USA", "", value, 842, number) for number, value in numbers.items()]
    flows = comtrade(tmp_path, *lines, regions=["USA", "BEL", "SDN", "ITA", "XKX"])
    assert flows.imports[0].tolist() == [0, 3e9, 7e9, 11e9, 7e9]
    said = "SDN is SDN (Sudan) and 736 (Sudan (...2011), used until 2011) in the file; they add up"
    assert said in flows.notes
    by_number = comtrade(tmp_path, *lines, regions=None)
    assert by_number.codes == ("BEL", "ITA", "SDN", "USA", "XKX")
    with pytest.raises(InputError, match=r":9: the same flow a second time; got importer USA, exporter BEL"):
        comtrade(tmp_path, *lines, lines[0])


def test_every_number_of_the_united_nations_goes_somewhere(tmp_path):
    """One row for each of the list: economies and areas in all others, totals nowhere, nothing lost."""
    rows = [
        row for row in rows_of("un_areas") if row["economy"] not in {"USA", "CHN"} and row["kind"] != "union"
    ]
    lines = [line("USA", "", 1.0, 842, row["number"]) for row in rows]
    flows = comtrade(tmp_path, *BASE[:2], *lines)
    totals = sum(row["kind"] in {"world", "group"} for row in rows)
    assert bought(flows, "USA", "ROW") == len(rows) - totals
    assert totals == 2
    assert flows.missing == 0


def test_codes_in_any_spelling(tmp_path):
    flows = comtrade(
        tmp_path, line("usa", "chn", 1e9, 842, 156), line("CN", "US", 2e9, "", ""), regions=["USA", "CHN"]
    )
    assert flows.imports.tolist() == [[0, 1e9], [2e9, 0]]
    flows = comtrade(
        tmp_path, line("", "", 1e9, "842", "056"), line("", "", 2e9, "56", "842.0"), regions=["USA", "BEL"]
    )
    assert flows.imports.tolist() == [[0, 1e9], [2e9, 0]]


def test_an_unknown_code_is_named_and_warned_about(tmp_path):
    for iso, number, shown in (("QQQ", "", "QQQ"), ("", 1234, "N1234"), ("QQQ", 1234, "QQQ")):
        for regions in (REGIONS, None):
            with pytest.warns(TradeDataWarning, match=rf"counted nowhere: exporter {shown}, \$77 billion"):
                flows = comtrade(tmp_path, *BASE, line("USA", iso, 77e9, 842, number), regions=regions)
            assert left(flows)[f"exporter {shown}"] == ("unknown code", 77e9, True)
            assert f"unknown code: exporter {shown}, $77 billion" in flows.report()
            assert flows.total == 550e9
    with pytest.warns(TradeDataWarning, match="counted nowhere: importer QQQ"):
        comtrade(tmp_path, *BASE, line("QQQ", "USA", 77e9, 1234))
    named = comtrade(tmp_path, *BASE, line("USA", "QQQ", 77e9, 842, ""), regions={"USA": "USA", "NEW": "QQQ"})
    assert bought(named, "USA", "NEW") == 77e9


def test_an_unknown_code_of_an_edition_of_baci(tmp_path):
    codes = (
        COUNTRY_CODES
        + "123,Narnia,N/A,N/A\n697,Europe EFTA,N/A,R20\n736,Sudan,SD,SDN\n891,Serbia and Montenegro,CS,SCG\n"
    )
    text = "t,i,j,k,v,q\n" + "".join(
        f"2003,{number},842,850000,{value},1\n"
        for number, value in ((123, 1), (697, 2), (736, 3), (891, 4), (156, 5))
    )
    with pytest.warns(TradeDataWarning, match="exporter N123"):
        flows = trade_data.read_baci(baci_folder(tmp_path, text, codes), REGIONS)
    assert flows.imports[0].tolist() == [0, 5e3, 9e3]
    assert "ROW holds R20 (Europe EFTA, nes), no economy: $2 thousand" in flows.notes
    assert any(note.startswith("SCG is Serbia and Montenegro") for note in flows.notes)


@pytest.mark.parametrize("iso3", ["N/A", "S19", "TWN", ""])
def test_taiwan_in_editions_of_baci(tmp_path, iso3):
    codes = COUNTRY_CODES.replace("N/A,S19", f"N/A,{iso3}")
    flows = trade_data.read_baci(baci_folder(tmp_path, codes=codes), ["USA", "TWN"])
    assert bought(flows, "USA", "TWN") == 700_000


def test_areas_that_are_no_economy_count_among_all_others(tmp_path):
    areas = [("_X", 899), ("X1", 837), ("X2", 838), ("XX", 839), ("E19", 568), ("A79", 473), ("A79", 636)]
    lines = [line("USA", iso, 1e9, 842, number) for iso, number in areas]
    flows = comtrade(tmp_path, *BASE, *lines)
    assert bought(flows, "USA", "ROW") == 57e9
    assert "ROW holds X1 (Bunkers), no economy: $1 billion" in flows.notes
    alone = comtrade(tmp_path, *BASE, *lines, regions=None)
    assert alone.codes == ("CHN", "DEU", "USA")
    assert alone.missing == 7e9


def test_former_economies(tmp_path):
    lines = [
        line("USA", "SCG", 1e9, 842, 891),
        line("USA", "SRB", 2e9, 842, 688),
        line("USA", "MNE", 3e9, 842, 499),
    ]
    flows = comtrade(tmp_path, *BASE, *lines)
    assert bought(flows, "USA", "ROW") == 56e9
    assert "SCG stands beside SRB, MNE: some flows may be in both" in flows.notes
    together = {"USA": "USA", "WEST": ["SRB", "MNE", "XKX"]}
    assert bought(comtrade(tmp_path, *BASE, *lines, regions=together), "USA", "WEST") == 6e9
    old = [
        line("USA", "CSK", 1e9, 842, 200, year=1990),
        line("USA", "DDR", 2e9, 842, 278, year=1990),
        line("USA", "DEU", 3e9, 842, 280, year=1990),
    ]
    assert bought(comtrade(tmp_path, *old, regions=["USA", "EU27"]), "USA", "EU27") == 6e9


def test_regions_are_named_by_any_code(tmp_path):
    flows = world_bank(
        tmp_path, wits("USA", "ROM", 1), wits("USA", "OAS", 2), regions={"US": "US", "EAST": ["ROM", "OAS"]}
    )
    assert bought(flows, "US", "EAST") == 3e3
    for given, said in (
        (["ROU", "ROM"], "economy in two regions"),
        ({"A": "W00"}, "a total over economies; got 'W00'"),
        ({"A": ["EAS"]}, "a total over economies; got 'EAS'"),
    ):
        with pytest.raises(InputError, match=said):
            world_bank(tmp_path, wits("USA", "ROM", 1), regions=given)


def test_a_rest_of_the_world_that_is_empty_is_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"nothing in the region of all others; got .*; EAS are totals or unknown"
    ):
        world_bank(tmp_path, wits("USA", "CHN", 1), wits("CHN", "USA", 1), wits("USA", "EAS", 2))


def test_partners_far_below_the_world_row_are_warned_about(tmp_path):
    lines = [line("USA", "W00", 3e12), *BASE, line("CHN", "W00", 101e9)]
    with pytest.warns(
        TradeDataWarning, match=r"far less than its own W00 rows: USA: 15% \(\$450 billion of \$3 trillion\)"
    ):
        flows = comtrade(tmp_path, *lines)
    assert any("USA: 15%" in note and "CHN" not in note for note in flows.notes)
    named = comtrade(tmp_path, *lines, regions=["USA", "CHN"])
    assert any("USA: 15%" in note for note in named.notes)
    with pytest.warns(TradeDataWarning, match="USA: 15%"):  # a group makes up for no partner
        comtrade(tmp_path, *lines, line("USA", "R4", 2.5e12, 842, 975))
    with pytest.warns(TradeDataWarning, match="USA: 46%"):
        dataweb(tmp_path, ("China", 400), ("Germany", 60), ("Total", 1000))


def test_partners_that_make_up_the_world_row_are_not_warned_about(tmp_path):
    parts = [
        line("USA", "W00", 450e9, motCode=1000),
        line("USA", "CHN", 1, partner2Code=344),
        line("USA", "W00", 9e12, flow="X"),
    ]
    totals = [
        line("USA", "W00", 455e9),
        line("USA", "W00", 7e12, product="27"),
        line("CHN", "W00", 5e12, year=2022),
    ]
    flows = comtrade(tmp_path, *BASE, *totals, *parts, year=2023)
    assert not any("far less" in note for note in flows.notes)
