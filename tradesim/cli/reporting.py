"""Reporting: a record, a scenario or a sweep told on one page."""

from dataclasses import dataclass
from pathlib import Path

from tradesim.cli.drawing import without_screen
from tradesim.cli.output import made_folder, say, say_json, working
from tradesim.errors import InputError, Problem
from tradesim.file_names import file_name
from tradesim.reports import report


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for: where to, how many draws, of which seed."""

    out: Path | None = None
    draws: int | None = None
    seed: int | None = None


def write(subject: str, wanted: Wanted, *, as_json: bool) -> None:
    """Write the report on a subject as one HTML file, and say what matters most.

    Raises
    ------
    InputError
        For a subject that is none, and a file that cannot be written, before anything is run.
    """
    without_screen()
    if wanted.out is not None:
        _checked(wanted.out)
    with working("running what the report tells"):
        found = report(subject, draws=wanted.draws, seed=wanted.seed)
    file = wanted.out or Path("out") / f"{file_name(found.name)}-report.html"
    made_folder(file.parent)
    with working("drawing the figures"):
        found.to_html(file)
    if as_json:
        say_json({**found.to_dict(), "file": str(file)})
        return
    say(found.title, "", found.summary_text(), "", f"report: {file}")


def _checked(file: Path) -> None:
    """Refuse a path that no report can be written to."""
    if file.is_dir():
        raise InputError(
            [Problem("a folder", "--out", repr(str(file)), "a file", f"add a name: {file}/report.html")]
        )
    made_folder(file.parent)
