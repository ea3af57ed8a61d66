"""Results of runs, written out by hand and drawn, for the tests of paths."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from tradesim.errors import InputError
from tradesim.paths import Paths

DUTY = np.zeros((3, 4, 2, 2))
DUTY[:, :, 0, 1] = [[0.1, 0.2, 0.3, 0.2], [0.1, 0.4, 0.3, 0.2], [0.1, 0.6, 0.9, 0.2]]
DUTY[:, :, 1, 0] = [[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.0, 0.0], [0.5, 0.7, 0.0, 0.1]]
TRUCE = np.zeros((3, 4, 2), dtype=bool)
TRUCE[1, :, 0] = [True, False, True, True]
TRUCE[2, :, 1] = True
COST = np.zeros((3, 4, 2, 2))
COST[0, 2:, 0, 1] = 0.05
COST[:, :, 1, 0] = [[0.0, 0.1, 0.2, 0.3]] * 3


def paths(**changes):
    given_ = {
        "name": "autumn",
        "dates": np.arange("2025-10-01", "2025-10-05", dtype="datetime64[D]"),
        "economies": ("USA", "CHN"),
        "duty": DUTY,
        "truce": TRUCE,
        "truces": ("geneva", "london"),
        "outcomes": pd.DataFrame(index=pd.RangeIndex(3, name="draw")),
        "recorded": np.ones((2, 2), dtype=bool),
        "seed": 7,
        "retell": lambda draw: pd.DataFrame({"draw": [draw]}),
    }
    return Paths(**(given_ | changes))


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


TABLES = {
    "to_frame": lambda p, of: p.to_frame(0, of),
    "quantiles": lambda p, of: p.quantiles([0.5], of),
    "passed": lambda p, of: p.passed(0.32, of),
    "time_above": lambda p, of: p.time_above(0.32, of),
    "first_passage": lambda p, of: p.first_passage(0.32, of),
    "peak": lambda p, of: p.peak(of),
    "peak_on": lambda p, of: p.peak_on(of),
    "terminal": lambda p, of: p.terminal(of),
    "on": lambda p, of: p.on(p.dates[-2:][0], of),
    "mean": lambda p, of: p.mean(of),
}

CODES = ("USA", "CHN", "JPN")
LEVELS = [0.0, 0.1, 0.2, 0.3, 0.1 + 0.2, 0.5, 1.0]
numbers = st.sampled_from(LEVELS)


@st.composite
def results(draw):
    """A result of one to six draws, one to five days, three economies; now and then a pair is not known."""
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 5)), 3, 3)
    chance = np.random.default_rng(draw(st.integers(0, 2**16)))
    duty = chance.choice(LEVELS, size=shape)
    duty[:, :, range(3), range(3)] = 0.0
    recorded = chance.random((3, 3)) < draw(st.sampled_from([1.0, 0.6]))
    dates = np.datetime64("2025-10-30") + np.arange(shape[1])
    truce = chance.random((*shape[:2], 2)) < 0.5
    return paths(duty=duty, truce=truce, dates=dates, economies=CODES, recorded=recorded)
