"""Compiled: how the day loop's functions are compiled, once a machine.

numba keeps what it compiled beside the sources and compares the date of the one file that a function stands
in. The day loop is made of several, so whatever is older than any of them is thrown away first.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.extending import register_jitable

F = TypeVar("F", bound=Callable[..., Any])


OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
"""The day loop makes no arrays: counting references to those that it is given would take most of its time."""


def compiled(function: F) -> F:
    """Compile a function that runs over draws, and that holds no lock of the interpreter."""
    made: F = numba.njit(cache=True, nogil=True, **OPTIONS)(function)
    return made


def called(function: F) -> F:
    """Compile a function into whatever compiled function calls it; in Python it stays as it is.

    Into it, not beside it: the day loop hands over hundreds of arrays, and calls would copy them all.
    """
    made: F = register_jitable(**OPTIONS, forceinline=True)(function)
    return made


def _forget_stale() -> None:
    here = Path(__file__).parent
    newest = max((source.stat().st_mtime for source in here.glob("*.py")), default=0.0)
    for kept in (here / "__pycache__").glob("*.nb[ic]"):
        try:
            if kept.stat().st_mtime < newest:
                kept.unlink()
        except OSError:
            continue  # another process was faster, or the folder is not ours: numba compares its own date


_forget_stale()
