"""Run: draws of a program, in blocks over threads; the same numbers whatever the blocks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from tradesim.engine import kernel
from tradesim.engine.families import CUSTOM, REBALANCE, Family
from tradesim.engine.numbers import fill_once
from tradesim.engine.program import VARYING, Counts, Floats, Functions, Ints, Program, Trace
from tradesim.engine.scratch import MOST, bytes_of, lanes, lent, needs, room
from tradesim.engine.sobol import sobol_points
from tradesim.engine.state import STEP, Work
from tradesim.processors import usable_processors

Sampling = Literal["random", "antithetic", "sobol"]
"""random: every draw by itself. antithetic: draw 2m + 1 mirrors draw 2m. sobol: points of a scrambled Sobol
sequence, draw k the k-th. Of the numbers that a draw has once: events, starts and lengths of truces."""

Counted = NDArray[np.int32]
Whole = TypeVar("Whole", NDArray[np.int32], NDArray[np.int64])
SMALL = 20_000
"""Draws × days × pairs of economies that are not worth waiting for the compiler."""
ENOUGH = 100_000
"""Draw-days below which one thread is faster than several."""
SIDE_BY_SIDE = 64_000_000
"""Bytes of scratch for draws that wait for a user's function together."""


def run(
    program: Program,
    draws: Ints,
    seed: int,
    *,
    functions: Functions | None = None,
    sampling: Sampling = "random",
    threads: int | None = None,
    traced: bool = False,
) -> Trace:
    """Run draws of a program; draw k is the same whatever other draws, threads and blocks run beside it.

    Parameters
    ----------
    program : the scenario as arrays.
    draws : (S,) int64, which draws.
    seed : 0 or more, below 2**64.
    functions : the user's own rules, by answering pair; they take every day in Python.
    sampling : how the numbers are made that a draw has once.
    threads : how many (default: one per core, where there is enough to do).
    traced : whether to keep what was announced, noticed and forgiven.
    """
    size, days = len(draws), len(program.base)
    program = _alike(program, size)
    out = _blank(program, size, traced=traced)
    if functions:
        for low, high in _blocks(size, -(-size // _abreast(program, size))):
            numbers = once(program, draws[low:high], seed, sampling)
            _play_in_python(program, functions, draws[low:high], seed, numbers, out, low)
        return out
    _in_blocks(program, draws, seed, sampling, out, threads or _enough(size * days))
    return out


def count(
    program: Program,
    draws: Ints,
    seed: int,
    *,
    bins: int = 1024,
    top: float = 4.0,
    levels: Floats | None = None,
    sampling: Sampling = "random",
    threads: int | None = None,
) -> Counts:
    """Run draws and keep only how many of them charge how much on which day, and what each came to.

    Random numbers, days and counting are one pass; no path is kept.

    Parameters
    ----------
    bins, top : duties from 0 to ``top`` are counted in bins of ``top / bins``, anything higher in the last.
    levels : (V,) float64, fractions: the day on which a duty first exceeds each is kept, by draw; None: of
        single draws only events and truces are kept.

    Returns
    -------
    Counts
        The same whatever the blocks and threads: whole numbers added up, and draws each by itself.
    """
    if (program.rule_kind == CUSTOM).any():
        raise ValueError("a user's own function is asked day by day: run() keeps the paths")
    size = len(draws)
    program = _alike(program, size)
    many = threads or _enough(size * len(program.base))
    whole = _blank(program, size, counted=True, levels=levels)

    def played(block: tuple[int, int]) -> tuple[Counted, Ints]:
        low, high = block
        days, n = program.base.shape[:2]
        duties = np.zeros((days, n, n, bins), dtype=np.int32)
        truces = np.zeros((days, len(program.truce_lapses)), dtype=np.int64)
        out = whole._replace(duties=duties, truces=truces, scale=np.array([bins / top]))
        _play(program, draws[low:high], seed, sampling, out, low)
        return duties, truces

    with ThreadPoolExecutor(many) as pool:
        parts = list(pool.map(played, _blocks(size, many)))
    duties, truces = parts[0]
    for more, held in parts[1:]:
        duties += more
        truces += held
    return Counts(
        added_up(duties),
        added_up(truces),
        top / bins,
        **{name: getattr(whole, name) for name in Counts._fields[3:]},
    )


def added_up(moved: Whole) -> Whole:
    """Add up whole numbers along the first axis, in place: ``numpy.cumsum`` goes down every column."""
    for t in range(1, len(moved)):
        moved[t] += moved[t - 1]
    return moved


def _enough(work: int) -> int:
    """Return how many threads so many draw-days are worth."""
    return usable_processors() if work >= ENOUGH else 1


def _in_blocks(
    program: Program, draws: Ints, seed: int, sampling: Sampling, out: Trace, threads: int
) -> None:
    def played(block: tuple[int, int]) -> None:
        low, high = block
        _play(program, draws[low:high], seed, sampling, out, low)

    if threads == 1:
        played((0, len(draws)))
        return
    with ThreadPoolExecutor(threads) as pool:
        many = max(threads, min(8 * threads, len(draws) // MOST))
        list(pool.map(played, _blocks(len(draws), many)))


def _play(program: Program, draws: Ints, seed: int, sampling: Sampling, out: Trace, at: int) -> None:
    """Play a block of draws from the first day to the last.

    A small one in Python, as long as nothing has been compiled in this process: to the same bits, which is
    why powers and logarithms, that libraries round differently, are always left to the compiler.
    """
    play: Any = kernel.play
    small = len(draws) * program.base.size <= SMALL and not (program.rule_kind == REBALANCE).any()
    if small and not getattr(play, "signatures", ()):
        play = getattr(play, "py_func", play)
    need = needs(program)
    levels = len(out.levels) if len(out.last) else 0
    with lent(need, lanes(need, len(draws)), levels=levels, counted=len(out.duties) > 0) as work:
        numbers = once(program, draws, seed, sampling)
        play(program, work, draws, np.uint64(seed), numbers, out, at, kernel.WHOLE, 0)


def _alike(program: Program, size: int) -> Program:
    """Return the program with a row per draw of every parameter, if any of them differs between draws."""
    if all(len(getattr(program, name)) == 1 for name in VARYING):
        return program
    rows = {name: getattr(program, name) for name in VARYING}
    return program._replace(
        **{
            name: np.array(np.broadcast_to(row, (size, *row.shape[1:])), order="C")
            for name, row in rows.items()
        }
    )


def once(program: Program, draws: Ints, seed: int, sampling: Sampling) -> Floats:
    """Return the numbers that each draw has once, ``(S, E + 2K)`` float64 on [0, 1)."""
    streams = program.once_stream
    if sampling == "sobol" and len(streams):
        return sobol_points(seed, draws, len(streams))
    numbers = np.empty((len(draws), len(streams)))
    mirrored = sampling == "antithetic"
    fill_once(np.uint64(seed), draws - draws % 2 if mirrored else draws, streams, numbers)
    if mirrored:
        odd = draws % 2 == 1
        numbers[odd] = np.minimum(1.0 - numbers[odd], np.nextafter(1.0, 0.0))
    return numbers


def _blank(
    program: Program,
    size: int,
    *,
    traced: bool = False,
    counted: bool = False,
    levels: Floats | None = None,
) -> Trace:
    """Return a result to be filled."""
    days, n = program.base.shape[:2]
    truces, pairs, streams = len(program.truce_lapses), len(program.rule_kind), len(program.shock_stream)
    events, paths = len(program.event_day), 0 if counted else size
    beside, kept = paths * bool(program.rule_beside.any()), paths * traced
    over = np.zeros(0) if levels is None else np.ascontiguousarray(levels, dtype=np.float64)
    summed = 0 if levels is None else size
    return Trace(
        duty=np.zeros((paths, days, n, n)),
        cost=np.zeros((beside, days, n, n)),
        truce=np.zeros((paths, days, truces), dtype=np.bool_),
        outcome=np.zeros((size, events), dtype=np.int64),
        renewals=np.zeros((size, truces), dtype=np.int64),
        breached=np.zeros((size, truces), dtype=np.bool_),
        announced=np.zeros((kept, days, n, n)),
        answered=np.zeros((kept, days, pairs)),
        noticed=np.zeros((kept, days, pairs)),
        forgiven=np.zeros((kept, days, pairs)),
        shocked=np.zeros((kept, days, streams)),
        ends=np.zeros((kept, days, truces), dtype=np.int64),
        duties=np.zeros((0, n, n, 0), dtype=np.int32),
        truces=np.zeros((0, truces), dtype=np.int64),
        scale=np.ones(1),
        levels=over,
        last=np.zeros((summed, n, n)),
        peak=np.zeros((summed, n, n)),
        mean=np.zeros((summed, n, n)),
        first=np.full((summed, n, n, len(over)), days, dtype=np.int64),
        held=np.zeros((summed, truces), dtype=np.int64),
    )


def _blocks(size: int, count: int) -> Iterator[tuple[int, int]]:
    edges = np.linspace(0, size, min(count, size) + 1).astype(int).tolist()
    yield from pairwise(edges)


def _abreast(program: Program, size: int) -> int:
    """Return how many draws fit side by side into the scratch."""
    return max(1, min(size, SIDE_BY_SIDE // bytes_of(room(needs(program), 1))))


def _play_in_python(
    program: Program, functions: Functions, draws: Ints, seed: int, numbers: Floats, out: Trace, at: int
) -> None:
    """Play a block day by day, all draws side by side, asking users' functions what they want."""
    work = room(needs(program), len(draws))

    def play(phase: int, day: int) -> None:
        kernel.play(program, work, draws, np.uint64(seed), numbers, out, at, phase, day)

    play(kernel.BEGIN, 0)
    for day in range(len(program.base)):
        play(kernel.LOOK, day)
        for place, (function, values) in functions.items():
            _ask(program, work, place, function, values, day)
        play(kernel.SETTLE, day)


def _ask(program: Program, work: Work, place: int, function: Family, values: Floats, day: int) -> None:
    """Ask one function for all draws; where a truce holds it still, it remembers nothing."""
    rules, (i, j) = work.rules, program.rule_pair[place]
    kept = rules.memory[place]
    one, two, three, four = (row.copy() for row in kept)
    memory = (one, two, three, four)
    noticed, first = rules.noticed[place].copy(), rules.first[place].copy()
    own = first + work.answered[(work.calendar.now[STEP] - 1) % (len(work.answered) - 1), place]
    wanted, remembered = function(noticed, own, first, day, memory, values)
    moving = work.truces.moving[i, j] > 0.0
    rules.wanted[place] = wanted
    for m in range(4):
        kept[m] = np.where(moving, remembered[m], kept[m])
