"""Impacts: what the duties of paths cost, by joining the result of a run to a model of trade.

``tradesim.economics`` knows arrays, ``tradesim.paths`` knows dates and draws; this room knows both, and is
reached as ``tradesim.impact``.
"""

from tradesim.impacts.along import impact
from tradesim.impacts.consequences import Consequences, Outcome
from tradesim.impacts.costs import Costs
from tradesim.impacts.interpolation import Accuracy
from tradesim.impacts.matching import Match, match
from tradesim.impacts.result import Impact

__all__ = ["Accuracy", "Consequences", "Costs", "Impact", "Match", "Outcome", "impact", "match"]
