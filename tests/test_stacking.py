"""The truth table: every row by hand, and all of it against the oracle."""

import numpy as np
import oracle
import pytest
import strategies as draw
from hypothesis import given
from hypothesis import strategies as st
from strategies import measure

from tradesim import stacking


def parts(*measures):
    """Contributions of measures that are all in force."""
    return stacking.contributions(measures, np.ones((1, len(measures)), bool))[0].tolist()


def mfn(rate=0.05, **changes):
    return measure(name="MFN", authority="MFN", rate=rate, **changes)


def test_add_sums_rate_times_coverage():
    assert parts(mfn(0.05), measure(rate=0.25, coverage=0.4)) == pytest.approx([0.05, 0.1])


def test_a_measure_that_is_not_in_force_contributes_nothing_and_takes_no_part():
    steel = measure(name="steel", authority="Section 232", rate=0.5, stacking="exclusive")
    other = measure(name="other", rate=0.1, stacking="exclusive")
    active = np.array([[False, True], [True, True], [False, False]])
    assert stacking.contributions([steel, other], active).tolist() == [[0, 0.1], [0.5, 0], [0, 0]]


def test_a_replacement_takes_its_coverage_from_the_authorities_it_names():
    deal = measure(
        name="deal", authority="deal", rate=0.2, coverage=0.6, stacking="replace", against=("MFN",)
    )
    other = measure(name="other", authority="other", rate=0.1)
    assert parts(mfn(0.05), other, deal) == pytest.approx([0.05 * 0.4, 0.1, 0.12])


def test_replacements_together_take_no_more_than_there_is():
    deals = [
        measure(name=n, authority="deal", rate=0.2, coverage=0.7, stacking="replace", against=("MFN",))
        for n in "ab"
    ]
    assert parts(mfn(0.05), *deals) == pytest.approx([0.0, 0.14, 0.14])


def test_a_replacement_of_its_own_authority_ends_the_others_and_not_itself():
    deal = measure(name="deal", authority="MFN", rate=0.2, stacking="replace", against=("MFN",))
    assert parts(mfn(0.05), deal) == [0.0, 0.2]


def test_replacements_that_name_each_other_both_lose_their_coverage():
    one = measure(name="one", authority="A", rate=0.2, coverage=0.6, stacking="replace", against=("B",))
    two = measure(name="two", authority="B", rate=0.1, coverage=0.5, stacking="replace", against=("A",))
    assert parts(one, two) == pytest.approx([0.2 * 0.1, 0.0])


def test_the_largest_exclusive_rate_takes_its_coverage_first():
    low = measure(name="low", rate=0.1, coverage=0.8, stacking="exclusive")
    high = measure(name="high", rate=0.5, coverage=0.3, stacking="exclusive")
    assert parts(low, high) == pytest.approx([0.1 * 0.7, 0.15])


def test_exclusive_measures_that_fit_beside_each_other_lose_nothing():
    low = measure(name="low", rate=0.1, coverage=0.2, stacking="exclusive")
    high = measure(name="high", rate=0.5, coverage=0.3, stacking="exclusive")
    assert parts(low, high) == pytest.approx([0.02, 0.15])


def test_of_equal_exclusive_rates_the_earlier_act_comes_first():
    first = measure(name="b", rate=0.1, coverage=0.8, stacking="exclusive", effective="2018-01-01")
    second = measure(name="a", rate=0.1, coverage=0.8, stacking="exclusive", effective="2018-01-02")
    assert parts(first, second) == pytest.approx([0.08, 0.02])


def test_groups_do_not_exclude_each_other():
    low = measure(name="low", rate=0.1, stacking="exclusive", group="steel")
    high = measure(name="high", rate=0.5, stacking="exclusive", group="chips")
    assert parts(low, high) == [0.1, 0.5]


def test_an_exclusive_specific_duty_is_ranked_by_its_ad_valorem_equivalent():
    fee = measure(name="fee", rate=50, basis="specific", unit_value=1000, stacking="exclusive")
    high = measure(name="high", rate=0.1, stacking="exclusive")
    assert parts(fee, high) == [0.0, 0.1]


