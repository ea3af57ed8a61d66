"""Running: the same result to the last bit for any blocks, workers, executors, stops and extensions."""

import multiprocessing
import os
import signal
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import tradesim as ts
from tradesim import rules, scenarios
from tradesim.processors import usable_processors
from tradesim.sweeps import StoreError, SweepInterrupted, WorkersLostError, resume
from tradesim.sweeps.progress import Progress
from tradesim.sweeps.running import is_lost, workers_of
from tradesim.sweeps.sweep import sweep

OCTOBER = scenarios.load("us-china-2025-10").with_({"end": "2025-12-10"})
OVER = {
    "rules.CHN.ratio": ts.uniform(0.5, 1.2),
    "events.summit.deal": ts.beta(2, 3, high=0.75),
    "rules.CHN.view": ["nominal", "trade-weighted"],
}
DRAWS = 5000
QUIET = {"draws": DRAWS, "seed": 7, "bins": 128, "progress": False}


def run(**options):
    return sweep(OCTOBER, OVER, **(QUIET | options))


@pytest.fixture(scope="module")
def digest():
    return run(threads=1).digest


@pytest.mark.parametrize("block", [512, 4096, 65_536])
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_blocks_and_threads_change_nothing(digest, block, threads):
    assert run(block=block, threads=threads).digest == digest


def test_another_seed_design_or_number_of_draws_is_another_result(digest):
    digests = {
        run(**other).digest for other in ({"seed": 8}, {"draws": 4999}, {"design": "sobol"}, {"bins": 64})
    }
    assert len(digests | {digest}) == 5


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_every_kind_of_design_is_the_same_in_any_blocks(design):
    assert (
        run(design=design, block=512, draws=1500).digest == run(design=design, block=2048, draws=1500).digest
    )


@pytest.mark.parametrize("sampling", ["antithetic", "sobol"])
def test_every_sampling_is_the_same_in_any_blocks(sampling):
    options = {"sampling": sampling, "draws": 1100}
    assert run(block=512, **options).digest == run(block=2048, **options).digest


def test_a_pool_of_processes_gives_the_same(digest):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert run(executor=pool, block=2560).digest == digest


def test_a_dask_cluster_gives_the_same(digest):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert run(executor=client, block=1024).digest == digest


class Backwards:
    """An executor that has no size and runs whatever it is given last first."""

    def __init__(self):
        self.waiting = []

    def submit(self, function, *args):
        future = Future()
        self.waiting.append((future, function, args))
        if len(self.waiting) == 2:
            self.flush()
        return future

    def flush(self):
        while self.waiting:
            future, function, args = self.waiting.pop()
            future.set_result(function(*args))


def test_the_order_in_which_blocks_are_done_changes_nothing(digest):
    assert run(executor=Backwards(), block=1536).digest == digest


def test_a_function_of_your_own_runs_on_any_threads():
    scenario = replace(OCTOBER, rules={"CHN": rules.Custom(function=halved, parameters=(0.5, 0.0))})
    over = {"rules.CHN.parameters.0": ts.uniform(0.2, 1.0)}
    options = {"draws": 700, "progress": False, "bins": 64}
    one, other = (sweep(scenario, over, block=512, threads=n, **options) for n in (1, 2))
    assert one.digest == other.digest
    row = one.outcomes().iloc[600]
    again = replace(OCTOBER, rules={"CHN": rules.Custom(function=halved, parameters=(row.iloc[0], 0.0))})
    assert again.run(601).duty[600, -1, 1, 0] == row["last.CHN-USA"]


def halved(seen, own, first, day, memory, values):
    return values[0] * seen + values[1], memory


# Stores ----------------------------------------------------------------------------------------------


