"""Laws: live measures of one draw, day by day: which are law, and which of them truces suspend.

The day loop remembers this of today only; here it is followed again, from what the trace of a draw keeps.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.program import Act, Flags, Floats, Program, Trace, Window

PRESENT = -1
"""No day to return on."""


class Laws(NamedTuple):
    """Live measures and truces by day from the eve on: row t + 1 is of day t.

    enacted : (T + 1, L) bool, whether a measure is law. scale : (T + 1, L), of the rate as the record has it.
    returned : (T + 1, L) bool, whether its suspension is over that day. resting : (T + 1, L, K) bool, whether
    a truce keeps it from being charged. force : (T + 1, L), scale where it is charged, else 0.
    held_before : (1, K) bool, truces in force on the eve. breached : (T + 1, K) bool, whether a breach ends a
    truce that day. change : (T, G, 2), what acts announce beyond what was known, nominal and trade-weighted.
    """

    enacted: Flags
    scale: Floats
    returned: Flags
    resting: Flags
    force: Floats
    held_before: Flags
    breached: Flags
    change: Floats


def laws_of(program: Program, trace: Trace, once: Floats) -> Laws:
    """Follow the live measures and the truces of the only draw of a trace.

    Parameters
    ----------
    once : (1, E + 2K) float64, the numbers that the draw has once.
    """
    chosen = _chosen(program, trace)
    enacted, scale, returned = _switched(program, chosen)
    held_before, breached, gone = _windows(program, trace, once, chosen)
    held = np.concatenate([held_before, trace.truce[0]])
    resting = program.truce_suspends.T[np.newaxis] & (held | gone)[:, np.newaxis, :]
    force = np.where(enacted & ~resting.any(axis=2), scale, 0.0)
    change = _changes(program, enacted[1:], scale[1:])
    return Laws(enacted, scale, returned, resting, force, held_before, breached, change)


def _chosen(program: Program, trace: Trace) -> dict[int, list[tuple[int, int, float]]]:
    """Return what the outcomes that came about do, by day: (act, target, value), in order."""
    by_day: dict[int, list[tuple[int, int, float]]] = {}
    for (event, outcome, day, act, target), value in zip(program.effects, program.effect_value, strict=True):
        if trace.outcome[0, event] == outcome:
            by_day.setdefault(int(day), []).append((int(act), int(target), float(value)))
    return by_day


# Measures --------------------------------------------------------------------------------------------


def _switched(
    program: Program, chosen: dict[int, list[tuple[int, int, float]]]
) -> tuple[NDArray[np.bool_], Floats, NDArray[np.bool_]]:
    """Return which measures are law, at what scale, and which return, (T + 1, L) each."""
    days, lives = len(program.base), len(program.live_enacted)
    enacted, returned = (np.zeros((days + 1, lives), dtype=np.bool_) for _ in range(2))
    scale = np.ones((days + 1, lives))
    law, rate = program.live_enacted.copy(), np.ones(lives)
    revoked, returns = np.zeros(lives, dtype=np.bool_), np.full(lives, PRESENT)
    enacted[0] = law
    for t in range(days):
        returned[t + 1] = returns == t
        law, returns = law | returned[t + 1], np.where(returned[t + 1], PRESENT, returns)
        for act, target, value in chosen.get(t, ()):
            _switch(act, target, value, law, rate, revoked, returns)
        enacted[t + 1], scale[t + 1] = law, rate
    return enacted, scale, returned


def _switch(
    act: int,
    target: int,
    value: float,
    law: NDArray[np.bool_],
    rate: Floats,
    revoked: NDArray[np.bool_],
    returns: NDArray[np.int64],
) -> None:
    """Have one effect on one measure."""
    if act == Act.SET_RATE:
        rate[target] = value
    elif act == Act.ENACT and not revoked[target]:
        law[target], returns[target] = True, PRESENT
    elif act == Act.REVOKE:
        law[target], revoked[target], returns[target] = False, True, PRESENT
    elif act == Act.SUSPEND and (law[target] or returns[target] != PRESENT):
        law[target], returns[target] = False, int(value)


def _changes(program: Program, enacted: Flags, scale: Floats) -> Floats:
    """Return what acts announce beyond what was known of them, (T, G, 2)."""
    change = np.zeros_like(program.act_known)
    announced = (enacted * scale)[..., np.newaxis] * program.live_news
    for g, expected in enumerate(program.act_reference):
        level = announced[:, program.live_act == g].max(axis=1, initial=0.0)
        standing = np.minimum(program.act_known[:, g], expected)
        change[:, g] = np.maximum(level - expected, 0.0) - np.maximum(standing - level, 0.0)
    return change


# Truces ----------------------------------------------------------------------------------------------


def _windows(
    program: Program, trace: Trace, once: Floats, chosen: dict[int, list[tuple[int, int, float]]]
) -> tuple[Flags, Flags, Flags]:
    """Return the truces held on the eve, (1, K), and those breached and gone for good, (T + 1, K) each."""
    days, truces = trace.truce.shape[1:]
    before = np.zeros((1, truces), dtype=np.bool_)
    breached, gone = (np.zeros((days + 1, truces), dtype=np.bool_) for _ in range(2))
    for k in range(truces):
        start, end = _opening(program, once, k)
        before[0, k], gone[0, k] = start <= -1 < end, start < end <= 0
        breached[1:, k] = _breaches(trace, k, _moved_ends(trace, chosen, k, end))
        anew = any(act == Act.START_TRUCE and target == k for act, target, _ in chosen.get(0, ()))
        was = (0 if anew else start) < trace.ends[0, 0, k] <= 0
        for t, held in enumerate(trace.truce[0, :, k]):
            gone[t + 1, k] = gone[t, k] or (was and not held and not breached[t + 1, k])
            was = held
    return before, breached, gone & program.truce_lapses


def _opening(program: Program, once: Floats, k: int) -> tuple[int, int]:
    """Return when a truce begins and ends as it stands before the first day, in this draw."""
    events, truces = len(program.event_day), len(program.truce_lapses)
    values = program.truce_values[0, k]
    late = math.floor(once[0, events + k] * (values[Window.START_SPREAD] + 1.0))
    longer = math.floor(once[0, events + truces + k] * (values[Window.LENGTH_SPREAD] + 1.0))
    start = int(values[Window.START]) + late
    return start, start + int(values[Window.LENGTH]) + longer


def _moved_ends(
    trace: Trace, chosen: dict[int, list[tuple[int, int, float]]], k: int, end: int
) -> NDArray[np.int64]:
    """Return when a truce is to end once outcomes have had their effect, by day, (T,)."""
    ends = trace.ends[0, :, k]
    moved = np.concatenate([[end], ends[:-1]])
    for t, effects in chosen.items():
        for act, target, value in effects if 0 <= t < len(ends) else ():
            if target == k and act in {Act.START_TRUCE, Act.EXTEND_TRUCE}:
                moved[t] = int(value)
            elif target == k and act == Act.END_TRUCE:
                moved[t] = min(moved[t], t)
    return moved


def _breaches(trace: Trace, k: int, moved: NDArray[np.int64]) -> Flags:
    """Return the days on which a breach ends a truce, (T,): it was in force, and should have gone on.

    Or it was to end that day, was renewed and broken at once, which shows only in the count of its renewals.
    """
    ends, held = trace.ends[0, :, k], trace.truce[0, :, k]
    days = np.arange(len(ends))
    was = np.concatenate([[False], held[:-1]])
    broken = was & (ends == days) & (moved > days)
    renewed = was & (moved == days) & (ends > days)
    unseen = int(trace.renewals[0, k]) - int(renewed.sum())
    if unseen and trace.breached[0, k] and not broken.any():
        broken |= was & ~held & (moved == days) & (ends == days)
    return np.asarray(broken, dtype=np.bool_)
