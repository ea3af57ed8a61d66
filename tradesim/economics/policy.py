"""Policy: the tariffs that governments would choose, alone, against each other or together, in any model.

A model needs little: to be solved at tariffs, and to tell how welfare moves with each of them
(`contest.TariffModel`). One linear system gives the slopes for all tariffs at once: hundreds of duties
are chosen in as many evaluations as a handful would take.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.alignment import position
from tradesim.economics import checks
from tradesim.economics.climb import Top, UnsolvedError, at_ends
from tradesim.economics.contest import (
    HIGHEST,
    TRICKLE,
    CommonGain,
    Own,
    Report,
    Search,
    TariffModel,
    climbed,
    first_guess,
    search_of,
    solved,
    tariffs_of,
)
from tradesim.economics.instruments import Instruments, Uniform
from tradesim.economics.status import Status
from tradesim.errors import InputError, ModelWarning, Problem, fail_if, warn_user
from tradesim.percent import high_rates_meant

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

BOUNDS = (0.0, HIGHEST)
"""Of a duty, unless told otherwise: from none to 1,000 %, as in Ossa (2014)."""
LEVEL = 1e-4
"""A scaled slope left that is no more than this is level: a further step would gain less than 1e-8."""
BETTER = 1e-9
"""Of ln welfare: what is no more than this is rounding."""
CLOSE = 1e-4
"""Of the range of duties: a war that ends as near to a bound as that, round by round, ends at it."""
HIGH = 1.0
"""A duty above which a model that keeps its deficits is not to be trusted with a choice."""
SLOW = 4.0
"""Rounds of talks bring gains that bind closer by this factor; else the least is asked for more sharply."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Tariffs that one or more economies chose.

    Parameters
    ----------
    tariffs : (N, N) or (N, N, S) fraction; those not chosen as they were.
    free : which of them were chosen, of the same shape.
    equilibrium : of the model, at these tariffs.
    players : positions of the economies that chose.
    status : of `Status`: whether the search and its equilibrium came to an end.
    slack : the steepest slope left, scaled; half its square is about what could still be gained.
    evaluations : how many equilibria were solved.
    changes : round by round, the mean change of the duties (`nash`), or by how much gains differ where it
        matters (`cooperative`).
    codes : names of the economies, where the model has them.
    """

    tariffs: Floats = field(repr=False)
    free: NDArray[np.bool_] = field(repr=False)
    equilibrium: Any = field(repr=False)
    players: tuple[int, ...]
    status: Status
    slack: float
    evaluations: int
    changes: tuple[float, ...] = ()
    codes: tuple[str, ...] = field(repr=False, default=())

    @property
    def welfare(self) -> Floats:
        """Real income of every economy, ratio to the model's base, (N,)."""
        return np.asarray(self.equilibrium.welfare)

    def duties(self, economy: str | int) -> Floats:
        """Return the duties that one economy, by name or position, chose: a flat list, fractions."""
        one = position(economy, self.codes, len(self.tariffs))
        return np.asarray(self.tariffs[one][self.free[one]])

    def to_frame(self) -> "pd.DataFrame":
        """Return a row for every economy: welfare (ratio), and of those that chose their duties, fractions.

        Columns ``welfare``; ``lowest``, ``median`` and ``highest`` duty, NaN for those that did not choose.
        """
        import pandas as pd  # noqa: PLC0415 pandas loads when a table is asked for

        index = pd.Index(self.codes or range(len(self.tariffs)), name="economy")
        frame = pd.DataFrame({"welfare": self.welfare}, index=index)
        chosen = np.full((len(frame), 3), np.nan)
        for player in self.players:
            chosen[player] = np.quantile(self.duties(player), [0.0, 0.5, 1.0])
        return frame.assign(lowest=chosen[:, 0], median=chosen[:, 1], highest=chosen[:, 2])

    def _repr_html_(self) -> str:
        shown = self.to_frame()
        shown["welfare"] -= 1.0
        percent = shown.to_html(float_format=lambda value: f"{100 * value:.2f} %", na_rep="")
        told = f"{self.status.name.lower()}; {self.evaluations} equilibria; change in welfare, and duties:"
        return f"<p>{told}</p>{percent}"

    @property
    def medians(self) -> Floats:
        """Median of the duties that each player chose, in the order of the players, fractions."""
        return np.array([np.median(self.duties(player)) for player in self.players])


