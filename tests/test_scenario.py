"""Scenarios: history replayed by rules and branches, changed copies, and every refusal."""

import datetime as dt
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tradesim as ts
from tradesim import rules
from tradesim.changes import parameters
from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.record import Record
from tradesim.scenario import MOST_CELLS, Scenario
from tradesim.schedule import Schedule
from tradesim.truces import Truce

USA_CHN, CHN_USA = ("USA", "CHN"), ("CHN", "USA")


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def measure(**changes):
    plain = {"name": "duty", "importer": "USA", "exporter": "CHN", "authority": "IEEPA"}
    return Measure(**(plain | {"rate": 0.25, "effective": "2025-09-01"} | changes))


def summit(*outcomes, name="summit", date="2025-10-05"):
    named = outcomes or (Outcome(name="deal", probability=0.25), Outcome(name="none", probability=0.75))
    return Event(name=name, date=date, outcomes=named)


def scenario(**changes):
    plain = {
        "name": "autumn",
        "start": "2025-10-01",
        "end": "2025-10-11",
        "schedule": Schedule([measure()], Economies(["USA", "CHN"])),
        "rules": {"CHN": rules.Match()},
        "truces": [Truce(name="geneva", parties=USA_CHN, start="2025-10-02", end="2025-10-08")],
        "events": [summit()],
        "branches": {"good": {"summit": "deal"}, "bad": {"summit": "none"}},
    }
    return Scenario(**(plain | changes))


def day(text):
    return pd.Timestamp(text)


# April 2025 ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def record():
    return ts.datasets.load("us-china")


@pytest.fixture(scope="module")
def april():
    return ts.scenarios.load("april-2025-spiral")


def announcements(paths):
    story = paths.events()
    between = story["importer"].isin(USA_CHN) & story["exporter"].isin(USA_CHN)
    return story[(story["kind"] == "announces") & between]


def test_the_spiral_climbs_through_the_levels_of_april_2025(april):
    moves = announcements(april.run())
    assert moves["to"].round(12).tolist() == [0.34, 0.34, 0.84, 0.84, 1.25, 1.25]
    assert moves["importer"].tolist() == ["USA", "CHN"] * 3
    assert moves["from"].round(12).tolist() == [0.0, 0.0, 0.34, 0.34, 0.84, 0.84]
    assert moves["date"].iloc[0] == day("2025-04-02")


def test_the_spiral_ends_when_it_ended(april):
    moves = announcements(april.run())
    assert abs((moves["date"].iloc[-1] - day("2025-04-12")).days) <= 3
    longer = april.with_({"end": "2026-04-02"}).run()
    assert announcements(longer)["to"].round(12).tolist() == moves["to"].round(12).tolist()


def test_the_spiral_reaches_the_duties_of_the_record(april, record):
    top = april.run().to_frame().max()
    assert abs(top[USA_CHN] - record.duty_on("2025-04-10").loc[USA_CHN]) < 0.01
    assert abs(top[CHN_USA] - record.duty_on("2025-04-12").loc[CHN_USA]) < 0.01


def test_the_spiral_s_first_duty_is_the_record_s(april, record):
    first = april.run().to_frame().iloc[0]
    known = record.duty_on("2025-04-02")
    for pair in first.index:
        assert abs(first[pair] - known.loc[pair]) < 1e-12


def test_the_spiral_is_moved_by_its_rules_alone(april):
    quiet = replace(april, rules={})
    assert announcements(quiet.run())["to"].round(12).tolist() == [0.34]
    assert np.array_equal(quiet.run().duty[0], quiet.schedule.duty(quiet.grid))


def test_the_spiral_knows_nothing_of_what_came_after(april):
    announced = [m.announced for m in april.schedule.measures]
    assert max(announced) == dt.date(2025, 4, 2)
    assert not [m for m in april.schedule.measures if m.expiry_announced and m.expiry_announced > april.start]


# October 2025 ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def october():
    return ts.scenarios.load("us-china-2025-10")


@pytest.fixture(scope="module")
def futures(october):
    return {name: paths.to_frame() for name, paths in october.run_branches().items()}


