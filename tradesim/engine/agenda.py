"""Agenda: what is due in a single draw on a day to come."""

from tradesim.engine.compiled import called
from tradesim.engine.state import SPARE, USED, Agenda, Calendar

NONE = -1
ITEM, FOLLOWING = range(2)
"""Columns of a note: what is due, and the next note of the same day."""
THING = 24
"""Bits of an item below which its draw is, and above what it is."""


@called
def wipe(agenda: Agenda) -> None:
    """Forget everything."""
    for which in range(agenda.first.shape[0]):
        for day in range(agenda.first.shape[1]):
            agenda.first[which, day] = NONE
    agenda.taken[USED], agenda.taken[SPARE] = 0, NONE


@called
def note(agenda: Agenda, calendar: Calendar, which: int, day: int, item: int) -> None:
    """Have a day played, and note what is due on it, if it is one of the horizon's."""
    if 0 <= day < len(calendar.awake):
        calendar.awake[day] = True
        place = agenda.taken[SPARE]
        if place == NONE:
            place = agenda.taken[USED]
            agenda.taken[USED] += 1
        else:
            agenda.taken[SPARE] = agenda.notes[place, FOLLOWING]
        agenda.notes[place, ITEM] = item
        agenda.notes[place, FOLLOWING] = agenda.first[which, day]
        agenda.first[which, day] = place


@called
def item_of(thing: int, s: int) -> int:
    """Return a thing of draw s as one number."""
    return (thing << THING) | s


@called
def thing_in(item: int) -> int:
    """Return the thing of an item."""
    return item >> THING


@called
def draw_in(item: int) -> int:
    """Return the draw of an item."""
    return item & ((1 << THING) - 1)


@called
def due(agenda: Agenda, which: int, day: int) -> int:
    """Take one thing that is due on a day off its list; return it, or `NONE`."""
    place = agenda.first[which, day]
    if place == NONE:
        return NONE
    agenda.first[which, day] = agenda.notes[place, FOLLOWING]
    agenda.notes[place, FOLLOWING] = agenda.taken[SPARE]
    agenda.taken[SPARE] = place
    return int(agenda.notes[place, ITEM])
