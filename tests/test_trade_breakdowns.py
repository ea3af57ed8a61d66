"""Parts of flows: by transport, customs procedure, second partner, month and quarter."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trade_files import LEGACY_HEADER, WITS_HEADER, legacy, plus, plus_file, wits

from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import tables
from tradesim.trade_data.breakdowns import _parents
from tradesim.trade_data.periods import period_of

PHONES = plus("USA", "CHN", 100, product="8517")


def written(folder, *lines, name="TradeData.csv"):
    file = folder / name
    file.write_text(plus_file(*lines), encoding="utf-8")
    return file


def computers(value, **others):
    return plus("USA", "CHN", value, product="8471", **others)


def bought(flows):
    return flows.imports[flows.codes.index("USA"), flows.codes.index("CHN")]


DIMENSIONS = {
    "mode of transport": ("motCode", 1000, 2100),
    "customs procedure": ("customsCode", "C01", "C05"),
    "second partner": ("partner2Code", 344, 702),
    "mode of supply": ("mosCode", 1, 3),
}


@pytest.mark.parametrize("rows", [1, 2, 1000])
@pytest.mark.parametrize("name", DIMENSIONS)
def test_parts_without_a_total_add_up_and_are_said(tmp_path, monkeypatch, name, rows):
    monkeypatch.setattr(tables, "ROWS", rows)
    column, one, other = DIMENSIONS[name]
    lines = [PHONES, computers(40, **{column: one}), computers(60, **{column: other})]
    for order in itertools.permutations(lines):
        flows = trade_data.read_comtrade(written(tmp_path, *order))
        assert bought(flows) == 200
        assert f"flows without a row for all of them over each {name}: 1" in flows.notes[0]
        assert flows.left_out == ()
    for order in itertools.permutations([*lines, computers(100)]):
        flows = trade_data.read_comtrade(written(tmp_path, *order))
        assert bought(flows) == 200
        assert {(each.why, each.missing) for each in flows.left_out} == {
            ("a part of rows that are counted", False)
        }
        assert sum(each.value for each in flows.left_out) == 100


def test_parts_of_parts_are_counted_once(tmp_path):
    water = [
        computers(60, motCode=2000),
        computers(60, motCode=2100),
        computers(30, motCode=2100, customsCode="C05"),
    ]
    file = written(tmp_path, PHONES, computers(40, motCode=1000), *water)
    assert bought(trade_data.read_comtrade(file)) == 200
    ways = [computers(40, motCode=1000), computers(60, motCode=2100), computers(100, customsCode="C01")]
    assert bought(trade_data.read_comtrade(written(tmp_path, PHONES, *ways))) == 200


def test_breakdowns_that_differ_are_refused(tmp_path):
    ways = [computers(40, motCode=1000), computers(60, motCode=2100), computers(90, customsCode="C01")]
    said = r":3: importer USA.*8471: parts without a total that add up differently; got \$90 by customs"
    with pytest.raises(InputError, match=said):
        trade_data.read_comtrade(written(tmp_path, PHONES, *ways))


def test_a_part_of_trade_alone_is_refused(tmp_path):
    file = written(tmp_path, computers(40, motCode=1000), plus("CHN", "USA", 9, product="8471", motCode=1000))
    with pytest.raises(
        InputError, match=r":2: a part of trade alone; got mode of transport 1000 in every row"
    ):
        trade_data.read_comtrade(file)


def test_a_part_that_comes_twice_is_refused(tmp_path):
    file = written(tmp_path, PHONES, computers(40, motCode=1000), computers(60, motCode=1000))
    with pytest.raises(InputError, match=r":4: the same flow a second time; .*mode of transport 1000"):
        trade_data.read_comtrade(file)
    with pytest.raises(InputError, match=r":3: not a value of trade; got nothing"):
        trade_data.read_comtrade(written(tmp_path, PHONES, computers("", motCode=1000)))


def test_parts_of_a_flow_without_the_flow_are_missing(tmp_path):
    flows = trade_data.read_comtrade(written(tmp_path, PHONES, computers(40, flow="RM")))
    assert bought(flows) == 100
    assert flows.missing == 40
    whole = trade_data.read_comtrade(written(tmp_path, PHONES, computers(90), computers(40, flow="RM")))
    assert bought(whole) == 190
    assert whole.missing == 0


def test_parts_in_another_file_than_their_total(tmp_path):
    one = written(tmp_path, PHONES, computers(40, motCode=1000), computers(60, motCode=2100), name="one.csv")
    other = written(tmp_path, computers(100), plus("CHN", "USA", 7, product="8471"), name="other.csv")
    for files in ([one, other], [other, one]):
        flows = trade_data.read_comtrade(files)
        assert bought(flows) == 200
        assert flows.imports[flows.codes.index("CHN"), flows.codes.index("USA")] == 7
    with pytest.raises(InputError, match=r"a file named twice"):
        trade_data.read_comtrade([one, one])
    again = written(tmp_path, computers(100), name="again.csv")
    with pytest.raises(InputError, match=r"other\.csv:2: the same flow a second time"):
        trade_data.read_comtrade([again, other])


@given(data=st.data())
def test_what_counts_is_the_total_or_the_sum_of_the_parts(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    lines, expected = [PHONES], 100
    for product in ("8471", "8542", "8703"):
        parts = data.draw(st.lists(st.integers(1, 50), min_size=2, max_size=2))
        column, *codes = data.draw(st.sampled_from(list(DIMENSIONS.values())))
        has_total, has_parts = data.draw(st.sampled_from([(True, True), (True, False), (False, True)]))
        own = [
            plus("USA", "CHN", part, product=product, **{column: code})
            for part, code in zip(parts, codes, strict=True)
        ]
        lines += own if has_parts else []
        lines += [plus("USA", "CHN", sum(parts), product=product)] if has_total else []
        expected += sum(parts)
    file = written(folder, *data.draw(st.permutations(lines)), name="drawn.csv")
    assert bought(trade_data.read_comtrade(file)) == expected


MONTHS = [
    plus("USA", "CHN", 10 + month, period=f"2023{month:02d}", refMonth=month, freqCode="M")
    for month in range(1, 13)
]
YEAR = sum(10 + month for month in range(1, 13))
QUARTERS = [plus("USA", "CHN", 40, period=f"2023Q{k}", refMonth="", freqCode="Q") for k in range(1, 5)]


def test_twelve_months_add_up_and_fewer_are_refused(tmp_path):
    flows = trade_data.read_comtrade(written(tmp_path, *MONTHS))
    assert bought(flows) == YEAR
    assert "over each part of a year: 1" in flows.notes[0]
    for lacking, name in ((0, "January"), (4, "May"), (11, "December")):
        lines = [line for k, line in enumerate(MONTHS) if k != lacking]
        with pytest.raises(
            InputError, match=rf":2: part of a year; got USA has no rows of {name}; allowed: 12"
        ):
            trade_data.read_comtrade(written(tmp_path, *lines))


def test_a_month_without_its_frequency_is_no_year(tmp_path):
    line = plus("USA", "CHN", 40, period="202301", refMonth="", freqCode="")
    with pytest.raises(InputError, match=r":2: part of a year; got USA has no rows of February, March"):
        trade_data.read_comtrade(written(tmp_path, line))
    only = plus("USA", "CHN", 40, refMonth=1, freqCode="M")
    with pytest.raises(InputError, match=r":2: part of a year"):
        trade_data.read_comtrade(written(tmp_path, only))


def test_quarters_and_months(tmp_path):
    assert bought(trade_data.read_comtrade(written(tmp_path, *QUARTERS))) == 160
    assert bought(trade_data.read_comtrade(written(tmp_path, *MONTHS, *QUARTERS))) == 160
    mixed = [QUARTERS[0], *MONTHS[3:]]
    assert bought(trade_data.read_comtrade(written(tmp_path, *mixed))) == 40 + YEAR - 11 - 12 - 13
    with pytest.raises(InputError, match=r"no rows of October, November, December"):
        trade_data.read_comtrade(written(tmp_path, *QUARTERS[:3]))


@pytest.mark.parametrize("months", [MONTHS, MONTHS[:3]])
def test_annual_rows_beside_months_count_once(tmp_path, months):
    for order in ([plus("USA", "CHN", 999), *months], [*months, plus("USA", "CHN", 999)]):
        flows = trade_data.read_comtrade(written(tmp_path, *order))
        assert bought(flows) == 999
        assert all(not each.missing for each in flows.left_out)


def test_months_of_reporters_that_are_not_asked_for(tmp_path):
    file = written(tmp_path, *MONTHS, plus("FRA", "CHN", 40, period="202301", refMonth=1, freqCode="M"))
    assert trade_data.read_comtrade(file, ["USA", "CHN"]).imports[0, 1] == YEAR
    with pytest.raises(InputError, match=r":14: part of a year; got FRA has no rows"):
        trade_data.read_comtrade(file, ["USA", "CHN", "FRA"])


CONTRADICTIONS = {
    "a month for a year": {"period": "202301"},
    "a year for a month": {"freqCode": "M"},
    "another year": {"period": "2022"},
    "another month": {"freqCode": "M", "period": "202301", "refMonth": 2},
    "a quarter for a month": {"freqCode": "M", "period": "2023Q1", "refMonth": ""},
}


@pytest.mark.parametrize("cells", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_columns_of_time_that_disagree_are_refused(tmp_path, cells):
    with pytest.raises(InputError, match=r":2: \w+ that does not fit the year and month; got frequency"):
        trade_data.read_comtrade(written(tmp_path, plus("USA", "CHN", 1, **cells)))


def test_months_in_the_layout_before_2023_and_in_wits(tmp_path):
    lines = [legacy("USA", "CHN", 5).replace(",2016,2016,", f",2016,2016{m:02d},") for m in range(1, 13)]
    file = tmp_path / "old.csv"
    file.write_text("\n".join([LEGACY_HEADER, *lines]))
    assert bought(trade_data.read_comtrade(file)) == 60
    file.write_text("\n".join([LEGACY_HEADER, *lines[1:]]))
    with pytest.raises(InputError, match=r"part of a year; got USA has no rows of January"):
        trade_data.read_comtrade(file)
    file.write_text(
        "\n".join([WITS_HEADER, *(wits("USA", "CHN", 5, year=f"2022{m:02d}") for m in range(1, 13))])
    )
    assert bought(trade_data.read_wits(file)) == 60e3
    file.write_text("\n".join([WITS_HEADER, wits("USA", "CHN", 5, year="Jan 2022")]))
    with pytest.raises(InputError, match=r"part of a year; got USA has no rows of February"):
        trade_data.read_wits(file)


@given(year=st.integers(1900, 2099), month=st.integers(1, 12))
def test_every_way_to_write_a_month_is_the_same(year, month):
    stamp = pd.Timestamp(year, month, 1)
    ways = [f"{year}{month:02d}", f"{year}-{month:02d}", f"{year}M{month}", f"{month:02d}/{year}"]
    ways += [
        stamp.strftime("%B %Y"),
        stamp.strftime("%b %Y"),
        stamp.strftime("%Y %B"),
        stamp.strftime("%b-%Y"),
    ]
    assert {(each.year, each.part) for each in map(period_of, ways)} == {(year, month)}
    assert period_of(f"{year}{month}x") is None


def test_codes_hold_codes():
    codes = ["", "2000", "2100", "2110", "9000", "9900"]
    whole = {
        code: {codes[step[k]] for step in _parents("mode of transport", codes)[1:] if step[k] >= 0}
        for k, code in enumerate(codes)
    }
    assert whole["2110"] == {"", "2000", "2100"}
    assert whole["9900"] == {"", "9000"}
    assert whole[""] == set()
    assert np.array_equal(_parents("customs procedure", ["", "C01"])[-1], [-1, 0])


WAYS = {"motCode": 1000}, {"motCode": 2100}


def france(number, value, **others):
    """Return imports from France under one of its numbers."""
    return plus("USA", "FRA", value, product="8471", partnerCode=number, **others)


@pytest.mark.parametrize("totals", [(True, True), (True, False), (False, False)])
def test_two_numbers_of_one_economy_are_each_a_flow_with_its_own_parts(tmp_path, totals):
    lines = [PHONES]
    for number, has_total in zip((250, 251), totals, strict=True):
        parts = [france(number, value, **way) for value, way in zip((40, 60), WAYS, strict=True)]
        lines += [*([france(number, 100)] if has_total else []), *parts]
    flows = trade_data.read_comtrade(written(tmp_path, *lines))
    assert flows.imports[flows.codes.index("USA"), flows.codes.index("FRA")] == 200
    assert "they add up" in " ".join(flows.notes)
    assert sum(each.value for each in flows.left_out) == 100 * sum(totals)


def month_of(month, partner, value, **others):
    return plus("USA", partner, value, period=f"2023{month:02d}", refMonth=month, freqCode="M", **others)


def test_months_under_two_numbers_of_a_reporter_make_a_year(tmp_path):
    lines = [month_of(m, "CHN", 1, reporterCode=842 if m < 7 else 841) for m in range(1, 13)]
    flows = trade_data.read_comtrade(written(tmp_path, *lines))
    assert bought(flows) == 12
    assert "they add up" in " ".join(flows.notes)


@pytest.mark.parametrize("world", ["months", "year", "parts"])
def test_partners_in_months_are_held_against_world(tmp_path, world):
    months = [month_of(m, "CHN", 1) for m in range(1, 13)]
    worlds = {
        "months": [month_of(m, "W00", 4) for m in range(1, 13)],
        "year": [plus("USA", "W00", 48)],
        "parts": [month_of(m, "W00", 4, motCode=1000) for m in range(1, 13)],
    }
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert bought(trade_data.read_comtrade(written(tmp_path, *months, *worlds[world]))) == 12
    assert ["USA: 25% ($12 of $48)" in str(each.message) for each in said] == [True] * (world != "parts")


ASEAN, NOBODY = {"partnerISO": "R4 ", "partnerCode": 975}, {"partnerISO": "QQQ", "partnerCode": 998}


@pytest.mark.parametrize(("party", "what"), [(ASEAN, "exporter ASEAN"), (NOBODY, "exporter QQQ")])
def test_parts_of_what_never_counts_are_not_judged(tmp_path, party, what):
    unlike = [
        computers(40, motCode=1000, **party),
        computers(60, motCode=2100, **party),
        computers(70, customsCode="C01", **party),
    ]
    for rows in ([computers(100, **party), *unlike], unlike[:2]):
        file = written(tmp_path, PHONES, computers(100), *rows)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            flows = trade_data.read_comtrade(file)
        assert bought(flows) == 200
        assert [each.value for each in flows.left_out if each.what == what] == [100]
        assert len(said) == (party is NOBODY)
