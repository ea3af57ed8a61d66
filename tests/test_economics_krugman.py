"""Krugman: laws of the model, and Ossa's equations read a second time."""

import economics_oracle
import economics_sectors_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sector_worlds import duties, flows, worlds

from tradesim import economics as ec
from tradesim.economics import blocks
from tradesim.economics import krugman_system as system
from tradesim.errors import InputError

FEW = settings(max_examples=12)
FIELDS = ("wage", "price", "welfare", "revenue", "income", "spending", "flows", "profit", "profits")


def same(one, two, within=1e-9):
    for name in FIELDS:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), within, within, err_msg=name)


# A second reading ------------------------------------------------------------------------------------


@FEW
@given(worlds(), st.sampled_from(["purged", "world_share"]))
def test_every_equation_holds_in_plain_loops(world, closure):
    _, trade, base, new, sigma = world
    model = ec.Krugman(trade, base, sigma, closure)
    found = model.solve(new)
    gap = None
    if closure == "world_share":
        value = trade / (1 + base)
        gap = trade.sum((1, 2)) - value.sum((0, 2)) - (base * value).sum((1, 2))
    assert found.converged
    gaps = oracle.krugman_gaps(model.flows.tolist(), base.tolist(), new.tolist(), sigma.tolist(), found, gap)
    assert np.abs(gaps).max() < 1e-9


@FEW
@given(worlds(sectors=(2, 2)))
def test_icebergs_are_costs_without_revenue(world):
    _, trade, base, new, sigma = world
    model = ec.Krugman(trade, base, sigma)
    found = model.solve(base, 1 + new)
    gaps = oracle.krugman_gaps(
        model.flows.tolist(), base.tolist(), base.tolist(), sigma.tolist(), found, icebergs=(1 + new).tolist()
    )
    assert np.abs(gaps).max() < 1e-9


@FEW
@given(worlds(sectors=(1, 1)))
def test_one_sector_is_the_model_of_one_sector(world):
    _, trade, base, new, sigma = world
    found = ec.Krugman(trade, base, sigma, "world_share").solve(new)
    square = [table[..., 0].tolist() for table in (trade, base, new)]
    expected = economics_oracle.single_sector(*square, float(sigma[0] - 1))
    for name in ("wage", "price", "welfare", "revenue"):
        np.testing.assert_allclose(getattr(found, name), expected[name], rtol=1e-9, atol=1e-9)


# Laws ------------------------------------------------------------------------------------------------


@FEW
@given(worlds())
def test_no_change_changes_nothing(world):
    _, trade, base, _, sigma = world
    model = ec.Krugman(trade, base, sigma)
    found = model.solve(base)
    for name in ("wage", "price", "welfare", "profits", "profit"):
        np.testing.assert_allclose(getattr(found, name), 1.0, atol=1e-9)
    np.testing.assert_allclose(found.flows, model.flows, rtol=1e-9, atol=1e-9)


@FEW
@given(worlds(sectors=(2, 3)))
def test_names_and_units_do_not_matter(world):
    rng, trade, base, new, sigma = world
    found = ec.Krugman(trade, base, sigma).solve(new)
    n, s = rng.permutation(len(trade)), rng.permutation(len(sigma))
    mixed = [table[np.ix_(n, n, s)] for table in (7e9 * trade, base, new)]
    other = ec.Krugman(*mixed[:2], sigma[s]).solve(mixed[2])
    for name in ("wage", "price", "welfare", "profits"):
        np.testing.assert_allclose(getattr(other, name), getattr(found, name)[n], rtol=1e-8)
    np.testing.assert_allclose(other.profit, found.profit[np.ix_(n, s)], rtol=1e-8)
    np.testing.assert_allclose(other.revenue, 7e9 * found.revenue[n], rtol=1e-8)


