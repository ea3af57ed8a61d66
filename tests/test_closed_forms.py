"""Runs whose result is known in closed form: spirals, truces, junctures, shocks, and how draws are made.

Levels do not accumulate: an economy that matches wants its ratio times what the other *has* announced, not
that much more. Of two that match with a b < 1 a lasting first act is therefore answered once, and an act of
one day echoes: it is the sum of the echoes that converges to the geometric limit first / (1 - a b). The level
itself converges to a geometric limit, step / (1 - b), where one side adds a step to what the other matches.

Frequencies are those of 20,000 draws of fixed seeds; what is improbable is so at one in 10,000.
"""

import datetime as dt

import numpy as np
import pytest
from scipy import stats

from tradesim import rules
from tradesim.economies import Economies
from tradesim.events import Effect, Event, Outcome
from tradesim.measures import Measure
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce

FIRST = dt.date(2025, 1, 1)
MANY = 20_000
IMPROBABLE = 1e-4
YEAR = 365.25


def day(number):
    return FIRST + dt.timedelta(days=number)


def act(rate, days=None, **changes):
    """What the United States announce on the first day, and charge for so many days or for good."""
    given = {"name": "act", "importer": "USA", "exporter": "CHN", "authority": "law", "rate": rate}
    given |= {"effective": FIRST, "expires": None if days is None else day(days)}
    return Measure(**(given | changes))


def run(measures=(), days=40, draws=1, seed=1, imports=None, sampling="random", **parts):
    scenario = Scenario(
        name="closed form",
        start=FIRST,
        end=day(days),
        schedule=Schedule(measures, Economies(["USA", "CHN"], imports)),
        **parts,
    )
    return scenario.run(draws, seed, sampling=sampling)


def spiral(measures, usa, chn, days=40, **more):
    """Return the duties of the United States and of China, by day, as two arrays."""
    paths = run(measures, days, rules={"USA": usa, "CHN": chn}, **more)
    return paths.duty[0, :, 0, 1], paths.duty[0, :, 1, 0]


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def assert_counts(found, probabilities):
    """Hold counts of draws against their exact law, which may have seldom ends: a chi-square test."""
    observed, expected = np.asarray(found, dtype=float), np.asarray(probabilities) * np.sum(found)
    assert expected.sum() == pytest.approx(observed.sum(), abs=1e-6)
    often = expected >= 5
    if not often.all():
        observed = np.append(observed[often], observed[~often].sum())
        expected = np.append(expected[often], expected[~often].sum())
    assert not observed[expected == 0].any()
    kept = expected > 0
    assert stats.chisquare(observed[kept], expected[kept]).pvalue > IMPROBABLE


def assert_share(found, probability):
    """Hold a share of draws, a boolean array, against its probability: an exact binomial test."""
    hits = np.asarray(found)
    assert stats.binomtest(int(hits.sum()), hits.size, probability).pvalue > IMPROBABLE


