"""Placing: where labels go so that none covers another. Plain arithmetic on pixels, no drawing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def spread(centres: ArrayLike, heights: ArrayLike, low: float, high: float) -> Floats:
    """Move labels along a line as little as possible so that none overlaps another.

    Minimises the squared moves with the order kept (isotonic regression by pooling neighbours), then
    shifts into bounds. Labels that together need more than the room run over the lower bound.

    Parameters
    ----------
    centres : (K,) where each label would best be, px.
    heights : (K,) room that each needs, px.
    low, high : bounds, px.

    Returns
    -------
    (K,) float64, the centres to use, px, in the order given.

    Examples
    --------
    >>> spread([50.0, 52.0, 90.0], [10.0, 10.0, 10.0], 0.0, 100.0)
    array([46., 56., 90.])
    """
    wanted, room = np.asarray(centres, dtype=float), np.asarray(heights, dtype=float)
    order = np.argsort(wanted, kind="stable")
    before = np.cumsum(room[order]) - room[order]
    offset = before + room[order] / 2
    level = np.clip(_pooled(wanted[order] - offset), low, high - room.sum())
    placed = np.empty_like(wanted)
    placed[order] = level + offset
    return placed


def _pooled(targets: Floats) -> Floats:
    """Return the non-decreasing sequence nearest to the targets in squared distance."""
    pools: list[tuple[float, int]] = []
    for target in targets:
        mean, count = float(target), 1
        while pools and pools[-1][0] > mean:
            other, many = pools.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        pools.append((mean, count))
    return np.repeat([mean for mean, _ in pools], [count for _, count in pools])


@dataclass(frozen=True, slots=True)
class Flag:
    """A label in a row above the plot, on a vertical leader: its place in pixels, rows from 0 upwards."""

    anchor: float
    left: float
    right: float
    row: int

    def clashes(self, other: "Flag", gap: float) -> bool:
        """Say whether two labels overlap, or the leader of either runs through the other."""
        if self.row == other.row and self.left - gap < other.right and other.left - gap < self.right:
            return True
        return _cuts(self, other) or _cuts(other, self)


def _cuts(flag: Flag, other: Flag) -> bool:
    return other.row <= flag.row and other.left - 1 < flag.anchor < other.right + 1


@dataclass(frozen=True, slots=True)
class Room:
    """Where labels above a plot may stand: bounds and distances, px.

    Parameters
    ----------
    low, high : bounds for the labels; passed only if nothing fits within them.
    gap : least distance between labels of a row.
    beside : distance of a label from its own leader, above 1.
    """

    low: float
    high: float
    gap: float
    beside: float

    def fits(self, flag: Flag, placed: Iterable[Flag]) -> bool:
        """Say whether a label lies within the bounds and clashes with none that is placed."""
        inside = self.low <= flag.left and flag.right <= self.high
        return inside and not any(flag.clashes(other, self.gap) for other in placed)


@dataclass(frozen=True, slots=True)
class Box:
    """A label to place above a plot: x of its leader and its width, px; ``centred`` if it belongs over it."""

    anchor: float
    width: float
    centred: bool = False

    def flag(self, side: int, row: int, beside: float) -> Flag:
        """Return the label in a row: left of its leader (-1), over it (0) or right of it (1)."""
        shift = {-1: -beside - self.width, 0: -self.width / 2, 1: beside}[side]
        return Flag(self.anchor, self.anchor + shift, self.anchor + shift + self.width, row)


def flags(boxes: Sequence[Box], room: Room) -> list[Flag]:
    """Place labels in rows above a plot: as few rows as a greedy search finds, no overlap, no leader cut.

    Labels of a crowd stand like a tent: the earlier ones to the left of their leaders, the first lowest,
    the later ones to the right, the last lowest. Every place of the ridge is tried, for each crowd apart.

    Parameters
    ----------
    boxes : K labels, in order of their leaders.
    room : bounds and distances.

    Returns
    -------
    K flags, in the order given.

    Examples
    --------
    >>> boxes = [Box(50.0, 40.0), Box(52.0, 40.0), Box(54.0, 40.0)]
    >>> [flag.row for flag in flags(boxes, Room(0.0, 100.0, gap=4.0, beside=3.0))]
    [1, 0, 0]
    """
    crowds = list(_crowds(boxes, room))
    while len(crowds) > 1:
        placed, tight = _side_by_side(crowds, room)
        if tight is None:
            return placed
        first = min(tight, len(crowds) - 2)
        crowds[first : first + 2] = [[*crowds[first], *crowds[first + 1]]]
    return _best(crowds[0], room) if crowds else []


def _side_by_side(crowds: Sequence[Sequence[Box]], room: Room) -> tuple[list[Flag], int | None]:
    """Place each crowd between its neighbours; return also which one found no room there, if any."""
    placed: list[Flag] = []
    for k, crowd in enumerate(crowds):
        low = max((flag.right + room.gap for flag in placed), default=room.low)
        high = crowds[k + 1][0].anchor - room.gap if k + 1 < len(crowds) else room.high
        found = _lowest(crowd, replace(room, low=low, high=high))
        if found is None:
            return placed, k
        placed += found
    return placed, None


def _crowds(boxes: Sequence[Box], room: Room) -> Iterator[list[Box]]:
    """Yield runs of labels; between two runs there is room for a label on either side."""
    crowd: list[Box] = []
    for box in boxes:
        if crowd and box.anchor - crowd[-1].anchor > crowd[-1].width + box.width + 3 * room.gap:
            yield crowd
            crowd = []
        crowd.append(box)
    if crowd:
        yield crowd


def _best(boxes: Sequence[Box], room: Room) -> list[Flag]:
    """Return the lowest tent; bounds give way, the upper one first, only if none fits."""
    for tried in (room, replace(room, high=np.inf), replace(room, low=-np.inf, high=np.inf)):
        best = _lowest(boxes, tried)
        if best is not None:
            return best
    raise AssertionError("labels to the left of their leaders always fit without bounds")


def _lowest(boxes: Sequence[Box], room: Room) -> list[Flag] | None:
    """Return the lowest tent within the bounds, or None if none fits."""
    best: list[Flag] | None = None
    for ridge, liberty in product(range(len(boxes) + 1), (1, 0, 2)):
        rows = len(boxes) if best is None else _cost(best)[0] + 1
        found = _tent(boxes, ridge, room, liberty, rows)
        if found is not None and (best is None or _cost(found) < _cost(best)):
            best = found
    return best


def _cost(placed: Sequence[Flag]) -> tuple[int, int]:
    rows = [flag.row for flag in placed]
    return max(rows, default=0), sum(rows)


def _tent(boxes: Sequence[Box], ridge: int, room: Room, liberty: int, rows: int) -> list[Flag] | None:
    """Place the labels before the ridge from the first on, those after it from the last back."""
    placed: dict[int, Flag] = {}
    for k in [*range(ridge), *range(len(boxes) - 1, ridge - 1, -1)]:
        choices = _choices(boxes[k], _sides(boxes[k], -1 if k < ridge else 1, liberty), room, rows)
        found = next((flag for flag in choices if room.fits(flag, placed.values())), None)
        if found is None:
            return None
        placed[k] = found
    return [placed[k] for k in range(len(boxes))]


def _sides(box: Box, side: int, liberty: int) -> list[int]:
    """Return the sides to try, best first: its own (0), the middle if it belongs there (1), all (2)."""
    middle = [0] if box.centred and liberty else []
    return list(dict.fromkeys([*middle, side, *([0, -side] if liberty == 2 else [])]))


def _choices(box: Box, sides: Sequence[int], room: Room, rows: int) -> Iterator[Flag]:
    """Yield the places of a label, best first: lower rows before higher."""
    for row, side in product(range(rows), sides):
        yield box.flag(side, row, room.beside)


def roomiest(
    edges: Floats, low: Floats, high: Floats, width: float, height: float
) -> tuple[float, float] | None:
    """Return the centre of the widest-open spot in a stepped band for a box, or None if it fits nowhere.

    Parameters
    ----------
    edges : (T + 1,) x of the ends of the T steps, px, in order.
    low, high : (T,) lower and upper edge of the band on each step, px.
    width, height : the box, px.

    Examples
    --------
    >>> import numpy as np
    >>> edges, low, high = np.array([0.0, 50.0, 100.0]), np.zeros(2), np.array([5.0, 20.0])
    >>> roomiest(edges, low, high, 30.0, 10.0)
    (75.0, 10.0)
    """
    first = np.searchsorted(edges, edges[:-1] + 1e-9, side="right") - 1
    last = np.searchsorted(edges, edges[:-1] + width, side="left")
    spots = [
        (float(high[a:b].min() - low[a:b].max()), a, b)
        for a, b in zip(first, last, strict=True)
        if b < len(edges)
    ]
    slack, a, b = max(spots, default=(-np.inf, 0, 0), key=lambda spot: spot[0])
    if slack < height:
        return None
    while b < len(low) and high[a : b + 1].min() - low[a : b + 1].max() >= slack:
        b += 1
    return float(edges[a] + edges[b]) / 2, float(high[a:b].min() + low[a:b].max()) / 2
