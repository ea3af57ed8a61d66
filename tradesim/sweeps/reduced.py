"""Reduced: draws of a program, played and reduced to what a sweep keeps of them.

The one place where a sweep asks the engine. Compiled rules are played and reduced in one pass that keeps no
path; where a function of the user's own is asked, paths exist for as many draws as fit into a cache.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.program import VARYING, Floats, Functions, Ints, Program, Trace
from tradesim.engine.run import Sampling, count, run
from tradesim.path_statistics import DUST

ABREAST = 4_000_000
"""Cells of paths that are held at once."""


class Reduced(NamedTuple):
    """What is kept of draws.

    duties : (T, N, N, bins) whole numbers, draws whose duty lies in [k, k + 1) × top / bins, the last bin
        open above; none of an economy on itself.
    truces : (T, K) int64, draws in which each truce is in force.
    outcome : (S, E) int64. renewals : (S, K) int64. breached : (S, K) bool.
    held : (S, K) int64, days in force.
    last, peak, mean : (S, N, N) float64, fraction: on the last day, the highest, and over all days.
    first : (S, N, N, V) int64, first day on which the duty exceeds a level by more than rounding; T if never.
    """

    duties: NDArray[np.integer[Any]]
    truces: Ints
    outcome: Ints
    renewals: Ints
    breached: NDArray[np.bool_]
    held: Ints
    last: Floats
    peak: Floats
    mean: Floats
    first: Ints


def reduced(
    program: Program,
    draws: Ints,
    seed: int,
    *,
    bins: int,
    top: float,
    levels: Floats,
    sampling: Sampling,
    threads: int | None,
) -> Reduced:
    """Play draws and keep their counts and what each came to, in one compiled pass.

    Parameters
    ----------
    program : the arrays named in `tradesim.engine.program.VARYING` have a first axis of 1, or S: a row per
        draw.
    draws : (S,) int64, their numbers.
    levels : (V,) float64, fractions.
    """
    if len(draws) == 0:
        return reduced_in_parts(
            program, {}, draws, seed, bins=bins, top=top, levels=levels, sampling=sampling, threads=threads
        )
    found = count(program, draws, seed, bins=bins, top=top, levels=levels, sampling=sampling, threads=threads)
    return Reduced(**{name: getattr(found, name) for name in Reduced._fields})


def reduced_in_parts(
    program: Program,
    functions: Functions,
    draws: Ints,
    seed: int,
    *,
    bins: int,
    top: float,
    levels: Floats,
    sampling: Sampling,
    threads: int | None,
) -> Reduced:
    """Play draws a few at a time, keeping paths only until they are reduced; with the user's own functions.

    Parameters
    ----------
    functions : by answering pair; their values (4,), or (4, S) where they differ between draws.
    """
    days, n = program.base.shape[:2]
    duties = np.zeros((days, n, n, bins), dtype=np.int64)
    truces = np.zeros((days, len(program.truce_lapses)), dtype=np.int64)
    rows = []
    for low in range(0, max(len(draws), 1), abreast(program)):
        part = slice(low, low + abreast(program))
        some, own = rows_of(program, functions, part)
        trace = run(some, draws[part], seed, functions=own, sampling=sampling, threads=threads)
        _count(trace.duty, duties, bins / top)
        truces += trace.truce.sum(axis=0)
        rows.append(_came_to(trace, levels))
    return Reduced(duties, truces, *(np.concatenate(parts) for parts in zip(*rows, strict=True)))


def paths_of(
    program: Program, functions: Functions, draws: Ints, seed: int, *, sampling: Sampling, threads: int | None
) -> Floats:
    """Return whole paths of duties, (S, T, N, N) float64, fraction."""
    found = []
    for low in range(0, max(len(draws), 1), abreast(program)):
        part = slice(low, low + abreast(program))
        some, own = rows_of(program, functions, part)
        found.append(run(some, draws[part], seed, functions=own, sampling=sampling, threads=threads).duty)
    return np.concatenate(found)


def abreast(program: Program) -> int:
    """Return how many draws are played at once."""
    return max(1, ABREAST // (4 * program.base.size))


def rows_of(program: Program, functions: Functions, part: slice) -> tuple[Program, Functions]:
    """Return program and functions with the rows of some draws only."""
    varying = {name: getattr(program, name) for name in VARYING}
    kept = {name: array[part] for name, array in varying.items() if len(array) > 1}
    own = {
        pair: (function, values[:, part] if values.ndim > 1 else values)
        for pair, (function, values) in functions.items()
    }
    return program._replace(**kept), own


def _count(duty: Floats, duties: Ints, scale: float) -> None:
    """Add draws to the counts of their bins, (T, N, N, bins)."""
    days, n, bins = duties.shape[0], duties.shape[1], duties.shape[3]
    apart = np.flatnonzero(~np.eye(n, dtype=np.bool_))
    place = np.minimum((duty * scale).astype(np.int64), bins - 1).reshape(len(duty), days, n * n)[..., apart]
    cell = (np.arange(days)[:, None] * n * n + apart) * bins + place
    np.add.at(duties.reshape(-1), cell.reshape(-1), 1)


def _came_to(trace: Trace, levels: Floats) -> tuple[Ints | Floats | NDArray[np.bool_], ...]:
    """Return what each draw came to, in the order of `Reduced` from ``outcome`` on."""
    duty, days = trace.duty, trace.duty.shape[1]
    firsts = [
        np.where((over := duty > level + DUST).any(axis=1), over.argmax(axis=1), days) for level in levels
    ]
    shape = (*duty[:, 0].shape, len(levels))
    first = np.stack(firsts, axis=-1) if firsts else np.zeros(shape, dtype=np.int64)
    return (
        trace.outcome,
        trace.renewals,
        trace.breached,
        trace.truce.sum(axis=1, dtype=np.int64),
        duty[:, -1].copy(),
        duty.max(axis=1),
        duty.mean(axis=1),
        first.astype(np.int64),
    )
