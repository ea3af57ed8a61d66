"""Keys: one line between a chart and its title that says what the marks are."""

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase

from tradesim.plots.labels import EndLabels, Placed, fold, pixel_text, tick_box
from tradesim.plots.style import SMALL, muted


class Key(Placed):
    """What the bands, lines and numbers of a chart are, in words; folded to the room there is."""

    def __init__(
        self, ax: Axes, words: str, above: Placed | None = None, beside: EndLabels | None = None
    ) -> None:
        self.words, self.above, self.beside = words, above, beside
        self.text = pixel_text(words, SMALL, muted(ax), va="bottom")
        super().__init__(ax, [self.text], zorder=2.4)

    def place(self, renderer: RendererBase | None) -> None:
        """Put the line over the plot and the labels above it, from the left edge of the plot."""
        box = self.home.bbox
        room = box.width + (self.beside.width(renderer) if self.beside else 0.0)
        fold(self.text, self.words, room, renderer)
        ticks = tick_box(self.home.xaxis, renderer)
        tops = [box.y1, self.above.top(renderer) if self.above else box.y1, ticks.y1 if ticks else box.y1]
        self.text.set_position((box.x0, max(tops) + self.points(4)))
