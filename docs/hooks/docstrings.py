"""Parameters are documented as ``name : what it is``; griffe would take what it is for a type.

The types stand in the signature, where mypy reads them. This extension hands griffe each parameter as a
name and, below it, its text.
"""

import re
from typing import Any

import griffe

HEADS = {"Parameters", "Attributes"}
ITEM = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*) : (.*)$")


def with_texts_below(docstring: str) -> str:
    r"""Return a docstring whose parameters stand above their texts.

    Examples
    --------
    >>> with_texts_below("Parameters\n----------\nname : the dataset,\n    or a file.").split("\n")[2:]
    ['name', '    the dataset,', '    or a file.']
    """
    lines, inside = [], False
    given = docstring.split("\n")
    for at, line in enumerate(given):
        if at + 1 < len(given) and re.fullmatch(r"-{3,}", given[at + 1].strip()):
            inside = line.strip() in HEADS
        item = ITEM.match(line) if inside else None
        lines += [item[1], f"    {item[2]}"] if item else [line]
    return "\n".join(lines)


class TextsBelow(griffe.Extension):
    """Rewrite every docstring once it is read."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite one."""
        if obj.docstring is not None:
            obj.docstring.value = with_texts_below(obj.docstring.value)
