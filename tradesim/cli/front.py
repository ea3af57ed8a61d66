"""Front: what every command does when it cannot go on: a line a problem, an exit code, no traceback."""

import os
import sys
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from tradesim.errors import InputError, TradesimError
from tradesim.stopping import exit_code, how_stopped

FAILED, BAD_INPUT, CLOSED_PIPE = 1, 2, 141
"""Exit codes; the last is what a shell gives for the signal, as `tradesim.stopping` gives others."""


USAGE: Any = typer.BadParameter.__base__
"""What typer raises for a command line that it does not understand."""


class Front(TyperGroup):
    """The group of commands: turns what they raise into words and exit codes."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read what comes before the command."""
        try:
            return super().make_context(*args, **options)
        except USAGE as error:
            raise _not_understood(error) from None
        except KeyboardInterrupt as stop:
            complain(how_stopped(stop))
            raise typer.Exit(exit_code(stop)) from None

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except USAGE as error:
            raise _not_understood(error) from None
        except InputError as error:
            complain(*map(str, error.problems))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt as stop:
            complain(how_stopped(stop))
            raise typer.Exit(exit_code(stop)) from None
        except BrokenPipeError:
            _close_quietly()
            raise typer.Exit(CLOSED_PIPE) from None
        except (TradesimError, OSError, MemoryError) as error:
            complain(str(error) or "out of memory")
            raise typer.Exit(FAILED) from None


def _not_understood(error: Any) -> BaseException:
    """Say what of a command line is not understood; asking for nothing at all shows what there is."""
    if type(error).__name__ == "NoArgsIsHelpError":
        helpless: BaseException = error
        return helpless
    said = error.format_message().rstrip(".")
    command = error.ctx.command_path if error.ctx is not None else "tradesim"
    complain(f"{said[:1].lower()}{said[1:]}; see {command} --help")
    return typer.Exit(BAD_INPUT)


def complain(*problems: str) -> None:
    """Write each problem on a line of its own on the standard error stream."""
    with suppress(OSError):  # the terminal has gone
        for problem in problems:
            typer.echo(f"error: {' '.join(problem.split())}", err=True)


def _close_quietly() -> None:
    """Send what Python still has to flush nowhere: whoever read it has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
