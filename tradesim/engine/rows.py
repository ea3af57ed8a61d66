"""Rows: what is done to all draws of a block at once, one short loop each.

A row is (B,) float64, one number per draw. Each loop writes one row and reads a few, so that the compiler
makes it of vector instructions; what is not needed is left out by whoever calls it, not by a branch inside.
"""

from tradesim.engine.compiled import called
from tradesim.engine.families import Family
from tradesim.engine.program import DUST, Floats, Ints

TINY = 1e-300
"""Less than any coverage: what must not be divided by."""
AT_ONCE = 64
"""Draws compared before it is asked whether the rest must be."""


@called
def fill(row: Floats | Ints, value: float) -> None:
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
def total(one: Floats, other: Floats, times: float, row: Floats) -> None:
    """Fill a row with the sum of one and a multiple of another."""
    for s in range(len(row)):
        row[s] = one[s] + times * other[s]


@called
def add(row: Floats, more: Floats, times: float) -> None:
    """Add a multiple of a row."""
    for s in range(len(row)):
        row[s] += times * more[s]


@called
def product(one: Floats, other: Floats, third: Floats, times: float, row: Floats) -> None:
    """Fill a row with the product of three rows, times a number."""
    for s in range(len(row)):
        row[s] = times * (one[s] * other[s] * third[s])


@called
def add_product(row: Floats, one: Floats, other: Floats, times: float) -> None:
    """Add the product of two rows, times a number."""
    for s in range(len(row)):
        row[s] += times * (one[s] * other[s])


@called
def differ(one: Floats, other: Floats) -> bool:
    """Return whether rows differ anywhere."""
    for low in range(0, len(one), AT_ONCE):
        if _differ(one[low : low + AT_ONCE], other[low : low + AT_ONCE]):
            return True
    return False


@called
def _differ(one: Floats, other: Floats) -> bool:
    different = 0
    for s in range(len(one)):
        different += one[s] != other[s]
    return different > 0


@called
def recall(history: Floats, step_of: Ints, lag: Floats, same: bool, t: int, x: int) -> int:
    """Return the place of a row that holds what ``history[:, x]`` was ``lag`` days before day t.

    history : (R + 1, X, B) float64, by step modulo R; where draws have lags of their own, or before the first
    day, the row is put together in the last place. lag : (B,), ``same`` if it is one for all draws.
    """
    last = len(history) - 1
    if same and t >= int(lag[0]):
        return int(step_of[t - int(lag[0])] % last)
    for s in range(len(lag)):
        day = t - int(lag[s])
        history[last, x, s] = history[step_of[day] % last, x, s] if day >= 0 else 0.0
    return last


@called
def notice(seen: Floats, tolerance: Floats, moving: Floats, noticed: Floats) -> None:
    """Take note of what exceeds the tolerance, where no truce holds still."""
    for s in range(len(noticed)):
        heard = seen[s] if seen[s] > tolerance[s] + DUST else 0.0
        noticed[s] = heard if moving[s] > 0.0 else noticed[s]


@called
def notice_per_coverage(
    seen: Floats, tolerance: Floats, coverage: Floats, moving: Floats, noticed: Floats
) -> None:
    """Do the same in points on the covered share, 0 where nothing is covered."""
    for s in range(len(noticed)):
        heard = seen[s] if seen[s] > tolerance[s] + DUST and coverage[s] > 0.0 else 0.0
        noticed[s] = heard / max(coverage[s], TINY) if moving[s] > 0.0 else noticed[s]


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
def want_anew(
    family: Family, noticed: Floats, day: int, values: Floats, before: Floats, wanted: Floats
) -> None:
    """Fill ``wanted`` by a slow family that looks at ``noticed`` alone, where that is not as before."""
    for s in range(len(wanted)):
        if noticed[s] != before[s]:
            mine = (values[0, s], values[1, s], values[2, s], values[3, s])
            wanted[s], _ = family(noticed[s], 0.0, 0.0, day, (0.0, 0.0, 0.0, 0.0), mine)
            before[s] = noticed[s]


