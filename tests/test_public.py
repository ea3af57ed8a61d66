"""What `import tradesim` gives, and what it does not load."""

import subprocess
import sys

import pytest

import tradesim as ts


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_loads_none_of_the_heavy_packages():
    heavy = {"numpy", "pandas", "scipy", "matplotlib", "numba", "pydantic", "typer", "rich"}
    assert not heavy & loaded_by("import tradesim")


def test_a_schedule_needs_no_pictures():
    assert not {"matplotlib", "numba", "pydantic", "typer"} & loaded_by("import tradesim; tradesim.Schedule")


def test_shocks_are_named_without_scipy_and_numba():
    loaded = loaded_by("import tradesim; tradesim.Shock; tradesim.Size('fixed', value=0.1)")
    assert not {"scipy", "matplotlib", "numba", "pydantic", "typer"} & loaded


def test_what_describes_a_war_is_public():
    described = {"Economies", "Measure", "Schedule", "Truce", "Event", "Outcome", "Effect", "Shock", "Size"}
    assert described | {"Scenario", "Paths", "InputError", "rules", "scenarios"} <= set(ts.__all__)


@pytest.mark.parametrize("name", ts.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(ts, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Tariff'"):
        _ = ts.Tariff


def test_tab_completion_lists_the_public_names():
    assert set(ts.__all__) <= set(dir(ts))
