"""Averages: the different numbers that people call "the tariff", named and kept apart.

=====================  ======================================================================
statutory              duties averaged over partners at base-year imports
simple_mean            duties averaged over partners, each counting the same
restrictiveness        the uniform duty as distorting as the actual, unequal ones
covered                share of trade that any duty hits, whatever its rate
substitution_adjusted  duties averaged over partners at the imports left after substitution
=====================  ======================================================================

None of them is the *collected* duty (customs revenue over imports): that one also moves with
exemptions, preferences claimed, evasion, delays and what is bought within a heading.

**Which goods a measure hits** matters to `restrictiveness` and `covered`; the convention is stated in
`tradesim.goods`.

Weighted measures need base-year imports and refuse without. In an incomplete record an importer with
partners of unknown duty is left out, never counted as 0. An importer without any base-year imports has
0, as in `Schedule.effective_duty`.
"""

import fnmatch
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tradesim import over_partners
from tradesim.conversion import real, shown
from tradesim.duties import Frequency, averaged, check_choice
from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.goods import mean_square, over_pairs, share_hit
from tradesim.schedule import DUTIES, Schedule
from tradesim.timegrid import DateLike, TimeGrid, as_day

Floats = NDArray[np.float64]

MFN = "MFN"
"""The authority of the ordinary duties that everybody pays."""


def statutory(schedule: Schedule, start: DateLike, end: DateLike, freq: Frequency = "D") -> pd.DataFrame:
    """Return the statutory effective duty of each importer over all its partners.

    ``Σ_j w_ij t_ij``: duties weighted by the partners' shares in the importer's base-year imports, which
    stay what they were. The same as ``schedule.effective_duty(by="importer")``.

    Parameters
    ----------
    schedule : the record.
    start, end : first and last day, both included.
    freq : ``D`` days, or the average by day count over the days of each W, M, Q or Y in the period.

    Returns
    -------
    Index date, columns importer; fraction of import value.

    Raises
    ------
    InputError
        For a period without days, an unknown ``freq``, or economies without imports.

    Examples
    --------
    >>> import tradesim as ts
    >>> list_1 = ts.Measure(name="List 1", importer="USA", exporter="CHN", authority="Section 301",
    ...                     rate=0.25, coverage=0.12, effective="2018-07-06")
    >>> world = ts.Economies(["USA", "CHN", "MEX"], [[0, 3, 1], [1, 0, 1], [1, 1, 0]])
    >>> statutory(ts.Schedule([list_1], world), "2018-07-06", "2018-07-06")["USA"].item()
    0.0225
    """
    return schedule.effective_duty(start, end, by="importer", freq=freq)


def simple_mean(schedule: Schedule, start: DateLike, end: DateLike, freq: Frequency = "D") -> pd.DataFrame:
    """Return the mean duty of each importer over its partners, each partner counting the same.

    ``Σ_{j≠i} t_ij / (N − 1)``. Only partners are unweighted: a pair's own duty ``t_ij`` is the effective
    duty on its trade. No imports are needed, and partners that sell nothing count as well.

    Parameters
    ----------
    schedule : the record.
    start, end : first and last day, both included.
    freq : ``D`` days, or the average by day count over the days of each W, M, Q or Y in the period.

    Returns
    -------
    Index date, columns importer (those whose duties on every partner are recorded); fraction.

    Raises
    ------
    InputError
        For a period without days or an unknown ``freq``.

    Examples
    --------
    >>> import tradesim as ts
    >>> list_1 = ts.Measure(name="List 1", importer="USA", exporter="CHN", authority="Section 301",
    ...                     rate=0.25, coverage=0.12, effective="2018-07-06")
    >>> record = ts.Schedule([list_1], ts.Economies(["USA", "CHN", "MEX"]))
    >>> simple_mean(record, "2018-07-06", "2018-07-06")["USA"].item()
    0.015
    """
    grid = TimeGrid.through(start, end)
    partners = max(len(schedule.economies) - 1, 1)
    mean = schedule.duty(grid).sum(axis=2) / partners
    return averaged(over_partners.by_importer(schedule, grid, mean, np.ones_like(schedule.recorded)), freq)


