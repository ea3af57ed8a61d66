"""Duties chosen for gain: what a US duty on all collects, a war of all, and the best talks out of it."""

import numpy as np
import pandas as pd

import tradesim as ts
from tradesim import economics as ec

world = ts.trade_data.world_2023()
source = f"tradesim, one-sector model without trade deficits, elasticity 4 unless said; {world.source}"
models = [ec.SingleSector(world.flows, world.tariffs, e, "purged", world.codes) for e in (4.0, 2.5, 8.0)]

levels, us = np.linspace(0, 1.5, 61), world.codes.index("USA")
duties = np.repeat(world.tariffs[None], len(levels), axis=0)
duties[:, us, [k for k in range(13) if k != us]] = levels[:, None]
collected = {f"elasticity {m.elasticity:g}": m.solve(duties).revenue[:, us] / 1e9 for m in models}
laffer = ts.plots.duty_curves(
    pd.DataFrame(collected, index=levels),
    x_label="Duty of the United States on all imports, %",
    y_label="Duties collected in the model, US$ bn a year",
    title="What a US duty on everybody would collect",
    source=source,
)

war = ec.nash(models[0], uniform="partners")
talks = ec.cooperative(models[0], reference=war.tariffs, uniform="partners")
worth = pd.DataFrame(
    {"Nash: all answer best": war.welfare - 1, "cooperation": talks.welfare - 1}, world.codes
)
print((100 * worth).round(2).to_string())
bars = ts.plots.grouped_bars(
    worth,
    label="Change in welfare from the tariffs of the base, %",
    key="each economy charges all others one duty; base: duties of 2023 of USA and CHN, else none",
    title="A war of all against all, and the best agreement out of it",
    source=source,
)
for name, picture in {"laffer": laffer, "nash_and_talks": bars}.items():
    print("written:", *ts.plots.save(picture, "out/chosen_duties", name))
