"""Identities: the packaged tables against ISO 3166 (pycountry), country_converter and lists made by hand.

country_converter's class cannot be made with pandas 3 (it reads Namibia's ``NA`` as missing): its table is
read.
"""

import csv
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim.trade_data import identities
from tradesim.trade_data.identities import (
    KINDS,
    code_of,
    economy,
    entry_of_code,
    entry_of_name,
    entry_of_number,
    kind_of,
    label_of,
    members_of,
    plain_name,
    rows_of,
    tables,
)

TABLES = ("economies", "un_areas", "wits_codes", "schedule_c", "members")
FORMER = {"SCG", "YUG", "CSK", "SUN", "DDR", "ANT", "ZA1", "PCI", "YMD", "PCZ", "VDR"}


def names(row):
    return [row["name"], *(name for name in row["also"].split(" | ") if name)]


@pytest.fixture(scope="module")
def iso():
    pycountry = pytest.importorskip("pycountry")
    return {each.alpha_3: each for each in pycountry.countries}


@pytest.fixture(scope="module")
def converter():
    spec = find_spec("country_converter")
    if spec is None:
        pytest.skip("country_converter is not installed")
    file = Path(spec.submodule_search_locations[0]) / "country_data.tsv"
    with file.open(encoding="utf-8") as text:
        return list(csv.DictReader(text, delimiter="\t"))


def converted(converter, name):
    return {row["ISO3"] for row in converter if row["regex"] and re.search(row["regex"], name, re.IGNORECASE)}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_where_it_comes_from(name):
    text = (Path(identities.__file__).parent / "data" / f"{name}.csv").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "https://" in text.partition("\n\n")[0].partition("\nnumber,")[0]
    rows = list(rows_of(name))
    assert all(None not in row and None not in row.values() for row in rows)
    assert all(row["kind"] in KINDS for row in rows if "kind" in row)


def test_economies_are_those_of_iso_3166(iso):
    rows = {row["code"]: row for row in rows_of("economies")}
    assert set(rows) == set(iso) | {"XKX"}
    for code, row in rows.items():
        if code != "XKX":
            assert (row["iso2"], int(row["number"])) == (iso[code].alpha_2, int(iso[code].numeric))


def test_every_number_of_iso_3166_is_its_economy(iso):
    wrong = {code: entry_of_number(int(each.numeric)).code for code, each in iso.items()}
    assert {code: got for code, got in wrong.items() if got != code} == {}
    assert {code: entry_of_code(each.alpha_2).code for code, each in iso.items()} == {
        code: code for code in iso
    }


def test_numbers_of_the_united_nations_that_are_not_isos(iso):
    of_iso = {int(each.numeric) for each in iso.values()}
    other = {
        int(row["number"]): row["economy"]
        for row in rows_of("un_areas")
        if row["kind"] == "economy" and int(row["number"]) not in of_iso
    }
    assert other == {
        58: "BEL", 230: "ETH", 251: "FRA", 274: "PSE", 280: "DEU", 381: "ITA", 412: "XKX", 490: "TWN",
        579: "NOR", 588: "PAK", 590: "PAN", 658: "KNA", 699: "IND", 736: "SDN", 757: "CHE", 841: "USA",
        842: "USA", 868: "VNM", 886: "YEM",
    }  # fmt: skip


def test_what_is_no_economy_is_known(converter):
    by_number = {int(row["number"]): row["kind"] for row in rows_of("un_areas")}
    for number in (899, 837, 838, 839, 568, 471, 473, 527, 577, 636, 637, 697, 849, 129, 221, 290, 472, 879):
        assert by_number[number] == "area"
    assert [by_number[number] for number in (0, 97, 918, 975)] == ["world", "union", "union", "group"]
    assert {row["economy"] for row in rows_of("un_areas") if row["kind"] == "former"} >= FORMER
    known = {int(row["ISOnumeric"]) for row in converter if row["ISOnumeric"] and not row["obsolete"]}
    assert known <= set(by_number) | {0}