def restrictiveness(
    schedule: Schedule,
    start: DateLike,
    end: DateLike,
    by: Literal["pair", "importer"] = "importer",
    freq: Frequency = "D",
) -> pd.DataFrame:
    """Return the uniform-equivalent restrictiveness index: the root of the weighted mean square of duties.

    The loss from a duty grows with its square, so unequal duties distort more than their mean says; the
    index is the one duty on all goods that costs the importer as much. With linear import demand,
    ``TRI² = Σ_g s_g ε_g t_g² / Σ_g s_g ε_g`` over goods g (shares s, import demand elasticities ε);
    here all elasticities are equal, for want of goods, and the weights are base-year imports:

    - within a pair, ``E_ij[t²]`` over its goods, laid out by the convention of `tradesim.goods`;
      25 % on 12 % of trade gives 8.7 %, not 3 %;
    - over partners too, ``(Σ_j w_ij E_ij[t²])^(1/2)``.

    It is never below the statutory effective duty (Jensen), and equals it where every good bears the same.

    Parameters
    ----------
    schedule : the record.
    start, end : first and last day, both included.
    by : ``pair``: dispersion over the goods of each pair; ``importer``: over goods and partners.
    freq : ``D`` days, or the average of the daily index over the days of each W, M, Q or Y in the period.

    Returns
    -------
    Index date, columns importer, or (importer, exporter) by pair; fraction of import value.

    Raises
    ------
    InputError
        For a period without days, an unknown ``by`` or ``freq``, or ``by="importer"`` without imports.

    References
    ----------
    Anderson and Neary (2005), Measuring the Restrictiveness of International Trade Policy, MIT Press (the
    index); Feenstra (1995), Estimating the effects of trade policy, Handbook of International Economics 3,
    ch. 30 (the linear form); Kee, Nicita and Olarreaga (2009), Economic Journal 119, 172–199 (estimates).

    Examples
    --------
    >>> import tradesim as ts
    >>> list_1 = ts.Measure(name="List 1", importer="USA", exporter="CHN", authority="Section 301",
    ...                     rate=0.25, coverage=0.12, effective="2018-07-06")
    >>> record = ts.Schedule([list_1], ts.Economies(["USA", "CHN"], [[0, 3], [1, 0]]))
    >>> restrictiveness(record, "2018-07-06", "2018-07-06", by="pair").round(4)
    importer       USA  CHN
    exporter       CHN  USA
    date
    2018-07-06  0.0866  0.0
    """
    grid = TimeGrid.through(start, end)
    check_choice("by", by, ("pair", "importer"))
    duty = schedule.duty(grid)
    # Where the duty is uniform, rounding must not put the index below the mean.
    squared = np.maximum(over_pairs(schedule, grid, mean_square), np.maximum(duty, 0.0) ** 2)
    if by == "pair":
        return averaged(over_partners.by_pair(schedule, grid, np.sqrt(squared)), freq)
    weights = schedule.economies.weights
    index = np.maximum(np.sqrt(over_partners.average(weights, squared)), over_partners.average(weights, duty))
    return averaged(over_partners.by_importer(schedule, grid, index, weights > 0), freq)