def test_what_was_known_on_23_october(october):
    known = {m.name: m for m in october.schedule.measures}
    threat = known["Additional 100 % on China"]
    assert (threat.status, threat.announced, threat.effective, threat.rate) == (
        "threatened",
        dt.date(2025, 10, 10),
        dt.date(2025, 11, 1),
        1.0,
    )
    for name in ("IEEPA reciprocal, 24 points", "Retaliation to the reciprocal duty, 24 points"):
        levels = [m for m in october.schedule.matching(name) if m.status != "revoked"]
        windows = [(m.status, m.effective, m.expires) for m in levels if m.effective >= dt.date(2025, 8, 12)]
        assert windows == [
            ("suspended", dt.date(2025, 8, 12), dt.date(2025, 11, 10)),
            ("enacted", dt.date(2025, 11, 10), None),
        ], name


def test_nothing_of_busan_or_the_court_was_known(october):
    measures = october.schedule.measures
    assert max(m.announced for m in measures) <= dt.date(2025, 10, 23)
    assert all(m.expiry_announced is None or m.expiry_announced <= dt.date(2025, 10, 23) for m in measures)
    fentanyl = [m for m in measures if m.name == "IEEPA fentanyl" and m.expires is None]
    assert [(m.rate, m.effective) for m in fentanyl] == [(0.2, dt.date(2025, 3, 4))]
    assert not [m for m in measures if m.authority == "Section 122" or "after the ruling" in m.name]
    assert [m for m in measures if m.name.startswith("Retaliation of March 2025") and m.expires is None]
    assert "2025-10-23" in october.schedule.vintage


def test_without_events_the_truce_of_the_scenario_is_what_was_known(october):
    quiet = replace(october, events=(), branches={}, rules={})
    assert np.abs(quiet.run().duty[0] - october.schedule.duty(october.grid)).max() < 1e-12


def test_every_branch_begins_as_the_record(futures, record):
    actual = record.effective_duty("2025-10-23", "2025-10-30")
    for frame in futures.values():
        np.testing.assert_allclose(frame.loc[:"2025-10-30"], actual[frame.columns], atol=1e-12)


def coverage_left(schedule, name, date):
    """Share of trade that an act would hit on a day, less what replaces its authority."""
    at = dt.date.fromisoformat(date)
    acts = [m for m in schedule.measures if m.effective <= at and (m.expires is None or m.expires > at)]
    (act,) = (m for m in acts if m.name == name and m.status in {"enacted", "suspended"})
    replaced = (m.coverage for m in acts if m.pair == act.pair and act.authority in m.against and m.charged)
    return act.coverage - sum(replaced)


@pytest.mark.parametrize(("branch", "date"), [("lapse", "2025-11-10"), ("extension", "2026-02-08")])
def test_24_points_return_on_both_sides_on_that_day_and_not_a_day_before_or_after(
    october, futures, branch, date
):
    for_good = {"truces.geneva.end": "2027-01-01"}
    never = replace(october, events=(), branches={}).with_(for_good).run().to_frame()
    back = futures[branch] - never
    us = coverage_left(october.schedule, "IEEPA reciprocal, 24 points", date)
    assert 0.58 < us < 0.59
    until = day(date) - pd.Timedelta(days=1)
    assert back.loc[:until].abs().max().max() < 1e-12
    for pair, points in ((USA_CHN, 0.24 * us), (CHN_USA, 0.24)):
        np.testing.assert_allclose(back.loc[date:, pair], points, atol=1e-12)
    assert back[[("USA", "ROW"), ("CHN", "ROW")]].abs().max().max() == 0


def test_the_threat_carried_out_brings_24_points_and_100_back_at_once(october, futures):
    step = futures["threat"].diff().loc["2025-11-01"]
    quiet = futures["lapse"].diff().loc["2025-11-01"]
    us = coverage_left(october.schedule, "IEEPA reciprocal, 24 points", "2025-11-01")
    assert step[USA_CHN] - quiet[USA_CHN] == pytest.approx(1.0 + 0.24 * us, abs=1e-12)
    assert step[CHN_USA] - quiet[CHN_USA] == pytest.approx(0.24, abs=1e-12)


def test_the_deal_is_what_happened(futures, record):
    """On 2025-11-15 exactly. Until the ruling of 20 February 2026 but for acts announced after 23 October."""
    actual = record.effective_duty("2025-10-23", "2026-02-19")
    for pair in (USA_CHN, CHN_USA):
        assert abs(futures["deal"].loc["2025-11-15", pair] - actual.loc["2025-11-15", pair]) < 1e-12
        assert (futures["deal"].loc[:"2026-02-19", pair] - actual[pair]).abs().max() < 1e-5
    assert actual.loc["2025-11-15", USA_CHN] == pytest.approx(0.475, abs=0.001)
    assert actual.loc["2025-11-15", CHN_USA] == pytest.approx(0.319, abs=0.001)


