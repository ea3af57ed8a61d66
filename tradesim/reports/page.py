"""Page: a report as one HTML file, everything a person wrote escaped, nothing asked of the network."""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

import tradesim
from tradesim.reports.drawings import palette, svg_of
from tradesim.reports.linking import linked
from tradesim.reports.values import Block, Day, Figure, Number, Part, Section, Takeaway
from tradesim.side_by_side import side_by_side

FOLDER = Path(__file__).parent / "data"
SHORT, LONG = 16, 40
"""Characters of a cell that never breaks, and of one that needs a wide column."""


def page(
    kind: str, name: str, title: str, duty: str, takeaways: Sequence[Takeaway], sections: Sequence[Section]
) -> str:
    """Return the page of a report, with its figures drawn."""
    figures = _figures(sections)
    drawn = side_by_side([partial(svg_of, figure) for figure in figures])
    drawings = {figure.key: svg for figure, svg in zip(figures, drawn, strict=True)}
    return _template().render(
        version=tradesim.__version__,
        kind=kind,
        name=name,
        title=title,
        duty=duty,
        takeaways=takeaways,
        sections=sections,
        drawings=drawings,
        palette=palette(drawings.values()),
        css=(FOLDER / "page.css").read_text(encoding="utf-8"),
    )


def _figures(sections: Iterable[Section]) -> list[Figure]:
    return [block for section in sections for block in section.blocks if isinstance(block, Figure)]


@cache
def _template() -> Template:
    rooms = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rooms.filters |= {
        "linked": linked,
        "kind": _kind,
        "part": _part,
        "width": _width,
    }
    return rooms.get_template("page.html")


def _kind(block: Block) -> str:
    return type(block).__name__


def _part(part: Part) -> str:
    """Return what a part of a sentence is: a number, a day, or words."""
    return {Number: "number", Day: "day"}.get(type(part), "words")


def _width(cell: Part) -> str:
    """Return how wide a cell has to be: a number and a few words never break, a long text gets room."""
    if isinstance(cell, Number):
        return "number"
    return "short" if len(str(cell)) <= SHORT else "long" if len(str(cell)) > LONG else ""
