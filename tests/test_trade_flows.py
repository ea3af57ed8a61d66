"""Flows, regions, products and baselines: what they refuse, and arithmetic done another way."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import tradesim as ts
from tradesim import trade_data
from tradesim.errors import InputError
from tradesim.trade_data import ASEAN, EU27, LeftOut, Regions, TradeFlows
from tradesim.trade_data.left_out import dollars
from tradesim.trade_data.products import Products, level
from tradesim.trade_data.sums import Seen, Sums

TWO = ("USA", "CHN")


def flows_of(imports, codes=TWO, **others):
    return TradeFlows(codes, np.array(imports, dtype=float), 2023, "a test", **others)


def test_groups_are_complete():
    assert len(EU27) == len(set(EU27)) == 27
    assert len(ASEAN) == len(set(ASEAN)) == 10
    assert "GBR" not in EU27


def test_regions_from_lists_and_mappings():
    world = Regions.of({"USMCA": ["USA", "CAN", "MEX"], "EUROPE": ["EU27", "GBR"], "REST": "*"})
    assert world.codes == ("USMCA", "EUROPE", "REST")
    assert [world.region(code) for code in ("MEX", "DEU", "GBR", "JPN")] == [
        "USMCA",
        "EUROPE",
        "EUROPE",
        "REST",
    ]
    assert Regions.of("USA") == Regions.of(["USA"]) == Regions.of({"USA": "USA"})
    assert Regions.of(None).region("JPN") == "JPN"
    assert Regions.of(None).region("_X") == ""
    assert Regions.of(["USA"]).region("JPN") == ""


def test_codes_that_stand_for_others():
    assert Regions.of({"TAIWAN": "TWN"}).region("S19") == "TAIWAN"
    with pytest.raises(InputError, match=r"economy in two regions; got 'TWN' in OTHER and TAIWAN"):
        Regions.of({"OTHER": "S19", "TAIWAN": "TWN"})
    assert Regions.of(["EU27", "ROW"]).region("BLX") == "EU27"
    assert Regions.of({"UNION": ["EUN"], "ROW": "*"}).region("EUN") == "UNION"
    assert Regions.of(["EU27", "ROW"]).region("CSK") == "EU27"
    assert Regions.of(["DEU", "ROW"]).region("SUN") == "ROW"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no regions"),
        ([], "no regions"),
        (5, "regions: not regions; got 5; allowed: a list of codes, or a mapping to lists of codes"),
        (["USA", "CHN", "USA"], "regions: named twice; got 'USA'"),
        ({"usa": "USA"}, "not an economy code; got 'usa'"),
        ({"USA": []}, "a region without economies; got 'USA'"),
        ({"USA": "U.S."}, "regions: USA: not an economy code; got 'U.S.'"),
        ({"A1": ["USA"], "B1": ["USA"]}, "economy in two regions; got 'USA' in A1 and B1"),
        ({"A1": "*", "B1": "*"}, "only one region can be everything else"),
        (["EU27", "DEU"], "economy in two regions; got 'DEU' in EU27 and DEU"),
    ],
)
def test_wrong_regions(given, said):
    with pytest.raises(InputError, match=said):
        Regions.of(given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0, "not products; got 0"),
        (11, "not products"),
        (True, "not products"),
        ("85", "not products"),
        ({}, "no products"),
        ({"a": []}, "a group without codes"),
        ({"a": ""}, "a group without codes"),
        ({"a": "85", "b": "85"}, "code in two groups; got '85' in a and b"),
    ],
)
def test_wrong_products(given, said):
    with pytest.raises(InputError, match=said):
        Products.of(given)


def test_products_and_their_levels():
    assert Products.of(4).group("85") is None
    assert Products.of({"chips": "8542", "rest": ["85", "84"]}).group("854231") == "chips"
    assert Products.of({"chips": "8542"}).group("8517") is None
    assert [level(code) for code in ("TOTAL", "total", "85", "851712")] == [0, 0, 2, 6]


def test_amounts_in_words():
    assert [dollars(each) for each in (0, 12.3, 1500, -2e6, 3.456e9)] == [
        "$0", "$12.3", "$1.5 thousand", "$-2 million", "$3.46 billion",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("imports", "others", "said"),
    [
        ([[1, 2]], {}, "wrong shape; got|imports: wrong shape"),
        ([[0, 1], [1, 0]], {"products": ("85",)}, "wrong shape"),
        ([[0, -1], [1, 0]], {}, "not a value; got -1"),
        ([[0, np.inf], [1, 0]], {}, "not a value; got inf"),
        ([[0, 1], [1, 0]], {"duties": np.full((2, 2), -1.0)}, "duties: not a value"),
    ],
)
def test_wrong_flows(imports, others, said):
    with pytest.raises(InputError, match=said):
        flows_of(imports, **others)


def test_flows_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        flows_of([[0, 1], [1, 0]]).imports[0, 1] = 2


def test_reports_name_the_largest_and_count_the_others():
    left = tuple(LeftOut("in no region", f"importer X{k}", 1, float(k)) for k in range(30))
    report = flows_of([[0, np.nan], [1, 0]], left_out=left).report()
    assert "no one reports 1 of 4 flows" in report
    assert "importer X29" in report
    assert "and 18 more" in report


def test_filling_needs_the_same_shape():
    flows = flows_of([[0, 1], [1, 0]])
    other = TradeFlows(TWO, np.zeros((2, 2)), 2022, "a test")
    with pytest.raises(InputError, match="other economies, products or year"):
        flows.filled_by(other)


def test_filling_keeps_duties_of_what_was_there():
    flows = flows_of([[0, np.nan], [4, 0]], duties=np.array([[0, np.nan], [1.0, 0]]))
    filled = flows.filled_by(flows_of([[0, 3], [9, 0]]))
    assert filled.imports.tolist() == [[0, 3], [4, 0]]
    assert np.isnan(filled.duties[0, 1])
    assert filled.tariffs[1, 0] == 0.25


nonnegative = st.floats(0, 1e12)


@given(
    imports=arrays(float, (3, 3), elements=nonnegative),
    rates=arrays(float, (3, 3), elements=st.floats(0, 1.9)),
    spare=arrays(float, 3, elements=st.floats(1, 1e12)),
)
def test_a_baseline_adds_up_whatever_the_numbers(imports, rates, spare):
    codes = ("AAA", "BBB", "CCC")
    foreign = imports * (1 - np.eye(3))
    output = foreign.sum(axis=0) + spare
    start = flows_of(imports, codes).baseline(output, rates)
    sold = start.flows / (1 + start.tariffs)
    np.testing.assert_allclose(sold.sum(axis=0), output, rtol=1e-9)
    duties = (start.flows - sold).sum(axis=1)
    np.testing.assert_allclose(duties, (foreign * rates).sum(axis=1), rtol=1e-9, atol=1e-3)
    assert (np.diag(start.tariffs) == 0).all()


def test_output_and_tariffs_by_name_or_in_order():
    flows = flows_of([[0, 10], [5, 0]])
    frame = pd.DataFrame([[0, 0.2], [0.1, 0]], index=["CHN", "USA"], columns=["CHN", "USA"])
    start = flows.baseline({"CHN": 40, "USA": 30}, frame)
    assert start.tariffs.tolist() == [[0, 0.1], [0.2, 0]]
    assert start.flows.tolist() == [[25, 11], [6, 30]]
    assert start.to_frame().iloc[1].tolist() == ["USA", "CHN", 11.0, 0.1]


def test_products_keep_their_axis():
    flows = flows_of([[[0, 0], [10, 20]], [[5, 6], [0, 0]]], products=("a", "b"))
    start = flows.baseline([[30, 30], [40, 40]], np.array([[0, 0.1], [0.2, 0]]))
    assert start.flows[0, 1] == pytest.approx([11, 22])
    assert start.flows[0, 0].tolist() == [25, 24]
    assert start.to_frame()["product"].tolist() == ["a", "b"] * 4
    assert flows.added_up().imports.tolist() == [[0, 30], [11, 0]]
    assert flows.economies().imports.tolist() == [[0, 30], [11, 0]]
    assert "× 2 products" in flows.report()


@pytest.mark.parametrize(
    ("output", "tariffs", "said"),
    [
        (None, 0.0, "no sales at home"),
        ([30, 30], None, "tariffs that are not known; got USA on CHN.*0.0 leaves"),
        ([30], 0.0, "output: wrong shape"),
        ({"USA": 30}, 0.0, "output: other economies; got missing CHN"),
        ({"USA": 30, "CHN": 30, "CAN": 1}, 0.0, "output: other economies; got not among them CAN"),
        ([4, 30], 0.0, r"output\[USA\]: output does not cover exports; got 4 with exports of 5"),
        ([30, np.nan], 0.0, r"output\[CHN\]: output does not cover exports"),
        ("many", 0.0, "output: not a table of numbers"),
        ([30, 30], -0.1, "not a rate; got -0.1"),
        ([30, 30], np.nan, "not a rate; got nan"),
        ([30, 30], [0.1, 0.2, 0.3], "tariffs: wrong shape"),
        ([30, 30], "none", "tariffs: not a table of numbers"),
    ],
)
def test_wrong_baselines(output, tariffs, said):
    with pytest.raises(InputError, match=said):
        flows_of([[0, 10], [5, 0]]).baseline(output, tariffs)


def test_partly_known_tariffs_are_not_taken_for_zero():
    flows = flows_of([[0, 10], [5, 0]], duties=np.array([[0, 1.0], [np.nan, 0]]))
    with pytest.raises(InputError, match="tariffs that are not known; got CHN on USA"):
        flows.baseline([30, 30])


def test_the_world_of_2023_from_its_parts():
    world = trade_data.world_2023()
    economies = ts.datasets.load("world-2023").economies
    exports = [sum(economies.imports[i, j] for i in range(13) if i != j) for j in range(13)]
    for k, code in enumerate(economies.codes):
        assert world.flows[k, k] == pytest.approx(economies.gdp[k] - exports[k]), code
    imports = world.flows / (1 + world.tariffs)
    off = ~np.eye(13, dtype=bool)
    np.testing.assert_allclose(imports[off], economies.imports[off])
    spending = np.array(economies.gdp) + economies.imports.sum(axis=1) - np.diag(economies.imports) - exports
    np.testing.assert_allclose(imports.sum(axis=1), spending)  # GDP plus the deficit
    assert (world.flows > 0).all()


@pytest.mark.parametrize("ratio", [1.0, 0.69])
def test_the_world_of_2023_goes_into_a_model(ratio):
    world = trade_data.world_2023(ratio)
    model = ts.economics.SingleSector(world.flows, world.tariffs, elasticity=4.0)
    same = model.solve(world.tariffs)
    np.testing.assert_allclose(same.welfare, 1.0, rtol=1e-8)
    other = np.array(world.tariffs)
    other[0, 1] += 0.5
    found = model.solve(other)
    assert np.all(found.converged)
    assert found.welfare[world.codes.index("CHN")] < 1 < found.welfare[world.codes.index("MEX")]


def test_the_tariffs_of_2023_on_record():
    world = trade_data.world_2023()
    daily = ts.datasets.load("us-china").effective_duty("2023-01-01", "2023-12-31", freq="D")
    at = world.codes.index
    assert len(daily) == 365
    assert world.tariffs[at("USA"), at("CHN")] == pytest.approx(daily["USA", "CHN"].mean(), rel=1e-12)
    assert world.tariffs[at("CHN"), at("USA")] == pytest.approx(daily["CHN", "USA"].mean(), rel=1e-12)
    assert world.tariffs[at("USA"), at("JPN")] == pytest.approx(daily["USA", "ROW"].mean(), rel=1e-12)
    assert world.tariffs[at("JPN"), at("USA")] == 0
    assert trade_data.world_2023(elsewhere=0.02).tariffs[at("JPN"), at("USA")] == 0.02


def test_what_the_world_of_2023_assumes_is_said():
    world = trade_data.world_2023(0.69)
    assert "output of what is traded is 0.69 × GDP" in world.assumptions[0]
    assert "all other pairs charge 0, assumed" in world.assumptions[1]
    assert "KOR, VNM, PHL, POL, RUS, ARG, IRQ and BGD are missing" in world.notes[0]
    given = trade_data.world_2023(dict.fromkeys(world.codes, 1.0) | {"USA": 0.8}, tariffs=0.1)
    assert given.assumptions == (
        "output of what is traded is 0.8 to 1 × GDP; sales at home are what exports leave of it",
        "tariffs as given",
    )
    assert given.tariffs[0, 1] == 0.1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"output_to_gdp": 0}, r"output_to_gdp\[USA\]: not a ratio; got 0"),
        ({"output_to_gdp": {"USA": 1}}, r"output_to_gdp\[CHN\]: not a ratio; got None"),
        ({"output_to_gdp": {"XYZ": 1}}, "unknown economy; got 'XYZ'"),
        ({"output_to_gdp": 0.1}, "output does not cover exports"),
        ({"elsewhere": -1}, "not a rate; got -1"),
        ({"tariffs": -1}, "not a rate"),
    ],
)
def test_wrong_worlds(arguments, said):
    with pytest.raises(InputError, match=said):
        trade_data.world_2023(**arguments)


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600), st.integers(0, 20_000)), max_size=60),
    st.integers(1, 7),
)
def test_what_was_seen_is_what_a_set_has_seen(rows, size):
    seen, known, found, expected = Seen(), set(), [], []
    for row in rows:
        expected.append(row in known)
        known.add(row)
    for start in range(0, len(rows), size):
        piece = np.array(rows[start : start + size], dtype=np.int64)
        found += seen.again(*piece.T).tolist()
    assert found == expected


@given(st.lists(st.tuples(st.integers(0, 9), nonnegative), max_size=40), st.integers(1, 9))
def test_sums_are_those_of_a_dictionary(rows, size):
    sums, expected = Sums(), {}
    for start in range(0, len(rows), size):
        piece = rows[start : start + size]
        keys, values = np.array([k for k, _ in piece]), np.array([v for _, v in piece])
        sums.add(keys, np.stack([values, 2 * values], axis=1))
    for key, value in rows:
        expected[key] = expected.get(key, 0.0) + value
    keys, amounts = sums.result()
    assert sorted(keys.tolist()) == sorted(expected)
    np.testing.assert_allclose(amounts[:, 0], [expected[k] for k in keys])
    np.testing.assert_allclose(amounts[:, 1], 2 * amounts[:, 0])


def test_sums_are_compacted(monkeypatch):
    monkeypatch.setattr("tradesim.trade_data.sums.COMPACT", 3)
    sums = Sums()
    for _ in range(10):
        sums.add(np.array([1, 2]), np.ones((2, 2)))
    assert sums.held == 2
    assert sums.result()[1][:, 0].tolist() == [10, 10]
