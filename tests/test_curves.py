"""Curves: the arithmetic of rules that answer along knots, and the knots that the economics solves."""

import datetime as dt
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from economics_oracle import single_sector
from hypothesis import given, settings
from hypothesis import strategies as st
from random_scenarios import TOY

from tradesim import datasets
from tradesim.assembly import curves, curves_of
from tradesim.economics import ServicesModel, SingleSector
from tradesim.economies import Economies
from tradesim.engine import families, run
from tradesim.engine.program import DUST, WEIGHTED
from tradesim.errors import InputError
from tradesim.measures import Measure
from tradesim.record import Record
from tradesim.rules import BestResponse, TermsOfTrade, WelfareRestoring
from tradesim.scenario import Scenario
from tradesim.scenarios import load
from tradesim.schedule import Schedule
from tradesim.timegrid import TimeGrid
from tradesim.trade_data import world_2023

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


# The knots -------------------------------------------------------------------------------------------

CODES = ("USA", "CHN", "ROW")
IMPORTS = np.array([[0.0, 30.0, 30.0], [20.0, 0.0, 30.0], [40.0, 20.0, 0.0]])
"""Everybody sells as much as it buys: no deficit is purged."""
GDP = np.array([250.0, 180.0, 400.0])
GRID = TimeGrid("2025-04-02", "2025-06-01")
KINDS = (TermsOfTrade, WelfareRestoring, BestResponse)


def duties(*rates):
    """Acts of the United States and China on each other, in force long before the first day."""
    return [
        Measure(name="old", importer=i, exporter=j, authority="law", rate=rate, effective="2020-01-01")
        for (i, j), rate in zip((("USA", "CHN"), ("CHN", "USA")), rates, strict=True)
        if rate
    ]


def schedule(order=(0, 1, 2), measures=()):
    codes = [CODES[k] for k in order]
    return Schedule(measures, Economies(codes, IMPORTS[np.ix_(order, order)], GDP[list(order)]))


def curve_of(rule, pair=("CHN", "USA"), **options):
    return curves_of({pair[0]: rule}, schedule(**options), GRID)[pair]


def judged(level, answer, rates=(0.1, 0.05), elasticity=4.0):
    """Wages and welfare by the oracle where the United States charge so much more, and China answers so."""
    tariffs = np.array([[0.0, rates[0], 0.0], [rates[1], 0.0, 0.0], [0.0, 0.0, 0.0]])
    flows = IMPORTS * (1 + tariffs) + np.diag(GDP - IMPORTS.sum(axis=0))
    after = tariffs.copy()
    after[0, 1] += level
    after[1, 0] += answer
    return single_sector(flows.tolist(), tariffs.tolist(), after.tolist(), elasticity)


def knots_of(curve):
    """Some knots: the first, some on the way, and the last."""
    some = np.linspace(0, len(curve.levels) - 1, 6).astype(int)
    return [(float(curve.levels[k]), float(curve.answers[k]), bool(curve.reached[k])) for k in some]


def test_terms_of_trade_are_restored_at_every_knot():
    curve = curve_of(TermsOfTrade(), measures=duties(0.1, 0.05))
    assert curve.reached.any()
    assert not curve.reached.all()
    for level, answer, reached in knots_of(curve):
        if reached:
            wage = judged(level, answer)["wage"]
            assert wage[1] / wage[0] == pytest.approx(1.0, abs=1e-6)
        else:
            assert answer == families.UNLIMITED
            wage = judged(level, 2.0)["wage"]
            assert wage[1] / wage[0] < 1 - 1e-6


def test_welfare_is_restored_or_comes_closest_at_every_knot():
    curve = curve_of(WelfareRestoring(), measures=duties(0.1, 0.0))
    assert curve.reached.any()
    assert not curve.reached.all()
    places = [int(np.flatnonzero(curve.reached)[k]) for k in (0, 1, -1)]
    for level, answer in [(curve.levels[k], curve.answers[k]) for k in places]:
        welfare = judged(level, answer, (0.1, 0.0))["welfare"][1]
        assert welfare == pytest.approx(1.0, abs=1e-6)
    for level, answer, reached in knots_of(curve):
        if not reached:
            here, *beside = [
                judged(level, answer + by, (0.1, 0.0))["welfare"][1] for by in (0.0, -0.01, 0.01)
            ]
            assert max(beside) < here < 1.0


