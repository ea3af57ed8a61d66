"""Rows: measures written as one flat row each, and read back with every row's problems collected."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.measures import DATE_FIELDS, Measure

COLUMNS: tuple[str, ...] = tuple(Measure.__dataclass_fields__)
REQUIRED = ("name", "importer", "exporter", "authority", "effective")


def frame_of(measures: Sequence[Measure]) -> pd.DataFrame:
    """Return one row per measure and one column per field; dates as timestamps, NaN and NaT where none."""
    frame = pd.DataFrame([[getattr(m, name) for name in COLUMNS] for m in measures], columns=list(COLUMNS))
    for name in DATE_FIELDS:
        frame[name] = pd.to_datetime(frame[name])
    for name in ("rate", "coverage", "unit_value"):
        frame[name] = frame[name].astype("float64")
    frame["against"] = ["; ".join(m.against) for m in measures]
    return frame


def measures_from(rows: Iterable[dict[Any, Any]], place: str, first: int = 0) -> list[Measure]:
    """Build measures from dictionaries; problems of all rows are collected and placed ``row 3: field``.

    Empty text and missing values take the field's default; ``against`` may be text separated by ``;``.
    """
    measures: list[Measure] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=first):
        try:
            measures.append(_measure_from(row))
        except InputError as error:
            problems.extend(error.at(f"{place}{number}").problems)
    fail_if(problems)
    return measures


def _measure_from(row: dict[Any, Any]) -> Measure:
    given = {str(key): value for key, value in row.items() if not _is_missing(value)}
    fail_if(unknown_name("column", key, COLUMNS) for key in given if key not in COLUMNS)
    fail_if(
        Problem(f"{key} is missing", key, allowed="a value in every row")
        for key in REQUIRED
        if key not in given
    )
    if isinstance(given.get("against"), str):
        given["against"] = tuple(part.strip() for part in given["against"].split(";") if part.strip())
    return Measure(**({"rate": None} | given))


def _is_missing(value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))
