"""Labels: texts that find their own place each time a chart is drawn.

Where a label may go depends on the size of the text and of the axes in pixels, and both are known only
while drawing. These artists therefore measure and place their texts at every drawing, whatever the size,
resolution or file format, and tell the constrained layout how much room they take outside the axes.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox, IdentityTransform
from numpy.typing import NDArray

from tradesim.plots.placing import Box, Flag, Room, flags, spread
from tradesim.plots.style import LABEL, SMALL, TITLE, ink, muted

Geometry = tuple[float, bytes, bytes]
"""Resolution, position and limits of axes."""
CORNERS = np.array([[0.0, 0.0], [1.0, 1.0]])


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on a figure: boxes by artist and geometry, and where each artist's parts stand."""

    boxes: dict[tuple[int, Geometry], Bbox | None] = field(default_factory=dict)
    placed: dict[int, Geometry] = field(default_factory=dict)


UNCHANGED: WeakKeyDictionary[Figure, Measured] = WeakKeyDictionary()


@contextmanager
def unchanged(figure: Figure) -> Iterator[None]:
    """Keep what is measured on a figure, whose contents and renderer stay the same meanwhile.

    A layout asks for the same boxes again and again, and each box of ticks takes milliseconds.
    """
    UNCHANGED[figure] = Measured()
    try:
        yield
    finally:
        UNCHANGED.pop(figure, None)


def tick_box(axis: Axis, renderer: RendererBase | None) -> Bbox | None:
    """Return the box around an axis and its ticks, pixels; None where nothing of it is shown."""
    measured = _measured(axis)
    if measured is None:
        return axis.get_tightbbox(renderer)
    key = id(axis), _geometry(axis.axes)
    if key not in measured.boxes:
        measured.boxes[key] = axis.get_tightbbox(renderer)
    return measured.boxes[key]


def _measured(artist: Artist) -> Measured | None:
    """Return what was measured on an artist's figure, None where its contents may change."""
    figure = artist.get_figure(root=True)
    return None if figure is None else UNCHANGED.get(figure)


def _geometry(ax: Axes) -> Geometry:
    place, limits = ax.bbox.get_points(), ax.transData.transform(CORNERS)
    return ax.figure.dpi, place.tobytes(), limits.tobytes()


class Placed(Artist):
    """A group of texts and lines in pixels that `place` arranges whenever it is measured or drawn."""

    def __init__(self, ax: Axes, parts: Iterable[Artist], zorder: float) -> None:
        super().__init__()
        self.parts = list(parts)
        self.set_zorder(zorder)
        ax.add_artist(self)
        self.set_clip_on(False)
        self.home = ax
        for part in self.parts:
            part.set_figure(ax.figure)

    def place(self, renderer: RendererBase | None) -> None:
        """Put every part where it belongs, in pixels."""
        raise NotImplementedError

    def settle(self, renderer: RendererBase | None) -> None:
        """Place every part, unless nothing has changed since."""
        measured = _measured(self.home)
        if measured is None:
            self.place(renderer)
        elif measured.placed.get(id(self)) != (at := _geometry(self.home)):
            self.place(renderer)
            measured.placed[id(self)] = at

    def points(self, size: float) -> float:
        """Return a length given in points, in pixels."""
        return size * self.home.figure.dpi / 72

    def get_children(self) -> list[Artist]:
        """Return the texts and lines."""
        return list(self.parts)

    def get_window_extent(self, renderer: RendererBase | None = None) -> Bbox:
        """Return the box around everything shown, pixels."""
        self.settle(renderer)
        measured = _measured(self.home)
        if measured is None:
            return self._box(renderer)
        key = id(self), _geometry(self.home)
        if key not in measured.boxes:
            measured.boxes[key] = self._box(renderer)
        return measured.boxes[key] or Bbox.null()

    def _box(self, renderer: RendererBase | None) -> Bbox:
        shown = [p.get_window_extent(renderer) for p in self.parts if p.get_visible()]
        return Bbox.union(shown) if shown else Bbox.null()

    def top(self, renderer: RendererBase | None) -> float:
        """Return the upper edge of what is shown, or of the axes where that is higher, pixels."""
        box = self.get_window_extent(renderer)
        return float(max(box.y1, self.home.bbox.y1))

    def get_tightbbox(self, renderer: RendererBase | None = None) -> Bbox:
        """Return the box that a layout must keep free, pixels."""
        return self.get_window_extent(renderer)

    def draw(self, renderer: RendererBase) -> None:
        """Place and draw everything shown."""
        if self.get_visible():
            self.settle(renderer)
            for part in self.parts:
                part.draw(renderer)
        self.stale = False


