"""Designs: what draw k has is a function of seed and k alone, and nothing unfit gets as far as running."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

import tradesim as ts
from tradesim import scenarios
from tradesim.engine.philox import stream_of, uniform
from tradesim.engine.sobol import sobol_points
from tradesim.errors import InputError
from tradesim.sweeps.checks import design_problems, refuse_unfit
from tradesim.sweeps.design import combinations_of, design_of, read_design
from tradesim.sweeps.numbers import numbers, shuffled
from tradesim.sweeps.spreads import Choice, Drawn, Grid, listed, read, spread_of
from tradesim.sweeps.sweep import sweep
from tradesim.sweeps.words import plain, unplain

RATIO, OTHER = "rules.CHN.ratio", "rules.USA.ratio"
OCTOBER = scenarios.load("us-china-2025-10")
SEED = 11


def refusal(over, match, **options):
    with pytest.raises(InputError, match=match) as error:
        sweep(OCTOBER, over, **{"draws": 1000, "progress": False} | options)
    return error.value


# Numbers ---------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.integers(0, 2**64 - 1))
def test_random_numbers_are_those_of_the_generator(draws, seed):
    found = numbers("random", seed, np.array(draws), [RATIO, OTHER], 10**9)
    for column, name in enumerate([RATIO, OTHER]):
        np.testing.assert_array_equal(
            found[:, column], uniform(seed, np.array(draws), 0, stream_of("sweep", name))
        )


@given(st.integers(1, 6), st.lists(st.integers(0, 5000), min_size=1, max_size=10), st.sampled_from([30, 32]))
def test_sobol_points_are_those_of_scipy_whichever_are_asked_for(dimensions, draws, bits):
    sequence = qmc.Sobol(dimensions, rng=np.random.default_rng(SEED), bits=bits)
    wanted = sequence.random(8192)[draws]
    np.testing.assert_array_equal(sobol_points(SEED, np.array(draws), dimensions, bits), wanted)


def test_a_sobol_point_far_out_is_there_at_once():
    sequence = qmc.Sobol(2, rng=np.random.default_rng(SEED), bits=32)
    sequence.fast_forward(3_000_001)
    np.testing.assert_array_equal(sobol_points(SEED, np.array([3_000_001]), 2, 32), sequence.random(1))


@given(st.integers(1, 3000), st.integers(0, 2**64 - 1))
def test_a_shuffle_leaves_none_out(total, seed):
    assert sorted(shuffled(seed, np.arange(total), total, 5).tolist()) == list(range(total))


def test_a_shuffle_is_one():
    places = shuffled(SEED, np.arange(10_000), 10_000, 5)
    assert abs(np.corrcoef(np.arange(10_000), places)[0, 1]) < 0.05
    assert abs(np.corrcoef(places[1:], places[:-1])[0, 1]) < 0.05


@given(st.integers(1, 700))
def test_a_latin_hypercube_has_one_draw_in_each_part_of_every_parameter(total):
    found = numbers("latin", SEED, np.arange(total), [RATIO, OTHER], total)
    for column in found.T:
        assert sorted((column * total).astype(int).tolist()) == list(range(total))


@pytest.mark.parametrize("kind", ["random", "latin", "sobol"])
def test_a_draw_is_the_same_whatever_runs_beside_it(kind):
    over = {
        RATIO: ts.normal(1.0, 0.2, low=0.0, high=2.0),
        OTHER: ts.beta(2, 3),
        "truces.geneva.breach": ts.uniform(0, 1),
    }
    design = design_of(over, kind, {(RATIO, OTHER): 0.6})
    whole = design.values(SEED, np.arange(3000), 3000)
    for draws in (np.arange(17, 18), np.arange(512, 1024), np.array([2999, 0, 77])):
        part = design.values(SEED, draws, 3000)
        for path, values in part.items():
            np.testing.assert_array_equal(values, whole[path][draws])


def test_a_copula_ties_ranks_together_and_leaves_each_distribution_as_it_is():
    over = {RATIO: ts.uniform(0.5, 1.2), OTHER: stats.expon(scale=0.3)}
    values = design_of(over, "sobol", {(RATIO, OTHER): 0.6}).values(SEED, np.arange(8192), 8192)
    spearman = stats.spearmanr(values[RATIO], values[OTHER]).statistic
    assert spearman == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=0.01)  # Pearson (1907)
    assert stats.kstest(values[RATIO], ts.uniform(0.5, 1.2).cdf).pvalue > 0.01
    assert stats.kstest(values[OTHER], stats.expon(scale=0.3).cdf).pvalue > 0.01


# Spreads ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spread", "mean"),
    [
        (ts.uniform(0.5, 1.2), 0.85),
        (ts.loguniform(0.1, 1.0), 0.9 / np.log(10)),
        (ts.triangular(0.0, 0.3, 1.2), 0.5),
        (ts.normal(0.4, 0.1), 0.4),
        (ts.normal(1.0, 0.2, low=0.8, high=1.2), 1.0),
        (ts.beta(2, 3, low=0.0, high=0.5), 0.2),
        (ts.integers(2, 5), 3.5),
    ],
    ids=lambda each: each.dist.name if hasattr(each, "dist") else "",
)
def test_short_names_stand_for_distributions_of_scipy(spread, mean):
    assert float(spread.mean()) == pytest.approx(mean)


def test_choices_have_their_odds():
    values = Choice(("a", "b", "c"), (1.0, 2.0, 1.0)).values(
        np.array([0.0, 0.24, 0.25, 0.74, 0.75, 0.999]), None
    )
    assert values.tolist() == ["a", "a", "b", "b", "c", "c"]


def test_lists_are_gone_through_in_all_combinations_again_and_again():
    design = design_of({RATIO: [0.5, 1.0, 1.5], OTHER: [0.0, 1.0]})
    values = design.values(SEED, np.arange(8), 8)
    assert values[RATIO].tolist() == [0.5, 0.5, 1.0, 1.0, 1.5, 1.5, 0.5, 0.5]
    assert values[OTHER].tolist() == [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]


def test_explicit_points_are_gone_through_row_by_row():
    points = pd.DataFrame(
        {RATIO: [0.5, 0.7, 0.9], "rules.CHN.view": ["nominal", "nominal", "trade-weighted"]}
    )
    design = design_of(points)
    values = design.values(SEED, np.arange(4), 4)
    assert values[RATIO].tolist() == [0.5, 0.7, 0.9, 0.5]
    assert values["rules.CHN.view"].tolist() == ["nominal", "nominal", "trade-weighted", "nominal"]
    assert combinations_of(design, ["rules.CHN.view"]) == [("nominal",), ("trade-weighted",)]


@pytest.mark.parametrize(
    "over",
    [
        {
            RATIO: ts.uniform(0.5, 1.2),
            "rules.CHN.view": ts.choice(["nominal", "trade-weighted"], odds=[3, 1]),
        },
        {
            RATIO: stats.beta(2, 3, scale=0.5),
            "events.summit.date": [dt.date(2025, 10, 30), dt.date(2025, 11, 2)],
        },
        {
            "rules.CHN.allies": [(), ("ROW",)],
            "shocks.x.size": [ts.Size(value=0.1), ts.Size("expon", scale=0.1)],
        },
        pd.DataFrame({RATIO: [0.5, 0.7], OTHER: [0.1, 0.2]}),
    ],
    ids=["choice", "dates", "sizes", "points"],
)
def test_a_design_written_down_is_the_same_design(over):
    design = design_of(over)
    again = read_design(json.loads(json.dumps(design.described())))
    for path, values in design.values(SEED, np.arange(50), 50).items():
        assert again.values(SEED, np.arange(50), 50)[path].tolist() == values.tolist()


def test_points_may_be_of_any_kind():
    points = pd.DataFrame(
        {"rules.CHN.ratchet": [True, False], "events.summit.date": [np.datetime64("2025-10-30")] * 2}
    )
    design = design_of(points)
    again = read_design(json.loads(json.dumps(design.described())))
    assert again.values(SEED, np.arange(2), 2)["rules.CHN.ratchet"].tolist() == [True, False]
    found = sweep(OCTOBER, points, draws=4, progress=False).outcomes()
    assert found["rules.CHN.ratchet"].tolist() == [True, False, True, False]


def test_values_are_written_down_and_read_again_or_refused():
    for value in (None, True, 3, 0.1, "a", dt.date(2025, 1, 1), ("CAN", ("MEX",)), ts.Size(value=0.1)):
        assert unplain(json.loads(json.dumps(plain(value)))) == value
    assert unplain(plain(np.datetime64("2025-01-01"))) == dt.date(2025, 1, 1)
    assert plain(np.float64(0.5)) == 0.5
    with pytest.raises(InputError, match="cannot be written down"):
        plain(len)


def test_the_same_spread_is_not_made_twice():
    spread = spread_of([1, 2])
    assert spread_of(spread) is spread
    assert isinstance(spread_of(np.array([0.5, 1.0])), Grid)
    assert isinstance(read(Drawn(ts.uniform(0, 1)).described()), Drawn)
    assert listed([1, 2]).dtype == np.int64


# Refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: ts.uniform(1.0, 0.5), "empty range"),
        (lambda: ts.uniform(0.5, float("inf")), "not a number"),
        (lambda: ts.uniform("a", 1), "not a number"),
        (lambda: ts.triangular(0.0, 2.0, 1.0), "outside the range"),
        (lambda: ts.normal(1.0, 0.0), "not above 0"),
        (lambda: ts.normal(1.0, 0.1, low=2.0, high=1.0), "empty range"),
        (lambda: ts.loguniform(0.0, 1.0), "not above 0"),
        (lambda: ts.beta(0, 1), "not above 0"),
        (lambda: ts.integers(1.5, 2), "not a whole number"),
        (lambda: ts.choice([]), "no values"),
        (lambda: ts.choice([1, 1]), "given twice"),
        (lambda: ts.choice([1, 2], odds=[1]), "one for each"),
        (lambda: ts.choice([1, 2], odds=[0, 0]), "not odds"),
        (lambda: ts.choice([1, 2], odds=[-1, 2]), "not odds"),
    ],
)
def test_impossible_distributions_are_refused(make, match):
    with pytest.raises(InputError, match=match):
        make()


class Homemade(stats.rv_continuous):
    def _pdf(self, x):
        return 1.0 + 0.0 * x


@pytest.mark.parametrize(
    ("over", "match"),
    [
        ({"rules.CHN.rato": [0.5]}, "did you mean 'rules.CHN.ratio'"),
        ({"summit.deal": [0.5]}, "did you mean 'events.summit.deal'"),
        ({"start": ["2025-10-24"]}, "not an assumption of a run"),
        ({RATIO: ts.uniform(0.5, 20)}, "ratio: out of range; got 20.0"),
        ({RATIO: [0.5, -0.1]}, "got -0.1"),
        ({RATIO: ts.normal(1.0, 0.2)}, "without an end"),
        ({RATIO: stats.uniform(0.5, -1)}, "does not allow"),
        ({RATIO: stats.uniform(np.array([0.5, 1.0]), 1)}, "several distributions"),
        ({RATIO: Homemade(a=0, b=1, name="homemade")()}, "not a distribution of scipy.stats"),
        ({RATIO: "often"}, "does not say how it varies"),
        ({RATIO: []}, "no values"),
        ({RATIO: (0.5, 1.2)}, r"a range: ts.uniform\(0.5, 1.2\); two values in turn: \[0.5, 1.2\]"),
        ({RATIO: "0.5:1.2"}, r"a range: ts.uniform\(0.5, 1.2\)"),
        ({RATIO: 0.8}, r"one value: \[0.8\]"),
        ({RATIO: None}, "does not say how it varies"),
        ({RATIO: [0.5, float("nan")]}, "not a finite number"),
        ({"truces.geneva.days": ts.uniform(30, 90.5)}, r"whole numbers: ts.integers\(30, 90\)"),
        ({"events.summit.deal": [0.2, 70]}, "not a probability; got 70"),
        ({"rules.CHN.reaction": ts.uniform(1, 4)}, "not a number of days"),
        ({"rules.CHN.view": ts.uniform(0, 1)}, "cannot vary within a run"),
        ({"rules.CHN.view": ["nominal", "weighted"]}, "unknown view"),
        ({"events.summit.deal": ts.uniform(0, 0.8), "events.summit.break": ts.uniform(0, 0.4)}, "0 to 1.2"),
        ({"events.talks.framework": [0.5], "events.talks.deadlock": [0.4]}, "leave one outcome out"),
        (pd.DataFrame({RATIO: []}), "no points"),
        (pd.DataFrame({RATIO: [0.5, np.nan]}), "a value is missing"),
        (pd.DataFrame([[0.5, 0.6]], columns=[RATIO, RATIO]), "column given twice"),
        ([RATIO], "not a design"),
        ({"rules.CHN.allies": [lambda: 0]}, "not economies|cannot be written down"),
    ],
)
def test_designs_that_do_not_fit_are_refused_before_anything_runs(over, match):
    refusal(over, match)


def seen_again(seen, own, first, day, memory, values):
    return seen, memory


def test_parameters_of_a_rule_of_one_s_own_vary_one_by_one():
    own = OCTOBER.with_({"rules.CHN": ts.rules.Custom(function=seen_again, parameters=(1,))})
    with pytest.raises(InputError, match=r"`rules\.CHN\.parameters\.0` and so on vary by themselves"):
        sweep(own, {"rules.CHN.parameters": ts.uniform(0, 1)}, draws=8, progress=False)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"draws": 0}, "not a number of draws"),
        ({"draws": 10**12}, r"about .* days, .* of memory and .* TB in a store"),
        ({"seed": -1}, "not a seed"),
        ({"bins": 1}, "not a number of bins"),
        ({"top": 0}, "not a duty"),
        ({"levels": [-0.5]}, "not a duty"),
        ({"levels": 0.5}, "not a list of levels"),
        ({"threads": 0}, "not a number of threads"),
        ({"executor": "threads"}, "not an executor"),
        ({"levels": [0.5, 0.5]}, "one twice"),
        ({"levels": [125]}, "did you mean 1.25"),
        ({"draws": 1e6}, "did you mean 1_000_000"),
        ({"draws": 2**31, "sampling": "sobol"}, "1,073,741,824 with sampling"),
        ({"keep": -1}, "not a number of rows"),
        ({"store": True}, "not a folder"),
        ({"store": " "}, "not a folder"),
        ({"progress": "yes"}, "not a way to tell progress"),
        ({"correlation": 0.5}, "not correlations"),
        ({"sampling": "halton"}, "unknown sampling"),
        ({"block": 500}, "a multiple of 512"),
        ({"paths": "some"}, "unknown choice of paths"),
        ({"paths": "all"}, "nowhere to put them"),
        ({"design": "halton"}, "unknown design"),
        ({"correlation": {(RATIO, "rules.CHN.cap"): 0.5}}, "unknown parameter by chance"),
        ({"correlation": {(RATIO, RATIO): 0.5}}, "not two parameters"),
        ({"correlation": {(RATIO, OTHER): 1.0}}, "not a correlation"),
        ({"correlation": {(RATIO, OTHER): 0.5, (OTHER, RATIO): 0.5}}, "given twice"),
    ],
)
def test_what_is_asked_for_beside_is_checked_too(options, match):
    refusal({RATIO: ts.uniform(0.5, 1.2), OTHER: ts.uniform(0.5, 1.2)}, match, **options)


def test_correlations_that_cannot_hold_together_are_refused():
    over = {RATIO: ts.uniform(0, 1), OTHER: ts.uniform(0, 1), "rules.CHN.cap": ts.uniform(0, 1)}
    pairs = {(RATIO, OTHER): 0.9, (RATIO, "rules.CHN.cap"): 0.9, (OTHER, "rules.CHN.cap"): -0.9}
    refusal(over, "cannot hold together", correlation=pairs)


def test_a_design_without_chance_has_no_kind():
    refusal({RATIO: [0.5, 1.0]}, "nothing to draw", design="sobol")


def test_a_sobol_sequence_ends():
    with pytest.raises(InputError, match="more draws than points"):
        sweep(OCTOBER, {RATIO: ts.uniform(0, 1)}, draws=2**32 + 1, design="sobol", progress=False)


def test_a_grid_needs_a_draw_for_each_of_its_points():
    refusal({RATIO: list(np.linspace(0, 1, 11)), OTHER: [0, 1]}, "22 or more", draws=21)


def test_every_problem_is_told_at_once(tmp_path):
    error = refusal({"rules.CHN.rato": [1], "events.sumit.deal": [0.5]}, "unknown parameter")
    assert len(error.problems) == 2
    (tmp_path / "file").write_text("")
    options = {"draws": 0, "seed": -1, "threads": 0, "store": tmp_path / "file", "keep": -1, "levels": [125]}
    for over, first in (
        ({"rules.CHN.rato": [1]}, "unknown parameter"),
        ({RATIO: "often", "rules.CHN.rato": [1]}, "does not say how it varies"),
        ([RATIO], "not a design"),
    ):
        told = refusal(over, first, **options)
        whats = " ".join(problem.what for problem in told.problems)
        for word in ("draws", "seed", "threads", "folder", "rows", "a duty above"):
            assert word in whats
        assert ("unknown parameter" in whats) == isinstance(over, dict)


def test_a_series_of_values_is_gone_through_in_turn():
    found = sweep(OCTOBER, {RATIO: pd.Series([0.5, 0.8])}, draws=4, progress=False).outcomes()
    assert found[RATIO].tolist() == [0.5, 0.8, 0.5, 0.8]


def test_a_whole_rule_is_no_number_to_sweep():
    refusal({"rules.CHN": [1]}, r"over: a whole rule.*several rules are several scenarios")


def test_too_many_programs_are_refused():
    days = [dt.date(2025, 10, 24) + dt.timedelta(days=k) for k in range(40)]
    over = {"events.summit.date": days, "events.talks.date": days}
    assert any("too many that cannot vary" in str(p) for p in design_problems({"": OCTOBER}, design_of(over)))


def test_odds_of_points_are_added_up_row_by_row():
    fits = pd.DataFrame({"events.summit.deal": [0.9, 0.1], "events.summit.break": [0.1, 0.9]})
    refuse_unfit({"": OCTOBER}, design_of(fits))
    with pytest.raises(InputError, match="odds that do not fit"):
        refuse_unfit({"": OCTOBER}, design_of(fits + 0.05))


# Named scenarios -------------------------------------------------------------------------------------


def test_named_scenarios_are_a_dimension():
    named = {name: OCTOBER.branch(name) for name in ("deal", "threat")}
    found = sweep(named, {RATIO: [0.5, 1.0]}, draws=4, progress=False).outcomes()
    assert found["scenario"].tolist() == ["deal", "deal", "threat", "threat"]
    for _, row in found.iterrows():
        path = named[row["scenario"]].with_({RATIO: row[RATIO]}).run(1)
        assert row["last.CHN-USA"] == path.duty[0, -1, 1, 0]


def test_named_scenarios_may_be_left_to_chance_or_given_by_row():
    named = {name: OCTOBER.branch(name) for name in ("deal", "threat")}
    drawn = sweep(named, {"scenario": ts.choice(["deal", "threat"], odds=[9, 1])}, draws=200, progress=False)
    assert 0.8 < (drawn.outcomes()["scenario"] == "deal").mean() < 0.97
    points = pd.DataFrame({"scenario": ["threat", "deal"], RATIO: [0.5, 0.7]})
    assert sweep(named, points, draws=2, progress=False).outcomes()["scenario"].tolist() == ["threat", "deal"]


def test_scenarios_that_differ_in_what_their_results_share_are_refused():
    named = {
        "one": OCTOBER,
        "other": OCTOBER.with_({"end": "2026-01-01"}),
        "third": scenarios.load("geneva-2025"),
    }
    with pytest.raises(InputError, match="other days than 'one'"):
        sweep(named, {}, draws=2, progress=False)


@pytest.mark.parametrize("given_scenario", [None, {}, {"one": 1}, [OCTOBER]])
def test_what_is_no_scenario_is_refused(given_scenario):
    with pytest.raises(InputError, match="not a scenario"):
        sweep(given_scenario, {}, draws=2, progress=False)


def test_an_unknown_name_of_a_scenario_is_refused():
    with pytest.raises(InputError, match="did you mean 'deal'"):
        sweep({"deal": OCTOBER.branch("deal")}, {"scenario": ["dael"]}, draws=2, progress=False)


def test_long_lists_of_values_are_looked_through_once():
    with pytest.raises(InputError, match="value given twice; got 0"):
        ts.choice([*range(200_000), 0])
    with pytest.raises(InputError, match=r"value given twice; got \[1\]"):
        ts.choice([[1], [2], [1]])
