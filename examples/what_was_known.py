"""What the record knew on 23 October 2025: no look-ahead, which is what makes a backtest honest."""

import tradesim as ts

us_china = ts.datasets.load("us-china")
then = us_china.as_of("2025-10-23")

print("known on 23 October 2025 and still to come:")
for measure in then.measures:
    if str(measure.effective) > "2025-10-23":
        print(f"  {measure}")

print("\nduty of the United States on China, %, as expected then and as it came:")
for name, schedule in (("expected", then), ("came", us_china)):
    duty = schedule.effective_duty("2025-11-09", "2025-11-11")["USA"]["CHN"]
    print(f"  {name:9s}", (duty * 100).round(1).to_dict())
