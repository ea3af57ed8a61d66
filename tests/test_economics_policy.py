"""Policy: chosen tariffs against formulas, brute force, perturbations and each other."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sector_worlds import duties, flows, makings

from tradesim import economics as ec
from tradesim.economics import contest, policy
from tradesim.economics.status import Status
from tradesim.errors import InputError, ModelWarning

TRADE = np.array([[80.0, 12.0], [12.0, 240.0]])
OFF = 1 - np.eye(2)


def small_world(seed=0, n=3, sectors=2):
    rng = np.random.default_rng(seed)
    return ec.Krugman(
        flows(rng, n, sectors), duties(rng, n, sectors, 0.2), [3.0, 6.0][:sectors], codes="ABC"[:n]
    )


def two_economies():
    """The same two economies of one sector in every model."""
    trade, nothing = TRADE[..., None], np.zeros((2, 2, 1))
    ones = np.ones((2, 1))
    return {
        "Krugman": ec.Krugman(trade, nothing, 5.0),
        "MultiSector": ec.MultiSector(trade, nothing, 4.0, ones, ones[..., None]),
        "SingleSector": ec.SingleSector(TRADE, nothing[..., 0], 4.0),
        "own_share": ec.SingleSector(TRADE, nothing[..., 0], 4.0, "own_share"),
        "ServicesModel": ec.ServicesModel(TRADE, 0.0, 4.0, labour_supply=0.0, pass_through=1.0),
    }


# Formulas --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", two_economies())
@pytest.mark.parametrize("economy", [0, 1])
def test_in_two_economies_the_best_duty_is_the_formula(name, economy):
    best = ec.optimal_tariff(two_economies()[name], economy)
    bought = best.equilibrium.flows.reshape(2, 2)[1 - economy]
    assert best.status is Status.CONVERGED
    assert best.duties(economy) == pytest.approx(1 / (4 * bought[1 - economy] / bought.sum()), rel=1e-5)
    assert best.welfare[economy] > 1 > best.welfare[1 - economy]


def test_the_smaller_the_economy_the_nearer_to_what_elasticity_alone_says():
    trade = np.array([[1e-3, 1e-4], [1e-4, 1.0]])[..., None]
    best = ec.optimal_tariff(ec.Krugman(trade, 0 * trade, 5.0), 0)
    assert best.duties(0)[0] == pytest.approx(0.25, abs=1e-4)


# Brute force -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("uniform", ["all", "partners", "sectors"])
def test_a_uniform_duty_is_what_a_search_without_slopes_finds(uniform):
    model = small_world(sectors=1 if uniform == "partners" else 2)
    free = np.zeros(model.flows.shape, bool)
    free[0] = True
    if uniform == "sectors":
        free[:, 2] = False

    def loss(level):
        new = np.where(free, level, model.tariffs)
        new[0, 0] = 0.0
        return -model.solve(new).welfare[0]

    found = ec.optimal_tariff(model, "A", free=free, uniform=uniform)
    expected = minimize_scalar(loss, bounds=(0, 2), method="bounded", options={"xatol": 1e-7}).x
    assert np.unique(found.duties(0)) == pytest.approx(expected, abs=1e-5)
    assert found.medians == pytest.approx(expected, abs=1e-5)


def test_no_perturbation_is_better():
    model = small_world(1)
    best = ec.optimal_tariff(model, "B")
    rng = np.random.default_rng(0)
    for size in (1e-3, 1e-2, 0.1, 0.5):
        tried = np.repeat(best.tariffs[None], 20, axis=0)
        tried[:, best.free] = np.clip(
            tried[:, best.free] + size * rng.normal(size=(20, best.free.sum())), 0, 10
        )
        assert model.solve(tried).welfare[:, 1].max() <= best.welfare[1] + 1e-12


def test_only_the_chooser_moves_and_the_start_does_not_matter():
    model = small_world(2)
    best = ec.optimal_tariff(model, "C")
    np.testing.assert_array_equal(best.tariffs[:2], model.tariffs[:2])
    assert (best.tariffs[2, 2] == 0).all()
    again = ec.optimal_tariff(model, 2, start=np.full(model.flows.shape, 1.0) * (1 - np.eye(3))[..., None])
    np.testing.assert_allclose(again.tariffs, best.tariffs, atol=1e-4)
    assert again.welfare[2] == pytest.approx(best.welfare[2], abs=1e-10)


def test_bounds_hold():
    model = small_world(2)
    low = ec.optimal_tariff(model, "A", bounds=(0.0, 0.05))
    assert low.status is Status.AT_THE_BOUND
    assert str(low.status).startswith("at the bound: ")
    assert low.duties(0).max() == pytest.approx(0.05)
    assert low.welfare[0] < ec.optimal_tariff(model, "A").welfare[0]


def test_many_sectors_with_inputs_have_their_best_tariffs_too():
    rng = np.random.default_rng(3)
    model = ec.MultiSector(flows(rng, 3, 2), duties(rng, 3, 2, 0.2), [4.0, 6.0], *makings(rng, 3, 2))
    best = ec.optimal_tariff(model, 1)
    assert best.status is Status.CONVERGED
    tried = np.repeat(best.tariffs[None], 30, axis=0)
    tried[:, best.free] = np.maximum(tried[:, best.free] + 0.05 * rng.normal(size=(30, best.free.sum())), 0)
    assert model.solve(tried).welfare[:, 1].max() < best.welfare[1] + 1e-12


# Against each other ----------------------------------------------------------------------------------


def test_in_a_war_nobody_can_do_better_alone():
    model = small_world(4)
    war = ec.nash(model)
    assert war.status is Status.CONVERGED
    assert war.changes[-1] <= 1e-6 < war.changes[0]
    for player in range(3):
        alone = ec.optimal_tariff(model, player, tariffs=war.tariffs)
        np.testing.assert_allclose(alone.duties(player), war.duties(player), atol=1e-4)
        assert alone.welfare[player] == pytest.approx(war.welfare[player], abs=1e-9)


def test_a_slower_pace_leads_to_the_same_war():
    model = small_world(4)
    slow = ec.nash(model, pace=0.6, tolerance=1e-7)
    np.testing.assert_allclose(slow.tariffs, ec.nash(model, tolerance=1e-7).tariffs, atol=1e-4)
    assert len(slow.changes) > 4
    quick, half = ec.nash(model, rounds=1), ec.nash(model, rounds=1, pace=0.5)
    np.testing.assert_allclose(half.tariffs, (quick.tariffs + model.tariffs) / 2)
    assert half.changes == pytest.approx(quick.changes)


def test_those_who_do_not_play_keep_their_tariffs():
    model = small_world(4)
    war = ec.nash(model, ["C", "A"])
    np.testing.assert_array_equal(war.tariffs[1], model.tariffs[1])
    assert war.players == (2, 0)
    assert war.medians[1] == np.median(war.duties("A"))
    with pytest.raises(InputError, match="unknown economy; got 'D'; allowed: A, B, C"):
        war.duties("D")


def test_a_war_cut_short_says_so():
    assert ec.nash(small_world(4), rounds=1).status is Status.STALLED


# Together --------------------------------------------------------------------------------------------


def test_talks_give_all_the_same_and_more_than_war():
    model = small_world(5)
    war, talks = ec.nash(model), ec.cooperative(model)
    assert talks.status is Status.CONVERGED
    gains = talks.welfare - 1
    assert gains.min() >= 0
    assert np.ptp(gains) < 1e-6
    assert gains.min() >= (war.welfare - 1).min()
    rng = np.random.default_rng(0)
    for size in (1e-3, 0.03, 0.3):
        tried = np.repeat(talks.tariffs[None], 50, axis=0)
        tried[:, talks.free] = np.clip(
            tried[:, talks.free] + size * rng.normal(size=(50, talks.free.sum())), 0, 10
        )
        assert (model.solve(tried).welfare.min(axis=1) - 1).max() <= gains.min() + 1e-7


def test_talks_may_start_from_a_war():
    model = small_world(5)
    war = ec.nash(model)
    peace = ec.cooperative(model, reference=war.tariffs)
    gains = peace.welfare / war.welfare
    assert np.ptp(gains) < 1e-6
    assert gains.min() > 1
    again = ec.cooperative(model, reference=war.tariffs, start=model.tariffs)
    assert (again.welfare / war.welfare).min() == pytest.approx(gains.min(), abs=1e-5)


def test_where_bounds_forbid_to_share_the_least_gain_is_still_the_greatest():
    model = small_world(6)
    talks = ec.cooperative(model, bounds=(0.0, 0.01))
    assert talks.status is Status.AT_THE_BOUND
    tried = np.random.default_rng(1).uniform(0, 0.01, (200, *model.flows.shape)) * (1 - np.eye(3))[..., None]
    assert model.solve(tried).welfare.min(axis=1).max() <= talks.welfare.min() + 1e-8


# No optimum ------------------------------------------------------------------------------------------

UNEVEN = np.array([[80.0, 30.0, 8.0], [12.0, 240.0, 9.0], [5.0, 9.0, 300.0]])
"""A buys more abroad than it sells."""


def uneven(*deficits):
    return ec.SingleSector(UNEVEN, np.zeros((3, 3)), 3.0, *deficits, codes="ABC")


@pytest.mark.parametrize("closure", ["world_share", "own_share"])
def test_with_deficits_kept_the_best_duty_of_a_debtor_may_be_the_highest_allowed(closure):
    with pytest.warns(ModelWarning, match=f"duties of 1000% .* deficits='{closure}'.* deficits='purged'"):
        best = ec.optimal_tariff(uneven(closure), "A", uniform="all")
    assert best.status is Status.AT_THE_BOUND
    assert str(best.status) == (
        "at the bound: the best duty is the highest or lowest that was allowed, so it is no optimum"
    )
    levels = np.linspace(0, 10, 2001)[:, None, None] * (np.arange(3) == 0)[:, None] * (1 - np.eye(3))
    welfare = uneven(closure).solve(levels).welfare[:, 0]
    assert np.nanargmax(welfare) == len(welfare) - 1
    assert best.welfare[0] == pytest.approx(welfare[-1])


def test_a_closure_that_nobody_asked_for_is_one_with_an_answer():
    found, purged = (
        ec.optimal_tariff(uneven(*deficits), "A", uniform="all") for deficits in ((), ("purged",))
    )
    assert found.status is Status.CONVERGED
    np.testing.assert_array_equal(found.tariffs, purged.tariffs)
    war = ec.nash(uneven(), uniform="all")
    np.testing.assert_array_equal(war.tariffs, ec.nash(uneven("purged"), uniform="all").tariffs)
    talks, same = ec.cooperative(uneven(), uniform="all"), ec.cooperative(uneven("purged"), uniform="all")
    np.testing.assert_array_equal(talks.tariffs, same.tariffs)


def test_where_trade_goes_one_way_there_is_no_other_closure():
    trade = np.array([[80.0, 12.0, 5.0], [12.0, 240.0, 0.0], [0.0, 5.0, 90.0]])
    trade[2, 0], trade[0, 2] = 0.0, 5.0
    model = ec.SingleSector(trade, np.zeros((3, 3)), 4.0)
    assert model.for_choices().deficits in {"purged", "world_share"}


def test_the_lowest_duty_is_a_bound_too_but_for_none_at_all():
    model = small_world(1)
    assert ec.optimal_tariff(model, "B", bounds=(0.9, 2.0)).status is Status.AT_THE_BOUND
    assert ec.cooperative(small_world(5)).tariffs.min() == 0.0


@pytest.mark.parametrize("pace", [1.0, 0.7])
def test_a_war_at_its_bounds_is_at_the_bound_and_not_stalled(pace):
    world = ec.SingleSector(TRADE, 0 * TRADE)  # both would charge more than 25%
    war = ec.nash(world, bounds=(0.0, 0.05), pace=pace)
    assert war.medians == pytest.approx([0.05, 0.05], abs=1e-6)
    assert war.status is Status.AT_THE_BOUND


def test_a_war_in_which_somebody_had_better_shut_the_border_says_so():
    with pytest.warns(ModelWarning, match="deficits='own_share'"):
        war = ec.nash(uneven("own_share"), uniform="all", tariffs=5 * (1 - np.eye(3)), rounds=40)
    assert war.status in {Status.AT_THE_BOUND, Status.STALLED}


# What is most often a mistake --------------------------------------------------------------------------


def test_duties_that_all_shut_their_trade_off_are_no_optimum():
    world = ec.SingleSector(TRADE, 0 * TRADE)
    # (1 + 500)^-4 = 2e-11 of the trade is left: all duties from 500 to 1000 are as good.
    shut = ec.optimal_tariff(world, 0, bounds=(500.0, 1000.0))
    assert shut.status is Status.FLAT
    assert "every duty is as good" in str(shut.status)
    others = np.array([[0.0, 0.0], [1000.0, 0.0]])  # nobody can sell abroad, so nobody can buy
    assert ec.optimal_tariff(world, 0, tariffs=others).status is Status.FLAT
    assert ec.nash(world, tariffs=others, players=[0], bounds=(0.0, 1.0)).status is Status.FLAT


def test_a_table_of_foreign_trade_only_is_warned_about():
    with pytest.warns(ModelWarning, match=r"no economy buys anything from itself \(A, B\).*from_trade"):
        ec.SingleSector([[0.0, 2.0], [1.0, 0.0]], np.zeros((2, 2)), codes="AB")
    with pytest.warns(ModelWarning, match="no economy buys anything from itself"):
        ec.Krugman(np.array([[0.0, 2.0], [2.0, 0.0]])[..., None], np.zeros((2, 2, 1)), 5.0)


def test_one_home_sale_that_is_missing_is_warned_about():
    hole = np.array([[0.0, 2.0, 1.0], [1.0, 9.0, 1.0], [1.0, 2.0, 9.0]])
    said = r"flows: no sales at home in A, though others have them"
    with pytest.warns(ModelWarning, match=said):
        ec.SingleSector(hole, np.zeros((3, 3)), codes="ABC")
    with pytest.warns(ModelWarning, match=said):
        ec.ServicesModel(hole, 0.2, codes="ABC")
    with pytest.warns(ModelWarning, match="no sales at home in economy 0"):
        ec.Krugman(hole[..., None], np.zeros((3, 3, 1)), 5.0)
    some = np.stack([hole, hole + 1.0], axis=-1)  # of one sector alone an economy may buy nothing at home
    ec.Krugman(some, np.zeros((3, 3, 2)), 5.0)


@pytest.mark.parametrize("unit", [1e3, 1e6])
def test_trade_and_gdp_in_different_units(unit):
    trade, gdp = np.array([[0.0, 20.0], [10.0, 0.0]]), np.array([100.0, 90.0])
    ec.SingleSector.from_trade(trade, gdp, np.zeros((2, 2)))
    with pytest.warns(ModelWarning, match="are both in one unit"):
        ec.SingleSector.from_trade(trade, unit * gdp, np.zeros((2, 2)))
    ec.ServicesModel.from_trade(trade, gdp, 0.5)
    with pytest.warns(ModelWarning, match="are both in one unit"):
        ec.ServicesModel.from_trade(trade, unit * gdp, 0.5)
    with pytest.raises(InputError, match=r"exports of more than its GDP.*in one unit"):
        ec.SingleSector.from_trade(unit * trade, gdp, np.zeros((2, 2)))


# The frame -------------------------------------------------------------------------------------------


@dataclass
class Hills:
    """A model whose welfare is a hill for each economy, with its top at known tariffs."""

    tops: np.ndarray
    cliff: float = np.inf
    flows: np.ndarray = field(default_factory=lambda: np.ones((2, 2)))
    codes: tuple[str, ...] = ()
    elasticity: float = 2.0
    asked: int = 0

    def solve(self, tariffs):
        self.asked += 1
        own = np.stack([tariffs[..., 0, 1], tariffs[..., 1, 0]], axis=-1)
        status = np.where(own.max(axis=-1) > self.cliff, 2, 0)
        welfare = np.exp(-0.1 * (own - self.tops) ** 2)
        return SimpleNamespace(
            welfare=welfare, flows=self.flows, tariffs=tariffs, status=status, residual=0.0
        )


def test_any_model_that_can_be_solved_will_do():
    model = Hills(np.array([0.3, 1.2]))
    war = ec.nash(model)
    assert war.tariffs.ravel() == pytest.approx([0, 0.3, 1.2, 0], abs=1e-6)
    assert war.welfare == pytest.approx([1, 1])
    assert war.evaluations <= model.asked


class Plateau(Hills):
    """A model in which high duties shut trade off: there it is as level as at the top."""

    def solve(self, tariffs):
        own = np.stack([tariffs[..., 0, 1], tariffs[..., 1, 0]], axis=-1)
        welfare = np.exp(0.1 * own * np.exp(-own / self.tops))
        flows = np.exp(-10 * tariffs)
        return SimpleNamespace(welfare=welfare, flows=flows, tariffs=tariffs, status=0, residual=0.0)


def test_a_search_comes_down_from_duties_that_shut_trade_off():
    best = ec.optimal_tariff(Plateau(np.array([0.3, 0.3])), 0, start=9.5 * OFF)
    assert best.status is Status.CONVERGED
    assert best.tariffs[0, 1] == pytest.approx(0.3, abs=1e-5)


@pytest.mark.parametrize("cliff", [0.5, 0.1])
def test_a_search_that_meets_tariffs_without_solution_says_so(cliff):
    model = Hills(np.array([0.9, 0.2]), cliff)
    start = np.array([[0.0, 0.2], [0.0, 0.0]])
    best = ec.optimal_tariff(model, 0, start=start)
    assert best.status is Status.STALLED
    assert best.tariffs[0, 1] <= 0.5
    model.tops = np.array([0.9, 1.5])
    assert ec.cooperative(model, start=start).status is Status.STALLED


def test_gains_are_counted_from_tariffs_that_can_be_solved():
    with pytest.raises(InputError, match=r"reference: the model has no solution.*stalled"):
        ec.cooperative(Hills(np.zeros(2), 0.5), reference=OFF)


def test_progress_is_told():
    told = []
    ec.nash(small_world(4), rounds=2, progress=told.append)
    assert {type(one) for one in told} == {ec.Progress}
    tasks = [one.task for one in told]
    assert tasks.count("round 2: best answer of B") >= 2
    assert [one.step for one in told if one.task == "round 2"] == [2]
    told.clear()
    ec.optimal_tariff(ec.SingleSector(TRADE, 0 * TRADE), 1, progress=told.append)
    assert told[0].task == "optimal tariff of economy 1"
    assert [one.step for one in told] == list(range(1, len(told) + 1))
    told.clear()
    ec.cooperative(small_world(4), rounds=1, progress=told.append)
    assert {one.task for one in told} == {"round 1: common gain", "round 1"}


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        (["D"], {}, "unknown economy; got 'D'"),
        ([3], {}, "unknown economy; got '3'"),
        ([0], {"bounds": (1.0, 0.5)}, "not bounds of a duty"),
        ([0], {"bounds": (-1.0, 0.5)}, "not bounds of a duty"),
        ([0], {"bounds": 0.5}, "not bounds of a duty; got 0.5"),
        ([0], {"bounds": {"B": (0.0, 0.5)}}, "not bounds of a duty"),
        ([0], {"bounds": (0.0, None)}, "not bounds of a duty"),
        ([0], {"bounds": "0:1"}, "not bounds of a duty"),
        ([0], {"bounds": (0.0, 0.5, 1.0)}, "not bounds of a duty"),
        ([0], {"bounds": (0.0, np.inf)}, "not bounds of a duty"),
        ([0], {"tariffs": np.zeros((2, 3, 3, 2))}, "tariffs: more than one scenario"),
        ([0], {"start": np.zeros((3, 3))}, "start: wrong shape"),
        ([0], {"free": np.zeros((4, 4))}, "free: wrong shape"),
        ([0], {"free": False}, "no duty to choose"),
        ([0], {"uniform": "partner"}, "unknown uniformity; got 'partner'.*did you mean 'partners'"),
    ],
)
def test_bad_searches_are_refused_in_words(arguments, options, says):
    with pytest.raises(InputError, match=says):
        ec.optimal_tariff(small_world(), *arguments, **options)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"players": []}, "not players"),
        ({"players": ["A", 0]}, "not players"),
        ({"pace": 1.5}, "pace"),
        ({"tolerance": 0}, "tolerance"),
        ({"rounds": 0}, "rounds"),
    ],
)
def test_bad_wars_are_refused_in_words(options, says):
    with pytest.raises(InputError, match=says):
        ec.nash(small_world(), **options)
    if "pace" not in options:
        with pytest.raises(InputError, match=says):
            ec.cooperative(small_world(), **options)


def test_a_smooth_least_has_the_slopes_that_differences_show():
    goal = contest.CommonGain((0, 2), np.array([0.3, 0.7]), np.array([0.0, 0.01, 0.002]))
    at = np.array([0.005, 0.001, 0.004])
    slopes = [(goal(at + 1e-7 * e)[0] - goal(at - 1e-7 * e)[0]) / 2e-7 for e in np.eye(3)]
    np.testing.assert_allclose(goal(at)[1], slopes, atol=1e-6)
    assert goal(at)[0] >= goal.gains(at).min()
    assert policy.BOUNDS == (0.0, 10.0)


def test_a_choice_is_a_table():
    trade = np.full((3, 3, 1), 10.0) + 90 * np.eye(3)[..., None]
    model = ec.Krugman.from_trade(trade, np.zeros((3, 3, 1)), sigma=5.0, codes=["A", "B", "C"])
    best = ec.optimal_tariff(model, "B")
    table = best.to_frame()
    assert table.loc["B", "median"] == best.medians[0]
    assert table.loc["B", "lowest"] <= table.loc["B", "highest"]
    assert table.loc[["A", "C"], "median"].isna().all()
    np.testing.assert_array_equal(table["welfare"], best.welfare)
    assert "converged; " in best._repr_html_()
