"""Duties by day: half-open windows looked up by interval, and averages by day count."""

import datetime as dt

import numpy as np
import oracle
import pandas as pd
import pytest
import strategies as draw
from hypothesis import given
from hypothesis import strategies as st
from strategies import measure

from tradesim.duties import averaged, check_choice, contributions_on, labelled
from tradesim.errors import InputError


def as_days(dates):
    return np.array(dates, dtype="datetime64[D]")


def test_a_window_holds_its_first_day_and_not_its_last():
    act = measure(effective="2018-12-02", expires="2018-12-04")
    days = as_days(["2018-12-01", "2018-12-02", "2018-12-03", "2018-12-04"])
    assert contributions_on(days, [act]).tolist() == [[0.0], [0.25], [0.25], [0.0]]


def test_an_open_window_does_not_end():
    days = as_days(["2018-11-30", "2018-12-01", "2399-12-31"])
    assert contributions_on(days, [measure()]).tolist() == [[0.0], [0.25], [0.25]]


def test_an_empty_window_holds_no_day():
    act = measure(effective="2018-12-02", expires="2018-12-02")
    assert contributions_on(as_days(["2018-12-01", "2018-12-02", "2018-12-03"]), [act]).max() == 0.0


def test_touching_windows_hand_over_on_one_day():
    levels = [measure(rate=0.1, expires="2018-12-10"), measure(rate=0.2, effective="2018-12-10")]
    days = as_days(["2018-12-09", "2018-12-10"])
    assert contributions_on(days, levels).tolist() == [[0.1, 0.0], [0.0, 0.2]]


def test_no_days_give_no_rows():
    assert contributions_on(as_days([]), [measure()]).shape == (0, 1)


@given(draw.one_pair(), st.lists(draw.days, max_size=8))
@draw.where_goods_are_known
def test_contributions_on_days_agree_with_the_oracle(measures, days):
    measures = measures or [measure()]
    acts = [oracle.act_of(m) for m in measures]
    expected = np.reshape([oracle.contributions(acts, day) for day in days], (len(days), len(acts)))
    found = contributions_on(as_days(days), measures)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_labels_keep_the_order_given_and_hold_only_what_the_columns_name():
    keys = [("USA", "CHN"), ("CHN", "JPN"), ("CHN", "USA")]
    codes = ["USA", "CHN", "KOR", "JPN"]
    days = as_days(["2025-01-01", "2025-01-02"])
    columns = [np.array([k, k + 0.5]) for k in range(3)]
    frame = labelled(days, keys, columns, {"importer": codes, "exporter": codes})
    assert list(frame.columns) == keys
    assert frame.columns.names == ["importer", "exporter"]
    assert [list(level) for level in frame.columns.levels] == [["USA", "CHN"], ["USA", "CHN", "JPN"]]
    assert frame["CHN"].to_dict("list") == {"JPN": [1.0, 1.5], "USA": [2.0, 2.5]}
    assert list(frame.index) == list(pd.DatetimeIndex(days))
    assert frame.index.name == "date"


def test_no_columns_make_an_empty_frame():
    assert labelled(as_days(["2025-01-01"]), [], [], {"importer": ["USA"]}).shape == (1, 0)


def daily(first, last, values=None):
    index = pd.date_range(first, last, name="date")
    return pd.DataFrame(
        {"duty": np.arange(len(index), dtype=float) if values is None else values}, index=index
    )


@pytest.mark.parametrize(
    ("freq", "starts"),
    [
        ("W", ["2024-12-28", "2024-12-30", "2025-01-06"]),
        ("M", ["2024-12-28", "2025-01-01"]),
        ("Q", ["2024-12-28", "2025-01-01"]),
        ("Y", ["2024-12-28", "2025-01-01"]),
    ],
)
def test_periods_start_on_the_first_day_that_lies_in_them(freq, starts):
    means = averaged(daily("2024-12-28", "2025-01-07"), freq)
    assert list(means.index.strftime("%Y-%m-%d")) == starts
    assert means.index.name == "date"


def test_periods_are_dated_whatever_the_days_were_called():
    means = averaged(daily("2024-12-28", "2025-01-07").rename_axis("day"), "M")
    assert means.index.name == "date"


def test_days_are_not_averaged():
    frame = daily("2024-12-28", "2025-01-07")
    pd.testing.assert_frame_equal(averaged(frame, "D"), frame)


@given(
    st.dates(dt.date(2015, 1, 1), dt.date(2030, 1, 1)),
    st.lists(st.floats(0, 1), min_size=1, max_size=800),
    st.sampled_from(["D", "W", "M", "Q", "Y"]),
)
@draw.where_goods_are_known
def test_averages_agree_with_the_oracle(first, values, freq):
    last = first + dt.timedelta(days=len(values) - 1)
    means = averaged(daily(first, last, values), freq)["duty"]
    expected = oracle.averages(lambda day: values[(day - first).days], first, last, freq)
    assert [stamp.date() for stamp in means.index] == list(expected)
    np.testing.assert_allclose(means, list(expected.values()), rtol=1e-12, atol=1e-12)


@given(
    st.dates(dt.date(2015, 1, 1), dt.date(2030, 1, 1)),
    st.lists(st.floats(0, 1), min_size=1, max_size=400),
    st.sampled_from(["W", "M", "Q", "Y"]),
)
@draw.where_goods_are_known
def test_averages_by_day_count_keep_the_overall_mean(first, values, freq):
    frame = daily(first, first + dt.timedelta(days=len(values) - 1), values)
    means = averaged(frame, freq)["duty"]
    counts = np.diff([*np.searchsorted(frame.index, means.index), len(values)])
    assert (means * counts).sum() == pytest.approx(sum(values), rel=1e-12, abs=1e-12)


def test_an_unknown_frequency_is_refused():
    with pytest.raises(InputError) as caught:
        averaged(daily("2025-01-01", "2025-01-02"), "H")
    assert str(caught.value) == "freq: unknown freq; got 'H'; allowed: D | W | M | Q | Y"


def test_a_choice_that_is_allowed_passes():
    assert check_choice("by", "pair", ("pair", "authority")) is None
