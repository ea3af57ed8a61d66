"""Rules: what each wants, what it remembers, and every refusal. What a run makes of it is in test_kernel."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from tradesim import rules
from tradesim.engine import families
from tradesim.errors import InputError
from tradesim.rules import (
    BestResponse,
    Contrite,
    Counter,
    Custom,
    Deescalate,
    Deferred,
    Generous,
    Gradual,
    Grim,
    Match,
    Passive,
    Rebalance,
    SelfStop,
    Targeted,
    TermsOfTrade,
    WelfareRestoring,
    rule_of,
)

points = st.floats(0, 10)
fractions = st.floats(0, 10)
NO_MEMORY = (0.0, 0.0, 0.0, 0.0)
PLAIN = [kind for kind, rule in rules.KINDS.items() if not issubclass(rule, rules.Economic)]
"""Rules whose answer does not depend on the pair."""


def half(seen, own, first, day, memory, values):
    """Want a share of what is seen."""
    return values[0] * seen, memory


def looks(rule, days, own=0.0, first=0.0):
    """What a rule wants on each of (day, noticed), and the day that it asked to be woken on last."""
    values, memory, wanted = np.zeros(4), NO_MEMORY, []
    values[: len(rule.values())] = rule.values()
    for day, noticed in days:
        want, memory = rule.family(noticed, own, first, day, memory, values)
        wanted.append(float(want))
    return wanted, float(memory[3])


def wants(rule, noticed, own=0.0, first=0.0):
    """What a rule wants day by day."""
    return looks(rule, list(enumerate(noticed)), own, first)[0]


# What a rule wants -----------------------------------------------------------------------------------


@given(points)
def test_passive_wants_nothing(seen):
    assert Passive().wants([seen]).tolist() == [0.0]


@given(points, fractions)
def test_match_and_generous_want_their_ratio(seen, ratio):
    for rule in (Match(ratio=ratio), Generous(ratio=ratio)):
        assert rule.wants([seen]).tolist() == [ratio * seen]


@given(points, fractions)
def test_counter_wants_its_step_above_anything(seen, step):
    assert Counter(step=step).wants([seen]).tolist() == [seen + step if seen > 0 else 0.0]


@given(points, fractions)
def test_targeted_and_grim_want_their_rate_against_anything(seen, rate):
    for rule in (Targeted(rate=rate), Grim(rate=rate)):
        assert rule.wants([seen]).tolist() == [rate if seen > 0 else 0.0]


@given(points, fractions, fractions)
def test_contrite_wants_what_exceeds_its_own_first_strike(seen, first, ratio):
    assert Contrite(ratio=ratio).wants([seen], first=[first]).tolist() == [ratio * max(seen - first, 0.0)]


@given(points, fractions)
def test_deescalate_wants_its_ratio_of_the_cut(cut, ratio):
    assert Deescalate(ratio=ratio).wants([cut]).tolist() == [ratio * cut]


def test_targeted_stops_and_grim_never_does():
    seen = [0.0, 0.1, 0.0, 0.3, 0.0]
    assert wants(Targeted(rate=0.25), seen) == [0.0, 0.25, 0.0, 0.25, 0.0]
    assert wants(Grim(rate=0.25), seen) == [0.0, 0.25, 0.25, 0.25, 0.25]


def test_deferred_waits_until_it_has_lasted_and_starts_anew_when_it_is_over():
    seen = [0.0, 0.2, 0.3, 0.4, 0.4, 0.0, 0.5, 0.5, 0.5, 0.5]
    assert wants(Deferred(ratio=0.5, patience=3), seen) == [0, 0, 0, 0, 0.2, 0, 0, 0, 0, 0.25]
    assert wants(Deferred(ratio=0.5, patience=0), seen) == [0.5 * x for x in seen]


def test_deferred_asks_to_be_woken_on_the_day_that_is_due():
    rule = Deferred(patience=30)
    assert looks(rule, [(7, 0.1)]) == ([0.0], 37.0)
    assert looks(rule, [(7, 0.1), (9, 0.2)]) == ([0.0, 0.0], 37.0)
    assert looks(rule, [(7, 0.1), (37, 0.2)]) == ([0.0, 0.2], 0.0)
    assert looks(rule, [(7, 0.1), (8, 0.0)]) == ([0.0, 0.0], 0.0)


def test_self_stop_stays_where_it_stopped_until_nothing_is_left():
    rule = SelfStop(ratio=2.0, stop=0.5)
    assert wants(rule, [0.1, 0.2, 0.25, 0.9, 0.1, 0.0, 0.1]) == [0.2, 0.4, 0.5, 0.5, 0.5, 0.0, 0.2]


def test_gradual_punishes_longer_each_time_and_is_calm_for_two_rounds():
    """As the axelrod package counts: one more round for every earlier one with a defection."""
    rule = Gradual(rate=0.25, period=1)
    assert wants(rule, [0.1] + 5 * [0.0]) == [0.25, 0.0, 0.0, 0.0, 0.0, 0.0]
    twice = wants(rule, [0.1, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
    assert twice == [0.25, 0.0, 0.0, 0.0, 0.25, 0.25, 0.0, 0.0, 0.0]
    lasting = wants(rule, 12 * [0.1])
    assert lasting == [0.25, 0.0, 0.0] + 4 * [0.25] + 2 * [0.0] + 3 * [0.25]


def test_gradual_moves_at_the_beginning_of_a_round_and_keeps_what_it_has():
    rule = Gradual(rate=0.25, period=30)
    assert looks(rule, [(29, 0.1)], own=0.4) == ([0.4], 30.0)
    assert looks(rule, [(30, 0.1)], own=0.4) == ([0.25], 60.0)
    assert looks(rule, [(29, 0.0)], own=0.4) == ([0.4], 0.0)


# Value matching --------------------------------------------------------------------------------------


def test_rebalance_collects_as_much_where_trade_does_not_respond():
    """2 % on exports of 50 is as much as 10 % on a tenth of imports of 100."""
    assert Rebalance(coverage=0.1).wants(0.02, ratio=0.5) == pytest.approx(0.1, rel=1e-12)
    assert Rebalance().wants([0.0, 0.2], ratio=2.0).tolist() == pytest.approx([0.0, 0.4], rel=1e-12)


@pytest.mark.parametrize("elasticity", [0.5, 1.0, 2.0, 4.0, 10.0])
@pytest.mark.parametrize("seen", [0.01, 0.1, 0.3])
def test_rebalance_collects_as_much_where_trade_responds(elasticity, seen):
    rule = Rebalance(elasticity=elasticity, coverage=0.5)
    paid = 0.3 / 0.5 * seen * (1 + seen) ** -elasticity
    top = 1 / (elasticity - 1) if elasticity > 1 else 100.0
    found = brentq(lambda t: t * (1 + t) ** -elasticity - paid, 0, top, xtol=1e-15)
    assert rule.wants(seen, ratio=0.3) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("elasticity", [0.5, 1.0, 4.0])
def test_rebalance_suppresses_as_much(elasticity):
    rule = Rebalance(by="trade", elasticity=elasticity, coverage=0.5)
    lost = 0.3 * (1 - 1.1**-elasticity)
    found = float(rule.wants(0.1, ratio=0.3))
    assert 0.5 * (1 - (1 + found) ** -elasticity) == pytest.approx(lost, rel=1e-12)


def test_rebalance_that_cannot_be_wants_the_most_there_is():
    """The most that a duty can raise, or more than all of the trade."""
    raised = Rebalance(elasticity=4.0)
    assert raised.wants(0.2, ratio=3.0) == families.UNLIMITED
    assert raised.wants(0.0, ratio=3.0) == 0.0
    assert Rebalance(by="trade", elasticity=4.0).wants(0.2, ratio=3.0) == families.UNLIMITED
    assert Rebalance().wants(0.2, ratio=1e12) == families.UNLIMITED


def test_rebalance_by_equal_trade_answers_with_the_same():
    for rule in (Rebalance(), Rebalance(elasticity=2.0), Rebalance(by="trade", elasticity=2.0)):
        assert rule.wants(0.25).tolist() == pytest.approx(0.25, rel=1e-12)


# One arithmetic --------------------------------------------------------------------------------------

SHARED = {
    "cap": fractions,
    "tolerance": st.floats(0, 1),
    "ratchet": st.booleans(),
    "forgiveness": st.floats(0, 1),
    "coverage": st.floats(0.01, 1),
}
OWN = {
    "match": {"ratio": fractions},
    "rebalance": {"elasticity": st.floats(0, 10)},
    "counter": {"step": fractions},
    "targeted": {"rate": fractions},
    "deferred": {"ratio": fractions, "patience": st.integers(0, 40)},
    "self-stop": {"ratio": fractions, "stop": fractions},
    "grim": {"rate": fractions},
    "generous": {"ratio": fractions},
    "contrite": {"ratio": fractions},
    "gradual": {"rate": fractions, "period": st.integers(1, 40)},
    "deescalate": {"ratio": fractions},
}


@st.composite
def drawn_rules(draw):
    kind = draw(st.sampled_from([*PLAIN, "custom"]))
    given_ = draw(st.fixed_dictionaries({}, optional={**SHARED, **OWN.get(kind, {})}))
    if kind == "custom":
        return Custom(function=half, parameters=(draw(fractions),), **given_)
    return rule_of(kind)(**given_)


def test_every_kind_is_drawn_with_what_it_has_of_its_own():
    shared = {field.name for field in dataclasses.fields(rules.Rule)}
    for kind in PLAIN:
        rule = rule_of(kind)
        own = {field.name for field in dataclasses.fields(rule)} - shared - {"by"}
        assert own == set(OWN.get(kind, {}))


@given(drawn_rules(), st.integers(0, 90), st.floats(0.1, 9), st.data())
def test_one_path_and_many_are_the_same_arithmetic(rule, day, ratio, data):
    """Arrays and single numbers, wanted and remembered, look after look."""
    shape = data.draw(st.sampled_from([(1,), (3,), (2, 3)]))
    many = st.lists(points, min_size=6, max_size=6)
    arrays = [np.resize(data.draw(many), shape) for _ in range(4)]
    values = np.zeros(4)
    values[: len(rule.values(ratio))] = rule.values(ratio)
    together = tuple(np.zeros(shape) for _ in range(4))
    apart = dict.fromkeys(np.ndindex(shape), NO_MEMORY)
    for turn, seen in enumerate((arrays[0], 0.0 * arrays[0], arrays[1])):
        wanted, together = rule.family(seen, arrays[2], arrays[3], day + turn, together, values)
        for at in np.ndindex(shape):
            numbers = (float(array[at]) for array in (seen, arrays[2], arrays[3]))
            one, apart[at] = rule.family(*numbers, day + turn, apart[at], values)
            assert np.broadcast_to(wanted, shape)[at] == pytest.approx(float(one), rel=1e-13)
            remembered = [float(np.broadcast_to(kept, shape)[at]) for kept in together]
            assert remembered == [float(kept) for kept in apart[at]]


@given(drawn_rules(), st.lists(points, min_size=1, max_size=4))
def test_what_is_wanted_is_the_first_look_and_leaves_what_it_is_given(rule, seen):
    given_ = np.array(seen)
    found = rule.wants(given_, ratio=0.7)
    assert found.shape == given_.shape
    assert (found >= 0).all()
    assert given_.tolist() == seen
    assert np.array_equal(found, [rule.wants(each, ratio=0.7) for each in seen])


@pytest.mark.parametrize("kind", PLAIN)
def test_nobody_answers_nothing(kind):
    assert rule_of(kind)().wants(0.0) == 0.0
    assert np.array_equal(rule_of(kind)().wants(np.zeros((2, 3))), np.zeros((2, 3)))


# What a rule is --------------------------------------------------------------------------------------

WHY = {
    Passive(): "does not answer",
    Match(ratio=0.5): "matches × 0.5",
    Rebalance(): "collects as much duty",
    Rebalance(by="trade", elasticity=4.0): "suppresses as much trade",
    Counter(step=0.25): "goes 25 points above",
    Targeted(rate=0.1): "puts 10 % on its list",
    Deferred(ratio=0.5, patience=90): "waits 90 days, then matches × 0.5",
    SelfStop(): "matches × 1 and stops at 125 %",
    Grim(rate=0.4): "never forgets: 40 % for good",
    Generous(): "matches × 1, forgiving 33.3 %",
    Contrite(ratio=0.5): "matches × 0.5 what exceeds its own first strike",
    Gradual(): "punishes with 25 %, longer each time, in rounds of 30 days",
    Deescalate(ratio=0.5): "answers cuts × 0.5",
    TermsOfTrade(): "restores the terms of trade",
    WelfareRestoring(elasticity=2.0): "restores its welfare",
    BestResponse(unprovoked=False): "charges what is best for it",
    Custom(function=half): "follows half",
    Custom(function=half, says="asks an oracle"): "asks an oracle",
}
"""Every rule, and what it says of itself."""


@pytest.mark.parametrize("rule", WHY, ids=lambda rule: rule.kind)
def test_why_says_what_it_does(rule):
    assert rule.why() == WHY[rule]


@pytest.mark.parametrize("rule", WHY, ids=lambda rule: rule.kind)
def test_a_rule_is_frozen_comparable_and_hashable(rule):
    assert rule == dataclasses.replace(rule) != dataclasses.replace(rule, reaction=9)
    assert hash(rule) == hash(dataclasses.replace(rule))
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.reaction = 2


@pytest.mark.parametrize("rule", WHY, ids=lambda rule: rule.kind)
def test_a_rule_has_four_values_at_most(rule):
    assert len(rule.values()) <= 4
    assert all(isinstance(value, float) for value in rule.values(0.5))


def test_the_values_of_a_rule_are_its_own_in_the_order_they_are_written():
    assert Deferred(ratio=0.5, patience=9).values() == (0.5, 9.0)
    assert SelfStop(ratio=0.5, stop=0.9).values() == (0.5, 0.9)
    assert Generous(ratio=0.5, forgiveness=0.1).values() == (0.5,)
    assert Rebalance(by="trade", elasticity=4.0, coverage=0.2).values(0.7) == (0.7, 4.0, 1.0, 0.2)
    assert Custom(function=half, parameters=(1, 2)).values() == (1.0, 2.0)
    assert Passive().values() == ()


def test_every_kind_is_registered_under_its_name():
    assert len(rules.KINDS) == 15
    assert Custom not in rules.KINDS.values()
    for kind, rule in rules.KINDS.items():
        assert rule.kind == kind
        assert rule_of(kind) is rule
        assert rule().family in families.FAMILIES


DEFAULTS = {
    "reaction": 1,
    "implementation": 1,
    "cap": 10.0,
    "coverage": 1.0,
    "tolerance": 0.0,
    "ratchet": False,
    "forgiveness": 0.0,
    "view": None,
    "allies": (),
    "diversion": 0.0,
    "instrument": "tariff",
    "beside": None,
    "equivalent": None,
}
SHAPE = {"elasticity": 4.0, "deficits": "purged", "top": 2.0, "accuracy": 5e-4, "model": None}


@pytest.mark.parametrize(
    ("rule", "own"),
    [
        (Passive, {}),
        (Match, {"ratio": 1.0}),
        (Rebalance, {"by": "duties", "elasticity": 0.0}),
        (Counter, {"step": 0.5}),
        (Targeted, {"rate": 0.25}),
        (Deferred, {"ratio": 1.0, "patience": 30}),
        (SelfStop, {"ratio": 1.0, "stop": 1.25}),
        (Grim, {"rate": 0.5}),
        (Generous, {"ratio": 1.0, "forgiveness": 1 / 3}),
        (Contrite, {"ratio": 1.0}),
        (Gradual, {"rate": 0.25, "period": 30}),
        (Deescalate, {"ratio": 1.0}),
        (TermsOfTrade, SHAPE),
        (WelfareRestoring, SHAPE),
        (BestResponse, {**SHAPE, "unprovoked": True}),
    ],
)
def test_defaults(rule, own):
    assert dataclasses.asdict(rule()) == DEFAULTS | own


def test_lists_become_tuples_and_one_ally_a_tuple_of_one():
    assert Match(allies=["USA", "EU27"]).allies == ("USA", "EU27")
    assert Match(allies="USA").allies == ("USA",)


def test_a_rule_of_one_s_own_class_needs_but_why():
    class Double(Match):
        def why(self):
            return "doubles"

    assert Double(ratio=2.0).wants(0.1) == 0.2
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


@pytest.mark.parametrize("days", [0, -1, 1.0, 2.5, True, "2", None, 100_001])
@pytest.mark.parametrize(("rule", "name"), [(Match, "reaction"), (Gradual, "period")])
def test_a_number_of_days_from_1(rule, name, days):
    assert refusal(lambda: rule(**{name: days})) == (
        f"rule {rule.__name__}: {name}: not a number of days; got {days!r}; "
        "allowed: a whole number, 1 to 100000"
    )


@pytest.mark.parametrize("days", [-1, 1.0, False, "2", None, 100_001])
@pytest.mark.parametrize(("rule", "name"), [(Match, "implementation"), (Deferred, "patience")])
def test_a_number_of_days_from_0(rule, name, days):
    assert refusal(lambda: rule(**{name: days})) == (
        f"rule {rule.__name__}: {name}: not a number of days; got {days!r}; "
        "allowed: a whole number, 0 to 100000"
    )


@pytest.mark.parametrize("value", [0, 1, "yes", None])
def test_a_ratchet_is_yes_or_no(value):
    assert refusal(lambda: Match(ratchet=value)) == (
        f"rule Match: ratchet: not a yes or no; got {value!r}; allowed: true or false"
    )


@pytest.mark.parametrize("value", [-0.1, 10.1, float("nan"), float("inf"), "1", None, True])
@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (Match, "cap"),
        (Counter, "tolerance"),
        *((rule, "ratio") for rule in (Match, Deferred, SelfStop, Generous, Contrite, Deescalate)),
        (Counter, "step"),
        *((rule, "rate") for rule in (Targeted, Grim, Gradual)),
        (SelfStop, "stop"),
    ],
)
def test_a_number_lies_between_0_and_10(rule, name, value):
    assert refusal(lambda: rule(**{name: value})) == (
        f"rule {rule.__name__}: {name}: out of range; got {value!r}; allowed: a number between 0 and 10"
    )


@pytest.mark.parametrize("value", [-0.1, 1.01, 74.1, float("nan"), "1", True])
@pytest.mark.parametrize("name", ["coverage", "forgiveness", "diversion"])
def test_a_share_lies_between_0_and_1(name, value):
    assert refusal(lambda: Match(**{name: value})) == (
        f"rule Match: {name}: out of range; got {value!r}; allowed: a number between 0 and 1"
    )


@pytest.mark.parametrize("value", [-1, 100.1, "4"])
def test_an_elasticity_lies_between_0_and_100(value):
    assert refusal(lambda: Rebalance(elasticity=value)) == (
        f"rule Rebalance: elasticity: out of range; got {value!r}; allowed: a number between 0 and 100"
    )


def test_the_ends_of_every_range_are_allowed():
    Match(reaction=1, implementation=0, ratio=0, cap=0, coverage=0, tolerance=0, forgiveness=0, diversion=0)
    Match(ratio=10, cap=10.0, coverage=1, tolerance=10, forgiveness=1, diversion=1, reaction=100_000)
    Match(instrument="fee", equivalent=0)
    Match(instrument="export_control", equivalent=10)
    Deferred(patience=0)
    Gradual(period=1)
    Rebalance(elasticity=100)
    Rebalance(by="trade", elasticity=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Match(view="weighted"),
            "rule Match: view: unknown view; got 'weighted'; allowed: nominal | trade-weighted",
        ),
        (
            lambda: Match(beside="tariff", equivalent=0.1),
            "rule Match: beside: unknown beside; got 'tariff'; allowed: fee | export_control | None",
        ),
        (
            lambda: Match(instrument="fee", beside="export_control", equivalent=0.1),
            "rule Match: beside: beside what is no tariff; got 'export_control'; allowed: with a tariff",
        ),
        (
            lambda: Deescalate(beside="fee", equivalent=0.1),
            "rule Deescalate: beside: cuts what it never charged; got 'fee'; allowed: None",
        ),
        (
            lambda: Match(instrument="quota"),
            "rule Match: instrument: unknown instrument; got 'quota'; allowed: tariff | fee | export_control",
        ),
        (
            lambda: Match(instrument="fee"),
            (
                "rule Match: equivalent: fee without `equivalent`; got None; "
                "allowed: the ad-valorem trade cost of one point, a fraction: 0.3"
            ),
        ),
        (
            lambda: Match(instrument="export_control"),
            (
                "rule Match: equivalent: export_control without `equivalent`; got None; "
                "allowed: the ad-valorem trade cost of one point, a fraction: 0.3"
            ),
        ),
        (
            lambda: Match(equivalent=0.3),
            "rule Match: equivalent: `equivalent` without use; got 0.3; allowed: for fees and export controls",  # noqa: E501
        ),
        (
            lambda: Match(instrument="fee", equivalent=11),
            "rule Match: equivalent: out of range; got 11; allowed: a number between 0 and 10",
        ),
        (
            lambda: Match(instrument="fee", equivalent=True),
            "rule Match: equivalent: out of range; got True; allowed: a number between 0 and 10",
        ),
        (
            lambda: Match(view="trade-weighted", coverage=0),
            "rule Match: coverage: an answer on no trade weighs nothing; got 0; allowed: above 0",
        ),
        (
            lambda: Rebalance(coverage=0),
            "rule Rebalance: coverage: an answer on no trade weighs nothing; got 0; allowed: above 0",
        ),
        (
            lambda: Rebalance(by="value"),
            "rule Rebalance: by: unknown `by`; got 'value'; allowed: duties | trade",
        ),
        (
            lambda: Rebalance(by="trade"),
            "rule Rebalance: elasticity: trade that does not respond; got 0.0; allowed: 0.01 or more, by trade",  # noqa: E501
        ),
        (
            lambda: Deescalate(instrument="fee", equivalent=0.1),
            "rule Deescalate: instrument: cuts what it never charged; got 'fee'; allowed: 'tariff'",
        ),
        (
            lambda: Custom(function=0.5),
            (
                "rule Custom: function: not a function; got 0.5; "
                "allowed: function(seen, own, first, day, memory, values) -> (wanted, memory)"
            ),
        ),
        *(
            (
                lambda given=given_: Custom(function=half, parameters=given),
                (
                    f"rule Custom: parameters: not parameters; got {given_!r}; "
                    "allowed: a list of four numbers at most"
                ),
            )
            for given_ in ((1, 2, 3, 4, 5), ("1",), (True,), 0.5, "12", (float("nan"),))
        ),
    ],
)
def test_a_rule_that_makes_no_sense(call, message):
    assert refusal(call) == message


@pytest.mark.parametrize("allies", [("usa",), (3,), 3, ("United States",)])
def test_allies_are_codes(allies):
    found = refusal(lambda: Match(allies=allies))
    got = allies[0] if isinstance(allies, tuple) else allies
    assert re.match(f"rule Match: allies: not (economies|an economy code); got {got!r}; allowed: ", found)


def test_every_problem_is_reported():
    found = refusal(lambda: Match(ratio=-1, reaction=0, ratchet="no", view="no", instrument="fee"))
    assert [line.split(";")[0] for line in found.splitlines()] == [
        "rule Match: reaction: not a number of days",
        "rule Match: ratchet: not a yes or no",
        "rule Match: ratio: out of range",
        "rule Match: view: unknown view",
        "rule Match: equivalent: fee without `equivalent`",
    ]
