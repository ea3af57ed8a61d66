"""Reductions: counts, sums and rows are those of the paths themselves, whatever is run beside them."""

import math

import numpy as np
import pytest
import random_scenarios
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tradesim as ts
from tradesim import scenarios
from tradesim.assembly import functions_of
from tradesim.engine.run import count
from tradesim.sweeps import reduced as room
from tradesim.sweeps.fans import quantiles_of
from tradesim.sweeps.parts import FINE, Part, Rows, Total, carried, part_of, tallies_of, units_of
from tradesim.sweeps.reduced import Reduced, reduced, reduced_in_parts
from tradesim.sweeps.sweep import sweep

OCTOBER = scenarios.load("us-china-2025-10")
LEVELS = np.array([0.25, 1.0])
TOP = 0.5
"""Some duties lie above it."""
HOW = {"bins": 64, "top": TOP, "levels": LEVELS, "sampling": "random", "threads": 1}
SOME = [random_scenarios.random_scenario(number) for number in range(8)]


def by_hand(paths, program):
    """The same in plain Python, from whole paths."""
    draws, days, n, _ = paths.duty.shape
    duties = np.zeros((days, n, n, 64), dtype=np.int64)
    first = np.full((draws, n, n, 2), days)
    for s in range(draws):
        for t in range(days):
            for i in range(n):
                for j in range(n):
                    duty = float(paths.duty[s, t, i, j])
                    if i != j:
                        duties[t, i, j, min(int(duty * 64 / TOP), 63)] += 1
                    for v, level in enumerate(LEVELS):
                        if duty > level + 1e-12 and first[s, i, j, v] == days:
                            first[s, i, j, v] = t
    return Reduced(
        duties,
        paths.truce.sum(axis=0),
        None,
        paths.renewals,
        paths.breached,
        paths.truce.sum(axis=1),
        paths.duty[:, -1],
        paths.duty.max(axis=1),
        np.array([[[math.fsum(paths.duty[s, :, i, j]) / days for j in range(n)] for i in range(n)]
                  for s in range(draws)]),
        first,
    )  # fmt: skip


@pytest.mark.parametrize("scenario", SOME, ids=lambda scenario: scenario.name)
def test_what_is_kept_is_what_a_plain_loop_finds_in_the_paths(scenario, monkeypatch):
    monkeypatch.setattr(room, "ABREAST", 1)
    paths = scenario.run(5, seed=3)

    functions = functions_of(scenario.rules, scenario.schedule.economies)
    found = reduced_in_parts(scenario.program, functions, np.arange(5), 3, **HOW)
    assert scenario.name != "number 3" or (found.peak > TOP).any()
    for name, wanted in by_hand(paths, scenario.program)._asdict().items():
        if wanted is not None:
            np.testing.assert_allclose(getattr(found, name), wanted, rtol=1e-12, atol=1e-15, err_msg=name)
    for e, event in enumerate(scenario.events):
        names = [event.outcomes[o].name for o in found.outcome[:, e]]
        assert names == paths.outcomes[event.name].tolist()


def test_what_rounding_leaves_exceeds_no_level():
    """0.1 + 0.2 does not exceed 0.3: two acts that add up to the level, by a bit more in floating point."""
    acts = [
        ts.Measure(name=f"act {rate}", importer="AAA", exporter="BBB", authority=f"a{rate}", rate=rate,
                   effective="2027-01-02", announced="2027-01-02")
        for rate in (0.1, 0.2)
    ]  # fmt: skip
    economies = ts.Economies(["AAA", "BBB"], [[0, 300e9], [200e9, 0]])
    scenario = ts.Scenario(
        name="sum", start="2027-01-01", end="2027-01-05", schedule=ts.Schedule(acts, economies)
    )
    assert scenario.run().duty.max() > 0.3
    found = reduced(scenario.program, np.arange(1), 0, **HOW | {"levels": np.array([0.3, 0.2999])})
    assert found.first[0, 0, 1].tolist() == [4, 1]


def test_counts_are_those_that_the_engine_counts():
    mine = reduced(OCTOBER.program, np.arange(300), 5, **HOW)
    engines = count(OCTOBER.program, np.arange(300), 5, bins=64, top=TOP)
    np.testing.assert_array_equal(mine.duties, engines.duties)
    np.testing.assert_array_equal(mine.truces, engines.truces)


@given(st.integers(1, 40), st.integers(1, 3))
@settings(max_examples=8)
def test_how_many_are_played_at_once_changes_nothing(draws, cells):
    before = room.ABREAST
    try:
        whole = reduced(OCTOBER.program, np.arange(draws), 5, **HOW)
        room.ABREAST = cells * 4 * OCTOBER.program.base.size
        parts = reduced(OCTOBER.program, np.arange(draws), 5, **HOW)
    finally:
        room.ABREAST = before
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_draws_and_no_levels_are_kept_as_such():
    found = reduced(OCTOBER.program, np.arange(0), 5, **HOW | {"levels": np.array([])})
    assert found.duties.sum() == 0
    assert found.first.shape == (0, 3, 3, 0)


