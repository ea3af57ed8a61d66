"""The day loop where one thing turns into another: found by faults that no other test saw (docs/mutants.md).

What is expected is worked out by hand, or by a plain loop over whole paths.
"""

import datetime as dt
import math

import engine_oracle
import numpy as np
import pytest
import random_scenarios

from tradesim import rules
from tradesim.economies import Economies
from tradesim.engine import run as room
from tradesim.engine.run import count, run
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce

FIRST = dt.date(2025, 2, 1)
OURS, THEIRS = ("USA", "CHN"), ("CHN", "USA")
SEED = 3


def day(number):
    return FIRST + dt.timedelta(days=number)


def act(rate=0.3, starts=0, over=None, pair=OURS, name="opening", **changes):
    """What an economy charges another from a day on, announced on that day."""
    given = {"importer": pair[0], "exporter": pair[1], "authority": name, "rate": rate}
    given |= {"effective": day(starts), "expires": None if over is None else day(over)}
    return Measure(name=name, **(given | changes))


def scenario(*acts, days=10, codes=("USA", "CHN"), **parts):
    schedule = Schedule(acts, Economies(codes))
    return Scenario(name="edge", start=FIRST, end=day(days), schedule=schedule, **parts)


def truce(start, end, **changes):
    given = {"name": "pause", "parties": OURS, "start": day(start), "end": day(end)}
    return Truce(**(given | changes))


def sure(on, *effects):
    return Event(name=f"on {on}", date=day(on), outcomes=[Outcome(name="so", probability=1, effects=effects)])


def held(paths, draw=0):
    return np.flatnonzero(paths.truce[draw, :, 0]).tolist()


def charged(paths, pair=OURS, draw=0):
    return paths.to_frame(draw)[pair].round(12).tolist()


# Windows: breaches -----------------------------------------------------------------------------------


def test_a_provocation_of_the_first_day_breaks_a_truce_on_the_second(monkeypatch):
    """Also in draws whose scratch another draw has left."""
    monkeypatch.setattr(room, "lanes", lambda _need, _size: 1)
    paths = scenario(act(pair=THEIRS), truces=[truce(0, 9, breach=1.0)]).run(3)
    assert [held(paths, draw) for draw in range(3)] == [[0], [0], [0]]
    assert paths.breached.all()


def test_a_provocation_of_the_last_day_but_one_breaks_a_truce_on_the_last():
    paths = scenario(act(starts=8, pair=THEIRS), truces=[truce(2, 99, breach=1.0)]).run()
    assert held(paths) == [2, 3, 4, 5, 6, 7, 8]
    assert paths.breached.all()


def test_a_provocation_is_a_rise_on_the_day_before_not_on_older_ones():
    """0.3, then nothing, then 0.2: the last is a rise."""
    acts = [act(0.3, 1, 3), act(0.2, 4, name="second")]
    assert held(scenario(*acts, truces=[truce(3, 9, breach=1.0)]).run()) == [3, 4]


def test_what_stands_since_the_first_day_is_no_rise_on_the_second():
    """The truce is looked at on day 2 because of a rise that it tolerates."""
    acts = [act(0.3), act(0.1, 1, pair=THEIRS, name="small")]
    tolerant = truce(1, 99, breach=1.0, tolerance=0.25)
    assert held(scenario(*acts, truces=[tolerant]).run()) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_provocation_is_a_rise_of_that_pair_not_above_another():
    """The EU charges China more than the United States then charge the EU."""
    acts = [act(0.5, pair=("EU27", "CHN")), act(0.2, 5, pair=("USA", "EU27"), name="new")]
    parties = {"parties": ("USA", "EU27"), "breach": 1.0}
    three = scenario(*acts, codes=("USA", "CHN", "EU27"), truces=[truce(2, 9, **parties)])
    assert held(three.run()) == [2, 3, 4, 5]


