"""The packaged records: they load, cite their sources, and the us-china record meets what was published."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tradesim import datasets
from tradesim.errors import InputError

REFERENCE = Path(
    os.environ.get("TRADESIM_REFERENCE", Path(__file__).parents[1].parent / "shared" / "reference")
)
STEPS = REFERENCE / "us_china" / "piie_steps.csv"
FACTS = REFERENCE / "us_china" / "facts.csv"
WORLD = REFERENCE / "world_2023" / "goods_imports_bn_usd.csv"
SERIES = {
    "us_tariff_on_cn": ("USA", "CHN"),
    "cn_tariff_on_us": ("CHN", "USA"),
    "us_tariff_on_row": ("USA", "ROW"),
    "cn_tariff_on_row": ("CHN", "ROW"),
}
PUBLISHED_LEVELS = [  # chart levels, one decimal, on days whose own step identified nothing
    ("2019-06-16", "USA", "CHN", 17.5),
    ("2020-02-14", "USA", "CHN", 19.3),
    ("2025-02-04", "USA", "CHN", 30.7),
    ("2025-03-04", "USA", "CHN", 40.7),
    ("2025-04-09", "USA", "CHN", 105.0),
    ("2025-04-10", "USA", "CHN", 135.3),
    ("2025-05-14", "USA", "CHN", 51.8),
    ("2025-11-10", "USA", "CHN", 47.5),
    ("2020-02-14", "CHN", "USA", 21.2),
    ("2025-04-10", "CHN", "USA", 106.6),
    ("2025-04-12", "CHN", "USA", 147.6),
    ("2025-05-14", "CHN", "USA", 32.6),
    ("2025-11-10", "CHN", "USA", 31.9),
]

needs_steps = pytest.mark.skipif(not STEPS.exists(), reason=f"published steps not found at {STEPS}")
needs_facts = pytest.mark.skipif(not FACTS.exists(), reason=f"facts not found at {FACTS}")
needs_world = pytest.mark.skipif(not WORLD.exists(), reason=f"trade not found at {WORLD}")


@pytest.fixture(scope="module")
def us_china():
    return datasets.load("us-china")


@pytest.fixture(scope="module")
def points(us_china):
    return us_china.past_vintage().effective_duty("2018-01-01", "2027-02-01") * 100


@pytest.mark.parametrize("name", datasets.names())
def test_every_record_loads_with_sources_on_every_act(name):
    schedule = datasets.load(name)
    about = datasets.describe(name)
    assert about["title"] == schedule.title
    assert about["sources"]
    assert about["license"]
    assert all(m.source and m.confidence and m.coverage_from for m in schedule.measures)
    assert schedule.economies.vintage


@pytest.mark.parametrize("name", datasets.names())
def test_events_are_dated_and_sourced(name):
    events = datasets.events(name)
    assert events["date"].notna().all()
    assert (events[["name", "kind", "changed", "source"]] != "").all(axis=None)
    assert (events["end"].isna() | (events["end"] >= events["date"])).all()
    assert events["date"].is_monotonic_increasing


def test_an_unknown_record_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match=r"unknown dataset.*'us-chima'.*did you mean 'us-china'"):
        datasets.load("us-chima")


@needs_steps
def test_every_published_step_is_met_on_its_date(points):
    steps = pd.read_csv(STEPS, parse_dates=["date"])
    changes = points.diff()
    for row in steps.itertuples():
        series = points if row.kind == "level" else changes
        assert series.loc[row.date, SERIES[row.series]] == pytest.approx(row.percentage_points, abs=0.05), row


@pytest.mark.parametrize(("day", "importer", "exporter", "published"), PUBLISHED_LEVELS)
def test_published_levels_follow_from_the_layers(points, day, importer, exporter, published):
    assert points.loc[day, (importer, exporter)] == pytest.approx(published, abs=0.1)


def test_the_united_states_peaks_on_10_april_and_china_from_12_april_to_13_may(points):
    us, china = points["USA"]["CHN"], points["CHN"]["USA"]
    assert us.idxmax() == pd.Timestamp("2025-04-10")
    assert us.loc["2025-04-11"] < us.max()
    top = china[np.isclose(china, china.max())]
    assert (top.index[0], top.index[-1]) == (pd.Timestamp("2025-04-12"), pd.Timestamp("2025-05-13"))
    assert len(top) == 32


def test_suspended_parts_are_not_charged_and_stay_visible(us_china, points):
    held = [m for m in us_china.measures if m.status == "suspended" and "24 points" in m.name]
    assert {m.importer for m in held} == {"USA", "CHN"}
    assert points.loc["2025-05-14", ("CHN", "USA")] - points.loc[
        "2025-05-13", ("CHN", "USA")
    ] == pytest.approx(-115)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Section 301 List 4B", "revoked"),  # 84 FR 45821: published law, withdrawn
        ("Retaliation of December 2019", "revoked"),
        ("Retaliation on cars and parts, return", "revoked"),
        ("Section 301 Lists 1-3 to 30 %", "threatened"),  # 84 FR 46212: proposed only
        ("Additional 100 % on China", "threatened"),
        ("Secondary tariff on buyers from Iran", "threatened"),
    ],
)
def test_what_was_never_carried_out_is_there_and_never_charged(us_china, name, status):
    assert {m.status for m in us_china.matching(name)} == {status}
    kept = us_china.effective_duty("2018-01-01", "2026-10-08")
    pd.testing.assert_frame_equal(us_china.without(name).effective_duty("2018-01-01", "2026-10-08"), kept)


def test_the_view_of_23_october_2025_knows_the_threat_and_the_truce_and_not_busan_or_the_court(us_china):
    then = us_china.as_of("2025-10-23")
    threat = then.matching("Additional 100 % on China")[0]
    assert (threat.status, str(threat.effective), threat.expires) == ("threatened", "2025-11-01", None)
    returns = [m for m in then.measures if "24 points" in m.name and str(m.effective) == "2025-11-10"]
    assert {(m.importer, m.status, m.expires) for m in returns} == {
        ("USA", "enacted", None),
        ("CHN", "enacted", None),
    }
    assert not [m for m in then.measures if str(m.announced) > "2025-10-23"]
    assert not [m for m in then.measures if m.authority in {"Section 122", "Section 301 forced labour"}]
    fentanyl = [m for m in then.matching("IEEPA fentanyl") if str(m.effective) == "2025-03-04"]
    assert [m.expires for m in fentanyl] == [None]


def test_the_ruling_has_a_legal_and_a_cash_date(us_china):
    legal = us_china.without("*collected after the ruling")
    for day, cash_view, legal_view in (
        ("2026-02-19", True, True),
        ("2026-02-20", True, False),
        ("2026-02-24", False, False),
    ):
        for schedule, charged in ((us_china, cash_view), (legal, legal_view)):
            split = schedule.effective_duty(day, day, by="authority")["USA"]["CHN"].iloc[0]
            assert (split.filter(like="IEEPA").sum() > 0.1) == charged, (day, charged)


def test_section_122_runs_out_after_150_days_and_the_forced_labour_duty_follows(us_china):
    split = us_china.effective_duty("2026-02-23", "2026-07-25", by="authority")["USA"]["CHN"]
    charged = split.index[split["Section 122"] > 0]
    assert (str(charged[0].date()), str(charged[-1].date()), len(charged)) == (
        "2026-02-24",
        "2026-07-23",
        150,
    )
    assert split.loc["2026-07-24", "Section 301 forced labour"] > 0.05


def test_fees_and_controls_stand_beside_the_duties_never_inside(us_china):
    with pytest.raises(InputError, match="no ad-valorem equivalent") as refusal:
        us_china.trade_cost("2025-10-20", "2025-10-21")
    named = " ".join(str(problem) for problem in refusal.value.problems)
    assert "Port fee on Chinese-operated ships" in named
    assert "Rare-earth and battery export controls" in named
    prices = {m.name: 0.01 for m in us_china.measures if m.instrument != "tariff"}
    cost = us_china.trade_cost("2025-10-20", "2025-10-20", equivalents=prices)
    duty = us_china.effective_duty("2025-10-20", "2025-10-20")
    assert (cost["USA"]["CHN"] - duty["USA"]["CHN"]).iloc[0] == pytest.approx(0.04)
    assert (cost["CHN"]["USA"] - duty["CHN"]["USA"]).iloc[0] == pytest.approx(0.01)


def test_before_the_record_begins_there_is_no_number(us_china):
    with pytest.raises(InputError, match=r"before the record begins.*2017-12-31.*2018-01-01 or later"):
        us_china.duty_on("2017-12-31")


@needs_facts
def test_every_dated_fact_is_an_act_or_an_event(us_china):
    facts = pd.read_csv(FACTS, dtype=str)
    acts = {
        str(day)
        for m in us_china.measures
        for day in (m.effective, m.expires, m.announced, m.expiry_announced)
    }
    events = datasets.events("us-china")
    days = acts | {str(day.date()) for name in ("date", "end") for day in events[name].dropna()}
    moved = {  # facts whose day the record dates otherwise, said in docs/record.md
        "2026-01-16",  # schedule day of Section 232 semiconductors, in law a day earlier
        "2025-06",  # London and Stockholm: the facts give the month only
        "2025-07",
    }
    missing = {
        row.effective_date: row.measure
        for row in facts.itertuples()
        if row.effective_date not in days | moved
    }
    assert not missing


@needs_world
def test_world_2023_is_the_published_aggregation():
    world = datasets.load("world-2023").economies
    published = pd.read_csv(WORLD, index_col=0) * 1e9
    pd.testing.assert_frame_equal(world.to_frame(), published, check_names=False, rtol=1e-9)
    assert world.gdp is not None
    assert world.gdp[world.index("USA")] == pytest.approx(27843.3e9)


def test_canada_meets_the_averages_of_the_bank_of_canada():
    duty = datasets.load("canada").effective_duty("2025-07-15", "2026-01-15") * 100
    for day, us, canada in (("2025-07-15", 4.4, 2.6), ("2025-10-15", 5.9, 1.0), ("2026-01-15", 5.8, 1.2)):
        assert duty.loc[day, ("USA", "CAN")] == pytest.approx(us, abs=0.3)
        assert duty.loc[day, ("CAN", "USA")] == pytest.approx(canada, abs=0.05)


def test_smoot_hawley_duties_rise_and_fall_with_prices_and_not_with_law():
    duty = (
        datasets.load("smoot-hawley").effective_duty("1929-01-01", "1938-12-31", by="importer", freq="Y")
        * 100
    )
    us = duty["USA"].set_axis(range(1929, 1939))
    assert us[1929] == pytest.approx(13.5, abs=0.05)
    assert us[1931] < us[1932] > us[1934] > us[1937] < us[1938]
    published = pd.Series([13.5, 14.8, 17.8, 19.6, 19.8, 18.4, 17.5, 16.8, 15.6, 15.5], us.index)
    assert (us - published).abs().max() < 3.0


def test_eu_steel_has_the_floor_and_the_lists_that_never_came():
    schedule = datasets.load("eu-steel")
    assert {m.basis for m in schedule.measures} >= {"floor", "ad_valorem"}
    assert {m.status for m in schedule.measures} == {"enacted", "suspended", "revoked", "threatened"}
    before, after = (schedule.duty_on(day).loc["EU27", "USA"] for day in ("2018-06-21", "2018-06-22"))
    assert after > before
