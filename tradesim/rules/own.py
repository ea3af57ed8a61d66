"""Own: any Python function as a rule, and what is asked of what it answers."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tradesim import percent
from tradesim.conversion import own, real, shown
from tradesim.engine import families
from tradesim.engine.families import Family, Memory
from tradesim.errors import InputError, Problem, fail_if
from tradesim.keywords import by_name
from tradesim.rules.base import Rule

SIGNATURE = "function(seen, own, first, day, memory, values) -> (wanted, memory)"
GIVEN = (
    "seen, own, first and the four parts of memory are arrays over draws: "
    "np.where(seen > 0.1, …) takes the place of an if; values are the rule's parameters: {} of them"
)


@by_name
@dataclass(frozen=True, slots=True, kw_only=True)
class Custom(Rule):
    """Any Python function as a rule; it runs in the same days, slower than what is compiled.

    Parameters
    ----------
    function : ``function(seen, own, first, day, memory, values) -> (wanted, memory)``, the signature of
        `tradesim.engine.families`: arrays over draws of nominal fractions. It looks every day. What
        it wants is held between 0 and ``cap``; NaN and infinity are refused.
    parameters : four numbers at most, given to the function as ``values``; ``rules.CHN.parameters.0`` is the
        path of the first.
    says : what it does, in words, for the story of a draw.

    Examples
    --------
    >>> def half(seen, own, first, day, memory, values):
    ...     return values[0] * seen, memory
    >>> Custom(function=half, parameters=(0.5,)).wants([0.0, 0.34])
    array([0.  , 0.17])
    """

    kind: ClassVar[str] = "custom"
    arithmetic: ClassVar[Family] = staticmethod(families.passive)

    function: Callable[..., Any]
    parameters: tuple[float, ...] = field(default=())
    says: str = ""

    def __post_init__(self) -> None:
        numbers: Any = self.parameters
        if isinstance(numbers, Iterable) and not isinstance(numbers, str):
            object.__setattr__(self, "parameters", tuple(map(own, numbers)))
        Rule.__post_init__(self)

    def values(self, ratio: float = 1.0) -> tuple[float, ...]:  # noqa: ARG002 the signature of every rule
        """Return the parameters."""
        return tuple(float(value) for value in self.parameters)

    @property
    def family(self) -> Family:
        """The function, whose answers are looked at."""
        return Asked(self.function, len(self.parameters))

    def own_problems(self) -> Iterator[Problem]:
        """Yield a function that is none or takes other arguments, and parameters that are no four numbers."""
        yield from Rule.own_problems(self)
        given: Any = self.function
        if not callable(given):
            yield Problem("not a function", "function", repr(given), SIGNATURE)
        elif not _takes_six(given):
            yield Problem("takes other arguments", "function", _told(given), SIGNATURE)
        numbers: Any = self.parameters
        if not isinstance(numbers, tuple) or len(numbers) > 4 or any(real(each) is None for each in numbers):
            yield Problem("not parameters", "parameters", shown(numbers), "a list of four numbers at most")

    def why(self) -> str:
        """Say so."""
        return self.says or f"follows {getattr(self.function, '__name__', 'its own function')}"


@dataclass(frozen=True)
class Asked:
    """A function of the user's, asked as a family is; what it answers is refused where it makes no sense.

    Parameters
    ----------
    function : the user's.
    parameters : how many values it was given; it sees no more of them.
    asked : the day on which a person was asked whether percentages were meant, once a run; not empty from
        the start where they are said to be rates.
    """

    function: Callable[..., Any]
    parameters: int
    asked: list[int] = field(default_factory=list, compare=False)

    def __post_init__(self) -> None:
        if percent.are_meant():
            self.asked.append(0)

    def __call__(
        self, seen: Any, own: Any, first: Any, day: int, memory: Memory, values: Any
    ) -> tuple[NDArray[np.float64], Memory]:
        """Return what the function wants, (S,) float64 fractions, and its memory.

        Raises
        ------
        InputError
            Where the function fails, and for an answer that is no pair, of another shape, or not finite.
        """
        try:
            answer = self.function(seen, own, first, day, memory, values[: self.parameters])
        except Exception as error:
            got = f"{type(error).__name__}: {error}"
            raise InputError(
                [Problem("fails", self._on(day), got, fix=GIVEN.format(self.parameters))]
            ) from error
        if not isinstance(answer, tuple) or len(answer) != 2:
            fix = "hand memory back as it came where there is nothing to remember"
            raise InputError(
                [Problem("not an answer", self._on(day), _kind(answer), "(wanted, memory)", fix)]
            )
        wanted, kept = answer
        shape = np.shape(seen)
        fail_if(problem.at(self._on(day)) for problem in _answer_problems(wanted, kept, shape))
        if not self.asked and percent.is_doubtful(np.max(wanted)):
            self.asked.append(day)
            percent.say(f"{self._on(day)}: wanted", float(np.max(wanted)))
        return np.broadcast_to(np.asarray(wanted, dtype=np.float64), shape), tuple(kept)

    def _on(self, day: int) -> str:
        return f"rule {_told(self.function)}: day {day}"


def _answer_problems(wanted: Any, kept: Any, shape: tuple[int, ...]) -> Iterator[Problem]:
    each = f"a number for each of {' × '.join(map(str, shape)) or 1} draws"
    if not _fits(wanted, shape):
        yield Problem("not what is wanted", "wanted", _kind(wanted), each)
    elif not np.isfinite(wanted).all():
        worst = np.asarray(wanted)[~np.isfinite(wanted)][0]
        yield Problem("not finite", "wanted", str(worst), "points as fractions: 0.25 is 25 points")
    if not isinstance(kept, tuple | list) or len(kept) != 4:
        yield Problem("not a memory", "memory", _kind(kept), "four arrays, as they came or in their place")
    elif not all(_fits(part, shape) for part in kept):
        yield Problem("not a memory", "memory", ", ".join(_kind(part) for part in kept), each)


def _fits(given: Any, shape: tuple[int, ...]) -> bool:
    """Return whether something is numbers that stand for one a draw."""
    array = np.asarray(given) if isinstance(given, np.ndarray | np.generic | int | float) else None
    if array is None or array.dtype.kind not in "biuf":
        return False
    return array.shape in {(), shape}


def _kind(given: Any) -> str:
    if isinstance(given, np.ndarray):
        return f"an array of {given.dtype} of shape {given.shape}"
    if isinstance(given, tuple | list):
        return f"a {type(given).__name__} of {len(given)}"
    return repr(given)


def _takes_six(function: Callable[..., Any]) -> bool:
    """Return whether a function can be called with six arguments; of some that cannot be told."""
    try:
        inspect.signature(function).bind(*range(6))
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _told(function: Callable[..., Any]) -> str:
    """Return the name of a function and where it is written."""
    name = getattr(function, "__name__", type(function).__name__)
    code = getattr(function, "__code__", None)
    if code is None:
        return f"{name}()"
    return f"{name}() of {Path(code.co_filename).name}, line {code.co_firstlineno}"
