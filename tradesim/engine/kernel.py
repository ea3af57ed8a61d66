"""The day loop: a program run over draws.

The order within a day is fixed: scheduled measures start and end; events have their outcomes; truces start
and end; rules look at what was announced up to yesterday and announce; announcements come into force; the
duty is what is then in force. Everybody moves on what was known yesterday, so two economies that answer each
other move at the same time and the order in which they are listed does not matter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.philox import uniform
from tradesim.engine.program import Act, Effects, Flags, Floats, Ints, Program, Trace


@dataclass(slots=True)
class _State:
    """What a draw remembers from day to day; S draws side by side.

    enacted : (S, L) bool, law now. revoked : (S, L) bool, withdrawn for good. scale : (S, L) float64, rate as
    a share of the measure's own. starts, ends : (S, K) int64, the truce windows as they now stand.
    has_held : (S, K) bool, whether a truce was ever in force.
    """

    enacted: Flags
    revoked: Flags
    scale: Floats
    starts: Ints
    ends: Ints
    has_held: Flags


def run(program: Program, draws: NDArray[np.int64], seed: int) -> Trace:
    """Run draws of a program; draw k is the same whatever other draws run beside it.

    Parameters
    ----------
    program : the scenario as arrays.
    draws : (S,) int64, which draws.
    seed : 0 or more.

    Returns
    -------
    Trace
        Arrays over (S, T, N, N), (S, T, K) and (S, E).
    """
    (days, n), size, truces = program.shape, len(draws), len(program.truce_window)
    outcome = choose(program, draws, seed)
    state = _start(program, size)
    duty = np.zeros((size, days, n, n))
    announced, answered = np.zeros_like(duty), np.zeros_like(duty)
    truce = np.zeros((size, days, truces), dtype=np.bool_)
    for day in range(days):
        _happen(program.effects, day, outcome, state)
        truce[:, day] = (state.starts <= day) & (day < state.ends)
        state.has_held |= truce[:, day]
        live = _live_duty(program, day, state, truce[:, day])
        scheduled = program.opened[day] + _live_news(program, day, state)
        answered[:, day] = _answers(program, day, announced, answered, scheduled, truce[:, day])
        announced[:, day] = scheduled + answered[:, day]
        charged = _charged(program, day, answered, truce[:, day])
        duty[:, day] = program.base[day] + live + charged
    return Trace(duty, truce, announced, answered, outcome)


def choose(program: Program, draws: NDArray[np.int64], seed: int) -> Ints:
    """Return the outcome of every event in every draw, ``(S, E)`` int64."""
    chosen = np.zeros((len(draws), len(program.event_day)), dtype=np.int64)
    for event, day in enumerate(program.event_day):
        number = uniform(seed, draws, int(max(day, 0)), event)
        chosen[:, event] = (number[:, None] >= program.event_odds[event]).sum(axis=1)
    return chosen


def _start(program: Program, size: int) -> _State:
    live = len(program.live_enacted)
    return _State(
        enacted=np.tile(program.live_enacted, (size, 1)),
        revoked=np.zeros((size, live), dtype=np.bool_),
        scale=np.ones((size, live)),
        starts=np.tile(program.truce_window[:, 0], (size, 1)),
        ends=np.tile(program.truce_window[:, 1], (size, 1)),
        has_held=np.tile(_held_before(program), (size, 1)),
    )


def _held_before(program: Program) -> Flags:
    """Return which truces were in force on some day before the first, ``(K,)`` bool."""
    starts, ends = program.truce_window.T
    return np.asarray(starts < np.minimum(ends, 0))


def _happen(effects: Effects, day: int, outcome: Ints, state: _State) -> None:
    """Apply the effects of the day in the draws whose event had that outcome."""
    for row in np.flatnonzero(effects.day == day):
        hit = outcome[:, effects.event[row]] == effects.outcome[row]
        target, value = effects.target[row], effects.value[row]
        match effects.act[row]:
            case Act.ENACT:
                state.enacted[:, target] |= hit & ~state.revoked[:, target]
            case Act.REVOKE:
                state.revoked[:, target] |= hit
                state.enacted[:, target] &= ~hit
            case Act.SET_RATE:
                state.scale[hit, target] = value
            case Act.START_TRUCE:
                state.starts[hit, target], state.ends[hit, target] = day, int(value)
            case Act.EXTEND_TRUCE:
                state.ends[hit, target] = int(value)
            case Act.END_TRUCE:
                state.ends[hit, target] = day


def _live_duty(program: Program, day: int, state: _State, in_truce: Flags) -> Floats:
    """Return the duty of the live measures in force, ``(S, N, N)``."""
    gone = program.truce_lapses & state.has_held
    suspended = (in_truce | gone).astype(np.float64) @ program.truce_suspends > 0
    charged = np.where(state.enacted & ~suspended, state.scale * program.live_duty[day], 0.0)
    return _by_pair(program, charged)


def _live_news(program: Program, day: int, state: _State) -> Floats:
    """Return what live acts announce above the reference, ``(S, N, N)``, nominal."""
    n = program.shape[1]
    level = np.where(state.enacted, state.scale * program.live_news[day], 0.0)
    news = np.zeros((len(level), n, n))
    for act in np.unique(program.live_act):
        levels = np.flatnonzero(program.live_act == act)
        i, j = program.live_pair[levels[0]]
        above = level[:, levels].max(axis=1) - program.live_reference[levels].max()
        news[:, i, j] += np.maximum(above, 0.0)
    return news


def _by_pair(program: Program, values: Floats) -> Floats:
    """Add up values of live measures, ``(S, L)``, by pair: ``(S, N, N)``."""
    n = program.shape[1]
    total = np.zeros((len(values), n, n))
    for k, (i, j) in enumerate(program.live_pair):
        total[:, i, j] += values[:, k]
    return total


def _answers(
    program: Program, day: int, announced: Floats, answered: Floats, scheduled: Floats, in_truce: Flags
) -> Floats:
    """Return what rules have announced by the end of the day, ``(S, N, N)``; truce parties hold still."""
    before = answered[:, day - 1] if day else np.zeros_like(scheduled)
    known = np.maximum(scheduled, 0.0)
    after = np.empty_like(before)
    for i, answer in enumerate(program.answers):
        seen_day = day - int(program.reaction[i])
        seen = announced[:, seen_day, :, i] if seen_day >= 0 else np.zeros_like(before[:, i])
        wanted = answer(seen, known[:, i] + before[:, i])
        after[:, i] = np.maximum(wanted - known[:, i], 0.0)
        after[:, i, i] = 0.0
    return np.where(_together(program, in_truce) > 0, before, after)


def _charged(program: Program, day: int, answered: Floats, in_truce: Flags) -> Floats:
    """Return the duty of the surcharges that rules announced and that are in force, ``(S, N, N)``."""
    charged = np.zeros_like(answered[:, day])
    for i, lag in enumerate(program.implementation):
        if day >= lag:
            charged[:, i] = answered[:, day - int(lag), i] * program.coverage[i]
    suspended = _together(program, in_truce * program.truce_surcharges)
    return charged * (1.0 - np.minimum(suspended, 1.0))


def _together(program: Program, weight: NDArray[np.generic]) -> Floats:
    """Add up a weight per truce, ``(S, K)``, over the pairs of its parties: ``(S, N, N)``."""
    parties = program.truce_parties.astype(np.float64)
    total: Floats = np.einsum("sk,ki,kj->sij", weight.astype(np.float64), parties, parties)
    return total
