"""Costs: fees and export controls beside the duties, priced only at equivalents that somebody states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tradesim.errors import Problem, fail_if, unknown_name
from tradesim.measures import Instrument, Measure
from tradesim.timegrid import TimeGrid

INSTRUMENTS: tuple[Instrument, ...] = ("tariff", "fee", "export_control")
"""What a trade cost holds: duties and what stands beside them."""


def priced(measures: Sequence[Measure], grid: TimeGrid, equivalents: Mapping[str, float]) -> list[Measure]:
    """Return the measures with a rate for each fee or control that has none.

    Parameters
    ----------
    measures : the record's.
    grid : the days asked for; acts without a rate that are not charged on any of them are left out.
    equivalents : ad-valorem equivalent, a fraction, by the name of the act; one with a rate keeps its own.

    Raises
    ------
    InputError
        Naming every act charged in the period without a rate or an equivalent, and every equivalent given
        for a fee or control that is not there.
    """
    unpriced = [m for m in measures if m.instrument in INSTRUMENTS and np.isnan(m.level)]
    beside = {m.name for m in measures if m.instrument != "tariff"}
    fail_if([*_missing(unpriced, grid, equivalents), *_strangers(beside, equivalents)])
    return [
        _at(m, equivalents[m.name]) if m in unpriced else m
        for m in measures
        if m not in unpriced or m.name in equivalents
    ]


def _at(measure: Measure, equivalent: float) -> Measure:
    """Return a fee or control at an ad-valorem rate; it stacks as the record says."""
    against = measure.against if measure.stacking == "replace" else ()
    return replace(measure, rate=equivalent, basis="ad_valorem", unit_value=None, against=against)


def _missing(
    unpriced: Sequence[Measure], grid: TimeGrid, equivalents: Mapping[str, float]
) -> Iterator[Problem]:
    for name in sorted({m.name for m in unpriced if _in_force(m, grid)} - equivalents.keys()):
        yield Problem(
            "no ad-valorem equivalent",
            f"measure {name!r}",
            allowed="a rate or a unit value in the record, or a stated equivalent",
            fix=f"state one: equivalents={{{name!r}: 0.01}}",
        )


def _strangers(beside: set[str], equivalents: Mapping[str, float]) -> Iterator[Problem]:
    for name in sorted(equivalents.keys() - beside):
        yield unknown_name("fee or control", name, beside, "equivalents")


def _in_force(measure: Measure, grid: TimeGrid) -> bool:
    starts = np.datetime64(str(measure.effective), "D")
    ends = grid.end if measure.expires is None else np.datetime64(str(measure.expires), "D")
    return bool(measure.charged and max(starts, grid.start) < min(ends, grid.end))