def test_a_store_gives_the_same_fresh_resumed_extended_and_read(digest, tmp_path):
    assert run(store=tmp_path / "a", block=1024).digest == digest
    assert run(store=tmp_path / "a").digest == digest
    assert resume(tmp_path / "a", progress=False).digest == digest
    for draws in (700, 1024, 3333, DRAWS):
        found = run(store=tmp_path / "b", draws=draws, block=512)
        assert found.draws == draws
    assert found.digest == digest
    assert run(store=tmp_path / "c", draws=2000, block=512).draws == 2000
    assert resume(tmp_path / "c", draws=DRAWS, progress=False).digest == digest


def test_only_what_is_missing_is_run(tmp_path):
    run(store=tmp_path, block=512, draws=2000)
    (tmp_path / "blocks" / "00000001.block").unlink()
    said = []
    run(store=tmp_path, draws=2560, progress=said.append)
    assert [now.blocks for now in said] == [1, 2, 3, 4, 5]
    assert [now.done for now in said][:2] == [512, 1024]
    assert said[1].rate == 0.0
    assert said[-1].rate > 0.0


def test_rows_of_a_store_are_those_in_memory(tmp_path):
    stored, held = run(store=tmp_path, draws=1500, block=512), run(draws=1500)
    assert stored.outcomes().equals(held.outcomes())
    assert not stored.gathered.rows


# Interruptions ---------------------------------------------------------------------------------------


def interrupting(after):
    def say(now):
        if now.blocks == after:
            raise KeyboardInterrupt

    return say


def test_stopped_by_hand_it_says_how_to_go_on(digest, tmp_path):
    with pytest.raises(
        SweepInterrupted, match=r"interrupted after 1,536 of 5,000 draws, which are safe.*run the same"
    ):
        run(store=tmp_path, block=512, threads=1, progress=interrupting(3))
    assert len(list((tmp_path / "blocks").glob("*.block"))) == 3
    assert run(store=tmp_path).digest == digest


def test_stopped_without_a_store_nothing_is_kept_and_that_is_said():
    with pytest.raises(SweepInterrupted, match="none are kept: name a store"):
        run(block=512, progress=interrupting(1))


def test_a_worker_that_fails_fails_the_sweep(tmp_path):
    class Failing(ThreadPoolExecutor):
        def submit(self, function, *args):
            return super().submit(self.fail if args[1] else function, *args)

        def fail(self, *_):
            raise ZeroDivisionError

    with Failing(1) as pool, pytest.raises(ZeroDivisionError):
        run(executor=pool, store=tmp_path, block=512)
    assert list((tmp_path / "blocks").glob("*.block"))


class Dying:
    """An executor whose workers die of the third block, of which the test says how."""

    def __init__(self, inner, workers=1):
        self.inner, self._max_workers = inner, workers

    def submit(self, function, *args):
        return self.inner.submit(os._exit, 1) if args[1] == 1024 else self.inner.submit(function, *args)


def test_a_killed_process_says_what_is_safe_and_the_sweep_goes_on(digest, tmp_path):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        with pytest.raises(WorkersLostError) as lost:
            run(executor=Dying(pool), store=tmp_path, block=512)
        with pytest.raises(WorkersLostError, match="after 1,024 of 5,000 draws"):
            run(executor=pool, store=tmp_path)  # it stays broken
    assert isinstance(lost.value, BrokenExecutor)
    blocks = len(list((tmp_path / "blocks").glob("*.block")))
    assert str(lost.value).startswith(
        "a worker was lost (BrokenProcessPool), killed or out of memory, after "
        f"{blocks * 512:,} of 5,000 draws, which are safe in {tmp_path} ({blocks} of 10 blocks): run the same"
    )
    assert run(store=tmp_path).digest == digest


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_worker_that_the_system_kills_is_a_worker_lost(digest, tmp_path):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:

        def kill(now):
            if now.blocks == 2:
                os.kill(next(iter(pool._processes)), signal.SIGKILL)

        with pytest.raises(WorkersLostError, match=r"which are safe in .*: run the same sweep again"):
            run(executor=pool, store=tmp_path, block=512, progress=kill)
    assert run(store=tmp_path).digest == digest


def test_without_a_store_a_lost_worker_says_that_nothing_is_kept():
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.raises(WorkersLostError, match=r"none are kept: name a store"),
    ):
        run(executor=Dying(pool), block=512)


