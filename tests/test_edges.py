"""Scenarios at the edges: one day, one economy, one draw, windows beyond the horizon, limits, no trade.

Each comes to a number that can be said beforehand, or to one clear refusal.
"""

import numpy as np
import pandas as pd
import pytest

import tradesim as ts
from tradesim import rules
from tradesim.errors import InputError

FIRST, DAYS = "2025-04-02", 10
TRADE = [[0, 4e11], [1e11, 0]]
TWO, ALONE = ts.Economies(["USA", "CHN"], TRADE), ts.Economies(["USA"], [[0]])


def act(**changes):
    plain = {"name": "opening", "importer": "USA", "exporter": "CHN", "authority": "x", "rate": 0.3}
    return ts.Measure(**(plain | {"effective": FIRST} | changes))


def scenario(*acts, economies=TWO, **changes):
    plain = {"name": "edge", "start": FIRST, "end": "2025-04-12"}
    return ts.Scenario(**(plain | {"schedule": ts.Schedule(acts, economies)} | changes))


def duties(*acts, draws=1, **changes):
    """What the United States charges China and China the United States, day by day, in the first draw."""
    duty = scenario(*acts, **changes).run(draws, seed=1).duty[0]
    return duty[:, 0, 1].round(12).tolist(), duty[:, 1, 0].round(12).tolist()


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def truce(**changes):
    plain = {"name": "pause", "parties": ("USA", "CHN"), "start": "2025-04-05", "end": "2025-04-08"}
    return ts.Truce(**(plain | {"suspend": "opening"} | changes))


def sure(*effects, date):
    return ts.Event(
        name="vote", date=date, outcomes=[ts.Outcome(name="yes", probability=1.0, effects=effects)]
    )


def looked_at(paths):
    """Everything that is said of paths, none of which may fail."""
    assert isinstance(paths.summary_text(), str)
    assert isinstance(paths._repr_html_(), str)
    for table in (paths.summary(), paths.truce_summary(), paths.quantiles([0.5]), paths.to_frame(0),
                  paths.time_above(0.1), paths.passed(0.1), paths.events(paths.draws - 1)):  # fmt: skip
        assert isinstance(table, pd.DataFrame | pd.Series)
    return paths


ALWAYS, NEVER = [0.3] * DAYS, [0.0] * DAYS
MATCHED = [0.0, 0.0, *[0.3] * 8]
"""Answered the day after, charged the day after that."""


# Short -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draws", [1, 2, 500])
def test_a_horizon_of_one_day(draws):
    """What is law that day is charged; nobody has seen anything yet."""
    rule, never = rules.Match(reaction=1, implementation=0), {"rate": 0, "size": ts.Size(value=1.0)}
    short = scenario(
        act(),
        end="2025-04-03",
        rules={"CHN": rule},
        truces=[truce()],
        events=[sure(date=FIRST)],
        shocks=[ts.Shock(importer="USA", exporter="CHN", **never)],
    )
    paths = looked_at(short.run(draws))
    assert paths.duty.shape == (draws, 1, 2, 2)
    assert (paths.duty[:, 0, 0, 1] == 0.3).all()
    assert (paths.duty[:, 0, 1, 0] == 0.0).all()
    assert paths.outcomes["vote"].tolist() == ["yes"] * draws


def test_a_horizon_of_two_days_sees_one_answer():
    rule = {"CHN": rules.Match(reaction=1, implementation=0)}
    assert duties(act(), end="2025-04-04", rules=rule) == ([0.3, 0.3], [0.0, 0.3])


@pytest.mark.parametrize("end", [FIRST, "2025-04-01"])
def test_a_horizon_of_no_day_is_refused(end):
    said = refusal(lambda: scenario(act(), end=end))
    assert said == f"end: time grid holds no day; got {end}; allowed: a day after the start {FIRST}"


@pytest.mark.parametrize("picture", ["plot", "plot_events", "plot_phase", "plot_truces"])
@pytest.mark.parametrize("draws", [1, 3])
def test_pictures_of_one_day(picture, draws):
    getattr(scenario(act(), end="2025-04-03", truces=[truce()]).run(draws), picture)()


def test_the_first_and_the_last_days_of_the_calendar():
    for start, end in (("1600-01-01", "1600-01-03"), ("2399-12-30", "2399-12-31")):
        first = act(effective=start, announced=start)
        paths = scenario(first, start=start, end=end).run()
        assert (paths.duty[0, :, 0, 1] == 0.3).all()
        assert len(paths.events()) == 1


