"""Markup: what the page says, as HTML; whatever a scenario calls itself is text here, never markup."""

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from tradesim.app import charts, words
from tradesim.app.controls import Group, day_text
from tradesim.app.views import View
from tradesim.scenario import Scenario

MOST_ROWS = 200
"""Rows of a story; the file has them all."""
JOINER = "\u2060"
TEX = ("$$", "\\(", "\\[", "\\)", "\\]")
DASHES = {"solid": "none", "7 3": "7 3", "2 2": "2 2", "9 3 2 3": "9 3 2 3"}


def plain(text: str) -> str:
    """Return a text for a label that knows no markup but formulas: with none in it.

    Examples
    --------
    >>> plain("$$x$$ < 2").replace(JOINER, "|")
    '$|$x$|$ < 2'
    """
    for mark in TEX:
        text = text.replace(mark, mark[0] + JOINER + mark[1])
    return text


def escape(text: str) -> str:
    """Return a text as HTML that shows it as it is; a number and its percent sign stay on one line.

    Examples
    --------
    >>> escape("<b> 5 %").replace(chr(0xA0), "_")
    '&lt;b&gt; 5_%'
    """
    return html.escape(text).replace(" %", "\N{NO-BREAK SPACE}%")


def about(scenario: Scenario) -> str:
    """Say what a scenario is; its description and source unfold."""
    span = f"{day_text(scenario.start)} to {day_text(scenario.grid.days[-1])}"
    texts = [*_paragraphs(scenario.description), *_paragraphs(scenario.source, "Source: ")]
    unfold = (
        f"<details><summary>What it assumes, and why</summary>{''.join(texts)}</details>" if texts else ""
    )
    return (
        f"<p class='title'>{escape(scenario.title or scenario.name)}</p><p class='quiet'>{span}</p>{unfold}"
    )


def _paragraphs(text: str, first: str = "") -> Iterable[str]:
    parts = [" ".join(part.split()) for part in text.strip().split("\n\n") if part.strip()]
    return (f"<p>{first if k == 0 else ''}{escape(part)}</p>" for k, part in enumerate(parts))


def heading(group: Group) -> str:
    """Return the heading of a group of controls, and what the scenario says of it."""
    note = f"<p class='note'>{escape(group.note)}</p>" if group.note else ""
    return f"<h3>{escape(group.title)}</h3>{note}"


def said(sentences: Sequence[str], leading: int) -> str:
    """Say what a view says: the first sentences large, the others below."""
    lead = "".join(f"<p class='lead'>{escape(sentence)}</p>" for sentence in sentences[:leading])
    rest = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences[leading:])
    return lead + (f"<ul>{rest}</ul>" if rest else "")


def message(lines: Iterable[str]) -> str:
    """Say what is wrong, one line a problem; nothing where nothing is."""
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<div class='problem' role='alert'><p><b>Not drawn:</b></p>{told}</div>" if told else ""


def fan_key(view: View, *, moved: bool) -> str:
    """Return the key of the fan: a line for each pair, and what bands and dashes are."""
    lines = [
        _line(colour, words.sentence(words.pair(*view.pairs[k])), DASHES[dash])
        for k, colour, dash in charts.styles(view)
    ]
    about_bands = "line: median; bands: half and nine tenths of draws"
    written = "; thin dashes: median of the scenario as written" if moved else ""
    return f"<p class='key'>{''.join(lines)}<span class='quiet'>{about_bands}{written}</span></p>"


def truce_key(view: View) -> str:
    """Return the key of the truces."""
    colours = charts.truce_colours(view.truce.shape[1])
    lines = [_line(colour, str(name)) for colour, name in zip(colours, view.truce.columns, strict=True)]
    return f"<p class='key'>{''.join(lines)}</p>"


def draw_key(view: View) -> str:
    """Return the key of one draw."""
    lines = [
        _line(colour, words.sentence(words.pair(*view.pairs[k])), DASHES[dash])
        for k, colour, dash in charts.styles(view)
    ]
    shade = "<span class='quiet'>grey: a truce is in force</span>" if view.truces else ""
    return f"<p class='key'>{''.join(lines)}{shade}</p>"


def _line(colour: str, label: str, dash: str = "none") -> str:
    stroke = f"stroke='{colour}' stroke-width='3' stroke-dasharray='{dash}'"
    swatch = (
        f"<svg width='26' height='8' aria-hidden='true'><line x1='0' y1='4' x2='26' y2='4' {stroke}/></svg>"
    )
    return f"<span class='entry'>{swatch} {escape(label)}</span>"


def story(frame: pd.DataFrame) -> str:
    """Return who did what in a draw as a table."""
    if frame.empty:
        return "<p>Nothing is announced and nothing happens.</p>"
    columns = ["Date", "Who, or what", "Surcharge", "Charged from", "What and why"]
    rows = [_story_row(row) for row in frame.head(MOST_ROWS).to_dict("records")]
    head = "".join(f"<th scope='col'>{name}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    more = f"<p>and {len(frame) - MOST_ROWS} more: see the file</p>" if len(frame) > MOST_ROWS else ""
    return (
        f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def _story_row(row: Mapping[Any, Any]) -> list[str]:
    pair = "" if pd.isna(row["importer"]) else f"{row['importer']} on {row['exporter']}"
    points = "" if pd.isna(row["to"]) else f"{_points(row['from'])} → {_points(row['to'])} points"
    charged = "" if pd.isna(row["charged"]) else f"{row['charged']:%Y-%m-%d}"
    return [f"{row['date']:%Y-%m-%d}", pair or row["kind"], points, charged, str(row["why"])]


def _points(surcharge: float) -> str:
    return f"{round(surcharge * 100, 2):g}".replace("-", "−")
