"""Consequences: from duties, (S, D, P, P), to what a model says they do, with no other state.

The same function serves one path, a fan, and a block of a sweep: blocks need nothing from each other, and
what they give can be reduced in any order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from tradesim.economics.status import Status
from tradesim.errors import Problem, fail_if
from tradesim.impacts.interpolation import Accuracy, interpolated
from tradesim.impacts.known import Known, Reference, accuracies, known_of, places
from tradesim.impacts.matching import Match
from tradesim.impacts.solving import Model, Solver, Worlds, distinct, worlds
from tradesim.percent import high_rates_meant

Floats = NDArray[np.float64]
Against = Literal["base", "start"]
AGAINST = ("base", "start")

SOLVED_AT_MOST = 20_000
"""Distinct rows of duties up to which each is solved; more are interpolated where that is allowed."""
TOLERANCE = 1e-5
"""The most that interpolated welfare may be off: 0.001 points, a tenth of what is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What duties do, by draw, date and economy of the model; NaN where the model has no solution.

    Parameters
    ----------
    welfare, price : (S, D, N) float64, ratio to what the duties are compared with: 0.99 is 1 % less.
    revenue : (S, D, N) float64, duties collected, in the model's unit (US dollars a year).
    imports, exports : (S, D, N) float64, at the border, without duties, in the model's unit.
    diversion : (S, D, N) float64, in the model's unit: exports won from others. Σ_n (M'_ni − M_ni M'_n/M_n):
        what importers n buy from i beyond what it would be had all their purchases abroad moved alike. It
        sums to 0 over the economies; third economies gain where others shut each other out.
    revenue_before, imports_before : (S, D, N) float64, of what the duties are compared with.
    status : (S, D) int8, of `tradesim.economics.Status`.
    accuracy : how well grids stood for the model, where any were used.
    solved : how many equilibria were solved.
    """

    welfare: Floats
    price: Floats
    revenue: Floats
    imports: Floats
    exports: Floats
    diversion: Floats
    revenue_before: Floats
    imports_before: Floats
    status: NDArray[np.int8]
    accuracy: tuple[Accuracy, ...] = ()
    solved: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Consequences:
    """A function from duties to what a model says they do.

    Parameters
    ----------
    model : `SingleSector`, `ServicesModel`, or one like them, of N named economies.
    match : where the duties of the paths go in it.
    against : what the duties are compared with: the model's ``base``, or what the ``start`` would be had its
        duties stayed.
    elasticities : (D,) float64, the trade elasticity on each date; None for the model's own.
    solved_at_most : distinct rows of duties up to which each is solved.
    tolerance : the most that interpolated welfare may be off, a ratio.
    known : answers found beforehand, for each elasticity; see `prepared`.

    Examples
    --------
    >>> from tradesim.economics import SingleSector
    >>> from tradesim.impacts.matching import match
    >>> model = SingleSector([[90.0, 10.0], [10.0, 90.0]], np.zeros((2, 2)), codes=["USA", "CHN"])
    >>> pairs = match(model.codes, model.tariffs, ["USA", "CHN"], np.ones((2, 2), dtype=bool))
    >>> duty = np.array([0.0, 0.25])[None, :, None, None] * (1 - np.eye(2))
    >>> Consequences(model, pairs)(duty).welfare.round(4)
    array([[[1.    , 1.    ],
            [0.9936, 0.9936]]])
    """

    model: Model
    match: Match
    against: Against = "base"
    elasticities: Floats | None = field(default=None, repr=False)
    solved_at_most: int = SOLVED_AT_MOST
    tolerance: float = TOLERANCE
    known: tuple[Known, ...] = field(default=(), repr=False)

    def __call__(self, duty: Floats, start: Floats | None = None) -> Outcome:
        """Return what duties do.

        Parameters
        ----------
        duty : (S, D, P, P) float64, fraction, importer × exporter of the paths' economies.
        start : (S, P, P) float64, the duties to compare with where ``against="start"`` (default: those of
            the first date).

        Raises
        ------
        InputError
            For arrays of another shape, and duties that are NaN, infinite or -1 and less.
        """
        rates, before = self._rates(duty, start)
        models = self._models()
        known = self.known or (None,) * len(models)
        if self.elasticities is None:
            return self._dated(self.model, known[0], rates, before)
        return _joined(
            [self._dated(model, known[d], rates[:, [d]], before) for d, model in enumerate(models)]
        )

    def prepared(self, duty: Floats, start: Floats | None = None) -> Self:
        """Return the same function with answers to duties such as these found beforehand.

        They serve all blocks of draws alike, so that none depends on which draws stand beside each other: a
        table where duties are few, a grid whose error was measured where they are many (`accuracy`).

        Parameters
        ----------
        duty, start : of some draws, as in a call.
        """
        rates, before = self._rates(duty, start)
        known = []
        for d, model in enumerate(self._models()):
            some = rates if self.elasticities is None else rates[:, [d]]
            reference = self._reference(model, before)[0]
            rows = some.reshape(-1, some.shape[-1])
            known.append(known_of(self._solver(model), rows, reference, self.tolerance))
        return replace(self, known=tuple(known))

    @property
    def accuracy(self) -> tuple[Accuracy, ...]:
        """How well grids that were found beforehand stand for the model."""
        return accuracies(self.known)

    def _rates(self, duty: Floats, start: Floats | None) -> tuple[Floats, Floats]:
        """Return the rates of the pairs, (S, D, K), and those to compare with, (S, K)."""
        fail_if(_shape_problems(duty, start, self.elasticities))
        rates = self.match.rates(duty)
        before = rates[:, 0] if start is None else self.match.rates(start)
        fail_if([*_rate_problems(rates, "duty"), *_rate_problems(before, "start")])
        return rates, before

    def _models(self) -> list[Model]:
        """Return the model for each elasticity."""
        if self.elasticities is None:
            return [self.model]
        return [_with_elasticity(self.model, value) for value in self.elasticities.tolist()]

    def _solver(self, model: Model) -> Solver:
        return lambda rows: worlds(model, self.match.tariffs(rows))

    def _dated(self, model: Model, known: Known | None, rates: Floats, before: Floats) -> Outcome:
        """Return what rates, (S, D, K), do in one model."""
        found, accuracy, solved = self._answers(model, known, rates.reshape(-1, rates.shape[-1]))
        reference, which = self._reference(model, before, known)
        then, shares = reference.worlds, reference.shares
        shape = (*rates.shape[:2], -1)
        welfare, price, revenue, imports, exports = (
            found.values[:, k].reshape(shape) for k in range(found.values.shape[1])
        )
        old = then.at(which).values[:, :, None]
        status = found.status.reshape(rates.shape[:2])
        stuck = then.at(which).status[:, None]
        blank = np.where((stuck != Status.CONVERGED)[..., None], np.nan, 0.0)
        dates = (*rates.shape[:2], len(model.codes))
        return Outcome(
            welfare / old[:, 0],
            price / old[:, 1],
            revenue + blank,
            imports + blank,
            exports + blank,
            exports - imports @ shares[which],
            np.broadcast_to(old[:, 2], dates),
            np.broadcast_to(old[:, 3], dates),
            np.where(stuck != Status.CONVERGED, stuck, status),
            accuracy,
            solved + len(then.status),
        )

    def _answers(
        self, model: Model, known: Known | None, rows: Floats
    ) -> tuple[Worlds, tuple[Accuracy, ...], int]:
        """Return a model's answers to rows of rates, (P, K), and how they were found."""
        different, place = distinct(rows)
        solve = self._solver(model)
        if known is not None:
            answers, solved = known.answers(different, solve)
            return answers.at(place), accuracies([known]), solved
        if len(different) > self.solved_at_most:
            found = interpolated(solve, different, self.tolerance)
            if found is not None:
                return found[0].at(place), (found[1],), found[1].solved
        return solve(different).at(place), (), len(different)

    def _reference(
        self, model: Model, before: Floats, known: Known | None = None
    ) -> tuple[Reference, NDArray[np.int64]]:
        """Return what duties are compared with, and which of its worlds each draw has."""
        if self.against == "base":
            none = np.zeros((0, before.shape[-1]))
            found = _compared(model, none, self.match.base[None]) if known is None else known.reference
            return found, np.zeros(1, dtype=np.int64)
        rows, which = distinct(before)
        if known is not None:
            place = places(rows, known.reference.rows)
            if (place >= 0).all():
                return known.reference, place[which]
        return _compared(model, rows, self.match.tariffs(rows)), which


