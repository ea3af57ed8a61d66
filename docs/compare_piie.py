"""Compare the us-china record with the steps published by PIIE; prints the table of docs/record.md.

The published steps are not part of this project: give the path of a CSV with columns date, series, kind,
percentage_points (series us_tariff_on_cn, cn_tariff_on_us, us_tariff_on_row, cn_tariff_on_row):

    python docs/compare_piie.py piie_steps.csv
"""

import sys

import pandas as pd

import tradesim as ts

SERIES = {
    "us_tariff_on_cn": ("USA", "CHN"),
    "cn_tariff_on_us": ("CHN", "USA"),
    "us_tariff_on_row": ("USA", "ROW"),
    "cn_tariff_on_row": ("CHN", "ROW"),
}


def compare(path: str) -> pd.DataFrame:
    """Return every published step beside the record's, in percentage points."""
    published = pd.read_csv(path, parse_dates=["date"])
    duty = ts.datasets.load("us-china").effective_duty("2018-01-01", "2026-11-01") * 100
    steps = duty.diff().fillna(duty.iloc[[0]])
    published["record"] = [steps.loc[row.date, SERIES[row.series]] for row in published.itertuples()]
    published["difference"] = published["record"] - published["percentage_points"]
    return published


if __name__ == "__main__":
    table = compare(sys.argv[1])
    worst = table.groupby("series")["difference"].agg(lambda d: d.abs().max())
    print(f"{len(table)} published steps and levels; largest difference in points:\n{worst.round(4)}\n")
    large = table[(table.percentage_points.abs() >= 0.5) | (table.difference.abs() > 0.004)]
    print("| date | series | published | record | difference |\n| --- | --- | ---: | ---: | ---: |")
    for row in large.itertuples():
        pair = " on ".join(SERIES[row.series])
        print(f"| {row.date:%Y-%m-%d} | {pair} | {row.percentage_points:+.4f} | {row.record:+.4f} | {row.difference:+.4f} |")
