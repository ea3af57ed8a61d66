"""Economic: rules that ask a model of trade what the answer to a duty is.

Each is a curve: what the partner charges on average over the pair's trade, above the reference, is answered
with a duty that the model finds, uniform over the pair's trade; on the share ``coverage`` of it that the
answer hits, 1 / coverage times as much. The curve is solved once, when the scenario is made, at levels of the
partner's duty, and a run goes straight between them; `tradesim.assembly.curves` says where, and how far off
that is. All other duties stay, in the model, what they were on the eve of the first day.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, get_args

import numpy as np
from numpy.typing import NDArray

from tradesim.conversion import Unstated, real_in
from tradesim.economics.retaliation import (
    Answer,
    Model,
    best_response_tariff,
    terms_of_trade_tariff,
    welfare_restoring_tariff,
)
from tradesim.economics.single import Deficits
from tradesim.engine import families
from tradesim.engine.families import UNLIMITED, Family
from tradesim.errors import InputError, Problem
from tradesim.keywords import by_name
from tradesim.rules.base import Rule

Floats = NDArray[np.float64]
LEAST = {"elasticity": 0.01, "top": 0.01, "accuracy": 1e-5}
"""The least of each number that shapes a curve."""
COARSEST = 0.05
"""5 percentage points: the most that a curve may miss an answer by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Economic(Rule):
    """What the rules have in common that ask a model.

    What it sees is trade-weighted, whatever the ``view``. An answer never takes back duties that were there.

    Parameters
    ----------
    elasticity : trade elasticity of the model that is made of the scenario's economies: a
        `tradesim.economics.SingleSector` of their imports and GDP, or, where they have no GDP, of the
        packaged ``world-2023``, at the duties of the eve of the first day.
    deficits : what that model does with them: ``purged``, ``world_share`` or ``own_share``. Purged, trade is
        balanced before it is asked, and so is much of what two partners sell each other: who buys little of
        the partner can answer as if it bought more. With deficits that keep their share of income there may
        be no best duty.
    top : the highest duty that is looked at, of the partner's and of its own, a fraction; a higher one of the
        partner is answered like it.
    accuracy : the most that going straight between two levels may miss the answer halfway, a fraction.
    model : a model of `tradesim.economics` of one sector with named economies, in place of the one above;
        its own tariffs (none, if it has none) are then what the duties come on top of. Files cannot hold one.
    """

    arithmetic: ClassVar[Family] = staticmethod(families.curve)
    averages: ClassVar[bool] = True

    elasticity: float = 4.0
    deficits: Deficits = "purged"
    top: float = Unstated(2.0)
    accuracy: float = 5e-4
    model: Any = field(default=None, metadata={"in_files": False})

    @abstractmethod
    def answer(self, model: Model, attacks: Floats, victim: str, attacker: str) -> Answer:
        """Return what the victim puts on the attacker's goods, (S,), under attacks, (S, N, N).

        The first is none: the tariffs as they were.
        """

    @abstractmethod
    def instead(self, wanted: float) -> str:
        """Say what it does where its aim is out of reach, ``wanted`` being the duty on average."""

    @property
    def shape(self) -> "Economic":
        """The same rule with nothing but what makes its curve."""
        shared: dict[str, Any] = {each.name: each.default for each in fields(Rule)}
        return replace(self, **shared)

    def values(self, ratio: float = 1.0) -> tuple[float, ...]:  # noqa: ARG002 the signature of every rule
        """Return the coverage; the knots of the curve are the pair's."""
        return (float(self.coverage),)

    def wants(self, *_: Any, **__: Any) -> Floats:
        """Refuse: what it wants depends on whose duty it answers; `tradesim.assembly.curves_of` knows.

        Raises
        ------
        InputError
            Always.
        """
        fix = "tradesim.assembly.curves_of(rules, schedule, grid) has the curve of every pair"
        raise InputError([Problem("depends on the pair", f"rule {type(self).__name__}", "wants()", fix=fix)])

    def own_problems(self) -> Iterator[Problem]:
        """Yield numbers that make no curve, and a model that is none."""
        if self.coverage == 0:
            yield Problem("an answer on no trade weighs nothing", "coverage", "0", "above 0")
        yield from _extreme_problems(self)
        if self.deficits not in get_args(Deficits):
            yield Problem("unknown closure", "deficits", repr(self.deficits), " | ".join(get_args(Deficits)))
        if self.model is None:
            return
        if not all(hasattr(self.model, name) for name in ("solve", "flows", "codes")):
            allowed = "a model of tradesim.economics: SingleSector(flows, tariffs, codes=...)"
            yield Problem("not a model", "model", repr(self.model), allowed)
        elif np.ndim(self.model.flows) != 2:
            allowed = "one of one sector: a rule has one duty on a partner's goods"
            yield Problem("a model of many sectors", "model", repr(self.model), allowed)
        for each in fields(self):
            if each.name in {"elasticity", "deficits"} and getattr(self, each.name) != each.default:
                got = repr(getattr(self, each.name))
                yield Problem(f"{each.name} beside a model", each.name, got, fix="give it to the model")


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOfTrade(Economic):
    """Reciprocity in the terms of trade: a duty that takes back what the partner's duty won it.

    After it, wages stand to each other as before: ŵ of the one over ŵ of the other is 1. Bagwell and Staiger
    (1999), "An economic theory of GATT", *American Economic Review* 89. Where the partner sells too little
    for that, it announces its cap. Nothing against it is answered with nothing.
    """

    kind: ClassVar[str] = "terms-of-trade"

    def answer(self, model: Model, attacks: Floats, victim: str, attacker: str) -> Answer:
        """Return the duty after which neither has moved the terms of trade, else more than any cap."""
        found = terms_of_trade_tariff(model, attacks, victim, attacker, self.top)
        return Answer(np.where(found.converged, found.tariff, UNLIMITED), found.status)

    def why(self) -> str:
        """Say so."""
        return "restores the terms of trade"

    def instead(self, wanted: float) -> str:  # noqa: ARG002 the signature of all
        """Say so."""
        return f"held at {self.cap * 100:g} %"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class WelfareRestoring(Economic):
    """A duty that leaves the economy as well off as before, the lowest that does.

    Grossman and Sykes (2011), "Optimal retaliation in the WTO", *World Trade Review* 10; what Article 22.4 of
    the Dispute Settlement Understanding calls equivalent, in welfare. Where no duty does, it charges the one
    that comes closest, which is the best response. Nothing against it is answered with nothing.
    """

    kind: ClassVar[str] = "welfare-restoring"

    def answer(self, model: Model, attacks: Floats, victim: str, attacker: str) -> Answer:
        """Return the lowest duty that restores welfare, else the best response."""
        return welfare_restoring_tariff(model, attacks, victim, attacker, self.top)

    def why(self) -> str:
        """Say so."""
        return "restores its welfare"

    def instead(self, wanted: float) -> str:
        """Say so."""
        return f"{wanted * 100:.3g} % on average comes closest" if wanted > 0 else "none at all comes closest"


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class BestResponse(Economic):
    """The duty that leaves the economy best off, given the partner's: two of them end in the Nash tariffs.

    Johnson (1953), "Optimum tariffs and retaliation", *Review of Economic Studies* 21; in several economies
    Ossa (2014). The best response to nothing is not nothing: it is the optimal tariff.

    Parameters
    ----------
    unprovoked : whether it charges that from the first day; else it waits until something is announced
        against it.
    """

    kind: ClassVar[str] = "best-response"

    unprovoked: bool = True

    def answer(self, model: Model, attacks: Floats, victim: str, attacker: str) -> Answer:
        """Return the duty after which the economy is best off."""
        return best_response_tariff(model, attacks, victim, attacker, self.top)

    def why(self) -> str:
        """Say so."""
        return "charges what is best for it"

    def instead(self, wanted: float) -> str:
        """Say so."""
        return f"the highest that was looked at, {wanted * 100:g} % on average"


def _extreme_problems(rule: Economic) -> Iterator[Problem]:
    """Yield numbers with which a curve takes for ever, or says little."""
    for name, least in LEAST.items():
        given = getattr(rule, name)
        if real_in(given, 0, least) is not None and given < least:
            yield Problem("too small", name, repr(given), f"{least:g} or more")
    if real_in(rule.accuracy, COARSEST, 10) is not None and rule.accuracy > COARSEST:
        allowed = f"{LEAST['accuracy']:g} to {COARSEST:g}, a fraction: 0.0005 is 0.05 percentage points"
        yield Problem("too coarse", "accuracy", repr(rule.accuracy), allowed)
