"""A trade war of your own: two economies, an opening shot, two rules, a truce; saved as a file."""

from pathlib import Path

import tradesim as ts

home = ts.Economies(["AAA", "BBB"], [[0, 300e9], [200e9, 0]])
opening = ts.Measure(
    name="opening", importer="AAA", exporter="BBB", authority="surcharge",
    rate=0.10, coverage=0.5, effective="2027-01-15", announced="2027-01-04",
)  # fmt: skip
scenario = ts.Scenario(
    name="own-war",
    start="2027-01-01",
    end="2027-12-31",
    schedule=ts.Schedule([opening], home),
    rules={
        "AAA": ts.rules.Counter(step=0.05, reaction=14, implementation=7, cap=0.6, ratchet=True),
        "BBB": ts.rules.Match(ratio=0.8, reaction=10, implementation=5),
    },
    truces=(ts.Truce(name="talks", parties=("AAA", "BBB"), start="2027-04-01", end="2027-07-01"),),
)
paths = scenario.run()
print(paths.summary().to_string())
print(paths.events()[["date", "kind", "importer", "to", "why"]].to_string())
file = Path("out/examples/own-war.toml")
file.parent.mkdir(parents=True, exist_ok=True)
scenario.to_toml(file)
print("same again from its file:", ts.Scenario.from_toml(file) == scenario)
