"""The averages against plain loops, explicit goods, closed forms and properties that must hold."""

from math import sqrt

import numpy as np
import oracle
import pandas as pd
import pytest
import strategies as draw
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from tradesim import averages
from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.measures import Measure
from tradesim.schedule import Schedule

DAY = "2025-06-01"
CODES = ("USA", "CHN", "MEX")
IMPORTS = [[50.0, 300.0, 100.0], [40.0, 0.0, 20.0], [200.0, 30.0, 0.0]]
WORLD = Economies(CODES, IMPORTS)
PAIR = ("USA", "CHN")


def act(rate, coverage=1.0, authority="A", name=None, **fields):
    given_fields = {"importer": "USA", "exporter": "CHN", "effective": "2025-01-01"} | fields
    return Measure(
        name=name or f"{authority} {rate} {coverage} {sorted(fields.items())}",
        authority=authority,
        rate=rate,
        coverage=coverage,
        **given_fields,
    )


def record(*acts, economies=WORLD, **about):
    return Schedule(acts, economies, **about)


def index_of(*acts):
    return averages.restrictiveness(record(*acts), DAY, DAY, by="pair")[PAIR].item()


def share_of(*acts, authorities=None):
    return averages.covered(record(*acts), DAY, DAY, authorities)[PAIR].item()


def problem(error):
    (found,) = error.value.problems
    return found


# Goods one by one: every kind of good that the convention allows, by plain loops ---------------------------


def every_good(acts):
    """Yield (share of trade, duty, what hits it) of every kind of good."""
    given_acts = [oracle.act_of(m) for m in acts]
    for share, charge in oracle.goods(given_acts, list(range(len(acts)))):
        yield share, sum(charge.values()), [k for k, amount in charge.items() if amount > 1e-12]


AUTHORITIES = ("MFN", "A", "B", "C")


def some_of(values, least=0):
    return st.lists(st.sampled_from(values), min_size=least, max_size=2, unique=True).map(tuple)


@st.composite
def some_act(draw, plain=False):
    stacking = "add" if plain else draw(st.sampled_from(["add", "add", "exclusive", "replace"]))
    limits = [] if plain or stacking == "exclusive" else ["floor", "cap"]
    basis = draw(st.sampled_from(["ad_valorem", "ad_valorem", *limits]))
    fields = {"stacking": stacking, "basis": basis}
    if stacking == "exclusive":
        fields["group"] = draw(st.sampled_from(["", "g"]))
    if stacking == "replace" or basis in {"floor", "cap"}:
        fields["against"] = draw(some_of(AUTHORITIES, stacking == "replace"))
    rate = draw(st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.3, 1.0]))
    return rate, draw(st.integers(1, 10)) / 10, draw(st.sampled_from(AUTHORITIES)), fields


def acts_of(drawn):
    made = (act(r, c, a, name=f"m{k}", **fields) for k, (r, c, a, fields) in enumerate(drawn))
    return sorted(made, key=Measure.sort_key)


anything = st.lists(some_act(), min_size=1, max_size=5).map(acts_of)
simple = st.lists(some_act(plain=True), min_size=1, max_size=5).map(acts_of)


@given(st.one_of(simple, anything))
@draw.where_goods_are_known
def test_restrictiveness_enumerates_the_goods(acts):
    goods = list(every_good(acts))
    assert sum(p for p, _, _ in goods) == pytest.approx(1)
    assert index_of(*acts) == pytest.approx(sqrt(sum(p * t * t for p, t, _ in goods)), abs=1e-9)


@given(st.one_of(simple, anything))
@draw.where_goods_are_known
def test_the_goods_average_to_the_statutory_duty(acts):
    mean = sum(p * t for p, t, _ in every_good(acts))
    assert record(*acts).duty_on(DAY).loc[PAIR] == pytest.approx(mean, abs=1e-9)


@given(st.one_of(simple, anything), st.sets(st.sampled_from(AUTHORITIES), min_size=1))
@draw.where_goods_are_known
def test_covered_counts_the_goods(acts, wanted):
    named = sorted(wanted & {m.authority for m in acts}) or [acts[0].authority]
    hit = sum(p for p, _, hits in every_good(acts) if any(acts[k].authority in named for k in hits))
    assert share_of(*acts, authorities=named) == pytest.approx(hit, abs=1e-9)


