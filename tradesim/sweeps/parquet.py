"""Parquet: tables of draws and whole paths as files that other programs read; needs pyarrow."""

import io
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradesim.engine.program import Floats, Ints
from tradesim.errors import MissingExtraError
from tradesim.timegrid import Days


def arrow(name: str) -> Any:
    """Return a module of pyarrow.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtraError("this needs pyarrow", "store") from None


def write_frames(frames: Iterator[pd.DataFrame], path: Path) -> Path:
    """Write frames of the same columns one after the other into a file; return its path."""
    pa, parquet = arrow("pyarrow"), arrow("pyarrow.parquet")
    writer: Any = None
    try:
        for frame in frames:
            plain = frame.assign(**{name: _plain(frame[name]) for name in frame.columns})
            table = pa.Table.from_pandas(plain.reset_index(), preserve_index=False)
            writer = writer or parquet.ParquetWriter(path, table.schema)
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()
    return path


def paths_file(paths: Floats, draws: Ints, dates: Days, pairs: list[str]) -> bytes:
    """Return whole paths as the content of a Parquet file: draw, date, and the duty of every pair.

    Parameters
    ----------
    paths : (S, T, P) float64, fraction. draws : (S,) int64. dates : (T,) datetime64[D].
    """
    pa, parquet = arrow("pyarrow"), arrow("pyarrow.parquet")
    columns = {
        "draw": pa.array(np.repeat(draws, len(dates))),
        "date": pa.array(np.tile(dates, len(draws)), type=pa.date32()),
    }
    columns |= {pair: pa.array(paths[:, :, p].reshape(-1)) for p, pair in enumerate(pairs)}
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def _plain(column: "pd.Series[Any]") -> Any:
    """Return a column as Parquet knows it: mixed values as text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype("str")
    return column.map(str) if column.dtype == object else column
