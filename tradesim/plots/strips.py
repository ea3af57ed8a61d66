"""Strips: a probability by day as a shaded strip, with its numbers where they fit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from tradesim.plots import style
from tradesim.plots.colours import ink_on, mixed
from tradesim.plots.labels import Placed, pixel_text

Floats = NDArray[np.float64]
DARKEST = 0.75
"""Share of ink in the shade that stands for 100 %."""


def chance(probability: float) -> str:
    """Return a probability in percent; what may happen never reads as certain or impossible.

    Examples
    --------
    >>> chance(0.475), chance(0.9999), chance(0.0001), chance(1.0)
    ('48 %', '>99 %', '<1 %', '100 %')
    """
    return ">99 %" if 0.995 <= probability < 1 else style.percent(probability, 0)


def runs(edges: Floats, values: Floats) -> Iterator[tuple[float, float, float]]:
    """Yield (start, end, value) of every stretch on which a step function stays the same; gaps are left out.

    Parameters
    ----------
    edges : (T + 1,) where the T steps begin and the last one ends, days.
    values : (T,) the steps; NaN is a gap.

    Examples
    --------
    >>> [tuple(map(float, run)) for run in runs(np.arange(4.0), np.array([0.5, 0.5, 1.0]))]
    [(0.0, 2.0, 0.5), (2.0, 3.0, 1.0)]
    """
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    for first, after in zip(starts, [*starts[1:], len(values)], strict=True):
        if not np.isnan(values[first]):
            yield edges[first], edges[after], values[first]


def shade(ax: Axes, probability: float) -> str:
    """Return the grey that stands for a probability: the ground for 0, nearly ink for 1."""
    return mixed(style.background(ax), style.ink(ax), DARKEST * probability)


def strip(ax: Axes, edges: Floats, values: Floats, low: float, high: float) -> None:
    """Draw probabilities by day as a strip between two heights: the darker, the likelier."""
    stretches = list(runs(edges, values))
    greys = [shade(ax, value) for _, _, value in stretches]
    spans = [(start, end - start) for start, end, _ in stretches]
    ax.broken_barh(spans, (low, high - low), facecolors=greys, linewidth=0)
    frame = Rectangle((edges[0], low), edges[-1] - edges[0], high - low, fill=False, linewidth=0.7)
    frame.set_edgecolor(style.muted(ax))
    ax.add_patch(frame)
    middle = (low + high) / 2
    RunLabels(
        ax, (Run(*run, middle, ink_on(grey), "center") for run, grey in zip(stretches, greys, strict=True))
    )


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of time with one probability: where its number would stand and in which colour.

    ``va`` says which edge of the number stands at ``y``: ``bottom``, ``top`` or ``center``.
    """

    start: float
    end: float
    value: float
    y: float
    colour: str
    va: str


class RunLabels(Placed):
    """The number of every stretch of time, on the stretches that are wide enough for it."""

    narrowest = 1.4
    """Width below which no number fits, in its font size: most stretches are shorter, and get no text."""

    def __init__(self, ax: Axes, stretches: Iterable[Run]) -> None:
        self.runs = list(stretches)
        self.ends = np.array([[(run.start, run.y), (run.end, run.y)] for run in self.runs]).reshape(-1, 2)
        self.texts: dict[int, Text] = {}
        super().__init__(ax, [], zorder=2.4)

    def place(self, renderer: RendererBase | None) -> None:
        """Centre every number on its stretch, and hide those that are wider."""
        lift = {"bottom": self.points(1.5), "center": 0.0, "top": -self.points(2.5)}
        ends = self.home.transData.transform(self.ends).reshape(-1, 2, 2)
        room = ends[:, 1, 0] - ends[:, 0, 0] - self.points(3)
        for text in self.texts.values():
            text.set_visible(False)
        for k in np.flatnonzero(room > self.points(self.narrowest * style.SMALL)).tolist():
            text = self.texts[k] if k in self.texts else self._text_of(k)
            text.set_position((ends[k, :, 0].mean(), ends[k, 0, 1] + lift[self.runs[k].va]))
            text.set_visible(True)  # an invisible text has no size
            text.set_visible(bool(text.get_window_extent(renderer).width <= room[k]))

    def _text_of(self, k: int) -> Text:
        run = self.runs[k]
        text = pixel_text(chance(run.value), style.SMALL, run.colour, ha="center", va=run.va)
        text.set_figure(self.home.figure)
        self.texts[k] = text
        self.parts.append(text)
        return text
