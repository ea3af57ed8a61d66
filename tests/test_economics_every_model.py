"""Every model of trade under the same laws: one row of a reviewer's table for each."""

import numpy as np
import pytest

from tradesim import economics as ec
from tradesim.errors import InputError

FLOWS = np.array([[80.0, 9, 4], [5, 90, 6], [3, 8, 60]])
BASE = np.array([[0, 0.05, 0.1], [0.02, 0, 0.03], [0.1, 0.04, 0]])
NEW = np.array([[0, 0.3, 0.1], [0.2, 0, -0.03], [0.1, 0.15, 0]])
NONE = np.zeros((3, 3))
SHARES = np.array([0.6, 0.4])


def sectors(flows):
    """Two sectors; what an economy buys abroad is not the same in both."""
    tilt = 1 + 0.2 * (1 - np.eye(len(flows))) * np.array([1.0, -1.5])[:, None, None]
    return np.moveaxis(flows * SHARES[:, None, None] * tilt, 0, -1)


def twice(tariffs):
    return np.repeat(np.asarray(tariffs)[..., None], 2, axis=-1)


def multi_sector(flows, tariffs, **options):
    n = len(flows)
    added, inputs = np.full((n, 2), 0.6), np.full((n, 2, 2), 0.5)
    return ec.MultiSector(sectors(flows), twice(tariffs), 4.0, added, inputs, **options)


MODELS = {
    "one sector": lambda f, t: ec.SingleSector(f, t, 4.0),
    "one sector, own share": lambda f, t: ec.SingleSector(f, t, 4.0, "own_share"),
    "one sector, purged": lambda f, t: ec.SingleSector(f, t, 4.0, "purged"),
    "services": lambda f, _: ec.ServicesModel(f, 0.2),
    "many sectors": multi_sector,
    "many sectors, kept": lambda f, t: multi_sector(f, t, deficits="world_share"),
    "profits": lambda f, t: ec.Krugman(sectors(f), twice(t), 5.0, "purged"),
    "profits, kept": lambda f, t: ec.Krugman(sectors(f), twice(t), 5.0, "world_share"),
    "markets": lambda f, t: ec.PartialEquilibrium(f, t, 3.0, -1.5, 2.0),
}
GENERAL = [name for name in MODELS if name != "markets"]
every = pytest.mark.parametrize("name", MODELS)
general = pytest.mark.parametrize("name", GENERAL)


def solved(name, tariffs, flows=FLOWS, base=BASE):
    model = MODELS[name](flows, NONE if name == "services" else base)
    by_sector = name.startswith(("many", "profits"))
    return model.solve(twice(tariffs) if by_sector else np.asarray(tariffs))


def numbers(found):
    """What the economies come to, without a unit, and with one."""
    if isinstance(found, ec.PartialOutcome):
        return [found.index, found.quantity], [found.revenue, found.deadweight_loss]
    return [found.welfare, found.price, found.wage], [found.revenue, found.flows]


