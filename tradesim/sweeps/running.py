"""Running: blocks given to workers, a few ahead, and their parts taken as they come."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from tradesim.engine.program import Ints
from tradesim.processors import usable_processors
from tradesim.sweeps.parts import Part, part_of
from tradesim.sweeps.plan import Plan

Task = tuple[int, int, Ints | None]
"""First draw, the one after the last, and which draws these are, if not those numbers themselves."""
AHEAD = 2
"""Blocks that wait for each worker, so that none ever does."""
LOST = {"KilledWorker", "CommClosedError", "FutureCancelledError", "FuturesCancelledError"}
"""What dask.distributed says where workers or their scheduler are no more."""


def run_blocks(
    plan: Plan, blocks: Iterable[Task], executor: Any, workers: int, take: Callable[[Part], None]
) -> None:
    """Run blocks and give their parts to ``take``, here and one by one, in the order in which they are done.

    Parameters
    ----------
    executor : anything with the interface of concurrent.futures: ``submit`` returns a future with ``result``,
        ``cancel`` and ``add_done_callback``.
    workers : how many it has, to keep so many busy and no more results than necessary in memory.
    """
    waiting, done = iter(blocks), SimpleQueue[Any]()
    pending: set[Any] = set()

    def submit() -> None:
        for task in waiting:
            future = executor.submit(part_of, plan, *task)
            pending.add(future)
            future.add_done_callback(done.put)
            return

    try:
        for _ in range(AHEAD * workers):
            submit()
        while pending:
            future = done.get()
            pending.discard(future)
            part = future.result()
            submit()
            take(part)
    finally:
        for future in pending:
            future.cancel()


def is_lost(error: BaseException) -> bool:
    """Return whether an error says that workers are no more, not that their work went wrong.

    Examples
    --------
    >>> is_lost(BrokenExecutor()), is_lost(CancelledError()), is_lost(ZeroDivisionError())
    (True, True, False)
    """
    names = {kind.__name__ for kind in type(error).__mro__ if kind.__module__.startswith("distributed.")}
    shut = type(error) is RuntimeError and "after" in str(error) and "shutdown" in str(error)
    return isinstance(error, BrokenExecutor | CancelledError) or shut or not LOST.isdisjoint(names)


@contextmanager
def workers_of(executor: Any, threads: int | None) -> Iterator[tuple[Any, int]]:
    """Yield an executor and how many workers it has; one of threads of our own where none is given."""
    if executor is None:
        many = threads or usable_processors()
        with ThreadPoolExecutor(many) as pool:
            yield pool, many
        return
    own = executor.get_executor() if hasattr(executor, "get_executor") else executor
    yield own, _size_of(executor)


def _size_of(executor: Any) -> int:
    """Return how many workers an executor has; several where it does not say."""
    if hasattr(executor, "nthreads"):  # a dask.distributed client
        return max(1, int(sum(executor.nthreads().values())))
    found = getattr(executor, "_max_workers", None)
    return found if isinstance(found, int) else 2 * usable_processors()