def test_a_best_response_is_the_top_of_welfare():
    curve = curve_of(BestResponse(), measures=duties(0.1, 0.0))
    assert curve.reached.all()
    assert curve.answers[0] > 0.05  # the optimal tariff, unprovoked
    for level, answer, _ in knots_of(curve):
        here, *beside = [judged(level, answer + by, (0.1, 0.0))["welfare"][1] for by in (0.0, -0.005, 0.005)]
        assert max(beside) < here
        slope = (beside[1] - beside[0]) / 0.01
        curvature = (beside[1] - 2 * here + beside[0]) / 0.005**2
        assert slope / curvature == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("accuracy", [5e-4, 5e-3])
def test_going_straight_between_knots_misses_no_more_than_was_asked(kind, accuracy):
    """Measured at levels that are no knots, against the model; where answers jump, stretches are short."""
    rule = kind(accuracy=accuracy, elasticity=3.0)
    sheet = schedule(measures=duties(0.1, 0.0))
    curve = curves_of({"CHN": rule}, sheet, GRID)["CHN", "USA"]
    assert curve.missed <= accuracy
    model = curves._model(rule, sheet, GRID)
    levels = np.random.default_rng(1).uniform(0.0, rule.top, 60)
    direct, reached = curves._answers(rule, model, levels, "CHN", "USA")
    for level, wanted, meets in zip(levels, direct, reached, strict=True):
        answer, told = curve.at(level)
        above = int(np.searchsorted(curve.levels, level))
        if curve.levels[above] - curve.levels[above - 1] > 2e-4:
            assert answer == pytest.approx(wanted, rel=accuracy, abs=accuracy)
            assert told == meets


def test_a_finer_accuracy_takes_more_knots_and_misses_less():
    coarse, fine = (curve_of(BestResponse(accuracy=a), measures=duties(0.1, 0.0)) for a in (1e-2, 1e-5))
    assert len(coarse.levels) < len(fine.levels)
    assert fine.missed <= 1e-5 < coarse.missed


# Laws ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [TermsOfTrade, WelfareRestoring])
@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.3, 0.4)])
def test_nothing_is_answered_with_nothing(kind, rates):
    curve = curve_of(kind(), measures=duties(*rates))
    assert curve.at(0.0) == (0.0, True)
    assert curve.answers[0] == 0.0


def test_a_best_response_that_waits_answers_nothing_with_nothing_and_all_else_alike():
    waits, opens = curve_of(BestResponse(unprovoked=False)), curve_of(BestResponse())
    assert waits.at(0.0) == (0.0, True)
    assert waits.levels[1] == DUST
    for level in (1e-9, 0.05, 0.4, 3.0):
        assert waits.at(level) == pytest.approx(opens.at(level))


def test_a_duty_above_the_best_is_not_taken_back():
    """Where what it charges already is above the best, the answer is nothing more."""
    curve = curve_of(BestResponse(), measures=duties(0.0, 0.6))
    assert not curve.answers.any()
    assert not curve_of(WelfareRestoring(), measures=duties(0.0, 0.6)).answers.any()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=3)
@given(order=st.permutations(range(3)))
def test_the_order_of_economies_changes_no_curve(kind, order):
    """But for the market that the solver leaves out, and so for what its tolerance leaves."""
    one = curve_of(kind(accuracy=1e-2), measures=duties(0.1, 0.0))
    other = curve_of(kind(accuracy=1e-2), order=order, measures=duties(0.1, 0.0))
    for level in (0.05, 0.21, 0.77):
        assert one.at(level)[0] == pytest.approx(other.at(level)[0], abs=1e-4)
        assert one.at(level)[1] == other.at(level)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_of_twins_each_answers_like_the_other(kind):
    twins = Schedule([], Economies(["USA", "CHN"], [[0, 10.0], [10.0, 0]], gdp=[100.0, 100.0]))
    found = curves_of({"CHN": kind(), "USA": kind()}, twins, GRID)
    for level in (0.0, 0.1, 0.5):
        assert found["CHN", "USA"].at(level)[0] == pytest.approx(found["USA", "CHN"].at(level)[0], abs=1e-4)


def test_terms_of_trade_between_twins_are_restored_by_the_same_duty():
    twins = Schedule([], Economies(["USA", "CHN"], [[0, 10.0], [10.0, 0]], gdp=[100.0, 100.0]))
    curve = curves_of({"CHN": TermsOfTrade()}, twins, GRID)["CHN", "USA"]
    np.testing.assert_allclose(curve.answers, curve.levels, atol=1e-9)


def test_beyond_the_top_the_answer_stays():
    curve = curve_of(BestResponse(top=0.3))
    assert curve.levels[-1] == pytest.approx(0.3)
    assert curve.at(0.8) == curve.at(0.3)


# Which world -----------------------------------------------------------------------------------------


