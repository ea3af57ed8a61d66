"""Completing: what the tab key offers: names of records and scenarios, and files; loads neither."""

from collections.abc import Callable, Iterator
from pathlib import Path

ROOM = Path(__file__).parent.parent
KEPT = {"record": ROOM / "datasets" / "data", "scenario": ROOM / "scenarios" / "data"}
"""Where each is packaged: a folder or a file of its name."""


def names(kind: str) -> list[str]:
    """Return the packaged records or scenarios by name.

    Examples
    --------
    >>> "us-china" in names("record"), "us-china-2025-10" in names("scenario")
    (True, True)
    """
    ending = "" if kind == "record" else ".toml"
    return sorted(
        path.stem if ending else path.name for path in KEPT[kind].glob(f"*{ending}") if _is(path, kind)
    )


def _is(path: Path, kind: str) -> bool:
    return path.is_dir() and (path / "meta.toml").exists() if kind == "record" else path.is_file()


def of(*kinds: str, files: tuple[str, ...] = ()) -> Callable[[str], list[str]]:
    """Return what completes a word: names of some kinds, then files with some endings, and folders.

    Examples
    --------
    >>> of("record")("us-")
    ['us-china']
    """

    def complete(incomplete: str) -> list[str]:
        known = [name for kind in kinds for name in names(kind) if name.startswith(incomplete)]
        return [*known, *(_paths(incomplete, files) if files else [])]

    return complete


def _paths(incomplete: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Yield files with an ending, and folders to look into, that begin as given."""
    given = Path(incomplete)
    folder = given if incomplete.endswith("/") else given.parent
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return
    for path in inside:
        text = str(path)
        if text.startswith(incomplete) and not path.name.startswith("."):
            if path.is_dir():
                yield f"{text}/"
            elif path.suffix.lower() in endings:
                yield text
