"""SingleSector: laws of the model, and a second reading in plain Python."""

from dataclasses import replace

import economics_oracle as oracle
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tradesim as ts
from tradesim import economics as ec
from tradesim.economics import blocks
from tradesim.economics import hat_algebra as hat
from tradesim.errors import InputError

FEW = settings(max_examples=15)
NAMES = ("wage", "price", "welfare", "revenue", "flows")


@st.composite
def worlds(draw, sizes=(2, 6), most_tariff=0.6):
    """Flows, base tariffs and new tariffs of a few economies, unbalanced."""
    n = draw(st.integers(*sizes))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    flows = rng.lognormal(0.0, 1.0, (n, n)) + np.diag(rng.lognormal(2.5, 0.5, n))
    base, new = rng.uniform(-0.05, most_tariff, (2, n, n)) * (1 - np.eye(n))
    return flows, base, new, draw(st.sampled_from([1.5, 4.0, 8.0]))


def close(found, expected, within=1e-9):
    for name in NAMES:
        np.testing.assert_allclose(
            getattr(found, name), expected[name], rtol=within, atol=within, err_msg=name
        )


# A second reading ------------------------------------------------------------------------------------


@FEW
@given(worlds(), st.sampled_from(["world_share", "own_share"]))
def test_plain_loops_come_to_the_same(world, closure):
    flows, base, new, eps = world
    found = ec.SingleSector(flows, base, eps, deficits=closure).solve(new)
    expected = oracle.single_sector(flows.tolist(), base.tolist(), new.tolist(), eps, deficit=closure)
    assert found.converged
    close(found, expected)


@FEW
@given(worlds(sizes=(2, 4)))
def test_icebergs_are_costs_without_revenue(world):
    flows, base, new, eps = world
    costs = 1 + new * 0.5
    found = ec.SingleSector(flows, base, eps).solve(base, costs)
    expected = oracle.single_sector(flows.tolist(), base.tolist(), base.tolist(), eps, costs.tolist())
    close(found, expected)


# Laws ------------------------------------------------------------------------------------------------


@FEW
@given(worlds())
def test_no_change_changes_nothing(world):
    flows, base, _, eps = world
    found = ec.SingleSector(flows, base, eps).solve(base)
    for name in ("wage", "price", "welfare"):
        np.testing.assert_allclose(getattr(found, name), 1.0, atol=1e-12)
    np.testing.assert_allclose(found.flows, flows, rtol=1e-12)


@FEW
@given(worlds())
def test_markets_clear_and_accounts_add_up(world):
    flows, base, new, eps = world
    model = ec.SingleSector(flows, base, eps)
    found = model.solve(new)
    net = found.flows / (1 + new)
    np.testing.assert_allclose(net.sum(axis=0), found.income, rtol=1e-9)
    np.testing.assert_allclose((found.flows - net).sum(axis=1), found.revenue, atol=1e-9)
    np.testing.assert_allclose(found.flows.sum(axis=1), found.spending, rtol=1e-12)
    np.testing.assert_allclose(found.income.sum(), model.base.income.sum(), rtol=1e-10)
    np.testing.assert_allclose(found.deficit, model.base.deficit, atol=1e-8)
    np.testing.assert_allclose(found.deficit.sum(), 0.0, atol=1e-8)


@FEW
@given(worlds(), st.floats(0.01, 1e6))
def test_the_unit_does_not_matter(world, unit):
    flows, base, new, eps = world
    one, other = (
        ec.SingleSector(flows, base, eps).solve(new),
        ec.SingleSector(flows * unit, base, eps).solve(new),
    )
    np.testing.assert_allclose(one.welfare, other.welfare, rtol=1e-9)
    np.testing.assert_allclose(one.revenue * unit, other.revenue, rtol=1e-8, atol=1e-8 * unit)


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_economies_does_not_matter(world, random):
    flows, base, new, eps = world
    order = random.sample(range(len(flows)), len(flows))
    at = np.ix_(order, order)
    one = ec.SingleSector(flows, base, eps).solve(new)
    other = ec.SingleSector(flows[at], base[at], eps).solve(new[at])
    np.testing.assert_allclose(one.welfare[order], other.welfare, rtol=1e-9)
    np.testing.assert_allclose(one.flows[at], other.flows, rtol=1e-8)


