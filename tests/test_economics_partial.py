"""PartialEquilibrium: bisection in plain Python, adding up, limits and refusals."""

import economics_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradesim import economics as ec
from tradesim.errors import InputError

FEW = settings(max_examples=20)
RESULTS = ("index", "border_price", "quantity", "creation", "diversion", "revenue", "consumer_surplus")


@st.composite
def markets(draw, products=False):
    """A model of a few importers, origins and, where asked for, products; and new tariffs."""
    m, n, k = draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    shape = (m, n, k) if products else (m, n)
    market = (m, k) if products else (m,)
    base, new = rng.uniform(-0.1, 0.8, (2, *shape))
    supply = draw(st.sampled_from(["inf", "one", "many"]))
    mu = {"inf": np.inf, "one": 2.0, "many": rng.choice([0.0, 0.5, 4.0, np.inf], shape)}[supply]
    sigma = rng.choice([0.5, 1.0, 2.5, 6.0], market)
    model = ec.PartialEquilibrium(
        rng.lognormal(0, 1, shape), base, sigma, rng.choice([-0.5, -1.0, -1.5, -6.0], market), mu
    )
    return model, new


@FEW
@given(markets())
def test_bisection_comes_to_the_same(drawn):
    model, new = drawn
    found = model.solve(new)
    for m in range(len(new)):
        paid = model.imports[m] * (1 + model.tariffs[m])
        factor = (1 + new[m]) / (1 + model.tariffs[m])
        index, prices, quantities = oracle.market(
            (paid / paid.sum()).tolist(),
            factor.tolist(),
            float(model.substitution[m, 0]),
            float(model.demand[m, 0]),
            model.supply[m].tolist(),
        )
        assert found.index[m] == pytest.approx(index, rel=1e-10)
        np.testing.assert_allclose(found.border_price[m], prices, rtol=1e-10)
        np.testing.assert_allclose(found.quantity[m], quantities, rtol=1e-9)


@FEW
@given(markets(products=True))
def test_creation_and_diversion_add_up_and_revenue_is_duty_times_imports(drawn):
    model, new = drawn
    found = model.solve(new)
    change = model.imports * (found.quantity - 1)
    np.testing.assert_allclose(found.creation + found.diversion, change, rtol=1e-12, atol=1e-12)
    revenue = (new * model.imports * found.border_price * found.quantity).sum(axis=1)
    np.testing.assert_allclose(found.revenue, revenue, rtol=1e-12)
    before = (model.tariffs * model.imports).sum(axis=1)
    np.testing.assert_allclose(found.revenue_change, revenue - before, atol=1e-12)
    assert found.converged.all()
    lost = found.exporters_loss.sum(axis=1) - found.consumer_surplus - found.revenue_change
    np.testing.assert_allclose(found.deadweight_loss, lost, atol=1e-12)


@FEW
@given(markets(products=True))
def test_no_change_changes_nothing(drawn):
    model, _ = drawn
    for found in (model.solve(model.tariffs), model.first_order(model.tariffs)):
        np.testing.assert_allclose(found.quantity, 1.0, atol=1e-12)
        for name in ("creation", "diversion", "consumer_surplus", "exporters_loss", "deadweight_loss"):
            np.testing.assert_allclose(getattr(found, name), 0.0, atol=1e-11)
        assert np.isnan(found.pass_through).all()


@FEW
@given(markets(products=True))
def test_products_and_scenarios_are_solved_alone_or_together(drawn):
    model, new = drawn
    levels = np.stack([model.tariffs, new, 0.5 * new])
    for method in ("solve", "first_order"):
        together = getattr(model, method)(levels)
        for s in range(3):
            for k in range(new.shape[2]):
                alone = ec.PartialEquilibrium(
                    model.imports[..., k],
                    model.tariffs[..., k],
                    model.substitution[:, k],
                    model.demand[:, k],
                    model.supply[..., k],
                )
                one = getattr(alone, method)(levels[s, ..., k])
                for name in RESULTS:
                    np.testing.assert_allclose(
                        getattr(together, name)[s, ..., k], getattr(one, name), rtol=1e-11, atol=1e-11
                    )


