"""Climbing, settling and Newton's method, on problems whose answers are known."""

import numpy as np
import pytest

from tradesim.economics.climb import UnsolvedError, climb
from tradesim.economics.full_newton import full_newton
from tradesim.economics.settling import _Past, settle

# Climb -----------------------------------------------------------------------------------------------


def hill(tops, weights):
    """A function with its top at ``tops``, as steep along each coordinate as its weight."""

    def function(x):
        return -float(weights @ (x - tops) ** 2), -2 * weights * (x - tops)

    return function


@pytest.mark.parametrize("spread", [0, 8])
def test_coordinates_that_matter_little_are_found_too(spread):
    rng = np.random.default_rng(0)
    tops, weights = rng.uniform(0.2, 2, 40), 10.0 ** -rng.uniform(0, spread, 40)
    top = climb(hill(tops, weights), np.ones(40), 2 * weights, (0.0, 10.0))
    np.testing.assert_allclose(top.point, tops, atol=1e-6)
    assert top.evaluations < 12
    assert top.slack < 1e-7
    assert top.unsolved == 0


def test_a_top_outside_the_box_leaves_no_slack():
    top = climb(hill(np.array([-1.0, 0.5, 3.0]), np.ones(3)), np.full(3, 0.6), np.ones(3), (0.0, 2.0))
    np.testing.assert_allclose(top.point, [0.0, 0.5, 2.0], atol=1e-7)
    assert top.slack < 1e-6
    assert top.height == pytest.approx(-2)


def test_steps_may_run_out():
    seen = []
    top = climb(
        hill(np.array([0.3, 0.7]), np.array([1.0, 100.0])),
        np.ones(2),
        np.ones(2),
        (0.0, 1.0),
        steps=2,
        seen=lambda step, height: seen.append((step, height)),
    )
    assert top.slack > 1e-3
    assert [step for step, _ in seen] == list(range(1, top.evaluations + 1))
    assert top.height == max(height for _, height in seen)


def test_a_point_without_value_ends_the_climb_at_the_best_before():
    def function(x):
        if x[0] > 0.8:
            raise UnsolvedError(3)
        return float(x[0]), np.ones(1)

    top = climb(function, np.array([0.1]), np.ones(1), (0.0, 1.0))
    assert top.unsolved == 3
    assert top.point[0] <= 0.8


# Settle ----------------------------------------------------------------------------------------------


def test_linear_sweeps_settle_in_as_many_steps_as_unknowns():
    rng = np.random.default_rng(1)
    turn, shift = rng.normal(size=(2, 4, 4)), rng.normal(size=(2, 4))

    def sweep(z, scenarios):
        to = (turn[scenarios] @ z[..., None])[..., 0] + shift[scenarios]
        return to, np.abs(to - z).max(axis=1)

    point, missed = settle(sweep, np.zeros((2, 4)), 1e-8, 9)
    assert missed.max() <= 1e-8
    np.testing.assert_allclose(point, np.linalg.solve(np.eye(4) - turn, shift[..., None])[..., 0], atol=1e-6)


def test_each_scenario_stops_by_itself():
    rates = np.array([0.0, 0.99, np.nan, 0.5])
    asked = []

    def sweep(z, scenarios):
        asked.append(scenarios.tolist())
        to = np.cos(z) * rates[scenarios, None]
        return to, np.abs(to - z).max(axis=1)

    point, missed = settle(sweep, np.ones((4, 1)), 1e-12, 100)
    assert asked[0] == [0, 1, 2, 3]
    assert asked[1] == [0, 1, 3]
    assert 0 not in asked[3]
    assert np.isnan(missed[2])
    for k in (0, 1, 3):
        assert point[k, 0] == pytest.approx(np.cos(point[k, 0]) * rates[k], abs=1e-12)
        alone, _ = settle(lambda z, _, k=k: sweep(z, np.array([k])), np.ones((1, 1)), 1e-12, 100)
        assert alone[0, 0] == point[k, 0]


def test_a_setback_forgets_what_led_to_it():
    past, rng = _Past.empty(1, 3), np.random.default_rng(0)
    points, leads = rng.normal(size=(2, 4, 1, 3))
    mixed = [
        past.mixed(at, to, np.array([miss]))
        for at, to, miss in zip(points, leads, (1, 0.5, 4, 9), strict=True)
    ]
    np.testing.assert_array_equal(mixed[0], leads[0])
    assert np.abs(mixed[2] - leads[2]).max() > 1e-3
    np.testing.assert_allclose(mixed[3], leads[3], atol=1e-12)


# Newton ----------------------------------------------------------------------------------------------


def test_many_systems_are_solved_each_to_its_own_answer():
    rng = np.random.default_rng(2)
    target = rng.uniform(0.01, 100, (50, 3))

    def errors(z, k):
        together = z.sum(axis=1, keepdims=True) - np.log(target[k]).sum(axis=1, keepdims=True)
        return np.exp(z) / target[k] - 1 + 0.01 * together

    def slopes(z, k):
        return (np.exp(z) / target[k])[..., None] * np.eye(3) + 0.01

    root = full_newton(errors, slopes, np.zeros((50, 3)), tolerance=1e-12, steps=60)
    np.testing.assert_allclose(np.exp(root), target, rtol=1e-9)


def test_steps_that_overshoot_are_halved():
    root = full_newton(
        lambda z, _: np.arctan(10 * z),
        lambda z, _: (10 / (1 + (10 * z) ** 2))[..., None],
        np.full((1, 1), 0.3),
        tolerance=1e-12,
        steps=40,
    )
    assert root[0, 0] == pytest.approx(0, abs=1e-12)


def test_a_flat_direction_is_left_alone():
    def errors(z, _):
        return np.stack([np.expm1(z[:, 0] + z[:, 1]), np.zeros(len(z))], axis=1)

    def slopes(z, _):
        rise = np.exp(z[:, 0] + z[:, 1])
        return np.stack([np.stack([rise, rise], -1), np.zeros((len(z), 2))], axis=1)

    root = full_newton(errors, slopes, np.array([[1.0, 0.0]]), tolerance=1e-12, steps=40)
    assert root[0] == pytest.approx([0.5, -0.5])


def test_arithmetic_that_breaks_down_is_given_up():
    with np.errstate(all="ignore"):
        root = full_newton(
            lambda z, k: np.where(k[:, None] == 0, np.nan, z),
            lambda z, _: np.zeros((len(z), 1, 1)) + np.where(z > 0.5, np.nan, 0.0)[..., None],
            np.ones((2, 1)),
            tolerance=1e-12,
            steps=5,
        )
    assert root[0, 0] == 1.0
    assert np.isnan(root[1, 0])
