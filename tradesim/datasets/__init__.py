"""Datasets: the packaged records, each a schedule with its sources, and the dated events around it.

A record is a folder of four files: ``meta.toml`` (title, sources, vintage, weights), ``imports.csv``
(base-year trade, importer × exporter, US dollars), ``measures.csv`` (one act per row) and ``events.csv``
(rounds of talks, deals, rulings and what they changed). ``gdp.csv`` and ``events.csv`` are optional. Wherever
the name of a record is asked for, the path of such a folder may be given.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradesim import rows
from tradesim.datasets import meta
from tradesim.economies import Economies
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.schedule import Schedule
from tradesim.timegrid import as_day

FOLDER = Path(__file__).parent / "data"


def names() -> tuple[str, ...]:
    """Return the names of the packaged records.

    Examples
    --------
    >>> "us-china" in names()
    True
    """
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if (folder / "meta.toml").is_file()))


def load(name: str | Path) -> Schedule:
    """Return a record as a schedule: a packaged one by its name, one's own by the path of its folder.

    ``world-2023`` holds economies and their trade but no measures: use its ``economies``.

    Raises
    ------
    InputError
        If there is no such record, with the nearest names; with every problem of a folder's files.

    Examples
    --------
    >>> load("us-china").duty_on("2025-04-12").loc["CHN", "USA"].round(3)
    np.float64(1.476)
    """
    return _packaged(str(name)) if str(name) in names() else _read(folder_of(name))


@cache
def _packaged(name: str) -> Schedule:
    return _read(FOLDER / name)


def _read(folder: Path) -> Schedule:
    about = meta.read(folder)
    return Schedule(
        rows.read_csv(folder / "measures.csv") if (folder / "measures.csv").exists() else (),
        _economies(folder, about),
        title=about["title"],
        vintage=about["vintage"],
        source=" ; ".join(about["sources"]),
        complete=about["complete"],
        begins=about.get("begins"),
    )


def folder_of(name: str | Path) -> Path:
    """Return the folder of a record: of a packaged one by its name, else the path itself.

    Raises
    ------
    InputError
        If it is neither a name nor meant as a path, with the nearest names.
    """
    if str(name) in names():
        return FOLDER / name
    if not is_folder(name) and len(Path(name).parts) == 1:
        raise InputError([unknown_name("dataset", str(name), names())])
    return Path(name)


def is_folder(subject: str | Path) -> bool:
    """Return whether a path is a record folder: one with a ``meta.toml`` or a ``measures.csv`` in it."""
    folder = Path(subject)
    return any((folder / name).is_file() for name in (meta.NAME, "measures.csv"))


def describe(name: str | Path) -> dict[str, Any]:
    """Return what a record says of itself: title, description, weights, vintage, layers, license, sources."""
    return meta.read(folder_of(name))


def events(name: str | Path) -> pd.DataFrame:
    """Return the dated rounds of talks, deals, rulings and deadlines of a record, and what each changed.

    Columns: date, end (NaT for a single day), name, kind, changed, confidence, source.
    """
    file = folder_of(name) / "events.csv"
    columns = ["date", "end", "name", "kind", "changed", "confidence", "source"]
    placed = list(rows.csv_rows(file)) if file.exists() else []
    frame = pd.DataFrame([dict.fromkeys(columns, "") | row for _, row in placed], columns=columns)
    for column in ("date", "end"):
        given = ((f"{place}: {column}", row.get(column)) for place, row in placed)
        days = [as_day(text, where) if text else None for where, text in given]
        frame[column] = pd.to_datetime(pd.Series(days, dtype="datetime64[us]"))
    return frame.sort_values("date", kind="stable", ignore_index=True)


def _economies(folder: Path, about: dict[str, Any]) -> Economies:
    placed = list(rows.csv_rows(folder / "imports.csv"))
    fail_if(meta.square_problems(placed, str(folder / "imports.csv")))
    codes, imports = _square(placed)
    gdp = None
    if (folder / "gdp.csv").exists():
        by_code = {
            row["economy"]: rows.number_in(row["gdp"], f"{place}: gdp")
            for place, row in rows.csv_rows(folder / "gdp.csv")
        }
        missing = [code for code in codes if code not in by_code]
        fail_if(
            Problem(f"no gdp of {code}", str(folder / "gdp.csv"), allowed="each economy") for code in missing
        )
        gdp = [by_code[code] for code in codes]
    return Economies(codes, imports, gdp, vintage=about["trade_year"], source=about["weights"])


def _square(placed: Iterable[tuple[str, dict[Any, Any]]]) -> tuple[list[str], Any]:
    table = {row["importer"]: (place, row) for place, row in placed}
    codes = list(table)
    cells = [[rows.number_in(row[j], f"{place}: {j}") for j in codes] for place, row in table.values()]
    return codes, np.array(cells)
