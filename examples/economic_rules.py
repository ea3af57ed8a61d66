"""April 2025 by the book: what China would charge to restore its terms of trade, or welfare, or do best."""

from dataclasses import replace

import pandas as pd

import tradesim as ts
from tradesim.assembly import curves_of

WHO = [("USA", "CHN"), ("CHN", "USA")]
spiral, record = ts.scenarios.load("april-2025-spiral"), ts.datasets.load("us-china")
kinds = {
    "for its terms of trade": ts.rules.TermsOfTrade(elasticity=2.0, reaction=2, cap=1.25),
    "for its welfare": ts.rules.WelfareRestoring(elasticity=2.0, reaction=2, cap=1.25),
    "for the best": ts.rules.BestResponse(elasticity=2.0, reaction=2, unprovoked=False),
}
futures = {"as it was": record.effective_duty("2025-04-02", "2025-05-02", freq="D")[WHO]}
curves = {}
for name, rule in kinds.items():
    april = replace(spiral, name=name, rules={**spiral.rules, "CHN": ts.rules.Passive(), "CHN-USA": rule})
    paths = april.run()
    futures[name] = paths.to_frame()[WHO]
    curve = curves_of(april.rules, april.schedule, april.grid)["CHN", "USA"]
    curves[name] = pd.Series(curve.answers, curve.levels).where(curve.answers <= 1.25)
    for row in paths.events().query("exporter != 'ROW'").head(5).itertuples():
        print(f"{row.date:%d %b}  {row.importer}  {row.kind:<10}  {row.why}")

source = "tradesim, one-sector model of USA, CHN and ROW (world-2023), elasticity 2"
before = record.effective_duty("2025-03-01", "2025-04-02", freq="D")[WHO]
drawn = ts.plots.branch_grid(before, futures, source=source, title="April 2025, if China's duty had an aim")
chart = ts.plots.duty_curves(
    pd.DataFrame(curves).interpolate("index", limit_area="inside").loc[:1.0],
    x_label="US duty above that of 1 April 2025, on average, %", y_label="China's answer, on average, %",
    percent=True, source=source, title="What would answer what",
    key="its terms of trade are out of reach (of 125 %) where the line ends, its welfare almost at once",
)  # fmt: skip
print("written:", *ts.plots.save(drawn, "out/economic_rules", "april_by_aim"))
print("written:", *ts.plots.save(chart, "out/economic_rules", "answers_by_aim"))
