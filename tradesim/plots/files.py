"""Files: charts written so that the same chart gives the same bytes."""

import re
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tradesim.errors import InputError, Problem, fail_if

DPI = 160

Chart = Axes | Figure
"""What can be saved: axes or a whole figure."""


def save(chart: Chart, folder: str | Path, name: str) -> list[Path]:
    """Write a chart as PNG (160 dots per inch) and SVG.

    Dates, versions and random identifiers are kept out of the files, so that a chart that did not change
    does not change in version control either.

    Parameters
    ----------
    chart : axes, whose whole figure is written, or a figure.
    folder : where to; made if it does not exist.
    name : file name without ending: letters, digits, ``.``, ``_`` and ``-``.

    Returns
    -------
    The paths written: PNG, SVG.

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
    ...     [path.name for path in save(ax, folder, "empty")]
    ['empty.png', 'empty.svg']
    """
    if not re.fullmatch(r"[\w.-]+", name):
        fail_if([Problem("not a file name", "name", repr(name), "letters, digits, '.', '_' and '-'")])
    figure = _figure(chart)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / f"{name}.png", target / f"{name}.svg"]
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        for path, metadata in zip(paths, ({"Software": None}, {"Date": None, "Creator": None}), strict=True):
            figure.draw_without_rendering()
            figure.savefig(path, dpi=DPI, metadata=metadata)
    return paths


def _figure(chart: Chart) -> Figure:
    figure = chart if isinstance(chart, Figure) else chart.get_figure(root=True)
    if figure is None:
        raise InputError([Problem("axes without a figure", "chart", "removed axes", "axes on a figure")])
    return figure