def test_a_truce_that_ends_today_is_not_breached_any_more():
    for starts, breached in ((4, True), (5, False)):
        paths = scenario(act(starts=starts), truces=[truce(2, 6, breach=1.0)]).run()
        assert held(paths) == ([2, 3, 4] if breached else [2, 3, 4, 5])
        assert bool(paths.breached[0, 0]) is breached


def test_what_rounding_may_leave_provokes_nobody():
    for rate, last in ((1e-12, 8), (2e-12, 4)):
        assert held(scenario(act(rate, 4), truces=[truce(2, 9, breach=1.0)]).run())[-1] == last


def test_a_number_just_at_the_probability_breaks_no_truce_and_renews_none():
    """What has a probability p happens where the number lies below p: that of [0, 1) has p for its length."""
    number = engine_oracle.two_numbers(SEED, 0, 5, "breach pause")[0]
    for breach, last in ((number, 8), (np.nextafter(number, 1), 4)):
        paths = scenario(act(starts=4), truces=[truce(2, 9, breach=breach)]).run(1, SEED)
        assert held(paths)[-1] == last
    number = engine_oracle.two_numbers(SEED, 0, 4, "renewal pause")[0]
    for renewal, last in ((number, 3), (np.nextafter(number, 1), 6)):
        renewed = truce(2, 4, renewal=renewal, renewal_days=3, renewals=1)
        assert held(scenario(truces=[renewed]).run(1, SEED))[-1] == last


def test_a_breach_of_one_draw_is_looked_for_whatever_the_others_odds():
    every = [scenario(act(starts=4), truces=[truce(2, 9, breach=odds)]).program for odds in (1.0, 0.0)]
    rows = np.concatenate([each.truce_values for each in every])
    trace = run(every[0]._replace(truce_values=rows), np.arange(2), SEED)
    assert trace.breached[:, 0].tolist() == [True, False]
    assert trace.truce[:, :, 0].sum(axis=1).tolist() == [3, 7]


# Windows: what lapses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "after"),
    [
        (-5, 20, 0.0),  # it held before the first day, and an outcome of that day ends it
        (5, 9, 0.3),  # it never began
        (0, 9, 0.3),  # nor did this one
    ],
)
def test_a_truce_that_an_outcome_of_the_first_day_ends_takes_away_what_it_held(start, end, after):
    over = sure(0, Effect(action="end_truce", target="pause"))
    waiting = truce(start, end, suspend="opening", at_end="lapse")
    paths = scenario(act(starts=-9), truces=[waiting], events=[over]).run()
    assert charged(paths) == [after] * 10
    assert held(paths) == []


@pytest.mark.parametrize(
    ("start", "end", "after"), [(-5, -5, 0.3), (-5, 0, 0.0), (0, 0, 0.3), (-5, 1, 0.0), (1, 1, 0.3)]
)
def test_a_window_of_no_day_takes_nothing_away(start, end, after):
    paths = scenario(act(starts=-9), truces=[truce(start, end, suspend="opening", at_end="lapse")]).run()
    assert charged(paths)[1:] == [after] * 9


# Windows: days in a truce ----------------------------------------------------------------------------


def test_days_of_several_windows_add_up():
    """Days 1 to 3, 5 and 6, and 8 and 9 to the end: seven."""
    again = [
        sure(start, Effect(action="start_truce", target="pause", until=day(end)))
        for start, end in ((5, 7), (8, 99))
    ]
    stopping = scenario(truces=[truce(1, 4)], events=again)
    assert held(stopping.run()) == [1, 2, 3, 5, 6, 8, 9]
    assert count(stopping.program, np.arange(1), SEED, levels=np.zeros(1)).held.tolist() == [[7]]


# Answers ---------------------------------------------------------------------------------------------


def test_what_is_announced_in_a_truce_and_taken_back_in_it_is_no_cut():
    """The partner goes from 0.3 to 0.6 and back while the truce holds: nothing has been given."""
    acts = [act(0.3, 1), act(0.3, 4, 5, name="more"), act(0.4, -9, pair=THEIRS, name="old")]
    paths = scenario(*acts, rules={"CHN": rules.Deescalate()}, truces=[truce(3, 7)]).run()
    assert charged(paths, THEIRS) == [0.4] * 10