@FEW
@given(worlds())
def test_what_is_spent_was_earned(world):
    _, trade, base, new, sigma = world
    found = ec.Krugman(trade, base, sigma).solve(new)
    np.testing.assert_allclose(found.spending, found.income + found.revenue, rtol=1e-9)
    np.testing.assert_allclose(found.flows.sum((1, 2)), found.spending, rtol=1e-9)
    np.testing.assert_allclose(found.border_flows.sum((0, 2)), found.income, rtol=1e-9)
    np.testing.assert_allclose(found.deficit, 0.0, atol=1e-8 * trade.sum())


@pytest.mark.parametrize("block", [1, 10**6])
def test_a_batch_is_its_scenarios_one_by_one(monkeypatch, block):
    monkeypatch.setattr(blocks, "CELLS", block)
    rng = np.random.default_rng(3)
    model = ec.Krugman(flows(rng, 3, 2), duties(rng, 3, 2), [4.0, 2.5])
    new = np.stack([duties(rng, 3, 2, most) for most in (0.0, 0.1, 1.0, 20.0, 0.5, 3.0)])
    together = model.solve(new.reshape(2, 3, 3, 3, 2))
    assert together.welfare.shape == (2, 3, 3)
    assert together.profit.shape == (2, 3, 3, 2)
    assert together.residual.max() <= 1e-9
    for k, one in enumerate(new):
        alone = model.solve(one)
        for name in FIELDS:
            found = getattr(together, name).reshape(6, *getattr(alone, name).shape)[k]
            np.testing.assert_allclose(found, getattr(alone, name), rtol=1e-12, atol=1e-12)


def test_like_economies_stay_alike():
    trade = np.full((3, 3, 2), 5.0) + 40 * np.eye(3)[..., None]
    war = 0.3 * (1 - np.eye(3))[..., None] * [1.0, 2.0]
    found = ec.Krugman(trade, 0 * trade, [3.0, 6.0]).solve(war)
    np.testing.assert_allclose(found.wage, 1.0, atol=1e-10)
    assert np.ptp(found.welfare) < 1e-10
    assert found.welfare[0] < 1


@FEW
@given(worlds(sectors=(1, 1)))
def test_home_shares_tell_what_trade_costs_do_to_welfare(world):
    _, trade, base, new, sigma = world
    model = ec.Krugman(trade, 0 * base, sigma)
    found = model.solve(0 * base, 1 + new)
    home = np.einsum("nns->n", found.flows) / found.spending
    before = np.einsum("nns->n", model.flows) / model.flows.sum((1, 2))
    np.testing.assert_allclose(found.welfare, (home / before) ** (-1 / (sigma[0] - 1)), rtol=1e-9)


def test_trade_shut_off_leaves_autarky():
    rng = np.random.default_rng(5)
    model = ec.Krugman(flows(rng, 3, 1, holes=0), np.zeros((3, 3, 1)), 5.0)
    before = np.einsum("nns->n", model.flows) / model.flows.sum((1, 2))
    shut = 1e5 * (1 - np.eye(3))[..., None]
    found = model.solve(shut)
    assert found.converged
    np.testing.assert_allclose(found.welfare, before**0.25, rtol=1e-6)


def test_an_economy_apart_keeps_what_it_has():
    trade = np.zeros((3, 3, 2))
    trade[:2, :2] = 10.0
    trade[2, 2] = [5.0, 0.0]
    found = ec.Krugman(trade, 0 * trade, [3.0, 4.0]).solve(0.2 * (1 - np.eye(3))[..., None] * [1, 1])
    assert found.converged
    assert found.welfare[2] == pytest.approx(1, abs=1e-12)
    assert found.profit[2].tolist() == pytest.approx([1, 1])
    assert found.wage[:2] @ [1, 1] == pytest.approx(2)


def test_sectors_that_one_economy_neither_buys_nor_makes_are_fine():
    rng = np.random.default_rng(8)
    trade = flows(rng, 3, 3, holes=0)
    trade[0, :, 1] = trade[:, 2, 2] = 0.0
    model = ec.Krugman(trade, 0 * trade, [2.0, 4.0, 6.0])
    found = model.solve(duties(rng, 3, 3))
    assert found.converged
    assert np.isfinite(found.welfare).all()
    assert found.profit[2, 2] == 1.0


