"""Contest: who moves which duties of a model, towards what, and the climb to the best of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradesim.alignment import aligned, numbers, position
from tradesim.conversion import Unstated, real
from tradesim.economics import checks
from tradesim.economics.climb import Top, UnsolvedError, climb
from tradesim.economics.gradients import slopes
from tradesim.economics.instruments import Instruments, Uniform, instruments
from tradesim.economics.status import Status
from tradesim.errors import Problem, fail_if
from tradesim.percent import high_rates_meant, warn, warn_of_table

Floats = NDArray[np.float64]

SHARPNESS = 500.0
"""Of the common gain as the climber sees it at first, per unit of ln welfare."""


HIGHEST = Unstated(10.0)
"""Of a duty that is chosen, unless told otherwise: 1,000%, as in Ossa (2014)."""
TRICKLE = 1e-4
"""Of its base: the least trade that a duty is taken to move."""


class TariffModel(Protocol):
    """What a model must offer for its tariffs to be chosen. N economies, S sectors or none.

    Two more things are used where they are there: ``tariffs``, in force at the base (otherwise none), and
    ``gradient``, as `Krugman` has it (`gradients.slopes` finds others a way).
    """

    @property
    def flows(self) -> Floats:
        """Duty-paid spending of the base, (N, N) or (N, N, S)."""

    @property
    def codes(self) -> Sequence[str]:
        """Names of the economies, or none."""

    @property
    def elasticity(self) -> Any:
        """Trade elasticity, a number or (S,)."""

    def solve(self, tariffs: Floats) -> Any:
        """Return an equilibrium with ``welfare`` (N,), a ratio to the base, ``flows`` and ``status``."""


class Progress(NamedTuple):
    """Told as a search goes on.

    Attributes
    ----------
    task : what is being sought.
    step : how many evaluations, or rounds, there were.
    value : ln of what is maximised; at the end of a round, how far it is from the last one.
    """

    task: str
    step: int
    value: float


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Who moves which duties, in which box, and who is told.

    Parameters
    ----------
    model : whose tariffs are chosen.
    players : positions of the economies that choose.
    tariffs : what is charged at first, and stays where nobody chooses.
    moves : the duties of each player.
    bounds : lowest and highest duty.
    report : called as the search goes on.
    """

    model: TariffModel
    players: tuple[int, ...]
    tariffs: Floats
    moves: dict[int, Instruments]
    bounds: tuple[float, float]
    report: Report | None

    @property
    def free(self) -> NDArray[np.bool_]:
        """The duties that any player may move."""
        return np.asarray(np.logical_or.reduce([moves.free for moves in self.moves.values()]))

    def name(self, player: int) -> str:
        """Return what an economy is called."""
        return str(self.model.codes[player]) if self.model.codes else f"economy {player}"

    def tell(self, task: str, step: int, value: float) -> None:
        """Tell who asked to be told."""
        if self.report is not None:
            self.report(Progress(task, step, value))


def search_of(
    model: TariffModel,
    players: Sequence[str | int] | None,
    tariffs: ArrayLike | None,
    bounds: tuple[float, float],
    free: ArrayLike | None,
    uniform: Uniform,
    report: Report | None,
) -> Search:
    """Return a search from its arguments, checked; a closure that nobody asked for is one with an answer."""
    model = model.for_choices() if hasattr(model, "for_choices") else model
    chosen = tuple(range(len(model.flows))) if players is None else positions(model, players)
    fail_if(_bound_problems(bounds))
    warn("bounds", bounds[1])
    movable = None if free is None else read(model, "free", free) != 0
    moves = {player: instruments(model.flows, [player], movable, uniform) for player in chosen}
    given = tariffs_of(model, tariffs, "tariffs")
    return Search(model, chosen, given, moves, (float(bounds[0]), float(bounds[1])), report)


def positions(model: TariffModel, players: Sequence[str | int]) -> tuple[int, ...]:
    """Return the positions of economies given by name or position, each once."""
    found = tuple(position(player, model.codes, len(model.flows)) for player in players)
    if not found or len(set(found)) < len(found):
        fail_if([Problem("not players", "players", repr(list(players)), "one economy or more, each once")])
    return found


def read(model: TariffModel, name: str, values: Any) -> Floats:
    """Return values by pair as an array; frames are aligned where the model has one sector, else refused."""
    return aligned(name, values, model.codes) if model.flows.ndim == 2 else numbers(name, values)


def tariffs_of(model: TariffModel, given: ArrayLike | None, name: str) -> Floats:
    """Return tariffs of one scenario of a model, checked; those of its base where none are given."""
    base = getattr(model, "tariffs", np.zeros(model.flows.shape))
    values = read(model, name, base if given is None else given)
    fail_if(checks.tariff_problems(values, model.flows.shape, model.codes, name))
    if given is not None:
        warn_of_table(name, values)
    if values.shape != model.flows.shape:
        allowed = f"{model.flows.shape}: one scenario"
        fail_if([Problem("more than one scenario", name, f"shape {values.shape}", allowed)])
    return values


def first_guess(model: TariffModel, start: ArrayLike | None) -> Floats:
    """Return tariffs to search from: 1/elasticity is best where trade is too small to move prices."""
    if start is not None:
        return tariffs_of(model, start, "start")
    return np.broadcast_to(1 / np.asarray(model.elasticity), model.flows.shape)