@called
def want_on_curve(
    family: Family,
    noticed: Floats,
    day: int,
    coverage: Floats,
    levels: Floats,
    answers: Floats,
    wanted: Floats,
) -> None:
    """Fill ``wanted`` by a family that looks at ``noticed`` alone and takes knots, (Q,) each."""
    for s in range(len(wanted)):
        mine = (coverage[s], levels, answers)
        wanted[s], _ = family(noticed[s], 0.0, 0.0, day, (0.0, 0.0, 0.0, 0.0), mine)


@called
def want_remembering(
    family: Family,
    noticed: Floats,
    first: Floats,
    before: Floats,
    day: int,
    values: Floats,
    moving: Floats,
    memory: Floats,
    wanted: Floats,
) -> None:
    """Fill ``wanted`` and ``memory``, (4, B), of draws that no truce holds still."""
    for s in range(len(wanted)):
        own = first[s] + before[s]
        kept = (memory[0, s], memory[1, s], memory[2, s], memory[3, s])
        mine = (values[0, s], values[1, s], values[2, s], values[3, s])
        wanted[s], new = family(noticed[s], own, first[s], day, kept, mine)
        if moving[s] > 0.0:
            memory[0, s], memory[1, s], memory[2, s], memory[3, s] = new[0], new[1], new[2], new[3]


@called
def answer(
    wanted: Floats,
    first: Floats,
    ratchet: Floats,
    cap: Floats,
    moving: Floats,
    before: Floats,
    answered: Floats,
) -> None:
    """Fill ``answered`` with what a rule announces beside the law; in a truce, what it did before."""
    for s in range(len(answered)):
        more = _more(wanted[s], first[s], ratchet[s], cap[s], before[s])
        answered[s] = more if moving[s] > 0.0 else before[s]


@called
def answer_by(
    family: Family,
    noticed: Floats,
    law: Floats,
    before: Floats,
    day: int,
    values: Floats,
    ratchet: Floats,
    cap: Floats,
    moving: Floats,
    answered: Floats,
) -> None:
    """Do the same where a family that remembers nothing says what is wanted; ``values`` : (4, B).

    An economy has announced what it did by ``law``, nothing where that is below 0, and what its rule did
    ``before``.
    """
    for s in range(len(answered)):
        first, mine = max(0.0, law[s]), (values[0, s], values[1, s], values[2, s], values[3, s])
        wanted, _ = family(noticed[s], first + before[s], first, day, (0.0, 0.0, 0.0, 0.0), mine)
        more = _more(wanted, first, ratchet[s], cap[s], before[s])
        answered[s] = more if moving[s] > 0.0 else before[s]


@called
def _more(wanted: float, first: float, ratchet: float, cap: float, before: float) -> float:
    """Return what a rule announces beside the law, within its cap.

    Whoever wants what it has announced so far keeps it to the last bit, however often it looks.
    """
    own = first + before
    wish = min(max(wanted, own if ratchet > 0.0 else 0.0), cap)
    more = max(wish - first, 0.0)
    return before if wish == own else more


@called
def charge_shocks(lawful: Floats, shocked: Floats, share: Floats, duty: Floats) -> None:
    """Fill ``duty``: by law, and what shocks add."""
    for s in range(len(duty)):
        duty[s] = lawful[s] + shocked[s] * share[s]


@called
def charge_answer(
    lawful: Floats, answered: Floats, coverage: Floats, shocked: Floats, share: Floats, duty: Floats
) -> None:
    """Fill ``duty``: by law, and what a rule and shocks add."""
    for s in range(len(duty)):
        duty[s] = lawful[s] + (answered[s] * coverage[s] + shocked[s]) * share[s]


@called
def charge_cut(
    lawful: Floats,
    least: Floats,
    answered: Floats,
    coverage: Floats,
    shocked: Floats,
    share: Floats,
    duty: Floats,
) -> None:
    """Do the same where a rule takes away, but never of the part of the law that no rule gives back."""
    for s in range(len(duty)):
        more = (shocked[s] - answered[s] * coverage[s]) * share[s]
        floor = max(more, min(least[s] - lawful[s], 0.0))
        duty[s] = lawful[s] + (floor if more < 0.0 else more)