@FEW
@given(st.integers(0, 10**6), st.sampled_from([np.inf, 3.0]))
def test_surpluses_are_areas_under_the_curves(seed, mu):
    rng = np.random.default_rng(seed)
    imports, new = rng.lognormal(0, 1, (1, 3)), rng.uniform(0, 0.6, (1, 3))
    model = ec.PartialEquilibrium(imports, np.zeros((1, 3)), 3.0, -1.5, mu)
    levels = np.linspace(0, 1, 2001)[:, None, None] * new
    path = model.solve(levels)
    # Along the way from no duty to the whole: dCS = −Σ M d(pτ), and what exporters lose is −Σ M dp.
    quantity, price = imports * path.quantity, path.border_price
    middle = 0.5 * (quantity[1:] + quantity[:-1])
    surplus = -(middle * np.diff(price * (1 + levels), axis=0)).sum()
    assert path.consumer_surplus[-1, 0] == pytest.approx(surplus, rel=1e-5)
    lost = -(middle * np.diff(price, axis=0)).sum()
    assert path.exporters_loss[-1].sum() == pytest.approx(lost, rel=1e-5, abs=1e-9)
    assert path.deadweight_loss[-1, 0] > 0


# First order -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mu", [np.inf, 2.0])
def test_first_order_is_the_limit_where_all_pay_the_same(mu):
    imports, base = np.array([[60.0, 30.0, 10.0]]), np.full((1, 3), 0.1)
    model = ec.PartialEquilibrium(imports, base, 3.0, -1.5, mu)
    for size in (1e-3, 1e-4):
        exact, linear = model.solve(base + size), model.first_order(base + size)
        change = exact.creation
        np.testing.assert_allclose(linear.creation, change, rtol=5 * size)
        np.testing.assert_allclose(linear.border_price - 1, exact.border_price - 1, rtol=5 * size, atol=1e-15)
        np.testing.assert_allclose(linear.consumer_surplus, exact.consumer_surplus, rtol=5 * size)
        np.testing.assert_allclose(linear.diversion, 0.0, atol=1e-12)


def test_first_order_totals_are_the_limit_whoever_pays():
    imports, base = np.array([[60.0, 30.0, 10.0]]), np.full((1, 3), 0.1)
    model = ec.PartialEquilibrium(imports, base, 3.0, -1.5)
    for size in (1e-3, 1e-4):
        new = base + size * np.array([[1.0, 0.2, 0.0]])
        exact, linear = model.solve(new), model.first_order(new)
        assert linear.creation.sum() == pytest.approx(exact.creation.sum(), rel=5 * size)
        assert linear.diversion.sum() == pytest.approx(0.0, abs=1e-12)
        assert linear.index - 1 == pytest.approx(exact.index - 1, rel=5 * size)


def test_triangles_are_the_limit_of_the_deadweight_loss():
    imports = np.array([[60.0, 30.0, 10.0]])
    for mu in (np.inf, 2.0):
        model = ec.PartialEquilibrium(imports, np.zeros((1, 3)), 3.0, -1.5, mu)
        for size in (1e-2, 1e-3):
            new = size * np.array([[1.0, 0.2, 0.0]])
            found = model.solve(new)
            assert found.triangle.sum() == pytest.approx(found.deadweight_loss[0], rel=10 * size)


def test_the_triangle_of_one_variety_by_hand():
    model = ec.PartialEquilibrium([[100.0]], [[0.0]], 2.0, -1.0)
    found = model.solve([[0.25]])
    # Imports fall to 100/1.25; the triangle is half of 25 % of the 20 that are lost.
    assert found.quantity[0, 0] == pytest.approx(0.8)
    assert found.triangle[0, 0] == pytest.approx(0.5 * 0.25 * 20)
    assert found.consumer_surplus[0] == pytest.approx(-100 * np.log(1.25))
    assert found.revenue[0] == pytest.approx(20.0)
    assert found.pass_through[0, 0] == pytest.approx(1.0)


def test_the_triangle_above_a_duty_that_was_there():
    found = ec.PartialEquilibrium([[100.0]], [[0.1]], 2.0, -1.0).solve([[0.375]])
    # Imports fall to 100/1.25; the wedge was 0.1 at first and is 0.375 at last.
    assert found.triangle[0, 0] == pytest.approx(0.5 * (0.1 + 0.375) * 20)
    assert found.revenue_change[0] == pytest.approx(0.375 * 80 - 0.1 * 100)
    # Buyers spent 110 with duties.
    assert found.consumer_surplus[0] == pytest.approx(-110 * np.log(1.25))