def test_the_deal_keeps_24_points_off_to_the_end_and_halves_the_fentanyl_duty(futures, october):
    deal = futures["deal"]
    assert october.branch("deal").run().truce_windows() == [
        ("geneva", np.datetime64("2025-10-23"), np.datetime64("2026-11-10"))
    ]
    assert deal.diff().loc["2025-11-10", USA_CHN] == pytest.approx(-0.1, abs=1e-12)
    march = 0.10 * 0.0587326 + 0.15 * 0.0088116
    assert deal.diff().loc["2025-11-10", CHN_USA] == pytest.approx(-march, abs=1e-9)


def test_the_threat_is_answered_in_kind_two_days_later_and_charged_the_day_after(october, futures):
    moves = announcements(october.branch("threat").run())
    assert list(zip(moves["importer"], moves["to"], strict=True)) == [("USA", 1.0), ("CHN", 1.0)]
    assert moves["date"].tolist()[:2] == [day("2025-11-01"), day("2025-11-03")]
    assert moves["charged"].iloc[1] == day("2025-11-04")
    steps = futures["threat"][CHN_USA].diff()
    assert steps[steps.abs() > 1e-9].round(9).to_dict() == {day("2025-11-01"): 0.24, day("2025-11-04"): 1.0}


def test_branches_are_certain_and_the_whole_is_their_mixture(october, futures):
    paths = october.run(draws=400, seed=3)
    frames = {name: frame.to_numpy() for name, frame in futures.items()}
    by_summit = {"deal": "deal", "extension": "extension", "nothing": "lapse", "break": "threat"}
    for k in range(0, 400, 7):
        branch = by_summit[paths.outcomes.loc[k, "summit"]]
        assert np.array_equal(paths.to_frame(k).to_numpy(), frames[branch])
    assert set(paths.outcomes["summit"]) == set(by_summit)


# Branches --------------------------------------------------------------------------------------------


def test_a_branch_decides_every_event():
    good = scenario().branch("good")
    assert good.name == "autumn: good"
    assert [o.probability for o in good.events[0].outcomes] == [1.0, 0.0]
    assert good.branches == {}
    assert (good.run(50).outcomes["summit"] == "deal").all()
    assert set(scenario().run_branches()) == {"good", "bad"}


def test_an_unknown_branch():
    assert refusal(lambda: scenario().branch("god")) == (
        "scenario 'autumn': unknown branch; got 'god'; allowed: bad, good; did you mean 'good'?"
    )


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            {"sumit": "deal", "summit": "deal"},
            "unknown event; got 'sumit'; allowed: summit; did you mean 'summit'?",
        ),
        (
            {"summit": "dael"},
            "summit: unknown outcome; got 'dael'; allowed: deal, none; did you mean 'deal'?",
        ),
        ({}, "a branch decides every event; got nothing for 'summit'; allowed: deal | none"),
    ],
)
def test_a_branch_that_decides_wrongly(chosen, message):
    assert (
        refusal(lambda: scenario(branches={"odd": chosen})) == f"scenario 'autumn': branch 'odd': {message}"
    )


# Changed copies --------------------------------------------------------------------------------------


def test_with_changes_what_it_names_and_nothing_else():
    before = scenario()
    after = before.with_(
        {
            "rules.CHN.ratio": 0.5,
            "truces.geneva.end": "2025-10-09",
            "events.summit.deal": 0.75,
            "events.summit.date": "2025-10-06",
            "end": "2025-11-01",
            "title": "changed",
        }
    )
    assert after.rules["CHN"] == rules.Match(ratio=0.5)
    assert after.truces[0].end == dt.date(2025, 10, 9)
    assert [o.probability for o in after.events[0].outcomes] == [0.75, 0.25]
    assert after.events[0].date == dt.date(2025, 10, 6)
    assert (after.end, after.title) == (dt.date(2025, 11, 1), "changed")
    assert before == scenario()
    assert after.schedule == before.schedule
    assert before.with_({}) == before


