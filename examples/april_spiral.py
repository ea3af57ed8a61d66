"""April 2025 from two rules: one matches, one goes 50 points above, both stop at 125 %."""

from pathlib import Path

import tradesim as ts

out = Path("out/examples")
scenario = ts.scenarios.load("april-2025-spiral")
paths = scenario.run()

moves = paths.events().query("kind == 'announces' and exporter != 'ROW'")
for row in moves.itertuples():
    print(f"{row.date:%d %b}  {row.importer} on {row.exporter}: {row.to:.0%}  {row.why}")

record = ts.datasets.load("us-china").effective_duty("2025-04-02", "2025-05-02")
both = [("USA", "CHN"), ("CHN", "USA")]
chart = ts.plots.comparison(paths.to_frame()[both], record[both], names=("rules", "record"))
print("written:", *ts.plots.save(chart, out, "april-2025"))
