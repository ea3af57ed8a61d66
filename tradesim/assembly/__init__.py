"""Assembly: a scenario's schedule, truces, events, shocks and rules turned into the engine's plain arrays."""

from tradesim.assembly.reactions import answering, functions_of
from tradesim.assembly.whole import assemble

__all__ = ["answering", "assemble", "functions_of"]
