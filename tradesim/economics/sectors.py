"""Sectors: what models of many sectors share: their results and their checks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.alignment import aligned_vector, numbers
from tradesim.economics import checks
from tradesim.economics.equilibrium import Equilibrium
from tradesim.errors import Problem, fail_if
from tradesim.percent import warn_of_table

Floats = NDArray[np.float64]
Deficits = Literal["purged", "world_share"]

TOLERANCE = 1e-11
"""The most that any equation may miss, as a share of what it adds up."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SectorEquilibrium(Equilibrium):
    """What new tariffs do in many sectors: as `Equilibrium`, with flows and tariffs (..., N, N, S)."""

    @property
    def border_flows(self) -> Floats:
        """Trade at world prices, without duties, (..., N, N, S) importer × exporter × sector."""
        return np.asarray(self.flows / (1.0 + self.tariffs))

    def _border_values(self) -> Floats:
        border = np.asarray(self.border_flows.sum(axis=-1))
        n = border.shape[-1]
        border[..., np.arange(n), np.arange(n)] = 0.0
        return border


def table_problems(
    flows: Floats, tariffs: Floats, codes: Sequence[str], deficits: str, name: str = "flows"
) -> Iterator[Problem]:
    """Yield what is wrong with the tables of a model of many sectors."""
    if flows.ndim != 3:
        allowed = "(N, N, S), importer × exporter × sector; one sector is (N, N, 1)"
        yield Problem("no sectors", name, f"shape {flows.shape}", allowed)
        return
    bad = [*checks.flow_problems(flows, codes, name), *checks.tariff_problems(tariffs, flows.shape, codes)]
    if tariffs.ndim > 3:
        allowed = f"{flows.shape}, as the {name}"
        bad.append(Problem("several bases", "tariffs", f"shape {tariffs.shape}", allowed))
    if codes:
        bad += checks.code_problems(codes, len(flows))
    if deficits not in get_args(Deficits):
        bad.append(Problem("unknown closure", "deficits", repr(deficits), ", ".join(get_args(Deficits))))
    yield from bad
    warn_of_table("tariffs", tariffs)
    if not bad and deficits == "purged":
        yield from one_way_problems(flows, codes)


def one_way_problems(flows: Floats, codes: Sequence[str]) -> Iterator[Problem]:
    """Yield the economies whose trade cannot be balanced: money that goes out has no way back.

    Examples
    --------
    >>> [str(p) for p in one_way_problems(np.array([[[9.0], [1.0]], [[0.0], [9.0]]]), ["A", "B"])]
    ["flows[A]: trade that goes one way; got deficits='purged'; allowed: ...; use deficits='world_share'"]
    """
    pairs = flows.sum(axis=2)
    reach = (pairs > 0) | np.eye(len(pairs), dtype=bool)
    while not np.array_equal(wider := (reach.astype(np.float64) @ reach) > 0, reach):
        reach = wider
    allowed = "purged where each economy also sells, if through others, to whom it buys from"
    for k in np.flatnonzero((reach & ~reach.T).any(axis=1))[: checks.SHOWN].tolist():
        where = f"flows[{codes[k] if codes else k}]"
        fix = "use deficits='world_share'"
        yield Problem("trade that goes one way", where, "deficits='purged'", allowed, fix)


def scenarios(
    flows: Floats, codes: Sequence[str], tariffs: ArrayLike, icebergs: ArrayLike | None, tolerance: float
) -> tuple[Floats, Floats | None]:
    """Return tariffs (..., N, N, S) and changes of iceberg costs spread to them, checked."""
    duties = numbers("tariffs", tariffs)
    warn_of_table("tariffs", duties)
    fail_if(
        [
            *checks.tariff_problems(duties, flows.shape, codes),
            *checks.number_problems("tolerance", tolerance),
        ]
    )
    if icebergs is None:
        return duties, None
    melt = numbers("icebergs", icebergs)
    try:
        spread = np.broadcast_to(melt, duties.shape)
    except ValueError:
        allowed = f"{duties.shape} or one that spreads to it, as the tariffs"
        fail_if([Problem("wrong shape", "icebergs", f"shape {melt.shape}", allowed)])
        raise AssertionError from None
    fail_if(checks.value_problems("icebergs", melt, melt.shape))
    return duties, spread


def flat(values: Floats) -> Floats:
    """Put all scenarios on one axis: (..., N, N, S) to (B, N, N, S)."""
    return values.reshape(-1, *values.shape[-3:])


def spread_weights(weights: ArrayLike, shape: tuple[int, ...], codes: Sequence[str] = ()) -> Floats:
    """Return weights of economies, (N,) or (..., N), one row a scenario: (B, N)."""
    given = aligned_vector("weights", weights, codes)
    try:
        spread = np.broadcast_to(given, shape)
    except ValueError:
        allowed = f"{shape[-1:]} or {shape}: one for each economy"
        fail_if([Problem("wrong shape", "weights", f"shape {given.shape}", allowed)])
        raise AssertionError from None
    fail_if(checks.value_problems("weights", given, given.shape, -np.inf))
    return spread.reshape(-1, shape[-1])
