"""Locking: nobody gets in beside the holder, on systems with `fcntl` and on Windows, which is emulated."""

import errno
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tradesim.sweeps.files import StoreError
from tradesim.sweeps.locking import FAR, Lock


class Windows:
    """`msvcrt.locking` as it is: bytes from where the file stands; locked bytes cannot be locked or read.

    Ranges are of a file on the disk and held by one open file; closing does not free them here, so that a
    missing unlock is seen.
    """

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self):
        self.held = {}

    def locking(self, handle, mode, many):
        status, place = os.fstat(handle), os.lseek(handle, 0, os.SEEK_CUR)
        file = (status.st_dev, status.st_ino)
        wanted = range(place, place + many)
        if mode == self.LK_UNLCK:
            if self.held.pop((file, wanted), None) is None:
                raise OSError(errno.EACCES, "Permission denied")
            return
        for other, there in self.held:
            if other == file and range(max(wanted[0], there[0]), min(wanted[-1], there[-1]) + 1):
                raise OSError(errno.EACCES, "Permission denied")
        self.held[file, wanted] = handle


@pytest.fixture(params=["this system", "windows"])
def system(request, monkeypatch):
    if request.param == "windows":
        windows = Windows()
        monkeypatch.setitem(sys.modules, "fcntl", None)  # importing it fails
        monkeypatch.setitem(sys.modules, "msvcrt", windows)
        return windows
    return pytest.importorskip("fcntl", reason="locks of this system are Windows' own")


def test_a_second_holder_is_refused_and_the_first_is_named(system, tmp_path):
    file = tmp_path / "lock"
    first = Lock(file, tmp_path)
    for _ in range(3):
        with pytest.raises(StoreError, match=rf"another process \({os.getpid()}\) runs this sweep"):
            Lock(file, tmp_path)
    assert file.read_text() == str(os.getpid())
    first.close()
    first.close()
    Lock(file, tmp_path).close()


@pytest.mark.parametrize("before", ["", "12345", "1" * 40, "no number", "ä"])
def test_whatever_the_file_said_before_the_same_byte_is_locked(system, tmp_path, before):
    file = tmp_path / "lock"
    file.write_text(before, encoding="utf-8")
    first = Lock(file, tmp_path)
    assert file.read_text() == str(os.getpid())
    with pytest.raises(StoreError, match="another process"):
        Lock(file, tmp_path)
    first.close()


def test_windows_locks_one_byte_far_behind_what_can_be_read(monkeypatch, tmp_path):
    windows = Windows()
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    lock = Lock(tmp_path / "lock", tmp_path)
    assert [places for _, places in windows.held] == [range(FAR, FAR + 1)]
    assert 2**16 < FAR < 2**31  # `locking` takes places of 31 bits
    lock.close()
    assert not windows.held
    assert (tmp_path / "lock").stat().st_size < 100


def test_a_file_system_without_locks_is_not_called_another_process(monkeypatch, tmp_path):
    def refuse(handle, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setitem(sys.modules, "fcntl", SimpleNamespace(flock=refuse, LOCK_EX=2, LOCK_NB=4))
    with pytest.raises(StoreError, match=r"cannot be locked: No locks available; name a folder on a disk"):
        Lock(tmp_path / "lock", tmp_path)


def test_the_lock_of_a_process_that_is_killed_is_free(tmp_path):
    code = "import sys; from pathlib import Path; from tradesim.sweeps.locking import Lock\n"
    code += "folder = Path(sys.argv[1]); kept = Lock(folder / 'lock', folder)\n"
    code += "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(StoreError, match=rf"\({other.pid}\)"):
            Lock(tmp_path / "lock", tmp_path)
        other.kill()
        other.communicate()
    Lock(tmp_path / "lock", tmp_path).close()
