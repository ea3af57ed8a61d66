"""Lanes: numbered marks in time under a chart, one lane for each economy and for what concerns all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray

from tradesim.plots.colours import ink_on, legible
from tradesim.plots.labels import Placed, pixel_line, pixel_text
from tradesim.plots.placing import spread
from tradesim.plots.style import LABEL, SMALL, background, faint, ink

Floats = NDArray[np.float64]
SIZE, SMALLER = 7.0, 5.8
"""Of numbers of one or two digits and of longer ones, points."""
MOST = 25
"""Numbers that a lane shows at most."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered mark in a lane.

    Parameters
    ----------
    day, until : when, and up to when its consequence takes, days; the same where it is at once.
    number : what stands in the mark.
    words : what may stand beside it, longest first; the first that fits is shown.
    weight : which numbers stay where not all have room: the largest.
    """

    day: float
    until: float
    number: str
    words: tuple[str, ...] = ()
    weight: float = 0.0


class Lane(Placed):
    """One lane: its name beside the axes, a line, a dot on every day, and numbers over the dots.

    Numbers are moved aside as little as possible; where there is no room for all, the lightest go and
    leave their dots.

    Parameters
    ----------
    y : where the lane runs, in data coordinates.
    name : written to the left of the axes.
    marks : by day.
    bars : (start, end) of stretches drawn as bars on the line, days.
    """

    def __init__(
        self,
        ax: Axes,
        y: float,
        name: str,
        marks: Sequence[Mark],
        colour: str,
        bars: Sequence[tuple[float, float]] = (),
    ) -> None:
        self.y, self.marks, self.spans, self.reach = y, list(marks), list(bars), 0.0
        self.name = pixel_text(name, LABEL, legible(colour, background(ax)), ha="right", va="center")
        self.rule = pixel_line(faint(ax), 0.8)
        self.bars = [pixel_line(colour, 4.0, 0.45) for _ in self.spans]
        self.waits = [pixel_line(colour, 1.8) for _ in self.marks]
        self.dots = [_dot(colour, 2.6) for _ in self.marks]
        self.leads = [pixel_line(colour, 0.7) for _ in self.marks]
        self.discs = [_dot(colour, 12.5) for _ in self.marks]
        look = {"ha": "center", "va": "center_baseline", "fontweight": "bold"}
        size = SIZE if all(len(mark.number) < 3 for mark in self.marks) else SMALLER
        self.numbers = [pixel_text(mark.number, size, ink_on(colour), **look) for mark in self.marks]
        self.texts = [pixel_text("", SMALL, ink(ax), va="center_baseline") for _ in self.marks]
        lines = [self.rule, *self.bars, *self.waits, *self.dots, *self.leads, *self.discs]
        super().__init__(ax, [*lines, *self.numbers, *self.texts, self.name], zorder=2.5)

    def place(self, renderer: RendererBase | None) -> None:
        """Put the line and its dots on the lane, the numbers over them and the words between them."""
        box = self.home.bbox
        middle = float(self.home.transData.transform((0.0, self.y))[1])
        level, line = middle + self.points(2.5), middle - self.points(6.5)
        self.name.set_position((box.x0 - self.points(4), middle))
        self.rule.set_data([box.x0, box.x1], [line, line])
        for bar, span in zip(self.bars, self.spans, strict=True):
            bar.set_data(self._across(span), [line, line])
        if self.marks:
            self._marks(level, line, renderer)
            self._words(level, renderer)

    def _marks(self, level: float, line: float, renderer: RendererBase | None) -> None:
        box = self.home.bbox
        anchors = self._across([mark.day for mark in self.marks])
        ends = self._across([mark.until for mark in self.marks])
        widest = max(number.get_window_extent(renderer).width for number in self._shown(self.numbers))
        room = max(self.points(13.5), widest + self.points(3))
        shown = self._numbered(min(MOST, max(int(box.width // room), 1)))
        self.reach = room / 2
        middles = np.full(len(anchors), np.nan)
        middles[shown] = spread(anchors[shown], np.full(len(shown), room), box.x0, box.x1)
        for k, (x, end, middle) in enumerate(zip(anchors, ends, middles, strict=True)):
            self.dots[k].set_data([x], [line])
            self.waits[k].set_data([x, end], [line, line])
            if np.isfinite(middle):
                self.leads[k].set_data([x, middle], [line, level])
                self.discs[k].set(xdata=[middle], ydata=[level], markersize=room / self.points(1) - 1)
                self.numbers[k].set_position((middle, level))
            for part in (self.leads[k], self.discs[k], self.numbers[k], self.texts[k]):
                part.set_visible(bool(np.isfinite(middle)))

    def _shown(self, texts: Sequence[Text]) -> Sequence[Text]:
        for text in texts:
            text.set_visible(True)  # an invisible text has no size
        return texts

    def _numbered(self, most: int) -> list[int]:
        """Return the marks whose numbers are shown: all, or the heaviest that there is room for."""
        order = sorted(range(len(self.marks)), key=lambda k: (-self.marks[k].weight, k))
        return sorted(order[:most])

    def _words(self, level: float, renderer: RendererBase | None) -> None:
        """Write beside each number the longest words that end before the next one."""
        numbered = [k for k, disc in enumerate(self.discs) if disc.get_visible()]
        places = [float(np.asarray(self.discs[k].get_xdata())[0]) for k in numbered]
        limits = [*(x - self.reach - self.points(3) for x in places[1:]), self.home.bbox.x1]
        for k, x, limit in zip(numbered, places, limits, strict=True):
            start = x + self.reach + self.points(1.5)
            self.texts[k].set_position((start, level))
            _longest(self.texts[k], self.marks[k].words, limit - start, renderer)

    def _across(self, days: Sequence[float]) -> Floats:
        """Return days in pixels, kept within the axes."""
        points = self.home.transData.transform([(day, self.y) for day in days])
        return np.asarray(np.clip(points[:, 0], self.home.bbox.x0, self.home.bbox.x1), dtype=np.float64)


def _longest(label: Text, choices: Sequence[str], room: float, renderer: RendererBase | None) -> None:
    """Show the first words that a width in pixels has room for, or none."""
    for words in (*choices, ""):
        label.set_text(words)
        if not words or label.get_window_extent(renderer).width <= room:
            return


def _dot(colour: str, size: float) -> Line2D:
    dot = pixel_line(colour, 0)
    dot.set(marker="o", markersize=size, markeredgewidth=0)
    return dot