def test_a_whole_rule_is_exchanged_added_and_taken_away():
    before = scenario()
    grim = rules.Grim(rate=0.3)
    assert before.with_({"rules.CHN": grim}).rules == {"CHN": grim}
    assert before.with_({"rules.USA": grim}).rules == {**before.rules, "USA": grim}
    assert before.with_({"rules.CHN-USA": grim}).rules == {**before.rules, "CHN-USA": grim}
    assert before.with_({"rules.CHN": None}).rules == {}
    both = before.with_({"rules.CHN.rate": 0.5, "rules.CHN": grim, "end": "2025-11-01"})
    assert both.rules == {"CHN": rules.Grim(rate=0.5)}
    assert both.end == dt.date(2025, 11, 1)
    assert before.rules == {"CHN": rules.Match()}


def test_the_values_of_a_function_are_changed_one_by_one_or_together():
    def double(seen, own, first, day, memory, values):
        return values[0] * seen, memory

    before = scenario(rules={"CHN": rules.Custom(function=double, parameters=(2.0, 3.0))})
    for changes, after in (
        ({"rules.CHN.parameters.1": 4.0}, (2.0, 4.0)),
        ({"rules.CHN.parameters": (5.0, 6.0)}, (5.0, 6.0)),
        ({"rules.CHN.parameters.0": 1.0, "rules.CHN.parameters": (5.0, 6.0)}, (1.0, 6.0)),
        ({"rules.CHN.parameters.0": 1.0, "rules.CHN.parameters.1": 0.0, "rules.CHN.cap": 1.0}, (1.0, 0.0)),
    ):
        assert before.with_(changes).rules["CHN"].parameters == after
    for path in ("rules.CHN.parameters.2", "rules.CHN.parameters.x", "rules.CHN.parameters.-1"):
        assert f"unknown parameter; got {path!r}" in refusal(lambda p=path: before.with_({p: 1.0}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rules.CHN": "match"},
            (
                "with_: rules.CHN: not a rule; got 'match'; "
                "allowed: a rule such as rules.Match(ratio=0.8), or None for none"
            ),
        ),
        (
            {"rules.CHM": None},
            "with_: unknown rule; got 'CHM'; allowed: CHN; did you mean 'CHN'?",
        ),
    ],
)
def test_a_whole_rule_that_is_none(changes, message):
    assert refusal(lambda: scenario().with_(changes)) == message


def test_a_whole_rule_of_nobody_is_refused():
    assert "CHM" in refusal(lambda: scenario().with_({"rules.CHM": rules.Match()}))


def test_one_of_several_rules_truces_and_events_is_changed():
    many = scenario(
        rules={"USA": rules.Counter(), "CHN": rules.Match()},
        truces=[scenario().truces[0], replace(scenario().truces[0], name="london")],
        events=[summit(), summit(name="talks")],
        branches={},
    )
    after = many.with_({"rules.USA.step": 0.1, "truces.london.surcharges": 0.5, "events.talks.none": 1.0})
    assert after.rules == {"USA": rules.Counter(step=0.1), "CHN": rules.Match()}
    assert [t.surcharges for t in after.truces] == [0.0, 0.5]
    assert [[o.probability for o in e.outcomes] for e in after.events] == [[0.25, 0.75], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ([0.2, 0.2, 0.6], 0.6, [0.6, 0.1, 0.3]),
        ([1.0, 0.0, 0.0], 0.5, [0.5, 0.25, 0.25]),
        ([0.5, 0.5, 0.0], 0.0, [0.0, 1.0, 0.0]),
        ([0.2, 0.8], 1, [1.0, 0.0]),
        ([1.0], 1.0, [1.0]),
    ],
)
def test_the_other_outcomes_share_the_rest_in_proportion(before, value, after):
    outcomes = [Outcome(name=f"way {k}", probability=p) for k, p in enumerate(before)]
    changed = scenario(events=[summit(*outcomes)], branches={}).with_({"events.summit.way 0": value})
    np.testing.assert_allclose([o.probability for o in changed.events[0].outcomes], after, atol=1e-15)


