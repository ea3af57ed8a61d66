"""Scenario pictures: the duties that were known, and the paths with which a run continued them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from tradesim import plots
from tradesim.cli.drawing import save_in
from tradesim.marks import Pair, history, moving_pairs
from tradesim.paths import Paths
from tradesim.scenario import Scenario
from tradesim.side_by_side import side_by_side
from tradesim.timegrid import DateLike, as_day

MOST_FUTURES = 6
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
TOLD = ("story",)
"""Pictures whose numbers a run writes anyway."""
QUANTILES = {0.05: "5th percentile", 0.5: "median", 0.95: "95th percentile"}


def save_all(
    scenario: Scenario, runs: Mapping[str, Paths], folder: Path, formats: Sequence[str]
) -> list[Path]:
    """Draw the runs of a scenario, six at most to a picture, into a folder; return the files."""
    futures = list(futures_of(runs).items())
    groups = [dict(futures[k : k + MOST_FUTURES]) for k in range(0, len(futures), MOST_FUTURES)]
    tasks: list[Callable[[], list[Path]]] = []
    for number, group in enumerate(groups, start=1):
        name = "duty" if len(groups) == 1 else f"duty-{number}"
        tasks.append(partial(_save_duties, scenario, group, folder, name, formats))
    for name, paths in runs.items():
        if paths.draws > 1 and not name:
            tasks += [partial(_save_draws, paths, kind, folder, formats) for kind in kinds_of(paths)]
    return [file for files in side_by_side(tasks) for file in files]


def _save_duties(
    scenario: Scenario,
    futures: Mapping[str, pd.DataFrame],
    folder: Path,
    name: str,
    formats: Sequence[str],
) -> list[Path]:
    return save_in(folder, name, chart(scenario, futures), None, formats)


def _save_draws(paths: Paths, kind: str, folder: Path, formats: Sequence[str]) -> list[Path]:
    data = None if kind in TOLD else numbers(paths, kind)
    return save_in(folder, kind, drawn(paths, kind), data, formats)


def kinds_of(paths: Paths) -> list[str]:
    """Return the pictures that there are of many draws."""
    return ["fan", *(["truces"] if paths.truces else []), "phase", "story"]


def drawn(paths: Paths, kind: str) -> plots.Chart:
    """Return one picture of many draws; ``story`` is of the first of them."""
    how: dict[str, Callable[[], plots.Chart]] = {
        "fan": paths.plot,
        "truces": paths.plot_truces,
        "phase": paths.plot_phase,
        "story": paths.plot_events,
    }
    return how[kind]()


def numbers(paths: Paths, kind: str) -> pd.DataFrame:
    """Return the numbers that a picture of many draws shows."""
    how: dict[str, Callable[[], pd.DataFrame]] = {
        "fan": lambda: paths.quantiles(FAN),
        "truces": paths.in_truce,
        "phase": lambda: _means(paths),
        "story": lambda: paths.events().set_index("date"),
    }
    return how[kind]()


def _means(paths: Paths) -> pd.DataFrame:
    """Return the mean over draws by date, columns (importer, exporter)."""
    frame = paths.to_frame()
    for i, j in paths.pairs:
        places = paths.economies.index(i), paths.economies.index(j)
        frame[i, j] = paths.duty[:, :, *places].mean(axis=0)
    return frame


def numbers_of(
    futures: Mapping[str, pd.DataFrame], pairs: Sequence[Pair] = (), end: DateLike | None = None
) -> pd.DataFrame:
    """Return the numbers of futures side by side, columns (future, importer, exporter)."""
    shown = {name: frame.loc[: str(end)] if end is not None else frame for name, frame in futures.items()}
    chosen = list(pairs) or moving_pairs(shown)
    return pd.concat({name: frame[chosen] for name, frame in shown.items()}, axis=1, names=["future"])


def futures_of(runs: Mapping[str, Paths]) -> dict[str, pd.DataFrame]:
    """Return what there is to draw: each branch, the one path, or three quantiles of many draws."""
    if len(runs) == 1 and next(iter(runs.values())).draws > 1:
        (paths,) = runs.values()
        quantiles = {name: paths.quantiles([q]) for q, name in QUANTILES.items()}
        return {name: found.droplevel("quantile", axis=1) for name, found in quantiles.items()}
    return {name or "simulated": paths.to_frame() for name, paths in runs.items()}


def chart(
    scenario: Scenario,
    futures: Mapping[str, pd.DataFrame],
    pairs: Sequence[Pair] = (),
    start: DateLike | None = None,
    end: DateLike | None = None,
) -> plots.Chart:
    """Draw futures after what was known before them, each importer on axes of its own.

    Parameters
    ----------
    scenario : says what was known, and names the truces and the source.
    futures : by name, frames of fractions, index date, columns (importer, exporter); six at most.
    pairs : those to draw (default: the six that move most).
    start, end : first day of the past and last of the futures (default: some months before, and all).
    """
    shown = {name: frame.loc[: str(end)] if end is not None else frame for name, frame in futures.items()}
    chosen = list(pairs) or moving_pairs(shown)
    words: dict[str, Any] = {
        "pairs": chosen,
        "truces": [(t.name, as_day(t.start), as_day(t.end)) for t in scenario.truces if t.start != t.end],
        "source": scenario.sources,
        "as_of": scenario.schedule.vintage or None,
        "title": scenario.title or scenario.name,
    }
    return plots.branch_grid(history(scenario, shown, start), shown, **words)
