"""The lowest versions that are allowed are those that `make test-floors` runs, and CI runs them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def floors():
    """Return the lowest version of everything that pyproject.toml names, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        *project["dependencies"],
        *(n for extra in project["optional-dependencies"].values() for n in extra),
    ]
    found = [re.fullmatch(r"([a-z0-9-]+)(?:\[[a-z]+\])?>=([0-9.]+)(,<.*)?", name) for name in named]
    return {m[1]: m[2] for m in found if m}, [n for n, m in zip(named, found, strict=True) if not m]


def test_everything_has_a_floor_and_the_constraints_are_those_floors():
    lowest, without = floors()
    assert [name for name in without if not name.startswith("tradesim[")] == []
    lines = (ROOT / "constraints-floors.txt").read_text(encoding="utf-8").split()
    assert lines == sorted(f"{name}=={version}" for name, version in lowest.items())


def test_no_floor_is_above_what_is_tested_every_day():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    pinned = dict(line.split("==") for line in lines)
    assert {name for name, low in floors()[0].items() if numbers(low) > numbers(pinned[name])} == set()


def numbers(version):
    return tuple(map(int, version.split(".")))


def test_ci_runs_every_python_on_every_system_and_both_ends():
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    for word in ("ubuntu-latest", "macos-latest", "windows-latest", '"3.11", "3.12", "3.13", "3.14"'):
        assert word in text
    assert "make test-floors" in text
    assert "make test-newest" in text


def test_the_core_of_the_tests_exists():
    core = re.search(r"CORE := .*?\)\)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.DOTALL)[0]
    names = core.partition("tests/test_,")[2].rstrip(")").replace("\\", " ").split()
    assert len(names) > 30
    assert [name for name in names if not (ROOT / f"tests/test_{name}.py").exists()] == []