def pixel_text(text: str, size: float, colour: str, **look: str) -> Text:
    """Return a text whose position is in pixels; a ``$`` in it is a dollar, not a formula."""
    made = Text(
        0, 0, text, fontsize=size, color=colour, transform=IdentityTransform(), parse_math=False
    )  # fmt: skip
    made.set(**look)
    return made


def pixel_line(colour: str, width: float, alpha: float = 1.0) -> Line2D:
    """Return a line whose points are in pixels."""
    line = Line2D([], [], color=colour, linewidth=width, alpha=alpha, solid_capstyle="butt")
    line.set_transform(IdentityTransform())
    return line


def fold(label: Text, words: str, room: float, renderer: RendererBase | None) -> None:
    """Show words on as many lines as a width in pixels asks for; numbers keep their signs."""
    label.set_text(words)
    width = label.get_window_extent(renderer).width
    if width > room > 0:
        whole = re.sub(r" (?=%)|(?<=\(until) ", "\u00a0", words)
        lines = textwrap.fill(whole, max(8, int(0.97 * len(words) * room / width)))
        label.set_text(lines.replace("\u00a0", " "))


@dataclass(frozen=True, slots=True)
class End:
    """A label for the end of a line: the end in data coordinates (days, fraction), its words and colours."""

    x: float
    y: float
    words: str
    colour: str
    line_colour: str


class EndLabels(Placed):
    """Labels to the right of the axes, level with the ends of their lines or as near as they fit."""

    share = 0.3
    """Part of the figure's width that a label may take before it is folded."""
    indent = 3.0
    """Distance of a label from the end of its leader, points."""

    def __init__(self, ax: Axes, ends: Sequence[End], size: float = LABEL) -> None:
        self.ends = list(ends)
        self.texts = [pixel_text(end.words, size, end.colour, va="center") for end in self.ends]
        self.leads = [pixel_line(end.line_colour, 0.9, 0.8) for end in self.ends]
        super().__init__(ax, [*self.leads, *self.texts], zorder=2.4)

    def width(self, renderer: RendererBase | None) -> float:
        """Return the room that the labels take to the right of the axes, pixels."""
        shown = [text.get_window_extent(renderer).width for text in self.texts if text.get_visible()]
        return self.points(10 + self.indent) + max(shown) if shown else 0.0

    def place(self, renderer: RendererBase | None) -> None:
        """Spread the labels along the right edge and lead each line to its own."""
        shown = [k for k, text in enumerate(self.texts) if text.get_visible()]
        if not shown:
            return
        box = self.home.bbox
        for k in shown:
            fold(self.texts[k], self.ends[k].words, self.share * self.home.figure.bbox.width, renderer)
        heights = [self.texts[k].get_window_extent(renderer).height + self.points(1) for k in shown]
        tips = self.home.transData.transform([(self.ends[k].x, self.ends[k].y) for k in shown])
        levels = spread(tips[:, 1], heights, box.y0, max(box.y1, box.y0 + sum(heights)))
        for k, tip, level in zip(shown, tips, levels, strict=True):
            self._put(k, tip, level)

    def _put(self, k: int, tip: NDArray[np.float64], level: float) -> None:
        near, far = self.home.bbox.x1 + self.points(2), self.home.bbox.x1 + self.points(10)
        self.texts[k].set_position((far + self.points(self.indent), level))
        self.leads[k].set_data([max(tip[0], near), near, far], [tip[1], tip[1], level])


