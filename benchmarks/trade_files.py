"""Measure how fast a year of BACI is read, and in how much memory, on a made file of real size.

    python -m benchmarks.trade_files [--rows 11000000] [--json out/trade_files.json]

Each way runs in a process of its own, so that peak memory is its own; ``nothing`` is what imports take. The
naive way is what one would write with pandas: read everything, look the codes up, group. It checks nothing,
neither lengths of rows nor values nor repeated flows. Both must give the same sums.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import tradesim as ts
from benchmarks.saved import save
from tradesim.trade_data.identities import rows_of

COUNTRIES = 230
PRODUCTS = 5_600
REAL_ROWS = 11_000_000
YEAR = 2023
REGIONS = ["USA", "CHN", "EU27", "JPN", "KOR", "CAN", "MEX", "GBR", "IND", "BRA", "ASEAN", "AUS", "ROW"]
WAYS = ("nothing", "read_baci", "read_baci, chapters", "pandas")


def make(folder: Path, rows: int, seed: int = 0) -> Path:
    """Write a BACI file and its country codes: random flows, sorted by exporter, importer and product."""
    rng = np.random.default_rng(seed)
    named = [
        *ts.trade_data.EU27,
        *ts.trade_data.ASEAN,
        *(c for c in REGIONS if c not in {"EU27", "ASEAN", "ROW"}),
    ]
    number_of = {row["code"]: int(row["number"]) for row in rows_of("economies") if row["number"]}
    alphas = sorted(list(dict.fromkeys([*named, *number_of]))[:COUNTRIES], key=number_of.__getitem__)
    numbers = np.array([number_of[alpha] for alpha in alphas])
    codes = pd.DataFrame(
        {"country_code": numbers, "country_name": alphas, "country_iso2": "", "country_iso3": alphas}
    )
    codes.to_csv(folder / "country_codes_V202501.csv", index=False)
    products = np.sort(rng.choice(np.arange(10_000, 980_000), PRODUCTS, replace=False))
    file = folder / f"BACI_HS22_Y{YEAR}_V202501.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("t,i,j,k,v,q\n")
        for e, exporter in enumerate(numbers):
            share = rows // COUNTRIES + (e < rows % COUNTRIES)
            flows = np.sort(rng.choice(COUNTRIES * PRODUCTS, share, replace=False))
            frame = pd.DataFrame({"t": YEAR, "i": exporter, "j": numbers[flows // PRODUCTS]})
            frame["k"] = [f"{code:06d}" for code in products[flows % PRODUCTS]]
            frame["v"], frame["q"] = rng.lognormal(3, 2, share).round(3), rng.lognormal(1, 2, share).round(3)
            frame[frame["i"] != frame["j"]].to_csv(out, header=False, index=False)
    return file


def naive(file: Path, regions: ts.trade_data.Regions) -> pd.DataFrame:
    """Read and add up a year as one would with pandas alone."""
    codes = pd.read_csv(file.with_name("country_codes_V202501.csv"), keep_default_na=False)
    region = {n: regions.region(a) for n, a in zip(codes["country_code"], codes["country_iso3"], strict=True)}
    trade = pd.read_csv(file)
    trade["importer"], trade["exporter"] = trade["j"].map(region), trade["i"].map(region)
    sums = trade.pivot_table("v", "importer", "exporter", aggfunc="sum") * 1000
    return sums.reindex(index=REGIONS, columns=REGIONS).fillna(0.0)


def measure(way: str, file: Path) -> dict[str, float]:
    """Run one way here: seconds (by the clock and of the processor), peak memory in MB, and the sum found."""
    regions = ts.trade_data.Regions.of(REGIONS)  # imported before the clock starts
    before, used = time.perf_counter(), time.process_time()
    if way == "pandas":
        total = float(naive(file, regions).to_numpy().sum())
    elif way == "nothing":
        total = 0.0
    else:
        digits = 2 if "chapters" in way else None
        total = ts.trade_data.read_baci(file, REGIONS, products=digits).total
    seconds, cpu = time.perf_counter() - before, time.process_time() - used
    import resource  # noqa: PLC0415 not there on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak, "total": total}


def in_own_process(way: str, file: Path) -> dict[str, float]:
    """Run one way in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.trade_files", "--way", way, "--file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How fast a year of BACI is read.")
    parser.add_argument(
        "--rows", type=int, default=REAL_ROWS, help="rows of the made file (default: 11 million)"
    )
    parser.add_argument("--json", type=Path, help="write the results here too")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure(given.way, given.file)))
        return 0
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in (max(given.rows // 10, 1), given.rows):
            file = make(Path(folder), rows)
            for way in WAYS:
                results.append(
                    {"rows": rows, "mb": file.stat().st_size / 1e6, "way": way, **in_own_process(way, file)}
                )
                print_row(results[-1])
    totals = {
        result["rows"]: [r["total"] for r in results if r["rows"] == result["rows"] and r["total"]]
        for result in results
    }
    agree = all(np.allclose(each, each[0], rtol=1e-9) for each in totals.values())
    print(f"sums agree to 1e-9: {'yes' if agree else 'NO'}")
    save(given.json, {"agree": agree, "results": results})
    return 0 if agree else 1


def print_row(result: dict[str, float | str]) -> None:
    """Print one line of the table."""
    seconds, rows = float(result["seconds"]), float(result["rows"])
    rate = f"{rows / seconds / 1e6:6.1f} million rows a second" if seconds > 0.01 else ""
    print(
        f"{rows:12,.0f} rows, {float(result['mb']):6.0f} MB  {result['way']:20} {seconds:6.2f} s"
        f" (processor {float(result['cpu_seconds']):6.2f} s)"
        f"  peak {float(result['peak_mb']):6.0f} MB  {rate}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
