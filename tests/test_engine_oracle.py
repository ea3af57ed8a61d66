"""The oracle itself: small futures worked out by hand."""

import datetime as dt
import math
from types import SimpleNamespace

import engine_oracle
import pytest

from tradesim import rules
from tradesim.economies import Economies
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce

FIRST = dt.date(2025, 2, 1)
OURS, THEIRS = ("USA", "CHN"), ("CHN", "USA")
IMPORTS = [[0, 400e9, 50e9], [100e9, 0, 80e9], [70e9, 90e9, 0]]


def day(number):
    return FIRST + dt.timedelta(days=number)


def act(rate=0.1, starts=0, over=None, pair=OURS, **changes):
    """Charge a rate from the first day for good, announced on the day it starts."""
    given = {"name": "opening", "authority": "IEEPA", "rate": rate, "effective": day(starts)}
    given |= {"importer": pair[0], "exporter": pair[1], "expires": None if over is None else day(over)}
    return Measure(**(given | changes))


def played(acts=(), days=6, seed=0, draw=0, sampling="random", **parts):
    given = {"rules": {}, "truces": [], "events": [], "shocks": []} | parts
    schedule = Schedule(acts, Economies(["USA", "CHN", "MEX"], IMPORTS))
    scenario = SimpleNamespace(start=FIRST, end=day(days), schedule=schedule, grid=None, **given)
    return engine_oracle.play(scenario, seed, draw, sampling)


def series(found, name, pair=THEIRS):
    return [pytest.approx(today[name][pair], abs=1e-12) for today in found.days]


def held(found, name="truce"):
    return [t for t, today in enumerate(found.days) if today["truces"][name]]


def sure(date, *effects):
    return Event(
        name=f"on {date}", date=day(date), outcomes=[Outcome(name="so", probability=1, effects=effects)]
    )


def truce(start, end, **changes):
    given = {"name": "truce", "parties": OURS, "start": day(start), "end": day(end), "suspend": ["opening"]}
    return Truce(**(given | changes))


# Rules -----------------------------------------------------------------------------------------------


def test_two_matchers_meet_at_what_was_opened():
    found = played([act(0.1)], rules={"USA": rules.Match(), "CHN": rules.Match(coverage=0.5)})
    assert series(found, "announced") == [0, 0.1, 0.1, 0.1, 0.1, 0.1]
    assert series(found, "duty") == [0, 0, 0.05, 0.05, 0.05, 0.05]
    assert series(found, "duty", OURS) == [0.1] * 6


def test_what_was_announced_before_the_first_day_provokes_nobody():
    found = played([act(0.1, -1), act(0.3, 2, announced=day(-1), name="known")], rules={"CHN": rules.Grim()})
    assert series(found, "announced") == [0] * 6


def test_a_counter_climbs_by_its_step():
    found = played([act(0.1)], rules={"USA": rules.Counter(step=0.5, cap=1.0), "CHN": rules.Match()})
    assert series(found, "announced", OURS) == [0.1, 0.1, 0.6, 0.6, 1.0, 1.0]
    assert series(found, "announced") == [0, 0.1, 0.1, 0.6, 0.6, 1.0]


def test_a_grim_rule_and_a_ratchet_stay_where_a_match_comes_down():
    opening = [act(0.1, 0, 2)]
    for rule, last in [(rules.Grim(rate=0.4), 0.4), (rules.Match(ratchet=True), 0.1), (rules.Match(), 0.0)]:
        found = played(opening, rules={"CHN": rule})
        first = 0.4 if last == 0.4 else 0.1
        assert series(found, "answered") == [0, first, first, last, last, last]


def test_a_deferred_answer_and_a_self_declared_stop():
    found = played([act(0.1, 0, 4)], rules={"CHN": rules.Deferred(patience=2)})
    assert series(found, "answered") == [0, 0, 0, 0.1, 0.1, 0]
    steps = [act(0.1, 0, 1), act(0.6, 1, 2), act(0.2, 2, 3), act(0.3, 4)]
    found = played(steps, rules={"CHN": rules.SelfStop(stop=0.5)})
    assert series(found, "answered") == [0, 0.1, 0.5, 0.5, 0, 0.3]


def test_gradual_punishes_as_often_as_it_was_provoked_and_calms_down_twice():
    found = played([act(0.1)], days=16, rules={"CHN": rules.Gradual(rate=1.0, period=1)})
    assert series(found, "answered") == [0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1]


def test_a_contrite_rule_lets_pass_what_answers_its_own_opening():
    acts = [act(0.1), act(0.3, pair=THEIRS, name="reply")]
    found = played(acts, rules={"USA": rules.Contrite(), "CHN": rules.Match()})
    assert series(found, "answered", OURS) == [0, 0.1, 0.1, 0.1, 0.1, 0.1]
    assert series(found, "announced", OURS) == [0.1, 0.2, 0.2, 0.2, 0.2, 0.2]


