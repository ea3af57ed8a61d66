"""Files: charts written so that the same chart gives the same bytes, with the numbers that they show."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tradesim import spreadsheets
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.file_names import file_name
from tradesim.plots.labels import unchanged

DPI = 160
SVG_DPI = 72
"""The resolution that matplotlib writes SVG with."""
METADATA: Mapping[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""What is kept out of each kind of picture: what would differ from day to day."""
FORMATS = (*METADATA, "csv")
"""What a chart can be written as; a CSV holds the numbers that it shows."""
USUAL_FORMATS = ("png", "csv")

Chart = Axes | Figure
"""What can be saved: axes or a whole figure."""


def save(
    chart: Chart,
    folder: str | Path,
    name: str,
    data: pd.DataFrame | None = None,
    formats: Sequence[str] = USUAL_FORMATS,
) -> list[Path]:
    """Write a chart as a picture, and the numbers that it shows as CSV.

    Dates, versions and random identifiers are kept out of the files, so that a chart that did not change
    does not change in version control either.

    Parameters
    ----------
    chart : axes, whose whole figure is written, or a figure.
    folder : where to; made if it does not exist.
    name : file name without ending: letters, digits, ``.``, ``_`` and ``-``, and no device of Windows.
    data : the frame that was drawn, if its numbers are wanted beside it.
    formats : ``png`` (160 dots per inch), ``svg`` and ``pdf`` (text stays text), ``csv`` (of ``data``).

    Returns
    -------
    The paths written, in the order of ``formats``.

    Raises
    ------
    InputError
        For a name that is none, and for an unknown format.

    Examples
    --------
    >>> import tempfile
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in save(ax, folder, "empty", pd.DataFrame({"duty": [0.25]}))]
    ['empty.png', 'empty.csv']
    """
    if file_name(name) != name:
        fix = f"for example {file_name(name)!r}"
        fail_if([Problem("not a file name", "name", repr(name), "letters, digits, '.', '_' and '-'", fix)])
    fail_if(unknown_name("format", ending, FORMATS, "formats") for ending in formats if ending not in FORMATS)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / f"{name}.{ending}" for ending in formats if ending != "csv" or data is not None]
    with laid_out(chart) as figure:
        for path in paths:
            if path.suffix != ".csv":
                path.write_bytes(_drawn(figure, path.suffix[1:], name))
            elif data is not None:
                spreadsheets.write_csv(data, path)
    return paths


def rendered(chart: Chart, ending: str, name: str = "chart") -> bytes:
    """Return a chart as the bytes of a PNG, SVG or PDF; the same chart and name give the same bytes.

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
    with laid_out(chart) as figure:
        return _drawn(figure, ending, name)


@contextmanager
def laid_out(chart: Chart, dpi: float = DPI) -> Iterator[Figure]:
    """Lay a chart's figure out once, and keep that layout for all files that are written meanwhile.

    matplotlib lays a figure out anew each time it is drawn, and twice for each file; most of the time that
    a chart takes is spent there. The resolution decides how wide text is, so it is set first.
    """
    figure = _figure(chart)
    engine, before = figure.get_layout_engine(), figure.dpi
    figure.dpi = dpi
    try:
        if engine is not None:
            with unchanged(figure):
                engine.execute(figure)
        figure.set_layout_engine("none")
        yield figure
    finally:
        figure.set_layout_engine(engine)
        figure.dpi = before


def _drawn(figure: Figure, ending: str, name: str) -> bytes:
    buffer = io.BytesIO()
    fonts = mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "pdf.fonttype": 42})
    with fonts, unchanged(figure):
        figure.savefig(buffer, format=ending, dpi=DPI, metadata=METADATA[ending])
    return buffer.getvalue()


def _figure(chart: Chart) -> Figure:
    figure = chart if isinstance(chart, Figure) else chart.get_figure(root=True)
    if figure is None:
        raise InputError([Problem("axes without a figure", "chart", "removed axes", "axes on a figure")])
    return figure