def test_rounding_puts_no_index_below_the_mean():
    acts = [act(0.15, 1.0, "A"), act(0.03, 1.0, "B"), act(0.1, 1.0, "C")]
    assert index_of(*acts) >= record(*acts).duty_on(DAY).loc[PAIR]
    for percent in range(1, 60):
        both = [act(percent / 100, exporter=code) for code in ("CHN", "MEX")]
        schedule = record(*both, economies=Economies(CODES, [[0, 7, 3], [1, 0, 1], [1, 1, 0]]))
        index = averages.restrictiveness(schedule, DAY, DAY)
        assert index.loc[DAY, "USA"] >= averages.statutory(schedule, DAY, DAY).loc[DAY, "USA"]


def test_what_rounding_leaves_of_an_ended_measure_is_nothing():
    shares = (0.3, 0.6, 0.1)  # in this order they sum to less than 1
    replacing = [
        act(0.5, share, "R", f"m{k}", stacking="replace", against="X") for k, share in enumerate(shares)
    ]
    assert index_of(*replacing, act(0.2, 1.0, "X")) == pytest.approx(0.5)
    assert share_of(*replacing, act(0.2, 1.0, "X"), authorities="X") == 0


def test_rounding_puts_no_share_below_0():
    shares = (0.409, 0.069, 0.84, 0.99, 0.18)
    replacing = [
        act(0.1, share, "A", f"m{k}", stacking="replace", against="C") for k, share in enumerate(shares)
    ]
    assert share_of(*replacing, act(0.0, 1.0, "B"), authorities="B") == 0


def test_caps_on_different_lists_leave_no_good_below_0():
    acts = [
        act(0.4, 1.0),
        act(0.2, 1.0, basis="cap", against="A"),
        act(0.1, 1.0, basis="cap", against=("A", "B")),
    ]
    assert record(*acts).duty_on(DAY).loc[PAIR] == pytest.approx(0.1)
    assert index_of(*acts) == pytest.approx(0.1)


def test_restrictiveness_of_simulated_goods():
    rng = np.random.default_rng(5)
    mfn, lists, steel = rng.random((3, 400_000))
    duty = 0.03 * (mfn < 0.7)
    duty += np.select([lists < 0.12, lists < 0.35, lists < 0.8], [0.25, 0.25, 0.075], 0.0)
    duty += 0.5 * (steel < 0.1)
    acts = [
        act(0.03, 0.7, "MFN"),
        act(0.25, 0.12, "301", "1", effective="2018-07-06"),
        act(0.25, 0.23, "301", "2", effective="2018-08-23"),
        act(0.075, 0.45, "301", "4A", effective="2020-02-14"),
        act(0.5, 0.1, "232"),
    ]
    assert index_of(*acts) == pytest.approx(np.sqrt(np.mean(duty**2)), rel=5e-3)
    assert share_of(*acts) == pytest.approx(np.mean((lists < 0.8) | (steel < 0.1)), abs=3e-3)


# Closed forms within a pair --------------------------------------------------------------------------------

STEEL = {"authority": "232", "stacking": "replace"}

