"""Plots: pictures of duties from plain frames; every function takes ``ax=None`` and returns its axes."""

from tradesim.plots.colours import authority_colours, economy_colour
from tradesim.plots.duties import comparison, step_chart
from tradesim.plots.files import Chart, save
from tradesim.plots.futures import branch_grid, branches
from tradesim.plots.layers import authority_stack
from tradesim.plots.matrix import heat_map
from tradesim.plots.style import percent_axis

__all__ = [
    "Chart",
    "authority_colours",
    "authority_stack",
    "branch_grid",
    "branches",
    "comparison",
    "economy_colour",
    "heat_map",
    "percent_axis",
    "save",
    "step_chart",
]
