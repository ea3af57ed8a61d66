"""MultiSector: laws of the model, and Caliendo and Parro's equations read a second time."""

import economics_oracle
import economics_sectors_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sector_worlds import duties, flows, makings, worlds

from tradesim import economics as ec
from tradesim.economics import multisector_system as system
from tradesim.errors import InputError

FEW = settings(max_examples=12)
FIELDS = ("wage", "price", "welfare", "revenue", "real_wage", "terms_of_trade", "volume_of_trade")


def model_of(world, closure="purged"):
    """A model of a drawn world, and its new tariffs."""
    rng, trade, base, new, sigma = world
    added, inputs = makings(rng, *trade.shape[1:])
    return ec.MultiSector(trade, base, sigma - 1, added, inputs, closure), new


# A second reading ------------------------------------------------------------------------------------


@FEW
@given(worlds(), st.sampled_from(["purged", "world_share"]))
def test_every_equation_holds_in_plain_loops(world, closure):
    model, new = model_of(world, closure)
    found = model.solve(new)
    assert found.converged
    assert np.abs(oracle.multisector_gaps(model, new.tolist(), found)).max() < 1e-9


@FEW
@given(worlds(sectors=(2, 2)))
def test_icebergs_are_costs_without_revenue(world):
    model, new = model_of(world)
    found = model.solve(model.tariffs, 1 + new)
    gaps = oracle.multisector_gaps(model, model.tariffs.tolist(), found, (1 + new).tolist())
    assert np.abs(gaps).max() < 1e-9


@FEW
@given(worlds(sectors=(1, 1)))
def test_one_sector_without_inputs_is_exact_hat_algebra(world):
    _, trade, base, new, sigma = world
    nothing = np.zeros((len(trade), 1, 1))
    model = ec.MultiSector(trade, base, sigma - 1, np.ones((len(trade), 1)), nothing, "world_share")
    found = model.solve(new)
    square = [table[..., 0].tolist() for table in (trade, base, new)]
    expected = economics_oracle.single_sector(*square, float(sigma[0] - 1))
    for name in ("wage", "price", "welfare", "revenue"):
        np.testing.assert_allclose(getattr(found, name), expected[name], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.flows[..., 0], expected["flows"], rtol=1e-8, atol=1e-9)


# Laws ------------------------------------------------------------------------------------------------


@FEW
@given(worlds(), st.sampled_from(["purged", "world_share"]))
def test_no_change_changes_nothing(world, closure):
    model, _ = model_of(world, closure)
    found = model.solve(model.tariffs)
    for name in ("wage", "price", "welfare", "real_wage", "prices", "costs"):
        np.testing.assert_allclose(getattr(found, name), 1.0, atol=1e-9)
    np.testing.assert_allclose(found.flows, model.flows, atol=1e-9 * model.flows.max())
    np.testing.assert_allclose(found.welfare_first_order, 0.0, atol=1e-9)


@FEW
@given(worlds(sectors=(2, 3)))
def test_names_and_units_do_not_matter(world):
    rng, trade, base, new, sigma = world
    added, inputs = makings(rng, *trade.shape[1:])
    found = ec.MultiSector(trade, base, sigma, added, inputs).solve(new)
    n, s = rng.permutation(len(trade)), rng.permutation(len(sigma))
    mixed = [table[np.ix_(n, n, s)] for table in (7e9 * trade, base, new)]
    shares = added[np.ix_(n, s)], inputs[np.ix_(n, s, s)]
    other = ec.MultiSector(*mixed[:2], sigma[s], *shares).solve(mixed[2])
    for name in FIELDS:
        scale = 7e9 if name == "revenue" else 1
        np.testing.assert_allclose(
            getattr(other, name), scale * getattr(found, name)[n], rtol=1e-7, atol=1e-9
        )
    np.testing.assert_allclose(other.prices, found.prices[np.ix_(n, s)], rtol=1e-8)


@FEW
@given(worlds())
def test_markets_clear_and_trade_balances(world):
    model, new = model_of(world)
    found = model.solve(new)
    sales = found.border_flows.sum(axis=0)
    np.testing.assert_allclose((model.value_added * sales).sum(axis=1), found.income, rtol=1e-9)
    np.testing.assert_allclose(found.imports, found.exports, rtol=1e-8, atol=1e-9 * sales.sum())
    used = (model.inputs @ ((1 - model.value_added) * sales)[..., None])[..., 0]
    final = model.final * found.spending[:, None]
    np.testing.assert_allclose(used + final, found.flows.sum(axis=1), atol=1e-9 * sales.sum())
    np.testing.assert_allclose(found.spending, found.income + found.revenue, rtol=1e-9)


