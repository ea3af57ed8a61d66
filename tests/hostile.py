"""A scenario all of whose names and notes are markup."""

from dataclasses import replace

import tradesim as ts
from tradesim.shocks import Size

OCTOBER = ts.scenarios.load("us-china-2025-10")
BAD = "<img src=x onerror=hacked()> & $$x$$ \\(y\\)"


def hostile():
    event = replace(OCTOBER.events[1], name=BAD, note=BAD)
    outcomes = tuple(replace(o, name=f"{o.name} {BAD}", note=BAD, effects=()) for o in event.outcomes)
    truce = ts.Truce(name=BAD, parties=("USA", "CHN"), start="2025-08-12", end="2025-11-10")
    shock = ts.Shock(importer="USA", exporter="CHN", rate=3, size=Size(value=0.1), name=BAD)
    return replace(
        OCTOBER, name=BAD, title=BAD, description=f"{BAD}\n\n{BAD}", source=BAD, truces=(truce,),
        events=(replace(event, outcomes=outcomes),), shocks=(shock,), branches={},
    )  # fmt: skip
