"""Rules where one thing turns into another: found by faults that no other test saw (docs/mutants.md)."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim.errors import InputError
from tradesim.rules import Contrite, Custom, Deescalate, Deferred, Gradual, Grim, Match, Rebalance, SelfStop

NO_MEMORY = (0.0, 0.0, 0.0, 0.0)
UNLIMITED = 10.0


def wants(rule, days):
    """What a rule wants on each of (day, noticed), its own announcement being what it wanted last."""
    values, memory, own, said = np.zeros(4), NO_MEMORY, 0.0, []
    values[: len(rule.values())] = rule.values()
    for day, noticed in days:
        want, memory = rule.family(noticed, own, 0.0, day, memory, values)
        own = float(want)
        said.append(own)
    return said


def wants_when_woken(rule, noticed):
    """The same by day, where a rule looks when what it notices has changed, or when it asked to."""
    values, memory, own, said = np.zeros(4), NO_MEMORY, 0.0, []
    values[: len(rule.values())] = rule.values()
    for day, now in enumerate(noticed):
        if day == 0 or now != noticed[day - 1] or day == memory[3]:
            want, memory = rule.family(now, own, 0.0, day, memory, values)
            own = float(want)
        said.append(own)
    return said


@pytest.mark.parametrize(
    "rule",
    [
        Gradual(rate=0.2, period=1),
        Gradual(rate=0.2, period=4),
        Deferred(patience=5),
        Grim(),
        SelfStop(),
        Match(),
    ],
    ids=repr,
)
@given(changes=st.lists(st.tuples(st.sampled_from([0.0, 0.1, 2.0]), st.integers(1, 9)), max_size=8))
def test_a_rule_that_sleeps_misses_nothing(rule, changes):
    noticed = [seen for seen, days in [*changes, (0.0, 30)] for _ in range(days)]
    assert wants_when_woken(rule, noticed) == wants(rule, list(enumerate(noticed)))


@pytest.mark.parametrize(("elasticity", "ratio"), [(1.0, 2.0), (1.0, 9.0), (50.0, 1 + 2.0**-50), (50.0, 1.5)])
def test_trade_that_cannot_be_suppressed_asks_for_all_there_is(elasticity, ratio):
    """A duty of 100 % leaves 2⁻ᵉ of the trade: in the first and third all that is bought goes."""
    assert Rebalance(by="trade", elasticity=elasticity).wants([1.0], ratio=ratio) == UNLIMITED


@pytest.mark.parametrize("seen", [0.9, 0.95, 1.0])
def test_as_much_duty_is_collected_up_to_the_very_top_of_the_laffer_curve(seen):
    """At elasticity 2 the top is at 100 %; the answer to the same trade is the same duty."""
    assert Rebalance(elasticity=2.0).wants([seen], ratio=1.0) == pytest.approx(seen, abs=1e-7)


def test_more_duty_than_the_top_collects_asks_for_all_there_is():
    assert Rebalance(elasticity=2.0).wants([1.0], ratio=1.01) == UNLIMITED


def test_self_stop_stops_when_it_reaches_its_stop():
    rule = SelfStop(ratio=1.0, stop=0.5)
    assert wants(rule, enumerate([0.5, 0.3, 0.5, 0.0, 0.3])) == [0.5, 0.5, 0.5, 0.0, 0.3]


def test_a_first_look_is_on_the_first_day_with_nothing_announced():
    assert Contrite().wants([0.3]) == 0.3
    assert Gradual(rate=0.2, period=7).wants([0.3]) == 0.2
    assert Gradual(rate=0.2, period=7).wants([0.3], day=1) == 0.0


def test_values_are_those_of_equal_trade_where_none_is_given():
    assert Rebalance().values() == (1.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("instrument", ["fee", "export_control"])
def test_what_was_never_charged_cannot_be_given_back(instrument):
    with pytest.raises(InputError, match=f"cuts what it never charged.*{instrument}"):
        Deescalate(instrument=instrument, equivalent=0.5)


def test_a_function_of_one_s_own_takes_four_numbers_and_needs_no_name():
    rule = Custom(function=functools.partial(lambda *given: given), parameters=(1.0, 2.0, 3.0, 4.0))
    assert rule.values() == (1.0, 2.0, 3.0, 4.0)
    assert rule.why() == "follows its own function"