CLOSED = {
    "25 % on 12 % of trade": ([act(0.25, 0.12)], 0.25**2 * 0.12),
    "uniform": ([act(0.1)], 0.01),
    "none": ([act(0.0)], 0.0),
    "specific": ([act(50.0, 0.2, basis="specific", unit="t", unit_value=200.0)], 0.25**2 * 0.2),
    "independent authorities": (
        [act(0.3, 0.5, "A"), act(0.1, 0.2, "B")],
        0.09 * 0.5 + 0.01 * 0.2 + 2 * 0.3 * 0.1 * 0.5 * 0.2,
    ),
    "one authority side by side": ([act(0.3, 0.5), act(0.1, 0.2)], 0.09 * 0.5 + 0.01 * 0.2),
    "one authority, no room left": (
        [act(0.3, 0.8), act(0.1, 0.5)],
        0.09 * 0.8 + 0.01 * 0.5 + 2 * 0.3 * 0.1 * 0.3,
    ),
    "one authority, all trade three times": ([act(0.1), act(0.2), act(0.3)], 0.36),
    "third of three starts where the second ended": (
        [act(0.1, 0.6, name="1"), act(0.2, 0.6, name="2"), act(0.4, 0.3, name="3")],
        0.2 * 0.3**2 + 0.3 * 0.5**2 + 0.1 * 0.1**2 + 0.4 * 0.2**2,
    ),
    "exclusive": (
        [act(0.1, 1.0, "recip", stacking="exclusive"), act(0.5, 0.1, "232", stacking="exclusive")],
        0.9 * 0.01 + 0.1 * 0.25,
    ),
    "replaced": (
        [act(0.1, 1.0, "recip"), act(0.5, 0.1, against=("recip",), **STEEL)],
        0.9 * 0.01 + 0.1 * 0.25,
    ),
    "two replaced meet on what is left": (
        [
            act(0.1, 1.0, "recip"),
            act(0.2, 1.0, "fent"),
            act(0.03, 1.0, "MFN"),
            act(0.5, 0.1, against=("recip", "fent"), **STEEL),
        ],
        0.9 * 0.33**2 + 0.1 * 0.53**2,
    ),
    "an exemption replaces by nothing": (
        [act(0.1, 1.0, "recip"), act(0.0, 0.4, against="recip", **STEEL)],
        0.006,
    ),
    "exclusive and replaced: what is not ended has to meet the replacement": (
        [
            act(0.1, 1.0, "recip", stacking="exclusive"),
            act(0.4, 0.2, "copper", stacking="exclusive"),
            act(0.5, 0.1, against="recip", **STEEL),
        ],
        0.1 * 0.9**2 + 0.1 * 0.4**2 + 0.8 * 0.1**2,
    ),
    "exclusive: the largest rate first": (
        [act(0.1, 1.0, "IEEPA", stacking="exclusive"), act(0.5, 0.1, "Section 232", stacking="exclusive")],
        0.9 * 0.1**2 + 0.1 * 0.5**2,
    ),
    "exclusive groups are independent of each other": (
        [act(0.1, 0.5, "A", stacking="exclusive", group="g"), act(0.2, 0.5, "B", stacking="exclusive")],
        0.5 * 0.1**2 + 0.5 * 0.2**2 + 2 * 0.25 * 0.1 * 0.2,
    ),
    "exclusive measures come before others of their authorities": (
        [
            act(0.1, 0.5, "A", effective="2024-01-01"),
            act(0.2, 0.5, "A", stacking="exclusive"),
            act(0.4, 0.5, "B", stacking="exclusive"),
        ],
        0.5 * 0.3**2 + 0.5 * 0.4**2,
    ),
    "an exemption of two authorities exempts the same goods": (
        [act(0.1, 1.0, "recip"), act(0.2, 1.0, "fent"), act(0.0, 0.4, against=("recip", "fent"), **STEEL)],
        0.6 * 0.3**2,
    ),
    "a replacement that is a cap": (
        [
            act(0.4, 1.0, "B"),
            act(0.2, 1.0, "C"),
            act(0.1, 0.5, "D", basis="cap", stacking="replace", against="B"),
        ],
        0.5 * 0.2**2 + 0.5 * (0.2 + 0.4) ** 2,
    ),
    "what has ended keeps nothing apart": (
        [
            act(0.5, 0.5, "A"),
            act(0.2, 0.5, "B", stacking="replace", against="C"),
            act(0.1, 0.5, "A", stacking="replace", against="C", expires="2025-02-01"),
            act(0.1, 0.5, "A", stacking="exclusive", expires="2025-02-01"),
            act(0.1, 0.5, "B", stacking="exclusive", expires="2025-02-01"),
        ],
        0.5 * 0.5**2 + 0.5 * 0.2**2 + 2 * 0.25 * 0.5 * 0.2,
    ),
    "one authority with its own replacement": (
        [act(0.1, 1.0, "recip"), act(0.5, 0.1, against="recip", **STEEL), act(0.25, 0.3, "232")],
        0.1 * 0.5**2 + 0.9 * (2 / 3 * 0.1**2 + 1 / 3 * 0.35**2),
    ),
    "authorities that replace are beside each other": (
        [act(0.5, 0.1, against="recip", **STEEL), act(0.2, 0.3, "122", stacking="replace", against="recip")],
        0.1 * 0.5**2 + 0.3 * 0.2**2,
    ),
    "floor on all": ([act(0.03, 1.0, "MFN"), act(0.15, 1.0, basis="floor", against="MFN")], 0.0225),
    "floor on a share": (
        [act(0.03, 1.0, "MFN"), act(0.15, 0.5, basis="floor")],
        0.5 * 0.0225 + 0.5 * 0.0009,
    ),
    "cap on all": ([act(0.5, 0.2, "B"), act(0.05, 1.0, basis="cap")], 0.2 * 0.05**2),
    "cap of nothing on half": ([act(0.2, 1.0, "B"), act(0.0, 0.5, basis="cap")], 0.5 * 0.04),
    "cap on what it counts": (
        [act(0.2, 1.0, "B"), act(0.1, 1.0, "C"), act(0.1, 0.5, basis="cap", against="B")],
        0.5 * 0.3**2 + 0.5 * 0.2**2,
    ),
    "caps from the highest down": (
        [act(0.4, 1.0, "B"), act(0.2, 0.5, basis="cap", name="1"), act(0.1, 1.0, basis="cap", name="2")],
        0.1**2,
    ),
}


