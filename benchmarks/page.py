"""The measured numbers as a page of documentation, read from saved results.

    python -m benchmarks.page [--results benchmarks/results] [--page docs/measured.md]

Each benchmark writes such a result with ``--json``; ``make bench`` writes all of them into ``out/bench``.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

RESULTS, PAGE = Path(__file__).with_name("results"), Path(__file__).parents[1] / "docs" / "measured.md"
HEAD = """# Measured

The last saved run of each [benchmark](benchmarks.md), made by `python -m benchmarks.page`; nothing here is
written by hand. A time depends on the machine and on what else it does; ratios in a table come from one run.
"""
Found = Mapping[str, Any]
Tables = Callable[[Found], Iterator[str]]


def page(results: Mapping[str, Found]) -> str:
    """Return the page for saved results, by the name of their benchmark.

    Examples
    --------
    >>> made = {"machine": {"cpu": "X", "cores": 2}, "date": "2026-11-25", "load": 0.1}
    >>> print(*page({"economics": made | {"30 economies": {"ratio": 1234.5}}}).splitlines()[5:], sep=chr(10))
    ## Counterfactuals of one sector
    <BLANKLINE>
    `python -m benchmarks.economics`, 2026-11-25; 0.1 processes running or waiting; cpu X, cores 2.
    <BLANKLINE>
    | 30 economies | |
    | --- | --- |
    | ratio | 1,234 |
    """
    sections = ("\n".join(_section(name, results[name])) for name in TITLES if name in results)
    return "\n".join([HEAD, *sections]).rstrip() + "\n"


def _section(name: str, found: Found) -> Iterator[str]:
    title, tables = TITLES[name]
    yield f"## {title}\n"
    facts = ", ".join(f"{fact} {value}" for fact, value in found["machine"].items())
    busy = f"{found['load']} processes running or waiting"
    yield f"`python -m benchmarks.{name}`, {found['date']}; {busy}; {facts}.\n"
    yield from tables(found)


def _engine(found: Found) -> Iterator[str]:
    rates = {(row["war"], row["draws"], row["way"]): row["rate"] for row in found["rows"]}
    header = ("war", "draws", "way", "draw-days a second", "slowest", "fastest", "× tradesim", "× C")
    rows = []
    for row in found["rows"]:
        beside = [
            rates.get((row["war"], row["draws"], f"{way}, paths, 1 thread")) for way in ("tradesim", "C")
        ]
        ratios = [row["rate"] / rate if rate else "" for rate in beside]
        rows.append([row[key] for key in ("war", "draws", "way", "rate", "slowest", "fastest")] + ratios)
    yield from _table(header, rows)
    yield from _pairs("memory", {f"{name}, GB/s": speed / 1e9 for name, speed in found["bandwidth"].items()})
    yield from _pairs("goals", found["goals"])
    yield from _pairs("packaged scenarios", found["packaged"])


def _sweep(found: Found) -> Iterator[str]:
    header = ("way", "draws", "days", "economies", "seconds", "slowest", "draw-days a second", "peak, MB")
    rows = []
    for row in found["rows"]:
        case = row["case"]
        rate = case["draws"] * case["days"] / row["seconds"]
        times = (row["seconds"], row["slowest"], rate, row["peak"] / 1e6)
        rows.append([case["name"], case["draws"], case["days"], case["economies"], *times])
    yield from _table(header, rows)
    yield from _pairs("seconds grow like a power of", found["slopes"])
    yield from _pairs("goals", found["goals"])


def _schedule(found: Found) -> Iterator[str]:
    columns = ("stackings", "way", "days_run", "seconds", "ratio", "peak_mb", "largest_difference")
    header = ("acts", "way", "days run", "seconds", "× tradesim", "peak, MB", "largest difference")
    yield from _table(header, [[row[column] for column in columns] for row in found["rows"]])


def _impact(found: Found) -> Iterator[str]:
    yield from _pairs("what", {name: value for name, value in found.items() if name not in MADE})


def _groups(found: Found) -> Iterator[str]:
    for name, values in found.items():
        if name not in MADE:
            yield from _pairs(name, values)


MADE = ("machine", "date", "load")
"""What `benchmarks.saved` adds to every result."""
TITLES: dict[str, tuple[str, Tables]] = {
    "engine": ("The day loop", _engine),
    "sweep": ("Sweeps", _sweep),
    "schedule": ("Effective duties by day", _schedule),
    "impact": ("Welfare along paths", _impact),
    "economics": ("Counterfactuals of one sector", _groups),
    "economics_many_sectors": ("Counterfactuals of many sectors, chosen tariffs", _groups),
}


def _pairs(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    yield from _table((name, ""), values.items())


def _table(header: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |".replace("|  |", "| |")
    yield "|" + " --- |" * len(header)
    for row in rows:
        yield f"| {' | '.join(map(_said, row))} |"
    yield ""


def _said(value: object) -> str:
    """Return a number as people read it: three digits, in powers of ten where it is very large or small."""
    match value:
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case float() if value == 0 or 1e-3 <= abs(value) < 1e5:
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
        case float():
            return f"{value:.2e}"
    return str(value)


def main() -> int:
    """Write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help=f"folder of results (default: {RESULTS})"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help=f"the page (default: {PAGE})")
    chosen = parser.parse_args()
    found = {
        file.stem: json.loads(file.read_text(encoding="utf-8")) for file in chosen.results.glob("*.json")
    }
    chosen.page.write_text(page(found), encoding="utf-8")
    print(chosen.page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
