"""Days: what reads as a calendar day, and the half-open grid."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim.errors import InputError
from tradesim.timegrid import EARLIEST, LATEST, TimeGrid, as_date, as_day

DAY = np.datetime64("2025-04-10", "D")
dates = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    "value",
    [
        "2025-04-10",
        " 2025-04-10 ",
        dt.date(2025, 4, 10),
        dt.datetime(2025, 4, 10),  # noqa: DTZ001 a calendar day has no zone
        np.datetime64("2025-04-10"),
        np.datetime64("2025-04-10T00:00:00", "ns"),
        pd.Timestamp("2025-04-10"),
    ],
)
def test_a_day_is_read_from_every_usual_form(value):
    assert as_day(value) == DAY
    assert as_day(value).dtype == "datetime64[D]"
    assert as_date(value) == dt.date(2025, 4, 10)
    assert type(as_date(value)) is dt.date


@pytest.mark.parametrize(
    "value",
    [
        "10/04/2025",
        "2025-02-29",
        "2025-04-10T00:00",
        "",
        "today",
        dt.datetime(2025, 4, 10, 12),  # noqa: DTZ001
        np.datetime64("2025-04-10T12:00"),
        np.datetime64("NaT", "D"),
        pd.NaT,
        pd.Timestamp("2025-04-10 00:00:01"),
        20250410,
        None,
        float("nan"),
        dt.date(1599, 12, 31),
        "2400-01-01",
        np.datetime64("12000-01-01"),
    ],
)
def test_what_is_not_a_calendar_day_is_refused(value):
    with pytest.raises(InputError) as caught:
        as_day(value, "effective")
    expected = f"effective: not a calendar day; got {value!r}; allowed: YYYY-MM-DD between 1600 and 2400"
    assert str(caught.value).startswith(expected)
    with pytest.raises(InputError, match="effective: not a calendar day"):
        as_date(value, "effective")


def test_the_first_and_last_day_allowed_are_read():
    assert as_date(EARLIEST) == EARLIEST
    last = LATEST - dt.timedelta(days=1)
    assert as_date(last) == last


@given(dates)
def test_a_day_survives_every_form(date):
    assert as_date(as_day(date)) == as_date(date.isoformat()) == as_date(pd.Timestamp(date)) == date


@given(dates, st.integers(1, 2000))
def test_a_grid_holds_its_start_and_not_its_end(start, length):
    grid = TimeGrid(start, start + dt.timedelta(days=length))
    expected = [start + dt.timedelta(days=k) for k in range(length)]
    assert grid.days.tolist() == expected
    assert len(grid) == length
    assert grid.position(start) == 0
    assert [grid.position(day) for day in expected[-2:]] == [length - 2, length - 1][-len(expected[-2:]) :]


@given(dates, st.integers(0, 2000))
def test_a_grid_through_two_days_holds_both(first, more):
    last = first + dt.timedelta(days=more)
    grid = TimeGrid.through(first, last)
    assert (grid.days[0], grid.days[-1]) == (np.datetime64(first), np.datetime64(last))
    assert grid == TimeGrid(first, last + dt.timedelta(days=1))


def test_days_before_the_start_have_a_negative_position():
    assert TimeGrid("2025-01-10", "2025-01-20").position("2025-01-08") == -2


@pytest.mark.parametrize("end", ["2025-01-10", "2025-01-09"])
def test_a_grid_without_days_is_refused(end):
    with pytest.raises(InputError) as caught:
        TimeGrid("2025-01-10", end)
    expected = f"end: time grid holds no day; got {end}; allowed: a day after the start 2025-01-10"
    assert str(caught.value).startswith(expected)


def test_a_grid_names_the_end_that_is_not_a_day():
    with pytest.raises(InputError, match=r"^start: not a calendar day"):
        TimeGrid("x", "2025-01-10")
    with pytest.raises(InputError, match=r"^end: not a calendar day"):
        TimeGrid("2025-01-10", "x")
    with pytest.raises(InputError, match=r"^last day: not a calendar day"):
        TimeGrid.through("2025-01-10", "x")
    with pytest.raises(
        InputError, match=r"^last day: before the first day; got 2025-01-09; allowed: 2025-01-10"
    ):
        TimeGrid.through("2025-01-10", "2025-01-09")
    assert len(TimeGrid.through("2025-01-10", "2025-01-10")) == 1


def test_a_grid_is_frozen():
    with pytest.raises(AttributeError):
        TimeGrid("2025-01-10", "2025-01-11").start = DAY
