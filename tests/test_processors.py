import os

import pytest

import tradesim as ts
from tradesim.processors import usable_processors


def test_the_processors_that_the_process_is_bound_to(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    assert usable_processors() == 3


@pytest.mark.parametrize(("told", "used"), [(6, 6), (None, 1)])
def test_systems_that_bind_no_process_count_all_processors(monkeypatch, told, used):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: told)
    assert usable_processors() == used


def test_runs_and_sweeps_need_no_list_of_processors(monkeypatch):
    """macOS and Windows have no ``os.sched_getaffinity``; 5,000 draws are enough for several threads."""
    scenario = ts.scenarios.load("us-china-2025-10").branch("lapse")
    paths, sweep = scenario.run(draws=5_000, seed=1), ts.sweep(scenario, draws=5_000, seed=1)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert (scenario.run(draws=5_000, seed=1).duty == paths.duty).all()
    assert ts.sweep(scenario, draws=5_000, seed=1).digest == sweep.digest
