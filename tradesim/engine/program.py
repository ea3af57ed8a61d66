"""Program: a scenario as plain arrays, the seam between its description and the day loop.

Axes: S draws, T days, N economies (importer, exporter), 2 channels (nominal, trade-weighted), L live measures
(those that a truce or an outcome can switch), G acts that they are levels of, K truces, E events, O outcomes
of an event, Z slopes, F effects, A answering pairs (importer with a rule towards exporter), H shock streams,
Q knots of a size or of a curve. Parameters that may differ between draws have a first axis D: 1, or S.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.families import Family

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = 2**31
"""A day that no horizon reaches."""
DUST = 1e-12
"""What rounding may leave of equal sums: no provocation."""
NOMINAL, WEIGHTED = 0, 1
"""The channels."""


class Act(IntEnum):
    """What an effect does; ``target`` is a live measure for the first four, a truce for the others."""

    ENACT = 0
    REVOKE = 1
    SUSPEND = 2
    SET_RATE = 3
    START_TRUCE = 4
    EXTEND_TRUCE = 5
    END_TRUCE = 6


class State(IntEnum):
    """What a slope is of: the duty of pair (a, b), days of truce a, renewals of truce a."""

    DUTY = 0
    DAYS = 1
    RENEWALS = 2


class Of(IntEnum):
    """Columns of ``rule_values``; the family's own four follow from ``OWN`` on."""

    REACTION = 0
    IMPLEMENTATION = 1
    CAP = 2
    COVERAGE = 3
    TOLERANCE = 4
    RATCHET = 5
    FORGIVENESS = 6
    DIVERSION = 7
    EQUIVALENT = 8
    OWN = 9


class Window(IntEnum):
    """Columns of ``truce_values``."""

    START = 0
    LENGTH = 1
    START_SPREAD = 2
    LENGTH_SPREAD = 3
    SURCHARGES = 4
    RENEWAL = 5
    RENEWAL_DAYS = 6
    RENEWALS = 7
    BREACH = 8
    TOLERANCE = 9


class Arrival(IntEnum):
    """Columns of ``shock_values``."""

    RATE = 0
    COVERAGE = 1
    IMPLEMENTATION = 2
    DAYS = 3
    MOST = 4


class Program(NamedTuple):
    """Everything that the day loop needs.

    base : (T, N, N) float64, fraction: the duty of all measures that nothing can switch.
    least : (T, N, N) float64, fraction: the part of it that no rule gives back (MFN).
    eve : (N, N) float64, fraction: the same as base on the day before the first.
    opened : (T, N, N, 2) float64, fraction: what they announce above the reference, cuts below it negative.
    busy : (T,) bool, days on which something is scheduled, the first among them; on others a draw may rest.
    live_pair : (L, 2) int64, importer and exporter of each live measure.
    live_act : (L,) int64, the act that it is a level of: of one act the highest level counts.
    act_pair : (G, 2) int64, importer and exporter of each act.
    live_duty : (T, L) float64, fraction: the duty that a live measure adds while it is in force.
    live_eve : (L,) float64, the same on the day before the first.
    live_news : (T, L, 2) float64, fraction: its rate while it is announced and not over.
    live_least : (L,) bool, whether it is of the part that no rule gives back.
    live_enacted : (L,) bool, whether it is law at the start (a threat is not).
    act_reference : (G, 2) float64, the act's level on the day before the first.
    act_known : (T, G, 2) float64, the act's level by what was law at the start.
    truce_parties : (K, N) bool. truce_suspends : (K, L) bool, live measures. truce_lapses : (K,) bool.
    truce_values : (D, K, 10) float64, columns `Window`; days from the first, fractions.
    truce_stream : (K, 2) int64, of renewals and of breaches.
    event_day : (E,) int64.
    event_odds : (D, E, O) float64, probabilities, 0 beyond an event's last outcome. event_count : (E,) int64.
    slope_of : (Z, 5) int64: event, outcome, `State`, a, b. slope : (D, Z) float64.
    effects : (F, 5) int64: event, outcome, day, `Act`, target; by day, then as written.
    effect_value : (F,) float64: the new rate as a share of the measure's own; the day until which.
    rule_pair : (A, 2) int64. rule_of : (N, N) int64, the rule of each pair, -1 for none.
    rule_kind : (A,) int64, place in `tradesim.engine.families.FAMILIES`, or ``CUSTOM``.
    rule_view : (A,) int64, channel. rule_tariff : (A,) bool, whether it charges duties.
    rule_beside : (A,) int64, what it charges beside them: 0 nothing, 1 a fee, 2 an export control.
    rule_allies : (A, N) bool. rule_stream : (A,) int64, of forgiveness.
    rule_values : (D, A, 13) float64, columns `Of`.
    rule_curve : (A, 2, Q) float64, fractions, averages over all trade: knots of what a rule sees, rising from
        0, and of what it then wants; Q is 0 where no rule has any.
    shock_pair : (H, 2) int64. shock_values : (D, H, 5) float64, columns `Arrival`.
    shock_sizes : (H, Q) float64, knots of the quantile function. shock_stream : (H,) int64.
    once_stream : (E + 2K,) int64: streams of the numbers that a draw has once: events, starts, lengths.
    """

    base: Floats
    least: Floats
    eve: Floats
    opened: Floats
    busy: Flags
    live_pair: Ints
    live_act: Ints
    act_pair: Ints
    live_duty: Floats
    live_eve: Floats
    live_news: Floats
    live_least: Flags
    live_enacted: Flags
    act_reference: Floats
    act_known: Floats
    truce_parties: Flags
    truce_suspends: Flags
    truce_lapses: Flags
    truce_values: Floats
    truce_stream: Ints
    event_day: Ints
    event_odds: Floats
    event_count: Ints
    slope_of: Ints
    slope: Floats
    effects: Ints
    effect_value: Floats
    rule_pair: Ints
    rule_of: Ints
    rule_kind: Ints
    rule_view: Ints
    rule_tariff: Flags
    rule_beside: Ints
    rule_allies: Flags
    rule_stream: Ints
    rule_values: Floats
    rule_curve: Floats
    shock_pair: Ints
    shock_values: Floats
    shock_sizes: Floats
    shock_stream: Ints
    once_stream: Ints


