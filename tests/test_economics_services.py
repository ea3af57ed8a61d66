"""ServicesModel: every equation as it is written, laws, and its calibration."""

import economics_oracle as oracle
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradesim import economics as ec
from tradesim.economics import services_algebra as algebra
from tradesim.economics import services_calibration as calibration
from tradesim.errors import InputError

FEW = settings(max_examples=12)
FREE = [[0.0, 0.0], [0.0, 0.0]]


@st.composite
def models(draw, sizes=(2, 5)):
    """A model with any options, and tariffs."""
    n = draw(st.integers(*sizes))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    flows = rng.lognormal(0.0, 1.0, (n, n)) + np.diag(rng.lognormal(2.5, 0.5, n))
    model = ec.ServicesModel(
        flows,
        rng.uniform(0, 0.4, n),
        draw(st.sampled_from([3.0, 4.0, 8.0])),
        labour_supply=draw(st.sampled_from([0.0, 0.5, 1.0])),
        scale=draw(st.sampled_from([None, 0.0, 0.1])),
        pass_through=draw(st.sampled_from([None, 1.0, 0.7])),
        revenue_use=draw(st.sampled_from(["income_tax", "lump_sum"])),
    )
    return model, rng.uniform(0, 0.5, (n, n)) * (1 - np.eye(n))


@FEW
@given(models())
def test_every_equation_holds_as_it_is_written(drawn):
    model, tariffs = drawn
    found = model.solve(tariffs)
    assert found.converged
    hats = found.spending / model.flows.sum(axis=1)
    gaps = oracle.services_gaps(
        model, tariffs.tolist(), found.wage.tolist(), hats.tolist(), found.employment.tolist()
    )
    assert max(map(abs, gaps)) < 1e-9
    np.testing.assert_allclose(found.welfare, oracle.services_welfare(model, found), rtol=1e-12)
    border = found.flows / (1 + tariffs)
    np.testing.assert_allclose((found.flows - border).sum(axis=1), found.revenue, atol=1e-9)


@FEW
@given(models())
def test_no_change_changes_nothing(drawn):
    model, tariffs = drawn
    found = model.solve(0 * tariffs)
    for name in ("wage", "price", "welfare", "employment"):
        np.testing.assert_allclose(getattr(found, name), 1.0, atol=1e-10)
    np.testing.assert_allclose(found.flows, model.flows, rtol=1e-10)


@FEW
@given(models(sizes=(2, 4)))
def test_without_services_labour_and_scale_it_is_the_one_sector_model(drawn):
    model, tariffs = drawn
    free = np.zeros_like(model.flows)
    plain = ec.ServicesModel(
        model.flows, 0.0, 4.0, labour_supply=0.0, scale=0.0, pass_through=1.0, revenue_use="lump_sum"
    )
    one, other = plain.solve(tariffs), ec.SingleSector(model.flows, free, 4.0).solve(tariffs)
    np.testing.assert_allclose(one.welfare, other.welfare, rtol=1e-9)
    np.testing.assert_allclose(one.wage / one.wage[0], other.wage / other.wage[0], rtol=1e-9)