def test_every_parameter_can_be_changed_to_what_it_is():
    whole = scenario()
    for path in parameters(whole):
        kind, *rest = path.split(".")
        if not rest:
            value = getattr(whole, kind)
        elif kind == "rules":
            value = getattr(whole.rules[rest[0]], rest[1])
        elif kind == "truces":
            value = getattr(whole.truces[0], rest[1])
        else:
            odds = {o.name: o.probability for o in whole.events[0].outcomes}
            value = odds.get(rest[1], whole.events[0].date)
        assert whole.with_({path: value}) == whole


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("rules.CHN.rato", "'rules.CHN.ratio'"),
        ("rules.CHM.ratio", "'rules.CHN.ratio'"),
        ("rules.USA.ratio", "'rules.CHN.ratio'"),
        ("truces.geneva.ends", "'truces.geneva.end'"),
        ("events.summit.dael", "'events.summit.deal'"),
        ("events.sumit.deal", "'events.summit.deal'"),
        ("strat", "'start'"),
    ],
)
def test_with_an_unknown_name_suggests_the_nearest(path, meant):
    message = refusal(lambda: scenario().with_({path: 1}))
    assert message.startswith(f"with_: unknown parameter; got {path!r}; allowed: end, events.summit.date, ")
    assert message.split("did you mean ")[1].split(" or ")[0].rstrip("?") == meant


@pytest.mark.parametrize(
    "path", ["rules", "rules.", "truces.geneva.name", "schedule", "rules.CHN.ratio.more"]
)
def test_with_what_cannot_be_changed_is_refused(path):
    assert f"with_: unknown parameter; got {path!r}" in refusal(lambda: scenario().with_({path: 1}))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "rules.CHN.ratio",
            -1,
            "rule Match: ratio: out of range; got -1; allowed: a number between 0 and 10",
        ),
        ("events.summit.deal", 1.5, "outcome 'deal': not a probability; got 1.5; allowed: between 0 and 1"),
        (
            "truces.geneva.end",
            "2025-10-01",
            "truce 'geneva': end: ends before it starts; got 2025-10-01; allowed: 2025-10-02 or later",
        ),
        (
            "end",
            "2025-10-01",
            "end: time grid holds no day; got 2025-10-01; allowed: a day after the start 2025-10-01",
        ),
    ],
)
def test_with_a_value_that_is_not_allowed(path, value, message):
    assert refusal(lambda: scenario().with_({path: value})) == message


@pytest.mark.parametrize(
    ("path", "value"),
    [("events.summit.deal", None), ("truces.geneva.surcharges", "half"), ("name", 3)],
)
def test_with_a_value_of_the_wrong_type_is_refused(path, value):
    assert refusal(lambda: scenario().with_({path: value}))


# What a scenario is ----------------------------------------------------------------------------------


def test_dates_lists_and_mappings_are_read_in_every_form():
    whole = scenario(start=dt.date(2025, 10, 1), end=np.datetime64("2025-10-11"))
    assert whole == scenario()
    assert (whole.start, whole.end) == (dt.date(2025, 10, 1), dt.date(2025, 10, 11))
    assert isinstance(whole.truces, tuple)
    assert len(whole.grid) == 10
    assert hash(whole) == hash(scenario())


def test_repr_says_who_does_what():
    assert repr(scenario()) == (
        "Scenario(autumn, 2025-10-01 to 2025-10-11: 1 measures, CHN matches × 1, truce geneva, event summit)"
    )


def test_a_record_is_a_part_of_a_packaged_record(record):
    assert Record(name="us-china").schedule() == record
    known = Record(name="us-china", as_of="2025-10-23", without=["IEEPA*"], economies=["CHN", "USA"])
    assert known.as_of == dt.date(2025, 10, 23)
    assert known.schedule() == record.as_of("2025-10-23").without("IEEPA*").select(["CHN", "USA"])
    assert known.schedule().economies.codes == ("CHN", "USA")


@pytest.mark.filterwarnings("ignore::tradesim.errors.ModelWarning")
def test_a_scenario_continues_its_record():
    record = Record(name="us-china", as_of="2025-10-23")
    continued = scenario(schedule=None, record=record, truces=(), events=(), branches={})
    assert continued.schedule == record.schedule()
    assert continued.run().as_of == record.schedule().vintage


def test_a_record_takes_one_name_as_it_is():
    assert Record(name="us-china", without="IEEPA*").schedule() == ts.datasets.load("us-china").without(
        "IEEPA*"
    )
    assert Record(name="us-china", economies="USA").economies == ("USA",)


