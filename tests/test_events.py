"""Events: what is kept, every refusal, and how often each outcome happens."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from scipy import stats

from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule

MANY = 20_000
DAYS = "YYYY-MM-DD between 1600 and 2400"


def outcomes(*probabilities):
    return [Outcome(name=f"way {k}", probability=p) for k, p in enumerate(probabilities)]


def event(*probabilities, name="summit", date="2025-10-31"):
    return Event(name=name, date=date, outcomes=outcomes(*probabilities))


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# How often -------------------------------------------------------------------------------------------


def happened(*events, draws=MANY, seed=1):
    """Which outcome each event had in each draw, ``(draws, events)``."""
    scenario = Scenario(
        name="chance",
        start="2025-10-30",
        end="2025-11-02",
        schedule=Schedule([], Economies(["USA", "CHN"])),
        events=events,
    )
    return scenario.run(draws=draws, seed=seed).outcomes


@pytest.mark.parametrize("odds", [(0.5, 0.5), (0.1, 0.2, 0.7), (0.01, 0.99), (0.25,) * 4])
def test_outcomes_happen_as_often_as_they_should(odds):
    counts = happened(event(*odds))["summit"].value_counts()
    for k, probability in enumerate(odds):
        assert stats.binomtest(int(counts[f"way {k}"]), MANY, probability).pvalue > 1e-4


@pytest.mark.parametrize("sure", [0, 1, 2])
def test_probabilities_of_0_and_1_are_certain(sure):
    odds = [float(k == sure) for k in range(3)]
    assert (happened(event(*odds))["summit"] == f"way {sure}").all()


def test_what_cannot_happen_does_not_whatever_stands_around_it():
    found = happened(event(0.0, 0.3, 0.0, 0.7, 0.0))["summit"]
    assert set(found) == {"way 1", "way 3"}


@pytest.mark.parametrize("dates", [("2025-10-31", "2025-10-31"), ("2025-10-30", "2025-11-01")])
def test_events_are_independent_of_each_other(dates):
    found = happened(event(0.3, 0.7, name="one", date=dates[0]), event(0.6, 0.4, name="two", date=dates[1]))
    both = int(((found["one"] == "way 0") & (found["two"] == "way 0")).sum())
    assert stats.binomtest(both, MANY, 0.18).pvalue > 1e-4


def test_another_seed_is_another_chance_and_the_same_seed_the_same():
    one, again, other = (happened(event(0.5, 0.5), seed=seed)["summit"] for seed in (1, 1, 2))
    assert one.equals(again)
    assert stats.binomtest(int((one == other).sum()), MANY, 0.5).pvalue > 1e-4


def test_outcomes_are_labelled_by_draw_and_name():
    found = happened(event(0.5, 0.5), draws=3)
    assert found.index.name == "draw"
    assert list(found.index) == [0, 1, 2]
    assert list(found["summit"].cat.categories) == ["way 0", "way 1"]


# What is kept ----------------------------------------------------------------------------------------


def test_dates_are_read_in_every_form():
    for date in ("2025-10-31", dt.date(2025, 10, 31), np.datetime64("2025-10-31")):
        assert event(1.0, date=date).date == dt.date(2025, 10, 31)
    effect = Effect(action="extend_truce", target="geneva", until="2026-02-08", on=dt.date(2025, 11, 1))
    assert (effect.until, effect.on) == (dt.date(2026, 2, 8), dt.date(2025, 11, 1))


def test_lists_become_tuples():
    effect = Effect(action="enact", target="threat")
    assert Outcome(name="break", probability=1.0, effects=[effect]).effects == (effect,)
    assert event(0.5, 0.5).outcomes == tuple(outcomes(0.5, 0.5))


def test_defaults():
    assert dataclasses.asdict(Effect(action="enact", target="threat")) == {
        "action": "enact",
        "target": "threat",
        "rate": None,
        "until": None,
        "on": None,
    }
    assert dataclasses.asdict(Outcome(name="deal", probability=0.5)) == {
        "name": "deal",
        "probability": 0.5,
        "effects": (),
        "note": "",
        "slopes": {},
    }
    assert event(1.0).note == ""


def test_an_effect_may_come_into_force_on_the_day_of_the_event_or_later():
    for on in ("2025-10-31", "2025-11-10"):
        effect = Effect(action="enact", target="threat", on=on)
        outcome = Outcome(name="break", probability=1.0, effects=[effect])
        assert Event(name="summit", date="2025-10-31", outcomes=[outcome])


def test_rounding_in_the_sum_of_probabilities_is_no_problem():
    assert event(*[1 / 3] * 3)
    assert event(*[0.1] * 10)


# Refusals --------------------------------------------------------------------------------------------


def test_an_unknown_action():
    assert refusal(lambda: Effect(action="cancel", target="threat")) == (
        "effect on 'threat': action: unknown action; got 'cancel'; "
        "allowed: enact | revoke | suspend | set_rate | start_truce | extend_truce | end_truce"
    )


@pytest.mark.parametrize(("action", "needed"), [("set_rate", "rate"), ("extend_truce", "until")])
def test_an_action_without_what_it_needs(action, needed):
    assert refusal(lambda: Effect(action=action, target="geneva")) == (
        f"effect on 'geneva': {needed}: {action} without `{needed}`; got None; allowed: a value"
    )


@pytest.mark.parametrize("rate", [-0.1, 10.1, 25, float("nan"), float("inf")])
def test_a_rate_that_is_none(rate):
    assert refusal(lambda: Effect(action="set_rate", target="threat", rate=rate)) == (
        f"effect on 'threat': rate: not a rate; got {rate!r}; "
        "allowed: a fraction between 0 and 10: 0.25 is 25 %"
    )


@pytest.mark.parametrize("rate", [0.0, 0, 10])
def test_the_ends_of_the_range_are_rates(rate):
    assert Effect(action="set_rate", target="List 1", rate=rate).rate == rate


@pytest.mark.parametrize("name", ["until", "on"])
def test_days_of_an_effect_are_calendar_days(name):
    message = refusal(lambda: Effect(action="start_truce", target="geneva", **{name: "soon"}))
    assert message == (f"effect on 'geneva': {name}: not a calendar day; got 'soon'; allowed: {DAYS}")


@pytest.mark.parametrize("probability", [-0.1, 1.1, 50, float("nan"), float("inf")])
def test_a_probability_that_is_none(probability):
    assert refusal(lambda: Outcome(name="deal", probability=probability)) == (
        f"outcome 'deal': not a probability; got {probability!r}; allowed: between 0 and 1"
    )


def test_an_event_without_outcomes():
    assert refusal(event) == ("event 'summit': outcomes: no outcomes; got none; allowed: at least one")


def test_two_outcomes_of_one_name():
    twice = [Outcome(name="deal", probability=0.5)] * 2
    assert refusal(lambda: Event(name="summit", date="2025-10-31", outcomes=twice)) == (
        "event 'summit': outcomes: outcome named twice; got 'deal'; allowed: each name once"
    )


@pytest.mark.parametrize(
    ("odds", "shown"),
    [((0.5, 0.4), "0.5 + 0.4 = 0.9"), ((0.75, 0.5), "0.75 + 0.5 = 1.25"), ((0.0,), "0 = 0")],
)
def test_probabilities_that_do_not_sum_to_1(odds, shown):
    assert refusal(lambda: event(*odds)) == (
        f"event 'summit': outcomes: probabilities do not sum to 1; got {shown}; allowed: a sum of 1"
    )


def test_a_date_that_is_none():
    assert refusal(lambda: event(1.0, date="31 October")) == (
        f"event 'summit': date: not a calendar day; got '31 October'; allowed: {DAYS}"
    )


def test_an_effect_before_its_event():
    early = Effect(action="enact", target="threat", on="2025-10-30")
    outcome = Outcome(name="break", probability=1.0, effects=[early])
    assert refusal(lambda: Event(name="summit", date="2025-10-31", outcomes=[outcome])) == (
        "event 'summit': effect on 'threat': on: takes effect before the event; "
        "got 2025-10-30; allowed: 2025-10-31 or later"
    )


def test_every_problem_is_reported():
    early = Effect(action="enact", target="threat", on="2025-10-30")
    two = [Outcome(name="break", probability=0.2, effects=[early]), Outcome(name="break", probability=0.2)]
    assert len(refusal(lambda: Event(name="summit", date="2025-10-31", outcomes=two)).splitlines()) == 3
    assert len(refusal(lambda: Effect(action="set_rate", target="a", rate=-1, on="soon")).splitlines()) == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda: Outcome(name="deal", probability="likely"),
        lambda: Outcome(name="deal", probability=None),
        lambda: Effect(action="set_rate", target="List 1", rate="high"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(call):
    assert refusal(call)


@pytest.mark.parametrize(
    "useless",
    [
        {"action": "enact", "rate": 0.5},
        {"action": "revoke", "until": "2025-12-01"},
        {"action": "end_truce", "until": "2025-12-01"},
        {"action": "suspend", "rate": 0.1},
        {"action": "set_rate", "rate": 0.1, "until": "2025-12-01"},
    ],
)
def test_a_value_without_use_is_refused(useless):
    assert refusal(lambda: Effect(target="threat", **useless))


# Slopes ----------------------------------------------------------------------------------------------


def with_slopes(slopes):
    return Outcome(name="deal", probability=0.5, slopes=slopes)


def test_slopes_are_kept_and_an_outcome_can_be_hashed():
    given = {"duty.USA-CHN": -2.0, "days.geneva": 0.01, "renewals.the first one": 5}
    assert with_slopes(given).slopes == given
    assert hash(with_slopes(given)) == hash(with_slopes(dict(reversed(given.items()))))
    assert with_slopes(given) != with_slopes({})


def test_slopes_given_are_not_slopes_kept():
    given = {"duty.USA-CHN": -2.0}
    outcome = with_slopes(given)
    given["days.geneva"] = 1.0
    assert outcome.slopes == {"duty.USA-CHN": -2.0}


@pytest.mark.parametrize("state", ["", "duty", "duty.", "dutty.USA-CHN", "geneva", 3])
def test_an_unknown_state(state):
    assert refusal(lambda: with_slopes({state: 1.0})) == (
        f"outcome 'deal': slopes: unknown state; got {state!r}; "
        "allowed: duty.IMPORTER-EXPORTER | days.TRUCE | renewals.TRUCE"
    )


@pytest.mark.parametrize("slope", [1000.1, -1000.1, float("nan"), float("inf"), "steep", True, None])
def test_a_slope_that_is_none(slope):
    assert refusal(lambda: with_slopes({"days.geneva": slope})) == (
        f"outcome 'deal': slopes: days.geneva: not a slope; got {slope!r}; allowed: between -1000 and 1000"
    )


@pytest.mark.parametrize("slopes", [None, 3, [("days.geneva", 1.0)], "duty.USA-CHN"])
def test_slopes_are_a_table(slopes):
    assert refusal(lambda: with_slopes(slopes)) == (
        f"outcome 'deal': slopes: not slopes; got {slopes!r}; "
        "allowed: a slope per state: {'duty.USA-CHN': -2.0}"
    )


def sloped(slope, rate, draws=MANY):
    """How often a deal of even odds is made where the duty has stood at a rate."""
    measure = Measure(
        name="duty", importer="USA", exporter="CHN", authority="x", rate=rate, effective="2025-01-01"
    )
    two = [with_slopes({"duty.USA-CHN": slope}), Outcome(name="none", probability=0.5)]
    scenario = Scenario(
        name="sloped",
        start="2025-10-31",
        end="2025-11-02",
        schedule=Schedule([measure], Economies(["USA", "CHN"])),
        events=[Event(name="summit", date="2025-10-31", outcomes=two)],
    )
    return (scenario.run(draws=draws, seed=1).outcomes["summit"] == "deal").sum()


@pytest.mark.parametrize(("slope", "rate"), [(4.0, 0.5), (-4.0, 0.25), (3.0, 0.0)])
def test_two_outcomes_with_a_slope_are_a_logistic_function_of_the_state(slope, rate):
    odds = 1 / (1 + np.exp(-slope * rate))
    assert stats.binomtest(int(sloped(slope, rate)), MANY, odds).pvalue > 1e-4


def test_the_steepest_slopes_are_certain():
    assert sloped(1000.0, 1.0, draws=50) == 50
    assert sloped(-1000.0, 1.0, draws=50) == 0


def test_an_event_needs_a_name():
    assert refusal(lambda: event(1.0, name=" "))
