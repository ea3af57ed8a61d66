"""Costs: what is asked of a model of trade, before it is known of which duties."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradesim.conversion import real, shown, whole
from tradesim.errors import Problem, fail_if
from tradesim.impacts.consequences import AGAINST, SOLVED_AT_MOST, TOLERANCE, Against, Consequences
from tradesim.impacts.matching import match
from tradesim.impacts.periods import Periods, periods
from tradesim.impacts.solving import Model
from tradesim.timegrid import DateLike, Days, as_day

Floats = NDArray[np.float64]
OF = ("welfare_change", "revenue", "imports")


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A question to a model about the duties of some economies on some days.

    Parameters
    ----------
    consequences : from duties to what they do.
    periods : the dates, and the days over which duties are averaged for each.
    elasticities : (D,) float64, the trade elasticity on each date.
    """

    consequences: Consequences
    periods: Periods
    elasticities: Floats


@dataclass(frozen=True, eq=False)
class Costs:
    """What is asked of a model of trade: what duties cost, and by which dates; of a sweep, or of paths.

    Parameters
    ----------
    model, at, against, elasticity, since, members : as in `tradesim.impact`.
    of : what a sweep keeps: ``welfare_change``, ``price_change``, ``imports_change``, ``revenue``,
        ``revenue_change``, ``imports``, ``diversion``.
    economies : of the model, that a sweep keeps (default: all).
    tolerance : the most that interpolated welfare may be off, a ratio: 1e-5 is 0.001 points.

    Examples
    --------
    >>> import tradesim as ts
    >>> world = ts.trade_data.world_2023()
    >>> model = ts.economics.SingleSector(world.flows, world.tariffs, codes=world.codes)
    >>> asked = Costs(model, at="Q", against="start", economies=["USA", "CHN"])
    >>> swept = ts.sweep(ts.scenarios.load("us-china-2025-10"), draws=100, impact=asked, progress=False)
    >>> swept.impact.quantiles([0.05, 0.95])["CHN"].iloc[-1].round(3).tolist()
    [-0.004, 0.001]
    """

    model: Model
    at: str | Iterable[DateLike] = "M"
    against: Against = "base"
    of: Sequence[str] = OF
    economies: Sequence[str] | None = None
    elasticity: Callable[[Floats], Floats] | None = None
    since: DateLike | None = None
    members: Mapping[str, Sequence[str]] | None = None
    tolerance: float = TOLERANCE

    def posed(
        self,
        dates: Days,
        economies: Sequence[str],
        recorded: NDArray[np.bool_],
        solved_at_most: int = SOLVED_AT_MOST,
    ) -> Posed:
        """Return the question about duties of P economies on T days, with recorded pairs (P, P).

        Raises
        ------
        InputError
            For a model without names or by sectors, economies that do not match, an empty or unknown choice
            of dates, and elasticities that are not above 0.
        """
        model, codes = self.model, tuple(getattr(self.model, "codes", ()))
        fail_if([*_model_problems(model, self.against), *_number_problems(solved_at_most, self.tolerance)])
        matched = match(codes, _base(model), economies, recorded, self.members)
        stretch = periods(dates, self.at)
        clock = dates[0] if self.since is None else as_day(self.since, "since")
        varying = None if self.elasticity is None else _elasticities(self.elasticity, stretch.years(clock))
        asked = Consequences(model, matched, self.against, varying, solved_at_most, self.tolerance)
        every = np.full(len(stretch.dates), model.elasticity) if varying is None else varying
        return Posed(asked, stretch, every)


def _base(model: Any) -> Floats:
    """Return the tariffs of a model's base; a model that holds none has none in its base."""
    given = getattr(model, "tariffs", None)
    flows = np.asarray(getattr(model, "flows", np.zeros((0, 0))))
    return np.zeros(flows.shape) if given is None else np.asarray(given, dtype=np.float64)


def _elasticities(elasticity: Callable[[Floats], Floats], years: Floats) -> Floats:
    values = np.asarray(elasticity(years), dtype=np.float64)
    if values.shape != years.shape or not (np.isfinite(values) & (values > 0)).all():
        fail_if(
            [Problem("not elasticities", "elasticity", repr(values)[:80], "one above 0 for each year given")]
        )
    return values


def _model_problems(model: Any, against: Any) -> Iterator[Problem]:
    if not callable(getattr(model, "solve", None)):
        yield Problem("not a model of trade", "model", type(model).__name__, "SingleSector or ServicesModel")
    elif np.ndim(getattr(model, "flows", 0.0)) != 2:
        fix = "paths have one duty for each pair, and do not say how it is spread over sectors"
        yield Problem("a model by sectors", "model", type(model).__name__, "flows importer × exporter", fix)
    if against not in AGAINST:
        yield Problem("unknown comparison", "against", repr(against), " or ".join(AGAINST))


def _number_problems(solved_at_most: Any, tolerance: Any) -> Iterator[Problem]:
    if whole(solved_at_most, 0) is None:
        yield Problem("not a number of rows", "solved_at_most", shown(solved_at_most), "0 or more")
    if not (real(tolerance, ends=True) or 0) > 0:
        yield Problem("not a tolerance", "tolerance", shown(tolerance), "above 0")