def _bound_problems(bounds: tuple[float, float]) -> list[Problem]:
    given: Any = bounds
    two = isinstance(given, Sequence | np.ndarray) and len(given) == 2
    low, high = map(real, given) if two else (None, None)
    if low is not None and high is not None and -1 < low < high:
        return []
    allowed = "(low, high), fractions: low above -1, high above low and finite"
    return [Problem("not bounds of a duty", "bounds", repr(bounds), allowed)]


class Goal(Protocol):
    """What is to be made as high as can be."""

    def __call__(self, welfare: Floats) -> tuple[float, Floats]:
        """Return its height at every economy's ln welfare, (N,), and its slopes, (N,)."""


@dataclass(frozen=True, slots=True)
class Own:
    """One economy's own welfare."""

    player: int

    def __call__(self, welfare: Floats) -> tuple[float, Floats]:
        """Return its height and slopes."""
        return float(welfare[self.player]), np.eye(len(welfare))[self.player]


@dataclass(frozen=True, slots=True, eq=False)
class CommonGain:
    """A smooth least of the players' gains: −(1/p) ln Σ weight exp(−p gain), p the sharpness.

    Parameters
    ----------
    players : who counts.
    weights : (players,), summing to 1.
    before : (N,) ln welfare from which gains are counted.
    sharpness : p, the higher the nearer to the least gain, and the harder to climb.

    Examples
    --------
    >>> goal = CommonGain((0, 1), np.array([0.5, 0.5]), np.zeros(2))
    >>> height, slopes = goal(np.array([0.01, 0.03]))
    >>> round(height, 4), slopes.round(4)
    (0.0114, array([1., 0.]))
    """

    players: tuple[int, ...]
    weights: Floats
    before: Floats
    sharpness: float = SHARPNESS

    def gains(self, welfare: Floats) -> Floats:
        """Return what each player gains, of ln welfare, (players,)."""
        return np.asarray((welfare - self.before)[list(self.players)])

    def __call__(self, welfare: Floats) -> tuple[float, Floats]:
        """Return its height and slopes."""
        gains = self.gains(welfare)
        terms = self.weights * np.exp(-self.sharpness * (gains - gains.min()))
        weights = np.zeros(len(welfare))
        weights[list(self.players)] = terms / terms.sum()
        return float(gains.min() - np.log(terms.sum()) / self.sharpness), weights


def solved(model: TariffModel, tariffs: Floats) -> Any:
    """Return the equilibrium, or raise `UnsolvedError`."""
    with high_rates_meant():
        equilibrium = model.solve(tariffs)
    if equilibrium.status != Status.CONVERGED:
        raise UnsolvedError(int(equilibrium.status))
    return equilibrium


def climbed(search: Search, moves: Instruments, others: Floats, guess: Floats, goal: Goal, task: str) -> Top:
    """Return the highest point of a goal over some instruments.

    A climb that strides too far ends where a duty shuts off its trade, on ground as level as a top. From
    there it goes on once more with such duties as low as a small importer's best, and the higher top counts.

    Parameters
    ----------
    moves : the instruments.
    others : tariffs of which those not moved stay as they are.
    guess : tariffs to start from, held to the bounds; of like duties, their mean.
    task : what the search is called when its progress is told.
    """
    model = search.model

    def function(values: Floats) -> tuple[float, Floats]:
        equilibrium = solved(model, moves.set(others, values))
        height, weights = goal(np.log(equilibrium.welfare))
        return height, slopes(model, equilibrium, weights, moves)

    def from_(start: Floats) -> Top:
        curvature = moves.sums(_curvature(model, moves.set(others, start)))
        return climb(function, start, curvature, search.bounds, seen=lambda *at: search.tell(task, *at))

    start = np.clip(moves.means(guess), *search.bounds)
    try:
        top = from_(start)
        if not top.unsolved and (shut := _shut(model, moves, moves.set(others, top.point))).any():
            small = np.clip(moves.means(first_guess(model, None)), *search.bounds)
            again = from_(np.where(shut, small, top.point))
            top = replace(max(top, again, key=_height), evaluations=top.evaluations + again.evaluations)
    except UnsolvedError as unsolved:
        return Top(start, -np.inf, np.inf, 1, unsolved.status)
    return top


def _height(top: Top) -> float:
    return top.height


def _shut(model: TariffModel, moves: Instruments, tariffs: Floats) -> NDArray[np.bool_]:
    """Return the instruments that have shut off all trade: no slope shows whether less would be better."""
    return moves.sums(solved(model, tariffs).flows) < TRICKLE * moves.sums(model.flows)


def _curvature(model: TariffModel, tariffs: Floats) -> Floats:
    """Return how fast the gain from a duty falls, roughly: for an importer too small to move prices.

    A duty that shuts a trade off at first may let it in later: it counts for a trickle of its base.
    """
    flows = np.maximum(solved(model, tariffs).flows, TRICKLE * model.flows)
    spent = flows.reshape(len(flows), -1).sum(axis=1).reshape(-1, *[1] * (flows.ndim - 1))
    return np.asarray((1 + model.elasticity) * flows / spent / (1 + tariffs) ** 2)