def test_economies_with_trade_and_gdp_are_their_own_world():
    """Their trade is taken to have paid the duties of the eve, acts that start later not among them."""
    later = Measure(
        name="new", importer="CHN", exporter="USA", authority="law", rate=0.5, effective="2025-04-02"
    )
    sheet = schedule(measures=[*duties(0.1, 0.05), later])
    model = curves._model(TermsOfTrade(elasticity=3.0), sheet, GRID)
    assert model.codes == CODES
    assert model.elasticity == 3.0
    np.testing.assert_allclose(model.tariffs, [[0, 0.1, 0], [0.05, 0, 0], [0, 0, 0]], rtol=1e-12)
    np.testing.assert_allclose(model.flows[0], [250 - 60, 30 * 1.1, 30.0], rtol=1e-12)


def april(**options):
    given_ = {"name": "april", "start": "2025-04-02", "end": "2025-05-10"}
    return Scenario(**given_ | {"record": Record(name="us-china", as_of="2025-04-12")} | options)


def test_the_record_stands_for_the_world_of_2023_at_the_duties_of_the_eve():
    """From there back to the duties of 2023 is the packaged world again: China's trade with its partners."""
    sheet = april().schedule
    model = curves._model(TermsOfTrade(deficits="world_share"), sheet, GRID)
    assert model.codes == ("USA", "CHN", "ROW")
    eve = sheet.duty("2025-04-01")[0]
    np.testing.assert_allclose(model.tariffs[sheet.recorded], eve[sheet.recorded], rtol=1e-12)
    world = world_2023()
    of = [0 if code == "USA" else 1 if code == "CHN" else 2 for code in world.codes]
    paid, net = np.zeros((3, 3)), np.zeros((3, 3))
    for i, row in enumerate(world.flows):
        for j, flow in enumerate(row):
            paid[of[i], of[j]] += flow if of[i] != of[j] else flow / (1 + world.tariffs[i, j])
            net[of[i], of[j]] += flow / (1 + world.tariffs[i, j])
    back = model.solve(paid / net - 1).flows
    np.testing.assert_allclose(back / back.sum(), paid / paid.sum(), rtol=1e-8)


def test_deficits_are_as_asked():
    uneven = Schedule([], Economies(["USA", "CHN"], [[0, 30.0], [15.0, 0]], gdp=[100.0, 100.0]))
    for deficits, gap in (("world_share", 15.0), ("own_share", 15.0), ("purged", 0.0)):
        model = curves._model(TermsOfTrade(deficits=deficits), uneven, GRID)
        assert model.deficits == deficits
        assert model.base.deficit == pytest.approx([gap, -gap], abs=1e-8)


def test_without_a_rest_of_the_world_the_others_stay_apart_and_their_duties_as_they_were():
    pair = Schedule(duties(0.3, 0.0), Economies(["CHN", "USA"]), complete=False)
    model = curves._model(BestResponse(), pair, GRID)
    world = world_2023()
    assert model.codes == world.codes
    us, china = (model.codes.index(code) for code in ("USA", "CHN"))
    assert model.tariffs[us, china] == pytest.approx(0.3)
    others = np.ones_like(world.tariffs, dtype=bool)
    others[us, china] = False
    np.testing.assert_allclose(model.tariffs[others], world.tariffs[others], rtol=1e-12)


def test_a_rule_may_bring_its_model():
    world = SingleSector([[90.0, 10.0], [10.0, 90.0]], np.zeros((2, 2)), codes=("USA", "CHN"))
    pair = Schedule(duties(0.3, 0.3), Economies(["USA", "CHN"]))
    curve = curves_of({"CHN": TermsOfTrade(model=world)}, pair, GRID)["CHN", "USA"]
    np.testing.assert_allclose(curve.answers, curve.levels, atol=1e-9)
    local = ServicesModel([[90.0, 10.0], [10.0, 90.0]], 0.1, codes=("USA", "CHN"))
    own = curves_of({"CHN": BestResponse(model=local, accuracy=0.01)}, pair, GRID)["CHN", "USA"]
    assert own.answers[0] > 0.05


def test_a_curve_is_solved_once_whatever_else_a_rule_has():
    one = curve_of(BestResponse())
    assert curve_of(BestResponse(reaction=5, cap=0.5, coverage=0.1, tolerance=0.2)) is one
    assert curve_of(BestResponse(top=1.0)) is not one


# Refused ---------------------------------------------------------------------------------------------


def refusal(rule, economies, key="CHN"):
    with pytest.raises(InputError) as caught:
        curves_of({key: rule}, Schedule([], economies), GRID)
    return str(caught.value)


def test_without_a_world_there_is_no_curve():
    told = refusal(TermsOfTrade(), Economies(["CHN", "AAA"]))
    assert "rules.CHN: towards AAA: economies: a rule that asks a model of no world; got AAA" in told
    assert "give the economies imports and GDP, or the rule a model" in told