class SideTitle(Placed):
    """The label of the vertical axis, on more lines where the axis is too short for one.

    The words are those of ``ax.get_ylabel()``; matplotlib's own label, which does not fold, is hidden.
    ``low`` is where the part of the axis begins that the words are about, in data coordinates.
    """

    def __init__(self, ax: Axes, words: str, low: float | None = None) -> None:
        self.low = low
        ax.set_ylabel(words, visible=False, parse_math=False)
        look = {"rotation": "vertical", "ha": "right", "va": "center", "multialignment": "center"}
        self.text = pixel_text(words, LABEL, muted(ax), **look)
        super().__init__(ax, [self.text], zorder=2.4)

    def place(self, renderer: RendererBase | None) -> None:
        """Put the label beside the ticks, broken as seldom as the length of the axis allows."""
        box, words = self.home.bbox, self.home.get_ylabel()
        foot = box.y0 if self.low is None else float(self.home.transData.transform((0, self.low))[1])
        halves = words.replace(", ", ",\n")
        for lines in (words, halves, halves.replace(" ", "\n", 1)):
            self.text.set_text(lines)
            if self.text.get_window_extent(renderer).height <= box.y1 - foot:
                break
        ticks = tick_box(self.home.yaxis, renderer)
        left = min(box.x0, ticks.x0) if ticks else box.x0
        self.text.set_position((left - self.points(4), (foot + box.y1) / 2))


@dataclass(frozen=True, slots=True)
class Note:
    """A label above the plot: its day (days), words, colour, and how far its leader goes down (fraction).

    ``foot`` is None where the leader stops at the top edge of the plot; ``dot`` marks the foot;
    ``bracket`` says that the label names a window whose middle is ``x``.
    """

    x: float
    words: str
    colour: str
    foot: float | None = None
    dot: bool = False
    bracket: bool = False


class NoteLabels(Placed):
    """Labels in rows above the plot, each on a leader from its day, with brackets over windows."""

    def __init__(
        self,
        ax: Axes,
        notes: Sequence[Note],
        brackets: Sequence[tuple[float, float]] = (),
        beside: EndLabels | None = None,
        side: SideTitle | None = None,
    ) -> None:
        self.notes = sorted(notes, key=lambda note: note.x)
        self.spans = list(brackets)
        self.beside, self.side = beside, side
        self.asked: tuple[list[Box], Room] | None = None
        self.answer: list[Flag] = []
        self.texts = [_note_text(note) for note in self.notes]
        self.leads = [pixel_line(note.colour, 0.6, 0.8) for note in self.notes]
        self.drops = [pixel_line(note.colour, 0.6, 0.45) for note in self.notes]
        self.dots = [_dot(note) for note in self.notes]
        self.brackets = [pixel_line(muted(ax), 2.4, 0.75) for _ in self.spans]
        lines = [*self.leads, *self.drops, *self.dots, *self.brackets]
        super().__init__(ax, [*lines, *self.texts], zorder=1.9)

    def place(self, renderer: RendererBase | None) -> None:
        """Stack the labels in rows so that none overlaps another or a leader."""
        self._place_brackets()
        if not self.notes:
            return
        sizes = [text.get_window_extent(renderer) for text in self.texts]
        placed = self._flags([size.width for size in sizes], renderer)
        step = max(size.height for size in sizes) + self.points(1.5)
        base = self.home.bbox.y1 + self.points(7)
        for k, flag in enumerate(placed):
            bottom = base + flag.row * step
            self.texts[k].set_position((flag.left, bottom))
            beside = not flag.left < flag.anchor < flag.right
            self._lead(k, flag.anchor, bottom + 0.8 * sizes[k].height * beside)

    def _flags(self, widths: Sequence[float], renderer: RendererBase | None) -> list[Flag]:
        box = self.home.bbox
        middle = float(np.mean(self.home.get_ylim()))
        anchors = self.home.transData.transform([(note.x, middle) for note in self.notes])[:, 0]
        high = box.x1 + (self.beside.width(renderer) if self.beside else 0.0)
        low = self.side.get_window_extent(renderer).x0 + self.points(2) if self.side else box.x0
        boxes = [Box(x, w, n.bracket) for x, w, n in zip(anchors, widths, self.notes, strict=True)]
        room = Room(low, high, gap=self.points(6), beside=self.points(3))
        if self.asked != (boxes, room):
            self.asked, self.answer = (boxes, room), flags(boxes, room)
        return self.answer

    def _lead(self, k: int, x: float, top: float) -> None:
        """Run a leader from the label to the top edge of the plot, and a paler one on to its foot."""
        note, edge = self.notes[k], self.home.bbox.y1
        foot = edge if note.foot is None else self.home.transData.transform((note.x, note.foot))[1]
        self.leads[k].set_data([x, x], [edge + self.points(2.5) * note.bracket, top])
        self.drops[k].set_data([x, x], [foot, edge])
        self.dots[k].set_data([x], [foot])

    def _place_brackets(self) -> None:
        level = self.home.bbox.y1 + self.points(2.5)
        for line, span in zip(self.brackets, self.spans, strict=True):
            ends = self.home.transData.transform([(day, 0.0) for day in span])[:, 0]
            inset = min(self.points(0.75), (ends[1] - ends[0]) / 4)
            line.set_data([ends[0] + inset, ends[1] - inset], [level, level])


