"""Duties: what each importer charges each exporter on a day, and of what it is made."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradesim import vintages
from tradesim.cli import finding
from tradesim.cli.output import percent, say, say_facts, say_json, say_paragraph, say_table
from tradesim.errors import Problem, Together, fail_if, unknown_name
from tradesim.measures import Measure
from tradesim.schedule import Schedule
from tradesim.timegrid import as_date


@dataclass(frozen=True, slots=True)
class Duty:
    """What one importer charges one exporter on a day.

    Parameters
    ----------
    importer, exporter : the pair.
    parts : what each authority adds, fractions of import value; the duty is their sum.
    weight : share of the exporter in the importer's imports; ``None`` without trade weights.
    acts : names of the acts that are charged.
    beside : names of the fees and export controls in force, which are no duties.
    """

    importer: str
    exporter: str
    parts: dict[str, float]
    weight: float | None
    acts: tuple[str, ...]
    beside: tuple[str, ...]

    @property
    def duty(self) -> float:
        """The sum of the parts, in their order: exactly, to the last bit."""
        return sum(self.parts.values())


def show(
    name: str,
    on: Sequence[str],
    importer: str | None,
    exporter: str | None,
    *,
    by_authority: bool,
    as_json: bool,
) -> None:
    """Say what a record's duties are on a day, or on several, one after the other; as JSON then a list."""
    schedule, about = finding.record_with_measures(name), finding.about_record(name)
    days: list[dt.date] = []
    together = Together()
    for text in on:
        with together:
            days.append(as_date(text, "--on"))
    together.refuse()
    every = {day: duties_on(schedule, day, importer, exporter) for day in days}
    if as_json:
        facts = [_facts(name, about, day, duties) for day, duties in every.items()]
        say_json(facts[0] if len(facts) == 1 else facts)
        return
    for k, (day, duties) in enumerate(every.items()):
        say(*([""] if k else []))
        _say_day(about, day, duties, by_authority=by_authority)


def _say_day(about: Any, day: dt.date, duties: Sequence[Duty], *, by_authority: bool) -> None:
    """Say what the duties of a record are on one day."""
    say(f"{about['title']}: statutory effective duty on {day}, % of import value", "")
    say_table(*(_parts_table if by_authority else _totals_table)(duties))
    say("")
    for each in duties:
        say_paragraph(f"{each.importer} on {each.exporter} charges by: {'; '.join(each.acts) or 'no act'}")
        if each.beside:
            say_paragraph(f"beside the duty: {'; '.join(each.beside)}", indent="  ")
    say("")
    say_facts(
        {
            "weights": about["weights"],
            "vintage": about["vintage"],
            "note": vintages.note(about["vintage"], day),
        }
    )


def duties_on(
    schedule: Schedule, day: dt.date, importer: str | None = None, exporter: str | None = None
) -> list[Duty]:
    """Return the duty of every recorded pair on a day, of one importer or exporter if named.

    Raises
    ------
    InputError
        For an economy or pair that is not in the record, and a day before it begins.
    """
    pairs = [p for p in schedule.pairs if importer in {None, p[0]} and exporter in {None, p[1]}]
    fail_if(_pair_problems(schedule, importer, exporter, found=bool(pairs)))
    at = np.array([day], dtype="datetime64[D]")
    charged = {position: (parts[0], acts) for position, parts, acts in schedule.contributions(at)}
    codes, weights = schedule.economies.codes, schedule.economies
    shares = None if weights.imports is None else weights.weights
    duties = []
    for pair in pairs:
        i, j = codes.index(pair[0]), codes.index(pair[1])
        parts, acts = charged.get((i, j), (np.zeros(0), []))
        share = None if shares is None else float(shares[i, j])
        beside = [m for m in schedule.measures if m.pair == pair and m.instrument != "tariff"]
        duties.append(
            Duty(*pair, _by_authority(parts, acts, day), share, _in_force(acts, day), _in_force(beside, day))
        )
    return duties


def _by_authority(parts: Sequence[float], acts: Sequence[Measure], day: dt.date) -> dict[str, float]:
    """Return what each authority adds, of those that have an act in force."""
    added: dict[str, float] = {}
    for part, act in zip(parts, acts, strict=True):
        if part or _holds(act, day):
            added[act.authority] = added.get(act.authority, 0.0) + float(part)
    return added


def _in_force(acts: Sequence[Measure], day: dt.date) -> tuple[str, ...]:
    return tuple(dict.fromkeys(act.name for act in acts if act.charged and _holds(act, day)))


def _holds(act: Any, day: dt.date) -> bool:
    return bool(act.effective <= day and (act.expires is None or day < act.expires))


def _pair_problems(
    schedule: Schedule, importer: str | None, exporter: str | None, *, found: bool
) -> Iterator[Problem]:
    known = True
    for option, code in (("--importer", importer), ("--exporter", exporter)):
        if code is not None and code not in schedule.economies.codes:
            known = False
            yield unknown_name("economy", code, schedule.economies.codes, option)
    if known and not found:
        recorded = ", ".join(f"{i} on {j}" for i, j in schedule.pairs)
        got = f"{importer or 'any economy'} on {exporter or 'any economy'}"
        yield Problem("not in the record", "pair", got, recorded)


def _facts(name: str, about: Any, day: dt.date, duties: Sequence[Duty]) -> dict[str, Any]:
    rows = [
        {
            "importer": each.importer,
            "exporter": each.exporter,
            "duty": each.duty,
            "by_authority": each.parts,
            "weight_of_partner": each.weight,
            "acts": each.acts,
            "fees_and_controls": each.beside,
        }
        for each in duties
    ]
    return {
        "dataset": name,
        "title": about["title"],
        "date": str(day),
        "vintage": about["vintage"],
        "weights": about["weights"],
        "trade_year": about["trade_year"],
        "unit": "fraction of import value",
        "note": vintages.note(about["vintage"], day),
        "duties": rows,
    }


Sheet = tuple[list[str], list[list[str]], list[str]]
"""Columns, rows, and which columns hold numbers."""


def _totals_table(duties: Sequence[Duty]) -> Sheet:
    columns = ["importer", "exporter", "duty", "share of imports"]
    rows = [[each.importer, each.exporter, percent(each.duty, 2), percent(each.weight)] for each in duties]
    return columns, rows, ["duty", "share of imports"]


def _parts_table(duties: Sequence[Duty]) -> Sheet:
    rows = []
    for each in duties:
        rows.append([each.importer, each.exporter, "all", percent(each.duty, 2)])
        parts = rounded_parts(list(each.parts.values()), 4)
        rows += [["", "", name, percent(part, 2)] for name, part in zip(each.parts, parts, strict=True)]
    return ["importer", "exporter", "authority", "duty"], rows, ["duty"]


def rounded_parts(parts: Sequence[float], decimals: int) -> list[float]:
    """Round parts so that they still add up to their rounded sum: the largest remainders are rounded up.

    Examples
    --------
    >>> rounded_parts([0.0333, 0.0333, 0.0334], 2)
    [0.03, 0.03, 0.04]
    """
    scale = 10**decimals
    lower = [math.floor(part * scale) for part in parts]
    missing = round(sum(parts) * scale) - sum(lower)
    by_remainder = sorted(range(len(parts)), key=lambda k: lower[k] - parts[k] * scale)
    raised = set(by_remainder[:missing])
    return [(low + (k in raised)) / scale for k, low in enumerate(lower)]