@FEW
@given(worlds(sizes=(2, 4)), st.sampled_from(["world_share", "own_share"]))
def test_scenarios_side_by_side_are_scenarios_one_by_one(world, closure):
    flows, base, new, eps = world
    model = ec.SingleSector(flows, base, eps, deficits=closure)
    levels = np.linspace(0, 1.5, 6).reshape(3, 2)[:, :, None, None] * new
    together = model.solve(levels)
    assert together.wage.shape == (3, 2, len(flows))
    assert together.status.shape == (3, 2)
    for k in np.ndindex(3, 2):
        alone = model.solve(levels[k])
        for name in (*NAMES, "residual"):
            np.testing.assert_allclose(
                getattr(together, name)[k], getattr(alone, name), rtol=1e-12, atol=1e-12
            )


def test_two_alike_stay_alike():
    found = ec.SingleSector([[80, 20], [20, 80]], np.zeros((2, 2))).solve([[0, 0.4], [0.4, 0]])
    np.testing.assert_allclose(found.wage, 1.0, atol=1e-12)
    assert found.welfare[0] == pytest.approx(found.welfare[1], abs=1e-12)
    # By hand: 0.2 · 1.4^−4 over 0.8 + 0.2 · 1.4^−4, of which the duty is not spent.
    kernel = 0.8 + 0.2 * 1.4**-4
    share = 0.2 * 1.4**-4 / kernel
    assert found.welfare[0] == pytest.approx(1 / (1 - share * 0.4 / 1.4) * kernel**0.25, abs=1e-12)


@FEW
@given(worlds(sizes=(3, 5)))
def test_without_duties_and_deficits_home_share_tells_welfare(world):
    flows, _, costs, eps = world
    free = np.zeros_like(flows)
    model = ec.SingleSector(flows, free, eps, deficits="purged")
    found = model.solve(free, 1 + costs)
    share = np.diag(found.flows) / found.spending / np.diag(model.base.shares)
    np.testing.assert_allclose(found.welfare, share ** (-1 / eps), rtol=1e-9)


@FEW
@given(worlds(sizes=(3, 5)))
def test_prohibitive_tariffs_are_autarky(world):
    flows, base, _, eps = world
    model = ec.SingleSector(flows, base, eps, deficits="purged")
    found = model.solve(1e7 * (1 - np.eye(len(flows))))
    own = np.diag(model.base.shares) * model.base.spending / model.base.income
    real = np.diag(model.base.shares) ** (1 / eps) / (model.base.spending / model.base.income)
    assert found.converged
    assert (own <= 1 + 1e-9).all()
    np.testing.assert_allclose(found.welfare, real, rtol=1e-6)


def test_deficits_are_purged_before():
    flows = np.array([[80.0, 40.0, 5.0], [10.0, 90.0, 8.0], [3.0, 9.0, 70.0]])
    model = ec.SingleSector(flows, np.zeros((3, 3)), deficits="purged")
    assert abs(model.base.deficit).max() < 1e-9
    found = model.solve(np.zeros((3, 3)))
    np.testing.assert_allclose(found.welfare, 1.0, atol=1e-10)
    np.testing.assert_allclose(found.deficit, 0.0, atol=1e-8)


def test_a_small_tariff_does_what_the_slope_says():
    flows = np.array([[80.0, 30.0, 5.0], [20.0, 90.0, 8.0], [6.0, 9.0, 70.0]])
    base = 0.1 * (1 - np.eye(3))
    model = ec.SingleSector(flows, base)
    bump = np.zeros((3, 3))
    bump[0, 1] = 1e-4
    up, down = model.solve(base + bump), model.solve(base - bump)
    slope = (up.welfare - down.welfare) / 2e-4
    twice = (model.solve(base + 2 * bump).welfare - model.solve(base - 2 * bump).welfare) / 4e-4
    np.testing.assert_allclose(slope, twice, rtol=1e-5)
    # Dixit: who pays a higher duty loses; the small open economy's partner elsewhere hardly notices.
    assert slope[1] < 0 < slope[0]


