"""Spreadsheets: tables written as CSV files, with text that no spreadsheet program takes for a formula.

A spreadsheet program that opens a CSV file evaluates cells that begin with ``=``, ``+``, ``-`` or ``@``, and
names of measures, truces and scenarios come from whoever wrote the file. Such a text is written with an
apostrophe before it, as OWASP recommends ("CSV Injection"). Numbers are written as numbers, negative ones
too. `unguarded` takes the apostrophe off again, so that files of measures read back exactly.
"""

import csv
import re
from pathlib import Path
from typing import Any

import pandas as pd

from tradesim.errors import InputError, Problem

_FORMULA = re.compile(r"'*(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
"""The beginning of a formula, also behind spaces, in full width, or guarded already."""


def guarded_text(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> guarded_text("=1+1"), guarded_text("List 1"), guarded_text("'=1+1")
    ("'=1+1", 'List 1', "''=1+1")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded_text` was given.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'Liberation Day'"), unguarded("-0.25")
    ('=1+1', "'Liberation Day'", '-0.25')
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts (cells, labels and names of labels) are guarded; also for ``to_excel``.

    Examples
    --------
    >>> guarded(pd.DataFrame({"name": ["=HYPERLINK(1)", "List 1"], "change": [-0.1, 0.2]}))["name"].tolist()
    ["'=HYPERLINK(1)", 'List 1']
    """
    columns = [_guarded_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    cells = pd.concat(columns, axis=1) if columns else frame
    return cells.set_axis(_guarded_labels(frame.index), axis=0).set_axis(
        _guarded_labels(frame.columns), axis=1
    )


def csv_text(frame: pd.DataFrame, *, index: bool = True, float_format: str | None = None) -> str:
    """Return a frame as CSV: guarded texts, ISO dates, numbers at full precision unless a format is given."""

    def written(quoting: Any) -> str:
        return safe.to_csv(
            index=index, float_format=float_format, quoting=quoting,
            date_format="%Y-%m-%d", lineterminator="\n",
        )  # fmt: skip

    safe = guarded(frame)
    text = written(csv.QUOTE_MINIMAL)
    # Python before 3.13 does not quote a carriage return, and readers take it for the end of a row.
    return written(csv.QUOTE_NONNUMERIC) if "\r" in text else text


def write_csv(
    frame: pd.DataFrame, path: str | Path, *, index: bool = True, float_format: str | None = None
) -> Path:
    """Write a frame as a CSV file in UTF-8; return its path. Everything that writes CSV calls this.

    Raises
    ------
    InputError
        If the file cannot be written, or a text in it is not Unicode.
    """
    file = Path(path)
    try:
        file.write_bytes(csv_text(frame, index=index, float_format=float_format).encode())
    except (OSError, UnicodeEncodeError) as error:
        got = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem("cannot be written", str(file), got, fix="check the folder")]) from None
    return file


def _guarded_cell(cell: Any) -> Any:
    return guarded_text(cell) if isinstance(cell, str) else cell


def _guarded_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column.map(_guarded_cell) if _may_hold_text(column.dtype) else column


def _guarded_labels(labels: pd.Index) -> pd.Index:
    names = [_guarded_cell(name) for name in labels.names]
    if isinstance(labels, pd.MultiIndex):
        levels: Any = [_guarded_labels(level) for level in labels.levels]
        return labels.set_levels(levels).set_names(names)
    return (labels.map(_guarded_cell) if _may_hold_text(labels.dtype) else labels).set_names(names)


def _may_hold_text(dtype: Any) -> bool:
    return not (
        pd.api.types.is_numeric_dtype(dtype)
        or pd.api.types.is_datetime64_any_dtype(dtype)
        or pd.api.types.is_timedelta64_dtype(dtype)
    )
