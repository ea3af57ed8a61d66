"""Names of stacked layers: on the layer where they fit, beside the chart where they do not."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.patches import Rectangle
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from tradesim.plots import style
from tradesim.plots.colours import ink_on
from tradesim.plots.labels import End, EndLabels, pixel_text
from tradesim.plots.placing import roomiest

Floats = NDArray[np.float64]


class LayerLabels(EndLabels):
    """The names of A layers and, last, of their total.

    Parameters
    ----------
    names : A names of the layers, lowest first.
    ends : A + 1 labels beside the chart: the layers and the total. One that says more than the name is of
        a layer that stopped before the end, and stands above the total.
    days : (T,) float64, the steps, as matplotlib counts days.
    total : (T,) float64, the total, fractions.
    bands : (2, T, A) float64, lower and upper edge of each layer, fractions.
    """

    indent = 11.0

    def __init__(
        self,
        ax: Axes,
        names: Sequence[str],
        ends: Sequence[End],
        *,
        days: Floats,
        total: Floats,
        bands: Floats,
    ) -> None:
        self.days, self.total, self.bands = days, total, bands
        self.stopped = [end.words != name for name, end in zip(names, ends, strict=False)]
        self.inside = [
            pixel_text(name, style.LABEL, ink_on(end.line_colour), va="center", ha="center")
            for name, end in zip(names, ends, strict=False)
        ]
        self.swatches = [_swatch(end.line_colour) for end in ends]
        super().__init__(ax, ends)
        for part in [*self.swatches, *self.inside]:
            part.set_figure(ax.figure)
        self.parts += [*self.swatches, *self.inside]

    def place(self, renderer: RendererBase | None) -> None:
        """Name each layer on its area if there is room, else beside the chart."""
        for k in range(len(self.inside)):
            self._fit(k, renderer)
        self._lift_stopped()
        super().place(renderer)
        heights = [*(6.5 for _ in self.inside), 1.4]
        for mark, text, points in zip(self.swatches, self.texts, heights, strict=True):
            x, level = text.get_position()
            height = self.points(points)
            mark.set_bounds(x - self.points(9), level - height / 2, self.points(6.5), height)
            mark.set_visible(text.get_visible())

    def _fit(self, k: int, renderer: RendererBase | None) -> None:
        label = self.inside[k]
        label.set_visible(True)  # an invisible text has no size
        size = label.get_window_extent(renderer)
        spot = roomiest(*self._room(k), size.width + self.points(8), size.height + self.points(2))
        label.set_visible(spot is not None)
        self.texts[k].set_visible(spot is None)
        self.leads[k].set_visible(spot is None and not self.stopped[k])
        if spot is not None:
            label.set_position(spot)

    def _lift_stopped(self) -> None:
        """Line the layers that stopped up above the total."""
        low, high = self.home.get_ylim()
        level, step = self.ends[-1].y, self.points(1.35 * style.LABEL) * (high - low) / self.home.bbox.height
        for k, stopped in enumerate(self.stopped):
            if stopped and self.texts[k].get_visible():
                level += step
                self.ends[k] = replace(self.ends[k], y=level)

    def _room(self, k: int) -> tuple[Floats, Floats, Floats]:
        """Return the edges of a layer's steps and its lower and upper edge on each, pixels."""
        low, high = self._beside_total(k)
        moves = np.flatnonzero((np.diff(low) != 0) | (np.diff(high) != 0)) + 1
        starts = np.concatenate([[0], moves])
        edges = self.days[np.append(starts, len(self.days) - 1)]
        to_pixels = self.home.transData.transform
        levels = [to_pixels(np.column_stack([edges[:-1], side[starts]]))[:, 1] for side in (low, high)]
        return to_pixels(np.column_stack([edges, 0 * edges]))[:, 0], levels[0], levels[1]

    def _beside_total(self, k: int) -> tuple[Floats, Floats]:
        """Return the edges of a layer, or of its larger part where the line of the total runs through."""
        low, high = np.nan_to_num(self.bands[:, :-1, k])
        total = np.nan_to_num(self.total[:-1])
        through = (low < total) & (total < high)
        above = high - total > total - low
        return np.where(through & above, total, low), np.where(through & ~above, total, high)


def _swatch(colour: str) -> Rectangle:
    made = Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor="none")
    made.set_transform(IdentityTransform())
    return made