def test_paths_carry_what_they_are_of():
    sourced = scenario(source="a note")
    paths = sourced.run(draws=2, seed=9)
    assert (paths.name, paths.seed, paths.draws, paths.source) == ("autumn", 9, 2, "a note")
    packaged = ts.scenarios.load("us-china-2025-10").branch("deal").run().source
    assert packaged.startswith("Executive Order 14334")
    assert "Duties: PIIE (C. Bown), US-China tariff chart data" in packaged
    assert paths.economies == ("USA", "CHN")
    assert paths.truces == ("geneva",)
    assert paths.truce.shape == (2, 10, 1)
    assert paths.duty.shape == (2, 10, 2, 2)
    assert list(paths.dates) == list(sourced.grid.days)
    titled = Schedule([measure()], Economies(["USA", "CHN"]), vintage="2025", source="the gazette")
    plain = scenario(schedule=titled).run()
    assert (plain.source, plain.as_of) == ("the gazette", "2025")


# Refusals --------------------------------------------------------------------------------------------


def test_a_scenario_without_a_schedule():
    assert refusal(lambda: scenario(schedule=None)) == (
        "scenario 'autumn': no schedule; give a schedule or a record"
    )


def test_a_scenario_without_a_name():
    assert refusal(lambda: scenario(name=" ")) == (
        "scenario ' ': name: name is missing; got ' '; allowed: a text that is not empty"
    )


def test_a_horizon_without_a_day():
    assert refusal(lambda: scenario(end="2025-10-01")) == (
        "end: time grid holds no day; got 2025-10-01; allowed: a day after the start 2025-10-01"
    )


def test_a_horizon_before_the_record():
    early = {"start": "2017-12-01", "end": "2018-02-01", "truces": (), "events": (), "branches": {}}
    assert refusal(lambda: scenario(schedule=None, record=Record(name="us-china"), **early)) == (
        "date: before the record begins; got 2017-12-01; allowed: 2018-01-01 or later"
    )


@pytest.mark.parametrize("date", ["2025-09-30", "2025-10-11"])
def test_an_event_outside_the_horizon(date):
    assert refusal(lambda: scenario(events=[summit(date=date)])) == (
        f"scenario 'autumn': event 'summit': date: outside the horizon; got {date}; "
        "allowed: 2025-10-01 or later, before 2025-10-11"
    )


def test_events_on_the_first_and_last_day_are_within():
    assert scenario(events=[summit(date="2025-10-01"), summit(name="b", date="2025-10-10")], branches={})


def test_names_given_twice():
    truce = scenario().truces[0]
    assert refusal(lambda: scenario(truces=[truce, truce])) == (
        "scenario 'autumn': truces: truce named twice; got 'geneva'; allowed: each name once"
    )
    assert refusal(lambda: scenario(events=[summit(), summit()])) == (
        "scenario 'autumn': events: event named twice; got 'summit'; allowed: each name once"
    )


def test_every_problem_is_reported():
    found = refusal(
        lambda: scenario(name="", events=[summit(date="2026-01-01"), summit()], branches={"a": {}})
    )
    assert len(found.splitlines()) == 4
    assert all(line.startswith("scenario '': ") for line in found.splitlines())


def test_unknown_economies_measures_and_truces():
    assert refusal(lambda: scenario(rules={"CHM": rules.Match()})) == (
        "rules: unknown economy; got 'CHM'; allowed: CHN, USA; did you mean 'CHN'?"
    )
    effect = Effect(action="revoke", target="dutty")
    sure = Outcome(name="deal", probability=1.0, effects=[effect])
    assert refusal(lambda: scenario(events=[summit(sure)], branches={})) == (
        "event 'summit': revoke: unknown measure or authority; got 'dutty'; allowed: IEEPA, duty; "
        "did you mean 'duty'?"
    )


def test_a_live_measure_that_cannot_be_switched():
    exclusive = Schedule([measure(stacking="exclusive")], Economies(["USA", "CHN"]))
    truce = replace(scenario().truces[0], suspend=("duty",))
    assert refusal(lambda: scenario(schedule=exclusive, truces=[truce])) == (
        "measure 'duty': cannot be switched in a run; got stacking 'exclusive', basis 'ad_valorem', "
        "instrument 'tariff'; allowed: a tariff that adds, ad valorem or specific"
    )


