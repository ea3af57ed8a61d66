"""Economies: codes, import weights, groups, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import strategies as draw
from hypothesis import given
from hypothesis import strategies as st

from tradesim.economies import Economies
from tradesim.errors import InputError

THREE = [[9.0, 4.0, 2.0], [1.0, 0.0, 3.0], [1.0, 2.0, 0.0]]


def three(**changes):
    known = {"imports": THREE, "gdp": [20.0, 15.0, 5.0], "vintage": "2017", "source": "made up"}
    return Economies(["USA", "CHN", "JPN"], **(known | changes))


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_an_economy_is_found_by_its_code():
    assert [three().index(code) for code in ("USA", "CHN", "JPN")] == [0, 1, 2]
    assert len(three()) == 3


def test_an_unknown_economy_gets_a_did_you_mean():
    message = refusal(lambda: three().index("CHM"))
    assert message == "unknown economy; got 'CHM'; allowed: CHN, JPN, USA; did you mean 'CHN'?"


def test_one_code_may_be_given_as_text():
    assert Economies("USA").codes == ("USA",)


def test_weights_are_shares_of_foreign_imports():
    expected = [[0, 4 / 6, 2 / 6], [1 / 4, 0, 3 / 4], [1 / 3, 2 / 3, 0]]
    np.testing.assert_allclose(three().weights, expected, rtol=1e-15)


@given(draw.economies())
def test_weights_sum_to_1_or_are_0(economies):
    total = economies.weights.sum(axis=1)
    foreign = economies.imports.sum(axis=1) - np.diag(economies.imports)
    np.testing.assert_allclose(total, (foreign > 0).astype(float), rtol=1e-12)
    assert (np.diag(economies.weights) == 0).all()


def test_imports_are_copied_and_cannot_be_changed():
    given_array = np.array(THREE)
    economies = three(imports=given_array)
    given_array[0, 1] = 100
    assert economies.imports[0, 1] == 4
    with pytest.raises(ValueError, match="read-only"):
        economies.imports[0, 1] = 100


def test_asking_for_weights_leaves_the_imports_alone():
    economies = three()
    assert economies.weights[0, 0] == 0
    assert economies.imports[0, 0] == 9


@pytest.mark.parametrize(
    "ask",
    [
        lambda e: e.weights,
        lambda e: e.to_frame(),
        lambda e: e.group({"ASIA": ["CHN", "JPN"]}),
    ],
)
def test_what_needs_trade_weights_refuses_without(ask):
    message = refusal(lambda: ask(three(imports=None)))
    assert message == "Economies: trade weights are needed; got imports=None; allowed: an (N, N) array"


def test_equal_economies_are_equal_in_everything():
    assert three() == three()
    assert hash(three()) == hash(three())
    assert three(imports=None) == three(imports=None)
    changes = [
        {"imports": None},
        {"imports": np.array(THREE) + 1},
        {"gdp": None},
        {"gdp": [20, 15, 6]},
        {"vintage": "2018"},
        {"source": "elsewhere"},
    ]
    assert all(three() != three(**change) for change in changes)
    assert three(imports=None) != three()
    assert three() != three().select(["CHN", "USA", "JPN"])
    assert three() != "USA"


def test_select_keeps_the_order_given():
    two = three().select(["JPN", "USA"])
    assert two.codes == ("JPN", "USA")
    assert two.imports.tolist() == [[0.0, 1.0], [2.0, 9.0]]
    assert two.gdp.tolist() == [5.0, 20.0]
    assert (two.vintage, two.source) == ("2017", "made up")


def test_select_without_imports_has_none():
    assert three(imports=None, gdp=None).select(["JPN"]) == Economies(
        ["JPN"], vintage="2017", source="made up"
    )


def test_select_refuses_an_unknown_economy():
    assert "unknown economy; got 'KOR'" in refusal(lambda: three().select(["USA", "KOR"]))


def test_a_group_takes_the_place_of_its_first_member():
    grouped = three().group({"AMERASIA": ["USA", "JPN"]})
    assert grouped.codes == ("AMERASIA", "CHN")
    assert grouped.imports.tolist() == [[9 + 2 + 1 + 0, 4 + 2], [1 + 3, 0]]
    assert grouped.gdp.tolist() == [25.0, 15.0]
    assert (grouped.vintage, grouped.source) == ("2017", "made up")


@given(draw.economies(), st.data())
def test_grouping_keeps_all_trade(economies, data):
    members = data.draw(st.lists(st.sampled_from(economies.codes), unique=True))
    grouped = economies.group({"SOME": members})
    assert grouped.imports.sum() == pytest.approx(economies.imports.sum(), rel=1e-12)
    assert len(grouped) == len(economies) - max(len(members) - 1, 0)


def test_a_group_of_unknown_members_is_refused():
    assert "unknown economy; got 'KOR'" in refusal(lambda: three().group({"ASIA": ["CHN", "KOR"]}))


def test_a_group_needs_a_code_for_a_name():
    assert "not an economy code; got 'Asia'" in refusal(lambda: three().group({"Asia": ["CHN", "JPN"]}))


def test_an_economy_in_two_groups_is_refused():
    message = refusal(lambda: three().group({"ASIA": ["CHN", "JPN"], "PACIFIC": ["USA", "JPN"]}))
    assert "'JPN'" in message


def test_a_group_named_like_an_economy_outside_it_is_refused():
    message = refusal(lambda: three().group({"USA": ["CHN", "JPN"]}))
    assert "'USA'" in message


def test_economies_survive_the_frame():
    frame = three().to_frame()
    assert (frame.index.name, frame.columns.name) == ("importer", "exporter")
    assert frame.loc["USA", "CHN"] == 4.0
    assert Economies.from_frame(frame, vintage="2017", source="made up") == three(gdp=None)


def test_a_frame_may_list_its_columns_in_another_order():
    frame = three().to_frame()[["JPN", "USA", "CHN"]]
    assert Economies.from_frame(frame, vintage="2017", source="made up") == three(gdp=None)


def test_a_frame_with_other_columns_than_rows_is_refused():
    frame = three().to_frame().rename(columns={"JPN": "KOR"})
    message = refusal(lambda: Economies.from_frame(frame))
    assert message == (
        "imports columns: other economies; got missing JPN; not among them KOR; allowed: USA, CHN, JPN"
    )
    repeated = pd.DataFrame(THREE, index=["USA", "USA", "CHN"], columns=["USA", "CHN", "CHN"])
    message = refusal(lambda: Economies.from_frame(repeated))
    assert message.startswith("imports rows: named twice; got USA")


def test_no_economies_are_refused():
    assert "codes: no economies; got an empty list; allowed: an ISO 3166" in refusal(lambda: Economies([]))


@pytest.mark.parametrize("code", ["usa", "U", "US A", "1USA", "A" * 17, "USA\n", None, 7])
def test_what_is_not_a_code_is_refused(code):
    message = refusal(lambda: Economies([code]))
    assert message.startswith(f"codes: not an economy code; got {code!r}; allowed: an ISO 3166 alpha-3 code")


@pytest.mark.parametrize("code", ["USA", "EU27", "ROW", "G_20", "A" * 16])
def test_codes_of_countries_and_groups_are_allowed(code):
    assert Economies([code]).codes == (code,)


def test_imports_of_the_wrong_shape_are_refused():
    message = refusal(lambda: Economies(["USA", "CHN"], [[0, 1, 2], [1, 0, 2]]))
    assert message.startswith("imports: wrong shape; got (2, 3); allowed: (2, 2)")
    assert "gdp: wrong shape; got (3,); allowed: (2,)" in refusal(
        lambda: Economies(["USA", "CHN"], gdp=[1, 2, 3])
    )


@pytest.mark.parametrize("imports", [[["a", 1], [1, 0]], [[1], [1, 0]], [[None, {}], [1, 0]]])
def test_imports_that_are_no_table_of_numbers_are_refused(imports):
    message = refusal(lambda: Economies(["USA", "CHN"], imports))
    expected = f"imports: not a table of numbers; got {imports!r}; allowed: numbers, rows of one length"
    assert message == expected


def test_all_problems_of_economies_are_reported_together():
    message = refusal(
        lambda: Economies(["USA", "USA", "chn"], [[0, -1, np.nan], [np.inf, 0, 0], [0, 0, 0]], [1, -2, 3])
    ).split("\n")
    assert len(message) == 6
    assert "codes: not an economy code; got 'chn'" in message[0]
    assert "codes: economy named twice; got 'USA'; allowed: each code once" in message[1]
    assert "imports[USA, USA]: not a value; got -1.0; allowed: finite US dollars, 0 or more" in message[2]
    assert "imports[USA, chn]: not a value; got nan" in message[3]
    assert "imports[USA, USA]: not a value; got inf" in message[4]
    assert "gdp[USA]: not a value; got -2.0; allowed: finite US dollars, 0 or more" in message[5]
