"""Scenarios: the packaged ones, each a TOML file that says what continues a record, and on what grounds."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tradesim.errors import InputError, unknown_name
from tradesim.scenario import Scenario

FOLDER = Path(__file__).parent / "data"


def names() -> tuple[str, ...]:
    """Return the names of the packaged scenarios.

    Examples
    --------
    >>> "us-china-2025-10" in names()
    True
    """
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@cache
def load(name: str) -> Scenario:
    """Return a packaged scenario.

    Raises
    ------
    InputError
        If there is no such scenario, with the nearest names.

    Examples
    --------
    >>> load("april-2025-spiral").run().to_frame().loc["2025-04-13", ("CHN", "USA")].round(3)
    np.float64(1.476)
    """
    return Scenario.from_toml(_file(name))


def describe(name: str) -> dict[str, Any]:
    """Return what a scenario says of itself: name, title, description, source, start, end."""
    said = tomllib.loads(text(name))
    return {key: said[key] for key in ("name", "title", "description", "source", "start", "end")}


def text(name: str) -> str:
    """Return the file of a packaged scenario as it is written: TOML, to be kept and changed.

    Examples
    --------
    >>> text("april-2025-spiral").splitlines()[0]
    'name = "april-2025-spiral"'
    """
    return _file(name).read_text(encoding="utf-8")


def _file(name: str) -> Path:
    if name not in names():
        raise InputError([unknown_name("scenario", name, names())])
    return FOLDER / f"{name}.toml"
