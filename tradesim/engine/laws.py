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
    for s in range(len(laws.touched)):
        laws.touched[s] = True
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
            laws.touched[s] = True
        any_due = True
    return any_due


@called
def force_laws(suspends: Flags, truces: Truces, laws: Laws, t: int) -> None:
    """Note what is charged on day t in draws that were touched: law, and not suspended or gone by a truce."""
    for s in range(len(laws.touched)):
        if laws.touched[s]:
            for live in range(len(laws.scale)):
                charged = laws.enacted[live, s]
                for k in range(len(suspends)):
                    if suspends[k, live]:
                        holds = truces.starts[k, s] <= t < truces.ends[k, s]
                        charged = charged and not (holds or truces.lapsed[k, s])
                laws.force[live, s] = laws.scale[live, s] if charged else 0.0


@called
def announce_laws(
    acts: Ints, news: Floats, reference: Floats, known: Floats, laws: Laws, everywhere: bool
) -> None:
    """Note what each act announces today beyond what was known of it: of its levels the highest counts.

    In draws that were touched, or ``everywhere``; then none is touched any longer.

    acts : (L,), the act of each live measure. news : (L, 2). reference, known : (G, 2), of today.
    """
    for s in range(len(laws.touched)):
        if everywhere or laws.touched[s]:
            laws.touched[s] = False
            for g in range(len(reference)):
                for channel in range(2):
                    expected = reference[g, channel]
                    standing, level = min(known[g, channel], expected), 0.0
                    for live in range(len(acts)):
                        if acts[live] == g and laws.enacted[live, s]:
                            level = max(level, laws.scale[live, s] * news[live, channel])
                    laws.change[g, channel, s] = max(level - expected, 0.0) - max(standing - level, 0.0)