def test_what_an_economy_has_cut_by_law_counts_towards_what_it_gives_back():
    """The partner gives 0.3; 0.1 of it is given by law on the same day, the rule adds 0.2 two days later."""
    acts = [act(0.3, -9), act(0.4, -9, pair=THEIRS, name="large"), act(0.1, -9, pair=THEIRS, name="small")]
    both = sure(1, *(Effect(action="revoke", target=name) for name in ("opening", "small")))
    giving = scenario(*acts, rules={"CHN": rules.Deescalate()}, events=[both])
    assert charged(giving.run(), THEIRS) == [0.5, 0.4, 0.4, *[0.2] * 7]
    announced = run(giving.program, np.arange(1), SEED, traced=True).announced[0, :, 1, 0]
    assert announced.tolist() == pytest.approx([0.0, -0.1, *[-0.3] * 8])


@pytest.mark.parametrize(
    ("seen", "answered", "level"),
    [({"allies": ("CHN",)}, "USA", 0.2), ({"diversion": 0.5}, "CHN", 0.1)],
    ids=["allies", "diversion"],
)
def test_draws_with_reactions_of_their_own_see_others_in_their_own_time(seen, answered, level):
    """What China is hit with on day 2 the EU answers to whom it must, its reaction later."""
    codes, reactions = ("USA", "CHN", "EU27"), (1, 4, 3)
    every = [
        scenario(act(0.2, 2), codes=codes, rules={"EU27": rules.Match(reaction=days, **seen)}).program
        for days in reactions
    ]
    rows = np.concatenate([each.rule_values for each in every])
    trace = run(every[0]._replace(rule_values=rows), np.arange(3), SEED, traced=True)
    for draw, reaction in enumerate(reactions):
        expected = [level if t >= 2 + reaction else 0.0 for t in range(10)]
        assert trace.announced[draw, :, 2, codes.index(answered)].tolist() == pytest.approx(expected)


def test_a_number_just_at_the_probability_forgives_nothing():
    number = engine_oracle.two_numbers(SEED, 0, 1, "forgiveness CHN-USA")[0]
    for forgiveness, level in ((number, 0.3), (np.nextafter(number, 1), 0.0)):
        rule = rules.Match(forgiveness=forgiveness)
        assert charged(scenario(act(), rules={"CHN": rule}).run(1, SEED), THEIRS)[-1] == level


# Junctures -------------------------------------------------------------------------------------------


def chosen(monkeypatch, number, ways, *acts):
    """Which outcome an event has whose number is given."""
    monkeypatch.setattr(room, "once", lambda *_: np.full((1, 1), number))
    vote = Event(name="vote", date=day(2), outcomes=ways)
    return scenario(*acts, events=[vote]).run().outcomes["vote"][0]


def test_an_outcome_has_the_numbers_below_its_share_and_the_next_those_from_there(monkeypatch):
    even = [Outcome(name=name, probability=0.25) for name in "abcd"]
    for number, name in ((0.0, "a"), (0.2499, "a"), (0.25, "b"), (0.4999, "b"), (0.5, "c"), (0.75, "d")):
        assert chosen(monkeypatch, number, even) == name


def test_what_cannot_be_is_not_chosen_even_by_the_number_0(monkeypatch):
    ways = [Outcome(name="never", probability=0.0), Outcome(name="always", probability=1.0)]
    assert chosen(monkeypatch, 0.0, ways) == "always"


@pytest.mark.parametrize("sign", [-1, 1])
def test_slopes_beyond_a_factor_of_e_to_the_300_all_count_as_that(monkeypatch, sign):
    """A duty of 0.6 times 501 is 300.6 and as much as 300; else the odds would be 35 to 65."""
    ways = [
        Outcome(name=name, probability=0.5, slopes={"duty.USA-CHN": sign * slope})
        for name, slope in (("a", 500.0), ("b", 501.0))
    ]
    for number, name in ((0.49, "a"), (0.51, "b")):
        assert chosen(monkeypatch, number, ways, act(0.6, -9)) == name


