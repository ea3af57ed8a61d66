"""Rule: what every rule has, whatever its arithmetic."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim import percent
from tradesim.conversion import Unstated, own_numbers, real_in, shown, whole
from tradesim.economies import CODE_ALLOWED, code_problems
from tradesim.engine.families import Family
from tradesim.errors import Problem, fail_if

Floats = NDArray[np.float64]
View = Literal["nominal", "trade-weighted"]
"""nominal: the points announced, whatever trade they hit: three lists of 25 % are 75 points.
trade-weighted: points × share of the pair's trade that they hit."""
Instrument = Literal["tariff", "fee", "export_control"]
Beside = Literal["fee", "export_control"]

NO_CAP = Unstated(10.0)
"""1000%: the most that a rule announces where no cap is stated."""
LONGEST = 100_000
"""Days: more than any horizon."""
WHOLE = {"reaction": 1, "implementation": 0, "patience": 0, "period": 1}
"""Numbers of days, and the least of each."""
SHARES = {"coverage", "forgiveness", "diversion"}
"""Numbers between 0 and 1; all others lie between 0 and 10."""
YES_OR_NO = {"ratchet", "unprovoked"}
OTHERS = YES_OR_NO | {
    *(
        "view",
        "allies",
        "instrument",
        "beside",
        "equivalent",
        "by",
        "function",
        "parameters",
        "says",
        "model",
        "deficits",
    )
}
"""What is no number."""
RATES = {"cap", "tolerance", "equivalent", "step", "rate", "stop", "top"}
"""Numbers that are rates of duty, which may be typed as percentages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(ABC):
    """What every rule has.

    Parameters
    ----------
    reaction : days from a partner's announcement to the answer's, 1 or more: an economy sees what was
        announced up to yesterday.
    implementation : days from announcing to charging, 0 or more.
    cap : most that the economy announces against one partner, nominal, a fraction.
    coverage : share (0–1) of the pair's trade that the surcharge hits.
    tolerance : a surcharge of this size or less is let pass, a fraction.
    ratchet : whether the surcharge never comes down by the rule alone.
    forgiveness : probability of letting a provocation pass, drawn each time that more is announced.
    view : what of the partner's announcements it looks at: ``nominal`` points, or ``trade-weighted``: it then
        aims at the average over all trade, on the share of it that its own answer covers. Not stated (None),
        it is nominal, and a scenario in which the rule sees narrow measures warns.
    allies : economies whose injury it answers as if it were its own: the largest counts.
    diversion : share (0–1) of what a third economy announces against the partner that it counts as if aimed
        at itself: goods turned away there arrive here.
    instrument : what it answers with: a ``tariff``, or a ``fee`` or ``export_control``, which are charged
        beside duties, at ``equivalent``.
    beside : a ``fee`` or ``export_control`` that it announces together with each tariff, of as many points.
    equivalent : ad-valorem trade cost of one point announced; required for fees and export controls.

    Raises
    ------
    InputError
        With every problem found.
    """

    kind: ClassVar[str] = ""
    arithmetic: ClassVar[Family]
    averages: ClassVar[bool] = False
    """Whether it looks at averages over all trade, whatever its view."""

    reaction: int = 1
    implementation: int = 1
    cap: float = NO_CAP
    coverage: float = 1.0
    tolerance: float = 0.0
    ratchet: bool = False
    forgiveness: float = 0.0
    view: View | None = None
    allies: tuple[str, ...] = ()
    diversion: float = 0.0
    instrument: Instrument = "tariff"
    beside: Beside | None = None
    equivalent: float | None = None

    def __post_init__(self) -> None:
        allies: Any = self.allies
        if isinstance(allies, Iterable):
            object.__setattr__(self, "allies", (allies,) if isinstance(allies, str) else tuple(allies))
        own_numbers(self, (field.name for field in fields(self) if field.name not in OTHERS))
        problems = [*_number_problems(self), *_choice_problems(self), *self.own_problems()]
        fail_if(problem.at(f"rule {type(self).__name__}") for problem in problems)
        for name in RATES & {field.name for field in fields(self)}:
            percent.warn(f"rule {type(self).__name__}: {name}", getattr(self, name))

    @abstractmethod
    def why(self) -> str:
        """Say in words what the rule does with what it sees."""

    @property
    def charged_beside(self) -> Beside | None:
        """The fee or export control that it charges beside duties, with a tariff or in place of one."""
        return self.beside if self.instrument == "tariff" else self.instrument

    @property
    def family(self) -> Family:
        """The arithmetic of the rule, a function of `tradesim.engine.families` or one like it."""
        return type(self).arithmetic

    def values(self, ratio: float = 1.0) -> tuple[float, ...]:  # noqa: ARG002 for rules by value
        """Return the rule's own parameters as its arithmetic takes them, four at most.

        Parameters
        ----------
        ratio : the economy's exports to the partner over its imports from it, base year.
        """
        shared = {field.name for field in fields(Rule)}
        return tuple(float(getattr(self, f.name)) for f in fields(self) if f.name not in shared)

    def own_problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the rule's parameters taken together."""
        if self.view == "trade-weighted" and self.coverage == 0:
            yield Problem("an answer on no trade weighs nothing", "coverage", "0", "above 0")

    def wants(
        self, seen: ArrayLike, own: ArrayLike = 0.0, first: ArrayLike = 0.0, day: int = 0, ratio: float = 1.0
    ) -> Floats:
        """Return the surcharge that the rule wants at its first look.

        Parameters
        ----------
        seen : (...) float64, nominal fraction: what it notices against it.
        own, first : (...) float64, what it has announced itself, and the part that the rule did not.
        day : counted from the first.
        ratio : its exports to the partner over its imports from it.

        Returns
        -------
        (...) float64, nominal fraction, before the cap.
        """
        noticed, mine, opened = (np.asarray(each, dtype=np.float64) for each in (seen, own, first))
        values = np.zeros(4)
        values[: len(self.values(ratio))] = self.values(ratio)
        blank = np.zeros_like(noticed)
        wanted, _ = self.family(noticed, mine, opened, day, (blank, blank, blank, blank), values)
        return np.asarray(wanted, dtype=np.float64)


