"""Matrix: who charges whom how much on a day."""

from collections.abc import Iterator, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import QuadMesh
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from tradesim.errors import Problem, fail_if
from tradesim.plots import style
from tradesim.plots.colours import ink_on
from tradesim.plots.inputs import PAIR, DateLike, day_text, moment, value_problems
from tradesim.plots.labels import Footer, Heading, Placed, SideTitle, pixel_text

COLOURS = ListedColormap(mpl.colormaps["magma_r"](np.linspace(0, 0.88, 256)), name="duties")
"""Perceptually uniform, from pale to dark, without the black end."""
SMALLEST = 4.0


def heat_map(
    duty: pd.DataFrame,
    *,
    date: DateLike,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw what every importer charges on goods from every exporter on a day.

    The diagonal is blank. NaN is hatched and says "not recorded". Texts shrink with the cells.

    Parameters
    ----------
    duty : (N, M) frame of fractions, importer × exporter, as ``Schedule.duty_on`` returns.
    date : the day, written in the title.
    source, as_of : written below the chart.
    title : written above it; the day is added.
    ax : where to draw; a new figure by default. A colour bar is put beside it.

    Returns
    -------
    The axes; cell (i, j) of the frame is centred on x = j + 0.5, y = i + 0.5.

    Raises
    ------
    InputError
        For a frame that is empty or is not importer × exporter, negative or infinite duties, and a date
        that is none.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import pandas as pd
    >>> codes = ["USA", "CHN"]
    >>> duty = pd.DataFrame([[0, 1.25], [1.476, 0]], index=codes, columns=codes)
    >>> ax = heat_map(duty, date="2025-04-12", source="toy record")
    >>> ax.get_title(loc="left")
    'Statutory effective duty on 2025-04-12'
    >>> plt.close(ax.figure)
    """
    fail_if(_problems(duty, date))
    ax = style.new_axes(ax)
    values = duty.to_numpy(dtype=float).copy()
    values[_own(duty)] = np.nan
    mesh = _mesh(ax, values)
    hatched = _hatch(ax, np.isnan(values) & ~_own(duty))
    _axes(ax, duty)
    _colour_bar(ax, mesh)
    CellLabels(ax, mesh, values, hatched)
    SideTitle(ax, "charged by")
    Heading(ax, f"{title or 'Statutory effective duty'} on {day_text(date)}")
    key = ["Hatched: not recorded."] if hatched.any() else []
    words = " ".join([*key, style.source_line(source, as_of)]).strip()
    if words:
        Footer(ax, words)
    return ax


def _own(duty: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which cells are an economy's duty on itself."""
    return np.array([[importer == exporter for exporter in duty.columns] for importer in duty.index])


def _mesh(ax: Axes, values: NDArray[np.float64]) -> QuadMesh:
    top = max(float(np.nanmax(values)), 0.01) if np.isfinite(values).any() else 0.01
    return ax.pcolormesh(
        np.ma.masked_invalid(values), cmap=COLOURS, vmin=0, vmax=top,
        edgecolors=style.background(ax), linewidth=1,
    )  # fmt: skip


def _hatch(ax: Axes, missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    for i, j in np.argwhere(missing):
        ax.add_patch(
            Rectangle((j, i), 1, 1, facecolor="none", edgecolor=style.faint(ax), hatch="////", linewidth=0)
        )
    return missing


def _axes(ax: Axes, duty: pd.DataFrame) -> None:
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xticks(np.arange(duty.shape[1]) + 0.5, [str(code) for code in duty.columns])
    ax.set_yticks(np.arange(duty.shape[0]) + 0.5, [str(code) for code in duty.index])
    ax.invert_yaxis()
    ax.tick_params(length=0, labelsize=style.LABEL, colors=style.ink(ax))
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel("on goods from", color=style.muted(ax), fontsize=style.LABEL)


def _colour_bar(ax: Axes, mesh: QuadMesh) -> None:
    bar = ax.figure.colorbar(mesh, ax=ax, fraction=0.05, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    bar.ax.yaxis.set_major_formatter(PercentFormatter(xmax=1, symbol=" %"))
    bar.ax.tick_params(length=0, labelsize=style.LABEL, colors=style.muted(ax))
    bar.set_label("% of import value", color=style.muted(ax), size=style.LABEL)


class CellLabels(Placed):
    """The number on every cell, in black or white, as large as the cells allow."""

    def __init__(
        self, ax: Axes, mesh: QuadMesh, values: NDArray[np.float64], missing: NDArray[np.bool_]
    ) -> None:
        self.cells = np.argwhere(np.isfinite(values))
        self.gaps = np.argwhere(missing)
        self.values = [float(values[i, j]) for i, j in self.cells]
        inks = [ink_on(tuple(colour)) for colour in mesh.to_rgba(np.array(self.values))]
        self.texts = [pixel_text("", style.LABEL, ink, va="center", ha="center") for ink in inks]
        self.notes = [_gap_text(ax) for _ in self.gaps]
        super().__init__(ax, [*self.texts, *self.notes], zorder=2.4)

    def place(self, renderer: RendererBase | None) -> None:
        """Centre every text on its cell at a size that fits the cells."""
        for text, (i, j) in zip([*self.texts, *self.notes], [*self.cells, *self.gaps], strict=True):
            x, y = self.home.transData.transform((j + 0.5, i + 0.5))
            text.set_position((x, y))
        for decimals in (1, 0):
            for text, value in zip(self.texts, self.values, strict=True):
                text.set_text(style.percent(value, decimals))
            if self._fit(self.texts, renderer) >= 6.5:
                break
        self._fit(self.home.get_xticklabels(), renderer)
        for label, model in zip(self.home.get_yticklabels(), self.home.get_xticklabels(), strict=False):
            label.set_fontsize(model.get_fontsize())
        for note in self.notes:
            note.set_visible(True)  # an invisible text has no size
        size = self._fit(self.notes, renderer)
        for note in self.notes:
            note.set_visible(size >= SMALLEST)

    def _fit(self, texts: Sequence[mpl.text.Text], renderer: RendererBase | None) -> float:
        """Set all texts to the largest size at which each fits its cell, and return it, points."""
        if not texts:
            return style.LABEL
        corners = self.home.transData.transform([(0, 0), (1, 1)])
        room = 0.88 * np.abs(corners[1] - corners[0])
        for text in texts:
            text.set_fontsize(style.LABEL)
        boxes = [text.get_window_extent(renderer) for text in texts]
        scale: float = min([1.0, *(min(room[0] / box.width, room[1] / box.height) for box in boxes)])
        for text in texts:
            text.set_fontsize(max(scale * style.LABEL, 1.0))
        return scale * style.LABEL


def _gap_text(ax: Axes) -> mpl.text.Text:
    note = pixel_text("not\nrecorded", style.LABEL, style.muted(ax), va="center", ha="center")
    note.set_path_effects([withStroke(linewidth=2.5, foreground=style.background(ax))])
    return note


def _problems(duty: object, date: DateLike) -> list[Problem]:
    if not isinstance(duty, pd.DataFrame):
        return [Problem("not a frame", "duty", type(duty).__name__, "a pandas DataFrame")]
    problems = [*_shape_problems(duty)]
    if moment(date) is None:
        problems.append(Problem("not a date", "date", repr(date), "YYYY-MM-DD or a date"))
    return problems or [*value_problems(duty, "duty")]


def _shape_problems(duty: pd.DataFrame) -> Iterator[Problem]:
    names = (duty.index.name, duty.columns.name)
    if duty.empty:
        yield Problem("nothing to draw", "duty", f"{duty.shape[0]} × {duty.shape[1]}", "one cell or more")
    elif duty.columns.nlevels != 1 or duty.index.nlevels != 1 or names not in {PAIR, (None, None)}:
        fix = "take the frame from Schedule.duty_on"
        yield Problem("wrong columns", "duty", f"index and columns named {names}", "importer × exporter", fix)
    elif not (duty.index.is_unique and duty.columns.is_unique):
        yield Problem("economy given twice", "duty", allowed="each importer and exporter once")
