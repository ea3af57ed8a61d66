"""Nearby: where labels of points go so that none covers another. Plain arithmetic on pixels, no drawing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Corners = tuple[float, float, float, float]
"""Left, bottom, right, top, px."""

DIRECTIONS = ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))


@dataclass(frozen=True, slots=True)
class Spot:
    """A point to be labelled: its place, the size of its label and its own radius, px."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0

    def boxes(self, gap: float) -> Iterator[Corners]:
        """Yield the places of the label, best first: close by before further off."""
        for ring in (1.0, 3.0, 6.0, 10.0, 15.0):
            reach = self.radius + gap * ring
            for across, up in DIRECTIONS:
                slant = 0.71 if across and up else 1.0
                left = self.x + across * slant * reach - self.width * (1 - across) / 2
                bottom = self.y + up * slant * reach - self.height * (1 - up) / 2
                yield left, bottom, left + self.width, bottom + self.height

    @property
    def own(self) -> Corners:
        """The box around the point itself."""
        return self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius


def around(spots: Sequence[Spot], track: Floats, bounds: Corners, gap: float) -> list[Corners | None]:
    """Place labels next to their points: no label covers another or a point, and a line as little as it can.

    Labels are placed one after the other, the first freest; one that fits nowhere is left out.

    Parameters
    ----------
    spots : K points with the sizes of their labels, in order of importance.
    track : (M, 2) points on lines that the labels should leave free, px.
    bounds : where labels may stand.
    gap : distance of a label from its point at best, px.

    Returns
    -------
    K boxes, or None for a label that has no room, in the order given.

    Examples
    --------
    >>> spots = [Spot(50.0, 50.0, 20.0, 10.0), Spot(52.0, 50.0, 20.0, 10.0)]
    >>> first, second = around(spots, np.empty((0, 2)), (0.0, 0.0, 100.0, 100.0), gap=4.0)
    >>> [round(edge) for edge in first], [round(edge) for edge in second]
    ([53, 53, 73, 63], [29, 53, 49, 63])
    """
    placed: list[Corners] = []
    answer: list[Corners | None] = []
    for spot in spots:
        free = [
            box
            for box in spot.boxes(gap)
            if _inside(box, bounds) and not any(_overlap(box, other) for other in placed)
            if not any(_overlap(box, other.own) for other in spots)
        ]
        covered = [_covered(box, track) + 0.2 * k for k, box in enumerate(free)]
        best = free[int(np.argmin(covered))] if free else None
        answer.append(best)
        placed += [best] if best is not None else []
    return answer


def _inside(box: Corners, bounds: Corners) -> bool:
    return box[0] >= bounds[0] and box[1] >= bounds[1] and box[2] <= bounds[2] and box[3] <= bounds[3]


def _overlap(one: Corners, other: Corners) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _covered(box: Corners, track: Floats) -> int:
    """Return how many points of the lines a label would cover."""
    x, y = track[:, 0], track[:, 1]
    return int(((x > box[0] - 1) & (x < box[2] + 1) & (y > box[1] - 1) & (y < box[3] + 1)).sum())


def along(points: Floats, step: float) -> Floats:
    """Return points along a line, at most a step apart.

    Parameters
    ----------
    points : (K, 2) the corners of the line.
    step : distance, px.

    Examples
    --------
    >>> along(np.array([[0.0, 0.0], [10.0, 0.0]]), 5.0)
    array([[ 0.,  0.],
           [ 5.,  0.],
           [10.,  0.]])
    """
    if len(points) < 2:
        return points
    moves = np.diff(points, axis=0)
    many = np.maximum(np.ceil(np.hypot(moves[:, 0], moves[:, 1]) / step).astype(int), 1)
    part = np.repeat(np.arange(len(many)), many)
    number = np.arange(1, len(part) + 1) - (np.cumsum(many) - many)[part]
    return np.concatenate([points[:1], points[part] + moves[part] * number[:, None] / many[part, None]])
