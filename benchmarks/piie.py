"""Compare the us-china record with the steps published by PIIE; prints the table of docs/record.md.

The published steps are not part of this project: give the path of a CSV with columns date, series, kind,
percentage_points (series us_tariff_on_cn, cn_tariff_on_us, us_tariff_on_row, cn_tariff_on_row):

    python -m benchmarks.piie piie_steps.csv
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
    duty = ts.datasets.load("us-china").effective_duty("2018-01-01", "2026-10-08") * 100
    steps = duty.diff().fillna(duty.iloc[[0]])
    published["record"] = [
        steps[SERIES[series]].loc[day]
        for day, series in zip(published["date"], published["series"], strict=True)
    ]
    published["difference"] = published["record"] - published["percentage_points"]
    return published


def markdown(table: pd.DataFrame) -> str:
    """Return the steps of half a point or more, and every one that differs, as a Markdown table."""
    shown = table[(table["percentage_points"].abs() >= 0.5) | (table["difference"].abs() > 0.004)]
    lines = ["| date | series | published | record | difference |", "| --- | --- | ---: | ---: | ---: |"]
    for day, series, published, record, difference in zip(
        shown["date"].dt.strftime("%Y-%m-%d"),
        shown["series"],
        shown["percentage_points"],
        shown["record"],
        shown["difference"],
        strict=True,
    ):
        pair = " on ".join(SERIES[series])
        lines.append(f"| {day} | {pair} | {published:+.4f} | {record:+.4f} | {difference:+.4f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    compared = compare(sys.argv[1])
    worst = compared["difference"].abs().groupby(compared["series"]).max()
    print(f"{len(compared)} published steps and levels; largest difference in points:\n{worst.round(4)}\n")
    print(markdown(compared))