def optimal_tariff(
    model: TariffModel,
    economy: str | int,
    *,
    tariffs: ArrayLike | None = None,
    start: ArrayLike | None = None,
    bounds: tuple[float, float] = BOUNDS,
    free: ArrayLike | None = None,
    uniform: Uniform = "none",
    progress: Report | None = None,
) -> Choice:
    """Return the duties that are best for one economy if nobody answers.

    Parameters
    ----------
    model : `Krugman`, `MultiSector`, `SingleSector`, or anything like them. A `SingleSector` for which no
        closure of deficits was stated is asked with ``deficits="purged"``.
    economy : who chooses, by name or position.
    tariffs : what the others charge; the model's base where not given.
    start : tariffs to search from; 1/elasticity where not given, which is best for a small economy.
    bounds : lowest and highest duty. An answer at one of them (but for no duty at all, 0) is no optimum, and
        its status says so.
    free : bool, which duties may move; all on what it buys abroad where not given.
    uniform : ``partners``, ``sectors`` or ``all``: what a duty must be the same across.
    progress : called after each evaluation.

    Examples
    --------
    >>> from tradesim.economics.krugman import Krugman
    >>> trade = np.full((2, 2, 1), 10.0) + 90 * np.eye(2)[..., None]
    >>> model = Krugman.from_trade(trade, np.zeros((2, 2, 1)), sigma=5.0, codes=["HOME", "AWAY"])
    >>> best = optimal_tariff(model, "HOME")
    >>> best.duties("HOME").round(3), best.welfare.round(4)
    (array([0.265]), array([1.0051, 0.9907]))

    In two economies with one elasticity the best duty is 1/(ε · share of the other's spending on itself):

    >>> at_home = best.equilibrium.flows[1, 1, 0] / best.equilibrium.flows[1, :, 0].sum()
    >>> round(float(1 / (4 * at_home)), 3)
    0.265
    """
    search = search_of(model, [economy], tariffs, bounds, free, uniform, progress)
    guess = first_guess(search.model, start)
    player = search.players[0]
    top = _best_answer(search, player, search.tariffs, guess, f"optimal tariff of {search.name(player)}")
    chosen, at_highest = (
        search.moves[player].set(search.tariffs, top.point),
        _highest(search, player, search.tariffs),
    )
    if at_highest is not None and at_highest[1] > top.height + BETTER:
        chosen = at_highest[0]
    return _choice(search, chosen, [top], 1)


def nash(
    model: TariffModel,
    players: Sequence[str | int] | None = None,
    *,
    tariffs: ArrayLike | None = None,
    start: ArrayLike | None = None,
    bounds: tuple[float, float] = BOUNDS,
    free: ArrayLike | None = None,
    uniform: Uniform = "none",
    pace: float = 1.0,
    tolerance: float = 1e-6,
    rounds: int = 100,
    progress: Report | None = None,
) -> Choice:
    """Return tariffs of which each player's are the best answer to the others'.

    All answer at the same time, round by round, until the mean change of the duties is within the tolerance.

    Parameters
    ----------
    players : who chooses; all where not given. The others keep their tariffs.
    tariffs : to be answered first; the model's base where not given.
    pace : how far each moves towards its best answer in a round, above 0, at most 1.
    tolerance : mean absolute change of the duties in a round, fraction; 1e-2 in Ossa (2014).
    rounds : at most.
    model, start, bounds, free, uniform, progress : as in `optimal_tariff`.
    """
    fail_if([*checks.number_problems("pace", pace, 0.0, 1.0), *_end_problems(tolerance, rounds)])
    search = search_of(model, players, tariffs, bounds, free, uniform, progress)
    at, guess = search.tariffs, first_guess(search.model, start)
    tops: list[Top] = []
    changes: list[float] = []
    while len(changes) < rounds and (not changes or changes[-1] > tolerance):
        answers = _answers(search, at, guess, len(changes) + 1)
        tops += answers.values()
        new = at.copy()
        for player, top in answers.items():
            best = search.moves[player].set(at, top.point)[player]
            new[player] = at[player] + pace * (best - at[player])
        changes.append(float(np.abs(new - at)[search.free].mean()) / pace)
        at = guess = new
        search.tell(f"round {len(changes)}", len(changes), changes[-1])
    better = any(_escapes(search, player, at) for player in search.players)
    settled = changes[-1] <= tolerance
    return _choice(search, at, tops, len(search.players), settled=settled, changes=changes, better=better)


