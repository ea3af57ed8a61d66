"""Numbers: the random numbers of a design, each a pure function of the seed and of the number of the draw."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.philox import LOW, philox4x32, stream_of, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = Literal["random", "latin", "sobol"]
"""random: every draw by itself. latin: of n draws one in each n-th of every parameter. sobol: points of a
scrambled Sobol sequence, draw k the k-th."""
KINDS = ("random", "latin", "sobol")

BITS = 32
"""Of a Sobol number; the sequence has 2**32 points."""
PASSES = 8
"""Rounds of the shuffle behind a Latin hypercube."""


def numbers(kind: Kind, seed: int, draws: Ints, names: Sequence[str], total: int) -> Floats:
    """Return a number for each draw and name, (S, D) float64 on [0, 1).

    Parameters
    ----------
    draws : (S,) int64, which draws, in any order.
    names : of the D parameters; the same name has the same numbers wherever it stands, but for Sobol points.
    total : how many draws there are; only a Latin hypercube depends on it.
    """
    if not names:
        return np.zeros((len(draws), 0))
    if kind == "sobol":
        return sobol_points(seed, draws, len(names))
    streams = [stream_of("sweep", name) for name in names]
    plain = np.column_stack([uniform(seed, draws, 0, stream) for stream in streams])
    if kind == "random":
        return plain
    places = np.column_stack([shuffled(seed, draws, total, stream) for stream in streams])
    return np.minimum((places + plain) / total, 1.0 - 2.0**-53)


def sobol_points(seed: int, draws: Ints, dimensions: int) -> Floats:
    """Return points of a scrambled Sobol sequence, (S, D) float64, as scipy.stats.qmc numbers them.

    The sequence is linear: point k is the first one, moved by a direction for every bit of k's Gray code.
    So any draw has its point at once, without those before it.
    """
    bits = max(int(draws.max(initial=0)).bit_length(), 1)
    start, directions = _directions(seed, dimensions, bits)
    gray = draws ^ (draws >> 1)
    points = np.tile(start, (len(draws), 1))
    for bit in range(bits):
        points ^= ((gray >> bit) & 1)[:, None] * directions[bit]
    return np.asarray(points * 2.0**-BITS, dtype=np.float64)


@lru_cache(maxsize=32)
def _directions(seed: int, dimensions: int, bits: int) -> tuple[Ints, Ints]:
    """Return the first point, (D,), and what each bit of a Gray code moves, (bits, D); of 2**BITS."""
    from scipy.stats import qmc  # noqa: PLC0415 scipy loads when asked for

    sequence = qmc.Sobol(dimensions, rng=np.random.default_rng(seed), bits=BITS)
    start = (sequence.random(1)[0] * 2.0**BITS).astype(np.int64)
    found, reached = np.zeros((bits, dimensions), dtype=np.int64), 1
    for bit in range(bits):
        sequence.fast_forward(2**bit - reached)
        point = (sequence.random(1)[0] * 2.0**BITS).astype(np.int64)
        reached = 2**bit + 1
        found[bit] = point ^ start ^ (found[bit - 1] if bit else 0)
    return start, found


def shuffled(seed: int, draws: Ints, total: int, stream: int) -> Ints:
    """Return the place of each draw in a random order of ``total``, (S,) int64, one by one.

    A Feistel network over the next even power of two, its rounds Philox, walked until it falls below the
    total: a bijection that needs no table (Luby and Rackoff 1988; Black and Rogaway 2002).

    Examples
    --------
    >>> sorted(shuffled(1, np.arange(7), 7, stream=3).tolist())
    [0, 1, 2, 3, 4, 5, 6]
    """
    half = max(math.ceil((total - 1).bit_length() / 2), 1)
    places = _mixed(seed, draws, half, stream)
    while (beyond := places >= total).any():
        places[beyond] = _mixed(seed, places[beyond], half, stream)
    return places


def _mixed(seed: int, values: Ints, half: int, stream: int) -> Ints:
    mask = np.uint64(2**half - 1)
    left, right = values.astype(np.uint64) >> np.uint64(half), values.astype(np.uint64) & mask
    same = np.zeros_like(right)
    for turn in range(1, PASSES + 1):
        counter = np.stack(
            [right & LOW, right >> np.uint64(32), same + np.uint64(turn), same + np.uint64(stream)]
        )
        word = philox4x32(counter, (seed & 0xFFFFFFFF, seed >> 32))[0]
        left, right = right, left ^ (word & mask)
    return ((left << np.uint64(half)) | right).astype(np.int64)


def correlated(plain: Floats, factor: Floats) -> Floats:
    """Return numbers that a Gaussian copula ties together, (S, D) float64.

    Parameters
    ----------
    plain : (S, D) float64, independent, on [0, 1).
    factor : (D, D) float64, the Cholesky factor of the correlations of their normal scores.
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 scipy loads when asked for

    scores = ndtri(np.clip(plain, 2.0**-53, 1.0 - 2.0**-53))
    # Added up by column, in one order: a matrix product would round differently for other numbers of rows.
    tied = np.zeros_like(scores)
    for column in range(scores.shape[1]):
        tied += scores[:, column, None] * factor[:, column]
    return np.asarray(ndtr(tied), dtype=np.float64)