# Spirals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "usa_lag", "chn_lag"), [(0.8, 0.9, 2, 3), (0.5, 1.0, 1, 1), (1.6, 0.5, 4, 1)]
)
def test_echoes_of_one_day_add_up_to_the_geometric_limit(a, b, usa_lag, chn_lag):
    first, days, lap = 0.4, 1200, usa_lag + chn_lag
    usa = rules.Match(ratio=a, reaction=usa_lag, implementation=0)
    chn = rules.Match(ratio=b, reaction=chn_lag, implementation=0)
    one, other = spiral([act(first, days=1)], usa, chn, days)
    t = np.arange(days)
    echoes = np.where(t % lap == 0, first * (a * b) ** (t // lap), 0.0)
    answers = np.where(t % lap == chn_lag, first * b * (a * b) ** (t // lap), 0.0)
    np.testing.assert_allclose([one, other], [echoes, answers], atol=2e-12)  # dust is no provocation
    assert one.sum() == pytest.approx(first / (1 - a * b), rel=1e-9)
    assert other.sum() == pytest.approx(b * first / (1 - a * b), rel=1e-9)


def test_below_one_a_lasting_act_is_answered_once_and_for_all():
    one, other = spiral([act(0.4)], rules.Match(ratio=0.8), rules.Match(ratio=0.9, reaction=3))
    close(one, 0.4)
    close(other, np.where(np.arange(40) >= 4, 0.36, 0.0))


@pytest.mark.parametrize(("first", "step", "ratio"), [(0.1, 0.5, 0.6), (0.34, 0.25, 0.9), (0.05, 0.1, 0.0)])
def test_a_step_above_what_is_matched_in_part_converges_to_the_geometric_limit(first, step, ratio):
    """Level n of the United States is step (1 - b^n) / (1 - b) + first b^n, of which China matches b."""
    usa = rules.Counter(step=step, reaction=2, implementation=0)
    chn = rules.Match(ratio=ratio, reaction=3, implementation=0)
    one, other = spiral([act(first)], usa, chn, days=1000)
    limit, n = step / (1 - ratio), np.arange(1000) // 5
    levels = limit * (1 - ratio**n) + first * ratio**n
    if ratio == 0:
        levels = np.full(1000, first)
        limit = first
    close(one, levels)
    close(other[3:], ratio * levels[:-3])
    np.testing.assert_allclose([one[-1], other[-1]], [limit, ratio * limit], rtol=1e-8)


@pytest.mark.parametrize(("a", "b"), [(1.25, 1.2), (2.0, 0.75), (0.9, 1.5)])
@pytest.mark.parametrize(("usa_lag", "chn_lag"), [(1, 1), (2, 3), (5, 1)])
def test_above_one_levels_climb_to_their_caps_on_the_computed_day(a, b, usa_lag, chn_lag):
    first, tops = 0.1, (1.45, 1.25)
    usa = rules.Match(ratio=a, reaction=usa_lag, implementation=0, cap=tops[0])
    chn = rules.Match(ratio=b, reaction=chn_lag, implementation=4, cap=tops[1])
    one, other = spiral([act(first)], usa, chn, days=200)
    lap = usa_lag + chn_lag
    # Before the caps bind, level n = 0, 1, … is first (a b)^n, and China's answer to it b times that.
    highest = min(tops[0], a * tops[1]), min(tops[1], b * tops[0])
    for duty, start, top, since in ((one, first, highest[0], 0), (other, first * b, highest[1], chn_lag + 4)):
        laps = int(np.ceil(np.log(top / start) / np.log(a * b) - 1e-9))
        assert np.flatnonzero(duty >= top - 1e-12)[0] == since + laps * lap
        assert duty[-1] == pytest.approx(top, rel=1e-12)
    assert (np.diff(one) >= 0).all()
    assert (np.diff(other) >= 0).all()


def test_contrition_against_matching_dies_out_or_explodes_by_its_own_fixed_point():
    """u' = a (b u - first) climbs from above its fixed point a first / (a b - 1), and not from below."""
    first, days = 0.1, 13
    one, other = spiral(
        [act(first)],
        rules.Contrite(ratio=2.0, implementation=0),
        rules.Match(ratio=2.0, implementation=0),
        days,
    )
    n = np.arange(days) // 2
    levels = np.minimum(2 * first / 3 + first / 3 * 4.0**n, 10.0)
    close(one, levels)
    close(other[1:], np.minimum(2 * levels[:-1], 10.0))
    for a, b in ((2.0, 1.4), (9.0, 1.1), (0.5, 2.9), (3.0, 1.0)):
        one, other = spiral(
            [act(first)], rules.Contrite(ratio=a, implementation=0), rules.Match(ratio=b, implementation=0)
        )
        close(one, first)
        close(other[1:], b * first)


@pytest.mark.parametrize(("usa_lag", "chn_lag", "later"), [(1, 1, 1), (2, 1, 0), (3, 4, 5)])
def test_counter_against_match_climbs_a_step_a_lap_to_the_cap(usa_lag, chn_lag, later):
    first, step, cap = 0.34, 0.5, 2.5
    usa = rules.Counter(step=step, reaction=usa_lag, implementation=0, cap=cap)
    chn = rules.Match(reaction=chn_lag, implementation=later, cap=1.25)
    one, other = spiral([act(first)], usa, chn, days=80)
    lap, t = usa_lag + chn_lag, np.arange(80)
    # From the day that China stands at its cap the United States stand a step above it.
    close(one, np.minimum(first + step * (t // lap), 1.25 + step))
    since = t - chn_lag - later
    close(other, np.where(since >= 0, np.minimum(first + step * (since // lap), 1.25), 0.0))


@pytest.mark.parametrize("stop", [0.45, 0.84, 1.25])
def test_a_self_stop_ends_the_climb_at_the_stop_and_a_step_above_it(stop):
    usa = rules.Counter(step=0.5, implementation=0)
    one, other = spiral([act(0.34)], usa, rules.SelfStop(stop=stop, implementation=0), days=30)
    t = np.arange(30)
    close(other[1:], np.minimum(0.34 + 0.5 * ((t[1:] - 1) // 2), stop))
    close(one, np.minimum(0.34 + 0.5 * (t // 2), stop + 0.5))


def test_a_self_stop_stays_when_its_cause_comes_down_and_goes_when_it_is_gone():
    levels = [act(0.6, days=5), act(0.2, effective=day(5), expires=day(10), announced=day(5))]
    _, other = spiral(levels, rules.Passive(), rules.SelfStop(stop=0.5, implementation=0), days=15)
    close(other, [0.0] + 10 * [0.5] + 4 * [0.0])
    _, other = spiral(levels, rules.Passive(), rules.SelfStop(stop=0.7, implementation=0), days=15)
    close(other, [0.0] + 5 * [0.6] + 5 * [0.2] + 4 * [0.0])


@pytest.mark.parametrize(("start", "length"), [(4, 7), (1, 3), (9, 1), (5, 20)])
def test_a_truce_stops_the_clock_of_a_spiral(start, length):
    """Two that answer the day after climb, after a truce, as they would have without it, its length later."""
    usa, chn = rules.Counter(step=0.1, implementation=0), rules.Match(implementation=0)
    truce = Truce(name="truce", parties=("USA", "CHN"), start=day(start), days=length)
    plain = np.array(spiral([act(0.3)], usa, chn))
    found = np.array(spiral([act(0.3)], usa, chn, days=40 + length, truces=[truce]))
    frozen = np.repeat(plain[:, start - 1 : start], length, axis=1)
    assert np.array_equal(found, np.concatenate([plain[:, :start], frozen, plain[:, start:]], axis=1))


# Truces ----------------------------------------------------------------------------------------------

BETWEEN = {"name": "truce", "parties": ("USA", "CHN")}


@pytest.mark.parametrize(("probability", "most"), [(0.5, 3), (0.8, 6), (0.3, 1)])
def test_renewals_are_geometric_up_to_their_limit(probability, most):
    """P(k renewals) = p^k (1 - p) for k below the limit n, p^n at it."""
    truce = Truce(
        **BETWEEN,
        start=day(2),
        days=5,
        renewal=probability,
        renewal_days=3,
        renewals=most,
        suspend="act",
    )
    paths = run([act(0.4, effective=day(-5))], days=40, draws=MANY, truces=[truce])
    exact = [probability**k * (1 - probability) for k in range(most)] + [probability**most]
    renewals = paths.renewals[:, 0]
    assert_counts(np.bincount(renewals, minlength=most + 1), exact)
    assert np.array_equal(paths.truce[:, :, 0].sum(axis=1), 5 + 3 * renewals)
    close(paths.duty[:, :, 0, 1], np.where(paths.truce[:, :, 0], 0.0, 0.4))


def provocations(count, gap=3):
    """Acts announced every so many days, each of one point more."""
    return [
        act(0.01, name=f"act {k}", effective=day(5 + gap * k), announced=day(5 + gap * k))
        for k in range(count)
    ]


@pytest.mark.parametrize(("probability", "count"), [(0.3, 1), (0.25, 6), (0.9, 2)])
def test_breaches_are_geometric_over_provocations(probability, count):
    """The first of n provocations that breaches is the k-th with probability q (1 - q)^(k - 1)."""
    truce = Truce(**BETWEEN, start=FIRST, days=40, breach=probability)
    paths = run(provocations(count), days=40, draws=MANY, truces=[truce])
    held = paths.truce[:, :, 0].sum(axis=1)
    days = [6 + 3 * k for k in range(count)]
    exact = [probability * (1 - probability) ** k for k in range(count)] + [(1 - probability) ** count]
    assert set(held) <= {*days, 40}
    assert_counts([np.sum(held == last) for last in [*days, 40]], exact)
    assert np.array_equal(paths.breached[:, 0], held < 40)


def test_what_is_tolerated_breaches_nothing():
    truce = Truce(**BETWEEN, start=FIRST, days=40, breach=1.0, tolerance=0.01)
    assert not run(provocations(4), draws=10, truces=[truce]).breached.any()


@pytest.mark.parametrize(("start_spread", "length_spread"), [(6, 0), (0, 9), (4, 3)])
def test_uncertain_starts_and_lengths_are_uniform_and_independent(start_spread, length_spread):
    spreads = {"start_spread": start_spread, "length_spread": length_spread}
    truce = Truce(**BETWEEN, start=day(3), days=5, **spreads)
    held = run(draws=MANY, truces=[truce]).truce[:, :, 0]
    late, longer = held.argmax(axis=1) - 3, held.sum(axis=1) - 5
    assert late.min() >= 0
    assert longer.min() >= 0
    cells = (start_spread + 1) * (length_spread + 1)
    assert_counts(
        np.bincount(late * (length_spread + 1) + longer, minlength=cells), np.full(cells, 1 / cells)
    )


# Events ----------------------------------------------------------------------------------------------


def juncture(name, odds, on=3, effects=(), slopes=()):
    """An event whose outcomes have these odds, in the order given; the first has the effects and slopes."""
    outcomes = [Outcome(name=f"way {k}", probability=p) for k, p in enumerate(odds)]
    outcomes[0] = Outcome(name="way 0", probability=odds[0], effects=effects, slopes=dict(slopes))
    return Event(name=name, date=day(on), outcomes=outcomes)


def ways(paths, name):
    return paths.outcomes[name].cat.codes.to_numpy()


def test_outcomes_come_as_often_as_is_written_and_events_are_independent():
    odds, others = [0.5, 0.3, 0.15, 0.05], [0.9, 0.1]
    paths = run(draws=MANY, events=[juncture("one", odds), juncture("other", others)])
    assert_counts(np.bincount(ways(paths, "one"), minlength=4), odds)
    joint = np.bincount(2 * ways(paths, "one") + ways(paths, "other"), minlength=8)
    assert_counts(joint, np.outer(odds, others).ravel())


def test_an_outcome_that_is_sure_always_comes_and_an_impossible_one_never():
    paths = run(draws=2000, events=[juncture("sure", [1.0, 0.0]), juncture("never", [0.0, 1.0])])
    assert not ways(paths, "sure").any()
    assert ways(paths, "never").all()


def test_what_an_outcome_does_happens_in_its_draws_and_in_no_other():
    event = juncture("court", [0.4, 0.6], effects=[Effect(action="revoke", target="act", on=day(8))])
    paths = run([act(0.25, effective=day(-9))], days=12, draws=MANY, events=[event])
    gone = ways(paths, "court") == 0
    assert_share(gone, 0.4)
    expected = np.where(gone[:, None] & (np.arange(12) >= 8), 0.0, 0.25)
    close(paths.duty[:, :, 0, 1], expected)


@pytest.mark.parametrize("slope", [-4.0, 0.0, 2.5])
@pytest.mark.parametrize("duty", [0.1, 0.9])
def test_odds_are_logistic_in_the_duty_of_the_day_before(slope, duty):
    levels = [act(duty, effective=day(-9), expires=day(3)), act(5.0, effective=day(3))]
    event = juncture("talks", [0.3, 0.7], slopes={"duty.USA-CHN": slope})
    paths = run(levels, days=5, draws=MANY, events=[event])
    odds = 0.3 / 0.7 * np.exp(slope * duty)
    assert_share(ways(paths, "talks") == 0, odds / (1 + odds))


def test_odds_of_several_outcomes_are_multinomial_logistic():
    outcomes = [
        Outcome(name="a", probability=0.5, slopes={"duty.USA-CHN": 3.0, "duty.CHN-USA": -2.0}),
        Outcome(name="b", probability=0.2, slopes={"duty.CHN-USA": 5.0}),
        Outcome(name="c", probability=0.3),
    ]
    measures = [
        act(0.4, effective=day(-9)),
        act(0.3, name="mirror", importer="CHN", exporter="USA", effective=day(-9)),
    ]
    paths = run(measures, 5, MANY, events=[Event(name="talks", date=day(0), outcomes=outcomes)])
    weights = np.array([0.5 * np.exp(3 * 0.4 - 2 * 0.3), 0.2 * np.exp(5 * 0.3), 0.3])
    assert_counts(np.bincount(ways(paths, "talks"), minlength=3), weights / weights.sum())


def test_odds_move_with_the_days_and_renewals_of_a_truce():
    truce = Truce(**BETWEEN, start=FIRST, days=4, renewal=0.6, renewal_days=4, renewals=3)
    for slopes in ({"days.truce": 0.15}, {"renewals.truce": -0.8}):
        event = juncture("talks", [0.4, 0.6], on=20, slopes=slopes)
        paths = run(days=25, draws=MANY, truces=[truce], events=[event])
        for count in range(4):
            drawn = paths.renewals[:, 0] == count
            state = {"days.truce": 4 + 4 * count, "renewals.truce": count}
            odds = 4 / 6 * np.exp(sum(by * state[name] for name, by in slopes.items()))
            assert_share(ways(paths, "talks")[drawn] == 0, odds / (1 + odds))


# Shocks ----------------------------------------------------------------------------------------------


def stream(rate, size=None, **more):
    given = {"importer": "USA", "exporter": "CHN", "rate": rate, "size": size or Size("fixed", value=0.01)}
    return Shock(**(given | more))


def arrivals(paths):
    """Return how many shocks of one point each had arrived, by draw and day."""
    count = paths.duty[:, :, 0, 1] / 0.01
    assert np.allclose(count, np.rint(count), atol=1e-6)
    return np.rint(count).astype(int)


def poisson(mean, cells):
    """Probabilities of 0, 1, …, and of that many or more."""
    below = stats.poisson.pmf(np.arange(cells - 1), mean)
    return np.append(below, 1 - below.sum())


@pytest.mark.parametrize(("rate", "days"), [(4.0, 90), (60.0, 20), (0.5, 200)])
def test_arrivals_are_poisson(rate, days):
    counted = arrivals(run(days=days, draws=MANY, shocks=[stream(rate)]))[:, -1]
    mean = rate * days / YEAR
    error = np.sqrt(mean / MANY)
    assert abs(counted.mean() - mean) < 4 * error
    assert abs(counted.var(ddof=1) / mean - 1) < 4 * np.sqrt((2 + 1 / mean) / MANY)
    cells = int(mean + 5 * np.sqrt(mean)) + 3
    assert_counts(np.bincount(np.minimum(counted, cells - 1), minlength=cells), poisson(mean, cells))


def test_arrivals_of_separate_days_are_poisson_and_independent():
    counted = arrivals(run(days=30, draws=MANY, shocks=[stream(100.0)]))
    a_day = np.diff(counted, axis=1, prepend=0)
    for t in (0, 1, 29):
        assert_counts(np.bincount(np.minimum(a_day[:, t], 4), minlength=5), poisson(100 / YEAR, 5))
    joint = 2 * (a_day[:, 10] > 0) + (a_day[:, 11] > 0)
    none = np.exp(-100 / YEAR)
    assert_counts(np.bincount(joint, minlength=4), np.outer([none, 1 - none], [none, 1 - none]).ravel())


def test_shocks_that_end_are_poisson_in_number_while_they_last():
    """M/G/∞: those in force on a day are those that arrived on the last ``days`` days."""
    counted = arrivals(run(days=40, draws=MANY, shocks=[stream(50.0, days=12)]))
    for t, window in ((5, 6), (11, 12), (39, 12)):
        assert_counts(np.bincount(np.minimum(counted[:, t], 8), minlength=9), poisson(50 * window / YEAR, 9))


def test_a_shock_is_charged_its_implementation_later():
    at_once = run(days=40, draws=200, shocks=[stream(50.0)]).duty
    later = run(days=40, draws=200, shocks=[stream(50.0, implementation=7)]).duty
    assert np.array_equal(later[:, 7:], at_once[:, :-7])
    assert not later[:, :7].any()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("expon", {"scale": 0.1}),
        ("lognorm", {"s": 0.5, "scale": 0.1}),
        ("gamma", {"a": 2.0, "scale": 0.05}),
        ("uniform", {"loc": 0.02, "scale": 0.3}),
        ("beta", {"a": 0.7, "b": 2.5}),
    ],
)
def test_sizes_follow_their_distribution(name, parameters):
    """The first level of a stream so thin that two arrivals on a day are one in a thousand."""
    duty = run(days=300, draws=MANY, shocks=[stream(2.0, Size(name, **parameters))]).duty[:, :, 0, 1]
    arrived = duty[:, -1] > 0
    sizes = duty[arrived, (duty[arrived] > 0).argmax(axis=1)]
    assert_share(arrived, 1 - np.exp(-2 * 300 / YEAR))
    assert stats.kstest(sizes, getattr(stats, name)(**parameters).cdf).pvalue > IMPROBABLE


def test_what_has_arrived_in_all_is_compound_poisson():
    """Mean λ E[X] and variance λ E[X²]."""
    shock = stream(12.0, Size("gamma", a=2.0, scale=0.05), coverage=0.5)
    total = run(days=365, draws=MANY, shocks=[shock]).duty[:, -1, 0, 1]
    many, mean, square = 12 * 365 / YEAR, 0.5 * 0.1, 0.25 * (0.1**2 + 2 * 0.05**2)
    assert abs(total.mean() - many * mean) < 4 * np.sqrt(many * square / MANY)
    assert total.var(ddof=1) == pytest.approx(many * square, rel=0.05)


def test_a_stream_never_exceeds_its_most():
    duty = run(days=200, draws=2000, shocks=[stream(60.0, Size("expon", scale=0.1), most=0.5)]).duty
    assert duty.max() == pytest.approx(0.5)
    assert (duty[:, -1, 0, 1] > 0.5 - 1e-9).mean() > 0.99


# How draws are made ----------------------------------------------------------------------------------


def test_an_antithetic_pair_is_exact_where_the_result_is_linear_in_the_number():
    """A start late by k of 0 … n in one draw is late by n - k in the other, whatever the numbers."""
    truce = Truce(**BETWEEN, start=day(3), days=5, start_spread=9, length_spread=6)
    event = juncture("toss", [0.5, 0.5])
    paths = run(draws=2000, sampling="antithetic", truces=[truce], events=[event])
    held = paths.truce[:, :, 0]
    late, longer = held.argmax(axis=1) - 3, held.sum(axis=1) - 5
    assert set(late[0::2] + late[1::2]) == {9}
    assert set(longer[0::2] + longer[1::2]) == {6}
    assert set(ways(paths, "toss")[0::2] + ways(paths, "toss")[1::2]) == {1}
    assert late.mean() == 4.5
    assert longer.mean() == 3.0


def test_an_antithetic_draw_has_the_numbers_of_a_day_to_itself():
    """Only what a draw has once is mirrored: shocks of a pair are no more alike than any others."""
    parts = {"days": 60, "draws": 4000, "shocks": [stream(30.0)]}
    mirrored = arrivals(run(sampling="antithetic", **parts))[:, -1]
    assert np.array_equal(mirrored, arrivals(run(**parts))[:, -1])
    assert abs(np.corrcoef(mirrored[0::2], mirrored[1::2])[0, 1]) < 4 / np.sqrt(2000)


def test_sobol_frequencies_are_off_by_less_than_one_draw():
    """Of the first 2^m points of a scrambled Sobol sequence each m-th part of an axis has exactly one."""
    odds = {"a": 0.3, "b": 0.5, "c": 0.123}
    events = [juncture(name, [p, 1 - p]) for name, p in odds.items()]
    truce = Truce(**BETWEEN, start=day(3), days=5, start_spread=6)
    for draws in (256, 4096):
        paths = run(draws=draws, sampling="sobol", truces=[truce], events=events)
        for name, p in odds.items():
            assert abs((ways(paths, name) == 0).mean() - p) < 1 / draws
        late = np.bincount(paths.truce[:, :, 0].argmax(axis=1) - 3, minlength=7) / draws
        assert np.abs(late - 1 / 7).max() < 2 / draws
        both = ((ways(paths, "a") == 0) & (ways(paths, "c") == 0)).mean()
        assert abs(both - 0.3 * 0.123) < 3 * np.log2(draws) / draws


def test_random_frequencies_are_not_that_good():
    """What the test above would say of plain draws."""
    found = [
        (ways(run(draws=4096, seed=s, events=[juncture("a", [0.3, 0.7])]), "a") == 0).mean() for s in range(8)
    ]
    assert max(abs(share - 0.3) for share in found) > 1 / 4096


# Equal value -----------------------------------------------------------------------------------------

TRADE = [[0.0, 400e9], [120e9, 0.0]]
"""The United States buy 400 from China, China 120 from the United States, billions a year."""


def rebalanced(hit, **changes):
    """China's answer to an act on a share of its exports: (points it announces, its coverage, its cap)."""
    rate, coverage = hit
    rule = rules.Rebalance(implementation=0, **changes)
    _, answer = spiral([act(rate, coverage=coverage)], rules.Passive(), rule, days=4, imports=TRADE)
    assert len(set(answer[1:])) == 1
    return answer[-1] / rule.coverage, rule.coverage


HITS = [(0.1, 0.2), (0.25, 0.4), (0.02, 1.0), (0.34, 0.05)]


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("elasticity", [0.0, 0.7, 1.0, 2.5, 4.0])
@pytest.mark.parametrize("coverage", [1.0, 0.8])
def test_as_much_duty_is_collected(hit, elasticity, coverage):
    sold, bought = 400e9, 120e9
    t, c = rebalanced(hit, elasticity=elasticity, coverage=coverage)
    w = hit[0] * hit[1]
    theirs = w * (1 + w) ** -elasticity * sold
    most = 1 / (elasticity - 1) if elasticity > 1 else np.inf
    can = (most * (1 + most) ** -elasticity if np.isfinite(most) else np.inf) * c * bought
    if elasticity in (0.0, 0.7) or theirs < can:
        assert t * (1 + t) ** -elasticity * c * bought == pytest.approx(theirs, rel=1e-12)
        assert t <= most
    else:
        assert t == 10.0


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("elasticity", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("coverage", [1.0, 0.8])
def test_as_much_trade_is_suppressed(hit, elasticity, coverage):
    sold, bought = 400e9, 120e9
    t, c = rebalanced(hit, by="trade", elasticity=elasticity, coverage=coverage)
    w = hit[0] * hit[1]
    theirs = (1 - (1 + w) ** -elasticity) * sold
    if theirs < c * bought and t < 10:
        assert (1 - (1 + t) ** -elasticity) * c * bought == pytest.approx(theirs, rel=1e-12)
    else:
        assert t == 10.0
        assert theirs > (1 - 11**-elasticity) * c * bought


@pytest.mark.parametrize("by", ["duties", "trade"])
def test_what_the_partner_sells_too_little_for_gets_the_cap(by):
    """No duty collects more than the one at 1 / (e - 1), and none suppresses more trade than there is."""
    hit = (0.5, 1.0)
    t, _ = rebalanced(hit, by=by, elasticity=4.0, cap=0.7)
    assert t == pytest.approx(0.7)
    w = hit[0]
    assert w * (1 + w) ** -4 * 400 > (1 / 3) * (4 / 3) ** -4 * 120
    assert (1 - (1 + w) ** -4) * 400 > 120


def test_between_two_that_rebalance_duties_balance_from_the_first_answer_on():
    """Once China's duties collect what those on it do, the United States see nothing to add to."""
    both = rules.Rebalance(implementation=0)
    one, other = spiral([act(0.05)], both, both, imports=TRADE)
    close(one, 0.05)
    close(other[1:], 0.05 * 400 / 120)
