"""Rules of one's own: what they are asked, and every answer that is refused."""

import re

import numpy as np
import pytest

import tradesim as ts
from tradesim import rules
from tradesim.engine import families

SPIRAL = ts.scenarios.load("april-2025-spiral")


def with_rule(function, parameters=(0.5,)):
    own = rules.Custom(function=function, parameters=parameters, reaction=2, implementation=1)
    return SPIRAL.with_({"rules.CHN": own})


def share(seen, own, first, day, memory, values):
    return values[0] * seen, memory


def remembering(seen, own, first, day, memory, values):
    """The highest that was ever seen, and nothing else remembered."""
    highest = np.maximum(memory[0], seen)
    return highest, [highest, *memory[1:]]


def test_a_function_sees_its_parameters_and_no_more():
    seen = []

    def listening(*given):
        seen.append(given[5].shape[0])
        return 0.0 * given[0], given[4]

    with_rule(listening, (0.1, 0.2)).run()
    assert set(seen) == {2}


def test_a_function_and_the_family_it_copies_come_to_the_same():
    matching = SPIRAL.with_({"rules.CHN": rules.Match(ratio=0.5, reaction=2, implementation=1)})
    np.testing.assert_allclose(with_rule(share).run(3).duty, matching.run(3).duty, atol=1e-12)


def test_a_family_itself_can_be_the_function():
    one = rules.Custom(function=families.match, parameters=[0.5])
    np.testing.assert_array_equal(one.wants([0.0, 0.34]), rules.Match(ratio=0.5).wants([0.0, 0.34]))
    assert one.parameters == (0.5,)


def test_memory_may_be_a_list_and_one_number_stands_for_all_draws():
    assert with_rule(remembering, ()).run(2).duty[:, -1, 1, 0] == pytest.approx(
        with_rule(share, (1.0,)).run(2).duty[:, -1, 1, 0]
    )
    flat = with_rule(lambda *given: (0.3, given[4]), ()).run(3).duty[:, -1, 1, 0]
    first = SPIRAL.run().duty[0, 0, 1, 0]
    np.testing.assert_allclose(flat, first + 0.3)


def test_what_is_wanted_is_held_between_nothing_and_the_cap():
    low = with_rule(lambda seen, *rest: (-1.0 - seen, rest[3]), ()).run().to_frame()["CHN", "USA"]
    assert low.nunique() == 1


def no_memory(seen, own, first, day, memory, values):
    return 0.5 * seen


def asking(seen, own, first, day, memory, values):
    return (seen if seen > 0.1 else 0.0), memory


def dividing(seen, own, first, day, memory, values):
    return np.where(seen > 0.0, np.nan, seen), memory


def endless(seen, own, first, day, memory, values):
    return np.where(seen > 0.0, np.inf, seen), memory


def three_draws(seen, own, first, day, memory, values):
    return np.zeros(3), memory


def words(seen, own, first, day, memory, values):
    return "all of it", memory


def forgetful(seen, own, first, day, memory, values):
    return seen, None


def half_forgetful(seen, own, first, day, memory, values):
    return seen, memory[:2]


def odd_memory(seen, own, first, day, memory, values):
    return seen, (memory[0], memory[1], memory[2], np.zeros(3))


def second(seen, own, first, day, memory, values):
    return values[1] * seen, memory


FINE = "four arrays, as they came or in their place"