def test_codes_of_the_world_bank_are_not_those_of_another_economy(iso):
    for row in rows_of("wits_codes"):
        if row["code"] in iso:
            assert (row["code"], row["economy"]) == ("SDN", "SDN")
        elif row["kind"] == "economy":
            assert row["economy"] in iso or row["economy"] == "XKX"
            assert entry_of_code(row["code"]).code == row["economy"]
    aggregates = ("EAS", "ECS", "LCN", "MEA", "NAC", "SAS", "SSF", "HIC", "LIC", "OED", "EMU", "ARB")
    assert {kind_of(entry_of_code(code).label) for code in aggregates} == {"group"}


def test_all_names_of_schedule_c_are_what_country_converter_says(converter):
    """Where it says something else it is wrong: a name with two countries in it, or one that is no longer."""
    wrong = {}
    for row in rows_of("schedule_c"):
        for name in names(row) if row["kind"] in {"economy", "former"} else ():
            found = converted(converter, name)
            if found and found != {row["economy"]}:
                wrong[name] = row["economy"]
    assert wrong == {
        "Denmark, except Greenland": "DNK",
        "Czechoslovakia": "CSK",
        "Gaza Strip administered by Israel": "PSE",
        "West Bank administered by Israel": "PSE",
        "Yemen (Aden)": "YMD",
        "Yemen, People's Democratic Republic of": "YMD",
        "China (Taiwan)": "TWN",
    }


def test_country_converter_knows_no_other_economy_of_schedule_c(converter):
    """Every economy that it has is in the schedule, but for those for which the schedule has no code."""
    listed = {row["economy"] for row in rows_of("schedule_c")}
    missing = {row["ISO3"] for row in converter if not row["obsolete"]} - listed
    assert missing == {
        "ALA", "ATA", "BES", "BLM", "BVT", "GGY", "IMN", "JEY", "MAF", "SGS",
    }  # fmt: skip
    codes = [row["number"] for row in rows_of("schedule_c") if re.fullmatch(r"[1-9]\d{3}", row["number"])]
    assert len(codes) == len(set(codes)) == 241


@pytest.mark.parametrize(
    ("name", "code"),
    {
        "Czechia (Czech Republic)": "CZE",
        "Myanmar (Burma)": "MMR",
        "Burma (Myanmar)": "MMR",
        "Côte d`Ivoire": "CIV",
        "Cote d`Ivoire": "CIV",
        "CÔTE D’IVOIRE": "CIV",
        "Congo (Kinshasa)": "COD",
        "Congo (Brazzaville)": "COG",
        "Macedonia (Skopje)": "MKD",
        "Svalbard, Jan Mayen Island": "SJM",
        "St Kitts & Nevis": "KNA",
        "Saint Vincent and the Grenadines": "VCT",
        "Türkiye": "TUR",
        "Turkiye": "TUR",
        "Korea, South": "KOR",
        "KOREA, NORTH": "PRK",
        "Gaza Strip Administered by Israel": "PSE",
        "Micronesia": "FSM",
        "Bosnia-Hercegovina": "BIH",
        "British Indian Ocean Territories": "IOT",
        "Falkland Islands (Islas Malvinas)": "FLK",
        "Falkland Is (Islas Malvinas)": "FLK",
        "Serbia and Montenegro": "SCG",
        "Moldova (Republic of Moldova)": "MDA",
        "Cabo Verde": "CPV",
        "Réunion": "REU",
        "Curaçao": "CUW",
        "São Tomé & Príncipe": "STP",
        "Hong Kong, China": "HKG",
        "Macau": "MAC",
        "Niger": "NER",
        "Nigeria": "NGA",
        "Guinea": "GIN",
        "Papua New Guinea": "PNG",
        "Dominica": "DMA",
        "Dominican Republic": "DOM",
    }.items(),
)
def test_names_as_the_sites_write_them(name, code):
    assert entry_of_name(name).code == code
    assert entry_of_name(name.upper()).code == code


@pytest.mark.parametrize(
    "name", ["Atlantis", "", "Virgin Islands", "Korea and Japan", "Guineas", "China minus Macau"]
)
def test_names_that_are_none(name):
    assert entry_of_name(name) is None


@pytest.mark.parametrize(
    "name", ["OECD", "ASEAN", "Africa", "Pacific Rim Countries", "NATO Allies", "Euro Area", "CAFTA-DR"]
)
def test_names_of_groups(name):
    assert entry_of_name(name).kind == "group"