# Laws ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "at_end", "eve"),
    [
        ((0, 5), "snapback", 0.3),
        ((1, 5), "snapback", 0.3),
        ((-1, 5), "snapback", 0.0),
        ((-3, -1), "snapback", 0.3),
        ((0, 1), "lapse", 0.3),
        ((-3, -1), "lapse", 0.0),
    ],
)
def test_odds_of_the_first_day_look_at_the_duty_of_the_eve(window, at_end, eve):
    """A duty of 30 % makes what is otherwise one in a billion sure."""
    ways = [
        Outcome(name="charged", probability=1e-9, slopes={"duty.USA-CHN": 1000.0}),
        Outcome(name="free", probability=1 - 1e-9),
    ]
    vote = Event(name="vote", date=FIRST, outcomes=ways)
    held_up = truce(*window, suspend="opening", at_end=at_end)
    paths = scenario(act(starts=-9), truces=[held_up], events=[vote]).run(20)
    assert set(paths.outcomes["vote"]) == {"charged" if eve else "free"}


# Records: what single draws come to ------------------------------------------------------------------

LEVELS = np.array([0.05, 0.2, 0.4])


def lively():
    """Draws that differ in everything that is recorded."""
    return scenario(
        act(0.2, 2),
        days=40,
        codes=("USA", "CHN", "EU27"),
        rules={"CHN": rules.Match(forgiveness=0.4, instrument="fee", equivalent=0.5), "USA": rules.Match()},
        truces=[
            truce(6, 12, start_spread=9, length_spread=9, renewal=0.5, renewal_days=4, renewals=2,
                  surcharges=0.5),
            truce(20, 25, name="other", start_spread=5),
        ],
        shocks=[
            Shock(importer="USA", exporter="CHN", rate=40, size=Size(value=0.1), days=5),
            Shock(importer="CHN", exporter="EU27", rate=20, size=Size(value=0.3), days=9),
        ],
    )  # fmt: skip


def came_to(paths):
    """What each draw came to, by a plain loop over its path."""
    draws, days, n, _ = paths.duty.shape
    first = np.full((draws, n, n, len(LEVELS)), days)
    mean = np.zeros((draws, n, n))
    for s in range(draws):
        for i in range(n):
            for j in range(n):
                path = paths.duty[s, :, i, j].tolist()
                mean[s, i, j] = math.fsum(path) / days
                for v, level in enumerate(LEVELS):
                    above = [t for t, duty in enumerate(path) if duty > level + 1e-12]
                    first[s, i, j, v] = above[0] if above else days
    return {
        "last": paths.duty[:, -1],
        "peak": paths.duty.max(axis=1),
        "mean": mean,
        "first": first,
        "held": paths.truce.sum(axis=1),
        "renewals": paths.renewals,
    }


@pytest.mark.parametrize("side_by_side", [1, 4, 7])
def test_what_draws_come_to_is_what_a_plain_loop_finds_in_their_paths(monkeypatch, side_by_side):
    monkeypatch.setattr(room, "lanes", lambda _need, _size: side_by_side)
    drawn = [random_scenarios.random_scenario(number) for number in (1, 3, 4)]
    for one in [lively(), *drawn]:
        expected = came_to(one.run(7, SEED))
        found = count(one.program, np.arange(7), SEED, bins=32, top=0.8, levels=LEVELS, threads=1)
        for name, wanted in expected.items():
            np.testing.assert_allclose(getattr(found, name), wanted, rtol=1e-12, atol=1e-15, err_msg=name)
        without = count(one.program, np.arange(7), SEED, bins=32, top=0.8, levels=np.zeros(0), threads=1)
        for name in ("last", "peak", "mean", "held", "renewals"):
            assert np.array_equal(getattr(without, name), getattr(found, name))
    assert len({tuple(row) for row in came_to(lively().run(7, SEED))["held"].tolist()}) > 3


