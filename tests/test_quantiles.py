"""Quantile functions in closed form, against scipy.stats."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tradesim.quantiles import CLOSED, is_closed, quantiles

LEVELS = np.linspace(0.0, 1.0, 1025)
shapes = st.floats(0.05, 20.0)


@given(st.sampled_from(sorted(CLOSED)), shapes, st.floats(0.001, 5.0), st.floats(-1.0, 1.0))
def test_the_same_as_scipy_stats(name, shape, scale, loc):
    parameters = dict.fromkeys(CLOSED[name].shapes, shape) | {"scale": scale, "loc": loc}
    assert is_closed(name, parameters)
    expected = getattr(stats, name).ppf(LEVELS, **parameters)
    np.testing.assert_allclose(quantiles(name, LEVELS, parameters), expected, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("beta", {"a": 1.0, "b": 2.0}),
        ("lognorm", {"scale": 0.1}),
        ("lognorm", {"s": 0.5, "sigma": 0.1}),
        ("lognorm", {"s": -0.5}),
        ("expon", {"scale": 0.0}),
        ("lognormal", {"s": 0.5}),
        (3, {}),
        (["expon"], {}),
    ],
)
def test_the_rest_is_left_to_scipy_stats(name, parameters):
    assert not is_closed(name, parameters)


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_outside_of_0_to_1_there_is_no_quantile(name):
    parameters = dict.fromkeys(CLOSED[name].shapes, 0.5)
    assert np.isnan(quantiles(name, np.array([-0.1, 1.1, np.nan]), parameters)).all()


def test_scipy_stats_is_not_loaded_for_a_scenario_with_shocks():
    code = "import sys, tradesim.scenarios as s; s.load('geneva-2025'); print('scipy.stats' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