def test_the_jacobian_is_the_slope_of_the_residual():
    rng = np.random.default_rng(3)
    flows = rng.lognormal(0, 1, (4, 4)) + np.diag([9.0, 8, 7, 6])
    tariffs = 0.2 * rng.uniform(0, 1, (4, 4)) * (1 - np.eye(4))
    wage = np.array([[1.1, 0.95, 1.02, 0.9]])
    for own in (False, True):
        base = hat.base_of(flows, tariffs, 4.0, own=own)
        kernel, net = hat.kernels(base, (1.5 + tariffs)[None])
        inverse = hat.inverse_jacobian(base, kernel, net, wage)
        slope = np.empty((4, 4))
        for k in range(4):
            nudge = 1e-6 * np.eye(4)[k]
            up, down = (hat.residual(base, kernel, net, np.log(wage) + s * nudge) for s in (1, -1))
            slope[:, k] = (up - down)[0] / 2e-6
        np.testing.assert_allclose(inverse @ slope, np.eye(4), atol=1e-6)


# Worlds at the edge ----------------------------------------------------------------------------------


def test_an_autarkic_economy_stays_as_it_is():
    flows = np.array([[80.0, 20.0, 0.0], [20.0, 80.0, 0.0], [0.0, 0.0, 50.0]])
    new = np.array([[0.0, 0.3, 0.3], [0.0, 0.0, 0.0], [0.1, 0.1, 0.0]])
    found = ec.SingleSector(flows, np.zeros((3, 3))).solve(new)
    assert found.converged
    assert [found.wage[2], found.price[2], found.welfare[2]] == pytest.approx([1.0, 1.0, 1.0])
    pair = ec.SingleSector(flows[:2, :2], np.zeros((2, 2))).solve(new[:2, :2])
    np.testing.assert_allclose(found.welfare[:2], pair.welfare, rtol=1e-10)


def test_blocs_that_do_not_trade_have_a_numeraire_each():
    block = np.array([[80.0, 30.0], [20.0, 60.0]])
    flows = np.kron(np.eye(2), block)
    tariff = np.array([[0.0, 0.3], [0.1, 0.0]])
    for closure in ("world_share", "own_share"):
        both = ec.SingleSector(flows, np.zeros((4, 4)), deficits=closure).solve(np.kron(np.eye(2), tariff))
        alone = ec.SingleSector(block, np.zeros((2, 2)), deficits=closure).solve(tariff)
        np.testing.assert_allclose(both.wage.reshape(2, 2), np.tile(alone.wage, (2, 1)), rtol=1e-10)


@pytest.mark.filterwarnings("ignore:flows. no (sales|economy):tradesim.errors.ModelWarning")
def test_an_economy_without_domestic_sales_is_fine():
    flows = [[0.0, 10.0], [10.0, 90.0]]
    found = ec.SingleSector(flows, np.zeros((2, 2))).solve([[0, 0.2], [0, 0]])
    assert found.converged
    assert found.flows[0, 0] == 0
    expected = oracle.single_sector(flows, [[0, 0], [0, 0]], [[0, 0.2], [0, 0]], 4.0)
    close(found, expected)


def test_where_surpluses_outgrow_incomes_no_answer_exists():
    # Economy 0 sells 99 of 100 abroad, buys 1 and owes the rest: what it owes, it cannot earn behind tariffs.
    flows = [[0.5, 0.5, 0.0], [60.0, 900.0, 30.0], [39.0, 30.0, 900.0]]
    model = ec.SingleSector(flows, np.zeros((3, 3)))
    new = np.zeros((2, 3, 3))
    new[1, 1:, 0] = 30.0
    found = model.solve(new)
    assert found.converged.tolist() == [True, False]
    assert np.isnan(found.welfare[1]).all()
    assert np.isnan(found.flows[1]).all()
    assert found.status.tolist() == [ec.Status.CONVERGED, ec.Status.INFEASIBLE]
    np.testing.assert_allclose(found.welfare[0], 1.0, atol=1e-10)


def test_tariffs_near_prohibition_still_solve():
    flows = np.array([[90.0, 9.0, 1.0], [7.0, 80.0, 3.0], [4.0, 2.0, 60.0]])
    model = ec.SingleSector(flows, np.zeros((3, 3)), deficits="purged")
    high = np.array([3.0, 10.0, 30.0])[:, None, None] * (1 - np.eye(3))
    found = model.solve(high)
    assert found.converged.all()
    assert (np.diff(found.welfare, axis=0) < 0).all()


def test_solutions_do_not_depend_on_the_block_they_are_solved_in(monkeypatch):
    flows = np.array([[90.0, 9.0], [7.0, 80.0]])
    model = ec.SingleSector(flows, np.zeros((2, 2)))
    levels = np.linspace(0, 1, 11)[:, None, None] * (1 - np.eye(2))
    one = model.solve(levels)
    monkeypatch.setattr(blocks, "CELLS", 12)
    np.testing.assert_allclose(model.solve(levels).wage, one.wage, rtol=1e-13)


