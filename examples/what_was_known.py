"""What the record knew on 23 October 2025: no look-ahead, which is what makes a backtest honest."""

import tradesim as ts

us_china = ts.datasets.load("us-china")
then = us_china.as_of("2025-10-23")

print("known on 23 October 2025 and still to come:")
for measure in then.measures:
    if str(measure.effective) > "2025-10-23":
        print(f"  {measure}")

days = ("2025-11-09", "2025-11-10", "2025-11-11")
print("\nduty of the United States on China, as expected then and as it came:")
for day in days:
    expected, came = (s.duty_on(day).loc["USA", "CHN"] for s in (then, us_china))
    print(f"  {day}: expected {expected:.1%}, came {came:.1%}")
