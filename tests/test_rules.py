"""Rules: what each wants, what the engine makes of it, and every refusal."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradesim import rules
from tradesim.errors import InputError
from tradesim.rules import Counter, Match, Passive, answer, rule_of

points = st.floats(-2, 10)
fractions = st.floats(0, 10)


@st.composite
def drawn_rules(draw):
    shared = {
        "cap": draw(fractions),
        "tolerance": draw(st.one_of(st.just(0.0), st.floats(0, 1))),
        "ratchet": draw(st.booleans()),
    }
    kind = draw(st.sampled_from(sorted(rules.KINDS)))
    own = {"match": {"ratio": draw(fractions)}, "counter": {"step": draw(fractions)}, "passive": {}}
    return rule_of(kind)(**shared, **own[kind])


# What a rule wants -----------------------------------------------------------------------------------


@given(points)
def test_passive_wants_nothing(seen):
    assert Passive().wants(np.array([seen])).tolist() == [0.0]


@given(points, fractions)
def test_match_wants_its_ratio(seen, ratio):
    assert Match(ratio=ratio).wants(np.array([seen])).tolist() == [ratio * seen]


@given(points, fractions)
def test_counter_wants_its_step_above_anything(seen, step):
    expected = seen + step if seen > 0 else 0.0
    assert Counter(step=step).wants(np.array([seen])).tolist() == [expected]


@given(drawn_rules(), st.integers(1, 3), st.integers(1, 4), st.data())
def test_one_path_and_many_are_the_same_arithmetic(rule, rows, columns, data):
    many = st.lists(points, min_size=rows * columns, max_size=rows * columns)
    seen, before = (np.array(data.draw(many)).reshape(rows, columns) for _ in range(2))
    for function in (lambda s, b: answer(rule, s, b), lambda s, _: rule.wants(s)):
        found = function(seen, before)
        assert found.shape == seen.shape
        each = [[function(seen[i, j], before[i, j]) for j in range(columns)] for i in range(rows)]
        assert np.array_equal(found, np.array(each))


@given(drawn_rules(), points)
def test_a_rule_does_not_change_what_it_is_given(rule, seen):
    given_ = np.array([seen])
    answer(rule, given_, np.zeros(1))
    assert given_.tolist() == [seen]


# What is announced -----------------------------------------------------------------------------------


@given(drawn_rules(), points, st.floats(0, 10))
def test_the_answer_ignores_caps_and_ratchets_in_that_order(rule, seen, before):
    noticed = seen if seen > rule.tolerance + 1e-12 else 0.0
    wanted = float(rule.wants(np.array(noticed)))
    expected = max(0.0, min(wanted, rule.cap))
    if rule.ratchet:
        expected = max(expected, min(before, rule.cap))
        before = min(before, rule.cap)
    if abs(seen - rule.tolerance) > 1e-12:
        assert answer(rule, np.array([seen]), np.array([before])).tolist() == [expected]


def test_the_answer_by_hand():
    seen, before = np.array([0.0, 0.1, 0.2, 0.6, -0.3]), np.array([0.0, 0.3, 0.0, 0.0, 0.1])
    assert answer(Match(), seen, before).tolist() == [0.0, 0.1, 0.2, 0.6, 0.0]
    assert answer(Match(ratio=2.0, cap=0.5), seen, before).tolist() == [0.0, 0.2, 0.4, 0.5, 0.0]
    assert answer(Match(tolerance=0.1), seen, before).tolist() == [0.0, 0.0, 0.2, 0.6, 0.0]
    assert answer(Match(ratchet=True), seen, before).tolist() == [0.0, 0.3, 0.2, 0.6, 0.1]
    assert answer(Counter(step=0.5, tolerance=0.1), seen, before).tolist() == [0.0, 0.0, 0.7, 1.1, 0.0]
    assert answer(Passive(ratchet=True), seen, before).tolist() == before.tolist()


def test_a_ratchet_does_not_lift_the_cap():
    """A schedule's own act, of 0.1, on top of a surcharge of 0.2 already at its cap."""
    assert answer(Match(cap=0.2, ratchet=True), np.array([1.0]), np.array([0.3])).tolist() == [0.2]


# What a rule is --------------------------------------------------------------------------------------


