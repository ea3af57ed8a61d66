"""Recompute published counterfactuals: ``python -m benchmarks.replications --data ../shared/reference``."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.replications import caliendo_parro, deadweight, gravity, liberation_day, ossa
from benchmarks.replications.figures import nested, targets
from benchmarks.replications.page import page

REPLICATIONS: Sequence[ModuleType] = (liberation_day, caliendo_parro, ossa, gravity)
DATA = Path("../shared/reference")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print ours beside published, and say whether every published number is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=DATA, help=f"the reference inputs (default: {DATA})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to FILE as well")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write a page of documentation to FILE")
    parser.add_argument("--only", choices=[case.NAME for case in REPLICATIONS], help="one replication")
    chosen = parser.parse_args(arguments)
    found: dict[str, Any] = {}
    missed = []
    for replication in REPLICATIONS:
        if chosen.only in {None, replication.NAME}:
            missed += list(_replicated(replication, chosen.data, found))
    if chosen.only is None:
        found |= _approximated()
    for file, text in (
        (chosen.json, json.dumps(nested(found), indent=1) + "\n"),
        (chosen.page, page(found, REPLICATIONS) + deadweight.section()),
    ):
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    print(f"\npublished numbers missed, of those recomputed: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


def _approximated() -> dict[str, float]:
    """Say what is not recomputed, its inputs not being there, and return what stands in for it."""
    found = deadweight.approximated()
    print("\ntariffs_2018: NOT recomputed, for its customs data are not among the inputs; an approximation")
    for key, value in found.items():
        print(
            f"    {key.rpartition('.')[2]:24}{value:12.4g}   published {deadweight.PUBLISHED}, not aimed at"
        )
    return found


def _replicated(replication: ModuleType, data: Path, found: dict[str, Any]) -> Iterator[str]:
    """Run one replication into ``found``; yield the keys of the published numbers it misses."""
    print(f"\n{replication.NAME}: {replication.SOURCE}")
    began, left = time.perf_counter(), targets(replication)
    for case in replication.replicate(data):
        found |= {f"{replication.NAME}.{case.key}.{name}": value for name, value in case.results.items()}
        found[f"{replication.NAME}.{case.key}.seconds"] = case.seconds
        print(f"  {case.key}  ({case.seconds:.3f} s)")
        for label, value in case.results.items():
            target = left.pop(f"{case.key}.{label}", None)
            print(f"    {label:24}{_shown(value)}{'' if target is None else target.verdict(value)}")
            if target is not None and not target.met(value):
                yield f"{replication.NAME}.{case.key}.{label}"
    yield from (f"{replication.NAME}.{key} (not computed)" for key in left)
    print(f"{replication.NAME}: {time.perf_counter() - began:.1f} s, inputs read")


def _shown(value: Any) -> str:
    return f"{len(value)} values" if isinstance(value, dict) else f"{value:12.4g}"


if __name__ == "__main__":
    sys.exit(main())
