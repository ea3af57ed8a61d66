"""Report: what a record, a scenario or a sweep comes to, on one page that stands alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from tradesim.errors import InputError, Problem
from tradesim.io.files import write_text
from tradesim.reports import kinds, subjects
from tradesim.reports.values import Day, Number, Section, Table, Takeaway
from tradesim.scenario import Scenario
from tradesim.schedule import Schedule
from tradesim.sweeps import Sweep

DRAWS = 1000
DUTY = (
    "Duties are statutory effective duties: the rates in force, weighted by the trade of a fixed base year. "
    "What customs collects is less, and is not in here."
)


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """What a record, a scenario or a sweep comes to.

    Parameters
    ----------
    kind : ``record``, ``scenario`` or ``sweep``.
    name, title : of what it is about.
    takeaways : what matters most, in sentences; each number in them knows its full value.
    sections : text, tables and figures; figures are drawn when the page is written.

    Examples
    --------
    >>> import tradesim as ts
    >>> found = ts.report("april-2025-spiral")
    >>> found
    Report(scenario april-2025-spiral: 6 takeaways, 8 sections)
    >>> found.takeaways[0].sentence.numbers[1].text, found.tables["layers"].columns
    ('135.4 %', ('importer', 'exporter', 'authority', 'duty'))
    """

    kind: str
    name: str
    title: str
    takeaways: tuple[Takeaway, ...]
    sections: tuple[Section, ...]

    def __repr__(self) -> str:
        return (
            f"Report({self.kind} {self.name}: {len(self.takeaways)} takeaways, {len(self.sections)} sections)"
        )

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(each.sentence.text)}</li>" for each in self.takeaways)
        return f"<p>{escape(self.title)}</p><ul>{lines}</ul>"

    def summary_text(self) -> str:
        """Return the takeaways in words, a line each."""
        return "\n".join(each.sentence.text for each in self.takeaways)

    @property
    def tables(self) -> dict[str, Table]:
        """Every table, by its key."""
        return {b.key: b for section in self.sections for b in section.blocks if isinstance(b, Table)}

    def html(self) -> str:
        """Return the page: one HTML file with everything in it, which asks the network for nothing."""
        from tradesim.reports.page import page  # noqa: PLC0415 pictures are drawn when asked for

        return page(self.kind, self.name, self.title, DUTY, self.takeaways, self.sections)

    def to_html(self, path: str | Path) -> Path:
        """Write the page whole or not at all; return the path.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        return write_text(path, self.html())

    def to_dict(self) -> dict[str, Any]:
        """Return takeaways and tables as JSON knows them, numbers at full precision."""
        takeaways = [
            {"key": each.key, "text": each.sentence.text, "numbers": [n.value for n in each.sentence.numbers]}
            for each in self.takeaways
        ]
        return {
            "kind": self.kind,
            "name": self.name,
            "title": self.title,
            "duty": DUTY,
            "takeaways": takeaways,
            "tables": {key: _plain(table) for key, table in self.tables.items()},
        }


def report(
    subject: str | Path | Scenario | Schedule | Sweep, *, draws: int | None = None, seed: int | None = None
) -> Report:
    """Return what a record, a scenario or a sweep comes to.

    Parameters
    ----------
    subject : the name of a packaged scenario or record; the path of a scenario (TOML), of measures (CSV) or
        of a sweep's store; or a `Scenario`, a `Schedule` or a `Sweep`.
    draws, seed : of a scenario (default: 1,000 draws of seed 0). A record has none, a sweep its own.

    Returns
    -------
    `Report`, with ``to_html(path)``, ``to_dict()``, ``takeaways`` and ``tables``.

    Raises
    ------
    InputError
        For what is none of these, with the nearest names, and for draws or a seed of a record or a sweep.
    """
    found = subjects.found(subject)
    if not isinstance(found.of, Scenario):
        options = {"draws": draws, "seed": seed}
        what = (
            "a record leaves nothing to chance" if isinstance(found.of, Schedule) else "a sweep has its own"
        )
        problems = [
            Problem(what, name, str(v), fix="leave it out") for name, v in options.items() if v is not None
        ]
        if problems:
            raise InputError(problems)
    if isinstance(found.of, Schedule):
        kind, told = "record", kinds.of_record(found, found.of)
    elif isinstance(found.of, Sweep):
        kind, told = "sweep", kinds.of_sweep(found, found.of)
    else:
        some, which = DRAWS if draws is None else draws, 0 if seed is None else seed
        kind, told = "scenario", kinds.of_scenario(found, found.of, some, which)
    return Report(kind, found.name, found.title or found.name, *told)


def _plain(table: Table) -> Mapping[str, Any]:
    return {
        "caption": table.caption,
        "columns": table.columns,
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "rows_left_out": table.more,
    }


def _cell(cell: Any) -> Any:
    if isinstance(cell, Number):
        return cell.value
    return cell.iso if isinstance(cell, Day) else cell
