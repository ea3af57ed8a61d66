"""Random numbers as a pure function of (seed, draw, day, stream): Philox 4x32-10.

Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11. Draw k is the
same whatever the number of draws, blocks, threads or the order in which they run. `rounds` is written once,
for single words, which the day loop compiles, and for arrays of them.
"""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Word = Any
"""uint64 below 2**32, or an array of such."""

WORDS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
DROPPED = np.uint64(11)
"""Bits that a float64 between 0 and 1 has no room for."""
FRACTION = 2.0**-53


def rounds(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Return the ten-round Philox block of a counter of four words under a key of two."""
    for _ in range(10):
        first, second = c0 * WORDS[0], c2 * WORDS[1]
        c0, c1, c2, c3 = (second >> HALF) ^ c1 ^ k0, second & LOW, (first >> HALF) ^ c3 ^ k1, first & LOW
        k0, k1 = (k0 + WEYL[0]) & LOW, (k1 + WEYL[1]) & LOW
    return c0, c1, c2, c3


def fraction(high: Word, low: Word) -> Any:
    """Return a number uniform on [0, 1) with 53 bits, made of two words."""
    return (((high << HALF) | low) >> DROPPED) * FRACTION


def philox4x32(counter: NDArray[np.uint64], key: tuple[int, int]) -> NDArray[np.uint64]:
    """Return the ten-round Philox block of each counter.

    Parameters
    ----------
    counter : (4, ...) uint64, each word below 2**32.
    key : two words below 2**32.

    Returns
    -------
    (4, ...) uint64, each word below 2**32.
    """
    c0, c1, c2, c3 = (word.astype(np.uint64) for word in counter)
    return np.stack(rounds(c0, c1, c2, c3, np.uint64(key[0]), np.uint64(key[1])))


def uniform(seed: int, draws: NDArray[np.int64], day: int, stream: int) -> NDArray[np.float64]:
    """Return one number per draw, uniform on [0, 1) with 53 bits.

    Parameters
    ----------
    seed : 0 or more, below 2**64.
    draws : (S,) int64, the numbers of the draws.
    day, stream : below 2**32: the day of the scenario, and what the number is for.

    Examples
    --------
    >>> uniform(7, np.array([0, 1]), day=3, stream=0)[1] == uniform(7, np.array([1]), day=3, stream=0)[0]
    np.True_
    """
    number = draws.astype(np.uint64)
    same = np.zeros_like(number)
    counter = np.stack([number & LOW, number >> HALF, same + np.uint64(day), same + np.uint64(stream)])
    words = philox4x32(counter, (seed & 0xFFFFFFFF, seed >> 32))
    return np.asarray(fraction(words[0], words[1]), dtype=np.float64)


def stream_of(purpose: str, name: str) -> int:
    """Return the stream of a named thing: the order in which things are listed changes no number.

    Examples
    --------
    >>> stream_of("event", "summit") == stream_of("event", "summit") != stream_of("start", "summit")
    True
    """
    return zlib.crc32(f"{purpose} {name}".encode())
