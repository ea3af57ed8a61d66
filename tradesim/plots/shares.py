"""Shares: how much of the variance of a duty each assumption explains, by date."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tradesim.errors import Problem, fail_if
from tradesim.plots import style, timeline
from tradesim.plots.colours import OTHERS, legible
from tradesim.plots.inputs import MOST_LINES, DateLike, Pair, index_problems, pair_text, unknown_pairs
from tradesim.plots.labels import End, EndLabels, SideTitle
from tradesim.plots.timeline import Words

PARAMETER = ("importer", "exporter", "parameter")
CHANCE = "chance"
BELOW = "estimates: small shares may fall below 0"
ROUNDED = 0.005
"""Half a percent, which is written as 0 %."""


def share_chart(
    shares: pd.DataFrame,
    pair: Pair,
    *,
    source: str = "",
    as_of: DateLike | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw how much of the variance of one pair's duty each assumption explains, day by day, in steps.

    Where a duty does not vary there is nothing to explain, and a gap. Chance is grey.

    Parameters
    ----------
    shares : (T, P × D) frame of shares; DatetimeIndex, columns (importer, exporter, parameter), as
        ``Sweep.sensitivity`` has in ``first`` and ``total``. Estimates may lie a little outside 0 to 1.
    pair : importer, exporter.
    source, as_of : written below the chart.
    title : written above it.
    ax : where to draw; a new figure by default, which needs ``layout="constrained"`` if it is your own.

    Returns
    -------
    The axes, with shares on y (labelled in percent).

    Raises
    ------
    InputError
        For a frame that is empty or has other columns, an unknown pair, and one that never varies.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> columns = pd.MultiIndex.from_product([["USA"], ["CHN"], ["rules.USA.cap", "chance"]], names=PARAMETER)
    >>> days = pd.DatetimeIndex(["2025-10-31", "2025-11-10"], name="date")
    >>> ax = share_chart(pd.DataFrame([[0.1, 0.9], [0.4, 0.6]], index=days, columns=columns), ("USA", "CHN"))
    >>> ax.lines[0].get_ydata()
    array([0.1, 0.4, 0.4])
    >>> plt.close(ax.figure)
    """
    fail_if(_problems(shares, pair))
    own = shares[pair[0]][pair[1]]
    ax = style.new_axes(ax)
    style.dress(ax)
    days, _ = timeline.closed(own.index.to_numpy(), own.iloc[:, 0].to_numpy(dtype=float))
    ends = [_line(ax, str(name), place, own[name]) for place, name in enumerate(own.columns)]
    style.set_window(ax, days[[0, -1]])
    values = own.to_numpy(dtype=float)
    ax.set_ylim(min(0.0, float(np.nanmin(values))), max(1.0, float(np.nanmax(values))))
    style.percent_axis(ax.yaxis, low=0.0)
    labels = EndLabels(ax, ends)
    SideTitle(ax, f"Share of the variance of {pair_text(pair)}")
    below = float(np.nanmin(values)) < -ROUNDED
    timeline.write(ax, Words(title, source, as_of, key=BELOW if below else ""), None, labels)
    return ax


def _line(ax: Axes, name: str, place: int, values: pd.Series) -> End:
    """Draw one assumption, and return the label at its end."""
    shares = values.to_numpy(dtype=float)
    colour = style.muted(ax) if name == CHANCE else OTHERS[place % len(OTHERS)]
    days, steps = timeline.closed(values.index.to_numpy(), shares)
    ax.plot(days, steps, drawstyle="steps-post", color=colour, linewidth=style.LINE, label=name)
    last = timeline.last_known(shares)
    shown = 0.0 if abs(shares[last]) < ROUNDED else float(shares[last])
    words = f"{name} {style.percent(shown, 0)}"
    day = timeline.number(days[last + 1])
    return End(day, float(shares[last]), words, legible(colour, style.background(ax)), colour)


def _problems(shares: object, pair: Pair) -> Iterator[Problem]:
    if not isinstance(shares, pd.DataFrame) or shares.empty or tuple(shares.columns.names) != PARAMETER:
        got = type(shares).__name__ if not isinstance(shares, pd.DataFrame) else str(shares.columns.names)
        yield Problem("not a frame of shares", "shares", got, f"columns ({', '.join(PARAMETER)})")
        return
    yield from index_problems(shares, "shares")
    one = pd.DataFrame(columns=pd.MultiIndex.from_tuples([tuple(pair)], names=PARAMETER[:2]))
    unknown = unknown_pairs(one, shares, "pair")
    yield from unknown
    if unknown:
        return
    own = shares[pair[0]][pair[1]]
    if not np.isfinite(own.to_numpy(dtype=float)).any(axis=0).all():
        yield Problem("nothing varies", f"shares, {pair_text(pair)}", "only NaN", "a duty that varies")
    if own.shape[1] > MOST_LINES:
        yield Problem("too many lines", "shares", str(own.shape[1]), f"up to {MOST_LINES}")
