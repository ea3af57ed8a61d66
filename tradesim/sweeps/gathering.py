"""Gathering: blocks run or read, and everything that is kept of them."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from typing import Any

from tradesim.conversion import shown, whole
from tradesim.engine.program import Floats, Ints
from tradesim.errors import Problem, TradesimError, fail_if
from tradesim.scenario import MOST_THREADS
from tradesim.stopping import Stopped, how_stopped, number_of
from tradesim.sweeps.parts import Part, Rows, Total, cut
from tradesim.sweeps.plan import Plan
from tradesim.sweeps.progress import Meter, Say, told
from tradesim.sweeps.running import Task, is_lost, run_blocks, workers_of
from tradesim.sweeps.store import Store

SAMPLE = 1000
"""Draws of which whole paths are kept in memory."""


class SweepInterrupted(Stopped):
    """A sweep that was stopped by hand or by a signal; says what is safe and how to go on."""

    def __init__(self, said: str, number: int = signal.SIGINT) -> None:
        super().__init__(number, said)


class WorkersLostError(TradesimError, BrokenExecutor):
    """A sweep whose workers were killed; says what is safe and how to go on."""


@dataclass
class Gathered:
    """What is kept of the blocks of a sweep.

    Parameters
    ----------
    total : everything added up.
    keep : rows of draws from this one on are not kept in memory.
    rows, paths : by the first draw of their block.
    """

    total: Total
    keep: int
    rows: dict[int, Rows] = field(default_factory=dict)
    paths: dict[int, Floats] = field(default_factory=dict)

    def take(self, part: Part) -> None:
        """Add a part, and keep of it what there is room for."""
        self.total.add(part)
        if part.start < self.keep:
            self.rows[part.start] = cut(part.rows, self.keep - part.start)
        if len(part.paths):
            self.paths[part.start] = part.paths


@dataclass(frozen=True)
class How:
    """How a sweep is run, which changes none of its numbers.

    Parameters
    ----------
    executor : anything with the interface of concurrent.futures; threads of this process by default.
    threads : how many of these.
    progress : True for a bar, a function, or False.
    """

    executor: Any = None
    threads: int | None = None
    progress: bool | Say = False

    def __post_init__(self) -> None:
        fail_if(how_problems(self.executor, self.threads))


def how_problems(executor: Any, threads: Any) -> Iterator[Problem]:
    """Yield what is wrong with who is to run a sweep."""
    if threads is not None and whole(threads, 1, MOST_THREADS) is None:
        allowed = f"a whole number, 1 to {MOST_THREADS:,}"
        yield Problem("not a number of threads", "threads", shown(threads), allowed)
    if executor is not None and not hasattr(executor, "submit"):
        allowed = "a pool of concurrent.futures, a dask.distributed client, or another with `submit`"
        yield Problem("not an executor", "executor", repr(executor), allowed)


def gather(
    plan: Plan,
    blocks: Sequence[Task],
    how: How,
    *,
    title: str,
    keep: int,
    store: Store | None = None,
) -> Gathered:
    """Run blocks, but for those that a store has, and return what is kept of them.

    Raises
    ------
    SweepInterrupted
        If it is stopped by hand, or by a signal where that raises `KeyboardInterrupt`.
    WorkersLostError
        If a worker of the executor was killed, or the executor was shut down.
    StoreError
        If a block cannot be written.
    """
    gathered = Gathered(Total(plan), 0 if store is not None else keep)
    draws = sum(stop - start for start, stop, _ in blocks)
    try:
        with told(how.progress, title) as say:
            meter = Meter(draws, plan.days, say)
            missing = _read(blocks, gathered, store, meter)

            def take(part: Part) -> None:
                if store is not None:
                    store.write(part)
                gathered.take(part._replace(paths=part.paths[:0]) if plan.paths > SAMPLE else part)
                meter.add(part.stop - part.start, ran=True)

            if missing:
                with workers_of(how.executor, how.threads) as (executor, workers):
                    run_blocks(plan, missing, executor, workers, take)
    except KeyboardInterrupt as stop:
        said = f"{how_stopped(stop)} {_after(gathered.total.draws, draws, store)}"
        raise SweepInterrupted(said, number_of(stop)) from None
    except BaseException as error:
        if not is_lost(error):
            raise
        said = f"a worker was lost ({type(error).__name__}), killed or out of memory,"
        fix = "with a new executor; fewer workers or smaller blocks need less memory"
        raise WorkersLostError(f"{said} {_after(gathered.total.draws, draws, store)}, {fix}") from error
    return gathered


def edges_of(draws: int, block: int) -> list[tuple[int, int]]:
    """Return the first draw of each block, and the one after its last.

    Examples
    --------
    >>> edges_of(1200, 512)
    [(0, 512), (512, 1024), (1024, 1200)]
    """
    return [(low, min(low + block, draws)) for low in range(0, draws, block)]


def tasks_of(blocks: Sequence[tuple[int, int]]) -> list[Task]:
    """Return blocks of consecutive draws as tasks."""
    return [(start, stop, None) for start, stop in blocks]


def chosen_tasks(chosen: Ints, block: int) -> list[Task]:
    """Return draws that were picked, in blocks."""
    return [(start, stop, chosen[start:stop]) for start, stop in edges_of(len(chosen), block)]


def _read(blocks: Sequence[Task], gathered: Gathered, store: Store | None, meter: Meter) -> list[Task]:
    """Take the blocks that are there, and return those that are missing or damaged."""
    if store is None:
        return list(blocks)
    missing = []
    for task in blocks:
        part = store.read(task[0], task[1])
        if part is None:
            missing.append(task)
            continue
        gathered.take(part)
        meter.add(part.stop - part.start, ran=False)
    return missing


def _after(done: int, draws: int, store: Store | None) -> str:
    """Return how far a sweep came, what of it is safe, and how to go on."""
    if store is None:
        return f"after {done:,} of {draws:,} draws; none are kept: name a store to be able to go on"
    return (
        f"after {done:,} of {draws:,} draws, which are safe in {store.folder} ({store.told()}): "
        "run the same sweep again and it goes on from there"
    )


def known(rows: Mapping[int, Rows], store: Store | None, start: int, stop: int) -> Rows | None:
    """Return the rows of a block, from memory or from the store; None where they are not kept."""
    if store is None:
        return rows.get(start)
    part = store.read(start, stop)
    return None if part is None else part.rows
