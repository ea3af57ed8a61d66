"""Sobol: points of a scrambled Sobol sequence, each a pure function of the seed and of the draw's number."""

from functools import lru_cache

import numpy as np

from tradesim.engine.program import Floats, Ints

BITS = 30
"""Of a number, as scipy.stats.qmc has it by default; the sequence has 2**BITS points."""


def sobol_points(seed: int, draws: Ints, dimensions: int, bits: int = BITS) -> Floats:
    """Return points of a scrambled Sobol sequence, (S, D) float64, as scipy.stats.qmc numbers them.

    The sequence is linear: point k is the first one, moved by a direction for every bit of k's Gray code.
    So any draw has its point at once, without those before it.

    Parameters
    ----------
    draws : (S,) int64, below 2**bits, in any order.
    bits : of a number.
    """
    places = max(int(draws.max(initial=0)).bit_length(), 1)
    start, directions = _directions(seed, dimensions, places, bits)
    gray = draws ^ (draws >> 1)
    points = np.tile(start, (len(draws), 1))
    for place in range(places):
        points ^= ((gray >> place) & 1)[:, None] * directions[place]
    return np.asarray(points * 2.0**-bits, dtype=np.float64)


@lru_cache(maxsize=32)
def _directions(seed: int, dimensions: int, places: int, bits: int) -> tuple[Ints, Ints]:
    """Return the first point, (D,), and what each place of a Gray code moves, (places, D); of 2**bits."""
    from scipy.stats import qmc  # noqa: PLC0415 scipy loads when asked for

    sequence = qmc.Sobol(dimensions, rng=np.random.default_rng(seed), bits=bits)
    start = (sequence.random(1)[0] * 2.0**bits).astype(np.int64)
    found, reached = np.zeros((places, dimensions), dtype=np.int64), 1
    for place in range(places):
        sequence.fast_forward(2**place - reached)
        point = (sequence.random(1)[0] * 2.0**bits).astype(np.int64)
        reached = 2**place + 1
        found[place] = point ^ start ^ (found[place - 1] if place else 0)
    return start, found
