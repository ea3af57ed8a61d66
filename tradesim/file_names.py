"""File names: what a scenario, branch or record is called, as a name that every file system takes."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 100
"""Bytes of a name in UTF-8; file systems take 255, and endings and numbers are put behind it."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin|conout|clock|(?:com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE)
"""Names of devices on Windows, whatever ending follows."""


def file_name(name: str) -> str:
    """Return a name that is safe in a path on Linux, macOS and Windows: letters, digits, ``.``, ``_``, ``-``.

    It has 100 bytes at most, begins and ends with a letter, a digit or ``_``, and is no device of Windows.

    Examples
    --------
    >>> file_name("us-china-2025-10: deal"), file_name("../.."), file_name("NUL.csv")
    ('us-china-2025-10-deal', 'unnamed', '_NUL.csv')
    """
    safe = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name)).strip(".-")
    safe = safe.encode()[:LONGEST].decode(errors="ignore").strip(".-") or "unnamed"
    return f"_{safe}" if _RESERVED.match(safe) else safe


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a safe name for each name, no two alike where case does not count.

    Examples
    --------
    >>> file_names(["a b", "A-B"])
    {'a b': 'a-b', 'A-B': 'A-B-2'}
    """
    safe: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = wanted = file_name(name)
        turn = 2
        while plain.casefold() in taken:
            plain, turn = f"{wanted}-{turn}", turn + 1
        taken.add(plain.casefold())
        safe[name] = plain
    return safe
