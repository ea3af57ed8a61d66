"""Several days: a table for each where several may be asked for, refused where one is meant."""

import numpy as np
import pandas as pd
import pytest

import tradesim as ts
from tradesim.errors import InputError

DAYS = ["2025-04-12", "2025-04-08"]


@pytest.mark.parametrize(
    "days",
    [DAYS, tuple(DAYS), np.array(DAYS), np.array(DAYS, dtype="datetime64[D]"), pd.DatetimeIndex(DAYS),
     pd.Series(DAYS), pd.Index(DAYS)],
)  # fmt: skip
def test_the_duty_on_several_days_is_a_table_for_each_in_the_order_given(days):
    record = ts.datasets.load("us-china")
    both = record.duty_on(days)
    assert both.index.names == ["date", "importer"]
    assert list(both.index.get_level_values(0).unique()) == [pd.Timestamp(day) for day in DAYS]
    for day in DAYS:
        pd.testing.assert_frame_equal(both.loc[day], record.duty_on(day), check_freq=False)


def test_the_duty_on_a_day_splits_by_authority():
    record = ts.datasets.load("us-china")
    split = record.duty_on("2025-04-12", by="authority")
    assert split.index.names == ["importer", "exporter"]
    assert list(split.index) == list(record.pairs)
    whole = record.duty_on("2025-04-12")
    for importer, exporter in split.index:
        total = split.loc[(importer, exporter)].sum()
        assert total == pytest.approx(whole.loc[importer, exporter], abs=1e-15)
    series = record.effective_duty("2025-04-12", "2025-04-12", by="authority").iloc[0]
    for (importer, exporter, authority), value in series.items():
        assert split.loc[(importer, exporter), authority] == value
    both = record.duty_on(DAYS, by="authority")
    pd.testing.assert_frame_equal(both.loc["2025-04-12"], split)
    assert both.index.names == ["date", "importer", "exporter"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], "no day"),
        ({"2025-04-12"}, "not several"),
        ([["2025-04-12"]], r"date\[0\]: not a calendar day"),
        (np.array([DAYS]), "not a calendar day"),
        (pd.DatetimeIndex(DAYS, tz="UTC"), r"date\[1\]: not a calendar day.*time zone"),
        ([*DAYS, None], r"date\[2\]: not a calendar day"),
    ],
)
def test_what_is_no_list_of_days_is_refused(days, said):
    with pytest.raises(InputError, match=said):
        ts.datasets.load("us-china").duty_on(days)


@pytest.mark.parametrize(
    "ask",
    [
        lambda record: record.as_of(DAYS),
        lambda record: record.effective_duty(DAYS, DAYS),
        lambda record: ts.averages.compare(record, DAYS, elasticity=4.0),
        lambda record: ts.averages.substitution_adjusted(record, *DAYS[::-1], 4.0, reference=DAYS),
        lambda _: ts.TimeGrid(DAYS, DAYS),
        lambda _: ts.Record(name="us-china", as_of=DAYS),
        lambda _: ts.Event(name="e", date=DAYS, outcomes=[ts.Outcome(name="o", probability=1.0)]),
    ],
)
def test_where_one_day_is_meant_several_are_refused(ask):
    with pytest.raises(InputError, match="one day is meant here, not several"):
        ask(ts.datasets.load("us-china"))