def test_a_model_without_the_partner_is_refused():
    world = SingleSector([[90.0, 10.0], [10.0, 90.0]], np.zeros((2, 2)), codes=("USA", "CHN"))
    told = refusal(TermsOfTrade(model=world), Economies(["CHN", "JPN"]))
    assert "rules.CHN: towards JPN: model: unknown economy; got 'JPN'" in told


def test_gdp_below_exports_is_refused():
    told = refusal(TermsOfTrade(), Economies(["CHN", "USA"], [[0, 50.0], [5.0, 0]], [10.0, 10.0]))
    assert "rules.CHN: towards USA: " in told
    assert "exports of more than its GDP" in told


def test_a_model_that_has_no_answer_is_refused():
    class Silent:
        codes, flows = ("CHN", "USA"), np.ones((2, 2))

        def solve(self, tariffs):
            nothing = np.full(np.shape(tariffs)[:-1], np.nan)
            return SimpleNamespace(wage=nothing, welfare=nothing)

    told = refusal(BestResponse(model=Silent()), Economies(["CHN", "USA"]))
    assert "rules.CHN: towards USA: top: a duty that the model cannot answer; got 0; lower it" in told


def test_duties_that_nothing_clears_are_refused(monkeypatch):
    broken = SimpleNamespace(converged=np.array(False))
    monkeypatch.setattr(SingleSector, "solve", lambda *_: broken)
    curves._world.cache_clear()
    assert "duties that the world of 2023 cannot bear" in refusal(TermsOfTrade(), Economies(["CHN", "USA"]))


# In a program ----------------------------------------------------------------------------------------


def test_curves_of_different_lengths_stand_in_one_table():
    one = curves.Curve(np.array([0.0, 0.5]), np.array([0.0, 0.2]), np.ones(2, dtype=bool), 0.0)
    other = curves.Curve(np.array([0.0, 0.1, 0.3]), np.array([0.1, 0.0, 0.4]), np.ones(3, dtype=bool), 0.0)
    table = curves.table_of([one, None, other])
    assert table.shape == (3, 2, 3)
    for row, curve in ((table[0], one), (table[2], other)):
        assert all(a < b for a, b in pairwise(row[0]))
        for level in (0.0, 0.07, 0.1, 0.4, 0.5, 2.0):
            assert on_curve(level, 1.0, *row) == pytest.approx(curve.at(level)[0])
    assert curves.table_of([None, None]).shape == (2, 2, 0)


@pytest.mark.parametrize("coverage", [1.0, 0.25])
def test_a_rule_answers_the_average_and_spreads_its_answer_over_what_it_covers(coverage):
    """An act of 40 % on half of trade is 20 % on average."""
    act = Measure(
        name="act", importer="USA", exporter="CHN", authority="law", rate=0.4, coverage=0.5,
        effective=dt.date(2025, 4, 5),
    )  # fmt: skip
    rule = WelfareRestoring(model=TOY, coverage=coverage, implementation=0)
    sheet = Schedule([act], Economies(["USA", "CHN"]))
    scenario = Scenario(name="s", start="2025-04-02", end="2025-04-20", schedule=sheet, rules={"CHN": rule})
    answer, _ = curves_of(scenario.rules, sheet, scenario.grid)["CHN", "USA"].at(0.2)
    assert 0 < answer < 0.2
    assert scenario.run().duty[0, -1, 1, 0] == pytest.approx(answer)
    told = scenario.run().events(0)
    assert told["to"].iloc[-1] == pytest.approx(answer / coverage)
    assert "20 points on average" in told["why"].iloc[-1]


def test_the_cap_is_nominal_on_what_is_covered():
    rule = TermsOfTrade(cap=0.25, coverage=0.4, reaction=2)
    duty = april(rules={"CHN-USA": rule}, record=Record(name="us-china", as_of="2025-04-02")).run().duty
    assert duty[0, -1, 1, 0] - duty[0, 0, 1, 0] == pytest.approx(0.1)
    assert datasets.load("us-china").economies.codes.index("CHN") == 1


def test_who_buys_little_cannot_answer_unless_its_trade_is_balanced_first():
    """China sells the United States three times what it buys; purged, it buys much more."""
    kept, purged = (TermsOfTrade(elasticity=2.0, deficits=d) for d in ("world_share", "purged"))
    scenario = april()
    out_of_reach, in_reach = (
        curves_of({"CHN": rule}, scenario.schedule, scenario.grid)["CHN", "USA"].at(0.8)
        for rule in (kept, purged)
    )
    assert out_of_reach == (families.UNLIMITED, False)
    assert in_reach == (pytest.approx(0.534, abs=0.01), True)