@pytest.mark.filterwarnings("ignore:flows. no (sales|economy):tradesim.errors.ModelWarning")
def test_an_economy_without_domestic_sales_is_fine():
    rng = np.random.default_rng(9)
    trade = flows(rng, 3, 2, holes=0)
    trade[1, 1] = 0.0
    new = duties(rng, 3, 2)
    model = ec.Krugman(trade, 0 * trade, [3.0, 5.0])
    found = model.solve(new)
    gaps = oracle.krugman_gaps(model.flows.tolist(), (0 * new).tolist(), new.tolist(), [3.0, 5.0], found)
    assert np.abs(gaps).max() < 1e-9


# Deficits --------------------------------------------------------------------------------------------


def test_purging_takes_imbalances_away_and_says_so():
    rng = np.random.default_rng(11)
    trade, base = flows(rng, 4, 2), duties(rng, 4, 2)
    model = ec.Krugman(trade, base, [3.0, 5.0])
    value = model.flows / (1 + base)
    np.testing.assert_allclose(value.sum((0, 2)), value.sum((1, 2)), rtol=1e-9)
    purged, moved = model.calibration
    gap = (trade / (1 + base)).sum((1, 2)) - (trade / (1 + base)).sum((0, 2))
    assert purged.share == pytest.approx(np.abs(gap).sum() / trade.sum())
    assert moved.cells > 0
    assert ec.Krugman(model.flows, base, [3.0, 5.0]).calibration[1].cells == 0
    assert ec.Krugman(trade, base, [3.0, 5.0], "world_share").calibration == ()


def test_kept_deficits_keep_their_share_of_what_the_world_earns():
    rng = np.random.default_rng(12)
    trade, base = flows(rng, 3, 2), duties(rng, 3, 2)
    model = ec.Krugman(trade, base, 4.0, "world_share")
    before = model.solve(base)
    np.testing.assert_allclose(before.flows, trade, rtol=1e-9)
    np.testing.assert_allclose(model.solve(duties(rng, 3, 2)).deficit, before.deficit, atol=1e-8)


def test_owing_more_than_is_earned_is_said_to_have_no_answer():
    trade = np.array([[5.0, 30.0], [2.0, 40.0]])[..., None]
    found = ec.Krugman(trade, 0 * trade, 3.0, "world_share").solve(1e4 * (1 - np.eye(2))[..., None])
    assert not found.converged
    assert np.isnan(found.welfare).all()


def test_a_year_that_cannot_be_balanced_is_refused(monkeypatch):
    monkeypatch.setattr(system, "STEPS", 1)
    rng = np.random.default_rng(2)
    with pytest.raises(InputError, match=r"could not be purged.*world_share"):
        ec.Krugman(flows(rng, 4, 2), duties(rng, 4, 2), 4.0)


# Gradients -------------------------------------------------------------------------------------------


@FEW
@given(worlds(sizes=(2, 3)), st.sampled_from(["purged", "world_share"]))
def test_slopes_are_what_differences_show(world, closure):
    rng, trade, base, new, sigma = world
    model = ec.Krugman(trade, base, sigma, closure)
    weights = rng.normal(size=len(trade))
    slope = model.gradient(model.solve(new), weights)
    shown = np.zeros_like(slope)
    for cell in np.ndindex(new.shape):
        if cell[0] != cell[1]:
            nudge = np.zeros_like(new)
            nudge[cell] = 1e-4
            up, down = model.solve(np.stack([new + nudge, new - nudge])).welfare
            shown[cell] = np.log(up / down) @ weights / 2e-4
    np.testing.assert_allclose(slope, shown, atol=1e-7 * np.abs(shown).max())


