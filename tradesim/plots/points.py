"""Points: labels of points on a plot, each beside its point."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from numpy.typing import NDArray

from tradesim.plots.labels import Placed, pixel_line, pixel_text
from tradesim.plots.nearby import Corners, Spot, along, around
from tradesim.plots.style import SMALL

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """A point in data coordinates, the words beside it, their colour and the point's radius in points."""

    x: float
    y: float
    words: str
    colour: str
    radius: float = 2.5


class PointLabels(Placed):
    """Words beside points, none over another or over a point; those without room are left out, last first.

    Parameters
    ----------
    points : in order of importance.
    lines : (K, 2) corners in data coordinates of each line that the words should leave free.
    """

    def __init__(
        self, ax: Axes, points: Sequence[Point], lines: Sequence[Floats] = (), size: float = SMALL
    ) -> None:
        self.points_shown = list(points)
        self.lines = [np.asarray(line, dtype=float) for line in lines]
        self.texts = [pixel_text(point.words, size, point.colour, va="bottom") for point in self.points_shown]
        self.leads = [pixel_line(point.colour, 0.6, 0.7) for point in self.points_shown]
        super().__init__(ax, [*self.leads, *self.texts], zorder=2.6)

    def place(self, renderer: RendererBase | None) -> None:
        """Find every label its place."""
        transform = self.home.transData.transform
        spots = []
        for point, text in zip(self.points_shown, self.texts, strict=True):
            text.set_visible(True)  # an invisible text has no size
            size = text.get_window_extent(renderer)
            x, y = transform((point.x, point.y))
            spots.append(Spot(x, y, size.width + self.points(2), size.height, self.points(point.radius)))
        tracks = [along(transform(line), self.points(3)) for line in self.lines]
        track = np.concatenate([np.empty((0, 2)), *tracks])
        box = self.home.bbox
        found = around(spots, track, (box.x0, box.y0, box.x1, box.y1), self.points(2.5))
        for k, (spot, corners) in enumerate(zip(spots, found, strict=True)):
            self._put(k, spot, corners)

    def _put(self, k: int, spot: Spot, corners: Corners | None) -> None:
        self.texts[k].set_visible(corners is not None)
        if corners is None:
            self.leads[k].set_visible(False)
            return
        left, bottom, right, top = corners
        self.texts[k].set_position((left + self.points(1), bottom))
        near = np.clip(spot.x, left, right), np.clip(spot.y, bottom, top)
        self.leads[k].set_data([spot.x, near[0]], [spot.y, near[1]])
        far = np.hypot(near[0] - spot.x, near[1] - spot.y) > spot.radius + self.points(4)
        self.leads[k].set_visible(bool(far))
