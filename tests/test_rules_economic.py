"""Rules that ask a model: what they refuse, say and tell, in files, sweeps and runs. Curves: test_curves."""

import dataclasses

import numpy as np
import pytest
from random_scenarios import TOY, Toy

from tradesim import rules, scenarios
from tradesim.assembly import curves_of
from tradesim.economies import Economies
from tradesim.engine import run
from tradesim.errors import InputError
from tradesim.measures import Measure
from tradesim.rules import BestResponse, TermsOfTrade, WelfareRestoring
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.sweeps import sweep
from tradesim.sweeps.columns import column_of, sheet_of
from tradesim.sweeps.distributions import uniform

KINDS = (TermsOfTrade, WelfareRestoring, BestResponse)


def provoked(*rates, rule=None, **options):
    """China's rule answers acts of the United States, one every third day, each in place of the last."""
    acts = [
        Measure(
            name="act", importer="USA", exporter="CHN", authority="law", rate=rate,
            effective=f"2025-04-{3 + 3 * k:02d}",
            expires=f"2025-04-{6 + 3 * k:02d}" if k < len(rates) - 1 else None,
        )
        for k, rate in enumerate(rates)
    ]  # fmt: skip
    given = {"name": "provoked", "start": "2025-04-02", "end": "2025-04-25"}
    among = Economies(["USA", "CHN"], [[0.0, 30.0], [30.0, 0.0]], [250.0, 180.0])
    return Scenario(**given | {"schedule": Schedule(acts, among), "rules": {"CHN": rule}} | options)


def refusal(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# What a rule is --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"coverage": 0.0}, "coverage: an answer on no trade weighs nothing; got 0; allowed: above 0"),
        ({"elasticity": 0.0}, "elasticity: too small; got 0.0; allowed: 0.01 or more"),
        ({"elasticity": 101.0}, "elasticity: out of range"),
        ({"elasticity": "4"}, "elasticity: out of range; got '4'"),
        ({"top": 0.0}, "top: too small"),
        ({"top": float("nan")}, "top: out of range"),
        ({"accuracy": 0}, "accuracy: too small; got 0; allowed: 1e-05 or more"),
        (
            {"model": 4.0},
            (
                "model: not a model; got 4.0; allowed: a model of tradesim.economics: "
                "SingleSector(flows, tariffs, codes=...)"
            ),
        ),
        (
            {"model": TOY, "elasticity": 2.0},
            "elasticity: elasticity beside a model; got 2.0; give it to the model",
        ),
        ({"model": TOY, "deficits": "own_share"}, "deficits: deficits beside a model; got 'own_share'"),
        ({"deficits": "gone"}, "deficits: unknown closure; got 'gone'; allowed: world_share | purged | own_"),
    ],
)
def test_what_makes_no_curve_is_refused(kind, given, said):
    assert f"rule {kind.__name__}: {said}" in refusal(lambda: kind(**given))


