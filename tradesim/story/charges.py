"""Charges: duties that move on a day on which nothing is announced that they follow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tradesim.story.acts import Reason, steps, switched
from tradesim.story.draw import SAME, Draw, Place, Row
from tradesim.story.words import named, percent, verb


@dataclass(frozen=True, slots=True)
class Charges:
    """The days on which the duties of a draw move, and why."""

    draw: Draw

    def rows(self, told: Iterable[Row]) -> Iterator[Row]:
        """Yield a row for every duty that moves for a reason of which no row that is charged that day tells.

        Parameters
        ----------
        told : the rows that there are.
        """
        known: dict[tuple[int, Place], set[str]] = {}
        for row in told:
            if row.charged is not None and row.pair is not None and row.duty:
                known.setdefault((row.charged, row.pair), set()).update(row.names)
        moved = np.abs(np.diff(self.draw.duty, axis=0)) > SAME
        for t, i, j in np.argwhere(moved).tolist():
            names = known.get((t, (i, j)), set())
            reasons = [text for text, acts in self._reasons(t, (i, j)) if not acts or not acts <= names]
            if reasons:
                yield Row(t, "charges", "; ".join(reasons), (i, j), charged=t)

    def _reasons(self, t: int, pair: Place) -> Iterator[Reason]:
        """Yield what moves the duty of a pair on a day by law and by truces; acts that are named, or none."""
        yield from self._scheduled(t, pair)
        yield from switched(self.draw, t, pair)
        for k in range(len(self.draw.told.truces)):
            if self.draw.held[t, k] != self.draw.held[t + 1, k]:
                yield from self._suspended(t, pair, k)

    def _scheduled(self, t: int, pair: Place) -> Iterator[Reason]:
        """Yield the acts that begin and end on a day by their dates."""
        draw, codes = self.draw, tuple(self.draw.codes[k] for k in pair)
        carried = np.abs(draw.carried[t : t + 2]) > SAME
        live = [m for k, m in enumerate(draw.live) if carried[:, k].any()]
        acts = [m for m in (*draw.fixed, *live) if m.pair == codes]
        day = str(draw.date(t))
        begin = [m for m in acts if str(m.effective) == day]
        end = [m for m in acts if str(m.expires) == day and m.status != "threatened"]
        yield from steps(begin, end)

    def _suspended(self, t: int, pair: Place, k: int) -> Iterator[Reason]:
        """Yield what a truce, that begins or is over on a day, does to a duty."""
        draw, truce = self.draw, self.draw.told.truces[k]
        resting, carried = draw.laws.resting[t : t + 2], np.abs(draw.carried[t : t + 2]) > SAME
        moved = (resting[0, :, k] != resting[1, :, k]) & (carried[0] != carried[1])
        changed = [
            draw.live[n].name for n in np.flatnonzero(moved) if tuple(draw.told.program.live_pair[n]) == pair
        ]
        things = sorted(set(changed))
        added = np.abs(draw.added[t : t + 2, *pair]).max() > SAME
        parties = {draw.codes[place] for place in pair} <= set(truce.parties)
        if added and parties and draw.share[t][pair] != draw.share[t + 1][pair]:
            things.append(f"{percent(truce.surcharges)} of what rules and new acts added")
        if things and draw.held[t + 1, k]:
            yield f"truce {truce.name} suspends {named(things)}", frozenset()
        elif things:
            yield f"truce {truce.name} being over, {verb(things, 'return')}", frozenset()
