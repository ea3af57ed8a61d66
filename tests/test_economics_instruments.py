"""Instruments: which duties move, and which move together; slopes by them; steps of a calibration."""

import numpy as np
import pytest
from sector_worlds import duties, flows

from tradesim import economics as ec
from tradesim.economics import gradients
from tradesim.economics.calibration import Step, compared, report
from tradesim.economics.instruments import Instruments, instruments

TRADE = np.ones((3, 3, 2))


@pytest.mark.parametrize(("uniform", "many"), [("none", 4), ("partners", 2), ("sectors", 2), ("all", 1)])
def test_duties_may_move_together(uniform, many):
    moves = instruments(TRADE, [1], uniform=uniform)
    assert moves.many == many
    assert moves.free.sum() == 4
    assert moves.free[1, [0, 2]].all()
    values = np.arange(1.0, many + 1)
    new = moves.set(np.zeros(TRADE.shape), values)
    assert set(new[moves.free]) == set(values)
    np.testing.assert_allclose(moves.means(new), values)
    np.testing.assert_allclose(moves.sums(np.ones(TRADE.shape)), 4 / many)
    if uniform == "partners":
        assert (new[1, 0] == new[1, 2]).all()
    if uniform == "sectors":
        assert (new[1, :, 0] == new[1, :, 1]).all()


def test_what_is_not_traded_or_not_free_stays():
    trade = TRADE.copy()
    trade[0, 1, 1] = 0.0
    free = np.zeros((3, 3, 1), bool)
    free[:, 1] = True
    moves = instruments(trade, [0, 2], free)
    assert np.argwhere(moves.free).tolist() == [[0, 1, 0], [2, 1, 0], [2, 1, 1]]
    assert moves.many == 3


def test_uniform_duties_of_two_importers_are_two():
    assert instruments(TRADE[..., 0], [0, 2], uniform="all").many == 2


def test_several_lists_become_one():
    one, two = instruments(TRADE, [0], uniform="all"), instruments(TRADE, [2])
    both = Instruments.together([one, two])
    assert both.many == 5
    np.testing.assert_array_equal(both.free, one.free | two.free)
    new = both.set(np.zeros(TRADE.shape), np.array([9.0, 1, 2, 3, 4]))
    assert (new[0, 1:] == 9).all()
    np.testing.assert_array_equal(new[2, :2].ravel(), [1, 2, 3, 4])


@pytest.mark.parametrize("uniform", ["none", "all"])
@pytest.mark.parametrize("closure", ["world_share", "purged", "own_share"])
def test_slopes_of_one_sector_are_what_differences_show(closure, uniform):
    rng = np.random.default_rng(0)
    trade, base, new = flows(rng, 4, 1)[..., 0], duties(rng, 4, 1)[..., 0], duties(rng, 4, 1)[..., 0]
    model = ec.SingleSector(trade, base, 4.0, closure)
    moves = instruments(trade, [0, 1, 3], uniform=uniform)
    weights = rng.normal(size=4)
    found = gradients.slopes(model, model.solve(new), weights, moves)
    shown = []
    for k in range(moves.many):
        nudge = 1e-4 * (moves.number == k)
        up, down = model.solve(np.stack([new + nudge, new - nudge])).welfare
        shown.append(np.log(up / down) @ weights / 2e-4)
    np.testing.assert_allclose(found, shown, atol=1e-7)


def test_slopes_of_one_sector_are_those_of_ossas_model():
    rng = np.random.default_rng(1)
    trade, base, new = flows(rng, 3, 1), duties(rng, 3, 1), duties(rng, 3, 1)
    krugman = ec.Krugman(trade, base, 5.0, "world_share")
    single = ec.SingleSector(trade[..., 0], base[..., 0], 4.0)
    weights = np.array([1.0, -0.5, 2.0])
    slope = single.gradient(single.solve(new[..., 0]), weights)
    np.testing.assert_allclose(slope, krugman.gradient(krugman.solve(new), weights)[..., 0], atol=1e-9)


# Calibration -----------------------------------------------------------------------------------------


def test_a_step_says_what_moved():
    step = compared("halved", np.array([[4.0, 0.0], [0.0, 4.0]]), np.array([[2.0, 0.0], [1.0, 4.0]]))
    assert step == Step("halved", 2, 3 / 8, 2 / 8)
    assert str(step) == "halved: 2 cells, 37.5 % of the total, the most in one 25 %"
    assert str(Step("raised", 1, 0.5, 0.5)).startswith("raised: 1 cell, ")


def test_what_hardly_moved_counts_as_untouched():
    before = np.array([1.0, 100.0])
    assert compared("x", before, before * (1 + 1e-12), 1e-9).cells == 0
    assert compared("x", before, before * (1 + 1e-12)).cells == 2
    assert compared("x", np.zeros(2), np.array([0.0, 3.0])) == Step("x", 1, 3.0, 3.0)


def test_a_report_has_a_line_a_step():
    assert report([Step("a", 0, 0.0, 0.0), Step("b", 1, 0.1, 0.1)]).splitlines() == [
        "a: no cells",
        "b: 1 cell, 10 % of the total, the most in one 10 %",
    ]
