"""Fuzz the readers of scenario files and measures, led by coverage: ``make fuzz-atheris``.

atheris changes bytes and keeps what reaches new code. A file is read, or refused with an `InputError` whose
every problem has a place; anything else, or more than a second, ends the run with the bytes that did it.
"""

import importlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 1.0
DATA = Path(__file__).parents[1] / "tradesim"
SEEDS = {0: (DATA / "scenarios" / "data").glob("*.toml"), 1: [DATA / "datasets/data/us-china/measures.csv"]}
"""Good files, by the first byte of an input: which reader gets the rest."""
MOST_BYTES = 3_000
"""Of a good file no more is a seed."""


def reader(folder: Path, read: Callable[[Path], Any], ending: str) -> Callable[[bytes], None]:
    """Return a function that gives bytes to a reader as a file, and fails where the reader falls over."""
    errors = importlib.import_module("tradesim.errors")
    file = folder / f"given{ending}"

    def try_one(raw: bytes) -> None:
        file.write_bytes(raw)
        began = time.process_time()
        try:
            read(file)
        except errors.InputError as error:
            for problem in error.problems:
                if not problem.where.startswith(str(file)):
                    raise AssertionError(f"no place: {problem}") from error
        if time.process_time() - began > SECONDS:
            raise AssertionError(f"took {time.process_time() - began:.1f} s")

    return try_one


def main() -> None:
    """Read scenarios, or measures where the first byte of the input is odd."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["tradesim", "tomllib", "csv"]):
        scenario = importlib.import_module("tradesim.scenario").Scenario
        measures = importlib.import_module("tradesim.io").check_measures
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        for kind, files in SEEDS.items():
            for file in files:
                (corpus / file.name).write_bytes(bytes([kind]) + file.read_bytes()[:MOST_BYTES])
        readers = [
            reader(Path(place), scenario.from_toml, ".toml"),
            reader(Path(place), measures, ".csv"),
        ]
        atheris.Setup([*sys.argv, str(corpus)], lambda raw: readers[raw[0] % 2 if raw else 0](raw[1:]))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