def test_the_published_slope_of_border_prices():
    model = ec.PartialEquilibrium([[100.0]], [[0.0]], 2.0, -1.5, supply=3.0)
    small = model.solve([[1e-5]])
    assert np.log(small.border_price[0, 0]) / np.log1p(1e-5) == pytest.approx(-1.5 / 4.5, rel=1e-4)
    assert small.pass_through[0, 0] == pytest.approx(3 / 4.5, rel=1e-4)
    fixed = ec.PartialEquilibrium([[100.0]], [[0.0]], 2.0, -1.5, supply=0.0).solve([[0.3]])
    assert fixed.pass_through[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert fixed.quantity[0, 0] == pytest.approx(1.0)
    assert fixed.deadweight_loss[0] == pytest.approx(0.0, abs=1e-9)


def test_first_order_says_where_it_cannot_be_believed():
    model = ec.PartialEquilibrium([[60.0, 40.0], [50.0, 50.0]], np.zeros((2, 2)), 6.0, -1.5)
    far = np.array([[1.5, 0.0], [0.01, 0.0]])
    assert model.first_order(far).status.tolist() == [ec.Status.INFEASIBLE, ec.Status.CONVERGED]
    assert model.solve(far).converged.all()


def test_a_market_without_imports_is_empty():
    model = ec.PartialEquilibrium([[0.0, 0.0], [1.0, 1.0]], np.zeros((2, 2)), 3.0, -1.5, supply=2.0)
    for found in (model.solve(np.full((2, 2), 0.3)), model.first_order(np.full((2, 2), 0.3))):
        assert found.revenue[0] == found.consumer_surplus[0] == found.deadweight_loss[0] == 0
        assert np.isfinite(found.creation).all()


@pytest.mark.parametrize(
    ("imports", "tariffs", "options", "said"),
    [
        ([[1.0, np.nan]], [[0.0, 0.0]], {}, r"imports\[0, 1\]: not a value of trade; got nan"),
        ([[1.0, -1.0]], [[0.0, 0.0]], {}, "not a value of trade"),
        ([1.0, 1.0], [0.0, 0.0], {}, "not importer × exporter"),
        ([[1.0, 1.0]], [[0.0, -1.0]], {}, "not a tariff; got -1.0"),
        ([[1.0, 1.0]], [[0.0]], {}, "wrong shape"),
        ([[1.0, 1.0]], [[[0.0, 0.0]]], {}, "several bases"),
        ([[1.0, 1.0]], [[0.0, 0.0]], {"substitution": 0.0}, "substitution"),
        ([[1.0, 1.0]], [[0.0, 0.0]], {"demand": 1.5}, "demand falls as prices rise"),
        ([[1.0, 1.0]], [[0.0, 0.0]], {"supply": -1.0}, "0 or more, or inf"),
        ([[1.0, 1.0]], [[0.0, 0.0]], {"supply": np.nan}, "0 or more, or inf"),
        ([[1.0, 1.0]], [[0.0, 0.0]], {"substitution": [1.0, 2.0, 3.0]}, "wrong shape"),
    ],
)
def test_bad_markets_are_refused(imports, tariffs, options, said):
    with pytest.raises(InputError, match=said):
        ec.PartialEquilibrium(imports, tariffs, **({"substitution": 3.0, "demand": -1.5} | options))


def test_bad_scenarios_are_refused():
    model = ec.PartialEquilibrium(np.ones((3, 4)), np.zeros((3, 4)), 3.0, -1.5)
    with pytest.raises(InputError, match="wrong shape"):
        model.solve([0.0, 0.0])
    with pytest.raises(InputError, match="7 more times"):
        model.first_order(np.full((3, 4), np.nan))
    assert repr(model) == "<PartialEquilibrium: 3 × 4 flows>"
    assert repr(model.solve(np.zeros((2, 3, 4)))) == "<PartialOutcome: 2 × 3 × 4 flows>"


# Tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (2, 2, 2)])
@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
def test_tables_hold_what_the_arrays_hold(shape, leading):
    rng = np.random.default_rng(1)
    model = ec.PartialEquilibrium(rng.lognormal(0, 1, shape), np.zeros(shape), 3.0, -1.5, 2.0)
    found = model.solve(rng.uniform(0, 0.4, (*leading, *shape)))
    markets, pairs = found.to_frame(), found.to_frame("pair")
    names = [*(["scenario"] if leading else []), "importer", *(["product"] if len(shape) == 3 else [])]
    assert list(markets.index.names) == names
    assert len(markets) == found.index.size
    assert len(pairs) == found.quantity.size
    np.testing.assert_array_equal(markets["deadweight_loss"], found.deadweight_loss.ravel())
    np.testing.assert_array_equal(pairs["creation"], found.creation.ravel())
    summed = pairs.groupby(names, sort=False)[["creation", "triangle"]].sum()
    np.testing.assert_allclose(summed, markets[["creation", "triangle"]], atol=1e-12)
    assert pairs["quantity"].iloc[-1] == found.quantity.ravel()[-1]


def test_tables_by_something_else_are_refused_and_notebooks_show_one():
    found = ec.PartialEquilibrium([[60.0, 40.0]], [[0.0, 0.0]], 3.0, -1.5).solve([[0.25, 0.0]])
    with pytest.raises(InputError, match="unknown table; got 'origin'"):
        found.to_frame("origin")
    assert f"{found.revenue[0]:.4g}" in found._repr_html_()
    assert "converged" in found._repr_html_()
