"""Front: what every command does when it cannot go on: a line a problem, an exit code, no traceback."""

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from tradesim.errors import InputError, Problem, TradesimError, TradesimWarning, fail_if
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

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that was named; refuse an option given twice, of which one would be ignored."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is None:
            return name, command, rest
        parser = command.make_parser(ctx)
        parser.allow_interspersed_args = True  # a group's context has it off
        with suppress(USAGE):  # the command says what it does not understand
            fail_if(_repeated(parser.parse_args(list(rest))[2]))
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("always", TradesimWarning)
                warnings.showwarning = _shown_once()
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


def _repeated(given: Sequence[Any]) -> Iterator[Problem]:
    """Yield the options that were given twice and have one value."""
    once = [each for each in given if not (getattr(each, "is_flag", True) or each.multiple)]
    for option in dict.fromkeys(option for option in once if once.count(option) > 1):
        yield Problem("given twice", option.opts[-1], f"{once.count(option)} times", "once")


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


def _shown_once() -> Callable[..., None]:
    """Return what writes each warning once to the standard error stream, this package's as one line."""
    met = set[str]()

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        line = f"warning: {' '.join(str(message).split())}"
        if not category.__module__.startswith("tradesim"):
            line = warnings.formatwarning(message, category, *place[:2], **more)
        if line not in met:
            met.add(line)
            typer.echo(line, err=True)

    return show


def _close_quietly() -> None:
    """Send what Python still has to flush nowhere: whoever read it has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
