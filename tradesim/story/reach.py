"""Reach: what a rule that asks a model noticed and has no answer to that meets its aim."""

from collections.abc import Iterator

import numpy as np

from tradesim.rules import Economic
from tradesim.story.draw import SAME, Draw, Row
from tradesim.story.words import points


def reach(draw: Draw, place: int, noticed: float) -> tuple[float, bool]:
    """Return what a rule answers to what it noticed, on average over trade, and whether that is its aim."""
    (i, j), _ = draw.rules[place]
    return draw.curves[draw.codes[i], draw.codes[j]].at(noticed)


def beyond_reach(draw: Draw, place: int) -> Iterator[Row]:
    """Yield a row for each day on which what a rule notices changes to what no duty meets its aim against."""
    (i, j), rule = draw.rules[place]
    if not isinstance(rule, Economic):
        return
    noticed = np.concatenate([[0.0], draw.trace.noticed[0, :, place]])
    for t in np.flatnonzero(np.abs(np.diff(noticed)) > SAME):
        level = float(noticed[t + 1])
        wanted, reached = reach(draw, place, level)
        if not reached:
            aim = f"no duty on {draw.codes[j]}'s goods, after {points(level)} on average, {rule.why()}"
            yield Row(int(t), "infeasible", f"{aim}: {rule.instead(wanted)}", (i, j))
