"""Sensitivity: which share of the variance of duties each assumption explains, day by day (Sobol indices).

Sobol' (1993), Saltelli et al. (2010); estimated by `scipy.stats.sobol_indices`. What is left to chance within
a scenario, the numbers of a draw, is an input like any other, called ``chance``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import path_statistics as statistics
from tradesim.engine.program import Floats, Ints
from tradesim.errors import Problem, fail_if
from tradesim.sweeps.design import Design
from tradesim.sweeps.outcomes import Labels
from tradesim.sweeps.plan import Plan
from tradesim.sweeps.spreads import Explicit, Grid
from tradesim.sweeps.words import is_whole

CHANCE = "chance"
MOST_CELLS = 60_000_000
"""Numbers that the paths of all runs together may have: 480 MB."""
RESAMPLES = 200
FLAT = 1e-12
"""Variance below which there is nothing to explain."""


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity:
    """Sobol indices: shares of variance that assumptions explain.

    Parameters
    ----------
    first : by each alone. total : by each alone and together with others. Frames, index date, columns
        (importer, exporter, parameter); NaN where a duty does not vary.
    overall : rows (importer, exporter, of, parameter), of last day, peak and mean: columns ``first``,
        ``total`` and the ends of their 95 % bootstrap intervals.
    draws : runs behind each estimate.
    """

    first: pd.DataFrame
    total: pd.DataFrame
    overall: pd.DataFrame
    draws: int

    def __repr__(self) -> str:
        names = list(dict.fromkeys(self.first.columns.get_level_values("parameter")))
        return f"Sensitivity({self.draws:,} draws; {', '.join(names)})"


def sensitivity_of(plan: Plan, labels: Labels, draws: int, pairs: Sequence[int]) -> Sensitivity:
    """Return the Sobol indices of duties in every assumption and in chance.

    Two independent sets of draws are run, and once more the first for each input with that input's numbers
    from the second. Draw numbers are an input too: they are what events, shocks and truces depend on.

    Parameters
    ----------
    draws : n, a power of 2.
    pairs : places of the pairs.
    """
    inputs = [*plan.design.spreads, CHANCE]
    fail_if(_problems(plan, draws, len(inputs), len(pairs)))
    one, other = _numbers(plan, draws, len(inputs) - 1)
    runs = [(one, False), (other, True)]
    for place in range(len(inputs) - 1):
        mixed = one.copy()
        mixed[:, place] = other[:, place]
        runs.append((mixed, False))
    runs.append((one, True))
    found = [_run(plan, numbers, draws, second=second)[:, :, list(pairs)] for numbers, second in runs]
    by_day = _indices([each.reshape(draws, -1).T for each in found])
    index = pd.DatetimeIndex(labels.dates, name="date")
    kept = _labels(labels, pairs)
    columns = statistics.nested(kept, "parameter", inputs)  # type: ignore[arg-type]
    frames = [pd.DataFrame(each.reshape(len(index), -1), index, columns) for each in by_day]
    return Sensitivity(frames[0], frames[1], _overall(found, kept, inputs), draws)


def _labels(labels: Labels, pairs: Sequence[int]) -> pd.MultiIndex:
    codes = list(labels.economies)
    chosen = [labels.pairs[place] for place in pairs]
    places = [[codes.index(pair[side]) for pair in chosen] for side in range(2)]
    return pd.MultiIndex(levels=[codes, codes], codes=places, names=["importer", "exporter"])


def _numbers(plan: Plan, draws: int, inputs: int) -> tuple[Floats, Floats]:
    """Return two sets of points on [0, 1), (n, D) each, the halves of a Sobol sequence of twice as many."""
    if inputs == 0:
        return np.zeros((draws, 0)), np.zeros((draws, 0))
    from scipy.stats import qmc  # noqa: PLC0415 scipy loads when asked for

    points = qmc.Sobol(2 * inputs, rng=np.random.default_rng(plan.seed)).random(draws)
    return points[:, :inputs], points[:, inputs:]


def _run(plan: Plan, numbers: Floats, draws: int, *, second: bool) -> Floats:
    """Run draws at points of the design, (n, T, P); ``second`` has their chance from the second set."""
    which = np.arange(draws, dtype=np.int64) + draws * second
    return plan.whole(which, values_at(plan.design, numbers))


def values_at(design: Design, numbers: Floats) -> dict[str, NDArray[Any]]:
    """Return the values of every parameter at numbers on [0, 1), (n, D), in the order of the design."""
    paths = list(design.spreads)
    columns = [paths.index(path) for path in design.by_chance]
    turns: dict[str, Ints] = {}
    for place, (path, spread) in enumerate(design.spreads.items()):
        if isinstance(spread, Grid):
            turns[path] = (numbers[:, place] * len(spread.points)).astype(np.int64)
    return design.valued(numbers[:, columns], turns)


def _indices(outputs: list[Floats]) -> tuple[Floats, Floats]:
    """Return first-order and total indices, (s, D), of outputs (s, n): A, B, and A with one input of B."""
    found = _sobol(outputs)
    if found is None:
        nothing = np.full((len(outputs[0]), len(outputs) - 2), np.nan)
        return nothing, nothing.copy()
    varies, result = found
    both = []
    for kind in (result.first_order, result.total_order):
        whole = np.full((len(varies), len(outputs) - 2), np.nan)
        whole[varies] = kind.reshape(varies.sum(), -1)  # scipy leaves out axes of one
        both.append(whole)
    return both[0], both[1]


def _sobol(outputs: list[Floats]) -> tuple[NDArray[np.bool_], Any] | None:
    """Return which outputs vary, and the result for them of `scipy.stats.sobol_indices`."""
    from scipy import stats  # noqa: PLC0415 scipy loads when asked for

    varies = np.concatenate(outputs[:2], axis=1).var(axis=1) > FLAT
    if not varies.any():
        return None
    runs: Any = {
        "f_A": outputs[0][varies],
        "f_B": outputs[1][varies],
        "f_AB": np.stack([each[varies] for each in outputs[2:]]),
    }
    return varies, stats.sobol_indices(func=runs, n=outputs[0].shape[1])


def _overall(found: list[Floats], pairs: pd.MultiIndex, inputs: list[str]) -> pd.DataFrame:
    """Return the indices of last day, peak and mean, with their intervals."""
    how: dict[str, Callable[[Floats], Floats]] = {
        "last": lambda paths: paths[:, -1],
        "peak": lambda paths: paths.max(axis=1),
        "mean": lambda paths: paths.mean(axis=1),
    }
    outputs = [np.stack([f(each).T for f in how.values()], axis=1).reshape(-1, len(each)) for each in found]
    table = np.full((len(outputs[0]), len(inputs), 6), np.nan)
    done = _sobol(outputs)
    if done is not None:
        varies, result = done
        size = (int(varies.sum()), len(inputs))
        ends = _intervals([each[varies] for each in outputs])
        table[varies] = np.stack(
            [result.first_order.reshape(size), *ends[0], result.total_order.reshape(size), *ends[1]], axis=-1
        )
    columns = ["first", "first low", "first high", "total", "total low", "total high"]
    of = statistics.nested(pairs, "of", list(how))  # type: ignore[arg-type]
    index = statistics.nested(of, "parameter", inputs)  # type: ignore[arg-type]
    return pd.DataFrame(table.reshape(-1, 6), index, columns)


def _intervals(outputs: list[Floats]) -> Floats:
    """Return the ends of 95 % intervals over resampled runs, (first and total, low and high, s, D)."""
    from scipy import stats  # noqa: PLC0415 scipy loads when asked for

    random, n, found = np.random.default_rng(0), outputs[0].shape[1], []
    for _ in range(RESAMPLES):
        rows = random.integers(0, n, n)
        one, other, *mixed = (each[:, rows] for each in outputs)
        runs: Any = {"f_A": one, "f_B": other, "f_AB": np.stack(mixed)}
        with np.errstate(all="ignore"):  # resampled runs may all be alike
            again = stats.sobol_indices(func=runs, n=n)
        size = (len(one), len(mixed))
        found.append([again.first_order.reshape(size), again.total_order.reshape(size)])
    ends = np.nanquantile(np.array(found), [0.025, 0.975], axis=0)
    return np.asarray(np.swapaxes(ends, 0, 1), dtype=np.float64)


def _problems(plan: Plan, draws: int, inputs: int, pairs: int) -> list[Problem]:
    if not is_whole(draws, 2) or draws & (draws - 1):
        return [Problem("not a number of draws", "draws", repr(draws), "a power of 2, such as 1024")]
    if plan.design.correlation:
        what = "shares of variance of parameters that depend on each other do not add up"
        return [Problem(what, "sensitivity", "a design with correlations", fix="see decides() or tornado()")]
    if any(isinstance(spread, Explicit) for spread in plan.design.spreads.values()):
        what = "explicit points have no distribution of their own"
        return [Problem(what, "sensitivity", "points", fix="see decides() or tornado()")]
    cells = draws * plan.days * len(plan.pairs) * 2 + draws * plan.days * pairs * (inputs + 2)
    if cells > MOST_CELLS:
        got = f"{draws:,} draws of {plan.days} days and {pairs} pairs for {inputs} inputs"
        return [Problem("too much to hold", "sensitivity", got, fix="fewer draws, or name the pairs")]
    return []
