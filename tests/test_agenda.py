"""The agenda against lists of Python: what is due on a day, in no more room than is needed at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tradesim.engine.agenda import NONE, draw_in, due, item_of, note, thing_in, wipe
from tradesim.engine.scratch import LISTS
from tradesim.engine.state import Agenda, Calendar

DAYS, ROOM = 6, 5
DRAWS, THINGS = st.integers(0, (1 << 24) - 1), st.integers(0, 1 << 30)


def blank():
    calendar = Calendar(*(np.zeros(DAYS, dtype=np.bool_) for _ in Calendar._fields))
    agenda = Agenda(
        np.full((LISTS, DAYS), 99, dtype=np.int64),
        np.full((ROOM, 2), 99, dtype=np.int64),
        np.full(2, 99, dtype=np.int64),
    )
    wipe(agenda)
    return agenda, calendar


@given(
    steps=st.lists(
        st.tuples(st.integers(0, LISTS - 1), st.integers(-1, DAYS), st.integers(0, 99), st.booleans()),
        max_size=200,
    )
)
def test_what_was_noted_is_due_on_its_day_and_once(steps):
    agenda, calendar = blank()
    lists = {(which, day): [] for which in range(LISTS) for day in range(DAYS)}
    awake = set()
    for which, day, item, written in steps:
        if written and sum(map(len, lists.values())) < ROOM:
            note(agenda, calendar, which, day, item)
            if 0 <= day < DAYS:
                lists[which, day].append(item)
                awake.add(day)
        elif 0 <= day < DAYS:
            there = lists[which, day]
            assert due(agenda, which, day) == (there.pop() if there else NONE)
    assert set(np.flatnonzero(calendar.awake).tolist()) == awake
    for (which, day), there in lists.items():
        while there:
            assert due(agenda, which, day) == there.pop()
        assert due(agenda, which, day) == NONE


@given(thing=THINGS, s=DRAWS)
def test_an_item_is_a_thing_of_a_draw(thing, s):
    item = item_of(thing, s)
    assert (thing_in(item), draw_in(item)) == (thing, s)


def test_no_more_is_written_than_there_is_at_a_time():
    agenda, calendar = blank()
    for item in range(1000):
        for day in (1, 1, 3):
            note(agenda, calendar, 0, day, item)
        assert [due(agenda, 0, day) for day in (3, 1, 1, 1)] == [item, item, item, NONE]
    assert agenda.taken[0] == 3
