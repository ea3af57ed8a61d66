"""Containers: a file as bytes, whether plain, gzipped, or in a zip archive; never more than fits.

An archive of a megabyte can hold a gigabyte. What is read is counted while it is unpacked, and refused where
no file of trade is packed that tightly; a line longer than any table's is refused before it is held.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO, cast

from tradesim.errors import InputError, Problem

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
LARGEST = 50_000_000_000
"""Bytes of a file, unpacked: some two billion rows."""
FREE, TIGHTEST = 100_000_000, 200
"""Unpacked bytes that any archive may hold; beyond them, how many times its own size. Trade files are packed
to a tenth or a twentieth."""
OTHER_KINDS: dict[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook (.xls)", "save it as .xlsx or CSV"),
    b"PAR1": ("a Parquet file", "read it with pandas and use TradeFlows.from_frame"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it"),
    b"Rar!": ("a RAR archive", "unpack it"),
    b"BZh": ("a bzip2 archive", "unpack it, or pack it as .gz"),
    b"\xfd7zX": ("an xz archive", "unpack it, or pack it as .gz"),
    b"\x28\xb5\x2f\xfd": ("a zstd archive", "unpack it, or pack it as .gz"),
    b"%PDF": ("a PDF document", "load the table itself"),
    b"RDX3": ("an R data file", "write it as CSV"),
}
"""What files that are no text begin with: their name, and what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file within a zip archive.

    Parameters
    ----------
    archive : the archive.
    inside : its name there, with folders.
    """

    archive: Path
    inside: str

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.inside.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.archive}: {self.inside}"


Source = Path | Member
"""Where the bytes of a table are."""


@contextmanager
def reading(file: Source) -> Iterator[None]:
    """Turn what the system and archives refuse into an `InputError` that names the file."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise InputError([Problem("cannot be read", str(file), said, fix="check the path")]) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError([Problem("a broken archive", str(file), str(error), fix="load it again")]) from None


@contextmanager
def open_binary(file: Source) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes; the one table inside a zip archive, what a gzip file holds.

    Raises
    ------
    InputError
        If it is a folder, a file that is no text, a zip archive with no table or several, or unpacks to more
        than a file of trade does.
    """
    path = file if isinstance(file, Path) else file.archive
    if path.exists() and not path.is_file():
        raise InputError([Problem("cannot be read", str(file), "not a regular file", fix="check the path")])
    with path.open("rb") as raw:
        first = raw.read(4)
        raw.seek(0)
        _refuse_other_kinds(file, first)
        if first == ZIP or isinstance(file, Member):
            with zipfile.ZipFile(raw) as archive:
                inside = file.inside if isinstance(file, Member) else _table_of(archive, path)
                yield from _unpacked(archive, inside, file)
        elif first[:2] == GZIP:
            packed = path.stat().st_size
            with gzip.open(raw) as content, _Limited(cast("IO[bytes]", content), file, packed) as limited:
                yield io.BufferedReader(limited, 1 << 16)
        else:
            yield raw


def _unpacked(archive: zipfile.ZipFile, inside: str, file: Source) -> Iterator[IO[bytes]]:
    """Yield a member of an archive as a stream; what a gzip file inside it holds."""
    packed = archive.getinfo(inside).compress_size
    with archive.open(inside) as member, _Limited(member, file, packed) as limited:
        stream = io.BufferedReader(limited, 1 << 16)
        if stream.peek(2)[:2] != GZIP:
            yield stream
            return
        with gzip.open(stream) as content, _Limited(cast("IO[bytes]", content), file, packed) as again:
            yield io.BufferedReader(again, 1 << 16)


class _Limited(io.RawIOBase):
    """A stream that is unpacked, and refused when it is larger than its archive can honestly hold."""

    def __init__(self, content: IO[bytes], file: Source, packed: int) -> None:
        self.content, self.file, self.size = content, file, 0
        self.most = min(LARGEST, max(FREE, TIGHTEST * packed))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        block = self.content.read(len(view))
        view[: len(block)] = block
        self.size += len(block)
        if self.size > self.most:
            got = f"more than {self.most:,} bytes"
            fix = "unpack it and look at it; files of trade are packed to a tenth or a twentieth"
            raise InputError([Problem("an archive that unpacks to too much", str(self.file), got, "", fix)])
        return len(block)


@contextmanager
def open_text(file: Source, encoding: str, skip: int = 0) -> Iterator[TextIO]:
    """Open a file as text, as `csv` wants it, after some lines; close it well."""
    with open_binary(file) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        for _ in range(skip):
            next(text, "")
        yield text


def tables_in(path: str | Path) -> list[str]:
    """Return the names of the tables inside a zip archive that is no workbook; none for any other file."""
    file = Path(path)
    if not is_zip(file):
        return []
    with reading(file), zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        return [] if "[Content_Types].xml" in names else _tables(names)


def is_zip(file: Path) -> bool:
    """Say whether a file begins as zip archives do."""
    if not file.is_file():
        return False
    with reading(file), file.open("rb") as raw:
        return raw.read(4) == ZIP


def _tables(names: list[str]) -> list[str]:
    """Return the files that hold tables; texts only where nothing else does, what systems add never."""
    own = [name for name in names if not re.search(r"(^|/)(__MACOSX/|\.)", name)]
    tables = [name for name in own if re.search(r"(?i)\.(csv|tsv)(\.gz)?$", name)]
    return tables or [name for name in own if re.search(r"(?i)\.(txt|json)(\.gz)?$", name)]


def _table_of(archive: zipfile.ZipFile, file: Path) -> str:
    """Return the name of the one CSV file of an archive."""
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        fix = "save it as CSV"
        raise InputError([Problem("an Excel workbook", str(file), "a workbook", "a CSV file", fix)])
    tables = _tables(names)
    if len(tables) != 1:
        got = ", ".join(tables[:6]) or "none"
        fix = "unpack it and name one of them"
        raise InputError([Problem("not one table in the archive", str(file), got, "one CSV file", fix)])
    return tables[0]


def _refuse_other_kinds(file: Source, first: bytes) -> None:
    """Refuse by its name what is neither text, gzip nor zip."""
    for begins, (kind, fix) in OTHER_KINDS.items():
        if first.startswith(begins[:4]) and isinstance(file, Path):
            raise InputError([Problem(kind, str(file), "", "CSV, also .gz or .zip", fix)])
