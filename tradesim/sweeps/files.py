"""Files: written whole or not at all, whatever happens between two steps, and read only if unharmed."""

import hashlib
import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import TradesimError

MARK = "tradesim-block"


class StoreError(TradesimError, OSError):
    """A folder of a sweep that cannot be used or written to."""


class DamagedError(TradesimError):
    """A file that is not what was written."""


def file_in_the_way(folder: Path) -> Path | None:
    """Return the file that stands where a folder or one above it should."""
    return next((place for place in (folder, *folder.parents) if place.is_file()), None)


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
        os.replace(beside, path)  # noqa: PTH105 each step by its own name, so that tests can break it
    finally:
        beside.unlink(missing_ok=True)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Have the name of a new file reach the disk, where folders can be synced."""
    if not hasattr(os, "O_DIRECTORY"):  # pragma: no cover
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
    with np.load(io.BytesIO(payload), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
