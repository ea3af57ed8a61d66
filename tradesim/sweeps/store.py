"""Store: a folder that holds a sweep: what it is, and one file for each block that is done."""

import errno
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tradesim.errors import InputError, Problem, fail_if
from tradesim.sweeps.comparing import differences, only_versions_differ
from tradesim.sweeps.costing import CostCounts
from tradesim.sweeps.files import (
    DamagedError,
    StoreError,
    content_of,
    is_file,
    reason,
    sealed,
    status_of,
    unsealed,
    write_whole,
)
from tradesim.sweeps.locking import Lock
from tradesim.sweeps.manifest import FORMAT, read
from tradesim.sweeps.outcomes import Labels
from tradesim.sweeps.parquet import paths_file
from tradesim.sweeps.parts import Part, Rows, Tallies

MANIFEST, LOCK, BLOCKS, PATHS = "manifest.json", "lock", "blocks", "paths"
TOTAL = "draws"
"""The one thing that may change: how many draws there are in all."""
SHOWN = 12
"""Lines of a difference that are shown."""
FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass
class Store:
    """A folder that holds a sweep, locked against other processes while it is open.

    Parameters
    ----------
    folder : where.
    manifest : what the sweep is: everything that its numbers depend on.
    labels : names of dates and pairs, for files of whole paths.
    """

    folder: Path
    manifest: dict[str, Any]
    labels: Labels | None = None
    _lock: Lock | None = field(default=None, repr=False)

    @property
    def identity(self) -> str:
        """What every block of it is marked with."""
        return str(self.manifest["identity"])

    def blocks(self) -> list[tuple[int, int]]:
        """Return (start, stop) of all blocks of the sweep."""
        size, draws = self.manifest["block"], self.manifest[TOTAL]
        return [(low, min(low + size, draws)) for low in range(0, draws, size)]

    def write(self, part: Part) -> None:
        """Write a block.

        Raises
        ------
        StoreError
            If it cannot be written; the blocks before it are safe.
        """
        arrays: dict[str, Any] = {
            "places": part.places,
            "counts": part.counts,
            "truces": part.truces,
            "units": part.units,
        }
        arrays |= {f"row {name}": array for name, array in part.rows._asdict().items()}
        arrays |= {f"tally {name}": array for name, array in part.tallies._asdict().items()}
        if part.costs is not None:
            arrays |= {f"cost {name}": array for name, array in part.costs._asdict().items()}
        try:
            arrays |= self._paths(part)
            write_whole(self._file(part.start), sealed(arrays, self._about(part.start, part.stop)))
        except OSError as error:
            raise StoreError(self._unwritten(error)) from error

    def read(self, start: int, stop: int) -> Part | None:
        """Return a block, or None where it is not there or not what was written.

        Raises
        ------
        StoreError
            If something else than a file is there, or it cannot be read.
        """
        content = content_of(self._file(start))
        try:
            return None if content is None else self._part(start, stop, content)
        except (DamagedError, KeyError):
            return None

    def _part(self, start: int, stop: int, content: bytes) -> Part | None:
        """Return the block that is in a file, or None where its whole paths are not beside it."""
        arrays = unsealed(content, self._about(start, stop))
        if self.whole and not self._has_paths(start, arrays["paths hash"].tobytes()):
            return None
        rows = Rows(*(arrays[f"row {name}"] for name in Rows._fields))
        tallies = Tallies(*(arrays[f"tally {name}"] for name in Tallies._fields))
        places, counts, truces = (arrays[name] for name in ("places", "counts", "truces"))
        costs = None
        if "impact" in self.manifest:
            costs = CostCounts(*(arrays[f"cost {name}"] for name in CostCounts._fields))
        units, paths = arrays["units"], arrays["paths"]
        return Part(start, stop, places, counts, truces, rows, tallies, units, paths, costs)

    @property
    def whole(self) -> bool:
        """Whether all paths are kept, in files of their own."""
        return bool(self.manifest["paths"] == "all")

    def done(self) -> int:
        """Return for how many blocks there is a file."""
        return sum(is_file(self._file(start)) for start, _ in self.blocks())

    def close(self) -> None:
        """Let other processes have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _file(self, start: int) -> Path:
        return self.folder / BLOCKS / f"{start // self.manifest['block']:08d}.block"

    def path_file(self, start: int) -> Path:
        """Return the file of the whole paths of a block."""
        return self.folder / PATHS / f"{start // self.manifest['block']:08d}.parquet"

    def _paths(self, part: Part) -> dict[str, Any]:
        """Write the whole paths of a block, before the block itself; return what the block says of them."""
        if not self.whole or self.labels is None:
            return {"paths": part.paths}
        draws = np.arange(part.start, part.stop)
        content = paths_file(part.paths, draws, self.labels.dates, self.labels.texts)
        write_whole(self.path_file(part.start), content)
        hashed = np.frombuffer(hashlib.sha256(content).digest(), dtype=np.uint8)
        return {"paths": part.paths[:0], "paths hash": hashed}

    def _has_paths(self, start: int, hashed: bytes) -> bool:
        content = content_of(self.path_file(start))
        return content is not None and hashlib.sha256(content).digest() == hashed

    def _about(self, start: int, stop: int) -> str:
        return f"{FORMAT} {self.identity} {start} {stop}"

    def _unwritten(self, error: OSError) -> str:
        """Return why a block could not be written, what is safe, and what to do."""
        places = [self.folder, self.folder / BLOCKS, *([self.folder / PATHS] if self.whole else [])]
        gone = next((place for place in places if status_of(place) is None), None)
        if gone is not None:
            said, fix = (
                f"{gone} was deleted while the sweep ran",
                "run the same sweep again, it makes them anew",
            )
            return f"{said}; {self.told()} are safe: {fix}"
        first = "make room" if error.errno in FULL else "mend that"
        said, fix = f"{self.folder}: cannot write a block: {reason(error)}", f"{first} and run the same sweep"
        return f"{said}; {self.told()} are safe: {fix} again, it goes on where it stopped"

    def told(self) -> str:
        """Return how many of the blocks are there, in words."""
        return f"{self.done():,} of {len(self.blocks()):,} blocks"


def opened(folder: Path, manifest: Mapping[str, Any], labels: Labels) -> Store:
    """Return the store of a sweep in a folder, new or to be gone on with, locked.

    Parameters
    ----------
    manifest : what the sweep is; all but the number of draws has to be what the folder holds.

    Raises
    ------
    InputError
        If the folder holds another sweep, with the differences, or more draws than are asked for.
    StoreError
        If another process has it open, or it cannot be written.
    """
    with _in_words(folder, "cannot be used"):
        fail_if(_strange_problems(folder))
        (folder / BLOCKS).mkdir(parents=True, exist_ok=True)
        if manifest["paths"] == "all":
            (folder / PATHS).mkdir(exist_ok=True)
        lock = Lock(folder / LOCK, folder)
    store = Store(folder, dict(manifest), labels, lock)
    try:
        with _in_words(folder, "cannot be written"):
            _agree(folder, manifest)
            _clear(folder)
            is_file(folder / MANIFEST)
            write_whole(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def _in_words(folder: Path, what: str) -> Iterator[None]:
    """Say of which file the system complains, and why."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"{error.filename or folder}: {what}: {reason(error)}") from error


