"""Statistics of paths: held against plain loops over small arrays."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim import path_statistics as statistics

LEVELS = (0.0, 0.1, 0.2, 0.3, 0.1 + 0.2, 0.5, 1.0)
"""Few levels, so that days repeat and draws tie; two of them differ by rounding alone."""


@st.composite
def values(draw, most_draws=7, most_days=9):
    """(S, T) values: draws of a few steps, now and then of any numbers."""
    days = draw(st.integers(1, most_days))
    number = st.one_of(st.sampled_from(LEVELS), st.floats(0, 5)) if draw(st.booleans()) else None
    rows = []
    for _ in range(draw(st.integers(1, most_draws))):
        if number is None:
            steps = draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=3))
            turns = sorted(
                draw(st.lists(st.integers(0, days), min_size=len(steps) - 1, max_size=len(steps) - 1))
            )
            rows.append([steps[sum(turn <= t for turn in turns)] for t in range(days)])
        else:
            rows.append(draw(st.lists(number, min_size=days, max_size=days)))
    return np.array(rows)


levels = st.one_of(st.sampled_from(LEVELS), st.floats(0, 5))


def exceeds(value, level):
    return value - level > 1e-12


# Quantiles -------------------------------------------------------------------------------------------


def quantile_by_hand(numbers, q):
    ordered = sorted(numbers)
    place = q * (len(ordered) - 1)
    low, high = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
    return low + (high - low) * (place - int(place))


@given(values(), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_quantiles_are_those_of_every_day_by_itself(drawn, q):
    found = statistics.quantiles(drawn, q)
    assert found.shape == (len(q), drawn.shape[1])
    for t in range(drawn.shape[1]):
        for k, share in enumerate(q):
            assert found[k, t] == pytest.approx(quantile_by_hand(drawn[:, t].tolist(), share), abs=1e-9)
            assert found[k, t] == np.quantile(drawn[:, t], share)


@given(values(), st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_quantiles_rise_with_q_between_the_lowest_and_the_highest(drawn, q):
    found = statistics.quantiles(drawn, [0.0, *sorted(q), 1.0])
    assert found[0].tolist() == [min(column) for column in drawn.T.tolist()]
    assert found[-1].tolist() == [max(column) for column in drawn.T.tolist()]
    assert (np.diff(found, axis=0) >= -1e-12).all()


def test_quantiles_leave_the_values_as_they_are():
    drawn = np.array([[0.3, 0.1], [0.2, 0.4], [0.1, 0.2]])
    before = drawn.tolist()
    statistics.quantiles(drawn, [0.5])
    assert drawn.tolist() == before


@given(values())
def test_a_day_moves_where_any_draw_does(drawn):
    rows = drawn.tolist()
    for t, moves in enumerate(statistics.moving_days(drawn)):
        assert moves == (t == 0 or any(row[t] != row[t - 1] for row in rows))


def test_a_move_of_one_draw_among_many_is_seen():
    drawn = np.zeros((500, 4))
    drawn[321, 2] = 1e-15
    assert statistics.moving_days(drawn).tolist() == [True, False, True, True]
    assert statistics.quantiles(drawn, [1.0])[0].tolist() == [0.0, 0.0, 1e-15, 0.0]


# Levels ----------------------------------------------------------------------------------------------


@given(values(), levels)
def test_levels_by_hand(drawn, level):
    shares, firsts = statistics.share_above(drawn, level), statistics.first_above(drawn, level)
    for row, share, first in zip(drawn.tolist(), shares, firsts, strict=True):
        days = [t for t, value in enumerate(row) if exceeds(value, level)]
        assert share == pytest.approx(len(days) / len(row))
        assert first == (days[0] if days else -1)


def test_a_level_is_exceeded_strictly_and_not_by_rounding():
    drawn = np.array([[0.3, 0.1 + 0.2, 0.1 + 0.1 + 0.1, 0.300001]])
    assert statistics.above(drawn, 0.3).tolist() == [[False, False, False, True]]
    assert statistics.above(drawn, 0.1 + 0.2).tolist() == [[False, False, False, True]]


@given(values(), levels, levels)
def test_a_higher_level_is_exceeded_later_and_for_less_long(drawn, one, other):
    low, high = sorted([one, other])
    assert (statistics.share_above(drawn, low) >= statistics.share_above(drawn, high)).all()
    before, after = statistics.first_above(drawn, low), statistics.first_above(drawn, high)
    never = drawn.shape[1]
    assert (np.where(before < 0, never, before) <= np.where(after < 0, never, after)).all()


@given(st.lists(st.integers(-1, 6), min_size=1, max_size=12))
def test_passed_is_the_empirical_distribution_of_the_first_days(first):
    found = statistics.passed_by(np.array(first), 7)
    expected = [sum(0 <= day <= t for day in first) / len(first) for t in range(7)]
    assert found.tolist() == pytest.approx(expected)


# Peaks -----------------------------------------------------------------------------------------------


@given(values())
def test_the_peak_by_hand(drawn):
    peaks, days = statistics.peak(drawn), statistics.peak_day(drawn)
    for row, peak, day in zip(drawn.tolist(), peaks, days, strict=True):
        assert peak == max(row)
        assert day == next(t for t, value in enumerate(row) if not exceeds(max(row), value))


def test_the_peak_is_where_it_is_reached_but_for_rounding():
    assert statistics.peak_day(np.array([[0.1, 0.3, 0.1 + 0.2], [0.1, 0.3, 0.300001]])).tolist() == [1, 2]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=9))
def test_the_middle_has_no_more_than_half_on_either_side(days):
    middle = statistics.middle(np.array(days))
    assert middle in days
    assert sum(day < middle for day in days) <= (len(days) - 1) // 2
    assert sum(day > middle for day in days) <= len(days) // 2


# Windows ---------------------------------------------------------------------------------------------


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_windows_hold_every_day_once_and_do_not_touch(held):
    found = statistics.windows(np.array(held)).tolist()
    assert [t for start, stop in found for t in range(start, stop)] == [t for t, h in enumerate(held) if h]
    assert all(start < stop for start, stop in found)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))


# Summary, labels and refusals ------------------------------------------------------------------------


@given(values())
def test_a_summary_by_hand(drawn):
    dates = np.datetime64("2025-10-01") + np.arange(drawn.shape[1])
    row = dict(zip(statistics.SUMMARY, statistics.summary(drawn, dates), strict=True))
    rows = drawn.tolist()
    middles = {
        "first": [r[0] for r in rows],
        "mean": [sum(r) / len(r) for r in rows],
        "peak": [max(r) for r in rows],
        "last": [r[-1] for r in rows],
    }
    for name, numbers in middles.items():
        assert row[name] == pytest.approx(quantile_by_hand(numbers, 0.5), abs=1e-9)
    assert row["last 5 %"] == pytest.approx(quantile_by_hand(middles["last"], 0.05), abs=1e-9)
    assert row["last 95 %"] == pytest.approx(quantile_by_hand(middles["last"], 0.95), abs=1e-9)
    assert row["ends higher"] == pytest.approx(sum(exceeds(r[-1], r[0]) for r in rows) / len(rows))
    assert row["ends lower"] == pytest.approx(sum(exceeds(r[0], r[-1]) for r in rows) / len(rows))
    days = sorted(next(t for t, v in enumerate(r) if not exceeds(max(r), v)) for r in rows)
    assert row["highest on"] == dates[days[(len(days) - 1) // 2]]


def test_labels_take_one_level_more():
    names = ["importer", "exporter"]
    labels = pd.MultiIndex(levels=[["USA", "CHN"], ["USA", "CHN"]], codes=[[1, 0], [0, 1]], names=names)
    found = statistics.nested(labels, "draw", [4, 7])
    assert list(found) == [("CHN", "USA", 4), ("CHN", "USA", 7), ("USA", "CHN", 4), ("USA", "CHN", 7)]
    assert list(found.names) == [*names, "draw"]
    assert list(found.levels[0]) == ["USA", "CHN"]


@pytest.mark.parametrize("level", [-0.1, float("nan"), float("inf"), "0.5", None, True, [0.5]])
def test_what_is_no_level(level):
    (problem,) = statistics.level_problems(level)
    assert str(problem) == (
        f"level: not a duty; got {level!r}; allowed: a fraction of 0 or more: 0.25 is 25 %"
    )


@pytest.mark.parametrize("level", [0, 0.25, 3, np.float32(0.5), np.int64(1)])
def test_what_is_a_level(level):
    assert not list(statistics.level_problems(level))


@pytest.mark.parametrize("q", [[], (), "0.5", 0.5, None, {0.5}])
def test_what_is_no_list_of_quantiles(q):
    (problem,) = statistics.quantile_problems(q)
    assert str(problem) == f"q: no quantiles; got {q!r}; allowed: a list such as [0.05, 0.5, 0.95]"


@pytest.mark.parametrize("value", [-0.1, 1.1, 50, float("nan"), True, "0.5", None])
def test_what_is_no_quantile(value):
    (problem,) = statistics.quantile_problems([0.5, value])
    assert str(problem) == f"q: not a quantile; got {value!r}; allowed: between 0 and 1"


@pytest.mark.parametrize("q", [[0, 1], (0.5,), np.array([0.1, 0.9]), [np.float32(0.5)]])
def test_what_is_a_list_of_quantiles(q):
    assert not list(statistics.quantile_problems(q))
