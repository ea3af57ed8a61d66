"""Baseline: duty-paid flows with sales at home, and tariffs, as the models of economics take them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tradesim.alignment import aligned, aligned_vector
from tradesim.errors import Problem, fail_if
from tradesim.percent import warn_of_table

Floats = NDArray[np.float64]


class Flows(Protocol):
    """What a baseline is made of: `TradeFlows`."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The N economies."""

    @property
    def products(self) -> tuple[str, ...]:
        """The K products, or none."""

    @property
    def imports(self) -> Floats:
        """(N, N) or (N, N, K) US dollars a year, net of duty."""

    @property
    def tariffs(self) -> Floats:
        """The same shape, fractions, NaN where unknown."""

    @property
    def domestic(self) -> bool:
        """Whether the diagonal is all sales at home."""

    @property
    def year(self) -> int:
        """The year of the trade."""

    @property
    def source(self) -> str:
        """Where it comes from."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What should be known."""


@dataclass(frozen=True, eq=False, slots=True)
class Baseline:
    """What the models of `tradesim.economics` start from.

    Parameters
    ----------
    codes : the N economies, in the order of both axes.
    flows : (N, N) or (N, N, K) float64, US dollars a year, duty-paid, importer × exporter (× product); the
        diagonal is spending on goods of its own.
    tariffs : the same shape, fraction; the diagonal is 0.
    year : the year they hold for.
    products : the K products, or none.
    source : where they come from.
    assumptions : what had to be assumed, in words.
    notes : what else should be known.
    """

    codes: tuple[str, ...]
    flows: Floats = field(repr=False)
    tariffs: Floats = field(repr=False)
    year: int
    source: str
    products: tuple[str, ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        for name in ("flows", "tariffs"):
            object.__setattr__(self, name, aligned(name, getattr(self, name), self.codes))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per flow: importer, exporter, product, flow, tariff."""
        axes = [self.codes, self.codes, *([self.products] if self.products else [])]
        names = ["importer", "exporter", *(["product"] if self.products else [])]
        frame = pd.MultiIndex.from_product(axes, names=names).to_frame(index=False)
        frame["flow"], frame["tariff"] = self.flows.ravel(), self.tariffs.ravel()
        return frame


def baseline_of(
    given: Flows,
    output: Mapping[str, float] | ArrayLike | None,
    tariffs: pd.DataFrame | ArrayLike | None,
) -> Baseline:
    """Return the baseline of flows that are all reported; see `TradeFlows.baseline`."""
    n = len(given.codes)
    own = np.eye(n, dtype=bool).reshape((n, n) + (1,) * (given.imports.ndim - 2))
    rate, said = _tariffs(given, tariffs, own)
    at_home, how = _at_home(given, output, own)
    duty_paid = given.imports * (1.0 + rate)
    flows = np.where(own, at_home[:, None], duty_paid)
    return Baseline(
        given.codes,
        flows,
        rate,
        given.year,
        given.source,
        given.products,
        (how, said),
        given.notes,
    )


def _tariffs(
    given: Flows, tariffs: pd.DataFrame | ArrayLike | None, own: NDArray[np.bool_]
) -> tuple[Floats, str]:
    """Return the tariffs in the shape of the flows, 0 on own goods, and where they come from."""
    shape = given.imports.shape
    if tariffs is None:
        known = np.where(own, 0.0, given.tariffs)
        idle = (given.imports == 0) & np.isnan(known)
        rate, said = np.where(idle, 0.0, known), f"tariffs are duties over imports of {given.source}"
        fail_if(_unknown_tariffs(given, rate))
        if (idle & ~own).any():
            said += "; 0 where nothing is traded"
        return rate, said
    array = aligned("tariffs", tariffs, given.codes)
    if array.ndim == 2 and len(shape) == 3:
        array = array[:, :, None]
    if array.shape not in {(), shape} and array.shape != (*shape[:2], 1):
        allowed = f"one rate or {shape}, importer × exporter"
        fail_if([Problem("wrong shape", "tariffs", str(array.shape), allowed)])
    fail_if(_rate_problems(given.codes, np.broadcast_to(array, shape)))
    warn_of_table("tariffs", array)
    said = f"a tariff of {float(array):.3g} on everything" if array.ndim == 0 else "tariffs as given"
    if array.ndim == 0 and float(array) == 0.0:
        said = "tariffs in force are left out of account: what a model is asked for comes on top of them"
    return np.where(own, 0.0, np.broadcast_to(array, shape)), said


def _unknown_tariffs(given: Flows, rate: Floats) -> Iterator[Problem]:
    unknown = np.argwhere(np.isnan(rate))
    if len(unknown):
        pairs = list(dict.fromkeys(f"{given.codes[i]} on {given.codes[j]}" for i, j, *_ in unknown))
        got = ", ".join(pairs[:5]) + (f" and {len(pairs) - 5} more" if len(pairs) > 5 else "")
        fix = "give tariffs=; 0.0 leaves those in force out of account"
        yield Problem("tariffs that are not known", given.source, got, "a rate for every flow", fix)


def _rate_problems(codes: Sequence[str], rates: Floats) -> Iterator[Problem]:
    for i, j, *_ in np.argwhere(~(np.isfinite(rates) & (rates >= 0)))[:20]:
        where = f"tariffs[{codes[i]}, {codes[j]}]"
        yield Problem("not a rate", where, str(rates[i, j]), "a fraction of 0 or more: 0.25 is 25 %")


def _at_home(
    given: Flows, output: Mapping[str, float] | ArrayLike | None, own: NDArray[np.bool_]
) -> tuple[Floats, str]:
    """Return sales at home, (N,) or (N, K), and how they were found."""
    exports = np.where(own, 0.0, given.imports).sum(axis=0)
    if output is None:
        if not given.domestic:
            allowed = "gross output of each economy, US dollars a year"
            fix = "sales at home are what is left of it after exports; GDP × gross output over GDP will do"
            fail_if([Problem("no sales at home", given.source, "trade between economies", allowed, fix)])
        n = len(given.codes)
        return given.imports[np.arange(n), np.arange(n)], "sales at home are those of the file"
    array = aligned_vector("output", output, given.codes, given.products)
    if array.shape != exports.shape:
        fail_if([Problem("wrong shape", "output", str(array.shape), f"{exports.shape}, one per economy")])
    fail_if(_output_problems(given.codes, array, exports))
    return array - exports, "sales at home are gross output less exports"


def _output_problems(codes: Sequence[str], output: Floats, exports: Floats) -> Iterator[Problem]:
    for i, *rest in np.argwhere(~(np.isfinite(output) & (output >= exports) & (output > 0))):
        at = (i, *rest)
        got = f"{output[at]:.6g} with exports of {exports[at]:.6g}"
        fix = "gross output is 1.5 to 2 times GDP in most economies"
        yield Problem(
            "output does not cover exports", f"output[{codes[i]}]", got, "US dollars a year, more", fix
        )
