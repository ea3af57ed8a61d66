"""Side by side: tasks that need no answer of each other, such as drawing, on every processor there is."""

import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from tradesim.processors import usable_processors

T = TypeVar("T")
MOST = 4
"""Processes at most."""


def side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return what each task returns, in order.

    On Linux, copies of this process take tasks too, unless it has other threads, which no copy would have.
    What a copy did not bring to an end is done here, so that a task that fails, fails here.

    Parameters
    ----------
    tasks : they may write files of their own; whatever else they change is lost where a copy did them.

    Examples
    --------
    >>> side_by_side([lambda: 1, lambda: 2])
    [1, 2]
    """
    workers = min(len(tasks), usable_processors(), MOST)
    if workers < 2 or not sys.platform.startswith("linux") or threading.active_count() > 1:
        return [task() for task in tasks]
    tickets = _tickets(len(tasks))
    children = [copy for _ in range(workers - 1) if (copy := _copy(tasks, tickets))]
    done: dict[int, T] = {}
    try:
        done |= _taken(tasks, tickets)
        for _, answers in children:
            done |= _received(answers)
    finally:
        os.close(tickets)
        for child, answers in children:
            os.close(answers)
            os.kill(child, signal.SIGKILL)  # it has answered, or nobody waits for its answer
            os.waitpid(child, 0)
    return [done[k] if k in done else task() for k, task in enumerate(tasks)]


def _tickets(count: int) -> int:
    """Return a pipe to read from, with the number of each task in it."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(k.to_bytes(2) for k in range(count)))
    os.close(writing)
    return reading


def _taken(tasks: Sequence[Callable[[], T]], tickets: int) -> dict[int, T]:
    """Take tasks until none is left; return what they returned, by number."""
    done = {}
    while ticket := os.read(tickets, 2):
        number = int.from_bytes(ticket)
        done[number] = tasks[number]()
    return done


def _copy(tasks: Sequence[Callable[[], T]], tickets: int) -> tuple[int, int] | None:
    """Let a copy of this process take tasks; return its number, and where its answers are read.

    None where the system allows no further process.
    """
    reading, writing = os.pipe()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # idle threads of NumPy's libraries
            child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if child:
        os.close(writing)
        return child, reading
    with suppress(BaseException), os.fdopen(writing, "wb") as answers:  # pragma: no cover - the copy
        answers.write(pickle.dumps(_taken(tasks, tickets)))
    os._exit(0)  # pragma: no cover - without what this process would do at its end


def _received(answers: int) -> dict[int, T]:
    """Return what a copy did, nothing if it was stopped."""
    with os.fdopen(os.dup(answers), "rb") as sent, suppress(EOFError, pickle.UnpicklingError):
        return dict(pickle.load(sent))  # noqa: S301 written by a copy of this process
    return {}