def test_every_kind_is_registered_under_its_name():
    assert rules.KINDS.items() >= {"passive": Passive, "match": Match, "counter": Counter}.items()
    for kind, rule in rules.KINDS.items():
        assert rule.kind == kind
        assert rule_of(kind) is rule


def test_defaults():
    shared = {
        "reaction": 1,
        "implementation": 1,
        "cap": 10.0,
        "coverage": 1.0,
        "tolerance": 0.0,
        "ratchet": False,
    }
    assert dataclasses.asdict(Passive()) == shared
    assert dataclasses.asdict(Match()) == shared | {"ratio": 1.0}
    assert dataclasses.asdict(Counter()) == shared | {"step": 0.5}


def test_a_rule_is_frozen_and_comparable():
    assert Match(ratio=0.5) == Match(ratio=0.5) != Match(ratio=0.6)
    assert hash(Match(ratio=0.5)) == hash(Match(ratio=0.5))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Match().ratio = 2.0


def test_why_says_what_it_does():
    assert Passive().why() == "does not answer"
    assert Match(ratio=0.5).why() == "matches × 0.5"
    assert Counter(step=0.25).why() == "goes 25 points above"


def test_a_rule_of_one_s_own_needs_but_two_functions():
    class Double(rules.Rule):
        def wants(self, seen):
            return 2 * seen

        def why(self):
            return "doubles"

    assert answer(Double(cap=0.5), np.array([0.1, 0.4]), np.zeros(2)).tolist() == [0.2, 0.5]
    with pytest.raises(TypeError, match="abstract"):
        rules.Rule()


# Refusals --------------------------------------------------------------------------------------------


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_an_unknown_kind_gets_the_nearest():
    allowed = ", ".join(sorted(rules.KINDS))
    assert refusal(lambda: rule_of("matc")) == (
        f"kind: unknown rule; got 'matc'; allowed: {allowed}; did you mean 'match'?"
    )


@pytest.mark.parametrize("days", [0, -1, 1.0, 2.5, True, "2", None])
def test_a_reaction_is_a_whole_number_of_days_from_1(days):
    assert refusal(lambda: Match(reaction=days)) == (
        f"rule Match: reaction: not a number of days; got {days!r}; allowed: a whole number, 1 to 100000"
    )


@pytest.mark.parametrize("days", [-1, 1.0, False, "2", None])
def test_an_implementation_is_a_whole_number_of_days_from_0(days):
    assert refusal(lambda: Match(implementation=days)) == (
        f"rule Match: implementation: not a number of days; got {days!r}; "
        "allowed: a whole number, 0 to 100000"
    )


@pytest.mark.parametrize("value", [0, 1, "yes", None])
def test_a_ratchet_is_yes_or_no(value):
    assert refusal(lambda: Match(ratchet=value)) == (
        f"rule Match: ratchet: not a yes or no; got {value!r}; allowed: true or false"
    )


@pytest.mark.parametrize("value", [-0.1, 10.1, float("nan"), float("inf"), "1", None, True])
@pytest.mark.parametrize(
    ("rule", "name"), [(Match, "ratio"), (Counter, "step"), (Match, "cap"), (Counter, "tolerance")]
)
def test_a_number_lies_between_0_and_10(rule, name, value):
    assert refusal(lambda: rule(**{name: value})) == (
        f"rule {rule.__name__}: {name}: out of range; got {value!r}; allowed: a number between 0 and 10"
    )


@pytest.mark.parametrize("value", [-0.1, 1.01, 74.1])
def test_a_coverage_is_a_share(value):
    assert refusal(lambda: Match(coverage=value)) == (
        f"rule Match: coverage: out of range; got {value!r}; allowed: a number between 0 and 1"
    )


def test_the_ends_of_every_range_are_allowed():
    Match(reaction=1, implementation=0, ratio=0, cap=0, coverage=0, tolerance=0)
    Match(ratio=10, cap=10.0, coverage=1, tolerance=10)


def test_every_problem_is_reported():
    found = refusal(lambda: Match(ratio=-1, reaction=0, ratchet="no"))
    assert found.splitlines() == [
        "rule Match: reaction: not a number of days; got 0; allowed: a whole number, 1 to 100000",
        "rule Match: ratchet: not a yes or no; got 'no'; allowed: true or false",
        "rule Match: ratio: out of range; got -1; allowed: a number between 0 and 10",
    ]