@pytest.mark.parametrize(
    ("function", "day", "message"),
    [
        (
            no_memory,
            0,
            "not an answer; got an array of float64 of shape (4,); allowed: (wanted, memory); hand",
        ),
        (asking, 0, "fails; got ValueError: The truth value of an array with more than one element is ambig"),
        (dividing, 2, "wanted: not finite; got nan; allowed: points as fractions: 0.25 is 25 points"),
        (endless, 2, "wanted: not finite; got inf; allowed: points as fractions: 0.25 is 25 points"),
        (
            three_draws,
            0,
            "wanted: not what is wanted; got an array of float64 of shape (3,); allowed: a number",
        ),
        (words, 0, "wanted: not what is wanted; got 'all of it'; allowed: a number for each of 4 draws"),
        (forgetful, 0, f"memory: not a memory; got None; allowed: {FINE}"),
        (half_forgetful, 0, f"memory: not a memory; got a tuple of 2; allowed: {FINE}"),
        (
            odd_memory,
            0,
            "memory: not a memory; got an array of float64 of shape (4,), an array of float64 of ",
        ),
        (
            second,
            0,
            "fails; got IndexError: index 1 is out of bounds for axis 0 with size 1; seen, own, first ",
        ),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused_with_its_place(function, day, message):
    line = function.__code__.co_firstlineno
    with pytest.raises(ts.InputError) as caught:
        with_rule(function).run(draws=4)
    place = f"rule {function.__name__}() of test_rules_own.py, line {line}: day {day}: "
    assert str(caught.value).startswith(place + message)


def test_the_error_of_a_function_is_kept_as_the_cause():
    with pytest.raises(ts.InputError, match=r"the rule's parameters: 1 of them$") as caught:
        with_rule(second).run()
    assert isinstance(caught.value.__cause__, IndexError)


def few(seen):
    return seen


def one_number(seen, own, first, day, memory, values):
    return 1, memory


def a_list(seen, own, first, day, memory, values):
    return [seen, memory]


def numbers_in_a_list(seen, own, first, day, memory, values):
    return [0.0] * len(seen), memory


def everything(seen, own, first, day, memory, values):
    return seen + 10 * own + 100 * first + 1000 * day, memory


def test_a_function_is_told_all_that_a_rule_is_told():
    rule = rules.Custom(function=everything)
    assert rule.wants([1.0, 2.0], own=[3.0, 4.0], first=5.0, day=6).tolist() == [6531.0, 6542.0]


def test_a_whole_number_is_a_number_and_stands_for_all_draws():
    ask = rules.Custom(function=one_number).family
    wanted, _ = ask(np.zeros((2, 3)), 0.0, 0.0, 0, (0.0, 0.0, 0.0, 0.0), np.zeros(4))
    assert wanted.tolist() == [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    assert wanted.dtype == np.float64


@pytest.mark.parametrize(
    ("function", "seen", "message"),
    [
        (a_list, [0.1, 0.2], "day 0: not an answer; got a list of 2; allowed: (wanted, memory)"),
        (numbers_in_a_list, [0.1, 0.2], "wanted: not what is wanted; got a list of 2; allowed: a number for"),
        (dividing, [0.0, 0.2, 0.0], "wanted: not finite; got nan"),
        (three_draws, np.zeros((2, 3)), "of shape (3,); allowed: a number for each of 2 × 3 draws"),
        (three_draws, 0.1, "of shape (3,); allowed: a number for each of 1 draws"),
        (odd_memory, [0.1, 0.2], "of shape (3,); allowed: a number for each of 2 draws"),
    ],
)
def test_a_single_look_is_held_to_the_same(function, seen, message):
    with pytest.raises(ts.InputError, match=re.escape(message)):
        rules.Custom(function=function).wants(seen)


class Caller:
    """An object that can be called, without a name or lines of its own."""

    def __call__(self, *given):
        return given[0], None


def test_what_takes_other_arguments_is_refused_when_it_is_given():
    line = few.__code__.co_firstlineno
    words = (
        f"rule Custom: function: takes other arguments; got few() of test_rules_own.py, line {line}; "
        "allowed: function(seen, own, first, day, memory, values)"
    )
    with pytest.raises(ts.InputError, match=re.escape(words)):
        rules.Custom(function=few)
    with pytest.raises(ts.InputError, match=r"^rule Caller\(\): day 0: memory: not a memory"):
        with_rule(Caller()).run()


def test_a_function_that_does_not_say_what_it_takes_is_tried():
    with pytest.raises(ts.InputError, match=r"^rule max\(\): day 0: fails; got "):
        with_rule(max).run()
