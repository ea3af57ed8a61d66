"""Knowledge: what was known on a day, without a look ahead. Agreement with the oracle is in test_schedule."""

import datetime as dt
import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import strategies as draw
from hypothesis import given, settings
from hypothesis import strategies as st

import tradesim as ts
from tradesim.economies import Economies
from tradesim.knowledge import known_on
from tradesim.measures import Measure
from tradesim.schedule import Schedule

thorough = settings(max_examples=max(200, settings().max_examples))
days = st.dates(draw.FIRST - dt.timedelta(days=16), draw.LAST)


def date(text):
    return dt.date.fromisoformat(text)


def level(**changes):
    plain = {"name": "act", "importer": "USA", "exporter": "CHN", "authority": "Section 301", "rate": 0.1}
    return Measure(**(plain | {"effective": "2018-09-24"} | changes))


def known(measures, day):
    """What is known, in an order of its own, without what says when it became known."""
    return sorted(known_on(measures, day), key=Measure.sort_key)


def windows(measures, day):
    """(rate, status, first day, first day no longer) of what is known."""
    views = known(measures, date(day))
    return [(m.rate, m.status, str(m.effective), m.expires and str(m.expires)) for m in views]


# No look ahead ---------------------------------------------------------------------------------------


def other_future(measures, day, chance):
    """The same past, and another future: whatever was announced after the day is dropped, changed or new."""
    made = []
    for m in measures:
        if m.announced > day:
            if chance.random() < 0.5:
                made.append(replace(m, rate=chance.choice([0.0, 0.9]), coverage=chance.choice([0.1, 1.0])))
        elif _ends_later(m, measures, day):
            made.append(_with_other_end(m, day, chance))
        else:
            made.append(m)
    told = day + dt.timedelta(days=chance.randint(1, 9))
    start = max(told, draw.LAST + dt.timedelta(days=30)) + dt.timedelta(days=chance.randint(0, 9))
    extra = {"announced": told, "effective": start}
    made += [
        level(name="news", **extra),
        *(replace(m, expires=None, expiry_announced=None, status="enacted", **extra) for m in measures[:1]),
    ]
    chance.shuffle(made)
    return made


def _ends_later(measure, measures, day):
    """Whether the end of a measure known on the day was announced later, by itself or by its successor."""
    if measure.expires is None or measure.expiry_announced is not None:
        return measure.expiry_announced is not None and measure.expiry_announced > day
    news = [
        m.announced
        for m in measures
        if m.act == measure.act and m.effective == measure.expires and m.status != "threatened"
    ]
    return bool(news) and min(news) > day


def _with_other_end(measure, day, chance):
    if measure.status == "revoked" and measure.expiry_announced is None:
        return replace(measure, expires=None)  # withdrawn on no day in particular: no later fact
    status = measure.status
    if status in {"enacted", "revoked"}:
        status = chance.choice(["enacted", "revoked"])
    if status != "revoked" and chance.random() < 0.3:
        return replace(measure, status=status, expires=None, expiry_announced=None)
    told = day + dt.timedelta(days=chance.randint(1, 5))
    end = measure.effective + dt.timedelta(days=chance.randint(0, 40))
    return replace(measure, status=status, expires=end, expiry_announced=told)


@thorough
@given(st.one_of(draw.histories(), draw.schedules(size=3)), days, st.integers(0, 9))
@draw.where_goods_are_known
def test_what_is_known_does_not_depend_on_what_is_announced_later(schedule, day, seed):
    measures = list(schedule.measures)
    chance = random.Random(seed)  # noqa: S311 a test, not a secret
    assert known(other_future(measures, day, chance), day) == known(measures, day)


@thorough
@given(st.one_of(draw.histories(), draw.schedules(size=3)), days)
@draw.where_goods_are_known
def test_nothing_known_was_announced_later(schedule, day):
    for m in schedule.as_of(day).measures:
        assert m.announced <= day
        assert m.expiry_announced is None or m.expiry_announced <= day


