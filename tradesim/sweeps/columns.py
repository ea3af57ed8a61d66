"""Columns: where in a program's arrays each parameter stands, so that it can differ from draw to draw.

The one place that knows this. A parameter without a column has one value for a whole run: draws are then
grouped by its value, one program each.

=====================================  ===========================================================
path                                   array and column
=====================================  ===========================================================
``rules.CHN.ratio``, ``.cap`` …        ``rule_values``, of every pair that the rule answers for: column `Of`
                                       of a shared number, or one of the family's own four from ``Of.OWN`` on
``rules.CHN.parameters.0``             the values of a function of your own, and ``rule_values``
``truces.geneva.days``, ``.renewal``   ``truce_values``, column `Window`
``shocks.USA-CHN.rate``                ``shock_values``, column `Arrival`
``events.summit.deal``                 ``event_odds``; outcomes that are not given share the rest
``events.summit.deal.slopes.duty.A-B`` ``slope``, that outcome's, if it has one
=====================================  ===========================================================
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from tradesim.assembly import answering, functions_of
from tradesim.changes import slope_names
from tradesim.engine.program import NEVER, Arrival, Functions, Of, Program, Window
from tradesim.rules import KINDS, Economic, Rebalance, Rule
from tradesim.scenario import Scenario

FUNCTIONS = "functions"
"""Stands for the array of values that a user's own functions take."""
OF_TRUCE = {"days": Window.LENGTH} | {w.name.lower(): w for w in Window if w > Window.LENGTH}
OF_SHOCK = {arrival.name.lower(): arrival for arrival in Arrival}
OF_RULE = {of.name.lower(): of for of in Of if of is not Of.OWN}


class Cells(NamedTuple):
    """Where a number goes: an array of `tradesim.engine.program.VARYING`, and places behind its draw axis.

    ``blank`` is what stands there for None.
    """

    array: str
    places: tuple[tuple[int, ...], ...]
    blank: float = 0.0


class Odd(NamedTuple):
    """Whose probability a number is: an event and one of its outcomes."""

    event: int
    outcome: int


Column = Cells | Odd


@dataclass(frozen=True)
class Sheet:
    """A program, and the columns of the parameters that differ from draw to draw.

    Parameters
    ----------
    program, functions : of the scenario as it is written.
    columns : by path.
    """

    program: Program
    functions: Functions
    columns: Mapping[str, Column]

    def filled(self, values: Mapping[str, NDArray[Any]]) -> tuple[Program, Functions]:
        """Return program and functions with a row per draw of what differs.

        Parameters
        ----------
        values : by path, (S,) numbers each; as `Scenario.with_` would take them one by one.
        """
        if not values:
            return self.program, self.functions
        size = len(next(iter(values.values())))
        odds = {path: column for path, column in self.columns.items() if isinstance(column, Odd)}
        cells = {path: column for path, column in self.columns.items() if isinstance(column, Cells)}
        arrays: dict[str, NDArray[Any]] = {}
        for path, column in cells.items():
            own = column.array == FUNCTIONS
            name, first = ("rule_values", int(Of.OWN)) if own else (column.array, 0)
            array = arrays.setdefault(name, _rows(getattr(self.program, name), size))
            for cell in column.places:
                place: Any = (slice(None), *cell[:-1], first + cell[-1])
                array[place] = as_numbers(values[path], column.blank)
        if odds:
            given = {odd: as_numbers(values[path]) for path, odd in odds.items()}
            arrays["event_odds"] = _odds(self.program, given, size)
        asked = {path: column for path, column in cells.items() if column.array == FUNCTIONS}
        return self.program._replace(**arrays), self._functions(asked, values, size)

    def _functions(
        self, own: Mapping[str, Cells], values: Mapping[str, NDArray[Any]], size: int
    ) -> Functions:
        found: Functions = dict(self.functions)
        for path, column in own.items():
            for pair, place in column.places:
                function, before = found[pair]
                rows = before.copy() if before.ndim > 1 else np.repeat(before[:, None], size, axis=1)
                rows[place] = as_numbers(values[path])
                found[pair] = function, rows
        return found


def sheet_of(scenario: Scenario, paths: Iterable[str]) -> Sheet:
    """Return a scenario's program with the columns of some paths, each of which has one."""
    functions = functions_of(scenario.rules, scenario.schedule.economies)
    found = {path: cast("Column", column_of(scenario, path)) for path in paths}
    return Sheet(scenario.program, functions, found)