def test_a_pool_that_is_shut_down_is_lost_too(tmp_path):
    pool = ThreadPoolExecutor(1)

    def shut(now):
        pool.shutdown(wait=False, cancel_futures=True)

    with pytest.raises(WorkersLostError, match=r"which are safe in .* of 10 blocks\)"):
        run(executor=pool, store=tmp_path, block=512, progress=shut)


def test_a_worker_of_dask_that_is_killed_is_lost_too(digest, tmp_path):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    import dask

    quiet = {"distributed.scheduler.allowed-failures": 0, "distributed.logging.distributed": "critical"}
    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=60
        ) as cluster,
        distributed.Client(cluster) as client,
        pytest.raises(WorkersLostError, match=r"a worker was lost \(KilledWorker\).*which are safe in"),
    ):
        run(executor=Dying(client.get_executor()), store=tmp_path, block=512)
    assert run(store=tmp_path).digest == digest


def test_other_errors_of_workers_are_not_called_lost_workers():
    assert not is_lost(RuntimeError("shutdown of government"))
    assert not is_lost(MemoryError())
    assert is_lost(CancelledError())


# Progress --------------------------------------------------------------------------------------------


def test_progress_tells_rate_and_time_left():
    said = []
    run(block=512, progress=said.append)
    assert [now.blocks for now in said] == list(range(1, 11))
    assert all(isinstance(now, Progress) for now in said)
    assert said[-1].left == 0.0
    assert said[-1].done == said[-1].draws == DRAWS
    assert "5,000 of 5,000 draws" in str(said[-1])


def test_executors_say_how_large_they_are_or_several_are_assumed():
    with workers_of(None, None) as (_, many):
        assert many == usable_processors()
    with ThreadPoolExecutor(3) as pool, workers_of(pool, None) as (own, many):
        assert own is pool
        assert many == 3
    with workers_of(Backwards(), None) as (_, many):
        assert many == 2 * usable_processors()


# Whole paths -----------------------------------------------------------------------------------------


def test_a_sample_of_whole_paths_is_kept():
    found = run(paths="sample", draws=1200, block=512)
    assert sum(map(len, found.gathered.paths.values())) == 1000
    again = run(draws=1200)
    assert found.paths([3, 700]).equals(again.paths([3, 700]))
    assert found.paths([1100]).equals(again.paths([1100]))


def test_all_whole_paths_go_to_files(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `store` is not installed")
    found = run(paths="all", draws=1200, block=512, store=tmp_path)
    assert not found.gathered.paths
    table = parquet.read_table(tmp_path / "paths").to_pandas()
    assert len(table) == 1200 * len(OCTOBER.grid)
    one = table[table["draw"] == 777]
    np.testing.assert_array_equal(one["CHN-USA"], found.paths([777])["CHN", "USA", 777])
    assert str(one["date"].iloc[0]) == "2025-10-23"


def test_a_file_of_paths_that_is_gone_or_changed_is_written_again(tmp_path):
    pytest.importorskip("pyarrow", reason="the extra `store` is not installed")
    found = run(paths="all", draws=1200, block=512, store=tmp_path)
    files = sorted((tmp_path / "paths").glob("*.parquet"))
    before = [file.read_bytes() for file in files]
    files[0].unlink()
    files[1].write_bytes(before[1][:-7])
    assert run(paths="all", draws=1200, store=tmp_path).digest == found.digest
    assert [file.read_bytes() for file in files] == before


def test_whole_paths_without_pyarrow_are_refused(tmp_path, monkeypatch):
    from tradesim.errors import MissingExtraError
    from tradesim.sweeps import parquet

    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(parquet, "import_module", absent)
    with pytest.raises(MissingExtraError, match=r".\[store\]"):
        run(paths="all", store=tmp_path)


def test_a_store_error_is_an_os_error_of_ours():
    assert issubclass(StoreError, OSError)
    assert issubclass(StoreError, ts.TradesimError)
