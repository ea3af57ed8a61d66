"""Meta: what the ``meta.toml`` of a record folder says of the record, with every problem that it has."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tradesim import vintages
from tradesim.errors import InputError, Problem, fail_if, unknown_name
from tradesim.rows import Row, read_text

NAME = "meta.toml"
TEXTS = {
    "title": "a text: what the record is called",
    "description": "a text: what it holds and what it leaves out",
    "weights": "a text: whose trade weighs the duties, and where it comes from",
    "trade_year": 'a text: the year of imports.csv, such as "2023"',
    "license": "a text: under which terms it may be used",
}
ALLOWED = TEXTS | {
    "vintage": 'a text: the last day that the record knows, such as "2026-10-08"',
    "complete": "true or false: whether a pair without measures is free of duty, or unknown",
    "sources": 'a list of texts, such as ["Executive Order 14257, 90 FR 15041"]',
    "begins": "a date without quotes: the first day that the record speaks of; may be left out",
    "layers": "a table of texts: what is held of each authority, until when; may be left out",
}
OPTIONAL = ("begins", "layers")


def read(folder: Path) -> dict[str, Any]:
    """Return what the ``meta.toml`` of a record folder says.

    Raises
    ------
    InputError
        If it is missing or no TOML, and with every key that is missing, unknown or of a wrong kind.
    """
    file = folder / NAME
    if not file.is_file():
        what = "a record without meta.toml" if folder.is_dir() else "no such folder"
        allowed = "a folder with meta.toml, imports.csv and measures.csv"
        raise InputError([Problem(what, str(folder), allowed=allowed)])
    try:
        about = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem("not TOML", str(file), str(error))]) from None
    fail_if(_problems(about, str(file)))
    return about


def _problems(about: Mapping[str, Any], file: str) -> Iterator[Problem]:
    for key in about:
        if key not in ALLOWED:
            yield unknown_name("key", key, ALLOWED, file)
    for key, allowed in ALLOWED.items():
        if key not in about:
            if key not in OPTIONAL:
                yield Problem(f"no {key}", file, allowed=allowed, fix=f"add a line: {key} = …")
        elif not _fits(key, about[key]):
            yield Problem(f"{key} is not what it should be", f"{file}: {key}", repr(about[key]), allowed)


def _fits(key: str, value: Any) -> bool:
    if key in TEXTS:
        return isinstance(value, str) and bool(value.strip())
    if key == "vintage":
        return isinstance(value, str) and vintages.last_known(value) is not None
    if key == "complete":
        return isinstance(value, bool)
    if key == "sources":
        return isinstance(value, list) and bool(value) and all(_is_text(each) for each in value)
    if key == "begins":
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return isinstance(value, dict) and all(_is_text(each) for each in value.values())


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def square_problems(placed: Sequence[tuple[str, Row]], file: str) -> Iterator[Problem]:
    """Yield what keeps the rows of ``imports.csv`` from being a square of numbers."""
    if not placed:
        yield Problem("no imports", f"{file}:1", "a header alone", "a row for each importer")
        return
    if "importer" not in placed[0][1]:
        yield Problem("no column 'importer'", f"{file}:1", allowed="importer, then each exporter by its code")
        return
    codes = [str(row["importer"]).strip() for _, row in placed]
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield Problem("importer given twice", file, repr(code), "a row for each importer")
    widest = max((row for _, row in placed), key=len)  # a row may lack its last cells
    columns = [name for name in widest if name != "importer"]
    for name in columns:
        if name not in codes:
            yield unknown_name("exporter", name, codes, f"{file}:1")
    for code in codes:
        if code not in columns:
            yield Problem(f"no column {code!r}", f"{file}:1", allowed="a column for each importer")
    for place, row in placed:
        for name in (each for each in columns if not _is_number(row.get(each))):
            yield Problem("not a number", f"{place}: {name}", repr(row.get(name)), "US dollars a year")


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True