@FEW
@given(models(sizes=(2, 4)))
def test_scenarios_side_by_side_are_scenarios_one_by_one(drawn):
    model, tariffs = drawn
    levels = np.linspace(0, 1, 4)[:, None, None] * tariffs
    together = model.solve(levels)
    for k in range(4):
        alone = model.solve(levels[k])
        np.testing.assert_allclose(together.welfare[k], alone.welfare, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(together.employment[k], alone.employment, rtol=1e-12, atol=1e-12)


def test_two_alike_stay_alike():
    model = ec.ServicesModel([[80, 20], [20, 80]], 0.2)
    found = model.solve([[0, 0.3], [0.3, 0]])
    assert found.welfare[0] == pytest.approx(found.welfare[1], abs=1e-10)
    assert found.wage[0] == pytest.approx(found.wage[1], abs=1e-10)


def test_the_published_optimal_tariff_is_near_the_best():
    flows = [[9000.0, 25.0], [25.0, 75.0]]
    model = ec.ServicesModel(flows, 0.1, labour_supply=0.0, scale=0.0, pass_through=1.0, codes=["W", "S"])
    formula = model.optimal_uniform_tariff("S")
    levels = np.linspace(0.05, 0.6, 111)
    tariffs = np.zeros((111, 2, 2))
    tariffs[:, 1, 0] = levels
    best = levels[model.solve(tariffs).welfare[:, 1].argmax()]
    assert formula == pytest.approx(best, abs=0.05)


def test_the_optimal_tariff_by_hand():
    flows = [[90.0, 12.0], [10.0, 90.0]]
    model = ec.ServicesModel(flows, 0.2, 4.0, pass_through=1.0)
    delta = 10 * 0.8 * (1 - 10 / 100) / (0.8 * (102 - 90))
    assert model.optimal_uniform_tariff(0) == pytest.approx(1 / (4 * delta))
    income = 0.8 * (90 + 10) + 0.2 * 102
    over = 10 * 0.8 * (1 - 10 / 100) / (0.8 * (income - 90))
    assert model.optimal_uniform_tariff(0, over="income") == pytest.approx(1 / (4 * over))
    # In a world of two the rest of it is the other one.
    assert model.optimal_retaliation(1) == pytest.approx(model.optimal_uniform_tariff(0, over="income"))


def test_two_regions_hold_the_same_trade():
    rng = np.random.default_rng(0)
    flows = rng.lognormal(0, 1, (4, 4)) + 9 * np.eye(4)
    model = ec.ServicesModel(flows, [0.1, 0.1, 0.3, 0.1], codes=list("ABCD"))
    two = model.two_regions("C")
    rest = [0, 1, 3]
    assert two.flows[0, 0] == pytest.approx(flows[np.ix_(rest, rest)].sum())
    assert two.flows[1, 0] == pytest.approx(flows[2, rest].sum())
    np.testing.assert_allclose(two.services, [0.1, 0.3])
    np.testing.assert_allclose(two.base.income, [model.base.income[rest].sum(), model.base.income[2]])


# Calibration -----------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:flows. no (sales|economy):tradesim.errors.ModelWarning")
def test_domestic_sales_are_what_is_left_of_spending():
    trade = np.array([[7.0, 30.0], [20.0, 5.0]])
    model = ec.ServicesModel.from_trade(trade, [100.0, 15.0], [0.2, 0.1])
    # Spending 100 + 0.8 (30 − 0.9 · 20) = 109.6; the other imports 20 of 15 + 0.9 (20 − 0.8 · 30) = 11.4.
    np.testing.assert_allclose(model.flows, [[79.6, 30.0], [20.0, 0.0]])
    np.testing.assert_allclose(model.base.spending - model.base.transfers, model.base.income)


def test_services_shares_give_the_published_content():
    trade = np.array([[0.0, 3.0, 6.0], [2.0, 0.0, 1.0], [7.0, 2.0, 0.0]])
    gdp = np.array([60.0, 40.0, 50.0])
    shares = ec.services_shares(trade, gdp, home=2)
    assert shares[0] == shares[1] != shares[2]
    between = np.array([[5.0, 7.0], [9.0, 0.0]])
    gap = calibration.content_gap(shares[1:], between, np.array([100.0, 50.0]), (0.12, 0.26))
    np.testing.assert_allclose(gap, 0.0, atol=1e-9)
    # By hand, at home: what stays at home of all that is sold there and abroad.
    spent = 50 + (1 - shares[2]) * (9 - (1 - shares[1]) * 7)
    at_home = (spent - 9) / (spent - 9 + 7)
    assert at_home * shares[2] + (1 - at_home) * shares[0] == pytest.approx(0.26)


def test_content_out_of_reach_is_refused():
    with pytest.raises(InputError, match="no services shares"):
        ec.services_shares([[0.0, 6.0], [7.0, 0.0]], [60.0, 50.0], 1, content=(0.1, 5.0))


def test_pass_through_grows_with_services():
    np.testing.assert_allclose(ec.pass_through_exponent([0.0, 0.0], 0.2), 1.0)
    theta, nu = 4 / 0.67, 0.27
    expected = 0.25 + (1 + theta) / ((1 - nu) * theta) - 1 / theta - 1
    assert ec.pass_through_exponent(nu, 0.67 / 4, firm=0.25) == pytest.approx(expected)


# Edges and refusals ----------------------------------------------------------------------------------


def test_a_hard_scenario_is_solved_by_itself(monkeypatch):
    model = ec.ServicesModel([[80.0, 30.0], [20.0, 90.0]], 0.2)
    easy = model.solve([[0.0, 0.4], [0.1, 0.0]])
    monkeypatch.setattr(algebra, "solve_side_by_side", lambda _f, start, _i, _t: start)
    hard = model.solve([[0.0, 0.4], [0.1, 0.0]])
    assert hard.converged
    np.testing.assert_allclose(hard.welfare, easy.welfare, rtol=1e-9)


def test_what_is_not_solved_is_blank(monkeypatch):
    model = ec.ServicesModel([[80.0, 30.0], [20.0, 90.0]], 0.2)
    monkeypatch.setattr(algebra, "_clear", lambda _b, kernel, _n, _i, _t: np.zeros((len(kernel), 4)))
    found = model.solve([[0.0, 0.4], [0.1, 0.0]])
    assert found.status == ec.Status.STALLED
    assert np.isnan(found.employment).all()


@pytest.mark.parametrize(
    ("flows", "options", "said"),
    [
        ([[9.0, np.nan], [1.0, 9.0]], {}, "not a value of trade"),
        ([9.0, 1.0], {}, "not importer × exporter"),
        ([[9.0, 0.0], [0.0, 9.0]], {}, "do not trade with the rest"),
        ([[9.0, 1.0], [1.0, 9.0]], {"services": 1.0}, "services"),
        ([[9.0, 1.0], [1.0, 9.0]], {"services": [0.1, 0.1, 0.1]}, "wrong shape"),
        ([[9.0, 1.0], [1.0, 9.0]], {"elasticity": np.inf}, "elasticity"),
        ([[9.0, 1.0], [1.0, 9.0]], {"labour_supply": -0.1}, "labour_supply"),
        ([[9.0, 1.0], [1.0, 9.0]], {"scale": -0.1}, "scale"),
        ([[9.0, 1.0], [1.0, 9.0]], {"pass_through": 0.0}, "pass_through"),
        ([[9.0, 1.0], [1.0, 9.0]], {"revenue_use": "burnt"}, "unknown use"),
        ([[9.0, 1.0], [1.0, 9.0]], {"codes": ["USA"]}, "not as many names"),
    ],
)
def test_bad_worlds_are_refused(flows, options, said):
    with pytest.raises(InputError, match=said):
        ec.ServicesModel(flows, **({"services": 0.2} | options))


@pytest.mark.parametrize(
    ("trade", "gdp", "said"),
    [
        ([[0.0, -1.0], [1.0, 0.0]], [1.0, 1.0], "trade"),
        ([0.0, 1.0], [1.0, 1.0], "not importer × exporter"),
        ([[0.0, 1.0], [1.0, 0.0]], [1.0, 1.0, 1.0], "gdp: wrong shape"),
    ],
)
def test_bad_trade_is_refused(trade, gdp, said):
    with pytest.raises(InputError, match=said):
        ec.ServicesModel.from_trade(trade, gdp, 0.2)


def test_bad_scenarios_and_names_are_refused():
    model = ec.ServicesModel([[9.0, 1.0], [1.0, 9.0]], 0.2)
    with pytest.raises(InputError, match="not a tariff"):
        model.solve([[0.0, -1.0], [0.0, 0.0]])
    for unknown in ("USA", 2, -1):
        with pytest.raises(InputError, match="unknown economy"):
            model.index(unknown)


def test_frames_and_tables():
    trade = pd.DataFrame([[0.0, 3.0], [2.0, 0.0]], index=["USA", "CHN"], columns=["USA", "CHN"])
    model = ec.ServicesModel.from_trade(trade, [100.0, 60.0], 0.2)
    assert model.codes == ("USA", "CHN")
    assert model.index("CHN") == model.index(1) == 1
    found = model.solve(trade * 0)
    assert found.to_frame().loc["CHN", "employment"] == pytest.approx(1.0)
    assert "+0.00 %" in found._repr_html_()
    assert repr(found).startswith("<ServicesEquilibrium: 2 economies")
    assert repr(model) == "<ServicesModel: 2 economies, elasticity 4, revenue to income_tax>"