def test_a_model_of_many_sectors_is_refused():
    class Sectors(Toy):
        flows = np.ones((7, 7, 2))

        def __repr__(self):
            return "Sectors()"

    assert refusal(lambda: TermsOfTrade(model=Sectors())) == (
        "rule TermsOfTrade: model: a model of many sectors; got Sectors(); "
        "allowed: one of one sector: a rule has one duty on a partner's goods"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_least_of_every_number_is_allowed(kind):
    kind(elasticity=0.01, top=0.01, accuracy=1e-5)


def test_unprovoked_is_a_yes_or_no():
    assert "unprovoked: not a yes or no; got 1" in refusal(lambda: BestResponse(unprovoked=1))


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_wants_depends_on_the_pair(kind):
    assert refusal(lambda: kind().wants(0.1)) == (
        f"rule {kind.__name__}: depends on the pair; got wants(); "
        "tradesim.assembly.curves_of(rules, schedule, grid) has the curve of every pair"
    )


def test_only_what_shapes_the_curve_is_its_shape():
    one = BestResponse(reaction=3, cap=0.5, coverage=0.2, allies=("USA",), top=1.0, unprovoked=False)
    assert one.shape == BestResponse(top=1.0, unprovoked=False)
    assert hash(one.shape) == hash(BestResponse(top=1.0, unprovoked=False))


# What it asks -----------------------------------------------------------------------------------------


def attacks_on(victim, attacker, *rates):
    """(S, N, N): what the attacker puts on the victim's goods, nothing first."""
    attacks = np.zeros((1 + len(rates), 7, 7))
    attacks[1:, TOY.codes.index(attacker), TOY.codes.index(victim)] = rates
    return attacks


def test_the_terms_of_trade_of_like_economies_are_restored_by_the_same_duty():
    """The toy's wages depend on own and others' duties alike: only an eye for an eye undoes it."""
    found = TermsOfTrade(top=0.5).answer(TOY, attacks_on("CHN", "USA", 0.2, 0.4), "CHN", "USA")
    np.testing.assert_allclose(found.tariff, [0.0, 0.2, 0.4], atol=1e-6)
    assert found.converged.all()


def test_terms_of_trade_out_of_reach_are_answered_with_more_than_any_cap():
    found = TermsOfTrade(top=0.3).answer(TOY, attacks_on("CHN", "USA", 0.2, 0.4), "CHN", "USA")
    np.testing.assert_allclose(found.tariff, [0.0, 0.2, 10.0], atol=1e-6)
    assert found.converged.tolist() == [True, True, False]


def test_the_lowest_duty_that_restores_welfare():
    """The toy's welfare after 0.2 and an answer y: 0.3 y - 0.94 y² - 0.02, which is 0 first at 0.0949."""
    lowest = (0.3 - np.sqrt(0.3**2 - 4 * 0.94 * 0.02)) / (2 * 0.94)
    found = WelfareRestoring(top=0.5).answer(TOY, attacks_on("CHN", "USA", 0.2), "CHN", "USA")
    np.testing.assert_allclose(found.tariff, [0.0, lowest], atol=1e-6)
    within = WelfareRestoring(top=0.05).answer(TOY, attacks_on("CHN", "USA", 0.2), "CHN", "USA")
    np.testing.assert_allclose(within.tariff, [0.0, 0.05], atol=1e-6)


def test_what_comes_closest_is_said_in_percent():
    assert WelfareRestoring().instead(0.125) == "12.5 % on average comes closest"
    assert WelfareRestoring().instead(0.0) == "none at all comes closest"


# The story -------------------------------------------------------------------------------------------


def told(scenario):
    story = scenario.run().events(0)
    return list(zip(story["kind"], story["importer"], story["why"], strict=True))


def test_a_story_says_what_was_answered_and_what_was_out_of_reach():
    story = told(provoked(0.05, 1.0, rule=TermsOfTrade(cap=0.6, coverage=0.5, top=1.0)))
    mine = [(kind, why) for kind, who, why in story if who == "CHN"]
    assert mine[0] == (
        "announces",
        "answers USA's 5 points on average of 2025-04-03: restores the terms of trade",
    )
    assert mine[1] == (
        "announces",
        (
            "answers USA's 100 points on average of 2025-04-06: restores the terms of trade, "
            "which is out of reach: held at 60 %"
        ),
    )
    assert mine[2] == (
        "infeasible",
        "no duty on USA's goods, after 100 points on average, restores the terms of trade: held at 60 %",
    )
    assert len(mine) == 3


def test_a_story_says_that_a_cap_binds_within_reach():
    story = told(provoked(0.05, rule=TermsOfTrade(cap=0.01)))
    assert story[-1][2].endswith("restores the terms of trade, capped at 1 %")


def test_a_story_says_so_where_nothing_is_done_because_nothing_helps():
    """China charges more than is best for it already: no duty more helps, and none is announced."""
    high = Measure(
        name="old", importer="CHN", exporter="USA", authority="law", rate=0.8, effective="2020-01-01"
    )
    scenario = provoked(0.3, rule=WelfareRestoring())
    own = scenario.schedule.adding(high)
    story = told(dataclasses.replace(scenario, schedule=own))
    assert [(kind, why) for kind, who, why in story if who == "CHN"] == [
        (
            "infeasible",
            (
                "no duty on USA's goods, after 30 points on average, restores its welfare: "
                "none at all comes closest"
            ),
        )
    ]


def test_a_story_says_what_comes_closest():
    story = told(provoked(1.0, rule=WelfareRestoring()))
    kinds = [kind for kind, who, _ in story if who == "CHN"]
    assert kinds == ["announces", "infeasible"]
    assert "restores its welfare, which is out of reach: " in story[-2][2]
    assert story[-1][2].endswith(" % on average comes closest")


def test_a_best_response_opens_unprovoked_unless_it_waits():
    story = told(provoked(rule=BestResponse()))
    assert story == [("announces", "CHN", "by itself: charges what is best for it")]
    assert told(provoked(rule=BestResponse(unprovoked=False))) == []
    waited = told(provoked(0.1, rule=BestResponse(unprovoked=False)))
    assert waited[-1][2] == "answers USA's 10 points on average of 2025-04-03: charges what is best for it"


def test_a_best_response_that_is_as_high_as_was_looked_says_so():
    class Greedy(Toy):
        def solve(self, tariffs):
            found = super().solve(tariffs)
            found.welfare = np.exp(np.asarray(tariffs).sum(axis=-1))
            return found

    story = told(provoked(rule=BestResponse(model=Greedy())))
    assert story[0][2].endswith("which is out of reach: the highest that was looked at, 200 % on average")


def test_two_best_responses_end_in_the_nash_tariffs():
    """Answering each other day after day they come to where neither would move."""
    rule = BestResponse(accuracy=1e-4, implementation=0)
    scenario = provoked(rule=rule, rules={"CHN": rule, "USA": rule})
    duty = scenario.run().duty[0, -1]
    found = curves_of(scenario.rules, scenario.schedule, scenario.grid)
    assert found["CHN", "USA"].at(duty[0, 1])[0] == pytest.approx(duty[1, 0], abs=1e-9)
    assert found["USA", "CHN"].at(duty[1, 0])[0] == pytest.approx(duty[0, 1], abs=1e-9)
    assert duty[1, 0] > 0.05 < duty[0, 1]


# Files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_all_but_a_model(tmp_path, kind):
    rule = kind(elasticity=2.5, deficits="world_share", top=1.5, accuracy=0.01, cap=0.5)
    scenario = provoked(0.1, rule=rule)
    back = Scenario.from_toml(scenario.to_toml(tmp_path / "x.toml"))
    assert back == scenario
    assert np.array_equal(back.run().duty, scenario.run().duty)
    modelled = provoked(0.1, rule=kind(model=TOY))
    said = refusal(lambda: modelled.to_toml(tmp_path / "y.toml"))
    assert "rules.CHN.model: a model, which files cannot hold" in said


FILE = """\
name = "file"
start = 2025-04-02
end = 2025-05-01

[economies]
codes = {codes}

[rules.CHN]
kind = "best-response"
{line}
"""


@pytest.mark.parametrize(
    ("codes", "line", "said"),
    [
        ('["USA", "CHN"]', "top = 0", ":10: rule BestResponse: too small"),
        ('["USA", "CHN"]', 'model = "x"', ":10: rules.CHN: unknown key; got 'model'"),
        ('["AAA", "CHN"]', "", ":8: rules.CHN: towards AAA: economies: a rule that asks a model of no world"),
    ],
)
def test_a_problem_in_a_file_has_its_line(tmp_path, codes, line, said):
    path = tmp_path / "bad.toml"
    path.write_text(FILE.format(codes=codes, line=line), encoding="utf-8")
    assert f"bad.toml{said}" in refusal(lambda: Scenario.from_toml(path)).replace("top: ", "")


# Sweeps ----------------------------------------------------------------------------------------------


def test_numbers_beside_the_curve_vary_within_a_run():
    """Cap, coverage, tolerance and lags by draw: the same as a scenario changed by each."""
    scenario = provoked(0.1, 0.6, rule=WelfareRestoring())
    values = {
        "rules.CHN.cap": [0.02, 0.05, 1.0, 1.0],
        "rules.CHN.coverage": [1.0, 0.5, 0.25, 0.9],
        "rules.CHN.tolerance": [0.0, 0.0, 0.2, 0.0],
        "rules.CHN.reaction": [1, 2, 3, 4],
    }
    assert all(column_of(scenario, path) is not None for path in values)
    program, _ = sheet_of(scenario, values).filled({path: np.array(v) for path, v in values.items()})
    together = run.run(program, np.arange(4), 0).duty
    for k in range(4):
        alone = scenario.with_({path: given[k] for path, given in values.items()}).run().duty[0]
        assert np.array_equal(together[k], alone)


def test_what_shapes_a_curve_is_swept_over_a_list_and_not_over_a_distribution():
    scenario = provoked(0.1, rule=WelfareRestoring())
    found = sweep(scenario, over={"rules.CHN.elasticity": [2.0, 6.0]}, draws=8, seed=1, progress=False)
    for elasticity in (2.0, 6.0):
        alone = scenario.with_({"rules.CHN.elasticity": elasticity}).run().duty[0, -1, 1, 0]
        chosen = found.where(f"rules.CHN.elasticity == {elasticity}").outcomes()
        np.testing.assert_allclose(chosen["last.CHN-USA"], alone, rtol=1e-6)
    over = {"rules.CHN.elasticity": uniform(2.0, 6.0)}
    said = refusal(lambda: sweep(scenario, over=over, draws=8, seed=1, progress=False))
    assert "over: rules.CHN.elasticity: cannot vary within a run" in said
    assert "a list of values" in said


def test_packaged_scenarios_take_them():
    scenario = scenarios.load("us-china-2025-10")
    changed = dataclasses.replace(scenario, rules={"CHN": rules.WelfareRestoring(), "USA": rules.Passive()})
    assert changed.program.rule_curve.shape[:2] == (2, 2)
    assert np.isfinite(changed.run(draws=50).duty).all()
