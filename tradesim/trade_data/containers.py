"""Containers: a file as bytes, whether plain, gzipped, or alone in a zip archive."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO, cast

from tradesim.errors import InputError, Problem

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turn what the system and archives refuse into an `InputError` that names the file."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise InputError([Problem("cannot be read", str(file), said, fix="check the path")]) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError([Problem("a broken archive", str(file), str(error), fix="load it again")]) from None


@contextmanager
def open_binary(file: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes; the one table inside a zip archive, what a gzip file holds.

    Raises
    ------
    InputError
        If it is a folder, or a zip archive with no table or several.
    """
    if file.exists() and not file.is_file():
        raise InputError([Problem("cannot be read", str(file), "not a regular file", fix="check the path")])
    with file.open("rb") as raw:
        first = raw.read(4)
        raw.seek(0)
        if first == ZIP:
            with zipfile.ZipFile(raw) as archive, archive.open(_table_of(archive, file)) as member:
                yield member
        elif first[:2] == GZIP:
            with gzip.open(raw) as content:
                yield cast("IO[bytes]", content)
        else:
            yield raw


@contextmanager
def open_text(file: Path, encoding: str, skip: int = 0) -> Iterator[TextIO]:
    """Open a file as text, as `csv` wants it, after some lines; close it well."""
    with open_binary(file) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        for _ in range(skip):
            next(text, "")
        yield text


def _table_of(archive: zipfile.ZipFile, file: Path) -> str:
    """Return the name of the one CSV file of an archive."""
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        fix = "save it as CSV"
        raise InputError([Problem("an Excel workbook", str(file), "a workbook", "a CSV file", fix)])
    tables = [name for name in names if name.lower().endswith((".csv", ".txt"))]
    if len(tables) != 1:
        got = ", ".join(tables[:6]) or "none"
        fix = "unpack it and name one of them"
        raise InputError([Problem("not one table in the archive", str(file), got, "one CSV file", fix)])
    return tables[0]
