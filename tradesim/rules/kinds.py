"""Kinds: the rule families, each with its source in theory or history."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from tradesim.engine import families
from tradesim.engine.families import Family
from tradesim.errors import Problem
from tradesim.keywords import by_name
from tradesim.rules.base import Rule

By = Literal["duties", "trade"]


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Passive(Rule):
    """Answers nothing: the free rider, or the economy that waits."""

    kind: ClassVar[str] = "passive"
    arithmetic: ClassVar[Family] = staticmethod(families.passive)

    def why(self) -> str:
        """Say so."""
        return "does not answer"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Rule):
    """Rate matching, tit for tat: ``ratio`` times what is announced against it.

    Axelrod (1984), *The Evolution of Cooperation*; China in April 2025 at a ratio of 1. In the
    ``trade-weighted`` view it matches the average over all trade.

    Examples
    --------
    >>> Match(ratio=0.5).wants([0.0, 0.34])
    array([0.  , 0.17])
    """

    kind: ClassVar[str] = "match"
    arithmetic: ClassVar[Family] = staticmethod(families.match)

    ratio: float = 1.0

    def why(self) -> str:
        """Say so."""
        return f"matches × {self.ratio:g}"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Rebalance(Rule):
    """Value matching: withdraws "substantially equivalent concessions" (Agreement on Safeguards, Art. 8.2).

    Looks at the trade-weighted surcharge w on its exports X and sets t on the share c of its imports M.

    Where the partner sells too little for an equal answer it announces its cap.

    Parameters
    ----------
    by : ``duties``: as much duty collected, t (1+t)^-e c M = w (1+w)^-e X; ``trade``: as much trade
        suppressed, t = [1 - (X / cM) (1 - (1+w)^-e)]^(-1/e) - 1 (one basket, CES demand).
    elasticity : e, how trade responds; 0 (trade does not respond) only by duties.

    Examples
    --------
    >>> Rebalance(coverage=0.1).wants([0.02], ratio=0.5)  # 2 % of exports worth half the imports
    array([0.1])
    """

    kind: ClassVar[str] = "rebalance"
    arithmetic: ClassVar[Family] = staticmethod(families.rebalance)
    averages: ClassVar[bool] = True

    by: By = "duties"
    elasticity: float = 0.0

    def values(self, ratio: float = 1.0) -> tuple[float, ...]:
        """Return exports / imports, the elasticity, whether by trade, and the coverage."""
        return ratio, float(self.elasticity), float(self.by == "trade"), float(self.coverage)

    def own_problems(self) -> Iterator[Problem]:
        """Yield an unknown way of valuing, and trade that is suppressed without responding."""
        if self.by not in get_args(By):
            yield Problem("unknown `by`", "by", repr(self.by), " | ".join(get_args(By)))
        elif self.coverage == 0:
            yield Problem("an answer on no trade weighs nothing", "coverage", "0", "above 0")
        elif self.by == "trade" and isinstance(self.elasticity, int | float) and not self.elasticity >= 0.01:
            yield Problem(
                "trade that does not respond", "elasticity", repr(self.elasticity), "0.01 or more, by trade"
            )

    def why(self) -> str:
        """Say so."""
        return "collects as much duty" if self.by == "duties" else "suppresses as much trade"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(Rule):
    """Counter-escalation: a step on top of any retaliation.

    The United States on 8 April 2025: 50 points more in answer to China's 34 (Executive Order 14259).

    Examples
    --------
    >>> Counter(step=0.5).wants([0.0, 0.34])
    array([0.  , 0.84])
    """

    kind: ClassVar[str] = "counter"
    arithmetic: ClassVar[Family] = staticmethod(families.counter)

    step: float = 0.5

    def why(self) -> str:
        """Say so."""
        return f"goes {self.step * 100:g} points above"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Targeted(Rule):
    """A fixed rate on a list of goods (``coverage``) while anything is announced against it.

    The European Union's list of June 2018 on bourbon, motorcycles and jeans (Regulation 2018/886). Lists are
    chosen for who is hurt by them: Fetzer and Schwarz (2021), *Economic Journal* 131.

    Examples
    --------
    >>> Targeted(rate=0.25, coverage=0.01).wants([0.0, 0.1])
    array([0.  , 0.25])
    """

    kind: ClassVar[str] = "targeted"
    arithmetic: ClassVar[Family] = staticmethod(families.targeted)

    rate: float = 0.25

    def why(self) -> str:
        """Say so."""
        return f"puts {self.rate * 100:g} % on its list"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred(Rule):
    """Matches only what has lasted: ``ratio`` times it, once it has seen something for ``patience`` days.

    The European Union in April 2025 adopted countermeasures and held them back for 90 days (Regulation
    2025/786); Canada's second list of March 2025 waited 21 days.

    Examples
    --------
    >>> Deferred(patience=0).wants(0.25), Deferred(patience=30).wants(0.25)
    (array(0.25), array(0.))
    """

    kind: ClassVar[str] = "deferred"
    arithmetic: ClassVar[Family] = staticmethod(families.deferred)

    ratio: float = 1.0
    patience: int = 30

    def why(self) -> str:
        """Say so."""
        return f"waits {self.patience} days, then matches × {self.ratio:g}"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class SelfStop(Rule):
    """Matches up to ``stop``, says that it will go no further, and stays until nothing is left against it.

    China on 11 April 2025: at 125 % it would "ignore" any further increase (Tariff Commission Announcement
    No. 6 of 2025).

    Examples
    --------
    >>> SelfStop(stop=1.25).wants([0.5, 1.45])
    array([0.5 , 1.25])
    """

    kind: ClassVar[str] = "self-stop"
    arithmetic: ClassVar[Family] = staticmethod(families.self_stop)

    ratio: float = 1.0
    stop: float = 1.25

    def why(self) -> str:
        """Say so."""
        return f"matches × {self.ratio:g} and stops at {self.stop * 100:g} %"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Grim(Rule):
    """The grim trigger: once anything was announced against it, ``rate`` for ever.

    Friedman (1971), "A non-cooperative equilibrium for supergames", *Review of Economic Studies* 38.

    Examples
    --------
    >>> Grim(rate=0.5).wants([0.0, 0.01])
    array([0. , 0.5])
    """

    kind: ClassVar[str] = "grim"
    arithmetic: ClassVar[Family] = staticmethod(families.grim)

    rate: float = 0.5

    def why(self) -> str:
        """Say so."""
        return f"never forgets: {self.rate * 100:g} % for good"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Generous(Rule):
    """Matches, but lets a provocation pass now and then.

    Nowak and Sigmund (1992), "Tit for tat in heterogeneous populations", *Nature* 355: a third of the time.
    """

    kind: ClassVar[str] = "generous"
    arithmetic: ClassVar[Family] = staticmethod(families.match)

    forgiveness: float = 1 / 3
    ratio: float = 1.0

    def values(self, ratio: float = 1.0) -> tuple[float, ...]:  # noqa: ARG002 the signature of every rule
        """Return the ratio."""
        return (float(self.ratio),)

    def why(self) -> str:
        """Say so."""
        return f"matches × {self.ratio:g}, forgiving {self.forgiveness * 100:.3g} %"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Contrite(Rule):
    """Matches only what exceeds its own first strike: it accepts the answer that it earned.

    Sugden (1986), *The Economics of Rights, Co-operation and Welfare*; Wu and Axelrod (1995), *Journal of
    Conflict Resolution* 39.

    Examples
    --------
    >>> Contrite().wants([0.30], first=0.25).round(3)
    array([0.05])
    """

    kind: ClassVar[str] = "contrite"
    arithmetic: ClassVar[Family] = staticmethod(families.contrite)

    ratio: float = 1.0

    def why(self) -> str:
        """Say so."""
        return f"matches × {self.ratio:g} what exceeds its own first strike"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Gradual(Rule):
    """Punishes the n-th provocation for n rounds of ``period`` days, then is calm for two.

    Beaufils, Delahaye and Mathieu (1996), "Our meeting with gradual", *Artificial Life V*; rounds are counted
    as in the axelrod package's ``Gradual``.
    """

    kind: ClassVar[str] = "gradual"
    arithmetic: ClassVar[Family] = staticmethod(families.gradual)

    rate: float = 0.25
    period: int = 30

    def why(self) -> str:
        """Say so."""
        return f"punishes with {self.rate * 100:g} %, longer each time, in rounds of {self.period} days"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Deescalate(Rule):
    """Reciprocal de-escalation: answers a partner's cut with ``ratio`` times as much of its own.

    Osgood (1962), *An Alternative to War or Surrender* (graduated reciprocation in tension-reduction). It
    never answers an increase, and never cuts below the MFN duty.
    """

    kind: ClassVar[str] = "deescalate"
    arithmetic: ClassVar[Family] = staticmethod(families.deescalate)

    ratio: float = 1.0

    def own_problems(self) -> Iterator[Problem]:
        """Yield an instrument that cannot be cut: only duties are."""
        yield from Rule.own_problems(self)
        if self.instrument in {"fee", "export_control"}:
            yield Problem("cuts what it never charged", "instrument", repr(self.instrument), "'tariff'")
        if self.beside in {"fee", "export_control"}:
            yield Problem("cuts what it never charged", "beside", repr(self.beside), "None")

    def why(self) -> str:
        """Say so."""
        return f"answers cuts × {self.ratio:g}"
