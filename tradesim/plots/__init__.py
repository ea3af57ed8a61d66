"""Plots: pictures of duties from plain frames; every function takes ``ax=None`` and returns its axes."""

from tradesim.plots.bars import outcome_chart, ranking_chart, tornado_chart
from tradesim.plots.colours import authority_colours, economy_colour
from tradesim.plots.duties import comparison, step_chart
from tradesim.plots.fans import fan_chart
from tradesim.plots.files import Chart, save
from tradesim.plots.futures import branch_grid, branches
from tradesim.plots.layers import authority_stack
from tradesim.plots.matrix import heat_map
from tradesim.plots.moves import event_timeline
from tradesim.plots.phase import phase_plot
from tradesim.plots.shares import share_chart
from tradesim.plots.style import percent_axis
from tradesim.plots.truces import truce_band

__all__ = [
    "Chart",
    "authority_colours",
    "authority_stack",
    "branch_grid",
    "branches",
    "comparison",
    "economy_colour",
    "event_timeline",
    "fan_chart",
    "heat_map",
    "outcome_chart",
    "percent_axis",
    "phase_plot",
    "ranking_chart",
    "save",
    "share_chart",
    "step_chart",
    "tornado_chart",
    "truce_band",
]
