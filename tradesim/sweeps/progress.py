"""Progress: how far a sweep is, how fast it goes and how long it will take, wherever a person is looking."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

Say = Callable[["Progress"], None]
EVERY = 0.2
"""Seconds between two updates of a bar."""


class Progress(NamedTuple):
    """How far a sweep is.

    done, draws : draws that are done, and all of them. blocks : blocks that are done. rate : scenario-days
    per second since it began, of what was run now. left : seconds that it will take at that rate, or None.
    """

    done: int
    draws: int
    blocks: int
    rate: float
    left: float | None

    def __str__(self) -> str:
        left = "" if self.left is None else f", {duration(self.left)} left"
        return f"{self.done:,} of {self.draws:,} draws, {self.rate:.2g} days/s{left}"


class Meter:
    """Counts what is done and tells those who want to know.

    Parameters
    ----------
    draws, days : how many draws there are, of how many days each.
    say : whom to tell.
    clock : seconds that go by.
    """

    def __init__(
        self, draws: int, days: int, say: Say, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._draws, self._days, self._say, self._clock = draws, days, say, clock
        self._began, self._done, self._ran, self._blocks = clock(), 0, 0, 0

    def add(self, draws: int, *, ran: bool) -> None:
        """Count a block that was run, or was there already."""
        self._done += draws
        self._ran += draws * ran
        self._blocks += 1
        taken = max(self._clock() - self._began, 1e-9)
        rate = self._ran / taken
        left = (self._draws - self._done) / rate if rate > 0 else None
        self._say(Progress(self._done, self._draws, self._blocks, rate * self._days, left))


@contextmanager
def told(progress: bool | Say, title: str) -> Iterator[Say]:
    """Yield whom to tell about the progress: a bar on the screen, one in a notebook, a function, or nobody.

    Parameters
    ----------
    progress : True for a bar where somebody looks at one; a function of a `Progress`; or False.
    """
    if callable(progress):
        yield progress
    elif not progress:
        yield _nobody
    elif in_notebook():
        yield notebook_bar(title)
    elif sys.stderr.isatty():
        with terminal_bar(title) as say:
            yield say
    else:
        yield _nobody


@contextmanager
def terminal_bar(title: str) -> Iterator[Say]:
    """Yield what moves a bar in a terminal."""
    from rich.console import Console  # noqa: PLC0415 rich loads when somebody looks
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[words]}"))
    with Bar(*columns, console=Console(stderr=True), refresh_per_second=1 / EVERY) as bar:
        task = bar.add_task(title, total=None, words="")

        def say(now: Progress) -> None:
            bar.update(task, total=now.draws, completed=now.done, words=str(now))

        yield say


def notebook_bar(title: str) -> Say:
    """Return what moves a bar below the cell of a notebook."""
    from html import escape  # noqa: PLC0415

    from IPython.display import HTML, display  # noqa: PLC0415 there where there is a notebook

    handle: Any = display(HTML(escape(title)), display_id=True)  # type: ignore[no-untyped-call]
    seen = [0.0]

    def say(now: Progress) -> None:
        if time.perf_counter() - seen[0] < EVERY and now.done < now.draws:
            return
        seen[0] = time.perf_counter()
        bar = f'<progress value="{now.done}" max="{now.draws}"></progress>'
        handle.update(HTML(f"{escape(title)} {bar} {escape(str(now))}"))  # type: ignore[no-untyped-call]

    return say


def in_notebook() -> bool:
    """Say whether this runs in a notebook."""
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


def duration(seconds: float) -> str:
    """Return a time as a person says it.

    Examples
    --------
    >>> duration(4.2), duration(400), duration(9000), duration(8e6)
    ('4 s', '7 min', '2.5 h', '93 days')
    """
    for size, unit, digits in ((86_400, "days", 0), (3_600, "h", 1), (60, "min", 0)):
        if seconds >= 2 * size or (unit == "h" and seconds >= size):
            return f"{seconds / size:.{digits}f} {unit}"
    return f"{seconds:.0f} s"


def _nobody(now: Progress) -> None:
    """Tell nobody."""
