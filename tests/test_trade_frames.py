"""Flows from a DataFrame: columns, units, codes, products, periods, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import TradeFlows, checks

COLUMNS = ["exporter", "importer", "year", "value"]
ROWS = [("CHN", "USA", 2023, 440.0), ("USA", "CHN", 2023, 145.0), ("CHN", "DEU", 2023, 100.0)]
BASE = pd.DataFrame([*ROWS, ("DEU", "CHN", 2023, 90.0)], columns=COLUMNS)
EXPECTED = [[0, 90, 145], [100, 0, 0], [440, 0, 0]]
OWN = pd.DataFrame([(code, code, 2023, 9e3) for code in ("CHN", "DEU", "USA")], columns=COLUMNS)


def billions(frame, *arguments, unit=1e9, **named):
    return (TradeFlows.from_frame(frame, *arguments, unit=unit, **named).imports / 1e9).tolist()


SAME = {
    "as it is": (BASE, {}),
    "other common names": (BASE.set_axis(["iso_o", "iso_d", "Period", "Trade Value"], axis=1), {}),
    "names given": (
        BASE.set_axis(["reporter", "partner", "t", "v"], axis=1),
        {"exporter": "reporter", "importer": "partner", "year": "t", "value": "v"},
    ),
    "numbers of the United Nations": (BASE.replace({"CHN": 156, "USA": 842, "DEU": 276}), {}),
    "small letters": (BASE.replace({"CHN": "chn"}), {}),
    "two letters": (BASE.replace({"CHN": "CN"}), {}),
    "text years": (BASE.assign(year="2023"), {}),
    "years with a point": (BASE.assign(year=2023.0), {}),
    "the year given": (BASE.drop(columns="year"), {"year": 2023}),
    "one year of two": (pd.concat([BASE, BASE.assign(year=2022, value=np.nan)]), {"year": 2023}),
    "codes in the index": (BASE.set_index(["exporter", "importer"]), {}),
    "categories": (BASE.astype({"exporter": "category", "importer": "category"}), {}),
    "a world total": (pd.concat([BASE, pd.DataFrame([("WLD", "USA", 2023, 440.0)], columns=COLUMNS)]), {}),
    "words for the unit": (BASE, {"unit": "billion USD"}),
    "sales at home left out": (pd.concat([BASE, OWN]), {"domestic": False}),
}


@pytest.mark.parametrize(("frame", "named"), SAME.values(), ids=SAME)
def test_the_same_flows_in_every_shape(frame, named):
    assert billions(frame, **named) == EXPECTED


def test_regions_and_what_it_says_of_itself():
    flows = TradeFlows.from_frame(BASE, ["USA", "EU27", "ROW"], unit=1e9, source="my own", valuation="FOB")
    assert (flows.imports / 1e9).tolist() == [[0, 0, 440], [0, 0, 100], [145, 90, 0]]
    assert (flows.source, flows.valuation, flows.year, flows.domestic) == ("my own", "FOB", 2023, False)
    assert "2 of 6 flows are 0: the frame has no row for them, or says so" in flows.notes
    one = TradeFlows.from_frame(BASE[BASE["importer"] == "USA"], unit=1e9)
    assert np.isnan(one.imports[one.codes.index("CHN")]).all()


def test_codes_are_those_of_every_reader():
    other = BASE.replace({"CHN": "CHN", "USA": 842, "DEU": "ROM"})
    flows = TradeFlows.from_frame(other, unit=1e9)
    assert flows.codes == ("CHN", "ROU", "USA")
    assert "ROU is ROM (Romania) in the file" in flows.notes
    union = BASE.replace({"DEU": "EU27"})
    assert billions(union, ["USA", "EU27", "ROW"]) == [[0, 0, 440], [0, 0, 100], [145, 90, 0]]
    assert billions(union.replace({"CHN": "ROW"}), ["USA", "EU27", "ROW"])[0] == [0, 0, 440]
    beside = pd.concat([BASE, pd.DataFrame([("EU27", "CHN", 2023, 95.0)], columns=COLUMNS)])
    with pytest.raises(InputError, match="a customs union beside its members; got EU27 and DEU"):
        billions(beside)
    both = pd.DataFrame([(490, "USA", 2023, 1.0), ("TWN", "USA", 2023, 2.0)], columns=COLUMNS)
    assert billions(both, ["USA", "TWN"])[0] == [0, 3]
    home = pd.DataFrame([(842, "USA", 2023, 1.0)], columns=COLUMNS)
    with pytest.raises(InputError, match="an economy's trade with itself"):
        billions(pd.concat([BASE, home]))


def test_unknown_codes_and_a_cut_table_are_warned_about():
    unknown = BASE.replace({"DEU": "QQQ"})
    with pytest.warns(trade_data.TradeDataWarning, match=r"counted nowhere: .*QQQ, \$100 billion"):
        assert billions(unknown, ["USA", "ROW"]) == [[0, 440], [145, 0]]
    assert billions(unknown, {"USA": "USA", "X1": "QQQ", "ROW": "*"})[1] == [0, 0, 100]
    total = pd.DataFrame([("W00", "USA", 2023, 3e3)], columns=COLUMNS)
    with pytest.warns(trade_data.TradeDataWarning, match=r"USA: 15% \(\$440 billion of \$3 trillion\)"):
        assert billions(pd.concat([BASE, total])) == EXPECTED


def test_sales_at_home():
    flows = TradeFlows.from_frame(pd.concat([BASE, OWN]), unit=1e9, domestic=True)
    assert flows.domestic
    assert np.diag(flows.imports).tolist() == [9e12] * 3
    start = flows.baseline(tariffs=0.0)
    np.testing.assert_allclose(start.flows, flows.imports)
    with pytest.raises(
        InputError, match=r"an economy's trade with itself; got CHN from CHN; say domestic=True"
    ):
        TradeFlows.from_frame(pd.concat([BASE, OWN]), unit=1e9)
    with pytest.raises(InputError, match=r"no sales at home; got USA"):
        TradeFlows.from_frame(pd.concat([BASE, OWN[:2]]), unit=1e9, domestic=True)


GOODS = pd.concat([BASE.assign(hs6="851712"), BASE.assign(hs6="010121", value=1.0)], ignore_index=True)
SECTORS = GOODS.assign(hs6=GOODS["hs6"].map({"851712": "Mining", "010121": "Farms"})).rename(
    columns={"hs6": "sector"}
)


@pytest.mark.parametrize(
    ("frame", "products", "names", "usa_from_chn"),
    [
        (GOODS, None, (), 441),
        (GOODS, 2, ("01", "85"), [1, 440]),
        (GOODS, {"phones": "8517", "rest": "*"}, ("phones", "rest"), [440, 1]),
        (GOODS, "each", ("851712", "010121"), [440, 1]),
        (SECTORS, None, (), 441),
        (SECTORS, "each", ("Mining", "Farms"), [440, 1]),
        (SECTORS, {"food": "Farms"}, ("food",), [1]),
        (pd.concat([GOODS, BASE.assign(hs6="TOTAL")]), None, (), 440),
        (pd.concat([SECTORS, BASE.assign(sector="Total")]), "each", ("Mining", "Farms"), [440, 1]),
    ],
)
def test_products(frame, products, names, usa_from_chn):
    flows = TradeFlows.from_frame(frame, unit=1e9, products=products)
    assert flows.products == names
    found = flows.imports[flows.codes.index("USA"), flows.codes.index("CHN")] / 1e9
    assert found.tolist() == usa_from_chn


MONTHS = pd.concat(
    [BASE.assign(year=f"2023-{month:02d}", value=1.0) for month in range(1, 13)], ignore_index=True
)


@pytest.mark.parametrize("write", [str, lambda m: m.replace("-", ""), lambda m: pd.Period(m, freq="M")])
def test_months(write):
    frame = MONTHS.assign(year=[write(month) for month in MONTHS["year"]])
    assert billions(frame) == [[0, 12, 12], [12, 0, 0], [12, 0, 0]]
    with pytest.raises(InputError, match=r"frame: row 0: part of a year; got USA has no rows of May"):
        billions(frame[MONTHS["year"] != "2023-05"])
    assert billions(pd.concat([BASE.astype({"year": object}), frame], ignore_index=True)) == EXPECTED


WRONG = {
    "no unit": (BASE, {"unit": None}, r"unit: no unit; .*give unit="),
    "euros": (BASE, {"unit": "M.EUR"}, r"not a unit; got 'M.EUR': euros"),
    "a unit below 0": (BASE, {"unit": -1}, r"not a unit; got -1"),
    "sides that are not said": (
        BASE.rename(columns={"exporter": "reporter", "importer": "partner"}),
        {},
        r"no column for exporter; got reporter, partner.*give exporter=",
    ),
    "two columns": (BASE.assign(trade=1.0), {}, r"two columns for value; got 'value' and 'trade'"),
    "no such column": (BASE, {"value": "valeu"}, r"unknown column; got 'valeu'.*did you mean 'value'"),
    "one column twice": (BASE, {"value": "year"}, r"one column for two things; got 'year'"),
    "a row twice": (
        pd.concat([BASE, BASE[:1]], ignore_index=True),
        {},
        r"row 4: the same flow a second time",
    ),
    "no value": (BASE.assign(value=[1, np.nan, 2, 3]), {}, r"row 1: not a value of trade; got nothing"),
    "below 0": (BASE.assign(value=[1, -4, 2, 3]), {}, r"row 1: not a value of trade; got -4"),
    "infinite": (BASE.assign(value=[1, np.inf, 2, 3]), {}, r"row 1: not a value of trade; got inf"),
    "text": (BASE.assign(value=["1", "1,000", "2", "3"]), {}, r"row 1: value is not a number; got '1,000'"),
    "truth": (BASE.assign(value=True), {}, r"row 0: value is not a number; got True"),
    "complex": (BASE.assign(value=1j), {}, r"value is not a number"),
    "all 0": (BASE.assign(value=0.0), {}, r"no trade at all"),
    "a name": (BASE.replace({"CHN": "China"}), {}, r"row 0: unknown exporter; got 'China'"),
    "no code": (BASE.replace({"CHN": None}), {}, r"row 0: unknown exporter; got nan"),
    "several years": (
        pd.concat([BASE, BASE.assign(year=2022)]),
        {},
        r"several years; got 2022, 2023.*give year=",
    ),
    "another year": (BASE, {"year": 1999}, r"no rows of that year; got 1999; allowed: 2023"),
    "no year": (BASE.drop(columns="year"), {}, r"no year; got no column for it"),
    "true for a year": (BASE, {"year": True}, r"not a year; got True"),
    "dates": (BASE.assign(year=pd.Timestamp("2023-01-01")), {}, r"row 0: not a year; .*it cannot be told"),
    "a lost zero": (GOODS.assign(hs6=[851712] * 4 + [10121] * 4), {}, r"row 4: not a product; got 10121"),
    "levels": (GOODS.assign(hs6=["8517"] * 4 + ["85"] * 4), {}, r"several levels of product codes"),
    "levels each": (GOODS.assign(hs6=["8517"] * 4 + ["85"] * 4), {"products": "each"}, r"several levels"),
    "digits of names": (SECTORS, {"products": 2}, r"not products; got 2; .*are names"),
    "no such sector": (SECTORS, {"products": {"a": "Farm"}}, r"unknown product; got 'Farm'.*'Farms'"),
    "no products": (BASE, {"products": 2}, r"no column for product"),
    "a unit too large": (BASE, {"unit": 1e12}, r"row 0: more than any trade; got \$440 trillion"),
    "an economy that is not there": (BASE, {"regions": ["USA", "JPN"]}, r"unknown economy; got 'JPN'"),
    "a series": (BASE["value"], {}, r"not a DataFrame; got Series"),
    "nothing": (BASE[:0], {}, r"no rows"),
    "a column twice": (pd.concat([BASE, BASE[["value"]]], axis=1), {}, r"column twice; got 'value'"),
    "levels of columns": (pd.concat({"a": BASE}, axis=1), {}, r"columns of several levels"),
}


@pytest.mark.parametrize(("frame", "named", "said"), WRONG.values(), ids=WRONG)
def test_wrong_frames_are_refused(frame, named, said):
    with pytest.raises(InputError, match=said):
        TradeFlows.from_frame(frame, **({"unit": 1e9} | named))


def test_a_frame_cut_at_a_round_number_of_rows_is_warned_about(monkeypatch):
    monkeypatch.setattr(checks, "ROUND", frozenset({4}))
    with pytest.warns(trade_data.TradeDataWarning, match="frame: exactly 4 rows"):
        assert billions(BASE) == EXPECTED


@given(
    values=st.lists(st.floats(0.5, 100), min_size=6, max_size=6),
    order=st.permutations(range(6)),
    unit=st.sampled_from([1.0, 1e3, 1e6, 1e9]),
)
def test_the_sums_are_those_of_a_pivot_table(values, order, unit):
    pairs = [(a, b) for a in ("CHN", "DEU", "USA") for b in ("CHN", "DEU", "USA") if a != b]
    frame = pd.DataFrame(pairs, columns=COLUMNS[:2]).assign(year=2023, value=values).iloc[order]
    found = TradeFlows.from_frame(frame, unit=unit).imports
    table = frame.pivot_table("value", "importer", "exporter", aggfunc="sum").fillna(0.0) * unit
    np.testing.assert_allclose(found, table.to_numpy(), rtol=1e-12)
