"""A sweep over October 2025: which assumption decides whether duties exceed 100 %; stopped, gone on with."""

from pathlib import Path
from tempfile import TemporaryDirectory

import tradesim as ts

scenario = ts.scenarios.load("us-china-2025-10")
over = {
    "rules.CHN.ratio": ts.uniform(0.5, 1.2),
    "events.summit.deal": ts.beta(2, 3, low=0.0, high=0.75),
    "rules.CHN.view": ["nominal", "trade-weighted"],
}
with TemporaryDirectory() as folder:
    store = Path(folder) / "sweep"
    ts.sweep(scenario, over, draws=2_000, seed=7, store=store)
    result = ts.sweep(scenario, over, draws=5_000, seed=7, store=store)  # the number is the total
    print(result.summary_text(), "\n")
    print(result.decides(1.0, "CHN-USA"), "\n")
    print("mean of the highest duty of CHN on USA, each assumption from its low to its high end:")
    print(result.tornado("CHN-USA")[["low value", "high value", "low", "high"]].to_string(), "\n")
    broken = result.where("events.summit == 'break' and rules.CHN.ratio > 0.8")
    print(broken)
    print(broken.quantiles([0.05, 0.5, 0.95])["CHN"]["USA"].iloc[[0, 15, -1]].to_string())
