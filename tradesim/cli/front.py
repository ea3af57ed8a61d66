"""Front: what every command does when it cannot go on: a line a problem, an exit code, no traceback."""

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from tradesim.errors import InputError, TradesimError

FAILED, BAD_INPUT, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141
"""Exit codes; the last two are what a shell gives for the signals."""


class Front(TyperGroup):
    """The group of commands: turns what they raise into words and exit codes."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            complain(*map(str, error.problems))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _close_quietly()
            raise typer.Exit(CLOSED_PIPE) from None
        except (TradesimError, OSError, MemoryError) as error:
            complain(str(error) or "out of memory")
            raise typer.Exit(FAILED) from None


def complain(*problems: str) -> None:
    """Write each problem on a line of its own on the standard error stream."""
    for problem in problems:
        typer.echo(f"error: {' '.join(problem.split())}", err=True)


def _close_quietly() -> None:
    """Send what Python still has to flush nowhere: whoever read it has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
