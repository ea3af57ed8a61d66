"""The scenario library: what every packaged scenario has, a page that is current, and what each is about."""

import datetime as dt
import doctest
import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tradesim as ts
from tradesim import scenarios
from tradesim.measures import Measure
from tradesim.scenario import Scenario

ROOT = Path(__file__).parents[1]
NAMES = scenarios.names()
USA_CHN, CHN_USA = ("USA", "CHN"), ("CHN", "USA")


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def quiet(name, **changes):
    """A scenario without new acts, and changed."""
    scenario = scenarios.load(name)
    silence = {f"shocks.{shock.name}.rate": 0.0 for shock in scenario.shocks}
    return scenario.with_(silence | {path.replace("__", "."): value for path, value in changes.items()})


def certain(scenario, **outcomes):
    """A scenario whose events end as named."""
    return scenario.with_({f"events.{event}.{outcome}": 1.0 for event, outcome in outcomes.items()})


def stays(frame):
    """Whether no duty ever moves."""
    return np.ptp(frame.to_numpy(), axis=0).max() < 1e-12


def near(share, expected, draws):
    """Whether a frequency lies within four standard errors of its probability."""
    return abs(share - expected) <= 4 * np.sqrt(expected * (1 - expected) / draws)


# Every scenario --------------------------------------------------------------------------------------


