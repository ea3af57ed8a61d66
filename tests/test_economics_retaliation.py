"""Retaliation: every answer does what it says, or says that it does not."""

import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

from tradesim import economics as ec
from tradesim.economics import levels
from tradesim.errors import InputError

FEW = settings(max_examples=20)
RATE = st.floats(0.0, 2.0)
VALUE = st.floats(0.1, 100.0)
ELASTICITY = st.sampled_from([0.5, 1.0, 1.5, 4.0])
FLOWS = np.array([[900.0, 60.0, 20.0], [30.0, 500.0, 15.0], [25.0, 20.0, 300.0]])
FREE = np.zeros((3, 3))


def attack(level, attacker=0, victim=1):
    tariffs = FREE.copy()
    tariffs[attacker, victim] = level
    return tariffs


@FEW
@given(RATE, VALUE, VALUE, ELASTICITY)
def test_rebalancing_suppresses_the_same(t, x, m, eps):
    answer = ec.rebalancing_tariff(t, x, m, eps)
    lost = x * (1 - (1 + t) ** -eps)
    if answer.converged:
        assert m * (1 - (1 + answer.tariff) ** -eps) == pytest.approx(lost, rel=1e-9, abs=1e-12)
    else:
        assert lost >= m * (1 - 1e-12)
        assert answer.status == ec.Status.INFEASIBLE


@FEW
@given(RATE, VALUE, VALUE, ELASTICITY)
def test_equal_duties_collect_the_same_at_the_lowest_rate(t, x, m, eps):
    answer = ec.equal_duties_tariff(t, x, m, eps)

    def collected(rate):
        return m * rate * (1 + rate) ** -eps

    aim = x * t * (1 + t) ** -eps
    if answer.converged:
        assert collected(answer.tariff) == pytest.approx(aim, rel=1e-9, abs=1e-12)
        assert eps <= 1 or answer.tariff <= (1 + 1e-9) / (eps - 1)
    else:
        assert aim >= collected(1 / (eps - 1) if eps > 1 else 1e12) * (1 - 1e-9)


def test_answers_are_held_to_the_cap():
    answer = ec.rebalancing_tariff(0.5, [5.0, 99.0], 20.0, 2.0, cap=0.3)
    assert answer.tariff.tolist()[1] == 0.3
    assert answer.converged.tolist() == [True, False]
    assert ec.equal_duties_tariff(0.5, 99.0, 20.0, 2.0, cap=0.3).tariff == 0.3
    assert ec.rebalancing_tariff(0.0, 1.0, 0.0, 2.0).tariff == 0.0
    assert ec.equal_duties_tariff(0.0, 1.0, 0.0, 2.0).tariff == 0.0
    assert ec.rebalancing_tariff(0.1, 0.0, 0.0, 2.0).converged
    assert not ec.rebalancing_tariff(0.1, 1.0, 0.0, 2.0).converged


@pytest.mark.parametrize("function", [ec.rebalancing_tariff, ec.equal_duties_tariff])
def test_bad_values_are_refused(function):
    for bad in ((np.nan, 1, 1, 2), (-1.0, 1, 1, 2), (0.1, -1, 1, 2), (0.1, 1, np.inf, 2), (0.1, 1, 1, 0)):
        with pytest.raises(InputError, match="not a number in range"):
            function(*bad)
    with pytest.raises(InputError, match="do not go together"):
        function([0.1, 0.2], [1.0, 1.0, 1.0], 1.0, 2.0)
    with pytest.raises(InputError, match="cap"):
        function(0.1, 1.0, 1.0, 2.0, cap=-1.0)


# By a model ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world():
    return ec.SingleSector(FLOWS, FREE, deficits="purged")


def welfare(world, tariffs, level, victim=1, attacker=0):
    answered = tariffs.copy()
    answered[victim, attacker] += level
    return float(world.solve(answered).welfare[victim])


