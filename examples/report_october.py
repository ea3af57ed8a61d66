"""A report on October 2025, one file to send to somebody: takeaways, figures, sources, how to repeat it."""

from pathlib import Path

import tradesim as ts

Path("out").mkdir(exist_ok=True)
report = ts.report("us-china-2025-10", draws=2000, seed=1)
print(report.summary_text(), "\n")

for row in report.tables["branches"].rows:
    print(f"{row[0]!s:10} USA on CHN on the last day {row[2]}, in full precision {row[2].value:.6f}")  # type: ignore[union-attr]

file = report.to_html("out/october-2025-report.html")
print(f"\nwritten: {file}, {file.stat().st_size / 1e6:.1f} MB")