class Trace(NamedTuple):
    """What a run gives back; S is 0 where something is not asked for.

    duty : (S, T, N, N) float64, fraction: the statutory effective duty.
    cost : (S, T, N, N) float64, ad-valorem equivalent of what rules charge beside duties; S is 0 if nothing.
    truce : (S, T, K) bool, whether each truce is in force.
    outcome : (S, E) int64, which outcome each event had.
    renewals : (S, K) int64. breached : (S, K) bool.
    announced : (S, T, N, N) float64, nominal fraction: all that is announced above the reference; traced, as
        all until ``ends``.
    answered : (S, T, A) float64, nominal fraction: the part that each rule announced, cuts positive.
    noticed : (S, T, A) float64: what each rule noticed. forgiven : (S, T, A) float64: what it let pass.
    shocked : (S, T, H) float64, nominal: surcharges of each stream.
    ends : (S, T, K) int64, when each truce is to end, as of the day.
    duties : (T, N, N, bins) int32, how many draws more than the day before charge as much; T is 0 unless
        counted, and no path is kept where it is. truces : (T, K) int64, how many more are in a truce.
    scale : (1,) float64, bins per unit of duty. levels : (V,) float64, fractions that duties may exceed.
    last, peak, mean : (S, N, N) float64, fraction, over the days; summed up, as all that follow.
    first : (S, N, N, V) int64, the first day on which a duty exceeds a level, T if none does.
    held : (S, K) int64, days in force.
    """

    duty: Floats
    cost: Floats
    truce: Flags
    outcome: Ints
    renewals: Ints
    breached: Flags
    announced: Floats
    answered: Floats
    noticed: Floats
    forgiven: Floats
    shocked: Floats
    ends: Ints
    duties: NDArray[np.int32]
    truces: Ints
    scale: Floats
    levels: Floats
    last: Floats
    peak: Floats
    mean: Floats
    first: Ints
    held: Ints


class Counts(NamedTuple):
    """How many draws charge how much, by day, and what each draw came to.

    duties : (T, N, N, bins) int32: draws whose duty lies in [k, k + 1) × width, the last bin open above.
    truces : (T, K) int64: draws in which each truce is in force. width : fraction.
    outcome, renewals, breached, last, peak, mean, first, held : as in `Trace`.
    """

    duties: NDArray[np.int32]
    truces: Ints
    width: float
    outcome: Ints
    renewals: Ints
    breached: Flags
    last: Floats
    peak: Floats
    mean: Floats
    first: Ints
    held: Ints


VARYING = ("truce_values", "event_odds", "slope", "rule_values", "shock_values")
"""Parameters that may differ between draws."""

Functions = dict[int, tuple[Family, Floats]]
"""The user's own functions and their values, by answering pair."""
