"""Touring: the main job of the project, run and told."""

from pathlib import Path

from tradesim import tour as tours
from tradesim.cli.output import made_folder, say


def tour(out: Path) -> None:
    """Draw everything packaged into a folder, and say what it shows."""
    findings = tours.main_job(made_folder(out), say=say)
    say(*tours.sentences_of(findings))
