"""Rules: what an economy announces, given what it has seen announced against it.

A rule is one arithmetic function of arrays: ``seen``, the surcharge that a partner has announced against
the economy, to the surcharge that the economy wants against the partner. Both are nominal points above the
reference, what had been announced when the scenario starts, as fractions, and have any shape: one path and
a million alike. Acts add up, whatever trade they hit: three lists of 25 % are 75 points. The engine does the
rest, the same way for every rule: it looks ``reaction`` days back, ignores what does not exceed
``tolerance``, holds the answer to ``cap``, keeps it from coming down where there is a ``ratchet``, charges
it ``implementation`` days after announcing it, and on ``coverage`` of trade.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, fail_if, unknown_name

Floats = NDArray[np.float64]

LONGEST = 100_000
"""Days: more than any horizon."""
ROUNDING = 1e-12
"""What adding up fractions may leave above a tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(ABC):
    """What every rule has.

    Parameters
    ----------
    reaction : days from a partner's announcement to the answer's, 1 or more: an economy sees what was
        announced up to yesterday.
    implementation : days from announcing to charging, 0 or more.
    cap : most that the economy announces against one partner, nominal, a fraction: a self-declared stop.
    coverage : share (0–1) of the pair's trade that the surcharge hits.
    tolerance : a surcharge of this size or less is let pass, a fraction.
    ratchet : whether the surcharge never comes down by the rule alone.

    Raises
    ------
    InputError
        With every problem found.
    """

    kind: ClassVar[str] = ""

    reaction: int = 1
    implementation: int = 1
    cap: float = 10.0
    coverage: float = 1.0
    tolerance: float = 0.0
    ratchet: bool = False

    def __post_init__(self) -> None:
        fail_if(problem.at(f"rule {type(self).__name__}") for problem in _rule_problems(self))

    @abstractmethod
    def wants(self, seen: Floats) -> Floats:
        """Return the surcharge that answers ``seen``; both (...) float64, nominal fraction."""

    @abstractmethod
    def why(self) -> str:
        """Say in words what the rule does with what it sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passive(Rule):
    """Answers nothing: the free rider, or the economy that waits."""

    kind: ClassVar[str] = "passive"

    def wants(self, seen: Floats) -> Floats:
        """Return 0 whatever is seen."""
        return np.zeros_like(seen)

    def why(self) -> str:
        """Say so."""
        return "does not answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Rule):
    """Rate matching, tit for tat: ``ratio`` times what is charged against it.

    Axelrod (1984), *The Evolution of Cooperation*; China in April 2025 at a ratio of 1.

    Examples
    --------
    >>> Match(ratio=0.5).wants(np.array([0.0, 0.34]))
    array([0.  , 0.17])
    """

    kind: ClassVar[str] = "match"

    ratio: float = 1.0

    def wants(self, seen: Floats) -> Floats:
        """Return ``ratio · seen``."""
        return self.ratio * seen

    def why(self) -> str:
        """Say so."""
        return f"matches × {self.ratio:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(Rule):
    """Counter-escalation: a step on top of any retaliation.

    The United States on 8 April 2025: 50 points more in answer to China's 34 (Executive Order 14259).

    Examples
    --------
    >>> Counter(step=0.5).wants(np.array([0.0, 0.34]))
    array([0.  , 0.84])
    """

    kind: ClassVar[str] = "counter"

    step: float = 0.5

    def wants(self, seen: Floats) -> Floats:
        """Return ``seen + step`` where anything is seen, else 0."""
        return np.where(seen > 0, seen + self.step, 0.0)

    def why(self) -> str:
        """Say so."""
        return f"goes {self.step * 100:g} points above"


KINDS: dict[str, type[Rule]] = {rule.kind: rule for rule in (Passive, Match, Counter)}


def rule_of(kind: str) -> type[Rule]:
    """Return the rule class of a kind, as scenario files name it (``match``)."""
    if kind not in KINDS:
        raise InputError([unknown_name("rule", kind, KINDS, "kind")])
    return KINDS[kind]


def answer(rule: Rule, seen: Floats, before: Floats) -> Floats:
    """Return the surcharge that an economy announces.

    Parameters
    ----------
    rule : the rule of the economy.
    seen : (...) float64, the partner's announced surcharge, nominal fraction, as far back as ``reaction``.
    before : (...) float64, what the economy has announced so far.

    Returns
    -------
    (...) float64, nominal fraction, between 0 and ``cap``.
    """
    noticed = np.where(seen > rule.tolerance + ROUNDING, seen, 0.0)
    wanted = np.maximum(rule.wants(noticed), before if rule.ratchet else 0.0)
    return np.clip(wanted, 0.0, rule.cap)


def _rule_problems(rule: Rule) -> Iterator[Problem]:
    given: dict[str, Any] = {field.name: getattr(rule, field.name) for field in fields(rule)}
    for name, least in (("reaction", 1), ("implementation", 0)):
        days = given.pop(name)
        if isinstance(days, bool) or not isinstance(days, int) or not least <= days <= LONGEST:
            yield Problem("not a number of days", name, repr(days), f"a whole number, {least} to {LONGEST}")
    ratchet = given.pop("ratchet")
    if not isinstance(ratchet, bool):
        yield Problem("not a yes or no", "ratchet", repr(ratchet), "true or false")
    for name, value in given.items():
        most = 1.0 if name == "coverage" else 10.0
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= most:
            yield Problem("out of range", name, repr(value), f"a number between 0 and {most:g}")