@FEW
@given(worlds())
def test_the_first_order_is_what_small_changes_come_to(world):
    model, new = model_of(world)
    small = 1e-5
    found = model.solve(model.tariffs + small * (new - model.tariffs))
    apart = found.welfare_exact - found.welfare_first_order
    np.testing.assert_allclose(apart / small, 0.0, atol=1e-3)
    assert np.abs(found.welfare_first_order).max() > 1e-9


def test_a_batch_is_its_scenarios_one_by_one():
    rng = np.random.default_rng(3)
    added, inputs = makings(rng, 3, 2)
    model = ec.MultiSector(flows(rng, 3, 2), duties(rng, 3, 2), [4.0, 2.5], added, inputs)
    new = np.stack([duties(rng, 3, 2, most) for most in (0.0, 0.1, 1.0, 20.0, 0.5, 3.0)])
    together = model.solve(new.reshape(2, 3, 3, 3, 2))
    assert together.prices.shape == (2, 3, 3, 2)
    assert together.residual.max() <= 1e-9
    for k, one in enumerate(new):
        alone = model.solve(one)
        for name in (*FIELDS, "flows", "prices", "costs"):
            part = getattr(together, name).reshape(6, *getattr(alone, name).shape)[k]
            np.testing.assert_allclose(part, getattr(alone, name), rtol=1e-12, atol=1e-12)


@FEW
@given(worlds(sectors=(1, 1)))
def test_home_shares_tell_what_trade_costs_do_to_welfare(world):
    rng, trade, base, new, sigma = world
    added = np.full((len(trade), 1), rng.uniform(0.5, 0.9))
    model = ec.MultiSector(trade, 0 * base, sigma - 1, added, np.ones((len(trade), 1, 1)))
    found = model.solve(0 * base, 1 + new)
    home = np.einsum("nns->n", found.flows) / found.flows.sum((1, 2))
    before = np.einsum("nns->n", model.flows) / model.flows.sum((1, 2))
    exponent = -1 / (added[0, 0] * (sigma[0] - 1))
    np.testing.assert_allclose(found.welfare, (home / before) ** exponent, rtol=1e-9)


def test_like_economies_stay_alike():
    trade = np.full((3, 3, 2), 5.0) + 40 * np.eye(3)[..., None]
    inputs = np.broadcast_to([[0.3, 0.6], [0.7, 0.4]], (3, 2, 2))
    war = 0.3 * (1 - np.eye(3))[..., None] * [1.0, 2.0]
    found = ec.MultiSector(trade, 0 * trade, 5.0, np.full((3, 2), 0.5), inputs).solve(war)
    np.testing.assert_allclose(found.wage, 1.0, atol=1e-9)
    assert np.ptp(found.welfare) < 1e-9
    assert found.welfare[0] < 1


def test_an_economy_apart_keeps_what_it_has():
    trade = np.zeros((3, 3, 2))
    trade[:2, :2] = 10.0
    trade[2, 2] = [5.0, 0.0]
    inputs = np.broadcast_to([[1.0, 1.0], [0.0, 0.0]], (3, 2, 2))
    model = ec.MultiSector(trade, 0 * trade, 4.0, np.full((3, 2), 0.6), inputs)
    found = model.solve(0.2 * (1 - np.eye(3))[..., None] * [1, 1])
    assert found.converged
    assert found.welfare[2] == pytest.approx(1, abs=1e-9)
    assert found.welfare[:2] == pytest.approx([found.welfare[0]] * 2)
    assert found.welfare[0] < 1


@pytest.mark.filterwarnings("ignore:flows. no (sales|economy):tradesim.errors.ModelWarning")
def test_an_economy_without_domestic_sales_is_fine():
    rng = np.random.default_rng(9)
    trade = flows(rng, 3, 2, holes=0)
    trade[1, 1] = 0.0
    new = duties(rng, 3, 2)
    model = ec.MultiSector(trade, 0 * trade, 4.0, np.full((3, 2), 0.8), makings(rng, 3, 2)[1])
    assert np.abs(oracle.multisector_gaps(model, new.tolist(), model.solve(new))).max() < 1e-9


