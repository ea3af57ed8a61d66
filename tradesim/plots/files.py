"""Files: charts written so that the same chart gives the same bytes, with the numbers that they show."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tradesim import spreadsheets
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.file_names import file_name

DPI = 160
METADATA: Mapping[str, dict[str, Any]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
"""What is kept out of each kind of file: what would differ from day to day."""

Chart = Axes | Figure
"""What can be saved: axes or a whole figure."""


def save(chart: Chart, folder: str | Path, name: str, data: pd.DataFrame | None = None) -> list[Path]:
    """Write a chart as PNG (160 dots per inch) and SVG, and the numbers that it shows as CSV.

    Dates, versions and random identifiers are kept out of the files, so that a chart that did not change
    does not change in version control either.

    Parameters
    ----------
    chart : axes, whose whole figure is written, or a figure.
    folder : where to; made if it does not exist.
    name : file name without ending: letters, digits, ``.``, ``_`` and ``-``, and no device of Windows.
    data : the frame that was drawn, if its numbers are wanted beside it.

    Returns
    -------
    The paths written: PNG, SVG and, of data, CSV.

    Raises
    ------
    InputError
        For a name that is none.

    Examples
    --------
    >>> import tempfile
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in save(ax, folder, "empty", pd.DataFrame({"duty": [0.25]}))]
    ['empty.png', 'empty.svg', 'empty.csv']
    """
    if file_name(name) != name:
        fix = f"for example {file_name(name)!r}"
        fail_if([Problem("not a file name", "name", repr(name), "letters, digits, '.', '_' and '-'", fix)])
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / f"{name}.{ending}" for ending in METADATA]
    for path, ending in zip(paths, METADATA, strict=True):
        path.write_bytes(rendered(chart, ending, name))
    if data is not None:
        paths.append(spreadsheets.write_csv(data, target / f"{name}.csv"))
    return paths


def rendered(chart: Chart, ending: str, name: str = "chart") -> bytes:
    """Return a chart as the bytes of a PNG or an SVG; the same chart and name give the same bytes.

    Raises
    ------
    InputError
        For another ending.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rendered(Figure(), "png")[1:4]
    b'PNG'
    """
    fail_if([] if ending in METADATA else [unknown_name("kind of picture", ending, METADATA)])
    figure, buffer = _figure(chart), io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure.draw_without_rendering()
        figure.savefig(buffer, format=ending, dpi=DPI, metadata=METADATA[ending])
    return buffer.getvalue()


def _figure(chart: Chart) -> Figure:
    figure = chart if isinstance(chart, Figure) else chart.get_figure(root=True)
    if figure is None:
        raise InputError([Problem("axes without a figure", "chart", "removed axes", "axes on a figure")])
    return figure
