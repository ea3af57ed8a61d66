"""Tasks done by several processes: the same answers, in order, and every failure told."""

import os
import signal
import sys
import threading
import time

import pytest

from tradesim import side_by_side as module
from tradesim.side_by_side import side_by_side

copies = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems copy no process")


@pytest.fixture(autouse=True)
def two_processors(monkeypatch):
    monkeypatch.setattr(module, "usable_processors", lambda: 2)


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # the tests' own threads are idle


def slowly(answer):
    time.sleep(0.05)
    return answer, os.getpid()


@copies
def test_answers_come_in_order_from_two_processes(alone):
    found = side_by_side([lambda k=k: slowly(k) for k in range(6)])
    assert [answer for answer, _ in found] == list(range(6))
    assert len({process for _, process in found}) == 2


def test_with_other_threads_everything_is_done_here(monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert {process for _, process in side_by_side([lambda: slowly(1)] * 3)} == {os.getpid()}


@pytest.mark.parametrize("tasks", [[], [lambda: 1]])
def test_of_one_task_there_is_nothing_to_share(tasks, alone):
    assert side_by_side(tasks) == [task() for task in tasks]


@copies
def test_a_task_that_fails_fails_here(alone):
    def fails():
        time.sleep(0.02)
        raise ValueError("no such picture")

    with pytest.raises(ValueError, match="no such picture"):
        side_by_side([fails] * 4)


@copies
def test_what_a_stopped_copy_did_not_bring_is_done_here(alone):
    here = os.getpid()

    def stopped():
        time.sleep(0.02)
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    assert side_by_side([stopped] * 4) == [here] * 4


@copies
def test_no_process_is_left_behind(alone, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    copy, copied = module._copy, []
    monkeypatch.setattr(module, "_copy", lambda *given: copied.append(copy(*given)) or copied[-1])
    with pytest.raises(KeyboardInterrupt):
        side_by_side([interrupted] * 2)
    for process, _ in copied:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
    assert copied


@copies
def test_where_no_process_can_be_had_everything_is_done_here(alone, monkeypatch):
    def none_left():
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", none_left)
    assert side_by_side([os.getpid] * 3) == [os.getpid()] * 3


@copies
def test_large_answers_come_whole(alone):
    assert side_by_side([lambda: b"x" * 10**6] * 4) == [b"x" * 10**6] * 4