def kept(folder: Path) -> Store:
    """Return the store in a folder, to be read; nothing is locked.

    Raises
    ------
    InputError
        If there is none.
    """
    manifest = manifest_of(folder)
    if manifest is None:
        raise InputError([Problem("no sweep", str(folder), f"no {MANIFEST}", "a folder that a sweep wrote")])
    return Store(folder, manifest)


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """Return what a folder says that it holds, or None where it holds no sweep.

    Raises
    ------
    StoreError
        If it cannot be read, or is not what was written.
    """
    file = folder / MANIFEST
    content = content_of(file)
    return None if content is None else read(content, str(file))


def room_left(folder: Path) -> int:
    """Return the bytes that are free where a folder is, or will be."""
    here = folder.absolute()
    while not here.exists():
        here = here.parent
    return shutil.disk_usage(here).free


def _strange_problems(folder: Path) -> Iterator[Problem]:
    """Yield what is in a folder that holds no sweep and is none of ours: it is left alone."""
    if not folder.is_dir() or manifest_of(folder) is not None:
        return
    own = {BLOCKS, PATHS, LOCK}
    strange = sorted(each.name for each in folder.iterdir() if each.name not in own and each.suffix != ".tmp")
    if strange:
        got = ", ".join(strange[:3])
        yield Problem("a folder with something else in it", str(folder), got, "an empty one, or a new one")


def _agree(folder: Path, manifest: Mapping[str, Any]) -> None:
    before = manifest_of(folder)
    if before is None:
        return
    if before["identity"] != manifest["identity"]:
        raise InputError([_other_sweep(folder, before, manifest)])
    if before[TOTAL] > manifest[TOTAL]:
        got = f"{manifest[TOTAL]:,} asked for, {before[TOTAL]:,} there"
        fix = "the number is the total: ask for as many or more, or name another folder"
        raise InputError([Problem("holds more draws", str(folder), got, fix=fix)])
    if before[TOTAL] < manifest[TOTAL] and manifest["design"]["kind"] == "latin":
        got = f"{before[TOTAL]:,} there, {manifest[TOTAL]:,} asked for"
        fix = "every point of a Latin hypercube depends on how many there are: name another folder"
        raise InputError([Problem("a Latin hypercube cannot be extended", str(folder), got, fix=fix)])


def _other_sweep(folder: Path, before: Mapping[str, Any], manifest: Mapping[str, Any]) -> Problem:
    """Return the problem of a folder that holds another sweep: how it differs, and what to do."""
    found = differences(before, manifest)
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    if only_versions_differ(before, manifest):
        fix = "install what it was made with to go on, or run it anew in another folder"
        return Problem("was made by other versions", str(folder), "; ".join(found), "the same", fix)
    allowed = "the same sweep; only the number of draws may grow"
    go_on = "to go on with what is stored: ts.sweeps.resume(folder), or --resume without --over"
    fix = f"{go_on}; or name another folder"
    return Problem("holds another sweep", str(folder), "; ".join(found[:SHOWN]) + more, allowed, fix)


def _clear(folder: Path) -> None:
    """Remove what a process that was killed left half written."""
    for left in _half_written(folder):
        left.unlink(missing_ok=True)


def _half_written(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / BLOCKS, folder / PATHS):
        yield from place.glob(".*.tmp")
