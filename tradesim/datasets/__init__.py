"""Datasets: the packaged records, each a schedule with its sources, and the dated events around it.

A record is a folder of four files: ``meta.toml`` (title, sources, vintage, weights), ``imports.csv``
(base-year trade, importer × exporter, US dollars), ``measures.csv`` (one act per row) and ``events.csv``
(rounds of talks, deals, rulings and what they changed). ``gdp.csv`` is optional.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradesim import rows
from tradesim.economies import Economies
from tradesim.errors import InputError, unknown_name
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


@cache
def load(name: str) -> Schedule:
    """Return a packaged record as a schedule.

    ``world-2023`` holds economies and their trade but no measures: use its ``economies``.

    Raises
    ------
    InputError
        If there is no such record, with the nearest names.

    Examples
    --------
    >>> load("us-china").duty_on("2025-04-12").loc["CHN", "USA"].round(3)
    np.float64(1.476)
    """
    about = describe(name)
    folder = FOLDER / name
    return Schedule(
        rows.read_csv(folder / "measures.csv") if (folder / "measures.csv").exists() else (),
        _economies(folder, about),
        title=about["title"],
        vintage=about["vintage"],
        source=" ; ".join(about["sources"]),
        complete=about["complete"],
        begins=about.get("begins"),
    )


def describe(name: str) -> dict[str, Any]:
    """Return what a record says of itself: title, description, weights, vintage, license, sources."""
    if name not in names():
        raise InputError([unknown_name("dataset", name, names())])
    return tomllib.loads((FOLDER / name / "meta.toml").read_text(encoding="utf-8"))


def events(name: str) -> pd.DataFrame:
    """Return the dated rounds of talks, deals, rulings and deadlines of a record, and what each changed.

    Columns: date, end (NaT for a single day), name, kind, changed, confidence, source.
    """
    describe(name)
    file = FOLDER / name / "events.csv"
    columns = ["date", "end", "name", "kind", "changed", "confidence", "source"]
    placed = list(rows.csv_rows(file)) if file.exists() else []
    frame = pd.DataFrame([dict.fromkeys(columns, "") | row for _, row in placed], columns=columns)
    for column in ("date", "end"):
        given = ((f"{place}: {column}", row.get(column)) for place, row in placed)
        days = [as_day(text, where) if text else None for where, text in given]
        frame[column] = pd.to_datetime(pd.Series(days, dtype="datetime64[us]"))
    return frame.sort_values("date", kind="stable", ignore_index=True)


def _economies(folder: Path, about: dict[str, Any]) -> Economies:
    codes, imports = _square(rows.csv_rows(folder / "imports.csv"))
    gdp = None
    if (folder / "gdp.csv").exists():
        gdp = {
            row["economy"]: rows.number_in(row["gdp"], f"{place}: gdp")
            for place, row in rows.csv_rows(folder / "gdp.csv")
        }
    return Economies(codes, imports, gdp, vintage=about["trade_year"], source=about["weights"])


def _square(placed: Iterable[tuple[str, dict[Any, Any]]]) -> tuple[list[str], Any]:
    table = {row["importer"]: (place, row) for place, row in placed}
    codes = list(table)
    cells = [[rows.number_in(row[j], f"{place}: {j}") for j in codes] for place, row in table.values()]
    return codes, np.array(cells)