@pytest.mark.parametrize("draws", [0, -1, 2.0, "10", None, True])
def test_draws_are_a_positive_whole_number(draws):
    assert refusal(lambda: scenario().run(draws=draws)) == (
        f"draws: not a number of draws; got {draws!r}; allowed: a whole number, 1 or more"
    )


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, None, True])
def test_a_seed_is_a_whole_number_of_64_bits(seed):
    assert refusal(lambda: scenario().run(seed=seed)) == (
        f"seed: not a seed; got {seed!r}; allowed: a whole number, 0 or more, below 2**64"
    )


def test_the_largest_seed_runs():
    assert scenario().run(seed=2**64 - 1).draws == 1


def test_too_many_draws_are_refused_before_they_are_run():
    cells = 10 * 2 * 2
    most = MOST_CELLS // cells
    message = refusal(lambda: scenario().run(draws=most + 1))
    assert message == (
        f"draws: too many paths to hold; got {most + 1:,} draws, "
        f"{MOST_CELLS * 8 / 1e9:.1f} GB while it runs; "
        f"allowed: {most:,} draws of this scenario"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"record": "us-china"}, "not a record; got 'us-china'; allowed: ts.Record"),
        ({"schedule": "us-china"}, "not a schedule; got 'us-china'"),
        ({"truces": None}, "truces: not a ts.Truce; got None; allowed: a list of ts.Truce"),
        ({"events": ["summit"]}, "events: not a ts.Event; got 'summit'"),
        ({"shocks": {"a": 1}}, "shocks: not a ts.Shock"),
        ({"branches": ["a"]}, "branches: not branches"),
        ({"branches": {"a": "x"}}, "branches: not branches"),
    ],
)
def test_wrong_kinds_of_things_are_refused_in_words(october, given, message):
    with pytest.raises(InputError, match=message):
        replace(october, **given)


def test_a_single_truce_or_event_is_one_of_several(october):
    event = replace(october.events[0], name="another")
    alone = replace(october, events=event, branches={})
    assert alone.events == (event,)
    with pytest.raises(InputError, match="unknown branch"):
        october.branch(["lapse"])


@pytest.mark.parametrize("outcomes", ["deal", {"a": 0.5, "b": 0.5}, None])
def test_outcomes_of_another_kind_are_refused(outcomes):
    with pytest.raises(InputError, match=r"event 'summit': outcomes: not an outcome"):
        ts.Event(name="summit", date="2025-11-01", outcomes=outcomes)


@pytest.mark.parametrize(
    ("economies", "end", "words"),
    [
        (
            500,
            "2025-07-01",
            r"500 economies and 1 measures on 181 days: about 9\.8 s .*: 4 days of so many",
        ),
        (800, "2025-02-01", r"800 economies .* allowed: fewer economies; shorten the horizon, or join"),
        (150, "2030-01-01", r"150 economies and 1 measures on 1,826 days: about 8\.3 s before anything runs"),
    ],
)
def test_a_horizon_that_takes_too_long_is_refused_at_once_with_an_estimate(economies, end, words):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [a + b + c for a in "AB" for b in letters for c in letters][:economies]
    world = ts.Economies(codes, np.ones((economies, economies)) - np.eye(economies))
    one = ts.Measure(
        name="a", importer=codes[0], exporter=codes[1], authority="x", rate=0.1, effective="2025-01-01"
    )
    schedule = ts.Schedule([one], world)
    began = time.process_time()
    with pytest.raises(InputError, match=f"scenario 'x': takes too long; got {words}"):
        ts.Scenario(name="x", start="2025-01-01", end=end, schedule=schedule)
    assert time.process_time() - began < 5.0


def test_long_horizons_and_many_economies_and_measures_are_made():
    pair = {"importer": "USA", "exporter": "CHN", "effective": "2025-01-01", "rate": 0.001}
    world = ts.Economies(["USA", "CHN"], [[0.0, 1e9], [1e9, 0.0]])
    many = ts.Schedule([ts.Measure(name=f"{k}", authority=f"{k}", **pair) for k in range(2000)], world)
    began = time.process_time()
    ts.Scenario(name="x", start="2025-01-01", end="2026-01-01", schedule=many)
    assert time.process_time() - began < 20.0  # it took 20 s and more when each act looked at all others
    one = ts.Schedule([ts.Measure(name="a", authority="a", **pair)], world)
    assert len(ts.Scenario(name="x", start="1700-01-01", end="2300-01-01", schedule=one).grid) > 200_000