@pytest.mark.parametrize("case", CLOSED)
def test_restrictiveness_in_closed_form(case):
    acts, square = CLOSED[case]
    assert index_of(*acts) == pytest.approx(sqrt(square), abs=1e-12)


@pytest.mark.parametrize(
    ("acts", "share"),
    [
        ([act(0.25, 0.12)], 0.12),
        ([act(0.25, 0.12), act(0.25, 0.1, "B")], 1 - 0.88 * 0.9),
        ([act(0.25, 0.6), act(0.25, 0.3)], 0.9),
        ([act(0.25, 0.6), act(0.25, 0.7)], 1.0),
        ([act(0.25, 0.6), act(0.25, 0.7), act(0.1, 0.5, "B")], 1.0),
        ([act(0.25, 0.6), act(0.1, 1.0, "MFN")], 0.6),
        ([act(0.0, 0.6)], 0.0),
        ([act(0.1, 0.6, stacking="exclusive"), act(0.5, 0.1, "B", stacking="exclusive")], 0.7),
        ([act(0.1, 0.6), act(0.5, 0.1, "B", stacking="replace", against="A")], 0.1 + 0.5),
        ([act(0.0, 1.0, "MFN"), act(0.15, 0.4, basis="floor", against="MFN")], 0.4),
        ([act(0.2, 1.0, "MFN"), act(0.15, 0.4, basis="floor", against="MFN")], 0.0),
        ([act(0.2, 0.3, "B"), act(0.01, 1.0, basis="cap")], 0.3),
        ([act(0.2, 0.3, "B"), act(0.2, 0.3, status="suspended"), act(0.2, 0.3, instrument="fee")], 0.3),
        ([act(None, 0.3, instrument="export_control")], 0.0),
    ],
)
def test_covered_in_closed_form(acts, share):
    assert share_of(*acts) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(
    ("authorities", "share"),
    [
        (["Section 301"], 0.2),
        ("Section 301", 0.2),
        (["Section*"], 1 - 0.8 * 0.9),
        (["MFN"], 0.5),
        (["MFN", "Section 301", "Section 301"], 1 - 0.5 * 0.8),
        (iter(["Section 232"]), 0.1),
        ("odd [name]", 0.3),
        (None, 1 - 0.8 * 0.9 * 0.7),
    ],
)
def test_covered_by_named_authorities(authorities, share):
    acts = [
        act(0.03, 0.5, "MFN"),
        act(0.25, 0.2, "Section 301"),
        act(0.5, 0.1, "Section 232"),
        act(0.5, 0.3, "odd [name]"),
    ]
    assert share_of(*acts, authorities=authorities) == pytest.approx(share)


# Over partners ---------------------------------------------------------------------------------------------