def cooperative(
    model: TariffModel,
    players: Sequence[str | int] | None = None,
    *,
    reference: ArrayLike | None = None,
    tariffs: ArrayLike | None = None,
    start: ArrayLike | None = None,
    bounds: tuple[float, float] = BOUNDS,
    free: ArrayLike | None = None,
    uniform: Uniform = "none",
    tolerance: float = 1e-7,
    rounds: int = 50,
    progress: Report | None = None,
) -> Choice:
    """Return the tariffs at which the player that gains least gains most: the greatest gain common to all.

    Duties pass income from one to another, so that at the best all players gain alike, unless bounds forbid.
    The least gain is climbed by the exponential method of multipliers: a smooth minimum whose weights are
    corrected, round by round, until they are the exact ones (Bertsekas, Constrained Optimization and Lagrange
    Multiplier Methods, 1982, chapter 5).

    Parameters
    ----------
    players : who takes part; all where not given. The others keep their tariffs, and do not count.
    reference : tariffs from which gains are counted: the model's base where not given; those of a trade war
        for what ending it is worth.
    start : tariffs to search from; the reference where not given.
    tolerance : when gains, weighted by how much they bind, are this close to the least.
    rounds : at most.
    model, tariffs, bounds, free, uniform, progress : as in `optimal_tariff`.
    """
    fail_if(_end_problems(tolerance, rounds))
    search = search_of(model, players, tariffs, bounds, free, uniform, progress)
    model = search.model
    before = tariffs_of(model, reference, "reference")
    counted = _welfare(model, before, "reference")
    at = before if start is None else tariffs_of(model, start, "start")
    everyone = Instruments.together(search.moves.values())
    goal = CommonGain(search.players, np.full(len(search.players), 1 / len(search.players)), counted)
    tops: list[Top] = []
    changes: list[float] = []
    while len(changes) < rounds and (not changes or changes[-1] > tolerance):
        task = f"round {len(changes) + 1}: common gain"
        tops.append(climbed(search, everyone, search.tariffs, at, goal, task))
        at = everyone.set(search.tariffs, tops[-1].point)
        if tops[-1].unsolved:
            break
        goal, spread = _sharper(goal, np.log(solved(model, at).welfare), changes[-1] if changes else np.inf)
        changes.append(spread)
        search.tell(f"round {len(changes)}", len(changes), spread)
    settled = bool(changes) and changes[-1] <= tolerance
    return _choice(search, at, tops, 1, settled=settled, changes=changes)


def _end_problems(tolerance: float, rounds: int) -> list[Problem]:
    return [*checks.number_problems("tolerance", tolerance), *checks.number_problems("rounds", rounds)]


def _answers(search: Search, tariffs: Floats, guess: Floats, number: int) -> dict[int, Top]:
    """Return each player's best answer to the same tariffs."""
    return {
        player: _best_answer(
            search, player, tariffs, guess, f"round {number}: best answer of {search.name(player)}"
        )
        for player in search.players
    }


def _best_answer(search: Search, player: int, others: Floats, guess: Floats, task: str) -> Top:
    return climbed(search, search.moves[player], others, guess, Own(player), task)


def _sharper(goal: CommonGain, welfare: Floats, before: float) -> tuple[CommonGain, float]:
    """Return the goal with the weights its climb has shown, and how far what binds is from the least gain."""
    weights = goal(welfare)[1][list(goal.players)]
    gains = goal.gains(welfare)
    spread = float((weights * (gains - gains.min())).sum())
    sharpness = goal.sharpness if spread <= before / SLOW else SLOW * goal.sharpness
    return CommonGain(goal.players, weights, goal.before, sharpness), spread


