"""Floors, caps and replacements on a part of the trade: by hand, good by good, and laws that must hold."""

import itertools
import random

import numpy as np
import pytest
import strategies as draw
from hypothesis import given
from hypothesis import strategies as st
from strategies import measure

from tradesim import Economies, Schedule, averages, stacking
from tradesim.errors import InputError

NOT_SAID = "goods that are not identified"


def act(rate, coverage=1.0, authority="Section 301", name=None, **fields):
    return measure(
        name=name or f"{authority} at {rate}", authority=authority, rate=rate, coverage=coverage, **fields
    )


def floor(level, coverage=1.0, authority="deal", **fields):
    return act(level, coverage, authority, basis="floor", **fields)


def cap(level, coverage=1.0, authority="deal", **fields):
    return act(level, coverage, authority, basis="cap", **fields)


def exemption(coverage, *against, name="exemption", **fields):
    return act(0.0, coverage, "exemption", name, stacking="replace", against=against, **fields)


def parts(*measures):
    return stacking.contributions(measures, np.ones((1, len(measures)), bool))[0]


def duty(*measures):
    return float(parts(*measures).sum())


MFN = act(0.025, authority="MFN")

BY_HAND = {
    "MFN of 20% on half, a floor of 15% on all": (
        [act(0.2, 0.5, "MFN"), floor(0.15, against="MFN")],
        0.5 * 0.2 + 0.5 * 0.15,
    ),
    "a cap of 15% on the 35% that a duty of 25% hits": (
        [MFN, act(0.25, 0.35), cap(0.15, 0.35)],
        0.35 * 0.15 + 0.65 * 0.025,
    ),
    "the cap may name what it counts": (
        [MFN, act(0.25, 0.35), cap(0.15, 0.35, against=("MFN", "Section 301"))],
        0.35 * 0.15 + 0.65 * 0.025,
    ),
    "a cap on a part of the goods of a duty": (
        [MFN, act(0.25, 0.35), cap(0.15, 0.1)],
        0.1 * 0.15 + 0.25 * 0.275 + 0.65 * 0.025,
    ),
    "a cap on more than the goods of a duty": (
        [MFN, act(0.25, 0.35), cap(0.15, 0.6)],
        0.35 * 0.15 + 0.65 * 0.025,
    ),
    "a cap on all": ([MFN, act(0.25, 0.35), cap(0.15)], 0.35 * 0.15 + 0.65 * 0.025),
    "a floor on the half that MFN hits": ([act(0.2, 0.5, "MFN"), floor(0.15, 0.5, against="MFN")], 0.1),
    "a floor on a part of trade that MFN hits whole": (
        [MFN, floor(0.15, 0.4, against="MFN")],
        0.06 + 0.6 * 0.025,
    ),
    "a floor above two duties on unknown parts": (
        [act(0.1, 0.5, "MFN"), act(0.05, 0.3), floor(0.15)],
        0.15,
    ),
    "a floor below two duties on all": ([MFN, act(0.1, 1.0), floor(0.12)], 0.125),
    "a cap that nothing reaches": ([act(0.1, 0.5, "MFN"), act(0.05, 0.3), cap(0.15, 0.2)], 0.065),
    "lists of one authority under a floor": (
        [act(0.25, 0.1), act(0.1, 0.2), floor(0.15, against="Section 301")],
        0.1 * 0.25 + 0.9 * 0.15,
    ),
    "named goods: a cap on two duties that hit the same": (
        [
            MFN,
            act(0.25, 0.35, goods="cars"),
            act(0.1, 0.2, "fentanyl", goods="cars"),
            cap(0.15, 0.35, goods="cars"),
        ],
        0.35 * 0.15 + 0.65 * 0.025,
    ),
    "named goods: a cap on one of two duties": (
        [
            MFN,
            act(0.25, 0.35, goods="cars"),
            act(0.1, 0.2, "fentanyl", goods="steel"),
            cap(0.15, 0.35, goods="cars"),
        ],
        0.35 * 0.15 + 0.2 * 0.125 + 0.45 * 0.025,
    ),
    "two floors on different goods": (
        [
            MFN,
            floor(0.15, 0.1, "cars", stacking="exclusive", against="MFN"),
            floor(0.15, 0.4, "reciprocal", stacking="exclusive", against="MFN"),
        ],
        0.5 * 0.15 + 0.5 * 0.025,
    ),
    "two floors on the same goods": (
        [
            MFN,
            floor(0.15, 0.1, "cars", against="MFN", goods="a"),
            floor(0.15, 0.4, "reciprocal", against="MFN", goods="a"),
        ],
        0.4 * 0.15 + 0.6 * 0.025,
    ),
    "a floor of an authority beside its other goods": (
        [MFN, act(0.5, 0.1, "Section 232"), floor(0.15, 0.05, "Section 232", against="MFN")],
        0.1 * 0.525 + 0.05 * 0.15 + 0.85 * 0.025,
    ),
    "what a replacement takes is not under the floor": (
        [
            act(0.1, authority="reciprocal"),
            act(0.5, 0.2, "232", stacking="replace", against="reciprocal"),
            floor(0.3),
        ],
        0.2 * 0.5 + 0.8 * 0.3,
    ),
    "two exemptions of different goods": (
        [act(0.1), exemption(0.3, "Section 301"), exemption(0.3, "Section 301", name="b")],
        0.04,
    ),
    "two exemptions of the same goods": (
        [
            act(0.1),
            exemption(0.3, "Section 301", goods="x"),
            exemption(0.3, "Section 301", name="b", goods="x"),
        ],
        0.07,
    ),
    "an exemption of lists at one rate": (
        [act(0.25, 0.1), act(0.25, 0.2, name="2"), exemption(0.05, "Section 301")],
        0.25 * 0.25,
    ),
    "an exemption of one list": (
        [act(0.25, 0.1, goods="1"), act(0.1, 0.2, goods="2"), exemption(0.05, "Section 301", goods="2")],
        0.025 + 0.015,
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_by_hand(case):
    measures, expected = BY_HAND[case]
    assert duty(*measures) == pytest.approx(expected, abs=1e-14)
    assert duty(*measures[::-1]) == pytest.approx(expected, abs=1e-14)


NOT_KNOWN = {
    "two duties under a floor": [act(0.1, 0.5, "MFN"), act(0.1, 0.5), floor(0.15)],
    "a cap beside a second duty": [MFN, act(0.25, 0.35), act(0.1, 0.5, "fentanyl"), cap(0.15, 0.35)],
    "a cap on one of two lists": [act(0.25, 0.2), act(0.2, 0.3), cap(0.15, 0.2, against="Section 301")],
    "two floors": [
        MFN,
        floor(0.15, 0.1, "cars", against="MFN"),
        floor(0.15, 0.4, "reciprocal", against="MFN"),
    ],
    "a floor of the authority it counts": [MFN, act(0.1, 0.1, "232"), floor(0.15, 0.1, "232")],
    "measures of one authority that do not fit": [act(0.1, 0.7), act(0.1, 0.8, name="2"), floor(0.15)],
    "an exemption of one of two lists": [act(0.25, 0.1), act(0.1, 0.2), exemption(0.05, "Section 301")],
    "an exemption of named goods": [act(0.25, 0.1, goods="x"), exemption(0.05, "Section 301")],
}


@pytest.mark.parametrize("case", NOT_KNOWN)
def test_what_depends_on_the_goods_is_refused(case):
    with pytest.raises(InputError, match=NOT_SAID) as error:
        duty(*NOT_KNOWN[case])
    assert "`goods`" in str(error.value) or "goods=" in str(error.value)


def test_different_goods_are_no_more_than_all_trade():
    with pytest.raises(InputError, match="different goods are more than all trade"):
        duty(act(0.1, 0.6, goods="x"), act(0.1, 0.6, "MFN", goods="y"))


def test_the_averages_go_by_the_same_goods():
    measures = [MFN, act(0.25, 0.35), cap(0.15, 0.35)]
    record = Schedule(measures, Economies(["USA", "CHN"], [[0, 3], [1, 0]]))
    index = averages.restrictiveness(record, "2019-01-01", "2019-01-01", by="pair")
    assert index["USA", "CHN"].item() ** 2 == pytest.approx(0.35 * 0.15**2 + 0.65 * 0.025**2)


# A thousand goods ---------------------------------------------------------------------------------------


@given(st.integers(0, 10**6))
def test_a_thousand_goods(seed):
    """MFN on some goods, a list on some others or the same, a limit on named ones: each good by itself."""
    chance = random.Random(seed)  # noqa: S311
    goods = range(1000)
    listed = chance.sample(goods, chance.randint(1, 600))
    limited = listed[: chance.randint(1, len(listed))]
    mfn, rate, level = (chance.choice([0.0, 0.02, 0.1, 0.15, 0.3]) for _ in range(3))
    basis = chance.choice([floor, cap])
    measures = [
        act(mfn, authority="MFN"),
        act(rate, len(listed) / 1000, goods="list"),
        basis(level, len(limited) / 1000, goods="list"),
    ]
    on_list, on_limit = set(listed), set(limited)
    total = 0.0
    for good in goods:
        paid = mfn + (rate if good in on_list else 0.0)
        if good in on_limit:
            paid = max(paid, level) if basis is floor else min(paid, level)
        total += paid
    assert duty(*measures) == pytest.approx(total / 1000, abs=1e-12)


# Laws ---------------------------------------------------------------------------------------------------


@given(draw.one_pair(limits="none"), st.floats(0, 1))
@draw.where_goods_are_known
def test_limits_beyond_all_rates_change_nothing(measures, coverage):
    without = duty(*measures) if measures else 0.0
    high = sum(m.level for m in measures)
    assert duty(*measures, floor(0.0, coverage)) == pytest.approx(without, abs=1e-12)
    if high <= 10:
        assert duty(*measures, cap(high, coverage)) == pytest.approx(without, abs=1e-12)


@given(draw.one_pair(limits="many"), st.integers(0, 100), st.floats(0.1, 0.9))
@draw.where_goods_are_known
def test_two_measures_of_one_rate_are_as_one(measures, which, share):
    """A measure on part of the trade may be written as two of the same rate, each on part of its goods."""
    whole = [m for m in measures if m.goods == ""]
    if not whole:
        return
    chosen = whole[which % len(whole)]
    others = [m for m in measures if m is not chosen]
    alike = [m for m in others if m.authority == chosen.authority and m.coverage < 1]
    if chosen.coverage == 1 or chosen.stacking == "replace" or alike:
        return
    fields = {name: getattr(chosen, name) for name in type(chosen).__dataclass_fields__}
    two = [
        type(chosen)(**(fields | {"name": f"{chosen.name} {part}", "coverage": chosen.coverage * part}))
        for part in (share, 1 - share)
    ]
    one = duty(*sorted([*others, chosen], key=type(chosen).sort_key))
    assert duty(*sorted([*others, *two], key=type(chosen).sort_key)) == pytest.approx(one, abs=1e-12)


@given(draw.one_pair(limits="none"), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@draw.where_goods_are_known
def test_a_limit_is_monotone_in_its_level(measures, low, high, coverage):
    low, high = sorted([low, high])
    for limit in (floor, cap):
        assert duty(*measures, limit(low, coverage)) <= duty(*measures, limit(high, coverage)) + 1e-12


@given(draw.one_pair(limits="none"), st.floats(0, 1))
@draw.where_goods_are_known
def test_no_good_is_below_a_floor_or_above_a_cap_on_all_trade(measures, level):
    for limit, beyond in ((floor(level), -1.0), (cap(level), 1.0)):
        all_in = [*measures, limit]
        charges, _ = stacking.charges_on(all_in, np.ones(len(all_in), bool))
        layers, charge = charges.layout.layers, [each.sum(axis=1) for each in charges.charge]
        for z in range(len(layers[0].width)):
            here = [each for layer, each in zip(layers[1:], charge[1:], strict=True) if layer.open[z]]
            for values in itertools.islice(itertools.product(*here), 200):
                assert beyond * (charge[0][z] + sum(values) - level) <= 1e-9


@given(draw.one_pair(limits="many"))
@draw.where_goods_are_known
def test_the_goods_add_up_to_the_contributions(measures):
    charges, added = stacking.charges_on(measures, np.ones(len(measures), bool))
    assert np.allclose(added, parts(*measures) if measures else 0.0, atol=1e-12)
    assert sum(share.sum() for share in charges.shares()[:1]) == pytest.approx(1.0)
