"""Files: written whole or not at all, whatever happens between two steps, and read only if unharmed."""

import errno
import hashlib
import io
import os
import secrets
import stat
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import TradesimError

MARK = "tradesim-block"
PAUSES = (0.01, 0.05, 0.2)
"""Seconds before a file is put in its place again: Windows refuses while somebody reads the old one."""
KINDS = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}
REASONS = {
    errno.ENAMETOOLONG: "the name is too long; most file systems take 255 bytes",
    errno.ELOOP: "symbolic links lead round in a circle",
    errno.EACCES: "this user has no permission",
    errno.EPERM: "this user has no permission",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EEXIST: "something else is there",
    errno.EISDIR: "it is a folder",
}
"""Why a file cannot be used, in words; others as the system says it."""


class StoreError(TradesimError, OSError):
    """A folder of a sweep that cannot be used or written to."""


class DamagedError(TradesimError):
    """A file that is not what was written."""


def reason(error: OSError) -> str:
    """Return why a file or folder cannot be used, in words.

    Examples
    --------
    >>> reason(OSError(errno.ELOOP, "Too many levels of symbolic links"))
    'symbolic links lead round in a circle'
    """
    return REASONS.get(error.errno or 0, error.strerror or str(error))


def file_in_the_way(folder: Path) -> Path | None:
    """Return the file that stands where a folder or one above it should.

    Raises
    ------
    StoreError
        If that cannot be known: a name that is too long, links that lead in a circle, no permission.
    """
    for place in (folder, *folder.parents):
        found = status_of(place)
        if found is not None:
            return None if stat.S_ISDIR(found.st_mode) else place
    return None


def status_of(path: Path) -> os.stat_result | None:
    """Return what the system knows of a file or folder, or None where there is none.

    Raises
    ------
    StoreError
        If the system does not say.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"{path}: cannot be used: {reason(error)}") from error
    except ValueError as error:  # a name with a NUL in it
        raise StoreError(f"{str(path)!r}: cannot be used: {error}") from error


def is_file(path: Path) -> bool:
    """Return whether there is a file.

    Raises
    ------
    StoreError
        If something else is there, such as a folder or a pipe.
    """
    found = status_of(path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        kind = next((words for holds, words in KINDS.items() if holds(found.st_mode)), "something else")
        raise StoreError(
            f"{path}: {kind} where a file of the sweep belongs; remove it and run the sweep again"
        )
    return found is not None


def content_of(path: Path) -> bytes | None:
    """Return what is in a file, or None where there is none.

    Raises
    ------
    StoreError
        If something else than a file is there, or it cannot be read.
    """
    if not is_file(path):
        return None
    try:
        return path.read_bytes()
    except FileNotFoundError:  # deleted since
        return None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {reason(error)}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that, also after a power cut, there is the old one or the new one, never a part.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind then.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _put(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _settle(path.parent)


def _put(beside: Path, path: Path) -> None:
    """Give a file its name, in the place of the one that has it."""
    for pause in PAUSES:
        try:
            os.replace(beside, path)  # noqa: PTH105 each step by its own name, so that tests can break it
        except PermissionError:
            time.sleep(pause)
        else:
            return
    os.replace(beside, path)  # noqa: PTH105


def _settle(folder: Path) -> None:
    """Have the name of a new file reach the disk, where folders can be synced."""
    if not hasattr(os, "O_DIRECTORY"):  # not on Windows
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sealed(arrays: Mapping[str, NDArray[Any]], about: str) -> bytes:
    """Return arrays as the content of a file, under a line that says what it is and what its hash is."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    payload = buffer.getvalue()
    return f"{MARK} {about} {hashlib.sha256(payload).hexdigest()}\n".encode() + payload


def unsealed(content: bytes, about: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file that `sealed` made.

    Raises
    ------
    DamagedError
        If it says that it is something else, or is not what was written.
    """
    line, _, payload = content.partition(b"\n")
    if line != f"{MARK} {about} {hashlib.sha256(payload).hexdigest()}".encode():
        raise DamagedError("not what was written")
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise DamagedError("holds no arrays") from error
