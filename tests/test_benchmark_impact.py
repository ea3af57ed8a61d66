"""What the benchmark of impacts compares is the same thing, in small."""

import numpy as np

from benchmarks import impact


def test_few_draws_are_met():
    found = impact.measured(40)
    assert found["months"] == 25
    assert found["equilibria"] < 40
    assert found["error of welfare on 500 draws"] <= 1e-12
    assert found["shocked: error of welfare on 500 draws"] <= impact.GOAL_ERROR


def test_shocks_make_every_month_another():
    import tradesim as ts

    paths = impact.shocked(ts.scenarios.load("us-china-2025-10").run(draws=20, seed=1))
    assert len(np.unique(paths.duty[:, -1, 0, 1])) == 20
    assert (paths.duty[..., range(3), range(3)] == 0).all()
