"""Condition: a text that picks draws, ``events.summit == 'deal' and rules.CHN.ratio > 0.8``, read, never run.

    condition  := both ("or" both)*
    both       := one ("and" one)*
    one        := "not" one | "(" condition ")" | name [about]
    about      := relation value | ["not"] "in" "[" value ("," value)* "]"
    relation   := == | != | < | <= | > | >=
    value      := number ["%"] | 'text' | "text" | true | false

Names are columns of the table of outcomes; one with spaces stands in backticks.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradesim.errors import InputError, Problem, unknown_name
from tradesim.percent import warn

Flags = NDArray[np.bool_]
Table = Mapping[str, NDArray[Any]]

TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])(?:\s*%)?)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|`(?P<quoted>[^`]+)`"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)"
    r"|(?P<word>[^\W\d][\w.\-]*))"
)
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
WORDS = {"and", "or", "not", "in", "true", "false", "True", "False"}
EXAMPLE = "events.summit == 'deal' and rules.CHN.ratio > 0.8"


class Token(NamedTuple):
    """A word of a condition: ``number``, ``text``, ``name``, ``sign`` or ``word``; and where it stands."""

    kind: str
    value: Any
    place: int


@dataclass(frozen=True)
class Condition:
    """A condition that was read.

    Parameters
    ----------
    text : as it was written.
    names : of the columns that it looks at.
    holds : says for which rows of a table it holds, (S,) bool.
    """

    text: str
    names: frozenset[str]
    holds: Callable[[Table], Flags]


def read(text: Any, known: Sequence[str], rates: Container[str] = ()) -> Condition:
    """Return a condition read from a text.

    Parameters
    ----------
    known : names of the columns that there are.
    rates : those of rates of duty: numbers of 2 and more warn that they may be percentages.

    Raises
    ------
    InputError
        For what is no condition, with the place, and for unknown names, with the nearest.

    Examples
    --------
    >>> table = {"events.summit": np.array(["deal", "break"]), "rules.CHN.ratio": np.array([0.9, 0.5])}
    >>> read("events.summit == 'deal' and not rules.CHN.ratio < 0.8", list(table)).holds(table)
    array([ True, False])
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError([Problem("not a condition", "where", repr(text), f'a text such as "{EXAMPLE}"')])
    reader = _Reader(text, tuple(known), rates)
    holds = reader.either()
    if reader.now.kind != "end":
        raise reader.refused("`and`, `or` or the end")
    return Condition(text, frozenset(reader.names), holds)