def _number_problems(rule: Rule) -> Iterator[Problem]:
    given: dict[str, Any] = {field.name: getattr(rule, field.name) for field in fields(rule)}
    for name in WHOLE.keys() & given.keys():
        days, least = given[name], WHOLE[name]
        if whole(days, least, LONGEST) is None:
            yield Problem("not a number of days", name, shown(days), f"a whole number, {least} to {LONGEST}")
    for name in YES_OR_NO & given.keys():
        if not isinstance(given[name], bool):
            yield Problem("not a yes or no", name, repr(given[name]), "true or false")
    for name, value in given.items():
        most = 1.0 if name in SHARES else 100.0 if name == "elasticity" else 10.0
        if name not in OTHERS | WHOLE.keys() and real_in(value, 0, most) is None:
            yield Problem("out of range", name, shown(value), f"a number between 0 and {most:g}")


def _choice_problems(rule: Rule) -> Iterator[Problem]:
    choices: tuple[tuple[str, Any], ...] = (("view", View), ("instrument", Instrument))
    for name, allowed in choices:
        if getattr(rule, name) not in get_args(allowed) and (name, getattr(rule, name)) != ("view", None):
            yield Problem(f"unknown {name}", name, repr(getattr(rule, name)), " | ".join(get_args(allowed)))
    allies: Any = rule.allies
    if not isinstance(allies, tuple):
        yield Problem("not economies", "allies", repr(allies), f"a list of codes, each {CODE_ALLOWED}")
    else:
        yield from code_problems("allies", *allies)
    yield from _beside_problems(rule)


def _beside_problems(rule: Rule) -> Iterator[Problem]:
    """Yield what is wrong with fees and controls: which, together with what, and what a point costs."""
    beside: Any = rule.beside
    if beside is not None and beside not in get_args(Beside):
        yield Problem("unknown beside", "beside", repr(beside), f"{' | '.join(get_args(Beside))} | None")
    elif beside is not None and rule.instrument != "tariff":
        yield Problem("beside what is no tariff", "beside", repr(beside), "with a tariff")
    stated: Any = rule.equivalent
    charged = rule.charged_beside
    if stated is None:
        if charged in get_args(Beside):
            allowed = "the ad-valorem trade cost of one point, a fraction: 0.3"
            yield Problem(f"{charged} without `equivalent`", "equivalent", "None", allowed)
    elif charged is None:
        yield Problem("`equivalent` without use", "equivalent", repr(stated), "for fees and export controls")
    elif real_in(stated, 0, 10) is None:
        yield Problem("out of range", "equivalent", shown(stated), "a number between 0 and 10")
