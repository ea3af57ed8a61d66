"""Plots: pictures of duties from plain frames; every function takes ``ax=None`` and returns its axes."""

from tradesim.plots.bars import outcome_chart, ranking_chart, tornado_chart
from tradesim.plots.colours import authority_colours, economy_colour
from tradesim.plots.duties import comparison, step_chart
from tradesim.plots.fans import fan_chart
from tradesim.plots.files import FORMATS, USUAL_FORMATS, Chart, rendered, save
from tradesim.plots.futures import branch_grid, branches
from tradesim.plots.impact_bars import grouped_bars, stacked_bars
from tradesim.plots.impact_curves import best_responses, duty_curves
from tradesim.plots.impact_fans import impact_fan, impact_panels
from tradesim.plots.layers import authority_stack
from tradesim.plots.matrix import heat_map
from tradesim.plots.moves import event_timeline
from tradesim.plots.phase import phase_plot
from tradesim.plots.shares import share_chart
from tradesim.plots.style import percent_axis
from tradesim.plots.truces import truce_band

__all__ = [
    "FORMATS",
    "USUAL_FORMATS",
    "Chart",
    "authority_colours",
    "authority_stack",
    "best_responses",
    "branch_grid",
    "branches",
    "comparison",
    "duty_curves",
    "economy_colour",
    "event_timeline",
    "fan_chart",
    "grouped_bars",
    "heat_map",
    "impact_fan",
    "impact_panels",
    "outcome_chart",
    "percent_axis",
    "phase_plot",
    "ranking_chart",
    "rendered",
    "save",
    "share_chart",
    "stacked_bars",
    "step_chart",
    "tornado_chart",
    "truce_band",
]
