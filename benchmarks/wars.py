"""The wars that `benchmarks.engine` times, and the same wars as others would write them.

In each, every economy matches every partner: it answers the day after, charges at once, and holds still
towards those with whom a truce is in force; a truce's window differs from draw to draw and suspends all that
was added; on each pair that shocks hit, one arrives every twenty days on average and stays.
"""

import ctypes
import datetime as dt
import itertools
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tradesim.economies import Economies
from tradesim.engine.program import DUST, Arrival, Of, Program, Trace, Window
from tradesim.engine.run import _blank, _in_blocks, count
from tradesim.engine.run import run as run_engine
from tradesim.rules import Match
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.shocks import Shock, Size
from tradesim.truces import Truce

FIRST = dt.date(2025, 1, 1)
ODDS, SCALE = 0.05, 0.05
"""Of a shock a day; the mean of their exponential sizes."""
BINS, TOP = 1024, 4.0
SEED = 20_250_402
SOURCE = Path(__file__).with_name("day_loop.c")

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class War:
    """A scenario and its arrays: N economies, T days, K truces, H streams of shocks."""

    name: str
    scenario: Scenario

    @property
    def program(self) -> Program:
        """The scenario as the engine's arrays."""
        return self.scenario.program

    @property
    def shape(self) -> tuple[int, int]:
        """Days and economies."""
        days, n, _ = self.program.base.shape
        return days, n

    @property
    def together(self) -> Flags:
        """Whether both economies are party to a truce, ``(K, N, N)``."""
        parties = self.program.truce_parties
        return parties[:, :, None] & parties[:, None, :] & ~np.eye(parties.shape[1], dtype=np.bool_)

    @property
    def match(self) -> tuple[float, float]:
        """Ratio and cap of every rule."""
        values = self.program.rule_values[0, 0]
        return float(values[Of.OWN]), float(values[Of.CAP])


