"""Checks, statuses and solvers that the models share."""

import subprocess
import sys

import numpy as np
import pytest

from tradesim import economics as ec
from tradesim.economics import checks, newton
from tradesim.economics.status import Status, status_of, summary


def test_importing_loads_none_of_the_heavy_packages():
    code = "import sys, tradesim.economics as ec; ec.SingleSector; ec.ServicesModel; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pandas", "scipy", "matplotlib", "numba"} & set(done.stdout.split())


@pytest.mark.parametrize("name", ec.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(ec, name).__doc__
    assert name in dir(ec)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Tariff'"):
        _ = ec.Tariff


# Statuses --------------------------------------------------------------------------------------------


def test_statuses_say_what_they_mean():
    assert all(
        status.message and str(status).startswith(status.name.lower().replace("_", " ")) for status in Status
    )
    found = status_of([0.0, 1.0, np.inf, np.nan, 0.0], 1e-9, [False, False, False, False, True])
    assert found.tolist() == [
        Status.CONVERGED,
        Status.STALLED,
        Status.BROKEN,
        Status.BROKEN,
        Status.INFEASIBLE,
    ]
    assert found.dtype == np.int8
    assert summary(found).startswith("1 of 5 converged; 1 infeasible: ")
    assert summary(np.int8(0)) == "1 of 1 converged"


# Checks ----------------------------------------------------------------------------------------------


def told(problems):
    return [str(problem) for problem in problems]


def test_flows_of_sectors_are_checked_too():
    flows = np.ones((2, 2, 3))
    assert not told(checks.flow_problems(flows))
    flows[1, 0, 2] = np.nan
    assert told(checks.flow_problems(flows, ["USA", "CHN"])) == [
        "flows[CHN, USA, 2]: not a value of trade; got nan; allowed: finite, 0 or more"
    ]
    assert "not importer × exporter" in told(checks.flow_problems(np.ones((2, 3))))[0]


def test_tariffs_of_sectors_and_scenarios_are_checked_too():
    tariffs = np.zeros((4, 2, 2, 3))
    assert not told(checks.tariff_problems(tariffs, (2, 2, 3)))
    tariffs[3, 0, 1, 2], tariffs[0, 1, 1, 0] = -1.0, 0.1
    found = told(checks.tariff_problems(tariffs, (2, 2, 3), ["USA", "CHN"]))
    assert found[0].startswith("tariffs[3, USA, CHN, 2]: not a tariff; got -1.0")
    assert found[1].startswith("tariffs[0, CHN, CHN, 0]: a tariff on own goods; got 0.1")
    assert "wrong shape" in told(checks.tariff_problems(np.zeros(3), (2, 2)))[0]


def test_many_faults_are_counted():
    found = told(checks.flow_problems(np.full((4, 4), np.nan)))
    assert len(found) == checks.SHOWN + 1
    assert "11 more times" in found[-1]


@pytest.mark.parametrize(
    ("value", "options", "good"),
    [
        (4.0, {}, True),
        (np.float64(4), {}, True),
        (0.0, {}, False),
        (0.0, {"open_low": False}, True),
        (5.0, {"high": 4.0}, False),
        (True, {}, False),
        ("4", {}, False),
        (np.nan, {}, False),
        (np.inf, {}, False),
    ],
)
def test_numbers_are_checked(value, options, good):
    assert (not told(checks.number_problems("elasticity", value, **options))) == good


def test_arrays_of_numbers_are_checked():
    assert not told(checks.value_problems("x", np.ones(2), (2,)))
    assert "wrong shape" in told(checks.value_problems("x", np.ones(3), (2,)))[0]
    found = told(checks.value_problems("x", np.array([0.5, 2.0]), (2,), 0.0, 1.0))
    assert found == ["x[1]: not a number in range; got 2.0; allowed: finite, above 0 to 1"]
    assert "x: not a number" in told(checks.value_problems("x", np.array(-1.0), ()))[0]


def test_blocs_are_found_through_others():
    chain = np.eye(5)
    chain[0, 1] = chain[1, 2] = chain[3, 4] = 1.0
    assert checks.blocs(chain).tolist() == [0, 0, 0, 1, 1]
    assert checks.blocs(np.stack([chain, 0 * chain], axis=2)).tolist() == [0, 0, 0, 1, 1]


# Newton ----------------------------------------------------------------------------------------------


def coupled(x):
    """Two equations with the root (1, 2), for every row."""
    return np.stack([x[:, 0] ** 2 + x[:, 1] ** 2 - 5.0, x[:, 0] * x[:, 1] - 2.0], axis=1)


def test_systems_are_solved_side_by_side():
    start = np.array([[1.2, 1.7], [0.9, 2.3], [1.0, 2.0]])
    inverse = np.linalg.inv(newton.jacobian(coupled, np.array([1.1, 1.8])))
    found = newton.solve_side_by_side(lambda _: coupled, start, inverse, 1e-13)
    np.testing.assert_allclose(found, np.tile([1.0, 2.0], (3, 1)), atol=1e-10)


def test_a_system_without_a_root_is_given_up_and_disturbs_no_other():
    ends = np.array([1.0, -1.0])

    def pose(rows):
        return lambda x: np.stack([x[:, 0] ** 2 + ends[rows]], axis=1)

    found = newton.solve_side_by_side(pose, np.array([[2.0], [2.0]]), np.eye(1) / 4, 1e-13)
    assert found[1, 0] == pytest.approx(1.0)
    assert np.isfinite(found[0, 0])


def test_newton_alone_stops_where_it_breaks():
    def no_slope(_):
        raise np.linalg.LinAlgError

    start = np.array([[2.0]])
    assert newton.newton(lambda x: x - 1.0, start, no_slope, 1e-12) is start
    assert newton.newton(lambda x: np.log(-x), start, lambda _: np.eye(1), 1e-12) is start
    stuck = newton.newton(lambda x: x**2 + 1.0, start, lambda x: 1 / (2 * x), 1e-12, most_steps=3)
    assert stuck.shape == (1, 1)
