"""Five numbers that people call "the tariff", from one record on one day, kept apart."""

import tradesim as ts

us_china = ts.datasets.load("us-china")
for day in ("2018-01-01", "2025-04-12", "2025-11-10"):
    table = ts.averages.compare(us_china, day, elasticity=4.0)
    print(f"\n{day}: % of import value, trade weights of {us_china.economies.vintage}")
    print((table * 100).round(1).to_string())