def test_a_replacement_acts_before_exclusion():
    exempt = measure(
        name="exempt", authority="X", rate=0.0, coverage=0.4, stacking="replace", against=("Section 232",)
    )
    steel = measure(name="steel", authority="Section 232", rate=0.5, stacking="exclusive")
    other = measure(name="other", rate=0.1, stacking="exclusive")
    assert parts(exempt, steel, other) == pytest.approx([0.0, 0.3, 0.04])


def test_a_floor_tops_up_what_it_counts():
    floor = measure(name="deal", authority="deal", rate=0.15, basis="floor", against=("MFN",))
    other = measure(name="other", authority="other", rate=0.3)
    assert parts(mfn(0.05), other, floor) == pytest.approx([0.05, 0.3, 0.1])


def test_a_floor_below_its_base_adds_nothing():
    floor = measure(name="deal", authority="deal", rate=0.15, basis="floor")
    assert parts(mfn(0.2), floor) == [0.2, 0.0]


def test_a_floor_works_on_its_coverage_only():
    floor = measure(name="deal", authority="deal", rate=0.15, basis="floor", coverage=0.5)
    assert parts(mfn(0.05), floor) == pytest.approx([0.05, 0.05])


def test_a_cap_takes_back_what_lies_above_it():
    cap = measure(name="cap", authority="deal", rate=0.15, basis="cap", coverage=0.5)
    assert parts(mfn(0.05), measure(rate=0.3), cap) == pytest.approx([0.05, 0.3, -0.1])


def test_a_cap_above_its_base_takes_nothing():
    cap = measure(name="cap", authority="deal", rate=0.15, basis="cap")
    assert parts(mfn(0.05), cap) == [0.05, 0.0]


def test_floors_apply_from_the_lowest_up_and_see_each_other():
    high = measure(name="a", authority="deal", rate=0.2, basis="floor", coverage=0.5)
    low = measure(name="b", authority="deal", rate=0.1, basis="floor")
    assert parts(mfn(0.05), high, low) == pytest.approx([0.05, 0.05, 0.05])


def test_caps_apply_from_the_highest_down_and_see_each_other():
    low = measure(name="a", authority="deal", rate=0.1, basis="cap", coverage=0.5)
    high = measure(name="b", authority="deal", rate=0.2, basis="cap")
    assert parts(mfn(0.3), low, high) == pytest.approx([0.3, -0.05, -0.1])


def test_two_caps_that_count_one_floor_take_it_off_once():
    floor = measure(name="floor", authority="deal", rate=0.2, basis="floor", against=("MFN",))
    one = measure(name="one", authority="other", rate=0.0, basis="cap", against=("deal",))
    two = measure(name="two", authority="other", rate=0.0, basis="cap", against=("MFN",))
    assert parts(floor, one, two) == [0.2, -0.2, 0.0]


def test_caps_come_after_floors():
    cap = measure(name="cap", authority="deal", rate=0.1, basis="cap")
    floor = measure(name="floor", authority="deal", rate=0.2, basis="floor")
    assert parts(mfn(0.05), cap, floor) == pytest.approx([0.05, -0.1, 0.15])


def test_limits_that_name_authorities_come_before_those_that_name_none():
    everything = measure(name="a", authority="deal", rate=0.1, basis="floor")
    named = measure(name="b", authority="deal", rate=0.2, basis="floor", against=("MFN",))
    assert parts(mfn(0.05), everything, named) == pytest.approx([0.05, 0.0, 0.15])


def test_limits_that_name_different_authorities_do_not_see_each_other():
    one = measure(name="one", authority="deal", rate=0.1, basis="floor", against=("MFN",))
    two = measure(name="two", authority="deal", rate=0.2, basis="floor", against=("Section 301",))
    assert parts(one, two) == [0.1, 0.2]


def test_a_floor_counts_an_earlier_floor_of_an_authority_that_it_names():
    one = measure(name="one", authority="Section 301", rate=0.1, basis="floor", against=("MFN",))
    two = measure(name="two", authority="deal", rate=0.2, basis="floor", against=("Section 301",))
    assert parts(one, two) == [0.1, 0.1]