@st.composite
def schedules(draw, n=3):
    codes = CODES[:n]
    drawn = draw(st.lists(some_act(), max_size=8))
    pairs = [(i, j) for i in codes for j in codes if i != j]
    acts = []
    for k, (rate, coverage, authority, fields) in enumerate(drawn):
        importer, exporter = draw(st.sampled_from(pairs))
        first = draw(st.integers(1, 9))
        window = {
            "effective": f"2025-01-0{first}",
            "expires": f"2025-01-{first + draw(st.integers(0, 9)):02}",
        }
        acts.append(
            act(rate, coverage, authority, f"m{k}", importer=importer, exporter=exporter, **window, **fields)
        )
    cell = st.floats(0.0, 1e12)
    imports = draw(st.lists(st.lists(cell, min_size=n, max_size=n), min_size=n, max_size=n))
    return Schedule(acts, Economies(codes, imports))


PERIOD = ("2024-12-30", "2025-01-20")


@given(schedules())
@draw.where_goods_are_known
def test_restrictiveness_is_never_below_the_statutory_duty(schedule):
    by_pair = averages.restrictiveness(schedule, *PERIOD, by="pair")
    assert (by_pair >= schedule.effective_duty(*PERIOD)).all(axis=None)
    by_importer = averages.restrictiveness(schedule, *PERIOD)
    assert (by_importer >= averages.statutory(schedule, *PERIOD)).all(axis=None)


@given(schedules())
@draw.where_goods_are_known
def test_restrictiveness_over_partners_squares_and_weighs_the_pairs(schedule):
    by_pair = averages.restrictiveness(schedule, *PERIOD, by="pair")
    by_importer = averages.restrictiveness(schedule, *PERIOD)
    for i, importer in enumerate(CODES):
        trade = {j: schedule.economies.imports[i, CODES.index(j)] for j in CODES if j != importer}
        total = sum(trade.values()) or 1.0
        squares = sum(trade[j] / total * by_pair[importer, j] ** 2 for j in trade)
        np.testing.assert_allclose(by_importer[importer], np.sqrt(squares), atol=1e-9)


@given(schedules(), st.permutations(CODES))
@draw.where_goods_are_known
def test_the_order_of_economies_does_not_matter(schedule, codes):
    other = schedule.select(codes)
    for function in (averages.statutory, averages.simple_mean, averages.restrictiveness):
        assert_frame_equal(function(other, *PERIOD)[list(CODES)], function(schedule, *PERIOD))


@given(schedules())
@draw.where_goods_are_known
def test_simple_mean_counts_every_partner_once(schedule):
    mean = averages.simple_mean(schedule, *PERIOD)
    for day, row in mean.iterrows():
        duty = schedule.duty_on(day)
        for i in CODES:
            assert row[i] == pytest.approx(sum(duty.loc[i, j] for j in CODES if j != i) / 2)


@given(schedules(), st.sampled_from(["D", "W", "M"]))
@draw.where_goods_are_known
def test_statutory_is_the_effective_duty(schedule, freq):
    expected = schedule.effective_duty(*PERIOD, by="importer", freq=freq)
    assert_frame_equal(averages.statutory(schedule, *PERIOD, freq), expected)


@given(
    schedules(), st.sampled_from([0.0, 0.5, 1, 4.0, np.float64(8.0)]), st.sampled_from([None, "2025-01-07"])
)
@draw.where_goods_are_known
def test_substitution_adjusted_in_a_plain_loop(schedule, elasticity, reference):
    adjusted = averages.substitution_adjusted(schedule, *PERIOD, elasticity, reference)
    before = schedule.duty_on(reference or PERIOD[0])
    for day, row in adjusted.iterrows():
        duty = schedule.duty_on(day)
        for i in CODES:
            left = {
                j: schedule.economies.to_frame().loc[i, j]
                * ((1 + duty.loc[i, j]) / (1 + before.loc[i, j])) ** -elasticity
                for j in CODES
                if j != i
            }
            bill = sum(left[j] * duty.loc[i, j] for j in left)
            assert row[i] == pytest.approx(bill / sum(left.values()) if bill else 0.0, abs=1e-9)


