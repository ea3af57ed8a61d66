"""Drawing: charts made without a screen and put where they are asked for."""

import tempfile
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from tradesim import plots
from tradesim.cli.output import made_folder
from tradesim.errors import InputError, Problem

ENDINGS = (".png", ".svg")


def without_screen() -> None:
    """Let matplotlib draw into files only."""
    mpl.use("Agg")


def save_in(folder: Path, name: str, chart: plots.Chart) -> list[Path]:
    """Write a chart as PNG and SVG, and let go of it."""
    files = plots.save(chart, folder, name)
    plt.close("all")
    return files


def save_as(file: Path, chart: plots.Chart) -> Path:
    """Write a chart as the one file that is asked for.

    Raises
    ------
    InputError
        If its folder cannot be made.
    """
    made_folder(file.parent)
    with tempfile.TemporaryDirectory() as folder:
        drawn = {path.suffix: path for path in save_in(Path(folder), "chart", chart)}
        file.write_bytes(drawn[file.suffix.lower()].read_bytes())
    return file


def checked_file(file: Path) -> Path:
    """Return the path of a picture.

    Raises
    ------
    InputError
        If it has the ending of neither a PNG nor an SVG.
    """
    if file.suffix.lower() not in ENDINGS:
        raise InputError(
            [
                Problem(
                    "not a picture", "--out", repr(str(file)), f"a file that ends in {' or '.join(ENDINGS)}"
                )
            ]
        )
    return file
