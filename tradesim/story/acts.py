"""Acts: the measures of a pair on a day, what outcomes do to them, and when the duty follows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tradesim.measures import Measure
from tradesim.story.draw import SAME, Draw, Place
from tradesim.story.words import VERBS, effect_words, percent, verb
from tradesim.timegrid import as_date

Reason = tuple[str, frozenset[str]]
"""Words, and the names of the acts that they are of."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An act of a pair as it stands on a day.

    Parameters
    ----------
    measure : the act.
    law : whether it is law at the end of the day, or was at its beginning.
    live : its place among the live measures; None where nothing can switch it.
    """

    measure: Measure
    law: bool
    live: int | None

    def follows(self, draw: Draw, t: int) -> int | None:
        """Return the day from t on, on which the act moves the duty; None if it is then suspended."""
        starts = draw.told.grid.position(self.measure.effective)
        if self.live is None:
            return max(starts, t) if str(self.measure.expires) != str(draw.date(t)) else t
        day = max(starts, t) if draw.laws.enacted[t + 1, self.live] else t
        if day >= draw.length:
            return day
        carried = draw.carried[day : day + 2, self.live]
        return day if abs(carried[1] - carried[0]) > SAME else None


def acts_of(draw: Draw, pair: Place, t: int) -> list[Standing]:
    """Return the acts of a pair, those that nothing switches and those that are live."""
    codes = tuple(draw.codes[k] for k in pair)
    fixed = [Standing(m, True, None) for m in draw.fixed if m.pair == codes]
    places = (k for k, m in enumerate(draw.live) if m.pair == codes)
    enacted = draw.laws.enacted
    return fixed + [Standing(draw.live[k], bool(enacted[t : t + 2, k].any()), k) for k in places]


def switched(draw: Draw, t: int, pair: Place) -> Iterator[Reason]:
    """Yield what outcomes do on day t to acts of a pair that are then law, or at a rate, unlike before."""
    laws, date = draw.laws, as_date(draw.date(t))
    law, scale = laws.enacted[t : t + 2], laws.scale[t : t + 2]
    moved = (law[0] != law[1]) | (law[1] & (scale[0] != scale[1]))
    mine = [k for k in np.flatnonzero(moved) if tuple(draw.told.program.live_pair[k]) == pair]
    for event, outcome in draw.chosen:
        for effect in outcome.effects if mine else ():
            if effect.action in VERBS and (effect.on or event.date) == date:
                touched = set(draw.told.schedule.matching(effect.target))
                names = frozenset(draw.live[k].name for k in mine if draw.live[k] in touched)
                if names:
                    yield effect_words(event, outcome, effect, sorted(names)), names
    back = sorted({draw.live[k].name for k in mine if laws.returned[t + 1, k] and law[1][k]})
    if back:
        yield f"{verb(back, 'return')}, no longer suspended", frozenset(back)


def steps(begin: Iterable[Measure], end: Iterable[Measure]) -> Iterator[Reason]:
    """Yield what levels that begin and end on a day come to, act by act."""
    new, old = ({m.act: m for m in levels} for levels in (begin, end))
    for act in sorted(new.keys() | old.keys()):
        name = act[0]
        if act in new and act in old and _rate(new[act]) == _rate(old[act]):
            continue
        if act in new and act in old:
            what = f"goes from {_rate(old[act])} to {_rate(new[act])}"
        else:
            what = "takes effect" if act in new else "ends"
        yield f"by law: {name} {what}", frozenset([name])


def _rate(measure: Measure) -> str:
    """Return the level of an act in words."""
    return f"{percent(measure.level)} on {percent(measure.coverage)} of trade"
