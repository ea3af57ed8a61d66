"""Scenario text: a scenario as TOML, with every field that is not its default."""

import numbers
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from tradesim.economies import Economies
from tradesim.errors import Problem, fail_if
from tradesim.io.files import write_text
from tradesim.rules import KINDS, Rule
from tradesim.schedule import Schedule

SINGLE = ("name", "title", "description", "source", "start", "end", "record")
LISTED = ("truces", "events")


def write(scenario: Any, path: str | Path) -> Path:
    """Write a `tradesim.Scenario` as a TOML file that reads back equal to it; return the path.

    Raises
    ------
    InputError
        For rules that are not of a kind that files know, a schedule that is not its record plus measures,
        and a path that cannot be written.
    """
    return write_text(path, text_of(scenario))


def text_of(scenario: Any) -> str:
    """Return a `tradesim.Scenario` as TOML text."""
    fail_if([*_rule_problems(scenario.rules), *_record_problems(scenario)])
    top = {key: getattr(scenario, key) for key in SINGLE}
    rules = {code: {"kind": rule.kind, **_table(rule)} for code, rule in scenario.rules.items()}
    events = {key: list(getattr(scenario, key)) for key in LISTED}
    tables = top | {"rules": rules} | events | {"branches": scenario.branches} | _schedule(scenario)
    return _text({key: plain(value) for key, value in tables.items() if value not in ("", None, {}, [])})


def _schedule(scenario: Any) -> dict[str, Any]:
    """Return the tables of the schedule: with a record, only the measures beside it."""
    schedule: Schedule = scenario.schedule
    if scenario.record is not None:
        return {"measures": list(_beside_record(scenario))}
    about = {f.name: getattr(schedule, f.name) for f in fields(Schedule)}
