"""Impacts of sweeps: the same as of paths, to the last bit for any blocks, workers, executors and stops."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tradesim as ts
from tradesim import scenarios
from tradesim.economics import SingleSector, Status, elasticity_after
from tradesim.errors import InputError
from tradesim.impacts import Costs
from tradesim.sweeps import cost_bins, resume
from tradesim.sweeps.sweep import sweep

WORLD = ts.trade_data.world_2023()
MODEL = SingleSector(WORLD.flows, WORLD.tariffs, codes=WORLD.codes)
SPIRAL = scenarios.load("april-2025-spiral")
OVER = {"rules.CHN.ratio": ts.uniform(0.5, 1.2), "rules.USA.step": ts.uniform(0.3, 0.7)}
DRAWS = 1700
COSTS = Costs(MODEL, "W", "start", of=("welfare_change", "revenue", "imports", "diversion"))


@dataclass(frozen=True)
class Failing:
    """A model that has no solution where the United States charge China much."""

    inner: SingleSector
    above: float
    codes: tuple[str, ...] = WORLD.codes
    elasticity: float = 4.0

    @property
    def flows(self):
        return self.inner.flows

    @property
    def tariffs(self):
        return self.inner.tariffs

    def solve(self, duties):
        found = self.inner.solve(duties)
        bad = np.asarray(duties)[..., 0, 1] > self.above
        names = ("welfare", "price", "revenue", "spending")
        blank = {n: np.where(bad[..., None], np.nan, getattr(found, n)) for n in names}
        flows = np.where(bad[..., None, None], np.nan, found.flows)
        return replace(found, **blank, flows=flows, status=np.where(bad, Status.STALLED, found.status))


def run(impact=COSTS, over=OVER, **options):
    given = {"draws": DRAWS, "seed": 7, "bins": 64, "progress": False}
    return sweep(SPIRAL, over, impact=impact, **(given | options))


@pytest.fixture(scope="module")
def result():
    return run(threads=1, block=512)


# The same, however it is run -------------------------------------------------------------------------


@pytest.mark.parametrize(("block", "threads"), [(1024, 2), (65_536, 1)])
def test_blocks_and_threads_change_nothing(result, block, threads):
    assert run(block=block, threads=threads).digest == result.digest


def test_a_pool_of_processes_gives_the_same(result):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert run(executor=pool, block=1024).digest == result.digest


def test_a_dask_cluster_gives_the_same(result):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert run(executor=client, block=512).digest == result.digest


def test_a_store_gives_the_same_resumed_extended_and_read(result, tmp_path):
    assert run(store=tmp_path, draws=600, block=512).digest == run(draws=600).digest
    sizes = {file: file.stat().st_size for file in (tmp_path / "blocks").glob("*.block")}
    assert run(store=tmp_path, block=512).digest == result.digest
    damaged = min(sizes)
    damaged.write_bytes(damaged.read_bytes()[:-1])
    again = resume(tmp_path, impact=COSTS, progress=False)
    assert again.digest == result.digest
    read = resume(tmp_path, impact=COSTS, progress=False)
    pd.testing.assert_frame_equal(read.outcomes(), result.outcomes())
    with pytest.raises(InputError, match=r"its model of trade is not in the folder.*give it: resume"):
        resume(tmp_path)


@pytest.mark.parametrize(
    ("other", "match"),
    [
        (Costs(SingleSector(WORLD.flows, WORLD.tariffs, 5.0, codes=WORLD.codes)), "impact.model"),
        (Costs(MODEL, "W", of=COSTS.of), "impact.against: stored .?start.?, given .?base"),
        (Costs(MODEL, "M", "start", of=COSTS.of), "impact.dates"),
        (Costs(MODEL, "W", "start"), "impact.of"),
        (None, "impact: stored, not given"),
    ],
)  # fmt: skip
def test_another_question_is_another_sweep(tmp_path_factory, other, match):
    folder = tmp_path_factory.getbasetemp() / "one question"
    run(store=folder, draws=100)
    with pytest.raises(InputError, match=match):
        run(other, store=folder, draws=100)
    assert run(other, draws=100).digest != run(draws=100).digest


# What is computed ------------------------------------------------------------------------------------


def test_every_draw_costs_what_it_does_as_a_path(result):
    """500 draws, solved directly, against the grid: the outcomes of each, and quantiles of all."""
    some = 500
    assert result.impact.accuracy[0].welfare <= 1e-5
    rows = result.outcomes(some)
    whole = result.paths(range(some))
    codes = SPIRAL.schedule.economies.codes
    duty = np.zeros((some, len(whole), len(codes), len(codes)))
    for i, j in result.labels.pairs:
        duty[:, :, codes.index(i), codes.index(j)] = whole[(i, j)].to_numpy().T
    one = SPIRAL.run(draws=some)
    paths = replace(one, duty=duty)
    direct = ts.impact(paths, MODEL, "W", against="start", solved_at_most=10**9)
    for of, unit in (("welfare_change", 1.0), ("revenue", 1e12), ("imports", 1e12), ("diversion", 1e12)):
        expected = direct.values(of)
        for m, code in enumerate(WORLD.codes):
            last, mean = rows[f"last.{of}.{code}"], rows[f"mean.{of}.{code}"]
            np.testing.assert_allclose(last / unit, expected[:, -1, m] / unit, atol=1e-4)
            np.testing.assert_allclose(mean / unit, expected[:, :, m].mean(axis=1) / unit, atol=1e-4)
    off = np.abs(
        rows[[f"last.welfare_change.{c}" for c in WORLD.codes]].to_numpy()
        - direct.values("welfare_change")[:, -1]
    )
    assert off.max() < 1e-5  # a thousandth of a point: what is reported is kept


def test_quantiles_and_means_are_those_of_the_draws_within_what_is_said(result):
    rows, impact = result.outcomes(), result.impact
    q = [0.0, 0.05, 0.5, 0.95, 1.0]
    for of in COSTS.of:
        columns = [f"last.{of}.{code}" for code in WORLD.codes]
        exact = np.quantile(rows[columns].to_numpy(), q, axis=0).T.reshape(-1)
        found, off = impact.quantiles(q, of).iloc[-1].to_numpy(), impact.errors(q, of).iloc[-1].to_numpy()
        assert (np.abs(found - exact) <= off * (1 + 1e-9)).all()
        least = 3e-6 * np.repeat(impact.costing.scale[COSTS.of.index(of)], len(q))
        ends = np.isin(np.tile(q, len(WORLD.codes)), [0.0, 1.0])  # others may lie between draws far apart
        assert (off <= 0.0021 * np.abs(found) + least)[ends].all()
        np.testing.assert_allclose(impact.mean(of).iloc[-1], rows[columns].mean(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("against", ["base", "start"])
def test_few_duties_are_looked_up_and_agree_with_paths(against):
    found = run(Costs(MODEL, against=against), over=None, draws=300)
    cost = ts.impact(SPIRAL.run(draws=300, seed=7), MODEL, against=against)
    assert found.impact.accuracy == ()
    rows = found.outcomes()
    for code in ("USA", "CHN", "MEX"):
        expected = cost.values("welfare_change")[:, :, WORLD.codes.index(code)]
        np.testing.assert_allclose(rows[f"last.welfare_change.{code}"], expected[:, -1], atol=1e-7)
        table = found.impact.quantiles([0.5])[code][0.5].to_numpy()
        np.testing.assert_allclose(table, np.median(expected, axis=0), rtol=0.003, atol=3e-6)


def test_an_elasticity_by_date_has_a_grid_for_each(result):
    clocked = Costs(
        MODEL, against="start", elasticity=elasticity_after, economies=["CHN"], of=["price_change"]
    )
    found = run(clocked, draws=600)
    assert len(found.impact.accuracy) == len(found.impact.dates) == 2
    assert found.digest == run(clocked, draws=600, block=1024).digest
    assert [name for name in found.names if "price" in name] == [
        "last.price_change.CHN",
        "mean.price_change.CHN",
    ]


def test_draws_that_meet_a_condition_keep_what_they_cost(result):
    rows = result.outcomes()
    middle = round(float(rows["last.welfare_change.USA"].median()), 6)
    some = result.where(f"last.welfare_change.USA < {middle}")
    assert some.draws == (rows["last.welfare_change.USA"] < middle).sum() > 500
    assert some.impact.quantiles([1.0])["USA"].iloc[-1, 0] < middle + 5e-6
    without = run(keep=0, block=512).where(f"last.welfare_change.USA < {middle}")
    assert without.digest == some.digest


# What cannot be solved, and what is refused ----------------------------------------------------------


def test_draws_that_are_not_solved_are_said_and_never_averaged_over():
    found = run(Costs(Failing(MODEL, 1.0), "W", economies=["USA", "CHN"]), draws=1100)
    again = run(Costs(Failing(MODEL, 1.0), "W", economies=["USA", "CHN"]), draws=1100, block=1024)
    assert found.digest == again.digest
    impact, rows = found.impact, found.outcomes()
    bad = rows["last.welfare_change.USA"].isna()
    assert 0 < bad.sum() < 1100
    assert bad.sum() == impact.unsolved[len(impact.dates) - 1]
    assert rows["mean.welfare_change.USA"].isna().sum() == impact.unsolved[-1]
    assert "NOT solved on some date" in repr(impact)
    assert impact.quantiles().iloc[-1].isna().all()
    assert impact.mean().iloc[-1].isna().all()
    assert impact.quantiles().iloc[0].notna().all()
    kept = impact.converged_only()
    assert kept.quantiles().notna().all(axis=None)
    expected = rows["last.welfare_change.USA"].dropna().median()
    np.testing.assert_allclose(kept.quantiles([0.5])["USA"].iloc[-1, 0], expected, rtol=0.003, atol=3e-6)
    np.testing.assert_allclose(kept.mean()["USA"].iloc[-1], rows["last.welfare_change.USA"].mean(), atol=1e-9)
    assert "left out there" in repr(kept)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        (MODEL, r"not a question; got SingleSector; allowed: what a model is asked"),
        (Costs(MODEL, of=["welfare"]), r"unknown of.*welfare_change"),
        (Costs(MODEL, of="revenue"), "not a list of names"),
        (Costs(MODEL, economies=[]), "not a list of names"),
        (Costs(MODEL, economies=["USA", "USA"]), "each once"),
        (Costs(MODEL, economies=["XXX"]), "unknown economies"),
        (Costs(MODEL, at="X"), "period"),
        (Costs(MODEL, against="now"), "unknown comparison"),
        (Costs(SingleSector(WORLD.flows, WORLD.tariffs)), "economies without names"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(wrong, match):
    with pytest.raises(InputError, match=match):
        run(wrong, draws=100)


def test_a_sweep_that_asked_nothing_says_so():
    with pytest.raises(InputError, match=r"no model was asked.*Costs\(model\)"):
        _ = run(None, draws=100).impact


def test_unknown_quantities_and_economies_of_the_result_are_refused(result):
    with pytest.raises(InputError, match="unknown quantity"):
        result.impact.quantiles(of="price_change")
    with pytest.raises(InputError, match="unknown economy"):
        result.impact.plot(economies=["XXX"])


def test_more_than_sums_have_room_for_is_an_error(monkeypatch):
    monkeypatch.setattr(cost_bins, "HIGHEST", 1e-4)
    with pytest.raises(OverflowError, match=r"sums have room for less.*leave that quantity or economy out"):
        run(draws=100)


# Counting --------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-31, 31), min_size=1, max_size=40), st.sampled_from([16, 64, 256]))
@settings(max_examples=60, deadline=None)
def test_quantiles_from_bins_are_off_by_no_more_than_is_said(values, steps):
    whole = np.rint(np.array(values) * cost_bins.FINE).astype(np.int64)
    counts = np.bincount(cost_bins.place(whole, steps), minlength=cost_bins.many(steps))
    q = [0.0, 0.3, 0.5, 1.0]
    found, off = cost_bins.quantiles(counts, q, steps)
    assert (np.abs(found - np.quantile(values, q)) <= off * (1 + 1e-9)).all()


def test_nothing_is_exactly_nothing_and_none_is_unknown():
    middle = np.bincount(cost_bins.place(np.zeros(3, dtype=np.int64), 64), minlength=cost_bins.many(64))
    assert cost_bins.quantiles(middle, [0.5], 64)[0] == 0.0
    assert np.isnan(cost_bins.quantiles(0 * middle, [0.5], 64)[0]).all()


# Words and pictures ----------------------------------------------------------------------------------


def test_a_result_is_told_and_drawn(result):
    impact = result.impact
    assert "1,700 draws" in repr(impact)
    assert "rows solved directly" in repr(impact)
    assert "MEX" in impact._repr_html_()
    assert list(impact.summary().columns)[:2] == ["welfare_change", "revenue"]
    assert impact.plot(economies=["USA", "CHN"]).get_ylabel()
    assert "bn" in impact.plot("revenue").get_ylabel()