# Adding up -------------------------------------------------------------------------------------------


PLAN = sweep(OCTOBER, {}, draws=1, bins=64, progress=False).setup.plan


def rows_with(values):
    """Rows of draws whose last, peak and mean are some numbers, of one pair."""
    column = np.asarray(values, dtype=np.float64)[:, None]
    none = np.zeros((len(column), 0))
    first = np.zeros((len(column), 1, 1), dtype=np.int32)
    return Rows(
        none.astype(np.int16),
        none.astype(np.int32),
        none > 0,
        none.astype(np.int32),
        column,
        column,
        column,
        first,
        np.zeros((len(column), 0, 0, 0), dtype=np.int32),
    )


@given(st.lists(st.floats(0, 31.9), min_size=1, max_size=60), st.integers(1, 60))
def test_moments_are_those_of_the_numbers_however_they_are_cut(values, cut):
    total = Total(PLAN)
    total.tallies = total.tallies._replace(
        outcomes=np.zeros((0, 4), dtype=np.int64), passages=np.zeros((2, 1, 1), dtype=np.int64),
        sums=np.zeros((3, 1), dtype=np.int64), squares=np.zeros((2, 3, 1), dtype=np.int64),
        least=np.full((3, 1), np.inf), most=np.full((3, 1), -np.inf),
    )  # fmt: skip
    empty = np.zeros(0, dtype=np.int64)
    for low in range(0, len(values), cut):
        rows = rows_with(values[low : low + cut])
        part = Part(low, low + len(rows.last), empty, empty, np.zeros_like(total.truces), rows,
                    tallies_of(rows, 1, 4), units_of(rows), np.empty((0, 1, 1)))  # fmt: skip
        total.add(part)
    mean, spread = total.moments()
    rounded = [round(value * FINE) / FINE for value in values]
    exact = math.fsum(rounded) / len(values)
    assert mean[0, 0] == pytest.approx(exact, rel=1e-14, abs=1e-15)
    deviation = math.sqrt(math.fsum((value - exact) ** 2 for value in rounded) / len(values))
    assert spread[1, 0] == pytest.approx(deviation, rel=1e-9, abs=1e-12)
    assert abs(exact - math.fsum(values) / len(values)) <= 0.5 / FINE
    assert total.tallies.most[2, 0] == max(values)


def test_equal_numbers_have_no_spread_at_all():
    rows = rows_with([0.1894] * 7)
    tallies = tallies_of(rows, 1, 4)
    assert (
        int(tallies.squares[0, 0, 0]) * 2**32 + int(tallies.squares[1, 0, 0]) == 7 * round(0.1894 * FINE) ** 2
    )


def test_carrying_keeps_the_sum():
    high_and_low = np.array([[3], [5 * 2**32 + 7]])
    assert carried(high_and_low).tolist() == [[8], [7]]


def test_duties_beyond_what_sums_have_room_for_are_an_error():
    with pytest.raises(ts.InputError, match=r"too high to be added up .*got 3,300 %; .*lower the caps"):
        tallies_of(rows_with([33.0]), 1, 4)


@pytest.fixture(scope="module")
def plan_and_parts():
    over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2)}
    plan = sweep(OCTOBER, over, draws=2560, seed=1, bins=64, progress=False).setup.plan
    return plan, [part_of(plan, 512 * k, 512 * (k + 1)) for k in range(5)]


@given(st.permutations(range(5)))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_add_up_to_the_same_in_any_order(plan_and_parts, order):
    plan, parts = plan_and_parts
    total, whole = Total(plan), Total(plan)
    for k in order:
        total.add(parts[k])
    for part in parts:
        whole.add(part)
    assert total.digest() == whole.digest()
    assert total.duties.sum() == 2560 * plan.days * len(plan.pairs)


# Quantiles -------------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 0.999), min_size=1, max_size=50),
    st.lists(st.sampled_from([0.0, 0.05, 0.1, 0.5, 0.9, 1.0]), min_size=1, unique=True),
    st.integers(2, 300),
)
def test_quantiles_are_off_by_half_a_bin_at_most(values, q, bins):
    counts = np.zeros(bins + 1, dtype=np.int64)
    for value in values:
        counts[min(int(value * bins), bins)] += 1
    found = quantiles_of(counts, q, 1 / bins)
    assert np.abs(found - np.quantile(values, q)).max() <= 0.5 / bins + 1e-12


def test_a_quantile_above_all_that_was_counted_is_an_error():
    with pytest.raises(ts.InputError, match=r"the 0.9 quantile lies above 100 %.*refined\(top="):
        quantiles_of(np.array([4, 0, 2]), [0.1, 0.9], 1 / 3)
