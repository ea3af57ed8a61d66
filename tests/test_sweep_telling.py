"""Telling: what a store says of its sweep, and how another differs, in names and ranges a person knows."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tradesim as ts
from tradesim import rules, scenarios
from tradesim.cli import sweeping
from tradesim.errors import InputError
from tradesim.shocks import Shock, Size
from tradesim.sweeps.comparing import differences
from tradesim.sweeps.spreads import Explicit, listed, spread_of
from tradesim.sweeps.sweep import sweep
from tradesim.sweeps.telling import scenario_told, spread_told, value_told

OCTOBER = scenarios.load("us-china-2025-10").with_({"end": "2025-11-20"})
RATIO, OTHER = "rules.CHN.ratio", "rules.USA.ratio"
OVER = {RATIO: ts.uniform(0.5, 1.2), OTHER: [0.0, 0.8]}


def run(folder, scenario=OCTOBER, over=OVER, **options):
    given = {"draws": 512, "seed": 3, "bins": 64, "progress": False}
    return sweep(scenario, over, store=folder, **(given | options))


@pytest.fixture
def folder(tmp_path):
    run(tmp_path)
    return tmp_path


def refused(folder, *args, **options):
    with pytest.raises(InputError) as error:
        run(folder, *args, **options)
    (problem,) = error.value.problems
    assert "stored" in problem.got or "→" in problem.got
    assert problem.allowed
    assert "another folder" in problem.fix
    return problem.got


# Ways to vary ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (stats.uniform(0.5, 0.7), "uniform 0.5–1.2"),
        (stats.uniform(loc=0.5, scale=0.7), "uniform 0.5–1.2"),
        (ts.loguniform(0.1, 10), "loguniform 0.1–10"),
        (ts.triangular(0.5, 1.0, 2.5), "triangular on 0.5–2.5, mode 1"),
        (ts.normal(1.0, 0.2), "normal, mean 1, sd 0.2"),
        (ts.normal(1.0, 0.2, low=0.0), "normal, mean 1, sd 0.2, cut to 0–inf"),
        (ts.normal(1.0, 0.2, 0.0, 2.0), "normal, mean 1, sd 0.2, cut to 0–2"),
        (ts.beta(2, 3, low=0.25, high=0.75), "beta(2, 3) on 0.25–0.75"),
        (ts.integers(30, 90), "whole numbers 30–90"),
        (stats.gamma(2.0, scale=0.1), "gamma(2, scale=0.1)"),
        ([0.5, 0.8, 1], "0.5, 0.8, 1 in turn"),
        (range(30), "0, 1, 2, 3, 4, 5, 6, 7, … (30 in all) in turn"),
        ([("CAN", "MEX"), None, True], "(CAN, MEX), none, yes in turn"),
        (ts.choice(["a", "b"]), "a or b by chance"),
        (ts.choice(["a", "b"], odds=[3, 1]), "a or b by chance with odds 3 : 1"),
        (Explicit(listed([0.5, 0.8])), "2 points"),
    ],
)
def test_ways_to_vary_are_told_in_words(way, words):
    assert spread_told(json.loads(json.dumps(spread_of(way).described()))) == words


def test_values_are_told_as_a_person_writes_them():
    assert value_told(Size("fixed", value=0.25)) == "fixed (value 0.25)"
    assert value_told(()) == "none"
    assert value_told(np.bool_(True)) == "yes"
    assert value_told(len) == "builtins.len"
    assert value_told(math.hypot) == "math.hypot"


# Differences -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"truces.geneva.days": 120}, "truces.geneva.days 90 → 120"),
        ({"rules.CHN.view": "trade-weighted"}, "rules.CHN.view none → trade-weighted"),
        ({"events.summit.deal": 0.4}, "events.summit.deal 0.5 → 0.4"),
        ({"events.talks.date": "2025-10-27"}, "events.talks.date 2025-10-26 → 2025-10-27"),
    ],
)
def test_a_changed_scenario_is_told_by_path(folder, changes, words):
    assert f"scenario: {words}" in refused(folder, OCTOBER.with_(changes))


def test_acts_effects_rules_and_trade_that_changed_are_told(folder):
    schedule = OCTOBER.schedule
    live = next(m for m in schedule.measures if m.name == "Additional 100 % on China")
    others = tuple(m for m in schedule.measures if m != live)
    dearer = replace(schedule, measures=(*others, replace(live, rate=0.8)))
    got = refused(folder, replace(OCTOBER, schedule=dearer))
    assert got == "scenario: measures.Additional 100 % on China (USA-CHN, 2025-11-01).rate 1 → 0.8"
    summit = OCTOBER.events[1]
    first = replace(summit.outcomes[0], effects=summit.outcomes[1].effects)
    events = (OCTOBER.events[0], replace(summit, outcomes=(first, *summit.outcomes[1:])))
    assert "events.summit.deal.effects extend_truce 'geneva' until 2026-11-10; set_rate" in refused(
        folder, replace(OCTOBER, events=events)
    )
    shock = Shock(importer="USA", exporter="CHN", rate=1.0, size=Size(value=0.1))
    assert "shocks.USA-CHN.rate not there → 1" in refused(folder, replace(OCTOBER, shocks=(shock,)))
    counter = rules.Generous(reaction=2, cap=1.25)
    got = refused(folder, replace(OCTOBER, rules={**OCTOBER.rules, "CHN": counter}))
    assert "rules.CHN.kind match → generous" in got


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"over": {RATIO: ts.uniform(0.5, 1.5), OTHER: [0.0, 0.8]}},
         f"{RATIO}: stored uniform 0.5–1.2, given uniform 0.5–1.5"),
        ({"over": {RATIO: ts.uniform(0.5, 1.2)}},
         f"{OTHER}: stored 0, 0.8 in turn, given as the scenario has it"),
        ({"over": {RATIO: ts.uniform(0.5, 1.2), OTHER: [0.8, 0.0]}},
         f"{OTHER}: stored 0, 0.8 in turn, given 0.8, 0 in turn"),
        ({"over": dict(reversed(OVER.items()))},
         f"over: stored in the order {RATIO}, {OTHER}, given in the order {OTHER}, {RATIO}"),
        ({"design": "sobol"}, "design: stored random, given sobol"),
        ({"seed": 4, "top": 5.0}, "seed: stored 3, given 4; top: stored 4, given 5"),
        ({"scenario": {"a": OCTOBER, "b": OCTOBER}}, "scenario: stored, not given; scenario 'a': not stored"),
    ],
)  # fmt: skip
def test_another_design_is_told_in_ranges(folder, options, words):
    assert words in refused(folder, **options)


def test_parameters_in_another_order_are_another_design_and_not_mixed(folder):
    """Lists are gone through in the order of the parameters: the same draws would have other values."""
    turned = dict(reversed(OVER.items()))
    refused(folder, over=turned, draws=1024)
    assert (
        run(folder, draws=1024).digest
        == sweep(OCTOBER, OVER, draws=1024, seed=3, bins=64, progress=False).digest
    )


def test_points_and_correlations_that_differ_are_told(tmp_path):
    points = pd.DataFrame({RATIO: np.linspace(0.5, 1.0, 20), OTHER: [0.5] * 20})
    run(tmp_path / "points", over=points)
    other = points.copy()
    other.loc[3, RATIO] = 0.9
    other.loc[7, RATIO] = 0.95
    got = refused(tmp_path / "points", over=other)
    assert got.startswith(f"{RATIO}: value 4 stored 0.578947")
    assert got.endswith("given 0.9 (2 of 20 differ)")
    assert "20 points, given 10 points" in refused(tmp_path / "points", over=points.head(10))
    both = {RATIO: ts.uniform(0, 1), OTHER: ts.uniform(0, 1)}
    run(tmp_path / "tied", over=both, correlation={(RATIO, OTHER): 0.5})
    assert run(tmp_path / "tied", over=both, correlation={(OTHER, RATIO): 0.5}).draws == 512
    got = refused(tmp_path / "tied", over=both)
    assert got == f"correlation of {RATIO} and {OTHER}: stored 0.5, given not there"


def test_a_function_of_the_users_own_is_told_apart_by_its_code(tmp_path):
    def made(by):
        def scaled(seen, own, first, day, memory, values):
            return by * seen, memory

        return scaled

    own = replace(OCTOBER, rules={"CHN": rules.Custom(function=made(1.0))})
    over = {"rules.CHN.cap": ts.uniform(0.5, 1)}
    run(tmp_path, own, over)
    got = refused(tmp_path, replace(OCTOBER, rules={"CHN": rules.Custom(function=made(2.0))}), over)
    assert "rules.CHN.function" in got
    assert got.count("(code ") == 2


def test_what_is_written_the_same_and_is_not_is_said():
    told = {"": scenario_told(OCTOBER)}
    one, other = ({"scenarios": {"": code}, "told": told} for code in "ab")
    (line,) = differences(one, other)
    assert line.startswith(
        "scenario: written the same, but its record of duties, or what tradesim makes of it"
    )


@pytest.mark.parametrize(
    ("before", "given", "line"),
    [
        ({"versions": {"engine": "0123456789"}}, {"versions": {"engine": "abcdef0123"}},
         "source of tradesim: stored 01234567, here abcdef01"),
        ({"versions": {}}, {"versions": {"dask": "2"}}, "dask: stored with not there, installed 2"),
        ({}, {"more": [1]}, "more: stored not there, given 1"),
    ],
)  # fmt: skip
def test_whatever_else_differs_is_told(before, given, line):
    assert differences(before, given) == [line]


def test_named_scenarios_in_another_order_are_the_same_where_their_turns_are(tmp_path):
    named = {name: OCTOBER.branch(name) for name in ("threat", "deal")}
    over = {"scenario": ["deal", "threat"]}
    first = run(tmp_path, named, over)
    assert run(tmp_path, dict(reversed(named.items())), over).digest == first.digest


def test_status_tells_ranges(folder, capsys):
    sweeping.status(folder, as_json=False)
    assert f"{RATIO} uniform 0.5–1.2; {OTHER} 0, 0.8 in turn (random)" in capsys.readouterr().out
