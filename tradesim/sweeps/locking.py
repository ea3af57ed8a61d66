"""Locking: one process at a time writes to a folder, on every operating system."""

import errno
import os
from pathlib import Path
from typing import IO, Any

from tradesim.sweeps.files import StoreError, is_file, reason

FAR = 2**30
"""The byte that is locked, far behind what the file says: Windows lets nobody read bytes that are locked."""
HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
"""What systems say where another process holds the lock."""
DIGITS = 20


class Lock:
    """A lock file that is held until it is closed, or the process ends, however it ends.

    Parameters
    ----------
    file : the lock file. folder : what it locks, for messages.

    Raises
    ------
    StoreError
        If another process, which is named, holds it; or the file system has no locks.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        is_file(file)
        self._file: IO[bytes] = file.open("a+b", buffering=0)
        try:
            _lock(self._file)
        except OSError as error:
            holder = _holder(self._file)
            self._file.close()
            raise StoreError(f"{folder}: {_refusal(error, holder)}") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()).encode())

    def close(self) -> None:
        """Let other processes have the folder."""
        if not self._file.closed:
            _unlock(self._file)
            self._file.close()


def _refusal(error: OSError, holder: str) -> str:
    if error.errno in HELD:
        return f"another process ({holder}) runs this sweep; wait for it, or end it"
    return f"cannot be locked: {reason(error)}; name a folder on a disk of this machine"


def _holder(file: IO[bytes]) -> str:
    """Return the number of the process that holds a lock file, as it wrote it."""
    file.seek(0)
    told = file.read(DIGITS).decode("ascii", "replace").strip()
    return told if told.isdigit() else "unknown"


def _lock(file: IO[bytes]) -> None:
    """Lock a file or raise OSError at once."""
    try:
        import fcntl  # noqa: PLC0415 not there on Windows
    except ImportError:
        msvcrt = _windows()
        file.seek(FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(file: IO[bytes]) -> None:
    """Unlock a file; on systems other than Windows, closing it does."""
    try:
        import fcntl  # noqa: F401, PLC0415 not there on Windows
    except ImportError:
        msvcrt = _windows()
        file.seek(FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)


def _windows() -> Any:
    import msvcrt  # noqa: PLC0415 there on Windows only

    return msvcrt
