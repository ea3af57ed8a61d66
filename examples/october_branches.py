"""October 2025 as known on the 23rd: four branches, and ten thousand draws over them."""

import tradesim as ts

scenario = ts.scenarios.load("us-china-2025-10")
for name, paths in scenario.run_branches().items():
    duty = paths.to_frame().loc["2025-11-10"]
    print(f"{name:10s} 10 Nov: US on China {duty['USA', 'CHN']:.1%}, China on US {duty['CHN', 'USA']:.1%}")

paths = scenario.with_({"events.summit.deal": 0.3}).run(draws=10_000, seed=1)
print("\nhow often each outcome came, with the deal at 30 %:")
print(paths.outcomes["summit"].value_counts(normalize=True).round(3).to_string())
print("\nUS on China, quantiles on 10 November:")
print(paths.quantiles([0.05, 0.5, 0.95])["USA"]["CHN"].loc["2025-11-10"].to_string())