def test_trade_shut_off_leaves_autarky():
    rng = np.random.default_rng(5)
    ones = np.ones((3, 1))
    model = ec.MultiSector(flows(rng, 3, 1, holes=0), np.zeros((3, 3, 1)), 4.0, ones, ones[..., None])
    before = np.einsum("nns->n", model.flows) / model.flows.sum((1, 2))
    found = model.solve(1e3 * (1 - np.eye(3))[..., None])
    assert found.converged
    np.testing.assert_allclose(found.welfare, before**0.25, rtol=1e-6)


def test_sweeps_that_would_run_in_circles_settle():
    rng = np.random.default_rng(6)
    open_world = rng.lognormal(0.0, 0.5, (4, 4, 1))
    ones = np.ones((4, 1))
    model = ec.MultiSector(open_world, 0 * open_world, 40.0, ones, ones[..., None])
    assert model.solve(duties(rng, 4, 1)).converged


def test_what_does_not_settle_is_said_not_to(monkeypatch):
    rng = np.random.default_rng(6)
    added, inputs = makings(rng, 3, 2)
    model = ec.MultiSector(flows(rng, 3, 2), duties(rng, 3, 2), 4.0, added, inputs)
    monkeypatch.setattr(system, "SWEEPS", 3)
    found = model.solve(duties(rng, 3, 2))
    assert ec.Status(int(found.status)) is ec.Status.STALLED
    assert np.isnan(found.welfare).all()
    assert np.isnan(found.welfare_first_order).all()
    with pytest.raises(InputError, match="no base that unchanged tariffs leave as it is"):
        ec.MultiSector(flows(rng, 3, 2), duties(rng, 3, 2), 4.0, added, inputs)


# Gradients -------------------------------------------------------------------------------------------


@FEW
@given(worlds(sizes=(2, 3)), st.sampled_from(["purged", "world_share"]))
def test_slopes_are_what_differences_show(world, closure):
    model, new = model_of(world, closure)
    weights = world[0].normal(size=len(new))
    melted = 1 + 0.1 * new
    slope = model.gradient(model.solve(new, melted), weights)
    shown = np.zeros_like(slope)
    for cell in np.ndindex(new.shape):
        if cell[0] != cell[1]:
            nudge = np.zeros_like(new)
            nudge[cell] = 1e-4
            up, down = model.solve(np.stack([new + nudge, new - nudge]), melted).welfare
            shown[cell] = np.log(up / down) @ weights / 2e-4
    np.testing.assert_allclose(slope, shown, atol=1e-6 * np.abs(shown).max())


def test_slopes_of_a_batch_are_those_of_its_scenarios():
    rng = np.random.default_rng(4)
    added, inputs = makings(rng, 3, 2)
    model = ec.MultiSector(flows(rng, 3, 2), duties(rng, 3, 2), 4.0, added, inputs)
    new = np.stack([duties(rng, 3, 2), duties(rng, 3, 2)])
    both = model.gradient(model.solve(new), [1.0, 0.0, -1.0])
    for one, slope in zip(new, both, strict=True):
        alone = model.gradient(model.solve(one), [1.0, 0.0, -1.0])
        np.testing.assert_allclose(slope, alone, rtol=1e-8, atol=1e-10)


# Tables ----------------------------------------------------------------------------------------------


def raw(rng, n=3, s=2):
    """Foreign trade before duties, duties, gross output and shares."""
    trade = rng.lognormal(0.0, 1.0, (n, n, s)) * (1 - np.eye(n))[..., None]
    return trade, duties(rng, n, s), trade.sum(axis=0) + rng.uniform(2, 30, (n, s)), *makings(rng, n, s)


def test_tables_become_flows():
    trade, base, output, added, inputs = raw(np.random.default_rng(1))
    model = ec.MultiSector.from_tables(trade, base, output, 4.0, added, inputs, codes=["A", "B", "C"])
    domestic = (output - trade.sum(axis=0))[:, None] * np.eye(3)[..., None]
    same = ec.MultiSector(trade * (1 + base) + domestic, base, 4.0, added, inputs)
    np.testing.assert_array_equal(model.flows, same.flows)
    assert [step.what for step in model.calibration] == [
        "gross output raised to exports",
        "columns of inputs scaled to 1",
        "final spending below 0 raised to 0",
        "imbalances purged",
        "spending of the settled base",
        "value added of the settled base",
    ]
    assert model.calibration[0].cells == 0
    assert repr(model) == "<MultiSector: 3 economies, 2 sectors, deficits purged>"
    frame = model.solve(base).to_frame()
    assert list(frame.columns)[-4:] == [
        "real_wage",
        "terms_of_trade",
        "volume_of_trade",
        "welfare_first_order",
    ]