def test_rebalance_collects_as_much_or_suppresses_as_much():
    opening = [act(0.1, coverage=0.5)]
    exports, imports, w = 400e9, 100e9, 0.05
    found = played(opening, rules={"CHN": rules.Rebalance(coverage=0.8)})
    assert series(found, "answered")[1] == exports * w / (imports * 0.8)
    found = played(opening, rules={"CHN": rules.Rebalance(elasticity=2.0)})
    t = found.days[1]["answered"][THEIRS]
    assert exports * w * (1 + w) ** -2 == pytest.approx(imports * t * (1 + t) ** -2, rel=1e-12)
    assert t < 1
    found = played(opening, rules={"CHN": rules.Rebalance(by="trade", elasticity=2.0)})
    t = found.days[1]["answered"][THEIRS]
    assert exports * (1 - (1 + w) ** -2) == pytest.approx(imports * (1 - (1 + t) ** -2), rel=1e-12)
    found = played([act(0.9)], rules={"CHN": rules.Rebalance(by="trade", elasticity=2.0, cap=7.0)})
    assert series(found, "answered")[1] == 7.0


def test_allies_diversion_and_views():
    opening = [act(0.2, coverage=0.5)]
    found = played(opening, rules={"MEX": rules.Match(allies=["CHN"])})
    assert series(found, "answered", ("MEX", "USA")) == [0, 0.2, 0.2, 0.2, 0.2, 0.2]
    assert series(found, "answered", ("MEX", "CHN")) == [0] * 6
    found = played(opening, rules={"CHN": rules.Match(view="trade-weighted", coverage=0.25)})
    assert series(found, "answered") == [0, 0.4, 0.4, 0.4, 0.4, 0.4]
    found = played(opening, rules={"MEX-USA": rules.Match(), "MEX": rules.Match(diversion=0.5)})
    assert series(found, "answered", ("MEX", "CHN")) == [0, 0.1, 0.1, 0.1, 0.1, 0.1]
    assert series(found, "answered", ("MEX", "USA")) == [0] * 6


def test_forgiveness_lets_a_rise_pass_and_nothing_else():
    numbers = [engine_oracle.two_numbers(7, 0, t, "forgiveness CHN-USA")[0] for t in range(6)]
    rule = rules.Match(forgiveness=(numbers[1] + numbers[3]) / 2)
    found = played([act(0.1), act(0.3, 2, name="second")], seed=7, rules={"CHN": rule})
    first, second = (0.0 if numbers[t] < rule.forgiveness else rise for t, rise in ((1, 0.1), (3, 0.3)))
    assert first + second in {0.1, 0.3}
    assert series(found, "answered") == [0, first, first, *[first + second] * 3]


def test_fees_are_costs_and_controls_make_the_other_side_s_imports_dearer():
    for instrument, pair in (("fee", THEIRS), ("export_control", OURS)):
        rule = rules.Match(instrument=instrument, equivalent=0.3, coverage=0.5)
        found = played([act(0.2)], rules={"CHN": rule})
        assert series(found, "cost", pair) == [0, 0, *[0.2 * 0.5 * 0.3] * 4]
        assert series(found, "duty") == [0] * 6


def test_a_cut_counts_negative_and_is_answered_down_to_mfn():
    old = [
        act(0.3, -9),
        act(0.2, -9, pair=THEIRS, name="theirs"),
        act(0.05, -9, pair=THEIRS, name="m", authority="MFN"),
    ]
    events = [sure(1, Effect(action="revoke", target="opening"))]
    found = played(old, rules={"CHN": rules.Deescalate(implementation=0)}, events=events)
    assert series(found, "announced", OURS) == [0, *[-0.3] * 5]
    assert series(found, "answered") == [0, 0, *[-0.3] * 4]
    assert series(found, "duty") == [0.25, 0.25, *[0.05] * 4]


def test_an_end_is_no_cut_but_a_lower_level_announced_later_is():
    found = played([act(0.3, -9, 2)])
    assert series(found, "announced", OURS) == [0] * 6
    found = played([act(0.3, -9, 2), act(0.1, 2)])
    assert series(found, "announced", OURS) == [0, 0, -0.2, -0.2, -0.2, -0.2]


# Truces ----------------------------------------------------------------------------------------------


def test_a_renewal_moves_the_end_as_often_as_it_may():
    found = played([act(0.1, -9)], 12, truces=[truce(1, 3, renewal=1.0, renewal_days=2, renewals=2)])
    assert held(found) == [1, 2, 3, 4, 5, 6]
    assert found.renewals == {"truce": 2}
    assert series(found, "duty", OURS) == [0.1, 0, 0, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1, 0.1]
    chance = engine_oracle.two_numbers(3, 1, 3, "renewal truce")[0]
    for renewal, last in ((chance - 1e-9, 2), (chance + 1e-9, 4)):
        found = played(
            days=9, seed=3, draw=1, truces=[truce(1, 3, renewal=renewal, renewal_days=2, renewals=1)]
        )
        assert held(found)[-1] == last


