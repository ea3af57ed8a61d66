"""Front: what every command does when it cannot go on: a line a problem, an exit code, no traceback."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from tradesim.errors import InputError, TradesimError, VintageWarning

FAILED, BAD_INPUT, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141
"""Exit codes; the last two are what a shell gives for the signals."""


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
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(INTERRUPTED) from None

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            with _vintages_told():
                return super().invoke(ctx)
        except USAGE as error:
            raise _not_understood(error) from None
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


def _not_understood(error: Any) -> BaseException:
    """Say what of a command line is not understood; asking for nothing at all shows what there is."""
    if type(error).__name__ == "NoArgsIsHelpError":
        helpless: BaseException = error
        return helpless
    said = error.format_message().rstrip(".")
    command = error.ctx.command_path if error.ctx is not None else "tradesim"
    complain(f"{said[:1].lower()}{said[1:]}; see {command} --help")
    return typer.Exit(BAD_INPUT)


@contextmanager
def _vintages_told() -> Iterator[None]:
    """Write a warning of a vintage as one line on the standard error stream."""
    with warnings.catch_warnings():
        plain = warnings.showwarning

        def show(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
            if issubclass(category, VintageWarning):
                typer.echo(f"warning: {message}", err=True)
            else:
                plain(message, category, *rest, **more)

        warnings.showwarning = show
        warnings.simplefilter("default", VintageWarning)
        yield


def complain(*problems: str) -> None:
    """Write each problem on a line of its own on the standard error stream."""
    for problem in problems:
        typer.echo(f"error: {' '.join(problem.split())}", err=True)


def _close_quietly() -> None:
    """Send what Python still has to flush nowhere: whoever read it has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
