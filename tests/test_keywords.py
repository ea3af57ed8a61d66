"""Keywords: what a description does not have is refused with what it has, and its signature stays."""

import dataclasses
import inspect

import pytest

import tradesim as ts
from tradesim import rules
from tradesim.errors import InputError
from tradesim.keywords import by_name

DESCRIPTIONS = [
    *rules.KINDS.values(), rules.Custom, ts.Measure, ts.Truce, ts.Event, ts.Outcome, ts.Effect, ts.Shock,
    ts.Scenario, ts.Record, ts.Economies, ts.Schedule,
]  # fmt: skip


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value).split("\n")


@pytest.mark.parametrize("described", DESCRIPTIONS, ids=lambda each: each.__name__)
def test_an_unknown_keyword_is_refused_with_the_nearest(described):
    fields = [name for name in inspect.signature(described).parameters if name != "kind"]
    typo = fields[-1][:-1] + "x"
    found = refusal(lambda: described(**{typo: 1}))
    assert found[0].startswith(f"{described.__name__}: unknown keyword; got {typo!r}; allowed: ")
    assert f"{fields[-1]!r}" in found[0].partition("did you mean")[2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: rules.Match(0.5),
            "Match: a value without a name; got 0.5; allowed: reaction, implementation, ",
        ),
        (rules.Custom, "Custom: `function` is missing; allowed: reaction, "),
        (lambda: ts.Truce(name="t", start="2025-01-01"), "Truce: `parties` is missing; allowed: name, "),
        (ts.Shock, "Shock: `importer` is missing; allowed: importer, exporter, rate, size, "),
        (lambda: ts.Schedule([]), "Schedule: `economies` is missing; allowed: measures, economies, "),
        (
            lambda: ts.Economies(["USA"], None, None, "", "", 1),
            "Economies: a value without a name; got 1; all",
        ),
        (
            lambda: dataclasses.replace(rules.Match(), ratoi=1),
            "Match: unknown keyword; got 'ratoi'; allowed: allies, ",
        ),
    ],
)
def test_what_is_missing_or_without_a_name_is_said(call, message):
    assert refusal(call)[0].startswith(message)


def test_a_typo_is_one_problem_not_two():
    assert len(refusal(lambda: ts.Event(name="x", dat="2025-01-01", outcomes=()))) == 1


def test_signatures_and_texts_stay_for_editors():
    assert inspect.signature(rules.Match).parameters["ratio"].default == 1.0
    assert list(inspect.signature(ts.Truce).parameters)[:3] == ["name", "parties", "start"]
    assert rules.Match.__init__.__name__ == "__init__"


def test_other_mistakes_are_not_covered_up():
    @by_name
    class Odd:
        def __init__(self, *, size):
            self.size = size + "px"

    assert Odd(size="2").size == "2px"
    with pytest.raises(TypeError, match="unsupported operand"):
        Odd(size=2)


def test_what_differs_in_its_letters_only_is_recognised():
    war = {"name": "x", "start": "2025-04-02", "end": "2025-05-01", "record": ts.Record(name="us-china")}
    with pytest.raises(InputError, match=r"unknown economy; got 'chn'.*did you mean 'CHN'\?"):
        ts.Scenario(**war, rules={"chn": rules.Match()})
