"""Sight: what a rule sees of the others' acts, and whose acts of which day it is.

A rule sees what its partner has announced against it; or against one of its allies, where that is more; and
adds its share of the most that a third economy has announced against the partner. What it sees on a day has
then a last day on which it changed, and on that day somebody announced something: that is the cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradesim.engine.program import NOMINAL, WEIGHTED, Floats
from tradesim.rules import Deescalate, Rule
from tradesim.story.draw import SAME, Draw, Place

PARTNER, ALLY, THIRD = "partner", "ally", "third"


@dataclass(frozen=True, slots=True)
class Act:
    """What an economy had announced against another, and what it announced instead.

    Parameters
    ----------
    by, on : places of the two among the economies.
    role : who the second is to the rule: the rule's own economy (``partner``), one of its allies, or the
        partner itself (``third``).
    day : counted from the first.
    before, now : fractions, in the view of the rule.
    """

    by: int
    on: int
    role: str
    day: int
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What a rule sees, by day from the eve on.

    Parameters
    ----------
    seen : (T + 1,), fraction, in the view of the rule.
    blocs : acts of which the largest counts, (announcer, target, role) with (T + 1,) of each: the partner's,
        those on allies among them; and what third economies announce against the partner.
    """

    seen: Floats
    blocs: tuple[tuple[list[tuple[int, int, str]], Floats], ...]

    def last_change(self, day: int) -> int | None:
        """Return the last day, up to one, on which what is seen changed."""
        moved = np.flatnonzero(np.abs(np.diff(self.seen[: max(day, -1) + 2])) > SAME)
        return int(moved[-1]) if len(moved) else None

    def acts_of(self, day: int) -> list[Act]:
        """Return the acts that changed what is seen on a day."""
        acts = []
        for who, levels in self.blocs:
            before, now = levels[:, day], levels[:, day + 1]
            if len(who) and abs(now.max() - before.max()) > SAME:
                k = int(np.argmax(now if now.max() > before.max() else before))
                acts.append(Act(*who[k], day, float(before[k]), float(now[k])))
        return acts


def is_weighted(rule: Rule) -> bool:
    """Say whether a rule looks at averages over trade."""
    return rule.view == "trade-weighted" or rule.averages


def sight_of(draw: Draw, pair: Place, rule: Rule) -> Sight:
    """Return what a rule of a pair sees over the days of a draw."""
    announced = draw.announced[:, WEIGHTED if is_weighted(rule) else NOMINAL]
    i, j = pair
    mine = (j, i, PARTNER)
    if isinstance(rule, Deescalate):
        return Sight(announced[:, j, i], (_bloc(announced, [mine]),))
    others = [k for k in range(len(draw.codes)) if k not in pair]
    allies = [(j, k, ALLY) for k in others if draw.codes[k] in rule.allies]
    thirds = [(k, j, THIRD) for k in others if rule.diversion]
    known = np.maximum(announced, 0.0)
    blocs = (_bloc(known, [mine, *allies]), _bloc(known, thirds))
    against, turned = (levels.max(axis=0, initial=0.0) for _, levels in blocs)
    return Sight(against + rule.diversion * turned, blocs)


def _bloc(
    announced: Floats, who: Sequence[tuple[int, int, str]]
) -> tuple[list[tuple[int, int, str]], Floats]:
    """Return the acts of some economies on others with their levels, (W, T + 1)."""
    levels = [announced[:, by, on] for by, on, _ in who]
    return [*who], np.array(levels, dtype=np.float64).reshape(len(who), len(announced))