def war_of(n: int, days: int, truces: int = 1, pairs: int = 2) -> War:
    """Return the war of so many economies, days, truces (of two neighbours each) and pairs hit by shocks."""
    codes = ("USA", "CHN", *(f"E{k:02}" for k in range(2, n)))
    hit = [*itertools.islice(itertools.permutations(codes, 2), pairs)] if n > 2 else [codes, codes[::-1]]
    scenario = Scenario(
        name="benchmark",
        start=FIRST,
        end=FIRST + dt.timedelta(days=days),
        schedule=Schedule([], Economies(codes)),
        rules={code: Match(ratio=1.0, reaction=1, implementation=0) for code in codes},
        truces=tuple(
            Truce(
                name=f"truce {k}",
                parties=(codes[k % n], codes[(k + 1) % n]),
                start=FIRST + dt.timedelta(days=days // 6 * (k + 1)),
                days=days // 6,
                start_spread=days // 6,
                length_spread=days // 3,
                surcharges=1.0,
            )
            for k in range(truces)
        ),
        shocks=tuple(
            Shock(importer=i, exporter=j, rate=ODDS * 365.25, size=Size("expon", scale=SCALE)) for i, j in hit
        ),
    )
    return War(f"{n} economies × {days} days", scenario)


class Buffer(NamedTuple):
    """Where paths go: duty (S, T, N, N) float64, truce (S, T, K) bool; every page of it touched."""

    duty: Floats
    truce: Flags


def buffer_of(war: War, rows: int) -> Buffer:
    """Return room for the paths of so many draws."""
    days, n = war.shape
    duty, truce = np.empty((rows, days, n, n)), np.empty((rows, days, len(war.together)), np.bool_)
    duty.fill(np.nan)
    truce.fill(1)
    return Buffer(duty, truce)


# tradesim ------------------------------------------------------------------------------------------------


def tradesim_paths(war: War, buffer: Buffer, threads: int) -> Callable[[int, int], None]:
    """Return a function that plays draws ``first`` to ``first + count`` into the buffer."""
    empty = _blank(war.program, 0, traced=False)
    rows = len(buffer.duty)
    truces = len(war.together)
    whole = empty._replace(
        duty=buffer.duty,
        truce=buffer.truce,
        outcome=np.zeros((rows, 0), np.int64),
        renewals=np.zeros((rows, truces), np.int64),
        breached=np.zeros((rows, truces), np.bool_),
    )

    def play(first: int, count: int) -> None:
        draws = np.arange(first, first + count)
        _in_blocks(war.program, draws, SEED, "random", whole, threads)

    return play


def tradesim_fresh(war: War, threads: int) -> Callable[[int, int], None]:
    """Return the same into memory that the system has yet to hand out."""

    def play(first: int, count: int) -> None:
        run_engine(war.program, np.arange(first, first + count), SEED, threads=threads)

    return play


def tradesim_counted(war: War, threads: int) -> Callable[[int, int], Any]:
    """Return a function that counts draws by their duties, and keeps no path."""
    return lambda first, many: count(
        war.program, np.arange(first, first + many), SEED, bins=BINS, top=TOP, threads=threads
    )


def traced(war: War, draws: int) -> Trace:
    """Return the first draws with all that happened in them."""
    return run_engine(war.program, np.arange(draws), SEED, traced=True, threads=1)


# C, compiled on the spot ---------------------------------------------------------------------------------


POINTERS = ("pair", "stream", "rate", "sizes", "parties", "window", "once")
"""Of the war in ``day_loop.c``, in its order."""


class _War(ctypes.Structure):
    _fields_ = (
        ("streams", ctypes.c_int64),
        ("truces", ctypes.c_int64),
        *(
            (name, ctypes.c_void_p)
            for name in ("pair", "stream", "rate", "sizes", "parties", "window", "once")
        ),
        ("ratio", ctypes.c_double),
        ("cap", ctypes.c_double),
    )


class Loop:
    """The loop in C for the shape of a war."""

    def __init__(self, war: War, library: Any) -> None:
        p = war.program
        self._library = library
        self._shape = (*war.shape, len(p.truce_lapses))
        self._arrays = (
            p.shock_pair,
            p.shock_stream,
            np.ascontiguousarray(p.shock_values[0, :, Arrival.RATE]),
            p.shock_sizes,
            p.truce_parties,
            np.ascontiguousarray(p.truce_values[0, :, : Window.SURCHARGES]),
            p.once_stream,
        )
        places = [array.ctypes.data for array in self._arrays]
        self._war = _War(len(p.shock_stream), len(p.truce_lapses), *places, *war.match)

    def paths(self, buffer: Buffer) -> Callable[[int, int], None]:
        """Return a function that plays draws into the buffer."""
        return lambda first, many: self._play(self._library.paths, buffer, first, many)

    def days_only(self, buffer: Buffer) -> Callable[[int, int], None]:
        """Return the same with the random numbers of one draw for all, drawn once."""
        return lambda first, many: self._play(self._library.days_only, buffer, first, many)

    def fresh(self) -> Callable[[int, int], None]:
        """Return the same as `paths`, into memory that the system has yet to hand out."""
        days, n, truces = self._shape

        def play(first: int, many: int) -> None:
            buffer = Buffer(np.empty((many, days, n, n)), np.zeros((many, days, truces), np.bool_))
            self._play(self._library.paths, buffer, first, many)

        return play

    def counted(self, first: int, many: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Count draws by their duties."""
        days, n, truces = self._shape
        duties, held = np.zeros((days, n, n, BINS), np.int32), np.zeros((days, truces), np.int32)
        self._library.counted(
            ctypes.byref(self._war),
            ctypes.c_uint64(SEED),
            ctypes.c_int64(first),
            ctypes.c_int64(many),
            ctypes.c_int64(BINS),
            ctypes.c_double(BINS / TOP),
            duties.ctypes,
            held.ctypes,
        )
        return duties, held

    def triad(self, a: Floats, b: Floats, c: Floats) -> None:
        """Set a to b + 3 c."""
        self._library.triad(ctypes.c_int64(len(a)), a.ctypes, b.ctypes, c.ctypes)

    def _play(self, function: Any, buffer: Buffer, first: int, many: int) -> None:
        function(
            ctypes.byref(self._war),
            ctypes.c_uint64(SEED),
            ctypes.c_int64(first),
            ctypes.c_int64(many),
            buffer.duty.ctypes,
            buffer.truce.ctypes,
        )


def compiled_loop(war: War, folder: str) -> Loop | None:
    """Compile the loop for the shape of a war; ``None`` where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    days, n = war.shape
    library = Path(folder) / f"day_loop_{n}_{days}.so"
    flags = ["-O3", "-march=native", f"-DN={n}", f"-DDAYS={days}", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-lm"], check=True, timeout=120)
    return Loop(war, ctypes.CDLL(str(library)))


# NumPy and plain Python, as a user would write them -------------------------------------------------------


class Chance(Protocol):
    """What is random in a war: day by day the new shocks (S, H) and the truces in force (S, K)."""

    def shocks(self, t: int) -> Floats:
        """Return the sizes of what arrives on a day, 0 for nothing."""

    def held(self, t: int) -> Flags:
        """Return which truces are in force on a day."""


class Told:
    """What happened in tradesim's draws, to compare with."""

    def __init__(self, trace: Trace) -> None:
        self._arrived = np.diff(trace.shocked, axis=1, prepend=0.0)
        self._held = trace.truce

    def shocks(self, t: int) -> Floats:
        """Return what arrived on a day."""
        return self._arrived[:, t]

    def held(self, t: int) -> Flags:
        """Return which truces were in force on a day."""
        return self._held[:, t]


class Diced:
    """Random numbers from np.random."""

    def __init__(self, war: War, draws: int) -> None:
        self._dice = np.random.default_rng(SEED)
        window = war.program.truce_values[0]
        self._shape = draws, len(war.program.shock_stream)
        late, more = self._dice.random((2, draws, len(window)))
        late *= window[:, Window.START_SPREAD] + 1
        more *= window[:, Window.LENGTH_SPREAD] + 1
        self._starts = window[:, Window.START] + np.floor(late)
        self._ends = self._starts + window[:, Window.LENGTH] + np.floor(more)

    def shocks(self, t: int) -> Floats:  # noqa: ARG002 every day is alike
        """Draw what arrives on a day."""
        return (self._dice.random(self._shape) < ODDS) * self._dice.exponential(SCALE, self._shape)

    def held(self, t: int) -> Flags:
        """Return which truces are in force on a day."""
        return np.asarray((self._starts <= t) & (t < self._ends), dtype=np.bool_)


def numpy_days(war: War, chance: Chance, duty: Floats, truce: Flags) -> None:
    """Play all draws day by day, whole arrays at a time, into duty (S, T, N, N) and truce (S, T, K)."""
    (ratio, cap), (i, j) = war.match, war.program.shock_pair.T
    known = np.zeros(duty[:, 0].shape)
    answer, announced = known.copy(), known.copy()
    for t in range(duty.shape[1]):
        held = chance.held(t)
        still = (held[:, :, None, None] & war.together).any(axis=1)
        known[:, i, j] += chance.shocks(t)
        seen = np.where(announced > DUST, announced, 0.0).swapaxes(1, 2)
        wanted = np.minimum(ratio * seen, cap)
        answer = np.where(still, answer, np.maximum(wanted - known, 0.0))
        announced = known + answer
        duty[:, t] = np.where(still, 0.0, announced)
        truce[:, t] = held


def python_days(war: War, arrived: list[list[float]], held: list[list[bool]]) -> list[list[list[float]]]:
    """Play one draw with lists: what arrives (T, H), truces in force (T, K) → duty (T, N, N)."""
    (ratio, cap), n = war.match, war.shape[1]
    together, hit = war.together.tolist(), war.program.shock_pair.tolist()
    known = [[0.0] * n for _ in range(n)]
    answer, announced = [[0.0] * n for _ in range(n)], [[0.0] * n for _ in range(n)]
    duty = []
    for arriving, truces in zip(arrived, held, strict=True):
        for (i, j), size in zip(hit, arriving, strict=True):
            known[i][j] += size
        today, charged = [[0.0] * n for _ in range(n)], [[0.0] * n for _ in range(n)]
        for i in range(n):
            for j in range(n):
                still = any(on and both[i][j] for on, both in zip(truces, together, strict=True))
                if not still:
                    seen = announced[j][i]
                    wanted = min(ratio * seen, cap) if seen > DUST else 0.0
                    answer[i][j] = max(wanted - known[i][j], 0.0)
                today[i][j] = known[i][j] + answer[i][j]
                charged[i][j] = 0.0 if still else today[i][j]
        announced = today
        duty.append(charged)
    return duty


def python_draw(war: War, dice: random.Random) -> list[list[list[float]]]:
    """Play one draw with numbers from the standard library."""
    (days, _), streams = war.shape, range(len(war.program.shock_stream))
    arrived = [
        [dice.expovariate(1 / SCALE) if dice.random() < ODDS else 0.0 for _ in streams] for _ in range(days)
    ]
    windows = []
    for start, length, late, more in war.program.truce_values[0, :, : Window.SURCHARGES].tolist():
        begins = start + dice.randint(0, int(late))
        windows.append((begins, begins + length + dice.randint(0, int(more))))
    return python_days(war, arrived, [[a <= t < b for a, b in windows] for t in range(days)])