# What is refused -------------------------------------------------------------------------------------

GOOD = [[9.0, 1.0], [1.0, 9.0]]
FREE = [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("flows", "tariffs", "options", "said"),
    [
        ([[9.0, np.nan], [1.0, 9.0]], FREE, {}, r"flows\[0, 1\]: not a value of trade; got nan"),
        ([[9.0, -1.0], [1.0, 9.0]], FREE, {}, "not a value of trade; got -1.0"),
        ([[0.0, 0.0], [1.0, 9.0]], FREE, {}, r"flows\[0\]: an economy that spends nothing"),
        ([[0.0, 1.0], [0.0, 9.0]], FREE, {}, r"flows\[0\]: an economy that sells nothing"),
        ([9.0, 1.0], FREE, {}, "not importer × exporter"),
        ([[9.0, 1.0, 1.0], [1.0, 9.0, 1.0]], FREE, {}, "not importer × exporter"),
        (np.ones((2, 2, 3)), FREE, {}, "not importer × exporter"),
        ([[9.0, 1.0], [1.0]], FREE, {}, "not a table of numbers"),
        (GOOD, [[0.0, -1.0], [0.0, 0.0]], {}, r"tariffs\[0, 1\]: not a tariff; got -1.0"),
        (GOOD, [[0.0, np.inf], [0.0, 0.0]], {}, "not a tariff; got inf"),
        (GOOD, [[0.1, 0.0], [0.0, 0.0]], {}, "a tariff on own goods"),
        (GOOD, [0.0, 0.0], {}, "wrong shape"),
        (GOOD, np.zeros((3, 2, 2)), {}, "several bases"),
        (GOOD, FREE, {"elasticity": 0.0}, "elasticity: not a number in range; got 0.0"),
        (GOOD, FREE, {"elasticity": "4"}, "elasticity: not a number in range"),
        (GOOD, FREE, {"deficits": "gone"}, "unknown closure; got 'gone'"),
        (GOOD, FREE, {"codes": ["USA"]}, "not as many names as economies"),
        (GOOD, FREE, {"codes": ["USA", "USA"]}, "economy named twice"),
        ([[9.0, -1.0], [1.0, 9.0]], FREE, {"codes": ["USA", "CHN"]}, r"flows\[USA, CHN\]"),
    ],
)
def test_bad_worlds_are_refused(flows, tariffs, options, said):
    with pytest.raises(InputError, match=said):
        ec.SingleSector(flows, tariffs, **options)


@pytest.mark.parametrize(
    ("tariffs", "options", "said"),
    [
        ([[0.0, np.nan], [0.0, 0.0]], {}, "not a tariff; got nan"),
        ([[0.0, -1.5], [0.0, 0.0]], {}, "not a tariff; got -1.5"),
        (np.zeros((3, 3)), {}, "wrong shape"),
        (np.zeros((0, 2, 2)), {}, "no scenario"),
        (FREE, {"icebergs": np.zeros((2, 2))}, "icebergs"),
        (FREE, {"icebergs": np.ones((4, 2, 2))}, "wrong shape"),
        (FREE, {"icebergs": np.ones(3)}, "wrong shape"),
        (FREE, {"tolerance": 0.0}, "tolerance"),
    ],
)
def test_bad_scenarios_are_refused(tariffs, options, said):
    with pytest.raises(InputError, match=said):
        ec.SingleSector(GOOD, FREE).solve(tariffs, **options)


def test_deficits_that_cannot_be_purged_are_refused(monkeypatch):
    monkeypatch.setattr(hat, "purged", lambda base, _: (base, np.array([1e-3])))
    with pytest.raises(InputError, match="could not be purged"):
        ec.SingleSector(GOOD, FREE, deficits="purged").solve(FREE)


def test_every_fault_is_told_at_once():
    with pytest.raises(InputError) as refused:
        ec.SingleSector([[np.nan, 1.0], [1.0, 9.0]], [[0.0, -2.0], [0.0, 0.0]], elasticity=-1)
    assert len(refused.value.problems) == 3


