"""Pictures: the figures of a report, each said in words too; drawn when the page is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from tradesim import plots
from tradesim.reports.drawings import HEIGHT, WIDTH, on_axes
from tradesim.reports.values import Figure

Pair = tuple[str, str]
DUTY = "Statutory effective duty, % of import value"
SIZE = (WIDTH, HEIGHT)
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
TOGETHER = 2
"""Pairs that one fan can hold; of more, each importer has a fan of its own."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Where the numbers of a picture come from, and what was known when."""

    source: str
    as_of: str = ""

    def caption(self, *words: str) -> str:
        """Return a caption: what is shown, and where it comes from."""
        known = f", as known on {self.as_of}" if self.as_of else ""
        return f"{'. '.join(words)}. Source: {self.source}{known}."


def step_figure(
    duty: pd.DataFrame, pairs: Sequence[Pair], marks: Mapping[str, Any], credit: Credit
) -> Figure:
    """Return the two-sided chart of recorded duties with truces and acts."""
    caption = credit.caption(
        "What each side charges the other, with truces (shaded) and the acts that moved it most", DUTY
    )
    alt = f"Step chart of the duty of {_listed(pairs)}, {_span(duty)}. {_ends(duty, pairs)}"
    return Figure(
        "duty", caption, alt,
        partial(on_axes, plots.step_chart, (WIDTH, HEIGHT + 1.6), turning(duty), pairs=pairs, **marks),
    )  # fmt: skip


def branch_figure(
    past: pd.DataFrame,
    futures: Mapping[str, pd.DataFrame],
    pairs: Sequence[Pair],
    marks: Mapping[str, Any],
    credit: Credit,
) -> Figure:
    """Return the chart of what was known, and of the futures that follow, each importer by itself."""
    what = "What was charged until the start, and what follows: " + ", ".join(futures)
    caption = credit.caption(f"{what}; truces as planned are shaded", DUTY)
    rows = len({importer for importer, _ in pairs})
    size = (WIDTH, 1.6 + 2.9 * rows)
    alt = f"Duty of {_listed(pairs)} until {_span(past).split(' to ')[1]}, and then by {', '.join(futures)}."
    return Figure(
        "duty", caption, alt,
        partial(plots.branch_grid, past, dict(futures), pairs=list(pairs), **marks, size=size),
    )  # fmt: skip


def fan_figures(
    quantiles: pd.DataFrame, pairs: Sequence[Pair], truce: "pd.Series[float] | None", credit: Credit
) -> Iterator[Figure]:
    """Yield the fan of duties, or one for every importer where there are many pairs."""
    importers = list(dict.fromkeys(importer for importer, _ in pairs))
    groups = (
        [list(pairs)]
        if len(pairs) <= TOGETHER
        else [[pair for pair in pairs if pair[0] == importer] for importer in importers]
    )
    for number, group in enumerate(groups, start=1):
        strip = "" if truce is None else "; below, how likely a truce is in force"
        caption = credit.caption(f"How the draws spread, {_listed(group)}{strip}", DUTY)
        last = quantiles.iloc[-1]
        said = [
            f"{i} on {j} {100 * last[i, j, 0.5]:.1f} % in the median, {100 * last[i, j, 0.05]:.1f} % to "
            f"{100 * last[i, j, 0.95]:.1f} % in nine of ten"
            for i, j in group
        ]
        alt = f"Fan of the duty of {_listed(group)}, {_span(quantiles)}. On the last day: {'; '.join(said)}."
        key = "fan" if len(groups) == 1 else f"fan-{number}"
        draw = partial(on_axes, plots.fan_chart, SIZE, turning(quantiles), pairs=group, truce=truce)
        yield Figure(key, caption, alt, draw)


def truce_figure(shares: pd.DataFrame, any_of: "pd.Series[float] | None", credit: Credit) -> Figure:
    """Return the chart of how likely each truce is to be in force."""
    caption = credit.caption("How likely each truce is to be in force, % of draws")
    last = ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares.iloc[-1].items())
    alt = f"Share of draws in which each truce is in force, by day; on the last day: {last}."
    lanes = shares.shape[1] + (any_of is not None)
    return Figure(
        "truces", caption, alt,
        partial(on_axes, plots.truce_band, (WIDTH, 1.8 + 0.85 * lanes), shares, any_of=any_of),
    )  # fmt: skip


def story_figure(
    story: pd.DataFrame, duty: pd.DataFrame, pairs: Sequence[Pair], truces: Sequence[Any], credit: Credit
) -> Figure:
    """Return the picture of one draw: duties above, who moved when below."""
    caption = credit.caption("One draw: its duties above, who moved when below (numbers: the table)", DUTY)
    alt = f"Duties of one draw over time, with {len(story)} moves numbered as in the table that follows."
    size = (WIDTH, HEIGHT + 2.4)
    return Figure(
        "moves", caption, alt,
        partial(on_axes, plots.event_timeline, size, story, duty, pairs=pairs, truces=truces),
    )  # fmt: skip


def layer_figures(layers: pd.DataFrame, pairs: Sequence[Pair], credit: Credit) -> Iterator[Figure]:
    """Yield the layers of each pair's duty, by authority; none of a single day."""
    for number, pair in enumerate(pairs if len(layers) > 1 else (), start=1):
        caption = credit.caption(f"The layers of the duty of {pair[0]} on {pair[1]}, by authority", DUTY)
        own = layers[pair[0]][pair[1]].iloc[-1]
        parts = ", ".join(f"{name} {100 * part:.1f} %" for name, part in own.items() if abs(part) > 5e-4)
        alt = f"Stacked areas, {_span(layers)}. On the last day: {parts or 'no duty'}."
        draw = partial(on_axes, plots.authority_stack, SIZE, turning(layers), pair)
        yield Figure(f"layers-{number}", caption, alt, draw)


def turning(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a frame by date on which anything moves, and the last: all that steps need.

    Examples
    --------
    >>> days = pd.date_range("2025-04-01", periods=5)
    >>> turning(pd.DataFrame({"duty": [0.1, 0.1, 0.3, 0.3, 0.3]}, index=days)).index.day.tolist()
    [1, 3, 5]
    """
    values = frame.to_numpy(dtype=float)
    moves = np.ones(len(frame), dtype=bool)
    moves[1:-1] = (values[1:-1] != values[:-2]).any(axis=1)
    return frame[moves]


def _listed(pairs: Sequence[Pair]) -> str:
    return ", ".join(f"{i} on {j}" for i, j in pairs)


def _span(frame: pd.DataFrame) -> str:
    return f"{frame.index[0]:%Y-%m-%d} to {frame.index[-1]:%Y-%m-%d}"


def _ends(duty: pd.DataFrame, pairs: Sequence[Pair]) -> str:
    last = ", ".join(f"{i} on {j} {100 * duty[i, j].iloc[-1]:.1f} %" for i, j in pairs)
    return f"On the last day: {last}."
