"""Tables: the shape of a scenario file, derived from the classes that it describes.

What a truce, an event, a measure or a rule may say is written once, in its dataclass; here that becomes a
model that checks the shape of a TOML table and hands its values to the class, so that the problems of shape
and of meaning of the whole file come together. `tradesim.io.faults` says them in our words.
"""

import dataclasses
import datetime as dt
import inspect
import types
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    create_model,
)

from tradesim.economies import Economies
from tradesim.errors import InputError, Problem
from tradesim.events import Event
from tradesim.measures import Measure
from tradesim.rules import KINDS, Rule
from tradesim.shocks import Shock, Size
from tradesim.timegrid import as_date
from tradesim.truces import Truce


class Table(BaseModel):
    """A TOML table: no keys but its own, and no value turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


def _day(value: Any, info: ValidationInfo) -> dt.date:
    text = value.isoformat() if isinstance(value, dt.date) else value
    return as_date(text, str(info.field_name))


Day = Annotated[dt.date, BeforeValidator(_day)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31)]


def table_of(described: type, **further: Any) -> type[Table]:
    """Return the model of the table that describes a dataclass: a key for each of its fields.

    Examples
    --------
    >>> table = table_of(Truce)(name="geneva", parties=["USA", "CHN"], start="2025-08-12", end="2025-11-10")
    >>> table.start, table.at_end
    (datetime.date(2025, 8, 12), 'snapback')
    """
    hints = get_type_hints(described)
    keys = {
        each.name: (_as_toml(hints[each.name]), _default(each, hints))
        for each in dataclasses.fields(described)
        if each.metadata.get("in_files", True)
    }
    summary = (inspect.getdoc(described) or "").split("\n\n")[0]
    return create_model(described.__name__, __base__=Table, __doc__=summary, **(further | keys))


def _as_toml(hint: Any) -> Any:
    """Return what a field's type is in TOML: days are dates, tuples are lists, dataclasses are tables."""
    parts = get_args(hint)
    if np.datetime64 in parts:
        return Day | None if types.NoneType in parts else Day
    if get_origin(hint) is tuple:
        return list[_as_toml(parts[0])]  # type: ignore[misc]
    if hint is Size:
        return Annotated[dict[str, Any], AfterValidator(_size)]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return part(hint)
    return Whole if hint is int else hint


def _default(each: "dataclasses.Field[Any]", hints: Mapping[str, Any]) -> Any:
    if each.default is not dataclasses.MISSING:
        return each.default
    if each.default_factory is not dataclasses.MISSING:
        return Field(default_factory=each.default_factory)
    return None if types.NoneType in get_args(hints[each.name]) else ...


def part(kind: type) -> Any:
    """Return the type of a table that is read as an instance of a dataclass."""
    return Annotated[table_of(kind), AfterValidator(partial(_built, kind))]


def _built(kind: Callable[..., Any], table: Table) -> Any:
    return kind(**{name: value for name, value in table if name != "kind"})


def _size(given: dict[str, Any]) -> Size:
    return Size(**given)


def _rule() -> Any:
    """Return the type of a rule's table: ``kind`` says which rule, and so which keys."""
    tables = [
        Annotated[table_of(rule, kind=(Literal[kind], ...)), AfterValidator(partial(_built, rule))]
        for kind, rule in KINDS.items()
    ]
    return Annotated[Union[tuple(tables)], Field(discriminator="kind")]  # noqa: UP007 made of a list


class EconomiesTable(Table):
    """Economies, and the base-year imports that weigh their duties: importer × exporter, US dollars."""

    codes: list[str]
    imports: list[list[float]] | None = None
    gdp: list[float] | None = None
    vintage: str = ""
    source: str = ""


class RecordTable(Table):
    """The packaged record that a scenario continues, and how much of it is known."""

    name: str
    as_of: Day | None = None
    without: list[str] = Field(default_factory=list)
    economies: list[str] = Field(default_factory=list)


class ScheduleTable(Table):
    """What the measures of a scenario without a record are."""

    title: str = ""
    vintage: str = ""
    source: str = ""
    complete: bool = True
    begins: Day | None = None


def _economies(table: EconomiesTable) -> Economies:
    lengths = sorted({len(row) for row in table.imports or ()})
    if len(lengths) > 1:
        got = f"rows of {' and '.join(map(str, lengths))} values"
        raise InputError(
            [Problem("wrong shape", "imports", got, "a row of one value per code, for each code")]
        )
    return Economies(**dict(table))


if TYPE_CHECKING:
    EconomiesPart = Economies
    RulePart = Rule
    MeasurePart = Measure
    TrucePart = Truce
    EventPart = Event
    ShockPart = Shock
else:
    EconomiesPart = Annotated[EconomiesTable, AfterValidator(_economies)]
    RulePart = _rule()
    MeasurePart, TrucePart, EventPart, ShockPart = part(Measure), part(Truce), part(Event), part(Shock)


class ScenarioTable(Table):
    """A tariff-war scenario: a schedule, and the rules, truces, events and shocks that continue it."""

    name: str
    title: str = ""
    description: str = ""
    source: str = ""
    start: Day
    end: Day
    record: RecordTable | None = None
    economies: EconomiesPart | None = None
    schedule: ScheduleTable = Field(default_factory=ScheduleTable)
    measures: list[MeasurePart] = Field(default_factory=list)
    rules: dict[str, RulePart] = Field(default_factory=dict)
    truces: list[TrucePart] = Field(default_factory=list)
    events: list[EventPart] = Field(default_factory=list)
    shocks: list[ShockPart] = Field(default_factory=list)
    branches: dict[str, dict[str, str]] = Field(default_factory=dict)
    high_rates_meant: bool = False


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files, by which editors complete and check them.

    Examples
    --------
    >>> sorted(json_schema()["required"])
    ['end', 'name', 'start']
    """
    return ScenarioTable.model_json_schema()
