"""Drawing: charts made without a screen, with the numbers they show, put where they are asked for."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

from tradesim import plots
from tradesim.cli.output import made_folder
from tradesim.errors import InputError, Problem

ENDINGS = tuple(f".{ending}" for ending in plots.FORMATS)


def without_screen() -> None:
    """Let matplotlib draw into files only."""
    mpl.use("Agg")


def save_in(
    folder: Path, name: str, chart: plots.Chart, data: pd.DataFrame | None, formats: Sequence[str]
) -> list[Path]:
    """Write a chart as pictures, the numbers that it shows as CSV, and close it."""
    files = plots.save(chart, folder, name, data, formats)
    plt.close("all")
    return files


def save_as(file: Path, chart: plots.Chart, data: pd.DataFrame) -> Path:
    """Write a chart, or the numbers that it shows, as the one file that is asked for.

    Raises
    ------
    InputError
        If its folder cannot be made.
    """
    made_folder(file.parent)
    with tempfile.TemporaryDirectory() as folder:
        (written,) = save_in(Path(folder), "chart", chart, data, [file.suffix[1:].lower()])
        file.write_bytes(written.read_bytes())
    return file


def checked_file(file: Path) -> Path:
    """Return the path of a picture.

    Raises
    ------
    InputError
        If its ending is none of ``ENDINGS``.
    """
    if file.suffix.lower() not in ENDINGS:
        raise InputError(
            [
                Problem(
                    "not a picture",
                    "--out",
                    repr(str(file)),
                    f"a file that ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}",
                )
            ]
        )
    return file