def covered(
    schedule: Schedule,
    start: DateLike,
    end: DateLike,
    authorities: Iterable[str] | None = None,
    freq: Frequency = "D",
) -> pd.DataFrame:
    """Return the share of each pair's base-year trade that a duty of the named authorities hits.

    ``1 − Π_a (1 − c_a)`` over authorities, where ``c_a`` is the sum of the authority's coverages, at most
    1; under replacements and exclusive measures by the convention of `tradesim.goods`. Coverage is
    what stacking leaves of it; a duty of 0 hits nothing, nor does a floor already met. A cap lowers duties
    and hits nothing itself; goods under a cap of 0 still count as hit.

    Parameters
    ----------
    schedule : the record.
    start, end : first and last day, both included.
    authorities : whose duties count; names may hold ``*`` wildcards (default: every authority but MFN).
    freq : ``D`` days, or the average by day count over the days of each W, M, Q or Y in the period.

    Returns
    -------
    Index date, columns (importer, exporter); share of base-year import value, 0 to 1.

    Raises
    ------
    InputError
        For a period without days, an unknown ``freq``, no authority, or one that the record does not hold.

    Examples
    --------
    >>> import tradesim as ts
    >>> steel = ts.Measure(name="steel", importer="USA", exporter="CHN", authority="Section 232",
    ...                    rate=0.25, coverage=0.1, effective="2018-03-23")
    >>> list_1 = ts.Measure(name="List 1", importer="USA", exporter="CHN", authority="Section 301",
    ...                     rate=0.25, coverage=0.12, effective="2018-07-06")
    >>> record = ts.Schedule([steel, list_1], ts.Economies(["USA", "CHN"]))
    >>> covered(record, "2018-07-06", "2018-07-06")[("USA", "CHN")].round(4).item()
    0.208
    """
    grid = TimeGrid.through(start, end)
    return averaged(over_partners.by_pair(schedule, grid, _covered_pairs(schedule, grid, authorities)), freq)


def substitution_adjusted(
    schedule: Schedule,
    start: DateLike,
    end: DateLike,
    elasticity: float,
    reference: DateLike | None = None,
    *,
    freq: Frequency = "D",
) -> pd.DataFrame:
    """Return the duty of each importer averaged over partners at imports after substitution.

    ``Σ_j m'_ij t_ij / Σ_j m'_ij`` with ``m'_ij = m_ij ((1 + t_ij) / (1 + t_ij at the reference))^(−ε)``:
    base-year imports that answer the change in the duty since the reference day, fully and at once, with
    complete pass-through. Buyers leave the partners whose duties rose most, so this falls below the
    statutory duty when duties have risen unequally from a common level; from unequal ones it may not.

    A partial adjustment with one elasticity: no domestic substitution (the total matters to no average),
    none within a pair's goods, no prices or incomes that respond (for these `tradesim.economics`). It is
    no forecast of the duty collected, either, which depends on far more. Post-substitution weights:
    EQUATIONS.md §5; on weights that shrink with the duty, Anderson and Neary (2005), ch. 1.

    Parameters
    ----------
    schedule : the record.
    start, end : first and last day, both included.
    elasticity : ε, of a pair's imports to its duty, 0 or more; there is no default.
    reference : the day whose duties the base-year imports belong to (default: ``start``).
    freq : ``D`` days, or the average by day count over the days of each W, M, Q or Y in the period.

    Returns
    -------
    Index date, columns importer; fraction of import value.

    Raises
    ------
    InputError
        For an elasticity that is not a finite number of 0 or more, a period without days, an unknown
        ``freq``, or economies without imports.

    Examples
    --------
    >>> import tradesim as ts
    >>> surge = ts.Measure(name="surge", importer="USA", exporter="CHN", authority="IEEPA", rate=1.0,
    ...                    effective="2025-04-10")
    >>> world = ts.Economies(["USA", "CHN", "MEX"], [[0, 3, 1], [1, 0, 1], [1, 1, 0]])
    >>> record = ts.Schedule([surge], world)
    >>> substitution_adjusted(record, "2025-04-09", "2025-04-10", elasticity=1.0)["USA"].to_list()
    [0.0, 0.6]
    """
    grid = TimeGrid.through(start, end)
    fail_if(_elasticity_problems(elasticity))
    weights = schedule.economies.weights
    before = schedule.duty(grid.start if reference is None else as_day(reference, "reference"))
    adjusted = over_partners.after_substitution(weights, schedule.duty(grid), before, float(elasticity))
    return averaged(over_partners.by_importer(schedule, grid, adjusted, weights > 0), freq)


