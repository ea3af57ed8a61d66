"""Along paths: the duties of a run, averaged over periods and put to a model of trade."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem
from tradesim.impacts.consequences import SOLVED_AT_MOST, TOLERANCE, Against
from tradesim.impacts.costs import Costs
from tradesim.impacts.matching import Match
from tradesim.impacts.periods import Periods
from tradesim.impacts.result import Impact
from tradesim.impacts.solving import Model
from tradesim.paths import Paths
from tradesim.timegrid import DateLike

Floats = NDArray[np.float64]


def impact(
    paths: Paths,
    model: Model,
    at: str | Iterable[DateLike] = "M",
    *,
    against: Against = "base",
    elasticity: Callable[[Floats], Floats] | None = None,
    since: DateLike | None = None,
    members: Mapping[str, Sequence[str]] | None = None,
    solved_at_most: int = SOLVED_AT_MOST,
    tolerance: float = TOLERANCE,
) -> Impact:
    """Return what duties of paths cost: welfare, prices, revenue, imports, diversion, by date and draw.

    Every draw's *statutory effective* duties are put in the place of the model's tariffs, pair by pair, and
    the model is solved for each period by itself: what trade would come to if the duties of that period
    stayed, a year's worth of it. Nothing is carried over from one period to the next. The revenue is what
    the model collects at these duties; customs collects less (exemptions, evasion, delays). Trade costs
    beside duties are left out.

    Parameters
    ----------
    paths : the result of a run, one path or many.
    model : `economics.SingleSector`, `economics.ServicesModel`, or one like them, of named economies. Codes
        match those of the paths; ``ROW`` in the paths is every economy of the model that they do not name;
        pairs that the paths do not record stay at the tariffs of the model's base.
    at : ``D``, ``W``, ``M`` (default), ``Q`` or ``Y``: duties averaged over the period by day count before
        the model is asked, since trade of a month answers to what was charged in all of it, and a duty of ten
        days should weigh ten days. Or a list of days: the duties of just these.
    against : what the duties are compared with. ``base``: the model's base, its tariffs and trade as they
        were observed. ``start``: the duties of the paths' first day, had they stayed; use it where the base
        is of another year than the path (`Impact.starting_tariffs` has both).
    elasticity : the model's trade elasticity after so many years, such as `economics.elasticity_after`
        (default: the model's own throughout). Everything else in the model stays as it is, and one clock
        runs for all duties, whenever they came.
    since : the day its clock starts (default: the paths' first); years count to the middle of a period.
    members : the model's economies that an economy of the paths stands for, where codes differ.
    solved_at_most : distinct rows of duties up to which each is solved; more are interpolated, with an error
        that is measured and reported (`Impact.accuracy`).
    tolerance : the most that interpolated welfare may be off, a ratio: 1e-5 is 0.001 points.

    Raises
    ------
    InputError
        For a model without names or by sectors, economies that do not match, an empty or unknown choice of
        dates, duties that are not known, and elasticities that are not above 0.

    Examples
    --------
    >>> import tradesim as ts
    >>> world = ts.trade_data.world_2023()
    >>> model = ts.economics.SingleSector(world.flows, world.tariffs, codes=world.codes)
    >>> deal = ts.scenarios.load("us-china-2025-10").run_branches()["deal"]
    >>> cost = ts.impact(deal, model, against="start")
    >>> cost.to_frame()[["USA", "CHN", "MEX"]].loc["2025-12-01"].round(5).to_dict()
    {'USA': 0.00068, 'CHN': 0.00087, 'MEX': -0.00075}
    """
    given: Any = paths
    if not isinstance(given, Paths):
        what, allowed = "not the paths of a run", "scenario.run(draws=...); a sweep keeps no paths"
        raise InputError([Problem(what, "paths", type(given).__name__, allowed)])
    costs = Costs(
        model, at, against, elasticity=elasticity, since=since, members=members, tolerance=tolerance
    )
    posed = costs.posed(paths.dates, paths.economies, paths.recorded, solved_at_most)
    matched = posed.consequences.match
    return Impact(
        name=paths.name,
        dates=posed.periods.dates,
        economies=matched.codes,
        found=posed.consequences(_averages(paths.duty, matched, posed.periods), paths.duty[:, 0]),
        against=against,
        starting_tariffs=_starting_tariffs(matched, paths.duty[:, 0]),
        elasticities=posed.elasticities,
        source=paths.source,
        as_of=paths.as_of,
        assumed_free=matched.assumed_free,
    )


def _averages(duty: Floats, matched: Match, stretch: Periods) -> Floats:
    """Return the duties of each period, (S, D, P, P); pairs that set no tariff are left at 0."""
    means = np.zeros((len(duty), len(stretch.dates), *duty.shape[2:]))
    for i, j in zip(matched.importer.tolist(), matched.exporter.tolist(), strict=True):
        means[:, :, i, j] = stretch.mean(duty[:, :, i, j])
    return means


def _starting_tariffs(matched: Match, first: Floats) -> pd.DataFrame:
    """Return the tariffs that paths set, in the model's base and on the paths' first day (mean of draws)."""
    then = matched.tariffs(matched.rates(first).mean(axis=0))
    n, i = np.nonzero(matched.pair_of >= 0)
    codes = np.array(matched.codes, dtype=object)
    index = pd.MultiIndex.from_arrays([codes[n], codes[i]], names=["importer", "exporter"])
    return pd.DataFrame({"base": matched.base[n, i], "first day": then[n, i]}, index=index)