def test_the_library_has_what_it_is_said_to_have():
    assert set(NAMES) >= {
        "april-2025-spiral", "canada-dollar-for-dollar", "geneva-2025", "grim-1930", "section-122-clock",
        "steel-rebalancing-eu", "steel-suspensions-eu", "symmetric-spiral", "three-bloc-war",
        "us-china-2025-10", "us-china-two-years",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is_and_where_it_comes_from(name):
    scenario = scenarios.load(name)
    assert scenario.name == name
    assert 10 < len(scenario.title) < 110
    assert len(scenario.description) > 200
    assert len(scenario.source) > 80


@pytest.mark.parametrize("name", NAMES)
def test_its_file_keeps_to_the_width_of_a_page(name):
    lines = (scenarios.FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert max(len(line) for line in lines if " = " not in line) <= 115


@pytest.mark.parametrize("name", NAMES)
def test_every_probability_is_argued_for(name):
    scenario = scenarios.load(name)
    for event in scenario.events:
        assert event.note, event.name
        for outcome in event.outcomes:
            assert outcome.note, (event.name, outcome.name)
    for truce in scenario.truces:
        for probability in (truce.renewal, truce.breach):
            assert not probability or f"{probability:g}" in scenario.description, truce.name
    for rule in scenario.rules.values():
        assert not rule.forgiveness or f"{rule.forgiveness:g}" in scenario.description, rule


@pytest.mark.parametrize("name", NAMES)
def test_every_act_of_its_own_has_a_source(name):
    scenario = scenarios.load(name)
    recorded = set(scenario.record.schedule().measures) if scenario.record else set()
    for measure in set(scenario.schedule.measures) - recorded:
        assert measure.source, measure.name


@pytest.mark.parametrize("name", NAMES)
def test_it_survives_a_file_and_runs_the_same(name, tmp_path):
    scenario = scenarios.load(name)
    back = Scenario.from_toml(scenario.to_toml(tmp_path / "scenario.toml"))
    assert back == scenario
    first, second = scenario.run(50, 7), back.run(50, 7)
    assert np.array_equal(first.duty, second.duty)
    assert np.isfinite(first.duty[:, :, first.recorded]).all()
    assert first.duty[:, :, first.recorded].min() >= 0


@pytest.mark.parametrize("name", NAMES)
def test_its_draws_can_be_told(name):
    paths = scenarios.load(name).run(3, 5)
    for draw in range(3):
        story = paths.events(draw)
        assert len(story)
        assert story["why"].str.len().min() > 0


@pytest.mark.parametrize("name", NAMES)
def test_its_page_is_current(name, generate):
    page = (generate.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert page == generate.page(name), "run make pages"


def test_the_gallery_is_current(generate):
    assert (generate.PAGES / "index.md").read_text(encoding="utf-8") == generate.index(), "run make pages"


@pytest.mark.parametrize("name", NAMES)
def test_its_page_has_a_small_picture_and_runs(name, generate):
    picture = generate.PICTURES / f"{name}.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 80_000
    page = (generate.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f"(../images/scenarios/{name}.png)" in page
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(code.strip().splitlines()) <= 6
    exec(compile(code.replace("paths.plot()", ""), name, "exec"), {})  # noqa: S102 our own page


def test_the_examples_of_the_generator_hold(generate):
    assert doctest.testmod(generate).failed == 0


def test_the_index_is_current_and_no_page_is_left_over(generate):
    assert (generate.PAGES / "index.md").read_text(encoding="utf-8") == generate.index()
    assert {path.stem for path in generate.PAGES.glob("*.md")} == {*NAMES, "index"}
    assert {path.stem for path in generate.PICTURES.glob("*")} == set(NAMES)


# us-china-2025-10 ------------------------------------------------------------------------------------


def test_the_branches_of_october_are_exact():
    lapse = scenarios.load("us-china-2025-10").branch("lapse").run().to_frame()
    for day, us, china in (("2025-11-09", 0.5750, 0.3260), ("2025-11-10", 0.7156, 0.5660)):
        assert lapse.loc[day, USA_CHN] == pytest.approx(us, abs=5e-5)
        assert lapse.loc[day, CHN_USA] == pytest.approx(china, abs=5e-5)
    deal = scenarios.load("us-china-2025-10").branch("deal").run().to_frame()
    actual = ts.datasets.load("us-china").effective_duty("2025-10-23", "2025-11-15")
    assert (
        deal.loc[:"2025-11-15", [USA_CHN, CHN_USA]] - actual[[USA_CHN, CHN_USA]]
    ).abs().max().max() < 1e-12


# us-china-two-years ----------------------------------------------------------------------------------


def test_two_years_begin_as_the_branches_of_october():
    october = scenarios.load("us-china-2025-10")
    assert scenarios.load("us-china-two-years").schedule.vintage == october.schedule.vintage
    until = "2026-03-30"
    for outcome, branch in (("deal", "deal"), ("nothing", "lapse")):
        paths = certain(quiet("us-china-two-years"), summit=outcome).run()
        expected = october.branch(branch).run().to_frame().loc[:until, [USA_CHN, CHN_USA]]
        assert (paths.to_frame().loc[:until, [USA_CHN, CHN_USA]] - expected).abs().max().max() < 1e-12


def test_what_may_happen_in_two_years_does():
    paths = scenarios.load("us-china-two-years").run(500, 1)
    truce = paths.truce_summary().loc["geneva"]
    assert 0.2 < truce["breached"] < 0.7
    assert 0.1 < truce["renewals"] < 1.0
    last = paths.quantiles([0.05, 0.5, 0.95]).iloc[-1]
    assert last[*USA_CHN, 0.05] < 0.575 < last[*USA_CHN, 0.5] < 1.2 < last[*USA_CHN, 0.95] < 2.5
    assert last[*CHN_USA, 0.05] < 0.326 < last[*CHN_USA, 0.95]


def test_the_united_states_goes_25_points_above_what_an_answer_weighs():
    """Also after a deal, which stops farm lists of 25 points: on 6.8 % of trade they are 0.7 points."""
    act = Measure(
        name="new act", importer="USA", exporter="CHN", authority="x", rate=0.3, coverage=0.656914,
        announced="2026-01-10", effective="2026-01-17",
    )  # fmt: skip
    changes = {"rules__USA__forgiveness": 0.0, "truces__geneva__breach": 0.0, "rules__CHN__tolerance": 0.0}
    decided = certain(quiet("us-china-two-years", **changes), summit="deal", court="upheld")
    schedule, events = decided.schedule.adding(act), without_truces(decided)
    war = replace(decided, schedule=schedule, record=None, truces=(), events=events)
    story = war.run().events()
    ours = story[(story["importer"] == "USA") & story["why"].str.startswith("answers")]
    first = ours.iloc[0]
    assert first["to"] - first["from"] == pytest.approx(0.25 - 0.00719 / 0.656914, abs=2e-4)


def without_truces(scenario):
    """The events with what they do to measures only."""
    return tuple(
        replace(event, outcomes=[replace(o, effects=[e for e in o.effects if not e.action.endswith("_truce")])
                                 for o in event.outcomes])
        for event in scenario.events
    )  # fmt: skip


def test_an_accord_is_as_likely_as_not_at_47_percent_and_four_in_five_at_130():
    (accord, none) = scenarios.load("us-china-two-years").events[3].outcomes
    for duty, odds in ((0.47, 0.5), (1.30, 0.8)):
        weight = accord.probability * np.exp(accord.slopes["duty.USA-CHN"] * duty)
        assert weight / (weight + none.probability) == pytest.approx(odds, abs=0.02)


# geneva-2025 -----------------------------------------------------------------------------------------


def test_renewals_are_as_likely_as_their_probability_says():
    draws = 2000
    paths = quiet("geneva-2025").run(draws, 3)
    renewed = pd.Series(paths.renewals[:, 0]).value_counts(normalize=True)
    for times, expected in ((0, 0.3), (1, 0.7 * 0.3), (2, 0.7**2)):
        assert near(renewed[times], expected, draws), times
    ends = {0: "2025-08-12", 1: "2025-11-10", 2: "2026-02-08"}
    for draw in range(20):
        ((_, start, end),) = paths.truce_windows(draw)
        assert (str(start), str(end)) == ("2025-05-14", ends[paths.renewals[draw, 0]])
        before, after = paths.to_frame(draw).loc[:, CHN_USA].loc[str(end - np.timedelta64(1, "D")) : str(end)]
        assert after - before == pytest.approx(0.24, abs=1e-12)


def test_renewed_geneva_is_the_record_until_busan():
    paths = quiet("geneva-2025", truces__geneva__renewal=1.0).run()
    actual = ts.datasets.load("us-china").effective_duty("2025-05-14", "2025-11-09")
    assert (paths.to_frame().loc[:"2025-11-09", CHN_USA] - actual[CHN_USA]).abs().max() < 1e-12


def test_only_acts_above_the_tolerance_break_geneva():
    sure = {"truces.geneva.breach": 1.0, "truces.geneva.renewal": 0.0}
    scenario = scenarios.load("geneva-2025").with_(sure)
    small = scenario.with_({"shocks.general duty.rate": 0.0, "shocks.sectoral duty.rate": 1.0})
    assert not small.run(100, 1).breached.any()
    large = scenario.with_({"shocks.general duty.rate": 50.0, "shocks.sectoral duty.rate": 0.0})
    assert large.run(50, 1).breached.all()


# section-122-clock -----------------------------------------------------------------------------------


def test_the_clock_runs_150_days():
    surcharge = [
        m for m in scenarios.load("section-122-clock").schedule.measures if m.authority == "Section 122"
    ]
    assert {(m.expires - m.effective).days for m in surcharge} == {150}
    assert {m.effective for m in surcharge} == {dt.date(2026, 2, 24)}


def test_a_lapse_takes_the_surcharge_off_on_24_july():
    steps = scenarios.load("section-122-clock").branch("lapse").run().to_frame().diff()
    assert steps.loc["2026-07-24", USA_CHN] == pytest.approx(-0.1 * 0.521, abs=1e-12)
    assert steps.loc["2026-07-24", ("USA", "ROW")] == pytest.approx(-0.1 * 0.2916, abs=1e-12)
    assert steps.loc["2026-02-25":"2026-07-23", USA_CHN].abs().max() < 1e-12


def test_history_replaced_it_by_section_301_and_china_let_that_pass():
    history = quiet("section-122-clock", truces__busan__breach=0.0).branch("history").run().to_frame()
    step = history.diff().loc["2026-07-24"]
    assert step["USA", "ROW"] == pytest.approx(0.1035508 * 0.30275 - 0.1 * 0.2916, abs=1e-12)
    assert step[USA_CHN] == pytest.approx(0.125 * 0.57569 - 0.1 * 0.521, abs=1e-12)
    assert stays(history.loc["2026-07-24":"2026-11-09", CHN_USA])


# steel-rebalancing-eu --------------------------------------------------------------------------------


def test_the_eu_collects_what_is_collected_from_it_21_days_later():
    scenario = certain(
        quiet("steel-rebalancing-eu", truces__exemption__renewals=1), settlement="none", summer="freeze"
    )
    frame = scenario.with_({"truces.exemption.renewal": 1.0}).run().to_frame()
    us, eu = frame["USA", "EU27"] - 0.012, frame["EU27", "USA"] - 0.009
    assert us[us > 1e-9].index[0] == pd.Timestamp("2018-06-01")
    assert eu[eu > 1e-9].index[0] == pd.Timestamp("2018-06-22")
    imports = scenario.schedule.economies.imports
    charged, collected = us.iloc[-1] * imports[0, 1], eu.iloc[-1] * imports[1, 0]
    assert collected == pytest.approx(charged, rel=1e-12)
    assert charged == pytest.approx(1.63e9, rel=0.005)
    assert eu.iloc[-1] / 0.0201 == pytest.approx(0.225, abs=0.001)


def test_the_lists_of_2018_collect_nearly_the_same():
    lists = (0.25 * 0.0088 + 0.20 * 0.0113) * 360.472e9
    assert lists == pytest.approx(1.63e9, rel=0.02)


def test_without_the_duty_there_is_no_answer():
    spared = certain(quiet("steel-rebalancing-eu", truces__exemption__renewal=1.0), settlement="quota")
    frame = spared.run().to_frame()
    assert stays(frame)


# steel-suspensions-eu --------------------------------------------------------------------------------


@pytest.mark.parametrize(("prolonged", "day"), [(0, "2025-07-15"), (1, "2025-10-13"), (3, "2026-04-11")])
def test_the_lists_of_april_2025_are_charged_when_their_suspension_ends(prolonged, day):
    times = {"truces.suspension.renewal": 1.0, "truces.suspension.renewals": prolonged}
    frame = certain(quiet("steel-suspensions-eu").with_(times), **{"9 July": "put off"}).run().to_frame()
    lists = 0.25 * (0.0117 + 0.0405)
    assert frame["EU27", "USA"].diff().loc[day] == pytest.approx(lists, abs=1e-12)
    assert frame.loc[: pd.Timestamp(day) - pd.Timedelta(days=1), ("EU27", "USA")].max() < 0.009 + lists


def test_the_ninth_of_july_puts_off_settles_or_charges():
    scenario = quiet("steel-suspensions-eu")
    for outcome, step in (
        ("put off", 0.0),
        ("deal", 0.05 * 0.488 - 0.10 * 0.1158),
        ("charged", 0.10 * 0.488),
    ):
        frame = certain(scenario, **{"9 July": outcome}).run().to_frame()
        assert frame["USA", "EU27"].diff().loc["2025-07-09"] == pytest.approx(step, abs=1e-12), outcome


# canada-dollar-for-dollar ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def canada():
    return certain(quiet("canada-dollar-for-dollar", truces__pause__renewal=0.0), withdrawal="kept")


def test_canada_collects_what_it_is_charged_21_days_after_the_first_list(canada):
    frame = certain(canada, exemption="exempt").run().to_frame()
    first = 0.25 * 0.0725
    assert frame.loc["2025-03-03", ("CAN", "USA")] == 0
    assert frame.loc["2025-03-04":"2025-03-25", ("CAN", "USA")].sub(first).abs().max() < 1e-12
    imports = canada.schedule.economies.imports
    charged = (frame["USA", "CAN"] - 0.001) * imports[0, 1]
    collected = frame["CAN", "USA"] * imports[1, 0]
    assert collected.loc["2025-03-26"] == pytest.approx(charged.loc["2025-03-26"], rel=1e-4)
    assert collected.iloc[-1] == pytest.approx(charged.iloc[-1], rel=1e-4)


def test_canada_stops_at_25_percent_on_both_lists(canada):
    frame = certain(canada, exemption="charged in full").run().to_frame()
    assert frame["CAN", "USA"].max() == pytest.approx(0.25 * (0.0725 + 0.302), abs=2e-4)
    assert frame["USA", "CAN"].max() == pytest.approx(0.2065, abs=5e-4)


def test_the_withdrawal_takes_the_first_list_off_on_1_september(canada):
    steps = certain(canada, exemption="exempt", withdrawal="withdrawn").run().to_frame()["CAN", "USA"].diff()
    assert steps.loc["2025-09-01"] == pytest.approx(-0.25 * 0.0725, abs=1e-12)
    assert steps.loc["2025-09-02":].abs().max() < 1e-12


# symmetric-spiral ------------------------------------------------------------------------------------

UP, DOWN = ("AAA", "BBB"), ("BBB", "AAA")


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.9), (1.0, 1.0), (0.8, 1.25), (0.0, 0.5)])
def test_without_a_spiral_the_limit_is_reached_after_one_answer(a, b):
    still = {"rules.AAA.forgiveness": 0.0, "rules.BBB.forgiveness": 0.0}
    ratios = {"rules.AAA.ratio": a, "rules.BBB.ratio": b}
    last = scenarios.load("symmetric-spiral").with_(still | ratios).run().to_frame()
    assert last.loc["2030-01-14", DOWN] == 0
    for day in ("2030-01-15", "2030-06-30"):
        assert last.loc[day, UP] == pytest.approx(0.05, abs=1e-12)
        assert last.loc[day, DOWN] == pytest.approx(0.05 * b, abs=1e-12)


def test_a_spiral_climbs_as_its_closed_form_says():
    still = {"rules.AAA.forgiveness": 0.0, "rules.BBB.forgiveness": 0.0}
    frame = scenarios.load("symmetric-spiral").with_(still).run().to_frame()
    for answers in range(16):
        day = pd.Timestamp("2030-01-08") + pd.Timedelta(days=7 * answers)
        pair = DOWN if answers % 2 else UP
        assert frame.loc[day, pair] == pytest.approx(min(0.05 * 1.25**answers, 1.25), abs=1e-12)
        assert frame.loc[day - pd.Timedelta(days=1), pair] < frame.loc[day, pair] or answers == 15


def test_spirals_die_as_often_as_forgiveness_says():
    draws = 4000
    levels = scenarios.load("symmetric-spiral").run(draws, 2).duty.max(axis=(1, 2, 3))
    for answers in (1, 2, 5, 10):
        share = (levels >= 0.05 * 1.25**answers - 1e-9).mean()
        assert near(share, 0.9**answers, draws), answers
    assert near((levels >= 1.25 - 1e-9).mean(), 0.9**15, draws)


# three-bloc-war --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blocs():
    forgiving = {"rules.EU27-USA.forgiveness": 0.0}
    scenario = quiet("three-bloc-war").with_(forgiving)
    return certain(scenario, talks="none").with_({"events.second talks.none": 1.0})


def test_goods_turned_away_at_one_border_are_kept_out_at_the_next(blocs):
    """EU and China answer each other: x = 0.5 (x + 0.3 · 0.25), whose limit is 7.5 points."""
    frame = blocs.run().to_frame()
    assert frame["EU27", "CHN"].iloc[-1] - 0.03 == pytest.approx(0.5 * 0.3 * 0.25 / (1 - 0.5), rel=0.01)
    assert stays(frame["USA", "EU27"])
    without = blocs.with_({"rules.EU27-CHN.diversion": 0.0}).run().to_frame()
    assert stays(without["EU27", "CHN"])


def test_china_answers_the_eu_with_licences_not_duties(blocs):
    paths = blocs.run()
    assert stays(paths.to_frame()["CHN", "EU27"])
    cost = paths.to_frame(of="cost")["EU27", "CHN"]
    assert cost.iloc[-1] == pytest.approx(0.2 * 0.075, rel=0.01)


def test_the_united_states_answers_for_its_ally():
    hit = scenarios.load("three-bloc-war").with_({"rules.EU27-CHN.ratio": 5.0, "rules.EU27-CHN.cap": 5.0})
    hit = hit.with_({"rules.CHN-EU27.cap": 5.0, "end": "2027-02-01"})
    alone = hit.with_({"rules.USA-CHN.allies": ()})
    assert hit.run().to_frame()[USA_CHN].max() > alone.run().to_frame()[USA_CHN].max() + 0.1


# grim-1930 -------------------------------------------------------------------------------------------


def test_canada_answers_in_september_1930_and_stays():
    scenario = scenarios.load("grim-1930")
    paths = scenario.run(40, 1)
    record = ts.datasets.load("smoot-hawley")
    index = paths.economies.index
    canada = paths.duty[:, :, index("CAN"), index("USA")]
    day = int((np.datetime64("1930-09-17") - paths.dates[0]).astype(int))
    assert np.ptp(canada[:, :day]) < 1e-12
    assert canada[:, day] == pytest.approx(record.duty_on("1930-09-17").loc["CAN", "USA"], abs=1e-12)
    until = int((np.datetime64("1936-01-01") - paths.dates[0]).astype(int))
    assert np.ptp(canada[:, day:until]) < 1e-12
    signed = (paths.outcomes["agreement"] == "signed").to_numpy()
    assert canada[signed, -1] == pytest.approx(canada[0, 0], abs=1e-12)
    assert canada[~signed, -1] == pytest.approx(canada[0, day], abs=1e-12)


def test_the_act_of_1930_raises_duties_as_in_the_record():
    frame = scenarios.load("grim-1930").run().to_frame()
    record = ts.datasets.load("smoot-hawley")
    for partner in ("CAN", "GBR"):
        before, after = (record.duty_on(day).loc["USA", partner] for day in ("1930-06-17", "1930-06-18"))
        assert frame["USA", partner].diff().loc["1930-06-18"] == pytest.approx(after - before, abs=2e-4)


def test_britain_answers_as_often_as_those_that_protested():
    draws = 2000
    paths = certain(scenarios.load("grim-1930"), **{"British election": "free trade"}).run(draws, 4)
    index = paths.economies.index
    answered = np.ptp(paths.duty[:, :, index("GBR"), index("USA")], axis=1) > 0
    assert near(answered.mean(), 0.26, draws)