def test_another_future_is_another_schedule():
    """The futures drawn above differ from what happened wherever anything was announced after the day."""
    level_1 = level(announced="2018-09-01", expires="2018-12-01", expiry_announced="2018-11-01")
    level_2 = level(rate=0.25, announced="2018-11-01", effective="2018-12-01")
    made = [other_future([level_1, level_2], date("2018-10-01"), random.Random(k)) for k in range(20)]  # noqa: S311
    assert len({tuple(sorted(map(str, future))) for future in made}) > 10
    assert all(level_1 not in future for future in made)


@given(st.one_of(draw.histories(), draw.schedules(size=3)), st.integers(0, 5))
@draw.where_goods_are_known
def test_knowledge_does_not_depend_on_the_order_of_the_measures(schedule, seed):
    shuffled = random.Random(seed).sample(schedule.measures, len(schedule.measures))  # noqa: S311
    assert known(shuffled, draw.FIRST) == known(schedule.measures, draw.FIRST)


LATE = dt.date(2100, 1, 1)


@thorough
@given(st.one_of(draw.histories(), draw.schedules(size=3)))
@draw.where_goods_are_known
def test_in_the_end_everything_is_known_as_it_was(schedule):
    assert schedule.as_of(LATE).measures == schedule.measures


@pytest.mark.parametrize("name", [n for n in ts.datasets.names() if n != "world-2023"])
def test_in_the_end_every_record_is_known_as_it_was(name):
    record = ts.datasets.load(name)
    in_the_end = [m for m in record.past_vintage().as_of(LATE).measures if m.charged]
    assert in_the_end == [m for m in record.measures if m.charged]


@thorough
@given(st.one_of(draw.histories(), draw.schedules(size=3)), days)
@draw.where_goods_are_known
def test_to_know_again_what_was_known_is_to_know_it(schedule, day):
    assert known(known_on(schedule.measures, day), day) == known(schedule.measures, day)


# By hand ---------------------------------------------------------------------------------------------


def test_an_act_is_known_from_the_day_it_was_announced():
    act = level(announced="2018-09-17")
    assert windows([act], "2018-09-16") == []
    assert windows([act], "2018-09-17") == [(0.1, "enacted", "2018-09-24", None)]


def test_an_end_of_its_own_is_known_from_the_start_or_from_its_announcement():
    sunset = level(expires="2019-01-01")
    told = level(expires="2019-01-01", expiry_announced="2018-12-20")
    assert windows([sunset], "2018-09-24")[0][3] == "2019-01-01"
    assert windows([told], "2018-12-19")[0][3] is None
    assert windows([told], "2018-12-20")[0][3] == "2019-01-01"


def test_an_end_that_makes_room_for_a_later_level_is_known_with_that_level():
    two = [level(expires="2019-05-10"), level(rate=0.25, announced="2019-05-05", effective="2019-05-10")]
    assert windows(two, "2019-05-04") == [(0.1, "enacted", "2018-09-24", None)]
    assert windows(two, "2019-05-05") == [
        (0.1, "enacted", "2018-09-24", "2019-05-10"),
        (0.25, "enacted", "2019-05-10", None),
    ]


def test_a_rise_withdrawn_later_still_stands_and_ends_the_level_before_it():
    """List 3: 25 % from 2019-01-01, announced with the 10 % and put off on 2018-12-14."""
    rise = level(
        rate=0.25,
        announced="2018-09-17",
        effective="2019-01-01",
        status="revoked",
        expires="2019-01-01",
        expiry_announced="2018-12-14",
    )
    acts = [level(announced="2018-09-17", expires="2019-05-10", expiry_announced="2019-05-05"), rise]
    assert windows(acts, "2018-12-13") == [
        (0.1, "enacted", "2018-09-24", "2019-01-01"),
        (0.25, "enacted", "2019-01-01", None),
    ]
    assert windows(acts, "2018-12-14") == [
        (0.1, "enacted", "2018-09-24", None),
        (0.25, "revoked", "2019-01-01", "2019-01-01"),
    ]


