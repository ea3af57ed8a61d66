"""Numbers that are given as Python objects: each is used as what it is, or refused in words."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tradesim as ts
from tradesim import economics as ec
from tradesim import rules, scenarios
from tradesim.conversion import is_number, own, real, real_in, shown, whole
from tradesim.errors import InputError
from tradesim.events import Effect, Outcome
from tradesim.impacts import Costs
from tradesim.measures import Measure
from tradesim.shocks import Shock, Size
from tradesim.sweeps.design import design_of
from tradesim.sweeps.setup import Asked, setup_of
from tradesim.truces import Truce

HUGE, BEYOND_PRINT = 10**400, 10**5000
BAD = [
    HUGE,
    -HUGE,
    BEYOND_PRINT,
    Fraction(HUGE, 3),
    Decimal("1e400"),
    Decimal("sNaN"),
    Decimal("NaN"),
    math.inf,
    -math.inf,
    math.nan,
    np.float64("nan"),
    np.longdouble("inf"),
    True,
    np.True_,
    "0.25",
    "1_0",
    b"1",
    1j,
    [HUGE],
    [0.25],
    {},
    np.array([0.25, 0.5]),
    object(),
]
SCALARS = [0.25, np.float32(0.25), np.float16(0.25), np.float64(0.25), Decimal("0.25"), Fraction(1, 4)]
SAME = [*SCALARS, np.array(0.25)]
QUIET = {"draws": 2, "bins": 64, "progress": False}


def names(values):
    return [f"{type(value).__name__} {k}" for k, value in enumerate(values)]


# What is a number ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", BAD, ids=names(BAD))
def test_what_is_none_is_none(value):
    assert real(value) is None
    assert real_in(value, -math.inf, math.inf) is None
    if not isinstance(value, int) or isinstance(value, bool):
        assert whole(value) is None
    assert isinstance(shown(value), str)
    assert len(shown(value)) < 300


@pytest.mark.parametrize("value", SAME)
def test_every_kind_of_number_is_the_same_float(value):
    assert real(value) == 0.25
    assert type(real(value)) is float
    assert type(own(value)) is float


@given(st.integers())
def test_whole_numbers_are_themselves_and_as_floats_the_nearest(value):
    assert whole(value) == value
    assert real(value) == float(value)
    assert own(np.int64(value % 2**62)) == value % 2**62


@given(st.integers(min_value=1, max_value=5000), st.sampled_from([-1, 0, 1]))
def test_digits_are_counted_without_writing_them(digits, beside):
    value = 10**digits + beside
    if value >= 10**30 and str(10**4000):
        many = digits + (beside >= 0)
        assert shown(value) == f"a whole number of {many:,} digits"
        assert shown(-value) == f"minus a whole number of {many:,} digits"


@given(st.floats(allow_nan=True))
def test_floats_are_kept_or_refused(value):
    found = real(value)
    assert found == value if math.isfinite(value) else found is None
    assert real(value, ends=True) == value or math.isnan(value)
    assert is_number(value)


# Wherever a number goes ------------------------------------------------------------------------------

OCTOBER = scenarios.load("us-china-2025-10")
RECORD = ts.datasets.load("us-china")
FLOWS = np.array([[5.0, 1.0], [1.0, 5.0]])
WORLD = ec.SingleSector(FLOWS, np.zeros((2, 2)), elasticity=4.0)
SUMMIT = {"importer": "USA", "exporter": "CHN"}


def measure(**values):
    return Measure(name="a", **SUMMIT, authority="x", effective="2025-01-01", **{"rate": 0.1, **values})


def shock(**values):
    return Shock(**SUMMIT, **{"rate": 1, "size": Size(value=0.1), **values})


def truce(**values):
    given = {"start": "2025-08-12", "end": "2025-11-10", **values}
    return Truce(name="t", parties=("USA", "CHN"), **given)


def asked(**values):
    return setup_of({"": OCTOBER}, design_of({}), Asked(**{"draws": 10, "bins": 64, **values}), None)


PLACES = {
    "measure.rate": lambda v: measure(rate=v),
    "measure.coverage": lambda v: measure(coverage=v),
    "size.value": lambda v: Size(value=v),
    "size.scale": lambda v: Size("expon", scale=v),
    "size.loc": lambda v: Size("expon", loc=v),
    "shock.rate": lambda v: shock(rate=v),
    "shock.coverage": lambda v: shock(coverage=v),
    "shock.most": lambda v: shock(most=v),
    "truce.surcharges": lambda v: truce(surcharges=v),
    "truce.renewal": lambda v: truce(renewal=v),
    "truce.breach": lambda v: truce(breach=v),
    "truce.tolerance": lambda v: truce(tolerance=v),
    "outcome.slopes": lambda v: Outcome(name="a", probability=1.0, slopes={"duty.USA-CHN": v}),
    "outcome.probability": lambda v: Outcome(name="a", probability=v),
    "effect.rate": lambda v: Effect(action="set_rate", target="a", rate=v),
    "match.ratio": lambda v: rules.Match(ratio=v),
    "match.cap": lambda v: rules.Match(cap=v),
    "match.coverage": lambda v: rules.Match(coverage=v),
    "match.tolerance": lambda v: rules.Match(tolerance=v),
    "match.forgiveness": lambda v: rules.Match(forgiveness=v),
    "match.diversion": lambda v: rules.Match(diversion=v),
    "match.equivalent": lambda v: rules.Match(instrument="fee", equivalent=v),
    "rebalance.elasticity": lambda v: rules.Rebalance(elasticity=v),
    "counter.step": lambda v: rules.Counter(step=v),
    "custom.parameters": lambda v: rules.Custom(function=lambda *a: (a[0], a[4]), parameters=(v,)),
    "best response.elasticity": lambda v: rules.BestResponse(elasticity=v),
    "with_.ratio": lambda v: OCTOBER.with_({"rules.CHN.ratio": v}),
    "with_.odds": lambda v: OCTOBER.with_({"events.summit.deal": v}),
    "uniform.low": lambda v: ts.uniform(v, 2.0),
    "uniform.high": lambda v: ts.uniform(-1.0, v),
    "loguniform.low": lambda v: ts.loguniform(v, 2.0),
    "triangular.mode": lambda v: ts.triangular(0.0, v, 1.0),
    "normal.mean": lambda v: ts.normal(v, 0.2),
    "normal.sd": lambda v: ts.normal(0.0, v),
    "beta.a": lambda v: ts.beta(v, 2),
    "beta.high": lambda v: ts.beta(2, 2, high=v),
    "choice.odds": lambda v: ts.choice(["a", "b"], odds=[v, 1]),
    "over.values": lambda v: ts.sweep(
        OCTOBER, {"rules.CHN.ratio": [0.5, v]}, draws=2, bins=64, progress=False
    ),
    "sweep.top": lambda v: asked(top=v),
    "sweep.levels": lambda v: asked(levels=[v]),
    "elasticity": lambda v: ec.SingleSector(FLOWS, np.zeros((2, 2)), elasticity=v),
    "flows": lambda v: ec.SingleSector([[5.0, v], [1.0, 5.0]], np.zeros((2, 2)), elasticity=4.0),
    "tariffs": lambda v: WORLD.solve([[0.0, v], [0.0, 0.0]]),
    "imports": lambda v: ts.Economies(["USA", "CHN"], [[0.0, v], [1.0, 0.0]]),
    "gdp": lambda v: ts.Economies(["USA", "CHN"], FLOWS, gdp=[1.0, v]),
    "average.elasticity": lambda v: ts.averages.compare(RECORD, "2025-04-10", elasticity=v),
}
TABLES = {"flows", "tariffs", "imports", "gdp"}
"""Here a truth value or a text of a number is a cell, which numpy reads."""


@pytest.mark.parametrize("value", BAD, ids=names(BAD))
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_number_is_refused_in_words_wherever_it_goes(place, value):
    if (place in TABLES and not isinstance(value, int | Fraction | Decimal)) or (
        place in TABLES and isinstance(value, bool)
    ):
        pytest.skip("tables are checked where they are read")
    with pytest.raises(InputError) as error:
        PLACES[place](value)
    assert len(str(error.value)) < 3000


@pytest.mark.parametrize("value", SCALARS, ids=names(SCALARS))
@pytest.mark.parametrize("place", PLACES)
def test_every_kind_of_number_is_taken_wherever_it_goes(place, value):
    if place in {"best response.elasticity", "rebalance.elasticity"}:
        pytest.skip("a quarter is too small there")
    PLACES[place](value)


@pytest.mark.parametrize("value", SAME, ids=lambda v: type(v).__name__)
def test_kinds_of_numbers_make_equal_descriptions(value):
    assert rules.Match(ratio=value) == rules.Match(ratio=0.25)
    assert type(rules.Match(ratio=value).ratio) is float
    assert shock(rate=value) == shock(rate=0.25)
    assert truce(renewal=value) == truce(renewal=0.25)
    assert measure(rate=value) == measure(rate=0.25)
    assert Size(value=value) == Size(value=0.25)
    assert OCTOBER.with_({"rules.CHN.ratio": value}).to_toml is not None


WHOLE = {
    "rule.reaction": lambda v: rules.Match(reaction=v),
    "rule.implementation": lambda v: rules.Match(implementation=v),
    "shock.implementation": lambda v: shock(implementation=v),
    "shock.days": lambda v: shock(days=v),
    "truce.days": lambda v: truce(end=None, days=v),
    "truce.renewals": lambda v: truce(renewals=v),
    "truce.renewal_days": lambda v: truce(renewal_days=v),
    "truce.start_spread": lambda v: truce(start_spread=v),
    "run.draws": lambda v: OCTOBER.run(draws=v),
    "run.seed": lambda v: OCTOBER.run(seed=v),
    "run.threads": lambda v: OCTOBER.run(threads=v),
    "sweep.draws": lambda v: asked(draws=v),
    "sweep.seed": lambda v: asked(seed=v),
    "sweep.bins": lambda v: asked(bins=v),
    "sweep.block": lambda v: asked(block=v),
    "integers.low": lambda v: ts.integers(v, 10**9),
    "integers.high": lambda v: ts.integers(-5, v),
    "costs.solved_at_most": lambda v: Costs(WORLD).posed(
        OCTOBER.grid.days, ("USA", "CHN"), np.ones((2, 2)), v
    ),
}
NO_WHOLE = [
    HUGE, -HUGE, BEYOND_PRINT, math.inf, math.nan, True, "1", 0.5, 1j, [1], Decimal("1.5"),
]  # fmt: skip


@pytest.mark.parametrize("value", NO_WHOLE, ids=names(NO_WHOLE))
@pytest.mark.parametrize("place", sorted(WHOLE.keys() - {"costs.solved_at_most"}))
def test_what_is_no_whole_number_is_refused_in_words(place, value):
    with pytest.raises(InputError) as error:
        WHOLE[place](value)
    assert len(str(error.value)) < 3000


@pytest.mark.parametrize("value", [np.int64(2), np.uint8(2), np.int32(2)], ids=lambda v: type(v).__name__)
@pytest.mark.parametrize(
    "place", [place for place in WHOLE if place not in {"sweep.block", "costs.solved_at_most"}]
)
def test_whole_numbers_of_numpy_are_taken(place, value):
    WHOLE[place](value)


def test_a_huge_number_in_a_file_is_a_problem_with_its_line(tmp_path):
    text = OCTOBER.to_toml(tmp_path / "a.toml").read_text(encoding="utf-8")
    for digits in (400, 5000):
        (tmp_path / "b.toml").write_text(
            text.replace("cap = 1.25", f"cap = {'9' * digits}", 1), encoding="utf-8"
        )
        with pytest.raises(InputError, match=r"b\.toml:\d+"):
            ts.Scenario.from_toml(tmp_path / "b.toml")
