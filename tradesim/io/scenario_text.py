"""Scenario text: a scenario as TOML, every field that is not its default."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from tradesim.economies import Economies
from tradesim.errors import Problem, fail_if
from tradesim.io.files import write_text
from tradesim.percent import MEANT, are_meant
from tradesim.rules import KINDS, Rule
from tradesim.schedule import Schedule
from tradesim.shocks import Size

ABOUT = ("name", "title", "description", "source", "start", "end", "record")
TABLES = ("rules", "truces", "events", "shocks", "branches")
OF_SCHEDULE = ("title", "vintage", "source", "complete", "begins")


def write(scenario: Any, path: str | Path) -> Path:
    """Write a `tradesim.Scenario` as a TOML file that reads back equal to it; return the path.

    Raises
    ------
    InputError
        For rules of a kind that files do not know, a schedule that is not its record plus measures, and a
        path that cannot be written.
    """
    return write_text(path, text_of(scenario))


def text_of(scenario: Any) -> str:
    """Return a `tradesim.Scenario` as TOML text.

    Raises
    ------
    InputError
        As in `write`.
    """
    kept = None if scenario.record is None else scenario.record.schedule()
    fail_if([*_rule_problems(scenario.rules), *_record_problems(scenario, kept)])
    about, tables = ({key: getattr(scenario, key) for key in keys} for keys in (ABOUT, TABLES))
    about |= {MEANT: True} if are_meant() else {}
    if kept is not None:
        return _dumped(about | {"measures": _beside(scenario.schedule, kept)} | tables)
    economies = scenario.schedule.economies
    written = (
        about | _schedule_tables(scenario.schedule) | tables | {"economies": _economies_table(economies)}
    )
    return _dumped(written) + "".join(_arrays(economies))


def plain(value: Any) -> Any:
    """Return a value as TOML knows it: dataclasses as tables, tuples as lists, numpy numbers as numbers.

    Examples
    --------
    >>> plain({"suspend": ("IEEPA*",), "surcharges": np.float64(0.5)})
    {'suspend': ['IEEPA*'], 'surcharges': 0.5}
    """
    if isinstance(value, Size):
        return {"distribution": value.distribution} | plain(value.parameters)
    if is_dataclass(value):
        own = {"kind": value.kind} if isinstance(value, Rule) else {}
        return own | {name: plain(given) for name, given in _changed(value)}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def _changed(described: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a dataclass that are not their defaults."""
    for each in fields(described):
        value = getattr(described, each.name)
        empty = isinstance(value, Mapping | tuple) and not value
        if value is not None and value != each.default and not empty:
            yield each.name, value


def _dumped(document: Mapping[str, Any]) -> str:
    """Write tables as TOML; texts of several lines as such, unless that would change their line ends."""
    kept = {key: plain(value) for key, value in document.items() if value not in (None, "", {}, (), [])}
    return tomli_w.dumps(kept, multiline_strings="\\r\\n" not in tomli_w.dumps(kept))


def _schedule_tables(schedule: Schedule) -> dict[str, Any]:
    kept = dict(_changed(schedule))
    return {"schedule": {key: kept[key] for key in OF_SCHEDULE if key in kept}, "measures": schedule.measures}


def _economies_table(economies: Economies) -> dict[str, Any]:
    texts = {"vintage": economies.vintage, "source": economies.source}
    return {"codes": economies.codes} | {key: text for key, text in texts.items() if text}


def _arrays(economies: Economies) -> Iterator[str]:
    """Yield the arrays of the last table, one importer a line, where the writer has one number a line."""
    if economies.imports is not None:
        rows = "".join(f"    {row},\n" for row in economies.imports.tolist())
        yield f"imports = [\n{rows}]\n"
    if economies.gdp is not None:
        yield f"gdp = {economies.gdp.tolist()}\n"


def _beside(schedule: Schedule, kept: Schedule) -> list[Any]:
    """Return the measures that a schedule has beside its record."""
    recorded = set(kept.measures)
    return [measure for measure in schedule.measures if measure not in recorded]


def _rule_problems(rules: Mapping[str, Rule]) -> Iterator[Problem]:
    for code, rule in rules.items():
        if KINDS.get(rule.kind) is not type(rule):
            allowed = " | ".join(KINDS)
            yield Problem("a rule that files do not know", f"rules.{code}", type(rule).__name__, allowed)
        elif getattr(rule, "model", None) is not None:
            fix = "leave it out: the scenario's economies then make the model"
            yield Problem("a model, which files cannot hold", f"rules.{code}.model", repr(rule), fix=fix)


def _record_problems(scenario: Any, kept: Schedule | None) -> Iterator[Problem]:
    if kept is None:
        return
    same = all(getattr(scenario.schedule, key) == getattr(kept, key) for key in ("economies", *OF_SCHEDULE))
    if not same or set(kept.measures) - set(scenario.schedule.measures):
        yield Problem(
            "a schedule that is not its record plus measures",
            f"scenario {scenario.name!r}",
            allowed="what the record holds, and further measures",
            fix="give the schedule without the record: it is then written in full",
        )
