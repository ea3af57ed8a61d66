"""Program: a scenario as plain arrays, the seam between its description and the day loop.

Axes: S draws, T days, N economies (importer, exporter), L live measures (those that a truce or an outcome
can switch), K truces, E events, O outcomes of an event, F effects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

Answer = Callable[[Floats, Floats], Floats]
"""(seen, before) -> wanted surcharge, all of one shape, nominal fractions."""

NEVER = np.int64(2**31)
"""A day that no horizon reaches."""


class Act(IntEnum):
    """What an effect does; ``target`` is a live measure for the first three, a truce for the others."""

    ENACT = 0
    REVOKE = 1
    SET_RATE = 2
    START_TRUCE = 3
    EXTEND_TRUCE = 4
    END_TRUCE = 5


@dataclass(frozen=True, slots=True)
class Effects:
    """What outcomes do, one row per effect, in the order of day and then of the description.

    event, outcome, day, act, target : (F,) int64.
    value : (F,) float64: the new rate for ``SET_RATE``, as a share of the measure's own; the first day
        after the truce for ``START_TRUCE`` and ``EXTEND_TRUCE``.
    """

    event: Ints
    outcome: Ints
    day: Ints
    act: Ints
    target: Ints
    value: Floats


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that the day loop needs.

    base : (T, N, N) float64, fraction: the duty of all measures that nothing can switch.
    opened : (T, N, N) float64, nominal fraction: surcharges that the schedule announces above the reference.
    live_pair : (L, 2) int64, importer and exporter of each live measure.
    live_duty : (T, L) float64, fraction: the duty that a live measure adds while it is in force.
    live_news : (T, L) float64, nominal fraction: its rate while it is announced and not over.
    live_reference : (L,) float64, the same on the day before the first, 0 where it was not law.
    live_act : (L,) int64, which act it is a level of: of one act the highest level counts.
    live_enacted : (L,) bool, whether it is law at the start (a threat is not).
    truce_window : (K, 2) int64, first day and first day after.
    truce_parties : (K, N) bool.
    truce_suspends : (K, L) bool, which live measures it suspends.
    truce_surcharges : (K,) float64, share of the rules' surcharges that it suspends.
    truce_lapses : (K,) bool, whether what it suspends is gone for good when it ends.
    event_day : (E,) int64.
    event_odds : (E, O) float64, cumulative probabilities; 1 beyond an event's last outcome.
    effects : what outcomes do.
    answers : N rules, one per economy, towards every partner.
    reaction, implementation : (N,) int64, days.
    coverage : (N,) float64, share of trade that a rule's surcharge hits.
    """

    base: Floats
    opened: Floats
    live_pair: Ints
    live_duty: Floats
    live_news: Floats
    live_reference: Floats
    live_act: Ints
    live_enacted: Flags
    truce_window: Ints
    truce_parties: Flags
    truce_suspends: Flags
    truce_surcharges: Floats
    truce_lapses: Flags
    event_day: Ints
    event_odds: Floats
    effects: Effects
    answers: tuple[Answer, ...]
    reaction: Ints
    implementation: Ints
    coverage: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """(T, N)."""
        return self.base.shape[0], self.base.shape[1]


@dataclass(frozen=True, slots=True)
class Trace:
    """What a run gives back.

    duty : (S, T, N, N) float64, fraction: the statutory effective duty.
    truce : (S, T, K) bool, whether each truce is in force.
    announced : (S, T, N, N) float64, nominal fraction: all surcharges announced above the reference.
    answered : (S, T, N, N) float64, nominal fraction: the part of them that rules announced.
    outcome : (S, E) int64, which outcome each event had.
    """

    duty: Floats
    truce: Flags
    announced: Floats
    answered: Floats
    outcome: Ints
