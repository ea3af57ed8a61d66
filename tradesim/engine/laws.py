"""Laws: live measures, which truces and outcomes switch, by draw."""

from tradesim.engine.agenda import NONE, draw_in, due, thing_in
from tradesim.engine.compiled import called
from tradesim.engine.program import Flags, Floats, Ints
from tradesim.engine.rows import add
from tradesim.engine.state import RETURNS, Agenda, Laws, Truces

PRESENT = -1
"""No day to return on: a measure that no outcome has suspended."""


@called
def open_laws(
    pairs: Ints, enacted: Flags, eve: Floats, suspends: Flags, truces: Truces, laws: Laws, duty: Floats
) -> None:
    """Put every live measure as it is before the first day, and add it to the duty of the eve.

    pairs : (L, 2). enacted : (L,). eve : (L,), what each adds. suspends : (K, L). duty : (N, N, B).
    """
    for live in range(len(enacted)):
        for s in range(laws.scale.shape[1]):
            laws.enacted[live, s], laws.revoked[live, s] = enacted[live], False
            laws.scale[live, s], laws.returns[live, s] = 1.0, PRESENT
    force_laws(suspends, truces, laws, -1)
    for live in range(len(enacted)):
        add(duty[pairs[live, 0], pairs[live, 1]], laws.force[live], eve[live])


@called
def return_laws(agenda: Agenda, laws: Laws, t: int) -> bool:
    """Have measures return whose suspension is over on day t; return whether any was due."""
    any_due = False
    while True:
        item = due(agenda, RETURNS, t)
        if item == NONE:
            break
        live, s = thing_in(item), draw_in(item)
        if laws.returns[live, s] == t:
            laws.enacted[live, s] = True
            laws.returns[live, s] = PRESENT
        any_due = True
    return any_due


@called
def force_laws(suspends: Flags, truces: Truces, laws: Laws, t: int) -> None:
    """Note what is charged on day t: what is law, and no truce suspends or has taken with it."""
    for live in range(len(laws.scale)):
        for s in range(laws.scale.shape[1]):
            charged = laws.enacted[live, s]
            for k in range(len(suspends)):
                if suspends[k, live]:
                    holds = truces.starts[k, s] <= t < truces.ends[k, s]
                    charged = charged and not (holds or truces.lapsed[k, s])
            laws.force[live, s] = laws.scale[live, s] if charged else 0.0


@called
def announce_laws(acts: Ints, news: Floats, reference: Floats, known: Floats, laws: Laws, t: int) -> None:
    """Note what each act announces on day t beyond what was known of it: of its levels the highest counts.

    acts : (L,), the act of each live measure. news : (T, L, 2). reference : (G, 2). known : (T, G, 2).
    """
    for g in range(len(reference)):
        for channel in range(2):
            expected = reference[g, channel]
            standing = min(known[t, g, channel], expected)
            for s in range(laws.scale.shape[1]):
                level = 0.0
                for live in range(len(acts)):
                    if acts[live] == g and laws.enacted[live, s]:
                        level = max(level, laws.scale[live, s] * news[t, live, channel])
                laws.change[g, channel, s] = max(level - expected, 0.0) - max(standing - level, 0.0)
