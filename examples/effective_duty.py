"""The duty of both sides on any day, by pair and by authority, from the packaged record."""

import tradesim as ts

us_china = ts.datasets.load("us-china")
print(us_china)

print("\nimporter × exporter on 12 April 2025, % of import value")
print((us_china.duty_on("2025-04-12") * 100).round(1))

yearly = us_china.effective_duty("2018-01-01", "2025-12-31", freq="Y")
print("\naverage over each year by day count, %")
print((yearly * 100).round(1))

layers = us_china.effective_duty("2025-10-01", "2025-10-01", by="authority")
print("\nwhat the duty on China is made of on 1 October 2025, %")
print((layers["USA"]["CHN"].iloc[0] * 100).round(1))