def test_no_name_stands_for_two_economies():
    """One spelling is one economy in all tables, but for names that a former one has left behind."""
    found = {}
    for table in ("economies", "schedule_c"):
        for row in rows_of(table):
            code = row.get("code") or row["economy"]
            for name in names(row):
                found.setdefault(plain_name(name), set()).add(code)
    assert {name: codes for name, codes in found.items() if len(codes) > 1} == {}


def test_members_of_the_european_union_by_year(converter):
    """Counted by the treaties of accession: 6, 9, 10, 12, 15, 25, 27, 28, 27."""
    sizes = {1960: 6, 1973: 9, 1981: 10, 1986: 12, 1995: 15, 2004: 25, 2007: 27, 2013: 28, 2019: 28, 2020: 27}
    assert {year: len(members_of("EUN", year)) for year in sizes} == sizes
    assert set(members_of("EUN", 2023)) == {row["ISO3"] for row in converter if row["EU27"]}
    assert set(members_of("EUN", 2018)) == {row["ISO3"] for row in converter if row["EU28"]}
    assert set(members_of("EUN", 2010)) == {row["ISO3"] for row in converter if row["EU27_2007"]}
    assert set(members_of("EUN", 2005)) == {row["ISO3"] for row in converter if row["EU25"]}
    assert set(members_of("EUN", 2000)) == {row["ISO3"] for row in converter if row["EU15"]}
    assert members_of("EU28", 2024) == members_of("EUN", 2018)
    assert identities.changes_in("EUN", 2020) == ("GBR was no member from 2020-02-01",)


def test_members_of_asean_by_year():
    assert [len(members_of("ASEAN", year)) for year in (1966, 1967, 1984, 1995, 1997, 1999, 2024, 2025)] == [
        0, 5, 6, 7, 9, 10, 10, 11,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "number", "label"),
    [
        ("USA", "842", "USA 842"),
        ("NA", "842", "USA 842"),
        ("NULL", "842", "USA 842"),
        ("", "842", "USA 842"),
        ("N/A", "490", "TWN 490"),
        ("nan", "156.0", "CHN"),
        ("NA", "516", "NAM"),
        ("NAM", "", "NAM"),
        ("", "056", "BEL"),
        ("56", "", "BEL"),
        ("usa", "", "USA"),
        ("US", "", "USA"),
        ("R4 ", "975", "ASEAN"),
        ("_KS", "412", "XKX 412"),
        ("KSV", "", "XKX KSV"),
        ("ROM", "642", "ROU"),
        ("ROM", "", "ROU ROM"),
        ("OAS", "", "TWN OAS"),
        ("SRB", "891", "SCG"),
        ("A79", "636", "A79 636"),
        ("", "1234", "N1234"),
        ("QQQ", "", "QQQ"),
        ("wld", "", "W00"),
        ("000", "", "W00"),
        ("China", "156", None),
        ("NA", "", None),
        ("", "", None),
    ],
)
def test_labels(cell, number, label):
    assert label_of(cell, number) == label


@pytest.mark.parametrize(
    ("cell", "number"), [("CHN", "842"), ("USA", "0"), ("W00", "842"), ("EUR", "276"), ("56", "842")]
)
def test_a_code_and_a_number_that_disagree(cell, number):
    with pytest.raises(ValueError, match=" and "):
        label_of(cell, number)


@given(st.sampled_from(sorted(tables().by_code)))
def test_what_a_code_counts_as_is_settled_once(code):
    """Reading a code, or what it counts as, comes to the same; so does letter case."""
    entry = entry_of_code(code)
    assert code_of(entry.label) == entry.code
    assert kind_of(entry.label) == entry.kind
    assert economy(entry.code) == entry.code
    assert label_of(code.lower()) == label_of(code) or code == "NA"


@given(st.sampled_from(sorted(tables().by_number)), st.sampled_from(["{}", "{:03d}", "{}.0", " {} "]))
def test_a_number_in_any_spelling(number, form):
    assert label_of("", form.format(number)) == entry_of_number(number).label
    assert label_of("NULL", form.format(number)) == entry_of_number(number).label


@given(st.text(max_size=6), st.text(max_size=6))
def test_any_text_has_a_label_or_none(cell, number):
    try:
        label = label_of(cell, number)
    except ValueError:
        return
    assert label is None or kind_of(label) in KINDS
    assert label is None or np.char.isupper(code_of(label)) or not code_of(label).isalpha()
