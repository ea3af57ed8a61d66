"""Numbers: the random numbers of a design, each a pure function of the seed and of the number of the draw."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradesim.engine.philox import LOW, philox4x32, stream_of, uniform
from tradesim.engine.sobol import sobol_points

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
        return sobol_points(seed, draws, len(names), BITS)
    streams = [stream_of("sweep", name) for name in names]
    plain = np.column_stack([uniform(seed, draws, 0, stream) for stream in streams])
    if kind == "random":
        return plain
    places = np.column_stack([shuffled(seed, draws, total, stream) for stream in streams])
    return np.minimum((places + plain) / total, 1.0 - 2.0**-53)


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