@given(schedules(), st.floats(0, 50))
@draw.where_goods_are_known
def test_substitution_lowers_the_average_of_duties_raised_from_a_common_level(schedule, elasticity):
    adjusted = averages.substitution_adjusted(schedule, *PERIOD, elasticity)  # no duty before 2025
    assert (adjusted <= averages.statutory(schedule, *PERIOD) + 1e-12).all(axis=None)


def test_substitution_leaves_equal_duties_alone():
    schedule = record(act(0.3), act(0.3, exporter="MEX"))
    adjusted = averages.substitution_adjusted(schedule, "2024-12-31", DAY, 4.0)
    assert_frame_equal(adjusted, averages.statutory(schedule, "2024-12-31", DAY))


def test_substitution_with_a_huge_elasticity_leaves_the_cheapest_partner():
    schedule = record(act(1.0), act(0.2, exporter="MEX"), act(0.5, importer="CHN", exporter="USA"))
    adjusted = averages.substitution_adjusted(schedule, "2024-12-31", "2025-01-01", 1e6)
    assert adjusted.loc["2025-01-01"].to_list() == pytest.approx([0.2, 0.0, 0.0])


def test_substitution_ignores_partners_without_trade():
    economies = Economies(CODES, [[0, 0, 1], [0, 0, 0], [1, 0, 0]])
    schedule = record(
        act(1.0), act(0.2, exporter="MEX"), act(0.3, importer="CHN", exporter="USA"), economies=economies
    )
    adjusted = averages.substitution_adjusted(schedule, DAY, DAY, 700.0, "2024-12-31")
    assert adjusted.loc[DAY].to_list() == pytest.approx([0.2, 0.0, 0.0])


def test_substitution_may_raise_the_average_when_the_low_duty_rises():
    schedule = record(act(1.0, effective="2024-01-01"), act(0.5, exporter="MEX"))
    adjusted = averages.substitution_adjusted(schedule, "2024-12-31", DAY, 4.0)
    assert adjusted.loc[DAY, "USA"] > averages.statutory(schedule, DAY, DAY).loc[DAY, "USA"]


# Days and labels -------------------------------------------------------------------------------------------

EACH = {
    "statutory": averages.statutory,
    "simple_mean": averages.simple_mean,
    "restrictiveness": averages.restrictiveness,
    "by_pair": lambda *args, **more: averages.restrictiveness(*args, by="pair", **more),
    "covered": averages.covered,
    "substitution_adjusted": lambda *args, **more: averages.substitution_adjusted(
        *args, elasticity=4.0, **more
    ),
}
WEIGHTED = ("statutory", "restrictiveness", "substitution_adjusted")


@pytest.mark.parametrize("name", EACH)
def test_both_ends_of_the_period_are_in_and_windows_are_half_open(name):
    schedule = record(act(0.5, 0.4, effective="2025-03-02", expires="2025-03-04"))
    values = EACH[name](schedule, "2025-03-01", "2025-03-04")
    assert values.index.equals(pd.date_range("2025-03-01", "2025-03-04", name="date"))
    column = PAIR if isinstance(values.columns, pd.MultiIndex) else "USA"
    assert (values[column] > 0).to_list() == [False, True, True, False]


@pytest.mark.parametrize("name", EACH)
def test_a_period_averages_the_days(name):
    schedule = record(act(0.5, 0.4, effective="2025-03-11"), act(0.3, 0.4, "B", effective="2025-02-21"))
    monthly = EACH[name](schedule, "2025-02-15", "2025-03-31", freq="M")
    daily = EACH[name](schedule, "2025-02-15", "2025-03-31")
    assert monthly.index.equals(pd.DatetimeIndex(["2025-02-15", "2025-03-01"], name="date"))
    np.testing.assert_allclose(monthly.iloc[1], daily.loc["2025-03"].mean())


@pytest.mark.parametrize("name", ["by_pair", "covered"])
def test_pairs_are_labelled_like_effective_duty(name):
    for complete in (True, False):
        schedule = record(act(0.5, 0.4), act(0.1, importer="MEX", exporter="USA"), complete=complete)
        values = EACH[name](schedule, DAY, DAY)
        expected = schedule.effective_duty(DAY, DAY)
        assert list(values.columns) == list(expected.columns)
        assert values.columns.names == expected.columns.names
    assert EACH[name](record(complete=False), DAY, DAY).shape == (1, 0)


