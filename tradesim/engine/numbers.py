"""Numbers: the uniform random numbers of a draw, compiled."""

import numpy as np

from tradesim.engine import philox
from tradesim.engine.compiled import called, compiled
from tradesim.engine.philox import HALF, LOW
from tradesim.engine.program import Floats, Ints

_rounds = called(philox.rounds)
_fraction = called(philox.fraction)


@called
def uniform(seed: np.uint64, draw: int, day: int, stream: int) -> float:
    """Return the number of (seed, draw, day, stream), uniform on [0, 1)."""
    number = np.uint64(draw)
    w0, w1, _, _ = _rounds(
        number & LOW, number >> HALF, np.uint64(day), np.uint64(stream), seed & LOW, seed >> HALF
    )
    return float(_fraction(w0, w1))


@called
def pair(seed: np.uint64, draw: int, day: int, stream: int) -> tuple[float, float]:
    """Return the two numbers of a block."""
    number = np.uint64(draw)
    w0, w1, w2, w3 = _rounds(
        number & LOW, number >> HALF, np.uint64(day), np.uint64(stream), seed & LOW, seed >> HALF
    )
    return _fraction(w0, w1), _fraction(w2, w3)


@compiled
def fill_once(seed: np.uint64, draws: Ints, streams: Ints, numbers: Floats) -> None:
    """Fill (S, E + 2K) with the numbers that each draw has once."""
    for k in range(len(streams)):
        for s in range(len(draws)):
            numbers[s, k] = uniform(seed, draws[s], 0, streams[k])