def test_slopes_of_a_batch_are_those_of_its_scenarios():
    rng = np.random.default_rng(4)
    model = ec.Krugman(flows(rng, 3, 2), duties(rng, 3, 2), 4.0)
    new = np.stack([duties(rng, 3, 2), duties(rng, 3, 2)])
    weights = rng.normal(size=(2, 3))
    both = model.gradient(model.solve(new), weights)
    for one, weight, slope in zip(new, weights, both, strict=True):
        np.testing.assert_allclose(slope, model.gradient(model.solve(one), weight), rtol=1e-9, atol=1e-12)


# The rest --------------------------------------------------------------------------------------------


def test_customs_values_become_what_buyers_pay():
    trade = np.full((2, 2, 1), 10.0) + 90 * np.eye(2)[..., None]
    base = np.array([[0, 0.1], [0.2, 0]])[..., None]
    one = ec.Krugman.from_trade(trade, base, 5.0, codes=["A", "B"])
    np.testing.assert_array_equal(one.flows, ec.Krugman(trade * (1 + base), base, 5.0).flows)
    assert repr(one) == "<Krugman: 2 economies, 1 sectors, deficits purged>"
    found = one.solve(base)
    assert list(found.to_frame().columns)[-1] == "profits"
    assert found.to_frame().loc["A", "imports"] == pytest.approx(found.border_flows[0, 1, 0])
    assert "2 economies; 1 of 1 converged" in repr(found)
    assert found.index("B") == 1


OK = np.full((2, 2, 1), 10.0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((OK[..., 0], OK[..., 0], 4.0), r"flows: no sectors.*\(N, N, S\)"),
        ((-OK, 0 * OK, 4.0), r"flows\[0, 0, 0\]: not a value of trade"),
        ((OK, 0 * OK - 1.5, 4.0), "not a tariff"),
        ((OK, 0 * OK + 0.1, 4.0), "a tariff on own goods"),
        ((OK, np.zeros((3, 2, 2, 1)), 4.0), "tariffs: several bases"),
        ((OK, 0 * OK, 1.0), r"sigma.*got 1\.0.*above 1"),
        ((OK, 0 * OK, [4.0, 3.0]), r"sigma: wrong shape"),
        ((OK, 0 * OK, np.nan), "sigma.*got nan"),
        ((OK, 0 * OK, 4.0, "own_share"), "deficits: unknown closure; got 'own_share'"),
        ((OK, 0 * OK, 4.0, "purged", ["A"]), "not as many names as economies"),
        ((np.array([[0, 1.0], [0, 1.0]])[..., None], 0 * OK, 4.0), r"flows\[0\].*sells nothing"),
        (
            (np.array([[9.0, 1.0], [0.0, 9.0]])[..., None], 0 * OK, 4.0),
            r"flows\[0\]: trade that goes one way",
        ),
        (("x", 0 * OK, 4.0), "flows: not a table of numbers"),
    ],
)
def test_bad_tables_are_refused_in_words(arguments, says):
    with pytest.raises(InputError, match=says):
        ec.Krugman(*arguments)


@pytest.mark.parametrize(
    ("tariffs", "options", "says"),
    [
        (OK[..., 0], {}, "tariffs: wrong shape"),
        (0 * OK + np.nan, {}, "not a tariff; got nan"),
        (0 * OK - 1, {}, r"not a tariff; got -1\.0"),
        (0 * OK, {"icebergs": np.ones(3)}, "icebergs: wrong shape"),
        (0 * OK, {"icebergs": 0 * OK}, "icebergs.*not a number in range"),
        (0 * OK, {"tolerance": 0.0}, "tolerance"),
    ],
)
def test_bad_scenarios_are_refused_in_words(tariffs, options, says):
    model = ec.Krugman(OK, 0 * OK, 4.0)
    with pytest.raises(InputError, match=says):
        model.solve(tariffs, **options)


@pytest.mark.parametrize(("weights", "says"), [([1.0], "wrong shape"), ([1.0, np.inf], "not a number")])
def test_bad_weights_are_refused_in_words(weights, says):
    model = ec.Krugman(OK, 0 * OK, 4.0)
    if says == "wrong shape":
        weights = np.ones(3)
    with pytest.raises(InputError, match=says):
        model.gradient(model.solve(0 * OK), weights)