def test_a_horizon_of_one_day_is_counted():
    found = count(scenario(act(0.3), days=1).program, np.arange(5), SEED, bins=10, top=1.0, levels=LEVELS)
    assert found.duties[0, 0, 1].tolist() == [0, 0, 0, 5, 0, 0, 0, 0, 0, 0]
    assert found.duties[0, 1, 0].tolist() == [5, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert found.first[:, 0, 1].tolist() == [[0, 0, 1]] * 5
    assert found.mean[:, 0, 1].tolist() == [0.3] * 5
    dust = count(scenario(act(1e-12), days=1).program, np.arange(1), SEED, levels=np.zeros(1))
    assert dust.first[0, 0, 1].tolist() == [1]


# Records: what is traced -----------------------------------------------------------------------------


def test_a_trace_says_what_was_announced_noticed_forgiven_charged_and_until_when():
    """One draw whose story is certain: an arrival a day or two, all of it forgiven; a truce renewed once."""
    one = scenario(
        act(0.2, 2),
        act(0.1, 4, pair=("EU27", "CHN"), name="third"),
        days=8,
        codes=("USA", "CHN", "EU27"),
        rules={"CHN": rules.Match(), "EU27": rules.Match(forgiveness=1.0, allies=("CHN",))},
        truces=[truce(5, 6, parties=("USA", "CHN"), renewal=1.0, renewal_days=9, renewals=1)],
    )
    trace = run(one.program, np.arange(1), SEED, traced=True)
    later = [0.2 if t >= 2 else 0.0 for t in range(8)]
    answer = [0.2 if t >= 3 else 0.0 for t in range(8)]
    assert trace.announced[0, :, 0, 1].tolist() == later
    assert trace.announced[0, :, 2, 1].tolist() == [0.1 if t >= 4 else 0.0 for t in range(8)]
    assert trace.announced[0, :, 1, 0].tolist() == answer
    assert trace.announced[0, :, 1, 2].tolist() == [0.1 if t >= 5 else 0.0 for t in range(8)]
    assert not trace.announced[0, :, (0, 2), (2, 0)].any()
    # pairs: China towards the United States and the EU, the EU towards the two
    assert trace.answered[0, :, 0].tolist() == trace.noticed[0, :, 0].tolist() == answer
    assert trace.forgiven[0, :, 2].tolist() == answer
    assert not trace.answered[0, :, 2].any()
    assert trace.ends[0, :, 0].tolist() == [6] * 6 + [15] * 2


def test_a_trace_has_the_shocks_in_force():
    """In points, from their arrival; half of the trade is charged with them two days later."""
    shock = Shock(
        importer="USA", exporter="CHN", rate=100, size=Size(value=0.1), coverage=0.5, implementation=2
    )
    trace = run(scenario(days=60, shocks=[shock]).program, np.arange(1), SEED, traced=True)
    assert trace.duty[0, -1, 0, 1] > 0.2
    np.testing.assert_allclose(trace.shocked[0, :-2, 0], 2 * trace.duty[0, 2:, 0, 1], atol=1e-12)


def test_a_fee_of_one_draw_is_a_cost():
    fee = rules.Match(instrument="fee", equivalent=0.5)
    cost = run(scenario(act(0.2), rules={"CHN": fee}).program, np.arange(1), SEED).cost
    assert cost[0, :, 1, 0].tolist() == pytest.approx([0.0, 0.0, *[0.1] * 8], abs=1e-12)


@pytest.mark.parametrize("side_by_side", [1, 3, 7])
def test_traces_stand_in_the_rows_of_their_draws(monkeypatch, side_by_side):
    alone = [run(lively().program, np.array([k]), SEED, traced=True, threads=1) for k in range(7)]
    monkeypatch.setattr(room, "lanes", lambda _need, _size: side_by_side)
    together = run(lively().program, np.arange(7), SEED, traced=True, threads=1)
    names = "duty cost truce renewals breached announced answered noticed forgiven shocked ends"
    for name in names.split():
        for k, one in enumerate(alone):
            assert np.array_equal(getattr(together, name)[k], getattr(one, name)[0]), name