def _note_text(note: Note) -> Text:
    look = "italic" if note.bracket else "normal"
    return pixel_text(note.words, SMALL, note.colour, va="bottom", fontstyle=look)


def _dot(note: Note) -> Line2D:
    dot = pixel_line(note.colour, 0)
    dot.set(marker="o", markersize=3.5, visible=note.dot)
    return dot


class Heading(Placed):
    """The title, above whatever stands above the plot, folded to the room there is.

    The words are those of ``ax.get_title(loc="left")``; matplotlib's own title, which knows nothing of the
    labels above the plot, is hidden.
    """

    def __init__(
        self,
        ax: Axes,
        words: str,
        above: Placed | None = None,
        beside: EndLabels | None = None,
        size: float = TITLE,
    ) -> None:
        self.above, self.beside = above, beside
        self.title = ax.set_title(words, loc="left", visible=False, parse_math=False)
        self.text = pixel_text(words, size, ink(ax), va="bottom", fontweight="bold")
        super().__init__(ax, [self.text], zorder=2.4)

    def place(self, renderer: RendererBase | None) -> None:
        """Lift the title above the labels and ticks over the plot."""
        box = self.home.bbox
        room = box.width + (self.beside.width(renderer) if self.beside else 0.0)
        fold(self.text, self.title.get_text(), room, renderer)
        ticks = tick_box(self.home.xaxis, renderer)
        tops = [box.y1, self.above.top(renderer) if self.above else box.y1, ticks.y1 if ticks else box.y1]
        self.text.set_position((box.x0, max(tops) + self.points(8)))


class Footer(Placed):
    """The source line, below the ticks, folded to the room there is."""

    def __init__(self, ax: Axes, words: str, beside: EndLabels | None = None) -> None:
        self.words, self.beside = words, beside
        self.text = pixel_text(words, SMALL, muted(ax), va="top")
        super().__init__(ax, [self.text], zorder=2.4)

    def place(self, renderer: RendererBase | None) -> None:
        """Put the line under the axis, from the left edge of the plot."""
        box = self.home.bbox
        room = box.width + (self.beside.width(renderer) if self.beside else 0.0)
        fold(self.text, self.words, room, renderer)
        ticks = tick_box(self.home.xaxis, renderer)
        low = min(box.y0, ticks.y0) if ticks else box.y0
        self.text.set_position((box.x0, low - self.points(6)))
