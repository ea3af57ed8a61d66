"""Phase inputs: what the phase plot accepts, checked once and completely before anything is drawn."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from tradesim.errors import Problem
from tradesim.plots.inputs import DateLike, moment
from tradesim.plots.timeline import Dates, Floats


def draws_of(values: ArrayLike) -> Floats:
    """Return duties as (S, T) float64; (T,) is one draw."""
    return np.atleast_2d(np.asarray(values, dtype=np.float64))


def phase_problems(
    x: ArrayLike, y: ArrayLike, dates: Sequence[DateLike] | Dates | None, samples: int
) -> list[Problem]:
    """Return everything wrong with the duties of two sides, their dates and the number of samples."""
    problems = [*_duty_problems(x, "x"), *_duty_problems(y, "y")]
    if problems:
        return problems
    across, up = draws_of(x), draws_of(y)
    if across.shape != up.shape:
        sizes = (f"{draws} draws × {days} days" for draws, days in (up.shape, across.shape))
        problems.append(Problem("another size than x", "y", *sizes))
    whole = isinstance(samples, int | np.integer) and not isinstance(samples, bool)
    if not whole or not 0 <= samples <= len(across):
        problems.append(Problem("not a number of draws", "samples", repr(samples), f"0 to {len(across)}"))
    return [*problems, *(() if dates is None else _date_problems(dates, across.shape[1]))]


def _duty_problems(values: ArrayLike, where: str) -> Iterator[Problem]:
    try:
        duties = draws_of(values)
    except (TypeError, ValueError):
        yield Problem("not numbers", where, type(values).__name__, "fractions (0.25 is 25 %), draws × days")
        return
    fix = "take one pair: paths.duty[:, :, importer, exporter]" if duties.ndim == 4 else ""
    if duties.ndim != 2 or duties.size == 0:
        yield Problem("wrong shape", where, str(np.shape(values)), "(draws, days), one or more of each", fix)
    elif np.isnan(duties).any():
        yield Problem("duty not recorded", where, "NaN", "a fraction for every draw and day")
    elif np.isinf(duties).any():
        yield Problem("infinite duty", where, "inf", "finite fractions")
    elif (duties < 0).any():
        yield Problem("negative duty", where, f"{duties.min():g}", "a fraction of 0 or more")


def _date_problems(dates: Sequence[DateLike] | Dates, days: int) -> Iterator[Problem]:
    if isinstance(dates, str) or not hasattr(dates, "__len__"):
        yield Problem("not dates", "dates", repr(dates), f"a list of {days} dates")
        return
    if len(dates) != days:
        yield Problem("another number of dates than days", "dates", str(len(dates)), str(days))
    read = [moment(day) for day in dates]
    wrong = [k for k, day in enumerate(read) if day is None]
    if wrong:
        yield Problem("not a date", f"dates[{wrong[0]}]", repr(dates[wrong[0]]), "YYYY-MM-DD or a date")
    elif any(later <= day for day, later in pairwise(read)):  # type: ignore[operator]
        yield Problem("dates out of order", "dates", allowed="each date once, in order")