@pytest.mark.parametrize("name", ["statutory", "simple_mean", "restrictiveness", "substitution_adjusted"])
def test_importers_with_unknown_duties_are_left_out(name):
    partly = record(
        act(0.5), act(0.1, exporter="MEX"), act(0.2, importer="CHN", exporter="USA"), complete=False
    )
    assert list(EACH[name](partly, DAY, DAY).columns) == ["USA"]
    assert list(EACH[name](record(act(0.5)), DAY, DAY).columns) == list(CODES)
    assert EACH[name](partly, DAY, DAY).columns.name == "importer"


def test_only_the_simple_mean_asks_for_partners_without_trade():
    economies = Economies(CODES, [[0, 1, 0], [1, 0, 1], [1, 1, 0]])
    partly = record(act(0.5), complete=False, economies=economies)
    assert list(averages.restrictiveness(partly, DAY, DAY).columns) == ["USA"]
    assert averages.simple_mean(partly, DAY, DAY).shape == (1, 0)
    table = averages.compare(partly, DAY, 4.0)
    assert list(table.index) == ["USA"]
    assert table.loc["USA"].isna().to_list() == [False, True, False, False, False]


def test_compare_keeps_the_order_of_the_economies():
    economies = Economies(CODES, [[0, 1, 0], [1, 0, 1], [1, 1, 0]])
    known = [act(0.5), act(0.1, importer="CHN", exporter="USA"), act(0.1, importer="CHN", exporter="MEX")]
    table = averages.compare(record(*known, complete=False, economies=economies), DAY, 4.0)
    assert list(table.index) == ["USA", "CHN"]
    assert table["simple mean"].isna().to_list() == [True, False]


@pytest.mark.parametrize("name", EACH)
def test_no_measures_no_duty(name):
    assert (EACH[name](record(), DAY, DAY) == 0).all(axis=None)
    assert EACH[name](record(economies=Economies("USA", [[1.0]])), DAY, DAY).isna().sum().sum() == 0


# Side by side ----------------------------------------------------------------------------------------------


def test_compare_puts_the_averages_side_by_side():
    schedule = record(
        act(0.05, 1.0, "MFN", effective="2018-01-01"),
        act(0.5, 0.4, "B", effective="2018-07-06"),
        act(0.2, exporter="MEX"),
        act(0.1, 0.5, importer="CHN", exporter="USA"),
    )
    table = averages.compare(schedule, DAY, 4.0)
    covered = averages.covered(schedule, DAY, DAY).iloc[0]
    expected = {
        "statutory": averages.statutory(schedule, DAY, DAY).iloc[0],
        "simple mean": averages.simple_mean(schedule, DAY, DAY).iloc[0],
        "restrictiveness": averages.restrictiveness(schedule, DAY, DAY).iloc[0],
        "covered": {
            "USA": 0.75 * covered["USA", "CHN"] + 0.25 * covered["USA", "MEX"],
            "CHN": 2 / 3 * covered["CHN", "USA"],
            "MEX": 0.0,
        },
        "substitution-adjusted": averages.substitution_adjusted(schedule, DAY, DAY, 4.0, "2018-07-05").iloc[
            0
        ],
    }
    assert list(table.columns) == list(expected)
    assert list(table.index) == list(CODES)
    assert table.index.name == "importer"
    for column, values in expected.items():
        np.testing.assert_allclose(table[column], [values[code] for code in CODES], err_msg=column)
    # MFN was there at the reference: only the 20 points of B (0.5 on 40 % of trade) made buyers move.
    usa = {"CHN": 300 * (1.25 / 1.05) ** -4, "MEX": 100 * 1.2**-4}
    adjusted = (usa["CHN"] * 0.25 + usa["MEX"] * 0.2) / sum(usa.values())
    assert table.loc["USA", "substitution-adjusted"] == pytest.approx(adjusted)


def test_compare_takes_a_reference():
    schedule = record(act(0.5, 0.4), act(0.1, exporter="MEX"))
    given_day = averages.compare(schedule, DAY, 4.0, reference=DAY)
    np.testing.assert_allclose(given_day["substitution-adjusted"], given_day["statutory"])
    assert averages.compare(schedule, DAY, 4.0).loc["USA", "substitution-adjusted"] < given_day.iloc[0, 0]


