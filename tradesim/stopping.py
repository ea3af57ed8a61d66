"""Stopping: signals that end a command from outside, each said and answered with its exit code."""

import signal
from typing import Any

ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end a process without a word, where the system has them; SIGINT is Python's own."""


class Stopped(KeyboardInterrupt):
    """A command that a signal ends.

    Parameters
    ----------
    number : of the signal. said : what is told, by default which signal it was.
    """

    def __init__(self, number: int, said: str = "") -> None:
        self.number = number
        super().__init__(said or f"ended by {signal.Signals(number).name}")


def stop_by_signal() -> None:
    """Have signals raise `Stopped`, but for those that somebody ignores, as ``nohup`` does, or handles."""
    for name in ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number: int, _: Any) -> None:
    raise Stopped(number)


def how_stopped(stop: KeyboardInterrupt) -> str:
    """Return in words what ended a command.

    Examples
    --------
    >>> how_stopped(Stopped(signal.SIGTERM)), how_stopped(KeyboardInterrupt())
    ('ended by SIGTERM', 'interrupted')
    """
    return str(stop) if isinstance(stop, Stopped) else "interrupted"


def exit_code(stop: KeyboardInterrupt) -> int:
    """Return the exit code that a shell gives for a signal: 128 and its number.

    Examples
    --------
    >>> exit_code(Stopped(signal.SIGTERM)), exit_code(KeyboardInterrupt())
    (143, 130)
    """
    return 128 + number_of(stop)


def number_of(stop: KeyboardInterrupt) -> int:
    """Return the number of the signal that ends a command."""
    return stop.number if isinstance(stop, Stopped) else int(signal.SIGINT)