def test_a_cap_counts_the_floor_of_an_authority_that_it_names():
    floor = measure(name="floor", authority="deal", rate=0.2, basis="floor", against=("MFN",))
    cap = measure(name="cap", authority="other", rate=0.15, basis="cap", against=("deal",))
    assert parts(mfn(0.05), floor, cap) == pytest.approx([0.05, 0.15, 0.0])
    assert parts(mfn(0.0), floor, cap) == pytest.approx([0.0, 0.2, -0.05])


def test_a_cap_that_names_authorities_counts_the_floor_that_names_none():
    floor = measure(name="floor", authority="deal", rate=0.2, basis="floor")
    cap = measure(name="cap", authority="other", rate=0.1, basis="cap", against=("MFN",))
    assert parts(mfn(0.05), floor, cap) == pytest.approx([0.05, 0.15, -0.1])


def test_a_cap_sees_the_floor_that_names_the_same_authorities():
    floor = measure(name="floor", authority="deal", rate=0.15, basis="floor", against=("MFN",))
    cap = measure(name="cap", authority="other", rate=0.1, basis="cap", against=("MFN",))
    assert parts(mfn(0.05), floor, cap) == pytest.approx([0.05, 0.1, -0.05])


def test_the_order_in_which_a_limit_names_its_authorities_does_not_matter():
    one = measure(name="one", authority="deal", rate=0.15, basis="floor", against=("MFN", "Section 301"))
    two = measure(name="two", authority="deal", rate=0.15, basis="floor", against=("Section 301", "MFN"))
    assert parts(mfn(0.05), one, two) == pytest.approx([0.05, 0.1, 0.0])


def test_a_replacement_may_be_a_floor():
    deal = measure(
        name="deal", authority="deal", rate=0.15, basis="floor", stacking="replace", against=("Section 232",)
    )
    steel = measure(name="steel", authority="Section 232", rate=0.5)
    assert parts(mfn(0.05), steel, deal) == pytest.approx([0.05, 0.0, 0.15])


@pytest.mark.parametrize(
    ("changes", "plain"),
    [
        ({}, True),
        ({"basis": "specific", "unit_value": 100.0}, True),
        ({"stacking": "exclusive"}, False),
        ({"stacking": "replace", "against": ("MFN",)}, False),
        ({"basis": "floor"}, False),
        ({"basis": "cap"}, False),
    ],
)
def test_only_measures_that_add_are_plain(changes, plain):
    assert stacking.is_plain([mfn(), measure(**changes)]) is plain


def active(measures, data):
    """Most measures in force."""
    usually = st.sampled_from([True, True, True, False])
    return data.draw(st.lists(usually, min_size=len(measures), max_size=len(measures)))


@draw.thorough
@given(st.one_of(draw.one_pair(), draw.one_pair(limits="many")), st.data())
@draw.where_goods_are_known
def test_contributions_agree_with_the_oracle(measures, data):
    rows = [active(measures, data) for _ in range(3)]
    acts = [oracle.act_of(m) for m in measures]
    expected = [oracle.stacked(acts, [k for k, on in enumerate(row) if on]) for row in rows]
    found = stacking.contributions(measures, np.array(rows, bool))
    np.testing.assert_allclose(found, np.array(expected), rtol=1e-12, atol=1e-12)


@given(draw.one_pair(), st.data())
@draw.where_goods_are_known
def test_only_caps_contribute_less_than_nothing(measures, data):
    found = stacking.contributions(measures, np.array([active(measures, data)], bool))[0]
    assert all(part >= 0 for m, part in zip(measures, found, strict=True) if m.basis != "cap")


@given(draw.one_pair(limits="none"), st.data())
@draw.where_goods_are_known
def test_the_trade_charged_by_one_group_never_exceeds_all_of_it(measures, data):
    found = stacking.contributions(measures, np.array([active(measures, data)], bool))[0]
    for group in ("", "steel"):
        charged = sum(
            part / m.level
            for m, part in zip(measures, found, strict=True)
            if m.level > 1e-9 and m.stacking == "exclusive" and m.group == group
        )
        assert charged <= 1 + 1e-9


@given(draw.one_pair(limits="many"), st.data())
@draw.where_goods_are_known
def test_no_cap_takes_off_more_than_there_is(measures, data):
    assert stacking.contributions(measures, np.array([active(measures, data)], bool)).sum() >= -1e-12
