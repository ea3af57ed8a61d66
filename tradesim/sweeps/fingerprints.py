"""Fingerprints: hashes of what the numbers of a sweep depend on."""

import hashlib
import json
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

import tradesim
from tradesim import io
from tradesim.assembly import functions_of
from tradesim.errors import InputError, Problem
from tradesim.scenario import Scenario
from tradesim.sweeps.costing import Costing
from tradesim.sweeps.sources import hash_of

PACKAGES = ("numpy", "scipy", "numba")
INSTALLED = {"site-packages", "dist-packages"}
"""Folders of packages that were installed: known by their version, others by what they hold."""
MAKERS = ("tradesim.sweeps.parts",)
"""What a worker runs; all that it imports in these packages makes numbers."""
MAKING = ("tradesim.engine", "tradesim.assembly", "tradesim.path_statistics", "tradesim.sweeps")
ASKING = ("tradesim.sweeps.costing",)
"""What asks a model of trade; it, the model and all that they import in these packages makes costs."""
EVERY_MODEL = "tradesim.economics"
"""What a model of the user's own may rest on."""
MODELS = ("tradesim.economics", "tradesim.impacts", "tradesim.sweeps")


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


def of_costing(costing: Costing) -> dict[str, Any]:
    """Return what a model of trade is asked, as JSON knows it, with the hash of all that is in the model."""
    asked, known = costing.consequences, costing.consequences.match
    model: Any = asked.model
    held = (
        {each.name: getattr(model, each.name) for each in fields(model)}
        if is_dataclass(model)
        else vars(model)
    )
    varying = asked.elasticities
    own = [] if _is_published(type(model)) else [_told(type(model), ())]
    return {
        "model": f"{_name(asked.model)} {_hashed([held, *own])[:16]}",
        "tariffs": _hashed([known.codes, known.base, known.pair_of])[:16],
        "dates": [str(day) for day in costing.periods.dates],
        "days": costing.periods.days.tolist(),
        "against": asked.against,
        "elasticities": None if varying is None else varying.tolist(),
        "of": list(costing.of),
        "economies": list(costing.economies),
        "steps": costing.steps,
        "tolerance": float(asked.tolerance),
    }


def of_function(function: Any) -> str:
    """Return the name of a function, and the sha256 of what it does, wherever its file lies.

    What it holds counts: defaults, closures, partial arguments, attributes of callable objects, and the names
    of its module that it uses.

    Raises
    ------
    InputError
        If it holds something that cannot be told from another of its kind.
    """
    name = _name(function)
    if isinstance(function, BuiltinFunctionType):
        return name
    return f"{name} {_hashed(function)}"


def _hashed(thing: Any) -> str:
    return hashlib.sha256(_told(thing, ()).encode()).hexdigest()


def _name(thing: Any) -> str:
    kind = thing if hasattr(thing, "__qualname__") else type(thing)
    return f"{kind.__module__}.{kind.__qualname__}"


def _told(thing: Any, within: tuple[int, ...]) -> str:  # noqa: PLR0911 one line a kind
    """Return the content of a value as text; ``within`` are those that hold it, told by then."""
    if id(thing) in within:
        return "itself"
    inside = (*within, id(thing))
    if thing is None or isinstance(thing, bool | int | float | complex | str | bytes | type(...)):
        return repr(thing)
    if isinstance(thing, ModuleType):
        return _of_module(thing)
    if isinstance(thing, BuiltinFunctionType | np.ufunc) or (callable(thing) and _is_published(thing)):
        return f"{_name(thing)}{_version(str(getattr(thing, '__module__', None) or ''))}"
    if isinstance(thing, np.ndarray | np.generic):
        return f"{thing.dtype.str} {thing.shape} {hashlib.sha256(thing.tobytes()).hexdigest()}"
    if isinstance(thing, AbstractSet):
        return f"{{{sorted(_told(each, inside) for each in thing)}}}"
    if isinstance(thing, Mapping):
        return str(sorted((_told(key, inside), _told(value, inside)) for key, value in thing.items()))
    if isinstance(thing, list | tuple):
        return f"{type(thing).__name__} {[_told(each, inside) for each in thing]}"
    return f"{_name(thing)} {_told(_parts(thing), inside)}"


