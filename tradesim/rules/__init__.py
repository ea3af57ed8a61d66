"""Rules: what an economy announces, given what it has seen announced against it.

A rule describes; its arithmetic is one function over the draw axis in `tradesim.engine.families`, the same
for one path and a million. The engine does the rest, the same way for every rule: it looks ``reaction`` days
back, lets pass what is forgiven or tolerated, holds the answer to ``cap``, keeps it from coming down where
there is a ``ratchet``, charges it ``implementation`` days after announcing it, and on ``coverage`` of trade.
"""

from tradesim.errors import InputError, unknown_name
from tradesim.rules.base import LONGEST, Instrument, Rule, View
from tradesim.rules.economic import BestResponse, Economic, TermsOfTrade, WelfareRestoring
from tradesim.rules.kinds import (
    Contrite,
    Counter,
    Deescalate,
    Deferred,
    Generous,
    Gradual,
    Grim,
    Match,
    Passive,
    Rebalance,
    SelfStop,
    Targeted,
)
from tradesim.rules.own import Custom

KINDS: dict[str, type[Rule]] = {
    rule.kind: rule
    for rule in (
        Passive,
        Match,
        Rebalance,
        Counter,
        Targeted,
        Deferred,
        SelfStop,
        Grim,
        Generous,
        Contrite,
        Gradual,
        Deescalate,
        TermsOfTrade,
        WelfareRestoring,
        BestResponse,
    )
}
"""The rules that a scenario file can name."""


def rule_of(kind: str) -> type[Rule]:
    """Return the rule class of a kind, as scenario files name it (``match``)."""
    if kind not in KINDS:
        raise InputError([unknown_name("rule", kind, KINDS, "kind")])
    return KINDS[kind]


__all__ = [
    "KINDS",
    "LONGEST",
    "BestResponse",
    "Contrite",
    "Counter",
    "Custom",
    "Deescalate",
    "Deferred",
    "Economic",
    "Generous",
    "Gradual",
    "Grim",
    "Instrument",
    "Match",
    "Passive",
    "Rebalance",
    "Rule",
    "SelfStop",
    "Targeted",
    "TermsOfTrade",
    "View",
    "WelfareRestoring",
    "rule_of",
]
