"""Sweeps: many draws over a design of parameter values, reduced as they run, stopped and resumed.

The package is called *sweeps* because ``tradesim.sweep`` is the function: a module of that name would take
its place as soon as anything imported it.
"""

from tradesim.sweeps.design import Design
from tradesim.sweeps.distributions import beta, choice, integers, loguniform, normal, triangular, uniform
from tradesim.sweeps.files import StoreError
from tradesim.sweeps.gathering import SweepInterrupted, WorkersLostError
from tradesim.sweeps.progress import Progress
from tradesim.sweeps.results import Sweep
from tradesim.sweeps.sweep import resume, sweep

__all__ = [
    "Design",
    "Progress",
    "StoreError",
    "Sweep",
    "SweepInterrupted",
    "WorkersLostError",
    "beta",
    "choice",
    "integers",
    "loguniform",
    "normal",
    "resume",
    "sweep",
    "triangular",
    "uniform",
]