def same(one, other, *, unit=1.0, within=1e-9):
    for a, b, scale in zip(*map(numbers, (one, other)), (1.0, unit), strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(x * scale, y, rtol=within, atol=within * scale)


@every
def test_no_change_changes_nothing(name):
    found = solved(name, NONE if name == "services" else BASE)
    for hat in numbers(found)[0]:
        np.testing.assert_allclose(hat, 1.0, atol=1e-9)


@every
def test_the_unit_does_not_matter(name):
    same(solved(name, NEW), solved(name, NEW, flows=FLOWS * 1e9), unit=1e9)


@every
def test_the_order_of_economies_does_not_matter(name):
    turned = [2, 0, 1]
    again = solved(name, NEW[turned][:, turned], FLOWS[turned][:, turned], BASE[turned][:, turned])
    one = solved(name, NEW)
    for a, b in zip(numbers(one)[0], numbers(again)[0], strict=True):
        if a.ndim == 1:
            np.testing.assert_allclose(a[turned], b, rtol=1e-8)


@every
def test_scenarios_side_by_side_are_scenarios_one_by_one(name):
    levels = np.array([0.0, 0.3, 1.0, 3.0])[:, None, None] * np.maximum(NEW, 0)
    together = solved(name, levels)
    for k in range(len(levels)):
        alone = solved(name, levels[k])
        for group, others in zip(numbers(together), numbers(alone), strict=True):
            for a, b in zip(group, others, strict=True):
                np.testing.assert_allclose(a[k], b, rtol=1e-12, atol=1e-12 * max(1.0, np.abs(b).max()))


@general
def test_markets_clear_and_duties_are_what_is_collected(name):
    found = solved(name, NEW)
    assert found.converged
    assert found.residual <= 1e-9
    net = found.flows / (1 + found.tariffs)
    duties = found.flows - net
    axes = tuple(range(1, found.flows.ndim))
    np.testing.assert_allclose(found.revenue, duties.sum(axis=axes), rtol=1e-9)
    assert found.imports.sum() == pytest.approx(found.exports.sum(), rel=1e-12)
    if name == "services":
        return  # incomes of services are earned at home: the equations are held in test_economics_services
    # All markets, that of the economy that is left out (Walras) with the others.
    sold = np.moveaxis(net, 1, 0).sum(axis=axes)
    if not name.startswith("many"):
        np.testing.assert_allclose(found.income, sold, rtol=1e-9)
        np.testing.assert_allclose(found.spending, found.income + found.revenue + found.deficit, rtol=1e-9)


@general
def test_like_economies_stay_alike(name):
    flows = np.array([[80.0, 20], [20, 80]])
    found = solved(name, np.array([[0, 0.3], [0.3, 0]]), flows, np.zeros((2, 2)))
    assert found.welfare[0] == pytest.approx(found.welfare[1], abs=1e-9)
    assert found.wage[0] == pytest.approx(found.wage[1], abs=1e-9)


@every
@pytest.mark.parametrize("rate", [np.nan, np.inf, -1.0, -1.5])
def test_what_is_no_tariff_is_refused(name, rate):
    bad = NEW.copy()
    bad[0, 1] = rate
    with pytest.raises(InputError, match="not a tariff"):
        solved(name, bad)
    if name != "services":
        with pytest.raises(InputError, match="not a tariff"):
            solved(name, NEW, base=bad)


@every
def test_duties_of_an_economy_on_itself_are_refused_or_part_of_the_market(name):
    bad = NEW.copy()
    bad[1, 1] = 0.1
    if name == "markets":  # its diagonal is domestic sales, which may be taxed
        assert np.isfinite(solved(name, bad).revenue).all()
        return
    with pytest.raises(InputError, match="tariff"):
        solved(name, bad)


@pytest.mark.filterwarnings("ignore:flows. no (sales|economy):tradesim.errors.ModelWarning")
@every
def test_an_economy_without_domestic_sales_has_its_answer(name):
    flows = FLOWS.copy()
    flows[0, 0] = 0.0
    found = solved(name, NEW, flows)
    hats = numbers(found)[0]
    assert all(np.isfinite(hat).all() for hat in hats)
    if name != "markets":
        assert found.converged
        assert found.flows[0, 0].sum() == 0.0


@every
def test_an_autarkic_economy_keeps_what_it_has_or_is_refused(name):
    flows = FLOWS.copy()
    flows[2, :2] = flows[:2, 2] = 0.0
    if name == "services":
        with pytest.raises(InputError, match="do not trade with the rest"):
            solved(name, NEW, flows)
        return
    found = solved(name, NEW, flows)
    hats = numbers(found)[0]
    np.testing.assert_allclose(hats[0][2], 1.0, atol=1e-9)
    if name != "markets":
        assert found.converged
        assert abs(found.welfare[0] - 1) > 1e-4


@every
@pytest.mark.parametrize("flows", [-FLOWS, np.where(FLOWS > 80, np.nan, FLOWS), np.full((3, 3), np.inf)])
def test_what_is_no_trade_is_refused(name, flows):
    with pytest.raises(InputError, match="trade"):
        MODELS[name](flows, NONE)


@pytest.mark.parametrize("shape", [(3, 2), (3,), (0, 0), (2, 2, 2, 2)])
def test_tables_of_another_shape_are_refused(shape):
    flows, cut = np.ones(shape), np.ones((*shape, 2))
    for build in (
        lambda: ec.SingleSector(flows, 0 * flows),
        lambda: ec.ServicesModel(flows, 0.2),
        lambda: ec.Krugman(cut, 0 * cut, 5.0),
        lambda: ec.MultiSector(cut, 0 * cut, 4.0, np.full((3, 2), 0.6), np.full((3, 2, 2), 0.5)),
    ):
        with pytest.raises(InputError):
            build()


@general
def test_prohibitive_duties_leave_autarky(name):
    """Ŵ = π_nn^(1/ε), with labour and purchases given, where no deficits are to be paid."""
    found = solved(name, 1e4 * (1 - np.eye(3)))
    assert found.converged or np.isnan(found.welfare).all()  # deficits without trade have no answer
    if name == "one sector, purged":
        base = ec.SingleSector(FLOWS, BASE, 4.0, "purged").base
        # Net of duties: what duties collected before is lost too.
        assert found.converged
        home = np.diag(base.shares)
        np.testing.assert_allclose(found.welfare, home**0.25 * base.income / base.spending, rtol=1e-3)