def test_worlds_from_trade_and_gdp():
    trade, gdp = np.array([[7.0, 20.0], [10.0, 5.0]]), [100.0, 90.0]
    model = ec.SingleSector.from_trade(trade, gdp, [[0.0, 0.1], [0.0, 0.0]], codes=["USA", "CHN"])
    np.testing.assert_allclose(model.base.income, gdp)
    np.testing.assert_allclose(model.base.deficit, [10.0, -10.0])
    assert model.codes == ("USA", "CHN")
    world = ts.datasets.load("world-2023").economies
    loaded = ec.SingleSector.from_trade(world.to_frame(), world.gdp, np.zeros((len(world), len(world))))
    assert loaded.codes == world.codes
    assert loaded.solve(0.1 * (1 - np.eye(len(world)))).converged


@pytest.mark.parametrize(
    ("trade", "gdp", "said"),
    [
        ([[0.0, 2.0], [9.0, 0.0]], [5.0, 9.0], r"trade\[:, 0\]: exports of more than its GDP; got 9 of 5"),
        ([[0.0, 2.0], [np.nan, 0.0]], [5.0, 9.0], "trade"),
        ([[0.0, 2.0], [1.0, 0.0]], [5.0, 0.0], "gdp"),
        ([[0.0, 2.0], [1.0, 0.0]], [5.0], "gdp: wrong shape"),
        ([0.0, 2.0], [5.0, 5.0], "not importer × exporter"),
    ],
)
def test_bad_trade_is_refused(trade, gdp, said):
    with pytest.raises(InputError, match=said):
        ec.SingleSector.from_trade(trade, gdp, FREE)


# Labels and tables -----------------------------------------------------------------------------------


def frame(values):
    return pd.DataFrame(values, index=["USA", "CHN"], columns=["USA", "CHN"])


def test_frames_name_the_economies_and_may_be_in_any_order():
    flows, tariffs = frame([[80.0, 30.0], [10.0, 90.0]]), frame([[0.0, 0.3], [0.1, 0.0]])
    model = ec.SingleSector(flows, frame(FREE))
    assert model.codes == ("USA", "CHN")
    turned = tariffs.loc[["CHN", "USA"], ["CHN", "USA"]]
    found = model.solve(turned)
    np.testing.assert_array_equal(found.welfare, model.solve(tariffs.to_numpy()).welfare)
    assert found.to_frame().loc["USA", "welfare"] == found.welfare[found.index("USA")]
    with pytest.raises(InputError, match="unknown economy; got 'CHA'"):
        found.index("CHA")


def test_names_given_beside_a_frame_order_it():
    flows = frame([[80.0, 30.0], [10.0, 90.0]])
    turned = ec.SingleSector(flows, frame(FREE), codes=["CHN", "USA"])
    assert turned.flows.tolist() == [[90.0, 10.0], [30.0, 80.0]]
    with pytest.raises(InputError, match="other economies"):
        ec.SingleSector(flows, FREE, codes=["CHN", "MEX"])


def test_frames_of_other_economies_are_refused():
    model = ec.SingleSector(frame(GOOD), frame(FREE))
    with pytest.raises(InputError, match="other economies"):
        model.solve(frame(FREE).rename(index={"USA": "MEX"}))
    with pytest.raises(InputError, match="have no names"):
        ec.SingleSector(GOOD, FREE).solve(frame(FREE))
    with pytest.raises(InputError, match="named twice"):
        ec.SingleSector(frame(GOOD).rename(columns={"USA": "CHN"}), FREE)


def test_tables_have_a_row_for_every_scenario_and_economy():
    model = ec.SingleSector(frame(GOOD), FREE)
    table = model.solve(np.zeros((3, 2, 2))).to_frame()
    assert table.index.names == ["scenario", "economy"]
    assert list(table.columns) == ["welfare", "wage", "price", "revenue", "imports", "exports"]
    assert table.loc[(2, "CHN"), "imports"] == pytest.approx(1.0)
    assert list(ec.SingleSector(GOOD, FREE).solve(FREE).to_frame().index) == [0, 1]


def test_what_a_notebook_shows():
    model = ec.SingleSector(frame(GOOD), FREE)
    found = model.solve(np.zeros((30, 2, 2)) + frame([[0, 0.5], [0, 0]]).to_numpy())
    shown = found._repr_html_()
    assert "30 of 30 converged" in shown
    assert "and 40 more rows" in shown
    assert "%" in shown
    assert "more rows" not in model.solve(FREE)._repr_html_()
    assert repr(found) == "<Equilibrium: 30 scenarios of 2 economies; 30 of 30 converged>"
    assert repr(model) == "<SingleSector: 2 economies, elasticity 4, deficits world_share>"