def _compared(model: Model, rows: Floats, tariffs: Floats) -> Reference:
    """Return the worlds at tariffs, (R, N, N), which rows of duties, (R, K), set."""
    with high_rates_meant():
        flows = np.asarray(model.solve(tariffs).flows) / (1.0 + tariffs)
    border = flows * ~np.eye(flows.shape[-1], dtype=bool)
    total = border.sum(axis=-1, keepdims=True)
    return Reference(rows, worlds(model, tariffs), border / np.where(total > 0, total, 1.0))


def _with_elasticity(model: Any, value: float) -> Any:
    """Return a model with another trade elasticity."""
    return model if value == model.elasticity else replace(model, elasticity=value)


def _joined(parts: list[Outcome]) -> Outcome:
    """Return the outcomes of single dates as one, in their order."""
    arrays = [f.name for f in fields(Outcome) if f.name not in {"accuracy", "solved"}]
    return Outcome(
        **{name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in arrays},
        accuracy=tuple(accuracy for part in parts for accuracy in part.accuracy),
        solved=sum(part.solved for part in parts),
    )


def _shape_problems(duty: Floats, start: Floats | None, elasticities: Floats | None) -> Iterator[Problem]:
    if duty.ndim != 4 or duty.shape[2] != duty.shape[3] or 0 in duty.shape:
        allowed = "(draws, dates, economies, economies), one or more of each"
        yield Problem("wrong shape", "duty", f"shape {duty.shape}", allowed)
        return
    of_start = (duty.shape[0], *duty.shape[2:])
    if start is not None and start.shape != of_start:
        yield Problem(
            "wrong shape", "start", f"shape {start.shape}", f"{of_start}, draw × importer × exporter"
        )
    if elasticities is not None and elasticities.shape != (duty.shape[1],):
        got = f"shape {elasticities.shape}"
        yield Problem("wrong shape", "elasticities", got, f"({duty.shape[1]},), one for each date")


def _rate_problems(rates: Floats, name: str) -> Iterator[Problem]:
    good = np.isfinite(rates) & (rates > -1)
    if not good.all():
        place = tuple(np.argwhere(~good)[0].tolist())
        got = f"{rates[place]} in draw {place[0]}, {int((~good).sum())} in all"
        fix = "leave pairs whose duty is not known out with paths.select(…)"
        yield Problem("not a duty", name, got, "a finite fraction above -1", fix)