def column_of(scenario: Scenario, path: str) -> Column | None:
    """Return where a parameter stands, or None where it has one value for a whole run.

    Examples
    --------
    >>> from tradesim import scenarios
    >>> column_of(scenarios.load("us-china-2025-10"), "truces.geneva.renewal")
    Cells(array='truce_values', places=((0, 5),), blank=0.0)
    >>> column_of(scenarios.load("us-china-2025-10"), "rules.CHN.view") is None
    True
    """
    room, _, rest = path.partition(".")
    finders: dict[str, Callable[[Scenario, str], Column | None]] = {
        "rules": _of_rule,
        "truces": _of_truce,
        "events": _of_event,
        "shocks": _of_shock,
    }
    return finders[room](scenario, rest) if room in finders and rest else None


def as_numbers(values: NDArray[Any], blank: float = 0.0) -> NDArray[np.float64]:
    """Return values as the engine takes them: yes and no as 1 and 0, ``blank`` for None."""
    if values.dtype != object:
        return values.astype(np.float64)
    return np.array([blank if value is None else float(value) for value in values])


def _rows(array: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.array(np.broadcast_to(array, (size, *array.shape[1:])), order="C")


def _of_rule(scenario: Scenario, rest: str) -> Column | None:
    code, _, name = rest.partition(".")
    rule = scenario.rules[code]
    pairs = [
        k
        for k, (i, j, _) in enumerate(answering(scenario.rules, scenario.schedule.economies.codes))
        if code == (f"{i}-{j}" if f"{i}-{j}" in scenario.rules else i)
    ]
    if name.startswith("parameters."):
        place = int(name.rpartition(".")[2])
        return Cells(FUNCTIONS, tuple((pair, place) for pair in pairs))
    columns = [int(OF_RULE[name])] if name in OF_RULE else []
    columns += [int(Of.OWN) + place for own, place in _own_places(rule).items() if own == name]
    return Cells("rule_values", tuple((pair, c) for pair in pairs for c in columns)) if columns else None


def _own_places(rule: Rule) -> dict[str, int]:
    """Return where each number of a family stands among its own four; none of a class that is not ours."""
    if isinstance(rule, Rebalance):
        return {"elasticity": 1, "coverage": 3}
    if isinstance(rule, Economic):  # what shapes its curve has one value for a run
        return {"coverage": 0}
    if KINDS.get(rule.kind) is not type(rule):
        return {}
    shared = {field.name for field in fields(Rule)}
    own = [field.name for field in fields(rule) if field.name not in shared]
    return {name: place for place, name in enumerate(own)}


def _of_truce(scenario: Scenario, rest: str) -> Column | None:
    which, _, name = rest.rpartition(".")
    place = [truce.name for truce in scenario.truces].index(which)
    return Cells("truce_values", ((place, int(OF_TRUCE[name])),)) if name in OF_TRUCE else None


def _of_shock(scenario: Scenario, rest: str) -> Column | None:
    which, _, name = rest.rpartition(".")
    place = [shock.name for shock in scenario.shocks].index(which)
    if name not in OF_SHOCK:
        return None
    return Cells("shock_values", ((place, int(OF_SHOCK[name])),), blank=float(NEVER))


def _of_event(scenario: Scenario, rest: str) -> Column | None:
    slopes = [f"{event.name}.{name}" for event in scenario.events for name in slope_names(event)]
    if rest in slopes:
        return Cells("slope", ((slopes.index(rest),),))
    for e, event in enumerate(scenario.events):
        for o, outcome in enumerate(event.outcomes):
            if rest == f"{event.name}.{outcome.name}" and outcome.name != "date":
                return Odd(e, o)
    return None


def _odds(program: Program, given: Mapping[Odd, NDArray[np.float64]], size: int) -> NDArray[np.float64]:
    """Return the odds of all events, (S, E, O); what is left of one is shared as before, in proportion."""
    odds = _rows(program.event_odds, size)
    for event in {odd.event for odd in given}:
        own = {odd.outcome: values for odd, values in given.items() if odd.event == event}
        spare = [o for o in range(int(program.event_count[event])) if o not in own]
        left = np.maximum(1.0 - sum(own.values()), 0.0)
        others = float(sum(program.event_odds[0, event, o] for o in spare))
        for o in spare:
            share = program.event_odds[0, event, o] / others if others else 1.0 / len(spare)
            odds[:, event, o] = left * share
        for o, values in own.items():
            odds[:, event, o] = values
    return odds