# Alone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [rules.Match(), rules.Rebalance(), rules.Grim()])
def test_an_economy_alone_has_nobody_to_answer(rule):
    paths = looked_at(scenario(economies=ALONE, rules={"USA": rule}, events=[sure(date=FIRST)]).run(3))
    assert paths.duty.shape == (3, DAYS, 1, 1)
    assert not paths.duty.any()
    assert paths.events(2)["why"].tolist() == ["vote: yes"]


def test_an_economy_alone_has_nothing_to_draw_and_nobody_to_name():
    assert "nothing to draw" in refusal(scenario(economies=ALONE).run().plot)
    assert "unknown economy; got 'CHN'" in refusal(
        lambda: scenario(economies=ALONE, rules={"USA-CHN": rules.Match()})
    )


# Draws -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["random", "antithetic", "sobol"])
def test_one_draw_with_and_without_chance(sampling):
    half = [ts.Outcome(name=name, probability=0.5) for name in ("yes", "no")]
    event = ts.Event(name="vote", date="2025-04-11", outcomes=half)
    for events in ([], [event]):
        one = looked_at(
            scenario(act(), rules={"CHN": rules.Match()}, events=events).run(1, sampling=sampling)
        )
        assert (one.duty[0, :, 0, 1].tolist(), one.duty[0, :, 1, 0].tolist()) == (ALWAYS, MATCHED)
        many = scenario(act(), rules={"CHN": rules.Match()}, events=events).run(9, sampling=sampling)
        assert many.outcomes.iloc[:1].equals(one.outcomes)


def test_numbers_of_numpy_are_numbers():
    paths = scenario(act()).run(np.int64(3), np.uint8(1), threads=np.int32(1))
    assert (paths.draws, paths.seed) == (3, 1)
    for draws in (0, 1.0, True, "3", None):
        assert "not a number of draws" in refusal(lambda draws=draws: scenario(act()).run(draws))


@pytest.mark.parametrize("seed", [0, 2**64 - 1])
def test_the_first_and_the_last_seed(seed):
    shock = ts.Shock(importer="USA", exporter="CHN", rate=366, size=ts.Size(value=0.1))
    assert scenario(shocks=[shock]).run(2, seed).duty[0, -1, 0, 1] > 0.0
    assert "not a seed" in refusal(lambda: scenario().run(1, 2**64))


# Windows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "suspended"),
    [
        ({}, (3, 6)),
        ({"end": "2100-01-01"}, (3, 10)),
        ({"start": "1900-01-01", "end": "2100-01-01"}, (0, 10)),
        ({"start": "2025-04-11", "end": "2100-01-01"}, (9, 10)),
        ({"start": "2025-04-12", "end": "2100-01-01"}, (0, 0)),
        ({"end": "2025-04-11"}, (3, 9)),
        ({"end": "2025-04-12"}, (3, 10)),
        ({"end": "2025-04-05"}, (0, 0)),
        ({"end": "2025-04-05", "at_end": "lapse"}, (0, 0)),
        ({"start": "1900-01-01", "end": "1900-02-01"}, (0, 0)),
        ({"start": "1900-01-01", "end": "1900-02-01", "at_end": "lapse"}, (0, 10)),
        ({"start": "2100-01-01", "end": "2100-02-01", "at_end": "lapse"}, (0, 0)),
        ({"at_end": "lapse"}, (3, 10)),
        ({"renewal": 1.0, "renewal_days": 1, "renewals": 100_000}, (3, 10)),
        ({"renewal": 1.0, "renewal_days": 100_000, "renewals": 1}, (3, 10)),
        ({"renewal": 0.0, "renewals": 100_000}, (3, 6)),
        ({"start": "2100-01-01", "end": "2100-01-02", "start_spread": 100_000}, (0, 0)),
    ],
)  # fmt: skip
def test_truces_within_across_and_beyond_the_horizon(window, suspended):
    first, over = suspended
    expected = [0.0 if first <= day < over else 0.3 for day in range(DAYS)]
    assert duties(act(), truces=[truce(**window)])[0] == expected
    looked_at(scenario(act(), truces=[truce(**window)]).run(2))


def test_what_a_truce_has_taken_with_it_is_said_not_to_be_charged():
    """A truce of 1900 that lapsed, on an act of its name: odd, and so the story says it."""
    gone = truce(start="1900-01-01", end="1900-02-01", at_end="lapse")
    (row,) = scenario(act(), truces=[gone]).run().events().to_dict("records")
    assert row["why"] == "by law: opening; truce pause keeps it from being charged"
    assert pd.isna(row["charged"])