def test_inputs_are_kept_apart_from_the_callers_arrays():
    flows = np.array(GOOD)
    model = ec.SingleSector(flows, FREE)
    flows[0, 0] = 0.0
    assert model.flows[0, 0] == 9.0
    with pytest.raises(ValueError, match="read-only"):
        model.flows[0, 0] = 1.0


# Slopes, and trade that goes one way -----------------------------------------------------------------


@FEW
@given(worlds(), st.sampled_from(["world_share", "purged", "own_share"]), st.integers(0, 10**6))
def test_slopes_are_what_differences_show(world, closure, seed):
    flows, tariffs = world[0], world[1]
    rng, n = np.random.default_rng(seed), len(world[0])
    model = ec.SingleSector(flows, tariffs, 4.0, closure)
    new = rng.uniform(0, 0.5, (n, n)) * (1 - np.eye(n))
    weights, melted = rng.normal(size=n), 1 + 0.2 * new
    slope = model.gradient(model.solve(new, melted), weights)
    shown = np.zeros((n, n))
    for i, j in np.argwhere(~np.eye(n, dtype=bool)):
        nudge = np.zeros((n, n))
        nudge[i, j] = 1e-4
        up, down = model.solve(np.stack([new + nudge, new - nudge]), melted, tolerance=1e-12).welfare
        shown[i, j] = np.log(up / down) @ weights / 2e-4
    np.testing.assert_allclose(slope, shown, atol=2e-7 * max(1.0, np.abs(shown).max()))


def test_slopes_of_a_batch_are_those_of_its_scenarios_and_unknown_where_they_are():
    flows = np.array([[80.0, 9, 4], [5, 90, 6], [3, 8, 60]])
    model = ec.SingleSector(flows, np.zeros((3, 3)))
    new = np.array([0.1, 0.3])[:, None, None] * (1 - np.eye(3))
    found, weights = model.solve(new), np.array([[1.0, 0, 0], [0, 1.0, 0]])
    slopes = model.gradient(found, weights)
    assert slopes.shape == (2, 3, 3)
    for k in range(2):
        np.testing.assert_allclose(slopes[k], model.gradient(model.solve(new[k]), weights[k]), atol=1e-12)
    blank = replace(found, wage=np.where([[True], [False]], np.nan, found.wage))
    assert np.isnan(model.gradient(blank, weights)[0]).all()
    np.testing.assert_array_equal(model.gradient(blank, weights)[1], slopes[1])
    with pytest.raises(InputError, match="wrong shape"):
        model.gradient(found, [1.0, 2.0])


ONE_WAY = np.array([[80.0, 10, 5], [0, 90, 0], [6, 4, 70]])


@pytest.mark.parametrize("flows", [ONE_WAY, ONE_WAY.T])
def test_trade_that_goes_one_way_is_solved_or_cannot_be_purged(flows):
    """An economy that sells abroad and buys nothing there, and one that buys and sells nothing."""
    with pytest.raises(InputError, match=r"trade that goes one way.*use deficits='world_share'"):
        ec.SingleSector(flows, np.zeros((3, 3)), deficits="purged")
    new = np.array([[0, 0.2, 0], [0, 0, 0], [0, 0.1, 0.0]])
    for closure in ("world_share", "own_share"):
        model = ec.SingleSector(flows, np.zeros((3, 3)), 4.0, closure)
        found = model.solve(np.stack([new, new.T, 0 * new]))
        assert found.converged.all()
        assert found.residual.max() <= 1e-9
        np.testing.assert_array_equal(found.flows[:, flows == 0], 0.0)
        np.testing.assert_allclose(found.welfare[2], 1.0, atol=1e-9)
        if flows[1, 0] > 0:  # who sells nothing abroad cannot be hit
            np.testing.assert_allclose(found.welfare[0], 1.0, atol=1e-9)


def test_trade_that_goes_round_is_purged():
    """Each economy sells to another than it buys from: money finds its way back."""
    flows = np.array([[80.0, 10, 0], [0, 80, 10], [12, 0, 80.0]])
    found = ec.SingleSector(flows, np.zeros((3, 3)), deficits="purged").solve(np.zeros((3, 3)))
    np.testing.assert_allclose(found.deficit, 0.0, atol=1e-8)