def test_each_step_says_by_how_much():
    trade, base, output, added, inputs = raw(np.random.default_rng(1))
    output[0, 0] = trade[:, 0, 0].sum() - 0.5
    inputs = inputs * 1.001
    added[1] = [0.05, 0.05]
    inputs[1] = [[1.0, 1.0], [0.0, 0.0]]
    output[1, 1] = 400.0
    model = ec.MultiSector.from_tables(trade, base, output, 4.0, added, inputs)
    raised, scaled, truncated, purged, *_ = model.calibration
    assert (raised.cells, raised.share) == (1, pytest.approx(0.5 / output.sum()))
    assert scaled.cells == 8
    assert truncated.cells == 1
    assert purged.cells > 0
    np.testing.assert_allclose(model.inputs.sum(axis=1), 1.0)
    assert model.final[1].tolist() == [0.0, 1.0]
    assert np.abs(oracle.multisector_gaps(model, base.tolist(), model.solve(base))).max() < 1e-9


OK = np.full((2, 2, 1), 10.0)
HALF, ONE = np.full((2, 1), 0.5), np.ones((2, 1, 1))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((OK[..., 0], OK[..., 0], 4.0, HALF, ONE), r"flows: no sectors.*\(N, N, S\)"),
        ((OK, 0 * OK, 0.0, HALF, ONE), r"elasticity.*got 0\.0.*above 0"),
        ((OK, 0 * OK, 4.0, HALF + 0.6, ONE), r"value_added.*got 1\.1.*from 0 to 1"),
        ((OK, 0 * OK, 4.0, HALF, ONE * 2), r"inputs\[0, :, 0\]: input shares that do not add up; got 2"),
        ((OK, 0 * OK, 4.0, HALF, ONE[0]), "inputs: wrong shape"),
        ((OK, 0 * OK, 4.0, HALF, ONE * np.nan), "inputs.*got nan"),
        ((OK, 0 * OK, 4.0, HALF * [[0], [1]], ONE), r"value_added\[0\]: an economy that earns nothing"),
        ((OK, 0 * OK, 4.0, HALF, ONE, "own_share"), "unknown closure"),
        ((OK * [[[1], [1]], [[0], [1]]], 0 * OK, 4.0, HALF, ONE), r"flows\[0\]: trade that goes one way"),
        ((OK * [[[1], [9]], [[9], [1]]], 0 * OK, 4.0, HALF * 0.01, ONE * [[[1]], [[1]]]), None),
    ],
)
def test_bad_tables_are_refused_in_words(arguments, says):
    if says is None:
        assert ec.MultiSector(*arguments).solve(0 * OK).converged
        return
    with pytest.raises(InputError, match=says):
        ec.MultiSector(*arguments)


def test_inputs_that_leave_nothing_to_live_on_are_refused():
    trade = np.zeros((2, 2, 2))
    trade[:, :, 0], trade[:, :, 1] = np.eye(2), 8 * np.eye(2)
    trade[0, 1, 0] = trade[1, 0, 1] = 30.0
    inputs = np.broadcast_to([[1.0, 1.0], [0.0, 0.0]], (2, 2, 2)).copy()
    inputs[0] = [[0.0, 0.0], [1.0, 1.0]]
    added = np.array([[0.01, 0.01], [0.5, 0.5]])
    trade[0, 0, 0] = trade[0, 1, 0] = 0.0
    with pytest.raises(InputError, match="economy 0: no spending beyond inputs"):
        ec.MultiSector(trade, 0 * trade, 4.0, added, inputs, "world_share")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda trade, output: (trade + np.eye(3)[..., None], output),
            r"trade\[0, 0\]: domestic trade beside",
        ),
        (lambda trade, output: (trade, output[:2]), "gross_output: wrong shape"),
        (lambda trade, output: (trade, -output), "gross_output.*not a number in range"),
        (lambda trade, output: (trade[..., 0], output), "tariffs: wrong shape"),
        (lambda trade, output: (-trade, output), "flows.*not a value of trade"),
    ],
)
def test_bad_raw_tables_are_refused_in_words(change, says):
    trade, base, output, added, inputs = raw(np.random.default_rng(1))
    trade, output = change(trade, output)
    with pytest.raises(InputError, match=says):
        ec.MultiSector.from_tables(trade, base, output, 4.0, added, inputs)
