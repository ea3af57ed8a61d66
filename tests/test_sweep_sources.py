"""Sources: what counts as having made a number is what is imported, whatever its file is called."""

import compileall
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import tradesim
from tradesim.sweeps import fingerprints
from tradesim.sweeps.sources import SourceError, content_of, hash_of, imported_by, modules_behind

PACKAGE = Path(tradesim.__file__).parent
ASK = "from tradesim.sweeps import fingerprints as f; import tradesim; print(f.versions()['engine'], "
ASK += "f.of_models(tradesim.trade_data.world_2023().flows), tradesim.__file__)"


def asked(place, code=ASK):
    """Have another process say the hashes of the package at a place."""
    import_from = {"PYTHONPATH": str(place), "NUMBA_DISABLE_JIT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | import_from,
        cwd=Path(place).parent,
        capture_output=True,
        text=True,
        check=False,
    )


def told(place):
    found = asked(place)
    assert found.returncode == 0, found.stderr
    engine, models, file = found.stdout.split()
    assert file.startswith(str(place))
    return engine, models


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "lib" / "tradesim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "lib"


def renamed(place, old, new):
    """Rename a module and everything that imports it."""
    package = place / "tradesim"
    path = Path(*old.split(".")[1:]).with_suffix(".py")
    (package / path).rename((package / path).with_name(f"{new}.py"))
    room, _, name = old.rpartition(".")
    for file in package.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if name in text:
            text = text.replace(old, f"{room}.{new}").replace(f"import {name} ", f"import {new} as {name} ")
            file.write_text(text, encoding="utf-8")


def test_a_copy_anywhere_has_the_same_hash(copy):
    assert told(copy)[0] == fingerprints.versions()["engine"]


@pytest.mark.parametrize("module", ["tradesim.engine.charges", "tradesim.sweeps.numbers"])
def test_a_renamed_module_changes_the_hash(copy, module):
    renamed(copy, module, "another_name")
    assert told(copy)[0] != fingerprints.versions()["engine"]


@pytest.mark.parametrize("module", ["engine/charges.py", "sweeps/spreads.py", "assembly/reactions.py"])
def test_a_module_that_is_gone_is_an_error(copy, module):
    (copy / "tradesim" / module).rename((copy / "tradesim" / module).with_name("elsewhere.py"))
    assert asked(copy).returncode != 0


def test_what_is_changed_counts_and_what_nothing_imports_does_not(copy):
    before = told(copy)
    (copy / "tradesim" / "engine" / "unused.py").write_text("raise ValueError\n")
    (copy / "tradesim" / "sweeps" / "cost_unused.py").write_text("raise ValueError\n")
    assert told(copy) == before
    file = copy / "tradesim" / "engine" / "families.py"
    file.write_text(file.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
    engine, models = told(copy)
    assert engine != before[0]
    assert models == before[1]
    file = copy / "tradesim" / "economics" / "newton.py"
    file.write_text(file.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
    assert told(copy)[0] == engine
    assert told(copy)[1] != models


def test_line_ends_of_another_system_change_nothing(copy):
    before = told(copy)
    for file in (copy / "tradesim" / "engine").glob("*.py"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert told(copy) == before


def only_hash(place):
    """Return the hash of the engine alone, which needs no data files beside the modules."""
    code = "from tradesim.sweeps.sources import hash_of; "
    code += "print(hash_of(['tradesim.sweeps.parts'], ['tradesim.engine', 'tradesim.sweeps']))"
    found = asked(place, code)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def test_a_zipped_package_has_the_hash_of_its_sources(copy, tmp_path):
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in (copy / "tradesim").rglob("*.py"):
            zipped.write(file, file.relative_to(copy))
    assert only_hash(archive) == only_hash(copy)


def test_without_sources_bytecode_counts_wherever_it_was_compiled(copy, tmp_path):
    other = tmp_path / "other place"
    shutil.copytree(copy, other)
    for place in (copy, other):
        compileall.compile_dir(place, quiet=2, legacy=True)
        for file in place.rglob("*.py"):
            file.unlink()
    assert only_hash(copy) == only_hash(other) != fingerprints.versions()["engine"]
    (other / "tradesim" / "engine" / "families.pyc").unlink()
    assert asked(other).returncode != 0


def test_every_module_that_a_worker_loads_to_make_numbers_is_counted():
    """The other way round: what is in memory once a block has run, and lies where numbers are made."""
    code = "import sys; from tradesim.sweeps import parts; from tradesim.sweeps.sources import *; "
    code += "from tradesim.sweeps.fingerprints import MAKERS, MAKING; "
    code += "print(sorted({m for m in sys.modules if m.startswith('tradesim.engine.')}"
    code += " - set(modules_behind(MAKERS, MAKING))))"
    assert asked(PACKAGE.parent, code).stdout.strip() == "[]"


def test_imports_are_found_wherever_they_stand():
    found = imported_by("tradesim.scenario")
    assert {"tradesim.io", "tradesim.engine.run", "tradesim.errors"} <= found
    assert imported_by("tradesim.engine.philox") == frozenset()
    assert modules_behind(["tradesim.engine.sobol"], []) == ["tradesim.engine.sobol"]


def test_relative_imports_and_many_names_are_followed(tmp_path, monkeypatch):
    package = tmp_path / "followed_package"
    (package / "inner").mkdir(parents=True)
    names = ", ".join(f"name_{k}" for k in range(400))
    constants = "".join(f"name_{k} = {k}.5\n" for k in range(400))
    (package / "__init__.py").write_text("")
    (package / "inner" / "__init__.py").write_text("")
    (package / "inner" / "one.py").write_text(
        f"{constants}def late():\n    from ..two import {names}\n    from . import three\n"
    )
    (package / "two.py").write_text(constants)
    (package / "inner" / "three.py").write_text("import followed_package.four\n")
    (package / "four.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert modules_behind(["followed_package.inner.one"], ["followed_package"]) == [
        *(f"followed_package.{each}" for each in ("four", "inner.one", "inner.three", "two"))
    ]


def test_what_cannot_be_read_is_said():
    with pytest.raises(SourceError, match=r"tradesim\.engine\.nothing: is not there, and numbers rest on it"):
        hash_of(["tradesim.engine.nothing"], [])
    with pytest.raises(SourceError, match="itertools: has neither source nor bytecode"):
        content_of("itertools")
