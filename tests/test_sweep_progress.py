"""Progress is told where somebody looks, and to nobody else."""

import io
import sys
from types import SimpleNamespace

import pytest

from tradesim.sweeps import progress
from tradesim.sweeps.estimate import estimate, size
from tradesim.sweeps.progress import Meter, Progress, duration, told


def test_a_meter_tells_rate_and_time_left_of_what_was_run_now():
    said, now = [], iter([0.0, 1.0, 2.0, 4.0])
    meter = Meter(1000, 10, said.append, clock=lambda: next(now))
    meter.add(500, ran=False)
    meter.add(100, ran=True)
    meter.add(300, ran=True)
    assert said == [
        Progress(500, 1000, 1, 0.0, None),
        Progress(600, 1000, 2, 500.0, 8.0),
        Progress(900, 1000, 3, 1000.0, 1.0),
    ]
    assert str(said[0]) == "500 of 1,000 draws, 0 days/s"
    assert str(said[1]) == "600 of 1,000 draws, 5e+02 days/s, 8 s left"


def test_a_function_is_told_and_nobody_if_nobody_wants_to_know(monkeypatch):
    said = []
    with told(said.append, "title") as say:
        say("x")
    assert said == ["x"]
    for wanted in (False, True):
        with told(wanted, "title") as say:
            assert say(Progress(1, 2, 1, 1.0, 1.0)) is None


def test_in_a_terminal_there_is_a_bar(monkeypatch):
    class Screen(io.StringIO):
        def isatty(self):
            return True

    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with told(True, "october") as say:
        say(Progress(500, 1000, 1, 2e6, 3.0))
    assert "october" in screen.getvalue()
    assert "500 of 1,000 draws" in screen.getvalue()


def test_in_a_notebook_there_is_a_bar_below_the_cell(monkeypatch):
    display = pytest.importorskip("IPython.display", reason="IPython is not installed")
    shown = []

    class Handle:
        def update(self, what):
            shown.append(what.data)

    monkeypatch.setattr(display, "display", lambda what, **_: shown.append(what.data) or Handle())
    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    with told(True, "<october>") as say:
        say(Progress(10, 1000, 1, 2e6, 3.0))
        say(Progress(20, 1000, 2, 2e6, 3.0))
        say(Progress(1000, 1000, 3, 2e6, 0.0))
    assert shown[0] == "&lt;october&gt;"
    assert 'value="10" max="1000"' in shown[1]
    assert 'value="1000"' in shown[-1]
    assert len(shown) == 3


def test_a_notebook_is_known_by_its_shell(monkeypatch):
    assert not progress.in_notebook()
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert progress.in_notebook()


def test_times_and_sizes_are_said_as_a_person_would():
    assert [duration(s) for s in (0.4, 100, 130, 3700, 90_000, 200_000)] == [
        "0 s",
        "100 s",
        "2 min",
        "1.0 h",
        "25.0 h",
        "2 days",
    ]
    assert [size(b) for b in (10, 2048, 3e6)] == ["10 B", "2.05 kB", "3 MB"]


def test_an_estimate_grows_with_what_is_asked_for():
    labels = SimpleNamespace(
        dates=range(96), pairs=range(2), economies=range(2), events=(), truces=(), levels=(1.0,), cost=None
    )
    one, ten = (estimate(draws, labels, 4096, 1024) for draws in (10**6, 10**7))
    assert ten.seconds == pytest.approx(10 * one.seconds)
    assert ten.memory == one.memory
    assert ten.stored > 9 * one.stored
    assert estimate(10**6, labels, 4096, 1024, whole=True).stored > 10 * one.stored
