"""Rows: what is done to all draws of a block at once, one short loop each.

A row is (B,) float64, one number per draw. Each loop writes one row and reads a few, so that the compiler
makes it of vector instructions; what is not needed is left out by whoever calls it, not by a branch inside.
"""

from tradesim.engine.compiled import called
from tradesim.engine.families import Family
from tradesim.engine.program import DUST, Floats, Ints


@called
def fill(row: Floats, value: float) -> None:
    """Put the same number everywhere."""
    for s in range(len(row)):
        row[s] = value


@called
def copy(source: Floats, row: Floats) -> None:
    """Copy a row."""
    for s in range(len(row)):
        row[s] = source[s]


@called
def raise_to(row: Floats, least: Floats) -> None:
    """Let no number be below another."""
    for s in range(len(row)):
        row[s] = max(row[s], least[s])


@called
def raise_to_zero(row: Floats) -> None:
    """Let no number be negative."""
    for s in range(len(row)):
        row[s] = max(0.0, row[s])


@called
def add(row: Floats, more: Floats, times: float) -> None:
    """Add a multiple of a row."""
    for s in range(len(row)):
        row[s] += times * more[s]


@called
def multiply(row: Floats, factor: Floats) -> None:
    """Multiply a row by another."""
    for s in range(len(row)):
        row[s] *= factor[s]


@called
def add_product(row: Floats, one: Floats, other: Floats, times: float) -> None:
    """Add the product of two rows, times a number."""
    for s in range(len(row)):
        row[s] += times * (one[s] * other[s])


@called
def add_triple(row: Floats, one: Floats, other: Floats, third: Floats, times: float) -> None:
    """Add the product of three rows, times a number."""
    for s in range(len(row)):
        row[s] += times * (one[s] * other[s] * third[s])


@called
def differ(one: Floats, other: Floats) -> bool:
    """Return whether rows differ anywhere."""
    different = 0
    for s in range(len(one)):
        different += one[s] != other[s]
    return different > 0


@called
def remember(history: Floats, step_of: Ints, lag: Floats, same: bool, t: int, x: int, row: Floats) -> None:
    """Fill a row with what ``history[:, x]`` was ``lag`` days before day t, 0 before the first.

    history : (R, X, B) float64, by step modulo R. lag : (B,), ``same`` if it is one for all draws.
    """
    if same:
        day = t - int(lag[0])
        if day < 0:
            fill(row, 0.0)
        else:
            copy(history[step_of[day] % len(history), x], row)
        return
    for s in range(len(row)):
        day = t - int(lag[s])
        row[s] = history[step_of[day] % len(history), x, s] if day >= 0 else 0.0


@called
def tolerate(seen: Floats, tolerance: Floats) -> None:
    """Leave nothing of what does not exceed the tolerance."""
    for s in range(len(seen)):
        seen[s] = seen[s] if seen[s] > tolerance[s] + DUST else 0.0


@called
def copy_where(moving: Floats, source: Floats, row: Floats) -> None:
    """Copy a row, where no truce holds still."""
    for s in range(len(row)):
        row[s] = source[s] if moving[s] > 0.0 else row[s]


@called
def know(scheduled: Floats, sign: float, first: Floats) -> None:
    """Fill ``first`` with what an economy has announced by law."""
    for s in range(len(first)):
        first[s] = max(0.0, sign * scheduled[s])


@called
def per_coverage(row: Floats, coverage: Floats) -> None:
    """Turn an average over all trade into points on the covered share, 0 where nothing is covered."""
    for s in range(len(row)):
        row[s] = row[s] / coverage[s] if coverage[s] > 0.0 else 0.0


@called
def total(one: Floats, other: Floats, row: Floats) -> None:
    """Fill a row with a sum."""
    for s in range(len(row)):
        row[s] = one[s] + other[s]


@called
def want(
    family: Family,
    noticed: Floats,
    own: Floats,
    first: Floats,
    day: int,
    values: Floats,
    wanted: Floats,
) -> None:
    """Fill ``wanted`` by a family that remembers nothing; ``values`` : (4, B)."""
    for s in range(len(wanted)):
        mine = (values[0, s], values[1, s], values[2, s], values[3, s])
        wanted[s], _ = family(noticed[s], own[s], first[s], day, (0.0, 0.0, 0.0, 0.0), mine)


@called
def want_remembering(
    family: Family,
    noticed: Floats,
    own: Floats,
    first: Floats,
    day: int,
    values: Floats,
    moving: Floats,
    memory: Floats,
    wanted: Floats,
) -> None:
    """Fill ``wanted`` and ``memory``, (4, B), of draws that no truce holds still."""
    for s in range(len(wanted)):
        kept = (memory[0, s], memory[1, s], memory[2, s], memory[3, s])
        mine = (values[0, s], values[1, s], values[2, s], values[3, s])
        wanted[s], new = family(noticed[s], own[s], first[s], day, kept, mine)
        if moving[s] > 0.0:
            memory[0, s], memory[1, s], memory[2, s], memory[3, s] = new[0], new[1], new[2], new[3]


@called
def answer(
    wanted: Floats,
    own: Floats,
    first: Floats,
    ratchet: Floats,
    cap: Floats,
    moving: Floats,
    before: Floats,
    answered: Floats,
) -> None:
    """Fill ``answered`` with what a rule announces beside the law; in a truce, what it did before."""
    for s in range(len(answered)):
        least = own[s] if ratchet[s] > 0.0 else 0.0
        wish = min(max(wanted[s], least), cap[s])
        more = max(wish - first[s], 0.0)
        answered[s] = more if moving[s] > 0.0 else before[s]


@called
def keep_least(charged: Floats, lawful: Floats, least: Floats, duty: Floats) -> None:
    """Fill ``duty``: what is charged by law and beside it, a cut never into the part that no rule gives."""
    for s in range(len(duty)):
        floor = max(charged[s], min(least[s] - lawful[s], 0.0))
        duty[s] = lawful[s] + (floor if charged[s] < 0.0 else charged[s])