def _welfare(model: TariffModel, tariffs: Floats, name: str) -> Floats:
    """Return every economy's ln welfare at given tariffs, which must be solvable."""
    try:
        return np.asarray(np.log(solved(model, tariffs).welfare))
    except UnsolvedError as unsolved:
        got = str(Status(unsolved.status))
        raise InputError([Problem("the model has no solution at these tariffs", name, got)]) from None


def _highest(search: Search, player: int, others: Floats) -> tuple[Floats, float] | None:
    """Return the tariffs with all of a player's duties at the upper bound, and its ln welfare there."""
    moves = search.moves[player]
    tariffs = moves.set(others, np.full(moves.many, search.bounds[1]))
    try:
        return tariffs, float(np.log(solved(search.model, tariffs).welfare[player]))
    except UnsolvedError:
        return None


def _escapes(search: Search, player: int, tariffs: Floats) -> bool:
    """Return whether a player would do better with all its duties at the upper bound."""
    at_highest = _highest(search, player, tariffs)
    now = search.model.solve(tariffs).welfare[player]
    return at_highest is not None and bool(at_highest[1] > np.log(now) + BETTER)


def _at_bound(search: Search, tariffs: Floats, equilibrium: Any) -> bool:
    """Return whether a duty on goods still traded is at a bound other than 0."""
    lowest, highest = at_ends(tariffs, search.bounds, CLOSE)
    traded = _traded(search, equilibrium)
    at = highest | (lowest & (search.bounds[0] != 0.0))
    return bool((at & traded & search.free).any())


def _traded(search: Search, equilibrium: Any) -> NDArray[np.bool_]:
    """Return which goods are still traded, of the shape of the tariffs."""
    return np.asarray(np.asarray(equilibrium.flows) > TRICKLE * search.model.flows)


def _hits_trade(search: Search, equilibrium: Any) -> bool:
    """Return whether every player has a duty on goods still traded: else nothing depends on what it chose."""
    moved = _traded(search, equilibrium) & search.free
    return all(moved[player].any() for player in search.players)


def _warn_of_deficits(search: Search, tariffs: Floats) -> None:
    """Warn of high duties chosen where deficits keep their share of income."""
    kept = getattr(search.model, "deficits", "purged")
    highest = float(tariffs[search.free].max())
    if kept != "purged" and highest > HIGH:
        text = (
            f"duties of {highest * 100:.0f}% were chosen in a model with deficits={kept!r}: above"
            f" {HIGH * 100:.0f}% what is gained is mostly the deficit, which stays as trade shrinks; give the"
            " model deficits='purged', which has an answer"
        )
        warn_user(text, ModelWarning)


def _choice(
    search: Search,
    tariffs: Floats,
    tops: Sequence[Top],
    last: int,
    *,
    settled: bool = True,
    changes: Sequence[float] = (),
    better: bool = False,
) -> Choice:
    """Return the tariffs found, with the first thing that speaks against them.

    Parameters
    ----------
    tops : every climb there was; ``last`` of them, at the end, led to these tariffs.
    settled : whether rounds came to an end.
    better : whether some player would do better at the highest duty.
    """
    with high_rates_meant():
        equilibrium = search.model.solve(tariffs)
    slack = max(top.slack for top in tops[-last:])
    ended = Status.CONVERGED if settled and slack <= LEVEL else Status.STALLED
    bound = Status.AT_THE_BOUND if better or _at_bound(search, tariffs, equilibrium) else Status.CONVERGED
    flat = Status.CONVERGED if _hits_trade(search, equilibrium) else Status.FLAT
    reasons = [*(top.unsolved for top in tops[-last:]), int(equilibrium.status), flat, ended, bound]
    _warn_of_deficits(search, tariffs)
    return Choice(
        tariffs,
        search.free,
        equilibrium,
        search.players,
        Status(next((reason for reason in reasons if reason), 0)),
        slack,
        sum(top.evaluations for top in tops),
        tuple(changes),
        tuple(search.model.codes),
    )
