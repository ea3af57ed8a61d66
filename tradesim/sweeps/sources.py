"""Sources: the hash of the code that makes a number, found by following imports from where it is made.

A module counts because it is imported, wherever its file lies and whatever the file is called: one that is
renamed with its importers changes the hash, one that is gone is an error, one that nothing imports counts
for nothing. Sources, zip archives and installations without sources (``.pyc`` only) can be read alike; the
last are told by their bytecode, and so differ from the sources that they were made of.
"""

import dis
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec, resolve_name
from types import CodeType
from typing import Any

from tradesim.errors import TradesimError

SHOWN = 16
"""Letters of the hash."""
BESIDE = {"CACHE", "EXTENDED_ARG", "NOP"}
"""Instructions that may stand between an import and what it takes."""


class SourceError(TradesimError):
    """A module that makes numbers and cannot be read: no store can be marked with what made it."""


def hash_of(roots: Iterable[str], within: Iterable[str]) -> str:
    """Return the sha256, cut to 16 letters, of modules and of those that they import, one after the other.

    Parameters
    ----------
    roots : names of modules. within : packages in which imports are followed.

    Raises
    ------
    SourceError
        If one of them is not there or cannot be read.

    Examples
    --------
    >>> hash_of(["tradesim.processors"], []) == hash_of(["tradesim.processors"], ["tradesim.processors"])
    True
    """
    found = hashlib.sha256()
    for name in modules_behind(roots, within):
        found.update(f"{name} {content_of(name)}\n".encode())
    return found.hexdigest()[:SHOWN]


def modules_behind(roots: Iterable[str], within: Iterable[str]) -> list[str]:
    """Return modules and those that they import, in these packages, directly or not, sorted.

    Examples
    --------
    >>> modules_behind(["tradesim.engine.sobol"], ["tradesim.engine"])
    ['tradesim.engine.families', 'tradesim.engine.program', 'tradesim.engine.sobol']
    """
    packages = tuple(within)
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [other for other in imported_by(name) if _lies_in(other, packages)]
    return sorted(seen)


@cache
def imported_by(name: str) -> frozenset[str]:
    """Return the names of the modules of the same distribution that a module imports anywhere in it."""
    loader, package = _loader_of(name)
    ours = (name.partition(".")[0],)
    bases = [each for code in _nested(loader.get_code(name)) for each in _imports(code, package)]
    return frozenset(
        module for base, names in bases if _lies_in(base, ours) for module in _modules_of(base, names)
    )


@cache
def content_of(name: str) -> str:
    """Return the sha256 of a module's source, or of its bytecode where it has no source."""
    loader, _ = _loader_of(name)
    try:
        source = loader.get_source(name)
    except OSError:
        source = None
    content = _told(loader.get_code(name)) if source is None else source
    return hashlib.sha256(content.encode()).hexdigest()


def _told(code: CodeType) -> str:
    """Return what a piece of bytecode does, as text; where it was compiled and its lines are left out."""
    consts = [_told(each) if isinstance(each, CodeType) else _constant(each) for each in code.co_consts]
    return f"{code.co_qualname} {code.co_code!r} {code.co_names} {code.co_varnames} {consts}"


def _constant(value: Any) -> str:
    return f"{{{sorted(map(repr, value))}}}" if isinstance(value, frozenset) else repr(value)


def _lies_in(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def _loader_of(name: str) -> tuple[Any, str]:
    """Return what reads a module, and the package that its relative imports start from."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        spec = None
    loader: Any = None if spec is None else spec.loader
    if spec is None or not hasattr(loader, "get_code") or loader.get_code(name) is None:
        why = "is not there" if spec is None else "has neither source nor bytecode"
        raise SourceError(
            f"{name}: {why}, and numbers rest on it: install tradesim anew, from its sources or a wheel"
        )
    return loader, spec.parent or ""


def _nested(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of a module and of the functions and classes in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _nested(each)


def _imports(code: CodeType, package: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a piece of code imports: of ``from a import b, c`` the module ``a`` and the names in it."""
    if dis.opmap["IMPORT_NAME"] not in code.co_code[::2]:
        return  # most functions import nothing, and to take them apart takes a while
    steps = [step for step in dis.get_instructions(code) if step.opname not in BESIDE]
    for place, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            level, names = (each.argval for each in steps[place - 2 : place])
            yield resolve_name("." * level + step.argval, package), names or ()


def _modules_of(base: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the modules that an import names: ``a.b`` where that is a module, else ``a``."""
    if not names:
        yield base
    for name in names:
        inside = f"{base}.{name}"
        yield inside if _is_module(inside) else base


@cache
def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
