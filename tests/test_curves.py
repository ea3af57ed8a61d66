"""Curves: the arithmetic of rules that answer along knots, and the knots that the economics solves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim.engine import families, run
from tradesim.engine.program import WEIGHTED
from tradesim.scenarios import load

BLANK = (0.0, 0.0, 0.0, 0.0)
LEVELS = np.array([0.0, 0.1, 0.3, 1.0, 2.0, 3.0])
ANSWERS = np.array([0.02, 0.05, 0.2, 0.4, 0.3, 0.3])


# The arithmetic --------------------------------------------------------------------------------------


def on_curve(seen, coverage=1.0, levels=LEVELS, answers=ANSWERS):
    return families.curve(seen, 0.0, 0.0, 0, BLANK, (coverage, levels, answers))[0]


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=5), st.floats(0.01, 1.0))
def test_a_curve_is_straight_between_its_knots_and_level_beyond(seen, coverage):
    expected = np.minimum(np.interp(seen, LEVELS, ANSWERS) / coverage, families.UNLIMITED)
    np.testing.assert_allclose(on_curve(np.array(seen), coverage), expected, rtol=1e-12)
    assert [float(on_curve(each, coverage)) for each in seen] == list(on_curve(np.array(seen), coverage))


def test_a_curve_meets_its_knots_to_the_last_bit():
    assert on_curve(LEVELS).tolist() == ANSWERS.tolist()


@pytest.mark.parametrize("coverage", [1.0, 0.4])
def test_a_curve_is_the_same_compiled_and_not(coverage):
    program = load("april-2025-spiral").program
    rules = len(program.rule_kind)
    values = program.rule_values.copy()
    values[:, :, 9] = coverage
    program = program._replace(
        rule_kind=np.full(rules, families.CURVE),
        rule_view=np.full(rules, WEIGHTED),
        rule_values=values,
        rule_curve=np.repeat(np.array([[LEVELS, ANSWERS]]), rules, axis=0),
    )
    few, many = run.run(program, np.arange(1), 1), run.run(program, np.arange(2000), 1)
    assert np.array_equal(few.duty[0], many.duty[0])
    assert few.duty[0, -1].max() > few.duty[0, 0].max()
