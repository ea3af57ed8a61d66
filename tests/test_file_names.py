"""File names: safe on Linux, macOS and Windows, whatever something is called."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from tradesim import plots
from tradesim.errors import InputError
from tradesim.file_names import file_name, file_names

DEVICES = ["CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³")]
FORBIDDEN = set('<>:"/\\|?*') | {chr(code) for code in range(32)}


def is_safe(name):
    """Say whether Windows, the strictest of the three, takes a name (Microsoft, "Naming Files, Paths")."""
    base = name.split(".")[0].rstrip(" ").upper()
    ends = name[-1:] not in {"", ".", " "} and name[0] not in {"-", "."}
    return ends and base not in DEVICES and not FORBIDDEN & set(name) and len(name.encode()) <= 101


@given(st.text(max_size=300))
@example("CON")
@example("con.toml")
@example("nul .")
@example("😀é" * 100)
@example("a" * 99 + "é.")
def test_every_name_is_safe(text):
    assert is_safe(file_name(text))
    assert file_name(file_name(text)) == file_name(text)


@pytest.mark.parametrize("device", [*DEVICES, *(f"{d.lower()}.tar.gz" for d in DEVICES), "Aux.", "  nul"])
def test_devices_of_windows_are_no_names(device):
    assert is_safe(file_name(device))
    assert file_name(device).startswith("_") or file_name(device) == "-nul"


@pytest.mark.parametrize("name", ["us-china-2025-10", "console", "com10", "nullify", "España_1.2", "_x"])
def test_good_names_stay(name):
    assert file_name(name) == name


@given(st.lists(st.sampled_from(["a b", "A-b", "a-b-2", "con", "CON", "é", "É", ""]), unique=True))
def test_no_two_names_are_alike_where_case_does_not_count(names):
    safe = file_names(names)
    assert list(safe) == names
    assert len({name.casefold() for name in safe.values()}) == len(names)


@pytest.mark.parametrize("name", ["con", "NUL.x", "a.", "..", "a b", "", "x" * 300])
def test_a_picture_is_not_saved_under_a_name_that_windows_does_not_take(name, tmp_path):
    with pytest.raises(InputError, match=r"not a file name.*for example"):
        plots.save(Figure(), tmp_path, name)


def test_no_other_place_makes_names():
    assert not re.search(r"\s", file_name("a\u2028b\tc"))
