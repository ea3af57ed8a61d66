"""Random numbers: the published known answers, an independent reading, and what a sample must look like."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tradesim.engine import numbers as compiled
from tradesim.engine.philox import philox4x32, stream_of, uniform

words = st.integers(0, 2**32 - 1)

KNOWN = [
    ("00000000 " * 4, "00000000 " * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff " * 4, "ffffffff " * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
"""Random123 1.09, tests/kat_vectors, philox4x32 with 10 rounds: counter, key, result."""


def numbers(text):
    return [int(word, 16) for word in text.split()]


def plain_philox(counter, key):
    """Salmon et al. (2011), section 3.3, in Python integers."""
    (a, b, c, d), (k, m) = counter, key
    for _ in range(10):
        one, two = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = two >> 32 ^ b ^ k, two % 2**32, one >> 32 ^ d ^ m, one % 2**32
        k, m = (k + 0x9E3779B9) % 2**32, (m + 0xBB67AE85) % 2**32
    return [a, b, c, d]


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_the_published_known_answers(counter, key, result):
    found = philox4x32(np.array(numbers(counter), dtype=np.uint64), tuple(numbers(key)))
    assert found.tolist() == numbers(result)


def test_the_published_known_answers_side_by_side():
    """Many counters at once, of one key, are the same as each alone."""
    counters = np.array([numbers(counter) for counter, _, _ in KNOWN], dtype=np.uint64).T
    together = philox4x32(counters, (0, 0))
    assert together.shape == (4, 3)
    assert together[:, 0].tolist() == numbers(KNOWN[0][2])
    assert together.T.tolist() == [plain_philox(numbers(counter), (0, 0)) for counter, _, _ in KNOWN]


@given(st.lists(words, min_size=4, max_size=4), st.tuples(words, words))
def test_any_block_agrees_with_python_integers(counter, key):
    assert philox4x32(np.array(counter, dtype=np.uint64), key).tolist() == plain_philox(counter, key)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**62), words, words)
def test_a_number_is_the_first_53_bits_of_its_block(seed, draw, day, stream):
    first, second, *_ = plain_philox((draw % 2**32, draw >> 32, day, stream), (seed % 2**32, seed >> 32))
    expected = ((first << 32 | second) >> 11) / 2**53
    assert uniform(seed, np.array([draw]), day, stream).tolist() == [expected]
    assert 0 <= expected < 1


@given(st.integers(1, 50), st.integers(0, 2**20))
def test_a_draw_does_not_depend_on_how_many_there_are_nor_on_their_order(count, first):
    draws = np.arange(first, first + count)
    every = uniform(9, draws, 4, 2)
    assert np.array_equal(every[::-1], uniform(9, draws[::-1], 4, 2))
    assert every[-1] == uniform(9, np.array([first + count - 1]), 4, 2)[0]
    assert np.array_equal(every, uniform(9, np.arange(first + 2 * count), 4, 2)[first : first + count])


def test_a_stream_is_the_checksum_of_its_name():
    """CRC-32 of 123456789 is cbf43926, the check value of its definition."""
    assert zlib.crc32(b"123456789") == 0xCBF43926
    assert stream_of("123456789"[:4], "6789") == zlib.crc32(b"1234 6789")
    assert stream_of("event", "été") == zlib.crc32("event été".encode())
    streams = {
        stream_of(purpose, f"truce {k}")
        for purpose in ("event", "start", "length", "renewal", "breach", "forgiveness", "shock")
        for k in range(100)
    }
    assert len(streams) == 700
    assert all(0 <= stream < 2**32 for stream in streams)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**62), words, words)
def test_the_numbers_of_the_day_loop_are_those_of_arrays(seed, draw, day, stream):
    key = np.uint64(seed)
    one = compiled.uniform(key, draw, day, stream)
    assert one == uniform(seed, np.array([draw]), day, stream)[0]
    first, second = compiled.pair(key, draw, day, stream)
    block = plain_philox((draw % 2**32, draw >> 32, day, stream), (seed % 2**32, seed >> 32))
    assert (first, second) == (one, ((block[2] << 32 | block[3]) >> 11) / 2**53)


def test_numbers_that_a_draw_has_once_are_of_day_0():
    draws, streams = np.array([0, 5, 2**40]), np.array([3, 2**32 - 1])
    filled = np.zeros((3, 2))
    compiled.fill_once(np.uint64(9), draws, streams, filled)
    assert np.array_equal(filled, np.transpose([uniform(9, draws, 0, int(s)) for s in streams]))


SAMPLE = np.arange(50_000)


def test_numbers_are_uniform():
    sample = uniform(1, SAMPLE, 10, 0)
    assert stats.kstest(sample, "uniform").pvalue > 0.001
    counts = np.histogram(sample, bins=100, range=(0, 1))[0]
    assert stats.chisquare(counts).pvalue > 0.001
    bits = (sample * 2**53).astype(np.int64)
    for bit in range(53):
        assert stats.binomtest(int((bits >> bit & 1).sum()), len(SAMPLE)).pvalue > 1e-5


@pytest.mark.parametrize(
    "other", [{"seed": 2}, {"seed": 1 + 2**32}, {"day": 11}, {"stream": 1}, {"draws": SAMPLE + 2**32}]
)
def test_seeds_days_streams_and_draws_are_independent_of_each_other(other):
    given_ = {"seed": 1, "draws": SAMPLE, "day": 10, "stream": 0}
    one, two = uniform(**given_), uniform(**(given_ | other))
    assert not np.any(one == two)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(len(SAMPLE))
    grid = np.histogram2d(one, two, bins=8, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(grid.ravel()).pvalue > 0.001


def test_neighbouring_draws_are_independent():
    sample = uniform(3, SAMPLE, 0, 0)
    for lag in (1, 2, 16):
        assert abs(np.corrcoef(sample[:-lag], sample[lag:])[0, 1]) < 4 / np.sqrt(len(SAMPLE))