class _Reader:
    """Reads a condition from left to right, one token ahead."""

    def __init__(self, text: str, known: tuple[str, ...], rates: Container[str]) -> None:
        self.text, self.known, self.rates, self.names = text, known, rates, set[str]()
        self._tokens = list(_tokens(text))
        self._at = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._at]

    def refused(self, allowed: str) -> InputError:
        got = f"{self.text!r}, at character {self.now.place + 1}: {self.text[self.now.place :][:20]!r}"
        return InputError([Problem("not a condition", "where", got, allowed)])

    def either(self) -> Callable[[Table], Flags]:
        found = self._both()
        while self._took("word", "or"):
            found = _joined(np.logical_or, found, self._both())
        return found

    def _both(self) -> Callable[[Table], Flags]:
        found = self._one()
        while self._took("word", "and"):
            found = _joined(np.logical_and, found, self._one())
        return found

    def _one(self) -> Callable[[Table], Flags]:
        if self._took("word", "not"):
            inner = self._one()
            return lambda table: ~inner(table)
        if self._took("sign", "("):
            inner = self.either()
            if not self._took("sign", ")"):
                raise self.refused("`)`")
            return inner
        return self._about(self._name())

    def _about(self, name: str) -> Callable[[Table], Flags]:
        if self.now.kind == "sign" and self.now.value in SIGNS:
            compare = SIGNS[self._next().value]
            value = self._value(name)
            return lambda table: _compared(compare, table[name], name, value)
        negated = self._took("word", "not")
        if self._took("word", "in"):
            values = self._values(name)
            return lambda table: _among(table[name], name, values) ^ negated
        if negated:
            raise self.refused("`in`")
        return lambda table: _yes(table[name], name)

    def _name(self) -> str:
        if self.now.kind != "name":
            raise self.refused("the name of a parameter or outcome, `not` or `(`")
        name = str(self._next().value)
        if name not in self.known:
            raise InputError([unknown_name("name", name, self.known, "where")])
        self.names.add(name)
        return name

    def _value(self, name: str) -> Any:
        if self.now.kind == "number" and name in self.rates:
            warn(f"where: {name}", self.now.value, how=f"say so: write {100 * self.now.value:g}%")
        if self.now.kind in {"number", "percentage", "text"}:
            return self._next().value
        for word, value in (("true", True), ("false", False)):
            if self._took("word", word) or self._took("word", word.title()):
                return value
        raise self.refused("a number, a 'text', true or false")

    def _values(self, name: str) -> list[Any]:
        if not self._took("sign", "["):
            raise self.refused("`[`")
        found = [self._value(name)]
        while self._took("sign", ","):
            found.append(self._value(name))
        if not self._took("sign", "]"):
            raise self.refused("`,` or `]`")
        return found

    def _took(self, kind: str, value: str) -> bool:
        if self.now.kind == kind and self.now.value == value:
            self._at += 1
            return True
        return False

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            got = f"{text!r}, at character {place + 1}: {text[place:][:20]!r}"
            fix = "equality is written `==`" if text[place] == "=" else ""
            raise InputError([Problem("not a condition", "where", got, f'a text such as "{EXAMPLE}"', fix)])
        kind, place = str(found.lastgroup), found.start(str(found.lastgroup))
        word = found[kind]
        if kind == "number":
            is_share, read = word.endswith("%"), float(word.rstrip("% "))
            yield Token("percentage", read / 100, place) if is_share else Token(kind, read, place)
        elif kind == "text":
            yield Token(kind, word[1:-1], place)
        elif kind == "word" and word not in WORDS:
            yield Token("name", word, place)
        else:
            yield Token("name" if kind == "quoted" else kind, word, place)
        at = found.end()
    yield Token("end", "", len(text))


def _joined(
    how: Callable[[Any, Any], Any], one: Callable[[Table], Flags], other: Callable[[Table], Flags]
) -> Callable[[Table], Flags]:
    return lambda table: np.asarray(how(one(table), other(table)), dtype=np.bool_)


def _compared(compare: Callable[[Any, Any], Any], values: NDArray[Any], name: str, value: Any) -> Flags:
    """Compare a column with a value of its own kind; a day that never comes is neither before nor after."""
    return np.asarray(compare(*_alike(values, name, value)), dtype=np.bool_)


def _among(values: NDArray[Any], name: str, wanted: Sequence[Any]) -> Flags:
    found = np.zeros(len(values), dtype=np.bool_)
    for value in wanted:
        found |= _compared(np.equal, values, name, value)
    return found


def _alike(values: NDArray[Any], name: str, value: Any) -> tuple[NDArray[Any], Any]:
    """Return a column and a value that can be compared with it."""
    kind = values.dtype.kind
    if kind == "M" and isinstance(value, str):
        from tradesim.timegrid import as_day  # noqa: PLC0415 dates are rare here

        return values, as_day(value, f"where: {name}")
    if kind in "OUT" and isinstance(value, str):
        return values.astype(str), value
    if kind in "OUT" and all(isinstance(each, int | float | None) for each in set(values.tolist())):
        return np.array([np.nan if each is None else float(each) for each in values]), float(value)
    if kind in "biuf" and not isinstance(value, str):
        return values.astype(np.float64), float(value)
    shown = {"M": "a date in quotes", "O": "a text in quotes", "U": "a text in quotes"}
    raise InputError(
        [Problem("cannot be compared", f"where: {name}", repr(value), shown.get(kind, "a number"))]
    )


def _yes(values: NDArray[Any], name: str) -> Flags:
    if values.dtype.kind != "b" and not set(values.tolist()) <= {True, False}:
        allowed = "a comparison: it is no yes or no"
        raise InputError([Problem("not a condition by itself", f"where: {name}", name, allowed)])
    return values.astype(np.bool_)