def _is_published(thing: Any) -> bool:
    """Return whether a function or class comes with Python or with a package that was installed."""
    return hasattr(thing, "__qualname__") and _is_public(str(getattr(thing, "__module__", None) or ""))


def _is_public(module: str) -> bool:
    package = module.partition(".")[0]
    if package in {*PACKAGES, *sys.stdlib_module_names, "tradesim", "pandas"}:
        return True
    file = getattr(sys.modules.get(package), "__file__", None)
    return file is not None and not INSTALLED.isdisjoint(Path(file).parts)


def _version(module: str) -> str:
    """Return the version of an installed package that is not among those whose version is told anyway."""
    package = module.partition(".")[0]
    return "" if package in PACKAGES else f" {getattr(sys.modules.get(package), '__version__', '')}".rstrip()


def _of_module(module: ModuleType) -> str:
    """Return the name of a module, with the version of its package, or the sha256 of the user's own file."""
    file = getattr(module, "__file__", None)
    if file is None or _is_public(module.__name__):
        return f"{module.__name__}{_version(module.__name__)}"
    return f"{module.__name__} {hashlib.sha256(Path(file).read_bytes()).hexdigest()}"


def _members(kind: type) -> Any:
    """Return what a class of the user's own, and those that it inherits from, define."""
    own = [each for each in kind.__mro__ if not _is_published(each)]
    return [
        {name: value for name, value in vars(each).items() if name == "__call__" or not name.startswith("_")}
        | {name: value for name, value in vars(each).items() if isinstance(value, FunctionType)}
        for each in own
    ]


def _parts(thing: Any) -> Any:  # noqa: PLR0911 one line a kind
    """Return what makes a function, its code, or an object what it is."""
    if isinstance(thing, CodeType):
        return [thing.co_code, thing.co_names, thing.co_consts]
    if isinstance(thing, FunctionType):
        known = {
            name: thing.__globals__[name] for name in thing.__code__.co_names if name in thing.__globals__
        }
        held = [cell.cell_contents for cell in thing.__closure__ or ()]
        return [thing.__code__, thing.__defaults__, thing.__kwdefaults__, held, known]
    if isinstance(thing, MethodType):
        return [thing.__func__, thing.__self__]
    if isinstance(thing, partial):
        return [thing.func, thing.args, thing.keywords]
    if isinstance(thing, type):
        return _members(thing)
    if isinstance(thing, staticmethod | classmethod):
        return thing.__func__
    if isinstance(thing, property):
        return [thing.fget, thing.fset]
    if hasattr(thing, "__dict__"):
        return [_held(thing), _members(type(thing))]
    if " at 0x" not in repr(thing):
        return repr(thing)
    got = f"a {_name(thing)} within a rule's function"
    fix = "pass its values as `parameters` of the rule"
    raise InputError([Problem("cannot be told from another of its kind", "store", got, fix=fix)])


def _held(thing: Any) -> dict[str, Any]:
    """Return the attributes of an object, of tradesim's own without those that make no difference to it."""
    idle = {each.name for each in fields(thing) if not each.compare} if is_dataclass(thing) else set()
    return {k: v for k, v in vars(thing).items() if k not in idle or not _is_published(type(thing))}


def text_of(scenario: Scenario) -> str | None:
    """Return a scenario as TOML, or None where files do not know what is in it."""
    try:
        return io.scenario_text(scenario)
    except InputError:
        return None


def of_manifest(manifest: Mapping[str, Any], left_out: tuple[str, ...]) -> str:
    """Return the sha256 of what a manifest says, but for some of it.

    In its own order: lists of values are gone through in the order in which their parameters are given.
    """
    kept = {key: value for key, value in manifest.items() if key not in left_out}
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def of_models(model: Any) -> str:
    """Return the hash of the sources of a model of trade and of what it is asked."""
    own = type(model).__module__
    ours = own.partition(".")[0] == tradesim.__name__
    return hash_of([*ASKING, own if ours else EVERY_MODEL], MODELS)


@cache
def versions() -> dict[str, str]:
    """Return the versions of what makes the numbers, and the hash of the sources that do."""
    found = {name: version(name) for name in PACKAGES}
    return {"tradesim": tradesim.__version__, **found, "engine": hash_of(MAKERS, MAKING)}
