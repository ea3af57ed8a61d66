"""Scratch: what is in it when a block begins plays no part, and nobody else has it meanwhile."""

from types import SimpleNamespace

import numpy as np
import pytest
from random_scenarios import random_scenario
from test_run import COMPILED, bits

from tradesim.engine import run as running
from tradesim.engine import scratch
from tradesim.engine.run import count, run
from tradesim.engine.scratch import LEAST, MOST, Needs, bytes_of, lanes, lent, needs, room

DRAWS, SEED = np.arange(9), 5
LEVELS = np.array([0.0, 0.1])
NONSENSE = {"f": np.nan, "i": 10**15, "u": 10**15, "b": True}
"""What memory holds that nobody has written, by kind of number."""


def nonsense(shape, dtype=np.float64):
    return np.full(shape, NONSENSE[np.dtype(dtype).kind], dtype)


@pytest.fixture
def nothing_kept(monkeypatch):
    monkeypatch.setattr(scratch, "_kept", [])


@pytest.fixture
def full_of_nonsense(monkeypatch, nothing_kept):
    monkeypatch.setattr(scratch, "np", SimpleNamespace(**vars(np) | {"empty": nonsense}))


def everything(scenario, side_by_side, monkeypatch):
    """All that a scenario comes to, traced and counted, in blocks of so many draws."""
    monkeypatch.setattr(running, "lanes", lambda _need, _size: side_by_side)
    traced = run(scenario.program, DRAWS, SEED, traced=True, threads=1)
    counted = count(scenario.program, DRAWS, SEED, bins=16, top=1.0, levels=LEVELS, threads=1)
    return [*bits(traced), *bits(counted._replace(width=np.array(counted.width)))]


@pytest.mark.parametrize("scenario", COMPILED)
def test_a_room_full_of_nonsense_changes_nothing(monkeypatch, scenario, request):
    plain = everything(scenario, 9, monkeypatch)
    request.getfixturevalue("full_of_nonsense")
    for side_by_side in (9, 4):
        assert everything(scenario, side_by_side, monkeypatch) == plain


def test_a_room_is_kept_for_the_next_who_needs_its_like(nothing_kept):
    need = needs(random_scenario(1).program)
    with lent(need, 8, levels=0, counted=False) as first:
        assert len(first.draw) == 8
    with lent(need, 8, levels=0, counted=False) as second, lent(need, 8, levels=0, counted=False) as third:
        assert second is first
        assert third is not first
    with lent(need, 8, levels=2, counted=True) as other:
        assert other is not third
        assert other.tally.passed.shape[0] == 2
    with lent(need, 16, levels=2, counted=True) as larger:
        assert len(larger.draw) == 16


def test_a_room_in_which_a_run_failed_is_not_kept(nothing_kept):
    need = needs(random_scenario(1).program)
    with pytest.raises(ZeroDivisionError), lent(need, 8, levels=0, counted=False):
        raise ZeroDivisionError
    assert scratch._kept == []


def test_a_large_room_is_not_kept(nothing_kept):
    need = needs(random_scenario(1).program)._replace(arrivals=10**5, streams=2)
    with lent(need, 16, levels=0, counted=False) as large:
        assert bytes_of(large) > scratch.KEPT
    assert scratch._kept == []


def test_draws_fill_blocks_evenly_and_few_blocks_are_large():
    need = needs(random_scenario(1).program)
    assert lanes(need, 5) == 5
    assert lanes(need, MOST) == MOST
    assert lanes(need, MOST + 1) == -(-(MOST + 1) // 2 // 8) * 8
    assert lanes(need._replace(rules=10**6), 5000) == LEAST
    assert lanes(need._replace(streams=9, arrivals=10**5), 5000) == LEAST


@pytest.mark.parametrize("economies", [2, 5, 20])
def test_what_lanes_takes_a_draw_to_need_is_about_what_it_does(economies):
    """But for what is due on other days, which the cache need not hold."""
    pairs = economies * (economies - 1)
    need = Needs(365, economies, economies**2, pairs, 13, 2, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, False)
    work = room(need, 1, counted=True)
    size = bytes_of(work._replace(calendar=(), shocks=(), agenda=()))
    assert 0.5 < size / scratch._touched(need) < 2.0
