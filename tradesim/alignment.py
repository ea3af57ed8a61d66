"""Alignment: labelled tables and vectors put into the order of the economies, or refused.

Every public function that takes numbers by economy reads them here, so that labels are never ignored:

=============================================  =======================================================
given                                          read as
=============================================  =======================================================
array, nested list                             by position: importer × exporter, in the order of the codes
DataFrame with economies on both axes          aligned by label, rows and columns each; missing and
                                               unknown economies are refused and named
axes named ``exporter`` × ``importer``         turned round
DataFrame with an unnamed ``0, 1, …`` on both  an array (its size is checked); on one axis only: refused
rows labelled (date, importer), a list of      one table a date (an item), stacked in front
frames
Series or mapping by economy                   aligned by label; a Series labelled ``0, 1, …`` is an array
xarray.DataArray                               by the names of its dimensions and its coordinates
labels where the economies have no names       refused
a set, text, masked or complex values          refused
=============================================  =======================================================
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.conversion import shown
from tradesim.errors import InputError, Problem, fail_if, unknown_name

Floats = NDArray[np.float64]

IMPORTER = {"importer", "importers", "importing economy", "destination", "to", "buyer"}
EXPORTER = {"exporter", "exporters", "exporting economy", "origin", "from", "seller"}
"""What people call the two axes; a table whose axes have no such names is importer × exporter."""
UNALIGNED = "labels that cannot be aligned"
BY_POSITION = "an array in the order of the economies, as they have no names here"


def numbers(name: str, values: Any) -> Floats:
    """Return values without labels as a read-only float64 array of their own.

    Raises
    ------
    InputError
        If they bear labels, are not real numbers, or rows differ in length.

    Examples
    --------
    >>> numbers("flows", [[1, 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    """
    bare = _without_default_labels(values)
    if _is_labelled(bare) or _holds_labelled(bare):
        fix = "give .to_numpy() in the order that is meant"
        raise InputError([Problem(UNALIGNED, name, _told(bare), BY_POSITION, fix)])
    fail_if(_content_problems(name, bare))
    try:
        array = np.array(bare, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        problem = Problem("not a table of numbers", name, shown(values)[:80], "numbers, rows of one length")
        raise InputError([problem]) from None
    array.setflags(write=False)
    return array


def labelled(name: str, values: Any, codes: Sequence[str] = ()) -> tuple[Floats, tuple[str, ...]]:
    """Return a table as an array, and the names of the economies, given or read from its rows.

    Examples
    --------
    >>> import pandas as pd
    >>> labelled("flows", pd.DataFrame([[1, 2], [3, 4]], index=["USA", "CHN"], columns=["CHN", "USA"]))
    (array([[2., 1.],
           [4., 3.]]), ('USA', 'CHN'))
    """
    names = ordered("codes", codes)
    bare = _without_default_labels(values)
    if _is_frame(bare) and not names and bare.index.nlevels == 1:
        fail_if(_name_problems(name, bare.index))
        names = tuple(str(code) for code in bare.index)
    return aligned(name, values, names), names


def aligned(name: str, values: Any, codes: Sequence[str]) -> Floats:
    """Return tables importer × exporter as an array, (..., N, N), in the order of the economies.

    Parameters
    ----------
    name : what to call the table in messages.
    values : an array, a frame, a list of frames, a frame with rows labelled (date, importer), or an
        `xarray.DataArray`; the table of this module says how each is read.
    codes : the N economies, in order; empty where they have no names.

    Raises
    ------
    InputError
        For labels that are not the economies, naming which are missing and which are unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> duty = pd.DataFrame([[0.0, 0.1], [0.3, 0.0]], index=["CHN", "USA"], columns=["CHN", "USA"])
    >>> aligned("tariffs", duty, ["USA", "CHN"])
    array([[0. , 0.3],
           [0.1, 0. ]])
    """
    bare = _without_default_labels(values)
    if _is_array(bare):
        return _from_data_array(name, bare, codes)
    if _is_frame(bare):
        return _from_frame(name, bare, codes)
    if isinstance(bare, list | tuple) and any(_is_frame(each) or _is_array(each) for each in bare):
        tables = [aligned(f"{name}[{k}]", each, codes) for k, each in enumerate(bare)]
        fail_if(_stack_problems(name, tables))
        return numbers(name, np.stack(tables))
    return numbers(name, bare)


def aligned_vector(
    name: str, values: Any, codes: Sequence[str], columns: Sequence[str] | None = None
) -> Floats:
    """Return one value for each economy, (N,), or a row for each, (N, K), in the order of the economies.

    Parameters
    ----------
    name : what to call it in messages.
    values : an array or one number, which are left in their shape; a Series or a mapping by economy; or a
        frame with a row for each economy.
    codes : the N economies, in order; empty where they have no names.
    columns : the names of the K columns, where they have names.

    Examples
    --------
    >>> aligned_vector("gdp", {"CHN": 18e12, "USA": 27e12}, ["USA", "CHN"])
    array([2.7e+13, 1.8e+13])
    """
    bare = _without_default_labels(values)
    if _is_array(bare) and bare.ndim <= 2:
        bare = _without_default_labels(bare.to_pandas())
    if _is_frame(bare) and bare.shape[1] == 1 and not columns:
        bare = bare.iloc[:, 0]
    if isinstance(bare, Mapping):
        places = _places(name, list(bare), codes)
        given = list(bare.values())
        return numbers(name, [given[k] for k in places])
    if _is_series(bare):
        return numbers(name, bare.to_numpy()[_places(name, bare.index, codes)])
    if _is_frame(bare):
        rows = _places(f"{name} rows", bare.index, codes)
        default = _is_default(bare.columns)
        across = slice(None) if default else _places(f"{name} columns", bare.columns, columns or ())
        return numbers(name, bare.to_numpy()[rows][:, across])
    return numbers(name, bare)


def ordered(name: str, codes: Any) -> tuple[str, ...]:
    """Return names or values in the order given; a set has no order and is refused."""
    if isinstance(codes, set | frozenset):
        got, fix = f"a set of {len(codes)}", "write a list: [ ] in place of { }"
        raise InputError([Problem("in no order", name, got, "a list or tuple", fix)])
    return tuple(codes)


def position(economy: str | int, codes: Sequence[str], n: int, name: str = "") -> int:
    """Return the position of an economy, given by its name, where economies have names, or by its position.

    Examples
    --------
    >>> position("CHN", ("USA", "CHN"), 2), position(1, (), 2)
    (1, 1)
    """
    if isinstance(economy, str) and economy in codes:
        return codes.index(economy)
    whole = isinstance(economy, int | np.integer) and not isinstance(economy, bool)
    if whole and 0 <= int(economy) < n:
        return int(economy)
    known = codes or [str(k) for k in range(n)]
    raise InputError([unknown_name("economy", str(economy), known, name)])


# Within -------------------------------------------------------------------------------------------------


def _from_frame(name: str, frame: Any, codes: Sequence[str]) -> Floats:
    """Return a frame as (N, N), or as (D, N, N) where its rows are labelled (date, importer)."""
    if frame.columns.nlevels == 1 and frame.index.nlevels == 2:
        return _from_stack(name, frame, codes)
    if frame.index.nlevels > 1 or frame.columns.nlevels > 1:
        fix = "give one frame importer × exporter, or rows labelled (date, importer)"
        raise InputError([Problem("several levels of labels", name, _told(frame), "one on each axis", fix)])
    if _is_turned(name, frame.index.name, frame.columns.name):
        frame = frame.T
    rows = _places(f"{name} rows", frame.index, codes)
    columns = _places(f"{name} columns", frame.columns, codes)
    return numbers(name, frame.to_numpy()[np.ix_(rows, columns)])


def _from_stack(name: str, frame: Any, codes: Sequence[str]) -> Floats:
    """Return a frame whose rows are labelled (date, importer), in either order, as (D, N, N)."""
    first, second = (str(level).lower() for level in frame.index.names)
    if first in IMPORTER | EXPORTER and second not in IMPORTER | EXPORTER:
        frame = frame.swaplevel()
    keys = frame.index.get_level_values(0)
    inner = frame.index.get_level_values(1)
    tables = []
    for key in keys.unique():
        one = frame[keys == key].set_axis(inner[keys == key], axis=0)
        tables.append(_from_frame(f"{name}[{key}]", one, codes))
    return numbers(name, np.stack(tables))


def _from_data_array(name: str, array: Any, codes: Sequence[str]) -> Floats:
    """Return an `xarray.DataArray` as (..., N, N) by the names of its dimensions and its coordinates."""
    dims = [str(dim) for dim in array.dims]
    named = [next((d for d in dims if d.lower() in names), None) for names in (IMPORTER, EXPORTER)]
    if None in named:
        got, allowed = ", ".join(dims) or "none", "dimensions named importer and exporter"
        raise InputError([Problem("which dimension is which", name, got, allowed, "array.rename(…)")])
    last = [str(dim) for dim in named]
    turned = array.transpose(*(dim for dim in array.dims if str(dim) not in last), *last)
    for dim in last:
        if dim in turned.indexes:
            turned = turned.isel({dim: _places(f"{name} {dim}", turned.indexes[dim], codes)})
    return numbers(name, turned.to_numpy())


def _is_turned(name: str, rows: Any, columns: Any) -> bool:
    """Return whether the names of the axes say exporter × importer."""
    down, across = str(rows or "").lower(), str(columns or "").lower()
    says_turned = {down in EXPORTER, across in IMPORTER}
    says_straight = {down in IMPORTER, across in EXPORTER}
    if True in says_turned and True in says_straight:
        got, allowed = f"{rows} × {columns}", "importer × exporter"
        raise InputError([Problem("both axes are named alike", name, got, allowed)])
    return True in says_turned


def _places(where: str, given: Iterable[Any], codes: Sequence[str]) -> list[int]:
    """Return where each economy stands among the labels given, all of which must be economies."""
    names = [str(label) for label in given]
    if not codes:
        fix = "name the economies"
        raise InputError([Problem(UNALIGNED, where, _listed(names), BY_POSITION, fix)])
    twice = sorted({label for label in names if names.count(label) > 1})
    if twice:
        raise InputError([Problem("named twice", where, _listed(twice), "each economy once")])
    if sorted(names) != sorted(codes):
        raise InputError([_mismatch(where, names, codes)])
    return [names.index(code) for code in codes]


def _mismatch(where: str, names: Sequence[str], codes: Sequence[str]) -> Problem:
    missing = [code for code in codes if code not in names]
    extra = [label for label in dict.fromkeys(names) if label not in codes]
    parts = {"missing": missing, "not among them": extra}
    got = "; ".join(f"{what} {_listed(labels)}" for what, labels in parts.items() if labels)
    guess = unknown_name("economy", extra[0], codes).fix if extra else ""
    return Problem("other economies", where, got, ", ".join(codes), guess)


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:8]) + (f" and {len(labels) - 8} more" if len(labels) > 8 else "")


def _name_problems(name: str, index: Any) -> Iterable[Problem]:
    """Yield labels that cannot name economies: numbers."""
    odd = [label for label in index if not isinstance(label, str)]
    if odd:
        yield Problem("not names of economies", f"{name} rows", repr(odd[0]), "texts: USA, CHN")


def _stack_problems(name: str, tables: Sequence[Floats]) -> Iterable[Problem]:
    shapes = {table.shape for table in tables}
    if len(shapes) > 1:
        got = ", ".join(map(str, sorted(shapes)))
        yield Problem("tables of several shapes", name, got, "one shape")


def _content_problems(name: str, values: Any) -> Iterable[Problem]:
    """Yield what NumPy would turn into numbers though it is none: text, dates, masked and complex cells."""
    if np.ma.is_masked(values):
        yield Problem("masked values", name, _told(values), "a number in every cell", "fill them first")
        return
    try:
        kind = np.asarray(values)
    except (ValueError, TypeError):
        return  # of rows of several lengths, which are refused as such
    texts = kind.dtype.kind == "O" and any(isinstance(cell, str | bytes) for cell in kind.ravel())
    if kind.dtype.kind in "USMmcV" or texts:
        yield Problem("not a table of numbers", name, shown(values)[:80], "numbers, rows of one length")


def _told(values: Any) -> str:
    shape = "×".join(map(str, getattr(values, "shape", ()))) or str(len(values))
    return f"a {type(values).__name__} of {shape}"


def _without_default_labels(values: Any) -> Any:
    """Return pandas objects that nobody labelled, ``0, 1, …`` on every axis, as arrays; others as they are.

    A frame with labels on one axis only is labelled: whether its rows follow its columns nobody can tell.
    """
    if _is_series(values):
        return values.to_numpy() if _is_default(values.index) else values
    if _is_frame(values) and _is_default(values.index) and _is_default(values.columns):
        return values.to_numpy()
    return values


def _is_default(index: Any) -> bool:
    if index.nlevels > 1 or index.name is not None:
        return False
    return all(isinstance(label, int | np.integer) for label in index) and list(index) == list(
        range(len(index))
    )


def _holds_labelled(values: Any) -> bool:
    return isinstance(values, list | tuple) and any(_is_labelled(each) for each in values)


def _is_labelled(values: Any) -> bool:
    """Return whether something bears labels that NumPy would drop: frames and mappings of any library."""
    if isinstance(values, np.ndarray | np.generic | list | tuple | int | float | str | None):
        return False
    named = any(hasattr(values, name) for name in ("columns", "dims", "column_names"))
    return named or isinstance(values, Mapping) or _is_series(values)


def _instance(values: Any, library: str, kind: str) -> bool:
    """Return whether something is of a library, which need not be loaded to say no."""
    module = sys.modules.get(library)
    return module is not None and isinstance(values, getattr(module, kind, ()))


def _is_frame(values: Any) -> bool:
    return _instance(values, "pandas", "DataFrame")


def _is_series(values: Any) -> bool:
    return _instance(values, "pandas", "Series")


def _is_array(values: Any) -> bool:
    return _instance(values, "xarray", "DataArray")