def compare(
    schedule: Schedule, date: DateLike, elasticity: float, reference: DateLike | None = None
) -> pd.DataFrame:
    """Return every average of this module for one day, side by side.

    Parameters
    ----------
    schedule : the record.
    date : the day.
    elasticity : as in `substitution_adjusted`.
    reference : as in `substitution_adjusted` (default: the day before the first duty of an authority other
        than MFN, within the record and not after ``date``: the substitution since the conflict began).

    Returns
    -------
    Index importer; columns ``statutory``, ``simple mean``, ``restrictiveness`` (over goods and partners),
    ``covered`` (by authorities other than MFN, weighted by base-year imports over partners) and
    ``substitution-adjusted``; fractions. The simple mean is NaN where a partner without trade is unknown.

    Raises
    ------
    InputError
        As each of the averages does.

    Examples
    --------
    >>> import tradesim as ts
    >>> list_1 = ts.Measure(name="List 1", importer="USA", exporter="CHN", authority="Section 301",
    ...                     rate=0.25, coverage=0.12, effective="2018-07-06")
    >>> world = ts.Economies(["USA", "CHN", "MEX"], [[0, 3, 1], [1, 0, 1], [1, 1, 0]])
    >>> compare(ts.Schedule([list_1], world), "2018-07-06", elasticity=4.0).loc["USA"].round(4)
    statutory                0.0225
    simple mean              0.0150
    restrictiveness          0.0750
    covered                  0.0900
    substitution-adjusted    0.0218
    Name: USA, dtype: float64
    """
    grid = TimeGrid.through(date, date)
    before = _eve_of_first_act(schedule, grid.start) if reference is None else reference
    weights = schedule.economies.weights
    share = over_partners.average(weights, _covered_pairs(schedule, grid, None))
    frames = {
        "statutory": statutory(schedule, date, date),
        "simple mean": simple_mean(schedule, date, date),
        "restrictiveness": restrictiveness(schedule, date, date),
        "covered": over_partners.by_importer(schedule, grid, share, weights > 0),
        "substitution-adjusted": substitution_adjusted(schedule, date, date, elasticity, before),
    }
    importers = frames["statutory"].columns
    return pd.DataFrame({name: frame.iloc[0].reindex(importers) for name, frame in frames.items()})


# Within -----------------------------------------------------------------------------------------------


def _covered_pairs(schedule: Schedule, grid: TimeGrid, authorities: Iterable[str] | None) -> Floats:
    chosen = _chosen(schedule, authorities)
    return over_pairs(schedule, grid, lambda measures, charges: share_hit(measures, charges, chosen))


def _chosen(schedule: Schedule, authorities: Iterable[str] | None) -> set[str]:
    """Return the authorities meant, wildcards resolved."""
    if authorities is None:
        return {*schedule.authorities} - {MFN}
    names = [authorities] if isinstance(authorities, str) else list(authorities)
    known = schedule.authorities
    found = {name: [a for a in known if a == name or fnmatch.fnmatchcase(a, name)] for name in names}
    problems = [unknown_name("authority", name, known, "authorities") for name in names if not found[name]]
    fail_if(problems or ([] if names else [Problem("no authority", "authorities", allowed="at least one")]))
    return {authority for matches in found.values() for authority in matches}


def _elasticity_problems(elasticity: Any) -> Iterator[Problem]:
    number = real(elasticity)
    if number is None or number < 0:
        yield Problem(
            "not an elasticity",
            "elasticity",
            shown(elasticity),
            "a finite number of 0 or more",
            "imports fall by about this many percent for each percent on the duty-paid price",
        )


def _eve_of_first_act(schedule: Schedule, day: np.datetime64) -> np.datetime64:
    """Return the day before the first duty of an authority other than MFN, recorded and not after ``day``."""
    duties = (m for m in schedule.measures if m.charged and m.instrument in DUTIES and m.authority != MFN)
    eve = min([day, *(as_day(m.effective) - np.timedelta64(1, "D") for m in duties)])
    return eve if schedule.begins is None else max(eve, as_day(schedule.begins))
