"""Draw: one traced draw of a scenario, by day from the eve on, from which its story is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tradesim.assembly import Curve, answering, curves_of
from tradesim.assembly.live import held_by, live_measures
from tradesim.engine.program import NOMINAL, WEIGHTED, Arrival, Floats, Program, Trace
from tradesim.events import Event, Outcome
from tradesim.knowledge import known_on
from tradesim.measures import Measure
from tradesim.rules import Deescalate, Rule
from tradesim.schedule import Schedule
from tradesim.shocks import Shock
from tradesim.story.laws import Laws, laws_of
from tradesim.timegrid import TimeGrid
from tradesim.truces import Truce

Place = tuple[int, int]
"""Importer and exporter, by their places among the economies."""
SAME = 1e-12
COLUMNS = (
    *("date", "kind", "importer", "exporter", "from", "to"),
    *("charged", "duty before", "duty after", "why"),
)


class Told(Protocol):
    """What is told: a scenario."""

    @property
    def schedule(self) -> Schedule: ...  # noqa: D102
    @property
    def grid(self) -> TimeGrid: ...  # noqa: D102
    @property
    def rules(self) -> Mapping[str, Rule]: ...  # noqa: D102
    @property
    def truces(self) -> tuple[Truce, ...]: ...  # noqa: D102
    @property
    def events(self) -> tuple[Event, ...]: ...  # noqa: D102
    @property
    def shocks(self) -> tuple[Shock, ...]: ...  # noqa: D102
    @property
    def program(self) -> Program: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the story, days counted from the first.

    Parameters
    ----------
    day, kind, why : as in the table.
    pair : whose duty.
    level : surcharge announced, from and to.
    charged : first day on which the duty follows.
    duty : whether it is a duty that is charged, no fee and no control.
    names : acts of the record that it tells of.
    """

    day: int
    kind: str
    why: str
    pair: Place | None = None
    level: tuple[float, float] | None = None
    charged: int | None = None
    duty: bool = True
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw. Its arrays begin on the eve of the first day: row t + 1 is of day t.

    Parameters
    ----------
    told : the scenario.
    trace : a traced run of this draw alone.
    once : (1, E + 2K) float64, the numbers that it has once.
    """

    told: Told
    trace: Trace
    once: Floats

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The economies."""
        return self.told.schedule.economies.codes

    @property
    def length(self) -> int:
        """Days."""
        return len(self.told.program.base)

    def of_pair(self, array: Floats, pair: Place, day: int) -> tuple[float, float]:
        """Return what a pair has, in an array that begins on the eve, the day before a day and on it."""
        return float(array[day][pair]), float(array[day + 1][pair])

    def date(self, day: int) -> np.datetime64:
        """Return the date of a day, as counted from the first."""
        return self.told.grid.start + np.timedelta64(day, "D")

    @cached_property
    def pairs(self) -> list[Place]:
        """Every importer and exporter."""
        n = len(self.codes)
        return [(i, j) for i in range(n) for j in range(n) if i != j]

    @cached_property
    def rules(self) -> list[tuple[Place, Rule]]:
        """The answering pairs and their rules, in the order of the program."""
        places = {code: k for k, code in enumerate(self.codes)}
        return [((places[i], places[j]), rule) for i, j, rule in answering(self.told.rules, self.codes)]

    @cached_property
    def curves(self) -> dict[tuple[str, str], Curve]:
        """What rules that ask a model answer to each duty, by importer and exporter."""
        return curves_of(self.told.rules, self.told.schedule, self.told.grid)

    @cached_property
    def chosen(self) -> list[tuple[Event, Outcome]]:
        """The events with the outcomes that they had."""
        places = (int(place) for place in self.trace.outcome[0])
        return [(event, event.outcomes[k]) for event, k in zip(self.told.events, places, strict=True)]

    @cached_property
    def fixed(self) -> list[Measure]:
        """The tariffs that nothing switches and that are charged."""
        live = set(self.live)
        law = (m for m in self.told.schedule.measures if m.charged and m.instrument == "tariff")
        return [m for m in law if m not in live]

    @cached_property
    def expected(self) -> dict[tuple[tuple[str, str, str, str], object], object]:
        """When each level, by act and first day, was to end by what was known on the eve."""
        eve: Any = self.date(-1).item()
        known = known_on(self.told.schedule.measures, eve)
        return {(m.act, m.effective): m.expires for m in known}

    @cached_property
    def live(self) -> list[Measure]:
        """The live measures, in the order of the program."""
        held = [held_by(self.told.schedule, truce) for truce in self.told.truces]
        return live_measures(self.told.schedule, held, self.told.events)

    @cached_property
    def laws(self) -> Laws:
        """What is law of them by day, and which truces are breached."""
        return laws_of(self.told.program, self.trace, self.once)

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """(T + 1, K), which truces are in force."""
        return np.concatenate([self.laws.held_before, self.trace.truce[0]])

    @cached_property
    def carried(self) -> Floats:
        """(T + 1, L), what each live measure contributes to the duty of its pair."""
        program = self.told.program
        alone = np.concatenate([program.live_eve[np.newaxis], program.live_duty])
        return np.asarray(self.laws.force * alone, dtype=np.float64)

    @cached_property
    def duty(self) -> Floats:
        """(T + 1, N, N), the duties; those of the eve are by law."""
        eve = self.told.program.eve.copy()
        np.add.at(eve, tuple(self.told.program.live_pair.T), self.carried[0])
        return np.concatenate([eve[np.newaxis], self.trace.duty[0]])

    @cached_property
    def answered(self) -> Floats:
        """(T + 1, A), what rules have announced, nominal; cuts negative."""
        signs = [-1.0 if isinstance(rule, Deescalate) else 1.0 for _, rule in self.rules]
        return _from_eve(self.trace.answered[0]) * np.array(signs, dtype=np.float64)

    @cached_property
    def forgiven(self) -> Floats:
        """(T + 1, A), what rules have let pass."""
        return _from_eve(self.trace.forgiven[0])

    @cached_property
    def standing(self) -> Floats:
        """(T + 1, H), what arrivals add up to, nominal."""
        return _from_eve(self.trace.shocked[0])

    @cached_property
    def arrived(self) -> Floats:
        """(T + 1, H), what arrives of each stream, nominal: what it adds up to, less what is left."""
        arrived = np.zeros_like(self.standing)
        for h, days in enumerate(self.told.program.shock_values[0, :, Arrival.DAYS]):
            still = 0.0
            for t in range(1, len(arrived)):
                over = t - int(days)
                still -= arrived[over, h] if over > 0 else 0.0
                size = float(self.standing[t, h]) - still
                arrived[t, h] = size if size > SAME else 0.0
                still += arrived[t, h]
        return arrived

    @cached_property
    def announced(self) -> Floats:
        """(T + 1, 2, N, N), all that is announced above the reference, nominal and trade-weighted."""
        program, n = self.told.program, len(self.codes)
        weighted = np.zeros((self.length, n, n)) + program.opened[..., WEIGHTED]
        for (i, j), change in zip(program.act_pair, self.laws.change[..., WEIGHTED].T, strict=True):
            weighted[:, i, j] += change
        for shock, standing in zip(self.told.shocks, self.standing[1:].T, strict=True):
            weighted[:, self.codes.index(shock.importer), self.codes.index(shock.exporter)] += (
                standing * shock.coverage
            )
        for ((i, j), rule), answered in zip(self.rules, self.answered[1:].T, strict=True):
            weighted[:, i, j] += answered * rule.coverage
        both = np.zeros((self.length + 1, 2, n, n))
        both[1:, NOMINAL], both[1:, WEIGHTED] = self.trace.announced[0], weighted
        return both

    @cached_property
    def added(self) -> Floats:
        """(T + 1, N, N), what rules and arrivals charge as tariffs but for truces, fraction."""
        added = np.zeros((self.length + 1, len(self.codes), len(self.codes)))
        for ((i, j), rule), answered in zip(self.rules, self.answered.T, strict=True):
            if rule.instrument == "tariff":
                added[:, i, j] += rule.coverage * _later(answered, rule.implementation)
        for shock, arrived in zip(self.told.shocks, self.arrived.T, strict=True):
            i, j = self.codes.index(shock.importer), self.codes.index(shock.exporter)
            days, total = self.length + 1 if shock.days is None else shock.days, np.cumsum(arrived)
            if shock.implementation < days:
                standing = _later(total, shock.implementation) - _later(total, days)
                added[:, i, j] += shock.coverage * standing
        return added

    @cached_property
    def share(self) -> Floats:
        """(T + 1, N, N), of what rules and arrivals add the part that no truce suspends."""
        suspended = np.zeros((self.length + 1, len(self.codes), len(self.codes)))
        for k, truce in enumerate(self.told.truces):
            inside = np.array([code in truce.parties for code in self.codes])
            suspended += truce.surcharges * self.held[:, k, None, None] * np.outer(inside, inside)
        return np.asarray(1.0 - np.minimum(suspended, 1.0), dtype=np.float64)


def _from_eve(array: Floats) -> Floats:
    """Return an array with a row before the first, on which there was nothing."""
    return np.concatenate([np.zeros_like(array[:1]), array])


def _later(series: Floats, days: int) -> Floats:
    """Return a series by day, so many days later; 0 until then."""
    return np.concatenate([np.zeros(min(days, len(series))), series[: max(len(series) - days, 0)]])