def test_terms_of_trade_are_as_before(world):
    attacks = np.stack([attack(level) for level in (0.0, 0.05, 0.2)])
    answer = ec.terms_of_trade_tariff(world, attacks, victim=1, attacker=0)
    assert answer.converged.all()
    assert answer.tariff[0] == pytest.approx(0.0, abs=1e-9)
    answered = attacks.copy()
    answered[:, 1, 0] += answer.tariff
    wage = world.solve(answered).wage
    np.testing.assert_allclose(wage[:, 1], wage[:, 0], rtol=1e-9)

    def gap(level):
        tariffs = attacks[2].copy()
        tariffs[1, 0] = level
        hat = world.solve(tariffs).wage
        return hat[1] - hat[0]

    assert answer.tariff[2] == pytest.approx(brentq(gap, 0, 3, xtol=1e-13), rel=1e-8)


def test_the_best_response_is_the_best(world):
    tariffs = attack(0.2)
    answer = ec.best_response_tariff(world, tariffs, victim=1, attacker=0)
    found = minimize_scalar(
        lambda level: -welfare(world, tariffs, level),
        bounds=(0, 2),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert answer.converged
    assert answer.tariff == pytest.approx(found.x, abs=1e-5)
    assert welfare(world, tariffs, answer.tariff) >= -found.fun - 1e-13


def test_welfare_is_restored_where_it_can_be(world):
    small = ec.welfare_restoring_tariff(world, attack(0.03), victim=1, attacker=0)
    assert small.converged
    assert welfare(world, attack(0.03), small.tariff) == pytest.approx(1.0, abs=1e-9)
    assert welfare(world, attack(0.03), 0.99 * small.tariff) < 1
    far = ec.welfare_restoring_tariff(world, attack(1.0), victim=1, attacker=0)
    assert far.status == ec.Status.INFEASIBLE
    best = ec.best_response_tariff(world, attack(1.0), victim=1, attacker=0)
    assert far.tariff == best.tariff
    assert welfare(world, attack(1.0), best.tariff) < 1


class Barely:
    """A world in which welfare comes back at one duty and hardly beyond it."""

    codes, flows = (), np.ones((2, 2))

    def __init__(self, best, spare):
        self.best, self.spare = best, spare

    def solve(self, tariffs):
        welfare = 1.0 + self.spare - (np.asarray(tariffs)[..., 1, 0] - self.best) ** 2
        both = np.stack([welfare, welfare], axis=-1)
        return types.SimpleNamespace(wage=both, welfare=both)


@pytest.mark.parametrize("spare", [1e-3, 1e-5, 1e-9, -1e-9])
def test_welfare_that_can_barely_be_restored_is(spare):
    """However close together the duties are between which welfare is restored."""
    found = ec.welfare_restoring_tariff(Barely(0.3141, spare), np.zeros((2, 2)), victim=1, attacker=0)
    assert found.converged == (spare > 0)
    assert found.tariff == pytest.approx(0.3141 - np.sqrt(max(spare, 0.0)), abs=1e-6)


def test_the_cap_is_said_to_bind(world):
    answer = ec.best_response_tariff(world, attack(0.2), 1, 0, cap=0.05)
    assert (answer.tariff, answer.status) == (pytest.approx(0.05), ec.Status.INFEASIBLE)
    answer = ec.terms_of_trade_tariff(world, attack(0.5), 1, 0, cap=0.05)
    assert (answer.tariff, answer.converged) == (0.05, False)


def test_other_models_answer_too():
    model = ec.ServicesModel(FLOWS, 0.2)
    answer = ec.terms_of_trade_tariff(model, attack(0.1), victim=1, attacker=0)
    named = ec.ServicesModel(FLOWS, 0.2, codes=["USA", "CHN", "MEX"])
    assert ec.terms_of_trade_tariff(named, attack(0.1), "CHN", "USA").tariff == answer.tariff
    tariffs = attack(0.1)
    tariffs[1, 0] = answer.tariff
    wage = model.solve(tariffs).wage
    assert wage[0] == pytest.approx(wage[1], rel=1e-9)


def test_what_the_model_cannot_solve_is_stalled(world, monkeypatch):
    monkeypatch.setattr(
        ec.SingleSector,
        "solve",
        lambda _, tariffs: type("O", (), {"welfare": np.full(tariffs.shape[:-1], np.nan)})(),
    )
    assert ec.best_response_tariff(world, attack(0.2), 1, 0).status == ec.Status.STALLED


@pytest.mark.parametrize(
    ("victim", "attacker", "said"),
    [(3, 0, "victim: unknown economy"), (1, "USA", "attacker: unknown economy"), (1, 1, "on both sides")],
)
def test_bad_sides_are_refused(world, victim, attacker, said):
    for function in (ec.terms_of_trade_tariff, ec.best_response_tariff, ec.welfare_restoring_tariff):
        with pytest.raises(InputError, match=said):
            function(world, attack(0.1), victim, attacker)


# Search ----------------------------------------------------------------------------------------------


@FEW
@given(st.lists(st.floats(0.0, 4.9), min_size=1, max_size=4))
def test_roots_and_tops_are_found(places):
    at = np.array(places)[:, None]
    root, found = levels.first_root(lambda x: np.tanh(x - at), (len(places),), 5.0)
    assert found.all()
    np.testing.assert_allclose(root, at[:, 0], atol=1e-9)
    top = levels.highest(lambda x: -np.abs(x - at), (len(places),), 5.0)
    np.testing.assert_allclose(top, at[:, 0], atol=1e-7)


def test_a_function_that_is_unknown_has_no_root():
    _, found = levels.first_root(lambda x: np.where(x > 1, 1.0, np.nan), (), 5.0)
    assert not found


# Elasticities ----------------------------------------------------------------------------------------


def test_elasticities_close_the_gap():
    path = ec.elasticity_after(np.arange(4), short_run=2.0, long_run=8.0)
    np.testing.assert_allclose(np.diff(path) / (8 - path[:-1]), 0.25)
    assert ec.elasticity_after(0) == 2.5
    for bad in ({"years": -1}, {"years": 0, "closed": 1.5}, {"years": 0, "short_run": 0}):
        with pytest.raises(InputError):
            ec.elasticity_after(**bad)


# Where nothing depends on the answer -----------------------------------------------------------------

APART = np.array([[900.0, 60.0, 0.0], [60.0, 500.0, 15.0], [0.0, 15.0, 300.0]])
"""0 and 2 do not trade with each other."""


@pytest.mark.parametrize("kind", ["single", "services"])
def test_a_best_response_on_goods_that_nobody_buys_is_no_optimum(kind):
    models = {
        "single": ec.SingleSector(APART, FREE),
        "services": ec.ServicesModel(APART, 0.2),
    }
    answer = ec.best_response_tariff(models[kind], attack(0.3, attacker=1, victim=0), victim=0, attacker=2)
    assert (answer.tariff, answer.status, answer.converged) == (0.0, ec.Status.FLAT, False)
    known = ec.best_response_tariff(models[kind], attack(0.3, attacker=1, victim=0), victim=0, attacker=1)
    assert known.converged
    assert known.tariff > 0.1


def test_of_many_attacks_those_that_leave_nothing_to_choose_are_told_apart():
    attacks = np.stack([attack(0.3), attack(0.3)])
    attacks[1, 1, 0] = 1e6  # the victim's own duty has shut the trade off: (1 + 1e6)^-4
    answer = ec.best_response_tariff(ec.SingleSector(FLOWS, FREE), attacks, victim=1, attacker=0, cap=0.5)
    assert answer.status.tolist() == [ec.Status.CONVERGED, ec.Status.FLAT]
    assert answer.tariff[1] == 0.0


def test_what_is_already_restored_needs_no_duty_though_none_matters():
    world = ec.SingleSector(APART, FREE)
    assert ec.welfare_restoring_tariff(world, FREE, victim=0, attacker=2).converged
    lost = ec.welfare_restoring_tariff(world, attack(0.3, attacker=1, victim=0), victim=0, attacker=2)
    assert (lost.tariff, lost.status) == (0.0, ec.Status.INFEASIBLE)
