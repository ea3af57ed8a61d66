"""Assembly: a scenario's schedule, truces, events, shocks and rules turned into the engine's plain arrays."""

from tradesim.assembly.curves import Curve, curves_of
from tradesim.assembly.reactions import answering, functions_of
from tradesim.assembly.whole import assemble

__all__ = ["Curve", "answering", "assemble", "curves_of", "functions_of"]
