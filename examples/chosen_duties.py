"""Duties chosen for gain: what a US duty collects, wars and talks among 13 economies, best responses."""

import numpy as np
import pandas as pd

import tradesim as ts
from tradesim import economics as ec

world = ts.trade_data.world_2023()
source = f"tradesim, one-sector model without trade deficits, elasticity 4 unless said; {world.source}"
us, china = world.codes.index("USA"), world.codes.index("CHN")

levels = np.linspace(0, 1.5, 61)
duties = np.repeat(world.tariffs[None], len(levels), axis=0)
duties[:, us, [k for k in range(13) if k != us]] = levels[:, None]
models = [ec.SingleSector(world.flows, world.tariffs, e, "purged", world.codes) for e in (4.0, 2.5, 8.0)]
collected = {f"elasticity {m.elasticity:g}": m.solve(duties).revenue[:, us] / 1e9 for m in models}
laffer = ts.plots.duty_curves(
    pd.DataFrame(collected, index=levels), title="What a US duty on everybody would collect", source=source,
    x_label="Duty of the United States on all imports, %", y_label="Duties collected in the model, US$ bn a year",
)  # fmt: skip

model = models[0]
war = ec.nash(model, uniform="partners")
talks = ec.cooperative(model, reference=war.tariffs, uniform="partners")
worth = pd.DataFrame({"Nash: all duties best answers": war.welfare - 1, "cooperation": talks.welfare - 1}, model.codes)
print((100 * worth).round(2).to_string())
bars = ts.plots.grouped_bars(worth, label="Change in welfare from the tariffs of the base, %", source=source,
                             key="each economy charges all others one duty; base: duties of 2023 of USA and CHN, else none",
                             title="A war of all against all, and the best agreement out of it")  # fmt: skip

levels = np.linspace(0, 0.3, 31)
attack, answers, pair = np.repeat(model.tariffs[None], 31, axis=0), {}, np.zeros((13, 13), dtype=bool)
for code, other in ((us, china), (china, us)):
    given = attack.copy()
    given[:, other, code], given[:, code, other], pair[code, other] = levels, 0.0, True
    answers[code] = ec.best_response_tariff(model, given, model.codes[code], model.codes[other]).tariff
both = ec.nash(model, ["USA", "CHN"], free=pair).tariffs
curves = ts.plots.best_responses(("USA", levels, answers[us]), ("CHN", levels, answers[china]), source=source,
                                 nash=(both[us, china], both[china, us]), key="all other duties as in the base",
                                 title="The best answer to each other's duty")  # fmt: skip
for name, picture in {"laffer": laffer, "nash_and_talks": bars, "best_responses": curves}.items():
    print("written:", *ts.plots.save(picture, "out/chosen_duties", name))