def test_rules_hold_still_in_a_truce_that_outlasts_the_horizon():
    whole = truce(start=FIRST, end="2100-01-01", suspend=())
    assert duties(act(), rules={"CHN": rules.Match()}, truces=[whole]) == (ALWAYS, NEVER)


@pytest.mark.parametrize(
    ("date", "on", "last"),
    [("2025-04-11", None, 9), (FIRST, None, 0), (FIRST, "2025-04-11", 9), (FIRST, "2100-01-01", 10)],
)
def test_events_on_the_first_and_on_the_last_day(date, on, last):
    revoke = ts.Effect(action="revoke", target="opening", on=on)
    expected = [0.3 if day < last else 0.0 for day in range(DAYS)]
    assert duties(act(), events=[sure(revoke, date=date)])[0] == expected


def test_an_event_on_the_day_after_the_last_is_refused():
    said = refusal(lambda: scenario(act(), events=[sure(date="2025-04-12")]))
    assert (
        "event 'vote': date: outside the horizon; got 2025-04-12; allowed: 2025-04-02 or later, before"
        in said
    )


@pytest.mark.parametrize(
    ("window", "charged"),
    [
        ({"effective": "2025-04-11"}, [*[0.0] * 9, 0.3]),
        ({"effective": "2025-04-12"}, NEVER),
        ({"effective": "2025-04-05", "expires": "2025-04-06"}, [0.0, 0.0, 0.0, 0.3, *[0.0] * 6]),
        ({"effective": "2020-01-01", "expires": FIRST}, NEVER),
        ({"effective": "2020-01-01", "expires": "2025-04-11"}, [*[0.3] * 9, 0.0]),
        ({"effective": "2020-01-01", "expires": "2100-01-01"}, ALWAYS),
    ],
)
def test_acts_that_begin_and_end_at_the_edges(window, charged):
    assert duties(act(**window))[0] == charged


# Limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (rules.Match(ratio=0.0), 0.0),
        (rules.Match(cap=0.0), 0.0),
        (rules.Match(coverage=0.0), 0.0),
        (rules.Match(tolerance=0.3), 0.0),
        (rules.Match(tolerance=10.0), 0.0),
        (rules.Match(forgiveness=1.0), 0.0),
        (rules.Match(reaction=100_000), 0.0),
        (rules.Match(implementation=100_000), 0.0),
        (rules.Match(reaction=9), None),
        (rules.Match(implementation=9), 0.0),
        (rules.Match(ratio=10.0, cap=10.0), 3.0),
        (rules.Match(ratio=10.0, cap=1e-300), 1e-300),
        (rules.Match(view="trade-weighted", coverage=1e-3), 10.0 * 1e-3),
        (rules.Match(view="trade-weighted", coverage=0.5), 0.3),
        (rules.Counter(step=0.0), 0.3),
        (rules.Counter(step=10.0), 10.0),
        (rules.Targeted(rate=0.0), 0.0),
        (rules.Targeted(rate=10.0), 10.0),
        (rules.Grim(rate=0.0), 0.0),
        (rules.Deferred(patience=0), 0.3),
        (rules.Deferred(patience=100_000), 0.0),
        (rules.SelfStop(stop=0.0), 0.0),
        (rules.Gradual(period=100_000), 0.0),
        (rules.Contrite(ratio=0.0), 0.0),
        (rules.Deescalate(ratio=0.0), 0.0),
        (rules.Rebalance(), 1.2),
        (rules.Rebalance(coverage=1e-6), 1e-5),
        (rules.Passive(), 0.0),
    ],
)  # fmt: skip
def test_parameters_at_their_limits(rule, answer):
    """On the last day; Match with a reaction of nine days announces on it, and charges a day too late."""
    theirs, mine = duties(act(), rules={"CHN": rule})
    assert theirs == ALWAYS
    assert mine[-1] == pytest.approx(0.0 if answer is None else answer, rel=1e-9)
    looked_at(scenario(act(), rules={"CHN": rule}).run(2))


@pytest.mark.parametrize(
    "shock",
    [
        {"rate": 0},
        {"most": 0.0},
        {"coverage": 0.0},
        {"implementation": 100_000},
        {"implementation": 2, "days": 2},
    ],
    ids=str,
)
def test_new_acts_that_come_to_nothing(shock):
    plain = {"importer": "USA", "exporter": "CHN", "rate": 366, "size": ts.Size(value=0.1)}
    paths = looked_at(scenario(shocks=[ts.Shock(**(plain | shock))]).run(5))
    assert not paths.duty.any()