def test_a_lapse_takes_what_it_suspended_with_it_unless_it_was_breached():
    old = [act(0.1, -9)]
    found = played(old, truces=[truce(1, 3, at_end="lapse")])
    assert series(found, "duty", OURS) == [0.1, 0, 0, 0, 0, 0]
    provoked = [*old, act(0.2, 2, pair=THEIRS, name="new")]
    found = played(provoked, truces=[truce(1, 5, at_end="lapse", breach=1.0, tolerance=0.2)])
    assert held(found) == [1, 2, 3, 4]
    found = played(provoked, truces=[truce(1, 5, at_end="lapse", breach=1.0, tolerance=0.1)])
    assert held(found) == [1, 2]
    assert series(found, "duty", OURS) == [0.1, 0, 0, 0.1, 0.1, 0.1]


def test_rules_hold_still_in_a_truce_and_their_surcharges_are_suspended():
    found = played(
        [act(0.1), act(0.2, 2, name="more")],
        rules={"CHN": rules.Match()},
        truces=[truce(3, 5, surcharges=0.5)],
    )
    assert series(found, "answered") == [0, 0.1, 0.1, 0.1, 0.1, 0.3]
    assert series(found, "duty") == [0, 0, 0.1, 0.05, 0.05, 0.1]


def test_a_truce_starts_and_lasts_at_random():
    later, longer = (engine_oracle.two_numbers(5, 0, 0, f"{what} truce")[0] for what in ("start", "length"))
    found = played(days=30, seed=5, truces=[truce(1, 3, start_spread=6, length_spread=9)])
    start = 1 + math.floor(later * 7)
    assert held(found) == list(range(start, start + 2 + math.floor(longer * 10)))
    mirrored = played(days=30, seed=5, draw=1, sampling="antithetic", truces=[truce(1, 3, start_spread=6)])
    assert held(mirrored)[0] == 1 + math.floor((1 - later) * 7)


# Events and shocks -----------------------------------------------------------------------------------


def test_outcomes_follow_their_numbers_and_slopes_the_state():
    number = engine_oracle.two_numbers(1, 2, 0, "event talks")[0]
    for slope, probability in ((0.0, number + 1e-9), (0.0, number - 1e-9), (2.0, 0.5), (-40.0, 0.5)):
        outcomes = [
            Outcome(name="deal", probability=probability, slopes={"duty.USA-CHN": slope} if slope else {}),
            Outcome(name="none", probability=1 - probability),
        ]
        found = played(
            [act(0.1, -1)], seed=1, draw=2, events=[Event(name="talks", date=FIRST, outcomes=outcomes)]
        )
        odds = math.exp(slope * 0.1) * probability
        chosen = "deal" if number < odds / (odds + 1 - probability) else "none"
        assert found.outcomes == {"talks": chosen}


def test_a_suspension_ends_on_its_day_and_a_threat_is_carried_out_later():
    threat = act(0.4, -3, 2, name="threat", status="threatened", pair=THEIRS)
    effects = [
        Effect(action="suspend", target="opening", until=day(3)),
        Effect(action="enact", target="threat", on=day(4)),
    ]
    found = played([act(0.1, -9), threat], events=[sure(1, *effects)])
    assert series(found, "duty", OURS) == [0.1, 0, 0, 0.1, 0.1, 0.1]
    assert series(found, "announced", OURS) == [0, -0.1, -0.1, 0, 0, 0]
    assert series(found, "duty") == [0, 0, 0, 0, 0.4, 0.4]


def test_shocks_arrive_are_charged_later_and_end():
    shock = Shock(
        importer="USA",
        exporter="CHN",
        rate=50,
        size=Size("expon", scale=0.1),
        days=4,
        implementation=1,
        coverage=0.5,
    )
    u, v = engine_oracle.two_numbers(9, 0, 0, "shock USA-CHN")
    arrives = math.floor(-math.log(1 - u) * 365.25 / 50)
    found = played(days=arrives + 1, seed=9, shocks=[shock])
    size = found.days[-1]["announced"][OURS]
    assert size == pytest.approx(-0.1 * math.log(1 - v), rel=1e-4)
    assert found.arrivals == {"USA-CHN": [(arrives, size)]}
    later = played(days=arrives + 6, seed=9, shocks=[shock])
    if len(later.arrivals["USA-CHN"]) == 1:
        assert series(later, "duty", OURS)[arrives:] == [0, *[size * 0.5] * 3, 0, 0]
        assert series(later, "announced", OURS)[arrives:] == [*[size] * 4, 0, 0]


def test_shocks_never_exceed_their_most():
    shock = Shock(importer="USA", exporter="CHN", rate=366, size=Size("fixed", value=0.1), most=0.25)
    found = played(days=30, shocks=[shock])
    assert len(found.arrivals["USA-CHN"]) > 3
    assert max(today["announced"][OURS] for today in found.days) == 0.25