def test_a_rise_withdrawn_later_also_ends_a_level_that_had_an_end_in_sight():
    sunset = level(announced="2018-09-17", expires="2019-06-01")
    rise = level(
        rate=0.25,
        announced="2018-09-17",
        effective="2019-01-01",
        status="revoked",
        expiry_announced="2018-12-14",
    )
    view = Schedule([sunset, rise], Economies(["USA", "CHN"])).as_of("2018-10-01")
    assert windows(view.measures, "2018-10-01") == [
        (0.1, "enacted", "2018-09-24", "2019-01-01"),
        (0.25, "enacted", "2019-01-01", None),
    ]


def test_a_level_of_another_status_or_another_act_ends_nothing():
    others = [
        level(effective="2018-10-01", status="suspended"),
        level(effective="2018-10-01", name="other"),
        level(effective="2018-10-01", authority="retaliation"),
    ]
    assert (0.1, "enacted", "2018-09-24", None) in windows([level(), *others], "2018-12-01")


def test_a_threat_makes_no_room():
    sunset = level(expires="2019-01-01")
    threat = level(rate=0.25, announced="2018-12-01", effective="2019-01-01", status="threatened")
    assert windows([sunset, threat], "2018-10-01") == [(0.1, "enacted", "2018-09-24", "2019-01-01")]


def test_the_first_news_of_a_successor_counts():
    sunset = level(expires="2019-01-01")
    first = level(rate=0.2, announced="2018-10-01", effective="2019-01-01", status="suspended")
    second = level(rate=0.25, announced="2018-12-01", effective="2019-01-01")
    for acts in ([sunset, first, second], [second, first, sunset]):
        assert windows(acts, "2018-09-30")[0][3] is None
        assert windows(acts, "2018-10-01")[0][3] == "2019-01-01"


def test_what_was_known_is_a_schedule_that_says_of_when():
    schedule = Schedule(
        [level()], Economies(["USA", "CHN"]), title="acts", vintage="2026", begins="2018-01-01"
    )
    view = schedule.as_of("2018-10-01")
    assert (view.title, view.begins, view.economies) == (schedule.title, schedule.begins, schedule.economies)
    assert "2018-10-01" in view.vintage


# The record ------------------------------------------------------------------------------------------

RETROACTIVE: dict[str, str] = {}
"""Mondays on which the record charges what became known later only: none, so every act in it was known."""


def test_on_every_monday_the_duty_known_is_the_duty_charged():
    record = ts.datasets.load("us-china")
    mondays = pd.date_range("2018-01-01", "2026-10-08", freq="W-MON").to_numpy().astype("datetime64[D]")
    assert len(mondays) > 450
    charged = record.duty(mondays)
    surprises = [
        str(monday)
        for monday, duty in zip(mondays, charged, strict=True)
        if np.abs(record.as_of(monday).duty(monday)[0] - duty).max() > 1e-12
    ]
    assert surprises == list(RETROACTIVE)


@pytest.mark.parametrize("date", ["2018-09-20", "2019-08-20", "2025-04-03", "2025-10-23", "2026-01-15"])
def test_later_facts_of_the_record_were_not_in_sight(date):
    record = ts.datasets.load("us-china")
    day = dt.date.fromisoformat(date)
    chance = random.Random(1)  # noqa: S311
    for _ in range(3):
        assert known(other_future(list(record.measures), day, chance), day) == known(record.measures, day)


def test_the_record_expected_other_futures_than_came():
    record = ts.datasets.load("us-china")
    expected = record.as_of("2025-04-03").duty_on("2025-05-01").loc["USA", "CHN"]
    assert expected == pytest.approx(
        record.duty_on("2025-04-03").loc["USA", "CHN"] + 0.34 * 0.74108, abs=0.01
    )
    assert (
        record.as_of("2025-10-23").duty_on("2025-12-01").loc["CHN", "USA"]
        > record.duty_on("2025-12-01").loc["CHN", "USA"]
    )
