"""Linking: addresses in a text found, so that they become links; only http and https ever do."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

ADDRESS = re.compile(r"https?://[^\s<>\"'`\\{}|^]+", re.IGNORECASE)
AFTER = ".,;:!?)]"
"""What ends a sentence, not an address."""


def linked(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text: words, and the address that they link to, empty where they are only words.

    Examples
    --------
    >>> list(linked("See https://ustr.gov/a_(b), not javascript:alert(1)."))
    [('See ', ''), ('https://ustr.gov/a_(b)', 'https://ustr.gov/a_(b)'), (', not javascript:alert(1).', '')]
    """
    place = 0
    for found in ADDRESS.finditer(text):
        address = _trimmed(found[0])
        if not _is_address(address):
            continue
        if found.start() > place:
            yield text[place : found.start()], ""
        yield address, address
        place = found.start() + len(address)
    if place < len(text):
        yield text[place:], ""


def _trimmed(address: str) -> str:
    """Return an address without what ends its sentence; a bracket that it opened is its own."""
    while address[-1] in AFTER and not (address[-1] == ")" and address.count("(") >= address.count(")")):
        address = address[:-1]
    return address


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