def test_an_act_of_no_rate_and_one_on_no_trade():
    assert duties(act(rate=0.0), rules={"CHN": rules.Match()}) == (NEVER, NEVER)
    assert duties(act(coverage=0.0), rules={"CHN": rules.Match()}) == (NEVER, MATCHED)
    weighed = rules.Match(view="trade-weighted")
    assert duties(act(coverage=0.0), rules={"CHN": weighed}) == (NEVER, NEVER)


def test_a_change_in_the_trade_that_is_hit_is_seen_where_the_points_are_the_same():
    """30 points on all trade become 30 points on half of it on day 4, which is answered two days later."""
    acts = [act(expires="2025-04-06"), act(name="half", coverage=0.5, effective="2025-04-06")]
    rule = rules.Match(view="trade-weighted", reaction=2, implementation=0)
    assert duties(*acts, rules={"CHN": rule})[1] == [0.0, 0.0, *[0.3] * 4, *[0.15] * 4]


def test_odds_as_steep_as_they_may_be():
    ways = [
        ts.Outcome(name=n, probability=0.5, slopes={"duty.USA-CHN": s})
        for n, s in (("a", 1000), ("b", -1000))
    ]
    paths = scenario(act(), events=[ts.Event(name="vote", date="2025-04-11", outcomes=ways)]).run(50)
    assert paths.outcomes["vote"].tolist() == ["a"] * 50


# The first day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("begins", ["2025-03-01", "2025-04-01"])
@pytest.mark.parametrize("day", [0, 3])
def test_a_truce_begun_anew_and_ended_at_once_takes_what_it_held_with_it(day, begins):
    """On the first day as on any other: what counts is that it held on the eve."""
    on = (pd.Timestamp(FIRST) + pd.Timedelta(days=day)).date()
    anew = ts.Effect(action="start_truce", target="lull", until="2025-05-01")
    end = ts.Effect(action="end_truce", target="lull")
    vote = ts.Event(name="vote", date=on, outcomes=[ts.Outcome(name="a", probability=1, effects=[anew, end])])
    lull = ts.Truce(
        name="lull",
        parties=("USA", "CHN"),
        start=begins,
        end="2025-06-01",
        suspend=["opening"],
        at_end="lapse",
    )
    old = act(effective="2025-01-01")
    assert duties(old, truces=[lull], events=[vote]) == (NEVER, NEVER)


# No trade --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trade", [[[0, 0], [0, 0]], [[0, 0], [1e11, 0]], [[0, 4e11], [0, 0]]])
@pytest.mark.parametrize("by", [{}, {"by": "trade", "elasticity": 4.0}])
def test_economies_that_do_not_trade(trade, by):
    """Who sells nothing loses nothing, and answers nothing; who buys nothing cannot answer: its cap."""
    economies = ts.Economies(["USA", "CHN"], trade)
    sold, bought = trade[0][1], trade[1][0]
    (_, mine) = duties(act(), economies=economies, rules={"CHN": rules.Rebalance(cap=0.5, **by)})
    expected = 0.0 if not sold else 0.5
    assert mine[-1] == expected, (sold, bought)
    assert duties(act(), economies=economies, rules={"CHN": rules.Match()}) == (ALWAYS, MATCHED)


def test_a_rule_by_value_without_any_trade_is_refused():
    without = ts.Economies(["USA", "CHN"])
    said = refusal(lambda: scenario(act(), economies=without, rules={"CHN": rules.Rebalance()}))
    assert said == "rules.CHN: a rule by value without trade; got no imports; give imports"


# Beside duties ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beside", "importer", "exporter"), [("fee", "CHN", "USA"), ("export_control", "USA", "CHN")]
)
def test_an_answer_by_tariff_and_something_beside(beside, importer, exporter):
    """As many points of both; a fee makes the goods of the partner dearer, a control those that it buys."""
    both = rules.Match(coverage=0.5, beside=beside, equivalent=0.2)
    paths = looked_at(scenario(act(), rules={"CHN": both}).run(2))
    alone = scenario(act(), rules={"CHN": rules.Match(coverage=0.5)}).run(2)
    assert (paths.duty == alone.duty).all()
    cost = np.zeros_like(paths.duty)
    at = [paths.economies.index(code) for code in (importer, exporter)]
    cost[:, 2:, at[0], at[1]] = 0.3 * 0.5 * 0.2
    np.testing.assert_allclose(paths.cost, cost, atol=1e-15)
