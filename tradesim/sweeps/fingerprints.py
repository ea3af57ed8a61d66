"""Fingerprints: hashes of what the numbers of a sweep depend on."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

import tradesim
from tradesim import engine, io
from tradesim.assembly import functions_of
from tradesim.errors import InputError
from tradesim.scenario import Scenario

PACKAGES = ("numpy", "scipy", "numba")


def of_scenario(scenario: Scenario) -> str:
    """Return the sha256 of all that a scenario's numbers depend on, and of the names in its results."""
    found = hashlib.sha256()
    for name, array in scenario.program._asdict().items():
        found.update(f"{name} {array.shape} {array.dtype.str} ".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    for pair, (function, values) in functions_of(scenario.rules, scenario.schedule.economies).items():
        found.update(f"{pair} {values.tolist()} {of_function(function)} ".encode())
    names = [
        str(scenario.start),
        list(scenario.schedule.economies.codes),
        scenario.schedule.recorded.tolist(),
        [truce.name for truce in scenario.truces],
        [(event.name, [outcome.name for outcome in event.outcomes]) for event in scenario.events],
        sorted(scenario.rules),
        [shock.name for shock in scenario.shocks],
    ]
    found.update(json.dumps(names).encode())
    return found.hexdigest()


def of_function(function: Any) -> str:
    """Return the name of a function, and the sha256 of what it does, wherever its file lies."""
    code = getattr(function, "__code__", None)
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(type(function)))}"
    if code is None:
        return name
    held = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    given = [each for each in [*(function.__defaults__ or ()), *held] if isinstance(each, int | float | str)]
    return f"{name} {hashlib.sha256((_told(code) + repr(given)).encode()).hexdigest()}"


def _told(code: CodeType) -> str:
    constants = [_told(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts]
    return repr((code.co_code, code.co_names, constants))


def text_of(scenario: Scenario) -> str | None:
    """Return a scenario as TOML, or None where files do not know what is in it."""
    try:
        return io.scenario_text(scenario)
    except InputError:
        return None


def of_manifest(manifest: Mapping[str, Any], left_out: tuple[str, ...]) -> str:
    """Return the sha256 of what a manifest says, but for some of it."""
    kept = {key: value for key, value in manifest.items() if key not in left_out}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


@cache
def versions() -> dict[str, str]:
    """Return the versions of what makes the numbers, and the sha256 of the engine's sources."""
    sources = sorted(Path(engine.__file__).parent.glob("*.py"))
    engine_hash = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    found = {name: version(name) for name in PACKAGES}
    return {"tradesim": tradesim.__version__, **found, "engine": engine_hash[:16]}
