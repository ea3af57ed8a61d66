"""What the branches of October 2025 cost 13 economies: welfare by month, draws, exports won from others."""

import pandas as pd

import tradesim as ts

world = ts.trade_data.world_2023()
model = ts.economics.SingleSector(world.flows, world.tariffs, codes=world.codes)
source = f"tradesim, one-sector model, elasticity 4; {world.source}; statutory duties of the record us-china"
october = ts.scenarios.load("us-china-2025-10")
branches = october.run_branches()
costs = {name: ts.impact(paths, model, against="start") for name, paths in branches.items()}
last = pd.DataFrame({name: cost.to_frame().iloc[-1] for name, cost in costs.items()})
print("welfare in November 2026 against the duties of 23 October 2025, had they stayed, %")
print((100 * last).round(2).to_string())

panels = ts.plots.impact_panels(
    {name: cost.to_frame() for name, cost in costs.items()},
    label="Change in welfare (real income) against the duties of 23 October 2025, %",
    title="October 2025: welfare along the branches, by economy (scales differ)", source=source,
)  # fmt: skip
cost = ts.impact(october.run(draws=2000, seed=1), model, against="start")
print(cost)

pairs = ts.impacts.match(model.codes, model.tariffs, ("USA", "CHN", "ROW"), branches["threat"].recorded)
first, worst = (model.solve(pairs.tariffs(pairs.rates(branches["threat"].duty[0, day]))) for day in (0, 30))
won = ts.economics.diversion(*(then.flows / (1 + then.tariffs) for then in (first, worst))) / 1e9
parts = {"USA": won[0], "CHN": won[1], "all others": won[2:].sum(axis=0)}
bars = ts.plots.stacked_bars(
    pd.DataFrame(parts, index=model.codes), label="Exports won from others, US$ bn a year (model)",
    title="The threat carried out: who sells where China and the United States no longer do", source=source,
    key="22 November 2025 against 23 October; colours: in whose purchases; the sum over economies is 0",
)  # fmt: skip
pictures: dict[str, ts.plots.Chart] = {"branches": panels, "fan": cost.plot(), "diversion": bars}
for name, picture in pictures.items():
    print("written:", *ts.plots.save(picture, "out/what_it_costs", name))
