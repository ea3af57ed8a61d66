"""Output: tables, paragraphs and JSON, plain and stable where no person is looking."""

import io
import json
import math
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tradesim.errors import InputError, Problem

WIDE = 10_000
"""Columns where the output is not a terminal: no line of a table is ever broken."""
PARAGRAPH = 100
SHORT = 12
"""Characters of a column that is never broken: dates, pairs, percentages."""


def say(*lines: str) -> None:
    """Write lines as they are."""
    for line in lines:
        typer.echo(line)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say, on a screen, what takes a while until it is done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield


def say_json(value: Any) -> None:
    """Write a value as JSON: numbers at full precision, dates as text, ``null`` for what is not known."""
    typer.echo(json.dumps(_jsonable(value), indent=2, ensure_ascii=False, allow_nan=False))


def say_paragraph(text: str, indent: str = "") -> None:
    """Write a text in lines of readable length."""
    for part in text.strip().split("\n\n"):
        typer.echo(
            textwrap.fill(" ".join(part.split()), PARAGRAPH, initial_indent=indent, subsequent_indent=indent)
        )


def say_facts(facts: Mapping[str, str]) -> None:
    """Write names and what they are, one under the other; empty ones are left out."""
    width = max(map(len, facts))
    for name, text in facts.items():
        if text:
            lines = textwrap.wrap(" ".join(text.split()), PARAGRAPH - width - 2)
            typer.echo(f"{name:{width}}  " + f"\n{'':{width}}  ".join(lines))


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> None:
    """Write a table; the columns named in ``right`` hold numbers."""
    typer.echo(table_text(columns, rows, right))


def table_text(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> str:
    """Return a table as text, its cells as they are, without markup.

    Examples
    --------
    >>> print(table_text(["pair", "duty"], [["USA on CHN", "9.5 %"], ["CHN on USA", "32.6 %"]], ["duty"]))
    pair           duty
    ───────────────────
    USA on CHN    9.5 %
    CHN on USA   32.6 %
    """
    cells = [[" ".join(str(cell).split()) for cell in row] for row in rows]
    table = Table(box=PLAIN, pad_edge=False, show_edge=False, header_style="bold" if _on_screen() else "")
    numbers = set(right)
    for name, column in zip(columns, zip(columns, *cells, strict=True), strict=True):
        justify: Any = "right" if name in numbers else "left"
        whole = not _on_screen() or max(map(len, column)) <= SHORT
        table.add_column(Text(name), justify=justify, no_wrap=whole, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    buffer = io.StringIO()
    width = shutil.get_terminal_size().columns if _on_screen() else WIDE
    Console(file=buffer, width=width, force_terminal=_on_screen(), color_system=None).print(table)
    lines = [line.rstrip() for line in buffer.getvalue().rstrip().split("\n")]
    return "\n".join(line[:PARAGRAPH] if set(line) == {"─"} else line for line in lines)


PLAIN = box.Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
"""No lines but one under the names of the columns."""


def percent(fraction: float | None, decimals: int = 1) -> str:
    """Write a fraction in percent, with the sign.

    Examples
    --------
    >>> percent(0.4753), percent(None)
    ('47.5 %', 'not known')
    """
    if fraction is None or math.isnan(fraction):
        return "not known"
    return f"{fraction * 100:.{decimals}f} %"


def file_name(name: str) -> str:
    """Return a name that is safe in a path: letters, digits, ``.``, ``_`` and ``-``, 100 bytes at most.

    Examples
    --------
    >>> file_name("us-china-2025-10: deal"), file_name("../..")
    ('us-china-2025-10-deal', 'unnamed')
    """
    plain = re.sub(r"[^\w.-]+", "-", name).strip(".-")
    return plain.encode("utf-8", "ignore")[:100].decode("utf-8", "ignore") or "unnamed"


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a safe name for each name, no two alike.

    Examples
    --------
    >>> file_names(["a b", "a-b"])
    {'a b': 'a-b', 'a-b': 'a-b-2'}
    """
    safe: dict[str, str] = {}
    for name in names:
        plain = wanted = file_name(name)
        turn = 2
        while plain.lower() in {other.lower() for other in safe.values()}:
            plain, turn = f"{wanted}-{turn}", turn + 1
        safe[name] = plain
    return safe


def made_folder(path: str | Path) -> Path:
    """Return a folder, made if it is not there.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(
            [Problem("cannot be written", str(folder), got, fix="name another folder")]
        ) from None
    return folder


def _on_screen() -> bool:
    return sys.stdout.isatty()


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(each) for each in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value if isinstance(value, str | int | None) else str(value)
