"""Shocks: sizes against scipy and closed forms, how often new acts arrive, and every refusal."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from tradesim import rules
from tradesim.economies import Economies
from tradesim.errors import InputError
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import CELLS, Shock, Size
from tradesim.truces import Truce

TENTH = Size("fixed", value=0.1)
MANY = 4_000


def shock(**changes):
    given = {"importer": "USA", "exporter": "CHN", "rate": 12.0, "size": TENTH}
    return Shock(**(given | changes))


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def war(*shocks, days=60, codes=("USA", "CHN"), **more):
    schedule = Schedule([], Economies(codes))
    end = np.datetime64("2025-01-01") + days
    return Scenario(name="war", start="2025-01-01", end=end, schedule=schedule, shocks=shocks, **more)


def charged(*shocks, draws=1, seed=1, **more):
    """What the United States charge China, (draws, days)."""
    return war(*shocks, **more).run(draws, seed).duty[:, :, 0, 1]


# Sizes -----------------------------------------------------------------------------------------------

LEVELS = np.array([0.0, 0.01, 0.3, 0.5, 0.99])
DISTRIBUTIONS = {
    Size("expon", scale=0.1): stats.expon(scale=0.1),
    Size("lognorm", s=0.5, scale=0.1): stats.lognorm(s=0.5, scale=0.1),
    Size("gamma", a=2.0, scale=0.05): stats.gamma(a=2.0, scale=0.05),
    Size("uniform", loc=0.05, scale=0.2): stats.uniform(loc=0.05, scale=0.2),
    Size("beta", a=0.7, b=2.5, scale=0.5): stats.beta(a=0.7, b=2.5, scale=0.5),
}


@pytest.mark.parametrize("size", DISTRIBUTIONS, ids=str)
def test_quantiles_are_scipy_s(size):
    assert size.quantiles(LEVELS).tolist() == DISTRIBUTIONS[size].ppf(LEVELS).tolist()


@pytest.mark.parametrize("size", DISTRIBUTIONS, ids=str)
def test_the_table_has_the_quantiles_of_every_cell(size):
    table, expected = size.table(), DISTRIBUTIONS[size].ppf(np.arange(CELLS + 1) / CELLS)
    assert table.shape == (CELLS + 1,)
    assert np.array_equal(table[:-1], expected[:-1])
    assert (np.diff(table) >= 0).all()
    if not np.isfinite(expected[-1]):
        assert table[-1] == DISTRIBUTIONS[size].ppf(1 - 1 / 32768)
    middle = np.interp(0.5, np.arange(CELLS + 1) / CELLS, table)
    assert middle == pytest.approx(DISTRIBUTIONS[size].median(), rel=1e-6)


def test_a_fixed_size_is_one():
    assert Size("fixed", value=0.25).quantiles(LEVELS).tolist() == 5 * [0.25]
    assert (Size(value=0.25).table() == 0.25).all()


def test_a_table_is_shared_and_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        TENTH.table()[0] = 1.0


def test_a_size_is_comparable_hashable_and_says_what_it_is():
    one = Size("lognorm", s=0.5, scale=0.1)
    assert one == Size("lognorm", scale=0.1, s=0.5) != Size("lognorm", s=0.5, scale=0.2)
    assert hash(one) == hash(Size("lognorm", scale=0.1, s=0.5))
    assert repr(one) == "Size(lognorm: s=0.5, scale=0.1)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.distribution = "expon"


# Arrivals --------------------------------------------------------------------------------------------


def test_as_many_arrive_as_in_a_poisson_process():
    """36.525 a year over 60 days: six on average, and as many as variance."""
    level = charged(shock(rate=36.525), draws=MANY)[:, -1]
    counts = np.rint(level / 0.1).astype(int)
    np.testing.assert_allclose(level, 0.1 * counts, atol=1e-12)
    cells = np.arange(13)
    expected = np.append(stats.poisson.pmf(cells[:-1], 6), stats.poisson.sf(11, 6)) * MANY
    found = np.array([*(np.sum(counts == k) for k in cells[:-1]), np.sum(counts > 11)])
    assert stats.chisquare(found, expected).pvalue > 1e-4


def test_they_arrive_on_any_day_alike():
    steps = np.diff(charged(shock(rate=36.525), draws=MANY), axis=1, prepend=0.0)
    assert stats.chisquare(np.rint(steps / 0.1).sum(axis=0)).pvalue > 1e-4


def test_sizes_are_drawn_from_their_distribution():
    """The first of each draw; two on one day are too few to matter."""
    level = charged(shock(rate=2, size=Size("gamma", a=2.0, scale=0.05)), draws=MANY)
    some = level[level[:, -1] > 0]
    sizes = some[np.arange(len(some)), (some > 0).argmax(axis=1)]
    assert len(sizes) > 1000
    assert stats.kstest(sizes, stats.gamma(a=2.0, scale=0.05).cdf).pvalue > 1e-4


def test_a_lag_of_all_days_but_one_is_charged_on_the_last():
    busy = {"rate": 366, "coverage": 0.5}
    at_once, late = (charged(shock(**busy, implementation=lag), draws=9, days=5) for lag in (0, 4))
    np.testing.assert_allclose(late[:, 4], at_once[:, 0], atol=1e-15)
    assert late[:, 4].any()
    short = charged(shock(**busy, days=4), draws=9, days=5)
    np.testing.assert_allclose(short[:, 4], at_once[:, 4] - at_once[:, 0], atol=1e-12)


def test_no_arrivals_at_a_rate_of_0():
    assert not charged(shock(rate=0), draws=20).any()


def days_of_change(level):
    return np.flatnonzero(np.diff(level, prepend=0.0)).tolist()


def test_a_shock_is_charged_after_its_implementation_on_its_coverage_and_for_its_days():
    at_once = charged(shock(rate=6))[0]
    late = charged(shock(rate=6, implementation=5))[0]
    partly = charged(shock(rate=6, coverage=0.25))[0]
    first = days_of_change(at_once)[0]
    assert first < 55
    np.testing.assert_allclose(late[5:], at_once[:-5], atol=1e-15)
    assert not late[:5].any()
    np.testing.assert_allclose(partly, 0.25 * at_once, atol=1e-15)
    short = charged(shock(rate=6, days=3))[0]
    gone = np.concatenate([np.zeros(3), at_once[:-3]])
    np.testing.assert_allclose(short, at_once - gone, atol=1e-12)
    both = charged(shock(rate=6, days=3, implementation=1))[0]
    assert both.max() <= short.max()
    assert (both > 0).sum() < (short > 0).sum()
    assert not charged(shock(rate=6, days=3, implementation=3)).any()


def test_a_stream_never_exceeds_its_most():
    level = charged(shock(rate=100, most=0.25))[0]
    assert level.max() == 0.25
    assert set(level.round(12)) <= {0.0, 0.1, 0.2, 0.25}
    ends = charged(shock(rate=100, most=0.25, days=4), draws=50)
    assert ends.max() == pytest.approx(0.25)


def test_streams_of_one_pair_add_up_and_have_chances_of_their_own():
    one, other = shock(name="one"), shock(name="other", size=Size("fixed", value=0.02))
    together = charged(one, other, draws=5)
    np.testing.assert_allclose(together, charged(one, draws=5) + charged(other, draws=5), atol=1e-12)
    assert np.array_equal(together.round(12), charged(other, one, draws=5).round(12))
    assert days_of_change(charged(one)[0]) != days_of_change(charged(other)[0])


def test_a_shock_is_announced_when_it_arrives_and_answered():
    scenario = war(shock(rate=6, implementation=9), rules={"CHN": rules.Match(reaction=2, implementation=0)})
    at_once, paths = charged(shock(rate=6))[0], scenario.run(1, 1)
    np.testing.assert_allclose(paths.duty[0, 2:, 1, 0], at_once[:-2], atol=1e-12)
    np.testing.assert_allclose(paths.duty[0, 9:, 0, 1], at_once[:-9], atol=1e-12)


def test_a_truce_suspends_its_share_of_shocks():
    truce = Truce(name="t", parties=("USA", "CHN"), start="2025-01-11", end="2025-02-10", surcharges=0.75)
    free, held = charged(shock(), draws=3), charged(shock(), draws=3, truces=[truce])
    share = np.ones(60)
    share[10:40] = 0.25
    np.testing.assert_allclose(held, free * share, atol=1e-15)
    assert free[:, 10:40].any()


def test_a_longer_horizon_has_the_same_arrivals_first():
    assert np.array_equal(charged(shock(), days=90, draws=9)[:, :60], charged(shock(), draws=9))


# What is kept ----------------------------------------------------------------------------------------


def test_defaults():
    kept = shock()
    assert (kept.name, kept.coverage, kept.implementation, kept.days, kept.most) == (
        "USA-CHN",
        1.0,
        0,
        None,
        10.0,
    )
    assert shock(name="tweets").name == "tweets"


def test_a_shock_is_frozen_comparable_and_hashable():
    assert shock() == shock(size=Size(value=0.1)) != shock(rate=1)
    assert hash(shock()) == hash(shock())
    with pytest.raises(dataclasses.FrozenInstanceError):
        shock().rate = 3


def test_the_ends_of_every_range_are_allowed():
    shock(rate=0, coverage=0, implementation=0, most=0, days=1)
    shock(rate=366, coverage=1, implementation=100_000, most=10, days=100_000)
    Size(value=0)
    Size(value=10)
    Size("uniform", loc=0.0, scale=0.1)


# Refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Size("lognormal", s=0.5),
            "size: unknown distribution; got 'lognormal'; allowed: ",
        ),
        (lambda: Size("norm"), "size: norm: sizes below 0; allowed: a distribution of numbers of 0 or more"),
        (
            lambda: Size("uniform", loc=-0.1, scale=0.2),
            "size: uniform: sizes below 0; got loc = -0.1, scale = 0.2; allowed: a distribution of numbers of ",  # noqa: E501
        ),
        (
            lambda: Size("lognorm", scale=0.1),
            "size: lognorm: parameters are missing; got s; allowed: s, loc, scale",
        ),
        (
            lambda: Size("lognorm", s=0.5, sigma=0.1),
            "size: lognorm: unknown parameter; got 'sigma'; allowed: loc, s, scale",
        ),
        (
            lambda: Size("gamma", a=-1.0),
            "size: gamma: parameters that the distribution does not allow; got a = -1.0",
        ),
        (
            lambda: Size("expon", scale=0.0),
            "size: expon: parameters that the distribution does not allow; got scale = 0.0",
        ),
        *(
            (
                lambda value=given: Size("expon", scale=value),
                f"size: scale: not a number; got {given!r}; allowed: a finite number",
            )
            for given in (float("nan"), float("inf"), "0.1", True, None)
        ),
        (
            Size,
            "size: a fixed size has a value; got nothing; allowed: value, a fraction between 0 and 10",
        ),
        (
            lambda: Size("fixed", value=11),
            "size: a fixed size has a value; got value = 11; allowed: value, a fraction between 0 and 10",
        ),
        (
            lambda: Size("fixed", value=0.1, scale=2),
            "size: a fixed size has a value; got value = 0.1, scale = 2; allowed: value, a fraction between",
        ),
        (lambda: Size(["expon"]), "size: unknown distribution; got \"['expon']\"; allowed: "),
        (lambda: Size(3), "size: unknown distribution; got '3'; allowed: "),
        (lambda: Size("ppf"), "size: unknown distribution; got 'ppf'; allowed: "),
        (lambda: Size("poisson", mu=3), "size: unknown distribution; got 'poisson'; allowed: "),
    ],
)
def test_a_size_that_is_none(call, message):
    assert refusal(call).startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "shock ' ': name: name is missing; got ' '; allowed: a text that is not empty"),
        ({"name": 3}, "shock 3: name: name is missing; got 3; allowed: a text that is not empty"),
        ({"importer": "usa"}, "shock 'usa-CHN': importer: not an economy code; got 'usa'; allowed: an ISO"),
        ({"exporter": 3}, "shock 'USA-3': exporter: not an economy code; got 3; allowed: an ISO"),
        ({"exporter": "USA"}, "shock 'USA-USA': exporter: charges itself; got 'USA'; allowed: another eco"),
        ({"size": 0.1}, "shock 'USA-CHN': size: not a size; got 0.1; allowed: Size(distribution='expon', sc"),
    ],
)
def test_a_shock_that_makes_no_sense(changes, message):
    assert refusal(lambda: shock(**changes)).startswith(message)


@pytest.mark.parametrize(("name", "most"), [("rate", 366), ("coverage", 1), ("most", 10)])
@pytest.mark.parametrize("value", [-0.1, 367, float("nan"), "1", True, None])
def test_a_number_lies_in_its_range(name, most, value):
    assert refusal(lambda: shock(**{name: value})) == (
        f"shock 'USA-CHN': {name}: out of range; got {value!r}; allowed: a number between 0 and {most}"
    )


@pytest.mark.parametrize(("name", "least"), [("implementation", 0), ("days", 1)])
@pytest.mark.parametrize("value", [-1, 1.0, "3", True, 100_001])
def test_days_are_whole(name, least, value):
    assert refusal(lambda: shock(**{name: value})) == (
        f"shock 'USA-CHN': {name}: not a number of days; got {value!r}; "
        f"allowed: a whole number, {least} to 100000"
    )


def test_every_problem_is_reported():
    found = refusal(lambda: shock(importer="x", rate=-1, size=None, days=0))
    assert [line.split(": ")[1] for line in found.splitlines()] == ["importer", "rate", "size", "days"]
