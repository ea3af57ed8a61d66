"""Naming: what truces, outcomes and rules name of a schedule, and whether it can do what they want of it.

Each is looked at by itself, so that the problems of a whole scenario come together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from tradesim.assembly.junctures import touched_by
from tradesim.assembly.live import each_effect, held_by
from tradesim.assembly.reactions import answering, trade_ratio
from tradesim.errors import InputError, Problem
from tradesim.events import Event
from tradesim.rules import Rule
from tradesim.schedule import Schedule
from tradesim.truces import Truce


def naming_problems(
    schedule: Schedule, rules: Mapping[str, Rule], truces: Sequence[Truce], events: Sequence[Event]
) -> Iterator[Problem]:
    """Yield what is wrong with the names of measures and truces, and with rules by value without trade."""
    for truce in truces:
        for name in truce.suspend if {*truce.parties} <= {*schedule.economies.codes} else ():
            yield from _problems(partial(held_by, schedule, replace(truce, suspend=(name,))))
    for event, effect in each_effect(events):
        yield from _problems(partial(touched_by, schedule, truces, event, effect))
    for i, j, rule in answering(rules, schedule.economies.codes):
        yield from _problems(partial(trade_ratio, schedule.economies, i, j, rule))


def _problems(look: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        look()
    except InputError as error:
        return error.problems
    return ()
