"""Interpolation of impacts: errors are measured, kept below what is asked for, or every row is solved."""

import numpy as np
import pytest

from tradesim.economics import SingleSector, Status
from tradesim.impacts.consequences import Consequences
from tradesim.impacts.interpolation import Accuracy, interpolated
from tradesim.impacts.matching import match
from tradesim.impacts.solving import Worlds

CODES = ("USA", "CHN", "JPN", "MEX")
FLOWS = np.array([[80.0, 9, 4, 7], [5, 90, 6, 1], [3, 8, 60, 1], [9, 2, 1, 20]]) * 1e9
MODEL = SingleSector(FLOWS, np.zeros((4, 4)), codes=CODES)
ALL = ~np.eye(3, dtype=bool)
PAIRS = match(CODES, MODEL.tariffs, ("USA", "CHN", "ROW"), ALL)


def duties(draws, moving, seed=0, top=1.2):
    """Duties of 500 draws and more on 20 dates, of which some pairs move at random, (S, 20, 3, 3)."""
    chance = np.random.default_rng(seed)
    duty = np.zeros((draws, 20, 3, 3))
    duty[:, :, 0, 2] = 0.05
    for i, j in moving:
        duty[:, :, i, j] = chance.uniform(0, top, (draws, 20))
    return duty


@pytest.mark.parametrize("moving", [[(0, 1)], [(0, 1), (1, 0)], [(0, 1), (1, 0), (0, 2)]])
def test_welfare_is_met_on_500_random_draws(moving):
    duty = duties(500, moving)
    direct = Consequences(MODEL, PAIRS, solved_at_most=10**9)(duty)
    found = Consequences(MODEL, PAIRS, solved_at_most=100)(duty)
    assert len(found.accuracy) == 1
    accuracy = found.accuracy[0]
    assert found.solved < len(duty) * 20 / 2
    assert accuracy.welfare <= 1e-5
    assert np.abs(found.welfare - direct.welfare).max() < 1e-4
    assert np.abs(found.price - direct.price).max() < 1e-3
    # What is reported is what is: held-out rows are like the others.
    assert np.abs(found.welfare - direct.welfare).max() < 5 * accuracy.welfare + 1e-9
    assert np.abs(found.diversion - direct.diversion).max() < 0.02 * FLOWS[0, 1]
    np.testing.assert_allclose(found.diversion.sum(axis=-1) / 1e9, 0, atol=0.05)


def test_a_finer_grid_is_taken_where_more_is_asked():
    duty = duties(500, [(0, 1), (1, 0)])
    rough, fine = (Consequences(MODEL, PAIRS, "base", None, 100, t)(duty).accuracy[0] for t in (1e-3, 1e-7))
    assert rough.nodes[0] < fine.nodes[0]
    assert rough.welfare > fine.welfare


@pytest.mark.parametrize(
    "duty",
    [
        duties(30, [(0, 1), (1, 0), (0, 2), (1, 2), (2, 0)]),  # five move
        duties(10, [(0, 1), (1, 0), (0, 2)]),  # a grid would take as long
    ],
)
def test_all_is_solved_where_a_grid_is_no_use(duty):
    found = Consequences(MODEL, PAIRS, solved_at_most=5)(duty)
    assert found.accuracy == ()
    assert found.solved > 100


def answers(rows, function):
    values = np.repeat(function(rows)[:, None, None], 5, axis=1)
    status = np.where(np.isfinite(values).all(axis=(1, 2)), Status.CONVERGED, Status.STALLED).astype(np.int8)
    return Worlds(values, status)


def test_a_kink_that_no_grid_meets_is_not_interpolated():
    rows = np.linspace(0, 1, 5000)[:, None]
    assert interpolated(lambda r: answers(r, lambda x: 1 + np.floor(40 * x[:, 0])), rows, 1e-5) is None


def test_a_corner_without_a_solution_is_not_interpolated():
    # On the diagonal all is well; the corners of the grid that nobody goes to are not.
    rows = np.repeat(np.linspace(0, 1, 5000)[:, None], 2, axis=1)

    def gap(x):
        return np.where(np.abs(x[:, 0] - x[:, 1]) > 0.9, np.nan, 1.0)

    assert interpolated(lambda r: answers(r, gap), rows, 1e-5) is None


def test_rows_without_a_solution_are_not_interpolated():
    rows = np.linspace(0, 1, 5000)[:, None]
    bad = interpolated(lambda r: answers(r, lambda x: np.where(x[:, 0] > 0.5, np.nan, 1.0)), rows, 1e-5)
    assert bad is None


def test_nothing_moves():
    assert interpolated(lambda r: answers(r, lambda x: x[:, 0]), np.full((100, 2), 0.3), 1e-5) is None


def test_accuracy_in_words():
    words = str(Accuracy(50_000, (13, 13), 469, 300, 3e-6, 1e-6, 1e-4))
    assert words == (
        "50,000 duty rows from a grid of 13 × 13 nodes; off by 0.0003 points of welfare at most, "
        "on 300 rows solved directly"
    )


def test_the_result_says_how_good_the_grid_is():
    import pandas as pd

    from tradesim.impacts.result import Impact

    found = Consequences(MODEL, PAIRS, solved_at_most=100)(duties(200, [(0, 1), (1, 0)]))
    dates = np.arange("2025-01-01", "2025-01-21", dtype="datetime64[D]")
    result = Impact("toy", dates, CODES, found, "base", pd.DataFrame(), np.full(20, 4.0))
    assert "points of welfare at most, on 300 rows solved directly" in repr(result)


# Answers found beforehand ------------------------------------------------------------------------------

FIVE = [(0, 1), (1, 0), (0, 2), (1, 2), (2, 0)]


@pytest.mark.parametrize("moving", [FIVE[:1], FIVE[:2], FIVE])
@pytest.mark.parametrize("against", ["base", "start"])
def test_answers_found_beforehand_are_those_found_later(moving, against):
    """Of draws like those that were tried, beyond them, and of pairs that did not move then."""
    asked = Consequences(MODEL, PAIRS, against, solved_at_most=10**9)
    ready = asked.prepared(duties(100, moving))
    assert len(ready.accuracy) == (len(moving) < 3)
    for duty in (duties(40, moving, seed=1), duties(10, moving, seed=2, top=3.0), duties(10, FIVE, seed=3)):
        found, direct = ready(duty), asked(duty)
        assert np.abs(found.welfare - direct.welfare).max() < 2e-5  # a fifth of what is asked
        assert np.abs(found.imports / direct.imports - 1).max() < 1e-3
        np.testing.assert_array_equal(found.status, direct.status)
    again = ready(duties(40, moving, seed=1)[7:9])
    if len(moving) < 3:
        np.testing.assert_allclose(again.welfare, ready(duties(40, moving, seed=1)).welfare[7:9], atol=1e-14)


def test_a_few_duties_are_a_table():
    asked = Consequences(MODEL, PAIRS)
    duty = duties(30, FIVE).round(0)
    ready = asked.prepared(duty)
    assert ready.accuracy == ()
    np.testing.assert_array_equal(ready(duty[3:5]).welfare, ready(duty).welfare[3:5])
    assert ready(duty).solved == 1  # the base alone
    np.testing.assert_allclose(ready(duty).welfare, asked(duty).welfare, rtol=1e-12)
