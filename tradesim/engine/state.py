"""State: what draws remember while they run; B draws side by side, all of it scratch."""

from typing import NamedTuple

import numpy as np

from tradesim.engine.program import Arrival, Flags, Floats, Ints, Program

YEAR = 365.25


class Work(NamedTuple):
    """What the draws of a block remember.

    Days on which nothing can change are not played: ``step`` counts those that are, and ``step_of`` says
    which of them a day belongs to. Axes as in `tradesim.engine.program`; M arrivals of a stream at most.

    awake : (B, T) bool, days to be played. last, step : (B,) int64, day and number of the latest played.
    step_of : (B, T) int64.
    announced : (B, T, N, N, 2), by step. answered : (B, T, A), by step, magnitude. scheduled : (B, N, N, 2).
    duty, charged, cost : (B, N, N), of the latest step; charged by rules and shocks.
    enacted, charging, revoked : (B, L) bool. scale : (B, L). returns : (B, L) int64, day on which
        a suspended one does.
    starts, ends, renewed, renewals, days : (B, K) int64. held, over, lapsed, breached : (B, K) bool.
    outcome : (B, E) int64. weight : (B, O), of the outcomes of the event that is being decided.
    still : (B, N, N) bool, between whom a truce is in force. share : (B, N, N), of surcharges charged.
    frozen, afar : (B, A) bool, held still; looking beyond the partner. memory : (B, A, 4).
    noticed, own, first, wanted, heard, forgiven : (B, A).
    arrival : (B, H, M) int64, days. amount : (B, H, M). arrivals : (B, H) int64.
    come, gone : (B, H, 2) int64, how many are, or no longer are, in force, announced and charged.
    standing : (B, H, 2), what those in force add up to.
    bin : (B, N, N), counted : (B, K) int64, where the latest step was counted.
    """

    awake: Flags
    last: Ints
    step: Ints
    step_of: Ints
    announced: Floats
    answered: Floats
    scheduled: Floats
    duty: Floats
    charged: Floats
    cost: Floats
    enacted: Flags
    charging: Flags
    revoked: Flags
    scale: Floats
    returns: Ints
    starts: Ints
    ends: Ints
    renewed: Ints
    renewals: Ints
    days: Ints
    held: Flags
    over: Flags
    lapsed: Flags
    breached: Flags
    outcome: Ints
    weight: Floats
    still: Flags
    share: Floats
    frozen: Flags
    afar: Flags
    noticed: Floats
    own: Floats
    first: Floats
    wanted: Floats
    heard: Floats
    forgiven: Floats
    memory: Floats
    arrival: Ints
    amount: Floats
    arrivals: Ints
    come: Ints
    gone: Ints
    standing: Floats
    bin: Ints
    counted: Ints


def room(program: Program, size: int) -> Work:
    """Return scratch for ``size`` draws side by side."""
    days, n = program.base.shape[:2]
    lives, truces, events = len(program.live_act), len(program.truce_lapses), len(program.event_day)
    pairs, streams, most = len(program.rule_kind), len(program.shock_stream), most_arrivals(program)

    def floats(*shape: int) -> Floats:
        return np.zeros((size, *shape))

    def ints(*shape: int) -> Ints:
        return np.zeros((size, *shape), dtype=np.int64)

    def flags(*shape: int) -> Flags:
        return np.zeros((size, *shape), dtype=np.bool_)

    return Work(
        awake=flags(days),
        last=ints(),
        step=ints(),
        step_of=ints(days),
        announced=floats(days, n, n, 2),
        answered=floats(days, pairs),
        scheduled=floats(n, n, 2),
        duty=floats(n, n),
        charged=floats(n, n),
        cost=floats(n, n),
        enacted=flags(lives),
        charging=flags(lives),
        revoked=flags(lives),
        scale=floats(lives),
        returns=ints(lives),
        starts=ints(truces),
        ends=ints(truces),
        renewed=ints(truces),
        renewals=ints(truces),
        days=ints(truces),
        held=flags(truces),
        over=flags(truces),
        lapsed=flags(truces),
        breached=flags(truces),
        outcome=ints(events),
        weight=floats(program.event_odds.shape[2]),
        still=flags(n, n),
        share=floats(n, n),
        frozen=flags(pairs),
        afar=flags(pairs),
        noticed=floats(pairs),
        own=floats(pairs),
        first=floats(pairs),
        wanted=floats(pairs),
        heard=floats(pairs),
        forgiven=floats(pairs),
        memory=floats(pairs, 4),
        arrival=ints(streams, most),
        amount=floats(streams, most),
        arrivals=ints(streams),
        come=ints(streams, 2),
        gone=ints(streams, 2),
        standing=floats(streams, 2),
        bin=ints(n, n),
        counted=ints(truces),
    )


def most_arrivals(program: Program) -> int:
    """Return how many arrivals of a stream there is room for: twelve standard deviations above the mean."""
    rates = program.shock_values[:, :, Arrival.RATE]
    mean = float(rates.max(initial=0.0)) * len(program.base) / YEAR
    return int(mean + 12 * np.sqrt(mean)) + 20