@pytest.mark.parametrize("date", ["2018-06-01", "2018-07-06"])
def test_compare_refers_to_no_day_after_the_date(date):
    schedule = record(act(0.5, effective="2018-07-07"), act(0.1, 1.0, "MFN", effective="2018-06-20"))
    table = averages.compare(schedule, date, 4.0)
    np.testing.assert_allclose(table["substitution-adjusted"], table["statutory"])


def test_compare_refers_to_no_day_before_the_record():
    schedule = record(act(0.5, 0.4), act(0.1, exporter="MEX"), begins="2025-01-01")
    expected = averages.substitution_adjusted(schedule, DAY, DAY, 4.0, "2025-01-01").iloc[0]
    np.testing.assert_allclose(averages.compare(schedule, DAY, 4.0)["substitution-adjusted"], expected)


# Refusals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_are_needed(name):
    with pytest.raises(InputError) as error:
        EACH[name](record(act(0.5), economies=Economies(CODES)), DAY, DAY)
    assert problem(error).what == "trade weights are needed"
    with pytest.raises(InputError, match="trade weights are needed"):
        averages.compare(record(act(0.5), economies=Economies(CODES)), DAY, 4.0)


@pytest.mark.parametrize("name", sorted({*EACH} - {*WEIGHTED}))
def test_weights_are_not_asked_for_where_none_are_used(name):
    bare = EACH[name](record(act(0.5, 0.3), economies=Economies(CODES)), DAY, DAY)
    assert_frame_equal(bare, EACH[name](record(act(0.5, 0.3)), DAY, DAY))


@pytest.mark.parametrize("elasticity", [-0.1, float("nan"), float("inf"), "4", None, True, [4.0]])
def test_an_elasticity_is_a_number_of_0_or_more(elasticity):
    with pytest.raises(InputError) as error:
        averages.substitution_adjusted(record(), DAY, DAY, elasticity)
    assert problem(error).what == "not an elasticity"
    assert problem(error).where == "elasticity"
    assert problem(error).got == repr(elasticity)
    with pytest.raises(InputError, match="not an elasticity"):
        averages.compare(record(), DAY, elasticity)


def test_the_elasticity_has_no_default():
    with pytest.raises(TypeError, match="elasticity"):
        averages.substitution_adjusted(record(), DAY, DAY)


def test_unknown_authorities_are_all_named_with_the_nearest_known():
    with pytest.raises(InputError) as error:
        averages.covered(
            record(act(0.5, authority="Section 301")), DAY, DAY, ["Section 302", "MFN", "Section 301"]
        )
    first, second = error.value.problems
    assert (first.what, first.where, first.got) == ("unknown authority", "authorities", "'Section 302'")
    assert first.fix == "did you mean 'Section 301'?"
    assert second.got == "'MFN'"


def test_no_authority_is_refused():
    with pytest.raises(InputError) as error:
        averages.covered(record(act(0.5)), DAY, DAY, [])
    assert problem(error).what == "no authority"


@pytest.mark.parametrize("name", EACH)
def test_periods_and_frequencies_are_checked(name):
    with pytest.raises(InputError, match="unknown freq"):
        EACH[name](record(act(0.5)), DAY, DAY, freq="H")
    with pytest.raises(InputError, match="before the first day"):
        EACH[name](record(act(0.5)), DAY, "2025-05-31")
    with pytest.raises(InputError, match="before the record begins"):
        EACH[name](record(act(0.5), begins="2025-01-01"), "2024-12-31", DAY)


def test_restrictiveness_is_by_pair_or_importer():
    with pytest.raises(InputError) as error:
        averages.restrictiveness(record(), DAY, DAY, by="authority")
    assert (problem(error).what, problem(error).allowed) == ("unknown by", "pair | importer")


def test_the_reference_is_a_day():
    with pytest.raises(InputError) as error:
        averages.substitution_adjusted(record(), DAY, DAY, 4.0, "yesterday")
    assert (problem(error).what, problem(error).where) == ("not a calendar day", "reference")
